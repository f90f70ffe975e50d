"""Doors of Frappe that open records by their name or title, beside lists and forms: tags, follows, shares.

Frappe keeps the title of a tagged document in a table that everybody reads, lists tagged documents without row access,
and lets a share overrule every rule. For records with this app's row access these doors are shut.
"""

import frappe
from frappe import _
from frappe.desk.doctype.tag.tag import get_tagged_docs as frappe_get_tagged_docs
from frappe.model.document import Document


class SharedByHandError(frappe.PermissionError):
	"""Who sees a case follows from place, unit and role alone."""


# Frappe's own records, which the hooks name because they stand beside this app's
FRAPPES_RECORDS = frozenset(
	{
		"Comment",
		"Communication",
		"Deleted Document",
		"Document Follow",
		"File",
		"List Filter",
		"Report",
		"Tag Link",
		"Version",
		"View Log",
	}
)


def guarded_doctypes() -> list[str]:
	"""DocTypes of this app whose rows it guards."""
	hooks = frappe.get_hooks("permission_query_conditions")
	return sorted(
		doctype
		for doctype, paths in hooks.items()
		if doctype not in FRAPPES_RECORDS and any(p.startswith("petition_proxy.") for p in paths)
	)


def has_row_access(doctype: str) -> bool:
	return doctype in guarded_doctypes()


def _not_guarded(table: str, column: str) -> str:
	names = ", ".join(frappe.db.escape(name, percent=False) for name in guarded_doctypes())
	return f"(`tab{table}`.`{column}` not in ({names}))"


def tag_link_query(user: str | None = None, doctype: str | None = None) -> str:
	return _not_guarded("Tag Link", "document_type")


def has_tag_link_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	return not has_row_access(doc.get("document_type"))


def follow_query(user: str | None = None, doctype: str | None = None) -> str:
	return _not_guarded("Document Follow", "ref_doctype")


def has_follow_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	return not has_row_access(doc.get("ref_doctype"))


def refuse_share(doc: Document, method: str | None = None) -> None:
	"""For DocShare: a share would show a case to anybody, the accused included.

	Raises:
		SharedByHandError: the shared record is one with row access.
	"""
	if has_row_access(doc.share_doctype):
		frappe.throw(
			_("{0} is seen by the offices of its place and unit alone and cannot be shared by hand.").format(
				_(doc.share_doctype)
			),
			SharedByHandError,
		)


def keep_notice_from_outsiders(doc: Document, method: str | None = None) -> None:
	"""For Notification Log: who may not open a record is not told its title by a mention, an assignment or a follow.

	The notice stays, for who wrote it must not be stopped; it says nothing of the record.
	"""
	if not doc.document_type or not has_row_access(doc.document_type) or not doc.for_user:
		return
	if not frappe.db.exists(doc.document_type, doc.document_name):
		return
	record = frappe.get_doc(doc.document_type, doc.document_name)
	if not frappe.has_permission(doc.document_type, "read", doc=record, user=doc.for_user):
		doc.subject = _("You were named in a record that you may not see.")
		doc.email_content = doc.link = doc.attached_file = None
		doc.document_type, doc.document_name = "User", doc.for_user  # Frappe's letter asks for some record


@frappe.whitelist()
def get_tagged_docs(doctype: str, tag: str) -> list:
	"""Names of tagged documents the session's user may see.

	Args:
		doctype: record type.
		tag: tag.

	Returns:
		Lists that hold one name each.

	Raises:
		frappe.PermissionError: no right to read the record type.
	"""
	if not has_row_access(doctype):
		return frappe_get_tagged_docs(doctype, tag)
	return frappe.get_list(
		doctype,
		filters={"_user_tags": ("like", f"%{tag}%")},
		fields=["name"],
		as_list=True,
		order_by="name asc",
		limit_page_length=0,
	)
