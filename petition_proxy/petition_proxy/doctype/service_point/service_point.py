from frappe.model.document import Document

from petition_proxy.utils.places import set_place_from_village


class ServicePoint(Document):
	def validate(self):
		set_place_from_village(self)
