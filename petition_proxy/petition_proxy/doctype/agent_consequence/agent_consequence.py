from frappe.model.document import Document


class AgentConsequence(Document):
	pass
