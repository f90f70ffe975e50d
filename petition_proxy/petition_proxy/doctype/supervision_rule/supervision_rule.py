from frappe.model.document import Document


class SupervisionRule(Document):
	"""When lateness alone raises a supervision order (art. 40: late without reason). Read by `jobs/supervision.py`."""
