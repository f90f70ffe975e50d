from frappe.model.document import Document


class LedgerImportColumn(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		source_column: DF.Data
		target_field: DF.Literal[
			"External Number",
			"Subject",
			"Content",
			"Petitioned At",
			"Reply",
			"Replied At",
			"Category",
			"Petitioner Key",
			"Petitioner Name",
			"Phone",
			"ID Number",
			"Village",
			"Handling Unit",
		]
	# end: auto-generated types
	pass
