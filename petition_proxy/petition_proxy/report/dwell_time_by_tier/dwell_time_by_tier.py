from typing import Any

import frappe
from frappe import _
from frappe.utils import now_datetime

from petition_proxy.queries.dwell import tier_figures
from petition_proxy.queries.timeliness import CaseFilters
from petition_proxy.utils.columns import bar_chart

NOTHING = "—"


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Columns and a row per tier: how many cases stood there, how many still do, and for how long."""
	rows = tier_figures(CaseFilters.read(filters), now_datetime())
	chart = bar_chart(
		[_(tier) for tier in (row["tier"] for row in rows)],
		(_("Median Hours"), [row["median_hours"] for row in rows]),
		(_("Mean Hours"), [row["mean_hours"] for row in rows]),
	)
	for row in rows:
		tier = row["tier"]
		row["tier_name"] = _(tier)
		for field in ("mean_hours", "median_hours", "longest_hours"):
			row[field] = show_hours(row[field])
	note = _(
		"From registration to the reply or another end, in the present round of each case. Open cases count up to now. Between two units a case stands with the district."
	)
	return get_columns(), rows, note, chart


def show_hours(value: float | None) -> str:
	"""Text, padded so that it sorts as numbers do; a dash where nothing is known."""
	return NOTHING if value is None else f"{value:8.1f}"


def get_columns() -> list[dict[str, Any]]:
	return [
		frappe._dict(fieldname="tier_name", label=_("Tier"), fieldtype="Data", width=140),
		frappe._dict(fieldname="cases", label=_("Cases"), fieldtype="Int", width=110),
		frappe._dict(fieldname="standing", label=_("Still There"), fieldtype="Int", width=110),
		*(
			frappe._dict(fieldname=field, label=label, fieldtype="Data", align="right", width=150)
			for field, label in (
				("median_hours", _("Median Hours")),
				("mean_hours", _("Mean Hours")),
				("longest_hours", _("Longest Hours")),
			)
		),
	]
