"""Reads what `domain/routing.py` decides on: the rules that may fit a case, its units, the accused. Four queries at most."""

import frappe
from frappe import _
from frappe.query_builder import Criterion, DocType
from frappe.utils import getdate
from pypika.terms import ExistsCriterion

from petition_proxy.domain import routing

UNIT_COLUMNS = ("name", "unit_name", "tier", "unit_type", "town", "village", "is_active", "head")


def set_route(doc, now) -> None:
	"""Write proposal and coordination on a case. Never fails: what is missing is said in the reason.

	Args:
		doc: the petition, before it is written.
		now: the moment whose rules apply.
	"""
	categories = _categories(doc.category)
	rules = _rules(doc, [row.name for row in categories], getdate(now))
	units = _units(doc, [row.default_unit for row in categories if row.default_unit])
	accused = _units_of_accused(doc)
	made = {name: _as_unit(row, doc, accused) for name, row in units.items()}
	matter = routing.Matter(
		getdate(now),
		tuple(row.name for row in categories),
		(doc.village, doc.town, doc.district),
		doc.petition_kind,
	)
	proposal = routing.propose(
		matter,
		[
			*(_as_rule(row, _as_unit(row, doc, accused)) for row in rules),
			*(
				routing.Rule(None, made[row.default_unit], row.name)
				for row in categories
				if row.default_unit in made
			),
		],
	)
	doc.proposed_unit, doc.proposal_rule = proposal.unit, proposal.rule
	# kept in the language of whoever files: a district works in one
	doc.proposal_reason = say(proposal.reason)
	concerned = [made[row.handling_unit] for row in doc.concerned_units if row.handling_unit in made]
	why = routing.needs_coordination(concerned, bool(doc.is_city_competence))
	doc.needs_coordination = 1 if why else 0
	doc.coordination_reason = say(why) if why else None


def set_first_tier(doc, now) -> None:
	"""The tier at which a filed case waits first; `set_route` has run."""
	village = _village_unit(doc)
	doc.tier = routing.first_tier(
		doc.channel, doc.filing_channel, doc.petition_kind, village, bool(doc.needs_coordination)
	)
	doc.tier_since = now


def say(words: routing.Words) -> str:
	return _(words.template).format(**words.params)


def _categories(category: str | None) -> list[frappe._dict]:
	"""The category and those above it, nearest first."""
	if not category:
		return []
	own, above = DocType("Petition Category"), DocType("Petition Category").as_("above")
	return (
		frappe.qb.from_(own)
		.join(above)
		.on((above.lft <= own.lft) & (above.rgt >= own.rgt))
		.select(above.name, above.default_unit)
		.where(own.name == category)
		.orderby(above.lft, order=frappe.qb.desc)
		.run(as_dict=True)
	)


def _rules(doc, categories: list[str], on) -> list[frappe._dict]:
	rule, unit = DocType("Responsibility Rule"), DocType("Handling Unit")
	regions = [region for region in (doc.village, doc.town, doc.district) if region]
	return (
		frappe.qb.from_(rule)
		.join(unit)
		.on(unit.name == rule.handling_unit)
		.select(
			rule.name.as_("rule"),
			rule.category,
			rule.region,
			rule.priority,
			rule.reason,
			rule.valid_from,
			rule.valid_to,
			*(unit[column] for column in UNIT_COLUMNS),
		)
		.where(_blank_or_in(rule.category, categories) & _blank_or_in(rule.region, regions))
		.where((rule.valid_from <= on) & (rule.valid_to.isnull() | (rule.valid_to >= on)))
		.where(unit.district == doc.district)
		.orderby(rule.name)
		.limit(500)
		.run(as_dict=True)
	)


def _blank_or_in(column, values: list[str]) -> Criterion:
	blank = column.isnull() | (column == "")
	return (blank | column.isin(values)) if values else blank


def _units(doc, default_units: list[str]) -> dict[str, frappe._dict]:
	names = sorted({*default_units, *(row.handling_unit for row in doc.concerned_units)})
	if not names:
		return {}
	unit = DocType("Handling Unit")
	rows = (
		frappe.qb.from_(unit)
		.select(*(unit[column] for column in UNIT_COLUMNS))
		.where(unit.name.isin(names))
		.run(as_dict=True)
	)
	return {row.name: row for row in rows}


def _village_unit(doc) -> routing.Unit | None:
	unit = DocType("Handling Unit")
	rows = (
		frappe.qb.from_(unit)
		.select(*(unit[column] for column in UNIT_COLUMNS))
		.where((unit.village == doc.village) & (unit.tier == "Village") & (unit.is_active == 1))
		.orderby(unit.name)
		.limit(1)
		.run(as_dict=True)
	)
	return _as_unit(rows[0], doc, _units_of_accused(doc)) if rows else None


def _units_of_accused(doc) -> frozenset[str]:
	"""Units that a case may not go to because of the officer complained about.

	The unit the officer leads, always (recusal, R22 art. 28); for reports and accusations every unit the officer works
	in, since their content may not reach the accused (R22 art. 30).
	"""
	if not doc.accused_user:
		return frozenset()
	unit, member = DocType("Handling Unit"), DocType("Handling Unit Member")
	terms = unit.head == doc.accused_user
	if doc.petition_kind == routing.REPORT_KIND:
		terms |= ExistsCriterion(
			frappe.qb.from_(member)
			.select(member.name)
			.where((member.parent == unit.name) & (member.user == doc.accused_user))
		)
	return frozenset(frappe.qb.from_(unit).select(unit.name).where(terms).run(pluck=True))


def is_unit_of_accused(doc, unit: str) -> bool:
	"""Whether a unit is complained about, or led by (for reports: the workplace of) the officer who is."""
	return unit == doc.accused_unit or unit in _units_of_accused(doc)


def _as_unit(row, doc, accused: frozenset[str]) -> routing.Unit:
	return routing.Unit(
		row.name,
		row.unit_name,
		row.tier,
		row.unit_type,
		row.town,
		bool(row.is_active),
		row.name == doc.accused_unit or row.name in accused,
	)


def _as_rule(row, unit: routing.Unit) -> routing.Rule:
	return routing.Rule(
		row.rule,
		unit,
		row.category or None,
		row.region or None,
		row.priority or 0,
		row.reason,
		row.valid_from,
		row.valid_to,
	)
