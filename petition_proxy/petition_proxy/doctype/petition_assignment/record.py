"""Writing assignments: who sent a case to whom, when, and how that ended."""

from datetime import datetime

import frappe
from frappe.model.naming import make_autoname
from frappe.query_builder import DocType
from frappe.utils import get_datetime, getdate

from petition_proxy.domain import deadlines
from petition_proxy.domain.workdays import MissingYearError
from petition_proxy.permissions.scope import get_scope
from petition_proxy.utils.calendar import calendar_for
from petition_proxy.utils.client_values import read_day
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.rows import insert_row
from petition_proxy.utils.rules import get_limit_rule

LEAD, CO_HANDLER = "Lead", "Co-handler"
OPEN_STATUSES = ("Sent", "Received", "Objected")


def send_assignment(
	petition,
	unit: str,
	now: datetime,
	part: str = LEAD,
	kind: str | None = None,
	reason: str | None = None,
	requirement: str | None = None,
	reply_by=None,
) -> str:
	"""Add the assignment of a case to a unit.

	Args:
		petition: the case.
		unit: who gets it.
		now: moment of sending.
		part: "Lead" or "Co-handler".
		kind: "Assign", "Forward", "Hand Up" or "Rework"; the petition's way of sending by default.
		reason: why it is sent there; the petition's note by default.
		requirement: what the unit is asked for.
		reply_by: day of the answer to the sender; for "Assign" the end of the statutory handling limit by default
			(Regulation on Petition Work art. 22: assigned with a reply-by date), none for "Forward".

	Returns:
		Name of the assignment, which is also the number on its letter.
	"""
	kind = kind or petition.assignment_kind or "Assign"
	reply_by = reply_by or (petition.reply_by if part == LEAD else None)
	# written beside a step that has been checked; no role writes assignments by hand
	return insert_row(
		"Petition Assignment",
		name=next_number(petition.district),
		petition=petition.name,
		round=petition.round or 1,
		part=part,
		kind=kind,
		status="Sent",
		from_unit=sending_unit(),
		to_unit=unit,
		sent_by=frappe.session.user,
		sent_at=now,
		reason=reason or petition.assignment_note,
		requirement=requirement,
		reply_by=_end_of(reply_by) if reply_by else _default_reply_by(kind, now),
	)


def next_number(district: str | None) -> str:
	"""The next number of an assignment in a district this year."""
	return make_autoname(f"JB-{(district or '')[:6]}-.YYYY.-.######")


def _end_of(day) -> datetime:
	return datetime.combine(read_day(day), deadlines.END_OF_DAY)


def _default_reply_by(kind: str, now: datetime) -> datetime | None:
	if kind == "Forward":
		return None
	with domain_errors():
		rule = get_limit_rule("Handling", getdate(now))
		return deadlines.due_at(get_datetime(now), rule, calendar_for(rule))


def sending_unit() -> str | None:
	"""The unit the session's user acts for when sending a case: the petition office where it is one of several."""
	scope = get_scope()
	office = frappe.db.get_single_value("Petition Proxy Settings", "petition_office")
	if scope.sees_all or office in scope.units:
		return office
	return min(scope.units, default=None)


def receive_assignment(name: str | None, now: datetime) -> None:
	"""Signed for: from now on the days for an objection run."""
	if not name:
		return
	due, rule = objection_due_at(now)
	values = {
		"status": "Received",
		"received_at": now,
		"received_by": frappe.session.user,
		"objection_due_at": due,
		"objection_rule": rule,
		"modified_by": frappe.session.user,
	}
	frappe.db.set_value("Petition Assignment", name, values)


def objection_due_at(received_at: datetime) -> tuple[datetime | None, str]:
	"""Regulation on Petition Work art. 23(3): an objection is made within five working days of receipt.

	Returns:
		Last moment and name of the rule; no moment while the calendar of a year it needs is not on file (it is
		asked for again when somebody objects).
	"""
	with domain_errors():
		rule = get_limit_rule("Objection", getdate(received_at))
	try:
		return deadlines.due_at(get_datetime(received_at), rule, calendar_for(rule)), rule.name
	except MissingYearError:
		return None, rule.name


def end_open_assignments(petition, status: str, now: datetime, part: str | None = None) -> None:
	"""End what is still open of a case's assignments.

	Args:
		petition: the case.
		status: "Returned", "Replaced", "Answered" or "Ended".
		now: the moment.
		part: only the lead's or the co-handlers'; both by default.
	"""
	table = DocType("Petition Assignment")
	query = (
		frappe.qb.update(table)
		.set(table.status, status)
		.set(table.ended_at, now)
		.set(table.modified, now)
		.set(table.modified_by, frappe.session.user)
		.where((table.petition == petition.name) & table.status.isin(OPEN_STATUSES))
	)
	if part:
		query = query.where(table.part == part)
	if status == "Answered":
		query = query.set(table.answered_at, now).set(table.answered_by, frappe.session.user)
	query.run()
