from frappe.model.document import Document


class ResponsibilityRule(Document):
	pass
