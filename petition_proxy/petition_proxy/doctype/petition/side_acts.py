"""Remarks and papers added beside a case's own form: an agent adds them only within a living authority."""

import frappe
from frappe.utils import now_datetime

from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.petition import steps


def check_comment(doc, method: str | None = None) -> None:
	"""Before a remark is written on a petition.

	Raises:
		StepError: the agent's authority has ended, or the agent is off duty.
	"""
	if doc.reference_doctype == "Petition" and doc.comment_type == "Comment":
		_check(doc.reference_name)


def check_file(doc, method: str | None = None) -> None:
	"""Before a paper is attached to a petition.

	Raises:
		StepError: the agent's authority has ended, or the agent is off duty.
	"""
	if doc.attached_to_doctype == "Petition":
		_check(doc.attached_to_name)


def _check(name: str | None) -> None:
	if not name or lifecycle.AGENT not in frappe.get_roles():
		return
	if not frappe.db.exists("Petition", name):
		return
	case = frappe.get_doc("Petition", name)
	if case.workflow_state != lifecycle.DRAFT:
		steps.check_agent_may_act(case, now_datetime())
