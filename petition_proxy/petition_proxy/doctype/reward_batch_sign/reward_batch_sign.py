from frappe.model.document import Document


class RewardBatchSign(Document):
	pass
