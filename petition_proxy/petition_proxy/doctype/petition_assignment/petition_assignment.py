from frappe.model.document import Document
from frappe.model.naming import make_autoname

from petition_proxy.utils.append_only import refuse_deletion


class PetitionAssignment(Document):
	"""One unit's part in a case: sent, received, objected to, answered. Written by `acts.py` and the petition's steps alone."""

	def autoname(self):
		district = (self.flags.district or "")[:6]
		self.name = make_autoname(f"JB-{district}-.YYYY.-.######", doc=self)

	def on_trash(self):
		refuse_deletion(self)
