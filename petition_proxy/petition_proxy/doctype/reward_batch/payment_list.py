"""The payment list (奖励发放表) of a batch: who gets how much for which cases, and who stands behind it."""

from frappe import _

from petition_proxy.domain import rewards
from petition_proxy.utils.xlsx import make_xlsx, yuan


def as_xlsx(batch) -> bytes:
	"""The list as a workbook: one line per agent with the numbers of the cases, a total, and room for signatures.

	Args:
		batch: the batch.
	"""
	cases: dict[str, list[str]] = {}
	for line in batch.lines:
		tier = _(line.tier, context="Reward Batch Line")
		mark = f"{line.petition} ({tier} {rewards.yuan_text(line.amount_fen)})"
		cases.setdefault(line.agent, []).append(mark)
	header = (
		_("Sequence"),
		_("Agent Name"),
		_("Proxy Agent"),
		_("Bank Account"),
		_("Lines"),
		_("Cases"),
		_("Total in Yuan"),
		_("Paid On"),
		_("Receipt"),
		_("Signature"),
	)
	rows = [
		(
			number,
			row.agent_name,
			row.agent,
			row.masked_bank_account,
			row.line_count,
			"; ".join(cases.get(row.agent, ())),
			yuan(row.total_fen),
			row.paid_on,
			row.receipt,
			None,
		)
		for number, row in enumerate(batch.payments, 1)
	]
	rows.append(
		(None, _("Total"), None, None, len(batch.lines), None, yuan(batch.total_fen), None, None, None)
	)
	people = ", ".join(
		f"{label}: {batch.get(field) or '—'}"
		for label, field in (
			(_("Made By"), "made_by"),
			(_("Checked By"), "checked_by"),
			(_("Approved By"), "approved_by"),
			(_("Paid By"), "paid_by"),
		)
	)
	lead = (
		_("Payment List {0}").format(batch.name),
		_("Period: {0} to {1}").format(batch.period_from, batch.period_to),
		people,
	)
	return make_xlsx(_("Payment List"), header, rows, lead)
