"""Which warnings a case has earned by a moment, and when the next one falls due.

An alert says that a clock of the Regulation on Petition Work (arts 22, 23, 34) or of the local promise is
about to run out or has run out. The functions report everything that has fallen due; the unique key of the
alert ledger keeps what was written before from being written again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _
from petition_proxy.domain.lifecycle import AWAITING_NOTICE_STATES, AWAITING_REPLY_STATES

ACCEPTANCE_NOTICE = "Acceptance Notice"
LOCAL_PROMISE = "Local Promise"
STATUTORY = "Statutory"
CLOCKS = (ACCEPTANCE_NOTICE, LOCAL_PROMISE, STATUTORY)

RECIPIENTS = ("Handling Unit", "Unit Head", "Town", "Petition Office")

# Refusing or accepting ends the notice clock; replying ends the two others.
RUNNING_STATES = {
	ACCEPTANCE_NOTICE: AWAITING_NOTICE_STATES,
	LOCAL_PROMISE: AWAITING_REPLY_STATES,
	STATUTORY: AWAITING_REPLY_STATES,
}

MAX_ATTEMPTS = 8
FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=6)

Item = TypeVar("Item")


class InvalidAlertRuleError(DomainError):
	"""An alert rule names an unknown clock or recipient."""

	code = "invalid_alert_rule"


@dataclass(frozen=True)
class AlertRule:
	"""One row of the alert table.

	Args:
		code: name of the row.
		clock: one of CLOCKS.
		offset_hours: hours after the due moment (negative: before it).
		recipient: one of RECIPIENTS.
		level: step of escalation, 1 first.
		urgent_only: fire for urgent cases only.
		use_class_warning: fire as many hours before the due moment as the case's reply class says, instead of
			`offset_hours`.

	Raises:
		InvalidAlertRuleError: unknown clock or recipient.
	"""

	code: str
	clock: str
	offset_hours: float
	recipient: str
	level: int
	urgent_only: bool = False
	use_class_warning: bool = False

	def __post_init__(self) -> None:
		for value, known in ((self.clock, CLOCKS), (self.recipient, RECIPIENTS)):
			if value not in known:
				raise InvalidAlertRuleError(
					_("Alert rule {rule} has {value}, which is unknown. Use one of: {known}."),
					rule=self.code,
					value=repr(value),
					known=", ".join(known),
				)


@dataclass(frozen=True)
class AlertCase:
	"""What the alert rules need to know of a case.

	Args:
		state: lifecycle state id.
		is_urgent: whether the reply class is the urgent one.
		warn_hours: hours of warning of the reply class; None before a class is set.
		notice_due_at, reply_due_at, statutory_due_at: due moments, None where the clock was not started.
	"""

	state: str
	is_urgent: bool
	warn_hours: float | None
	notice_due_at: datetime | None = None
	reply_due_at: datetime | None = None
	statutory_due_at: datetime | None = None


def clock_due_at(case: AlertCase, clock: str) -> datetime | None:
	"""Return the due moment of a clock while it runs for the case, else None."""
	if case.state not in RUNNING_STATES[clock]:
		return None
	return {
		ACCEPTANCE_NOTICE: case.notice_due_at,
		LOCAL_PROMISE: case.reply_due_at,
		STATUTORY: case.statutory_due_at,
	}[clock]


def fire_at(rule: AlertRule, due_at: datetime, class_warn_hours: float | None = None) -> datetime:
	"""Return the moment at which a rule fires.

	Args:
		rule: the rule.
		due_at: due moment of the rule's clock.
		class_warn_hours: hours of warning of the case's reply class. A class-warning rule falls back on its
			own `offset_hours` while no class is set.
	"""
	if rule.use_class_warning and class_warn_hours is not None:
		return due_at - timedelta(hours=class_warn_hours)
	return due_at + timedelta(hours=rule.offset_hours)


def _fire_moments(case: AlertCase, rules: Iterable[AlertRule]) -> list[tuple[AlertRule, datetime]]:
	moments = []
	for rule in rules:
		due = clock_due_at(case, rule.clock)
		if due is not None and (case.is_urgent or not rule.urgent_only):
			moments.append((rule, fire_at(rule, due, case.warn_hours)))
	return sorted(moments, key=lambda moment: (moment[1], moment[0].level, moment[0].code))


def due_alerts(
	case: AlertCase, rules: Iterable[AlertRule], now: datetime
) -> list[tuple[AlertRule, datetime]]:
	"""Return every rule that has fallen due by `now` on a running clock, with its moment, earliest first."""
	return [(rule, moment) for rule, moment in _fire_moments(case, rules) if moment <= now]


def next_fire_at(case: AlertCase, rules: Iterable[AlertRule], after: datetime) -> datetime | None:
	"""Return the earliest moment strictly later than `after` at which a rule fires, else None."""
	return next((moment for _rule, moment in _fire_moments(case, rules) if moment > after), None)


def in_quiet_hours(now: datetime, start: time | None, end: time | None) -> bool:
	"""Tell whether nothing but urgent notices may be sent now.

	Args:
		now: local moment.
		start: first quiet moment of the day.
		end: first moment that is no longer quiet; the window crosses midnight if it is earlier than `start`.
			A missing bound or two equal ones mean that there are no quiet hours.
	"""
	if start is None or end is None or start == end:
		return False
	clock = now.time()
	if start < end:
		return start <= clock < end
	return clock >= start or clock < end


def quiet_until(now: datetime, start: time | None, end: time | None) -> datetime:
	"""Return the first moment from `now` on at which sending is allowed; `now` if it is not quiet."""
	if not in_quiet_hours(now, start, end):
		return now
	finish = datetime.combine(now.date(), end, tzinfo=now.tzinfo)
	return finish if finish > now else finish + timedelta(days=1)


def digest_order(items: Iterable[Item]) -> list[Item]:
	"""Return the items of a digest worst first: urgent ones, then the longest overdue, then the nearest due.

	Args:
		items: rows with `is_urgent`, `due_at` and `petition` as attributes or keys. Items without a due
			moment come last in their group.
	"""

	def key(item: Item) -> tuple[bool, bool, datetime, str]:
		due = _get(item, "due_at")
		return (
			not _get(item, "is_urgent"),
			due is None,
			due or datetime.min,
			str(_get(item, "petition") or ""),
		)

	return sorted(items, key=key)


def _get(item: object, field: str) -> Any:
	return item.get(field) if isinstance(item, Mapping) else getattr(item, field, None)


def retry_delay(attempts: int) -> timedelta:
	"""Return how long to wait after a failed delivery: doubling from 5 minutes, at most 6 hours.

	Args:
		attempts: tries that have failed so far; less than 1 counts as 1.
	"""
	# The exponent is bounded first: a huge count must not overflow a timedelta.
	return min(FIRST_RETRY * 2 ** min(max(attempts, 1) - 1, 16), LONGEST_RETRY)
