"""What units do with an assignment: object, decide, send elsewhere, ask others along, answer.

Each act locks the row first, so that of two officers at once the second one finds the first one's result.
"""

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import get_datetime, getdate, now_datetime

from petition_proxy.domain import deadlines, lifecycle
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.petition import checks, steps
from petition_proxy.petition_proxy.doctype.petition_assignment.record import (
	CO_HANDLER,
	LEAD,
	OPEN_STATUSES,
	receive_assignment,
	send_assignment,
)
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event
from petition_proxy.utils.calendar import calendar_for
from petition_proxy.utils.client_values import read_day
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.rules import get_limit_rule

BEFORE_ACCEPTANCE = (lifecycle.ASSIGNED, lifecycle.RECEIVED)


class AssignmentError(frappe.ValidationError):
	"""The act does not fit the state of the assignment, or is not this person's."""


def lock_petition(name: str):
	"""The petition, locked until the end of the request, if the session's user may see it.

	Raises:
		frappe.PermissionError: out of the user's scope.
	"""
	doc = frappe.get_doc("Petition", name, for_update=True)
	doc.check_permission("read")
	return doc


def _lock(name: str) -> tuple:
	"""Assignment and petition, both locked, the petition first: every act takes them in this order."""
	petition_name = frappe.db.get_value("Petition Assignment", name, "petition")
	if not petition_name:
		frappe.throw(_("There is no assignment {0}.").format(name), AssignmentError)
	petition = lock_petition(petition_name)
	return frappe.get_doc("Petition Assignment", name, for_update=True), petition


def _require_member(assignment) -> None:
	scope = get_scope()
	if not scope.sees_all and assignment.to_unit not in scope.units:
		frappe.throw(
			_("Only a head or member of the unit it is assigned to takes this step."), AssignmentError
		)


def _require_sender(assignment, petition) -> None:
	scope = get_scope()
	if not (scope.sees_all or steps.sent_it(assignment, petition, scope)):
		frappe.throw(steps.WHO[lifecycle.BY_SENDER](), AssignmentError)


def _require_open(assignment) -> None:
	if assignment.status not in OPEN_STATUSES:
		frappe.throw(
			_("This assignment has ended already ({0}). Open the petition to see where it is now.").format(
				_(assignment.status, context="Petition Assignment")
			),
			AssignmentError,
		)


def _require_text(text: str | None, message: str) -> str:
	if not (text or "").strip():
		frappe.throw(message, AssignmentError)
	return text.strip()


def available(petition: str) -> dict:
	"""The units at work on a case, and what the session's user may do with each; for the desk's buttons.

	The acts ask again: what is offered here may be over when it is pressed.

	Args:
		petition: name of the petition.

	Returns:
		`case`: acts on the case ("ask_along", "reassign"); `assignments`: rows of the present round in the order of
		sending, each with unit_name, part, kind, status, requirement, reply_by, objection_reason, objection_unit,
		objection_due_at, answer, is_own and its `acts` ("object", "decide", "receive", "answer", "end").

	Raises:
		frappe.PermissionError: out of the user's scope.
	"""
	doc = frappe.get_doc("Petition", petition)
	doc.check_permission("read")
	scope, now = get_scope(), now_datetime()
	table, unit = DocType("Petition Assignment"), DocType("Handling Unit")
	rows = (
		frappe.qb.from_(table)
		.left_join(unit)
		.on(unit.name == table.to_unit)
		.select(*(table[column] for column in SHOWN_COLUMNS), unit.unit_name)
		.where((table.petition == doc.name) & (table.round == (doc.round or 1)))
		.orderby(table.sent_at)
		.orderby(table.creation)
		.limit(200)
		.run(as_dict=True)
	)
	for row in rows:
		row.is_own = row.to_unit in scope.units
		row.acts = _acts_on(row, doc, scope, now)
	case = []
	if doc.workflow_state in lifecycle.WITH_UNIT_STATES:
		if scope.sees_all or steps.is_office_of_place(doc, scope) or steps.is_handling_unit(doc, scope):
			case.append("ask_along")
		if steps.may_take(doc, lifecycle.REASSIGN):
			case.append("reassign")
	return {"case": case, "assignments": rows}


