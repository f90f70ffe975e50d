"""What imports from the desk have in common: one run at a time on the long queue, and a file of the rejected rows."""

from collections.abc import Callable

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils.background_jobs import is_job_enqueued

NEW, RUNNING, TRIED, IMPORTED, FAILED = "New", "Running", "Tried", "Imported", "Failed"


class ImportRunningError(frappe.ValidationError):
	"""The import is running, so it can be neither changed nor started."""


def job_id_of(doc: Document) -> str:
	return f"petition_proxy_{frappe.scrub(doc.doctype)}:{doc.name}"


def refuse_while_running(doc: Document) -> None:
	"""
	Raises:
		ImportRunningError: it waits or runs; one whose worker died may be started again.
	"""
	if doc.status == RUNNING and is_job_enqueued(job_id_of(doc)):
		frappe.throw(_("The import is running. Wait until it has ended."), ImportRunningError)


def lock_to_start(doctype: str, name: str) -> Document:
	"""The import, locked and found fit to start.

	Raises:
		frappe.PermissionError: not the user's to write.
		ImportRunningError: it is waiting or running already.
	"""
	doc = frappe.get_doc(doctype, name, for_update=True)
	doc.check_permission("write")
	refuse_while_running(doc)
	return doc


def put_on_queue(doc: Document, run: Callable, timeout: int) -> None:
	"""Mark as running and run on the long queue once the present transaction is through.

	Args:
		doc: the import.
		run: takes its name.
		timeout: seconds after which the worker gives up.
	"""
	doc.db_set({"status": RUNNING, "log": None})
	frappe.enqueue(
		run,
		queue="long",
		timeout=timeout,
		job_id=job_id_of(doc),
		deduplicate=True,
		enqueue_after_commit=True,
		name=doc.name,
	)


def add_file(file_name: str, content: bytes, **values: str) -> str:
	"""A private file; returns its address."""
	file = frappe.get_doc(
		{"doctype": "File", "file_name": file_name, "content": content, "is_private": 1, **values}
	)
	return file.insert(ignore_permissions=True).file_url  # the import itself was permitted


def attach_rejects(doc: Document, result) -> str | None:
	"""The rejected rows as a private file beside the import; None where none was rejected."""
	if not result.rejected:
		return None
	return add_file(
		f"{doc.name}-rejected.csv",
		result.rejects_csv(),
		attached_to_doctype=doc.doctype,
		attached_to_name=doc.name,
		attached_to_field="rejects_file",
	)
