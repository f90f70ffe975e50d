"""What a petitioner reads of the own case: plain stages, days, the unit, letters, own papers, what can be done.

The nodes are those that the rules for online handling disclose (网上办理工作规程; domain rules §2.4). No internal note, no name
of anybody else, no text that another office wrote for itself.
"""

from datetime import datetime

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import format_date, format_datetime, get_datetime, now_datetime

from petition_proxy.domain import lifecycle, refusals, reviews, stages
from petition_proxy.permissions.scope import BEARER_USER, scope_condition
from petition_proxy.petition_proxy.doctype.evaluation.acts import rateable
from petition_proxy.petition_proxy.doctype.petition.petitioner_acts import (
	CLOSED_TO_PAPERS,
	agents_of,
	may_withdraw,
)
from petition_proxy.petition_proxy.doctype.petitioner.account import may_open_account
from petition_proxy.queries.case_view import stage_hints, stage_words
from petition_proxy.utils.rows import read_row

COLUMNS = tuple(
	dict.fromkeys(
		(
			"name",
			"subject",
			"petitioner",
			"petition_kind",
			"procedure_route",
			"handling_unit",
			"agent",
			"agreement",
			"query_code",
			"opinion_letter",
			"review_status",
			"main_petition",
			"petitioned_at",
			"extended_until",
			*stages.COLUMNS,
		)
	)
)
MOST_CASES = 50
MOST_PAPERS = 50


def own_cases(limit: int = MOST_CASES) -> list[frappe._dict]:
	"""Cases in which the session's user is the petitioner, the latest first, each with its stage in words."""
	petition, petitioner = DocType("Petition"), DocType("Petitioner")
	query = (
		frappe.qb.from_(petition)
		.join(petitioner)
		.on(petitioner.name == petition.petitioner)
		.select(*(petition[column] for column in COLUMNS))
		.where((petitioner.user == frappe.session.user) & (petition.workflow_state != lifecycle.DRAFT))
		.orderby(petition.petitioned_at, order=frappe.qb.desc)
		.limit(limit)
	)
	condition = scope_condition(petition)
	rows = (query if condition is None else query.where(condition)).run(as_dict=True)
	now, words = now_datetime(), stage_words()
	for row in rows:
		row.stage = words[stages.current(row, now).key]
		row.day = _day(row.petitioned_at)
	return rows


def case_page(petition: str) -> frappe._dict | None:
	"""Everything the page of one case shows; the session's user acts as its petitioner.

	Args:
		petition: the case.

	Returns:
		None if there is no such case in the user's scope.
	"""
	case = read_row("Petition", petition, COLUMNS)
	if not case or not frappe.has_permission("Petition", "read", doc=frappe.get_doc("Petition", petition)):
		return None
	now = now_datetime()
	unit = (
		read_row("Handling Unit", case.handling_unit, ("unit_name", "phone")) if case.handling_unit else None
	)
	agreement = _agreement(case)
	return frappe._dict(
		number=case.name,
		round=case.round,
		code=case.query_code,
		subject=case.subject,
		filed_on=_day(case.petitioned_at),
		unit=unit.unit_name if unit else "",
		unit_phone=(unit.phone if unit else "") or "",
		agent=_agent(case.agent),
		stages=_stages(case, now),
		due=due_in_words(stages.current(case, now), now),
		extended_until=_day(case.extended_until),
		ending=_ending(case),
		letters=letters(case),
		papers=own_papers(case.name),
		ratings=[rating_words(row) for row in rateable(case)],
		review=_review(case, now),
		reviews=_reviews(case),
		authority=agreement,
		may_add_papers=case.workflow_state not in CLOSED_TO_PAPERS,
		may_withdraw=may_withdraw(case),
		may_open_account=frappe.session.user == BEARER_USER and may_open_account(case.petitioner),
	)


