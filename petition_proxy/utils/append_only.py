"""Records that are written once: no role may change or delete them, the administrator's included."""

import frappe
from frappe import _
from frappe.model.document import Document


class AppendOnlyError(frappe.ValidationError):
	"""The record may not be changed or deleted."""


class AppendOnlyDocument(Document):
	def validate(self):
		if not self.is_new():
			self.refuse_change()

	def before_rename(self, old, new, merge=False):
		self.refuse_change()

	def on_trash(self):
		self.refuse_change()

	def db_set(self, *args, **kwargs):
		self.refuse_change()

	def refuse_change(self):
		frappe.throw(
			_("{0} is a permanent record. It cannot be changed or deleted; add a new one instead.").format(
				_(self.doctype)
			),
			AppendOnlyError,
		)