SHOWN_COLUMNS = (
	"name",
	"part",
	"kind",
	"status",
	"from_unit",
	"to_unit",
	"sent_at",
	"received_at",
	"reply_by",
	"requirement",
	"objection_due_at",
	"objection_reason",
	"objection_unit",
	"objection_decision",
	"answer",
)


def _acts_on(row, petition, scope, now) -> list[str]:
	if row.status not in OPEN_STATUSES:
		return []
	is_part = row.part == CO_HANDLER
	is_member = scope.sees_all or row.is_own
	is_sender = scope.sees_all or steps.sent_it(row, petition, scope)
	due = get_datetime(row.objection_due_at) if row.objection_due_at else None
	may_object = (
		is_member
		and row.status != "Objected"
		and row.objection_decision != "Rejected"
		and (is_part or petition.workflow_state in BEFORE_ACCEPTANCE)
		and not (due and deadlines.is_late(due, now, now))
	)
	offered = (
		("receive", is_member and is_part and row.status == "Sent"),
		("answer", is_member and is_part),
		("object", may_object),
		("decide", is_sender and row.status == "Objected"),
		("end", is_sender and is_part),
	)
	return [act for act, is_offered in offered if is_offered]


def object_to(assignment: str, reason: str, proposed_unit: str | None = None) -> None:
	"""R22 art. 23(3): within five working days of receipt a unit objects, with reasons, that it is not competent.

	Args:
		assignment: the assignment.
		reason: detailed reasons.
		proposed_unit: the unit thought competent.

	Raises:
		AssignmentError: too late, accepted already, no reason, or not a member of the unit.
	"""
	doc, petition = _lock(assignment)
	_require_member(doc)
	_require_open(doc)
	reason = _require_text(reason, _("Say why your unit is not competent."))
	if doc.status == "Objected":
		frappe.throw(_("Your unit has objected already. The sender decides."), AssignmentError)
	if doc.objection_decision == "Rejected":
		frappe.throw(_("The sender has decided that your unit keeps the case."), AssignmentError)
	if doc.part == LEAD and petition.workflow_state not in BEFORE_ACCEPTANCE:
		frappe.throw(_("The case has been accepted. Only the sender can send it elsewhere."), AssignmentError)
	if proposed_unit == doc.to_unit:
		frappe.throw(_("Propose another unit than your own, or leave the field empty."), AssignmentError)
	if proposed_unit:
		checks.check_unit(petition, proposed_unit)
	now = now_datetime()
	_require_in_time(doc, now)
	if not doc.received_at:
		_sign_for(doc, petition, now)
	doc.update(
		{
			"status": "Objected",
			"objected_at": now,
			"objection_reason": reason,
			"objection_unit": proposed_unit,
		}
	)
	doc.save(ignore_permissions=True)  # checked above; no role writes assignments by hand
	record_event(petition, "Object", petition.workflow_state, petition.workflow_state, reason)


def _sign_for(doc, petition, now) -> None:
	"""Whoever objects has the case in hand: receipt and objection are one act where nobody had signed yet."""
	if doc.part == LEAD:
		petition.workflow_state = lifecycle.RECEIVED
		petition.save()
	else:
		receive_assignment(doc.name, now)
	doc.reload()


def _require_in_time(doc, now) -> None:
	if not doc.received_at:
		return
	with domain_errors(AssignmentError):
		rule = get_limit_rule("Objection", getdate(doc.received_at))
		due = get_datetime(doc.objection_due_at) if doc.objection_due_at else None
		due = due or deadlines.due_at(get_datetime(doc.received_at), rule, calendar_for(rule))
	if deadlines.is_late(due, now, now):
		frappe.throw(
			_("The time to object ended on {0}. Only the sender can send the case elsewhere now.").format(
				frappe.format(due, "Datetime")
			),
			AssignmentError,
		)


