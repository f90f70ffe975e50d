import frappe
from frappe import _
from frappe.model.document import Document

from petition_proxy.permissions.scope import clear_scopes
from petition_proxy.utils.places import set_place_from_region


class UnitLoopError(frappe.ValidationError):
	"""A unit would stand above itself."""


class HandlingUnit(Document):
	def validate(self):
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
