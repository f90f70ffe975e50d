from frappe.model.document import Document

from petition_proxy.utils.append_only import refuse_deletion


class RatingLink(Document):
	"""A link that was given out for rating. Written by `acts.py` alone; the address itself is not kept."""

	def on_trash(self):
		refuse_deletion(self)
