"""Reading a few columns of one row, without the parsing of field expressions that `frappe.db.get_value` does each time."""

from collections.abc import Sequence

import frappe


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
