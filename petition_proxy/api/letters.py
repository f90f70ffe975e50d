"""The register of issued letters, for desk and REST. The rules stand in `official_letter/acts.py`."""

import frappe

from petition_proxy.petition_proxy.doctype.official_letter import acts
from petition_proxy.utils.texts import plain_texts


@frappe.whitelist(methods=["POST"])
@plain_texts
def issue_missing_notice(petition: str) -> str:
	"""Issue the notice a case should have. Argument, result and errors as `acts.issue_missing_notice`."""
	return acts.issue_missing_notice(petition)


@frappe.whitelist(methods=["POST"])
@plain_texts
def record_told(letter: str, how: str, told_at: str | None = None) -> None:
	"""Note that the petitioner was given a letter. Arguments and errors as `acts.record_told`."""
	acts.record_told(letter, how, told_at)


@frappe.whitelist(methods=["POST"])
@plain_texts
def void_letter(letter: str, reason: str) -> None:
	"""Take a letter out of force. Arguments and errors as `acts.void_letter`."""
	acts.void_letter(letter, reason)
