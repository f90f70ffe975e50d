"""The tables of a quarterly circular, from the figures frozen with it."""

import frappe
from frappe import _
from frappe.model.document import Document

LEVELS = ("District", "Town", "Village", "Unit", "Agent")
MAX_ROWS = 200


def paper_figures(doc: Document) -> list[frappe._dict]:
	"""One table a level, in the order of `LEVELS`; nothing is computed anew.

	Args:
		doc: the Quarterly Bulletin, which the caller may read.

	Returns:
		Dicts of title, columns and rows (name, cells).
	"""
	if not frappe.db.exists("DocType", "Bulletin Figure", cache=True):
		return []
	figures = frappe.get_all(
		"Bulletin Figure",
		filters={"bulletin": doc.name, "kind": "Figure"},
		fields=["level", "scope_name", "figures"],
		order_by="scope_id asc",
		limit=0,
	)
	tables = []
	for level in LEVELS:
		rows = [row for row in figures if row.level == level][:MAX_ROWS]
		if rows:
			tables.append(_table(level, rows))
	return tables


def _table(level: str, rows: list[frappe._dict]) -> frappe._dict:
	values = [frappe.parse_json(row.figures) or {} for row in rows]
	keys = list(dict.fromkeys(key for value in values for key in value))
	return frappe._dict(
		title=_("By {0}").format(_(level, context="Bulletin Figure")),
		columns=[_(key) for key in keys],
		rows=[
			frappe._dict(name=row.scope_name or "", cells=[_cell(value.get(key)) for key in keys])
			for row, value in zip(rows, values, strict=True)
		],
	)


def _cell(value) -> str:
	return "—" if value is None else str(value)
