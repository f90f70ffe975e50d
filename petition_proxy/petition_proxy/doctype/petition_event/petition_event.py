from petition_proxy.utils.append_only import AppendOnlyDocument


class PetitionEvent(AppendOnlyDocument):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		actor: DF.Link | None
		agent: DF.Link | None
		event: DF.Data
		from_state: DF.Literal[
			"",
			"Draft",
			"Registered",
			"Assigned",
			"Received",
			"Accepted",
			"Refused",
			"No Longer Accepted",
			"Led to Statutory Route",
			"Handling",
			"Replied",
			"Served",
			"Closed",
			"Withdrawn",
			"Merged",
			"Archived",
		]
		happened_at: DF.Datetime
		note: DF.SmallText | None
		on_behalf_of: DF.Data | None
		petition: DF.Link
		round: DF.Int
		to_state: DF.Literal[
			"",
			"Draft",
			"Registered",
			"Assigned",
			"Received",
			"Accepted",
			"Refused",
			"No Longer Accepted",
			"Led to Statutory Route",
			"Handling",
			"Replied",
			"Served",
			"Closed",
			"Withdrawn",
			"Merged",
			"Archived",
		]
		unit: DF.Link | None
	# end: auto-generated types
	pass
