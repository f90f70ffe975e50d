"""Review and re-review (复查, 复核): asking, taking up, hearing, deciding, handing over.

Regulation on Petition Work arts 35, 36. The petitioner asks, or the agent with that power, or an office of the place on
the petitioner's signed paper; the body above decides; where its post is vacant the petition office keeps the request
moving. A request is always written down, even one that comes too late.
"""

from datetime import datetime

import frappe
from frappe import _
from frappe.utils import get_datetime, get_fullname, getdate, now_datetime

from petition_proxy.domain import deadlines, lifecycle, refusals, reviews
from petition_proxy.domain.letters import REVIEW_OPINIONS
from petition_proxy.domain.progress import OPINION_NODES, REVIEW_RECEIVED, SERVICE_MEANS
from petition_proxy.permissions.scope import clear_scopes, get_scope
from petition_proxy.petition_proxy.doctype.official_letter.register import issue_letter
from petition_proxy.petition_proxy.doctype.petition import checks, steps
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event
from petition_proxy.petition_proxy.doctype.progress_notice.record import tell_open, write_notice
from petition_proxy.utils.calendar import calendar_for
from petition_proxy.utils.client_values import read_day, read_moment
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.posts import post_holders
from petition_proxy.utils.rows import read_row
from petition_proxy.utils.rules import get_limit_rule

CONTEXT = "Review Request"
REVIEWABLE = (lifecycle.SERVED, lifecycle.CLOSED, lifecycle.ARCHIVED)


class ReviewError(frappe.ValidationError):
	"""The review cannot be asked for, taken up or decided so."""


# Asking
# ------
def ask_review(
	petition: str,
	reasons: str,
	superior_kind: str | None = None,
	late_reason: str | None = None,
	request_scan: str | None = None,
	asked_at: str | None = None,
) -> str:
	"""Ask for a review of the opinion, or after that for the re-review.

	Args:
		petition: an answered case.
		reasons: why the petitioner does not accept the opinion.
		superior_kind: "Territory Parent" or "Line Superior" where the respondent has both.
		late_reason: what kept the petitioner from asking in time; without it a late request is refused.
		request_scan: the petitioner's signed request; needed where an office enters it.
		asked_at: when the petitioner asked, if that was before today (paper).

	Returns:
		Number of the request. One that came too late without a reason stands as refused, "Review Time Missed".

	Raises:
		ReviewError: nothing to review, one is under way, the chain has ended, or not this person's to ask.
		StepError: the agent's agreement does not give the power to ask for a review.
		frappe.PermissionError: out of the person's scope.
	"""
	doc = _lock(petition)
	now = now_datetime()
	moment = read_moment(asked_at) if asked_at else now
	_require_applicant(doc, now, request_scan)
	_require_reviewable(doc)
	if not (reasons or "").strip():
		frappe.throw(_("Write down why the petitioner does not accept the opinion."), ReviewError)
	earlier = _earlier(doc)
	with domain_errors(ReviewError):
		level = reviews.next_level([_as_earlier(row) for row in earlier])
	basis = _basis(doc, level, earlier)
	if moment > now or moment < basis.served_at:
		frappe.throw(
			_("A request lies between the day the opinion was handed over and now. Correct its date."),
			ReviewError,
		)
	with domain_errors(ReviewError):
		rule = get_limit_rule(reviews.REQUEST_LIMIT[level], getdate(basis.served_at))
		ask_until = deadlines.due_at(basis.served_at, rule, calendar_for(rule))
	is_late = deadlines.is_late(ask_until, moment, now)
	is_refused = is_late and not (late_reason or "").strip()
	request = frappe.new_doc("Review Request")
	request.update(
		{
			"petition": doc.name,
			"round": doc.round,
			"level": level,
			"status": reviews.REFUSED if is_refused else reviews.ASKED,
			"petitioner": doc.petitioner,
			"petitioner_name": doc.petitioner_name,
			"agent": doc.agent if steps.is_own_agent(doc, get_scope()) else None,
			"respondent_unit": basis.unit,
			"original_letter": basis.letter,
			"original_no": basis.number,
			"original_served_at": basis.served_at,
			"previous_request": basis.request,
			"asked_at": moment,
			"entered_by": frappe.session.user,
			"request_due_at": ask_until,
			"request_rule": rule.name,
			"is_late_request": int(is_late),
			"late_reason": late_reason,
			"reasons": reasons.strip(),
			"request_scan": request_scan,
			**_reviewing_body(doc, basis.unit, superior_kind),
		}
	)
	if is_refused:
		request.refusal_reason = reviews.TIME_MISSED
		request.refusal_note = _("It could be asked for until {0}.").format(
			frappe.format(ask_until, "Datetime")
		)
	request.flags.district = doc.district
	request.insert(ignore_permissions=True)  # checked above; no role writes requests by hand
	event = "Refuse Review" if is_refused else "Ask Review"
	record_event(
		doc, event, doc.workflow_state, doc.workflow_state, f"{request.name} {_(level, context=CONTEXT)}"
	)
	if not is_refused:
		_set_status(doc, reviews.UNDER[level])
	clear_scopes()
	return request.name


