import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, getdate, now_datetime

from petition_proxy.domain import lifecycle, service
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.official_letter import register
from petition_proxy.petition_proxy.doctype.opinion_letter.reply import setting
from petition_proxy.petition_proxy.doctype.petition import checks, steps
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event
from petition_proxy.utils.append_only import refuse_deletion
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.files import keep_private

OPINION_LETTER, OFFICIAL_LETTER = "Opinion Letter", "Official Letter"
FILES = ("photo", "recording")
# May be written later; everything else is proof and stands.
OPEN_FIELDS = frozenset({"remark"})


class ServiceReceiptError(frappe.ValidationError):
	"""The receipt proves nothing, comes at the wrong time, or is not this person's to write."""


class ServiceReceipt(Document):
	"""Proof of service (送达回证): one attempt to hand a document over, successful or not."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		attempt_no: DF.Int
		document: DF.DynamicLink | None
		document_type: DF.Literal["", "Opinion Letter", "Official Letter"]
		failure_reason: DF.SmallText | None
		method: DF.Literal[
			"By Agent", "In Person", "By Post", "Online", "Left with Witness", "Refused by Petitioner"
		]
		petition: DF.Link
		photo: DF.Attach | None
		place: DF.Data | None
		post_no: DF.Data | None
		posted_on: DF.Date | None
		receiver_name: DF.Data | None
		recipient: DF.Data | None
		recording: DF.Attach | None
		refusal_reason: DF.SmallText | None
		relation: DF.Literal[
			"",
			"The Petitioner",
			"Family Member of the Household",
			"Guardian",
			"Elected Representative",
			"Proxy Agent",
			"Other",
		]
		remark: DF.SmallText | None
		result: DF.Literal["Served", "Failed Attempt"]
		round: DF.Int
		served_at: DF.Datetime | None
		served_by: DF.Link | None
		server_name: DF.Data | None
		witness_1: DF.Data | None
		witness_2: DF.Data | None

	# end: auto-generated types
	def before_insert(self):
		self.set_case_fields()

	def validate(self):
		if not self.is_new():
			self.validate_unchanged()
			return
		self.validate_document()
		self.validate_state()
		self.validate_server()
		self.validate_proof()

	def after_insert(self):
		keep_private(self, FILES)
		self.tell_petition()

	def on_trash(self):
		refuse_deletion(self)

	# verbs

	def get_case(self):
		"""The petition, locked: of two servers at once the second finds the first one's receipt."""
		if not self.flags.petition:
			self.flags.petition = frappe.get_doc("Petition", self.petition, for_update=True)
		return self.flags.petition

	def set_case_fields(self):
		case = self.get_case()
		self.round = case.round or 1
		self.recipient = case.petitioner_name
		self.result = self.result or service.SERVED
		self.served_by = frappe.session.user
		self.server_name = self.server_name or frappe.utils.get_fullname(frappe.session.user)
		self.served_at = get_datetime(self.served_at) if self.served_at else now_datetime()
		if not self.document and self.document_type != OFFICIAL_LETTER and case.opinion_letter:
			self.document_type, self.document = OPINION_LETTER, case.opinion_letter
		self.attempt_no = self.count_attempts() + 1

	def count_attempts(self) -> int:
		return frappe.db.count(
			"Service Receipt",
			{
				"petition": self.petition,
				"round": self.round,
				"document": self.document or ("is", "not set"),
			},
		)

	def is_reply(self) -> bool:
		"""The document is the answer of the round: the letter, or the simple reply."""
		return self.document_type != OFFICIAL_LETTER

	def validate_unchanged(self):
		before = self.get_doc_before_save()
		changed = [
			df.label
			for df in self.meta.fields
			if df.fieldname not in OPEN_FIELDS and str(before.get(df.fieldname) or "") != _text(self, df)
		]
		if changed:
			frappe.throw(
				_("A receipt stands as it was written. Record a new one instead. Changed: {0}").format(
					", ".join(_(label) for label in changed)
				),
				ServiceReceiptError,
			)

	def validate_document(self):
		"""The letter of this very case and round, in force."""
		if not self.document:
			if self.document_type:
				frappe.throw(_("Choose the document that was handed over."), ServiceReceiptError)
			return
		wanted = (
			{"name": self.document, "petition": self.petition, "is_void": 0}
			if self.document_type == OFFICIAL_LETTER
			else {"name": self.document, "petition": self.petition, "round": self.round, "status": "Signed"}
		)
		if not frappe.db.exists(self.document_type, wanted):
			frappe.throw(
				_("This document is not signed, no longer in force, or belongs to another case."),
				ServiceReceiptError,
			)

	def validate_state(self):
		if not self.is_reply():
			return
		case = self.get_case()
		if case.workflow_state != lifecycle.REPLIED:
			frappe.throw(
				_(
					"The reply is handed over after it was given and before the case is served. It is in stage {0}."
				).format(_(case.workflow_state)),
				ServiceReceiptError,
			)
		if case.service_receipt:
			frappe.throw(_("The reply has been handed over already."), ServiceReceiptError)

	def validate_server(self):
		"""The agent within a living authority to receive documents, the handling unit, or an office of the place."""
		case, scope = self.get_case(), get_scope()
		steps.check_scope(case)
		if not scope.sees_all and not steps.ACTORS[lifecycle.BY_SERVER](case, scope):
			frappe.throw(steps.WHO[lifecycle.BY_SERVER](), ServiceReceiptError)
		steps.check_agent_may_act(case, now_datetime())
		is_by_agent = self.method == service.BY_AGENT and self.result == service.SERVED
		if case.agent and (is_by_agent or steps.is_own_agent(case, scope)):
			checks.check_authority(case, self.served_at, "may_receive_documents")

	def validate_proof(self):
		case = self.get_case()
		issued = (
			case.replied_at
			if self.is_reply()
			else frappe.db.get_value(OFFICIAL_LETTER, self.document, "issued_on")
		)
		receipt = {**self.as_dict(), "posted_on": getdate(self.posted_on) if self.posted_on else None}
		with domain_errors(ServiceReceiptError):
			service.check_receipt(
				receipt,
				bool(case.agent),
				get_datetime(issued) if self.is_reply() and issued else issued,
				now_datetime(),
				bool(setting("require_service_proof")),
			)

	def tell_petition(self):
		"""Attempts are counted on the case; a served reply may now be noted as served."""
		case = self.get_case()
		is_served = self.result == service.SERVED
		if not self.is_reply():
			if is_served:
				register.mark_told(self.document, self.method, self.served_at, self.served_by, self.name)
			return
		state = case.workflow_state
		if not is_served:
			case.db_set("service_attempts", self.count_failed())
			record_event(case, "Failed Attempt", state, state, self.failure_reason)
		else:
			case.db_set({"service_receipt": self.name, "service_method": self.method})
			record_event(case, "Record Service", state, state, self.name)

	def count_failed(self) -> int:
		return frappe.db.count(
			"Service Receipt",
			{
				"petition": self.petition,
				"round": self.round,
				"result": service.FAILED,
				"document_type": ("!=", OFFICIAL_LETTER),
			},
		)


def _text(doc, df) -> str:
	value = doc.get(df.fieldname)
	if value and df.fieldtype == "Datetime":
		value = get_datetime(value)
	elif value and df.fieldtype == "Date":
		value = getdate(value)
	return str(value or "")
