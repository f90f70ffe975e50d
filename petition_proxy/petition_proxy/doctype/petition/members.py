"""The people of a collective petition: sealed, counted, and standing once the petition is filed.

Regulation on Petition Work art. 20: five representatives at most; headcount and name list are both kept
(domain/collective.py).
"""

import frappe
from frappe import _
from frappe.utils import now_datetime
from frappe.utils.password import decrypt

from petition_proxy.api.identity import MAY_LOOK
from petition_proxy.domain import collective, lifecycle
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.petition import repeats, steps
from petition_proxy.petition_proxy.doctype.petition_assignment.acts import lock_petition
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event
from petition_proxy.utils.access_log import record_access
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.identity import seal_phone
from petition_proxy.utils.settings import get_setting

SERVER_FIELDS = ("masked_phone", "sealed_phone", "phone_hash", "added_reason")
COUNT_FIELDS = ("is_collective", "headcount")


class MembersError(frappe.ValidationError):
	"""Numbers or names of a collective petition do not fit, or may not change any more."""


def set_members(doc) -> None:
	"""Seal the members' phones and keep the counts; runs at every save of a petition.

	Raises:
		MembersError: too many representatives, more names than people, or a change of what was filed.
		IdentityError: a phone that cannot be dialled.
	"""
	before = doc.get_doc_before_save()
	_seal_phones(doc, before)
	if before and before.workflow_state != lifecycle.DRAFT:
		_require_same(before, doc)
		doc.flags.members_unchanged = True
		return
	if doc.members:
		doc.is_collective = 1
		doc.headcount = doc.headcount or len(doc.members)
	if not doc.is_collective:
		doc.headcount = 0
	check_counts(doc.headcount, doc.members)
	doc.is_collective_visit = is_collective_visit(doc.headcount)


def _seal_phones(doc, before) -> None:
	"""Masks, hashes and sealed numbers come from the server alone; what is typed is emptied before it is stored."""
	stored = {row.name: row for row in before.members} if before else {}
	for row in doc.members:
		known = stored.get(row.name)
		for fieldname in SERVER_FIELDS:
			row.set(fieldname, known.get(fieldname) if known else None)
		row.member_name = (row.member_name or "").strip()
		seal_phone(row, "member_phone")


def check_counts(headcount: int | None, members: list) -> None:
	"""
	Raises:
		MembersError: too many representatives, or more names than people.
	"""
	representatives = sum(1 for row in members if row.is_representative)
	with domain_errors(MembersError):
		collective.check_counts(
			headcount or 0, len(members), representatives, get_setting("most_representatives")
		)


def is_collective_visit(headcount: int | None) -> int:
	return int(collective.is_collective_visit(headcount or 0, get_setting("collective_from")))


def _picture(doc) -> tuple:
	rows = sorted(
		(row.name or "", row.member_name or "", row.phone_hash or "", int(row.is_representative or 0))
		for row in doc.members
	)
	return (int(doc.is_collective or 0), int(doc.headcount or 0), rows)


def _require_same(before, doc) -> None:
	if _picture(before) != _picture(doc):
		frappe.throw(
			_("The list of people stands once the petition is filed. Add people with a reason instead."),
			MembersError,
		)


