from typing import Any

import frappe
from frappe import _
from frappe.utils import now_datetime

from petition_proxy.queries.timeliness import (
	ANSWER_STEPS,
	CaseFilters,
	on_time_rate,
	sum_counts,
	timeliness_by_unit,
)
from petition_proxy.utils.columns import bar_chart

NOTHING_DECIDED = "—"


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Columns, a row per unit, and a total row; without rows no total."""
	rows = timeliness_by_unit(CaseFilters.read(filters), now_datetime())
	if not rows:
		return get_columns(), []
	names = _unit_names([row["handling_unit"] for row in rows if row["handling_unit"]])
	for row in rows:
		row["unit_name"] = names.get(row["handling_unit"]) or row["handling_unit"] or _("No Unit Yet")
		row["without_unit"] = 0 if row["handling_unit"] else 1
	rows.sort(key=lambda row: (row["without_unit"], -row["filed"], row["handling_unit"] or ""))
	chart = _chart(rows)
	rows.append({"unit_name": _("Total"), "is_total": 1, "bold": 1, **sum_counts(rows)})
	for row in rows:
		for clock in ("promise", "statutory"):
			row[f"{clock}_rate"] = _show_rate(row, clock)
	return get_columns(), rows, None, chart


def _chart(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
	"""Share answered in time on both clocks, of the units with most cases."""
	shown = [row for row in rows if row["handling_unit"]][:24]

	def rates(clock: str) -> list[float | None]:
		found = (
			on_time_rate(row[f"{clock}_in_time"], row[f"{clock}_late"], row[f"{clock}_overdue"])
			for row in shown
		)
		return [None if rate is None else round(rate, 1) for rate in found]

	return bar_chart(
		[row["unit_name"] for row in shown],
		(_("Promise: On Time"), rates("promise")),
		(_("Statutory: On Time"), rates("statutory")),
	)


def get_columns() -> list[dict[str, Any]]:
	"""The unit, the reply times in calendar days, then the two clocks side by side."""
	steps = [_count(f"within_{days}", _("Within {0} Days").format(days)) for days in ANSWER_STEPS]
	return [
		frappe._dict(fieldname="unit_name", label=_("Handling Unit"), fieldtype="Data", width=240),
		_count("filed", _("Filed")),
		_count("answered", _("Answered")),
		*steps,
		_count("promise_in_time", _("Promise: In Time")),
		_count("promise_late", _("Promise: Late")),
		_count("promise_not_yet_due", _("Promise: Not Yet Due")),
		_count("promise_overdue", _("Promise: Overdue Now")),
		_rate("promise_rate", _("Promise: On Time")),
		_count("statutory_in_time", _("Statutory: In Time")),
		_count("statutory_late", _("Statutory: Late")),
		_count("statutory_not_yet_due", _("Statutory: Not Yet Due")),
		_count("statutory_overdue", _("Statutory: Overdue Now")),
		_rate("statutory_rate", _("Statutory: On Time")),
	]


def _count(fieldname: str, label: str) -> dict[str, Any]:
	return frappe._dict(fieldname=fieldname, label=label, fieldtype="Int", width=_width(label))


def _rate(fieldname: str, label: str) -> dict[str, Any]:
	# Text, because a number column would print "0%" for a unit of which nothing is known yet.
	return frappe._dict(
		fieldname=fieldname, label=label, fieldtype="Data", align="right", width=_width(label)
	)


def _width(label: str) -> int:
	"""Room for the whole label, since cut-off ones look alike here."""
	return 40 + sum(16 if ord(char) > 0x2E80 else 8 for char in label)


def _show_rate(row: dict[str, Any], clock: str) -> str:
	rate = on_time_rate(row[f"{clock}_in_time"], row[f"{clock}_late"], row[f"{clock}_overdue"])
	# Padded, so that sorting the text sorts the numbers.
	return NOTHING_DECIDED if rate is None else f"{rate:5.1f}%"


def _unit_names(codes: list[str]) -> dict[str, str]:
	rows = frappe.get_all(
		"Handling Unit",
		filters={"name": ["in", codes or [""]]},
		fields=["name", "unit_name"],
		order_by="name",
	)
	return {row.name: row.unit_name for row in rows}
