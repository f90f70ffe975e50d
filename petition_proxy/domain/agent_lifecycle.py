"""The way of a proxy agent, once: states, acts, who may take them.

Everyone is entered in the register and kept up to date (登记造册、动态管理), and nobody acts before a training pass
(持证上岗). The agent's acts, the import and the certificate watch ask `find_act` for every change of status; the
desk's buttons are made from `next_acts`. Status ids are stored, never compared by display name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _
from petition_proxy.domain.lifecycle import CLERK, OFFICE, TOWN, VILLAGE

APPLIED = "Applied"
CHECKED = "Checked"
IN_TRAINING = "In Training"
ON_DUTY = "On Duty"
SUSPENDED = "Suspended"
LEFT = "Left"
REMOVED = "Removed"
NOT_ADMITTED = "Not Admitted"

STATUSES: tuple[str, ...] = (
	APPLIED,
	CHECKED,
	IN_TRAINING,
	ON_DUTY,
	SUSPENDED,
	LEFT,
	REMOVED,
	NOT_ADMITTED,
)
# On the roster at present, whether or not they may act.
REGISTERED_STATUSES: frozenset[str] = frozenset({IN_TRAINING, ON_DUTY, SUSPENDED})
GONE_STATUSES: frozenset[str] = frozenset({LEFT, REMOVED, NOT_ADMITTED})

# Who did it when no person did: the day after a certificate's last one.
SYSTEM = "system"


class ActNotAllowedError(DomainError):
	"""The asked change of status is no act of the table."""

	code = "agent_act_not_allowed"
	words_of = "Proxy Agent"


class NotFitError(DomainError):
	"""The agent has no pass that lets him act on the day."""

	code = "agent_not_fit"


@dataclass(frozen=True)
class Act:
	"""One change of status.

	Args:
		action: id of the act, also the label of its button.
		source: status before.
		target: status after.
		roles: who may take it, in the agent's own place; empty for what only the system does.
		needs_reason: a reason must be given.
		needs_pass: a training pass must be valid on the day it takes effect.
	"""

	action: str
	source: str
	target: str
	roles: tuple[str, ...]
	needs_reason: bool = False
	needs_pass: bool = False


CHECKERS = (TOWN, OFFICE)
REGISTRARS = (TOWN, OFFICE, CLERK)
LEAVERS = (VILLAGE, TOWN, OFFICE, CLERK)


def _acts(action: str, sources: tuple[str, ...], target: str, roles, **needs) -> tuple[Act, ...]:
	"""The same act from several states."""
	return tuple(Act(action, source, target, roles, **needs) for source in sources)


ACTS: tuple[Act, ...] = (
	Act("Check", APPLIED, CHECKED, CHECKERS),
	Act("Start Training", CHECKED, IN_TRAINING, REGISTRARS),
	Act("Put on Duty", IN_TRAINING, ON_DUTY, CHECKERS, needs_pass=True),
	Act("Resume Duty", SUSPENDED, ON_DUTY, CHECKERS, needs_reason=True, needs_pass=True),
	Act("Train Again", SUSPENDED, IN_TRAINING, REGISTRARS),
	Act("Suspend", ON_DUTY, SUSPENDED, CHECKERS, needs_reason=True),
	*_acts("Readmit", (LEFT, REMOVED, NOT_ADMITTED), IN_TRAINING, CHECKERS, needs_reason=True),
	Act("Readmit", LEFT, ON_DUTY, CHECKERS, needs_reason=True, needs_pass=True),
	*_acts("Leave", (APPLIED, CHECKED, IN_TRAINING, ON_DUTY, SUSPENDED), LEFT, LEAVERS, needs_reason=True),
	*_acts("Remove", (IN_TRAINING, ON_DUTY, SUSPENDED), REMOVED, CHECKERS, needs_reason=True),
	*_acts("Turn Down", (APPLIED, CHECKED), NOT_ADMITTED, CHECKERS, needs_reason=True),
	Act("Certificate Expired", ON_DUTY, SUSPENDED, (), needs_reason=True),
)

ACTIONS: tuple[str, ...] = tuple(dict.fromkeys(act.action for act in ACTS))
# Acts that bring no change of status but change what the roster counts by.
ENTERED, RECLASSIFIED = "Enter", "Change Particulars"


def next_acts(status: str) -> tuple[Act, ...]:
	"""All acts of people that leave a status, in the table's order."""
	return tuple(act for act in ACTS if act.source == status and act.roles)


