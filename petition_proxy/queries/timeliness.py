"""How fast units answer: the two clocks, counted from the rows as they stand at a given moment.

Nothing here is stored. A case is late because a moment lies after a due date, so a report is right even while
no job has run. The same terms select the cases behind a number (see `queries/ledger.py`).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import Case, DocType
from frappe.query_builder.functions import Cast, Count, CustomFunction
from frappe.utils import getdate
from pypika.terms import Criterion

from petition_proxy.domain import lifecycle
from petition_proxy.permissions.scope import scope_condition

DateDiff = CustomFunction("DATEDIFF", ["later", "earlier"])

IN_TIME = "In Time"
LATE = "Late"
NOT_YET_DUE = "Not Yet Due"
OVERDUE = "Overdue Now"
CLOCK_STATES: tuple[str, ...] = (IN_TIME, LATE, NOT_YET_DUE, OVERDUE)

# Steps of the summary, in calendar days from the petition to the reply.
ANSWER_STEPS: tuple[int, ...] = (15, 30, 60)

COUNT_FIELDS: tuple[str, ...] = (
	"filed",
	*(f"within_{days}" for days in ANSWER_STEPS),
	"answered",
	*(f"promise_{state}" for state in ("in_time", "late", "not_yet_due", "overdue")),
	*(f"statutory_{state}" for state in ("in_time", "late", "not_yet_due", "overdue")),
)


@dataclass(frozen=True)
class CaseFilters:
	"""Which petitions a report is about; None means no limit.

	Args:
		from_date: first day of the petition.
		to_date: last day of the petition, included.
		source: external source, for cases taken over from an old ledger.
		town: region code of a town.
		unit: handling unit; "" for cases that no unit has been given yet.
		category: category; its subcategories count as well.
	"""

	from_date: date | None = None
	to_date: date | None = None
	source: str | None = None
	town: str | None = None
	unit: str | None = None
	category: str | None = None

	@classmethod
	def read(cls, values: dict[str, Any] | None) -> "CaseFilters":
		"""Make filters from what a report's form sends.

		Raises:
			frappe.ValidationError: the first day lies after the last one.
		"""
		values = values or {}
		start, end = values.get("from_date"), values.get("to_date")
		made = cls(
			from_date=getdate(start) if start else None,
			to_date=getdate(end) if end else None,
			source=values.get("source") or None,
			town=values.get("town") or None,
			unit="" if values.get("without_unit") else values.get("unit") or None,
			category=values.get("category") or None,
		)
		if made.from_date and made.to_date and made.from_date > made.to_date:
			frappe.throw(_("The first day lies after the last one. Choose an earlier first day."))
		return made


def case_condition(table, filters: CaseFilters, user: str | None = None) -> Criterion:
	"""The filed petitions a user may see and the filters ask for.

	Args:
		table: petition table of the query.
		filters: see `CaseFilters`.
		user: user id; the session's user by default.
	"""
	terms = [table.workflow_state != lifecycle.DRAFT]
	if filters.from_date:
		terms.append(table.petitioned_at >= datetime.combine(filters.from_date, datetime.min.time()))
	if filters.to_date:
		day_after = filters.to_date + timedelta(days=1)
		terms.append(table.petitioned_at < datetime.combine(day_after, datetime.min.time()))
	if filters.source:
		terms.append(table.external_source == filters.source)
	if filters.town:
		terms.append(table.town == filters.town)
	if filters.unit:
		terms.append(table.handling_unit == filters.unit)
	elif filters.unit == "":
		terms.append(table.handling_unit.isnull() | (table.handling_unit == ""))
	if filters.category:
		terms.append(table.category.isin(_with_subcategories(filters.category)))
	scope = scope_condition(table, user)
	if scope is not None:
		terms.append(scope)
	return Criterion.all(terms)


def clock_terms(answered_at, due_at, now: datetime) -> dict[str, Criterion]:
	"""The four places a case can stand on one clock, as query conditions.

	They say what `domain.deadlines.is_late` says: a fraction of the last second still belongs to the last day.

	Args:
		answered_at: column of the answer.
		due_at: column of the due date; a case without one is in none of the four.
		now: the present moment.
	"""
	this_second = now.replace(microsecond=0)
	second = Cast(answered_at, "DATETIME")
	return {
		IN_TIME: second <= due_at,
		LATE: second > due_at,
		NOT_YET_DUE: answered_at.isnull() & (due_at >= this_second),
		OVERDUE: answered_at.isnull() & (due_at < this_second),
	}


def answered_within(table, days: int) -> Criterion:
	"""Answered at most so many calendar days after the petition; the day of the petition is not counted."""
	return DateDiff(table.replied_at, table.petitioned_at) <= days


def timeliness_by_unit(filters: CaseFilters, now: datetime, user: str | None = None) -> list[dict[str, Any]]:
	"""Count filed, answered and late petitions per handling unit, in one grouped query.

	Args:
		filters: see `CaseFilters`.
		now: the moment to which "overdue" refers.
		user: whose row scope applies; the session's user by default.

	Returns:
		One dict per unit, by unit code: `handling_unit` (None for cases without a unit) and the integers of
		`COUNT_FIELDS`. `within_15` and its likes are in calendar days and contain one another.
	"""
	petition = DocType("Petition")
	promise = clock_terms(petition.replied_at, petition.reply_due_at, now)
	statute = clock_terms(petition.replied_at, petition.statutory_due_at, now)
	counted = [
		*(answered_within(petition, days) for days in ANSWER_STEPS),
		petition.replied_at.notnull(),
		*(promise[state] for state in CLOCK_STATES),
		*(statute[state] for state in CLOCK_STATES),
	]
	query = (
		frappe.qb.from_(petition)
		.select(petition.handling_unit, Count("*").as_(COUNT_FIELDS[0]))
		.where(case_condition(petition, filters, user))
		.groupby(petition.handling_unit)
		.orderby(petition.handling_unit)
	)
	for field, term in zip(COUNT_FIELDS[1:], counted, strict=True):
		query = query.select(Count(Case().when(term, 1)).as_(field))
	return query.run(as_dict=True)


def sum_counts(rows: list[dict[str, Any]]) -> dict[str, int]:
	"""Add up the integers of `COUNT_FIELDS` over the rows of `timeliness_by_unit`."""
	return {field: sum(row[field] or 0 for row in rows) for field in COUNT_FIELDS}


def on_time_rate(in_time: int, late: int, overdue: int) -> float | None:
	"""Share of the cases already decided by a clock that were answered in time.

	Args:
		in_time: answered before the clock ran out.
		late: answered after it.
		overdue: not answered although it ran out.

	Returns:
		0 to 100, or None where no case is decided yet, so that nobody reads an empty unit as bad or good.
	"""
	decided = in_time + late + overdue
	return 100.0 * in_time / decided if decided else None


def _with_subcategories(category: str) -> list[str]:
	node = frappe.db.get_value("Petition Category", category, ["lft", "rgt"], as_dict=True)
	if not node:
		frappe.throw(_("There is no category {0}. Choose one from the list.").format(category))
	return frappe.get_all(
		"Petition Category",
		filters={"lft": [">=", node.lft], "rgt": ["<=", node.rgt]},
		pluck="name",
		order_by="name",
	)
