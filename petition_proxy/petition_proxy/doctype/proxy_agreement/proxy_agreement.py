import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.naming import make_autoname
from frappe.utils import getdate

from petition_proxy.petition_proxy.doctype.petition import intake
from petition_proxy.utils.files import keep_private

DECLARATIONS = ("is_free_of_charge", "is_truthful", "is_revocation_explained")


class AgreementError(frappe.ValidationError):
	"""The agreement lacks what Civil Code art. 165 asks for, or does not cover the act."""


class ProxyAgreement(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		agent: DF.Link
		amended_from: DF.Link | None
		district: DF.Link | None
		guardian_proof: DF.Attach | None
		is_free_of_charge: DF.Check
		is_revocation_explained: DF.Check
		is_truthful: DF.Check
		matter: DF.SmallText
		may_file: DF.Check
		may_receive_documents: DF.Check
		may_request_review: DF.Check
		may_submit_material: DF.Check
		may_track: DF.Check
		petitioner: DF.Link
		petitioner_name: DF.Data | None
		principal_capacity: DF.Literal["In Person", "Through Guardian"]
		relation_proof: DF.SmallText | None
		revocation_reason: DF.SmallText | None
		revoked_on: DF.Date | None
		second_agent: DF.Link | None
		signed_on: DF.Date
		signed_scan: DF.Attach | None
		town: DF.Link | None
		valid_from: DF.Date
		valid_to: DF.Date
		village: DF.Link | None
		witness_name: DF.Data | None

	# end: auto-generated types
	def before_insert(self):
		self.set_place()

	def autoname(self):
		self.name = make_autoname(f"PY-{(self.district or '')[:6]}-.YYYY.-.######", doc=self)

	def validate(self):
		self.validate_principal_is_known()
		self.set_place()
		self.validate_term()
		self.validate_signed_on()
		self.validate_principal_lives()
		self.validate_agents()
		self.validate_replaced()

	def before_submit(self):
		self.validate_signed()
		self.validate_guardian()
		self.validate_declarations()

	def on_update(self):
		keep_private(self, ("signed_scan", "guardian_proof"))

	def before_update_after_submit(self):
		self.validate_revocation()

	def set_place(self):
		"""The place of the principal; it decides which offices see the paper."""
		row = frappe.db.get_value(
			"Petitioner", self.petitioner, ("petitioner_name", "village", "town", "district"), as_dict=True
		)
		if row:
			self.update(row)

	def validate_principal_is_known(self):
		"""Nobody opens a person by naming that person in an agreement of one's own."""
		before = self.get_doc_before_save()
		is_same = before and before.petitioner == self.petitioner
		if is_same or self.flags.ignore_permissions or frappe.session.user == "Administrator":
			return
		if self.petitioner and not intake.may_read("Petitioner", self.petitioner):
			intake.refuse_unknown()

	def validate_term(self):
		"""Civil Code art. 165: the authority names its term."""
		if getdate(self.valid_to) < getdate(self.valid_from):
			frappe.throw(_("The agreement would end before it begins. Correct its dates."), AgreementError)

	def validate_signed_on(self):
		if self.signed_on and getdate(self.signed_on) > getdate():
			frappe.throw(
				_("Signed On lies in the future. Give the day on which the petitioner signed."),
				AgreementError,
			)

	def validate_principal_lives(self):
		"""Civil Code art. 173: the principal's death ends the authority, and nobody signs afterwards."""
		died_on = frappe.db.get_value("Petitioner", self.petitioner, "died_on")
		if died_on and getdate(self.signed_on) > getdate(died_on):
			frappe.throw(
				_("The petitioner died on {0}. A successor signs in the own name.").format(
					frappe.format(died_on, "Date")
				),
				AgreementError,
			)

	def validate_agents(self):
		if self.second_agent and self.second_agent == self.agent:
			frappe.throw(_("The second agent is the same person. Leave the field empty."), AgreementError)

	def validate_replaced(self):
		"""The old agreement is of the same petitioner; its case goes over when this one is signed."""
		if not self.replaces:
			return
		if frappe.db.get_value("Proxy Agreement", self.replaces, "petitioner") != self.petitioner:
			frappe.throw(_("The agreement it takes the place of is another petitioner's."), AgreementError)

	def validate_signed(self):
		"""Civil Code art. 165: signed or sealed by the principal."""
		if not (self.signature or self.signed_scan):
			frappe.throw(
				_(
					"The petitioner has not signed. Have it signed here or attach a photo of the signed paper."
				),
				AgreementError,
			)
		if not self.signed_on:
			frappe.throw(_("Say on which day the petitioner signed."), AgreementError)

	def validate_guardian(self):
		"""A guardian acts for a principal without capacity, and shows it."""
		if self.principal_capacity == "Through Guardian" and not self.guardian_proof:
			frappe.throw(_("Attach the proof that the guardian may act for the petitioner."), AgreementError)

	def validate_declarations(self):
		missing = [self.meta.get_label(f) for f in DECLARATIONS if not self.get(f)]
		if missing:
			frappe.throw(
				_("Explain and tick first: {0}").format(", ".join(_(label) for label in missing)),
				AgreementError,
			)

	def validate_revocation(self):
		"""Civil Code art. 173: a revoked authority stays revoked."""
		before = self.get_doc_before_save()
		if before and before.revoked_on and str(before.revoked_on) != str(self.revoked_on or ""):
			frappe.throw(_("The agreement was revoked. Make a new one instead."), AgreementError)
		is_new_revocation = self.revoked_on and not (before and before.revoked_on)
		if is_new_revocation and getdate(self.revoked_on) < getdate(self.signed_on):
			frappe.throw(
				_("The agreement cannot be revoked before it was signed. Correct Revoked On."), AgreementError
			)
		if self.revoked_on and not self.revocation_reason:
			frappe.throw(_("Say why the agreement is revoked."), AgreementError)


AUTHORITY_FIELDS = (
	"name",
	"docstatus",
	"petitioner",
	"agent",
	"second_agent",
	"may_file",
	"may_track",
	"may_receive_documents",
	"may_submit_material",
	"may_request_review",
	"signed_on",
	"valid_from",
	"valid_to",
	"revoked_on",
)


def why_not_authorised(agreement: dict, petitioner: str, agent: str, on, power: str) -> str | None:
	"""Why this agreement does not let the agent do an act, as a sentence for the user; None if it does.

	Args:
		agreement: row with AUTHORITY_FIELDS.
		petitioner: the principal of the case.
		agent: who acts.
		on: date of the act.
		power: field name of the power needed, for example "may_file".
	"""
	on = getdate(on)
	if agreement["docstatus"] != 1:
		return _("Proxy Agreement {0} is not signed and submitted yet.").format(agreement["name"])
	if agreement["petitioner"] != petitioner:
		return _("Proxy Agreement {0} belongs to another petitioner.").format(agreement["name"])
	if agent not in (agreement["agent"], agreement["second_agent"]):
		return _("Proxy Agreement {0} names another agent.").format(agreement["name"])
	if agreement["signed_on"] and getdate(agreement["signed_on"]) > on:
		return _("Proxy Agreement {0} was signed on {1} only, after the act it should cover.").format(
			agreement["name"], frappe.format(agreement["signed_on"], "Date")
		)
	if agreement["revoked_on"] and getdate(agreement["revoked_on"]) <= on:
		return _("Proxy Agreement {0} was revoked on {1}. Only a new agreement lets the agent act.").format(
			agreement["name"], frappe.format(agreement["revoked_on"], "Date")
		)
	if not getdate(agreement["valid_from"]) <= on <= getdate(agreement["valid_to"]):
		return _("Proxy Agreement {0} is valid from {1} to {2} only. Make a new one.").format(
			agreement["name"],
			frappe.format(agreement["valid_from"], "Date"),
			frappe.format(agreement["valid_to"], "Date"),
		)
	if not agreement[power]:
		return _("Proxy Agreement {0} does not give the agent this power: {1}.").format(
			agreement["name"], _(frappe.get_meta("Proxy Agreement").get_label(power))
		)
	return None
