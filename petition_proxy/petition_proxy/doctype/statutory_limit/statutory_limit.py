from frappe.model.document import Document


class StatutoryLimit(Document):
	pass