def _require_applicant(doc, now: datetime, request_scan: str | None) -> None:
	"""The petitioner; the agent with the power to; an office of the place with the signed request in hand."""
	scope = get_scope()
	if scope.sees_all or steps.is_own_petitioner(doc, scope):
		return
	if steps.is_own_agent(doc, scope):
		checks.refuse_if(checks.why_not_on_duty(checks.read_agent(doc.agent), now))
		checks.check_authority(doc, now, "may_request_review")
		return
	if not (steps.is_office_of_place(doc, scope) or doc.village in scope.villages):
		frappe.throw(
			_("Only the petitioner, the agent with that power or an office of the place asks for a review."),
			ReviewError,
		)
	if not request_scan:
		frappe.throw(_("Attach the petitioner's signed request."), ReviewError)


def _require_reviewable(doc) -> None:
	"""Arts 31(6), 35: only a written opinion of the petition procedure, once the petitioner has it."""
	if not refusals.has_statutory_clock(doc.petition_kind, doc.procedure_route):
		frappe.throw(_("Only an opinion of the petition procedure can be reviewed."), ReviewError)
	if doc.workflow_state not in REVIEWABLE or not doc.served_at:
		frappe.throw(
			_("There is no opinion to review yet: it has not been handed to the petitioner."), ReviewError
		)
	if doc.outcome == "Settled on the Spot":
		frappe.throw(
			_("The case was settled on the spot, without a formal opinion. Reopen it for a written one."),
			ReviewError,
		)


def _earlier(doc) -> list:
	return frappe.get_all(
		"Review Request",
		filters={"petition": doc.name, "round": doc.round},
		fields=[
			"name",
			"level",
			"status",
			"decision",
			"served_at",
			"reviewing_unit",
			"opinion_no",
			"respondent_unit",
		],
		order_by="asked_at asc, creation asc",
	)


def _as_earlier(row) -> reviews.Earlier:
	return reviews.Earlier(row.level, row.status, row.decision, row.served_at)


def _basis(doc, level: str, earlier: list) -> frappe._dict:
	"""What is asked to be reviewed: the unit's opinion, or for a re-review the opinion on review."""
	if level == reviews.REVIEW:
		return frappe._dict(
			unit=doc.handling_unit,
			letter=doc.opinion_letter,
			number=doc.opinion_letter or doc.name,
			served_at=get_datetime(doc.served_at),
			request=None,
		)
	last = next(row for row in reversed(earlier) if row.status in reviews.ENDED_STATUSES)
	return frappe._dict(
		unit=last.reviewing_unit,
		letter=None,
		number=last.opinion_no,
		served_at=get_datetime(last.served_at),
		request=last.name,
	)


