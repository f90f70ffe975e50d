"""What anyone may know of agents and service points: the public directory, page and hall sheet alike.

Asked by the name of a place, never by a number that could be counted up. An agent's own position is never used here:
distances to it, asked from three places, would tell where the agent lives.
"""

import re
from collections import defaultdict
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import DocType
from frappe.utils import getdate
from pypika.terms import Criterion

from petition_proxy.domain.sphere import PointIndex, read_position
from petition_proxy.queries.coverage import covers_on
from petition_proxy.utils.village_pages import forget_pages, page_key

MIN_LETTERS = 2
MAX_LETTERS = 40
MAX_PLACES = 20
MAX_AGENTS = 30
MAX_NEARBY = 5
NEARBY_METRES = 30_000
CACHE_SECONDS = 15 * 60


class DirectoryQuestionError(frappe.ValidationError):
	"""The question names no place."""


# Finding a village
# -----------------
def clean_name(text: str | None) -> str:
	"""The letters and digits of what somebody typed; signs that a search would take for wildcards are gone."""
	return re.sub(r"[\W_]+", "", text or "")[:MAX_LETTERS]


def find_villages(text: str | None) -> tuple[list[frappe._dict], bool]:
	"""Villages by their own name, their town's, or that of a settlement or service point in them.

	Args:
		text: what somebody typed.

	Returns:
		Rows with village_name, town_name and place (what matched, if not the village itself); and whether there
		are more than are shown.

	Raises:
		DirectoryQuestionError: fewer than two letters.
	"""
	name = clean_name(text)
	if len(name) < MIN_LETTERS:
		raise DirectoryQuestionError(
			_("Type at least two characters of the name of your village or community.")
		)
	pattern = f"%{name}%"
	found: dict[str, frappe._dict] = {}
	for rows in (
		_by_region(pattern),
		_by_place(pattern, "Settlement", "settlement_name"),
		_by_point(pattern),
	):
		for row in rows:
			found.setdefault(row.pop("village"), row)
	rows = sorted(found.values(), key=lambda row: (row.place is not None, row.town_code, row.village_name))
	return rows[:MAX_PLACES], len(rows) > MAX_PLACES


def _villages():
	village, town = DocType("Region").as_("village"), DocType("Region").as_("town")
	query = (
		frappe.qb.from_(village)
		.join(town)
		.on(town.name == village.town)
		.select(
			village.name.as_("village"),
			village.region_name.as_("village_name"),
			town.region_name.as_("town_name"),
		)
		.select(town.name.as_("town_code"))
		.where((village.level == "Village") & _is_valid(village, getdate()))
		.orderby(village.name)
	)
	return query, village, town


def _is_valid(region, on: date) -> Criterion:
	return region.valid_to.isnull() | (region.valid_to >= on)


def _by_region(pattern: str) -> list[frappe._dict]:
	query, village, town = _villages()
	rows = (
		query.where(village.region_name.like(pattern) | town.region_name.like(pattern))
		.limit(MAX_PLACES + 1)
		.run(as_dict=True)
	)
	return [frappe._dict(row, place=None) for row in rows]


def _by_place(pattern: str, doctype: str, field: str) -> list[frappe._dict]:
	query, village, _town = _villages()
	place = DocType(doctype)
	return (
		query.join(place)
		.on(place.village == village.name)
		.select(place[field].as_("place"))
		.where(place[field].like(pattern))
		.limit(MAX_PLACES + 1)
		.run(as_dict=True)
	)


def _by_point(pattern: str) -> list[frappe._dict]:
	query, village, _town = _villages()
	point = DocType("Service Point")
	return (
		query.join(point)
		.on(point.village == village.name)
		.select(point.point_name.as_("place"))
		.where((point.point_name.like(pattern) | point.address.like(pattern)) & is_open(point, getdate()))
		.limit(MAX_PLACES + 1)
		.run(as_dict=True)
	)


def is_open(point, on: date) -> Criterion:
	"""Service points that are open on a day."""
	return (point.opened_on.isnull() | (point.opened_on <= on)) & (
		point.closed_on.isnull() | (point.closed_on > on)
	)


# One village
# -----------
def village_page(town_name: str | None, village_name: str | None) -> dict[str, Any] | None:
	"""Agents and service points of one village, by the two names that tell it apart.

	Returns:
		Dict as of `read_villages`; None if there is no such village.
	"""
	query, village, town = _villages()
	rows = query.where(
		(village.region_name == (village_name or "")) & (town.region_name == (town_name or ""))
	).run(as_dict=True)
	if not rows:
		return None
	key = page_key(rows[0].village, getdate())
	page = frappe.cache.get_value(key, expires=True)
	if page is None:
		page = read_villages(getdate(), village=rows[0].village)[0]
		frappe.cache.set_value(key, page, expires_in_sec=CACHE_SECONDS)
	return page


def forget_villages(doc: Document) -> None:
	"""Let the directory read a village anew after a record of it changed, also the village it has left.

	A consent taken back is honoured with the next visit, not when a cached page runs out.
	"""
	before = doc.get_doc_before_save()
	forget_pages({doc.get("village"), before.get("village") if before else None})


