"""Ratings follow their case, but no agent reads what was said of him; devices of agents are for the petition office."""

import frappe
from frappe.model.document import Document
from frappe.query_builder import DocType

from petition_proxy.domain.lifecycle import AUDITOR, OFFICE
from petition_proxy.permissions import (
	case_record_query,
	has_case_record_permission,
)
from petition_proxy.permissions.scope import Scope, get_scope, to_sql


def _own_agents(scope: Scope) -> list[str]:
	return next((sorted(values) for column, values in scope.claims if column == "agent"), [])


def evaluation_query(user: str | None = None, doctype: str | None = None) -> str:
	"""As of any record of a case, without the ratings of oneself as agent (clause S9, invariant 8)."""
	rule = case_record_query(user, "Evaluation")
	own = _own_agents(get_scope(user))
	if not rule or not own:
		return rule
	table = DocType("Evaluation")
	return f"({rule} and ({to_sql(table.agent.isnull() | table.agent.notin(own))}))"


def has_evaluation_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	"""The same rule for one rating."""
	if not has_case_record_permission(doc, ptype, user):
		return False
	own = _own_agents(get_scope(user))
	if not own or ptype == "create":
		return True
	stored = frappe.db.get_value("Evaluation", doc.name, "agent") if doc.name else None
	return doc.get("agent") not in own and stored not in own


def agent_device_query(user: str | None = None, doctype: str | None = None) -> str:
	return "" if _may_see_devices(user) else "1=0"


def has_agent_device_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	return _may_see_devices(user)


def _may_see_devices(user: str | None) -> bool:
	scope = get_scope(user)
	return scope.sees_all or bool({OFFICE, AUDITOR} & set(frappe.get_roles(scope.user)))
