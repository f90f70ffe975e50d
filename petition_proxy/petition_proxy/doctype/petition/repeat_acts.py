"""What officers do about repeats: merge, undo, link, unlink, say that it is none."""

import frappe
from frappe import _
from frappe.utils import now_datetime

from petition_proxy.domain import lifecycle, repeats
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.petition import steps
from petition_proxy.petition_proxy.doctype.petition.checks import StepError
from petition_proxy.petition_proxy.doctype.petition.repeats import (
	LINKED,
	MERGED,
	NOT_A_REPEAT,
	OPEN,
	read_cases,
	settle_candidates,
)
from petition_proxy.petition_proxy.doctype.petition_assignment.acts import lock_petition
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event

DECIDING_ROLES = frozenset({lifecycle.TOWN, lifecycle.OFFICE})


class RepeatError(frappe.ValidationError):
	"""The act does not fit how the two petitions stand to each other, or is not this person's."""


def merge(petition: str, main: str, reason: str) -> None:
	"""Merge a repeat into the case under way (并案): it keeps its number, and no second reply clock runs.

	Args:
		petition: the repeat, registered, assigned or received.
		main: the main petition, still under way.
		reason: why they are one.

	Raises:
		StepError: no reason, itself, a chain, a report or accusation, another accused, other people, or too late.
		frappe.PermissionError: one of the two is out of the user's scope.
	"""
	doc, _main = _lock_both(petition, main)
	if doc.workflow_state == lifecycle.MERGED:
		frappe.throw(_("{0} was merged into {1} already.").format(doc.name, doc.main_petition), RepeatError)
	doc.flags.server_values = {"main_petition": main}
	doc.step_reason = reason
	doc.workflow_state = lifecycle.MERGED
	doc.save()


def undo_merge(petition: str, reason: str) -> str:
	"""Take a merge back: the case stands on its own again, with the clock of the day it came in, and goes to the unit it
	had been with.

	Args:
		petition: a merged petition.
		reason: why.

	Returns:
		The state it is in now: Assigned where it went back to its unit, which signs for it again; else Registered.

	Raises:
		RepeatError: not merged.
		StepError: no reason, or not an office of the place.
	"""
	doc = lock_petition(petition)
	if doc.workflow_state != lifecycle.MERGED:
		frappe.throw(_("{0} is not merged, so there is nothing to undo.").format(doc.name), RepeatError)
	unit, main = doc.handling_unit, doc.main_petition
	doc.step_reason = reason
	doc.workflow_state = lifecycle.REGISTERED
	doc.save()
	settle_candidates(doc.name, main, OPEN, reason, now_datetime())
	if unit:
		_send_back(doc, unit, reason)
	return doc.workflow_state


def _send_back(doc, unit: str, reason: str) -> None:
	"""To the unit it was with, by the usual step; if that unit may no longer have it, it waits to be assigned."""
	frappe.db.savepoint("send_back")
	try:
		doc.handling_unit, doc.assignment_note, doc.reply_by = unit, reason, None
		doc.workflow_state = lifecycle.ASSIGNED
		doc.save()
	except StepError:
		frappe.db.rollback(save_point="send_back")
		doc.reload()


def link(petition: str, main: str, reason: str) -> None:
	"""Mark a petition as a repeat of another that it is not merged with.

	For an answered main case: the petitioner is pointed to the review of that answer (R22 art. 35).

	Args:
		petition: the repeat.
		main: the first petition on the matter.
		reason: why it is the same matter.

	Raises:
		RepeatError: no reason, itself, a chain, a draft, or two that have to be merged.
		frappe.PermissionError: one of the two is out of the user's scope.
	"""
	doc, main_doc = _lock_both(petition, main)
	_require_officer(doc)
	reason = _require_reason(reason)
	if doc.main_petition:
		frappe.throw(
			_("{0} is linked to {1} already. Undo this first.").format(doc.name, doc.main_petition),
			RepeatError,
		)
	_require_root(doc, main_doc)
	if _could_be_merged(doc, main_doc):
		frappe.throw(
			_("{0} is still under way. Merge the repeat, so that one matter has one reply clock.").format(
				main
			),
			RepeatError,
		)
	doc.db_set({"is_repeat": 1, "main_petition": main}, update_modified=False)
	state = doc.workflow_state
	record_event(doc, "Link Repeat", state, state, f"{main}: {reason}")
	if main_doc.workflow_state in lifecycle.ANSWERED_STATES | {lifecycle.ARCHIVED}:
		record_event(doc, "Point to Review", state, state, main)
	settle_candidates(doc.name, main, LINKED, reason, now_datetime())