def read_villages(
	on: date,
	village: str | None = None,
	town: str | None = None,
	district: str | None = None,
	max_agents: int | None = MAX_AGENTS,
) -> list[dict[str, Any]]:
	"""The public part of villages, in three statements whatever their number.

	Args:
		on: day for which duty, certificates and opening count.
		village: only this one.
		town: only the villages of this town.
		district: only the villages of this district.
		max_agents: so many of a village; None for all, which is for staff only.

	Returns:
		Dicts with village_name, town_name, `points` (point_name, address, phone, opening_hours), `agents`
		(agent_name, agent_class and what may be published of duty_phone, phone, email, address, point_name) and
		`has_more`.
	"""
	query, table, _town = _villages()
	for column, value in ((table.name, village), (table.town, town), (table.district, district)):
		if value:
			query = query.where(column == value)
	villages = query.run(as_dict=True)
	codes = [row.village for row in villages]
	points, agents = _public_points(codes, on), _public_agents(codes, on)
	return [
		{
			"village_name": row.village_name,
			"town_name": row.town_name,
			"points": points[row.village],
			"agents": agents[row.village][:max_agents],
			"has_more": max_agents is not None and len(agents[row.village]) > max_agents,
		}
		for row in villages
	]


def _public_points(villages: list[str], on: date) -> dict[str, list[dict[str, Any]]]:
	point = DocType("Service Point")
	by_village: dict[str, list[dict[str, Any]]] = defaultdict(list)
	if not villages:
		return by_village
	rows = (
		frappe.qb.from_(point)
		.select(point.village, point.point_name, point.address, point.phone, point.opening_hours)
		.where(point.village.isin(villages) & is_open(point, on))
		.orderby(point.village, point.point_name)
		.run(as_dict=True)
	)
	for row in rows:
		by_village[row.pop("village")].append(dict(row))
	return by_village


def _public_agents(villages: list[str], on: date) -> dict[str, list[dict[str, Any]]]:
	"""Only who is on duty and certified; a contact field only with its own tick and a dated consent."""
	agent, point = DocType("Proxy Agent"), DocType("Service Point")
	by_village: dict[str, list[dict[str, Any]]] = defaultdict(list)
	if not villages:
		return by_village
	rows = (
		frappe.qb.from_(agent)
		.left_join(point)
		.on((point.name == agent.service_point) & is_open(point, on))
		.select(
			agent.village,
			agent.agent_name,
			agent.agent_class,
			agent.duty_phone,
			agent.public_phone,
			agent.email,
			agent.public_address,
			agent.publish_phone,
			agent.publish_email,
			agent.publish_address,
			agent.publish_consent_on,
			point.point_name,
		)
		.where(agent.village.isin(villages) & covers_on(agent, on))
		.orderby(agent.village, agent.agent_name, agent.name)
		.run(as_dict=True)
	)
	for row in rows:
		by_village[row.village].append(_public_agent(row, on))
	return by_village


def _public_agent(row: frappe._dict, on: date) -> dict[str, Any]:
	has_consented = bool(row.publish_consent_on and row.publish_consent_on <= on)

	def if_agreed(tick: str, field: str) -> str | None:
		return (row[field] or None) if has_consented and row[tick] else None

	return {
		"agent_name": row.agent_name,
		"agent_class": row.agent_class,
		"point_name": row.point_name,
		"duty_phone": row.duty_phone or None,
		"phone": if_agreed("publish_phone", "public_phone"),
		"email": if_agreed("publish_email", "email"),
		"address": if_agreed("publish_address", "public_address"),
	}


# Near a phone
# ------------
def nearby_points(latitude: float, longitude: float) -> list[dict[str, Any]]:
	"""The nearest open service points.

	Args:
		latitude: of the person asking, in degrees.
		longitude: the same.

	Returns:
		Dicts with point_name, address, phone, opening_hours, village_name, town_name and metres (to the next hundred).

	Raises:
		petition_proxy.domain.sphere.PositionError: not a place on Earth.
	"""
	here = read_position(latitude, longitude)
	if here is None:
		return []
	query, village, _town = _villages()
	point = DocType("Service Point")
	rows = (
		query.join(point)
		.on(point.village == village.name)
		.select(point.point_name, point.address, point.phone, point.opening_hours)
		.select(point.latitude, point.longitude)
		.where(is_open(point, getdate()))
		.orderby(point.name)
		.run(as_dict=True)
	)
	index = PointIndex(_known_position(row) for row in rows)
	fields = ("point_name", "address", "phone", "opening_hours", "village_name", "town_name")
	return [
		{**{field: rows[number][field] for field in fields}, "metres": max(100, round(metres, -2))}
		for metres, number in index.nearest(here, MAX_NEARBY)
		if metres <= NEARBY_METRES
	]


def _known_position(row: frappe._dict) -> tuple[float, float] | None:
	in_range = abs(row.latitude or 0) <= 90 and abs(row.longitude or 0) <= 180
	return read_position(row.latitude, row.longitude) if in_range else None


# For the page
# ------------
def town_choices() -> list[str]:
	"""Names of the towns, for people who would rather choose than type."""
	return [
		row.region_name
		for row in frappe.get_all(
			"Region", filters={"level": "Town"}, fields=["region_name"], order_by="name asc"
		)
	]


def villages_of(town_name: str) -> list[str]:
	"""Names of the villages of a town: administrative divisions, public anyway."""
	query, _village, town = _villages()
	return [row.village_name for row in query.where(town.region_name == town_name).run(as_dict=True)]


def points_of_town(town_name: str, on: date) -> list[dict[str, Any]]:
	"""Villages of a town that have an open service point, with their points.

	Args:
		town_name: name of the town.
		on: day for which opening counts.

	Returns:
		Dicts with village_name and `points` (point_name, address, phone, opening_hours).
	"""
	query, _village, town = _villages()
	villages = query.where(town.region_name == town_name).run(as_dict=True)
	points = _public_points([row.village for row in villages], on)
	return [
		{"village_name": row.village_name, "points": points[row.village]}
		for row in villages
		if points[row.village]
	]


def phone_link(text: str | None) -> str:
	"""What a phone can dial, of a number as it was typed."""
	return re.sub(r"[^\d+]", "", text or "")
