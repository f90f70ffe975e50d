"""The desk's Workflow for Petition, built from `domain.lifecycle.TRANSITIONS` and from nothing else.

It holds all states and the plain steps, which the list offers for many cases at once. The steps that ask for a reason
are taken from the form; the controller guards both kinds by the same table.
"""

import frappe

from petition_proxy.domain import lifecycle

WORKFLOW = "Petition Path"
# Frappe asks the database once per transition of a state at every save: a row per step and role would cost some thirty
# questions a step. So each plain step stands once, open to every account, and the controller asks for its roles.
EVERYONE = "All"
STYLES = {
	lifecycle.REGISTERED: "Warning",
	lifecycle.ASSIGNED: "Primary",
	lifecycle.RECEIVED: "Primary",
	lifecycle.ACCEPTED: "Info",
	lifecycle.HANDLING: "Info",
	lifecycle.REPLIED: "Success",
	lifecycle.SERVED: "Success",
	lifecycle.REFUSED: "Inverse",
}


def ensure_workflow() -> None:
	"""Insert states, actions and the workflow where missing; bring the workflow's rows to the table's."""
	for state in lifecycle.STATES:
		_ensure("Workflow State", state, workflow_state_name=state, style=STYLES.get(state, ""))
	for action in dict.fromkeys(t.action for t in lifecycle.TRANSITIONS):
		_ensure("Workflow Action Master", action, workflow_action_name=action)

	if frappe.db.exists("Workflow", WORKFLOW):
		doc = frappe.get_doc("Workflow", WORKFLOW)
		if _rows(doc) == _table_rows() and all(row.is_optional_state for row in doc.states):
			return
	else:
		doc = frappe.new_doc("Workflow")
		doc.workflow_name = WORKFLOW
		doc.document_type = "Petition"
		doc.workflow_state_field = "workflow_state"
		doc.is_active = 1
		doc.override_status = 1  # the list shows time left instead of the state
		doc.send_email_alert = 0
	doc.states = []
	doc.transitions = []
	for state in lifecycle.STATES:
		# "Optional" keeps Frappe from writing a Workflow Action per case and step: those follow roles only, so
		# they would show the numbers of cases out of scope, and the queues of the desk need none.
		doc.append(
			"states",
			{"state": state, "doc_status": "0", "allow_edit": EVERYONE, "is_optional_state": 1},
		)
	for source, action, target, role in _table_rows():
		doc.append(
			"transitions",
			{
				"state": source,
				"action": action,
				"next_state": target,
				"allowed": role,
				"allow_self_approval": 1,
			},
		)
	doc.save(ignore_permissions=True)


def _table_rows() -> list[tuple[str, str, str, str]]:
	return [
		(t.source, t.action, t.target, EVERYONE)
		for t in lifecycle.TRANSITIONS
		if t.action in lifecycle.PLAIN_ACTIONS
	]


def _rows(doc) -> list[tuple[str, str, str, str]]:
	return [(t.state, t.action, t.next_state, t.allowed) for t in doc.transitions]


def _ensure(doctype: str, name: str, **values) -> None:
	if not frappe.db.exists(doctype, name):
		frappe.get_doc({"doctype": doctype, **values}).insert(ignore_permissions=True)


def remove_workflow() -> None:
	"""Delete the workflow and those of its states and actions that no other workflow uses."""
	if frappe.db.exists("Workflow", WORKFLOW):
		frappe.delete_doc("Workflow", WORKFLOW, ignore_permissions=True, force=True)
	for state in lifecycle.STATES:
		in_use = frappe.db.exists("Workflow Document State", {"state": state})
		if not in_use and frappe.db.exists("Workflow State", state):
			frappe.delete_doc("Workflow State", state, ignore_permissions=True, force=True)
	for action in {t.action for t in lifecycle.TRANSITIONS}:
		in_use = frappe.db.exists("Workflow Transition", {"action": action})
		if not in_use and frappe.db.exists("Workflow Action Master", action):
			frappe.delete_doc("Workflow Action Master", action, ignore_permissions=True, force=True)
