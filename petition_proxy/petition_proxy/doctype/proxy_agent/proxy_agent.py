import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.naming import make_autoname
from frappe.utils import getdate

from petition_proxy.domain.agent_lifecycle import APPLIED, ENTERED, GONE_STATUSES, ON_DUTY
from petition_proxy.domain.lifecycle import CLERK, OFFICE, TOWN
from petition_proxy.permissions.scope import clear_scopes
from petition_proxy.petition_proxy.doctype.agent_status_change.record import (
	SNAPSHOT_FIELDS,
	record_changes,
	record_particulars,
)
from petition_proxy.petition_proxy.doctype.proxy_agent.acts import check_fit
from petition_proxy.petition_proxy.doctype.proxy_agent.gate import why_not_on_duty
from petition_proxy.petition_proxy.doctype.proxy_agent.publishing import validate_consent
from petition_proxy.queries.directory import forget_villages
from petition_proxy.utils.identity import (
	keep_server_fields,
	seal_address,
	seal_bank_account,
	seal_id_number,
)
from petition_proxy.utils.places import get_place, set_place_from_village, validate_position

__all__ = ("AgentStatusError", "OnRosterError", "ProxyAgent", "why_not_on_duty")

SEALED_BY_SERVER = (
	*("masked_id_number", "sealed_id_number", "id_hash"),
	*("sealed_address", "masked_bank_account", "sealed_bank_account"),
)
# What acts and certificates write; a save leaves them as they are.
SET_BY_ACTS = ("status", "status_since", "on_duty_from", "certificate_valid_to", "certificate_no", "agent_no")
FLAG_SETTERS = frozenset({CLERK, TOWN, OFFICE})


class OnRosterError(frappe.ValidationError):
	"""The person is on the roster already: one person, one agent."""


class AgentStatusError(frappe.ValidationError):
	"""A status changes by acts only, and a new agent begins as applied."""


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
	def before_insert(self):
		self.set_first_status()

	def autoname(self):
		self.name = self.agent_no = make_autoname(
			f"PA-{get_place(self.village).district[:6]}-.#####", doc=self
		)

	def validate(self):
		set_place_from_village(self)
		self.keep_what_acts_wrote()
		self.seal_identity()
		self.validate_one_person_one_agent()
		self.validate_public_staff_setter()
		self.validate_ties()
		validate_position(self)
		validate_consent(self)

	def after_insert(self):
		self.record_entry()
		self.keep_given_certificate()

	def on_update(self):
		self.record_particulars_if_changed()
		clear_scopes()
		forget_villages(self)

	def on_trash(self):
		frappe.throw(
			_("{0} is on the register and cannot be deleted. Let the agent leave instead.").format(
				self.agent_name
			)
		)

	# verbs

	def set_first_status(self):
		"""A new agent begins as applied. Import and Administrator may enter those who serve already, with their pass."""
		self.status = self.status or APPLIED
		if not may_enter_serving_agents():
			if self.status != APPLIED:
				frappe.throw(
					_("A new agent begins with the status {0}. Take the acts in order afterwards.").format(
						_(APPLIED)
					),
					AgentStatusError,
				)
			self.on_duty_from = self.certificate_valid_to = self.certificate_no = None
		if self.certificate_valid_to:
			self.certificate_valid_to = getdate(self.certificate_valid_to)
		if self.status == ON_DUTY:
			self.validate_pass()
			self.on_duty_from = getdate(self.on_duty_from)
		self.status_since = self.on_duty_from if self.status == ON_DUTY else getdate()

	def validate_pass(self):
		"""The hard gate holds for whoever is entered as serving: a pass that is valid today (持证上岗)."""
		if frappe.flags.in_import and not self.certificate_no:
			frappe.throw(
				_(
					"Agent {0} comes in on duty without a certificate number. Give number and last day."
				).format(self.agent_name),
				AgentStatusError,
			)
		check_fit(
			{"agent_name": self.agent_name, "certificate_valid_to": self.certificate_valid_to}, getdate()
		)

	def keep_what_acts_wrote(self):
		keep_server_fields(self, SEALED_BY_SERVER)
		if not self.is_new():
			keep_server_fields(self, SET_BY_ACTS)

	def seal_identity(self):
		seal_id_number(self)
		seal_address(self)
		seal_bank_account(self)

	def validate_one_person_one_agent(self):
		"""The hash of the ID number tells that it is the same person, without showing the number."""
		if not self.id_hash:
			return
		other = frappe.db.get_value(
			"Proxy Agent",
			{"id_hash": self.id_hash, "name": ("!=", self.name or "")},
			("name", "village", "status"),
			as_dict=True,
		)
		if not other:
			return
		village = frappe.get_cached_value("Region", other.village, "region_name")
		message = (
			_("This person was on the roster of {0} as {1}. Readmit the agent there instead.")
			if other.status in GONE_STATUSES
			else _("This person is on the roster of {0} already, as {1}. One person is one agent.")
		)
		frappe.throw(message.format(village, other.name), OnRosterError)

	def validate_public_staff_setter(self):
		"""D6: public staff is a field of the person, set by a clerk or the town, never derived from the class."""
		before = self.get_doc_before_save()
		was = before.is_public_staff if before else 0
		if bool(was) == bool(self.is_public_staff) or frappe.session.user == "Administrator":
			return
		if not FLAG_SETTERS & set(frappe.get_roles()):
			frappe.throw(
				_("Whether a person is public staff is entered by a clerk or the town."),
				frappe.PermissionError,
			)

	def validate_ties(self):
		for tie in self.ties:
			if tie.tie_kind == "Works For":
				tie.person_name = tie.user = None
				missing = not tie.unit
			else:
				tie.unit = None
				missing = not (tie.person_name or "").strip()
			if missing:
				frappe.throw(_("Row {0} of the ties names neither a unit nor a person.").format(tie.idx))

	def record_entry(self):
		record_changes(
			[
				{
					**{f: self.get(f) for f in SNAPSHOT_FIELDS},
					"agent": self.name,
					"agent_name": self.agent_name,
					"action": ENTERED,
					"to_status": self.status,
					"effective_on": self.status_since,
				}
			]
		)

	def keep_given_certificate(self):
		"""A pass that came with the record becomes a certificate like any other."""
		if not self.certificate_valid_to:
			return
		certificate = frappe.get_doc(
			{
				"doctype": "Agent Certificate",
				"agent": self.name,
				"certificate_no": self.certificate_no,
				"issued_on": min(getdate(self.on_duty_from or self.certificate_valid_to), getdate()),
				"valid_to": self.certificate_valid_to,
			}
		)
		certificate.flags.source = "Import" if frappe.flags.in_import else "Entered by Hand"
		certificate.insert(ignore_permissions=True)  # part of entering the agent, which was permitted
		self.certificate_no = certificate.certificate_no

	def record_particulars_if_changed(self):
		before = self.get_doc_before_save()
		changed = [f for f in SNAPSHOT_FIELDS if before and (before.get(f) or "") != (self.get(f) or "")]
		if changed:
			labels = ", ".join(_(self.meta.get_label(f)) for f in changed)
			record_particulars([self.as_dict()], labels, getdate())


def may_enter_serving_agents() -> bool:
	return frappe.session.user == "Administrator" or bool(frappe.flags.in_import)
