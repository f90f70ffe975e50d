import frappe
from frappe import _
from frappe.utils.nestedset import NestedSet


class CategoryPathError(frappe.ValidationError):
	"""The name cannot be part of a path, or the path is taken."""


class PetitionCategory(NestedSet):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		category_name: DF.Data
		code: DF.Data | None
		default_reply_class: DF.Literal["", "U", "C", "G", "I"]
		default_unit: DF.Link | None
		is_group: DF.Check
		is_restricted: DF.Check
		level_no: DF.Int
		lft: DF.Int
		old_parent: DF.Link | None
		parent_petition_category: DF.Link | None
		path: DF.Data | None
		rgt: DF.Int
		valid_from: DF.Date | None
		valid_to: DF.Date | None
	# end: auto-generated types
	nsm_parent_field = "parent_petition_category"

	def validate(self):
		self.set_path()

	def on_update(self):
		super().on_update()
		self.update_paths_below()

	def set_path(self):
		"""The path tells apart equal names under different parents."""
		self.category_name = (self.category_name or "").strip()
		if "/" in self.category_name:
			frappe.throw(_("A category name holds no slash."), CategoryPathError)
		above = (
			frappe.db.get_value("Petition Category", self.parent_petition_category, "path")
			if self.parent_petition_category
			else ""
		)
		self.path = f"{above}/{self.category_name}" if above else self.category_name
		self.level_no = self.path.count("/") + 1
		if frappe.db.exists("Petition Category", {"path": self.path, "name": ("!=", self.name or "")}):
			frappe.throw(_("{0} exists already.").format(self.path), CategoryPathError)

	def update_paths_below(self):
		before = self.get_doc_before_save()
		if not before or before.path == self.path:
			return
		for name in frappe.get_all(
			"Petition Category",
			filters={"parent_petition_category": self.name},
			pluck="name",
			order_by="name asc",
		):
			frappe.get_doc("Petition Category", name).save()


@frappe.whitelist()
def get_children(doctype: str, parent: str = "", is_root: bool = False, **filters: str) -> list[dict]:
	"""One level of the tree view, by code and name (Frappe would order by the record's random id).

	Args:
		doctype: "Petition Category", as the tree view sends it.
		parent: category above; blank or the tree's own label for the first level.
		is_root: True for the first level.
		filters: what else the tree view sends; not used.

	Returns:
		Rows with value, title and expandable.

	Raises:
		frappe.PermissionError: no right to read categories.
	"""
	above = "" if is_root or parent == doctype else parent
	return frappe.get_list(
		"Petition Category",
		filters={"parent_petition_category": above} if above else {"level_no": 1},
		fields=["name as value", "category_name as title", "is_group as expandable"],
		order_by="code asc, path asc",
	)