def due_in_words(stage: stages.Stage, now: datetime) -> frappe._dict | None:
	"""By when the next stage is due, in words that need no reckoning.

	Args:
		stage: the stage that comes next.
		now: the present moment.

	Returns:
		text and is_late; None where no limit runs.
	"""
	if stage.status != stages.NOW or not stage.due_at:
		return None
	days = (stage.due_at.date() - now.date()).days
	day = _day(stage.due_at)
	if stage.is_late:
		text = (
			_("Was due on {0}, {1} days ago. You may ask the petition office why.").format(day, -days)
			if days < 0
			else _("Was due today. You may ask the petition office why.")
		)
		return frappe._dict(text=text, is_late=True)
	if days == 0:
		return frappe._dict(text=_("Due today ({0}).").format(day), is_late=False)
	if days == 1:
		return frappe._dict(text=_("Due tomorrow ({0}).").format(day), is_late=False)
	return frappe._dict(text=_("Due by {0}, in {1} days.").format(day, days), is_late=False)


def _stages(case, now: datetime) -> list[frappe._dict]:
	words, hints = stage_words(), stage_hints()
	return [
		frappe._dict(
			key=stage.key,
			status=stage.status,
			word=words[stage.key],
			day=_day(stage.at),
			hint=hints.get(stage.key, "") if stage.status == stages.NOW else "",
		)
		for stage in stages.stages(case, now)
	]


def _ending(case) -> frappe._dict | None:
	"""Why a case was not taken up, and where to turn (R22 arts 22, 23): as the written notice says it."""
	if case.workflow_state not in lifecycle.TURNED_AWAY_STATES:
		return None
	row = read_row("Petition", case.name, ("refusal_reason", "refusal_body"))
	return frappe._dict(
		reason=_(row.refusal_reason, context="Petition") if row.refusal_reason else "",
		body=row.refusal_body or "",
	)


def _agent(agent: str | None) -> frappe._dict | None:
	"""The petitioner's own agent, by the name on the agreement, with the duty phone that the directory shows."""
	row = read_row("Proxy Agent", agent, ("agent_name", "duty_phone")) if agent else None
	return frappe._dict(name=row.agent_name, phone=row.duty_phone or "") if row else None


def _agreement(case) -> frappe._dict | None:
	columns = ("docstatus", "valid_from", "valid_to", "revoked_on")
	row = read_row("Proxy Agreement", case.agreement, columns) if case.agreement and case.agent else None
	if not row or row.docstatus != 1:
		return None
	return frappe._dict(
		valid_to=_day(row.valid_to),
		revoked_on=_day(row.revoked_on),
		may_revoke=not row.revoked_on and case.workflow_state != lifecycle.ARCHIVED,
	)


# Letters and papers
# ------------------
NOTICES = {
	lifecycle.REFUSED: "Refusal Notice",
	lifecycle.NOT_ACCEPTED_AGAIN: "No Longer Accepted Notice",
	lifecycle.GUIDED: "Statutory Route Notice",
}


def letters(case) -> list[frappe._dict]:
	"""Issued notices and letters the petitioner may fetch: key for the address, word, day, and the paper behind it.

	Drafts and letters that were replaced before the answer went out are not among them.
	"""
	found = []
	if case.accepted_at:
		found.append(_letter("Petition", case.name, "Acceptance Notice", case.accepted_at))
	if case.workflow_state in NOTICES:
		found.append(_letter("Petition", case.name, NOTICES[case.workflow_state], case.refused_at))
	for row in _rows("Extension Request", case, {"status": "Approved"}, "decided_at"):
		found.append(_letter("Extension Request", row.name, "Extension Notice", row.decided_at))
	if case.opinion_letter and case.replied_at:
		found.append(_letter("Opinion Letter", case.opinion_letter, "Opinion Letter Paper", case.replied_at))
	for row in _rows("Review Request", case, {"status": ("in", reviews.ENDED_STATUSES)}, "decided_at"):
		found.append(_letter("Review Request", row.name, "Review Opinion Paper", row.decided_at))
	return found


def _letter(doctype: str, name: str, form: str, moment) -> frappe._dict:
	key = frappe.utils.data.sha256_hash(f"{doctype}|{name}|{form}")[:16]
	return frappe._dict(key=key, doctype=doctype, name=name, form=form, word=_(form), day=_day(moment))


