"""The pairs that hooks.py names: a list condition and a document check for each record, from one scope.

Records around a case (events, ratings, alerts) follow the case. People follow their own place columns, or a case in
scope that names them.
"""

import frappe
from frappe.model.document import Document
from frappe.query_builder import Criterion, DocType
from pypika.terms import ExistsCriterion

from petition_proxy.domain.lifecycle import PORTAL_ROLES, ROLES
from petition_proxy.permissions.scope import Scope, get_scope, to_sql
from petition_proxy.utils.rows import read_row


def has_app_permission() -> bool:
	"""Whoever has one of the app's desk roles sees it on the apps page; agents and petitioners have no desk."""
	desk_roles = set(ROLES) - set(PORTAL_ROLES)
	return frappe.session.user == "Administrator" or bool(desk_roles & set(frappe.get_roles()))


# Petition
# --------
def petition_query(user: str | None = None, doctype: str | None = None) -> str:
	return get_scope(user).as_sql()


def has_petition_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	scope = get_scope(user)
	if ptype == "create":
		return True  # the controller guards what is created (web forms do not ask here)
	if not scope.covers(doc):
		return False
	return scope.sees_all or doc.flags.is_stored or _covers_stored(doc, scope)


def _covers_stored(doc: Document, scope: Scope) -> bool:
	"""A document that a client has put together is judged by what is stored under its name as well."""
	row = read_row("Petition", doc.name, SCOPE_COLUMNS) if doc.name else None
	return not row or scope.covers(row)


# Records of a case
# -----------------
def _of_case(table, scope: Scope) -> Criterion:
	petition = DocType("Petition").as_("scoped_petition")
	return ExistsCriterion(
		frappe.qb.from_(petition)
		.select(petition.name)
		.where((petition.name == table.petition) & scope.as_criterion(petition))
	)


SCOPE_COLUMNS = (
	"name",
	"filing_channel",
	"district",
	"town",
	"village",
	"handling_unit",
	"agent",
	"petitioner",
	"accused_unit",
	"accused_user",
	"petition_kind",
	"category",
)


def case_record_query(user: str | None = None, doctype: str | None = None) -> str:
	"""List condition of every record with a `petition` field that follows its case; hooks.py names it for each."""
	scope = get_scope(user)
	if scope.sees_all:
		return ""
	if not doctype:  # nobody asks without one; deny rather than guess
		return "1=0"
	return f"({to_sql(_of_case(DocType(doctype), scope))})"


def has_case_record_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	"""The same rule for one document. Creation is guarded by the record's own controller as well."""
	scope = get_scope(user)
	if scope.sees_all:
		return True
	if not doc.get("petition"):
		return ptype == "create"
	row = _petition_of(doc)
	return bool(row) and scope.covers(row)


def _petition_of(doc: Document) -> frappe._dict | None:
	"""Scope columns of a record's petition: the stored one, whatever a client sends; a new record's own."""
	table, petition = DocType(doc.doctype), DocType("Petition")
	rows = (
		frappe.qb.from_(table)
		.join(petition)
		.on(petition.name == table.petition)
		.select(*(petition[c] for c in SCOPE_COLUMNS))
		.where(table.name == (doc.name or ""))
		.run(as_dict=True)
	)
	return rows[0] if rows else read_row("Petition", doc.petition, SCOPE_COLUMNS)


# People
# ------
def _place_terms(table, scope: Scope) -> list[Criterion]:
	terms = [table[c].isin(sorted(v)) for c, v in scope.claims if c in ("district", "town")]
	if scope.villages:
		terms.append(table.village.isin(sorted(scope.villages)))
	return terms


def _in_place(doc: Document, scope: Scope) -> bool:
	return doc.get("village") in scope.villages or any(
		doc.get(c) in v for c, v in scope.claims if c in ("district", "town")
	)


def _named_in_case(table, column: str, scope: Scope) -> Criterion:
	petition = DocType("Petition").as_("scoped_petition")
	return ExistsCriterion(
		frappe.qb.from_(petition)
		.select(petition.name)
		.where((petition[column] == table.name) & scope.as_criterion(petition))
	)


def _is_named_in_case(name: str, column: str, scope: Scope) -> bool:
	petition = DocType("Petition")
	return bool(
		frappe.qb.from_(petition)
		.select(petition.name)
		.where((petition[column] == name) & scope.as_criterion(petition))
		.limit(1)
		.run()
	)


def _claim(scope: Scope, column: str) -> frozenset[str]:
	return next((values for c, values in scope.claims if c == column), frozenset())


def petitioner_query(user: str | None = None, doctype: str | None = None) -> str:
	scope = get_scope(user)
	if scope.sees_all:
		return ""
	table = DocType("Petitioner")
	terms = [*_place_terms(table, scope), table.user == scope.user, table.owner == scope.user]
	if scope.claims or scope.villages:
		terms.append(_named_in_case(table, "petitioner", scope))
	return f"({to_sql(Criterion.any(terms))})"


def has_petitioner_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	scope = get_scope(user)
	if ptype == "create" or scope.sees_all:
		return True
	if scope.user in (doc.get("user"), doc.get("owner")) or _in_place(doc, scope):
		return True
	return bool(doc.name) and _is_named_in_case(doc.name, "petitioner", scope)


def agreement_query(user: str | None = None, doctype: str | None = None) -> str:
	scope = get_scope(user)
	if scope.sees_all:
		return ""
	table = DocType("Proxy Agreement")
	terms = [*_place_terms(table, scope), table.owner == scope.user]
	if agents := _claim(scope, "agent"):
		terms += [table.agent.isin(sorted(agents)), table.second_agent.isin(sorted(agents))]
	if petitioners := _claim(scope, "petitioner"):
		terms.append(table.petitioner.isin(sorted(petitioners)))
	if scope.units:
		terms.append(_named_in_case(table, "agreement", scope))
	return f"({to_sql(Criterion.any(terms))})"


def has_agreement_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	scope = get_scope(user)
	if ptype == "create" or scope.sees_all or doc.get("owner") == scope.user or _in_place(doc, scope):
		return True
	agents = _claim(scope, "agent")
	if doc.get("agent") in agents or doc.get("second_agent") in agents:
		return True
	if doc.get("petitioner") in _claim(scope, "petitioner"):
		return True
	return bool(scope.units and doc.name) and _is_named_in_case(doc.name, "agreement", scope)


def agent_query(user: str | None = None, doctype: str | None = None) -> str:
	scope = get_scope(user)
	if scope.sees_all or scope.units:
		return ""  # the roster is known to every office; contact data stand under their own permission level
	return f"({to_sql(DocType('Proxy Agent').user == scope.user)})"


def has_agent_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	scope = get_scope(user)
	return bool(scope.sees_all or scope.units or doc.get("user") == scope.user)


# Publicity
# ---------
def may_record_at(doc: Document, scope: Scope) -> bool:
	"""Is this place one of the user's own: the district's office everywhere, a town or village at home?"""
	return scope.sees_all or _in_place(doc, scope)


def has_publicity_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	"""All staff may read what was done to make the scheme known; it is changed only where it was done."""
	if ptype in ("create", "read", "select", "report", "export", "print", "email"):
		return True  # its controller guards what is created
	return may_record_at(doc, get_scope(user))