def decide_objection(
	assignment: str, is_upheld: bool, note: str | None = None, new_unit: str | None = None
) -> None:
	"""The sender verifies an objection: material returned, or the unit keeps the case (R22 art. 23(3)).

	Args:
		assignment: the assignment objected to.
		is_upheld: the unit is right.
		note: why; needed when it is not upheld.
		new_unit: where the lead's part goes at once; without one the case waits to be assigned.

	Raises:
		AssignmentError: nothing to decide, no note, or not the sender.
	"""
	doc, petition = _lock(assignment)
	_require_sender(doc, petition)
	if doc.status != "Objected":
		frappe.throw(_("There is no open objection to decide."), AssignmentError)
	if not is_upheld:
		note = _require_text(note, _("Say why the unit keeps the case."))
	now = now_datetime()
	doc.update(
		{
			"objection_decision": "Upheld" if is_upheld else "Rejected",
			"decided_by": frappe.session.user,
			"decided_at": now,
			"decision_note": note,
			"status": "Returned" if is_upheld else "Received",
			"ended_at": now if is_upheld else None,
		}
	)
	doc.save(ignore_permissions=True)  # checked above
	state = petition.workflow_state
	record_event(petition, "Uphold Objection" if is_upheld else "Reject Objection", state, state, note)
	if not is_upheld or doc.part != LEAD:
		return
	if new_unit:
		_move(petition, new_unit, note or doc.objection_reason)
		return
	petition.step_reason = note or doc.objection_reason
	petition.workflow_state = lifecycle.REGISTERED
	petition.save()


def reassign(
	petition: str, unit: str, reason: str, kind: str | None = None, reply_by: str | None = None
) -> None:
	"""The sender takes a case from one unit and gives it to another; an acceptance told to the petitioner stands.

	Args:
		petition: the case, anywhere between assignment and reply.
		unit: who gets it now.
		reason: why.
		kind: "Assign" or "Forward".
		reply_by: day of the answer to the sender.

	Raises:
		AssignmentError: the case is not with a unit.
		StepError: not the sender, no reason, or a unit that may not have it.
	"""
	doc = lock_petition(petition)
	if doc.workflow_state not in lifecycle.WITH_UNIT_STATES:
		frappe.throw(
			_("The case is with no unit at present, so there is nothing to reassign."), AssignmentError
		)
	if not steps.may_take(doc, lifecycle.REASSIGN):
		frappe.throw(steps.WHO[lifecycle.BY_SENDER](), steps.StepError)
	doc.assignment_kind, doc.reply_by = kind or "Assign", read_day(reply_by) if reply_by else None
	_move(doc, unit, reason)


def _move(doc, unit: str, reason: str | None) -> None:
	"""Before acceptance the new unit signs for the case; afterwards it goes on where the old one stopped."""
	doc.step_reason, doc.assignment_note = reason, reason
	doc.handling_unit = unit
	accepted = doc.workflow_state in (lifecycle.ACCEPTED, lifecycle.HANDLING)
	target = lifecycle.ACCEPTED if accepted else lifecycle.ASSIGNED
	if doc.workflow_state == target:
		doc.flags.reassigned = True  # same state, other unit: the controller takes the step all the same
	doc.workflow_state = target
	doc.save()


