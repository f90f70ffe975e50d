import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.naming import make_autoname
from frappe.utils import getdate, now_datetime

from petition_proxy.domain import dates, lifecycle, opinions
from petition_proxy.domain import letters as letter_rules
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.official_letter import register
from petition_proxy.petition_proxy.doctype.opinion_letter import draft
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event
from petition_proxy.petition_proxy.doctype.signing_delegation.signing_delegation import delegates_of
from petition_proxy.utils.append_only import refuse_deletion
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.files import keep_private

DRAFTING_STATES = (lifecycle.ACCEPTED, lifecycle.HANDLING, lifecycle.REPLIED)
SIGNING_STATES = (lifecycle.HANDLING, lifecycle.REPLIED)
CASE_FIELDS = (
	"name",
	"workflow_state",
	"round",
	"district",
	"subject",
	"handling_unit",
	"agent",
	"petitioner",
	"accepted_at",
	"content",
	"request_text",
	"procedure_route",
	"petition_kind",
)


class OpinionLetterError(frappe.ValidationError):
	"""The letter lacks something, comes at the wrong time, or is not this person's to write, check or sign."""


class OpinionLetter(Document):
	"""The written opinion (信访处理意见书): drafted, checked by another person, signed by the head, numbered; then it stands."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from petition_proxy.petition_proxy.doctype.opinion_item.opinion_item import OpinionItem

		amended_from: DF.Link | None
		change_reason: DF.SmallText | None
		checked_at: DF.Datetime | None
		checked_by: DF.Link | None
		copy_recipients: DF.SmallText | None
		drafted_by: DF.Link | None
		drafted_on: DF.Date | None
		facts_found: DF.Text | None
		items: DF.Table[OpinionItem]
		legal_basis: DF.Text | None
		letter_no: DF.Data | None
		mediation_paper: DF.Attach | None
		official_letter: DF.Link | None
		opinion_text: DF.Text | None
		overall_outcome: DF.Literal[
			"", "Supported", "Partly Supported", "Explained", "Not Supported", "Mediated"
		]
		petition: DF.Link
		previous_letter: DF.Link | None
		remedy_body: DF.Data | None
		remedy_body_2: DF.Data | None
		remedy_days: DF.Int
		remedy_papers: DF.SmallText | None
		replaced_by: DF.Link | None
		request_summary: DF.Text | None
		round: DF.Int
		same_result_reason: DF.SmallText | None
		signed_at: DF.Datetime | None
		signed_by: DF.Link | None
		signed_for: DF.Link | None
		signed_on: DF.Date | None
		status: DF.Literal["Draft", "Checked", "Signed", "Replaced", "Sent Back"]
		subject: DF.Data | None
		unit: DF.Link | None
		version: DF.Int

	# end: auto-generated types
	def before_insert(self):
		self.clear_server_fields()
		self.set_case_fields()
		self.validate_no_other_draft()
		draft.prefill(self, self.get_case())

	def autoname(self):
		self.name = make_autoname(f"YJ-{(self.get_case().district or '')[:6]}-.YYYY.-.#####", doc=self)

	def validate(self):
		self.keep_server_fields()
		self.validate_writer()
		self.validate_state()
		self.validate_dates()
		self.set_outcome()
		self.set_status()

	def before_submit(self):
		self.validate_checked()
		self.validate_signer()
		self.validate_parts()
		self.validate_new_version()
		self.set_signature()
		self.set_number()

	def on_update(self):
		keep_private(self, ("mediation_paper",))

	def on_submit(self):
		self.replace_previous()
		self.hand_to_petition()

	def before_cancel(self):
		frappe.throw(_("A signed letter stands. Make a new version instead."), OpinionLetterError)

	def on_trash(self):
		refuse_deletion(self)

	# verbs

	def get_case(self) -> frappe._dict:
		"""The petition's row, locked, so that of two letters at once the second one finds the first."""
		if not self.flags.case:
			case = frappe.db.get_value("Petition", self.petition, CASE_FIELDS, as_dict=True, for_update=True)
			if not case:
				frappe.throw(_("Choose the petition that is answered."), OpinionLetterError)
			self.flags.case = case
		return self.flags.case

	def clear_server_fields(self):
		for fieldname in _server_fields():
			self.set(fieldname, None)

	def keep_server_fields(self):
		"""What the desk shows read-only is written by the acts alone, whatever a request sends."""
		before = self.get_doc_before_save()
		if before:
			for fieldname in _server_fields():
				self.set(fieldname, before.get(fieldname))

	def set_case_fields(self):
		case = self.get_case()
		previous = draft.last_signed(self.petition)
		self.round = case.round or 1
		self.subject = case.subject
		self.unit = case.handling_unit
		self.version = previous.version + 1 if previous else 1
		self.previous_letter = previous.name if previous else None
		self.status = opinions.DRAFT
		self.drafted_by = frappe.session.user
		self.drafted_on = self.drafted_on or getdate()
		if previous and not self.change_reason:
			self.change_reason = draft.reason_to_redo(self) if _is_made_anew(previous, self) else None

	def validate_no_other_draft(self):
		other = {"petition": self.petition, "round": self.round, "unit": self.unit, "docstatus": 0}
		if name := frappe.db.get_value("Opinion Letter", other, "name", order_by="creation asc"):
			frappe.throw(
				_("There is a draft for this case already: {0}. Go on with that one.").format(name),
				OpinionLetterError,
			)

	def validate_writer(self):
		"""Only the unit that answers writes the letter; a village gives no formal opinion."""
		if not self.unit:
			frappe.throw(_("The case is with no unit yet, so nobody can answer it."), OpinionLetterError)
		with domain_errors(OpinionLetterError):
			opinions.check_level(frappe.get_cached_value("Handling Unit", self.unit, "tier"))
		scope = get_scope()
		if not scope.sees_all and self.unit not in scope.units:
			frappe.throw(
				_("Only a head or member of the unit it is assigned to writes the letter."),
				OpinionLetterError,
			)

	def validate_state(self):
		case = self.get_case()
		states = SIGNING_STATES if self.docstatus.is_submitted() else DRAFTING_STATES
		if case.workflow_state not in states:
			frappe.throw(
				_(
					"The case is in stage {0}. Its letter is written after acceptance and before service."
				).format(_(case.workflow_state)),
				OpinionLetterError,
			)
		if (case.round or 1) != self.round or case.handling_unit != self.unit:
			frappe.throw(
				_("The case has gone on to another round or unit. Begin a new letter there."),
				OpinionLetterError,
			)

	def validate_dates(self):
		"""Drafted after acceptance, signed after drafting, neither in the future."""
		now = now_datetime()
		drafted = getdate(self.drafted_on) if self.drafted_on else None
		signed = getdate(self.signed_on) if self.signed_on else None
		accepted = self.get_case().accepted_at
		with domain_errors(OpinionLetterError):
			dates.check_not_future(drafted, now, "Drafted On")
			dates.check_not_future(signed, now, "Signed On")
			dates.check_order(accepted, drafted, "Accepted At", "Drafted On")
			dates.check_order(drafted, signed, "Drafted On", "Signed On")

	def set_outcome(self):
		results = [row.result for row in self.items]
		self.overall_outcome = None
		if results and all(results):
			with domain_errors(OpinionLetterError):
				self.overall_outcome = opinions.overall_outcome(results)

	def set_status(self):
		"""A letter changed after the check must be checked again."""
		if self.flags.checked:
			self.status, self.checked_by, self.checked_at = (
				opinions.CHECKED,
				frappe.session.user,
				now_datetime(),
			)
		elif self.status == opinions.CHECKED and draft.differs(self.get_doc_before_save(), self):
			self.status, self.checked_by, self.checked_at = opinions.DRAFT, None, None

	def validate_checked(self):
		if self.status != opinions.CHECKED:
			frappe.throw(
				_("Another person of the unit must check the letter before it is signed."), OpinionLetterError
			)

	def validate_signer(self):
		if get_scope().sees_all:
			return
		head = frappe.db.get_value("Handling Unit", self.unit, "head")
		delegates = delegates_of(self.unit, now_datetime())
		with domain_errors(OpinionLetterError):
			opinions.check_signer(frappe.session.user, head, delegates)
		self.signed_for = head if frappe.session.user != head else None

	def validate_parts(self):
		missing = opinions.missing_parts(self.as_dict())
		if missing:
			frappe.throw(
				_("The letter still lacks: {0}.").format(", ".join(_(name) for name in missing)),
				OpinionLetterError,
			)

	def validate_new_version(self):
		if not self.previous_letter:
			return
		previous = frappe.get_doc("Opinion Letter", self.previous_letter)
		with domain_errors(OpinionLetterError):
			opinions.check_new_version(
				self.version,
				_is_made_anew(previous, self),
				[row.result for row in previous.items],
				[row.result for row in self.items],
				self.change_reason,
				self.same_result_reason,
			)

	def set_signature(self):
		self.signed_by = frappe.session.user
		self.signed_at = now_datetime()
		self.signed_on = self.signed_on or getdate(self.signed_at)
		self.status = opinions.SIGNED

	def set_number(self):
		entry = register.enter(
			letter_rules.OPINION,
			self.get_case(),
			self.unit,
			self.doctype,
			self.name,
			signer=self.signed_for or self.signed_by,
			issued_on=self.signed_on,
		)
		self.letter_no, self.official_letter = entry.number, entry.name

	def replace_previous(self):
		"""The earlier version of the same round is kept, out of force, and its number with it."""
		if not self.previous_letter:
			return
		previous = frappe.get_doc("Opinion Letter", self.previous_letter)
		if previous.round != self.round:
			return
		status = opinions.REPLACED if previous.status == opinions.SIGNED else previous.status
		previous.db_set({"status": status, "replaced_by": self.name})
		if previous.official_letter:
			register.void(previous.official_letter, _("Replaced by {0}.").format(self.letter_no))

	def hand_to_petition(self):
		"""The reply is what the letter says; an open form of the case must be loaded again."""
		petition = frappe.get_doc("Petition", self.petition)
		values = {"opinion_letter": self.name, **draft.reply_values(self)}
		if petition.workflow_state == lifecycle.REPLIED:
			values["service_receipt"] = None
		petition.db_set(values)
		state = petition.workflow_state
		record_event(petition, "Sign Letter", state, state, self.letter_no)


def _is_made_anew(previous, letter) -> bool:
	"""The earlier letter was sent back or belongs to an earlier round: the matter is decided again, not just corrected."""
	return previous.status == opinions.SENT_BACK or previous.round != letter.round


def _server_fields() -> tuple[str, ...]:
	return tuple(df.fieldname for df in frappe.get_meta("Opinion Letter").fields if df.read_only)
