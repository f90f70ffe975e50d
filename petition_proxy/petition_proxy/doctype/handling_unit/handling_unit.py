import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import today

from petition_proxy.domain.lifecycle import FINAL_STATES
from petition_proxy.permissions.scope import clear_scopes
from petition_proxy.utils.places import set_place_from_region


class UnitLoopError(frappe.ValidationError):
	"""A unit would stand above itself."""


class OwnMembershipError(frappe.PermissionError):
	"""Somebody sets who belongs to a unit that is, or would be, the own one."""


class HandlingUnit(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from petition_proxy.petition_proxy.doctype.handling_unit_member.handling_unit_member import (
			HandlingUnitMember,
		)

		address: DF.Data | None
		district: DF.Link | None
		head: DF.Link | None
		is_active: DF.Check
		letter_prefix: DF.Data | None
		line_superior: DF.Link | None
		members: DF.Table[HandlingUnitMember]
		phone: DF.Data | None
		region: DF.Link
		territory_parent: DF.Link | None
		tier: DF.Literal["District", "Town", "Village"]
		town: DF.Link | None
		unit_code: DF.Data
		unit_name: DF.Data
		unit_type: DF.Literal[
			"Petition Office",
			"District Government",
			"District Department",
			"Town",
			"Village",
			"Platform Manager",
			"System Clerk Post",
			"City Body",
			"Public Service Enterprise",
		]
		village: DF.Link | None

	# end: auto-generated types
	def validate(self):
		self.letter_prefix = (self.letter_prefix or "").strip() or None
		set_place_from_region(self)
		self.validate_superiors()
		self.validate_members_once()
		self.validate_not_own()
		self.set_closed_on()

	def validate_not_own(self):
		"""Membership decides who sees which case and who is kept from one, so nobody sets it for the unit of his own."""
		before = self.get_doc_before_save()
		was, is_now = _people(before), _people(self)
		user = frappe.session.user
		if was != is_now and user in was | is_now and user != "Administrator":
			frappe.throw(
				_("You are, or would be, a member of this unit. Somebody else changes who belongs to it."),
				OwnMembershipError,
			)

	def validate_superiors(self):
		for fieldname in ("territory_parent", "line_superior"):
			seen = {self.name}
			above = self.get(fieldname)
			while above:
				if above in seen:
					frappe.throw(
						_("{0} would stand above itself. Choose another {1}.").format(
							self.unit_name, _(self.meta.get_label(fieldname))
						),
						UnitLoopError,
					)
				seen.add(above)
				above = frappe.db.get_value("Handling Unit", above, fieldname)

	def validate_members_once(self):
		users = [row.user for row in self.members]
		repeated = {user for user in users if users.count(user) > 1}
		if repeated:
			frappe.throw(
				_("{0} is listed twice. Remove one row.").format(", ".join(sorted(repeated))),
				frappe.DuplicateEntryError,
			)

	def on_update(self):
		clear_scopes()
		if self.was_closed_now():
			self.tell_open_cases()

	def was_closed_now(self) -> bool:
		before = self.get_doc_before_save()
		return bool(before and before.is_active and not self.is_active)

	def set_closed_on(self):
		"""A unit is closed, never deleted: its cases and letters go on naming it."""
		before = self.get_doc_before_save()
		self.closed_on = before.closed_on if before else None
		if self.is_active:
			self.closed_on = None
		elif not self.closed_on:
			self.closed_on = today()

	def tell_open_cases(self):
		"""A unit closed in mid-case: its people lose sight of its cases, so whoever sent them has to send them on."""
		count = frappe.db.count(
			"Petition", {"handling_unit": self.name, "workflow_state": ("not in", sorted(FINAL_STATES))}
		)
		if count:
			frappe.msgprint(
				_(
					"{0} still has {1} open petitions. They are listed in the Unsettled Queue; whoever sent them reassigns them."
				).format(self.unit_name, count),
				title=_("Open Petitions"),
				indicator="orange",
			)

	def on_trash(self):
		clear_scopes()


def _people(unit: HandlingUnit | None) -> set[str]:
	"""Head and members."""
	return {unit.head, *(row.user for row in unit.members)} - {None, ""} if unit else set()
