"""Days that must follow each other: what was signed after it was drafted, served after it was answered, never in the future."""

from datetime import date, datetime

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _


class DateOrderError(DomainError):
	"""Two days of a case stand in an order that cannot be."""

	code = "date_order"


def check_order(earlier: date | None, later: date | None, earlier_name: str, later_name: str) -> None:
	"""Refuse a later event that lies before the earlier one.

	Moments are compared by the minute, days by the day; where only one of the two is a moment, both count as days.

	Args:
		earlier, later: dates or datetimes; nothing is checked while one of them is missing.
		earlier_name, later_name: English names of the two, translated where the error is shown.

	Raises:
		DateOrderError: the later one lies before the earlier one.
	"""
	if not earlier or not later:
		return
	if isinstance(earlier, datetime) and isinstance(later, datetime):
		first, second = (d.replace(second=0, microsecond=0) for d in (earlier, later))
	else:
		first, second = _day(earlier), _day(later)
	if second < first:
		raise DateOrderError(
			_("{later} ({later_day}) lies before {earlier} ({earlier_day}). Correct one of the two."),
			later=later_name,
			later_day=_day(later).isoformat(),
			earlier=earlier_name,
			earlier_day=_day(earlier).isoformat(),
		)


def check_not_future(moment: date | None, now: datetime, name: str) -> None:
	"""Refuse a day or moment that has not come yet.

	Args:
		moment: date or datetime; None is fine.
		now: the present moment.
		name: English name of what happened, translated where the error is shown.

	Raises:
		DateOrderError: it lies in the future.
	"""
	if not moment:
		return
	is_future = moment > now if isinstance(moment, datetime) else moment > now.date()
	if is_future:
		raise DateOrderError(
			_("{name} ({day}) lies in the future. Give the day on which it happened."),
			name=name,
			day=_day(moment).isoformat(),
		)


def _day(moment: date) -> date:
	return moment.date() if isinstance(moment, datetime) else moment
