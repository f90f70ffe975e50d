"""What a figure is counted from: rows with a place, a unit and an agent, and conditions on them.

Every figure of the catalogue names a source and two of its terms. The same rows and the same term give the number (`count`)
and the list behind it (`listing`), so the two cannot differ.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import frappe
from frappe.query_builder import Case, Criterion
from frappe.query_builder.functions import Count, Sum

from petition_proxy.permissions.scope import Scope, get_scope, scope_condition

DISTRICT, TOWN, VILLAGE, UNIT, AGENT = "District", "Town", "Village", "Unit", "Agent"
LEVELS = (DISTRICT, TOWN, VILLAGE, UNIT, AGENT)
PLACES = (DISTRICT, TOWN, VILLAGE)
COLUMN_OF = {DISTRICT: "district", TOWN: "town", VILLAGE: "village", UNIT: "unit", AGENT: "agent"}
# One line for everything asked about: the total of a report, the number of a card.
TOTAL = "Total"


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

	@property
	def start(self) -> datetime:
		return datetime.combine(self.first, datetime.min.time())

	@property
	def end(self) -> datetime:
		"""First moment after the last day."""
		return datetime.combine(self.last + timedelta(days=1), datetime.min.time())

	def holds(self, column) -> Criterion:
		return (column >= self.start) & (column < self.end) & (column <= self.cut_off)

	def holds_day(self, column) -> Criterion:
		"""The same for a column of days."""
		return (column >= self.first) & (column <= self.last) & (column <= self.cut_off.date())


@dataclass(frozen=True)
class Ask:
	"""Which rows are asked about; None means no limit.

	Args:
		period: days and cut-off.
		district, town, village: a place.
		unit: a handling unit.
		agent: a proxy agent.
		cases: condition on the petition table, for rows of cases: `in_scope()` or `without_complaints`.
		reader: whose places count, for rows that are no cases.
		memo: what sources have read for this question, so that two of them do not read it twice.
	"""

	period: Period
	district: str | None = None
	town: str | None = None
	village: str | None = None
	unit: str | None = None
	agent: str | None = None
	cases: Callable | None = None
	reader: Scope | None = None
	memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

	def within(self, columns: Mapping[str, Any]) -> list[Criterion]:
		"""Conditions of place, unit and agent.

		Args:
			columns: column of the query by name; what a source lacks is not limited by it.
		"""
		terms = []
		for name in COLUMN_OF.values():
			value = getattr(self, name)
			if value and name in columns:
				terms.append(columns[name] == value)
		return terms

	def seen(self, columns: Mapping[str, Any]) -> list[Criterion]:
		"""Conditions that keep rows which are no cases to the places wholly in the reader's scope."""
		if self.reader is None or self.reader.sees_all:
			return []
		terms = [
			columns[column].isin(sorted(values))
			for column, values in self.reader.claims
			if column in ("district", "town") and column in columns and values
		]
		if self.reader.villages and "village" in columns:
			terms.append(columns["village"].isin(sorted(self.reader.villages)))
		never = columns["district"].isnull() & columns["district"].notnull()
		return [Criterion.any(terms) if terms else never]

	def admits(self, row: Mapping) -> bool:
		"""The same two rules for a row in memory."""
		for name in COLUMN_OF.values():
			value = getattr(self, name)
			if value and name in row and row[name] != value:
				return False
		if self.reader is None or self.reader.sees_all:
			return True
		claims = [(c, v) for c, v in self.reader.claims if c in ("district", "town")]
		return any(row.get(c) in v for c, v in claims) or row.get("village") in self.reader.villages


def in_scope(user: str | None = None) -> Callable:
	"""Condition for figures that follow the reader: the cases the user may see."""
	return lambda petition: scope_condition(petition, user)


def ask_as(user: str | None, period: Period, **places: str | None) -> Ask:
	"""What a user asks: cases and places of the own scope.

	Args:
		user: user id; the session's user if None.
		period: days and cut-off.
		places: district, town, village, unit, agent.
	"""
	return Ask(
		period, **{k: v or None for k, v in places.items()}, cases=in_scope(user), reader=get_scope(user)
	)


@dataclass(frozen=True)
class Weighted:
	"""A term that adds up a column instead of counting rows.

	Args:
		holds: condition, given the rows and the period.
		column: what is added up.
	"""

	holds: Callable
	column: str


