"""Who looked at an identity, and who took data out: one row each (invariant: every unmasking leaves a record)."""

from typing import Any

import frappe
from frappe.utils import now_datetime

LOOK, EXPORT, PRINT, MAIL = "Look", "Export", "Print", "Mail"


def record_access(
	doctype: str, name: str, fields: str, reason: str | None = None, user: str | None = None, **more: Any
) -> None:
	"""Write one Access Record.

	Args:
		doctype: record type looked at.
		name: record looked at.
		fields: what was shown, comma separated.
		reason: why, where the person was asked.
		user: who; the session's user by default.
		more: act, file_type, row_count, conditions.
	"""
	frappe.get_doc(
		{
			"doctype": "Access Record",
			"user": user or frappe.session.user,
			"doctype_name": doctype,
			"document": name,
			"field": (fields or "")[:140],
			"reason": reason,
			"at": now_datetime(),
			"act": LOOK,
			**more,
		}
	).insert(ignore_permissions=True)  # the record must be written whoever looks


def record_export(
	doctype: str,
	name: str,
	file_type: str,
	row_count: int,
	conditions: str = "",
	columns: str = "",
	act: str = EXPORT,
) -> None:
	"""Write down that a list or a report left as a file, on paper or by mail.

	Args:
		doctype: "DocType" for a list, "Report" for a report.
		name: which one.
		file_type: kind of file.
		row_count: rows in it.
		conditions: filters without personal data.
		columns: fields in it.
		act: `EXPORT`, `PRINT` or `MAIL`.
	"""
	frappe.local.flags.commit = True  # a file may be asked for by GET, which is rolled back otherwise
	record_access(
		doctype, name, columns, act=act, file_type=file_type, row_count=row_count, conditions=conditions
	)
