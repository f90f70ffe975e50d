import frappe
from frappe import _
from frappe.model.document import Document


class DraftError(frappe.ValidationError):
	"""A draft cannot be kept, opened or filed as asked."""


class PetitionDraft(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		agent: DF.Link
		client_key: DF.Data
		district: DF.Link | None
		ended_at: DF.Datetime | None
		expires_on: DF.Date | None
		save_key: DF.Data | None
		sealed_answers: DF.LongText | None
		status: DF.Literal["Open", "Given Up", "Expired"]
		step: DF.Data | None
		touched_at: DF.Datetime | None
		town: DF.Link | None
		version: DF.Int
		village: DF.Link | None

	# end: auto-generated types
	def validate(self):
		self.validate_own_hand()

	def validate_own_hand(self):
		"""A draft is written by the acts of its page alone (acts.py), whoever else may reach the record's form or REST.

		Raises:
			DraftError: saved in another way.
		"""
		if not self.flags.by_act:
			frappe.throw(_("A draft is written on the page for filing only. Open it there."), DraftError)
