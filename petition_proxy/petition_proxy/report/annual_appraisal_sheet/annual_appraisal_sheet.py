from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, getdate

from petition_proxy.domain.standing import figure_text
from petition_proxy.queries.agents_standing import (
	SHEET_CODES,
	agents_in_place,
	figures_by_agent,
	year_of,
)
from petition_proxy.queries.indicators import AGENT, for_level


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""One line per public-staff agent for a year: counts, timeliness and ratings, for the yearly appraisal, and no money."""
	filters = filters or {}
	period = year_of(cint(filters.get("year")) or getdate().year - 1)
	agents = agents_in_place(filters.get("town"), is_public_staff=True, on=period.last)
	figures = figures_by_agent(period)
	rows = []
	for agent in agents:
		values = figures.get(agent.name, {})
		row = {
			"agent": agent.name,
			"agent_name": agent.agent_name,
			"agent_class": _(agent.agent_class),
			"town": agent.town_name,
			"village": agent.village_name,
			"status": _(agent.status, context="Proxy Agent"),
		}
		for code in SHEET_CODES:
			row[frappe.scrub(code)] = figure_text(values.get(code, (0, None if code == "Filed" else 0)))
		rows.append(row)
	return get_columns(), rows


def get_columns() -> list[dict[str, Any]]:
	"""The person, then what the year brought."""
	columns = [
		_column("agent", _("Proxy Agent"), 140, fieldtype="Link", options="Proxy Agent"),
		_column("agent_name", _("Agent Name"), 120),
		_column("agent_class", _("Agent Class"), 140),
		_column("town", _("Town or Street"), 120),
		_column("village", _("Village"), 120),
		_column("status", _("Status"), 90),
	]
	known = {i.code for i in for_level(AGENT)}
	return columns + [
		_column(frappe.scrub(code), _(code), 120, align="right") for code in SHEET_CODES if code in known
	]


def _column(fieldname: str, label: str, width: int, **values: Any) -> dict[str, Any]:
	return frappe._dict(fieldname=fieldname, label=label, width=width, **{"fieldtype": "Data", **values})
