"""Asking for more time and deciding about it."""

import frappe

from petition_proxy.petition_proxy.doctype.extension_request import acts
from petition_proxy.utils.texts import plain_texts


@frappe.whitelist(methods=["POST"])
@plain_texts
def ask_extension(petition: str, days: int, reason: str) -> str:
	"""Ask for more time. Arguments, result and errors as `acts.ask_extension`."""
	return acts.ask_extension(petition, days, reason)


@frappe.whitelist(methods=["POST"])
@plain_texts
def decide_extension(request: str, is_approved: bool, note: str | None = None) -> None:
	"""Approve or reject a request. Arguments and errors as `acts.decide_extension`."""
	acts.decide_extension(request, is_approved, note)
