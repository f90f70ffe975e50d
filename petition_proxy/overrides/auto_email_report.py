"""Reports by mail: in the scope of the person they are for, to that person alone, and without personal data.

Frappe runs a script report of an Auto Email Report as whoever runs the scheduler, who sees every case; and whoever may edit
the record may download it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe import _
from frappe.email.doctype.auto_email_report.auto_email_report import AutoEmailReport

from petition_proxy.permissions.doors import has_row_access
from petition_proxy.permissions.scope import clear_scopes
from petition_proxy.utils.access_log import MAIL, record_export
from petition_proxy.utils.export_rules import MODULE, describe_filters, is_ours
from petition_proxy.utils.streams import CSV, EXCEL, open_writer

# Numbers, places, units and case numbers, nothing else.
MAIL_REPORTS = frozenset(
	{
		"Acceptance and Reply in Time",
		"Adoption by Village",
		"Agent Coverage",
		"Agents by Place",
		"Completeness of Papers",
		"Dwell Time by Tier",
		"Extensions by Unit",
		"Five Priorities Effect",
		"Indicators by Place",
		"Late Cases",
		"Publicity by Place",
		"Repeats and First Settlement",
		"Review Outcomes",
		"Rewards by Place",
		"Satisfaction and Participation",
		"Supervision by Unit",
		"Timeliness by Unit",
		"Training Results",
		"Workload by Unit",
	}
)


class MailedReportError(frappe.ValidationError):
	"""This report does not go out by mail so."""


class ScopedAutoEmailReport(AutoEmailReport):
	def validate(self):
		super().validate()
		if self.is_guarded():
			self.validate_report()
			self.validate_recipient()

	def is_guarded(self) -> bool:
		"""Is it a report over this app's records?"""
		report = frappe.db.get_value("Report", self.report, ("module", "ref_doctype"), as_dict=True)
		return bool(report) and (
			report.module == MODULE or is_ours(report.ref_doctype) or has_row_access(report.ref_doctype)
		)

	def validate_report(self):
		if self.report not in MAIL_REPORTS:
			frappe.throw(
				_(
					"{0} may hold names or texts of people and is not sent by mail. Choose one of: {1}."
				).format(_(self.report), ", ".join(_(name) for name in sorted(MAIL_REPORTS))),
				MailedReportError,
			)

	def validate_recipient(self):
		"""A seed waits for its person; an enabled report goes to the one whose scope it is counted in."""
		if not self.enabled:
			return
		person = frappe.db.get_value("User", self.user, ("email", "enabled"), as_dict=True)
		if self.user in ("Administrator", "Guest") or not person or not person.enabled:
			frappe.throw(
				_("Choose the person this report is for in {0}; it is counted in that person's area.").format(
					_("Based on Permissions For User")
				),
				MailedReportError,
			)
		if set(self.email_to.split()) - {person.email, self.user}:
			frappe.throw(
				_("This report goes to {0} alone, because it is counted in that person's area.").format(
					person.email or self.user
				),
				MailedReportError,
			)

	def send(self):
		self.flags.is_mailed = True
		if self.is_guarded():
			self.validate_report()
			self.validate_recipient()
		super().send()

	def get_report_content(self):
		if not self.is_guarded():
			return super().get_report_content()
		if not self.flags.is_mailed and frappe.session.user not in (self.user, "Administrator"):
			raise frappe.PermissionError(_("Only the person this report is for may look at it."))
		conditions = describe_filters(self.filters)
		with acting_as(self.user):
			self.validate_rights()
			content = super().get_report_content() if self.format == "HTML" else self.make_file()
			if content:
				record_export("Report", self.report, self.format, self.flags.rows or 0, conditions, act=MAIL)
		return content

	def validate_rights(self):
		"""The person may have lost the role since the mail was set up."""
		if not frappe.get_doc("Report", self.report).is_permitted():
			raise frappe.PermissionError(_("{0} may not read this report any more.").format(self.user))

	def get_html_table(self, columns=None, data=None):
		if data is not None:
			self.flags.rows = len(data)
		return super().get_html_table(columns, data)

	def make_file(self) -> bytes | None:
		"""The report as CSV or XLSX with harmless cells; Frappe's own writes formulas as they are."""
		import os
		import tempfile

		report = frappe.get_doc("Report", self.report)
		self.filters = frappe.parse_json(self.filters) if self.filters else {}
		if self.dynamic_date_filters_set():
			self.prepare_dynamic_filters()
		columns, rows = report.get_data(
			limit=self.no_of_rows or 100,
			user=self.user,
			filters=self.filters,
			as_dict=True,
			ignore_prepared_report=True,
			are_default_filters=False,
		)
		if not rows and self.send_if_data:
			return None
		self.flags.rows = len(rows)
		handle, path = tempfile.mkstemp()
		os.close(handle)
		try:
			with open_writer(EXCEL if self.format == "XLSX" else CSV, path, _(self.report)) as writer:
				writer.write([column.label for column in columns])
				writer.write_all([row.get(column.fieldname) for column in columns] for row in rows)
			with open(path, "rb") as file:
				return file.read()
		finally:
			os.unlink(path)


@contextmanager
def acting_as(user: str) -> Iterator[None]:
	"""Be somebody else for a moment, and then exactly who one was: session, form and scope.

	Args:
		user: who is meant.
	"""
	session = frappe.local.session
	before = (session.user, session.sid, session.data, frappe.local.form_dict)
	frappe.set_user(user)
	clear_scopes()
	try:
		yield
	finally:
		frappe.set_user(before[0])
		frappe.local.session.sid, frappe.local.session.data = before[1], before[2]
		frappe.local.form_dict = before[3]
		clear_scopes()
