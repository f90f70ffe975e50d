from frappe.model.document import Document


class AgentImport(Document):
	pass
