"""What Frappe keeps beside this app's records and leaves behind when the app goes: papers, remarks, versions, notices.

The uninstaller drops the tables of the app; these rows stand in tables of Frappe's and hold the same names and texts.
"""

import contextlib
import os

import click
import frappe
from frappe.utils import get_files_path

# record type -> column with the type of the record that it stands beside
BESIDE = {
	"Activity Log": "reference_doctype",
	"Assignment Rule": "document_type",
	"Comment": "reference_doctype",
	"Communication": "reference_doctype",
	"Communication Link": "link_doctype",
	"Data Export": "reference_doctype",
	"Data Import": "reference_doctype",
	"Deleted Document": "deleted_doctype",
	"DocShare": "share_doctype",
	"Document Follow": "ref_doctype",
	"Email Queue": "reference_doctype",
	"Error Log": "reference_doctype",
	"File": "attached_to_doctype",
	"List Filter": "reference_doctype",
	"Notification Log": "document_type",
	"Permission Log": "for_doctype",
	"Tag Link": "document_type",
	"ToDo": "reference_type",
	"User Permission": "allow",
	"Version": "ref_doctype",
	"View Log": "reference_doctype",
	"Workflow Action": "reference_doctype",
}


def remove_leftovers() -> dict[str, int]:
	"""Delete them, and say how many of each go. Files leave the disk once the deletion is kept.

	Returns:
		Record type to number of rows deleted.
	"""
	counts = count_leftovers()
	for doctype, count in counts.items():
		click.echo(f"* deleting {count} of {doctype} that belong to records of this app...")
	own = own_doctypes()
	if "File" in counts:
		_remove_from_disk_after_commit(own)
	for doctype in counts:
		frappe.db.delete(doctype, {BESIDE[doctype]: ("in", own)})
	frappe.db.delete("__global_search", {"doctype": ("in", own)})
	return counts


def count_leftovers() -> dict[str, int]:
	"""Rows that stand beside records of this app, by record type; those with none are left out."""
	own = own_doctypes()
	counts = {
		doctype: frappe.db.count(doctype, {column: ("in", own)})
		for doctype, column in BESIDE.items()
		if frappe.db.table_exists(doctype) and frappe.db.has_column(doctype, column)
	}
	return {doctype: count for doctype, count in counts.items() if count}


def own_doctypes() -> list[str]:
	"""DocTypes of this app."""
	modules = frappe.get_all("Module Def", {"app_name": "petition_proxy"}, pluck="name")
	return frappe.get_all("DocType", {"module": ("in", modules)}, pluck="name", order_by="name")


def _remove_from_disk_after_commit(own: list[str]) -> None:
	rows = frappe.get_all(
		"File",
		{"attached_to_doctype": ("in", own), "is_folder": 0},
		["file_url", "is_private"],
		distinct=True,
		order_by="file_url",
	)
	frappe.db.after_commit.add(lambda: [_remove_from_disk(row) for row in rows])


def _remove_from_disk(row: frappe._dict) -> None:
	"""Take a file away that no other record points at."""
	name = os.path.basename(row.file_url or "")
	is_here = (row.file_url or "").startswith(("/files/", "/private/files/"))
	if name and is_here and not frappe.db.exists("File", {"file_url": row.file_url}):
		with contextlib.suppress(FileNotFoundError):
			os.remove(get_files_path(name, is_private=row.is_private))
