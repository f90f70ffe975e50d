import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.naming import make_autoname
from frappe.utils import getdate

from petition_proxy.domain.lifecycle import AGENT, DEPARTMENT, HEAD, OFFICE, TOWN, VILLAGE
from petition_proxy.permissions import SCOPE_COLUMNS
from petition_proxy.permissions.scope import get_scope
from petition_proxy.utils.append_only import refuse_deletion
from petition_proxy.utils.places import set_place_from_region
from petition_proxy.utils.rows import read_row
from petition_proxy.utils.server_fields import keep_read_only_fields

WRITING_ROLES = frozenset({AGENT, VILLAGE, TOWN, DEPARTMENT, HEAD, OFFICE})
ENDED = ("Settled", "Closed")


class EarlyNoticeError(frappe.ValidationError):
	"""A notice lacks something, or would reach somebody it must not reach."""


class EarlyNotice(Document):
	"""Signs that people are about to petition in a crowd, above the next level or again (苗头信息).

	It serves to solve what is missing (R22 arts 5, 15). It names a matter and a place, not people; nothing in filing reads
	it, so that it can stop nobody from petitioning (R22 art. 18: no reprisal). Who reads it beside its writer is on record.
	"""

	def before_insert(self):
		self.set_place()
		self.validate_writer()

	def autoname(self):
		self.name = make_autoname(f"MT-{(self.district or '')[:6]}-.YYYY.-.#####", doc=self)

	def validate(self):
		keep_read_only_fields(self)
		self.set_place()
		self.validate_noticed_on()
		self.validate_petition()
		self.set_readers()
		self.validate_readers()
		self.set_closed_on()

	def on_trash(self):
		refuse_deletion(self)

	def set_place(self):
		set_place_from_region(self)

	def validate_writer(self):
		"""Guards what is created, whichever way it comes."""
		if frappe.session.user != "Administrator" and not WRITING_ROLES & set(frappe.get_roles()):
			raise frappe.PermissionError(_("Your role writes no early notices."))

	def validate_noticed_on(self):
		if getdate(self.noticed_on) > getdate():
			frappe.throw(
				_("Noticed On lies in the future. Give the day on which it was seen."), EarlyNoticeError
			)

	def validate_petition(self):
		"""A notice is linked to a case its writer may see, and to none that accuses one of its readers."""
		before = self.get_doc_before_save()
		if not self.petition or (before and before.petition == self.petition):
			return
		row = read_row("Petition", self.petition, SCOPE_COLUMNS)
		if not row or not get_scope().covers(row):
			raise frappe.PermissionError(_("Petition {0} is outside your area.").format(self.petition))

	def set_readers(self):
		"""The head of the responsible unit has to know in order to act."""
		if not self.responsible_unit:
			return
		head = frappe.db.get_value("Handling Unit", self.responsible_unit, "head")
		if head and head not in {row.user for row in self.readers}:
			self.append("readers", {"user": head})

	def validate_readers(self):
		accused = (
			read_row("Petition", self.petition, ("accused_user", "accused_unit")) if self.petition else None
		)
		seen = set()
		for row in list(self.readers):
			if row.user in seen:
				self.remove(row)
			seen.add(row.user)
		if not accused or not (accused.accused_user or accused.accused_unit):
			return
		for row in self.readers:
			if get_scope(row.user).is_accused(accused):
				frappe.throw(
					_("{0} is complained about in {1} and cannot be a reader. Choose somebody else.").format(
						row.user, self.petition
					),
					EarlyNoticeError,
				)

	def set_closed_on(self):
		before = self.get_doc_before_save()
		if self.status in ENDED and not (self.outcome or "").strip():
			frappe.throw(_("Write what came of it before you close the notice."), EarlyNoticeError)
		if self.status not in ENDED:
			self.closed_on = None
		elif not before or before.status not in ENDED:
			self.closed_on = getdate()
