"""The opinion letter, for desk and REST. The rules stand in `opinion_letter/acts.py`."""

import frappe

from petition_proxy.petition_proxy.doctype.opinion_letter import acts
from petition_proxy.utils.texts import plain_texts


@frappe.whitelist(methods=["POST"])
@plain_texts
def begin_letter(petition: str) -> str:
	"""Begin the letter of a case. Argument, result and errors as `acts.begin`."""
	return acts.begin(petition)


@frappe.whitelist(methods=["POST"])
@plain_texts
def check_letter(letter: str) -> None:
	"""Check a draft. Argument and errors as `acts.check`."""
	acts.check(letter)


@frappe.whitelist(methods=["POST"])
@plain_texts
def send_back_draft(letter: str, reason: str) -> None:
	"""Give a draft back to its writer. Arguments and errors as `acts.send_back_draft`."""
	acts.send_back_draft(letter, reason)


@frappe.whitelist(methods=["POST"])
@plain_texts
def sign_letter(letter: str) -> str:
	"""Sign and number a letter. Argument, result and errors as `acts.sign`."""
	return acts.sign(letter)


@frappe.whitelist(methods=["POST"])
@plain_texts
def make_new_version(letter: str, reason: str) -> str:
	"""Begin a new version of a signed letter. Arguments, result and errors as `acts.make_new_version`."""
	return acts.make_new_version(letter, reason)
