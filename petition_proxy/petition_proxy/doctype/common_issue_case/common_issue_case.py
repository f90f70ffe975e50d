from frappe.model.document import Document

from petition_proxy.utils.append_only import refuse_deletion


class CommonIssueCase(Document):
	"""A petition's place in a group of like cases. Written by `common_issue/acts.py` alone."""

	def on_trash(self):
		refuse_deletion(self)
