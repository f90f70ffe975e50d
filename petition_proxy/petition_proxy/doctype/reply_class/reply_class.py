from frappe.model.document import Document


class ReplyClass(Document):
	pass
