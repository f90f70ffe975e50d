"""The path of a petition, once: states, steps, who may take them.

`setup/workflow.py` builds the desk's Workflow from `TRANSITIONS`; the Petition controller asks `find`
for every change of state, however it arrives (form, list, REST, web form, import). State ids are
stored; display names are translations and are never compared.
"""

from dataclasses import dataclass
from datetime import datetime

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _

DRAFT = "Draft"
REGISTERED = "Registered"
ASSIGNED = "Assigned"
RECEIVED = "Received"
ACCEPTED = "Accepted"
REFUSED = "Refused"
HANDLING = "Handling"
REPLIED = "Replied"
SERVED = "Served"
CLOSED = "Closed"
ARCHIVED = "Archived"
NOT_ACCEPTED_AGAIN = "No Longer Accepted"
GUIDED = "Led to Statutory Route"
WITHDRAWN = "Withdrawn"
MERGED = "Merged"

STATES: tuple[str, ...] = (
	DRAFT,
	REGISTERED,
	ASSIGNED,
	RECEIVED,
	ACCEPTED,
	REFUSED,
	NOT_ACCEPTED_AGAIN,
	GUIDED,
	HANDLING,
	REPLIED,
	SERVED,
	CLOSED,
	WITHDRAWN,
	MERGED,
	ARCHIVED,
)

# The clocks that run in a state. Registered to Received: the 15 days to tell the petitioner whether the
# matter is accepted (Regulations on Petition Work 2022, arts 22, 23). Accepted and Handling: the local promise
# and the 60 days of art. 34. From the reply on no unit is late any more.
AWAITING_NOTICE_STATES: frozenset[str] = frozenset({REGISTERED, ASSIGNED, RECEIVED})
AWAITING_REPLY_STATES: frozenset[str] = frozenset({ACCEPTED, HANDLING})
ANSWERED_STATES: frozenset[str] = frozenset({REPLIED, SERVED, CLOSED})
# Ended without an answer on the merits: another body or nobody goes on with it.
TURNED_AWAY_STATES: frozenset[str] = frozenset({REFUSED, NOT_ACCEPTED_AGAIN, GUIDED})
FINAL_STATES: frozenset[str] = TURNED_AWAY_STATES | {CLOSED, WITHDRAWN, MERGED, ARCHIVED}
OPEN_STATES: frozenset[str] = frozenset(STATES) - FINAL_STATES
# A unit has the case on its desk.
WITH_UNIT_STATES: frozenset[str] = frozenset({ASSIGNED, RECEIVED, ACCEPTED, HANDLING})

AGENT = "Petition Proxy Agent"
PETITIONER = "Petitioner Portal User"
VILLAGE = "Village Petition Officer"
TOWN = "Town Petition Officer"
DEPARTMENT = "Department Petition Officer"
HEAD = "Handling Unit Head"
OFFICE = "Petition Office"
CLERK = "Petition System Clerk"
LEADER = "Petition Leader"
AUDITOR = "Petition Auditor"
# Pays rewards: sees batches and payment lists, and no case.
FINANCE = "Petition Finance"

ROLES: tuple[str, ...] = (
	AGENT,
	PETITIONER,
	VILLAGE,
	TOWN,
	DEPARTMENT,
	HEAD,
	OFFICE,
	CLERK,
	LEADER,
	AUDITOR,
	FINANCE,
)
PORTAL_ROLES: tuple[str, ...] = (AGENT, PETITIONER)

# Who must stand behind a step, beyond having a role.
BY_FILER = "filer"  # the case's own agent or petitioner, or an office that keys it in
BY_ASSIGNER = "assigner"  # an office of the place: petition office, or the town for its own villages
BY_HANDLING_UNIT = "handling_unit"  # a head or member of the unit the case is assigned to
BY_SERVER = "server"  # the case's agent, the handling unit, or an office of the place
BY_SENDER = "sender"  # who sent the case to its present unit, or the petition office above both
BY_PETITION_OFFICE = "petition_office"  # the petition office of the district
BY_VILLAGE = "village"  # the village or community of the place
BY_PETITIONER = "petitioner"  # the petitioner, or an office on the petitioner's signed word
BY_KEEPER = "keeper"  # the handling unit or the petition office: whoever keeps the file


class StepNotAllowedError(DomainError):
	"""The asked change of state is not a step of the path."""

	code = "step_not_allowed"


@dataclass(frozen=True)
class Transition:
	"""One step.

	Args:
		action: id of the step, also the label of its button.
		source: state before.
		target: state after.
		roles: roles that see the button.
		actor: one of the BY_* constants: what ties the person to this very case.
		stamp: field that receives the moment of the step.
	"""

	action: str
	source: str
	target: str
	roles: tuple[str, ...]
	actor: str
	stamp: str


