from frappe.model.document import Document


class BulletinProposal(Document):
	pass
