"""What waits for whom: the queues of the workspace and the cases that are late at this moment."""

from datetime import datetime

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
	query = (
		frappe.qb.from_(petition)
		.select(Count("*"))
		.where(petition.workflow_state.isin(TIMED_STATES))
		.where(petition.due_at < now.replace(microsecond=0))
	)
	scope = scope_condition(petition, user)
	if scope is not None:
		query = query.where(scope)
	return query.run()[0][0]
