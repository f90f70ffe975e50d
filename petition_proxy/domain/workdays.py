"""Working days with public holidays and make-up workdays (调休)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _

ONE_DAY = timedelta(days=1)
SATURDAY = 5


class MissingYearError(DomainError):
	"""A working-day question touched a year whose calendar is not loaded."""

	code = "missing_year"

	def __init__(self, year: int) -> None:
		super().__init__(_("The work calendar of {year} is missing. Fill it in, then try again."), year=year)
		self.year = year


class CalendarConflictError(DomainError):
	"""A day is listed both as a holiday and as a make-up workday."""

	code = "calendar_conflict"


class WorkingDayCountError(DomainError):
	"""A number of working days is not a whole number of zero or more."""

	code = "working_day_count"


def as_date(value: date) -> date:
	"""Return the calendar day of a date or datetime."""
	return value.date() if isinstance(value, datetime) else value


def _as_dates(values: Iterable[date]) -> frozenset[date]:
	return frozenset(as_date(value) for value in values)


@dataclass(frozen=True)
class WorkCalendar:
	"""Which days count as working days (工作日).

	Args:
		holidays: days off by public notice; weekends need not be listed.
		makeup_days: Saturdays and Sundays worked in exchange for a holiday.
		years: years whose notice is loaded. Days of any other year are never guessed from the weekday.

	Raises:
		CalendarConflictError: a day is in both lists.
	"""

	holidays: frozenset[date]
	makeup_days: frozenset[date]
	years: frozenset[int]

	def __post_init__(self) -> None:
		object.__setattr__(self, "holidays", _as_dates(self.holidays))
		object.__setattr__(self, "makeup_days", _as_dates(self.makeup_days))
		object.__setattr__(self, "years", frozenset(self.years))
		both = self.holidays & self.makeup_days
		if both:
			raise CalendarConflictError(
				_("{day} is both a holiday and a make-up workday in the work calendar. Remove one of them."),
				day=min(both).isoformat(),
			)

	def is_workday(self, d: date) -> bool:
		"""Tell whether `d` is a working day.

		Raises:
			MissingYearError: the year of `d` is not loaded.
		"""
		day = as_date(d)
		if day.year not in self.years:
			raise MissingYearError(day.year)
		if day in self.makeup_days:
			return True
		return day not in self.holidays and day.weekday() < SATURDAY

	def next_workday(self, d: date) -> date:
		"""Return `d` itself if it is a working day, else the next one (Civil Code art. 203).

		Raises:
			MissingYearError: the search reached a year that is not loaded.
		"""
		day = as_date(d)
		while not self.is_workday(day):
			day += ONE_DAY
		return day

	def add_workdays(self, d: date, n: int) -> date:
		"""Return the `n`-th working day after `d`; `d` itself is not counted (Civil Code art. 201).

		Args:
			d: day of the event, a working day or not.
			n: number of working days; 0 returns `d`.

		Raises:
			MissingYearError: the count touched a year that is not loaded.
			WorkingDayCountError: `n` is not a whole number of 0 or more.
		"""
		if isinstance(n, bool) or not isinstance(n, int) or n < 0:
			raise WorkingDayCountError(
				_("Working days must be a whole number of 0 or more, not {days}."), days=repr(n)
			)
		day = as_date(d)
		while n:
			day += ONE_DAY
			if self.is_workday(day):
				n -= 1
		return day
