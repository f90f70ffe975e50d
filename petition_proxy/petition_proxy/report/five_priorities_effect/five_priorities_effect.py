from typing import Any

import frappe
from frappe import _

from petition_proxy.petition_proxy.report.dwell_time_by_tier.dwell_time_by_tier import NOTHING, show_hours
from petition_proxy.queries.dwell import step_figures
from petition_proxy.queries.timeliness import CaseFilters
from petition_proxy.utils.columns import bar_chart


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Columns and a row per step: median hours of cases filed by an agent beside those of direct ones (clause S18)."""
	rows = step_figures(CaseFilters.read(filters))
	chart = bar_chart(
		[_(step, context="Step of the Path") for step in (row["step"] for row in rows)],
		(_("Proxied: Median Hours"), [row["proxied_hours"] for row in rows]),
		(_("Direct: Median Hours"), [row["direct_hours"] for row in rows]),
	)
	for row in rows:
		step = row["step"]
		row["step_name"] = _(step, context="Step of the Path")
		row["difference"] = _difference(row["proxied_hours"], row["direct_hours"])
		for field in ("proxied_hours", "direct_hours"):
			row[field] = show_hours(row[field])
	note = _(
		"Priority changes the order of queues and no due date. A negative difference means that proxied cases were faster."
	)
	return get_columns(), rows, note, chart


def _difference(proxied: float | None, direct: float | None) -> str:
	if proxied is None or direct is None:
		return NOTHING
	return f"{proxied - direct:+.1f}"


def get_columns() -> list[dict[str, Any]]:
	def hours(fieldname: str, label: str):
		return frappe._dict(fieldname=fieldname, label=label, fieldtype="Data", align="right", width=180)

	def count(fieldname: str, label: str):
		return frappe._dict(fieldname=fieldname, label=label, fieldtype="Int", width=130)

	return [
		frappe._dict(fieldname="step_name", label=_("Step"), fieldtype="Data", width=200),
		count("proxied_cases", _("Proxied Cases")),
		hours("proxied_hours", _("Proxied: Median Hours")),
		count("direct_cases", _("Direct Cases")),
		hours("direct_hours", _("Direct: Median Hours")),
		hours("difference", _("Difference (Hours)")),
	]
