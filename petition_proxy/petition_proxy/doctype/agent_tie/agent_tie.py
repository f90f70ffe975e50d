from frappe.model.document import Document


class AgentTie(Document):
	pass
