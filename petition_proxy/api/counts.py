"""Counts that Frappe makes without row access, for the records of a case with it.

`frappe.client.get_count` counts the whole table for whoever may read the DocType at all; with filters that answers
questions about cases the person may not see. For all other DocTypes Frappe's own answer stays.
"""

import frappe
from frappe import _
from frappe.client import get_count as frappe_get_count
from frappe.workflow.doctype.workflow.workflow import (
	get_workflow_state_count as frappe_get_workflow_state_count,
)

from petition_proxy.utils.client_values import ClientValueError, read_filters, read_names
from petition_proxy.utils.compat import grouped_counts


def _need(doctype: str) -> None:
	"""Frappe answers an error of the server's where no record type is named."""
	if not doctype.strip():
		frappe.throw(_("Which record is meant is missing here. Load the form again."), ClientValueError)


def _has_row_access(doctype: str) -> bool:
	paths = frappe.get_hooks("permission_query_conditions").get(doctype, [])
	return any(path.startswith("petition_proxy.") for path in paths)


@frappe.whitelist()
def get_count(
	doctype: str, filters: str | dict | list | None = None, debug: bool = False, cache: bool = False
) -> int:
	"""Number of records the session's user may see.

	Args:
		doctype: record type.
		filters: as for `frappe.get_list`.
		debug: passed on to Frappe for other DocTypes.
		cache: passed on to Frappe for other DocTypes.

	Returns:
		The number.

	Raises:
		frappe.PermissionError: no right to read the record type.
		ClientValueError: filters that cannot be read.
	"""
	_need(doctype)
	if not _has_row_access(doctype):
		return frappe_get_count(doctype, filters=filters, debug=debug, cache=cache)
	try:
		rows = grouped_counts(doctype, "total", filters=read_filters(filters))
	except frappe.db.OperationalError as error:
		raise ClientValueError(_("These filters cannot be read. Set them again.")) from error
	return rows[0].total


@frappe.whitelist()
def get_workflow_state_count(
	doctype: str, workflow_state_field: str, states: str | list
) -> list[dict] | None:
	"""Cases per state the session's user may see, states in `states` left out.

	Args:
		doctype: record type.
		workflow_state_field: its state field.
		states: states to leave out.

	Returns:
		Rows with the state and `count`; None where the record type has no such field.

	Raises:
		frappe.PermissionError: no right to read the record type.
	"""
	_need(doctype)
	if not _has_row_access(doctype):
		return frappe_get_workflow_state_count(doctype, workflow_state_field, states)
	if not frappe.get_meta(doctype).has_field(workflow_state_field):
		return None
	return grouped_counts(
		doctype,
		"count",
		(workflow_state_field,),
		filters={workflow_state_field: ("not in", read_names(states or []) or [""])},
		group_by=workflow_state_field,
	)
