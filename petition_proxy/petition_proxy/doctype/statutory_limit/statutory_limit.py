from frappe.model.document import Document

from petition_proxy.utils.rules import clear_limits, validate_days, validate_unused, validate_validity


class StatutoryLimit(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		article: DF.Data
		day_kind: DF.Literal["Natural Day", "Working Day"]
		limit_code: DF.Literal[
			"Acceptance Notice",
			"Handling",
			"Extension",
			"Objection",
			"Review Request",
			"Review",
			"Re-review Request",
			"Re-review",
			"Supervision",
		]
		limit_days: DF.Int
		roll_last_day: DF.Check
		valid_from: DF.Date
		valid_to: DF.Date | None

	# end: auto-generated types
	def validate(self):
		validate_days(self)
		validate_validity(self, "limit_code")
		validate_unused(
			self,
			("notice_rule", "statutory_rule"),
			("limit_days", "day_kind", "roll_last_day", "article"),
			(
				("Extension Request", "limit_rule"),
				("Review Request", "request_rule"),
				("Review Request", "limit_rule"),
				("Supervision Order", "limit_rule"),
			),
		)

	def on_update(self):
		clear_limits()

	def on_trash(self):
		clear_limits()
