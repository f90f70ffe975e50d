"""What waits for whom: the queues of the workspace and the cases that are late at this moment."""

from datetime import datetime
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count

from petition_proxy.domain.lifecycle import AWAITING_NOTICE_STATES, AWAITING_REPLY_STATES
from petition_proxy.permissions.scope import scope_condition

TIMED_STATES: tuple[str, ...] = tuple(sorted(AWAITING_NOTICE_STATES | AWAITING_REPLY_STATES))


def late_filters(now: datetime) -> list[list]:
	"""List filters for the open cases whose running clock has ended.

	Args:
		now: the present moment.

	Returns:
		Filters as the list view and `frappe.get_list` take them. `due_at` is the end of the clock that runs in
		the case's state, so one comparison covers notice, promise and statute. It is asked to be set as well,
		because list queries count an empty date as one before all others.
	"""
	return [
		["Petition", "workflow_state", "in", list(TIMED_STATES)],
		["Petition", "due_at", "is", "set"],
		["Petition", "due_at", "<", now.strftime("%Y-%m-%d %H:%M:%S")],
	]


def count_late(now: datetime, user: str | None = None) -> int:
	"""Number of late cases a user may see.

	Args:
		now: the present moment.
		user: user id; the session's user by default.
	"""
	petition = DocType("Petition")
	query = frappe.qb.from_(petition).select(Count("*"))
	return _late(query, petition, now, user).run()[0][0]


def late_cases(
	now: datetime,
	town: str | None = None,
	unit: str | None = None,
	limit: int = 5000,
	user: str | None = None,
) -> list[dict[str, Any]]:
	"""The late cases a user may see, the longest overdue first: numbers and days, nothing about people.

	Args:
		now: the present moment.
		town: of this town only.
		unit: of this unit only.
		limit: at most so many.
		user: user id; the session's user by default.
	"""
	petition, handler, place = DocType("Petition"), DocType("Handling Unit"), DocType("Region")
	query = (
		frappe.qb.from_(petition)
		.left_join(handler)
		.on(handler.name == petition.handling_unit)
		.left_join(place)
		.on(place.name == petition.town)
		.select(petition.name, petition.workflow_state, petition.due_at)
		.select(handler.unit_name, place.region_name.as_("town_name"))
		.orderby(petition.due_at)
		.orderby(petition.name)
		.limit(limit)
	)
	if town:
		query = query.where(petition.town == town)
	if unit:
		query = query.where(petition.handling_unit == unit)
	rows = _late(query, petition, now, user).run(as_dict=True)
	for row in rows:
		row.days_late = (now - row.due_at).days
	return rows


def _late(query, petition, now: datetime, user: str | None):
	query = query.where(petition.workflow_state.isin(TIMED_STATES)).where(
		petition.due_at < now.replace(microsecond=0)
	)
	scope = scope_condition(petition, user)
	return query if scope is None else query.where(scope)
