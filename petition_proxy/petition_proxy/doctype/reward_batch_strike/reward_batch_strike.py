from frappe.model.document import Document


class RewardBatchStrike(Document):
	pass
