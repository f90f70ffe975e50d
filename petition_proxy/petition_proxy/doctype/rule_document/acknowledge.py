"""An agent acknowledges a version of the rules, once, under the own account."""

import frappe
from frappe import _
from frappe.utils import getdate, now_datetime

from petition_proxy.permissions import is_in_place
from petition_proxy.permissions.scope import get_scope


class AcknowledgementError(frappe.ValidationError):
	"""Not in force, acknowledged already, or the user is no agent."""


def acknowledge(document: str, agent: str | None = None, signed_paper: str | None = None) -> None:
	"""Record that an agent has read a rule document: the agent logged in, or an office on the agent's signed paper.

	Args:
		document: Rule Document in force today.
		agent: Proxy Agent who works on paper; the session's user's own by default.
		signed_paper: address of the scan; needed where an office enters it.

	Raises:
		AcknowledgementError: see the class.
		frappe.PermissionError: an agent of another place.
	"""
	agent = _agent_of_user() if not agent else _agent_on_paper(agent, signed_paper)
	doc = frappe.get_doc("Rule Document", document)
	today = getdate()
	if getdate(doc.effective_from) > today or (doc.effective_to and getdate(doc.effective_to) < today):
		frappe.throw(_("This version is not in force today."), AcknowledgementError)
	key = f"{agent}|{doc.name}"
	if frappe.db.exists("Rule Acknowledgement", {"acknowledgement_key": key}):
		frappe.throw(_("You have acknowledged this version already."), AcknowledgementError)
	frappe.get_doc(
		{
			"doctype": "Rule Acknowledgement",
			"agent": agent,
			"rule_document": doc.name,
			"version": doc.version,
			"acknowledged_at": now_datetime(),
			"user": frappe.session.user,
			"signed_paper": signed_paper,
			"acknowledgement_key": key,
		}
	).insert(ignore_permissions=True)  # checked above; no role writes these by hand


def _agent_of_user() -> str:
	agent = frappe.db.get_value("Proxy Agent", {"user": get_scope().user})
	if not agent:
		frappe.throw(
			_("Your account is not linked to an agent. Ask the petition office."), AcknowledgementError
		)
	return agent


def _agent_on_paper(agent: str, signed_paper: str | None) -> str:
	row = frappe.db.get_value("Proxy Agent", agent, ("user", "village", "town", "district"), as_dict=True)
	scope = get_scope()
	if not row or not (scope.sees_all or is_in_place(row, scope)) or row.user == scope.user:
		raise frappe.PermissionError(_("You enter papers of agents of your own place only."))
	if not signed_paper:
		frappe.throw(_("Attach the paper the agent has signed."), AcknowledgementError)
	return agent
