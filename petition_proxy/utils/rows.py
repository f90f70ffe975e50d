"""Reading a few columns of one row, without the parsing of field expressions that `frappe.db.get_value` does each time."""

from collections.abc import Sequence

import frappe
from frappe.utils import now_datetime


def read_row(doctype: str, name: str, fields: Sequence[str]) -> frappe._dict | None:
	"""Columns of one row.

	Args:
		doctype: its type.
		name: its name.
		fields: plain field names.

	Returns:
		None if there is no such row.
	"""
	table = frappe.qb.DocType(doctype)
	rows = (
		frappe.qb.from_(table).select(*(table[f] for f in fields)).where(table.name == name).run(as_dict=True)
	)
	return rows[0] if rows else None


def insert_row(doctype: str, **values) -> str:
	"""Write one row in one INSERT, without document hooks, for records that accompany a step.

	Args:
		doctype: its type; named by a hash.
		values: plain fields.

	Returns:
		Its name.
	"""
	now, user = now_datetime(), frappe.session.user
	row = {
		"name": frappe.generate_hash(length=10),
		"owner": user,
		"modified_by": user,
		"creation": now,
		"modified": now,
		"docstatus": 0,
		"idx": 0,
		**values,
	}
	table = frappe.qb.DocType(doctype)
	frappe.qb.into(table).columns(*row).insert(*row.values()).run()
	return row["name"]
