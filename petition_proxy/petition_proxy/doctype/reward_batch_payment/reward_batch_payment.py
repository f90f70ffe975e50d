from frappe.model.document import Document


class RewardBatchPayment(Document):
	pass
