from typing import Any

import frappe
from frappe import _

from petition_proxy.queries import catalogue
from petition_proxy.queries.catalogue import BY_CODE
from petition_proxy.queries.figure_filters import FigureFilters, read_codes
from petition_proxy.queries.sources import TOTAL
from petition_proxy.utils.columns import text_column
from petition_proxy.utils.figure_report import describe

MAX_ROWS = 5000
LINKS = {
	"district": "Region",
	"town": "Region",
	"village": "Region",
	"unit": "Handling Unit",
	"agent": "Proxy Agent",
}
STAMPS = ("Datetime", "Date", "Int", "Float")


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""The records that one figure counts, or that it is counted of."""
	filters = filters or {}
	if not filters.get("indicator"):
		return get_columns("Petition", BY_CODE["Filed"]), [], _("Choose an indicator.")
	(code,) = read_codes([filters["indicator"]])
	indicator = BY_CODE[code]
	frappe.has_permission(indicator.source.doctype, "read", throw=True)
	asked = FigureFilters.read(filters, TOTAL)
	part = "of" if filters.get("part") == "of" else "counted"
	doctype, rows = catalogue.read_rows(
		code, part, asked.level, filters.get("scope") or "", asked.ask(), 0, MAX_ROWS + 1
	)
	note = f"{_(code)}: {_(indicator.meaning)} · {describe(asked)}"
	if len(rows) > MAX_ROWS:
		rows = rows[:MAX_ROWS]
		note += " · " + _("Only the first {0} are shown.").format(MAX_ROWS)
	for row in rows:
		for tier in ("tier", "status", "form"):
			if row.get(tier):
				value = row[tier]
				row[tier] = _(value, context=doctype)
	return get_columns(doctype, indicator), rows, note


def get_columns(doctype: str, indicator) -> list[dict[str, Any]]:
	"""The record, its place, unit and agent, and what tells why it counts."""
	meta = frappe.get_meta(doctype)
	columns = [text_column("name", _(doctype), 210, "Link", options=doctype)]
	for field in indicator.source.own_columns():
		label = {
			"district": _("District"),
			"town": _("Town or Street"),
			"village": _("Village or Community"),
			"unit": _("Handling Unit"),
			"agent": _("Proxy Agent"),
		}[field]
		columns.append(text_column(field, label, 140, "Link", options=LINKS[field]))
	for field in indicator.source.detail:
		if field == "round_no":
			columns.append(text_column(field, _("Round"), 70, "Int"))
			continue
		df = meta.get_field(field)
		kind = df.fieldtype if df and df.fieldtype in STAMPS else "Data"
		options = None
		if field == "petition":
			kind, options = "Link", "Petition"
		label = _(df.label, context=doctype) if df else _(frappe.unscrub(field))
		columns.append(text_column(field, label, 160, kind, options=options))
	return columns
