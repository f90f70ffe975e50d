"""What the step "Serve" asks for: a receipt, or the few fields from which one is made in the same action."""

import frappe
from frappe import _
from frappe.utils import get_datetime, getdate

from petition_proxy.domain import service
from petition_proxy.petition_proxy.doctype.opinion_letter.reply import setting
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.rows import read_row


def check(petition, now, error: type[frappe.ValidationError]) -> None:
	"""A valid receipt of this round, or method, note and proof that make one.

	Args:
		petition: the case about to be noted as served.
		now: moment of the step.
		error: exception of the caller.
	"""
	receipt = _receipt_of(petition)
	if receipt:
		petition.service_method = receipt.method
		return
	if not petition.service_method:
		if may_end_without(petition):
			frappe.throw(
				_(
					"{0} attempts to hand the reply over are on record. Close the case without service, or record how it was handed over."
				).format(petition.service_attempts),
				error,
			)
		frappe.throw(_("Say how the reply was handed over."), error)
	with domain_errors(error):
		service.check_receipt(
			receipt_values(petition, now),
			bool(petition.agent),
			get_datetime(petition.replied_at),
			now,
			bool(setting("require_service_proof")),
		)


def make_receipt(petition, now) -> None:
	"""Stamp the moment of service; without a receipt one is made from the fields of the step."""
	receipt = _receipt_of(petition)
	if receipt:
		petition.served_at = receipt.served_at
		return
	doc = frappe.new_doc("Service Receipt")
	doc.update(receipt_values(petition, now))
	doc.flags.from_step, doc.flags.petition = True, petition
	# checked by the step; an agent's or officer's right to the case has been checked with it
	doc.insert(ignore_permissions=True)
	petition.service_receipt = doc.name


def _receipt_of(petition) -> frappe._dict | None:
	if not petition.service_receipt:
		return None
	row = read_row("Service Receipt", petition.service_receipt, ("round", "result", "method", "served_at"))
	is_valid = row and row.result == service.SERVED and row.round == (petition.round or 1)
	return row if is_valid else None


def receipt_values(petition, now) -> dict:
	"""A receipt from the three fields of the step. The note is the post number, the witness or the reason, as the way asks."""
	method, note = petition.service_method, petition.service_note
	values = {
		"petition": petition.name,
		"result": service.SERVED,
		"method": method,
		"served_at": now,
		"photo": petition.service_proof,
		"remark": note,
	}
	if method == service.BY_POST:
		values.update(post_no=note, posted_on=getdate(now))
	elif method == service.LEFT:
		values.update(witness_1=note)
	elif method == service.REFUSED:
		values.update(refusal_reason=note, recording=petition.service_proof)
	return values


def may_end_without(petition) -> bool:
	"""Whether so many attempts are on record that the case may be closed without service."""
	return service.may_end_without_service(petition.service_attempts or 0, setting("service_attempts_needed"))
