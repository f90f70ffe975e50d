from frappe.model.document import Document


class Alert(Document):
	pass
