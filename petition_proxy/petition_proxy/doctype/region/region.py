import re

import frappe
from frappe import _
from frappe.utils import getdate
from frappe.utils.nestedset import NestedSet

from petition_proxy.petition_proxy.doctype.agent_status_change.record import record_moved_agents


class RegionCodeError(frappe.ValidationError):
	"""The code is not a 12-digit region code."""


class RegionLevelError(frappe.ValidationError):
	"""The parent is not of the level above."""


PARENT_LEVEL = {"District": None, "Town": "District", "Village": "Town"}


class Region(NestedSet):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		code: DF.Data
		district: DF.Link | None
		is_group: DF.Check
		level: DF.Literal["District", "Town", "Village"]
		lft: DF.Int
		old_parent: DF.Link | None
		parent_region: DF.Link | None
		population: DF.Int
		region_name: DF.Data
		rgt: DF.Int
		successor: DF.Link | None
		town: DF.Link | None
		urban_rural_class: DF.Literal["", "111", "112", "121", "122", "123", "210", "220"]
		valid_from: DF.Date | None
		valid_to: DF.Date | None
	# end: auto-generated types
	nsm_parent_field = "parent_region"

	def validate(self):
		self.validate_code()
		self.validate_parent_level()
		self.validate_dates()
		self.set_scope_fields()

	def validate_code(self):
		"""GB/T 2260 and GB/T 10114: six digits to the district, three for the town, three for the village."""
		if not re.fullmatch(r"\d{12}", self.code or ""):
			frappe.throw(_("A region code has 12 digits, for example 500199101201."), RegionCodeError)

	def validate_parent_level(self):
		wanted = PARENT_LEVEL[self.level]
		actual = frappe.db.get_value("Region", self.parent_region, "level") if self.parent_region else None
		if wanted != actual:
			frappe.throw(
				_("A region of level {0} stands below one of level {1}.").format(
					_(self.level), _(wanted or "-")
				),
				RegionLevelError,
			)
		self.is_group = 0 if self.level == "Village" else 1

	def validate_dates(self):
		if self.valid_from and self.valid_to and str(self.valid_to) < str(self.valid_from):
			frappe.throw(_("Valid To lies before Valid From. Correct one of them."))

	def set_scope_fields(self):
		self.district = self.town = None
		if self.level == "Town":
			self.district = self.parent_region
		elif self.level == "Village":
			self.town = self.parent_region
			self.district = frappe.db.get_value("Region", self.parent_region, "parent_region")

	def on_update(self):
		super().on_update()
		self.move_what_stands_here()

	def move_what_stands_here(self):
		"""A moved village or town takes the place columns of everything in it along, in one statement a table."""
		before = self.get_doc_before_save()
		if not before or (before.district, before.town) == (self.district, self.town):
			return
		column = "village" if self.level == "Village" else "town"
		values = {"district": self.district, **({"town": self.town} if column == "village" else {})}
		for doctype in placed_doctypes(column):
			frappe.db.set_value(doctype, {column: self.name}, values, update_modified=False)
		record_moved_agents(column, self.name, self.region_name, getdate())
		if self.level == "Town":
			frappe.db.set_value("Region", {"parent_region": self.name}, "district", self.district)


def placed_doctypes(column: str) -> list[str]:
	"""Records that carry a copied place, found by their columns, so that none added later stays behind when a place moves.

	Args:
		column: "village" or "town".
	"""
	field, doctype = frappe.qb.DocType("DocField"), frappe.qb.DocType("DocType")
	has_district = frappe.qb.DocType("DocField").as_("district_field")
	return (
		frappe.qb.from_(field)
		.join(doctype)
		.on(doctype.name == field.parent)
		.join(has_district)
		.on((has_district.parent == field.parent) & (has_district.fieldname == "district"))
		.select(field.parent)
		.where((field.fieldname == column) & (field.options == "Region") & (field.parent != "Region"))
		.where((doctype.module == "Petition Proxy") & (doctype.issingle == 0))
		.orderby(field.parent)
		.run(pluck=True)
	)


def on_doctype_update():
	frappe.db.add_index("Region", ["lft", "rgt"])
