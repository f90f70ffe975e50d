import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.naming import make_autoname
from frappe.utils import getdate

from petition_proxy.permissions.scope import clear_scopes
from petition_proxy.petition_proxy.doctype.proxy_agent.publishing import validate_consent
from petition_proxy.queries.directory import forget_villages
from petition_proxy.utils.identity import keep_server_fields, seal_id_number
from petition_proxy.utils.places import get_place, set_place_from_village, validate_position

ON_DUTY = "On Duty"


class ProxyAgent(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		agent_class: DF.Literal[
			"Civil Servant",
			"Public Institution Staff",
			"Village Committee Cadre",
			"Graduate Village Official",
			"Villager Group Head",
			"Community Volunteer",
			"Delegate or Committee Member",
			"Property Manager",
			"Warm-hearted Citizen",
			"Public Order Officer",
		]
		agent_name: DF.Data
		agent_no: DF.Data | None
		certificate_valid_to: DF.Date | None
		district: DF.Link | None
		duty_phone: DF.Data | None
		email: DF.Data | None
		id_hash: DF.Data | None
		id_number: DF.Data | None
		is_public_staff: DF.Check
		latitude: DF.Float
		longitude: DF.Float
		masked_id_number: DF.Data | None
		on_duty_from: DF.Date | None
		sealed_id_number: DF.SmallText | None
		service_point: DF.Link | None
		settlement: DF.Link | None
		skill: DF.Literal["Online", "Paper"]
		status: DF.Literal["Applied", "In Training", "On Duty", "Suspended", "Left", "Removed"]
		town: DF.Link | None
		user: DF.Link | None
		village: DF.Link

	# end: auto-generated types
	def autoname(self):
		self.name = self.agent_no = make_autoname(
			f"PA-{get_place(self.village).district[:6]}-.#####", doc=self
		)

	def validate(self):
		set_place_from_village(self)
		keep_server_fields(self, ("masked_id_number", "sealed_id_number", "id_hash"))
		seal_id_number(self)
		self.set_on_duty_from()
		validate_position(self)
		validate_consent(self)

	def on_update(self):
		clear_scopes()
		forget_villages(self)

	def on_trash(self):
		if frappe.db.exists("Petition", {"agent": self.name}):
			frappe.throw(
				_("{0} has petitions and cannot be deleted. Set the status to Left.").format(self.agent_name)
			)

	def set_on_duty_from(self):
		if self.status == ON_DUTY and not self.on_duty_from:
			self.on_duty_from = getdate()


def why_not_on_duty(agent: dict, on) -> str | None:
	"""Why this agent may not act on a day, as a sentence for the user; None if the agent may.

	Args:
		agent: row with agent_name, status, certificate_valid_to.
		on: date.
	"""
	if agent["status"] != ON_DUTY:
		return _("Agent {0} is not on duty (status: {1}). Ask an agent who is.").format(
			agent["agent_name"], _(agent["status"])
		)
	if agent["certificate_valid_to"] and getdate(agent["certificate_valid_to"]) < getdate(on):
		return _("The certificate of agent {0} ended on {1}. It must be renewed first.").format(
			agent["agent_name"], frappe.format(agent["certificate_valid_to"], "Date")
		)
	return None
