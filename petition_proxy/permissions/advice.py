"""Who sees advice: the offices of the district, and the advised unit once it is issued; never the unit at fault, nor who is accused in its case."""

from frappe.model.document import Document
from frappe.query_builder import Criterion, DocType

from petition_proxy.permissions.around import accused_in
from petition_proxy.permissions.scope import Scope, get_scope, to_sql
from petition_proxy.permissions.stored import judges_stored_row
from petition_proxy.utils.rows import read_row


def _districts(scope: Scope) -> frozenset[str]:
	return next((values for column, values in scope.claims if column == "district"), frozenset())


def advice_query(user: str | None = None, doctype: str | None = None) -> str:
	scope = get_scope(user)
	if scope.sees_all:
		return ""
	if not scope.units:
		return "1=0"
	table = DocType("Improvement Advice")
	units = sorted(scope.units)
	terms = [table.to_unit.isin(units) & (table.status != "Draft")]
	if districts := _districts(scope):
		terms.append(table.district.isin(sorted(districts)))
	at_fault = table.about_unit.isin(units) & table.to_unit.notin(units)
	rule = Criterion.any(terms) & (table.about_unit.isnull() | at_fault.negate())
	return f"({to_sql(rule & accused_in(table.petition, scope, 'advised_petition').negate())})"


@judges_stored_row
def has_advice_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	scope = get_scope(user)
	if scope.sees_all:
		return True
	if ptype == "create":
		return bool(scope.units)
	if doc.about_unit in scope.units and doc.to_unit not in scope.units:
		return False
	row = read_row("Petition", doc.petition, ("accused_unit", "accused_user")) if doc.petition else None
	if row and scope.is_accused(row):
		return False
	if doc.district in _districts(scope):
		return True
	return doc.to_unit in scope.units and doc.status != "Draft"
