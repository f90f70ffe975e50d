"""What Frappe keeps beside records: remarks, versions, what was deleted, filters and reports that people have saved.

They hold names and texts of the records that they stand beside, and Frappe guards them by role alone. Lists of them leave
out what stands beside a guarded record (its form shows them to whoever may open it); one of them is opened as its record
is; a saved filter or report is its writer's own.
"""

import frappe
from frappe.core.doctype.communication.communication import (
	has_permission as frappe_has_communication_permission,
)
from frappe.model.document import Document
from frappe.query_builder import DocType
from frappe.query_builder.functions import IfNull

from petition_proxy.permissions.doors import guarded_doctypes
from petition_proxy.permissions.scope import to_sql

# record type -> columns with the type and name of the record that it stands beside
BESIDE = {
	"Comment": ("reference_doctype", "reference_name"),
	"Communication": ("reference_doctype", "reference_name"),
	"Deleted Document": ("deleted_doctype", None),
	"Version": ("ref_doctype", "docname"),
	"View Log": ("reference_doctype", "reference_name"),
}


def side_query(user: str | None = None, doctype: str | None = None) -> str:
	"""List condition of the records in `BESIDE`.

	Args:
		user: whose list it is.
		doctype: which of them.
	"""
	if (user or frappe.session.user) == "Administrator":
		return ""
	if doctype not in BESIDE:
		return "1=0"
	column = DocType(doctype)[BESIDE[doctype][0]]
	return f"({to_sql(IfNull(column, '').notin(guarded_doctypes()))})"


def has_communication_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	"""As the others; Frappe's own rule is asked too, which Frappe 15 leaves out once a hook of ours has answered."""
	if not has_side_permission(doc, ptype, user, debug):
		return False
	return frappe_has_communication_permission(doc, ptype, user, debug) is not False


def has_side_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	"""The stored row decides: opened as the record is that it stands beside; what was deleted of ours by nobody."""
	user = user or frappe.session.user
	if user == "Administrator" or ptype == "create":
		return True
	type_column, name_column = BESIDE[doc.doctype]
	columns = [c for c in (type_column, name_column) if c]
	bound = (frappe.db.get_value(doc.doctype, doc.name, columns, as_dict=True) if doc.name else None) or doc
	if bound.get(type_column) not in guarded_doctypes():
		return True
	name = bound.get(name_column) if name_column else None
	if not name or not frappe.db.exists(bound.get(type_column), name):
		return False
	return bool(frappe.has_permission(bound.get(type_column), "read", name, user=user))


def list_filter_query(user: str | None = None, doctype: str | None = None) -> str:
	user = user or frappe.session.user
	if user == "Administrator":
		return ""
	table = DocType("List Filter")
	is_own = table.for_user == user
	return f"({to_sql(is_own | IfNull(table.reference_doctype, '').notin(guarded_doctypes()))})"


def has_list_filter_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	user = user or frappe.session.user
	if user == "Administrator" or ptype == "create":
		return True
	columns = ("for_user", "reference_doctype")
	stored = (
		frappe.db.get_value("List Filter", doc.name, columns, as_dict=True) if doc.name else None
	) or doc
	return stored.for_user == user or stored.reference_doctype not in guarded_doctypes()


def report_query(user: str | None = None, doctype: str | None = None) -> str:
	user = user or frappe.session.user
	if user == "Administrator":
		return ""
	table = DocType("Report")
	is_open = (table.is_standard == "Yes") | (table.owner == user)
	return f"({to_sql(is_open | IfNull(table.ref_doctype, '').notin(guarded_doctypes()))})"


def has_report_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	user = user or frappe.session.user
	if user == "Administrator" or ptype == "create":
		return True
	columns = ("is_standard", "owner", "ref_doctype")
	stored = (frappe.db.get_value("Report", doc.name, columns, as_dict=True) if doc.name else None) or doc
	return stored.is_standard == "Yes" or stored.owner == user or stored.ref_doctype not in guarded_doctypes()


def has_notification_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	"""A notice at the desk is read by whom it is for."""
	user = user or frappe.session.user
	if user == "Administrator" or ptype == "create":
		return True
	for_user = frappe.db.get_value("Notification Log", doc.name, "for_user") if doc.name else None
	return (for_user or doc.get("for_user")) == user
