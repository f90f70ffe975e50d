"""A case for the pages: what is not the person's own is as unknown as what does not exist."""

from typing import NoReturn

import frappe
from frappe import _

from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.petition import steps


def lock_own_case(name: str):
	"""The petition, locked until the end of the request.

	Args:
		name: as the client sent it.

	Raises:
		frappe.DoesNotExistError: no such case among those the session's user may see; whether there is one elsewhere is not told.
	"""
	if not name or not frappe.db.exists("Petition", name):
		refuse_unknown()
	doc = frappe.get_doc("Petition", name, for_update=True)
	if not get_scope().covers(doc) or not frappe.has_permission("Petition", "read"):
		refuse_unknown()
	return doc


def lock_agents_case(name: str):
	"""As `lock_own_case`, for acts that are the case's agent's alone."""
	doc = lock_own_case(name)
	if not steps.is_own_agent(doc, get_scope()):
		refuse_unknown()
	return doc


def refuse_unknown() -> NoReturn:
	frappe.throw(_("There is no such case among yours. Look at its number again."), frappe.DoesNotExistError)
