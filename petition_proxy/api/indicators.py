"""Figures by period and place, and the records behind each, within the caller's scope."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint

from petition_proxy.permissions.endpoints import is_portal_account
from petition_proxy.queries import catalogue
from petition_proxy.queries.figure_filters import FigureFilters, read_codes
from petition_proxy.queries.sources import TOTAL

MOST_ROWS = 500


@frappe.whitelist(methods=["GET"])
@frappe.read_only()
def get_catalogue() -> list[dict[str, Any]]:
	"""Every indicator with its label, formula, day used and levels, in the caller's language.

	Returns:
		Per indicator its `code`, `label`, `meaning`, `date_used`, `kind`, `family`, `levels`, `more_is_better`, what is counted and of what.

	Raises:
		frappe.PermissionError: no right to read petitions.
	"""
	frappe.has_permission("Petition", "read", throw=True)
	return [
		{
			"code": i.code,
			"label": _(i.code),
			"meaning": _(i.meaning),
			"date_used": _(i.date_used),
			"kind": i.kind,
			"family": i.family,
			"levels": list(i.shown_at),
			"more_is_better": i.more_is_better,
			"counted": i.counted,
			"of": i.of,
			"records": i.source.doctype,
		}
		for i in catalogue.ALL
	]


@frappe.whitelist(methods=["GET"])
@frappe.read_only()
def get_figures(
	from_date: str,
	to_date: str,
	level: str = TOTAL,
	codes: str | list | None = None,
	district: str | None = None,
	town: str | None = None,
	village: str | None = None,
	unit: str | None = None,
	agent: str | None = None,
) -> dict[str, Any]:
	"""Indicators of a period, per town, village, unit or agent, or as one total.

	Args:
		from_date: first day.
		to_date: last day, included.
		level: "Total", "District", "Town", "Village", "Unit" or "Agent".
		codes: indicators; all by default.
		district, town, village, unit, agent: only what belongs there.

	Returns:
		`as_of` and `scopes`: per scope its id, name and `figures`, code to counted, of, value (None where there is nothing
		to measure) and text.

	Raises:
		frappe.PermissionError: no right to read petitions, or an account of the portal.
		frappe.ValidationError: an unknown level or indicator, or no period.
	"""
	_refuse_portal()
	frappe.has_permission("Petition", "read", throw=True)
	places = {"district": district, "town": town, "village": village, "unit": unit, "agent": agent}
	asked = FigureFilters.read({"from_date": from_date, "to_date": to_date, "level": level, **places})
	found = catalogue.read_figures(asked.level, read_codes(codes), asked.ask())
	names = {} if asked.level == TOTAL else catalogue.scope_names(asked.level, found)
	return {
		"as_of": str(asked.cut_off),
		"scopes": [
			{
				"scope": scope,
				"name": names.get(scope, (scope or None,))[0],
				"figures": {code: _figure(code, figure) for code, figure in figures.items()},
			}
			for scope, figures in found.items()
		],
	}


@frappe.whitelist(methods=["GET"])
@frappe.read_only()
def get_records(
	code: str,
	part: str,
	from_date: str,
	to_date: str,
	level: str = TOTAL,
	scope: str | None = None,
	start: int = 0,
	limit: int = 100,
	district: str | None = None,
	town: str | None = None,
	village: str | None = None,
	unit: str | None = None,
	agent: str | None = None,
) -> dict[str, Any]:
	"""The records behind one figure, a page at a time.

	Args:
		code: the indicator.
		part: "counted" or "of".
		from_date, to_date, level, district, town, village, unit, agent: as the figure was asked for.
		scope: id of its scope; none for the total.
		start: records to skip.
		limit: at most so many, up to 500.

	Returns:
		`doctype`, `rows` (name and columns), and `has_more`.

	Raises:
		frappe.PermissionError: no right to read these records, or an account of the portal.
		frappe.ValidationError: an unknown indicator, part or level.
	"""
	_refuse_portal()
	(code,) = read_codes([code])
	if part not in ("counted", "of"):
		frappe.throw(_("Say whether the counted records are wanted, or those they are counted of."))
	indicator = catalogue.BY_CODE[code]
	frappe.has_permission(indicator.source.doctype, "read", throw=True)
	places = {"district": district, "town": town, "village": village, "unit": unit, "agent": agent}
	asked = FigureFilters.read({"from_date": from_date, "to_date": to_date, "level": level, **places})
	if asked.level not in (TOTAL, *indicator.shown_at):
		frappe.throw(_("{0} means nothing at this level.").format(_(code)))
	size = max(1, min(cint(limit) or 100, MOST_ROWS))
	doctype, rows = catalogue.read_rows(
		code, part, asked.level, scope or "", asked.ask(), max(0, cint(start)), size + 1
	)
	return {"doctype": doctype, "rows": rows[:size], "has_more": len(rows) > size}


def _refuse_portal() -> None:
	"""The share of a rating, of a single day or case, would tell an agent who rated how (clause S9, invariant 8)."""
	if is_portal_account(frappe.session.user):
		frappe.throw(_("This is not open to your account."), frappe.PermissionError)


def _figure(code: str, figure) -> dict[str, Any]:
	indicator = catalogue.BY_CODE[code]
	return {
		"counted": figure[0],
		"of": figure[1],
		"value": indicator.value(figure),
		"text": indicator.text(figure),
	}
