from frappe.model.document import Document


class LetterWord(Document):
	"""The word by which a kind of letter is known in letter numbers."""
