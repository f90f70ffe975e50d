"""Handing documents over, for desk and REST. The rules stand in `service_receipt/acts.py`."""

import frappe

from petition_proxy.petition_proxy.doctype.service_receipt import acts
from petition_proxy.utils.client_values import read_mapping
from petition_proxy.utils.texts import plain_texts
from petition_proxy.utils.uploads import read_limited


@frappe.whitelist(methods=["POST"])
@plain_texts
def record_service(petition: str, receipt: str | dict) -> str:
	"""Record that the reply was handed over, and note the case as served. As `acts.record_service`."""
	return acts.record_service(petition, read_mapping(receipt))


@frappe.whitelist(methods=["POST"])
@plain_texts
def record_failed_attempt(
	petition: str, method: str, reason: str, attempted_at: str | None = None, place: str | None = None
) -> int:
	"""Record an attempt that failed. As `acts.record_failed_attempt`."""
	return acts.record_failed_attempt(petition, method, reason, attempted_at, place)


@frappe.whitelist(methods=["POST"])
@plain_texts(unlimited=("signature",))
def hand_over(
	petition: str,
	client_key: str,
	method: str,
	result: str = "Served",
	letter: str | None = None,
	seconds_ago: int = 0,
	served_at: str | None = None,
	place: str | None = None,
	receiver_name: str | None = None,
	relation: str | None = None,
	witness_1: str | None = None,
	witness_2: str | None = None,
	refusal_reason: str | None = None,
	failure_reason: str | None = None,
	remark: str | None = None,
	signature: str | None = None,
) -> str:
	"""Record from a page that a document was handed over, or that it was tried. Files, result and errors as `acts.hand_over`.

	Args:
		petition: the case.
		client_key: made by the page for this one delivery; the same key again answers the same and writes nothing more.
		method: how, as Service Receipt has it.
		result: "Served" or "Failed Attempt".
		letter: an Official Letter of the case; the reply by default.
		seconds_ago: how long ago it happened, by the clock of the phone.
		served_at: the moment by the site's clock, where it was not just now.
		place: where.
		receiver_name: who took it.
		relation: what the receiver is to the petitioner.
		witness_1, witness_2: who saw it, where it was refused.
		refusal_reason: why it was refused.
		failure_reason: why it could not be handed over.
		remark: what else there is to say.
		signature: drawn on the screen, as the address of a PNG picture in itself (data:image/png;base64, ...).
	"""
	values = {
		"method": method,
		"result": result,
		"served_at": served_at or None,
		"place": place,
		"receiver_name": receiver_name,
		"relation": relation,
		"witness_1": witness_1,
		"witness_2": witness_2,
		"refusal_reason": refusal_reason,
		"failure_reason": failure_reason,
		"remark": remark,
		"signature": signature,
	}
	return acts.hand_over(petition, client_key, values, letter or None, seconds_ago, _sent_photo())


def _sent_photo() -> tuple[str, bytes] | None:
	request = getattr(frappe.local, "request", None)
	sent = request.files.get("photo") if request else None
	return (sent.filename or "", read_limited(sent.stream)) if sent else None
