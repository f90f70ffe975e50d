import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from petition_proxy.queries.directory import forget_villages
from petition_proxy.utils.places import set_place_from_village, validate_position


class ServicePointDatesError(frappe.ValidationError):
	"""The point closes before it opens."""


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
		validate_position(self)
		self.validate_dates()

	def on_update(self):
		forget_villages(self)

	def on_trash(self):
		forget_villages(self)

	def validate_dates(self):
		if self.opened_on and self.closed_on and getdate(self.closed_on) < getdate(self.opened_on):
			frappe.throw(
				_("The point cannot close before it opens. Correct one of the two dates."),
				ServicePointDatesError,
			)