def _rows(doctype: str, case, filters: dict, moment: str) -> list:
	return frappe.get_all(
		doctype,
		filters={"petition": case.name, "round": case.round, **filters},
		fields=["name", moment],
		order_by=f"{moment} asc, name asc",
		limit=20,
	)


def own_papers(petition: str) -> list[frappe._dict]:
	"""Papers that the petitioner or the agent handed in from the pages: key, word, day, and the file behind it.

	What an office attached for itself is not shown.
	"""
	petitioner = frappe.db.get_value("Petition", petition, "petitioner")
	account = frappe.db.get_value("Petitioner", petitioner, "user") if petitioner else None
	owners = [owner for owner in (BEARER_USER, account, *agents_of(petition)) if owner]
	rows = frappe.get_all(
		"File",
		filters={
			"attached_to_doctype": "Petition",
			"attached_to_name": petition,
			"is_private": 1,
			"owner": ("in", owners),
		},
		fields=["name", "file_name", "creation"],
		order_by="creation asc, name asc",
		limit=MOST_PAPERS,
	)
	return [
		frappe._dict(
			key=row.name,
			word=_("PDF") if (row.file_name or "").lower().endswith(".pdf") else _("Photo", context="Portal"),
			day=format_datetime(row.creation, "yyyy-MM-dd HH:mm"),
		)
		for row in rows
	]


# Rating and review
# -----------------
def rating_words(row: frappe._dict) -> frappe._dict:
	"""A row of `rateable` in the words of the page."""
	words = {
		"Handling Unit": _("How satisfied are you with the unit that handled it?"),
		"Proxy Agent": _("How satisfied are you with your agent?"),
	}
	row.word = words[row.party]
	row.good = [(reason, _(reason, context="Evaluation")) for reason in row.good]
	row.bad = [(reason, _(reason, context="Evaluation")) for reason in row.bad]
	row.rated_on, row.until = _day(row.rated_at), _day(row.closes_at)
	return row


def _review(case, now: datetime) -> frappe._dict | None:
	"""Whether a review or re-review can be asked for now, which, and whether a body must be chosen (arts 35, 36)."""
	is_open = (
		refusals.has_statutory_clock(case.petition_kind, case.procedure_route)
		and case.workflow_state in (lifecycle.SERVED, lifecycle.CLOSED, lifecycle.ARCHIVED)
		and case.served_at
		and case.outcome != "Settled on the Spot"
	)
	if not is_open:
		return None
	earlier = [reviews.Earlier(row.level, row.status, row.decision, row.served_at) for row in _requests(case)]
	try:
		level = reviews.next_level(earlier)
	except reviews.ReviewError:
		return None
	unit = (
		read_row("Handling Unit", case.handling_unit, ("territory_parent", "line_superior"))
		if case.handling_unit
		else None
	)
	kinds = []
	if level == reviews.REVIEW and unit and unit.territory_parent and unit.line_superior:
		kinds = [
			(reviews.TERRITORY, _unit_name(unit.territory_parent)),
			(reviews.LINE, _unit_name(unit.line_superior)),
		]
	return frappe._dict(level=level, word=_(level), kinds=kinds)


def _reviews(case) -> list[frappe._dict]:
	return [
		frappe._dict(
			word=_(row.level),
			status=_(row.status, context="Review Request"),
			day=_day(row.asked_at),
			due=_day(row.due_at),
			body=_unit_name(row.reviewing_unit),
			decision=_(row.decision) if row.decision else "",
		)
		for row in _requests(case)
	]


def _requests(case) -> list:
	return frappe.get_all(
		"Review Request",
		filters={"petition": case.name, "round": case.round},
		fields=["level", "status", "decision", "served_at", "asked_at", "due_at", "reviewing_unit"],
		order_by="asked_at asc, creation asc",
		limit=20,
	)


def _unit_name(unit: str | None) -> str:
	return (frappe.get_cached_value("Handling Unit", unit, "unit_name") or "") if unit else ""


def _day(moment) -> str:
	return format_date(get_datetime(moment).date()) if moment else ""
