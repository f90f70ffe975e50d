"""Places and people as rows of figures: villages, settlements and agents, as many as a district has of them."""

from datetime import date
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.utils import getdate

from petition_proxy.domain import coverage
from petition_proxy.domain.agent_lifecycle import ON_DUTY, REGISTERED_STATUSES
from petition_proxy.queries.coverage import CoverageFilters, read_ground
from petition_proxy.queries.directory import is_open
from petition_proxy.queries.roster import able_on, roster_on
from petition_proxy.queries.rounds import ROUNDS
from petition_proxy.queries.sources import AGENT, VILLAGE, Ask, MemorySource


def day_of(ask: Ask) -> date:
	"""The day as of which places and people count: the last one of the period that has come."""
	return min(ask.period.last, getdate())


def filed_by(level: str, ask: Ask) -> dict[str, int]:
	"""Cases registered in the period per village or agent."""
	return {scope: terms["filed"] for scope, terms in ROUNDS.count(level, ("filed",), ask).items() if scope}


def villages_in_force(ask: Ask) -> list[frappe._dict]:
	"""Villages that exist on the last day of the period."""
	region, on = DocType("Region"), ask.period.last
	query = (
		frappe.qb.from_(region)
		.select(region.name, region.region_name, region.district, region.town, region.name.as_("village"))
		.where(region.level == "Village")
		.where(region.valid_from.isnull() | (region.valid_from <= on))
		.where(region.valid_to.isnull() | (region.valid_to >= on))
		.orderby(region.name)
	)
	if ask.district:
		query = query.where(region.district == ask.district)
	return query.run(as_dict=True)


def _villages(ask: Ask) -> list[dict[str, Any]]:
	filed = filed_by(VILLAGE, ask)
	with_point, reached = _villages_with_point(day_of(ask)), _villages_reached(ask)
	return [
		{
			**row,
			"villages": 1,
			"with_point": int(row.name in with_point),
			"without_case": int(not filed.get(row.name)),
			"reached": int(row.name in reached),
		}
		for row in villages_in_force(ask)
	]


def _villages_with_point(on: date) -> set[str]:
	point = DocType("Service Point")
	return set(
		frappe.qb.from_(point).select(point.village).distinct().where(is_open(point, on)).run(pluck=True)
	)


def _villages_reached(ask: Ask) -> set[str]:
	event = DocType("Publicity Event")
	return set(
		frappe.qb.from_(event)
		.select(event.village)
		.distinct()
		.where(ask.period.holds_day(event.held_on) & event.village.notnull())
		.run(pluck=True)
	)


VILLAGES = MemorySource(
	"Region", _villages, ("villages", "with_point", "without_case", "reached"), detail=("region_name",)
)


def _settlements(ask: Ask) -> list[dict[str, Any]]:
	ground = read_ground(CoverageFilters(day_of(ask), ask.district, ask.town))
	return [
		{
			"name": row.name,
			"settlement_name": row.settlement_name,
			"district": row.district,
			"town": row.town,
			"village": row.village,
			"settlements": 1,
			"covered": int(reach.state == coverage.COVERED),
			"not_covered": int(reach.state != coverage.COVERED),
			"people": reach.people,
			"people_covered": reach.people if reach.state == coverage.COVERED else 0,
		}
		for row, reach in zip(ground.settlements, ground.reaches(), strict=True)
	]


SETTLEMENTS = MemorySource(
	"Settlement",
	_settlements,
	("settlements", "covered", "not_covered", "people", "people_covered"),
	detail=("settlement_name",),
)


def agents_on(ask: Ask) -> list[dict[str, Any]]:
	"""Who stood on the register on the last day, with the place of that day."""
	on = day_of(ask)
	# places and people alone, no case; the reader's places are asked for by whoever counts
	able = {row["agent"] for row in able_on(on, user="Administrator")}
	rows = roster_on(on, user="Administrator")
	return [
		{**row, "name": row["agent"], "is_able": row["agent"] in able}
		for row in rows
		if row["status"] in REGISTERED_STATUSES and (not ask.district or row.get("district") == ask.district)
	]


def _agents(ask: Ask) -> list[dict[str, Any]]:
	filed = filed_by(AGENT, ask)
	rows = []
	for row in agents_on(ask):
		on_duty = row["status"] == ON_DUTY
		rows.append(
			{
				**row,
				"registered": 1,
				"on_duty": int(on_duty),
				"certified": int(on_duty and row["is_able"]),
				"active": int(on_duty and bool(filed.get(row["name"]))),
				"idle": int(on_duty and not filed.get(row["name"])),
			}
		)
	return rows


AGENTS = MemorySource(
	"Proxy Agent",
	_agents,
	("registered", "on_duty", "certified", "active", "idle"),
	levels=("District", "Town", "Village"),
	detail=("agent_name", "status"),
)
