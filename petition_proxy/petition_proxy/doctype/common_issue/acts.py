"""Grouping like cases and answering them together.

Nobody groups, sees or answers a case through a group that he could not by itself: every list is drawn from the row
scope, and every answer is the case's own step with its own guards. Reports and accusations, restricted categories and
cases that name an accused stay out (R22 art. 30).
"""

import frappe
from frappe import _
from frappe.query_builder import Criterion, DocType
from frappe.utils import now_datetime, strip_html

from petition_proxy.domain import lifecycle, repeats
from petition_proxy.permissions.scope import get_scope, is_restricted, scope_condition
from petition_proxy.petition_proxy.doctype.common_issue.common_issue import (
	ANSWERED,
	CLOSED,
	OPEN,
	CommonIssueError,
	may_keep,
)
from petition_proxy.petition_proxy.doctype.petition.repeats import get_thresholds
from petition_proxy.petition_proxy.doctype.petition_assignment.acts import lock_petition
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event, record_events

IN_GROUP, CASE_ANSWERED, REMOVED = "In the Group", "Answered", "Removed"
GROUPABLE_STATES = lifecycle.AWAITING_NOTICE_STATES | lifecycle.AWAITING_REPLY_STATES
MOST_COMPARED = 300
MOST_SUGGESTED = 50
# More than this are answered in the background, so that nobody waits for a page.
ANSWERED_AT_ONCE = 20
GROUP_COLUMNS = (
	"name",
	"subject",
	"request_text",
	"content",
	"category",
	"village",
	"town",
	"district",
	"petition_kind",
	"accused_unit",
	"accused_user",
	"workflow_state",
	"common_issue",
	"round",
	"agent",
	"petitioner",
	"handling_unit",
)


def lock_issue(name: str):
	"""The issue, locked until the end of the request, if the session's user keeps it.

	Raises:
		frappe.PermissionError: out of the user's scope, or only readable.
	"""
	doc = frappe.get_doc("Common Issue", name, for_update=True)
	doc.check_permission("write")
	return doc


def _require_open(doc) -> None:
	if doc.status != OPEN:
		frappe.throw(_("The cases of this issue have been answered already."), CommonIssueError)


def suggest(issue: str) -> list[dict]:
	"""Open cases like this issue: same category and place, alike in text, and within what the user may see.

	Args:
		issue: Common Issue.

	Returns:
		Rows with name, subject, workflow_state, village and likeness in per cent, most alike first.

	Raises:
		frappe.PermissionError: the issue is out of the user's scope.
	"""
	doc = frappe.get_doc("Common Issue", issue)
	doc.check_permission("read")
	table = DocType("Petition")
	terms = [
		table.category == doc.category,
		table.workflow_state.isin(sorted(GROUPABLE_STATES)),
		table.common_issue.isnull() | (table.common_issue == ""),
		table.petition_kind != repeats.REPORT_KIND,
		table.accused_unit.isnull() | (table.accused_unit == ""),
		table.accused_user.isnull() | (table.accused_user == ""),
		table.town == doc.town if doc.town else table.district == doc.district,
	]
	scope = scope_condition(table)
	if scope is not None:
		terms.append(scope)
	rows = (
		frappe.qb.from_(table)
		.select(*(table[c] for c in GROUP_COLUMNS))
		.where(Criterion.all(terms))
		.orderby(table.queue_key)
		.limit(MOST_COMPARED)
		.run(as_dict=True)
	)
	own = repeats.grams(doc.issue_name, doc.description)
	limit = get_thresholds().likeness_same_place
	scored = [(repeats.likeness(own, repeats.grams(r.subject, r.request_text, r.content)), r) for r in rows]
	shown = sorted((s for s in scored if s[0] >= limit), key=lambda s: (-s[0], s[1].name))[:MOST_SUGGESTED]
	return [
		{
			"name": row.name,
			"subject": row.subject,
			"workflow_state": row.workflow_state,
			"village": row.village,
			"likeness": round(100 * score, 1),
		}
		for score, row in shown
	]


