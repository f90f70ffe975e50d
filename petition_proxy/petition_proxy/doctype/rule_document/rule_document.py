import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from petition_proxy.utils.append_only import refuse_deletion

FIXED_FIELDS = ("title", "version", "text", "attachment")


class RuleVersionError(frappe.ValidationError):
	"""Two versions of one document in force on the same day, or a version agents have acknowledged is rewritten."""


class RuleDocument(Document):
	def validate(self):
		self.validate_dates()
		self.validate_one_version()
		self.validate_unread()

	def on_trash(self):
		refuse_deletion(self)

	# verbs

	def validate_dates(self):
		if self.effective_to and getdate(self.effective_to) < getdate(self.effective_from):
			frappe.throw(_("The version would end before it begins. Correct its days."), RuleVersionError)
		if not (self.text or self.attachment):
			frappe.throw(_("Write the text or attach the document."), RuleVersionError)

	def validate_one_version(self):
		"""One version of a document is in force on a day."""
		start = getdate(self.effective_from)
		end = getdate(self.effective_to) if self.effective_to else None
		for other in frappe.get_all(
			"Rule Document",
			filters={"title": self.title, "name": ("!=", self.name or "")},
			fields=["version", "effective_from", "effective_to"],
			order_by="effective_from asc",
		):
			if other.version == self.version:
				frappe.throw(_("Version {0} is on file already.").format(self.version), RuleVersionError)
			ends_before = other.effective_to and other.effective_to < start
			begins_after = end and other.effective_from > end
			if not (ends_before or begins_after):
				frappe.throw(
					_("Version {0} is in force at the same time. End it first.").format(other.version),
					RuleVersionError,
				)

	def validate_unread(self):
		"""What agents have acknowledged is not rewritten under them."""
		before = self.get_doc_before_save()
		if not before or all((before.get(f) or "") == (self.get(f) or "") for f in FIXED_FIELDS):
			return
		if frappe.db.exists("Rule Acknowledgement", {"rule_document": self.name}):
			frappe.throw(
				_("Agents have acknowledged this version. End it and write a new one."), RuleVersionError
			)
