import frappe
from frappe import _
from frappe.model.document import Document

from petition_proxy.permissions.scope import clear_scopes
from petition_proxy.utils.places import set_place_from_region


class UnitLoopError(frappe.ValidationError):
	"""A unit would stand above itself."""


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

	def on_trash(self):
		clear_scopes()
