from frappe.model.document import Document


class PetitionConcernedUnit(Document):
	pass
