import frappe
from frappe import _
from frappe.model import no_value_fields, table_fields
from frappe.model.document import Document
from frappe.model.naming import make_autoname
from frappe.utils import get_datetime, getdate, now_datetime

from petition_proxy.domain import lifecycle
from petition_proxy.jobs.deadline_sweep import next_action_at_for
from petition_proxy.petition_proxy.doctype.petition import checks, effects, intake, members, steps
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.files import keep_private
from petition_proxy.utils.places import set_place_from_village


class FactsFrozenError(frappe.ValidationError):
	"""What a later step relies on may not change: the facts once filed, the unit once assigned, the promise once given."""


class NeverDeletedError(frappe.ValidationError):
	"""A petition, even a draft, is never deleted: nothing may be left silently unregistered (art. 44)."""


class Petition(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		accepted_at: DF.Datetime | None
		accused_name: DF.Data | None
		accused_unit: DF.Link | None
		accused_user: DF.Link | None
		address_text: DF.Data | None
		agent: DF.Link | None
		agreement: DF.Link | None
		agreement_scan: DF.Attach | None
		assigned_at: DF.Datetime | None
		assigned_by: DF.Link | None
		assignment_note: DF.SmallText | None
		category: DF.Link | None
		category_path: DF.Data | None
		client_key: DF.Data | None
		closed_at: DF.Datetime | None
		content: DF.Text
		district: DF.Link | None
		due_at: DF.Datetime | None
		external_key: DF.Data | None
		external_no: DF.Data | None
		external_source: DF.Data | None
		filing_channel: DF.Literal[
			"City Service System",
			"Party Committee and Government Platform",
			"Department Platform",
			"Petition Office Platform",
			"Petitioner Portal",
			"Letter",
			"Visit",
			"Call",
			"Old Ledger",
		]
		handling_at: DF.Datetime | None
		handling_unit: DF.Link | None
		import_batch: DF.Link | None
		intake_way: DF.Literal[
			"", "At the Service Point", "Home Visit", "Phone", "Found by Visit", "Copied from Paper"
		]
		is_proxied: DF.Check
		is_urgent: DF.Check
		masked_phone: DF.Data | None
		new_petitioner_id_number: DF.Data | None
		new_petitioner_name: DF.Data | None
		new_petitioner_phone: DF.Data | None
		next_action_at: DF.Datetime | None
		notice_due_at: DF.Datetime | None
		notice_rule: DF.Link | None
		outcome: DF.Literal[
			"",
			"Supported",
			"Partly Supported",
			"Explained",
			"Not Supported",
			"Mediated",
			"Reconciled",
			"Settled on the Spot",
			"Led to Statutory Route",
		]
		petition_kind: DF.Literal["Appeal and Request", "Suggestion", "Inquiry", "Report and Accusation"]
		petitioned_at: DF.Datetime | None
		petitioner: DF.Link | None
		petitioner_name: DF.Data | None
		powers_agreed: DF.Check
		purpose: DF.Literal["", "Appeal", "Seek Solution", "Expose and Accuse", "Suggest", "Inquire", "Other"]
		queue_key: DF.Data | None
		received_at: DF.Datetime | None
		refusal_body: DF.Data | None
		refusal_note: DF.SmallText | None
		refusal_reason: DF.Literal[
			"",
			"Court, Prosecution or Police Procedure",
			"Other Statutory Route",
			"Outside Competence",
			"Visit Above the Next Level",
			"Already in Handling",
			"Concluded by Re-review",
		]
		refused_at: DF.Datetime | None
		registered_at: DF.Datetime | None
		replied_at: DF.Datetime | None
		reply_class: DF.Link | None
		reply_due_at: DF.Datetime | None
		reply_limit_days: DF.Int
		reply_text: DF.Text | None
		request_text: DF.SmallText | None
		round: DF.Int
		served_at: DF.Datetime | None
		service_method: DF.Literal[
			"", "By Agent", "In Person", "By Post", "Online", "Left with Witness", "Refused by Petitioner"
		]
		service_note: DF.SmallText | None
		service_proof: DF.Attach | None
		statutory_due_at: DF.Datetime | None
		statutory_rule: DF.Link | None
		subject: DF.Data
		town: DF.Link | None
		village: DF.Link
		wants_secrecy: DF.Check
		workflow_state: DF.Link | None

	# end: auto-generated types
	def load_from_db(self):
		super().load_from_db()
		self.flags.is_stored = True  # what a client sends has no such mark (permissions)
		return self

	def before_insert(self):
		self.set_system_fields()
		self.set_place()
		self.set_petitioned_at()
		self.resolve_people()
		intake.set_paper(self)
		steps.check_scope(self)

	def autoname(self):
		"""One series per district and year; rows are never deleted, so the numbers have no gaps."""
		year = getdate(self.petitioned_at).year
		self.name = make_autoname(f"XF-{(self.district or '')[:6]}-{year}-.######", doc=self)

	def validate(self):
		if not self.is_new():  # before_insert has just done this
			self.check_scope_before()
			self.set_system_fields()
			self.set_place()
			self.resolve_people()
			intake.set_paper(self)
		self.set_category_path()
		self.set_members()
		self.validate_petitioned_at()
		self.validate_agent_may_act()
		self.validate_new_agent()
		self.validate_frozen_fields()
		self.apply_step()
		self.set_route_anew()
		self.set_queue()

	def validate_workflow(self):
		"""Frappe's check of the first state, then filing at once: one row is written, in the state it ends in."""
		step = self.get_step()
		# The other steps stand in the same table, which has been asked (apply_step); one that a review orders asks for
		# no role of the path.
		if not self.flags.by_review and (not step or step.action in lifecycle.PLAIN_ACTIONS):
			super().validate_workflow()
		if self.is_new() and self.should_file_now():
			self.file_now()

	def after_insert(self):
		if self.workflow_state == lifecycle.DRAFT:
			record_event(self, "Create", "", self.workflow_state)
		else:
			step = lifecycle.find(lifecycle.DRAFT, self.workflow_state)
			self.note_step(step, self.get(step.stamp))

	def on_update(self):
		keep_private(self, ("service_proof", "agreement_scan", "paper_scan", "withdrawal_proof"))
		self.record_step()
		if not self.flags.in_insert and self.should_file_now():
			self.file_now()

	def on_trash(self):
		frappe.throw(
			_("A petition is never deleted. File it, or leave the draft; drafts are listed until filed."),
			NeverDeletedError,
		)

	# verbs

	def check_scope_before(self):
		"""A request that rewrites the columns a case is opened by must not open it: the stored row decides as well."""
		if not self.flags.by_review:  # a step that a superior body orders, checked by who orders it
			steps.check_scope(self.get_doc_before_save())

	def set_system_fields(self):
		"""What the desk shows read-only is written by the server alone, whatever a request sends.

		An act of the server that sets such a field in the same save hands it over in `flags.server_values`.
		"""
		before = self.get_doc_before_save()
		for fieldname in _system_fields():
			self.set(fieldname, before.get(fieldname) if before else None)
		self.update(self.flags.server_values or {})
		if not before:
			self.round = 1

	def set_place(self):
		set_place_from_village(self)

	def set_petitioned_at(self):
		self.petitioned_at = get_datetime(self.petitioned_at) if self.petitioned_at else now_datetime()

	def resolve_people(self):
		"""Agent from who is logged in, petitioner and agreement from the intake block, where still missing."""
		if self.get_state_before() == lifecycle.DRAFT:
			intake.set_channel(self)
			intake.set_agent(self)
			intake.check_chosen(self)
			intake.set_petitioner(self)
			intake.set_agreement(self)
		intake.copy_petitioner_fields(self)
		self.is_proxied = 1 if self.agent else 0

	def set_category_path(self):
		self.category_path = (
			frappe.get_cached_value("Petition Category", self.category, "path") if self.category else None
		)

	def set_members(self):
		members.set_members(self)

	def update_child_table(self, fieldname: str, *args, **kwargs):
		"""A name list of thousands is not written again at every step, and nothing is deleted where nothing stood."""
		if fieldname == "members" and self.flags.members_unchanged:
			return
		before = self.get_doc_before_save()
		if before and not self.get(fieldname) and not before.get(fieldname):
			return
		super().update_child_table(fieldname, *args, **kwargs)

	def validate_petitioned_at(self):
		if get_datetime(self.petitioned_at) > now_datetime():
			frappe.throw(_("Petitioned At lies in the future. Give the day on which the petitioner came."))

	def validate_agent_may_act(self):
		"""Once filed, every act of the agent needs a living authority; a draft is checked when it is filed."""
		if self.get_state_before() != lifecycle.DRAFT:
			steps.check_agent_may_act(self, now_datetime())

	def validate_new_agent(self):
		"""Whoever sets an agent on a draft, by whatever door, sets one who may act (持证上岗, recusal)."""
		before = self.get_doc_before_save()
		if self.agent and self.get_state_before() == lifecycle.DRAFT:
			watched = ("agent", "accused_unit", "accused_user", "accused_name")
			if not before or any(_differs(before, self, f) for f in watched):
				checks.check_agent(self, now_datetime())

	def validate_frozen_fields(self):
		before = self.get_doc_before_save()
		frozen = steps.frozen_fields(before.workflow_state, self.get_action()) if before else ()
		changed = [f for f in frozen if _differs(before, self, f)]
		if changed:
			frappe.throw(
				_("These can no longer be changed: {0}. Record what is new in a note or the reply.").format(
					", ".join(_(self.meta.get_label(f)) for f in changed)
				),
				FactsFrozenError,
			)
		steps.check_field_owners(self, lambda f: _differs(before, self, f) if before else bool(self.get(f)))
		steps.check_kind_change(self, before)

	def apply_step(self):
		"""Guard and stamp a change of state, whichever way it came."""
		if self.is_new():
			self.workflow_state = self.workflow_state or lifecycle.DRAFT
		if step := self.get_step():
			steps.take(self, step, now_datetime())
			self.leave_out_version(step)

	def leave_out_version(self, step: lifecycle.Transition):
		"""A step that leaves a record of its own needs no Version beside it; any other edit in the same save does."""
		before = self.get_doc_before_save()
		own = steps.RECORDED_FIELDS.get(step.action)
		if not before or own is None:
			return
		written_by_server = {*_system_fields(), *own, "workflow_state", "step_reason"}
		edited = (
			df.fieldname
			for df in self.meta.fields
			if df.fieldname not in written_by_server and not is_layout(df)
		)
		if not any(_differs(before, self, fieldname) for fieldname in edited):
			self.flags.ignore_version = True

	def get_step(self) -> lifecycle.Transition | None:
		"""The step this save takes, if any.

		Raises:
			StepError: the table has no step between the two states.
		"""
		before = self.get_state_before()
		if self.flags.reassigned:
			return lifecycle.REASSIGN
		if self.workflow_state == before:
			return None
		with domain_errors(steps.StepError):
			return lifecycle.find(before, self.workflow_state)

	def get_action(self) -> str | None:
		step = self.get_step()
		return step.action if step else None

	def set_route_anew(self):
		"""Whoever corrects what the proposal rests on, while the case waits to be assigned, gets a new one."""
		before = self.get_doc_before_save()
		if not before or self.get_step() or self.workflow_state != lifecycle.REGISTERED:
			return
		if any(_differs(before, self, f) for f in ROUTE_FIELDS) or _units_of(before) != _units_of(self):
			effects.set_route(self, now_datetime())

	def set_queue(self):
		self.due_at = lifecycle.running_due_at(
			self.workflow_state, self.notice_due_at, self.reply_due_at, self.statutory_due_at
		)
		self.queue_key = lifecycle.queue_key(
			self.workflow_state, bool(self.is_proxied), self.due_at, get_datetime(self.petitioned_at)
		)
		self.next_action_at = next_action_at_for(self)

	def record_step(self):
		if self.flags.in_insert:
			return  # after_insert has written what there is to say
		if self.get_doc_before_save() and (step := self.get_step()):
			self.note_step(step, self.get(step.stamp), self.get_state_before())

	def note_step(self, step: lifecycle.Transition, now, source: str | None = None):
		"""The timeline, and the records that stand beside the case."""
		record_event(
			self, step.action, source or step.source, self.workflow_state, checks.note_of(self, step)
		)
		effects.after_step(self, step, now or now_datetime())

	def should_file_now(self) -> bool:
		"""A phone has no second button: what an agent sends from the web form is filed at once.

		With a photo still on its way (the form stores files after the record) filing waits for the save that
		brings it.
		"""
		if self.workflow_state != lifecycle.DRAFT:
			return False
		waits_for_photo = not self.get_doc_before_save() and self.flags.ignore_mandatory
		return bool(self.flags.file_now) or (bool(frappe.flags.in_web_form) and not waits_for_photo)

	def file_now(self):
		"""Draft to Registered in the transaction of the insert; the same guards as the desk's button.

		Raises:
			StepError: a guard of filing refuses.
			frappe.PermissionError: the user has no role that files.
		"""
		step = lifecycle.find(self.workflow_state, lifecycle.REGISTERED)
		if not steps.has_role(step):
			raise frappe.PermissionError(_("You may not file petitions."))
		self.workflow_state = step.target
		steps.take(self, step, now_datetime())
		self.set_queue()
		if self.is_new():
			return  # the row is about to be written, and after_insert notes the step
		self.db_set({f: self.get(f) for f in (*FILED_FIELDS, step.stamp)}, update_modified=False)
		self.note_step(step, self.get(step.stamp))

	def get_state_before(self) -> str:
		before = self.get_doc_before_save()
		return before.workflow_state if before else lifecycle.DRAFT


FILED_FIELDS = (
	"workflow_state",
	"notice_due_at",
	"notice_rule",
	"due_at",
	"queue_key",
	"next_action_at",
	"query_code",
	"tier",
	"tier_since",
	"channel",
	"proposed_unit",
	"proposal_rule",
	"proposal_reason",
	"needs_coordination",
	"coordination_reason",
)
# What a proposal of the unit rests on, beside the concerned units.
ROUTE_FIELDS = ("category", "petition_kind", "accused_unit", "accused_user", "is_city_competence")


def _units_of(doc: Document) -> list[str]:
	return sorted(row.handling_unit for row in doc.concerned_units)


def _system_fields() -> tuple[str, ...]:
	return tuple(
		df.fieldname
		for df in frappe.get_meta("Petition").fields
		if df.fieldname in ("queue_key", "next_action_at", "external_key")
		or (df.read_only and df.fieldname != "workflow_state")
	)


def is_layout(df) -> bool:
	return df.fieldtype in no_value_fields or df.fieldtype in table_fields


def _differs(before: Document, now: Document, fieldname: str) -> bool:
	old, new = before.get(fieldname) or None, now.get(fieldname) or None
	if fieldname == "petitioned_at" and old and new:
		return get_datetime(old) != get_datetime(new)
	return old != new
