from frappe.model.document import Document


class Alert(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		alert_key: DF.Data | None
		attempts: DF.Int
		channel: DF.Literal["Desk", "Email"]
		digest: DF.Link | None
		due_at: DF.Datetime | None
		fired_at: DF.Datetime
		is_urgent: DF.Check
		is_vacant_post: DF.Check
		last_error: DF.SmallText | None
		next_try_at: DF.Datetime | None
		petition: DF.Link
		recipient: DF.Link | None
		round: DF.Int
		rule: DF.Link
		sent_at: DF.Datetime | None
		status: DF.Literal["Pending", "Sent", "Failed", "Dead", "Withdrawn"]
		unit: DF.Link | None
	# end: auto-generated types
	pass
