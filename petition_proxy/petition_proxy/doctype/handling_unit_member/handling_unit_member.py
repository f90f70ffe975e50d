from frappe.model.document import Document


class HandlingUnitMember(Document):
	pass
