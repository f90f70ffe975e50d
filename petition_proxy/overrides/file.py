"""Papers are records: an address is no right to the bytes behind it, and what was filed stays as it was handed in."""

import re
from urllib.parse import unquote

import frappe
from frappe import _
from frappe.core.doctype.file.file import File
from frappe.core.doctype.file.file import has_permission as frappe_has_permission
from pypdf.errors import PyPdfError

from petition_proxy.permissions.doors import guarded_doctypes

LOCAL_ADDRESS = re.compile(r"^/(?:private/)?files/(?!\.)[^/\\\0]+$")
# What says where the bytes lie, to whom they belong and who may fetch them
BINDING_FIELDS = ("is_private", "file_url", "attached_to_doctype", "attached_to_name")


class ForeignPaperError(frappe.PermissionError):
	"""The address names no file that the person may read."""


class PaperKeptError(frappe.PermissionError):
	"""A paper of a record stays with it, private and as it is."""


class PaperFile(File):
	"""File, with the bytes reached through the record that they belong to."""

	def before_insert(self) -> None:
		if not self.is_folder and self.file_url and not self.content:
			check_address(self.file_url)
		super().before_insert()

	def validate(self) -> None:
		self.validate_binding()
		super().validate()

	def check_content(self) -> None:
		"""Frappe's look for scripts in a PDF (from 15.100 on) cannot read one that is not quite right, as scanners and phones
		make them. Such a one is kept, unless a script is named in it.

		Raises:
			frappe.ValidationError: a script is in it.
		"""
		look = getattr(super(), "check_content", None)
		if not look:
			return
		try:
			look()
		except PyPdfError:
			content = self._content if isinstance(self._content, bytes) else (self._content or "").encode()
			if b"/JavaScript" in content or b"/JS" in content:
				frappe.throw(
					_("The PDF is damaged and holds a script. Print it to a new PDF and upload that.")
				)

	def validate_binding(self) -> None:
		"""Nobody publishes a paper of a record, hangs it on another one or points it at other bytes.

		Raises:
			PaperKeptError: one of these was asked for by a client.
		"""
		if self.is_new() or self.is_folder or frappe.session.user == "Administrator":
			return
		before = frappe.db.get_value("File", self.name, BINDING_FIELDS, as_dict=True)
		if not before:
			return
		changed = {f for f in BINDING_FIELDS if (before[f] or None) != (self.get(f) or None)}
		is_bound = before.attached_to_doctype in guarded_doctypes()
		if "file_url" in changed or (is_bound and changed - {"is_private"}):
			frappe.throw(_("This paper stays with its record. Upload the file anew instead."), PaperKeptError)
		if is_bound and "is_private" in changed and not self.is_private:
			frappe.throw(_("Papers of a case are never public."), PaperKeptError)


def check_address(address: str) -> None:
	"""Before a File is made from the address of another one: the person may read that one.

	Args:
		address: what was sent as `file_url`; addresses of other sites are judged elsewhere.

	Raises:
		ForeignPaperError: the address leaves the folders of files, or no File with it may be read.
	"""
	address = unquote(address or "")
	if address.startswith(("http://", "https://", "/api/method/", "/assets/")):
		return
	if not LOCAL_ADDRESS.match(address) or not _may_read(address):
		frappe.throw(
			_("There is no such file for you. Choose the file itself and upload it."), ForeignPaperError
		)


def _may_read(address: str) -> bool:
	if frappe.session.user == "Administrator":
		return True
	for name in frappe.get_all(
		"File", {"file_url": address}, pluck="name", order_by="creation asc", limit=20
	):
		if frappe.has_permission("File", "read", frappe.get_doc("File", name)):
			return True
	return False


def file_query(user: str | None = None, doctype: str | None = None) -> str:
	"""List condition of files: papers of guarded records are reached from the record, and by who handed them in.

	Args:
		user: whose list it is.
		doctype: sent by Frappe, not used.
	"""
	user = user or frappe.session.user
	if user == "Administrator":
		return ""
	names = ", ".join(frappe.db.escape(name, percent=False) for name in guarded_doctypes())
	owner = frappe.db.escape(user, percent=False)
	return f"(ifnull(`tabFile`.`attached_to_doctype`, '') not in ({names}) or `tabFile`.`owner` = {owner})"


def has_file_permission(doc: File, ptype: str = "read", user: str | None = None, debug: bool = False) -> bool:
	"""The stored File decides: read as its record is read, only added to, taken away by nobody but from an own draft.

	Frappe's own rule is asked as well; Frappe 15 would leave it out once a hook of ours has answered.
	"""
	user = user or frappe.session.user
	if user == "Administrator":
		return True
	return _is_open(doc, ptype, user) and bool(frappe_has_permission(doc, ptype, user, debug))


def _is_open(doc: File, ptype: str, user: str) -> bool:
	if ptype == "create":
		return True
	columns = ("owner", "attached_to_doctype", "attached_to_name")
	stored = frappe.db.get_value("File", doc.name, columns, as_dict=True) if doc.name else None
	bound = stored or doc
	if bound.attached_to_doctype not in guarded_doctypes():
		return True
	if not frappe.db.exists(bound.attached_to_doctype, bound.attached_to_name):
		return bound.owner == user
	record = frappe.get_doc(bound.attached_to_doctype, bound.attached_to_name)
	if ptype in ("write", "delete"):
		return is_open_draft(record) and bound.owner == user and record.has_permission("write", user=user)
	return record.has_permission("read", user=user)


def is_open_draft(record) -> bool:
	"""Whether a record has not been filed, issued or submitted yet, so that its papers may still be taken away."""
	if record.meta.is_submittable:
		return record.docstatus == 0
	return (
		record.doctype == "Petition" and record.workflow_state == "Draft"
	) or record.doctype == "Petition Draft"
