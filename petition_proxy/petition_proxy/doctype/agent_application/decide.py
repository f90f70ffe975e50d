"""Deciding on applications: onto the roster as applied, or turned down."""

import frappe
from frappe import _
from frappe.utils import now_datetime
from frappe.utils.password import decrypt

from petition_proxy.domain.lifecycle import CLERK, OFFICE, TOWN, VILLAGE
from petition_proxy.petition_proxy.doctype.agent_application.agent_application import ApplicationError

DECIDERS = frozenset({VILLAGE, TOWN, OFFICE, CLERK})


def _lock(application: str):
	doc = frappe.get_doc("Agent Application", application, for_update=True)
	doc.check_permission("write")
	if frappe.session.user != "Administrator" and not DECIDERS & set(frappe.get_roles()):
		raise frappe.PermissionError(_("The village or the town of the place decides on applications."))
	if doc.status != "New":
		frappe.throw(
			_("This application has been decided ({0}).").format(_(doc.status, context="Agent Application")),
			ApplicationError,
		)
	return doc


def take_in(application: str, is_public_staff: bool = False) -> str:
	"""Enter an applicant on the roster, to be checked by the town.

	Args:
		application: Agent Application of the own place.
		is_public_staff: as the clerk or town has found; a village leaves it to them.

	Returns:
		Name of the Proxy Agent.

	Raises:
		ApplicationError: decided already.
		OnRosterError: the person is on the roster; the message names the village.
	"""
	doc = _lock(application)
	agent = frappe.get_doc(
		{
			"doctype": "Proxy Agent",
			"agent_name": doc.applicant_name,
			"sex": doc.sex,
			"village": doc.village,
			"agent_class": doc.agent_class,
			"is_public_staff": int(bool(is_public_staff)),
			"id_number": decrypt(doc.sealed_id_number) if doc.sealed_id_number else None,
		}
	)
	agent.insert()
	_decide(doc, "Taken In", agent=agent.name)
	return agent.name


def turn_down(application: str, note: str) -> None:
	"""Turn an applicant down, with the reason.

	Args:
		application: the Agent Application.
		note: why; the applicant reads it.

	Raises:
		ApplicationError: decided already, or no reason.
	"""
	doc = _lock(application)
	if not (note or "").strip():
		frappe.throw(_("Say why."), ApplicationError)
	_decide(doc, "Turned Down", decision_note=note.strip())


def _decide(doc, status: str, **values) -> None:
	doc.db_set(
		{"status": status, "decided_by": frappe.session.user, "decided_at": now_datetime(), **values},
		notify=True,
	)
