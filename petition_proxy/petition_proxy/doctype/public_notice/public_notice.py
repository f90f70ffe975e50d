import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from petition_proxy.domain.plain_html import keep_safe


class NoticeDatesError(frappe.ValidationError):
	"""The notice ends before it begins."""


class EmptyNoticeError(frappe.ValidationError):
	"""Nothing is left of the text that may be shown."""


class PublicNotice(Document):
	"""What the petition office makes known to everybody. Regulation on Petition Work 2022, art. 18."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		display_order: DF.Int
		is_published: DF.Check
		published_from: DF.Date
		published_to: DF.Date | None
		text: DF.TextEditor
		title: DF.Data

	# end: auto-generated types
	def validate(self):
		self.validate_dates()
		self.set_safe_text()

	def validate_dates(self):
		if self.published_to and getdate(self.published_to) < getdate(self.published_from):
			frappe.throw(
				_("The notice ends before it begins. Correct one of the two days."), NoticeDatesError
			)

	def set_safe_text(self):
		self.text = keep_safe(self.text)
		if not self.text:
			frappe.throw(
				_("Nothing is left of the text. Write it as text, not as a picture."), EmptyNoticeError
			)
