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


def refuse_deletion(doc: Document) -> None:
	"""For `on_trash` of records that change but never go: they are part of a case.

	Raises:
		AppendOnlyError: always.
	"""
	frappe.throw(
		_("{0} is part of a case and cannot be deleted.").format(_(doc.doctype)),
		AppendOnlyError,
	)
