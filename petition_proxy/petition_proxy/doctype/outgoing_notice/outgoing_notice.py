from frappe.model.document import Document

from petition_proxy.utils.append_only import refuse_deletion


class OutgoingNotice(Document):
	"""One notice to one recipient on one channel. Written by jobs/notice_feed.py, sent by jobs/outbox.py; holds no text."""

	def on_trash(self):
		refuse_deletion(self)
