"""Satisfaction ratings (满意度评价): who may rate until when, and what a rating must carry.

The measures of 国信发〔2014〕16号 and 〔2022〕11号 name the rater and the rated; window, revision and default
are settings of the district, because those articles were not available.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from petition_proxy.domain.deadlines import END_OF_DAY
from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _

SATISFIED = "Satisfied"
BASICALLY_SATISFIED = "Basically Satisfied"
DISSATISFIED = "Dissatisfied"
RATINGS = (SATISFIED, BASICALLY_SATISFIED, DISSATISFIED)

MAX_REVISIONS = 1

UNIT, AGENT = "Handling Unit", "Proxy Agent"
# What people say most, to be ticked instead of written: of each rated party what was good and what was not.
GOOD_REASONS: dict[str, tuple[str, ...]] = {
	UNIT: ("Quick", "Explained Well", "Matter Solved", "Friendly"),
	AGENT: ("Came to My Home", "Told Me Every Step", "Explained Well", "Friendly"),
}
BAD_REASONS: dict[str, tuple[str, ...]] = {
	UNIT: (
		"Took Too Long",
		"Nobody Asked Me",
		"Reply Misses the Point",
		"Promise Not Kept",
		"Matter Not Solved",
		"Unfriendly",
	),
	AGENT: (
		"Did Not Tell Me the Progress",
		"Hard to Reach",
		"Wrote Down Something Else",
		"Asked for Money or a Favour",
		"Unfriendly",
	),
}


class UnknownReasonError(DomainError):
	"""A reason is none of those that can be ticked."""

	code = "unknown_reason"


class InvalidWindowError(DomainError):
	"""The length of the evaluation window cannot be used."""

	code = "invalid_window"


class UnknownRatingError(DomainError):
	"""A rating is none of the three steps of the scale."""

	code = "unknown_rating"


@dataclass(frozen=True)
class Window:
	"""The time in which a case may be rated.

	Args:
		opens_at: service of the opinion letter.
		days: length in calendar days, at least 1; the day of service is not counted (Civil Code art. 201).

	Raises:
		InvalidWindowError: `days` is not a whole number of at least 1.
	"""

	opens_at: datetime
	days: int

	def __post_init__(self) -> None:
		if isinstance(self.days, bool) or not isinstance(self.days, int) or self.days < 1:
			raise InvalidWindowError(
				_("The evaluation window must be a whole number of days, at least 1, not {days}."),
				days=repr(self.days),
			)

	@property
	def closes_at(self) -> datetime:
		"""Last moment of the window: 23:59:59 of its last day."""
		last = self.opens_at.date() + timedelta(days=self.days)
		return datetime.combine(last, END_OF_DAY, tzinfo=self.opens_at.tzinfo)

	def is_open(self, now: datetime) -> bool:
		"""Tell whether `now` lies in the window, both ends included."""
		return self.opens_at <= now and now.replace(microsecond=0) <= self.closes_at


def may_rate(served_at: datetime | None, now: datetime, window_days: int, revisions: int = 0) -> bool:
	"""Tell whether a rating may be entered or changed now.

	Args:
		served_at: service of the opinion letter; None means not served yet, so nothing can be rated.
		now: the present moment.
		window_days: length of the window in calendar days.
		revisions: how often the rating has been changed already; 0 also if there is none yet. One change is
			allowed.

	Raises:
		InvalidWindowError: `window_days` is not a whole number of at least 1.
	"""
	if served_at is None:
		return False
	return Window(served_at, window_days).is_open(now) and revisions < MAX_REVISIONS


def needs_reasons(rating: str) -> bool:
	"""Tell whether a rating must name its reasons: only "Dissatisfied" must.

	Raises:
		UnknownRatingError: `rating` is not on the scale.
	"""
	if rating not in RATINGS:
		raise UnknownRatingError(
			_("{rating} is not a rating. Use one of: {ratings}."),
			rating=repr(rating),
			ratings=", ".join(RATINGS),
		)
	return rating == DISSATISFIED


def check_reasons(party: str, reasons: Iterable[str]) -> tuple[str, ...]:
	"""The ticked reasons in the order of the list, each once.

	Args:
		party: who is rated.
		reasons: ids as ticked.

	Raises:
		UnknownReasonError: one that cannot be ticked for this party.
	"""
	known = (*GOOD_REASONS.get(party, ()), *BAD_REASONS.get(party, ()))
	ticked = set(reasons)
	if unknown := ticked - set(known):
		raise UnknownReasonError(
			_("{reason} is not one of the reasons to tick. Load the page again."), reason=min(unknown)
		)
	return tuple(reason for reason in known if reason in ticked)
