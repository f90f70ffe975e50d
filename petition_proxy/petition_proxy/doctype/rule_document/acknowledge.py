"""An agent acknowledges a version of the rules, once, under the own account."""

import frappe
from frappe import _
from frappe.utils import getdate, now_datetime

from petition_proxy.permissions.scope import get_scope


class AcknowledgementError(frappe.ValidationError):
	"""Not in force, acknowledged already, or the user is no agent."""


def acknowledge(document: str) -> None:
	"""Record that the agent logged in has read a rule document.

	Args:
		document: Rule Document in force today.

	Raises:
		AcknowledgementError: see the class.
	"""
	agent = frappe.db.get_value("Proxy Agent", {"user": get_scope().user})
	if not agent:
		frappe.throw(
			_("Your account is not linked to an agent. Ask the petition office."), AcknowledgementError
		)
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
			"acknowledgement_key": key,
		}
	).insert(ignore_permissions=True)  # the agent's own act; no role writes these by hand
