"""Coverage for the desk: the map, "what if", proposals, and the exchange with a routing engine. Staff only."""

from typing import Any

import frappe
from frappe import _

from petition_proxy.domain.coverage import count_coverage, find_sole_agents
from petition_proxy.imports import walking_import
from petition_proxy.queries import coverage
from petition_proxy.queries.coverage import CoverageFilters
from petition_proxy.queries.coverage_map import map_data
from petition_proxy.utils.client_values import read_names
from petition_proxy.utils.texts import plain_texts

MOST_PROPOSALS = 50
MOST_LEAVING = 100


@frappe.whitelist()
@frappe.read_only()
def coverage_map(town: str | None = None, on: str | None = None, is_elderly: bool = False) -> dict[str, Any]:
	"""Settlements, service points and agents with their places, for the map.

	Args:
		town: only the settlements and points of this town.
		on: the day; today by default.
		is_elderly: with the pace of older people.

	Returns:
		As `queries.coverage_map.map_data`.

	Raises:
		frappe.PermissionError: not staff.
	"""
	return map_data(_read(town, on, is_elderly))


@frappe.whitelist()
@frappe.read_only()
def what_if(
	agents: str | list, town: str | None = None, on: str | None = None, is_elderly: bool = False
) -> list[dict[str, Any]]:
	"""Settlements that would lose their last agent if these agents left.

	Args:
		agents: names of agents, at most a hundred; as JSON text or as a list.
		town: only settlements of this town.
		on: the day; today by default.
		is_elderly: with the pace of older people.

	Returns:
		Dicts with settlement, names, people, the next agent and the way there; most people first.

	Raises:
		frappe.PermissionError: not staff.
		frappe.ValidationError: nobody or too many named.
	"""
	filters = _read(town, on, is_elderly)
	leaving = read_names(agents)
	if not isinstance(leaving, list) or not 0 < len(leaving) <= MOST_LEAVING:
		frappe.throw(_("Choose between one and {0} agents.").format(MOST_LEAVING))
	ground = coverage.read_ground(filters)
	return coverage.name_losses(ground, ground.lost_without([str(name) for name in leaving]))


@frappe.whitelist()
@frappe.read_only()
def sole_agents(
	town: str | None = None, on: str | None = None, is_elderly: bool = False
) -> list[dict[str, Any]]:
	"""The twenty agents whose leaving would hurt most.

	Args:
		town: only settlements of this town.
		on: the day; today by default.
		is_elderly: with the pace of older people.

	Returns:
		Dicts with agent, agent_name, people and settlements that have no other agent in reach.

	Raises:
		frappe.PermissionError: not staff.
	"""
	ground = coverage.read_ground(_read(town, on, is_elderly))
	names = {agent.name: agent.agent_name for agent in ground.agents}
	return [
		{"agent": agent, "agent_name": names[agent], "people": people, "settlements": homes}
		for agent, people, homes in find_sole_agents(ground.reaches())[:20]
	]


@frappe.whitelist()
@frappe.read_only()
def recruit(
	count: int = 10, town: str | None = None, on: str | None = None, is_elderly: bool = False
) -> dict[str, Any]:
	"""Where to recruit next.

	Args:
		count: how many agents, at most fifty.
		town: only settlements of this town.
		on: the day; today by default.
		is_elderly: with the pace of older people.

	Returns:
		`people_rate` covered now, and `proposals` as of `queries.coverage.recruit_proposals`.

	Raises:
		frappe.PermissionError: not staff.
		frappe.ValidationError: count out of range.
	"""
	if not 0 < count <= MOST_PROPOSALS:
		frappe.throw(_("Ask for between one and {0} agents.").format(MOST_PROPOSALS))
	ground = coverage.read_ground(_read(town, on, is_elderly))
	return {
		"people_rate": count_coverage(ground.reaches()).people_rate,
		"proposals": coverage.recruit_proposals(ground, count),
	}


def _read(town: str | None, on: str | None, is_elderly: bool) -> CoverageFilters:
	"""Filters of a question, from staff: agents and petitioners may not take the roster apart."""
	frappe.has_permission("Proxy Agent", "report", throw=True)
	return CoverageFilters.read({"town": town, "on": on, "is_elderly": is_elderly})


# Exchange with a routing engine
# ------------------------------
@frappe.whitelist(methods=["POST"])
@plain_texts
def import_walking_distances(file_url: str) -> dict[str, Any]:
	"""Take over the ways of a CSV or XLSX file. Arguments, result and errors as `walking_import.import_attached`."""
	return walking_import.import_attached(file_url)


@frappe.whitelist()
def routing_points() -> None:
	"""Download the places a routing engine needs, as CSV.

	Sends:
		text/csv: the places.

	Raises:
		frappe.PermissionError: the user may not export agents, whose homes are in it.
	"""
	frappe.has_permission("Proxy Agent", "export", throw=True)
	frappe.has_permission("Walking Distance", "create", throw=True)
	frappe.response["filename"] = "walking-points.csv"
	frappe.response["filecontent"] = walking_import.routing_points_csv()
	frappe.response["type"] = "download"
