"""What an agent sees of training: the own certificate and results, trainings with a free seat, rules to read."""

from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.utils import getdate, now_datetime

from petition_proxy.petition_proxy.doctype.proxy_agent.gate import unacknowledged

MOST_ROWS = 50


def own_training(user: str | None = None) -> dict[str, Any] | None:
	"""Everything the page of one agent shows; of other attendees nothing.

	Args:
		user: user id; the session's user by default.

	Returns:
		None if the user is no agent; else agent, taken (own sessions), open (sessions with seats), rules (to read).
	"""
	agent = frappe.db.get_value(
		"Proxy Agent",
		{"user": user or frappe.session.user},
		("name", "agent_name", "status", "certificate_no", "certificate_valid_to", "town", "district"),
		as_dict=True,
	)
	if not agent:
		return None
	taken = _own_sessions(agent.name)
	return {
		"agent": agent,
		"taken": taken,
		"open": _open_sessions(agent, {row.name for row in taken}),
		"rules": unacknowledged(agent.name, getdate()),
	}


def _own_sessions(agent: str) -> list[frappe._dict]:
	session, seat = DocType("Training Session"), DocType("Training Attendee")
	return (
		frappe.qb.from_(seat)
		.join(session)
		.on((session.name == seat.parent) & (seat.parenttype == "Training Session"))
		.select(session.name, session.topic, session.training_kind, session.teacher, session.place)
		.select(session.starts_at, session.hours, session.status, session.gives_certificate)
		.select(seat.attended, seat.score, seat.passed, seat.certificate_no, seat.valid_until)
		.where(seat.agent == agent)
		.orderby(session.starts_at, order=frappe.qb.desc)
		.orderby(session.name)
		.limit(MOST_ROWS)
		.run(as_dict=True)
	)


def _open_sessions(agent, taken: set[str]) -> list[frappe._dict]:
	session, now = DocType("Training Session"), now_datetime()
	is_for_agent = (session.town == agent.town) | (
		session.town.isnull() & (session.district == agent.district)
	)
	rows = (
		frappe.qb.from_(session)
		.select(session.name, session.topic, session.training_kind, session.teacher, session.place)
		.select(session.starts_at, session.hours, session.seats_left, session.gives_certificate)
		.where((session.status == "Open") & (session.seats_left > 0) & (session.starts_at > now))
		.where(session.sign_up_until.isnull() | (session.sign_up_until >= now))
		.where(is_for_agent)
		.orderby(session.starts_at)
		.orderby(session.name)
		.limit(MOST_ROWS)
		.run(as_dict=True)
	)
	return [row for row in rows if row.name not in taken]
