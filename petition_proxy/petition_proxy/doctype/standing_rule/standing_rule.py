from frappe.model.document import Document


class StandingRule(Document):
	pass
