from frappe.model.document import Document

from petition_proxy.utils.rules import clear_limits, validate_days, validate_unused, validate_validity


class StatutoryLimit(Document):
	def validate(self):
		validate_days(self)
		validate_validity(self, "limit_code")
		validate_unused(self, ("notice_rule", "statutory_rule"), ("limit_days", "day_kind", "roll_last_day"))

	def on_update(self):
		clear_limits()

	def on_trash(self):
		clear_limits()
