import frappe
from frappe import _

from petition_proxy.utils.append_only import AppendOnlyDocument


class RewardEntryError(frappe.ValidationError):
	"""Reward lines are written by the Reward Run and by batches alone."""


class RewardEntry(AppendOnlyDocument):
	"""One amount earned by one agent for one round of one case, or the line that takes it back.

	What a line says never changes. Only where it stands (held, due, in a batch, paid, reversed) moves on, in statements
	of `jobs/reward_settlement.py` and of batches.
	"""

	def before_insert(self):
		frappe.throw(
			_("Reward lines are computed from the cases. Start a Reward Run instead of writing one."),
			RewardEntryError,
		)

	def refuse_change(self):
		frappe.throw(
			_(
				"A reward line is never changed or deleted. What was wrong is taken back by a line of its own."
			),
			RewardEntryError,
		)


def get_live_amount(petition: str, round: int) -> int:
	"""Net amount in fen of a case's round, reversals taken off."""
	table = frappe.qb.DocType("Reward Entry")
	rows = (
		frappe.qb.from_(table)
		.select(table.amount_fen)
		.where((table.petition == petition) & (table["round"] == round))
		.run(pluck=True)
	)
	return sum(rows)
