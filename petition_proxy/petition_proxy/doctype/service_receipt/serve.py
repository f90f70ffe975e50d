"""What the step "Serve" asks for: a receipt, or the few fields from which one is made in the same action."""

import frappe
from frappe import _
from frappe.utils import cint, get_datetime, get_fullname, getdate

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


def set_moment(petition, now) -> None:
	"""The petitioner's days run from the moment on the receipt, not from when the step was noted.

	Without a receipt the case names the one that is written with it.
	"""
	if receipt := _receipt_of(petition):
		petition.served_at = receipt.served_at
		return
	petition.service_receipt = petition.flags.new_receipt = frappe.generate_hash(length=10)


def make_receipt(petition, now) -> None:
	"""Without a receipt one is made from the fields of the step, which has checked them; one INSERT, no document overhead.

	Args:
		petition: the case as saved, its papers private by now.
		now: moment of the step.
	"""
	name = petition.flags.pop("new_receipt", None)
	if not name:
		return
	user = frappe.session.user
	letter = petition.opinion_letter
	values = {
		"name": name,
		"owner": user,
		"modified_by": user,
		"creation": now,
		"modified": now,
		"docstatus": 0,
		"idx": 0,
		**receipt_values(petition, petition.served_at),
		"round": petition.round or 1,
		"document_type": "Opinion Letter" if letter else None,
		"document": letter,
		"attempt_no": cint(petition.service_attempts) + 1,
		"served_by": user,
		"server_name": get_fullname(user),
		"recipient": petition.petitioner_name,
	}
	table = frappe.qb.DocType("Service Receipt")
	frappe.qb.into(table).columns(*values).insert(*values.values()).run()


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
