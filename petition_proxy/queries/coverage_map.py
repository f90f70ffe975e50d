"""What the coverage map draws: plain lists, so that fifty thousand settlements stay a few megabytes."""

from datetime import datetime
from typing import Any

import frappe
from frappe.query_builder import Case, DocType
from frappe.query_builder.functions import Count, Sum
from frappe.utils import now_datetime

from petition_proxy.domain.coverage import STATES, count_coverage
from petition_proxy.domain.lifecycle import DRAFT, OPEN_STATES
from petition_proxy.permissions.scope import scope_condition
from petition_proxy.queries.coverage import CoverageFilters, describe_method, read_ground, read_towns
from petition_proxy.queries.directory import is_open
from petition_proxy.queries.workload import TIMED_STATES


def map_data(filters: CoverageFilters) -> dict[str, Any]:
	"""Everything on the map.

	Returns:
		`settlements`: [name, title, village, town, latitude, longitude, people, state, agent name or None, metres or
		None], the state a number in `states`; `points`: [name, title, village, latitude, longitude]; `agents`: [name,
		title, latitude, longitude]; `cases`: as `cases_by_village`; `unknown`: settlements without a position; `agents_unknown`; `towns`; `counts`;
		`method`: a sentence; `limit`: metres in a straight line; `tile_url`, `attribution`.
	"""
	ground = read_ground(filters)
	reaches = ground.reaches()
	names = {agent.name: agent.agent_name for agent in ground.agents}
	number_of = {state: number for number, state in enumerate(STATES)}
	settlements, unknown = [], []
	for row, spot, reach in zip(ground.settlements, ground.spots, reaches, strict=True):
		title = [row.name, row.settlement_name, row.village_name, row.town_name]
		if spot.position is None:
			unknown.append([*title, reach.people, number_of[reach.state]])
			continue
		metres = None if reach.path_metres is None else round(reach.path_metres)
		settlements.append(
			[*title, *spot.position, reach.people, number_of[reach.state], names.get(reach.agent), metres]
		)
	count = count_coverage(reaches)
	settings = frappe.get_cached_doc("Petition Proxy Settings")
	return {
		"settlements": settlements,
		"unknown": unknown,
		"points": _open_points(filters),
		"agents": [[a.name, a.agent_name, *a.position] for a in ground.agents if a.position],
		"cases": cases_by_village(filters, ground, now_datetime()),
		"agents_unknown": sum(agent.position is None for agent in ground.agents),
		"towns": [[town.name, town.region_name] for town in read_towns(filters.district)],
		"states": list(STATES),
		"counts": {**vars(count), "settlement_rate": count.settlement_rate, "people_rate": count.people_rate},
		"method": describe_method(ground, filters.on),
		"limit": ground.method.straight_limit,
		"tile_url": settings.map_tile_url or "",
		"attribution": settings.map_attribution or "",
	}


def cases_by_village(filters: CoverageFilters, ground: Any, now: datetime) -> list[list]:
	"""Open cases of each village with a place on the map, of those the session's user may see.

	Args:
		filters: town and district of the map.
		ground: what `read_ground` gave for them.
		now: moment to which lateness refers.

	Returns:
		[village, name, town's name, latitude, longitude, open cases, late ones]; the place is the middle of the village's
		settlements. Nothing for who may not read petitions.
	"""
	if not frappe.has_permission("Petition", "read"):
		return []
	petition = DocType("Petition")
	is_late = petition.workflow_state.isin(TIMED_STATES) & (petition.due_at < now.replace(microsecond=0))
	query = (
		frappe.qb.from_(petition)
		.select(petition.village, Count("*"), Sum(Case().when(is_late, 1).else_(0)))
		.where(petition.workflow_state.isin(sorted(OPEN_STATES - {DRAFT})))
		.groupby(petition.village)
	)
	for column in ("district", "town"):
		if value := getattr(filters, column):
			query = query.where(petition[column] == value)
	scope = scope_condition(petition)
	counted = {row[0]: row[1:] for row in (query.where(scope) if scope is not None else query).run()}
	places: dict[str, list] = {}
	for row, spot in zip(ground.settlements, ground.spots, strict=True):
		if spot.position and row.village in counted:
			places.setdefault(row.village, []).append((row, spot.position))
	return [
		[
			village,
			found[0][0].village_name,
			found[0][0].town_name,
			sum(position[0] for _row, position in found) / len(found),
			sum(position[1] for _row, position in found) / len(found),
			counted[village][0],
			int(counted[village][1] or 0),
		]
		for village, found in sorted(places.items())
	]


def _open_points(filters: CoverageFilters) -> list[list]:
	point, village = DocType("Service Point"), DocType("Region").as_("village")
	query = (
		frappe.qb.from_(point)
		.left_join(village)
		.on(village.name == point.village)
		.select(point.name, point.point_name, village.region_name, point.latitude, point.longitude)
		.where(is_open(point, filters.on) & (point.latitude != 0) & (point.longitude != 0))
		.orderby(point.name)
	)
	if filters.district:
		query = query.where(point.district == filters.district)
	if filters.town:
		query = query.where(point.town == filters.town)
	return [list(row) for row in query.run()]
