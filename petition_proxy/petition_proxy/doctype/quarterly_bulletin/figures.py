"""Counting, freezing and reading the figures of a bulletin.

A draft counts anew; an issued bulletin only reads what it froze, so that it says the same a year later.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, get_datetime, getdate, now_datetime

from petition_proxy.domain import standing
from petition_proxy.domain.standing import Figure, StandingRule
from petition_proxy.queries import indicators

RANKED_LEVELS = (indicators.TOWN, indicators.VILLAGE, indicators.UNIT, indicators.AGENT)
RANKED_CODES = {
	indicators.TOWN: ("Timely Acceptance", "On-time Reply", "Satisfaction"),
	indicators.VILLAGE: ("Satisfaction", "Agent Satisfaction"),
	indicators.UNIT: ("Timely Acceptance", "On-time Reply", "Satisfaction"),
	indicators.AGENT: ("Agent Satisfaction", "On-time Reply"),
}
RESTATED_LEVELS = (indicators.DISTRICT, indicators.TOWN, indicators.UNIT)
COLUMNS = (
	*("name", "creation", "modified", "owner", "modified_by", "bulletin", "kind", "period", "level"),
	*("scope_id", "scope_name", "town", "district", "figures", "earlier_figures"),
)
Figures = dict[str, dict[str, dict[str, Figure]]]


def period_of(doc) -> indicators.Period:
	return indicators.Period(getdate(doc.period_from), getdate(doc.period_to), get_datetime(doc.cut_off))


def period_text(doc) -> str:
	return f"{doc.year} Q{doc.quarter}"


def count(doc) -> None:
	"""Fill the lists of a draft and lay its figures by, in place of those counted before."""
	figures, empty = indicators.read_district(doc.district, period_of(doc))
	names = {level: indicators.scope_names(level, sorted(figures[level])) for level in indicators.LEVELS}
	set_rankings(doc, figures, names)
	set_proposals(doc, figures, names)
	villages = names[indicators.VILLAGE]
	doc.zero_villages = ", ".join(villages[v][0] for v in empty if v in villages) or None
	rows = list(_figure_rows(doc, figures, names))
	rows += _restated_rows(doc)
	doc.flags.figure_rows = rows
	doc.figures_hash = hash_of(rows)


def lay_by(doc) -> None:
	"""Write what `count` has counted; only a draft's earlier figures are replaced.

	Raises:
		frappe.ValidationError: the bulletin has been issued.
	"""
	rows = doc.flags.figure_rows
	if rows is None:
		return
	if frappe.db.get_value("Quarterly Bulletin", doc.name, "status") == "Issued" and doc.status != "Issued":
		frappe.throw(_("This bulletin has been issued. Its figures stay."))
	frappe.db.delete("Bulletin Figure", {"bulletin": doc.name})
	now, user = now_datetime(), frappe.session.user
	values = [
		[
			*(
				frappe.generate_hash(length=10),
				now,
				now,
				user,
				user,
				doc.name,
				r["kind"],
				r["period"],
				r["level"],
			),
			*(r["scope_id"], r["scope_name"], r["town"], doc.district),
			*(_dump(r["figures"]), _dump(r["earlier_figures"]) if r["earlier_figures"] else None),
		]
		for r in rows
	]
	frappe.db.bulk_insert("Bulletin Figure", list(COLUMNS), values, chunk_size=2000)
	doc.flags.figure_rows = None


def _dump(figures: Mapping[str, Figure]) -> str:
	return json.dumps({code: list(figure) for code, figure in figures.items()}, sort_keys=True)


def hash_of(rows: Iterable[Mapping[str, Any]]) -> str:
	"""One hash over all figures: whoever changes a number behind the bulletin's back is found out."""
	lines = sorted(
		"|".join(
			(
				*(r["kind"], r["period"], r["level"], r["scope_id"], r["scope_name"] or ""),
				*(_dump(r["figures"]), _dump(r["earlier_figures"] or {})),
			)
		)
		for r in rows
	)
	return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _figure_rows(doc, figures: Figures, names) -> Iterable[dict[str, Any]]:
	for level in indicators.LEVELS:
		for scope, values in figures[level].items():
			name, town = names[level].get(scope, (scope, None))
			yield _row("Figure", period_text(doc), level, scope, name, town, values)


def _row(kind, period, level, scope, name, town, figures, earlier=None) -> dict[str, Any]:
	return {
		"kind": kind,
		"period": period,
		"level": level,
		"scope_id": scope,
		"scope_name": name,
		"town": town,
		"figures": figures,
		"earlier_figures": earlier,
	}


def _restated_rows(doc) -> list[dict[str, Any]]:
	"""What the last issued bulletin, or the one this amends, said and what it would say now; only what differs."""
	earlier = _earlier_bulletin(doc)
	if not earlier:
		return []
	period = indicators.Period(earlier.period_from, earlier.period_to, get_datetime(doc.cut_off))
	now, _empty = indicators.read_district(doc.district, period)
	rows = []
	for row in read_rows(earlier.name, "Figure"):
		if row.level not in RESTATED_LEVELS or row.scope_id not in now[row.level]:
			continue
		changed = standing.restated(row.figures, now[row.level][row.scope_id], indicators.CODES)
		# agents on duty and the cases open at a moment are not of the period: they differ without a correction
		changed = {c: pair for c, pair in changed.items() if c not in ("Active Agents", "Overdue at Cut-off")}
		if changed:
			was = {code: pair[0] for code, pair in changed.items()}
			is_now = {code: pair[1] for code, pair in changed.items()}
			rows.append(
				_row(
					"Restated",
					period_text(earlier),
					row.level,
					row.scope_id,
					row.scope_name,
					row.town,
					is_now,
					was,
				)
			)
	return rows


