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
	"""Record from a page that a document was handed over, or that it was tried; the picture is the file `photo` of the request.

	Arguments, result and errors as `acts.hand_over`; `served_at` is the moment by the site's clock, where it was not just now.
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
