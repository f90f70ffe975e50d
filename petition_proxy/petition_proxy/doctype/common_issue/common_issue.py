import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.naming import make_autoname

from petition_proxy.permissions.scope import get_scope, is_restricted
from petition_proxy.utils.append_only import refuse_deletion
from petition_proxy.utils.places import get_place
from petition_proxy.utils.rows import read_row
from petition_proxy.utils.server_fields import keep_read_only_fields

OPEN, ANSWERED, CLOSED = "Open", "Answered", "Closed"


class CommonIssueError(frappe.ValidationError):
	"""A group of cases lacks something, or a case may not be in it."""


class CommonIssue(Document):
	"""A matter that many people have (共性问题), with one plan, one solution and one answer to all of its cases."""

	def before_insert(self):
		self.set_place()
		self.validate_scope()

	def autoname(self):
		self.name = make_autoname(f"GX-{(self.district or '')[:6]}-.YYYY.-.#####", doc=self)

	def validate(self):
		keep_read_only_fields(self)
		self.set_place()
		self.validate_category()
		self.validate_unit()
		self.validate_frozen()
		if not self.is_new():
			self.validate_scope()

	def on_trash(self):
		refuse_deletion(self)

	def set_place(self):
		place = get_place(self.region)
		if place.level == "Village":
			frappe.throw(
				_("A common issue belongs to a town or the district. Choose one of these as its place."),
				CommonIssueError,
			)
		self.district, self.town = place.district, place.town

	def validate_scope(self):
		"""
		Raises:
			frappe.PermissionError: another place than the user's.
		"""
		if not may_keep(self, get_scope()):
			raise frappe.PermissionError(
				_("This place is outside your area. Another office groups its cases.")
			)

	def validate_category(self):
		"""R22 art. 30: what is reported about people is not passed around in groups."""
		if is_restricted(self.category):
			frappe.throw(
				_("Cases of a restricted category are handled one by one and never grouped."),
				CommonIssueError,
			)

	def validate_unit(self):
		row = read_row("Handling Unit", self.responsible_unit, ("unit_name", "tier", "is_active"))
		if not row or not row.is_active or row.tier == "Village":
			frappe.throw(_("Choose an active town or department as the responsible unit."), CommonIssueError)

	def validate_frozen(self):
		before = self.get_doc_before_save()
		if not before or before.status == OPEN:
			return
		changed = [
			f
			for f in ("category", "region", "responsible_unit", "solution_text", "outcome")
			if (before.get(f) or None) != (self.get(f) or None)
		]
		if changed:
			frappe.throw(
				_("The cases have been answered. Only the effect can still be written: {0}").format(
					", ".join(_(self.meta.get_label(f)) for f in changed)
				),
				CommonIssueError,
			)


def may_keep(doc, scope) -> bool:
	"""Whether a user's offices keep this group: the petition office, the town of the place, the responsible unit."""
	if scope.sees_all or doc.responsible_unit in scope.units:
		return True
	return any(doc.get(c) in values for c, values in scope.claims if c in ("district", "town"))
