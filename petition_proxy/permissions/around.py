"""Pairs of the records around cases that do not simply follow one petition: repeats, groups, notices, receptions.

Each rule stands once, as a condition on a table; the check of one document runs the same condition against its row, or
against what is about to be stored.
"""

import frappe
from frappe.model.document import Document
from frappe.query_builder import Criterion, DocType
from pypika.terms import ExistsCriterion

from petition_proxy.permissions.scope import Scope, get_scope, to_sql
from petition_proxy.utils.access_log import record_access


def _claimed(scope: Scope, column: str) -> frozenset[str]:
	return next((values for c, values in scope.claims if c == column), frozenset())


def _petition_exists(term, scope: Scope, alias: str) -> Criterion:
	"""The petition that a field names exists and is in scope."""
	petition = DocType("Petition").as_(alias)
	query = frappe.qb.from_(petition).select(petition.name).where(petition.name == term)
	return ExistsCriterion(query.where(scope.as_criterion(petition)))


def accused_in(term, scope: Scope, alias: str) -> Criterion:
	"""The user or a unit of the user is complained about in the petition that a field names."""
	petition = DocType("Petition").as_(alias)
	query = frappe.qb.from_(petition).select(petition.name).where(petition.name == term)
	return ExistsCriterion(query.where(scope.as_accused_criterion(petition)))


def _as_text(criterion: Criterion) -> str:
	return f"({to_sql(criterion)})"


def _holds(doctype: str, name: str | None, criterion: Criterion) -> bool:
	table = DocType(doctype)
	query = frappe.qb.from_(table).select(table.name).where(table.name == name).where(criterion).limit(1)
	return bool(name) and bool(query.run())


# Repeat Candidate: whoever sees both petitions
# ---------------------------------------------
def _candidate_rule(scope: Scope) -> Criterion:
	table = DocType("Repeat Candidate")
	return _petition_exists(table.petition, scope, "one_petition") & _petition_exists(
		table.other_petition, scope, "other_petition_row"
	)


def repeat_candidate_query(user: str | None = None, doctype: str | None = None) -> str:
	scope = get_scope(user)
	return "" if scope.sees_all else _as_text(_candidate_rule(scope))


def has_repeat_candidate_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	scope = get_scope(user)
	return bool(scope.sees_all or _holds("Repeat Candidate", doc.name, _candidate_rule(scope)))


# Common Issue: the offices of its place and the responsible unit; its cases follow their petitions
# -------------------------------------------------------------------------------------------------
def _issue_rule(scope: Scope) -> Criterion:
	table = DocType("Common Issue")
	terms = [table[c].isin(sorted(v)) for c, v in scope.claims if c in ("district", "town")]
	if scope.units:
		terms.append(table.responsible_unit.isin(sorted(scope.units)))
	return Criterion.any(terms) if terms else table.name.isnull()


def common_issue_query(user: str | None = None, doctype: str | None = None) -> str:
	scope = get_scope(user)
	return "" if scope.sees_all else _as_text(_issue_rule(scope))


def has_common_issue_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	scope = get_scope(user)
	if ptype == "create" or scope.sees_all:
		return True  # the controller guards what is created
	return _holds("Common Issue", doc.name, _issue_rule(scope))


# Early Notice: writer, named readers, petition office, town of the place; never who is accused in the linked case
# ----------------------------------------------------------------------------------------------------------------
def _notice_rule(scope: Scope) -> Criterion:
	table, reader = DocType("Early Notice"), DocType("Early Notice Reader")
	is_named = ExistsCriterion(
		frappe.qb.from_(reader)
		.select(reader.name)
		.where((reader.parent == table.name) & (reader.user == scope.user))
	)
	terms = [table.owner == scope.user, is_named]
	if scope.offices:
		terms.append(table.district.isin(sorted(scope.offices)))
	if towns := _claimed(scope, "town"):
		terms.append(table.town.isin(sorted(towns)))
	return Criterion.any(terms) & accused_in(table.petition, scope, "linked_petition").negate()


def early_notice_query(user: str | None = None, doctype: str | None = None) -> str:
	scope = get_scope(user)
	return "" if scope.sees_all else _as_text(_notice_rule(scope))