def add_members(petition: str, text: str, reason: str | None = None) -> int:
	"""Add people from a pasted list, one a line: name, or name and phone.

	Args:
		petition: a draft, or a filed petition that is not ended.
		text: the list; people who are on it already are left out.
		reason: needed once the petition is filed.

	Returns:
		How many were added.

	Raises:
		MembersError: a line that cannot be read, no reason, an ended petition, nobody new, or not this person's to do.
		IdentityError: a phone that cannot be dialled.
		frappe.PermissionError: out of the user's scope.
	"""
	doc = lock_petition(petition)
	_require_filer(doc)
	is_draft = doc.workflow_state == lifecycle.DRAFT
	reason = (reason or "").strip()
	if not is_draft and not reason:
		frappe.throw(_("Say why people are added after filing."), MembersError)
	if doc.workflow_state in lifecycle.FINAL_STATES:
		frappe.throw(_("The petition has ended. Nobody is added any more."), MembersError)
	with domain_errors(MembersError):
		people = collective.read_name_list(text)
	added = _new_rows(doc, people, reason if not is_draft else None)
	if not added:
		frappe.throw(_("Everybody on this list is named already."), MembersError)
	_insert_rows(doc, added)
	total = len(doc.members) + len(added)
	headcount = max(doc.headcount or 0, total)
	doc.db_set(
		{
			"is_collective": 1,
			"headcount": headcount,
			"is_collective_visit": is_collective_visit(headcount),
		}
	)
	note = _("{0} added").format(len(added)) + (f": {reason}" if reason else "")
	record_event(doc, "Add Members", doc.workflow_state, doc.workflow_state, note)
	if not is_draft:
		repeats.find_repeats(doc.reload(), now_datetime(), is_again=True)
	return len(added)


def _require_filer(doc) -> None:
	scope = get_scope()
	if scope.sees_all:
		return
	steps.check_agent_may_act(doc, now_datetime())
	writers = set(lifecycle.ROLES) - {lifecycle.LEADER, lifecycle.AUDITOR}
	if not writers & set(frappe.get_roles()) or not steps.may_file(doc, scope):
		frappe.throw(_("Only the petition's own agent or an office of the place adds people."), MembersError)


def _new_rows(doc, people: list[collective.Person], reason: str | None) -> list:
	known = {(row.member_name, row.phone_hash or "") for row in doc.members}
	rows = []
	for person in people:
		row = frappe.new_doc("Petition Member")
		row.update({"member_name": person.name, "member_phone": person.phone, "added_reason": reason})
		seal_phone(row, "member_phone")
		if (person.name, row.phone_hash or "") not in known:
			rows.append(row)
	return rows


def _insert_rows(doc, rows: list) -> None:
	"""In one statement, however many: a name list may have thousands of lines."""
	now, user = now_datetime(), frappe.session.user
	fields = ("name", "creation", "modified", "owner", "modified_by", "docstatus", "idx")
	fields += ("parent", "parenttype", "parentfield", "is_representative")
	own = ("member_name", "masked_phone", "sealed_phone", "phone_hash", "added_reason")
	values = [
		(
			*(frappe.generate_hash(length=10), now, now, user, user, 0, len(doc.members) + number),
			*(doc.name, "Petition", "members", 0),
			*(row.get(fieldname) for fieldname in own),
		)
		for number, row in enumerate(rows, start=1)
	]
	frappe.db.bulk_insert("Petition Member", (*fields, *own), values)


def show_phone(petition: str, member: str, reason: str) -> str | None:
	"""The phone of one member, against a reason that is kept with the user's name and the time.

	Args:
		petition: the petition.
		member: name of the row.
		reason: why, at least four characters.

	Returns:
		The phone, None if none is on file.

	Raises:
		frappe.PermissionError: out of the user's scope, or a role that never sees identities.
		MembersError: no reason, or no such member.
	"""
	doc = frappe.get_doc("Petition", petition)
	doc.check_permission("read")
	if frappe.session.user != "Administrator" and not MAY_LOOK & set(frappe.get_roles()):
		raise frappe.PermissionError(_("Your role does not see identities."))
	if len(reason.strip()) < 4:
		frappe.throw(_("Say in a few words why you need to see it."), MembersError)
	row = next((row for row in doc.members if row.name == member), None)
	if not row:
		frappe.throw(_("This person is not on the list of {0}.").format(doc.name), MembersError)
	record_access("Petition", doc.name, f"members/{row.name}/phone", reason.strip())
	return decrypt(row.sealed_phone) if row.sealed_phone else None
