from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, getdate

from petition_proxy.domain.coverage import rate
from petition_proxy.queries.service_points import points_by_village
from petition_proxy.utils.columns import count_column, show_rate, text_column


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Columns, a row per village, and the share of villages with an open point."""
	filters = filters or {}
	district = frappe.db.get_single_value("Petition Proxy Settings", "district")
	villages = points_by_village(getdate(filters.get("on") or None), district, filters.get("town") or None)
	with_point = sum(bool(village["points"]) for village in villages)
	summary = [
		{"label": _("Villages"), "value": len(villages), "datatype": "Int"},
		{"label": _("With an Open Point"), "value": with_point, "datatype": "Int", "indicator": "Green"},
		{
			"label": _("Without an Open Point"),
			"value": len(villages) - with_point,
			"datatype": "Int",
			"indicator": "Red" if with_point < len(villages) else "Green",
		},
		{
			"label": _("Share of Villages"),
			"value": show_rate(rate(with_point, len(villages))).strip(),
			"datatype": "Data",
		},
	]
	if cint(filters.get("only_without")):
		villages = [village for village in villages if not village["points"]]
	return get_columns(), [_row(village) for village in villages], None, None, summary


def get_columns() -> list[dict[str, Any]]:
	"""The village and its points, one beside the other."""
	return [
		text_column("town_name", _("Town or Street"), 150),
		text_column("village_name", _("Village or Community"), 150),
		count_column("open_points", _("Open Points")),
		text_column("point_name", _("Service Point"), 230),
		text_column("phone", _("Phone"), 140),
		text_column("opening_hours", _("Opening Hours"), 200),
		text_column("missing", _("Missing", context="Service Point"), 220),
	]


def _row(village: dict[str, Any]) -> dict[str, Any]:
	points = village["points"]
	row = {**village, "open_points": len(points)}
	for field in ("point_name", "phone", "opening_hours"):
		row[field] = " / ".join(point[field] for point in points if point[field])
	wanted = (
		("address", _("Address")),
		("phone", _("Phone")),
		("opening_hours", _("Opening Hours")),
		("equipment", _("Equipment")),
	)
	# a sign, contact data and equipment belong to every point
	missing = [label for field, label in wanted if any(not point[field] for point in points)]
	row["missing"] = _("Service Point") if not points else " / ".join(missing)
	return row
