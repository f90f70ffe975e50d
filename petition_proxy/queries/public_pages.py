"""What guests may read beside the directory: limits in plain words, notices, told cases, figures by month.

The only way from these records to a guest. Every read filters by what is published on the day itself, so that a row
written past its controller shows nothing.
"""

from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import cint, formatdate, getdate
from markupsafe import Markup

from petition_proxy.domain.deadlines import pick_rule
from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.plain_html import keep_safe
from petition_proxy.domain.telling import ACCUSE_PURPOSE, ENDED_STATES, REPORT_KIND, hide_small, percent
from petition_proxy.queries.coverage import read_towns
from petition_proxy.utils.public_cache import kept
from petition_proxy.utils.rules import get_limit_rule
from petition_proxy.utils.settings import get_setting

MOST_LISTED = 200
MONTHS_SHOWN = 12
SHARES = ("Timely Acceptance", "On-time Reply", "Satisfaction", "Participation")
FIGURES = ("Filed", *SHARES)


# Limits in plain words
# ---------------------
def limits_in_words(on: date | None = None) -> list[dict[str, Any]]:
	"""How long each step may take, from the rows valid on a day.

	Args:
		on: the day; today by default.

	Returns:
		Dicts with step and limit, in the order in which a case meets them; steps without a valid row are left out.
	"""
	on = on or getdate()
	return kept(f"limits|{on}|{frappe.local.lang}", lambda: _read_limits(on))


def _read_limits(on: date) -> list[dict[str, Any]]:
	statutory = (
		("Acceptance Notice", _("You are told whether your matter is accepted")),
		("Handling", _("By law, an answer at the latest")),
		("Extension", _("A hard case may take so much longer; you are told why")),
		("Review Request", _("If you do not agree, you can ask the next higher office for a review within")),
		("Review", _("The review is answered")),
		("Re-review Request", _("If you still do not agree, you can ask for a last review within")),
		("Re-review", _("The last review is answered")),
	)
	promised = (
		("U", _("An urgent matter is answered")),
		("C", _("A question is answered")),
		("G", _("An ordinary matter is answered")),
		("I", _("A matter that needs inquiries or several offices is answered")),
	)
	classes = frappe.get_all(
		"Reply Class",
		fields=["class_code", "name", "limit_days", "day_kind", "valid_from", "valid_to"],
		order_by="class_code asc, valid_from asc",
	)
	words = [_statutory(*statutory[0], on)]
	for code, step in promised:
		rows = [frappe._dict(row, days=row.limit_days) for row in classes if row.class_code == code]
		words.append(_worded(step, lambda rows=rows: pick_rule(rows, on)))
	words += [_statutory(code, step, on) for code, step in statutory[1:]]
	return [row for row in words if row]


def _statutory(code: str, step: str, on: date) -> dict[str, Any] | None:
	return _worded(step, lambda: get_limit_rule(code, on))


def _worded(step: str, read) -> dict[str, Any] | None:
	try:
		rule = read()
	except DomainError:
		return None  # no row for the day: better nothing than a wrong promise
	return {"step": step, "limit": _days_in_words(rule.days, rule.day_kind)}


def _days_in_words(days: int, kind: str) -> str:
	if kind == "Elapsed Day":
		return _("within {0} hours").format(24 * days)
	if kind == "Working Day":
		return _("within {0} working days").format(days)
	return _("within {0} days").format(days)


# Notices
# -------
def notices(on: date | None = None) -> list[dict[str, Any]]:
	"""Published notices of a day, in the office's order.

	Args:
		on: the day; today by default.

	Returns:
		Dicts with name, title, day and `text`, which is safe HTML.
	"""
	on = on or getdate()
	return kept(f"notices|{on}|{frappe.local.lang}", lambda: _read_notices(on))


def _read_notices(on: date) -> list[dict[str, Any]]:
	notice = DocType("Public Notice")
	rows = (
		frappe.qb.from_(notice)
		.select(notice.name, notice.title, notice.text, notice.published_from)
		.where((notice.is_published == 1) & (notice.published_from <= on))
		.where(notice.published_to.isnull() | (notice.published_to >= on))
		.orderby(notice.display_order)
		.orderby(notice.published_from, order=frappe.qb.desc)
		.orderby(notice.name)
		.limit(MOST_LISTED)
		.run(as_dict=True)
	)
	return [
		{
			"name": row.name,
			"title": row.title,
			"day": formatdate(row.published_from),
			# cleaned when it was saved, and once more here: a row may have been written past its controller
			"text": Markup(keep_safe(row.text)),
		}
		for row in rows
	]


