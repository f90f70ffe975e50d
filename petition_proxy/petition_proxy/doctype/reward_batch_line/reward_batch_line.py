from frappe.model.document import Document


class RewardBatchLine(Document):
	pass
