"""What waits for an agent, and the agent's own cases: reads of the agent's pages, each bound to the agent's own cases.

A person can be agent and clerk at once; these pages show what the agent has to do, so they ask by the case's agent and not by
everything the person may see. Whoever is complained about in a case does not find it here either.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe
from frappe.query_builder import Criterion, DocType
from frappe.query_builder.functions import Count, Min, Sum
from frappe.utils import add_days, getdate
from pypika import Case as When
from pypika import Order

from petition_proxy.domain import letters, lifecycle, stages
from petition_proxy.domain.progress import NOT_TOLD_STATES, TO_TELL
from petition_proxy.permissions.letters import may_receive
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.proxy_agent.gate import unacknowledged

MOST_ROWS = 50
PAGE_ROWS = 20
SIGN_ANEW_DAYS = 30  # before an agreement ends
RENEW_DAYS = 60  # before a certificate ends
# Notices that still mean something in these states; an opinion is handed over with the step "Serve".
NOTICE_STATES: tuple[tuple[tuple[str, ...], frozenset[str]], ...] = (
	((letters.ACCEPTANCE, letters.EXTENSION), lifecycle.AWAITING_REPLY_STATES),
	((letters.REFUSAL, letters.NO_LONGER, letters.GUIDANCE), lifecycle.TURNED_AWAY_STATES),
	(
		tuple(letters.REVIEW_OPINIONS.values()),
		frozenset(lifecycle.STATES) - {lifecycle.ARCHIVED, lifecycle.WITHDRAWN, lifecycle.MERGED},
	),
)
# In the order of the queue: cases under way, drafts, answered ones; from "9" on ended ones (lifecycle.queue_key).
ENDED_BAND = "9"
CASE_COLUMNS = (
	"name",
	"subject",
	"petitioner_name",
	"masked_phone",
	"handling_unit",
	"queue_key",
	"service_receipt",
	"service_attempts",
	*stages.COLUMNS,
)


@dataclass(frozen=True)
class Work:
	"""What waits for one agent: each part the most urgent first, at most `MOST_ROWS` of it.

	Args:
		to_tell: cases with nodes to pass on: petition, subject, petitioner_name, nodes, late, tell_by.
		to_deliver: replied cases: name, subject, petitioner_name, replied_at, tell_by, service_attempts.
		to_collect: notices to bring to the petitioner: name, number, kind, petition, petitioner_name, issued_on.
		to_sign: cases whose agreement was revoked, has ended or ends soon: name, petitioner_name, valid_to, revoked_on.
		consequences: proposed about the agent: name, step, answer_by.
		rules: to acknowledge.
	"""

	to_tell: list[frappe._dict]
	to_deliver: list[frappe._dict]
	to_collect: list[frappe._dict]
	to_sign: list[frappe._dict]
	consequences: list[frappe._dict]
	rules: list[frappe._dict]


def work_of(agent: str, now: datetime) -> Work:
	"""Everything that waits for an agent.

	Args:
		agent: Proxy Agent.
		now: moment to which "late" refers.
	"""
	return Work(
		_to_tell(agent, now),
		_to_deliver(agent),
		_to_collect(agent),
		_to_sign(agent, now),
		_consequences(agent),
		unacknowledged(agent, getdate(now)),
	)


def own(petition, agent: str) -> Criterion:
	"""The condition of an agent's own cases, without those that complain about the person."""
	scope = get_scope()
	criterion = (petition.agent == agent) & (
		petition.accused_user.isnull() | (petition.accused_user != scope.user)
	)
	if scope.barred:
		criterion &= petition.accused_unit.isnull() | petition.accused_unit.notin(sorted(scope.barred))
	return criterion


def _to_tell(agent: str, now: datetime) -> list[frappe._dict]:
	notice, case = DocType("Progress Notice"), DocType("Petition")
	is_late = When().when(notice.tell_by < now.replace(microsecond=0), 1).else_(0)
	first = Min(notice.tell_by)
	return (
		frappe.qb.from_(notice)
		.join(case)
		.on(case.name == notice.petition)
		.select(case.name.as_("petition"), case.subject, case.petitioner_name)
		.select(Count(notice.name).as_("nodes"), Sum(is_late).as_("late"), first.as_("tell_by"))
		.where((notice.status == TO_TELL) & case.workflow_state.notin(NOT_TOLD_STATES))
		.where(own(case, agent))
		.groupby(case.name, case.subject, case.petitioner_name)
		.orderby(first)
		.orderby(case.name)
		.limit(MOST_ROWS)
		.run(as_dict=True)
	)


