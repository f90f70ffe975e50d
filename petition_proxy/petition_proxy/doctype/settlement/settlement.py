from frappe.model.document import Document

from petition_proxy.utils.places import set_place_from_village, validate_position


class Settlement(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		district: DF.Link | None
		households: DF.Int
		latitude: DF.Float
		longitude: DF.Float
		population: DF.Int
		settlement_name: DF.Data
		town: DF.Link | None
		village: DF.Link

	# end: auto-generated types
	def validate(self):
		set_place_from_village(self)
		validate_position(self)
