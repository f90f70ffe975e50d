from frappe.model.document import Document


class BulletinRanking(Document):
	pass
