from frappe.model.document import Document


class NoticeChoiceLine(Document):
	pass