def find_act(action: str, source: str, target: str | None = None) -> Act:
	"""The one act of a name that leaves a status.

	Args:
		action: id of the act.
		source: status before.
		target: status after, where the act has two (see `readmission_target`).

	Raises:
		ActNotAllowedError: the table has no such act from there.
	"""
	for act in ACTS:
		if act.action == action and act.source == source and target in (None, act.target):
			return act
	raise ActNotAllowedError(
		_("An agent whose status is {status} cannot take this act: {action}."), status=source, action=action
	)


def find_change(source: str, target: str) -> Act:
	"""The act of people that leads from one status to another; what an import asks for.

	Raises:
		ActNotAllowedError: there is none.
	"""
	for act in next_acts(source):
		if act.target == target:
			return act
	raise ActNotAllowedError(
		_("The status of an agent cannot go from {source} to {target}. Take the acts in order."),
		source=source,
		target=target,
	)


def readmission_target(
	source: str, left_on: date | None, on: date, pass_valid_to: date | None, most_days_away: int
) -> str:
	"""Where a former agent begins again.

	Who left of own will comes back on duty while the pass is valid and the absence was short. Who was removed or
	never admitted is trained anew, whatever paper there is.

	Args:
		source: status before.
		left_on: day from which the agent was away.
		on: day of readmission.
		pass_valid_to: last day of the agent's pass.
		most_days_away: longest absence after which no new training is asked for.
	"""
	has_pass = pass_valid_to is not None and pass_valid_to >= on
	is_short = left_on is not None and (on - left_on).days <= most_days_away
	return ON_DUTY if source == LEFT and has_pass and is_short else IN_TRAINING


def has_pass(pass_valid_to: date | None, on: date) -> bool:
	"""Whether a training pass is valid on a day; the last day counts, and no certificate is no pass."""
	return pass_valid_to is not None and pass_valid_to >= on


def check_pass(agent_name: str, pass_valid_to: date | None, on: date) -> None:
	"""The hard gate (持证上岗): nobody is on duty without a valid pass.

	Raises:
		NotFitError: no certificate, or one that has ended.
	"""
	if pass_valid_to is None:
		raise NotFitError(
			_("Agent {agent} has no training certificate. Training must be passed first."), agent=agent_name
		)
	if pass_valid_to < on:
		raise NotFitError(
			_("The certificate of agent {agent} ended on {day}. It must be renewed first."),
			agent=agent_name,
			day=pass_valid_to.isoformat(),
		)


def off_duty_from(pass_valid_to: date) -> date:
	"""The first day on which a certificate does not count any more."""
	return pass_valid_to + timedelta(days=1)


def warning_step(pass_valid_to: date, today: date, steps: tuple[int, ...]) -> int | None:
	"""Which warning a certificate has earned by a day: the nearest of the steps that has come.

	Args:
		pass_valid_to: last day of the certificate.
		today: the day.
		steps: days ahead at which to warn, for example 60 and 15.

	Returns:
		None while it is too early, and after the end, when the agent is off duty already.
	"""
	left = (pass_valid_to - today).days
	reached = [step for step in steps if left <= step]
	return min(reached) if reached and left >= 0 else None


def pass_end(certificates: list[Mapping]) -> date | None:
	"""Last day of the longest certificate that was not revoked.

	Args:
		certificates: rows with valid_to and revoked_on.
	"""
	ends = [row["valid_to"] for row in certificates if not row["revoked_on"]]
	return max(ends, default=None)
