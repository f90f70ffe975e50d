from frappe.model.document import Document

from petition_proxy.utils.append_only import refuse_deletion


class ProgressNotice(Document):
	"""A node of a case that the petitioner is told. Written by `record.py` when a step happens, ended by `acts.py`."""

	def on_trash(self):
		refuse_deletion(self)
