"""Says early that the calendar of next year is missing: without it no working-day limit can be counted."""

import frappe
from frappe import _
from frappe.utils import add_days, get_url_to_list, getdate

from petition_proxy.jobs.recipients import Directory

FIRST_WARNING_MONTH = 11  # the State Council publishes next year's list in November
DAYS_BETWEEN_WARNINGS = 7


def missing_years(today) -> list[int]:
	"""Years that are needed and not on file: this one, and from November on the next."""
	needed = [today.year] + ([today.year + 1] if today.month >= FIRST_WARNING_MONTH else [])
	return [year for year in needed if not frappe.db.exists("Work Calendar", str(year))]


def warn_missing_calendar() -> None:
	"""Daily: tell the petition office, at most once a week a person."""
	today = getdate()
	office = frappe.db.get_single_value("Petition Proxy Settings", "petition_office")
	for year in missing_years(today):
		subject = _("The work calendar for {0} is missing. Fill it from the published list.").format(year)
		for user in Directory(office).people(office):
			since = add_days(today, -DAYS_BETWEEN_WARNINGS)
			told = {"for_user": user, "document_type": "Work Calendar", "creation": (">", since)}
			if not frappe.db.exists("Notification Log", told):
				frappe.get_doc(
					{
						"doctype": "Notification Log",
						"type": "Alert",
						"for_user": user,
						"subject": subject,
						"document_type": "Work Calendar",
						"link": get_url_to_list("Work Calendar"),
					}
				).insert(ignore_permissions=True)
