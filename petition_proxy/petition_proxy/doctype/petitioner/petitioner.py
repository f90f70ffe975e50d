import frappe
from frappe import _
from frappe.model.document import Document

from petition_proxy.permissions.scope import clear_scopes
from petition_proxy.petition_proxy.doctype.petitioner import death
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
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		address: DF.SmallText | None
		birth_date: DF.Date | None
		died_on: DF.Date | None
		district: DF.Link | None
		external_key: DF.Data | None
		id_hash: DF.Data | None
		id_number: DF.Data | None
		id_type: DF.Literal["", "Resident ID", "Household Register", "Passport", "Other"]
		masked_id_number: DF.Data | None
		masked_phone: DF.Data | None
		occupation: DF.Data | None
		petitioner_name: DF.Data
		phone: DF.Data | None
		phone_hash: DF.Data | None
		sealed_address: DF.SmallText | None
		sealed_id_number: DF.SmallText | None
		sealed_phone: DF.SmallText | None
		sex: DF.Literal["", "Male", "Female"]
		special_need: DF.Literal[
			"",
			"Over 70",
			"Disabled",
			"Limited Mobility",
			"Illiterate",
			"Living Alone",
			"Left Behind",
			"Minimum Living Allowance",
			"No Mobile Phone",
		]
		town: DF.Link | None
		user: DF.Link | None
		village: DF.Link | None
		wants_secrecy: DF.Check

	# end: auto-generated types
	def validate(self):
		self.petitioner_name = (self.petitioner_name or "").strip()
		set_place_from_village(self)
		death.validate(self)
		keep_server_fields(self, SERVER_FIELDS)
		seal_id_number(self)
		seal_phone(self)
		seal_address(self)

	def on_update(self):
		self.update_cases()
		death.follow(self)
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
