"""The people of a collective petition, for desk and REST. The rules stand in `doctype/petition/members.py`."""

import frappe

from petition_proxy.petition_proxy.doctype.petition import members
from petition_proxy.utils.texts import plain_texts


@frappe.whitelist(methods=["POST"])
@plain_texts(unlimited=("text",))
def add_members(petition: str, text: str, reason: str | None = None) -> int:
	"""Add people from a pasted list. Arguments, result and errors as `members.add_members`."""
	return members.add_members(petition, text, reason)


@frappe.whitelist(methods=["POST"])
@plain_texts
def show_phone(petition: str, member: str, reason: str) -> str | None:
	"""The phone of one member, on record. Arguments, result and errors as `members.show_phone`."""
	return members.show_phone(petition, member, reason)
