import frappe
from frappe import _
from frappe.model.document import Document

from petition_proxy.domain import notices
from petition_proxy.jobs.notice_texts import clear_texts
from petition_proxy.utils.errors import domain_errors


class NoticeTemplateError(frappe.ValidationError):
	"""The template says what a notice may not say, or goes where its event does not go."""


class NoticeTemplate(Document):
	def validate(self):
		self.validate_channel()
		self.validate_texts()

	def on_update(self):
		clear_texts()

	def on_trash(self):
		clear_texts()

	@property
	def placeholders(self) -> str:
		event = notices.EVENTS.get(self.event)
		return ", ".join(f"{{{name}}}" for name in event.placeholders) if event else ""

	# verbs

	def validate_channel(self):
		if self.channel not in notices.EVENTS[self.event].channels:
			frappe.throw(
				_("{0} does not go by {1}. Choose one of: {2}.").format(
					_(self.event),
					_(self.channel),
					", ".join(_(c) for c in notices.EVENTS[self.event].channels),
				),
				NoticeTemplateError,
			)

	def validate_texts(self):
		needs_subject = self.channel in (notices.DESK, notices.EMAIL)
		if needs_subject and not (self.subject or "").strip():
			frappe.throw(_("Give the line that people see first (Subject)."), NoticeTemplateError)
		if not needs_subject:
			self.subject = None
		with domain_errors(NoticeTemplateError):
			notices.check_text(self.event, self.subject)
			notices.check_text(self.event, self.body)
