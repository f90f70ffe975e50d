"""The stored row decides: what a client sends under an existing name opens and changes nothing by itself.

Frappe changes a document before it asks whether the person may write it, and takes documents that a client has put
together. So each rule is asked of the row as it is stored, and of the document as it would be stored.
"""

import functools
from collections.abc import Callable

import frappe
from frappe.model.document import Document


def judges_stored_row(rule: Callable) -> Callable:
	"""Ask a `has_permission` rule of the stored row as well, for everything but the making of a new record.

	Args:
		rule: function of document, ptype, user and debug, as Frappe's hook calls it.
	"""

	@functools.wraps(rule)
	def judged(doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False) -> bool:
		if not rule(doc, ptype, user, debug):
			return False
		stored = None if ptype == "create" else get_stored(doc)
		return stored is None or bool(rule(stored, ptype, user, debug))

	return judged


def get_stored(doc: Document) -> Document | None:
	"""The document as it is stored, without its tables.

	Args:
		doc: what was loaded, changed or put together.

	Returns:
		None if nothing is stored under its name.
	"""
	if not doc.get("doctype") or not doc.get("name"):
		return None
	table = frappe.qb.DocType(doc.doctype)
	rows = frappe.qb.from_(table).select("*").where(table.name == doc.name).run(as_dict=True)
	if not rows:
		return None
	stored = frappe.get_doc({"doctype": doc.doctype, **rows[0]})
	stored.flags.is_stored = True
	return stored
