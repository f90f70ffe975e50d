from frappe.model.document import Document


class PetitionRound(Document):
	pass
