import frappe
from frappe import _
from frappe.model.document import Document

from petition_proxy.domain import rewards
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.rules import RuleInUseError, validate_validity


class TariffError(frappe.ValidationError):
	"""The amount cannot be used."""


class RewardTariff(Document):
	def validate(self):
		self.set_amount()
		validate_validity(self, "tier")
		self.validate_unused()

	def on_trash(self):
		if self.is_used():
			frappe.throw(_("Rewards were paid by this row. Set its Valid To instead."), RuleInUseError)

	def set_amount(self):
		"""Whole fen only: a float would be cut off silently on its way to the database."""
		with domain_errors(TariffError):
			self.fen = rewards.whole_fen(self.fen)
		self.amount_yuan = rewards.yuan_text(self.fen)

	def validate_unused(self):
		before = self.get_doc_before_save()
		if not before or (before.tier, before.fen, str(before.valid_from)) == (
			self.tier,
			self.fen,
			str(self.valid_from),
		):
			return
		if self.is_used():
			frappe.throw(
				_("Rewards were counted by this row. Set its Valid To and add a new row for the new amount."),
				RuleInUseError,
			)

	def is_used(self) -> bool:
		return bool(frappe.db.exists("Reward Entry", {"tariff": self.name}))