def _earlier_bulletin(doc) -> frappe._dict | None:
	fields = ("name", "period_from", "period_to", "year", "quarter")
	if doc.amended_from:
		return frappe.db.get_value("Quarterly Bulletin", doc.amended_from, fields, as_dict=True)
	rows = frappe.get_all(
		"Quarterly Bulletin",
		filters={"district": doc.district, "docstatus": 1, "period_to": ("<", doc.period_from)},
		fields=list(fields),
		order_by="period_to desc",
		limit=1,
	)
	return rows[0] if rows else None


def read_rows(bulletin: str, kind: str | None = None) -> list[frappe._dict]:
	"""Figures as laid by, with numbers in place of text."""
	filters = {"bulletin": bulletin}
	if kind:
		filters["kind"] = kind
	rows = frappe.get_all(
		"Bulletin Figure",
		filters=filters,
		fields=["kind", "period", "level", "scope_id", "scope_name", "town", "figures", "earlier_figures"],
		order_by="level asc, scope_id asc",
	)
	for row in rows:
		row.figures = _load(row.figures)
		row.earlier_figures = _load(row.earlier_figures)
	return rows


def _load(value) -> dict[str, Figure]:
	data = json.loads(value) if isinstance(value, str) else value or {}
	return {code: tuple(figure) for code, figure in data.items()}


# Best, worst, proposals
# ----------------------
def set_rankings(doc, figures: Figures, names) -> None:
	doc.set("rankings", [])
	for level in RANKED_LEVELS:
		for code in RANKED_CODES[level]:
			values = {scope: f[code] for scope, f in figures[level].items()}
			best, worst = standing.best_and_worst(values, cint(doc.min_cases))
			for side, ranked in (("Best", best), ("Worst", worst)):
				for row in ranked:
					doc.append(
						"rankings",
						{
							"level": level,
							"indicator": code,
							"side": side,
							"rank": row.rank,
							"scope_id": row.scope,
							"scope_name": names[level].get(row.scope, (row.scope,))[0],
							"numerator": row.figure[0],
							"denominator": row.figure[1],
							"rate": standing.figure_text(row.figure),
						},
					)


def set_proposals(doc, figures: Figures, names) -> None:
	doc.set("proposals", [])
	rules = read_standing_rules()
	for level in RANKED_LEVELS:
		for rule, scope, figure in standing.proposals(rules, level, figures[level], getdate(doc.period_to)):
			doc.append(
				"proposals",
				{
					"standing_rule": rule.name,
					"level": level,
					"scope_id": scope,
					"scope_name": names[level].get(scope, (scope,))[0],
					"indicator": rule.indicator,
					"figure": standing.figure_text(figure),
					"consequence": rule.consequence,
				},
			)


def read_standing_rules() -> list[StandingRule]:
	rows = frappe.get_all(
		"Standing Rule",
		filters={"is_active": 1},
		fields=[
			*("name", "level", "indicator", "comparison", "threshold", "min_cases", "consequence"),
			*("valid_from", "valid_to"),
		],
		order_by="rule_code asc",
	)
	return [
		StandingRule(
			r.name,
			r.level,
			r.indicator,
			r.comparison,
			Fraction(str(r.threshold or 0)),
			r.min_cases or 0,
			r.consequence,
			r.valid_from,
			r.valid_to,
		)
		for r in rows
	]


# Tables for screen, paper and workbook
# -------------------------------------
def tables(bulletin: str) -> list[dict[str, Any]]:
	"""The frozen tables of a bulletin, ready to show.

	Args:
		bulletin: name of the bulletin.

	Returns:
		One dict per level with `level`, `header` (translated) and `rows` of text; then one with level "Restated", if
		any figure was restated.
	"""
	rows = read_rows(bulletin)
	found = []
	for level in indicators.LEVELS:
		columns = indicators.for_level(level)
		lines = [
			[
				r.scope_name or r.scope_id,
				# an indicator added after the circular was laid by has no figure in it
				*(
					standing.figure_text(r.figures[i.code]) if i.code in r.figures else standing.NO_RATE
					for i in columns
				),
			]
			for r in rows
			if r.kind == "Figure" and r.level == level
		]
		found.append({"level": level, "header": [_("Name"), *(_(i.code) for i in columns)], "rows": lines})
	restated = [
		[
			r.period,
			_(r.level),
			r.scope_name,
			_(code),
			f"{standing.figure_text(r.earlier_figures[code])} ({_pair(r.earlier_figures[code])})",
			f"{standing.figure_text(figure)} ({_pair(figure)})",
		]
		for r in rows
		if r.kind == "Restated"
		for code, figure in r.figures.items()
	]
	if restated:
		header = [_("Period"), _("Level"), _("Name"), _("Indicator"), _("As Published"), _("As Counted Now")]
		found.append({"level": "Restated", "header": header, "rows": restated})
	return found


def _pair(figure: Figure) -> str:
	return str(figure[0]) if figure[1] is None else f"{figure[0]}/{figure[1]}"


def quarter_days(year: int, quarter: int) -> tuple[date, date]:
	"""First and last day of a quarter; errors as `reward_batch.fill.period_of`."""
	from petition_proxy.petition_proxy.doctype.reward_batch.fill import period_of as days

	return days("Quarter", year, quarter)
