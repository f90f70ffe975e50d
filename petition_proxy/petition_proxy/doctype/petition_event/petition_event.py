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
		from_state: DF.Data | None
		happened_at: DF.Datetime
		note: DF.SmallText | None
		on_behalf_of: DF.Data | None
		petition: DF.Link
		round: DF.Int
		to_state: DF.Data | None
		unit: DF.Link | None
	# end: auto-generated types
	pass
