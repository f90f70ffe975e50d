"""What people do with a batch: check, strike, clear, send back, approve, pay. Each act locks the batch first.

Four different people: made, checked, approved, paid. None of them is an agent who is paid in the batch.
"""

from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import getdate, now_datetime
from frappe.utils.password import decrypt

from petition_proxy.domain import rewards
from petition_proxy.domain.lifecycle import FINANCE, OFFICE, TOWN
from petition_proxy.jobs.reward_settlement import ENTRY_COLUMNS, set_entries
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.reward_batch import fill
from petition_proxy.petition_proxy.doctype.reward_batch.reward_batch import RewardBatchError
from petition_proxy.utils.access_log import record_access
from petition_proxy.utils.client_values import read_day

PEOPLE = ("made_by", "checked_by", "approved_by", "paid_by")


def lock_batch(name: str):
	"""The batch, locked until the end of the request, if the session's user may see it.

	Raises:
		frappe.PermissionError: out of the user's scope.
	"""
	doc = frappe.get_doc("Reward Batch", name, for_update=True)
	doc.check_permission("read")
	return doc


def require_role(roles: tuple[str, ...], message: str) -> None:
	if frappe.session.user != "Administrator" and not set(roles) & set(frappe.get_roles()):
		frappe.throw(message, frappe.PermissionError)


def require_not_paid_in(batch) -> None:
	"""Nobody has a hand in a batch that pays himself."""
	agents = sorted({line.agent for line in batch.lines})
	if agents and frappe.db.exists("Proxy Agent", {"name": ("in", agents), "user": frappe.session.user}):
		frappe.throw(_("You are paid in this batch. Somebody else must do this."), RewardBatchError)


def require_other(batch, own: str) -> None:
	"""The four eyes: whoever has taken one step takes no other.

	Args:
		batch: the batch.
		own: field of the step that is being taken, which the same person may take again.

	Raises:
		RewardBatchError: the user has taken another step, or is paid in the batch.
	"""
	user = frappe.session.user
	if any(batch.get(field) == user for field in PEOPLE if field != own):
		frappe.throw(
			_(
				"You have taken another step of this batch already. Making, checking, approving and paying need four people."
			),
			RewardBatchError,
		)
	require_not_paid_in(batch)


def _require_open(batch, *statuses: str) -> None:
	if batch.status not in statuses:
		frappe.throw(
			_("The batch is {0}, so this cannot be done now.").format(
				_(batch.status, context="Reward Batch")
			),
			RewardBatchError,
		)


def _require_text(text: str | None, message: str) -> str:
	if not (text or "").strip():
		frappe.throw(message, RewardBatchError)
	return text.strip()


def _require_checker(batch) -> None:
	"""A person of the batch's town; of the petition office where the batch is the district's."""
	scope = get_scope()
	if scope.sees_all:
		return
	if batch.town:
		require_role((TOWN,), _("Only the town checks its batch."))
		is_there = any(c == "town" and batch.town in v for c, v in scope.claims)
	else:
		require_role((OFFICE,), _("Only the petition office checks a batch of the district."))
		is_there = any(c == "district" and batch.district in v for c, v in scope.claims)
	if not is_there:
		frappe.throw(_("This batch is outside your area."), frappe.PermissionError)


def _require_office(batch) -> None:
	scope = get_scope()
	require_role((OFFICE,), _("Only the petition office approves a reward batch."))
	if not scope.sees_all and not any(c == "district" and batch.district in v for c, v in scope.claims):
		frappe.throw(_("This batch is outside your area."), frappe.PermissionError)


def _is_checker(batch) -> bool:
	scope = get_scope()
	roles = set(frappe.get_roles())
	if batch.town:
		return TOWN in roles and any(c == "town" and batch.town in v for c, v in scope.claims)
	return OFFICE in roles and any(c == "district" and batch.district in v for c, v in scope.claims)


def _save(batch) -> None:
	batch.flags.by_act = True
	batch.save(ignore_permissions=True)  # the act has checked who and what
	batch.flags.by_act = False