def _reviewing_body(doc, respondent: str | None, wanted: str | None) -> dict:
	"""The superior of the wanted kind; the petition office stands in for a vacant one, so that nothing gets lost."""
	row = read_row("Handling Unit", respondent, ("territory_parent", "line_superior")) if respondent else None
	office = frappe.db.get_single_value("Petition Proxy Settings", "petition_office")
	superiors = {
		reviews.TERRITORY: row.territory_parent if row else None,
		reviews.LINE: row.line_superior if row else None,
	}
	superiors = {kind: unit if unit and _is_active(unit) else None for kind, unit in superiors.items()}
	with domain_errors(ReviewError):
		kind, unit = reviews.pick_superior(superiors, wanted, [respondent, doc.accused_unit])
	is_vacant = not unit or not post_holders([unit])[unit].everyone
	return {
		"superior_kind": kind,
		"reviewing_unit": unit or office,
		"is_vacant_superior": int(is_vacant),
	}


def _is_active(unit: str) -> bool:
	return bool(frappe.get_cached_value("Handling Unit", unit, "is_active"))


# Taking up, refusing, taking back
# --------------------------------
def receive_review(request: str) -> None:
	"""The reviewing body takes a request up; its thirty days run from now (arts 35, 36).

	Args:
		request: the Review Request.

	Raises:
		ReviewError: taken up or ended already, not of the reviewing body, or of the unit whose opinion it is.
	"""
	row, doc = _lock_request(request)
	_require_reviewer(row)
	if row.status != reviews.ASKED:
		frappe.throw(
			_("This request has been taken up or has ended already: {0}.").format(
				_(row.status, context=CONTEXT)
			),
			ReviewError,
		)
	now = now_datetime()
	row.update({"status": reviews.RECEIVED, "received_at": now, "received_by": frappe.session.user})
	_set_due(row)
	row.save(ignore_permissions=True)  # checked above
	record_event(doc, "Receive Review", doc.workflow_state, doc.workflow_state, row.name)
	write_notice(doc, REVIEW_RECEIVED, now, row.name)


def refuse_review(request: str, reason: str, note: str) -> None:
	"""The reviewing body refuses in writing, and the case stands where it stood.

	Args:
		request: the request.
		reason: one of `reviews.REFUSAL_REASONS`.
		note: why, and where else to turn.

	Raises:
		ReviewError: ended already, no reason, or not of the reviewing body.
	"""
	row, doc = _lock_request(request)
	_require_reviewer(row)
	_require_open(row)
	if reason not in reviews.REFUSAL_REASONS or not (note or "").strip():
		frappe.throw(_("Choose the reason and say why, and where the petitioner can turn."), ReviewError)
	if reason == reviews.TIME_MISSED and not row.is_late_request:
		frappe.throw(_("The request came in time."), ReviewError)
	row.update({"status": reviews.REFUSED, "refusal_reason": reason, "refusal_note": note.strip()})
	row.save(ignore_permissions=True)  # checked above
	_set_status(doc, _status_without(row))
	record_event(doc, "Refuse Review", doc.workflow_state, doc.workflow_state, note)


def withdraw_review(request: str, reason: str, proof: str | None = None) -> None:
	"""The petitioner takes a request back; an office needs the signed word, the agent never may.

	Args:
		request: the Review Request.
		reason: why.
		proof: the petitioner's signed word, as the address of an uploaded file; an office needs it.

	Raises:
		ReviewError: ended already, no reason, or not the petitioner's word.
	"""
	row, doc = _lock_request(request)
	_require_open(row)
	scope = get_scope()
	if not scope.sees_all and not steps.is_own_petitioner(doc, scope):
		if not (steps.is_office_of_place(doc, scope) or doc.village in scope.villages) or not proof:
			frappe.throw(
				_("Only the petitioner takes a request back, or an office with the signed word attached."),
				ReviewError,
			)
	if not (reason or "").strip():
		frappe.throw(_("Say why the request is taken back."), ReviewError)
	row.update({"status": reviews.WITHDRAWN, "refusal_note": reason.strip()})
	if proof:
		row.service_proof = proof
	row.save(ignore_permissions=True)  # checked above
	_set_status(doc, _status_without(row))
	record_event(doc, "Withdraw Review", doc.workflow_state, doc.workflow_state, reason)