def add_co_handler(petition: str, unit: str, requirement: str, reply_by: str | None = None) -> str:
	"""Ask another unit along (协办): its own limit, receipt and answer; the lead answers the petitioner.

	Args:
		petition: a case that is with a lead unit.
		unit: who is asked.
		requirement: its part.
		reply_by: day of its answer; the statutory handling limit by default.

	Returns:
		Name of the assignment.

	Raises:
		AssignmentError: no lead, the lead itself, asked already, or no requirement.
	"""
	doc = lock_petition(petition)
	scope = get_scope()
	if not (scope.sees_all or steps.is_office_of_place(doc, scope) or steps.is_handling_unit(doc, scope)):
		frappe.throw(
			_("Only the petition office, the town or the lead unit asks others along."), AssignmentError
		)
	requirement = _require_text(requirement, _("Say what the unit is asked for."))
	if doc.workflow_state not in lifecycle.WITH_UNIT_STATES:
		frappe.throw(_("Assign the case to a lead unit first."), AssignmentError)
	checks.check_unit(doc, unit)
	if unit == doc.handling_unit:
		frappe.throw(_("This unit leads the case already."), AssignmentError)
	asked = {
		"petition": doc.name,
		"round": doc.round,
		"to_unit": unit,
		"part": CO_HANDLER,
		"status": ("in", OPEN_STATUSES),
	}
	if frappe.db.exists("Petition Assignment", asked):
		frappe.throw(_("This unit has been asked already and has not answered yet."), AssignmentError)
	name = send_assignment(
		doc,
		unit,
		now_datetime(),
		part=CO_HANDLER,
		kind="Assign",
		reason=requirement,
		requirement=requirement,
		reply_by=reply_by,
	)
	unit_name = frappe.get_cached_value("Handling Unit", unit, "unit_name")
	record_event(doc, "Ask Co-handler", doc.workflow_state, doc.workflow_state, unit_name)
	return name


def receive_co_handling(assignment: str) -> None:
	"""A co-handling unit signs for its part.

	Args:
		assignment: the unit's part, a Petition Assignment.

	Raises:
		AssignmentError: signed for already, ended, or not a member of the unit.
	"""
	doc, petition = _lock(assignment)
	_require_member(doc)
	if doc.part != CO_HANDLER or doc.status != "Sent":
		frappe.throw(_("There is nothing to sign for here."), AssignmentError)
	receive_assignment(doc.name, now_datetime())
	record_event(petition, "Receive Co-handling", petition.workflow_state, petition.workflow_state)


def answer_co_handling(assignment: str, answer: str) -> None:
	"""A co-handling unit answers the lead.

	Args:
		assignment: the unit's part, a Petition Assignment.
		answer: what the unit found and did.

	Raises:
		AssignmentError: no text, ended already, or not a member of the unit.
	"""
	doc, petition = _lock(assignment)
	_require_member(doc)
	if doc.part != CO_HANDLER:
		frappe.throw(_("The lead unit answers on the petition itself."), AssignmentError)
	_require_open(doc)
	answer = _require_text(answer, _("Write the answer before sending it."))
	now = now_datetime()
	doc.update(
		{
			"status": "Answered",
			"answer": answer,
			"answered_by": frappe.session.user,
			"answered_at": now,
			"received_at": doc.received_at or now,
			"received_by": doc.received_by or frappe.session.user,
			"ended_at": now,
		}
	)
	doc.save(ignore_permissions=True)  # checked above
	record_event(petition, "Answer Lead", petition.workflow_state, petition.workflow_state)


def end_co_handling(assignment: str, reason: str) -> None:
	"""The sender lets a co-handling unit off, so that the lead need not wait for it.

	Args:
		assignment: the unit's part, a Petition Assignment.
		reason: why it is not waited for.

	Raises:
		AssignmentError: no reason, ended already, or not the sender.
	"""
	doc, petition = _lock(assignment)
	_require_sender(doc, petition)
	if doc.part != CO_HANDLER:
		frappe.throw(_("The lead's part ends with its answer or a reassignment."), AssignmentError)
	_require_open(doc)
	reason = _require_text(reason, _("Say why its part ends without an answer."))
	doc.update({"status": "Ended", "decision_note": reason, "ended_at": now_datetime()})
	doc.save(ignore_permissions=True)  # checked above
	record_event(petition, "End Co-handling", petition.workflow_state, petition.workflow_state, reason)