@dataclass(frozen=True)
class TableSource:
	"""Rows of the database.

	Args:
		doctype: what its list shows; the rows' `name` is one.
		rows: the query, as a table with name, the columns of its levels and what the terms need.
		terms: name to condition on these rows and the period.
		levels: where its figures mean something.
		detail: further columns of the list.
	"""

	doctype: str
	rows: Callable[[Ask], Any]
	terms: Mapping[str, Callable | Weighted]
	levels: tuple[str, ...] = LEVELS
	detail: tuple[str, ...] = ()

	def count(self, level: str, names: Iterable[str], ask: Ask) -> dict[str, dict[str, int]]:
		"""Terms per scope, in one grouped query.

		Args:
			level: one of `LEVELS`, or `TOTAL`.
			names: terms.
			ask: which rows.

		Returns:
			Scope id to term to number; at `TOTAL` the one id is "". Rows without a scope of the level are under "" as well,
			so that all numbers together are the total.
		"""
		rows = self.rows(ask)
		query = frappe.qb.from_(rows)
		if level == TOTAL:
			query = query.select(Count("*").as_("scope_rows"))
		else:
			column = rows[COLUMN_OF[level]]
			query = query.select(column.as_("scope_id")).groupby(column).orderby(column)
		for name in names:
			term = self.terms[name]
			if isinstance(term, Weighted):
				value = Case().when(term.holds(rows, ask.period), rows[term.column]).else_(0)
			else:
				value = Case().when(term(rows, ask.period), 1).else_(0)
			query = query.select(Sum(value).as_(name))
		found: dict[str, dict[str, int]] = {}
		for row in query.run(as_dict=True):
			row.pop("scope_rows", None)
			values = found.setdefault(row.pop("scope_id", "") or "", {})
			for name, value in row.items():
				values[name] = values.get(name, 0) + int(value or 0)
		return found

	def listing(
		self, name: str, level: str, scope: str, ask: Ask, start: int = 0, limit: int = 100
	) -> list[dict[str, Any]]:
		"""The rows behind a number, in the order of their names.

		Args:
			name: a term.
			level: level of the number.
			scope: its scope id.
			ask: which rows.
			start: rows to skip.
			limit: at most so many.
		"""
		rows = self.rows(ask)
		term = self.terms[name]
		holds = term.holds if isinstance(term, Weighted) else term
		query = (
			frappe.qb.from_(rows)
			.select(rows.name, *(rows[column] for column in (*self.own_columns(), *self.detail)))
			.where(holds(rows, ask.period))
			.orderby(rows.name)
			.offset(start)
			.limit(limit)
		)
		for column in self.detail:
			query = query.orderby(rows[column])
		if level != TOTAL:
			query = query.where(rows[COLUMN_OF[level]] == scope)
		return query.run(as_dict=True)

	def own_columns(self) -> tuple[str, ...]:
		return tuple(COLUMN_OF[level] for level in LEVELS if level in self.levels)


@dataclass(frozen=True)
class MemorySource:
	"""Rows that a rule has to work out: places and people, as many as a district has of them.

	Args:
		doctype: what its list shows.
		rows: the rows, each with name, the columns of its levels and a number per term.
		terms: names of these numbers.
		levels: where its figures mean something.
	"""

	doctype: str
	rows: Callable[[Ask], list[dict[str, Any]]]
	terms: tuple[str, ...]
	levels: tuple[str, ...] = PLACES
	detail: tuple[str, ...] = ()

	def count(self, level: str, names: Iterable[str], ask: Ask) -> dict[str, dict[str, int]]:
		names = tuple(names)
		found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(names, 0))
		if level == TOTAL:
			found[""] = dict.fromkeys(names, 0)
		for row in self.rows(ask):
			if not ask.admits(row):
				continue
			scope = "" if level == TOTAL else row.get(COLUMN_OF[level]) or ""
			for name in names:
				found[scope][name] += int(row[name] or 0)
		return dict(found)

	def listing(
		self, name: str, level: str, scope: str, ask: Ask, start: int = 0, limit: int = 100
	) -> list[dict[str, Any]]:
		rows = [
			{column: row.get(column) for column in ("name", *self.own_columns(), *self.detail)}
			for row in self.rows(ask)
			if row[name] and ask.admits(row) and (level == TOTAL or row.get(COLUMN_OF[level]) == scope)
		]
		rows.sort(key=lambda row: row["name"])
		return rows[start : start + limit]

	def own_columns(self) -> tuple[str, ...]:
		return tuple(COLUMN_OF[level] for level in LEVELS if level in self.levels)


Source = TableSource | MemorySource
