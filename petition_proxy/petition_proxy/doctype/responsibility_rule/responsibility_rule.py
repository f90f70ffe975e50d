import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate


class ResponsibilityRuleError(frappe.ValidationError):
	"""The rule cannot be followed: no level of decision, dates out of order, or the same rule twice."""


class ResponsibilityRule(Document):
	"""Which unit is in charge of a category in a region (谁主管、谁负责). `domain/routing.py` chooses among the rules."""

	def validate(self):
		self.validate_dates()
		self.validate_unit()
		self.validate_no_twin()
		self.set_title()

	def validate_dates(self):
		if self.valid_to and getdate(self.valid_to) < getdate(self.valid_from):
			frappe.throw(_("Valid To lies before Valid From. Correct one of them."), ResponsibilityRuleError)

	def validate_unit(self):
		"""A village is no level of decision, so no rule may push cases down to it."""
		if frappe.db.get_value("Handling Unit", self.handling_unit, "tier") == "Village":
			frappe.throw(
				_("A village does not decide petitions. Choose a town or department."),
				ResponsibilityRuleError,
			)

	def validate_no_twin(self):
		"""The same rule twice is refused; rules that disagree are said, for one of them has to give way."""
		twins = [
			row
			for row in frappe.get_all(
				"Responsibility Rule",
				filters={
					"category": self.category or ("is", "not set"),
					"region": self.region or ("is", "not set"),
					"priority": self.priority or 0,
					"name": ("!=", self.name or ""),
				},
				fields=["name", "title", "handling_unit", "valid_from", "valid_to"],
				order_by="name asc",
			)
			if _overlap(self, row)
		]
		same = [row.title for row in twins if row.handling_unit == self.handling_unit]
		if same:
			frappe.throw(
				_("This rule is there already: {0}. Change that one.").format(same[0]),
				ResponsibilityRuleError,
			)
		if twins:
			frappe.msgprint(
				_(
					"{0} names another unit for the same category and region. Until one of them ends or has a higher priority, nothing is proposed."
				).format(", ".join(row.title for row in twins)),
				indicator="orange",
			)

	def set_title(self):
		parts = [
			frappe.get_cached_value("Petition Category", self.category, "path")
			if self.category
			else _("All"),
			frappe.get_cached_value("Region", self.region, "region_name") if self.region else None,
			frappe.get_cached_value("Handling Unit", self.handling_unit, "unit_name"),
		]
		self.title = " · ".join(part for part in parts if part)


def _overlap(one, other) -> bool:
	ends_before = one.valid_to and getdate(one.valid_to) < getdate(other.valid_from)
	begins_after = other.valid_to and getdate(other.valid_to) < getdate(one.valid_from)
	return not (ends_before or begins_after)
