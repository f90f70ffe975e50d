"""Places and people as rows of figures: villages, settlements and agents, as many as a district has of them."""

from datetime import date
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count
from frappe.utils import getdate
from pypika.terms import ValueWrapper

from petition_proxy.domain import coverage
from petition_proxy.domain.agent_lifecycle import ON_DUTY, REGISTERED_STATUSES
from petition_proxy.queries.coverage import CoverageFilters, read_ground
from petition_proxy.queries.directory import is_open
from petition_proxy.queries.roster import certified_on, roster_on
from petition_proxy.queries.rounds import ROUNDS
from petition_proxy.queries.sources import Ask, MemorySource


def day_of(ask: Ask) -> date:
	"""The day as of which places and people count: the last one of the period that has come."""
	return min(ask.period.last, getdate())


def filed_by(column: str, ask: Ask) -> dict[str, int]:
	"""Cases registered in the period per village or agent, both from one query.

	Args:
		column: "village" or "agent".
		ask: which rows.
	"""
	if "filed" not in ask.memo:
		rows = ROUNDS.rows(ask)
		ask.memo["filed"] = (
			frappe.qb.from_(rows)
			.select(rows.village, rows.agent, Count("*").as_("cases"))
			.where(ROUNDS.terms["filed"](rows, ask.period))
			.groupby(rows.village, rows.agent)
			.run(as_dict=True)
		)
	found: dict[str, int] = {}
	for row in ask.memo["filed"]:
		if row[column]:
			found[row[column]] = found.get(row[column], 0) + row.cases
	return found


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
	filed = filed_by("village", ask)
	with_point, reached = _villages_with_something(ask)
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


def _villages_with_something(ask: Ask) -> tuple[set[str], set[str]]:
	"""Villages with an open service point, and those with publicity of their own in the period."""
	point, event, on = DocType("Service Point"), DocType("Publicity Event"), day_of(ask)
	points = frappe.qb.from_(point).select(ValueWrapper("point").as_("what"), point.village)
	events = frappe.qb.from_(event).select(ValueWrapper("event").as_("what"), event.village)
	rows = points.where(is_open(point, on)).union(events.where(ask.period.holds_day(event.held_on))).run()
	return {v for what, v in rows if what == "point"}, {v for what, v in rows if what == "event"}


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
	rows, able = roster_on(on, user="Administrator"), certified_on(on)
	return [
		{**row, "name": row["agent"], "is_able": row["agent"] in able}
		for row in rows
		if row["status"] in REGISTERED_STATUSES and (not ask.district or row.get("district") == ask.district)
	]


def _agents(ask: Ask) -> list[dict[str, Any]]:
	filed = filed_by("agent", ask)
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
