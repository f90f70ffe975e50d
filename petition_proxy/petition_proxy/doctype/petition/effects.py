"""What each step starts: clocks and stamps before the row is written (`EFFECTS`), records beside it after (`after_step`)."""

import secrets

import frappe
from frappe.model.naming import make_autoname
from frappe.utils import get_datetime, getdate

from petition_proxy.domain import deadlines, lifecycle, refusals
from petition_proxy.petition_proxy.doctype.case_file import compile as case_file
from petition_proxy.petition_proxy.doctype.extension_request.record import lapse_requests
from petition_proxy.petition_proxy.doctype.official_letter import register
from petition_proxy.petition_proxy.doctype.opinion_letter import draft
from petition_proxy.petition_proxy.doctype.petition import repeats
from petition_proxy.petition_proxy.doctype.petition.checks import StepError
from petition_proxy.petition_proxy.doctype.petition_assignment.record import (
	end_open_assignments,
	receive_assignment,
	send_assignment,
)
from petition_proxy.petition_proxy.doctype.progress_notice.record import note_step
from petition_proxy.petition_proxy.doctype.responsibility_rule.lookup import set_first_tier, set_route
from petition_proxy.petition_proxy.doctype.service_receipt import serve
from petition_proxy.utils.calendar import calendar_for
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.rows import read_row
from petition_proxy.utils.rules import get_limit_rule

# Cleared when a case begins a new round; the old values stand in its Petition Round.
ROUND_FIELDS = (
	"handling_unit",
	"assigned_by",
	"assignment",
	"assignment_kind",
	"assignment_note",
	"reply_by",
	"reply_class",
	"reply_limit_days",
	"refusal_reason",
	"refusal_body",
	"refusal_note",
	"refusal_article",
	"reply_text",
	"outcome",
	"is_oral_consent",
	"opinion_letter",
	"service_method",
	"service_note",
	"service_proof",
	"service_receipt",
	"service_attempts",
	"assigned_at",
	"received_at",
	"accepted_at",
	"refused_at",
	"handling_at",
	"replied_at",
	"served_at",
	"closed_at",
	"notice_due_at",
	"notice_rule",
	"reply_due_at",
	"statutory_due_at",
	"statutory_rule",
	"extended_until",
)


# Before the row is written
# -------------------------
def start_notice_clock(doc, now) -> None:
	"""R22 arts 22, 23: fifteen days from receipt to tell the petitioner. Runs from the day the petition came in."""
	_set_notice_due(doc, get_datetime(doc.petitioned_at))
	doc.query_code = doc.query_code or make_query_code()


def route(doc, now) -> None:
	"""Clauses S4, S12, S14: the unit in charge is proposed, what several share is marked, and the first tier set."""
	set_route(doc, now)
	set_first_tier(doc, now)
	if doc.channel != "Paper Register":
		doc.channel = "Petition Office" if doc.needs_coordination else "Online"


def file(doc, now) -> None:
	start_notice_clock(doc, now)
	route(doc, now)


def _set_notice_due(doc, start) -> None:
	with domain_errors(StepError):
		rule = get_limit_rule("Acceptance Notice", getdate(start))
		doc.notice_due_at = deadlines.due_at(start, rule, calendar_for(rule))
	doc.notice_rule = rule.name


def make_query_code() -> str:
	"""Code on the petitioner's slip: 16 signs of an alphabet without look-alikes, some 79 random bits, in groups of four."""
	alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	letters = [secrets.choice(alphabet) for _i in range(16)]
	return "-".join("".join(letters[i : i + 4]) for i in range(0, 16, 4))


def set_tier(doc, now) -> None:
	"""The case stands where its unit stands."""
	if doc.flags.unit_tier != doc.tier:  # read by the check of the step
		doc.tier, doc.tier_since = doc.flags.unit_tier, now


def clear_unit(doc, now) -> None:
	"""Returned: the office looks for the right unit again; the petitioner's fifteen days run on."""
	doc.handling_unit = doc.assigned_at = doc.received_at = doc.assigned_by = None
	doc.assignment_kind = doc.assignment_note = doc.reply_by = None
	doc.tier, doc.tier_since = "District", now


def start_reply_clocks(doc, now) -> None:
	"""The local promise by reply class and, in the petition procedure, the sixty days of art. 34, both from acceptance."""
	row = frappe.get_cached_doc("Reply Class", doc.reply_class)
	promise = deadlines.LimitRule(row.name, row.limit_days, row.day_kind, bool(row.roll_last_day))
	with domain_errors(StepError):
		doc.reply_due_at = deadlines.due_at(now, promise, calendar_for(promise))
		doc.statutory_due_at = doc.statutory_rule = None
		if refusals.has_statutory_clock(doc.petition_kind, doc.procedure_route):
			statute = get_limit_rule("Handling", getdate(now))
			doc.statutory_due_at = deadlines.due_at(now, statute, calendar_for(statute))
			doc.statutory_rule = statute.name
	doc.reply_limit_days = row.limit_days
	doc.is_urgent = row.is_urgent


def settle_at_once(doc, now) -> None:
	"""Told on the spot: answered and handed over in the same moment, so that it can be rated."""
	doc.replied_at = doc.served_at = now
	doc.service_method = doc.service_method or "In Person"


