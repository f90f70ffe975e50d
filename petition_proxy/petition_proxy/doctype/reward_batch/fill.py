"""What goes into a batch: due lines of the place, who is paid how much, and what looks like inflating."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import frappe
from frappe.query_builder import Criterion, DocType
from frappe.utils import add_days, cint, getdate, now_datetime

from petition_proxy.domain import rewards, rewards_checks
from petition_proxy.permissions.scope import scope_condition
from petition_proxy.utils.settings import get_setting

COMPARED_DAYS = 365


def read_due_lines(batch) -> list[frappe._dict]:
	"""Due lines of the batch's place and time, locked, together with those it holds already.

	Cases that complain about a town, a village office or an officer go into a batch of the district: a town that checks
	its batch must not learn of complaints about itself (Regulation on Petition Work 2022, art. 30).
	"""
	entry, petition, unit = DocType("Reward Entry"), DocType("Petition"), DocType("Handling Unit")
	local_units = frappe.qb.from_(unit).select(unit.name).where(unit.tier.isin(("Town", "Village")))
	about_local = petition.accused_user.notnull() | petition.accused_unit.isin(local_units)
	terms = [
		entry.earned_on <= batch.period_to,
		(entry.status == rewards.DUE) | ((entry.status == rewards.IN_BATCH) & (entry.batch == batch.name)),
	]
	if batch.town:
		terms += [
			entry.town == batch.town,
			petition.accused_user.isnull() | (petition.accused_user == ""),
			petition.accused_unit.isnull() | petition.accused_unit.notin(local_units),
		]
	else:
		terms += [entry.district == batch.district, about_local]
	scope = scope_condition(petition)
	if scope is not None:
		terms.append(scope)
	return (
		frappe.qb.from_(entry)
		.join(petition)
		.on(petition.name == entry.petition)
		.select(
			entry.name,
			entry.petition,
			entry["round"],
			entry.agent,
			entry.agent_name,
			entry.tier,
			entry.amount_fen,
			entry.reverses,
			entry.earned_on,
		)
		.where(Criterion.all(terms))
		.orderby(entry.agent, entry.earned_on, entry.name)
		.for_update()
		.run(as_dict=True)
	)


def fill(batch) -> None:
	"""Put the due lines into a batch. An agent whose lines come to nothing or less waits for the next one."""
	rows = read_due_lines(batch)
	payable = rewards.payable_agents((r.agent, r.amount_fen) for r in rows)
	batch.set("lines", [])
	for row in rows:
		if row.agent in payable:
			batch.append("lines", _line(row))
	set_totals(batch)
	set_signs(batch)


def _line(row) -> dict[str, Any]:
	return {
		"entry": row.name,
		"petition": row.petition,
		"round": row["round"],
		"agent": row.agent,
		"agent_name": row.agent_name,
		"tier": row.tier,
		"is_reversal": 1 if row.reverses else 0,
		"amount_fen": row.amount_fen,
		"amount_yuan": rewards.yuan_text(row.amount_fen),
		"earned_on": row.earned_on,
	}


def set_totals(batch) -> None:
	"""The total and the payment list, from the lines alone."""
	batch.total_fen = sum(line.amount_fen for line in batch.lines)
	batch.total_yuan = rewards.yuan_text(batch.total_fen)
	accounts = masked_accounts({line.agent for line in batch.lines})
	sums: dict[str, dict[str, Any]] = {}
	for line in batch.lines:
		row = sums.setdefault(
			line.agent,
			{"agent": line.agent, "agent_name": line.agent_name, "line_count": 0, "total_fen": 0},
		)
		row["line_count"] += 1
		row["total_fen"] += line.amount_fen
	batch.set("payments", [])
	for agent in sorted(sums):
		row = sums[agent]
		row["total_yuan"] = rewards.yuan_text(row["total_fen"])
		row["masked_bank_account"] = accounts.get(agent)
		batch.append("payments", row)


def masked_accounts(agents: set[str]) -> dict[str, str]:
	"""Masked bank accounts of agents."""
	if not agents:
		return {}
	return dict(
		frappe.get_all(
			"Proxy Agent",
			filters={"name": ("in", sorted(agents))},
			fields=["name", "masked_bank_account"],
			as_list=True,
			order_by="name asc",
		)
	)


# Signs of inflating
# ------------------
def set_signs(batch) -> None:
	"""List what looks like inflating; decisions taken on the same sign of the same case stay."""
	decided = {(row.petition, row.sign): row for row in batch.signs if row.decision != "Open"}
	entries = {line.petition: line.entry for line in batch.lines if not line.is_reversal}
	batch.set("signs", [])
	for found in find_signs(entries):
		old = decided.get((found.petition, found.sign))
		batch.append(
			"signs",
			{
				"petition": found.petition,
				"entry": entries[found.petition],
				"agent": found.agent,
				"sign": found.sign,
				"other_petition": found.other,
				"number": found.number,
				"decision": old.decision if old else "Open",
				"note": old.note if old else None,
				"decided_by": old.decided_by if old else None,
				"decided_at": old.decided_at if old else None,
			},
		)


def find_signs(petitions) -> list[rewards_checks.Sign]:
	"""Signs on cases, each compared with what the same agents filed within a year of it."""
	names = sorted(petitions)
	if not names:
		return []
	asked = _read_cases("name", names)
	agents = sorted({case.agent for case in asked if case.agent})
	first = min(getdate(case.registered_at) for case in asked)
	around = _read_cases("agent", agents, add_days(first, -COMPARED_DAYS)) if agents else []
	wanted = set(names)
	cases = [
		rewards_checks.RewardCase(
			row.name,
			row.agent,
			row.petitioner,
			getdate(row.registered_at),
			f"{row.content or ''}{row.request_text or ''}",
			row.name in wanted,
		)
		for row in {row.name: row for row in (*around, *asked)}.values()
		if row.agent
	]
	limits = rewards_checks.Limits(
		cint(get_setting("reward_likeness_percent")),
		cint(get_setting("reward_pair_cases")),
		cint(get_setting("reward_burst_cases")),
	)
	return rewards_checks.signs(cases, limits, read_kin(agents))


def _read_cases(column: str, values: Sequence[str], since=None) -> list[frappe._dict]:
	table = DocType("Petition")
	query = (
		frappe.qb.from_(table)
		.select(
			table.name, table.agent, table.petitioner, table.registered_at, table.content, table.request_text
		)
		.where(table[column].isin(list(values)) & table.registered_at.notnull())
		.orderby(table.name)
	)
	if since:
		query = query.where(table.registered_at >= getdate(since))
	return query.run(as_dict=True)


def read_kin(agents: Sequence[str]) -> dict[str, set[str]]:
	"""Agent to petitioners of the own cases who are kin, from the ties on the agents."""
	if not agents:
		return {}
	tie, petition, petitioner = DocType("Agent Tie"), DocType("Petition"), DocType("Petitioner")
	is_same = (petitioner.petitioner_name == tie.person_name) | (petitioner.user == tie.user)
	rows = (
		frappe.qb.from_(tie)
		.join(petition)
		.on(petition.agent == tie.parent)
		.join(petitioner)
		.on(petitioner.name == petition.petitioner)
		.select(tie.parent, petitioner.name)
		.distinct()
		.where((tie.parenttype == "Proxy Agent") & tie.parent.isin(list(agents)) & (tie.tie_kind == "Kin"))
		.where(is_same)
		.run()
	)
	kin: dict[str, set[str]] = {}
	for agent, name in rows:
		kin.setdefault(agent, set()).add(name)
	return kin


def period_of(kind: str, year: int, number: int) -> tuple:
	"""First and last day of a month or quarter.

	Raises:
		ValueError: there is no such month or quarter.
	"""
	months = 1 if kind == "Month" else 3
	if not 2000 <= year <= 9998 or not 1 <= number <= 12 // months:
		raise ValueError("no such period")
	first = getdate(f"{year}-{(number - 1) * months + 1:02}-01")
	after = number * months + 1
	next_first = getdate(f"{year + after // 13}-{(after - 1) % 12 + 1:02}-01")
	return first, next_first - timedelta(days=1)


def stamp(batch, field: str) -> None:
	"""Who did a step, and when."""
	batch.set(f"{field}_by", frappe.session.user)
	batch.set(f"{field}_at", now_datetime())
