"""The acts that change an agent's status: locked, checked against the one table, with reason and date, on record.

All take a list, so that a class of thirty is put on duty with a handful of statements.
"""

from collections.abc import Iterable, Sequence
from datetime import date

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import cint, getdate, now_datetime

from petition_proxy.domain import agent_lifecycle
from petition_proxy.domain.agent_lifecycle import ON_DUTY, Act
from petition_proxy.permissions import is_in_place
from petition_proxy.permissions.scope import clear_scopes, get_scope
from petition_proxy.petition_proxy.doctype.agent_status_change.record import SNAPSHOT_FIELDS, record_changes
from petition_proxy.petition_proxy.doctype.proxy_agent.gate import why_rules_unknown
from petition_proxy.utils.client_values import read_day
from petition_proxy.utils.errors import domain_errors

LOCKED_FIELDS = (
	*("name", "agent_name", "status", "status_since", "on_duty_from", "certificate_valid_to", "user"),
	*SNAPSHOT_FIELDS,
)


class AgentActError(frappe.ValidationError):
	"""The act does not fit the agent's status, lacks a reason, or is not this person's."""


def lock_agents(names: Iterable[str]) -> list[frappe._dict]:
	"""Rows of agents, locked until the end of the request, in one order for everybody.

	Raises:
		AgentActError: one of them does not exist, or none was named.
	"""
	names = sorted(set(names))
	agent = DocType("Proxy Agent")
	rows = (
		frappe.qb.from_(agent)
		.select(*(agent[f] for f in LOCKED_FIELDS))
		.where(agent.name.isin(names or [""]))
		.orderby(agent.name)
		.for_update()
		.run(as_dict=True)
	)
	missing = set(names) - {row.name for row in rows}
	if missing or not rows:
		frappe.throw(
			_("There is no agent {0}. Choose one from the list.").format(", ".join(sorted(missing))),
			AgentActError,
		)
	return rows


def change_status(
	agents: Sequence[str], action: str, reason: str | None = None, effective_on: date | str | None = None
) -> None:
	"""Take one act for agents, as the session's user.

	Args:
		agents: names of Proxy Agents.
		action: id of the act in the table.
		reason: why; needed where duty or membership is taken away or given back.
		effective_on: first day of the new status; today by default, never in the future.

	Raises:
		AgentActError: not an act from this status, not this person's, no reason, or a day out of order.
		AgentActError: no valid training pass, for acts that lead on duty.
	"""
	today = getdate()
	on = read_day(effective_on) if effective_on else today
	if on > today:
		frappe.throw(_("The day lies in the future. Take the act on the day itself."), AgentActError)
	rows = lock_agents(agents)
	changes = []
	for row in rows:
		act = _find(row, action, on)
		check_actor(row, act)
		_check(row, act, reason, on, today)
		changes.append((row, act))
	apply_acts(changes, (reason or "").strip() or None, on)


def _find(row, action: str, on: date) -> Act:
	target = None
	if action == "Readmit" and row.status in agent_lifecycle.GONE_STATUSES:
		target = agent_lifecycle.readmission_target(
			row.status,
			row.status_since,
			on,
			row.certificate_valid_to,
			cint(frappe.db.get_single_value("Petition Proxy Settings", "most_days_away")),
		)
	with domain_errors(AgentActError):
		act = agent_lifecycle.find_act(action, row.status, target)
	if not act.roles:
		frappe.throw(_("Nobody takes this act by hand."), AgentActError)
	return act


def check_actor(row, act: Act) -> None:
	"""A role opens the button; the agent's place ties the person to this very agent, and nobody decides on himself.

	Raises:
		frappe.PermissionError: another place, another role, or the own record.
	"""
	scope = get_scope()
	if scope.sees_all:
		return
	if row.user == scope.user:
		raise frappe.PermissionError(
			_("Nobody decides on the own duty. Ask the town or the petition office.")
		)
	if not set(act.roles) & set(frappe.get_roles()) or not is_in_place(row, scope):
		raise frappe.PermissionError(
			_(
				"Agent {0} is not yours to decide on: the town of the place or the petition office does."
			).format(row.agent_name)
		)


def _check(row, act: Act, reason: str | None, on: date, today: date) -> None:
	if act.needs_reason and not (reason or "").strip():
		frappe.throw(_("Say why."), AgentActError)
	if row.status_since and on < row.status_since:
		frappe.throw(
			_("Agent {0} has had the present status since {1}. Give a later day.").format(
				row.agent_name, frappe.format(row.status_since, "Date")
			),
			AgentActError,
		)
	if act.needs_pass:
		check_fit(row, today)


def check_fit(row, on: date) -> None:
	"""The gate before duty: a valid pass and, where asked for, the rules acknowledged.

	Raises:
		AgentActError: one of them is missing.
	"""
	with domain_errors(AgentActError):
		agent_lifecycle.check_pass(row["agent_name"], row["certificate_valid_to"], on)
	if row.get("name") and (why := why_rules_unknown(row, on)):
		frappe.throw(why, AgentActError)


def apply_acts(changes: Sequence[tuple], reason: str | None, on: date | None = None) -> None:
	"""Write checked acts: history first, then the agents, one statement per new status and day.

	Args:
		changes: (locked row, act) or (locked row, act, first day) of each agent.
		reason: why.
		on: first day of the new status, where the change names none.
	"""
	dated = [(row, act, rest[0] if rest else on) for row, act, *rest in changes]
	record_changes(
		{
			**{f: row[f] for f in SNAPSHOT_FIELDS},
			"agent": row["name"],
			"agent_name": row["agent_name"],
			"action": act.action,
			"from_status": row["status"],
			"to_status": act.target,
			"effective_on": day,
			"reason": reason,
		}
		for row, act, day in dated
	)
	table, now = DocType("Proxy Agent"), now_datetime()
	for target, day in sorted({(act.target, day) for _row, act, day in dated}):
		names = [row["name"] for row, act, d in dated if (act.target, d) == (target, day)]
		(
			frappe.qb.update(table)
			.set(table.status, target)
			.set(table.status_since, day)
			.set(table.modified, now)
			.set(table.modified_by, frappe.session.user)
			.where(table.name.isin(names))
			.run()
		)
		if target == ON_DUTY:
			(
				frappe.qb.update(table)
				.set(table.on_duty_from, day)
				.where(table.name.isin(names) & table.on_duty_from.isnull())
				.run()
			)
		for name in names:
			frappe.clear_document_cache("Proxy Agent", name)
	clear_scopes()
