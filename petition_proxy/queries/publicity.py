"""How the scheme was made known: events, copies and people, and the places that were never reached."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, Max, Sum
from frappe.utils import getdate

from petition_proxy.queries.coverage import read_towns

BY_TOWN, BY_VILLAGE, BY_FORM = "Town", "Village", "Form"
GROUPS = (BY_TOWN, BY_VILLAGE, BY_FORM)


@dataclass(frozen=True)
class PublicityFilters:
	"""Which events count; None means no limit.

	Args:
		from_date: first day.
		to_date: last day, included.
		town: region code of a town.
		form: one form of publicity.
		group_by: one of `GROUPS`.
		only_never_reached: villages without an event of their own.
	"""

	from_date: date | None = None
	to_date: date | None = None
	town: str | None = None
	form: str | None = None
	group_by: str = BY_TOWN
	only_never_reached: bool = False

	@classmethod
	def read(cls, values: dict[str, Any] | None) -> "PublicityFilters":
		"""Make filters from what a report's form sends.

		Raises:
			frappe.ValidationError: the period ends before it begins, or an unknown grouping.
		"""
		values = values or {}
		group_by = values.get("group_by") or BY_TOWN
		if group_by not in GROUPS:
			frappe.throw(_("{0} is no grouping of this report. Choose one from the list.").format(group_by))
		only_never = bool(frappe.utils.cint(values.get("only_never_reached")))
		made = cls(
			from_date=getdate(values["from_date"]) if values.get("from_date") else None,
			to_date=getdate(values["to_date"]) if values.get("to_date") else None,
			town=values.get("town") or None,
			form=values.get("form") or None,
			group_by=BY_VILLAGE if only_never else group_by,
			only_never_reached=only_never,
		)
		if made.from_date and made.to_date and made.from_date > made.to_date:
			frappe.throw(_("The first day lies after the last one. Choose an earlier first day."))
		return made


def publicity(filters: PublicityFilters) -> list[dict[str, Any]]:
	"""Sums per town, village or form, in three statements at most. Publicity is no case: all staff may count it.

	Events for a whole town or district have a line of their own below the villages or towns, so that every grouping has
	the same total.

	Returns:
		Dicts with `town_name`, `village_name` or `form`, events, copies, people_reached and last_held_on.
	"""
	sums = _read_sums(filters)
	if filters.group_by == BY_FORM:
		rows = [
			{"form": key[2], **value} for key, value in _regroup(sums, lambda k: (None, None, k[2])).items()
		]
		return sorted(rows, key=lambda row: (-row["events"], row["form"]))
	if filters.group_by == BY_TOWN:
		return _by_town(filters, _regroup(sums, lambda k: (k[0], None, None)))
	return _by_village(filters, _regroup(sums, lambda k: (k[0], k[1], None)))


def _read_sums(filters: PublicityFilters) -> dict[tuple, dict[str, Any]]:
	event = DocType("Publicity Event")
	query = (
		frappe.qb.from_(event)
		.select(
			event.town,
			event.village,
			event.form,
			Count("*").as_("events"),
			Sum(event.copies).as_("copies"),
			Sum(event.people_reached).as_("people_reached"),
			Max(event.held_on).as_("last_held_on"),
		)
		.groupby(event.town, event.village, event.form)
		.orderby(event.town, event.village, event.form)
	)
	if filters.from_date:
		query = query.where(event.held_on >= filters.from_date)
	if filters.to_date:
		query = query.where(event.held_on <= filters.to_date)
	if filters.town:
		query = query.where(event.town == filters.town)
	if filters.form:
		query = query.where(event.form == filters.form)
	return {
		(row.pop("town") or None, row.pop("village") or None, row.pop("form")): row
		for row in query.run(as_dict=True)
	}


NOTHING = {"events": 0, "copies": 0, "people_reached": 0, "last_held_on": None}


def _regroup(sums: dict[tuple, dict[str, Any]], key_of) -> dict[tuple, dict[str, Any]]:
	groups: dict[tuple, dict[str, Any]] = defaultdict(lambda: dict(NOTHING))
	for key, row in sums.items():
		group = groups[key_of(key)]
		for field in ("events", "copies", "people_reached"):
			group[field] += int(row[field] or 0)
		days = [day for day in (group["last_held_on"], row["last_held_on"]) if day]
		group["last_held_on"] = max(days) if days else None
	return dict(groups)


def _district() -> str | None:
	return frappe.db.get_single_value("Petition Proxy Settings", "district")


def _by_town(filters: PublicityFilters, sums: dict[tuple, dict[str, Any]]) -> list[dict[str, Any]]:
	rows = [
		{"town": town.name, "town_name": town.region_name, **sums.pop((town.name, None, None), NOTHING)}
		for town in read_towns(_district(), filters.town)
	]
	return rows + [{"town_name": _name_of(key[0]), **row} for key, row in sums.items()]


def _by_village(filters: PublicityFilters, sums: dict[tuple, dict[str, Any]]) -> list[dict[str, Any]]:
	village, town = DocType("Region").as_("village"), DocType("Region").as_("town")
	query = (
		frappe.qb.from_(village)
		.join(town)
		.on(town.name == village.town)
		.select(village.name.as_("village"), village.region_name.as_("village_name"))
		.select(town.name.as_("town"), town.region_name.as_("town_name"))
		.where(village.level == "Village")
		.orderby(village.name)
	)
	if district := _district():
		query = query.where(village.district == district)
	if filters.town:
		query = query.where(village.town == filters.town)
	rows = [{**row, **sums.pop((row.town, row.village, None), NOTHING)} for row in query.run(as_dict=True)]
	if filters.only_never_reached:
		return [row for row in rows if not row["events"]]
	for (town_code, _village, _form), row in sums.items():
		rows.append({"town_name": _name_of(town_code), "village_name": _("All of It"), **row})
	return rows


def _name_of(town: str | None) -> str:
	return frappe.db.get_value("Region", town, "region_name") if town else _("Whole District")
