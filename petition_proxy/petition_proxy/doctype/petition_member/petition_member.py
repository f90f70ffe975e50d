from frappe.model.document import Document


class PetitionMember(Document):
	pass
