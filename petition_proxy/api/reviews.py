"""Review and re-review."""

import frappe

from petition_proxy.petition_proxy.doctype.review_request import acts
from petition_proxy.utils.texts import plain_texts


@frappe.whitelist(methods=["POST"])
@plain_texts
def ask_review(
	petition: str,
	reasons: str,
	superior_kind: str | None = None,
	late_reason: str | None = None,
	request_scan: str | None = None,
	asked_at: str | None = None,
) -> str:
	"""Ask for a review or re-review. Arguments, result and errors as `acts.ask_review`."""
	return acts.ask_review(petition, reasons, superior_kind, late_reason, request_scan, asked_at)


@frappe.whitelist(methods=["POST"])
@plain_texts
def receive_review(request: str) -> None:
	"""Take a request up. Errors as `acts.receive_review`."""
	acts.receive_review(request)


@frappe.whitelist(methods=["POST"])
@plain_texts
def refuse_review(request: str, reason: str, note: str) -> None:
	"""Refuse a request in writing. Arguments and errors as `acts.refuse_review`."""
	acts.refuse_review(request, reason, note)


@frappe.whitelist(methods=["POST"])
@plain_texts
def withdraw_review(request: str, reason: str, proof: str | None = None) -> None:
	"""Take a request back. Arguments and errors as `acts.withdraw_review`."""
	acts.withdraw_review(request, reason, proof)


@frappe.whitelist(methods=["POST"])
@plain_texts
def add_hearing(request: str, from_date: str, to_date: str, note: str | None = None) -> None:
	"""Record a hearing. Arguments and errors as `acts.add_hearing`."""
	acts.add_hearing(request, from_date, to_date, note)


@frappe.whitelist(methods=["POST"])
@plain_texts
def decide_review(
	request: str,
	decision: str,
	facts_found: str,
	opinion_text: str,
	opinion_no: str | None = None,
	signer: str | None = None,
) -> None:
	"""Decide a request. Arguments and errors as `acts.decide_review`."""
	acts.decide_review(request, decision, facts_found, opinion_text, opinion_no, signer)


@frappe.whitelist(methods=["POST"])
@plain_texts
def serve_review(request: str, method: str, served_at: str | None = None, proof: str | None = None) -> None:
	"""Hand the opinion over. Arguments and errors as `acts.serve_review`."""
	acts.serve_review(request, method, served_at, proof)
