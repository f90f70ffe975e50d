"""More time for a case: who may ask, who decides, what the new dates are.

Source: Regulation on Petition Work (信访工作条例, 2022) art. 34: a complex matter may be given at most 30 days more if
the head of the handling body approves, and the petitioner is told the reason. How many days is a row (Statutory Limit
"Extension"), never a constant.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from petition_proxy.domain.deadlines import LimitRule, due_at, is_late
from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _
from petition_proxy.domain.lifecycle import AWAITING_REPLY_STATES
from petition_proxy.domain.workdays import WorkCalendar

ASKED, APPROVED, REJECTED, LAPSED = "Asked", "Approved", "Rejected", "Lapsed"


class ExtensionError(DomainError):
	"""An extension cannot be asked for or decided as wished."""

	code = "extension"
	words_of = "Extension Request"


@dataclass(frozen=True)
class Post:
	"""Whoever may decide for a unit.

	Args:
		unit: the unit.
		people: users that hold the post; empty while it is vacant.
	"""

	unit: str
	people: tuple[str, ...]


def original_due(reply_due_at: datetime | None, statutory_due_at: datetime | None) -> datetime | None:
	"""The date before which an extension is asked for and approved: the end of the statute, which art. 34 extends.

	Where no statute runs (suggestions, inquiries) it is the end of the local promise.
	"""
	return statutory_due_at or reply_due_at


def check_request(
	state: str,
	days: int,
	rule: LimitRule,
	reason: str | None,
	due: datetime | None,
	statuses: Iterable[str],
	now: datetime,
) -> None:
	"""Whether an extension may be asked for.

	Args:
		state: lifecycle state of the case.
		days: days asked for.
		rule: the limit "Extension" in force.
		reason: why the matter is complex.
		due: see `original_due`.
		statuses: of the requests this round of the case has had.
		now: the moment of asking.

	Raises:
		ExtensionError: the state has no reply clock, too late, asked or given already, too many days, no reason.
	"""
	if state not in AWAITING_REPLY_STATES or due is None:
		raise ExtensionError(_("Only a case that has been accepted and not yet answered can be extended."))
	statuses = set(statuses)
	if APPROVED in statuses:
		raise ExtensionError(_("The case has been extended once already. There is no second extension."))
	if ASKED in statuses:
		raise ExtensionError(_("An extension has been asked for already and waits for its decision."))
	if is_late(due, None, now):
		raise ExtensionError(
			_("The case was due on {day}. An extension is asked for before that day ends."),
			day=due.date().isoformat(),
		)
	if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= rule.days:
		raise ExtensionError(_("Ask for 1 to {most} days, not {days}."), most=rule.days, days=repr(days))
	if not (reason or "").strip():
		raise ExtensionError(_("Say why the case needs more time. The petitioner is told this reason."))


def check_decision(
	status: str, state: str, due: datetime, asker: str, decider: str, is_approval: bool, now: datetime
) -> None:
	"""Whether a request may be decided now.

	Args:
		status: of the request.
		state: lifecycle state of the case.
		due: see `original_due`; as it stood when the extension was asked for.
		asker: who asked.
		decider: who decides.
		is_approval: approve or reject; a request that came too late can still be rejected.
		now: the moment of the decision.

	Raises:
		ExtensionError: decided already, the own request, the case has gone on, or approved after the due date.
	"""
	if status != ASKED:
		raise ExtensionError(_("This request has been decided already: {status}."), status=status)
	if decider == asker:
		raise ExtensionError(_("Nobody decides the own request. The superior or the petition office does."))
	if not is_approval:
		return
	if state not in AWAITING_REPLY_STATES:
		raise ExtensionError(_("The case has gone on to {state} and needs no extension."), state=state)
	if is_late(due, None, now):
		raise ExtensionError(
			_("The case was due on {day}. An extension is approved before that day ends, or not at all."),
			day=due.date().isoformat(),
		)


def pick_post(asker: str, posts: Iterable[Post], kept_out: Iterable[str] = ()) -> Post | None:
	"""Who decides: the first post that somebody else than the asker holds.

	Args:
		asker: who asked; the head's own request goes up.
		posts: the unit's head first, then the superiors, the petition office last.
		kept_out: users a complaint is about; they decide nothing in that case (art. 30).

	Returns:
		The post with the people who may decide, or None if all are vacant.
	"""
	closed = {asker, *kept_out}
	for post in posts:
		people = tuple(user for user in post.people if user not in closed)
		if people:
			return Post(post.unit, people)
	return None


def extended_due(
	original: datetime | None, days: int, rule: LimitRule, now: datetime, calendar: WorkCalendar | None = None
) -> datetime | None:
	"""The new end of one clock: the granted days are counted from its original end, whenever they were granted.

	A clock that had run out before stays where it was: an extension does not wash a broken promise clean.

	Args:
		original: end of the clock before; None where it was not started.
		days: days granted.
		rule: the limit "Extension": how days are counted and whether the last one rolls.
		now: moment of the approval.
		calendar: for rolling the last day.

	Raises:
		MissingYearError: rolling needs a year that the calendar does not have.
	"""
	if original is None or is_late(original, None, now):
		return original
	last = due_at(original, replace(rule, days=days), calendar)
	return datetime.combine(last.date(), original.time(), tzinfo=original.tzinfo)
