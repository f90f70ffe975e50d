import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from petition_proxy.domain import archive
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.petition import steps
from petition_proxy.utils.append_only import refuse_deletion


class CaseFileError(frappe.ValidationError):
	"""The file is closed, there already, or not this person's to keep."""


class CaseFile(Document):
	"""Closing report and list of documents of one round of a case (办结报告、归档目录)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from petition_proxy.petition_proxy.doctype.archive_item.archive_item import ArchiveItem

		archive_no: DF.Data | None
		archived_at: DF.Datetime | None
		archivist: DF.Link | None
		execution: DF.Text | None
		file_key: DF.Data | None
		is_electronic: DF.Check
		items: DF.Table[ArchiveItem]
		petition: DF.Link
		report_no: DF.Data | None
		reported_by: DF.Link | None
		result_summary: DF.Text | None
		retention_rule: DF.Link | None
		retention_term: DF.Literal["", "Permanent", "30 Years", "10 Years"]
		round: DF.Int
		subject: DF.Data | None
		timeline: DF.Text | None
		total_pages: DF.Int

	# end: auto-generated types
	def before_insert(self):
		"""`compile.py` writes files from what the case holds; nobody begins one by hand."""
		frappe.throw(
			_("The file is made from what the case holds: use Case File on the petition."), CaseFileError
		)

	def validate(self):
		self.keep_server_fields()
		self.validate_keeper()
		self.validate_open()
		self.total_pages = archive.total_pages([row.as_dict() for row in self.items])

	def on_trash(self):
		refuse_deletion(self)

	# verbs

	def keep_server_fields(self):
		before = self.get_doc_before_save()
		if not before:
			return
		for df in self.meta.fields:
			if df.read_only:
				self.set(df.fieldname, before.get(df.fieldname))

	def validate_keeper(self):
		"""The handling unit or the petition office keeps the file."""
		case = frappe.get_doc("Petition", self.petition)
		scope = get_scope()
		if not scope.sees_all and not (
			steps.is_handling_unit(case, scope) or steps.is_district_office(case, scope)
		):
			frappe.throw(_("Only the handling unit or the petition office keeps the file."), CaseFileError)

	def validate_open(self):
		before = self.get_doc_before_save()
		if before and before.archived_at:
			frappe.throw(_("The file is closed and stands as it is."), CaseFileError)

	def empty_items(self) -> tuple[str, ...]:
		"""Documents of the list without a page count."""
		return tuple(row.document_title for row in self.items if cint(row.pages) < 1)
