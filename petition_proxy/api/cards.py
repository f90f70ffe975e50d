"""Numbers for the desk's cards that a stored filter cannot express."""

import json
from typing import Any

import frappe
from frappe.utils import now_datetime

from petition_proxy.queries.workload import count_late, late_filters


@frappe.whitelist()
@frappe.read_only()
def late_now(filters: str | list | dict | None = None) -> dict[str, Any]:
	"""The card "Late Now": how many visible cases are late, and the list behind the number.

	Args:
		filters: sent by every number card; this one has none.

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


def _as_route_options(filters: list[list]) -> dict[str, list]:
	"""Filters as a desk route takes them: several on one field travel as JSON texts."""
	options: dict[str, list] = {}
	for _doctype, field, operator, value in filters:
		options.setdefault(field, []).append(json.dumps([operator, value]))
	return options
