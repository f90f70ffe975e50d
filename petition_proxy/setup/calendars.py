"""Work calendars from the published holiday and make-up day lists (PyPI `chinesecalendar`)."""

import frappe
from chinese_calendar import constants
from frappe import _
from frappe.utils import now_datetime

SOURCE = "chinesecalendar"
FIRST_YEAR = 2014


def known_years() -> tuple[int, ...]:
	"""Years the package has a list for."""
	years = {day.year for day in constants.holidays}
	return tuple(sorted(y for y in years if y >= FIRST_YEAR))


def chinese_names() -> dict[str, str]:
	"""Names of the holidays in the package's English, and in Chinese."""
	return {holiday.value: holiday.chinese for holiday in constants.Holiday}


def exceptions_of(year: int) -> list[dict]:
	"""Days of a year that differ from the plain week.

	Args:
		year: calendar year.

	Returns:
		Rows of Work Calendar Day, by date: free days of the holiday list, and weekend days that are worked.
	"""
	names = chinese_names()
	rows = [
		{"day": day, "day_type": day_type, "holiday_name": names.get(str(name), str(name))}
		for day_type, days in (("Holiday", constants.holidays), ("Make-up Workday", constants.workdays))
		for day, name in days.items()
		if day.year == year
	]
	return sorted(rows, key=lambda row: row["day"])


def fill_work_calendar(year: int):
	"""Write (or rewrite) one year's calendar.

	Raises:
		frappe.ValidationError: the package has no list for the year yet.
	"""
	if year not in known_years():
		frappe.throw(
			_("The list for {0} has not been published yet, or the package {1} must be updated.").format(
				year, SOURCE
			)
		)
	name = str(year)
	doc = (
		frappe.get_doc("Work Calendar", name)
		if frappe.db.exists("Work Calendar", name)
		else frappe.get_doc({"doctype": "Work Calendar", "calendar_year": year})
	)
	doc.source, doc.filled_at = SOURCE, now_datetime()
	doc.days = []
	for row in exceptions_of(year):
		doc.append("days", row)
	doc.save(ignore_permissions=True)
	return doc


def ensure_calendars() -> None:
	"""Fill the years that are missing; a calendar already there stays."""
	for year in known_years():
		if not frappe.db.exists("Work Calendar", str(year)):
			fill_work_calendar(year)
