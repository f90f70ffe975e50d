"""The way of a case in the few plain stages a petitioner or an agent sees, with dates and due dates.

Source: the nodes to disclose by the rules for online handling (网上办理工作规程) and R22 art. 23, 31, 34: registered,
forwarded to the unit, accepted or not, answered, letter handed over, closed. At most six, no internal step among them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from petition_proxy.domain import lifecycle, refusals

DONE, NOW, TO_COME = "done", "now", "to_come"

REGISTERED = "registered"
TAKEN_UP_AGAIN = "taken_up_again"
WITH_UNIT = "with_unit"
ACCEPTED = "accepted"
ANSWERED = "answered"
HANDED_OVER = "handed_over"
CLOSED = "closed"
# Ends off the usual way.
SETTLED = "settled"
REFUSED = "refused"
NOT_ACCEPTED_AGAIN = "not_accepted_again"
GUIDED = "guided"
WITHDRAWN = "withdrawn"
MERGED = "merged"

KEYS: tuple[str, ...] = (
	REGISTERED,
	TAKEN_UP_AGAIN,
	WITH_UNIT,
	ACCEPTED,
	ANSWERED,
	HANDED_OVER,
	CLOSED,
	SETTLED,
	REFUSED,
	NOT_ACCEPTED_AGAIN,
	GUIDED,
	WITHDRAWN,
	MERGED,
)

# What a row must carry.
COLUMNS: tuple[str, ...] = (
	"workflow_state",
	"round",
	"outcome",
	"refusal_reason",
	"registered_at",
	"assigned_at",
	"received_at",
	"accepted_at",
	"refused_at",
	"replied_at",
	"served_at",
	"closed_at",
	"withdrawn_at",
	"merged_at",
	"notice_due_at",
	"reply_due_at",
	"statutory_due_at",
)

_STAMPS = {
	REGISTERED: "registered_at",
	TAKEN_UP_AGAIN: "registered_at",
	WITH_UNIT: "assigned_at",
	ACCEPTED: "accepted_at",
	ANSWERED: "replied_at",
	HANDED_OVER: "served_at",
	CLOSED: "closed_at",
	SETTLED: "closed_at",
	REFUSED: "refused_at",
	NOT_ACCEPTED_AGAIN: "refused_at",
	GUIDED: "refused_at",
	WITHDRAWN: "withdrawn_at",
	MERGED: "merged_at",
}
_USUAL = (WITH_UNIT, ACCEPTED, ANSWERED, HANDED_OVER, CLOSED)
# How many of the usual stages, the first included, lie behind a case in this state.
_PASSED: dict[str, int] = {
	lifecycle.DRAFT: 0,
	lifecycle.REGISTERED: 1,
	lifecycle.ASSIGNED: 2,
	lifecycle.RECEIVED: 2,
	lifecycle.ACCEPTED: 3,
	lifecycle.HANDLING: 3,
	lifecycle.REPLIED: 4,
	lifecycle.SERVED: 5,
	lifecycle.CLOSED: 6,
}
_ENDS: dict[str, str] = {
	lifecycle.REFUSED: REFUSED,
	lifecycle.NOT_ACCEPTED_AGAIN: NOT_ACCEPTED_AGAIN,
	lifecycle.GUIDED: GUIDED,
	lifecycle.WITHDRAWN: WITHDRAWN,
	lifecycle.MERGED: MERGED,
}
_SETTLED_ON_THE_SPOT = "Settled on the Spot"


@dataclass(frozen=True)
class Stage:
	"""One stage of a case.

	Args:
		key: one of KEYS.
		status: "done", "now" (the next to be reached) or "to_come".
		at: when it was reached; None until then, and where an old case does not say.
		due_at: by when it must be reached; None where no limit runs or ran.
		is_late: not reached, and the time is over.
	"""

	key: str
	status: str
	at: datetime | None = None
	due_at: datetime | None = None
	is_late: bool = False


def stages(row: Mapping, now: datetime) -> list[Stage]:
	"""The stages of the present round of a case, in order.

	A case off the usual way shows what it passed and, last, how it ended; nothing is to come any more. Filing away is
	no stage: an archived case shows the end it had before.

	Args:
		row: petition with the columns of COLUMNS, moments as datetimes.
		now: the moment to which "late" refers.

	Returns:
		One to six stages. At most one of them is "now".

	Raises:
		KeyError: no such state.
	"""
	state = row["workflow_state"]
	if state == lifecycle.ARCHIVED:
		state = _state_before_archive(row)
	first = TAKEN_UP_AGAIN if (row.get("round") or 1) > 1 else REGISTERED
	if state in _ENDS:
		return _ended(row, (first, *_USUAL[:-1]), _ENDS[state])
	if state == lifecycle.CLOSED and _is_settled_on_the_spot(row):
		return [_done(row, first), _done(row, SETTLED)]
	keys = (first, *_USUAL)
	if state == lifecycle.CLOSED and not row.get("served_at") and row.get("accepted_at"):
		keys = tuple(key for key in keys if key != HANDED_OVER)  # nobody could be found to hand it to
	passed = min(_PASSED[state], len(keys))
	return [_stage(row, key, index, passed, now) for index, key in enumerate(keys)]


def current(row: Mapping, now: datetime) -> Stage:
	"""The stage that is to be reached next; of a case that has ended, its end. Arguments as `stages`."""
	all_stages = stages(row, now)
	return next((stage for stage in all_stages if stage.status == NOW), all_stages[-1])


def _stage(row: Mapping, key: str, index: int, passed: int, now: datetime) -> Stage:
	if index < passed:
		return _done(row, key)
	due_at = _due_at(row, key)
	status = NOW if index == passed else TO_COME
	return Stage(key, status, None, due_at, bool(due_at and due_at < now))


def _done(row: Mapping, key: str) -> Stage:
	return Stage(key, DONE, row.get(_STAMPS[key]), _due_at(row, key))


def _ended(row: Mapping, usual: tuple[str, ...], end: str) -> list[Stage]:
	"""What was passed before the end, by its stamps: such an end branches off almost anywhere."""
	passed = [key for key in usual if row.get(_STAMPS[key])]
	return [*(_done(row, key) for key in passed), _done(row, end)]


def _due_at(row: Mapping, key: str) -> datetime | None:
	"""R22 arts 22, 23: fifteen days to say whether the matter is accepted; then the promise or the sixty days of art. 34,
	whichever ends first."""
	if key in (ACCEPTED, REFUSED, NOT_ACCEPTED_AGAIN, GUIDED) and not (
		key != ACCEPTED and row.get("accepted_at")
	):
		return row.get("notice_due_at")
	if key == ANSWERED:
		ends = [end for end in (row.get("reply_due_at"), row.get("statutory_due_at")) if end]
		return min(ends) if ends else None
	return None


def _is_settled_on_the_spot(row: Mapping) -> bool:
	return row.get("outcome") == _SETTLED_ON_THE_SPOT and not row.get("accepted_at")


def _state_before_archive(row: Mapping) -> str:
	"""How a case ended that was filed away: by the latest of the stamps of its ends, for older ones may be of an earlier round."""
	ends = {
		lifecycle.CLOSED: row.get("closed_at"),
		lifecycle.REFUSED: row.get("refused_at"),
		lifecycle.WITHDRAWN: row.get("withdrawn_at"),
	}
	reached = {state: at for state, at in ends.items() if at}
	state = max(reached, key=reached.__getitem__) if reached else lifecycle.CLOSED
	if state != lifecycle.REFUSED:
		return state
	reason = row.get("refusal_reason")
	if reason in refusals.STOP_REASONS:
		return lifecycle.NOT_ACCEPTED_AGAIN
	return lifecycle.REFUSED if reason in refusals.REFUSE_REASONS else lifecycle.GUIDED
