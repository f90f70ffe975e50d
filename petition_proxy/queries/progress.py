"""What petitioners were told, and in time: the task list and the figure behind it (反馈及时率)."""

from datetime import date, datetime, timedelta
from typing import Any

import frappe
from frappe.query_builder import Case, DocType
from frappe.query_builder.functions import Cast, Count
from pypika.terms import Criterion

from petition_proxy.domain.progress import NOT_TOLD_STATES, TO_TELL, TOLD, UNREACHABLE
from petition_proxy.permissions.scope import scope_condition


def to_be_told(
	petition: str | None = None,
	town: str | None = None,
	village: str | None = None,
	late_at: datetime | None = None,
	start: int = 0,
	limit: int = 500,
	user: str | None = None,
) -> list[dict[str, Any]]:
	"""Open nodes of the cases a user may see, the earliest to tell first.

	Args:
		petition: of this case only.
		town: of this town only.
		village: of this village only.
		late_at: only those whose time had passed by then.
		start: rows to skip.
		limit: at most so many.
		user: whose row scope applies; the session's user by default.
	"""
	notice, case, agent = DocType("Progress Notice"), DocType("Petition"), DocType("Proxy Agent")
	terms = [notice.status == TO_TELL, case.workflow_state.notin(NOT_TOLD_STATES)]
	if petition:
		terms.append(notice.petition == petition)
	if town:
		terms.append(case.town == town)
	if village:
		terms.append(case.village == village)
	if late_at:
		terms.append(notice.tell_by < late_at.replace(microsecond=0))
	return (
		frappe.qb.from_(notice)
		.join(case)
		.on(case.name == notice.petition)
		.left_join(agent)
		.on(agent.name == case.agent)
		.select(
			notice.name,
			notice.petition,
			notice.node,
			notice.content,
			notice.happened_at,
			notice.tell_by,
			case.subject,
			case.petitioner_name,
			case.masked_phone,
			case.village,
			case.agent,
			agent.agent_name,
			case.handling_unit,
		)
		.where(Criterion.all(_scoped(terms, case, user)))
		.orderby(notice.tell_by)
		.orderby(notice.happened_at)  # of one day, in the order in which it happened
		.orderby(notice.name)
		.offset(start)
		.limit(limit)
		.run(as_dict=True)
	)


COUNTS = ("nodes", "told", "in_time", "late", "open_late", "unreachable")


def feedback_figures(
	from_date: date, to_date: date, now: datetime, by: str | None = None, user: str | None = None
) -> list[dict[str, Any]]:
	"""Nodes of a period and how many were told in time.

	The figure is told within the limit by nodes; a node nobody could be reached for, though it was tried, is left out
	of both, and so is one that is open and not late yet.

	Args:
		from_date: first day of the nodes.
		to_date: last day, included.
		now: moment to which "late" of open nodes refers.
		by: column of the petition to group by: "town", "village", "agent" or "handling_unit".
		user: whose row scope applies; the session's user by default.

	Returns:
		Rows with the group (if any), `COUNTS` and `rate`, 0 to 100 or None without a decided node.
	"""
	notice, case = DocType("Progress Notice"), DocType("Petition")
	second = Cast(notice.told_at, "DATETIME")
	this_second = now.replace(microsecond=0)
	counted = {
		"told": notice.status == TOLD,
		"in_time": (notice.status == TOLD) & (second <= notice.tell_by),
		"late": (notice.status == TOLD) & (second > notice.tell_by),
		"open_late": (notice.status == TO_TELL)
		& (notice.tell_by < this_second)
		& case.workflow_state.notin(NOT_TOLD_STATES),
		"unreachable": notice.status == UNREACHABLE,
	}
	terms = [
		notice.happened_at >= datetime.combine(from_date, datetime.min.time()),
		notice.happened_at < datetime.combine(to_date + timedelta(days=1), datetime.min.time()),
	]
	query = (
		frappe.qb.from_(notice)
		.join(case)
		.on(case.name == notice.petition)
		.select(Count("*").as_("nodes"))
		.where(Criterion.all(_scoped(terms, case, user)))
	)
	for name, term in counted.items():
		query = query.select(Count(Case().when(term, 1)).as_(name))
	if by:
		if by not in ("town", "village", "agent", "handling_unit"):
			raise ValueError(by)
		query = query.select(case[by]).groupby(case[by]).orderby(case[by])
	rows = query.run(as_dict=True)
	for row in rows:
		decided = row.in_time + row.late + row.open_late
		row.rate = 100.0 * row.in_time / decided if decided else None
	return rows


def _scoped(terms: list[Criterion], case, user: str | None) -> list[Criterion]:
	scope = scope_condition(case, user)
	return terms if scope is None else [*terms, scope]
