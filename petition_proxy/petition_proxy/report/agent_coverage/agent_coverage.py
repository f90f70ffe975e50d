from typing import Any

import frappe
from frappe import _

from petition_proxy.domain.coverage import CoverageCount, count_coverage
from petition_proxy.queries.coverage import CoverageFilters, coverage_by_town, describe_method, read_ground
from petition_proxy.utils.columns import bar_chart, count_column, rate_column, show_rate, text_column


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Columns, a row per town with a total, the method, and the share of people as a pie of its own."""
	asked = CoverageFilters.read(filters)
	ground = read_ground(asked)
	rows = [_row(entry) for entry in coverage_by_town(asked, ground)]
	chart = bar_chart(
		[row["town_name"] for row in rows],
		(_("Covered"), [row["covered"] for row in rows]),
		(_("Not Covered"), [row["uncovered"] for row in rows]),
	)
	if rows:
		total = {"town_name": _("Total"), "agents": sum(row["agents"] for row in rows)}
		rows.append({**_row({**total, "count": count_coverage(ground.reaches())}), "is_total": 1, "bold": 1})
	return get_columns(), rows, _message(describe_method(ground, asked.on)), chart


def get_columns() -> list[dict[str, Any]]:
	"""Towns, settlements by state, people by state."""
	return [
		text_column("town_name", _("Town or Street"), 170),
		count_column("agents", _("Agents on Duty")),
		count_column("settlements", _("Settlements")),
		count_column("covered", _("Covered")),
		count_column("uncovered", _("Not Covered")),
		count_column("unknown", _("Position Unknown")),
		rate_column("settlement_rate", _("Settlements Covered")),
		count_column("people", _("People", context="Settlement")),
		count_column("people_covered", _("People Covered")),
		count_column("people_uncovered", _("People Not Covered")),
		count_column("people_unknown", _("People, Position Unknown")),
		rate_column("people_rate", _("Share of People")),
	]


def _row(entry: dict[str, Any]) -> dict[str, Any]:
	count: CoverageCount = entry["count"]
	return {
		"town": entry.get("town"),
		"town_name": entry["town_name"],
		"agents": entry["agents"],
		**vars(count),
		"settlement_rate": show_rate(count.settlement_rate),
		"people_rate": show_rate(count.people_rate),
	}


def _message(text: str) -> str:
	return f'<span class="text-muted">{frappe.utils.escape_html(text)}</span>'
