"""The steps a person is shown: Frappe goes by role alone, a case by who stands behind it."""

import frappe
from frappe import _
from frappe.model.workflow import get_transitions as frappe_get_transitions

from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.petition import steps
from petition_proxy.utils.client_values import ClientValueError, read_mapping


@frappe.whitelist()
def get_transitions(
	doc: str | dict, workflow: str | None = None, raise_exception: bool = False
) -> list[dict]:
	"""Steps the session's user may take now, for the buttons and the Actions menu.

	A town officer has the role that accepts, but does not accept for a department.

	Args:
		doc: the document, as the desk holds it; only its type and name are used.
		workflow: as Frappe sends it; not used for petitions.
		raise_exception: as Frappe sends it.

	Returns:
		Per step its `state`, `action` and `next_state`, as Frappe's own answer.

	Raises:
		frappe.PermissionError: the document is out of the user's scope.
	"""
	doc = read_mapping(doc)
	if not doc.get("doctype"):
		frappe.throw(_("Which record is meant is missing here. Load the form again."), ClientValueError)
	if doc.doctype != "Petition":
		return frappe_get_transitions(doc, workflow, raise_exception)
	if doc.get("__islocal") or not doc.get("name"):
		return []
	petition = frappe.get_doc("Petition", doc["name"])
	petition.check_permission("read")
	return [
		{"state": step.source, "action": step.action, "next_state": step.target, "allowed": "All"}
		for step in lifecycle.next_steps(petition.workflow_state)
		if steps.may_take(petition, step)
	]
