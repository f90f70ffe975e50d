"""Writing the history of agents: set-wise INSERTs, never an update.

A row keeps what the roster counts by (class, public staff, place) as it was from its day on, so that the roster of any
past day is one query over these rows alone.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import frappe
from frappe.query_builder import DocType
from frappe.utils import cint, now_datetime

from petition_proxy.domain.agent_lifecycle import RECLASSIFIED
from petition_proxy.utils.village_pages import forget_pages

SNAPSHOT_FIELDS = ("agent_class", "is_public_staff", "village", "town", "district")
COLUMNS = (
	*("name", "owner", "modified_by", "creation", "modified", "docstatus", "idx"),
	*("agent", "agent_name", "action", "from_status", "to_status", "effective_on", "reason"),
	*("changed_by", "changed_at"),
	*SNAPSHOT_FIELDS,
)


def record_changes(changes: Iterable[Mapping]) -> None:
	"""Add rows to the history of agents.

	Args:
		changes: for each: agent, agent_name, action, from_status, to_status, effective_on, reason, and the
			SNAPSHOT_FIELDS as they are from that day on.
	"""
	changes = list(changes)
	user, now = frappe.session.user, now_datetime()
	rows = []
	for number, change in enumerate(changes):
		moment = now + timedelta(microseconds=number)  # the order within one call stays readable
		rows.append(
			(
				*(frappe.generate_hash(length=12), user, user, moment, moment, 0, 0),
				*(change["agent"], change["agent_name"], change["action"], change.get("from_status") or ""),
				*(change["to_status"], change["effective_on"], change.get("reason")),
				*(user, now),
				*(cint(change.get(f)) if f == "is_public_staff" else change.get(f) for f in SNAPSHOT_FIELDS),
			)
		)
	if rows:
		frappe.db.bulk_insert("Agent Status Change", list(COLUMNS), rows, chunk_size=1000)
		forget_pages(change.get("village") for change in changes)


def record_particulars(agents: Iterable[Mapping], reason: str | None, on: date) -> None:
	"""Note that class, public-staff flag or place of agents changed while their status stayed.

	Args:
		agents: rows with name, agent_name, status, status_since and the SNAPSHOT_FIELDS.
		reason: what changed.
		on: day from which it holds.
	"""
	record_changes(
		{
			"agent": row["name"],
			"agent_name": row["agent_name"],
			"action": RECLASSIFIED,
			"from_status": row["status"],
			"to_status": row["status"],
			"effective_on": on,
			"reason": reason,
			**{f: row.get(f) for f in SNAPSHOT_FIELDS},
		}
		for row in agents
	)


def record_moved_agents(column: str, region: str, reason: str, on: date) -> None:
	"""A region moved to another town or district: the agents in it stand there from now on.

	Args:
		column: "village" or "town".
		region: the moved region.
		reason: what the history says.
		on: the day.
	"""
	agent = DocType("Proxy Agent")
	rows = (
		frappe.qb.from_(agent)
		.select(agent.name, agent.agent_name, agent.status, *(agent[f] for f in SNAPSHOT_FIELDS))
		.where(agent[column] == region)
		.orderby(agent.name)
		.run(as_dict=True)
	)
	record_particulars(rows, reason, on)
