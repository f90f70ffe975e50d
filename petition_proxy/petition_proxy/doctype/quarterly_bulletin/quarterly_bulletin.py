from frappe.model.document import Document


class QuarterlyBulletin(Document):
	pass
