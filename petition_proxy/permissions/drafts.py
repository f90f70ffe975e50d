"""Pair of the drafts of petitions: an agent's own, and nobody else's, not even the office's; the office counts them."""

from frappe.model.document import Document
from frappe.query_builder import DocType

from petition_proxy.permissions.scope import Scope, get_scope, to_sql
from petition_proxy.utils.rows import read_row


def _own_agents(scope: Scope) -> frozenset[str]:
	return next((values for column, values in scope.claims if column == "agent"), frozenset())


def draft_query(user: str | None = None, doctype: str | None = None) -> str:
	scope = get_scope(user)
	if scope.sees_all:
		return ""
	agents = _own_agents(scope)
	if not agents:
		return "1=0"
	return f"({to_sql(DocType('Petition Draft').agent.isin(sorted(agents)))})"


def has_draft_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	"""The same rule for one draft, by what is stored under its name: a client may send any agent along."""
	scope = get_scope(user)
	if scope.sees_all:
		return True
	row = read_row("Petition Draft", doc.name, ("agent",)) if doc.name else None
	return bool(row) and row.agent in _own_agents(scope)
