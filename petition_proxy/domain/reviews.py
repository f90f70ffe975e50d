"""Review and re-review (复查, 复核): when they may be asked for, by when they are due, what they conclude.

Source: Regulation on Petition Work (2022) arts 35 and 36. Thirty days to ask, from receipt of the written reply;
thirty days to decide, from receipt of the request; in a re-review the time of a hearing is not counted; after a
re-review the same facts and reasons are not accepted again. The days are rows.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from petition_proxy.domain.deadlines import END_OF_DAY, WORKING_DAY, LimitRule
from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _
from petition_proxy.domain.workdays import ONE_DAY, MissingYearError, WorkCalendar, as_date

REVIEW, RE_REVIEW = LEVELS = ("Review", "Re-review")
ASKED, RECEIVED, REFUSED, DECIDED, SERVED, WITHDRAWN = (
	"Asked",
	"Received",
	"Refused",
	"Decided",
	"Served",
	"Withdrawn",
)
OPEN_STATUSES = (ASKED, RECEIVED)
ENDED_STATUSES = (DECIDED, SERVED)
UPHELD, CHANGED, REVOKED = DECISIONS = ("Upheld", "Changed", "Revoked")
TIME_MISSED = "Review Time Missed"
REFUSAL_REASONS = (TIME_MISSED, "Not Competent", "No Written Opinion")

TERRITORY, LINE = SUPERIORS = ("Territory Parent", "Line Superior")
UNDER = {REVIEW: "Under Review", RE_REVIEW: "Under Re-review"}
AFTER = {REVIEW: "Reviewed", RE_REVIEW: "Concluded"}
REQUEST_LIMIT = {REVIEW: "Review Request", RE_REVIEW: "Re-review Request"}
DECISION_LIMIT = {REVIEW: "Review", RE_REVIEW: "Re-review"}


class ReviewError(DomainError):
	"""A review cannot be asked for, taken up or decided as wished."""

	code = "review"
	words_of = "Review Request"


@dataclass(frozen=True)
class Earlier:
	"""An earlier request on the same round of a case.

	Args:
		level: "Review" or "Re-review".
		status: its status.
		decision: its decision, if any.
		served_at: when its opinion reached the petitioner.
	"""

	level: str
	status: str
	decision: str | None = None
	served_at: datetime | None = None


def next_level(earlier: Iterable[Earlier]) -> str:
	"""Which level comes next for a case.

	Requests that were refused or withdrawn do not count, and a revoked opinion starts the chain anew: the opinion that
	is made again can be reviewed like the first one.

	Args:
		earlier: requests on the case, oldest first.

	Raises:
		ReviewError: one is under way, its opinion has not reached the petitioner, or the chain has ended.
	"""
	level = REVIEW
	for request in earlier:
		if request.status in OPEN_STATUSES:
			raise ReviewError(_("A review is under way already. Wait for its opinion."))
		if request.status not in ENDED_STATUSES:
			continue
		if request.decision == REVOKED:
			level = REVIEW
		elif request.level == RE_REVIEW:
			raise ReviewError(_("The re-review has ended the matter. Nobody above decides on it again."))
		elif request.served_at is None:
			raise ReviewError(
				_(
					"The opinion of the review has not been handed over yet. The time to ask runs from then on."
				)
			)
		else:
			level = RE_REVIEW
	return level


def review_due_at(
	start: datetime,
	rule: LimitRule,
	calendar: WorkCalendar | None = None,
	hearings: Iterable[tuple[date, date]] = (),
) -> datetime:
	"""The end of a review's limit, days of hearing left out.

	The day of the event is not counted; a day of hearing after it is not either, however often it is listed. A last
	day that rolls does not stop on a day of hearing.

	Args:
		start: receipt of the request.
		rule: the limit.
		calendar: for working days and for rolling.
		hearings: first and last day of each hearing, both included; empty for a review, whose hearings count.

	Raises:
		ReviewError: a hearing ends before it begins.
		MissingYearError: the count needs a year that the calendar does not have.
	"""
	heard = _days_of(hearings)
	day, left = as_date(start), rule.days
	while left:
		day += ONE_DAY
		if day in heard:
			continue
		if rule.day_kind != WORKING_DAY or _workday(calendar, day):
			left -= 1
	while rule.roll_last_day and (day in heard or not _workday(calendar, day)):
		day += ONE_DAY
	return datetime.combine(day, END_OF_DAY, tzinfo=start.tzinfo)


def _workday(calendar: WorkCalendar | None, day: date) -> bool:
	if calendar is None:
		raise MissingYearError(day.year)
	return calendar.is_workday(day)


LONGEST_HEARING = timedelta(days=366)


def check_hearings(hearings: Iterable[tuple[date, date]]) -> None:
	"""Whether the dates of hearings can be used.

	Raises:
		ReviewError: one ends before it begins, or lasts longer than a year.
	"""
	_days_of(hearings)


def _days_of(hearings: Iterable[tuple[date, date]]) -> set[date]:
	days: set[date] = set()
	for first, last in hearings:
		first, last = as_date(first), as_date(last)
		if last < first:
			raise ReviewError(_("A hearing ends before it begins. Correct its dates."))
		if last - first > LONGEST_HEARING:
			raise ReviewError(_("A hearing does not last longer than a year. Correct its dates."))
		while first <= last:
			days.add(first)
			first += ONE_DAY
	return days


def pick_superior(
	superiors: dict[str, str | None], wanted: str | None, kept_out: Iterable[str] = ()
) -> tuple[str | None, str | None]:
	"""Which body reviews: one of the two kinds of superior, the applicant's choice where there are both.

	A department's opinion goes to its government or to the department above it; a town's to the district government.

	Args:
		superiors: kind to unit, as the respondent names them.
		wanted: kind the applicant chose; the territory first where nothing was said.
		kept_out: units that may not decide: the one complained about, and the respondent itself.

	Returns:
		Kind and unit; both None where the post is vacant.

	Raises:
		ReviewError: the applicant chose a kind the respondent does not have.
	"""
	kept_out = set(kept_out)
	usable = {
		kind: unit for kind in SUPERIORS if (unit := superiors.get(kind)) is not None and unit not in kept_out
	}
	if wanted:
		if wanted not in SUPERIORS:
			raise ReviewError(_("Choose which kind of superior reviews: of the territory or of the line."))
		if wanted not in usable and usable:
			raise ReviewError(
				_("The unit has no {kind} that could review. Choose the other one."), kind=wanted
			)
	for kind in (wanted, *SUPERIORS):
		if kind in usable:
			return kind, usable[kind]
	return None, None


def check_decision(status: str, decision: str | None, facts: str | None, opinion: str | None) -> None:
	"""What an opinion on review must have (art. 36: in writing).

	Raises:
		ReviewError: not received or decided already, no such decision, no facts, no opinion.
	"""
	if status == ASKED:
		raise ReviewError(_("Take the request up first: its thirty days run from then on."))
	if status != RECEIVED:
		raise ReviewError(_("This request has ended already: {status}."), status=status)
	if decision not in DECISIONS:
		raise ReviewError(_("Choose the decision: uphold, change, or revoke and have it made again."))
	if not (facts or "").strip() or not (opinion or "").strip():
		raise ReviewError(_("Write down the facts found and the opinion with its reasons."))


# The same facts again
# --------------------
@dataclass(frozen=True)
class Matter:
	"""What tells one matter from another.

	Args:
		name: the petition.
		category: its category.
		text: subject and content.
		main_petition: the case it was merged into or repeats.
	"""

	name: str
	category: str | None
	text: str
	main_petition: str | None = None


def is_same_matter(new: Matter, concluded: Matter, threshold: float) -> bool:
	"""Whether a petition raises the facts of a concluded one again; the petitioner is known to be the same.

	Linked to it by hand is enough; else the categories must not differ and the texts must be alike.

	Args:
		new: the petition to be accepted.
		concluded: the one that a re-review ended.
		threshold: from this likeness on (0 to 1) two texts tell the same.
	"""
	if new.name == concluded.name or (new.main_petition and new.main_petition == concluded.name):
		return True
	if new.category and concluded.category and new.category != concluded.category:
		return False
	return likeness(new.text, concluded.text) >= threshold


def likeness(one: str, other: str) -> float:
	"""How alike two texts are, 0 to 1: shared pairs of signs, so that word order and length matter little.

	The measure is the share of the shorter text's pairs found in the other, for a second petition often tells the
	same in fewer or more words. A text too short to tell anything by itself is measured against both lengths.
	"""
	pairs, others = _pairs(one), _pairs(other)
	if not pairs or not others:
		return 0.0
	shorter = min(len(pairs), len(others))
	if shorter < FEW_PAIRS:
		return 2 * len(pairs & others) / (len(pairs) + len(others))
	return len(pairs & others) / shorter


FEW_PAIRS = 10


def _pairs(text: str) -> set[str]:
	signs = [sign for sign in (text or "").lower() if sign.isalnum()]
	return {a + b for a, b in itertools.pairwise(signs)}