UNIT_ROLES = (TOWN, DEPARTMENT, HEAD, OFFICE)
TRIAGE_ROLES = (VILLAGE, TOWN, DEPARTMENT, OFFICE)
WITHDRAWAL_ROLES = (PETITIONER, VILLAGE, TOWN, OFFICE, CLERK)
FILE_ROLES = (TOWN, DEPARTMENT, HEAD, OFFICE)


def _steps(action: str, sources: tuple[str, ...], target: str, roles, actor: str, stamp: str):
	"""The same step from several states."""
	return tuple(Transition(action, source, target, roles, actor, stamp) for source in sources)


TRANSITIONS: tuple[Transition, ...] = (
	Transition(
		"File",
		DRAFT,
		REGISTERED,
		(AGENT, PETITIONER, VILLAGE, TOWN, OFFICE, CLERK),
		BY_FILER,
		"registered_at",
	),
	# a village hands up by this same step, to the town or to a department
	Transition("Assign", REGISTERED, ASSIGNED, TRIAGE_ROLES, BY_ASSIGNER, "assigned_at"),
	Transition("Settle on the Spot", REGISTERED, CLOSED, (VILLAGE,), BY_VILLAGE, "closed_at"),
	Transition("Receive", ASSIGNED, RECEIVED, UNIT_ROLES, BY_HANDLING_UNIT, "received_at"),
	*_steps("Return", (ASSIGNED, RECEIVED), REGISTERED, TRIAGE_ROLES, BY_SENDER, "returned_at"),
	Transition("Reassign", RECEIVED, ASSIGNED, TRIAGE_ROLES, BY_SENDER, "assigned_at"),
	Transition("Reassign", HANDLING, ACCEPTED, TRIAGE_ROLES, BY_SENDER, "assigned_at"),
	Transition("Accept", RECEIVED, ACCEPTED, UNIT_ROLES, BY_HANDLING_UNIT, "accepted_at"),
	Transition("Refuse", RECEIVED, REFUSED, UNIT_ROLES, BY_HANDLING_UNIT, "refused_at"),
	Transition("Refuse", REGISTERED, REFUSED, (OFFICE,), BY_PETITION_OFFICE, "refused_at"),
	Transition("Stop", RECEIVED, NOT_ACCEPTED_AGAIN, UNIT_ROLES, BY_HANDLING_UNIT, "refused_at"),
	Transition("Stop", REGISTERED, NOT_ACCEPTED_AGAIN, (OFFICE,), BY_PETITION_OFFICE, "refused_at"),
	# after acceptance only where the petitioner died and nobody goes on (see checks)
	*_steps(
		"Stop", (ACCEPTED, HANDLING, REPLIED), NOT_ACCEPTED_AGAIN, (OFFICE,), BY_PETITION_OFFICE, "refused_at"
	),
	Transition("Guide", RECEIVED, GUIDED, UNIT_ROLES, BY_HANDLING_UNIT, "refused_at"),
	Transition("Guide", REGISTERED, GUIDED, (OFFICE,), BY_PETITION_OFFICE, "refused_at"),
	Transition("Start Handling", ACCEPTED, HANDLING, UNIT_ROLES, BY_HANDLING_UNIT, "handling_at"),
	Transition("Reply", HANDLING, REPLIED, UNIT_ROLES, BY_HANDLING_UNIT, "replied_at"),
	Transition("Serve", REPLIED, SERVED, (AGENT, VILLAGE, *UNIT_ROLES), BY_SERVER, "served_at"),
	# only after the recorded attempts to hand the reply over (see checks)
	Transition("Close Without Service", REPLIED, CLOSED, UNIT_ROLES, BY_HANDLING_UNIT, "closed_at"),
	*_steps("Rework", (REPLIED, SERVED), HANDLING, (OFFICE,), BY_PETITION_OFFICE, "handling_at"),
	Transition("Close", SERVED, CLOSED, UNIT_ROLES, BY_HANDLING_UNIT, "closed_at"),
	*_steps(
		"Reopen",
		# a file comes back out when a review revokes the opinion in it
		(CLOSED, REFUSED, NOT_ACCEPTED_AGAIN, GUIDED, ARCHIVED),
		REGISTERED,
		(OFFICE,),
		BY_PETITION_OFFICE,
		"registered_at",
	),
	*_steps(
		"Withdraw",
		(DRAFT, REGISTERED, ASSIGNED, RECEIVED, ACCEPTED, HANDLING),
		WITHDRAWN,
		WITHDRAWAL_ROLES,
		BY_PETITIONER,
		"withdrawn_at",
	),
	*_steps("Merge", (REGISTERED, ASSIGNED, RECEIVED), MERGED, (TOWN, OFFICE), BY_ASSIGNER, "merged_at"),
	Transition("Undo Merge", MERGED, REGISTERED, (TOWN, OFFICE), BY_ASSIGNER, "registered_at"),
	*_steps(
		"Archive",
		(CLOSED, REFUSED, NOT_ACCEPTED_AGAIN, GUIDED, WITHDRAWN),
		ARCHIVED,
		FILE_ROLES,
		BY_KEEPER,
		"archived_at",
	),
)

