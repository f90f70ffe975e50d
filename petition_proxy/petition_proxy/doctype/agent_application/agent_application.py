import frappe
from frappe import _
from frappe.model.document import Document

from petition_proxy.domain.agent_lifecycle import GONE_STATUSES
from petition_proxy.utils.append_only import refuse_deletion
from petition_proxy.utils.identity import keep_server_fields, seal_id_number, seal_phone
from petition_proxy.utils.places import set_place_from_village

SERVER_FIELDS = (
	*("masked_phone", "sealed_phone", "phone_hash", "masked_id_number", "sealed_id_number", "id_hash"),
	*("status", "agent", "decided_by", "decided_at", "decision_note", "is_on_roster"),
)
FACTS = ("applicant_name", "village", "agent_class", "statement")
SHOWN_TO_GUESTS = frozenset({"name", "doctype", "applicant_name", "status"})
MOST_PER_HOUR = 10
STATEMENT_LENGTH = 500


class ApplicationError(frappe.ValidationError):
	"""The application cannot be taken."""


class AgentApplication(Document):
	def before_insert(self):
		self.limit_strangers()

	def validate(self):
		keep_server_fields(self, SERVER_FIELDS)
		self.status = self.status or "New"
		self.validate_open()
		set_place_from_village(self)
		self.validate_filled()
		seal_phone(self)
		seal_id_number(self)
		self.note_roster()

	def after_insert(self):
		self.tell_strangers_nothing()

	def on_trash(self):
		refuse_deletion(self)

	# verbs

	def limit_strangers(self):
		"""Without login anybody may apply, so one address may do it only so often."""
		if frappe.session.user != "Guest":
			return
		key = f"petition_proxy_applications:{frappe.local.request_ip or ''}"
		count = frappe.cache.incrby(frappe.cache.make_key(key), 1)
		if count == 1:
			frappe.cache.expire(frappe.cache.make_key(key), 60 * 60)
		if count > MOST_PER_HOUR:
			frappe.throw(
				_(
					"Too many applications came from here. Try again in an hour, or apply at the village committee."
				),
				frappe.RateLimitExceededError,
			)

	def validate_open(self):
		before = self.get_doc_before_save()
		if before and before.status != "New":
			frappe.throw(
				_("This application has been decided ({0}).").format(
					_(before.status, context="Agent Application")
				),
				ApplicationError,
			)
		if before and any((before.get(f) or "") != (self.get(f) or "") for f in FACTS):
			frappe.throw(_("What the applicant wrote stands. Turn it down or take it in."), ApplicationError)

	def validate_filled(self):
		self.applicant_name = " ".join((self.applicant_name or "").split())
		if not self.is_new():
			return
		if not self.consents:
			frappe.throw(_("Tick that your data may be kept and checked."), ApplicationError)
		if not self.phone or not self.id_number:
			frappe.throw(
				_("Give your phone and ID number, so that the village can check them."), ApplicationError
			)
		if len(self.statement or "") > STATEMENT_LENGTH:
			frappe.throw(_("Keep it to {0} characters.").format(STATEMENT_LENGTH), ApplicationError)

	def note_roster(self):
		"""Whether the person is on the roster is for the offices to know, not for whoever typed the number."""
		if self.is_new():
			self.is_on_roster = int(
				bool(
					frappe.db.exists(
						"Proxy Agent", {"id_hash": self.id_hash, "status": ("not in", sorted(GONE_STATUSES))}
					)
				)
			)

	def tell_strangers_nothing(self):
		"""The answer of the web form carries the whole record: to a guest only that it has come in."""
		if frappe.session.user != "Guest":
			return
		for fieldname in self.meta.get_valid_columns():
			if fieldname not in SHOWN_TO_GUESTS:
				self.set(fieldname, None)