def unlink(petition: str, reason: str) -> None:
	"""Take a link back; for a merged petition see `undo_merge`.

	Args:
		petition: the repeat.
		reason: why it is none.

	Raises:
		RepeatError: not linked, merged, or no reason.
	"""
	doc = lock_petition(petition)
	_require_officer(doc)
	reason = _require_reason(reason)
	if not doc.main_petition or doc.workflow_state == lifecycle.MERGED:
		frappe.throw(_("{0} is not linked to another petition.").format(doc.name), RepeatError)
	main = doc.main_petition
	doc.db_set({"is_repeat": 0, "main_petition": None}, update_modified=False)
	record_event(doc, "Unlink Repeat", doc.workflow_state, doc.workflow_state, f"{main}: {reason}")
	settle_candidates(doc.name, main, OPEN, reason, now_datetime())


def decide(candidate: str, decision: str, reason: str) -> None:
	"""Decide on a candidate that filing has found.

	Args:
		candidate: Repeat Candidate.
		decision: "Linked", "Merged" or "Not a Repeat".
		reason: why.

	Raises:
		RepeatError: decided already, no reason, or not an officer of the place; else as the act it stands for.
	"""
	row = frappe.get_doc("Repeat Candidate", candidate, for_update=True)
	row.check_permission("read")
	if row.decision != OPEN:
		frappe.throw(
			_("This has been decided already: {0}.").format(_(row.decision, context="Repeat Candidate")),
			RepeatError,
		)
	if decision == MERGED:
		merge(row.petition, row.other_petition, reason)
	elif decision == LINKED:
		link(row.petition, row.other_petition, reason)
	elif decision == NOT_A_REPEAT:
		doc = lock_petition(row.petition)
		_require_officer(doc)
		settle_candidates(
			row.petition, row.other_petition, NOT_A_REPEAT, _require_reason(reason), now_datetime()
		)
	else:
		frappe.throw(_("Choose whether to link, to merge, or that it is not a repeat."), RepeatError)


def _lock_both(petition: str, main: str) -> tuple:
	"""Both petitions, locked in the order of their numbers, so that two officers never wait for each other."""
	if petition == main:
		doc = lock_petition(petition)
		return doc, doc
	docs = {name: lock_petition(name) for name in sorted((petition, main))}
	return docs[petition], docs[main]


def _require_officer(doc) -> None:
	scope = get_scope()
	if scope.sees_all:
		return
	if not DECIDING_ROLES & set(frappe.get_roles()) or not steps.is_office_of_place(doc, scope):
		frappe.throw(_("Only the petition office or the town of the place decides on repeats."), RepeatError)


def _require_reason(reason: str | None) -> str:
	if not (reason or "").strip():
		frappe.throw(_("Say why."), RepeatError)
	return reason.strip()


def _require_root(doc, main) -> None:
	if doc.name == main.name:
		frappe.throw(_("A petition does not repeat itself. Choose the first petition."), RepeatError)
	if lifecycle.DRAFT in (doc.workflow_state, main.workflow_state):
		frappe.throw(_("File both petitions first."), RepeatError)
	if main.main_petition:
		frappe.throw(
			_("{0} repeats {1} itself. Choose {1} as the first petition.").format(
				main.name, main.main_petition
			),
			RepeatError,
		)
	if frappe.db.exists("Petition", {"main_petition": doc.name}):
		frappe.throw(
			_("Other petitions repeat {0}, so it stays the first one. Link {1} to it instead.").format(
				doc.name, main.name
			),
			RepeatError,
		)


def _could_be_merged(doc, main) -> bool:
	rows = read_cases([doc.name, main.name])
	(case_row, case), (main_row, main_case) = rows[doc.name], rows[main.name]
	try:
		repeats.check_merge(case_row, main_row, bool(repeats.same_person(case, main_case)))
	except repeats.MergeError:
		return False
	return True
