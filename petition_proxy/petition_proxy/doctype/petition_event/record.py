"""Writing the timeline: one INSERT, no document overhead, never an update."""

import frappe
from frappe.utils import now_datetime

from petition_proxy.permissions.scope import get_scope


def record_event(
	petition, event: str, from_state: str, to_state: str, note: str | None = None, happened_at=None
) -> None:
	"""Add one row to a petition's timeline.

	Args:
		petition: the petition.
		event: id of the step, or "Create", "Import".
		from_state: state before, "" if none.
		to_state: state after.
		note: what was said beside it.
		happened_at: moment of the event; now by default.
	"""
	values = _values(petition, event, from_state, to_state, note, happened_at)
	table = frappe.qb.DocType("Petition Event")
	frappe.qb.into(table).columns(*values).insert(*values.values()).run()


def record_events(petitions: list, event: str, note: str | None = None) -> None:
	"""Add one row to each of several timelines, in one statement; no state changes.

	Args:
		petitions: petitions, or rows with name, workflow_state, round, agent, petitioner, handling_unit.
		event: id of the event.
		note: what was said beside it.
	"""
	rows = [_values(p, event, p.workflow_state, p.workflow_state, note) for p in petitions]
	if rows:
		frappe.db.bulk_insert("Petition Event", list(rows[0]), [tuple(row.values()) for row in rows])


def _values(petition, event: str, from_state: str, to_state: str, note: str | None, happened_at=None) -> dict:
	now = now_datetime()
	user = frappe.session.user
	scope = get_scope(user)
	is_agent = any(column == "agent" and petition.agent in values for column, values in scope.claims)
	return {
		"name": frappe.generate_hash(length=10),
		"owner": user,
		"modified_by": user,
		"creation": now,
		"modified": now,
		"docstatus": 0,
		"idx": 0,
		"petition": petition.name,
		"event": event,
		"from_state": from_state,
		"to_state": to_state,
		"round": petition.round or 1,
		"actor": user,
		# the person acts for a petitioner (agents) or for an office
		"on_behalf_of": petition.petitioner if is_agent else None,
		"agent": petition.agent if is_agent else None,
		"unit": _acting_unit(petition, scope),
		"happened_at": happened_at or now,
		"note": note,
	}


def _acting_unit(petition, scope) -> str | None:
	"""The unit the person acts for: the handling unit if a member, else the first of the person's units."""
	if petition.handling_unit in scope.units:
		return petition.handling_unit
	return min(scope.units, default=None)
