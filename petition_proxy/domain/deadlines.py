"""Due dates: how a limit of so many days becomes a moment.

Sources: Regulation on Petition Work (信访工作条例) arts 22, 23 and 34 for the limits, Civil Code arts 201 and
203 for the way days are counted (by analogy, the Regulation being silent). The limits themselves are rows,
never constants.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _
from petition_proxy.domain.workdays import ONE_DAY, MissingYearError, WorkCalendar, as_date

NATURAL_DAY = "Natural Day"
WORKING_DAY = "Working Day"
ELAPSED_DAY = "Elapsed Day"
DAY_KINDS = (NATURAL_DAY, WORKING_DAY, ELAPSED_DAY)

# The last day runs to its end (Civil Code art. 203); a stored moment has no finer unit than the second.
END_OF_DAY = time(23, 59, 59)

Row = TypeVar("Row")


class InvalidLimitError(DomainError):
	"""A limit has no usable number of days or an unknown way of counting."""

	code = "invalid_limit"


class NoRuleError(DomainError):
	"""No row of a rule table is valid on the date."""

	code = "no_rule"


class OverlappingRulesError(DomainError):
	"""More than one row of a rule table is valid on the date."""

	code = "overlapping_rules"


@dataclass(frozen=True)
class LimitRule:
	"""One limit, as read from a Reply Class or Statutory Limit row.

	Args:
		name: name of the row, stamped on the case.
		days: length of the limit in days of `day_kind`, at least 1.
		day_kind: "Natural Day", "Working Day" or "Elapsed Day" (24 hours each).
		roll_last_day: whether a last day that is no working day moves to the next one (Civil Code art. 203).
			Has no effect on working days, which end on one anyway, nor on elapsed days, which never shift.

	Raises:
		InvalidLimitError: `days` or `day_kind` cannot be used.
	"""

	name: str
	days: int
	day_kind: str
	roll_last_day: bool

	def __post_init__(self) -> None:
		if isinstance(self.days, bool) or not isinstance(self.days, int) or self.days < 1:
			raise InvalidLimitError(
				_("Limit {rule} must be a whole number of days, at least 1, not {days}."),
				rule=self.name,
				days=repr(self.days),
			)
		if self.day_kind not in DAY_KINDS:
			raise InvalidLimitError(
				_("Limit {rule} counts in {kind}, which is unknown. Use one of: {kinds}."),
				rule=self.name,
				kind=repr(self.day_kind),
				kinds=", ".join(DAY_KINDS),
			)


@dataclass(frozen=True)
class Clocks:
	"""The due moments of one case; None where a clock has not been started.

	Args:
		notice_due_at: acceptance notice, from receipt (Regulation arts 22 and 23).
		reply_due_at: local promise, from acceptance.
		statutory_due_at: handling, from acceptance (Regulation art. 34).
	"""

	notice_due_at: datetime | None = None
	reply_due_at: datetime | None = None
	statutory_due_at: datetime | None = None


def due_at(start: datetime, rule: LimitRule, calendar: WorkCalendar | None = None) -> datetime:
	"""Return the last moment at which a limit is still kept.

	The day of the event is not counted (Civil Code art. 201). Natural and working days end at 23:59:59 of the
	last day; elapsed days end at the time of day they began, `days` times 24 hours later.

	Args:
		start: moment of the event that starts the clock (receipt, acceptance ...).
		rule: the limit.
		calendar: needed for working days and for rolling the last day; None counts as an empty calendar.

	Raises:
		MissingYearError: the count needs a year that the calendar does not have.
	"""
	if rule.day_kind == ELAPSED_DAY:
		return start + rule.days * ONE_DAY
	if rule.day_kind == WORKING_DAY:
		last = _require(calendar, start + ONE_DAY).add_workdays(start, rule.days)
	else:
		last = start.date() + timedelta(days=rule.days)
		if rule.roll_last_day:
			last = _require(calendar, last).next_workday(last)
	return datetime.combine(last, END_OF_DAY, tzinfo=start.tzinfo)


def _require(calendar: WorkCalendar | None, day: date) -> WorkCalendar:
	if calendar is None:
		raise MissingYearError(day.year)
	return calendar


def pick_rule(rows: Iterable[Row], on: date) -> Row:
	"""Return the row that is valid on a date, so that a later change of the table leaves old cases alone.

	Args:
		rows: rows of one kind of limit, with `name`, `valid_from` and `valid_to` as attributes or keys. Both
			dates are inclusive; None means open on that side.
		on: the date of the event.

	Raises:
		NoRuleError: no row is valid on that date.
		OverlappingRulesError: several are.
	"""
	day = as_date(on)
	valid = [row for row in rows if _is_valid_on(row, day)]
	if not valid:
		raise NoRuleError(
			_("No rule is valid on {day}. Add a row whose validity covers that date."), day=day.isoformat()
		)
	if len(valid) > 1:
		raise OverlappingRulesError(
			_("More than one rule is valid on {day}: {rules}. End one of them before the other begins."),
			day=day.isoformat(),
			rules=", ".join(sorted(str(_get(row, "name")) for row in valid)),
		)
	return valid[0]


def _get(row: object, field: str) -> Any:
	return row.get(field) if isinstance(row, Mapping) else getattr(row, field, None)


def _is_valid_on(row: object, day: date) -> bool:
	first, last = _get(row, "valid_from"), _get(row, "valid_to")
	return (first is None or as_date(first) <= day) and (last is None or day <= as_date(last))


def is_late(due_at: datetime | None, answered_at: datetime | None, now: datetime) -> bool:
	"""Tell whether a limit is or was missed; computed, so it is right without any job having run.

	Args:
		due_at: last moment of the limit; None means there is no limit and nothing is late.
		answered_at: moment of the answer, None while it is missing.
		now: the present moment, used while there is no answer.
	"""
	if due_at is None:
		return False
	# 23:59:59.7 still belongs to the last day.
	return (answered_at or now).replace(microsecond=0) > due_at


def days_left(due_at: datetime, now: datetime) -> int:
	"""Return the calendar days from today to the due day: 0 on the due day, negative after it."""
	return calendar_days(now, due_at)


def calendar_days(start: date, end: date) -> int:
	"""Return the calendar days from the day of `start` to the day of `end`; the first day is not counted."""
	return (as_date(end) - as_date(start)).days
