"""The indicators of bulletin and scorecards, read for a whole district at once. Each stands in `queries/catalogue.py`."""

from collections.abc import Callable, Mapping
from typing import Any

import frappe
from frappe.query_builder import Criterion, DocType

from petition_proxy.domain.standing import Figure
from petition_proxy.permissions.scope import REPORT_KIND
from petition_proxy.queries.catalogue import (
	ACTIVE_AGENTS,
	BULLETIN,
	CASES,
	ZERO_VILLAGES,
	Indicator,
	figure_of,
	scope_names,
)
from petition_proxy.queries.places import agents_on, villages_in_force
from petition_proxy.queries.rounds import ROUNDS
from petition_proxy.queries.sources import (
	AGENT,
	COLUMN_OF,
	DISTRICT,
	LEVELS,
	TOWN,
	UNIT,
	VILLAGE,
	Ask,
	Period,
	in_scope,
)

ALL_INDICATORS = BULLETIN
CODES: tuple[str, ...] = tuple(i.code for i in ALL_INDICATORS)
BY_CODE: dict[str, Indicator] = {i.code: i for i in ALL_INDICATORS}
CASE_TERMS: tuple[str, ...] = tuple(dict.fromkeys(t for i in CASES for t in (i.counted, i.of) if t))


def for_level(level: str) -> list[Indicator]:
	"""The indicators that mean something at a level, in their order."""
	return [i for i in ALL_INDICATORS if level in i.shown_at]


def without_complaints(petition) -> Criterion:
	"""Cases a circular may count: it reaches the units, so reports and complaints against one of them are not in it.

	Regulation on Petition Work 2022, art. 30: nothing of a complaint reaches the unit or person it is about.
	"""
	return (
		(petition.petition_kind != REPORT_KIND)
		& (petition.accused_unit.isnull() | (petition.accused_unit == ""))
		& (petition.accused_user.isnull() | (petition.accused_user == ""))
	)


def count_terms(
	level: str,
	period: Period,
	district: str | None = None,
	condition: Callable | None = None,
	agent: str | None = None,
) -> dict[str, dict[str, int]]:
	"""The terms of all case indicators per scope of a level, in one grouped query.

	Args:
		level: one of `LEVELS`.
		period: days and cut-off.
		district: only its cases.
		condition: which cases count: `without_complaints` or `in_scope()`.
		agent: only the rounds of this agent.

	Returns:
		Scope id to term to number.
	"""
	found = ROUNDS.count(level, CASE_TERMS, Ask(period, district=district, agent=agent, cases=condition))
	found.pop("", None)  # rounds without a scope of the level
	return found


def figures_of(terms: Mapping[str, int], level: str) -> dict[str, Figure]:
	"""Case indicators of one scope from its terms."""
	return {i.code: figure_of(i, terms) for i in CASES if level in i.shown_at}


# Places and people
# -----------------
def count_villages(
	ask: Ask, by_village: Mapping[str, Mapping[str, int]]
) -> tuple[dict[str, Figure], list[str]]:
	"""Villages without a case by district and town.

	Args:
		ask: the district and period.
		by_village: terms per village.

	Returns:
		Scope to figure, and the ids of the villages without a case.
	"""
	rows = villages_in_force(ask)
	empty = [row.name for row in rows if not by_village.get(row.name, {}).get("filed")]
	figures = _sum_up(((row.district, row.town), row.name in set(empty)) for row in rows)
	return figures, empty


def count_active_agents(ask: Ask, by_agent: Mapping[str, Mapping[str, int]]) -> dict[str, Figure]:
	"""Agents on duty who filed a case, by district, town and village."""
	return _sum_up(
		(
			(row["district"], row["town"], row["village"]),
			bool(by_agent.get(row["name"], {}).get("filed")),
		)
		for row in _on_duty(ask)
	)


def _on_duty(ask: Ask) -> list[dict[str, Any]]:
	return [row for row in agents_on(ask) if row["status"] == "On Duty"]


def _sum_up(rows) -> dict[str, Figure]:
	figures: dict[str, list[int]] = {}
	for scopes, is_counted in rows:
		for scope in filter(None, scopes):
			figure = figures.setdefault(scope, [0, 0])
			figure[0] += is_counted
			figure[1] += 1
	return {scope: tuple(figure) for scope, figure in figures.items()}


def read_district(
	district: str, period: Period, condition: Callable | None = without_complaints
) -> tuple[dict[str, dict[str, dict[str, Figure]]], list[str]]:
	"""All figures of a district: level to scope to indicator to (counted, of), and the villages without a case.

	A handful of grouped queries, whatever the number of cases, villages and agents.
	"""
	ask = Ask(period, district=district)
	terms = {level: count_terms(level, period, district, condition) for level in LEVELS}
	zero, empty = count_villages(ask, terms[VILLAGE])
	active = count_active_agents(ask, terms[AGENT])
	scopes = {level: sorted({*terms[level], *ids}) for level, ids in all_scopes(district, ask).items()}
	figures: dict[str, dict[str, dict[str, Figure]]] = {}
	for level in LEVELS:
		figures[level] = {}
		for scope in scopes[level]:
			values = figures_of(terms[level].get(scope, {}), level)
			if level in ZERO_VILLAGES.shown_at:
				values[ZERO_VILLAGES.code] = zero.get(scope, (0, 0))
			if level in ACTIVE_AGENTS.shown_at:
				values[ACTIVE_AGENTS.code] = active.get(scope, (0, 0))
			figures[level][scope] = values
	return figures, empty


def all_scopes(district: str, ask: Ask) -> dict[str, list[str]]:
	"""Whom a bulletin names even without a case: places in force, units that decide, agents on duty."""
	region, on = DocType("Region"), ask.period.last
	rows = (
		frappe.qb.from_(region)
		.select(region.name, region.level)
		.where((region.district == district) | (region.name == district))
		.where(region.valid_from.isnull() | (region.valid_from <= on))
		.where(region.valid_to.isnull() | (region.valid_to >= on))
		.orderby(region.name)
		.run()
	)
	scopes: dict[str, list[Any]] = {level: [n for n, lv in rows if lv == level] for level in (TOWN, VILLAGE)}
	scopes[DISTRICT] = [district]
	scopes[UNIT] = frappe.get_all(
		"Handling Unit",
		filters={"district": district, "is_active": 1, "tier": ("!=", "Village")},
		pluck="name",
		order_by="name asc",
	)
	scopes[AGENT] = [row["name"] for row in _on_duty(ask)]
	return scopes


__all__ = [
	"ALL_INDICATORS",
	"BY_CODE",
	"CODES",
	"COLUMN_OF",
	"LEVELS",
	"Period",
	"count_terms",
	"figures_of",
	"for_level",
	"in_scope",
	"read_district",
	"scope_names",
	"without_complaints",
]
