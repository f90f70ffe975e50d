"""The pairs that hooks.py names: a list condition and a document check for each record, from one scope.

Records around a case (events, ratings, alerts) follow the case. People follow their own place columns, or a case in
scope that names them.
"""

import frappe
from frappe.model.document import Document
from frappe.query_builder import Criterion, DocType
from pypika.terms import ExistsCriterion

from petition_proxy.domain.agent_lifecycle import APPLIED
from petition_proxy.domain.lifecycle import PORTAL_ROLES, ROLES
from petition_proxy.permissions.scope import BEARER_USER, Scope, get_scope, to_sql
from petition_proxy.permissions.stored import judges_stored_row
from petition_proxy.utils.places import get_place
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
	row = petition_of(doc)
	return bool(row) and scope.covers(row)


def petition_of(doc: Document) -> frappe._dict | None:
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
	terms = [*_place_terms(table, scope)]
	if scope.user != BEARER_USER:  # what one bearer wrote is not the next one's
		terms += [table.user == scope.user, table.owner == scope.user]
	if scope.claims or scope.villages:
		terms.append(_named_in_case(table, "petitioner", scope))
	return f"({to_sql(Criterion.any(terms))})" if terms else "1=0"


@judges_stored_row
def has_petitioner_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	scope = get_scope(user)
	if ptype == "create" or scope.sees_all:
		return True
	is_own = scope.user != BEARER_USER and scope.user in (doc.get("user"), doc.get("owner"))
	if is_own or _in_place(doc, scope):
		return True
	return bool(doc.name) and _is_named_in_case(doc.name, "petitioner", scope)


def agreement_query(user: str | None = None, doctype: str | None = None) -> str:
	scope = get_scope(user)
	if scope.sees_all:
		return ""
	table = DocType("Proxy Agreement")
	terms = [*_place_terms(table, scope)]
	if scope.user != BEARER_USER:
		terms.append(table.owner == scope.user)
	if agents := _claim(scope, "agent"):
		terms += [table.agent.isin(sorted(agents)), table.second_agent.isin(sorted(agents))]
	if petitioners := _claim(scope, "petitioner"):
		terms.append(table.petitioner.isin(sorted(petitioners)))
	if scope.units or scope.bearer:
		terms.append(_named_in_case(table, "agreement", scope))
	return f"({to_sql(Criterion.any(terms))})" if terms else "1=0"


@judges_stored_row
def has_agreement_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	scope = get_scope(user)
	is_own = scope.user != BEARER_USER and doc.get("owner") == scope.user
	if ptype == "create" or scope.sees_all or is_own or _in_place(doc, scope):
		return True
	agents = _claim(scope, "agent")
	if doc.get("agent") in agents or doc.get("second_agent") in agents:
		return True
	if doc.get("petitioner") in _claim(scope, "petitioner"):
		return True
	opens_by_case = scope.units or scope.bearer
	return bool(opens_by_case and doc.name) and _is_named_in_case(doc.name, "agreement", scope)


def agent_query(user: str | None = None, doctype: str | None = None) -> str:
	scope = get_scope(user)
	if scope.sees_all or scope.units:
		return ""  # the roster is known to every office; contact data stand under their own permission level
	return f"({to_sql(DocType('Proxy Agent').user == scope.user)})"


@judges_stored_row
def has_agent_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	"""Every office reads the roster; only the offices of the place write it, a village what it has entered itself."""
	scope = get_scope(user)
	if scope.sees_all:
		return True
	if ptype in READING:
		return bool(scope.units or doc.get("user") == scope.user)
	if doc.get("user") == scope.user:
		return False  # nobody writes the own record
	if ptype == "create" and not doc.get("village"):
		return True  # not filled in yet; the controller asks again
	if _is_office_of(doc, scope):
		return True
	return doc.get("village") in scope.villages and (doc.get("status") or APPLIED) == APPLIED


READING = ("read", "select", "report", "export", "print", "email", "share")


def is_in_place(doc, scope: Scope) -> bool:
	"""Whether a record with place columns stands in a village, town or district of the person's units."""
	return _in_place(doc, scope)


