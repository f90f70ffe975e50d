"""Agents side by side: who is shown to whom, and how they stand by the indicators."""

from collections import defaultdict
from datetime import date, datetime, time

import frappe
from frappe.query_builder import Criterion, DocType
from frappe.utils import now_datetime

from petition_proxy.domain.standing import Figure, StandingRule
from petition_proxy.jobs.reward_settlement import public_staff_on
from petition_proxy.permissions.scope import get_scope
from petition_proxy.queries import indicators

# What an appraisal of public staff looks at; amounts are no part of it.
SHEET_CODES = (
	"Filed",
	"Timely Acceptance",
	"On-time Reply",
	"On-time by Statute",
	"Participation",
	"Satisfaction",
	"Agent Satisfaction",
	"Repeat Rate",
	"Village Settled",
)


def year_of(year: int) -> indicators.Period:
	"""A calendar year, as of its end or of now if it has not ended."""
	last = date(year, 12, 31)
	return indicators.Period(
		date(year, 1, 1), last, min(datetime.combine(last, time(23, 59, 59)), now_datetime())
	)


def agents_in_place(
	town: str | None = None,
	agent: str | None = None,
	is_public_staff: bool | None = None,
	on: date | None = None,
) -> list[frappe._dict]:
	"""Agents of the reader's own places, with the names of these.

	Args:
		town: only its agents.
		agent: only this one.
		is_public_staff: only agents whose flag on `on` is this.
		on: day of the flag.
	"""
	table, village, town_table = (
		DocType("Proxy Agent"),
		DocType("Region").as_("v"),
		DocType("Region").as_("t"),
	)
	query = (
		frappe.qb.from_(table)
		.left_join(village)
		.on(village.name == table.village)
		.left_join(town_table)
		.on(town_table.name == table.town)
		.select(
			table.name,
			table.agent_name,
			table.agent_class,
			table.status,
			village.region_name.as_("village_name"),
			town_table.region_name.as_("town_name"),
		)
		.orderby(table.town, table.village, table.name)
	)
	scope = get_scope()
	if not scope.sees_all:
		terms = [table[c].isin(sorted(v)) for c, v in scope.claims if c in ("district", "town")]
		if scope.villages:
			terms.append(table.village.isin(sorted(scope.villages)))
		if not terms:
			return []
		query = query.where(Criterion.any(terms))
	if town:
		query = query.where(table.town == town)
	if agent:
		query = query.where(table.name == agent)
	rows = query.run(as_dict=True)
	if is_public_staff is None:
		return rows
	public = {name for name, _day in public_staff_on({(row.name, on) for row in rows})}
	return [row for row in rows if (row.name in public) == is_public_staff]


def figures_by_agent(period: indicators.Period, agent: str | None = None) -> dict[str, dict[str, Figure]]:
	"""Indicators per agent, or of one alone, over the cases the reader may see."""
	terms = indicators.count_terms(indicators.AGENT, period, condition=indicators.in_scope(), agent=agent)
	return {agent: indicators.figures_of(values, indicators.AGENT) for agent, values in terms.items()}


def rules_met(
	rules: list[StandingRule], values: dict[str, Figure], on: date
) -> dict[str, list[StandingRule]]:
	"""Indicator to the rules whose consequence an agent's figures call for."""
	met: dict[str, list[StandingRule]] = defaultdict(list)
	for rule in rules:
		figure = values.get(rule.indicator)
		if rule.level == indicators.AGENT and rule.is_valid_on(on) and figure and rule.is_met_by(figure):
			met[rule.indicator].append(rule)
	return met
