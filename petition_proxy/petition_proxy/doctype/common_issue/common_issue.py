from frappe.model.document import Document


class CommonIssue(Document):
	pass
