from frappe.model.document import Document


class ArchiveItem(Document):
	"""One document of a case file, in its order (Archives Law art. 13)."""
