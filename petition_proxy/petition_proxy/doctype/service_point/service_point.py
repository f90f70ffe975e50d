from frappe.model.document import Document

from petition_proxy.utils.places import set_place_from_village


class ServicePoint(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		address: DF.Data | None
		closed_on: DF.Date | None
		district: DF.Link | None
		equipment: DF.SmallText | None
		latitude: DF.Float
		longitude: DF.Float
		opened_on: DF.Date | None
		opening_hours: DF.Data | None
		phone: DF.Data | None
		point_name: DF.Data
		town: DF.Link | None
		village: DF.Link

	# end: auto-generated types
	def validate(self):
		set_place_from_village(self)