def _to_deliver(agent: str) -> list[frappe._dict]:
	"""Replied and not handed over; the day to tell the reply by is the day to bring it."""
	case, notice = DocType("Petition"), DocType("Progress Notice")
	return (
		frappe.qb.from_(case)
		.left_join(notice)
		.on(
			(notice.petition == case.name)
			& (notice["round"] == case["round"])
			& (notice.node == "Replied")
			& (notice.status == TO_TELL)
		)
		.select(case.name, case.subject, case.petitioner_name, case.replied_at, case.service_attempts)
		.select(notice.tell_by, When().when(may_receive(case), 1).else_(0).as_("may_receive"))
		.where((case.workflow_state == lifecycle.REPLIED) & case.service_receipt.isnull())
		.where(own(case, agent))
		.orderby(case.replied_at)
		.orderby(case.name)
		.limit(MOST_ROWS)
		.run(as_dict=True)
	)


def _to_collect(agent: str) -> list[frappe._dict]:
	"""Notices in writing that nobody has brought to the petitioner yet, where the agent may receive documents."""
	letter, case = DocType("Official Letter"), DocType("Petition")
	waits = [letter.kind.isin(kinds) & case.workflow_state.isin(sorted(s)) for kinds, s in NOTICE_STATES]
	return (
		frappe.qb.from_(letter)
		.join(case)
		.on((case.name == letter.petition) & (case["round"] == letter["round"]))
		.select(letter.name, letter.number, letter.kind, letter.issued_on)
		.select(letter.petition, case.subject, case.petitioner_name)
		.where(letter.told_at.isnull() & (letter.is_void == 0) & Criterion.any(waits))
		.where(own(case, agent) & may_receive(case))
		.orderby(letter.issued_on)
		.orderby(letter.name)
		.limit(MOST_ROWS)
		.run(as_dict=True)
	)


def _to_sign(agent: str, now: datetime) -> list[frappe._dict]:
	case, agreement = DocType("Petition"), DocType("Proxy Agreement")
	today = getdate(now)
	open_states = sorted(lifecycle.OPEN_STATES - {lifecycle.DRAFT})
	ends = (agreement.valid_to < add_days(today, SIGN_ANEW_DAYS)) | (agreement.revoked_on <= today)
	return (
		frappe.qb.from_(case)
		.join(agreement)
		.on(agreement.name == case.agreement)
		.select(case.name, case.subject, case.petitioner_name)
		.select(case.agreement, agreement.valid_to, agreement.revoked_on)
		.where(case.workflow_state.isin(open_states) & ends)
		.where(own(case, agent))
		.orderby(agreement.valid_to)
		.orderby(case.name)
		.limit(MOST_ROWS)
		.run(as_dict=True)
	)


def _consequences(agent: str) -> list[frappe._dict]:
	return frappe.get_all(
		"Agent Consequence",
		filters={"agent": agent, "status": "Proposed"},
		fields=["name", "step", "answer_by", "grounds"],
		order_by="answer_by asc, name asc",
		limit=MOST_ROWS,
	)


# Own cases
# ---------
def count_open(agent: str) -> int:
	"""How many cases of an agent are under way."""
	case = DocType("Petition")
	return (
		frappe.qb.from_(case)
		.select(Count("*"))
		.where(own(case, agent) & (case.queue_key < ENDED_BAND))
		.run()[0][0]
	)


