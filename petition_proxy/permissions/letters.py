"""Who reads letters of a case: offices by row access to the case; agent and petitioner only what was issued to the petitioner.

A draft of an opinion is the unit's own affair. An agent brings a letter home only while on duty and while the petitioner's
agreement lets documents be received for the petitioner (Civil Code arts 165, 173).
"""

from dataclasses import replace

import frappe
from frappe.model.document import Document
from frappe.query_builder import Criterion, DocType
from frappe.utils import getdate
from pypika.terms import ExistsCriterion

from petition_proxy.domain import letters, opinions
from petition_proxy.domain.agent_lifecycle import ON_DUTY
from petition_proxy.permissions import petition_of
from petition_proxy.permissions.scope import Scope, get_scope, to_sql

OPINION_LETTER, OFFICIAL_LETTER = "Opinion Letter", "Official Letter"
PORTAL_COLUMNS = ("agent", "petitioner")
READING = ("read", "select", "print", "report", "export", "email")


def letter_query(user: str | None = None, doctype: str | None = None) -> str:
	"""List condition of both kinds of letter; hooks.py names it for each."""
	scope = get_scope(user)
	if scope.sees_all:
		return ""
	if doctype not in (OPINION_LETTER, OFFICIAL_LETTER):
		return "1=0"
	return f"({to_sql(_readable(DocType(doctype), doctype, scope))})"


def has_letter_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	"""The same rule for one document, asked of what is stored. Agent and petitioner never write a letter."""
	scope = get_scope(user)
	if scope.sees_all:
		return True
	if not doc.get("petition"):
		return ptype == "create"
	case = petition_of(doc)
	if case and _without_portal(scope).covers(case):
		return True
	if ptype not in READING:
		return False
	table = DocType(doc.doctype)
	query = frappe.qb.from_(table).select(table.name).where(table.name == (doc.name or ""))
	return bool(query.where(_to_petitioner(table, doc.doctype, scope)).run())


def _without_portal(scope: Scope) -> Scope:
	"""What the person sees by office alone."""
	return replace(scope, claims=tuple(claim for claim in scope.claims if claim[0] not in PORTAL_COLUMNS))


def _readable(table, doctype: str, scope: Scope) -> Criterion:
	petition = DocType("Petition").as_("scoped_petition")
	by_office = ExistsCriterion(
		frappe.qb.from_(petition)
		.select(petition.name)
		.where((petition.name == table.petition) & _without_portal(scope).as_criterion(petition))
	)
	return by_office | _to_petitioner(table, doctype, scope)


def _to_petitioner(table, doctype: str, scope: Scope) -> Criterion:
	"""Issued, in force, meant for the petitioner, and of a case that is the person's own as petitioner or agent."""
	terms = []
	for column, values in scope.claims:
		if column == "petitioner":
			terms.append(_own_case(table, "letter_principal", column, values, scope))
		if column == "agent":
			terms.append(_own_case(table, "letter_case", column, values, scope, is_agent=True))
	return _issued(table, doctype) & Criterion.any(terms) if terms else table.name.isnull()


def _issued(table, doctype: str) -> Criterion:
	if doctype == OPINION_LETTER:
		return (table.docstatus == 1) & (table.status == opinions.SIGNED)
	return (table.is_void == 0) & table.kind.isin(letters.TO_PETITIONER)


def _own_case(table, alias: str, column: str, values, scope: Scope, is_agent: bool = False) -> Criterion:
	petition = DocType("Petition").as_(alias)
	query = (
		frappe.qb.from_(petition)
		.select(petition.name)
		.where((petition.name == table.petition) & petition[column].isin(sorted(values)))
		.where(petition.accused_user.isnull() | (petition.accused_user != scope.user))
	)
	if scope.barred:
		query = query.where(
			petition.accused_unit.isnull() | petition.accused_unit.notin(sorted(scope.barred))
		)
	if is_agent:
		query = query.where(may_receive(petition))
	return ExistsCriterion(query)


def may_receive(petition) -> Criterion:
	"""Whether today the case's agent is on duty and its agreement lets the agent receive documents.

	Args:
		petition: the petition table, or an alias of it.
	"""
	agreement, agent = (
		DocType("Proxy Agreement").as_("own_agreement"),
		DocType("Proxy Agent").as_("own_agent"),
	)
	today = getdate()
	return ExistsCriterion(
		frappe.qb.from_(agreement)
		.from_(agent)
		.select(agreement.name)
		.where(agent.name == petition.agent)
		.where((agreement.name == petition.agreement) & (agreement.docstatus == 1))
		.where(agreement.petitioner == petition.petitioner)
		.where((agreement.agent == petition.agent) | (agreement.second_agent == petition.agent))
		.where(agreement.may_receive_documents == 1)
		.where((agreement.valid_from <= today) & (agreement.valid_to >= today))
		.where(agreement.revoked_on.isnull() | (agreement.revoked_on > today))
		.where((agent.status == ON_DUTY) & (agent.certificate_valid_to >= today))
	)
