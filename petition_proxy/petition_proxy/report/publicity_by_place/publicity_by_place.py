from typing import Any

from frappe import _

from petition_proxy.queries.publicity import BY_FORM, BY_VILLAGE, NOTHING, PublicityFilters, publicity
from petition_proxy.utils.columns import bar_chart, count_column, text_column


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Columns, a row per town, village or form, and a total."""
	asked = PublicityFilters.read(filters)
	rows = publicity(asked)
	chart = _chart(rows, asked.group_by)
	if rows and not asked.only_never_reached:
		total = {field: sum(row[field] for row in rows) for field in NOTHING if field != "last_held_on"}
		days = [row["last_held_on"] for row in rows if row["last_held_on"]]
		name = "form" if asked.group_by == BY_FORM else "town_name"
		rows.append(
			{name: _("Total"), **total, "last_held_on": max(days, default=None), "is_total": 1, "bold": 1}
		)
	if asked.group_by == BY_FORM:
		for row in rows:
			form = row["form"]
			row["form"] = _(form)
	return get_columns(asked.group_by), rows, None, chart


def _chart(rows: list[dict[str, Any]], group_by: str) -> dict[str, Any] | None:
	"""Copies and people, where most was done."""
	shown = sorted((row for row in rows if row["events"]), key=lambda row: -row["events"])[:24]
	if group_by == BY_FORM:
		labels = [_(form) for form in [row["form"] for row in shown]]
	else:
		labels = [row.get("village_name") or row.get("town_name") or "" for row in shown]
	return bar_chart(
		labels,
		(_("Copies Given Out"), [row["copies"] for row in shown]),
		(_("People Reached"), [row["people_reached"] for row in shown]),
	)


def get_columns(group_by: str) -> list[dict[str, Any]]:
	"""What the lines stand for, then the three sums and the last day."""
	if group_by == BY_FORM:
		first = [text_column("form", _("Form of Publicity"), 200)]
	else:
		first = [text_column("town_name", _("Town or Street"), 170)]
		if group_by == BY_VILLAGE:
			first.append(text_column("village_name", _("Village or Community"), 170))
	return [
		*first,
		count_column("events", _("Events", context="Publicity Event")),
		count_column("copies", _("Copies Given Out")),
		count_column("people_reached", _("People Reached")),
		text_column("last_held_on", _("Last Held On"), 140, "Date"),
	]
