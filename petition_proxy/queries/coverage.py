"""Settlements, agents on duty and ways between them, read set-wise for `domain.coverage`."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import DocType
from frappe.utils import getdate
from pypika.terms import Criterion

from petition_proxy.domain import coverage
from petition_proxy.domain.coverage import Reach, Spot, WalkMethod
from petition_proxy.domain.sphere import PositionError, read_position
from petition_proxy.queries.roster import able_on
from petition_proxy.utils.client_values import read_day
from petition_proxy.utils.errors import domain_errors

ON_DUTY = "On Duty"
AT_HOME, AT_POINT = "home", "point"


@dataclass(frozen=True)
class CoverageFilters:
	"""What a coverage question is about.

	Args:
		on: the day asked about.
		district: region code of a district; None: all.
		town: region code of a town; None: all.
		is_elderly: count with the pace of older people.
	"""

	on: date
	district: str | None = None
	town: str | None = None
	is_elderly: bool = False

	@classmethod
	def read(cls, values: dict[str, Any] | None) -> "CoverageFilters":
		"""Make filters from what a form sends; without a day it is today, without a district that of the settings."""
		values = values or {}
		return cls(
			on=read_day(values["on"]) if values.get("on") else getdate(),
			district=values.get("district")
			or frappe.db.get_single_value("Petition Proxy Settings", "district"),
			town=values.get("town") or None,
			is_elderly=bool(frappe.utils.cint(values.get("is_elderly"))),
		)


@dataclass(frozen=True)
class CoverageGround:
	"""Everything one answer is computed from.

	Args:
		settlements: rows of the settlements asked about, with names of village and town.
		agents: rows of all agents who cover on that day, wherever they live: people cross borders on foot.
		spots: the settlements as the rules want them, in the order of the rows.
		agent_spots: the same for the agents.
		walks: imported ways, settlement to agent to metres.
		method: longest walk.
	"""

	settlements: list[frappe._dict]
	agents: list[frappe._dict]
	spots: list[Spot]
	agent_spots: list[Spot]
	walks: dict[str, dict[str, float]]
	method: WalkMethod

	def reaches(self) -> list[Reach]:
		return coverage.find_coverage(self.spots, self.agent_spots, self.method, self.walks)

	def lost_without(self, leaving: list[str]) -> list[Reach]:
		return coverage.find_lost(self.spots, self.agent_spots, leaving, self.method, self.walks)


def read_ground(filters: CoverageFilters) -> CoverageGround:
	"""Read what is needed for one answer, in five statements at most.

	Places and the roster are known to every office, so no row scope applies; callers check the right to the roster.
	"""
	settlements = _read_settlements(filters)
	agents = agents_covering(filters.on)
	usual = get_method(False)
	return CoverageGround(
		settlements,
		agents,
		[Spot(row.name, _position(row), row.population or 0) for row in settlements],
		[Spot(row.name, row.position) for row in agents],
		_read_walks({row.name for row in settlements}, agents, usual.metres_per_second, filters),
		get_method(filters.is_elderly),
	)


def get_method(is_elderly: bool, settings: Document | None = None) -> WalkMethod:
	"""The walk of the settings; a value that was never saved is the one the field offers.

	Args:
		is_elderly: with the pace of older people.
		settings: the settings being saved; those on file by default.

	Raises:
		frappe.ValidationError: the settings make no sense.
	"""
	settings = settings or frappe.get_cached_doc("Petition Proxy Settings")

	def value(field: str) -> float:
		return frappe.utils.flt(settings.get(field)) or frappe.utils.flt(
			settings.meta.get_field(field).default
		)

	with domain_errors():
		return WalkMethod(
			value("walking_minutes"),
			value("elderly_walking_speed" if is_elderly else "walking_speed"),
			value("detour_factor"),
		)


def describe_method(ground: CoverageGround, on: date) -> str:
	"""The method in a sentence, to stand on every report and map."""
	method = ground.method
	text = _(
		"On {0}: an agent on duty with a valid certificate within {1} minutes on foot at {2} m/s, that is {3} m on "
		"paths. Straight line times {4}, so at most {5} m."
	).format(
		frappe.format(on, "Date"),
		frappe.utils.cint(method.minutes),
		f"{method.metres_per_second:g}",
		round(method.path_limit),
		f"{method.detour:g}",
		round(method.straight_limit),
	)
	measured = sum(len(walks) for walks in ground.walks.values())
	if measured:
		text += " " + _("{0} walking distances of a routing engine were used instead.").format(measured)
	return text


# Agents
# ------
def covers_on(agent, on: date) -> Criterion:
	"""Who covers on a day: on duty, certified and in term on that very day. The only place that says so.

	A past day is answered from the agents' history, so that whoever was suspended, untrained or out of term then does not
	cover, whatever is true today.

	Args:
		agent: the Proxy Agent table of the query.
		on: the day.
	"""
	if on < getdate():
		able = [row["agent"] for row in able_on(on, user="Administrator")]  # places and people alone, no case
		return agent.name.isin(able or [""])
	return (
		(agent.status == ON_DUTY)
		& (agent.on_duty_from.isnull() | (agent.on_duty_from <= on))
		& (agent.certificate_valid_to >= on)  # without a certificate the comparison is not true
	)


def agents_covering(on: date) -> list[frappe._dict]:
	"""All agents who cover on a day, with the place where they are found: their own, else their open service point's,
	else the settlement's they live in.

	Returns:
		Rows with name, agent_name, village, town, service_point, settlement, `position` (None if unknown) and `base`.
	"""
	agent, point, home = DocType("Proxy Agent"), DocType("Service Point"), DocType("Settlement")
	is_open = (point.closed_on.isnull() | (point.closed_on > on)) & (
		point.opened_on.isnull() | (point.opened_on <= on)
	)
	rows = (
		frappe.qb.from_(agent)
		.left_join(point)
		.on((point.name == agent.service_point) & is_open)
		.left_join(home)
		.on(home.name == agent.settlement)
		.select(
			agent.name,
			agent.agent_name,
			agent.village,
			agent.town,
			agent.settlement,
			point.name.as_("service_point"),
			agent.latitude,
			agent.longitude,
			point.latitude.as_("point_latitude"),
			point.longitude.as_("point_longitude"),
			home.latitude.as_("home_latitude"),
			home.longitude.as_("home_longitude"),
		)
		.where(covers_on(agent, on))
		.orderby(agent.name)
		.run(as_dict=True)
	)
	for row in rows:
		own, at_point = _position(row), _position(row, "point_")
		row.position = own or at_point or _position(row, "home_")
		# where imported ways that name no agent lead to this one
		row.base = AT_POINT if not own and row.service_point else AT_HOME
	return rows


def _position(row: frappe._dict, prefix: str = "") -> tuple[float, float] | None:
	try:
		return read_position(row[f"{prefix}latitude"], row[f"{prefix}longitude"])
	except PositionError:
		return None  # from an import that passed the checks by; listed as unknown


# Settlements and ways
# --------------------
def _read_settlements(filters: CoverageFilters) -> list[frappe._dict]:
	home = DocType("Settlement")
	village, town = DocType("Region").as_("village"), DocType("Region").as_("town")
	query = (
		frappe.qb.from_(home)
		.left_join(village)
		.on(village.name == home.village)
		.left_join(town)
		.on(town.name == home.town)
		.select(
			home.name,
			home.settlement_name,
			home.village,
			home.town,
			home.district,
			home.population,
			home.households,
			home.latitude,
			home.longitude,
			village.region_name.as_("village_name"),
			town.region_name.as_("town_name"),
		)
		.orderby(home.village, home.name)
	)
	if filters.district:
		query = query.where(home.district == filters.district)
	if filters.town:
		query = query.where(home.town == filters.town)
	return query.run(as_dict=True)


def _read_walks(
	settlements: set[str], agents: list[frappe._dict], usual_speed: float, filters: CoverageFilters
) -> dict[str, dict[str, float]]:
	"""Imported ways as settlement to agent to metres; one to the agent outranks one to the point or home."""
	walk, home = DocType("Walking Distance"), DocType("Settlement")
	query = (
		frappe.qb.from_(walk)
		.join(home)
		.on(home.name == walk.settlement)
		.select(
			walk.settlement, walk.agent, walk.service_point, walk.to_settlement, walk.metres, walk.minutes
		)
		.orderby(walk.settlement, walk.name)
	)
	if filters.district:
		query = query.where(home.district == filters.district)
	if filters.town:
		query = query.where(home.town == filters.town)
	rows = [row for row in query.run(as_dict=True) if row.settlement in settlements]
	if not rows:
		return {}
	at_point, at_home = defaultdict(list), defaultdict(list)
	for agent in agents:
		if agent.base == AT_POINT:
			at_point[agent.service_point].append(agent.name)
		elif agent.settlement:
			at_home[agent.settlement].append(agent.name)
	walks: dict[str, dict[str, float]] = defaultdict(dict)
	direct: dict[str, dict[str, float]] = defaultdict(dict)
	for row in rows:
		metres = row.metres or row.minutes * 60 * usual_speed
		if row.agent:
			direct[row.settlement][row.agent] = metres
			continue
		group = at_point[row.service_point] if row.service_point else at_home[row.to_settlement]
		walks[row.settlement].update(dict.fromkeys(group, metres))
	for settlement, ways in direct.items():
		walks[settlement].update(ways)
	covering = {agent.name for agent in agents}
	return {
		settlement: {name: metres for name, metres in ways.items() if name in covering}
		for settlement, ways in walks.items()
	}


# Answers
# -------
def coverage_by_town(filters: CoverageFilters, ground: CoverageGround) -> list[dict[str, Any]]:
	"""One row per town with its counts; towns without settlements are there too.

	Returns:
		Dicts with town, town_name, agents, and the fields of `domain.coverage.CoverageCount` under `count`.
	"""
	by_town: dict[str, list[Reach]] = defaultdict(list)
	for row, reach in zip(ground.settlements, ground.reaches(), strict=True):
		by_town[row.town].append(reach)
	agents: dict[str, int] = defaultdict(int)
	for agent in ground.agents:
		agents[agent.town] += 1
	return [
		{
			"town": town.name,
			"town_name": town.region_name,
			"agents": agents[town.name],
			"count": coverage.count_coverage(by_town[town.name]),
		}
		for town in read_towns(filters.district, filters.town)
	]


def read_towns(district: str | None = None, town: str | None = None) -> list[frappe._dict]:
	"""Towns and streets in the order of their codes."""
	conditions = {"level": "Town"}
	if district:
		conditions["district"] = district
	if town:
		conditions["name"] = town
	return frappe.get_all("Region", filters=conditions, fields=["name", "region_name"], order_by="name asc")


def coverage_gaps(ground: CoverageGround) -> list[dict[str, Any]]:
	"""Settlements without an agent in reach, and those of unknown position; most people first."""
	names = {agent.name: agent.agent_name for agent in ground.agents}
	gaps = []
	for row, reach in zip(ground.settlements, ground.reaches(), strict=True):
		if reach.state == coverage.COVERED:
			continue
		gaps.append(
			{
				"settlement": row.name,
				"settlement_name": row.settlement_name,
				"village_name": row.village_name,
				"town_name": row.town_name,
				"state": reach.state,
				"people": reach.people,
				"households": row.households or 0,
				"agent": reach.agent,
				"agent_name": names.get(reach.agent),
				"metres": None if reach.path_metres is None else round(reach.path_metres),
				"minutes": None
				if reach.path_metres is None
				else round(ground.method.minutes_for(reach.path_metres)),
			}
		)
	gaps.sort(key=lambda gap: (gap["state"] != coverage.UNCOVERED, -gap["people"], gap["settlement"]))
	return gaps


def recruit_proposals(ground: CoverageGround, count: int) -> list[dict[str, Any]]:
	"""Where the next agents would give the most people their first one.

	Returns:
		Dicts with settlement, its names, people and settlements gained, and the share of people covered after each.
	"""
	reaches = ground.reaches()
	total = coverage.count_coverage(reaches)
	gaps = [
		spot for spot, reach in zip(ground.spots, reaches, strict=True) if reach.state == coverage.UNCOVERED
	]
	rows = {row.name: row for row in ground.settlements}
	covered, proposals = total.people_covered, []
	for proposal in coverage.propose_recruits(gaps, ground.method, count):
		covered += proposal.people
		row = rows[proposal.settlement]
		proposals.append(
			{
				"settlement": row.name,
				"settlement_name": row.settlement_name,
				"village_name": row.village_name,
				"town_name": row.town_name,
				"people": proposal.people,
				"settlements": [rows[name].settlement_name for name in proposal.settlements],
				"people_rate": coverage.rate(covered, total.people),
			}
		)
	return proposals


def name_losses(ground: CoverageGround, losses: list[Reach]) -> list[dict[str, Any]]:
	"""What `CoverageGround.lost_without` found, with the names people know."""
	rows = {row.name: row for row in ground.settlements}
	names = {agent.name: agent.agent_name for agent in ground.agents}
	return [
		{
			"settlement": loss.settlement,
			"settlement_name": rows[loss.settlement].settlement_name,
			"village_name": rows[loss.settlement].village_name,
			"town_name": rows[loss.settlement].town_name,
			"people": loss.people,
			"agent_name": names.get(loss.agent),
			"metres": None if loss.path_metres is None else round(loss.path_metres),
		}
		for loss in losses
	]
