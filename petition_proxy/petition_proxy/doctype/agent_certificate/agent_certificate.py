import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from petition_proxy.permissions import is_in_place
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.agent_certificate.passes import next_numbers, refresh_passes
from petition_proxy.utils.append_only import refuse_deletion
from petition_proxy.utils.identity import keep_server_fields

SERVER_FIELDS = ("session", "source", "revoked_on", "revoked_by", "revocation_reason")
FIXED_FIELDS = ("agent", "certificate_no", "issued_on", "valid_to")


class CertificateError(frappe.ValidationError):
	"""A certificate that cannot be, or one that stands and may only be revoked."""


class AgentCertificate(Document):
	def before_insert(self):
		if not self.certificate_no and self.agent:
			district = frappe.db.get_value("Proxy Agent", self.agent, "district")
			self.certificate_no = next_numbers(district, getdate(self.issued_on).year, 1)[0]

	def validate(self):
		self.keep_server_fields()
		self.agent_name = frappe.db.get_value("Proxy Agent", self.agent, "agent_name")
		self.validate_place()
		self.validate_dates()
		self.validate_unchanged()

	def after_insert(self):
		refresh_passes([self.agent])

	def on_trash(self):
		refuse_deletion(self)

	# verbs

	def keep_server_fields(self):
		keep_server_fields(self, SERVER_FIELDS)
		if self.is_new():
			self.source = self.flags.source or "Entered by Hand"

	def validate_place(self):
		"""A certificate from elsewhere is entered by the town of the agent or the petition office, never by himself."""
		scope = get_scope()
		if scope.sees_all or self.flags.ignore_permissions:
			return
		agent = frappe.db.get_value(
			"Proxy Agent", self.agent, ("user", "village", "town", "district"), as_dict=True
		)
		if not agent or agent.user == scope.user or not is_in_place(agent, scope):
			frappe.throw(
				_("Only the town of the agent or the petition office enters certificates."),
				frappe.PermissionError,
			)

	def validate_dates(self):
		if getdate(self.issued_on) > getdate():
			frappe.throw(
				_("The certificate would be issued in the future. Correct the day."), CertificateError
			)
		if getdate(self.valid_to) < getdate(self.issued_on):
			frappe.throw(
				_("The certificate would end before it is issued. Correct its days."), CertificateError
			)

	def validate_unchanged(self):
		before = self.get_doc_before_save()
		if before and any(str(before.get(f)) != str(self.get(f)) for f in FIXED_FIELDS):
			frappe.throw(
				_("A certificate stands as it was issued. Revoke it and issue another one."), CertificateError
			)
