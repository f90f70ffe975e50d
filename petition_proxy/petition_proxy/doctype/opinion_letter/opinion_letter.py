from frappe.model.document import Document


class OpinionLetter(Document):
	pass
