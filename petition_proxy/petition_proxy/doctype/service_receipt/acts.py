"""Recording service in one action: the receipt, and with it the step of the case."""

import frappe
from frappe import _

from petition_proxy.domain import lifecycle, service
from petition_proxy.petition_proxy.doctype.petition_assignment.acts import lock_petition
from petition_proxy.petition_proxy.doctype.service_receipt.service_receipt import ServiceReceiptError

# What a request may fill; the rest is the server's.
FIELDS = (
	"method",
	"served_at",
	"place",
	"server_name",
	"receiver_name",
	"relation",
	"signature",
	"photo",
	"witness_1",
	"witness_2",
	"recording",
	"refusal_reason",
	"post_no",
	"posted_on",
	"remark",
)


def record_service(petition: str, receipt: dict) -> str:
	"""Write the receipt of the reply and take the step "Serve".

	Args:
		petition: a case that has been replied to.
		receipt: values of FIELDS.

	Returns:
		Name of the receipt.

	Raises:
		ServiceReceiptError: served already, proof missing, or not somebody who serves.
		StepError: the step refuses.
	"""
	doc = lock_petition(petition)
	_require_replied(doc)
	made = _make(petition, {f: receipt.get(f) for f in FIELDS if receipt.get(f)}, service.SERVED)
	doc = frappe.get_doc("Petition", petition)
	doc.workflow_state = lifecycle.SERVED
	doc.save()
	return made.name


def record_failed_attempt(
	petition: str, method: str, reason: str, attempted_at: str | None = None, place: str | None = None
) -> int:
	"""Record an attempt to hand the reply over that failed.

	Args:
		petition: a case that has been replied to.
		method: way that was tried.
		reason: why it failed.
		attempted_at: when; now by default.
		place: where.

	Returns:
		How many attempts have failed so far.

	Raises:
		ServiceReceiptError: no reason, not replied yet, or not somebody who serves.
	"""
	doc = lock_petition(petition)
	_require_replied(doc)
	values = {"method": method, "failure_reason": reason, "served_at": attempted_at, "place": place}
	_make(petition, values, service.FAILED)
	return frappe.db.get_value("Petition", petition, "service_attempts")


def _require_replied(doc) -> None:
	if doc.workflow_state != lifecycle.REPLIED:
		frappe.throw(
			_(
				"The reply is handed over after it was given and before the case is served. It is in stage {0}."
			).format(_(doc.workflow_state)),
			ServiceReceiptError,
		)


def _make(petition: str, values: dict, result: str):
	receipt = frappe.new_doc("Service Receipt")
	receipt.update({"petition": petition, "result": result, **values})
	receipt.insert()
	return receipt
