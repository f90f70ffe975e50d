"""Is the scheme used: villages without cases or agents, agents without cases, week by week.

Cases are counted within the asker's row scope, and only places wholly in that scope are listed: a village seen in part
would look idle. So departments, which see single cases everywhere, have no lines here.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, CustomFunction, Max
from frappe.utils import cint, getdate
from pypika.terms import Criterion

from petition_proxy.domain.lifecycle import DRAFT
from petition_proxy.permissions.scope import Scope, get_scope, scope_condition
from petition_proxy.queries.coverage import covers_on

DateDiff = CustomFunction("DATEDIFF", ["later", "earlier"])
Floor = CustomFunction("FLOOR", ["value"])

MOST_WEEKS = 26


@dataclass(frozen=True)
class AdoptionFilters:
	"""Which weeks and places.

	Args:
		on: last day, included.
		weeks: so many weeks of seven days, ending with that day.
		town: region code of a town; None: all in scope.
		only_idle: only villages without a case or an agent in these weeks.
	"""

	on: date
	weeks: int
	town: str | None = None
	only_idle: bool = False

	@property
	def first_day(self) -> date:
		return self.on - timedelta(days=7 * self.weeks - 1)

	@classmethod
	def read(cls, values: dict[str, Any] | None) -> "AdoptionFilters":
		"""Make filters from what a report's form sends.

		Raises:
			frappe.ValidationError: no weeks, or more than half a year.
		"""
		values = values or {}
		settings = frappe.get_cached_doc("Petition Proxy Settings")
		weeks = cint(values.get("weeks")) or cint(settings.get("adoption_weeks"))
		weeks = weeks or cint(settings.meta.get_field("adoption_weeks").default)
		if not 0 < weeks <= MOST_WEEKS:
			frappe.throw(_("Choose between 1 and {0} weeks.").format(MOST_WEEKS))
		return cls(
			on=getdate(values.get("on") or None),
			weeks=weeks,
			town=values.get("town") or None,
			only_idle=bool(cint(values.get("only_idle"))),
		)


def adoption_by_village(filters: AdoptionFilters, user: str | None = None) -> list[dict[str, Any]]:
	"""One row per village in scope, in four statements.

	Args:
		filters: see `AdoptionFilters`.
		user: whose row scope applies; the session's user by default.

	Returns:
		Dicts with village, town, their names, agents (on duty on the last day), working_agents (with a case in these
		weeks), cases, proxied, `by_week` (oldest first) and last_case_on.
	"""
	villages = _villages_in_scope(filters, user)
	if not villages:
		return []
	weeks = _cases_by_week(filters, user)
	agents, working = _agents_by_village(filters, user)
	last = _last_cases(filters, "village", user)
	rows = []
	for row in villages:
		by_week = [0] * filters.weeks
		proxied = 0
		for week, cases, of_agents in weeks.get(row.village, ()):
			by_week[week] = cases
			proxied += of_agents
		rows.append(
			{
				**row,
				"agents": agents.get(row.village, 0),
				"working_agents": working.get(row.village, 0),
				"cases": sum(by_week),
				"proxied": proxied,
				"by_week": by_week,
				"last_case_on": last.get(row.village),
			}
		)
	if filters.only_idle:
		rows = [row for row in rows if not row["cases"] or not row["agents"]]
	return rows


def idle_agents(filters: AdoptionFilters, user: str | None = None) -> list[dict[str, Any]]:
	"""Agents on duty for all these weeks who filed nothing in them; longest idle first.

	Returns:
		Dicts with agent, agent_name, village_name, town_name, on_duty_from, last_case_on and weeks_idle.
	"""
	agent, village, town = (
		DocType("Proxy Agent"),
		DocType("Region").as_("village"),
		DocType("Region").as_("town"),
	)
	query = (
		frappe.qb.from_(agent)
		.join(village)
		.on(village.name == agent.village)
		.join(town)
		.on(town.name == agent.town)
		.select(
			agent.name.as_("agent"),
			agent.agent_name,
			agent.on_duty_from,
			village.region_name.as_("village_name"),
			town.region_name.as_("town_name"),
		)
		.where(covers_on(agent, filters.on))
		.where(agent.on_duty_from.isnull() | (agent.on_duty_from <= filters.first_day))
		.orderby(agent.village, agent.name)
	)
	place = place_condition(agent, get_scope(user))
	if place is not None:
		query = query.where(place)
	if filters.town:
		query = query.where(agent.town == filters.town)
	found = query.run(as_dict=True)
	last = _last_cases(filters, "agent", user, [row.agent for row in found])
	rows = []
	for row in found:
		row.last_case_on = last.get(row.agent)
		if row.last_case_on and row.last_case_on >= filters.first_day:
			continue
		since = max((day for day in (row.last_case_on, row.on_duty_from) if day), default=None)
		row.weeks_idle = (filters.on - since).days // 7 if since else None
		rows.append(dict(row))
	rows.sort(key=lambda row: (row["weeks_idle"] is not None, -(row["weeks_idle"] or 0), row["agent"]))
	return rows


def place_condition(table, scope: Scope, village: str = "village") -> Criterion | None:
	"""Places all of whose cases a scope covers.

	Args:
		table: has the columns district and town.
		scope: whose.
		village: its column for the village.

	Returns:
		None for Administrator; never true for who has no place.
	"""
	if scope.sees_all:
		return None
	terms = [table[c].isin(sorted(v)) for c, v in scope.claims if c in ("district", "town") and v]
	if scope.villages:
		terms.append(table[village].isin(sorted(scope.villages)))
	return Criterion.any(terms) if terms else table.name.isnull()


def _villages_in_scope(filters: AdoptionFilters, user: str | None) -> list[frappe._dict]:
	village, town = DocType("Region").as_("village"), DocType("Region").as_("town")
	places = (
		frappe.qb.from_(village)
		.join(town)
		.on(town.name == village.town)
		.select(village.name.as_("village"), village.region_name.as_("village_name"))
		.select(town.name.as_("town"), town.region_name.as_("town_name"))
		.where(village.level == "Village")
		.where(village.valid_to.isnull() | (village.valid_to >= filters.on))
		.orderby(village.name)
	)
	# a region's own name is the village
	place = place_condition(village, get_scope(user), village="name")
	if place is not None:
		places = places.where(place)
	if filters.town:
		places = places.where(village.town == filters.town)
	return places.run(as_dict=True)


def _in_weeks(petition, filters: AdoptionFilters, user: str | None) -> Criterion:
	start = datetime.combine(filters.first_day, datetime.min.time())
	end = datetime.combine(filters.on + timedelta(days=1), datetime.min.time())
	terms = [
		petition.workflow_state != DRAFT,
		petition.petitioned_at >= start,
		petition.petitioned_at < end,
	]
	if filters.town:
		terms.append(petition.town == filters.town)
	scope = scope_condition(petition, user)
	return Criterion.all([*terms, scope] if scope is not None else terms)


def _cases_by_week(filters: AdoptionFilters, user: str | None) -> dict[str, list[tuple[int, int, int]]]:
	petition = DocType("Petition")
	week = Floor(DateDiff(petition.petitioned_at, filters.first_day) / 7)
	rows = (
		frappe.qb.from_(petition)
		.select(petition.village, week.as_("week"), petition.is_proxied, Count("*").as_("cases"))
		.where(_in_weeks(petition, filters, user))
		.groupby(petition.village, week, petition.is_proxied)
		.run(as_dict=True)
	)
	sums: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
	for row in rows:
		entry = sums[row.village][int(row.week)]
		entry[0] += row.cases
		entry[1] += row.cases if row.is_proxied else 0
	return {
		village: [(week, cases, proxied) for week, (cases, proxied) in by_week.items()]
		for village, by_week in sums.items()
	}


def _agents_by_village(filters: AdoptionFilters, user: str | None) -> tuple[dict[str, int], dict[str, int]]:
	"""Agents on duty on the last day, and those of them with a case in these weeks."""
	agent, petition = DocType("Proxy Agent"), DocType("Petition")
	busy = (
		frappe.qb.from_(petition)
		.select(petition.agent)
		.distinct()
		.where(_in_weeks(petition, filters, user) & petition.agent.notnull())
	)
	rows = (
		frappe.qb.from_(agent)
		.left_join(busy.as_("busy"))
		.on(busy.as_("busy").agent == agent.name)
		.select(agent.village, Count("*").as_("agents"), Count(busy.as_("busy").agent).as_("working"))
		.where(covers_on(agent, filters.on))
		.groupby(agent.village)
		.run(as_dict=True)
	)
	return {row.village: row.agents for row in rows}, {row.village: row.working for row in rows}


def _last_cases(
	filters: AdoptionFilters, column: str, user: str | None, names: list[str] | None = None
) -> dict[str, date]:
	"""Day of the last case per village or agent; with `names`, of these alone."""
	petition = DocType("Petition")
	query = (
		frappe.qb.from_(petition)
		.select(petition[column], Max(petition.petitioned_at))
		.where((petition.workflow_state != DRAFT) & petition[column].notnull())
		.where(petition.petitioned_at < datetime.combine(filters.on + timedelta(days=1), datetime.min.time()))
		.groupby(petition[column])
	)
	if names is not None:
		query = query.where(petition[column].isin(names or [""]))
	if filters.town and column == "village":  # an agent may file outside the own town
		query = query.where(petition.town == filters.town)
	scope = scope_condition(petition, user)
	if scope is not None:
		query = query.where(scope)
	return {key: getdate(at) for key, at in query.run() if at}
