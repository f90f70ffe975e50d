"""Numbers for the desk's cards that a stored filter cannot express."""

import json
from typing import Any

import frappe
from frappe.utils import now_datetime

from petition_proxy.domain.standing import NO_RATE
from petition_proxy.queries import catalogue
from petition_proxy.queries.figure_filters import FigureFilters, read_codes
from petition_proxy.queries.sources import TOTAL
from petition_proxy.queries.workload import count_late, late_filters
from petition_proxy.utils.client_values import read_mapping


@frappe.whitelist()
@frappe.read_only()
def late_now(filters: str | list | dict | None = None) -> dict[str, Any]:
	"""The card "Late Now": how many visible cases are late, and the list behind the number.

	Args:
		filters: sent by every number card; this one has none.

	Returns:
		`value`, and where the card leads: `route` and `route_options`.

	Raises:
		frappe.PermissionError: the user may not read petitions.
	"""
	frappe.has_permission("Petition", "read", throw=True)
	now = now_datetime()
	return {
		"value": count_late(now),
		"fieldtype": "Int",
		"route": ["List", "Petition", "List"],
		"route_options": _as_route_options(late_filters(now)),
	}


@frappe.whitelist()
@frappe.read_only()
def indicator_now(filters: str | list | dict | None = None) -> dict[str, Any] | str:
	"""One indicator of the present quarter up to today, over all the user may see, and the report behind it.

	Args:
		filters: the card's own: `indicator` (a code of the catalogue), and `report` to open.

	Returns:
		Number or text of the card and where it leads; a bare dash where there is nothing to measure, because the card would
		take a text without a digit for a number and break.

	Raises:
		frappe.PermissionError: the user may not read petitions.
		frappe.ValidationError: no such indicator.
	"""
	frappe.has_permission("Petition", "read", throw=True)
	asked = read_mapping(filters if isinstance(filters, (str, dict)) else None)
	(code,) = read_codes([asked.get("indicator") or ""])
	question = FigureFilters.read(None, TOTAL)
	indicator = catalogue.BY_CODE[code]
	figure = catalogue.read_total([code], question.ask())[code]
	value = indicator.value(figure)
	if value is None:
		return NO_RATE
	is_rate = indicator.kind == catalogue.RATE and indicator.of
	return {
		# the very digits of the report; the card itself adds the sign, and breaks over a text that has one
		"value": float(indicator.text(figure).rstrip("%")) if is_rate else value,
		"fieldtype": "Percent" if is_rate else "Int" if indicator.kind == catalogue.NUMBER else "Float",
		"precision": 1,
		"route": ["query-report", asked.get("report") or "Indicators by Place"],
		"route_options": question.as_route(),
	}


def _as_route_options(filters: list[list]) -> dict[str, list]:
	"""Filters as a desk route takes them: several on one field travel as JSON texts."""
	options: dict[str, list] = {}
	for _doctype, field, operator, value in filters:
		options.setdefault(field, []).append(json.dumps([operator, value]))
	return options
