from frappe.model.document import Document


class AgentDevice(Document):
	"""A device from which an agent has logged in. Written by `utils/devices.py` alone."""
