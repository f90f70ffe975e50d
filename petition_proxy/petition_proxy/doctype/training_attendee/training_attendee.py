from frappe.model.document import Document


class TrainingAttendee(Document):
	pass
