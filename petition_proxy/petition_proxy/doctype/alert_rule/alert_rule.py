import frappe
from frappe.model.document import Document

from petition_proxy.domain.alerts import AlertRule as Rule
from petition_proxy.jobs.alert_rules import clear_rules, recheck_open_cases
from petition_proxy.utils.errors import domain_errors

# A change of any other field (name, severity) moves no moment at which an alert falls due.
TIMING_FIELDS = ("clock", "offset_hours", "use_class_warning", "recipient", "urgent_only", "is_active")


class InvalidAlertRuleError(frappe.ValidationError):
	"""The rule names a clock or recipient that does not exist."""


class AlertRule(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		clock: DF.Literal["Acceptance Notice", "Local Promise", "Statutory"]
		is_active: DF.Check
		level_no: DF.Int
		offset_hours: DF.Int
		recipient: DF.Literal["Handling Unit", "Unit Head", "Town", "Petition Office"]
		rule_code: DF.Data
		rule_name: DF.Data
		urgent_only: DF.Check
		use_class_warning: DF.Check

	# end: auto-generated types
	def validate(self):
		with domain_errors(InvalidAlertRuleError):
			Rule(
				self.rule_code,
				self.clock,
				self.offset_hours or 0,
				self.recipient,
				self.level_no or 0,
				bool(self.urgent_only),
				bool(self.use_class_warning),
			)

	def on_update(self):
		clear_rules()
		before = self.get_doc_before_save()
		if before is None or any(self.get(f) != before.get(f) for f in TIMING_FIELDS):
			recheck_open_cases()

	def on_trash(self):
		clear_rules()