# Told cases
# ----------
def told_cases() -> list[dict[str, Any]]:
	"""Published told cases, the newest first.

	What became a reason for silence after the case was told (secrecy, an accusation, a restricted category, a case that
	was opened again) takes it away here at once, so this one is not kept.

	Returns:
		Dicts with name, title, category, asked, done, days_taken.
	"""
	told, petition = DocType("Told Case"), DocType("Petition")
	category, of_case = DocType("Petition Category"), DocType("Petition Category").as_("case_category")
	petitioner = DocType("Petitioner")

	def is_blank(column):
		return column.isnull() | (column == "")

	may_be_told = (
		petition.workflow_state.isin(ENDED_STATES)
		& (petition.petition_kind != REPORT_KIND)
		& (petition.purpose.isnull() | (petition.purpose != ACCUSE_PURPOSE))
		& (petition.wants_secrecy == 0)
		& is_blank(petition.accused_unit)
		& is_blank(petition.accused_user)
		& is_blank(petition.accused_name)
		& (of_case.is_restricted.isnull() | (of_case.is_restricted == 0))
		& (petitioner.wants_secrecy.isnull() | (petitioner.wants_secrecy == 0))
	)
	return (
		frappe.qb.from_(told)
		.left_join(petition)
		.on(petition.name == told.petition)
		.left_join(category)
		.on(category.name == told.category)
		.left_join(of_case)
		.on(of_case.name == petition.category)
		.left_join(petitioner)
		.on(petitioner.name == petition.petitioner)
		.select(told.name, told.title, told.asked, told.done, told.days_taken)
		.select(category.category_name.as_("category"))
		.where((told.is_published == 1) & (told.has_consent == 1))
		.where(category.is_restricted.isnull() | (category.is_restricted == 0))
		.where(is_blank(told.petition) | may_be_told)
		.orderby(told.published_on, order=frappe.qb.desc)
		.orderby(told.name)
		.limit(MOST_LISTED)
		.run(as_dict=True)
	)


# Figures by month
# ----------------
def shows_figures() -> bool:
	"""Has the office opened its monthly figures?"""
	return bool(cint(get_setting("show_monthly_figures")))


def monthly_figures() -> list[dict[str, Any]]:
	"""Figures of the last months, the newest first: the district, and its towns.

	Returns:
		Dicts with month, `district` and `towns`, rows with name and per indicator a text ready to be shown.
	"""
	return kept(f"figures|{frappe.local.lang}", _read_figures)


def _read_figures() -> list[dict[str, Any]]:
	district = get_setting("district")
	if not district:
		return []
	smallest = max(1, cint(get_setting("smallest_group")))
	figure = DocType("Monthly Figure")
	rows = (
		frappe.qb.from_(figure)
		.select(figure.month, figure.region, figure.indicator, figure.counted, figure.total)
		.where(figure.indicator.isin(FIGURES))
		.orderby(figure.month, order=frappe.qb.desc)
		.orderby(figure.region)
		.run(as_dict=True)
	)
	by_month: dict[date, dict[str, dict[str, tuple[int, int]]]] = {}
	for row in rows:
		places = by_month.setdefault(getdate(row.month), {})
		places.setdefault(row.region, {})[row.indicator] = (row.counted or 0, row.total or 0)
	towns = read_towns(district)
	return [
		{
			"key": f"{month:%Y-%m}",
			"month": formatdate(month, "yyyy-MM"),
			"district": _shown(
				None, places.get(district, {}), places.get(district, {}).get("Filed", (0, 0))[0], smallest
			),
			"towns": _towns(towns, places, smallest),
		}
		for month, places in list(by_month.items())[:MONTHS_SHOWN]
	]


def _towns(towns: list[frappe._dict], places: dict, smallest: int) -> list[dict[str, Any]]:
	filed = {town.name: places.get(town.name, {}).get("Filed", (0, 0))[0] for town in towns}
	shown = hide_small(filed, smallest)
	return [_shown(town.region_name, places.get(town.name, {}), shown[town.name], smallest) for town in towns]


def _shown(name: str | None, figures: dict, filed: int | None, smallest: int) -> dict[str, Any]:
	few = _("too few to show")
	if name is None and filed is not None and 0 < filed < smallest:
		filed = None
	texts = {"Filed": few if filed is None else str(filed)}
	for code in SHARES:
		counted, of = figures.get(code, (0, 0))
		share = percent(counted, of, smallest)
		texts[code] = "—" if not of else few if share is None else f"{share} %"
	return {"name": name, "figures": [texts[code] for code in FIGURES]}
