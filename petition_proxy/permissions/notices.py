"""Who sees outgoing notices and choices of channels.

A notice of a case follows the case, so who is complained about sees none of it; one of no case (certificates, groups,
undelivered ones) is the petition office's. A choice is the person's own.
"""

import frappe
from frappe.model.document import Document
from frappe.query_builder import DocType

from petition_proxy.permissions import case_record_query, has_case_record_permission
from petition_proxy.permissions.scope import get_scope, to_sql
from petition_proxy.permissions.stored import judges_stored_row


def outgoing_notice_query(user: str | None = None, doctype: str | None = None) -> str:
	scope = get_scope(user)
	if scope.sees_all:
		return ""
	of_case = case_record_query(user, "Outgoing Notice")
	if not scope.offices:
		return of_case
	return f"({of_case} or {to_sql(DocType('Outgoing Notice').petition.isnull())})"


def has_outgoing_notice_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	scope = get_scope(user)
	if scope.sees_all:
		return True
	# what is stored decides, whatever a client sends
	stored = frappe.db.get_value("Outgoing Notice", doc.name, "petition") if doc.name else None
	if not (stored or doc.get("petition")):
		return bool(scope.offices)
	return has_case_record_permission(doc, ptype, user)


def notice_choice_query(user: str | None = None, doctype: str | None = None) -> str:
	scope = get_scope(user)
	return "" if scope.sees_all else f"({to_sql(DocType('Notice Choice').user == scope.user)})"


@judges_stored_row
def has_notice_choice_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	scope = get_scope(user)
	if scope.sees_all or (ptype == "create" and not doc.get("user")):
		return True
	return doc.get("user") == scope.user and (not doc.name or doc.is_new() or doc.name == scope.user)
