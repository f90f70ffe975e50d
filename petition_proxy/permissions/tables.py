"""Rows of tables: Frappe lists them by the parent's role alone; here a row is visible as its parent is."""

import frappe
from frappe.utils import cstr

from petition_proxy.permissions import case_record_query
from petition_proxy.permissions.scope import get_scope


def row_query(user: str | None = None, doctype: str | None = None) -> str:
	"""List condition of the rows of every table of this app (hooks.py names it for each).

	Args:
		user: whose list it is.
		doctype: the table.
	"""
	if get_scope(user).sees_all:
		return ""
	if not doctype:
		return "1=0"
	table = f"`tab{doctype}`"
	terms = []
	for parent in parents_of(doctype):
		of_parent = f"{table}.`parenttype` = {frappe.db.escape(parent, percent=False)}"
		if not frappe.get_meta(parent).issingle:  # settings have no rows of their own to look into
			of_parent += (
				f" and exists (select 1 from `tab{parent}`"
				f" where `tab{parent}`.`name` = {table}.`parent`{_condition_of(parent, user)})"
			)
		terms.append(f"({of_parent})")
	return f"({' or '.join(terms)})" if terms else "1=0"


def batch_row_query(user: str | None = None, doctype: str | None = None) -> str:
	"""Rows of a batch that name a case: seen by whoever sees both the batch and the case."""
	if get_scope(user).sees_all:
		return ""
	return f"({case_record_query(user, doctype)} and {row_query(user, doctype)})"


def parents_of(doctype: str) -> list[str]:
	"""Record types with this table in them."""
	return sorted(
		frappe.get_all(
			"DocField",
			{"options": doctype, "fieldtype": ("in", ("Table", "Table MultiSelect"))},
			pluck="parent",
			distinct=True,
		)
	)


def _condition_of(parent: str, user: str | None) -> str:
	"""What narrows a list of the parents, as text to go on with; empty where every row is open."""
	texts = [
		cstr(frappe.call(frappe.get_attr(path), user or frappe.session.user, doctype=parent))
		for path in frappe.get_hooks("permission_query_conditions").get(parent, [])
	]
	return "".join(f" and {text}" for text in texts if text)
