import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.naming import make_autoname
from frappe.utils import now_datetime

from petition_proxy.domain.lifecycle import AGENT, CLERK, OFFICE, PETITIONER, TOWN, VILLAGE
from petition_proxy.permissions import SCOPE_COLUMNS
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.petition.checks import read_agent
from petition_proxy.petition_proxy.doctype.proxy_agent.proxy_agent import why_not_on_duty
from petition_proxy.petition_proxy.doctype.proxy_agreement.proxy_agreement import (
	AUTHORITY_FIELDS,
	why_not_authorised,
)
from petition_proxy.utils.append_only import refuse_deletion
from petition_proxy.utils.rows import read_row
from petition_proxy.utils.server_fields import keep_read_only_fields

ASKING_ROLES = frozenset({AGENT, PETITIONER, VILLAGE, TOWN, OFFICE, CLERK})
FACTS = ("petitioner", "agent", "agreement", "petition", "level", "matter")


class ReceptionError(frappe.ValidationError):
	"""A reception lacks something, is not free, or is not this person's to change."""


class VideoReception(Document):
	"""A petitioner speaks with an official by video (视频接访), instead of travelling to a higher level."""

	def before_insert(self):
		self.set_people()
		self.set_place()  # the number names the district

	def autoname(self):
		self.name = make_autoname(f"SP-{(self.district or '')[:6]}-.YYYY.-.#####", doc=self)

	def validate(self):
		keep_read_only_fields(self)
		self.set_people()
		self.set_place()
		self.validate_asker()
		self.validate_facts()
		self.validate_petition()
		self.validate_authority()

	def on_trash(self):
		refuse_deletion(self)

	def set_people(self):
		"""An agent asks as himself, a petitioner for himself, whatever the request says."""
		if not self.is_new():
			return
		claims = dict(get_scope().claims)
		if agents := claims.get("agent"):
			self.agent = min(agents)
		elif petitioners := claims.get("petitioner"):
			self.petitioner, self.agent, self.agreement = min(petitioners), None, None
		if self.agent and not self.agreement:
			self.agreement = find_agreement(self.petitioner, self.agent)

	def set_place(self):
		row = read_row("Petitioner", self.petitioner, ("petitioner_name", "village", "town", "district"))
		if not row:
			frappe.throw(_("There is no petitioner {0}. Choose one from the list.").format(self.petitioner))
		self.update(row)

	def validate_asker(self):
		"""Guards what is created, whichever way it comes."""
		scope = get_scope()
		if scope.sees_all or not self.is_new():
			return
		claims = dict(scope.claims)
		is_own = self.agent in claims.get("agent", ()) or self.petitioner in claims.get("petitioner", ())
		is_office = self.village in scope.villages or any(
			self.get(c) in claims.get(c, ()) for c in ("district", "town")
		)
		if not ASKING_ROLES & set(frappe.get_roles()) or not (is_own or is_office):
			raise frappe.PermissionError(_("This petitioner is outside your area. Another office must ask."))

	def validate_facts(self):
		before = self.get_doc_before_save()
		if before and before.status != "Asked" and any(before.get(f) != self.get(f) for f in FACTS):
			frappe.throw(
				_("The reception has been booked. Cancel it and ask for a new one instead."), ReceptionError
			)

	def validate_petition(self):
		"""A reception belongs to a case of the same petitioner that the asker may see."""
		before = self.get_doc_before_save()
		if not self.petition or (before and before.petition == self.petition):
			return
		row = read_row("Petition", self.petition, SCOPE_COLUMNS)
		if not row or not get_scope().covers(row):
			raise frappe.PermissionError(_("Petition {0} is outside your area.").format(self.petition))
		if row.petitioner != self.petitioner:
			frappe.throw(
				_("Petition {0} belongs to another petitioner.").format(self.petition), ReceptionError
			)

	def validate_authority(self):
		"""An agent acts only while on duty and within a living agreement (Civil Code arts 165, 173)."""
		before = self.get_doc_before_save()
		if before and all(before.get(f) == self.get(f) for f in ("petitioner", "agent", "agreement")):
			return
		check_authority(self)


def check_authority(doc) -> None:
	"""
	Raises:
		ReceptionError: the agent is not on duty, or has no living agreement with this petitioner.
	"""
	if not doc.agent:
		return
	now = now_datetime()
	if reason := why_not_on_duty(read_agent(doc.agent), now):
		frappe.throw(reason, ReceptionError)
	row = read_row("Proxy Agreement", doc.agreement, AUTHORITY_FIELDS) if doc.agreement else None
	if not row:
		frappe.throw(
			_("An agent needs the petitioner's signed agreement. Add it before asking for a reception."),
			ReceptionError,
		)
	if reason := why_not_authorised(row, doc.petitioner, doc.agent, now, "may_file"):
		frappe.throw(reason, ReceptionError)


def find_agreement(petitioner: str | None, agent: str) -> str | None:
	"""The newest signed agreement between the two."""
	return frappe.db.get_value(
		"Proxy Agreement",
		{"petitioner": petitioner, "agent": agent, "docstatus": 1},
		"name",
		order_by="valid_to desc, creation desc",
	)
