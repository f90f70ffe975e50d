from frappe.model.document import Document

from petition_proxy.utils.rules import validate_days, validate_unused, validate_validity


class ReplyClass(Document):
	def validate(self):
		validate_days(self)
		validate_validity(self, "class_code")
		validate_unused(self, ("reply_class",), ("limit_days", "day_kind", "roll_last_day", "is_urgent"))
