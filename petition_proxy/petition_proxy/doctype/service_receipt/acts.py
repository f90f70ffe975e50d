"""Recording service in one action: the receipt, and with it the step of the case."""

import frappe
from frappe import _
from frappe.utils import add_to_date, cint, get_datetime, now_datetime

from petition_proxy.domain import letters, lifecycle, service
from petition_proxy.domain.paper_kinds import kind_of
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.petition import checks, steps
from petition_proxy.petition_proxy.doctype.petition.own_case import lock_own_case
from petition_proxy.petition_proxy.doctype.petition_assignment.acts import lock_petition
from petition_proxy.petition_proxy.doctype.service_receipt.service_receipt import (
	OFFICIAL_LETTER,
	ServiceReceiptError,
)
from petition_proxy.utils.client_values import read_moment
from petition_proxy.utils.files import PaperRefusedError
from petition_proxy.utils.uploads import PICTURES, keep_paper

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

# What a page may fill of it; the photo comes as a file, and the moment as seconds that have passed.
PAGE_FIELDS = frozenset(FIELDS) - {"photo", "recording", "server_name", "post_no", "posted_on"} | {
	"result",
	"failure_reason",
}
MOST_SECONDS = 30 * 24 * 60 * 60  # a phone that was without a network for a month
MOST_SIGNATURE = 400_000  # characters; a drawn name has some ten thousand
SIGNATURE_HEAD = "data:image/png;base64,"


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


def hand_over(
	petition: str,
	client_key: str,
	values: dict,
	letter: str | None = None,
	seconds_ago: int = 0,
	photo: tuple[str, bytes] | None = None,
) -> str:
	"""Record from a page that a document was handed over, or that it was tried; of the reply, take the step "Serve" with it.

	A page keeps what could not be sent and sends it again, so the same key answers the same and writes nothing more.

	Args:
		petition: the case.
		client_key: made by the page for this one delivery.
		values: values of PAGE_FIELDS; `result` is "Served" by default.
		letter: an Official Letter of the case; the reply by default.
		seconds_ago: how long ago it happened, by the clock of the phone, where `served_at` does not say when.
		photo: name and content of a picture, as sent.

	Files:
		photo: a picture of the receipt or of the delivery.

	Returns:
		Name of the receipt.

	Raises:
		ServiceReceiptError: served already, proof missing, or not somebody who serves.
		StepError: the agent is off duty, or the agreement does not let the agent receive documents.
		PaperRefusedError: the picture is none.
		frappe.DoesNotExistError: no such case among those of the session's user.
	"""
	doc = lock_own_case(petition)
	if len(client_key or "") < 16:
		frappe.throw(_("Load the page again and record it once more."), ServiceReceiptError)
	made = frappe.db.get_value(
		"Service Receipt",
		{"client_key": client_key, "petition": doc.name, "served_by": frappe.session.user},
	)
	if made:
		return made
	_check_may_hand_over(doc)
	receipt = frappe.new_doc("Service Receipt")
	receipt.update({field: values[field] for field in PAGE_FIELDS if values.get(field)})
	receipt.petition, receipt.client_key = doc.name, client_key
	receipt.result = receipt.result or service.SERVED
	_check_signature(receipt.signature)
	receipt.served_at = (
		read_moment(receipt.served_at) if receipt.served_at else _moment(doc, letter, seconds_ago)
	)
	if letter:
		_set_letter(receipt, letter)
	else:
		_require_replied(doc)
	name = frappe.generate_hash(length=10)
	if photo:
		if kind_of(photo[1]) not in PICTURES:
			frappe.throw(_("The picture cannot be read. Take it again."), PaperRefusedError)
		kept = keep_paper("Service Receipt", name, *photo)
		frappe.db.set_value(
			"File", kept.name, "attached_to_field", "photo"
		)  # else Frappe attaches it once more
		receipt.photo = kept.file_url
	receipt.insert(set_name=name)
	if not letter and receipt.result == service.SERVED:
		doc = frappe.get_doc("Petition", doc.name)
		doc.workflow_state = lifecycle.SERVED
		doc.save()
	return receipt.name


def _check_may_hand_over(doc) -> None:
	"""Asked before a picture is taken in; the receipt asks again."""
	now, scope = now_datetime(), get_scope()
	steps.check_agent_may_act(doc, now)
	if doc.agent and steps.is_own_agent(doc, scope):
		checks.check_authority(doc, now, "may_receive_documents")


def _check_signature(signature: str | None) -> None:
	if signature and (len(signature) > MOST_SIGNATURE or not signature.startswith(SIGNATURE_HEAD)):
		frappe.throw(_("The signature cannot be read. Draw it again."), ServiceReceiptError)


def _moment(doc, letter: str | None, seconds_ago: int):
	"""When it happened; a phone's clock may be slow, so never before the reply was there."""
	moment = add_to_date(now_datetime(), seconds=-min(max(cint(seconds_ago), 0), MOST_SECONDS))
	return moment if letter else max(moment, get_datetime(doc.replied_at or moment))


def _set_letter(receipt, letter: str) -> None:
	row = frappe.db.get_value(
		OFFICIAL_LETTER,
		{"name": letter, "petition": receipt.petition, "is_void": 0, "kind": ("in", letters.TO_PETITIONER)},
		("name", "kind", "told_at"),
		as_dict=True,
		for_update=True,
	)
	if not row or row.kind == letters.OPINION:
		frappe.throw(
			_("This letter is no longer in force, or belongs to another case. Load the page again."),
			ServiceReceiptError,
		)
	if row.told_at:
		frappe.throw(_("It is on record already that this letter was handed over."), ServiceReceiptError)
	receipt.document_type, receipt.document = OFFICIAL_LETTER, row.name


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
