"""Script reports over the catalogue: one row per town, village, unit or agent, a total, a chart, and a list behind each number."""

from typing import Any

import frappe
from frappe import _

from petition_proxy.queries import catalogue
from petition_proxy.queries.catalogue import BY_CODE, NUMBER, Indicator
from petition_proxy.queries.figure_filters import FigureFilters
from petition_proxy.queries.sources import TOTAL, TOWN
from petition_proxy.utils.columns import label_width, text_column

# Beyond this a chart is a blur.
MOST_BARS = 24


def run_figures(
	filters: dict[str, Any] | None,
	codes: tuple[str, ...],
	level: str = TOWN,
	charted: tuple[str, ...] = (),
) -> tuple:
	"""Columns, rows with a total, a word about period and place, and a chart.

	Args:
		filters: what the report's form sends.
		codes: indicators of the report.
		level: what the lines stand for if the form says nothing.
		charted: indicators of the chart; the first rate by default.

	Returns:
		What `execute` of a script report gives back: columns, rows, message, chart.
	"""
	asked = FigureFilters.read(filters, level)
	shown = [BY_CODE[c] for c in codes if asked.level == TOTAL or asked.level in BY_CODE[c].shown_at]
	found, total = catalogue.read_with_total(asked.level, [i.code for i in shown], asked.ask())
	names = catalogue.scope_names(asked.level, found) if asked.level != TOTAL else {}
	rows = [
		{"scope": scope, "scope_name": names.get(scope, (scope,))[0], **_cells(shown, figures)}
		for scope, figures in found.items()
	]
	rows.sort(key=lambda row: row["scope"])
	chart = _chart(rows, [BY_CODE[c] for c in charted if c in codes] or _first_rate(shown))
	if rows:
		rows.append({"scope_name": _("Total"), "is_total": 1, "bold": 1, **_cells(shown, total)})
	for row in rows:
		row["level"] = TOTAL if row.get("is_total") else asked.level
	return _columns(shown, asked.level), rows, describe(asked), chart


def describe(asked: FigureFilters) -> str:
	"""Period, place and moment of a report, as it stands above the table and on paper."""
	return _("{0} to {1} · {2} · as of {3}").format(
		frappe.format(asked.first, "Date"),
		frappe.format(asked.last, "Date"),
		place_name(asked),
		frappe.format(asked.cut_off, "Datetime"),
	)


def place_name(asked: FigureFilters) -> str:
	"""What a report is about, in words."""
	named = []
	for field, (doctype, title) in {
		"district": ("Region", "region_name"),
		"town": ("Region", "region_name"),
		"village": ("Region", "region_name"),
		"unit": ("Handling Unit", "unit_name"),
		"agent": ("Proxy Agent", "agent_name"),
	}.items():
		if value := asked.places.get(field):
			named.append(frappe.db.get_value(doctype, value, title) or value)
	return ", ".join(frappe.utils.escape_html(name) for name in named) or _("All you may see")


def _cells(shown: list[Indicator], figures) -> dict[str, Any]:
	cells: dict[str, Any] = {}
	for indicator in shown:
		figure = figures[indicator.code]
		field = frappe.scrub(indicator.code)
		cells[field] = figure[0] if indicator.kind == NUMBER else indicator.text(figure)
		cells[f"{field}_counted"], cells[f"{field}_of"] = figure
		cells[f"{field}_value"] = indicator.value(figure)
	return cells


def _columns(shown: list[Indicator], level: str) -> list[dict[str, Any]]:
	first = text_column("scope_name", _(level), 200)
	columns = [first]
	for indicator in shown:
		label = _(indicator.code)
		columns.append(
			frappe._dict(
				fieldname=frappe.scrub(indicator.code),
				label=label,
				# text, because a number column would print "0%" where nothing is known
				fieldtype="Int" if indicator.kind == NUMBER else "Data",
				align="right",
				width=label_width(label),
				indicator=indicator.code,
				has_of=int(bool(indicator.of)),
				description=_(indicator.meaning),
			)
		)
	return columns


def _first_rate(shown: list[Indicator]) -> list[Indicator]:
	return next(([i] for i in shown if i.kind != NUMBER), shown[:1])


def _chart(rows: list[dict[str, Any]], charted: list[Indicator]) -> dict[str, Any] | None:
	"""Bars per scope; a scope without a value has no bar rather than one of zero."""
	fields = [f"{frappe.scrub(i.code)}_value" for i in charted]
	bars = [row for row in rows if any(row.get(f) is not None for f in fields)][:MOST_BARS]
	if not bars or not charted:
		return None
	return {
		"data": {
			"labels": [row["scope_name"] for row in bars],
			"datasets": [
				{"name": _(i.code), "values": [None if row[f] is None else round(row[f], 1) for row in bars]}
				for i, f in zip(charted, fields, strict=True)
			],
		},
		"type": "bar",
		"fieldtype": "Float",
		"axisOptions": {"shortenYAxisNumbers": 1},
	}
