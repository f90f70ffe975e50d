import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.naming import make_autoname
from frappe.utils import get_datetime, now_datetime

from petition_proxy.petition_proxy.doctype.petition_event.record import record_event
from petition_proxy.petition_proxy.doctype.responsibility_rule.lookup import is_unit_of_accused
from petition_proxy.utils.append_only import refuse_deletion
from petition_proxy.utils.case_record import read_case, require_petition_office
from petition_proxy.utils.files import keep_private


class MeetingError(frappe.ValidationError):
	"""The record of the meeting cannot be right."""


class CoordinationMeeting(Document):
	"""Record of a meeting by which the petition office brings several units together (clause S14, R22 art. 24)."""

	def before_insert(self):
		self.case = read_case(self.petition)
		require_petition_office(self.case)
		self.round = self.case.round

	def autoname(self):
		self.name = make_autoname(f"HY-{(self.case.district or '')[:6]}-.YYYY.-.#####", doc=self)

	def validate(self):
		case = read_case(self.petition)
		require_petition_office(case)
		self.validate_time()
		self.validate_units(case)

	def after_insert(self):
		record_event(
			self.case,
			"Coordination Meeting",
			self.case.workflow_state,
			self.case.workflow_state,
			f"{self.name} {self.place}",
		)

	def on_update(self):
		keep_private(self, ("minutes_scan",))

	def on_trash(self):
		refuse_deletion(self)

	def validate_time(self):
		if get_datetime(self.held_at) > now_datetime():
			frappe.throw(_("The meeting lies in the future. Record it when it has been held."), MeetingError)

	def validate_units(self, case):
		"""Each unit once, and none that the case is about (R22 art. 30)."""
		units = [row.handling_unit for row in self.units]
		if len(set(units)) < len(units):
			frappe.throw(_("A unit is listed twice among those attending. Remove one row."), MeetingError)
		for unit in (*units, self.host_unit):
			if is_unit_of_accused(case, unit):
				frappe.throw(
					_("{0} is complained about in this petition and does not attend.").format(
						frappe.get_cached_value("Handling Unit", unit, "unit_name")
					),
					MeetingError,
				)
