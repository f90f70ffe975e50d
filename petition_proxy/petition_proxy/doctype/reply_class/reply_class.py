from frappe.model.document import Document

from petition_proxy.jobs.alert_rules import recheck_open_cases
from petition_proxy.utils.rules import validate_days, validate_unused, validate_validity


class ReplyClass(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		class_code: DF.Literal["U", "C", "G", "I"]
		class_name: DF.Data
		day_kind: DF.Literal["Natural Day", "Working Day", "Elapsed Day"]
		is_urgent: DF.Check
		limit_days: DF.Int
		roll_last_day: DF.Check
		valid_from: DF.Date
		valid_to: DF.Date | None
		warn_hours: DF.Int

	# end: auto-generated types
	def validate(self):
		validate_days(self)
		validate_validity(self, "class_code")
		validate_unused(self, ("reply_class",), ("limit_days", "day_kind", "roll_last_day", "is_urgent"))

	def on_update(self):
		before = self.get_doc_before_save()
		if before and before.warn_hours != self.warn_hours:
			recheck_open_cases()