def add_cases(issue: str, petitions: list[str]) -> int:
	"""Put cases into the group.

	Args:
		issue: Common Issue.
		petitions: cases the user may see.

	Returns:
		How many are new in the group.

	Raises:
		CommonIssueError: one that may not be grouped, of another place, or in another group; nothing is added then.
		frappe.PermissionError: one is out of the user's scope.
	"""
	doc = lock_issue(issue)
	_require_open(doc)
	rows = _lock_rows(petitions)
	scope = get_scope()
	for name in petitions:
		row = rows.get(name)
		if not row or not scope.covers(row):
			raise frappe.PermissionError(_("Petition {0} is outside your area.").format(name))
	new = [rows[name] for name in dict.fromkeys(petitions) if rows[name].common_issue != doc.name]
	restricted = {c for c in {row.category for row in new} if is_restricted(c)}
	for row in new:
		_refuse_unfit(doc, row, restricted)
	if new:
		_write_cases(doc, new)
	return len(new)


def _lock_rows(petitions: list[str]) -> dict[str, frappe._dict]:
	table = DocType("Petition")
	rows = (
		frappe.qb.from_(table)
		.select(*(table[c] for c in GROUP_COLUMNS), table.filing_channel)
		.where(table.name.isin(petitions or [""]))
		.orderby(table.name)
		.for_update()
		.run(as_dict=True)
	)
	return {row.name: row for row in rows}


def _refuse_unfit(doc, row, restricted: set[str]) -> None:
	if row.petition_kind == repeats.REPORT_KIND or row.accused_unit or row.accused_user:
		why = _("Reports, accusations and cases that name an accused are handled one by one.")
	elif row.category in restricted:
		why = _("Cases of a restricted category are handled one by one and never grouped.")
	elif row.common_issue:
		why = _("It belongs to {0} already.").format(row.common_issue)
	elif row.workflow_state not in GROUPABLE_STATES:
		why = _("It is not waiting for an answer.")
	elif row.district != doc.district or (doc.town and row.town != doc.town):
		why = _("It comes from another place.")
	else:
		return
	frappe.throw(f"{row.name}: {why}", CommonIssueError)


def _write_cases(doc, rows: list) -> None:
	now, user = now_datetime(), frappe.session.user
	fields = ("name", "creation", "modified", "owner", "modified_by", "docstatus", "idx")
	fields += ("common_issue", "petition", "status", "added_by", "added_at")
	frappe.db.bulk_insert(
		"Common Issue Case",
		fields,
		[
			(
				*(frappe.generate_hash(length=10), now, now, user, user, 0, 0),
				*(doc.name, row.name, IN_GROUP, user, now),
			)
			for row in rows
		],
	)
	_set_group([row.name for row in rows], doc.name)
	record_events(rows, "Group", doc.name)
	_count(doc)


def _set_group(petitions: list[str], issue: str | None) -> None:
	table = DocType("Petition")
	frappe.qb.update(table).set(table.common_issue, issue).where(table.name.isin(petitions)).run()


def _count(doc) -> None:
	count = frappe.db.count("Common Issue Case", {"common_issue": doc.name, "status": ("!=", REMOVED)})
	doc.db_set("case_count", count)


def remove_case(issue: str, petition: str, reason: str) -> None:
	"""Take a case out before it is answered; it goes on by itself.

	Args:
		issue: the Common Issue.
		petition: the case.
		reason: why it does not belong there.

	Raises:
		CommonIssueError: not in the group, answered already, or no reason.
		frappe.PermissionError: out of the user's scope.
	"""
	doc = lock_issue(issue)
	case = lock_petition(petition)
	if not (reason or "").strip():
		frappe.throw(_("Say why."), CommonIssueError)
	name = frappe.db.get_value(
		"Common Issue Case",
		{"common_issue": doc.name, "petition": case.name, "status": IN_GROUP},
		order_by="creation desc",
	)
	if not name:
		frappe.throw(
			_("{0} is not in this group, or has been answered already.").format(case.name), CommonIssueError
		)
	frappe.db.set_value(
		"Common Issue Case",
		name,
		{
			"status": REMOVED,
			"removed_by": frappe.session.user,
			"removed_at": now_datetime(),
			"removal_reason": reason.strip(),
		},
	)
	_set_group([case.name], None)
	record_event(
		case, "Leave Group", case.workflow_state, case.workflow_state, f"{doc.name}: {reason.strip()}"
	)
	_count(doc)


