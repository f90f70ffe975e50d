"""The site's work calendars as one value of `domain/`, kept until a Work Calendar changes."""

import frappe

from petition_proxy.domain.deadlines import WORKING_DAY
from petition_proxy.domain.workdays import WorkCalendar
from petition_proxy.utils.cache import forget

CACHE_KEY = "petition_proxy_work_calendar"


def get_calendar() -> WorkCalendar:
	"""All years on file: free days, worked weekend days, and which years are known."""
	data = frappe.cache.get_value(CACHE_KEY, _read)
	return WorkCalendar(*data)


def _read() -> tuple[frozenset, frozenset, frozenset]:
	days = frappe.get_all(
		"Work Calendar Day",
		fields=["day", "day_type"],
		filters={"parenttype": "Work Calendar"},
		order_by="day asc",
	)
	years = frappe.get_all("Work Calendar", pluck="calendar_year", order_by="calendar_year asc")
	return (
		frozenset(d.day for d in days if d.day_type == "Holiday"),
		frozenset(d.day for d in days if d.day_type == "Make-up Workday"),
		frozenset(years),
	)


def clear_calendar() -> None:
	"""Called when a Work Calendar changes."""
	forget(CACHE_KEY)


def calendar_for(rule) -> WorkCalendar | None:
	"""The work calendar where a limit needs one.

	Args:
		rule: a `domain.deadlines.LimitRule`.
	"""
	needs_calendar = rule.roll_last_day or rule.day_kind == WORKING_DAY
	return get_calendar() if needs_calendar else None