# A case that stays where it is on the path while its unit changes: one of the two edges stands for both.
REASSIGN: Transition = next(t for t in TRANSITIONS if t.action == "Reassign")

_BY_EDGE = {(t.source, t.target): t for t in TRANSITIONS}


def find(source: str, target: str) -> Transition:
	"""The step that leads from one state to another.

	Args:
		source: state id before the change.
		target: state id after the change.

	Returns:
		The one transition of the table.

	Raises:
		StepNotAllowedError: the table has no such step (a skipped or reversed step).
	"""
	try:
		return _BY_EDGE[(source, target)]
	except KeyError:
		raise StepNotAllowedError(
			_("A petition cannot go from {source} to {target}. Take the steps in order."),
			source=source,
			target=target,
		) from None


# The way most cases go, or to a refusal: what the demo district, the factories and the measurements walk.
USUAL_ACTIONS: tuple[str, ...] = (
	"File",
	"Assign",
	"Receive",
	"Accept",
	"Start Handling",
	"Reply",
	"Serve",
	"Close",
)


# Steps that ask for nothing but the case itself or what stands on it: the desk takes them for many cases at once.
# The others ask for a reason or a choice and are taken case by case.
PLAIN_ACTIONS: frozenset[str] = frozenset({*USUAL_ACTIONS, "Settle on the Spot", "Refuse", "Archive"})


# Where the other ends branch off from it.
_BRANCHES = {
	REFUSED: RECEIVED,
	NOT_ACCEPTED_AGAIN: RECEIVED,
	GUIDED: RECEIVED,
	WITHDRAWN: REGISTERED,
	MERGED: REGISTERED,
	ARCHIVED: CLOSED,
}


def usual_path(target: str = CLOSED) -> tuple[Transition, ...]:
	"""The steps of the usual way from Draft to a state.

	Args:
		target: any state; the ends off the usual way are reached by their one branch.

	Raises:
		StepNotAllowedError: no such state.
	"""
	if target in _BRANCHES:
		return (*usual_path(_BRANCHES[target]), find(_BRANCHES[target], target))
	path: list[Transition] = []
	state = DRAFT
	for action in USUAL_ACTIONS:
		if state == target:
			break
		path.append(next(t for t in TRANSITIONS if t.source == state and t.action == action))
		state = path[-1].target
	return tuple(path) if state == target else (find(state, target),)


def next_steps(state: str) -> tuple[Transition, ...]:
	"""All steps that leave a state, in the table's order."""
	return tuple(t for t in TRANSITIONS if t.source == state)


def running_due_at(
	state: str,
	notice_due_at: datetime | None,
	reply_due_at: datetime | None,
	statutory_due_at: datetime | None,
) -> datetime | None:
	"""The date a queue sorts by: the earliest end of the clocks that run in this state.

	Returns:
		None where no clock runs (drafts, answered and final cases).
	"""
	if state in AWAITING_NOTICE_STATES:
		return notice_due_at
	if state in AWAITING_REPLY_STATES:
		ends = [d for d in (reply_due_at, statutory_due_at) if d]
		return min(ends) if ends else None
	return None


def queue_key(state: str, is_proxied: bool, due_at: datetime | None, filed_at: datetime | None) -> str:
	"""Text that puts a queue in order when sorted ascending.

	Cases under way stand before drafts, these before answered and these before final ones; within each, proxied cases come
	first (the "five priorities" of the proxy scheme), then the earliest due, then the earliest filed. It
	changes order only and never a due date.

	Args:
		state: state id.
		is_proxied: filed through an agent.
		due_at: end of the running clock, if any.
		filed_at: when the petition came in.

	Returns:
		A key of at most 30 characters.
	"""
	if state in FINAL_STATES:
		band = "9"
	elif state in ANSWERED_STATES:
		band = "5"
	else:
		band = "3" if state == DRAFT else "1"
	day = due_at or filed_at
	return (
		f"{band}{'0' if is_proxied else '1'}-{day:%Y%m%d%H%M}"
		if day
		else f"{band}{'0' if is_proxied else '1'}-"
	)
