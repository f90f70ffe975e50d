from datetime import timedelta
from typing import Any

from frappe import _
from frappe.utils import cint

from petition_proxy.queries.adoption import AdoptionFilters, adoption_by_village, idle_agents
from petition_proxy.utils.columns import bar_chart, count_column, text_column


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Villages week by week, or the agents without a case; the counts of both above them."""
	asked = AdoptionFilters.read(filters)
	villages = adoption_by_village(AdoptionFilters(asked.on, asked.weeks, asked.town))
	agents = idle_agents(asked)
	summary = [
		_number(_("Cases"), sum(row["cases"] for row in villages), "Blue"),
		_number(_("Villages"), len(villages), "Blue"),
		_number(_("Villages Without a Case"), sum(not row["cases"] for row in villages)),
		_number(_("Villages Without an Agent"), sum(not row["agents"] for row in villages)),
		_number(_("Agents Without a Case"), len(agents)),
	]
	if cint((filters or {}).get("show_agents")):
		return get_agent_columns(), agents, None, None, summary
	if asked.only_idle:
		villages = [row for row in villages if not row["cases"] or not row["agents"]]
	for row in villages:
		row.update({f"week_{number}": cases for number, cases in enumerate(row["by_week"])})
	return get_columns(asked), villages, None, _chart(asked, villages), summary


def _chart(asked: AdoptionFilters, villages: list[dict[str, Any]]) -> dict[str, Any] | None:
	"""Cases of all villages, week by week."""
	if not villages:
		return None
	labels = [column.label for column in get_columns(asked) if column.fieldname.startswith("week_")]
	weeks = [sum(row["by_week"][number] for row in villages) for number in range(asked.weeks)]
	return bar_chart(labels, (_("Cases"), weeks))


def get_columns(asked: AdoptionFilters) -> list[dict[str, Any]]:
	"""Place, agents, cases, and a column per week named by its first day."""
	weeks = []
	for number in range(asked.weeks):
		begins = asked.first_day + timedelta(days=7 * number)
		weeks.append(count_column(f"week_{number}", f"{begins.month}-{begins.day:02d}"))
	return [
		text_column("town_name", _("Town or Street"), 140),
		text_column("village_name", _("Village or Community"), 140),
		count_column("agents", _("Agents on Duty")),
		count_column("working_agents", _("With a Case")),
		count_column("cases", _("Cases")),
		count_column("proxied", _("Filed by Agents")),
		text_column("last_case_on", _("Last Case On"), 120, "Date"),
		*weeks,
	]


def get_agent_columns() -> list[dict[str, Any]]:
	"""Who, where, and since when."""
	return [
		text_column("agent", _("Agent Number"), 170, "Link", options="Proxy Agent"),
		text_column("agent_name", _("Name", context="Proxy Agent"), 120),
		text_column("town_name", _("Town or Street"), 150),
		text_column("village_name", _("Village or Community"), 150),
		text_column("on_duty_from", _("On Duty From"), 130, "Date"),
		text_column("last_case_on", _("Last Case On"), 130, "Date"),
		count_column("weeks_idle", _("Weeks Without a Case")),
	]


def _number(label: str, value: int, colour: str | None = None) -> dict[str, Any]:
	colour = colour or ("Orange" if value else "Green")
	return {"label": label, "value": value, "datatype": "Int", "indicator": colour}
