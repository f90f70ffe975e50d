from datetime import timedelta
from typing import Any

from frappe import _
from frappe.utils import getdate

from petition_proxy.printing.paper import place_name
from petition_proxy.queries.drafts import count_drafts
from petition_proxy.utils.client_values import read_day
from petition_proxy.utils.columns import count_column, text_column

DAYS = 90


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""What agents began to write down and have not filed (art. 44: nothing silently unregistered); numbers alone."""
	asked = filters or {}
	to_date = read_day(asked["to_date"]) if asked.get("to_date") else getdate()
	from_date = read_day(asked["from_date"]) if asked.get("from_date") else to_date - timedelta(days=DAYS - 1)
	rows = count_drafts(from_date, to_date, asked.get("town") or None)
	for row in rows:
		row["town_name"], row["village_name"] = place_name(row["town"]), place_name(row["village"])
		row["oldest"] = getdate(row["oldest"]) if row["oldest"] else None
	summary = [
		_number(_("Open Drafts"), sum(row["open"] for row in rows), "Blue"),
		_number(_("Given Up"), sum(row["given_up"] for row in rows), "Orange"),
		_number(_("Ended Untouched"), sum(row["expired"] for row in rows), "Red"),
	]
	return get_columns(), rows, None, None, summary


def get_columns() -> list[dict[str, Any]]:
	"""Place, agent, and how many of each kind."""
	return [
		text_column("town_name", _("Town or Street"), 140),
		text_column("village_name", _("Village or Community"), 140),
		text_column("agent", _("Agent Number"), 170, "Link", options="Proxy Agent"),
		text_column("agent_name", _("Name"), 120),
		count_column("open", _("Open Drafts")),
		text_column("oldest", _("Oldest Begun On"), 130, "Date"),
		count_column("given_up", _("Given Up")),
		count_column("expired", _("Ended Untouched")),
	]


def _number(label: str, value: int, colour: str) -> dict[str, Any]:
	return {"label": label, "value": value, "datatype": "Int", "indicator": colour if value else "Green"}