def redo(doc, now) -> None:
	"""Sent back: the answer given does not stand, and the clocks of acceptance run on."""
	doc.replied_at = doc.served_at = doc.closed_at = None
	doc.service_method = doc.service_note = doc.service_proof = doc.service_receipt = None
	doc.service_attempts = 0
	doc.opinion_letter = None


def begin_round(doc, now) -> None:
	"""A new round: what the last one held is kept apart, so that no figure mixes rounds."""
	before = doc.get_doc_before_save()
	keep_round(before, doc.step_reason, now)
	for fieldname in ROUND_FIELDS:
		doc.set(fieldname, None)
	doc.round = (before.round or 1) + 1
	doc.review_status = None
	doc.tier, doc.tier_since = "District", now
	_set_notice_due(doc, now)


def set_archive(doc, now) -> None:
	doc.archived_by = frappe.session.user
	if not doc.archive_no:
		year = getdate(now).year
		doc.archive_no = make_autoname(f"DA-{(doc.district or '')[:6]}-{year}-.#####", doc=doc)


EFFECTS = {
	"File": file,
	"Assign": set_tier,
	"Reassign": set_tier,
	"Return": clear_unit,
	"Accept": start_reply_clocks,
	"Settle on the Spot": settle_at_once,
	"Serve": serve.set_moment,
	"Rework": redo,
	"Reopen": begin_round,
	"Merge": repeats.set_merged,
	"Undo Merge": repeats.set_unmerged,
	"Archive": set_archive,
}


def keep_round(before, reason: str | None, now) -> None:
	"""Write down a round that has ended."""
	row = frappe.new_doc("Petition Round")
	row.petition = before.name
	for df in row.meta.fields:
		if df.fieldname != "petition" and before.meta.has_field(df.fieldname):
			row.set(df.fieldname, before.get(df.fieldname))
	row.ended_in, row.ended_at, row.reopen_reason = before.workflow_state, now, reason
	row.insert(ignore_permissions=True)  # a record of the step, which has been checked


# After the row is written
# ------------------------
def after_step(doc, step: lifecycle.Transition, now) -> None:
	"""Records that stand beside the case.

	Args:
		doc: the petition as saved.
		step: the step that was taken.
		now: its moment.
	"""
	for follow in AFTER.get(step.action, ()):
		follow(doc, now)
	note_step(doc, step, now)


def _send(doc, now) -> None:
	name = send_assignment(doc, doc.handling_unit, now)
	doc.db_set("assignment", name, update_modified=False)


def _send_again(doc, now) -> None:
	end_open_assignments(doc, "Replaced", now)
	name = send_assignment(doc, doc.handling_unit, now)
	# the reason stands on the timeline; left on the case it would pass for the next step's
	doc.db_set({"assignment": name, "step_reason": None}, update_modified=False)


def _receive(doc, now) -> None:
	receive_assignment(doc.assignment, now)


def _receive_late(doc, now) -> None:
	"""After acceptance a new unit signs for the case by going on with it."""
	sent = current_assignment(doc)
	if sent and sent.status == "Sent":
		receive_assignment(doc.assignment, now)


def _clear_reason(doc, now) -> None:
	"""The reason stands on the timeline; left on the case it would pass for the next step's."""
	doc.db_set("step_reason", None, update_modified=False)


def _return(doc, now) -> None:
	end_open_assignments(doc, "Returned", now)
	doc.db_set("assignment", None, update_modified=False)


def _answer(doc, now) -> None:
	end_open_assignments(doc, "Answered", now, part="Lead")


def _end(doc, now) -> None:
	end_open_assignments(doc, "Ended", now)


def _rework(doc, now) -> None:
	name = send_assignment(doc, doc.handling_unit, now, kind="Rework", reason=doc.step_reason)
	doc.db_set("assignment", name, update_modified=False)


def _send_letters_back(doc, now) -> None:
	draft.send_back(doc)


def _issue_notice(action: str):
	"""R22 arts 22, 23, 31, 36: the decision to take a case up, or not, goes out in writing, with its number."""

	def issue(doc, now) -> None:
		register.issue_notice(doc, action, now)

	return issue


def _close_file(doc, now) -> None:
	case_file.close_file(doc, now)


def _make_receipt(doc, now) -> None:
	serve.make_receipt(doc, now)


AFTER = {
	"File": (repeats.find_repeats,),
	"Assign": (_send,),
	"Reassign": (_send_again, lapse_requests),
	"Receive": (_receive,),
	"Start Handling": (_receive_late,),
	"Return": (_return, _clear_reason),
	"Reply": (_answer, lapse_requests),
	"Serve": (_make_receipt,),
	"Rework": (_rework, _send_letters_back, _clear_reason),
	"Reopen": (_clear_reason,),
	"Settle on the Spot": (repeats.tell_merged,),
	"Accept": (_issue_notice("Accept"),),
	"Refuse": (_end, _issue_notice("Refuse"), repeats.tell_merged),
	"Stop": (_end, _issue_notice("Stop"), repeats.tell_merged),
	"Guide": (_end, _issue_notice("Guide"), repeats.tell_merged),
	"Close": (repeats.tell_merged,),
	"Archive": (_close_file,),
	"Withdraw": (_end, lapse_requests, repeats.tell_merged),
	"Merge": (_end, repeats.note_in_main),
}


def current_assignment(doc) -> frappe._dict | None:
	"""The assignment by which the case came to its present unit."""
	if not doc.assignment:
		return None
	return read_row("Petition Assignment", doc.assignment, ("from_unit", "to_unit", "kind", "status"))
