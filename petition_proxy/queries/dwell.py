"""Where cases stood and for how long, and how long each step took: two queries, counted in `domain/dwell.py`."""

from datetime import datetime
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Coalesce

from petition_proxy.domain import dwell
from petition_proxy.queries.timeliness import CaseFilters, case_condition

# Beyond this a report tells the reader to choose a shorter period instead of taking the server's memory.
MAX_CASES = 200_000
STEP_COLUMNS = tuple(sorted({column for _name, *ends in dwell.STEPS for column in ends}))


def stays_of_cases(
	filters: CaseFilters, now: datetime, user: str | None = None
) -> dict[str, list[dwell.Stay]]:
	"""The stays of every case a user may see, in its present round, in one query.

	Args:
		filters: which cases.
		now: where an open stay is cut off.
		user: whose row scope applies; the session's user by default.

	Returns:
		Name of the case to its stays.
	"""
	petition, sent, unit = DocType("Petition"), DocType("Petition Assignment"), DocType("Handling Unit")
	rows = (
		frappe.qb.from_(petition)
		.left_join(sent)
		.on((sent.petition == petition.name) & (sent.round == petition.round) & (sent.part == "Lead"))
		.left_join(unit)
		.on(unit.name == sent.to_unit)
		.select(
			petition.name,
			petition.registered_at,
			Coalesce(
				petition.replied_at,
				petition.refused_at,
				petition.withdrawn_at,
				petition.merged_at,
				petition.closed_at,
			).as_("ended_at"),
			petition.tier.as_("now_at"),
			unit.tier,
			sent.kind,
			sent.sent_at,
			sent.ended_at.as_("part_ended_at"),
		)
		.where(case_condition(petition, filters, user))
		.where(petition.registered_at.notnull())
		.orderby(petition.name)
		.orderby(sent.sent_at)
		.orderby(sent.creation)
		.limit(2 * MAX_CASES)
		.run(as_dict=True)
	)
	cases: dict[str, list[frappe._dict]] = {}
	for row in rows:
		cases.setdefault(row.name, []).append(row)
	return {
		name: dwell.stays(
			lines[0].registered_at,
			lines[0].ended_at,
			lines[0].now_at,
			[
				dwell.Sending(
					row.tier or dwell.DISTRICT, row.kind or "Assign", row.sent_at, row.part_ended_at
				)
				for row in lines
				if row.sent_at
			],
			now,
		)
		for name, lines in cases.items()
	}


def tier_figures(filters: CaseFilters, now: datetime, user: str | None = None) -> list[dict[str, Any]]:
	"""Cases, mean, median and longest hours per tier.

	Returns:
		One dict per tier, village first: tier, cases, standing (still there), mean_hours, median_hours, longest_hours;
		the hours are None where no case stood.
	"""
	found = stays_of_cases(filters, now, user)
	hours = dwell.hours_by_tier(found.values())
	standing = dict.fromkeys(dwell.TIERS, 0)
	for case in found.values():
		if case and case[-1].is_open:
			standing[case[-1].tier] = standing.get(case[-1].tier, 0) + 1
	return [
		{
			"tier": tier,
			"cases": len(hours[tier]),
			"standing": standing[tier],
			"mean_hours": dwell.mean(hours[tier]),
			"median_hours": dwell.middle(hours[tier]),
			"longest_hours": max(hours[tier], default=None),
		}
		for tier in dwell.TIERS
	]


def step_figures(filters: CaseFilters, user: str | None = None) -> list[dict[str, Any]]:
	"""Median hours per step of proxied and of direct cases (clause S18), in one query.

	Returns:
		One dict per step: step, proxied_cases, proxied_hours, direct_cases, direct_hours; the hours are None where no
		case took the step.
	"""
	petition = DocType("Petition")
	rows = (
		frappe.qb.from_(petition)
		.select(petition.is_proxied, *(petition[column] for column in STEP_COLUMNS))
		.where(case_condition(petition, filters, user))
		.orderby(petition.petitioned_at, order=frappe.qb.desc)
		.limit(MAX_CASES)
		.run(as_dict=True)
	)
	proxied = dwell.step_hours(row for row in rows if row.is_proxied)
	direct = dwell.step_hours(row for row in rows if not row.is_proxied)
	return [
		{
			"step": name,
			"proxied_cases": len(proxied[name]),
			"proxied_hours": dwell.middle(proxied[name]),
			"direct_cases": len(direct[name]),
			"direct_hours": dwell.middle(direct[name]),
		}
		for name, _begin, _end in dwell.STEPS
	]
