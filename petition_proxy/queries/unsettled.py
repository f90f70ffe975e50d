"""What waits without anybody having taken it up: nothing can be silently unregistered (R22 art. 44)."""

from datetime import datetime
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Coalesce

from petition_proxy.domain import lifecycle
from petition_proxy.permissions.scope import scope_condition

DRAFT = "Draft Not Filed"
UNASSIGNED = "Registered, Not Assigned"
UNRECEIVED = "Sent, Not Received"
UNDECIDED = "Objected, Not Decided"
UNIT_CLOSED = "With a Closed Unit"
KINDS: tuple[str, ...] = (DRAFT, UNASSIGNED, UNRECEIVED, UNDECIDED, UNIT_CLOSED)
MAX_ROWS = 5000


def unsettled(
	now: datetime, kind: str | None = None, town: str | None = None, user: str | None = None
) -> list[dict]:
	"""Everything that waits for a first or a next hand, the longest first.

	Args:
		now: the present moment, to which ages refer.
		kind: one of `KINDS`; all by default.
		town: region code of a town; all by default.
		user: whose row scope applies; the session's user by default.

	Returns:
		At most `MAX_ROWS` dicts: kind, petition, subject, town, village, unit (who has it, or has been sent it),
		sent_by_unit, since, age_days (whole days), due_at.
	"""
	rows: list[dict[str, Any]] = []
	if kind in (None, DRAFT):
		rows += _cases(DRAFT, (lifecycle.DRAFT,), town, user)
	if kind in (None, UNASSIGNED):
		rows += _cases(UNASSIGNED, (lifecycle.REGISTERED,), town, user)
	if kind in (None, UNRECEIVED, UNDECIDED):
		rows += _assignments(kind, town, user)
	if kind in (None, UNIT_CLOSED):
		rows += _closed_units(town, user)
	for row in rows:
		row["age_days"] = max(0, (now - row["since"]).days) if row["since"] else 0
	rows.sort(key=lambda row: (row["since"] or now, row["petition"]))
	return rows[:MAX_ROWS]


def _columns(petition) -> list:
	return [
		petition.name.as_("petition"),
		petition.subject,
		petition.town,
		petition.village,
		petition.due_at,
		petition.is_proxied,
	]


def _narrow(query, petition, town: str | None, user: str | None):
	scope = scope_condition(petition, user)
	if scope is not None:
		query = query.where(scope)
	return query.where(petition.town == town) if town else query


def _cases(kind: str, states: tuple[str, ...], town, user) -> list[dict]:
	"""A draft ages from the day the petitioner came; a registered case since it came back or was filed."""
	petition = DocType("Petition")
	since = (
		petition.petitioned_at
		if kind == DRAFT
		else Coalesce(petition.returned_at, petition.registered_at, petition.petitioned_at)
	)
	query = (
		frappe.qb.from_(petition)
		.select(*_columns(petition), since.as_("since"))
		.where(petition.workflow_state.isin(states))
		.orderby(since)
		.limit(MAX_ROWS)
	)
	rows = _narrow(query, petition, town, user).run(as_dict=True)
	return [{**row, "kind": kind, "unit": None, "sent_by_unit": None} for row in rows]


def _assignments(kind: str | None, town, user) -> list[dict]:
	"""Sent and not signed for, or objected to and not decided; leads and co-handlers alike."""
	petition, sent = DocType("Petition"), DocType("Petition Assignment")
	wanted = {None: ("Sent", "Objected"), UNRECEIVED: ("Sent",), UNDECIDED: ("Objected",)}[kind]
	since = Coalesce(sent.objected_at, sent.sent_at)
	query = (
		frappe.qb.from_(sent)
		.join(petition)
		.on(petition.name == sent.petition)
		.select(
			*_columns(petition),
			since.as_("since"),
			sent.to_unit.as_("unit"),
			sent.from_unit.as_("sent_by_unit"),
			sent.status,
		)
		.where(sent.status.isin(wanted))
		.orderby(since)
		.limit(MAX_ROWS)
	)
	rows = _narrow(query, petition, town, user).run(as_dict=True)
	return [{**row, "kind": UNDECIDED if row.status == "Objected" else UNRECEIVED} for row in rows]


def _closed_units(town, user) -> list[dict]:
	"""Open cases of units that are at work no more; their own people do not see them."""
	petition, unit = DocType("Petition"), DocType("Handling Unit")
	query = (
		frappe.qb.from_(petition)
		.join(unit)
		.on(unit.name == petition.handling_unit)
		.select(
			*_columns(petition),
			Coalesce(unit.closed_on, petition.assigned_at).as_("since"),
			petition.handling_unit.as_("unit"),
		)
		.where((unit.is_active == 0) & petition.workflow_state.isin(sorted(lifecycle.OPEN_STATES)))
		.orderby(petition.assigned_at)
		.limit(MAX_ROWS)
	)
	rows = _narrow(query, petition, town, user).run(as_dict=True)
	return [{**row, "kind": UNIT_CLOSED, "sent_by_unit": None, "since": _moment(row.since)} for row in rows]


def _moment(value) -> datetime | None:
	return frappe.utils.get_datetime(value) if value else None