def add_hearing(request: str, from_date: str, to_date: str, note: str | None = None) -> None:
	"""A hearing is held; in a re-review its days are not counted (art. 36).

	Args:
		request: the Review Request.
		from_date: first day.
		to_date: last day.
		note: what to remember of it.

	Raises:
		ReviewError: not under review, dates out of order, or not of the reviewing body.
	"""
	row, doc = _lock_request(request)
	_require_reviewer(row)
	if row.status != reviews.RECEIVED:
		frappe.throw(_("A hearing is held while the request is under review."), ReviewError)
	row.append("hearings", {"from_date": read_day(from_date), "to_date": read_day(to_date), "note": note})
	_set_due(row)
	row.save(ignore_permissions=True)  # checked above
	record_event(doc, "Hearing", doc.workflow_state, doc.workflow_state, note)


def _set_due(row) -> None:
	hearings = (
		[(getdate(h.from_date), getdate(h.to_date)) for h in row.hearings]
		if row.level == reviews.RE_REVIEW
		else []
	)
	with domain_errors(ReviewError):
		# A review whose hearings count all the same still refuses dates out of order.
		reviews.check_hearings((getdate(h.from_date), getdate(h.to_date)) for h in row.hearings)
		rule = get_limit_rule(reviews.DECISION_LIMIT[row.level], getdate(row.received_at))
		row.due_at = reviews.review_due_at(get_datetime(row.received_at), rule, calendar_for(rule), hearings)
	row.limit_rule = rule.name


# Deciding and handing over
# -------------------------
def decide_review(
	request: str,
	decision: str,
	facts_found: str,
	opinion_text: str,
	opinion_no: str | None = None,
	signer: str | None = None,
) -> None:
	"""The opinion on review: uphold, change, or revoke and have it made again.

	A revoked opinion puts the case back to its unit at once: into handling while it waits to be closed, as a new round
	where it was closed.

	Args:
		request: a request that was taken up.
		decision: "Upheld", "Changed" or "Revoked".
		facts_found: facts.
		opinion_text: opinion with its reasons.
		opinion_no: the number of a body outside the register; the next one of the register by default.
		signer: who signed; the session's user by default.

	Raises:
		ReviewError: not taken up, decided already, something is missing, or not of the reviewing body.
	"""
	row, doc = _lock_request(request)
	_require_reviewer(row)
	with domain_errors(ReviewError):
		reviews.check_decision(row.status, decision, facts_found, opinion_text)
	now = now_datetime()
	if not opinion_no:
		opinion_no = issue_letter(REVIEW_OPINIONS[row.level], doc, row.reviewing_unit, row.doctype, row.name)
	row.update(
		{
			"status": reviews.DECIDED,
			"decision": decision,
			"facts_found": facts_found.strip(),
			"opinion_text": opinion_text.strip(),
			"opinion_no": opinion_no,
			"signer": signer or get_fullname(frappe.session.user),
			"decided_by": frappe.session.user,
			"decided_at": now,
		}
	)
	row.save(ignore_permissions=True)  # checked above
	record_event(
		doc,
		"Decide Review",
		doc.workflow_state,
		doc.workflow_state,
		f"{row.name} {_(decision, context=CONTEXT)}",
	)
	write_notice(doc, OPINION_NODES[row.level], now, f"{row.opinion_no} {_(decision, context=CONTEXT)}")
	if decision == reviews.REVOKED:
		_set_status(doc, None)
		_redo(doc, row)
	else:
		_set_status(doc, reviews.AFTER[row.level])