# Answering
# ---------
def answer_all(issue: str) -> list[dict] | None:
	"""Write the reply to every case of the group that still waits for one, each by its own step.

	Args:
		issue: Common Issue with solution and outcome.

	Returns:
		As `answer_cases`; None where there are so many that they are answered in the background.

	Raises:
		CommonIssueError: no solution or outcome, no open case, or answered already.
		frappe.PermissionError: not a member of an office that keeps the issue.
	"""
	doc = lock_issue(issue)
	_require_open(doc)
	if not (doc.solution_text or "").strip() or not doc.outcome:
		frappe.throw(_("Write the solution and choose the outcome first."), CommonIssueError)
	waiting = frappe.db.count("Common Issue Case", {"common_issue": doc.name, "status": IN_GROUP})
	if not waiting:
		frappe.throw(_("There is no case in this group that waits for an answer."), CommonIssueError)
	if waiting > ANSWERED_AT_ONCE:
		frappe.enqueue(
			"petition_proxy.petition_proxy.doctype.common_issue.acts.answer_cases",
			queue="long",
			job_id=f"petition-proxy|answer-issue|{doc.name}",
			deduplicate=True,
			enqueue_after_commit=True,
			issue=doc.name,
			commit=True,
		)
		return None
	return answer_cases(doc.name)


def answer_cases(issue: str, commit: bool = False) -> list[dict]:
	"""Answer the waiting cases one after the other, by key; may run again and goes on where it stopped.

	Args:
		issue: Common Issue.
		commit: keep each case as it is done (background only).

	Returns:
		One row a case: petition, is_answered, and why not.
	"""
	doc = frappe.get_doc("Common Issue", issue)
	doc.check_permission("write")
	results = []
	rows = frappe.get_list(  # what the user may see; the others stay for who may
		"Common Issue Case",
		filters={"common_issue": doc.name, "status": IN_GROUP},
		fields=["name", "petition"],
		order_by="petition asc",
		limit_page_length=0,
	)
	for row in rows:
		why_not = _answer_one(doc, row.petition)
		values = {"tried_at": now_datetime(), "result": why_not or None}
		if not why_not:
			values["status"] = CASE_ANSWERED
		frappe.db.set_value("Common Issue Case", row.name, values)
		results.append({"petition": row.petition, "is_answered": not why_not, "why_not": why_not})
		if commit:
			frappe.db.commit()  # nosemgrep: a long job keeps what is done
	_end_if_all_answered(doc)
	return results


def _answer_one(doc, petition: str) -> str | None:
	"""One case's own steps; what they refuse is undone and returned as a sentence."""
	frappe.db.savepoint("answer_one")
	messages = len(frappe.local.message_log)
	try:
		case = lock_petition(petition)
		if case.workflow_state in lifecycle.ANSWERED_STATES:
			return None  # answered by itself meanwhile
		if case.workflow_state == lifecycle.ACCEPTED:
			case.workflow_state = lifecycle.HANDLING
			case.save()
		case.update({"reply_text": doc.solution_text, "outcome": doc.outcome})
		case.workflow_state = lifecycle.REPLIED
		case.save()
	except (frappe.ValidationError, frappe.PermissionError) as error:
		frappe.db.rollback(save_point="answer_one")
		del frappe.local.message_log[messages:]  # told in the list of results instead
		return strip_html(str(error)) or _("You may not answer this case.")
	return None


def _end_if_all_answered(doc) -> None:
	if frappe.db.exists("Common Issue Case", {"common_issue": doc.name, "status": IN_GROUP}):
		return
	doc.db_set(
		{"status": ANSWERED, "answered_at": now_datetime(), "answered_by": frappe.session.user},
	)


def close_issue(issue: str, effect: str) -> None:
	"""Close an answered issue with what has changed for the people.

	Args:
		issue: the Common Issue.
		effect: what has changed for the people.

	Raises:
		CommonIssueError: not answered yet, closed already, or no effect written.
	"""
	doc = lock_issue(issue)
	if not may_keep(doc, get_scope()):
		raise frappe.PermissionError
	if doc.status != ANSWERED:
		frappe.throw(_("Answer all cases first; a closed issue stays closed."), CommonIssueError)
	if not (effect or "").strip():
		frappe.throw(_("Write what has changed for the people."), CommonIssueError)
	doc.db_set({"status": CLOSED, "effect": effect.strip()})