def has_early_notice_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	"""The same rule for one notice. Each opening by somebody else than its writer leaves an Access Record."""
	scope = get_scope(user)
	if ptype == "create":
		return True  # the controller guards what is created
	if not (scope.sees_all or _holds("Early Notice", doc.name, _notice_rule(scope))):
		return False
	if ptype in ("read", "print", "email") and scope.user == frappe.session.user:
		note_opening(doc)
	return True


def note_opening(doc: Document) -> None:
	"""One Access Record a request and notice, kept even though reading is a GET, which Frappe would roll back.

	It stands in the permission check because every door to the whole document passes it: form, REST, print.
	"""
	user = frappe.session.user
	if doc.owner == user or frappe.flags.read_only:
		return
	opened = getattr(frappe.local, "petition_proxy_opened", None)
	if opened is None:
		opened = frappe.local.petition_proxy_opened = set()
	if (user, doc.name) in opened:
		return
	opened.add((user, doc.name))
	record_access("Early Notice", doc.name, "opened")
	frappe.local.flags.commit = True


# Reception Slot: hours, rooms and hosts, no case: every office; agents and petitioners ask for free ones
# ------------------------------------------------------------------------------------------------------
def reception_slot_query(user: str | None = None, doctype: str | None = None) -> str:
	scope = get_scope(user)
	if scope.sees_all or scope.units:
		return ""
	return "(`tabReception Slot`.`status` = 'Free')"


def has_reception_slot_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	scope = get_scope(user)
	if ptype == "create" or scope.sees_all or scope.units:
		return True  # the controller guards what is created and changed
	return _holds("Reception Slot", doc.name, DocType("Reception Slot").status == "Free")


# Video Reception: host and unit of the slot; the petitioner's side and the offices of the place, as far as they may see
# the petition it belongs to; never who is accused in it
# ----------------------------------------------------------------------------------------------------------------------
def _reception_rule(scope: Scope) -> Criterion:
	table = DocType("Video Reception")
	hosts = [table.host == scope.user]
	if scope.units:
		hosts.append(table.unit.isin(sorted(scope.units)))
	others = [
		table[c].isin(sorted(v)) for c, v in scope.claims if c in ("district", "town", "agent", "petitioner")
	]
	if scope.villages:
		others.append(table.village.isin(sorted(scope.villages)))
	rule = Criterion.any(hosts)
	if others:
		no_case = table.petition.isnull() | (table.petition == "")
		rule |= Criterion.any(others) & (no_case | _petition_exists(table.petition, scope, "its_petition"))
	return rule & accused_in(table.petition, scope, "accusing_petition").negate()


def video_reception_query(user: str | None = None, doctype: str | None = None) -> str:
	scope = get_scope(user)
	return "" if scope.sees_all else _as_text(_reception_rule(scope))


def has_video_reception_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	scope = get_scope(user)
	if ptype == "create" or scope.sees_all:
		return True  # the controller guards what is created
	return _holds("Video Reception", doc.name, _reception_rule(scope))


# Rows of tables inside a petition: Frappe lists them for whoever may read any petition at all
# --------------------------------------------------------------------------------------------
def petition_row_query(user: str | None = None, doctype: str | None = None) -> str:
	scope = get_scope(user)
	if scope.sees_all:
		return ""
	if not doctype:
		return "1=0"
	return _as_text(_petition_exists(DocType(doctype).parent, scope, "row_petition"))


def notice_row_query(user: str | None = None, doctype: str | None = None) -> str:
	"""Readers of a notice are seen on the notice, by whoever may open it."""
	return "" if get_scope(user).sees_all else "1=0"


# Access Record: who looked at what; not the looks at a case that the reader is accused in
# ---------------------------------------------------------------------------------------
def _access_rule(scope: Scope) -> Criterion:
	table = DocType("Access Record")
	return (table.doctype_name != "Petition") | accused_in(table.document, scope, "looked_at").negate()


def access_record_query(user: str | None = None, doctype: str | None = None) -> str:
	scope = get_scope(user)
	return "" if scope.sees_all else _as_text(_access_rule(scope))


def has_access_record_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	scope = get_scope(user)
	return bool(ptype == "create" or scope.sees_all or _holds("Access Record", doc.name, _access_rule(scope)))