# Before approval
# ---------------
def refill(name: str) -> None:
	"""The clerk fills a batch anew; it must be checked again.

	Args:
		name: the batch.

	Raises:
		RewardBatchError: approved already, nothing is due, or the user has checked it.
	"""
	batch = lock_batch(name)
	_require_open(batch, "Draft", "Checked")
	require_other(batch, "made_by")
	batch.make()
	batch.return_reason = None
	_save(batch)


def check_batch(name: str) -> None:
	"""The town confirms that the work was done: checked.

	Args:
		name: the batch.

	Raises:
		RewardBatchError: not a draft, signs not decided, or the user made it.
	"""
	batch = lock_batch(name)
	_require_checker(batch)
	_require_open(batch, "Draft")
	require_other(batch, "checked_by")
	_require_lines_stand(batch)
	_require_signs_decided(batch)
	fill.stamp(batch, "checked")
	batch.status = "Checked"
	_save(batch)


def decide_sign(name: str, sign: str, decision: str, note: str) -> None:
	"""Clear a sign of inflating, or strike its line, with a note.

	Args:
		name: the batch.
		sign: row of the sign.
		decision: "Cleared" or "Struck".
		note: why.

	Raises:
		RewardBatchError: no note, decided already, or the user made the batch.
	"""
	batch = lock_batch(name)
	_require_judge(batch)
	note = _require_text(note, _("Say why the line is cleared or struck."))
	if decision not in ("Cleared", "Struck"):
		frappe.throw(_("Clear the line or strike it."), RewardBatchError)
	row = next((r for r in batch.signs if r.name == sign), None)
	if not row:
		frappe.throw(_("There is no such sign in this batch. Reload it."), RewardBatchError)
	if row.decision != "Open":
		frappe.throw(
			_("This sign has been decided already ({0}).").format(
				_(row.decision, context="Reward Batch Sign")
			),
			RewardBatchError,
		)
	rows = [row] if decision == "Cleared" else [r for r in batch.signs if r.entry == row.entry]
	for r in rows:
		if r.decision == "Open":
			r.decision, r.note = decision, note
			fill.stamp(r, "decided")
	if decision == "Struck":
		_strike(batch, row.entry, note)
	_save(batch)


def strike_line(name: str, entry: str, note: str) -> None:
	"""Take a line out for good, with a note: a reversal stands beside it, and no later run writes it again.

	Args:
		name: the batch.
		entry: the Reward Entry of the line.
		note: why.

	Raises:
		RewardBatchError: no note, no such line, or the user made the batch.
	"""
	batch = lock_batch(name)
	_require_judge(batch)
	_strike(batch, entry, _require_text(note, _("Say why the line is struck.")))
	_save(batch)


def _require_judge(batch) -> None:
	"""The checker or the approver, before approval, and nobody who made the batch."""
	_require_open(batch, "Draft", "Checked")
	own = "checked_by" if _is_checker(batch) and frappe.session.user != batch.approved_by else "approved_by"
	if own == "approved_by":
		_require_office(batch)
	require_other(batch, own)


def send_back(name: str, reason: str) -> None:
	"""Checker or approver returns the batch to the clerk.

	Args:
		name: the batch.
		reason: what is to be changed.

	Raises:
		RewardBatchError: no reason, or approved already.
	"""
	batch = lock_batch(name)
	_require_judge(batch)
	batch.return_reason = _require_text(reason, _("Say what is to be corrected."))
	batch.status, batch.checked_by, batch.checked_at = "Draft", None, None
	_save(batch)


def _strike(batch, entry_name: str, note: str) -> None:
	line = next((x for x in batch.lines if x.entry == entry_name), None)
	if not line:
		frappe.throw(_("This line is not in the batch any more. Reload it."), RewardBatchError)
	if line.is_reversal:
		frappe.throw(
			_("This line takes back a paid one. Correct the case if it is wrong; it cannot be struck."),
			RewardBatchError,
		)
	entry = frappe.get_doc("Reward Entry", entry_name, for_update=True)
	_insert_struck_reversal(entry, note)
	set_entries([entry.name], status=rewards.REVERSED, batch=None)
	_note_strike(batch, line, note)
	batch.set("lines", [x for x in batch.lines if x.entry != entry_name])
	_recount(batch)


