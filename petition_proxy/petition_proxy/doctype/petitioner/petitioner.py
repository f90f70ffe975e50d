import frappe
from frappe import _
from frappe.model.document import Document

from petition_proxy.permissions.scope import clear_scopes
from petition_proxy.utils.access_log import record_access
from petition_proxy.utils.identity import set_id_number, set_phone
from petition_proxy.utils.places import set_place_from_village

IDENTITY_FIELDS = ("phone", "id_number", "address")


class Petitioner(Document):
	def onload(self):
		self.record_identity_read()

	def validate(self):
		self.petitioner_name = (self.petitioner_name or "").strip()
		set_place_from_village(self)
		set_id_number(self)
		set_phone(self)

	def on_update(self):
		self.update_cases()
		clear_scopes()

	def on_trash(self):
		if frappe.db.exists("Petition", {"petitioner": self.name}):
			frappe.throw(_("{0} has petitions and cannot be deleted.").format(self.petitioner_name))

	def record_identity_read(self):
		"""The desk form shows identities to those with permission level 1; each opening leaves a row."""
		shown = [f for f in IDENTITY_FIELDS if self.get(f)]
		if shown and not self.is_new() and 1 in self.get_permlevel_access("read"):
			record_access(self.doctype, self.name, ", ".join(shown))
			# the form is opened by GET, which rolls back at its end
			frappe.db.commit()  # nosemgrep: the record of the look must outlive the request

	def update_cases(self):
		"""Names and masked phones stand on the cases too, so that lists need no join."""
		before = self.get_doc_before_save()
		if before and (before.petitioner_name, before.masked_phone) != (self.petitioner_name, self.masked_phone):
			frappe.db.set_value(
				"Petition",
				{"petitioner": self.name},
				{"petitioner_name": self.petitioner_name, "masked_phone": self.masked_phone},
				update_modified=False,
			)
