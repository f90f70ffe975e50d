"""Reports by mail that most districts want; each waits, switched off, for the person it is for."""

import json

import frappe

from petition_proxy.setup.masters import read_fixture


def ensure_mail_reports() -> None:
	"""Insert what is missing; what a site changed or switched on stays."""
	for row in read_fixture("mail_reports"):
		if not frappe.db.exists(
			"Auto Email Report", {"report": row["report"], "frequency": row["frequency"]}
		):
			insert_mail_report(row, "Administrator")


def insert_mail_report(row: dict, user: str):
	"""One report by mail, switched off.

	Args:
		row: report, frequency, and what else the seed sets.
		user: whom it is for.
	"""
	values = {
		key: json.dumps(value) if key == "filters" else value for key, value in row.items() if key != "role"
	}
	doc = frappe.get_doc(
		{
			"doctype": "Auto Email Report",
			"enabled": 0,
			"user": user,
			"email_to": frappe.db.get_value("User", user, "email") or user,
			"no_of_rows": 1000,
			"format": "HTML",
			**values,
		}
	)
	return doc.insert(ignore_permissions=True)  # part of setting up the site


def remove_mail_reports() -> None:
	"""With the app go the mails over its reports, or the scheduler would stumble over them."""
	reports = frappe.get_all(
		"Report", filters={"module": "Petition Proxy"}, pluck="name", order_by="name asc"
	)
	frappe.db.delete("Auto Email Report", {"report": ("in", reports or [""])})
