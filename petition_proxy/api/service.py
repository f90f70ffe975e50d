"""Handing documents over, for desk and REST. The rules stand in `service_receipt/acts.py`."""

import frappe

from petition_proxy.petition_proxy.doctype.service_receipt import acts
from petition_proxy.utils.client_values import read_mapping
from petition_proxy.utils.texts import plain_texts


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
