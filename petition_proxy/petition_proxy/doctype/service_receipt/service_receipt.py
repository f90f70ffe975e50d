from frappe.model.document import Document


class ServiceReceipt(Document):
	pass
