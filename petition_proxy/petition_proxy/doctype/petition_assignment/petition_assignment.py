import frappe
from frappe.model.document import Document

from petition_proxy.petition_proxy.doctype.petition_assignment.record import next_number
from petition_proxy.utils.append_only import refuse_deletion


class PetitionAssignment(Document):
	"""One unit's part in a case: sent, received, objected to, answered. Written by `acts.py` and the petition's steps alone."""

	def autoname(self):
		self.name = next_number(frappe.db.get_value("Petition", self.petition, "district"))

	def on_trash(self):
		refuse_deletion(self)
