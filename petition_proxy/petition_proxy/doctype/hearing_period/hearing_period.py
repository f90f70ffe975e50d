from frappe.model.document import Document


class HearingPeriod(Document):
	pass
