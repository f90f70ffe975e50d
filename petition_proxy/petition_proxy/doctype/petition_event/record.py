"""Writing the timeline: one INSERT, no document overhead, never an update."""

import frappe
from frappe.utils import now_datetime

from petition_proxy.permissions.scope import get_scope
from petition_proxy.utils.rows import insert_row, insert_rows


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
	insert_row("Petition Event", **_values(petition, event, from_state, to_state, note, happened_at))


def record_events(petitions: list, event: str, note: str | None = None) -> None:
	"""Add one row to each of several timelines, in one statement; no state changes.

	Args:
		petitions: petitions, or rows with name, workflow_state, round, agent, petitioner, handling_unit.
		event: id of the event.
		note: what was said beside it.
	"""
	insert_rows(
		"Petition Event", [_values(p, event, p.workflow_state, p.workflow_state, note) for p in petitions]
	)


def _values(petition, event: str, from_state: str, to_state: str, note: str | None, happened_at=None) -> dict:
	scope = get_scope()
	is_agent = any(column == "agent" and petition.agent in values for column, values in scope.claims)
	return {
		"petition": petition.name,
		"event": event,
		"from_state": from_state,
		"to_state": to_state,
		"round": petition.round or 1,
		"actor": frappe.session.user,
		# the person acts for a petitioner (agents, and the technical user of who has proved the case) or for an office
		"on_behalf_of": petition.petitioner if is_agent or scope.bearer else None,
		"agent": petition.agent if is_agent else None,
		"unit": _acting_unit(petition, scope),
		"happened_at": happened_at or now_datetime(),
		"note": note,
	}


def _acting_unit(petition, scope) -> str | None:
	"""The unit the person acts for: the handling unit if a member, else the first of the person's units."""
	if petition.handling_unit in scope.units:
		return petition.handling_unit
	return min(scope.units, default=None)
