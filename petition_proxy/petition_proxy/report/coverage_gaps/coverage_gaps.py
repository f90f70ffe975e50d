from typing import Any

import frappe
from frappe import _

from petition_proxy.queries.coverage import CoverageFilters, coverage_gaps, describe_method, read_ground
from petition_proxy.utils.columns import count_column, text_column


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Columns, a row per settlement without an agent in reach or without a position, and the method."""
	asked = CoverageFilters.read(filters)
	ground = read_ground(asked)
	rows = coverage_gaps(ground)
	for row in rows:
		state = row["state"]
		row["state_name"] = _(state)
	method = frappe.utils.escape_html(describe_method(ground, asked.on))
	return get_columns(), rows, f'<span class="text-muted">{method}</span>'


def get_columns() -> list[dict[str, Any]]:
	"""The settlement, how many live there, and who is nearest."""
	return [
		text_column("town_name", _("Town or Street"), 150),
		text_column("village_name", _("Village or Community"), 150),
		text_column("settlement_name", _("Settlement"), 180),
		text_column("state_name", _("State", context="Settlement"), 130),
		count_column("people", _("People", context="Settlement")),
		count_column("households", _("Households")),
		text_column("agent_name", _("Nearest Agent"), 130),
		count_column("metres", _("Metres on Foot")),
		count_column("minutes", _("Minutes on Foot")),
	]
