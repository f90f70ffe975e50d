"""Answer and decision of a consequence, and proposals from a bulletin. Each act locks the record first."""

import frappe
from frappe import _
from frappe.utils import getdate, now_datetime

from petition_proxy.domain.lifecycle import OFFICE, TOWN
from petition_proxy.domain.standing import REMOVAL, SUSPENSION
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.agent_consequence.agent_consequence import (
	OPEN_STATUSES,
	ConsequenceError,
)
from petition_proxy.petition_proxy.doctype.proxy_agent.acts import change_status
from petition_proxy.utils.client_values import read_day

# Steps that end duty, and the act by which the roster ends it.
STATUS_ACTS = {SUSPENSION: "Suspend", REMOVAL: "Remove"}


def _lock(name: str):
	doc = frappe.get_doc("Agent Consequence", name, for_update=True)
	doc.check_permission("read")
	if doc.status not in OPEN_STATUSES:
		frappe.throw(
			_("This has been decided already ({0}).").format(_(doc.status, context="Agent Consequence")),
			ConsequenceError,
		)
	return doc


def _agent_user(doc) -> str | None:
	return frappe.db.get_value("Proxy Agent", doc.agent, "user")


def _is_office(doc, column: str, role: str) -> bool:
	scope = get_scope()
	if scope.sees_all:
		return True
	return role in frappe.get_roles() and any(c == column and doc.get(column) in v for c, v in scope.claims)


def record_answer(name: str, answer: str) -> None:
	"""The agent answers, or an office writes down what the agent said.

	Args:
		name: the consequence.
		answer: the agent's words.

	Raises:
		ConsequenceError: no answer, answered or decided already.
		frappe.PermissionError: neither the agent nor an office of the place.
	"""
	doc = _lock(name)
	is_agent = _agent_user(doc) == frappe.session.user
	if not (is_agent or _is_office(doc, "town", TOWN) or _is_office(doc, "district", OFFICE)):
		frappe.throw(_("Only the agent answers, or an office on the agent's word."), frappe.PermissionError)
	if doc.status == "Answered":
		frappe.throw(_("The agent has answered already. Decide now."), ConsequenceError)
	if not (answer or "").strip():
		frappe.throw(_("Write down the answer."), ConsequenceError)
	doc.db_set(
		{
			"status": "Answered",
			"agent_answer": answer.strip(),
			"answered_at": now_datetime(),
			"answer_entered_by": frappe.session.user,
		}
	)


def decide(name: str, is_imposed: bool, note: str, suspended_until: str | None = None) -> None:
	"""Impose or drop a consequence, after the agent was heard. Suspension and removal act on the roster at once.

	Args:
		name: the consequence.
		is_imposed: whether it is imposed.
		note: why.
		suspended_until: last day of a suspension.

	Raises:
		ConsequenceError: not heard yet, no reason, a person who proposed it, or decided already.
		frappe.PermissionError: not the petition office, for suspension and removal; not an office of the place.
	"""
	doc = _lock(name)
	_require_decider(doc)
	if not (note or "").strip():
		frappe.throw(_("Say why."), ConsequenceError)
	if is_imposed and doc.status == "Proposed" and getdate() <= getdate(doc.answer_by):
		frappe.throw(
			_("The agent may answer until {0}. Wait for the answer or for that day to pass.").format(
				frappe.format(doc.answer_by, "Date")
			),
			ConsequenceError,
		)
	until = read_day(suspended_until) if suspended_until else None
	if is_imposed and doc.step == SUSPENSION and not (until and until > getdate()):
		frappe.throw(_("Give the last day of the suspension."), ConsequenceError)
	doc.db_set(
		{
			"status": "Imposed" if is_imposed else "Dropped",
			"decision_note": note.strip(),
			"suspended_until": until if doc.step == SUSPENSION and is_imposed else None,
			"decided_by": frappe.session.user,
			"decided_at": now_datetime(),
			"consequence_key": None,
		}
	)
	if is_imposed and doc.step in STATUS_ACTS:
		set_agent_status(doc.agent, doc.step, f"{doc.name}: {note.strip()}")


def _require_decider(doc) -> None:
	user = frappe.session.user
	if doc.step in STATUS_ACTS:
		if not _is_office(doc, "district", OFFICE):
			frappe.throw(_("Only the petition office suspends or removes an agent."), frappe.PermissionError)
	elif not (_is_office(doc, "town", TOWN) or _is_office(doc, "district", OFFICE)):
		frappe.throw(_("Only an office of the place decides this."), frappe.PermissionError)
	if doc.proposed_by == user:
		frappe.throw(_("You proposed this. Somebody else must decide it."), ConsequenceError)
	if _agent_user(doc) == user:
		frappe.throw(_("Nobody decides about himself."), ConsequenceError)


def set_agent_status(agent: str, step: str, reason: str) -> None:
	"""Suspend or remove an agent by the roster's own rules.

	Args:
		agent: the agent.
		step: "Suspension" or "Removal".
		reason: kept with the change.
	"""
	change_status([agent], STATUS_ACTS[step], reason)


def propose_from_bulletin(bulletin: str) -> list[str]:
	"""Write the consequences for agents that an issued bulletin proposes; those written or open already are left out.

	Args:
		bulletin: an issued bulletin.

	Returns:
		Names of the new records.

	Raises:
		ConsequenceError: the bulletin has not been issued.
		frappe.PermissionError: not the petition office.
	"""
	doc = frappe.get_doc("Quarterly Bulletin", bulletin, for_update=True)
	doc.check_permission("read")
	if not _is_office(doc, "district", OFFICE):
		frappe.throw(_("Only the petition office proposes from a bulletin."), frappe.PermissionError)
	if doc.docstatus != 1:
		frappe.throw(_("Issue the bulletin first."), ConsequenceError)
	rows = [row for row in doc.proposals if row.level == "Agent"]
	written = set(
		frappe.get_all(
			"Agent Consequence",
			filters={"bulletin": doc.name},
			fields=["agent", "standing_rule"],
			as_list=True,
			order_by="name asc",
		)
	)
	open_keys = set(
		frappe.get_all(
			"Agent Consequence",
			filters={"consequence_key": ("is", "set")},
			pluck="consequence_key",
			order_by="name asc",
		)
	)
	gone = set(
		frappe.get_all(
			"Proxy Agent",
			filters={
				"name": ("in", [r.scope_id for r in rows] or [""]),
				"status": ("in", ("Left", "Removed")),
			},
			pluck="name",
			order_by="name asc",
		)
	)
	made = []
	for row in rows:
		key = f"{row.scope_id}|{row.consequence}|open"
		if (row.scope_id, row.standing_rule) in written or key in open_keys or row.scope_id in gone:
			continue
		consequence = frappe.new_doc("Agent Consequence")
		consequence.update(
			{
				"agent": row.scope_id,
				"step": row.consequence,
				"grounds": _("{0}: {1} {2} by rule {3}.").format(
					doc.document_no or doc.name, _(row.indicator), row.figure, row.standing_rule
				),
				"standing_rule": row.standing_rule,
				"bulletin": doc.name,
			}
		)
		consequence.flags.by_rule = True
		consequence.insert(ignore_permissions=True)  # the petition office of the district, checked above
		made.append(consequence.name)
		open_keys.add(key)
	return made