def _insert_struck_reversal(entry, note: str) -> None:
	now = now_datetime()
	values = {column: entry.get(column) for column in ENTRY_COLUMNS}
	values.update(
		name=frappe.generate_hash(length=10),
		creation=now,
		modified=now,
		owner=frappe.session.user,
		modified_by=frappe.session.user,
		amount_fen=-entry.amount_fen,
		amount_yuan=rewards.yuan_text(-entry.amount_fen),
		status=rewards.REVERSED,
		reverses=entry.name,
		is_struck=1,
		reason=rewards.STRUCK,
		note=note,
		hold_until=None,
		earned_on=getdate(),
		run=None,
		reward_key=rewards.reward_key(entry.petition, entry.round, entry.seq, True),
	)
	frappe.db.bulk_insert("Reward Entry", list(ENTRY_COLUMNS), [[values[c] for c in ENTRY_COLUMNS]])


def _note_strike(batch, line, note: str) -> None:
	row = {
		"entry": line.entry,
		"petition": line.petition,
		"agent": line.agent,
		"amount_yuan": line.amount_yuan,
		"note": note,
	}
	fill.stamp(batch.append("strikes", row), "struck")


def _recount(batch) -> None:
	"""Totals after lines went; an agent left with nothing or a debt waits for the next batch."""
	payable = rewards.payable_agents((x.agent, x.amount_fen) for x in batch.lines)
	batch.set("lines", [x for x in batch.lines if x.agent in payable])
	standing = {x.entry for x in batch.lines}
	for row in batch.signs:
		if row.decision == "Open" and row.entry not in standing:
			row.decision, row.note = "Struck", _("The line is no longer in the batch.")
			fill.stamp(row, "decided")
	fill.set_totals(batch)


def take_out(name: str, entries: list[str], note: str) -> None:
	"""A run has reversed lines of a batch that is not approved yet: they leave it.

	Args:
		name: the batch, not submitted.
		entries: lines that were reversed.
		note: why.
	"""
	batch = frappe.get_doc("Reward Batch", name, for_update=True)
	gone = set(entries)
	for line in [x for x in batch.lines if x.entry in gone]:
		_note_strike(batch, line, note)
	batch.set("lines", [x for x in batch.lines if x.entry not in gone])
	_recount(batch)
	_save(batch)
	set_entries(entries, batch=None)


# Approval
# --------
def approve(name: str) -> None:
	"""The petition office approves: the batch is submitted and goes to finance.

	Args:
		name: the batch.

	Raises:
		RewardBatchError: see `check_approval`.
		frappe.PermissionError: not the petition office.
	"""
	batch = lock_batch(name)
	_require_office(batch)  # before Frappe says it without a reason
	_require_open(batch, "Checked")
	batch.submit()


def check_approval(batch) -> None:
	"""What must hold whichever way a batch is submitted.

	Raises:
		RewardBatchError: not checked, a sign not decided, not a fourth person, or a line that no longer stands.
		frappe.PermissionError: not the petition office.
	"""
	_require_office(batch)
	if batch.status != "Checked" or not batch.checked_by:
		frappe.throw(_("The batch must be checked first."), RewardBatchError)
	require_other(batch, "approved_by")
	_require_signs_decided(batch)
	_require_lines_stand(batch)


def _require_signs_decided(batch) -> None:
	open_signs = [row for row in batch.signs if row.decision == "Open"]
	if open_signs:
		frappe.throw(
			_("{0} signs of inflating are not decided. Clear or strike each line with a note.").format(
				len(open_signs)
			),
			RewardBatchError,
		)


