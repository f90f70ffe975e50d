"""The people of a collective petition, for desk and REST. The rules stand in `doctype/petition/members.py`."""

import frappe

from petition_proxy.petition_proxy.doctype.petition import members


@frappe.whitelist(methods=["POST"])
def add_members(petition: str, text: str, reason: str | None = None) -> int:
	"""Add people from a pasted list. Arguments, result and errors as `members.add_members`."""
	return members.add_members(petition, text, reason)


@frappe.whitelist(methods=["POST"])
def show_phone(petition: str, member: str, reason: str) -> str | None:
	"""The phone of one member, on record. Arguments, result and errors as `members.show_phone`."""
	return members.show_phone(petition, member, reason)