def _is_office_of(doc, scope: Scope) -> bool:
	place = doc
	if doc.get("village") and not doc.get("district"):  # a new record, whose columns are not copied yet
		place = get_place(doc.get("village"))
	return any(place.get(c) in v for c, v in scope.claims if c in ("district", "town"))


# Records of an agent: history, certificates, notices, acknowledgements
# ---------------------------------------------------------------------
def agent_record_query(user: str | None = None, doctype: str | None = None) -> str:
	"""The agent's own, and those of the agents in the person's place; hooks.py names it for each."""
	scope = get_scope(user)
	if scope.sees_all:
		return ""
	if not doctype:
		return "1=0"
	table, agent = DocType(doctype), DocType("Proxy Agent").as_("scoped_agent")
	terms = [*_place_terms(agent, scope), agent.user == scope.user]
	criterion = ExistsCriterion(
		frappe.qb.from_(agent).select(agent.name).where((agent.name == table.agent) & Criterion.any(terms))
	)
	return f"({to_sql(criterion)})"


@judges_stored_row
def has_agent_record_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	"""The same rule for one document; an agent only reads."""
	scope = get_scope(user)
	if scope.sees_all:
		return True
	if not doc.get("agent"):
		return ptype == "create"
	row = frappe.db.get_value("Proxy Agent", doc.agent, ("user", "village", "town", "district"), as_dict=True)
	if not row:
		return False
	return _in_place(row, scope) or (row.user == scope.user and ptype in READING)


def application_query(user: str | None = None, doctype: str | None = None) -> str:
	scope = get_scope(user)
	if scope.sees_all:
		return ""
	terms = _place_terms(DocType("Agent Application"), scope)
	return f"({to_sql(Criterion.any(terms))})" if terms else "1=0"


@judges_stored_row
def has_application_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	scope = get_scope(user)
	if scope.sees_all or (ptype == "create" and not doc.get("village")):
		return True
	place = doc if doc.get("district") or not doc.get("village") else get_place(doc.get("village"))
	return _in_place(place, scope)


def session_query(user: str | None = None, doctype: str | None = None) -> str:
	"""Trainings of the own town or district, and for every unit those held for the whole district."""
	scope = get_scope(user)
	if scope.sees_all:
		return ""
	if not scope.units:
		return "1=0"
	table = DocType("Training Session")
	terms = [table[c].isin(sorted(v)) for c, v in scope.claims if c in ("district", "town")]
	towns = sorted(_towns_of(scope))
	return f"({to_sql(Criterion.any([*terms, table.town.isnull(), table.town.isin(towns or [''])]))})"


@judges_stored_row
def has_session_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	scope = get_scope(user)
	if scope.sees_all or (ptype == "create" and not doc.get("region")):
		return True
	place = doc if doc.get("district") else get_place(doc.get("region")) if doc.get("region") else {}
	if any(place.get(c) in v for c, v in scope.claims if c in ("district", "town")):
		return True
	return (
		bool(scope.units)
		and ptype in READING
		and (not place.get("town") or place["town"] in _towns_of(scope))
	)


def _towns_of(scope: Scope) -> set[str]:
	"""Towns of the person's villages."""
	return {get_place(village).town for village in scope.villages}


# Publicity
# ---------
def may_record_at(doc: Document, scope: Scope) -> bool:
	"""Is this place one of the user's own: the district's office everywhere, a town or village at home?"""
	return scope.sees_all or _in_place(doc, scope)


@judges_stored_row
def has_publicity_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	"""All staff may read what was done to make the scheme known; it is changed only where it was done."""
	if ptype in ("create", "read", "select", "report", "export", "print", "email"):
		return True  # its controller guards what is created
	return may_record_at(doc, get_scope(user))


# Points and settlements: everybody's knowledge, kept by the offices of their place
# --------------------------------------------------------------------------------
@judges_stored_row
def has_place_record_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	"""Read by all; written by the units of the village, its town and its district, and by the site's manager."""
	scope = get_scope(user)
	if ptype in READING or scope.sees_all or "System Manager" in frappe.get_roles(scope.user):
		return True
	if not doc.get("village"):
		return ptype == "create"  # a new record that its own checks send back
	# other columns of a place are copied from the village on saving, so what was sent in them counts for nothing
	return _in_place(frappe._dict(get_place(doc.village) or {}, village=doc.village), scope)
