from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, getdate, now_datetime

from petition_proxy.domain.standing import figure_text
from petition_proxy.petition_proxy.doctype.quarterly_bulletin.figures import read_standing_rules
from petition_proxy.queries.agents_standing import agents_in_place, figures_by_agent, rules_met
from petition_proxy.queries.indicators import AGENT, Period, for_level


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""How agents stand: for one agent what counts and why, line by line; without one a line per agent."""
	filters = frappe._dict(filters or {})
	last = getdate(filters.to_date) if filters.to_date else getdate()
	first = getdate(filters.from_date) if filters.from_date else add_days(last, -90)
	if first > last:
		frappe.throw(_("The first day lies after the last one. Choose an earlier first day."))
	period = Period(first, last, now_datetime())
	agents = agents_in_place(filters.town, agent=filters.agent)
	figures = figures_by_agent(period, filters.agent)
	if filters.agent:
		return _card_columns(), _card(agents, figures, period)
	rules = read_standing_rules()
	return _list_columns(), [_line(agent, figures.get(agent.name, {}), period, rules) for agent in agents]


def _card(agents, figures, period) -> list[dict[str, Any]]:
	if not agents:
		return []
	values = figures.get(agents[0].name, {})
	met = rules_met(read_standing_rules(), values, period.last)
	rows = []
	for indicator in for_level(AGENT):
		figure = values.get(indicator.code, (0, 0 if indicator.of else None))
		rules = met.get(indicator.code, [])
		rows.append(
			{
				"indicator": _(indicator.code),
				"figure": figure_text(figure),
				"counted": figure[0],
				"of": figure[1],
				"why": _(indicator.meaning),
				"proposed": ", ".join(f"{_(r.consequence)} ({r.name})" for r in rules),
			}
		)
	return rows


def _line(agent, values, period, rules) -> dict[str, Any]:
	row = {"agent": agent.name, "agent_name": agent.agent_name, "village": agent.village_name}
	for indicator in for_level(AGENT):
		figure = values.get(indicator.code, (0, 0 if indicator.of else None))
		row[frappe.scrub(indicator.code)] = figure_text(figure)
	met = rules_met(rules, values, period.last)
	row["proposed"] = ", ".join(_(r.consequence) for found in met.values() for r in found)
	return row


def _card_columns() -> list[dict[str, Any]]:
	return [
		_column("indicator", _("Indicator"), 160),
		_column("figure", _("Figure"), 100, align="right"),
		_column("counted", _("Counted"), 90, fieldtype="Int"),
		_column("of", _("Of"), 90, fieldtype="Int"),
		_column("why", _("What Counts"), 420),
		_column("proposed", _("Proposed by Rule"), 220),
	]


def _list_columns() -> list[dict[str, Any]]:
	return [
		_column("agent", _("Proxy Agent"), 140, fieldtype="Link", options="Proxy Agent"),
		_column("agent_name", _("Agent Name"), 120),
		_column("village", _("Village"), 120),
		*(_column(frappe.scrub(i.code), _(i.code), 120, align="right") for i in for_level(AGENT)),
		_column("proposed", _("Proposed by Rule"), 160),
	]


def _column(fieldname: str, label: str, width: int, **values: Any) -> dict[str, Any]:
	return frappe._dict(fieldname=fieldname, label=label, width=width, **{"fieldtype": "Data", **values})
