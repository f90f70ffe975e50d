import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from petition_proxy.jobs.work_calendar import missing_years
from petition_proxy.setup.calendars import fill_work_calendar
from petition_proxy.utils.calendar import clear_calendar


class CalendarDayError(frappe.ValidationError):
	"""A day is of another year, listed twice, or worked without being a weekend day."""


class WorkCalendar(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from petition_proxy.petition_proxy.doctype.work_calendar_day.work_calendar_day import WorkCalendarDay

		calendar_year: DF.Int
		days: DF.Table[WorkCalendarDay]
		filled_at: DF.Datetime | None
		source: DF.Data | None

	# end: auto-generated types
	def validate(self):
		self.validate_days()

	def on_update(self):
		clear_calendar()

	def on_trash(self):
		clear_calendar()

	def validate_days(self):
		seen = set()
		for row in self.days:
			day = getdate(row.day)
			if day.year != self.calendar_year:
				frappe.throw(_("{0} is not in {1}.").format(day, self.calendar_year), CalendarDayError)
			if day in seen:
				frappe.throw(_("{0} is listed twice. Remove one row.").format(day), CalendarDayError)
			if row.day_type == "Make-up Workday" and day.weekday() < 5:
				frappe.throw(
					_("{0} is no weekend day, so it needs no make-up row.").format(day), CalendarDayError
				)
			seen.add(day)


@frappe.whitelist(methods=["POST"])
def fill(year: int) -> str:
	"""Fill one year from the published list; asks the right to write Work Calendars.

	Args:
		year: calendar year.

	Returns:
		Name of the calendar.

	Raises:
		frappe.PermissionError: no right to write calendars.
	"""
	frappe.has_permission("Work Calendar", "write", throw=True)
	return fill_work_calendar(year).name


@frappe.whitelist()
def get_missing_years() -> list[int]:
	"""Years whose calendar is needed and not on file; asks the right to read Work Calendars.

	Returns:
		The years.

	Raises:
		frappe.PermissionError: no right to read calendars.
	"""
	frappe.has_permission("Work Calendar", "read", throw=True)
	return missing_years(getdate())
