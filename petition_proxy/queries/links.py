"""What a Link field offers while one types: Frappe's own search, with options and places in words instead of ids.

Frappe shows the search fields of a record as they are stored: "Villager Group Head, On Duty, 500107004002". Hooks name
this search for every DocType of ours that has an option among them.
"""

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint

STATES = "Workflow State"
SEARCHED_TYPES = frozenset({"Data", "Link", "Select", "Small Text"})


@frappe.whitelist()
@frappe.validate_and_sanitize_search_inputs
def search_in_words(
	doctype: str,
	txt: str,
	searchfield: str,
	start: int,
	page_len: int,
	filters: dict | list | None = None,
	as_dict: bool = False,
	reference_doctype: str | None = None,
) -> list[Any]:
	"""Records whose name, title or search fields hold a text, within what the user may read.

	Args:
		doctype: whose records.
		txt: what was typed.
		searchfield: Frappe passes it; the DocType's own search fields are used.
		start: first row.
		page_len: most rows.
		filters: of the Link field.
		as_dict: rows as dicts instead of lists.
		reference_doctype: the record in which the Link field stands.

	Returns:
		Name, title, then the search fields, as Frappe's own search; those whose title begins with the text first.
	"""
	if not any(frappe.has_permission(doctype, right) for right in ("read", "select")):
		return []  # Frappe would answer a refusal from here with the page of a method that is missing
	meta = frappe.get_meta(doctype)
	title = meta.title_field if meta.show_title_field_in_link else None
	fields = [field for column in meta.get_search_fields() if (field := meta.get_field(column))]
	columns = list(
		dict.fromkeys(
			["name", *([meta.title_field] if meta.title_field else []), *(f.fieldname for f in fields)]
		)
	)
	searched = ["name", *(c for c in columns[1:] if meta.get_field(c).fieldtype in SEARCHED_TYPES)]
	rows = frappe.get_list(
		doctype,
		filters=filters,
		or_filters=[[doctype, column, "like", f"%{txt}%"] for column in searched] if txt else None,
		fields=columns,
		order_by="creation desc, name asc",
		limit_start=cint(start),
		limit_page_length=cint(page_len),
		reference_doctype=reference_doctype,
	)
	typed = txt.casefold()
	rows.sort(key=lambda row: not str(row.get(title or "name") or "").casefold().startswith(typed))
	for field in fields:
		column = field.fieldname
		if field.fieldtype == "Select":
			_put(rows, column, lambda value: _(value, context=doctype))
		elif field.fieldtype == "Link":
			words = _titles(field.options, {row.get(column) for row in rows} - {None, ""})
			_put(rows, column, words.get)
	return rows if as_dict else [[row.get(column) for column in columns] for row in rows]


def _put(rows: list[dict], column: str, words) -> None:
	for row in rows:
		if row.get(column):
			row[column] = words(row[column]) or row[column]


def _titles(doctype: str, names: set[str]) -> dict[str, str]:
	"""Titles of records that are shown by their titles, of those the user may read; states in the user's language."""
	if doctype == STATES:
		return {name: _(name) for name in names}
	meta = frappe.get_meta(doctype)
	if not names or not meta.show_title_field_in_link or not frappe.has_permission(doctype, "read"):
		return {}
	rows = frappe.get_list(
		doctype,
		filters={"name": ("in", sorted(names))},
		fields=["name", meta.title_field],
		order_by="name asc",
		limit_page_length=len(names),
	)
	return {row.name: row[meta.title_field] for row in rows}
