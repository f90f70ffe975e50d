from frappe.model.document import Document

from petition_proxy.utils.append_only import refuse_deletion


class OfficialLetter(Document):
	"""One line of the register of issued letters (发文登记). Written by `register.py` alone; a voided letter keeps its number."""

	def on_trash(self):
		refuse_deletion(self)
