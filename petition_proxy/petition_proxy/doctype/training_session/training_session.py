import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, flt, get_datetime

from petition_proxy.utils.append_only import refuse_deletion
from petition_proxy.utils.identity import keep_server_fields
from petition_proxy.utils.places import get_place

PLANNED, OPEN, FINISHED, CANCELLED = "Planned", "Open", "Finished", "Cancelled"
RESULT_FIELDS = ("signed_up_at", "passed", "certificate_no", "valid_until")


class TrainingError(frappe.ValidationError):
	"""The training is full, over, or its results cannot be."""


class TrainingSession(Document):
	def validate(self):
		keep_server_fields(self, ("finished_on",))
		self.keep_status()
		self.validate_not_over()
		self.set_place()
		self.validate_times()
		self.set_rules()
		self.validate_attendees()
		self.set_results()

	def on_trash(self):
		refuse_deletion(self)

	# verbs

	def keep_status(self):
		before = self.get_doc_before_save()
		if not self.flags.acting:
			self.status = before.status if before else PLANNED

	def validate_not_over(self):
		before = self.get_doc_before_save()
		if before and before.status in (FINISHED, CANCELLED):
			frappe.throw(
				_("This training is over ({0}). Its results stand; plan another one.").format(
					_(before.status, context="Training Session")
				),
				TrainingError,
			)

	def set_place(self):
		place = get_place(self.region)
		if place.level == "Village":
			frappe.throw(_("A training is for a town or a district. Choose one."), TrainingError)
		self.town, self.district = place.town, place.district
		if not self.has_permission("write"):  # the place was typed in this request
			frappe.throw(_("You plan trainings for your own town or district only."), frappe.PermissionError)

	def validate_times(self):
		if get_datetime(self.ends_at) <= get_datetime(self.starts_at):
			frappe.throw(_("The training would end before it begins. Correct its times."), TrainingError)
		if self.sign_up_until and get_datetime(self.sign_up_until) > get_datetime(self.starts_at):
			frappe.throw(_("Signing up ends before the training begins."), TrainingError)
		if flt(self.hours) <= 0:
			frappe.throw(_("Say how many hours are taught."), TrainingError)
		if cint(self.seats) < 1:
			frappe.throw(_("A training has at least one seat."), TrainingError)

	def set_rules(self):
		"""Pass mark and validity as the settings have them on the day of planning; a later setting changes nothing."""
		if not self.gives_certificate:
			self.pass_mark = self.validity_months = 0
			return
		settings = frappe.get_cached_doc("Petition Proxy Settings")
		self.pass_mark = self.pass_mark or settings.pass_mark
		self.validity_months = self.validity_months or settings.certificate_months

	def validate_attendees(self):
		names = [row.agent for row in self.attendees]
		twice = sorted({name for name in names if names.count(name) > 1})
		if twice:
			frappe.throw(
				_("Agent {0} stands in the list twice. Take one row out.").format(twice[0]), TrainingError
			)
		if len(names) > cint(self.seats):
			frappe.throw(
				_("There are {0} seats and {1} people in the list.").format(self.seats, len(names)),
				TrainingError,
			)
		if names:
			self.validate_roster(names)
		self.seats_left = cint(self.seats) - len(names)

	def validate_roster(self, names: list[str]):
		"""Whom a training is for: agents of its town or district who are on the register."""
		column, value = ("town", self.town) if self.town else ("district", self.district)
		rows = frappe.get_all(
			"Proxy Agent",
			filters={"name": ("in", names), column: value},
			fields=["name", "agent_name"],
			order_by="name asc",
		)
		known = {row.name: row.agent_name for row in rows}
		strangers = [name for name in names if name not in known]
		if strangers:
			frappe.throw(
				_("Agent {0} does not belong to {1}. Choose a training of the agent's own place.").format(
					strangers[0], self.region
				),
				TrainingError,
			)
		for row in self.attendees:
			row.agent_name = known[row.agent]

	def set_results(self):
		"""Passed is computed: attended, and where there is a test, the mark reached."""
		before = self.get_doc_before_save()
		kept = {row.agent: row for row in before.attendees} if before else {}
		for row in self.attendees:
			old = kept.get(row.agent)
			if not self.flags.acting:
				for fieldname in RESULT_FIELDS:
					row.set(fieldname, old.get(fieldname) if old else None)
			if flt(row.score) and not row.attended:
				frappe.throw(
					_(
						"Agent {0} has a score without having attended. Tick Attended or clear the score."
					).format(row.agent_name or row.agent),
					TrainingError,
				)
			if not 0 <= flt(row.score) <= 100:
				frappe.throw(_("A score lies between 0 and 100."), TrainingError)
			row.passed = int(bool(row.attended) and flt(row.score) >= flt(self.pass_mark))
