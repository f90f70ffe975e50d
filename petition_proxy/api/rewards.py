"""Rewards for desk and REST. The rules stand in `domain/rewards.py` and `reward_batch/acts.py`."""

import frappe
from frappe import _

from petition_proxy.domain import lifecycle, ratings
from petition_proxy.domain.lifecycle import TOWN
from petition_proxy.jobs.reward_settlement import CONFIRM_EVENT
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event
from petition_proxy.petition_proxy.doctype.reward_batch import acts, payment_list
from petition_proxy.utils.texts import plain_texts
from petition_proxy.utils.xlsx import send_xlsx


class ConfirmationError(frappe.ValidationError):
	"""The success of a proxy cannot be confirmed (now, by this person)."""


@frappe.whitelist(methods=["POST"])
@plain_texts
def confirm_success(petition: str, note: str) -> None:
	"""The town confirms that the agent did the work although the petitioner is dissatisfied.

	Args:
		petition: a closed case of the town, filed by an agent and rated dissatisfied.
		note: what the town found.

	Raises:
		ConfirmationError: nothing to confirm, confirmed already, or no note.
		frappe.PermissionError: not the town, or out of its scope.
	"""
	doc = frappe.get_doc("Petition", petition, for_update=True)
	doc.check_permission("read")
	scope = get_scope()
	is_town = scope.sees_all or (
		TOWN in frappe.get_roles() and any(c == "town" and doc.town in v for c, v in scope.claims)
	)
	if not is_town:
		frappe.throw(_("Only the town confirms the work of its agents."), frappe.PermissionError)
	if not doc.agent or doc.workflow_state not in (lifecycle.CLOSED, lifecycle.ARCHIVED):
		frappe.throw(_("Only a closed case that an agent filed can be confirmed."), ConfirmationError)
	if frappe.db.get_value("Proxy Agent", doc.agent, "user") == frappe.session.user:
		frappe.throw(_("You filed this case. Somebody else of the town must confirm it."), ConfirmationError)
	key = {"petition": doc.name, "round": doc.round or 1}
	if not frappe.db.exists("Evaluation", {**key, "rating": ratings.DISSATISFIED}):
		frappe.throw(_("Only a case rated dissatisfied needs a confirmation."), ConfirmationError)
	if frappe.db.exists("Petition Event", {**key, "event": CONFIRM_EVENT}):
		frappe.throw(_("The work on this case has been confirmed already."), ConfirmationError)
	if not (note or "").strip():
		frappe.throw(_("Say what the town found."), ConfirmationError)
	record_event(doc, CONFIRM_EVENT, doc.workflow_state, doc.workflow_state, note.strip())


@frappe.whitelist(methods=["POST"])
@plain_texts
def refill_batch(batch: str) -> None:
	"""Fill a batch anew. Errors as `acts.refill`."""
	acts.refill(batch)


@frappe.whitelist(methods=["POST"])
@plain_texts
def check_batch(batch: str) -> None:
	"""Check a batch. Errors as `acts.check_batch`."""
	acts.check_batch(batch)


@frappe.whitelist(methods=["POST"])
@plain_texts
def decide_sign(batch: str, sign: str, decision: str, note: str) -> None:
	"""Clear or strike a flagged line. Arguments and errors as `acts.decide_sign`."""
	acts.decide_sign(batch, sign, decision, note)


@frappe.whitelist(methods=["POST"])
@plain_texts
def strike_line(batch: str, entry: str, note: str) -> None:
	"""Take a line out for good. Arguments and errors as `acts.strike_line`."""
	acts.strike_line(batch, entry, note)


@frappe.whitelist(methods=["POST"])
@plain_texts
def send_back_batch(batch: str, reason: str) -> None:
	"""Return a batch to the clerk. Errors as `acts.send_back`."""
	acts.send_back(batch, reason)


@frappe.whitelist(methods=["POST"])
@plain_texts
def approve_batch(batch: str) -> None:
	"""Approve a batch. Errors as `acts.approve`."""
	acts.approve(batch)


@frappe.whitelist(methods=["POST"])
@plain_texts
def record_payment(batch: str, agent: str, paid_on: str, receipt: str) -> None:
	"""Record that an agent was paid. Arguments and errors as `acts.record_payment`."""
	acts.record_payment(batch, agent, paid_on, receipt)


@frappe.whitelist(methods=["POST"])
@plain_texts
def show_bank_accounts(batch: str, reason: str) -> dict[str, str]:
	"""Full bank accounts for whoever pays, on record. Arguments, result and errors as `acts.show_accounts`."""
	return acts.show_accounts(batch, reason)


@frappe.whitelist(methods=["GET"])
def download_payment_list(batch: str) -> None:
	"""The payment list (奖励发放表) as .xlsx, with masked bank accounts.

	Args:
		batch: a batch the user may read and export.

	Sends:
		application/octet-stream: the list.

	Raises:
		frappe.PermissionError: out of the user's scope.
	"""
	doc = frappe.get_doc("Reward Batch", batch)
	doc.check_permission("read")
	doc.check_permission("export")
	send_xlsx(doc.name, payment_list.as_xlsx(doc))
