"""Who writes for everybody: the petition office. A told case that names its petition follows the petition for them."""

import frappe
from frappe.model.document import Document
from frappe.query_builder import DocType
from pypika.terms import ExistsCriterion

from petition_proxy.domain.lifecycle import OFFICE
from petition_proxy.permissions import SCOPE_COLUMNS
from petition_proxy.permissions.scope import get_scope, to_sql
from petition_proxy.utils.rows import read_row


def told_case_query(user: str | None = None, doctype: str | None = None) -> str:
	"""List condition: all of them for the petition office, but for those of cases it may not see."""
	scope = get_scope(user)
	if scope.sees_all:
		return ""
	if OFFICE not in frappe.get_roles(scope.user):
		return "1=0"
	told, petition = DocType("Told Case"), DocType("Petition").as_("scoped_petition")
	of_case = ExistsCriterion(
		frappe.qb.from_(petition)
		.select(petition.name)
		.where((petition.name == told.petition) & scope.as_criterion(petition))
	)
	return f"({to_sql(told.petition.isnull() | (told.petition == '') | of_case)})"


def has_told_case_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	"""The same rule for one document: what is stored counts, whatever a client sends; the controller judges a new link."""
	scope = get_scope(user)
	if scope.sees_all:
		return True
	if OFFICE not in frappe.get_roles(scope.user):
		return False
	stored = read_row("Told Case", doc.name, ("petition",)) if doc.name else None
	petition = stored.petition if stored else doc.get("petition")
	if not petition:
		return True
	row = read_row("Petition", petition, SCOPE_COLUMNS)
	return bool(row) and scope.covers(row)
