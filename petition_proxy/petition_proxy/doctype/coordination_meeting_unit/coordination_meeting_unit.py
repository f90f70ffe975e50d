from frappe.model.document import Document


class CoordinationMeetingUnit(Document):
	pass
