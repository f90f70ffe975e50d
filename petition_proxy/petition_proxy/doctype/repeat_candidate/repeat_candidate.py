from frappe.model.document import Document

from petition_proxy.utils.append_only import refuse_deletion


class RepeatCandidate(Document):
	"""Two petitions that may be one matter of one person. Written by filing and by `petition/repeat_acts.py` alone."""

	def on_trash(self):
		refuse_deletion(self)
