"""What people do at the end of a case: see what is missing, make the file, confirm a statement."""

import frappe
from frappe import _

from petition_proxy.domain import lifecycle
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.case_file.case_file import CaseFileError
from petition_proxy.petition_proxy.doctype.case_file.compile import compile_file, number_report, write_file
from petition_proxy.petition_proxy.doctype.case_file.facts import END_STATES, gaps_of, sentence_of
from petition_proxy.petition_proxy.doctype.case_file.records import CaseRecords
from petition_proxy.petition_proxy.doctype.petition import steps
from petition_proxy.petition_proxy.doctype.petition_assignment.acts import lock_petition

NOTHING_TO_CHECK = frozenset({lifecycle.DRAFT, lifecycle.MERGED, lifecycle.ARCHIVED})


def what_is_missing(petition: str) -> list[dict]:
	"""What a case lacks for its next end.

	Raises:
		frappe.PermissionError: out of the user's scope.
	"""
	doc = frappe.get_doc("Petition", petition)
	doc.check_permission("read")
	if doc.workflow_state in NOTHING_TO_CHECK:
		return []
	return [
		{"code": gap.code, "text": sentence_of(gap), "is_blocking": gap.is_blocking} for gap in gaps_of(doc)
	]


def make_case_file(petition: str) -> str:
	"""Make the file of a case's round, or bring its list up to what the case holds now.

	Args:
		petition: a case that has ended.

	Returns:
		Name of the Case File.

	Raises:
		CaseFileError: the case has not ended, or neither the handling unit nor the petition office asks.
	"""
	doc = lock_petition(petition)
	scope = get_scope()
	if not scope.sees_all and not steps.ACTORS[lifecycle.BY_KEEPER](doc, scope):
		frappe.throw(steps.WHO[lifecycle.BY_KEEPER](), CaseFileError)
	if doc.workflow_state == lifecycle.ARCHIVED:
		frappe.throw(_("The file is closed and stands as it is."), CaseFileError)
	if doc.workflow_state not in END_STATES:
		frappe.throw(_("The file is made when the case has ended."), CaseFileError)
	file = compile_file(CaseRecords(doc))
	number_report(file, doc)
	write_file(file)
	return file.name


def confirm_statement(statement: str) -> None:
	"""Confirm a settlement statement, its row locked.

	Args:
		statement: the Settlement Statement.

	Raises:
		frappe.PermissionError: out of the user's scope.
		StatementError: confirmed already, not signed, not ticked as free, or by the handler or the agent.
	"""
	doc = frappe.get_doc("Settlement Statement", statement, for_update=True)
	doc.check_permission("read")
	doc.confirm()
