from frappe.model.document import Document


class AlertDigest(Document):
	pass
