import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, now_datetime

from petition_proxy.permissions.scope import get_scope
from petition_proxy.utils.append_only import refuse_deletion


class DelegationError(frappe.ValidationError):
	"""Not the head's to give, or its term cannot be."""


class SigningDelegation(Document):
	"""The head of a unit lets somebody of the unit sign letters for a time, on record."""

	def before_insert(self):
		self.given_by = frappe.session.user
		self.given_at = now_datetime()

	def validate(self):
		self.keep_giver()
		self.validate_giver()
		self.validate_term()
		self.validate_delegate()

	def on_trash(self):
		refuse_deletion(self)

	def keep_giver(self):
		if before := self.get_doc_before_save():
			self.given_by, self.given_at = before.given_by, before.given_at

	def validate_giver(self):
		head = frappe.db.get_value("Handling Unit", self.unit, "head")
		if not get_scope().sees_all and frappe.session.user != head:
			frappe.throw(_("Only the head of the unit lets others sign for it."), DelegationError)

	def validate_term(self):
		if getdate(self.valid_to) < getdate(self.valid_from):
			frappe.throw(_("The delegation would end before it begins. Correct its dates."), DelegationError)

	def validate_delegate(self):
		unit = frappe.get_cached_doc("Handling Unit", self.unit)
		if self.delegate == unit.head:
			frappe.throw(_("The head signs anyway. Choose another person."), DelegationError)
		if self.delegate not in {row.user for row in unit.members}:
			frappe.throw(_("Choose a member of the unit; others cannot sign for it."), DelegationError)


def delegates_of(unit: str, on) -> list[str]:
	"""Users who may sign for a unit's head on a day."""
	day = getdate(on)
	return frappe.get_all(
		"Signing Delegation",
		filters={"unit": unit, "valid_from": ("<=", day), "valid_to": (">=", day)},
		pluck="delegate",
		order_by="creation asc",
	)
