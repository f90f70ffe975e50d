from frappe.model.document import Document


class AlertDigest(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		channel: DF.Literal["Desk", "Email"]
		digest_date: DF.Date
		digest_key: DF.Data | None
		is_urgent: DF.Check
		item_count: DF.Int
		recipient: DF.Link
		sent_at: DF.Datetime | None
	# end: auto-generated types
	pass
