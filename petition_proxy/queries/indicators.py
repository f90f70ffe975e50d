"""The indicators of the bulletin and of scorecards, each of them once: what is counted, of what, by which day.

One row is one round of one case; a reopened case is two rows, so no figure mixes rounds. Clocks are reckoned on the day
they were decided: in time on the day of the act, late on the day the limit ran out. So each round counts in one period
only, and what happens later does not change a period that is over; only late ratings and corrections do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import frappe
from frappe.query_builder import Case, Criterion, DocType
from frappe.query_builder.functions import Cast, Coalesce, CustomFunction, Sum
from pypika.terms import ValueWrapper

from petition_proxy.domain import lifecycle, ratings
from petition_proxy.domain.errors import mark as _  # the texts are translated where they are shown
from petition_proxy.domain.standing import Figure
from petition_proxy.permissions.scope import REPORT_KIND, scope_condition

Greatest = CustomFunction("GREATEST", ["one", "other"])

DISTRICT, TOWN, VILLAGE, UNIT, AGENT = "District", "Town", "Village", "Unit", "Agent"
LEVELS = (DISTRICT, TOWN, VILLAGE, UNIT, AGENT)
COLUMN_OF = {DISTRICT: "district", TOWN: "town", VILLAGE: "village", UNIT: "unit", AGENT: "agent"}


@dataclass(frozen=True)
class Period:
	"""Days that are counted, and the moment as of which.

	Args:
		first: first day.
		last: last day, included.
		cut_off: later ratings and stamps are left out.
	"""

	first: date
	last: date
	cut_off: datetime

	def holds(self, column) -> Criterion:
		start = datetime.combine(self.first, datetime.min.time())
		end = datetime.combine(self.last + timedelta(days=1), datetime.min.time())
		return (column >= start) & (column < end) & (column <= self.cut_off)


@dataclass(frozen=True)
class Indicator:
	"""One indicator.

	Args:
		code: stable id, also its label.
		counted: term that is counted.
		of: term that it is counted of; None for a plain number.
		more_is_better: None where neither is.
		levels: where it means something.
		meaning: what it says, for scorecards.
	"""

	code: str
	counted: str
	of: str | None
	more_is_better: bool | None
	meaning: str
	levels: tuple[str, ...] = LEVELS


# Terms: name -> condition on a row of `_rounds`
# ----------------------------------------------
def _by(column, due):
	"""Done by a limit: a fraction of the last second still belongs to the last day."""
	return Cast(column, "DATETIME") <= due


def _in_time(done: str, due: str) -> Callable:
	return lambda t, p: _by(t[done], t[due]) & p.holds(t[done])


def _reckoned(done: str, due: str) -> Callable:
	"""In time, or the limit ran out in the period while the round was still open."""

	def term(t, p):
		ran_out = (
			p.holds(t[due])
			& (t[due] < p.cut_off)
			& (t[done].isnull() | (Cast(t[done], "DATETIME") > t[due]))
			& (t.ended_at.isnull() | (t.ended_at > t[due]))
		)
		return _in_time(done, due)(t, p) | ran_out

	return term


def _filed(t, p):
	return p.holds(t.registered_at)


def _served(t, p):
	return p.holds(t.served_at)


def _rated(column: str, *grades: str) -> Callable:
	return lambda t, p: _served(t, p) & t[column].isin(grades)


TERMS: dict[str, Callable] = {
	"filed": _filed,
	"accepted_in_time": _in_time("decided_at", "notice_due_at"),
	"acceptance_reckoned": _reckoned("decided_at", "notice_due_at"),
	"replied_in_time": _in_time("replied_at", "reply_due_at"),
	"reply_reckoned": _reckoned("replied_at", "reply_due_at"),
	"replied_by_statute": _in_time("replied_at", "statutory_due_at"),
	"statute_reckoned": _reckoned("replied_at", "statutory_due_at"),
	"served": _served,
	"unit_rated": _rated("unit_rating", *ratings.RATINGS),
	"unit_satisfied": _rated("unit_rating", ratings.SATISFIED, ratings.BASICALLY_SATISFIED),
	"unit_fully_satisfied": _rated("unit_rating", ratings.SATISFIED),
	"agent_rated": _rated("agent_rating", *ratings.RATINGS),
	"agent_satisfied": _rated("agent_rating", ratings.SATISFIED, ratings.BASICALLY_SATISFIED),
	"repeats": lambda t, p: _filed(t, p) & (t.is_repeat == 1),
	"proxied": lambda t, p: _filed(t, p) & (t.is_proxied == 1),
	"settled_by_village": lambda t, p: (
		_filed(t, p) & (t.outcome == "Settled on the Spot") & (t.closed_at <= p.cut_off)
	),
	"overdue": lambda t, p: (
		(t.is_current == 1)
		& (t.registered_at <= p.cut_off)
		& (t.reply_due_at < p.cut_off)
		& (t.replied_at.isnull() | (t.replied_at > p.cut_off))
		& (t.ended_at.isnull() | (t.ended_at > p.cut_off))
	),
}

# English labels are ids; locale files and `setup/strings.py` give their words.
INDICATORS: tuple[Indicator, ...] = (
	Indicator("Filed", "filed", None, None, _("Cases registered in the period")),
	Indicator(
		"Timely Acceptance",
		"accepted_in_time",
		"acceptance_reckoned",
		True,
		_(
			"Told within the limit whether the matter is accepted, of all whose answer or limit fell in the period"
		),
	),
	Indicator(
		"On-time Reply",
		"replied_in_time",
		"reply_reckoned",
		True,
		_("Replied within the promised days, of all whose reply or promise fell in the period"),
	),
	Indicator(
		"On-time by Statute",
		"replied_by_statute",
		"statute_reckoned",
		True,
		_("Replied within the statutory limit, an approved extension included"),
	),
	Indicator(
		"Participation",
		"unit_rated",
		"served",
		True,
		_("Rated by the petitioner, of all replies handed over"),
	),
	Indicator(
		"Satisfaction",
		"unit_satisfied",
		"unit_rated",
		True,
		_("Satisfied or basically satisfied with the unit, of all rated; unrated cases stay out"),
	),
	Indicator(
		"Strict Satisfaction",
		"unit_fully_satisfied",
		"unit_rated",
		True,
		_("Satisfied with the unit, of all rated"),
	),
	Indicator(
		"Agent Satisfaction",
		"agent_satisfied",
		"agent_rated",
		True,
		_("Satisfied or basically satisfied with the agent, of all rated"),
	),
	Indicator("Repeat Rate", "repeats", "filed", False, _("Repeats of an earlier case, of all registered")),
	Indicator(
		"Proxy Rate",
		"proxied",
		"filed",
		None,
		_("Filed by an agent, of all registered"),
		(DISTRICT, TOWN, VILLAGE, UNIT),
	),
	Indicator(
		"Village Settled",
		"settled_by_village",
		"filed",
		True,
		_("Settled on the spot by the village, of all registered"),
		(DISTRICT, TOWN, VILLAGE, AGENT),
	),
	Indicator(
		"Overdue at Cut-off", "overdue", None, False, _("Not replied although the promised day has passed")
	),
)
# Counted over places and people rather than over cases.
ZERO_VILLAGES = Indicator(
	"Villages Without a Case",
	"",
	"",
	False,
	_("Villages in which no case was registered, of all villages"),
	(DISTRICT, TOWN),
)
ACTIVE_AGENTS = Indicator(
	"Active Agents",
	"",
	"",
	True,
	_("Agents on duty who filed at least one case, of all on duty"),
	(DISTRICT, TOWN, VILLAGE),
)
ALL_INDICATORS = (*INDICATORS, ZERO_VILLAGES, ACTIVE_AGENTS)
CODES: tuple[str, ...] = tuple(i.code for i in ALL_INDICATORS)
BY_CODE: dict[str, Indicator] = {i.code: i for i in ALL_INDICATORS}


def for_level(level: str) -> list[Indicator]:
	"""The indicators that mean something at a level, in their order."""
	return [i for i in ALL_INDICATORS if level in i.levels]


# Rows
# ----
def _rounds(district: str | None, cut_off: datetime, condition: Callable | None, agent: str | None = None):
	"""Every round of every filed case as one row, with the ratings known at the cut-off.

	Args:
		district: only its cases.
		cut_off: later ratings are left out.
		condition: further condition, given the petition table.
		agent: only rounds of this agent; an earlier round may have had another one than the case has now.
	"""
	petition, past = DocType("Petition"), DocType("Petition Round")

	def limit(query):
		query = query.where(petition.registered_at.notnull() & (petition.workflow_state != lifecycle.DRAFT))
		if district:
			query = query.where(petition.district == district)
		extra = condition(petition) if condition else None
		return query if extra is None else query.where(extra)

	current = limit(_with_ratings(frappe.qb.from_(petition), petition, petition.name, cut_off))
	earlier = limit(
		_with_ratings(
			frappe.qb.from_(past).join(petition).on(petition.name == past.petition),
			past,
			past.petition,
			cut_off,
		)
	)
	if agent:
		current, earlier = current.where(petition.agent == agent), earlier.where(past.agent == agent)
	current = current.select(*_columns(petition, petition, 1))
	earlier = earlier.select(*_columns(past, petition, 0))
	return (current * earlier).as_("case_round")


def _with_ratings(query, source, petition_name, cut_off: datetime):
	for alias, party in (("unit_eval", "Handling Unit"), ("agent_eval", "Proxy Agent")):
		rating = DocType("Evaluation").as_(alias)
		query = query.left_join(rating).on(
			(rating.petition == petition_name)
			& (rating["round"] == source["round"])
			& (rating.rated_party == party)
			& (rating.entered_at <= cut_off)
		)
	return query


def _columns(source, petition, is_current: int) -> list:
	"""The same columns from the case itself or from an earlier round of it."""
	unit_eval, agent_eval = DocType("Evaluation").as_("unit_eval"), DocType("Evaluation").as_("agent_eval")
	ended = (
		Case()
		.when(petition.workflow_state == lifecycle.MERGED, petition.merged_at)
		.else_(petition.withdrawn_at)
		if is_current
		else source.ended_at
	)
	return [
		petition.name.as_("petition"),
		petition.district.as_("district"),
		petition.town.as_("town"),
		petition.village.as_("village"),
		source.handling_unit.as_("unit"),
		source.agent.as_("agent"),
		petition.is_proxied.as_("is_proxied"),
		(petition.is_repeat if is_current else ValueWrapper(0)).as_("is_repeat"),
		source.outcome.as_("outcome"),
		source.registered_at.as_("registered_at"),
		Coalesce(source.accepted_at, source.refused_at, source.closed_at).as_("decided_at"),
		source.notice_due_at.as_("notice_due_at"),
		source.replied_at.as_("replied_at"),
		source.reply_due_at.as_("reply_due_at"),
		Greatest(source.statutory_due_at, Coalesce(source.extended_until, source.statutory_due_at)).as_(
			"statutory_due_at"
		),
		source.served_at.as_("served_at"),
		source.closed_at.as_("closed_at"),
		ended.as_("ended_at"),
		ValueWrapper(is_current).as_("is_current"),
		unit_eval.rating.as_("unit_rating"),
		agent_eval.rating.as_("agent_rating"),
	]


def without_complaints(petition) -> Criterion:
	"""Cases a circular may count: it reaches the units, so reports and complaints against one of them are not in it.

	Regulation on Petition Work 2022, art. 30: nothing of a complaint reaches the unit or person it is about.
	"""
	return (
		(petition.petition_kind != REPORT_KIND)
		& (petition.accused_unit.isnull() | (petition.accused_unit == ""))
		& (petition.accused_user.isnull() | (petition.accused_user == ""))
	)


def in_scope(user: str | None = None) -> Callable:
	"""Condition for reports that follow the reader: the cases the user may see."""
	return lambda petition: scope_condition(petition, user)


def count_terms(
	level: str,
	period: Period,
	district: str | None = None,
	condition: Callable | None = None,
	agent: str | None = None,
) -> dict[str, dict[str, int]]:
	"""All terms per scope of a level, in one grouped query.

	Args:
		level: one of `LEVELS`.
		period: days and cut-off.
		district: only its cases.
		condition: which cases count: `without_complaints` or `in_scope()`.
		agent: only the rounds of this agent.

	Returns:
		Scope id to term to number.
	"""
	rows = _rounds(district, period.cut_off, condition, agent)
	column = rows[COLUMN_OF[level]]
	query = (
		frappe.qb.from_(rows)
		.select(column.as_("scope_id"))
		.where(column.notnull() & (column != ""))
		.groupby(column)
		.orderby(column)
	)
	for name, term in TERMS.items():
		query = query.select(Sum(Case().when(term(rows, period), 1).else_(0)).as_(name))
	return {row.pop("scope_id"): {k: int(v or 0) for k, v in row.items()} for row in query.run(as_dict=True)}


def figures_of(terms: Mapping[str, int], level: str) -> dict[str, Figure]:
	"""Indicators of one scope from its terms."""
	return {
		i.code: (terms.get(i.counted, 0), terms.get(i.of, 0) if i.of else None)
		for i in INDICATORS
		if level in i.levels
	}


# Places and people
# -----------------
def count_villages(
	district: str, by_village: Mapping[str, Mapping[str, int]], on: date
) -> tuple[dict, list[str]]:
	"""Villages without a case by district and town.

	Args:
		district: the district.
		by_village: terms per village.
		on: day on which a village must exist.

	Returns:
		Scope to figure, and the ids of the villages without a case.
	"""
	region = DocType("Region")
	rows = (
		frappe.qb.from_(region)
		.select(region.name, region.town)
		.where((region.level == "Village") & (region.district == district))
		.where(region.valid_from.isnull() | (region.valid_from <= on))
		.where(region.valid_to.isnull() | (region.valid_to >= on))
		.orderby(region.name)
		.run()
	)
	figures: dict[str, list[int]] = {}
	empty = []
	for village, town in rows:
		is_empty = not by_village.get(village, {}).get("filed")
		if is_empty:
			empty.append(village)
		for scope in filter(None, (district, town)):
			figure = figures.setdefault(scope, [0, 0])
			figure[0] += is_empty
			figure[1] += 1
	return {scope: tuple(figure) for scope, figure in figures.items()}, empty


def count_active_agents(district: str, by_agent: Mapping[str, Mapping[str, int]]) -> dict[str, Figure]:
	"""Agents on duty who filed a case, by district, town and village."""
	figures: dict[str, list[int]] = {}
	for row in frappe.get_all(
		"Proxy Agent",
		filters={"district": district, "status": "On Duty"},
		fields=["name", "town", "village"],
		order_by="name asc",
	):
		is_active = bool(by_agent.get(row.name, {}).get("filed"))
		for scope in filter(None, (district, row.town, row.village)):
			figure = figures.setdefault(scope, [0, 0])
			figure[0] += is_active
			figure[1] += 1
	return {scope: tuple(figure) for scope, figure in figures.items()}


def read_district(
	district: str, period: Period, condition: Callable | None = without_complaints
) -> tuple[dict[str, dict[str, dict[str, Figure]]], list[str]]:
	"""All figures of a district: level to scope to indicator to (counted, of), and the villages without a case.

	A handful of grouped queries, whatever the number of cases, villages and agents.
	"""
	terms = {level: count_terms(level, period, district, condition) for level in LEVELS}
	zero, empty = count_villages(district, terms[VILLAGE], period.last)
	active = count_active_agents(district, terms[AGENT])
	scopes = {
		level: sorted({*terms[level], *ids}) for level, ids in all_scopes(district, period.last).items()
	}
	figures: dict[str, dict[str, dict[str, Figure]]] = {}
	for level in LEVELS:
		figures[level] = {}
		for scope in scopes[level]:
			values = figures_of(terms[level].get(scope, {}), level)
			if level in ZERO_VILLAGES.levels:
				values[ZERO_VILLAGES.code] = zero.get(scope, (0, 0))
			if level in ACTIVE_AGENTS.levels:
				values[ACTIVE_AGENTS.code] = active.get(scope, (0, 0))
			figures[level][scope] = values
	return figures, empty


def all_scopes(district: str, on: date) -> dict[str, list[str]]:
	"""Whom a bulletin names even without a case: places in force, units that decide, agents on duty."""
	region = DocType("Region")
	rows = (
		frappe.qb.from_(region)
		.select(region.name, region.level)
		.where((region.district == district) | (region.name == district))
		.where(region.valid_from.isnull() | (region.valid_from <= on))
		.where(region.valid_to.isnull() | (region.valid_to >= on))
		.orderby(region.name)
		.run()
	)
	scopes: dict[str, list[Any]] = {level: [n for n, lv in rows if lv == level] for level in (TOWN, VILLAGE)}
	scopes[DISTRICT] = [district]
	scopes[UNIT] = frappe.get_all(
		"Handling Unit",
		filters={"district": district, "is_active": 1, "tier": ("!=", "Village")},
		pluck="name",
		order_by="name asc",
	)
	scopes[AGENT] = frappe.get_all(
		"Proxy Agent", filters={"district": district, "status": "On Duty"}, pluck="name", order_by="name asc"
	)
	return scopes


def scope_names(level: str, ids: list[str]) -> dict[str, tuple[str, str | None]]:
	"""Name and town of scopes."""
	doctype, field = {
		UNIT: ("Handling Unit", "unit_name"),
		AGENT: ("Proxy Agent", "agent_name"),
	}.get(level, ("Region", "region_name"))
	if not ids:
		return {}
	rows = frappe.get_all(
		doctype, filters={"name": ("in", ids)}, fields=["name", field, "town"], order_by="name asc"
	)
	return {row.name: (row[field], row.name if level == TOWN else row.town) for row in rows}
