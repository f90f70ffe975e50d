"""Papers of a case: of a kind that can do no harm, and never public."""

import contextlib
import os

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from petition_proxy.domain import lifecycle
from petition_proxy.domain.paper_kinds import check_paper
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.settings import get_setting

MODULE = "Petition Proxy"
# Normative papers that anybody may read.
OPEN_PAPERS = frozenset({"Rule Document"})


class PaperRefusedError(frappe.ValidationError):
	"""The file is none that a case may hold."""


def check_upload(doc: Document, method: str | None = None) -> None:
	"""Before a file is kept: its kind, its size, and out of the public folder (hook).

	Asked of files on this app's records, and of those that its people upload before the record exists. A site manager's
	and other apps' files are left alone.

	Args:
		doc: the new File, which Frappe has written to the disk by now and removes again if this refuses it.
		method: sent by Frappe, not used.

	Raises:
		PaperRefusedError: it is not here but a link, empty, too large, of a kind that a case does not hold, or not passed
			by a scanner.
	"""
	if doc.is_folder or not _is_paper(doc):
		return
	if doc.is_remote_file:
		frappe.throw(
			_("A link to another site is no paper. Choose the file itself and upload it."), PaperRefusedError
		)
	content = doc.get_content()
	content = content.encode() if isinstance(content, str) else content
	with domain_errors(PaperRefusedError):
		check_paper(doc.file_name or "", content, cint(get_setting("most_file_mb")) * 1024**2)
	if not doc.flags.is_scanned:  # a mark of the server, no field that a client could send
		check_scan(content)
	if doc.attached_to_doctype and not doc.is_private and doc.attached_to_doctype not in OPEN_PAPERS:
		url, path = doc.file_url, doc.get_full_path()
		_write_private(doc, content)
		_remove(url, path)


def check_scan(content: bytes) -> None:
	"""Ask every scanner that the site has hooked in (`petition_proxy_scan_paper`); fails closed.

	A scanner is a function of the content that returns True for a clean file. Anything else, an error of its own included,
	refuses the file.

	Raises:
		PaperRefusedError: a scanner found something, or did not answer.
	"""
	for path in frappe.get_hooks("petition_proxy_scan_paper"):
		try:
			is_clean = frappe.get_attr(path)(content) is True
		except Exception:
			# deferred, because the refusal takes back whatever this request has written
			frappe.log_error(title="Scan of a paper failed", defer_insert=True)
			frappe.throw(
				_("Papers cannot be checked at the moment and are not taken. Try again later."),
				PaperRefusedError,
			)
		if not is_clean:
			frappe.throw(_("The file was refused by the virus scanner."), PaperRefusedError)


def keep_private(doc: Document, fieldnames: tuple[str, ...]) -> None:
	"""Make the files in these fields private and point the fields at where they went.

	A file that was there before the record is public if its sender said so; this runs in the same transaction.

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
			path = file.get_full_path()
			content = file.get_content()
			file.flags.new_file = True  # what is written here goes again if the transaction does
			frappe.db.after_rollback.add(file.on_rollback)
			_write_private(file, content.encode() if isinstance(content, str) else content)
			file.db_set({f: file.get(f) for f in ("is_private", "file_url", "file_name", "content_hash")})
			doc.db_set(fieldname, file.file_url, update_modified=False)
			frappe.db.after_commit.add(lambda url=url, path=path: _remove(url, path))


def _is_paper(doc: Document) -> bool:
	if doc.attached_to_doctype:
		return frappe.get_meta(doc.attached_to_doctype).module == MODULE
	roles = set(frappe.get_roles())
	return bool(roles.intersection(lifecycle.ROLES)) and "System Manager" not in roles


def _write_private(file: Document, content: bytes) -> None:
	"""Write the file to the private folder, under a name that is free there: phones call every photo "image.jpg"."""
	file.is_private, file.file_url, file.content = 1, None, content
	file.save_file(content=content)


def _remove(url: str, path: str) -> None:
	"""Take away a public copy that no other record points at."""
	if not frappe.db.exists("File", {"file_url": url}):
		with contextlib.suppress(FileNotFoundError):
			os.remove(path)
