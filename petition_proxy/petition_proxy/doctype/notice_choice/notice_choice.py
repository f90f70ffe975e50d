import frappe
from frappe import _
from frappe.model.document import Document

from petition_proxy.domain import notices
from petition_proxy.jobs.notice_choices import channels_of
from petition_proxy.utils.errors import domain_errors


class NoticeChoiceError(frappe.ValidationError):
	"""The choice is somebody else's, stands twice, or leaves out what everybody must hear."""


class NoticeChoice(Document):
	def validate(self):
		self.validate_lines()

	# verbs

	def validate_lines(self):
		seen = set()
		for line in self.lines:
			if line.event in seen:
				frappe.throw(
					_("{0} stands twice. Keep one line of it.").format(_(line.event)), NoticeChoiceError
				)
			seen.add(line.event)
			with domain_errors(NoticeChoiceError):
				notices.check_choice(line.event, channels_of(line))
			self.validate_reach(line)

	def validate_reach(self, line):
		"""Late and escalation by text message alone need a number that a text reaches."""
		if notices.EVENTS[line.event].can_switch_off or channels_of(line) != {notices.SMS}:
			return
		if not notices.mobile_of(frappe.db.get_value("User", self.user, "mobile_no")):
			frappe.throw(
				_("{0} would not reach you: your user record has no mobile number. Keep the desk.").format(
					_(line.event)
				),
				NoticeChoiceError,
			)
