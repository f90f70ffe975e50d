from frappe.model.document import Document
from frappe.model.naming import make_autoname

from petition_proxy.utils.append_only import refuse_deletion


class ExtensionRequest(Document):
	"""More time for a case, asked for by its unit and decided by the unit's head. Written by `acts.py` alone."""

	def autoname(self):
		self.name = make_autoname(f"YQ-{(self.flags.district or '')[:6]}-.YYYY.-.#####", doc=self)

	def on_trash(self):
		refuse_deletion(self)
