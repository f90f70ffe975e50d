"""Calendars of the State Council's holiday notices for 2023 to 2025, as test data."""

from datetime import date, timedelta

from petition_proxy.domain.workdays import WorkCalendar


def days(first: str, last: str | None = None) -> list[date]:
	"""Return the dates from `first` to `last`, both included."""
	start, end = date.fromisoformat(first), date.fromisoformat(last or first)
	return [start + timedelta(days=n) for n in range((end - start).days + 1)]


HOLIDAYS = frozenset(
	days("2023-01-01", "2023-01-02")
	+ days("2023-01-21", "2023-01-27")
	+ days("2023-04-05")
	+ days("2023-04-29", "2023-05-03")
	+ days("2023-06-22", "2023-06-24")
	+ days("2023-09-29", "2023-10-06")
	+ days("2023-12-30", "2024-01-01")
	+ days("2024-02-10", "2024-02-17")
	+ days("2024-04-04", "2024-04-06")
	+ days("2024-05-01", "2024-05-05")
	+ days("2024-06-10")
	+ days("2024-09-15", "2024-09-17")
	+ days("2024-10-01", "2024-10-07")
	+ days("2025-01-01")
	+ days("2025-01-28", "2025-02-04")
	+ days("2025-04-04", "2025-04-06")
	+ days("2025-05-01", "2025-05-05")
	+ days("2025-05-31", "2025-06-02")
	+ days("2025-10-01", "2025-10-08")
)
MAKEUP_DAYS = frozenset(
	date.fromisoformat(day)
	for day in (
		"2023-01-28 2023-01-29 2023-04-23 2023-05-06 2023-06-25 2023-10-07 2023-10-08 "
		"2024-02-04 2024-02-18 2024-04-07 2024-04-28 2024-05-11 2024-09-14 2024-09-29 2024-10-12 "
		"2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11"
	).split()
)
CALENDAR = WorkCalendar(HOLIDAYS, MAKEUP_DAYS, frozenset({2023, 2024, 2025}))
