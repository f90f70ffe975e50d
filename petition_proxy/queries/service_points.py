"""Villages and their service points: each village committee must have at least one that is open."""

from collections import defaultdict
from datetime import date
from typing import Any

import frappe
from frappe.query_builder import DocType

from petition_proxy.queries.directory import is_open


def points_by_village(on: date, district: str | None = None, town: str | None = None) -> list[dict[str, Any]]:
	"""One row per village with its open points, in two statements.

	Args:
		on: the day for which opening counts.
		district: only this one.
		town: only this one.

	Returns:
		Dicts with village, town, their names, `points` (rows with name, point_name, phone, opening_hours, equipment,
		address), in the order of the region codes.
	"""
	village, above = DocType("Region").as_("village"), DocType("Region").as_("town")
	query = (
		frappe.qb.from_(village)
		.join(above)
		.on(above.name == village.town)
		.select(village.name.as_("village"), village.region_name.as_("village_name"))
		.select(above.name.as_("town"), above.region_name.as_("town_name"))
		.where(village.level == "Village")
		.where(village.valid_to.isnull() | (village.valid_to >= on))
		.orderby(village.name)
	)
	if district:
		query = query.where(village.district == district)
	if town:
		query = query.where(village.town == town)
	points = _open_points(on, district, town)
	return [{**row, "points": points[row.village]} for row in query.run(as_dict=True)]


def _open_points(on: date, district: str | None, town: str | None) -> dict[str, list[frappe._dict]]:
	point = DocType("Service Point")
	query = (
		frappe.qb.from_(point)
		.select(
			point.village,
			point.name,
			point.point_name,
			point.phone,
			point.opening_hours,
			point.equipment,
			point.address,
		)
		.where(is_open(point, on))
		.orderby(point.village, point.point_name)
	)
	if district:
		query = query.where(point.district == district)
	if town:
		query = query.where(point.town == town)
	by_village: dict[str, list[frappe._dict]] = defaultdict(list)
	for row in query.run(as_dict=True):
		by_village[row.village].append(row)
	return by_village
