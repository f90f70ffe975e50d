"""Who looked at an identity: one row each (invariant: every unmasking leaves a record)."""

import frappe
from frappe.utils import now_datetime


def record_access(doctype: str, name: str, fields: str, reason: str | None = None) -> None:
	"""Write one Access Record for the session's user.

	Args:
		doctype: record type looked at.
		name: record looked at.
		fields: what was shown, comma separated.
		reason: why, where the person was asked.
	"""
	frappe.get_doc(
		{
			"doctype": "Access Record",
			"user": frappe.session.user,
			"doctype_name": doctype,
			"document": name,
			"field": fields,
			"reason": reason,
			"at": now_datetime(),
		}
	).insert(ignore_permissions=True)  # the record must be written whoever looks
