"""Papers of a case are never public."""

import frappe
from frappe.model.document import Document


def keep_private(doc: Document, fieldnames: tuple[str, ...]) -> None:
	"""Make the files in these fields private and point the fields at where they went.

	A web form stores what a phone sends as a public file; this runs in the same transaction.

	Args:
		doc: saved record.
		fieldnames: its attachment fields.
	"""
	for fieldname in fieldnames:
		url = doc.get(fieldname)
		if not url or not url.startswith("/files/"):
			continue
		for name in frappe.get_all(
			"File", filters={"file_url": url, "is_private": 0}, pluck="name", order_by="name"
		):
			file = frappe.get_doc("File", name)
			file.is_private = 1
			file.save(ignore_permissions=True)  # the owner of the paper may lack rights on File
			doc.db_set(fieldname, file.file_url, update_modified=False)
