from frappe.model.document import Document


class EarlyNoticeReader(Document):
	pass
