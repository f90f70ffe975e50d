"""What the desk shows read-only is written by the server alone, whatever a request sends."""

from frappe.model.document import Document
from frappe.utils import cast


def keep_read_only_fields(doc: Document) -> None:
	"""Restore the read-only fields of a record as they are stored; a new one gets their defaults.

	Acts that write such fields do so by `db_set`, or set `doc.flags.by_act` for one save.

	Args:
		doc: record about to be validated.
	"""
	if doc.flags.by_act:
		return
	before = doc.get_doc_before_save()
	for df in doc.meta.fields:
		if df.read_only and df.fieldtype not in ("Section Break", "Column Break", "Tab Break"):
			default = cast(df.fieldtype, df.default) if df.default else None
			doc.set(df.fieldname, before.get(df.fieldname) if before else default)
