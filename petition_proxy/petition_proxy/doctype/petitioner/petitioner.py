import frappe
from frappe import _
from frappe.model.document import Document

from petition_proxy.permissions.scope import clear_scopes
from petition_proxy.utils.identity import keep_server_fields, seal_address, seal_id_number, seal_phone
from petition_proxy.utils.places import set_place_from_village

SERVER_FIELDS = (
	"masked_phone",
	"masked_id_number",
	"sealed_phone",
	"sealed_id_number",
	"sealed_address",
	"phone_hash",
	"id_hash",
	"external_key",
)


class Petitioner(Document):
	def validate(self):
		self.petitioner_name = (self.petitioner_name or "").strip()
		set_place_from_village(self)
		keep_server_fields(self, SERVER_FIELDS)
		seal_id_number(self)
		seal_phone(self)
		seal_address(self)

	def on_update(self):
		self.update_cases()
		clear_scopes()

	def on_trash(self):
		if frappe.db.exists("Petition", {"petitioner": self.name}):
			frappe.throw(_("{0} has petitions and cannot be deleted.").format(self.petitioner_name))

	def update_cases(self):
		"""Names and masked phones stand on the cases too, so that lists need no join."""
		before = self.get_doc_before_save()
		if before and (before.petitioner_name, before.masked_phone) != (
			self.petitioner_name,
			self.masked_phone,
		):
			frappe.db.set_value(
				"Petition",
				{"petitioner": self.name},
				{"petitioner_name": self.petitioner_name, "masked_phone": self.masked_phone},
				update_modified=False,
			)
