from petition_proxy.utils.append_only import AppendOnlyDocument


class AccessRecord(AppendOnlyDocument):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		at: DF.Datetime
		doctype_name: DF.Link
		document: DF.DynamicLink
		field: DF.Data | None
		reason: DF.SmallText | None
		user: DF.Link
	# end: auto-generated types
	pass