def _require_lines_stand(batch) -> None:
	"""Each line is on file as it is here, in this batch, and not taken back; the sum is the total."""
	if not batch.lines:
		frappe.throw(_("The batch has no lines."), RewardBatchError)
	names = [line.entry for line in batch.lines]
	on_file = {
		row.name: row
		for row in frappe.get_all(
			"Reward Entry",
			filters={"name": ("in", names)},
			fields=["name", "status", "batch", "amount_fen", "agent"],
			order_by="name asc",
		)
	}
	for line in batch.lines:
		row = on_file.get(line.entry)
		stands = row and (row.status, row.batch, row.amount_fen, row.agent) == (
			rewards.IN_BATCH,
			batch.name,
			line.amount_fen,
			line.agent,
		)
		if not stands:
			frappe.throw(
				_("Line {0} is not what it was when the batch was made. Have it filled again.").format(
					line.entry
				),
				RewardBatchError,
			)
	sums = (sum(x.amount_fen for x in batch.lines), sum(x.total_fen for x in batch.payments))
	if sums != (batch.total_fen, batch.total_fen) or len(set(names)) != len(names):
		frappe.throw(
			_("The lines do not add up to the total. Have the batch filled again."), RewardBatchError
		)


# Payment
# -------
def record_payment(name: str, agent: str, paid_on: str, receipt: str) -> None:
	"""Finance records that an agent was paid. The last one ends the batch.

	Args:
		name: an approved batch.
		agent: who was paid.
		paid_on: day of payment.
		receipt: number of the transfer or of the signed receipt.

	Raises:
		RewardBatchError: not approved, paid already, no receipt, a day that cannot be, or not a fourth person.
	"""
	batch = lock_batch(name)
	require_role((FINANCE,), _("Only finance pays."))
	_require_open(batch, "Approved")
	require_other(batch, "paid_by")
	receipt = _require_text(receipt, _("Give the number of the transfer or receipt."))
	row = next((r for r in batch.payments if r.agent == agent), None)
	if not row:
		frappe.throw(_("{0} is not paid in this batch.").format(agent), RewardBatchError)
	if row.paid_on:
		frappe.throw(
			_("{0} was paid on {1} already.").format(row.agent_name, frappe.format(row.paid_on, "Date")),
			RewardBatchError,
		)
	day = read_day(paid_on)
	if not day or day > getdate() or day < getdate(batch.approved_at):
		frappe.throw(_("The day of payment lies between the approval and today."), RewardBatchError)
	row.db_set({"paid_on": day, "receipt": receipt, "paid_by": frappe.session.user})
	set_entries([x.entry for x in batch.lines if x.agent == agent], status=rewards.PAID, paid_on=day)
	values: dict[str, Any] = {"paid_by": frappe.session.user}
	if all(r.paid_on for r in batch.payments):
		values.update(status="Paid", paid_at=now_datetime())
	batch.db_set(values)


def show_accounts(name: str, reason: str) -> dict[str, str]:
	"""Full bank accounts of the agents of an approved batch, for whoever pays, on record.

	Args:
		name: an approved batch.
		reason: why, at least four characters.

	Returns:
		Agent to account; agents without one are left out.

	Raises:
		frappe.PermissionError: not finance.
	"""
	batch = lock_batch(name)
	require_role((FINANCE,), _("Only finance sees bank accounts."))
	_require_open(batch, "Approved", "Paid")
	if len((reason or "").strip()) < 4:
		frappe.throw(_("Say in a few words why you need to see it."), RewardBatchError)
	agent = DocType("Proxy Agent")
	rows = (
		frappe.qb.from_(agent)
		.select(agent.name, agent.sealed_bank_account)
		.where(agent.name.isin([row.agent for row in batch.payments]) & agent.sealed_bank_account.notnull())
		.orderby(agent.name)
		.run()
	)
	for agent_name, _sealed in rows:
		record_access("Proxy Agent", agent_name, "bank_account", reason.strip())
	return {agent_name: decrypt(sealed) for agent_name, sealed in rows if sealed}