def serve_review(request: str, method: str, served_at: str | None = None, proof: str | None = None) -> None:
	"""The opinion on review reached the petitioner; the days to ask for a re-review run from now on.

	Args:
		request: a decided request.
		method: how, as for the reply.
		served_at: when; now by default.
		proof: photo or receipt.

	Raises:
		ReviewError: not decided, handed over already, no such way, dates out of order, or not this person's to serve.
	"""
	row, doc = _lock_request(request)
	scope = get_scope()
	if not (scope.sees_all or _is_reviewer(row, scope)):
		if not steps.ACTORS[lifecycle.BY_SERVER](doc, scope):
			frappe.throw(
				_("Only the reviewing body, the agent or an office of the place hands the opinion over."),
				ReviewError,
			)
		if steps.is_own_agent(doc, scope):
			checks.check_authority(doc, now_datetime(), "may_receive_documents")
	if row.status != reviews.DECIDED:
		frappe.throw(_("There is no opinion to hand over, or it has been handed over."), ReviewError)
	if method not in SERVICE_MEANS:
		frappe.throw(_("Say how the opinion was handed over."), ReviewError)
	now = now_datetime()
	moment = read_moment(served_at) if served_at else now
	if moment > now or moment < get_datetime(row.decided_at).replace(microsecond=0):
		frappe.throw(_("It is handed over after the decision and not in the future."), ReviewError)
	row.update(
		{
			"status": reviews.SERVED,
			"served_at": moment,
			"served_by": frappe.session.user,
			"service_method": method,
			"service_proof": proof,
		}
	)
	row.save(ignore_permissions=True)  # checked above
	tell_open(doc.name, now, SERVICE_MEANS[method], nodes=(OPINION_NODES[row.level], REVIEW_RECEIVED))
	record_event(doc, "Serve Review", doc.workflow_state, doc.workflow_state, row.name, happened_at=moment)


def _redo(doc, row) -> None:
	"""The unit makes the opinion again: by the step the petition office would take, here ordered by the review."""
	target = {
		lifecycle.SERVED: lifecycle.HANDLING,
		lifecycle.CLOSED: lifecycle.REGISTERED,
		lifecycle.ARCHIVED: lifecycle.REGISTERED,
	}[doc.workflow_state]
	doc.step_reason = _("Revoked on review ({0}), to be made again.").format(row.name)
	doc.workflow_state = target
	doc.flags.by_review = True
	doc.save(ignore_permissions=True)  # who decides on review was checked; the step follows from the decision


# Who
# ---
def _is_reviewer(row, scope) -> bool:
	if row.reviewing_unit in scope.units:
		return True
	office = frappe.db.get_single_value("Petition Proxy Settings", "petition_office")
	if office not in scope.units:
		return False
	return not post_holders([row.reviewing_unit])[row.reviewing_unit].everyone


def _require_reviewer(row) -> None:
	scope = get_scope()
	if scope.sees_all:
		return
	if row.respondent_unit in scope.units:
		frappe.throw(_("Nobody reviews the opinion of the own unit. The body above decides."), ReviewError)
	if not _is_reviewer(row, scope):
		frappe.throw(
			_("Only the reviewing body decides, or the petition office while its post is vacant."),
			ReviewError,
		)


def _require_open(row) -> None:
	if row.status not in reviews.OPEN_STATUSES:
		frappe.throw(
			_("This request has ended already: {0}.").format(_(row.status, context=CONTEXT)),
			ReviewError,
		)


def _set_status(doc, status: str | None) -> None:
	doc.db_set("review_status", status, update_modified=False)


def _status_without(row) -> str | None:
	"""Where the case stands when this request comes to nothing."""
	return reviews.AFTER[reviews.REVIEW] if row.level == reviews.RE_REVIEW else None


def _lock(name: str):
	doc = frappe.get_doc("Petition", name, for_update=True)
	doc.check_permission("read")
	return doc


def _lock_request(name: str) -> tuple:
	petition = frappe.db.get_value("Review Request", name, "petition")
	if not petition:
		frappe.throw(_("There is no review request {0}.").format(name), ReviewError)
	doc = _lock(petition)
	return frappe.get_doc("Review Request", name, for_update=True), doc
