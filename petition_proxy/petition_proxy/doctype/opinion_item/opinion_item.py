from frappe.model.document import Document


class OpinionItem(Document):
	"""One thing the petitioner asks for, and what the unit says to it (R22 art. 32)."""
