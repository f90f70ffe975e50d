"""Who looked at an identity: one row each (invariant: every unmasking leaves a record)."""

import frappe
from frappe.utils import now_datetime


def record_access(
	doctype: str, name: str, fields: str, reason: str | None = None, user: str | None = None
) -> None:
	"""Write one Access Record.

	Args:
		doctype: record type looked at.
		name: record looked at.
		fields: what was shown, comma separated.
		reason: why, where the person was asked.
		user: who; the session's user by default.
	"""
	frappe.get_doc(
		{
			"doctype": "Access Record",
			"user": user or frappe.session.user,
			"doctype_name": doctype,
			"document": name,
			"field": fields,
			"reason": reason,
			"at": now_datetime(),
		}
	).insert(ignore_permissions=True)  # the record must be written whoever looks
