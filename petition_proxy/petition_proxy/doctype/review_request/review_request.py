from frappe.model.document import Document
from frappe.model.naming import make_autoname

from petition_proxy.utils.append_only import refuse_deletion
from petition_proxy.utils.files import keep_private


class ReviewRequest(Document):
	"""A petitioner asks the body above to look at an opinion again (复查, 复核). Written by `acts.py` alone."""

	def autoname(self):
		self.name = make_autoname(f"FC-{(self.flags.district or '')[:6]}-.YYYY.-.#####", doc=self)

	def on_update(self):
		keep_private(self, ("request_scan", "service_proof"))

	def on_trash(self):
		refuse_deletion(self)