def own_cases(
	agent: str, is_open: bool = True, after: str | None = None, text: str | None = None
) -> tuple[list[frappe._dict], str | None]:
	"""A page of an agent's cases in the order of the queue, by the index on agent and order.

	Args:
		agent: Proxy Agent.
		is_open: cases under way, or those that have ended.
		after: where the page before ended, as it was given back.
		text: part of the number, the subject or the petitioner's name; then both open and ended ones are searched.

	Returns:
		Rows of CASE_COLUMNS with unit_name, and where to go on, None at the end.
	"""
	case, unit = DocType("Petition"), DocType("Handling Unit")
	is_rising = is_open or bool(text)
	order = Order.asc if is_rising else Order.desc  # of ended cases the latest first
	query = (
		frappe.qb.from_(case)
		.left_join(unit)
		.on(unit.name == case.handling_unit)
		.select(*(case[column] for column in CASE_COLUMNS), unit.unit_name)
		.where(own(case, agent))
		.orderby(case.queue_key, order=order)
		.orderby(case.name, order=order)
		.limit(PAGE_ROWS + 1)
	)
	if text:
		part = f"%{_escape_like(text.strip())}%"
		query = query.where(case.name.like(part) | case.subject.like(part) | case.petitioner_name.like(part))
	elif is_open:
		query = query.where(case.queue_key < ENDED_BAND)
	else:
		query = query.where(case.queue_key >= ENDED_BAND)
	key, _bar, name = (after or "").partition("|")
	if name:
		same = case.queue_key == key
		if is_rising:
			further = (case.queue_key > key) | (same & (case.name > name))
			query = query.where((case.queue_key >= key) & further)  # the first part is the index's
		else:
			further = (case.queue_key < key) | (same & (case.name < name))
			query = query.where((case.queue_key <= key) & further)
	rows = query.run(as_dict=True)
	more = rows[PAGE_ROWS - 1] if len(rows) > PAGE_ROWS else None
	return rows[:PAGE_ROWS], f"{more.queue_key}|{more.name}" if more else None


def _escape_like(text: str) -> str:
	return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


# One case
# --------
def find_case(agent: str, name: str | None) -> Any:
	"""An agent's own case; None for an unknown number and for a case of somebody else alike."""
	if not name:
		return None
	case = DocType("Petition")
	found = (
		frappe.qb.from_(case).select(case.name).where((case.name == name) & own(case, agent)).limit(1).run()
	)
	return frappe.get_doc("Petition", found[0][0]) if found else None


def is_worth_bringing(letter, state: str, case_round: int) -> bool:
	"""Whether a notice still means something to the petitioner of a case in this state, and has not been brought yet.

	Args:
		letter: row of `letters_of`.
		state: state of its case.
		case_round: present round of its case.
	"""
	is_of_state = any(letter.kind in kinds and state in states for kinds, states in NOTICE_STATES)
	return is_of_state and not letter.told_at and letter.round == case_round


def letters_of(petition: str) -> list[frappe._dict]:
	"""What was written to the petitioner of a case and is in force, the latest first; the caller has checked who asks."""
	letter, unit = DocType("Official Letter"), DocType("Handling Unit")
	return (
		frappe.qb.from_(letter)
		.left_join(unit)
		.on(unit.name == letter.unit)
		.select(letter.name, letter.number, letter.kind, letter.issued_on, letter.told_at)
		.select(letter.told_how, letter["round"], letter.reference_doctype, letter.reference_name)
		.select(unit.unit_name)
		.where((letter.petition == petition) & (letter.is_void == 0))
		.where(letter.kind.isin(letters.TO_PETITIONER))
		.orderby(letter.issued_on, order=frappe.qb.desc)
		.orderby(letter.name)
		.limit(MOST_ROWS)
		.run(as_dict=True)
	)


def nodes_to_tell(petition: str) -> list[frappe._dict]:
	"""Open nodes of one case, the earliest first."""
	return frappe.get_all(
		"Progress Notice",
		filters={"petition": petition, "status": TO_TELL},
		fields=["name", "node", "content", "happened_at", "tell_by"],
		order_by="tell_by asc, happened_at asc, name asc",
		limit=MOST_ROWS,
	)


def receipts_of(petition: str) -> list[frappe._dict]:
	"""Deliveries and attempts of a case, the latest first."""
	return frappe.get_all(
		"Service Receipt",
		filters={"petition": petition},
		fields=["name", "result", "method", "served_at", "failure_reason", "document_type", "photo", "round"],
		order_by="served_at desc, name asc",
		limit=MOST_ROWS,
	)


def papers_by(petition: str, user: str) -> list[frappe._dict]:
	"""Papers that a person has added to a case, the latest first."""
	return frappe.get_all(
		"File",
		filters={"attached_to_doctype": "Petition", "attached_to_name": petition, "owner": user},
		fields=["name", "file_name", "file_url", "creation"],
		order_by="creation desc, name asc",
		limit=MOST_ROWS,
	)


def remarks_by(petition: str, user: str) -> list[frappe._dict]:
	"""Remarks that a person has written on a case, the latest first."""
	return frappe.get_all(
		"Comment",
		filters={
			"reference_doctype": "Petition",
			"reference_name": petition,
			"comment_type": "Comment",
			"owner": user,
		},
		fields=["content", "creation"],
		order_by="creation desc, name asc",
		limit=MOST_ROWS,
	)
