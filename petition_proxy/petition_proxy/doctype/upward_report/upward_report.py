import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.naming import make_autoname
from frappe.utils import getdate

from petition_proxy.petition_proxy.doctype.petition_event.record import record_event
from petition_proxy.petition_proxy.doctype.responsibility_rule.lookup import is_unit_of_accused
from petition_proxy.utils.append_only import refuse_deletion
from petition_proxy.utils.case_record import read_case, require_petition_office
from petition_proxy.utils.files import keep_private

# What was sent stands; the answer is added later and then stands as well.
SENT_FIELDS = ("petition", "city_body", "sent_on", "reference_no", "summary", "report_scan")
ANSWER_FIELDS = ("answered_on", "answer_no", "answer_text", "answer_scan")


class UpwardReportError(frappe.ValidationError):
	"""Dates out of order, no city body, half an answer, or a change of what has been sent or answered."""


class UpwardReport(Document):
	"""A case reported to a city body because the city level decides it (clause S14, R22 art. 22)."""

	def before_insert(self):
		self.case = read_case(self.petition)
		require_petition_office(self.case)
		self.round = self.case.round
		self.sent_by = frappe.session.user

	def autoname(self):
		self.name = make_autoname(f"SB-{(self.case.district or '')[:6]}-.YYYY.-.#####", doc=self)

	def validate(self):
		self.case = read_case(self.petition)
		require_petition_office(self.case)
		self.validate_body()
		self.validate_dates()
		self.validate_answer()
		self.validate_unchanged()

	def after_insert(self):
		self.note("Report Upward", self.reference_no)

	def on_update(self):
		keep_private(self, ("report_scan", "answer_scan"))
		before = self.get_doc_before_save()
		if self.answered_on and not (before and before.answered_on):
			self.note("Answer from Above", self.answer_no)

	def on_trash(self):
		refuse_deletion(self)

	def note(self, event: str, number: str | None):
		state = self.case.workflow_state
		body = frappe.get_cached_value("Handling Unit", self.city_body, "unit_name")
		record_event(self.case, event, state, state, " ".join(part for part in (body, number) if part))

	def validate_body(self):
		if frappe.db.get_value("Handling Unit", self.city_body, "unit_type") != "City Body":
			frappe.throw(_("A case is reported upward to a body of the city. Choose one."), UpwardReportError)
		if is_unit_of_accused(self.case, self.city_body):
			frappe.throw(
				_("This body is complained about in the petition. Choose another."), UpwardReportError
			)

	def validate_dates(self):
		if getdate(self.sent_on) > getdate():
			frappe.throw(_("Sent On lies in the future."), UpwardReportError)
		if getdate(self.sent_on) < getdate(self.case.petitioned_at):
			frappe.throw(_("The report cannot be older than the petition."), UpwardReportError)
		if self.answer_wanted_by and getdate(self.answer_wanted_by) < getdate(self.sent_on):
			frappe.throw(_("The answer cannot be wanted before the report is sent."), UpwardReportError)
		if self.answered_on and not getdate(self.sent_on) <= getdate(self.answered_on) <= getdate():
			frappe.throw(_("The answer came after the report and not in the future."), UpwardReportError)

	def validate_answer(self):
		has_text = bool((self.answer_text or "").strip())
		if has_text != bool(self.answered_on):
			frappe.throw(_("An answer needs its day and its text."), UpwardReportError)

	def validate_unchanged(self):
		before = self.get_doc_before_save()
		if not before:
			return
		fixed = (*SENT_FIELDS, *(ANSWER_FIELDS if before.answered_on else ()))
		changed = [f for f in fixed if before.get(f) and str(before.get(f)) != str(self.get(f) or "")]
		if changed:
			frappe.throw(
				_("These stand as they were sent or received: {0}. Make a new report instead.").format(
					", ".join(_(self.meta.get_label(f)) for f in changed)
				),
				UpwardReportError,
			)
