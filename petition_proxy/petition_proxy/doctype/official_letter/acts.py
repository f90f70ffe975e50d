"""What people do with letters of the register: issue one that is missing, note that it was told, void it."""

import frappe
from frappe import _
from frappe.utils import getdate, now_datetime

from petition_proxy.domain import dates, lifecycle
from petition_proxy.domain import letters as rules
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.official_letter import register
from petition_proxy.petition_proxy.doctype.official_letter.register import LETTER, LetterError
from petition_proxy.petition_proxy.doctype.petition import steps
from petition_proxy.petition_proxy.doctype.petition_assignment.acts import lock_petition
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event
from petition_proxy.utils.client_values import read_moment
from petition_proxy.utils.errors import domain_errors

TOLD_WAYS = ("In Writing", "By Agent", "In Person", "By Post", "Online")


def issue_missing_notice(petition: str) -> str:
	"""The notice of acceptance or refusal, belatedly.

	Args:
		petition: the case.

	Returns:
		Its number.

	Raises:
		LetterError: nothing to issue, issued already, or neither the handling unit nor the petition office asks.
	"""
	doc = lock_petition(petition)
	scope = get_scope()
	if not scope.sees_all and not (
		steps.is_handling_unit(doc, scope) or steps.is_district_office(doc, scope)
	):
		frappe.throw(_("Only the handling unit or the petition office issues the notice."), LetterError)
	number = register.issue_missing_notice(doc)
	record_event(doc, "Issue Notice", doc.workflow_state, doc.workflow_state, number)
	return number


def _lock(letter: str) -> tuple:
	"""The letter and its case, the case locked first, if the session's user may see it.

	Raises:
		LetterError: no such letter, or it belongs to no case.
		frappe.PermissionError: out of the user's scope.
	"""
	petition = frappe.db.get_value(LETTER, letter, "petition")
	if not petition:
		frappe.throw(_("There is no letter {0} of a case.").format(letter), LetterError)
	case = lock_petition(petition)
	return frappe.get_doc(LETTER, letter, for_update=True), case


def record_told(letter: str, how: str, told_at: str | None = None) -> None:
	"""R22 arts 22, 23: the petitioner was given a notice; by whom, when and how.

	Args:
		letter: the letter.
		how: one of TOLD_WAYS.
		told_at: moment; now by default.

	Raises:
		LetterError: told already, void, an unknown way, before it was issued, or not somebody who serves.
	"""
	doc, case = _lock(letter)
	scope = get_scope()
	if not scope.sees_all and not steps.ACTORS[lifecycle.BY_SERVER](case, scope):
		frappe.throw(steps.WHO[lifecycle.BY_SERVER](), LetterError)
	steps.check_agent_may_act(case, now_datetime())
	if how not in TOLD_WAYS:
		ways = ", ".join(_(way, context="Official Letter") for way in TOLD_WAYS)
		frappe.throw(_("Say how it was told: {0}.").format(ways), LetterError)
	if doc.is_void:
		frappe.throw(_("The letter was voided. Issue a new one first."), LetterError)
	if doc.told_at:
		frappe.throw(
			_("It is on record already that this letter was told on {0}.").format(
				frappe.format(doc.told_at, "Datetime")
			),
			LetterError,
		)
	at = read_moment(told_at) if told_at else now_datetime()
	with domain_errors(LetterError):
		dates.check_not_future(at, now_datetime(), "Told At")
		dates.check_order(getdate(doc.issued_on), at, "Issued On", "Told At")
	register.mark_told(doc.name, how, at, frappe.session.user)
	record_event(case, "Tell Petitioner", case.workflow_state, case.workflow_state, doc.number)


def void_letter(letter: str, reason: str) -> None:
	"""A notice or letter issued in error is voided with its reason; its number is not used again.

	Args:
		letter: the letter.
		reason: why.

	Raises:
		LetterError: void already, an opinion letter, no reason, or neither the issuing unit nor the petition office.
	"""
	doc, case = _lock(letter)
	scope = get_scope()
	if not scope.sees_all and doc.unit not in scope.units and not steps.is_district_office(case, scope):
		frappe.throw(_("Only the issuing unit or the petition office voids a letter."), LetterError)
	if doc.kind == rules.OPINION:
		frappe.throw(_("An opinion letter is replaced by a new version, not voided."), LetterError)
	if doc.is_void:
		frappe.throw(_("The letter was voided already."), LetterError)
	if not (reason or "").strip():
		frappe.throw(_("Say why the letter is voided."), LetterError)
	register.void(doc.name, reason.strip())
	record_event(case, "Void Letter", case.workflow_state, case.workflow_state, doc.number)
