"""Who sees reward batches, bulletins and consequences for agents: by place, as cases are.

A batch names the cases it pays for. So whoever is complained about in one of them sees nothing of the batch, and complaints
about towns and officers stand in batches of their own (see `reward_batch/fill.py`). Finance belongs to no case and
sees the batches of its district, once there is something to pay.
"""

import frappe
from frappe.model.document import Document
from frappe.query_builder import Criterion, DocType
from pypika.terms import ExistsCriterion

from petition_proxy.domain.lifecycle import FINANCE
from petition_proxy.permissions.scope import Scope, get_scope, to_sql
from petition_proxy.permissions.stored import judges_stored_row

PAYABLE = ("Approved", "Paid")


def _claim(scope: Scope, column: str) -> frozenset[str]:
	return next((values for c, values in scope.claims if c == column), frozenset())


def _finance_district(scope: Scope) -> str | None:
	"""The district whose payments the user makes, if the role says so."""
	if FINANCE not in frappe.get_roles(scope.user):
		return None
	return frappe.db.get_single_value("Petition Proxy Settings", "district")


# Reward Batch
# ------------
def _complained_about(batch_name, scope: Scope) -> Criterion:
	"""A line of the batch pays for a case that complains about the user or a unit of the user."""
	line, petition = DocType("Reward Batch Line"), DocType("Petition")
	return ExistsCriterion(
		frappe.qb.from_(line)
		.join(petition)
		.on(petition.name == line.petition)
		.select(line.name)
		.where((line.parent == batch_name) & (line.parenttype == "Reward Batch"))
		.where(scope.as_accused_criterion(petition))
	)


def reward_batch_query(user: str | None = None, doctype: str | None = None) -> str:
	scope = get_scope(user)
	if scope.sees_all:
		return ""
	table = DocType("Reward Batch")
	terms = []
	if districts := _claim(scope, "district"):
		terms.append(table.district.isin(sorted(districts)))
	if towns := _claim(scope, "town"):
		terms.append(table.town.isin(sorted(towns)))
	if district := _finance_district(scope):
		terms.append((table.district == district) & table.status.isin(PAYABLE))
	if not terms:
		return "1=0"
	return f"({to_sql(Criterion.any(terms) & _complained_about(table.name, scope).negate())})"


@judges_stored_row
def has_reward_batch_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	scope = get_scope(user)
	if scope.sees_all:
		return True
	if ptype == "create" and not doc.get("district"):
		return True  # the controller sets the place and asks again
	is_in_place = doc.get("district") in _claim(scope, "district") or doc.get("town") in _claim(scope, "town")
	is_payable = doc.get("status") in PAYABLE and doc.get("district") == _finance_district(scope)
	if not (is_in_place or is_payable):
		return False
	if not doc.name:
		return True
	batch = DocType("Reward Batch")
	hidden = (
		frappe.qb.from_(batch)
		.select(batch.name)
		.where((batch.name == doc.name) & _complained_about(batch.name, scope))
		.run()
	)
	return not hidden


# By place alone
# --------------
def _by_place(table, scope: Scope) -> Criterion | None:
	terms = [table[c].isin(sorted(v)) for c, v in scope.claims if c in ("district", "town")]
	return Criterion.any(terms) if terms else None


def consequence_query(user: str | None = None, doctype: str | None = None) -> str:
	"""Offices of the place, and the agent it is about."""
	scope = get_scope(user)
	if scope.sees_all:
		return ""
	table = DocType("Agent Consequence")
	terms = [t for t in (_by_place(table, scope),) if t is not None]
	if agents := _claim(scope, "agent"):
		terms.append(table.agent.isin(sorted(agents)))
	return f"({to_sql(Criterion.any(terms))})" if terms else "1=0"


@judges_stored_row
def has_consequence_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	scope = get_scope(user)
	if scope.sees_all or (ptype == "create" and not doc.get("district")):
		return True
	if any(doc.get(c) in v for c, v in scope.claims if c in ("district", "town")):
		return True
	return ptype == "read" and doc.get("agent") in _claim(scope, "agent")


def _districts_of(scope: Scope) -> frozenset[str]:
	"""Districts whose circulars reach a user: those of the user's units, whatever their tier."""
	if not scope.units:
		return frozenset()
	unit = DocType("Handling Unit")
	return frozenset(
		frappe.qb.from_(unit)
		.select(unit.district)
		.distinct()
		.where(unit.name.isin(sorted(scope.units)) & unit.district.notnull())
		.run(pluck=True)
	)


def bulletin_query(user: str | None = None, doctype: str | None = None) -> str:
	"""A bulletin is a circular: every office of the district reads the issued ones, the district's offices drafts too."""
	scope = get_scope(user)
	if scope.sees_all:
		return ""
	table = DocType("Quarterly Bulletin")
	terms = []
	if districts := _districts_of(scope):
		terms.append(table.district.isin(sorted(districts)) & (table.docstatus > 0))
	if own := _claim(scope, "district"):
		terms.append(table.district.isin(sorted(own)))
	return f"({to_sql(Criterion.any(terms))})" if terms else "1=0"


@judges_stored_row
def has_bulletin_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	scope = get_scope(user)
	if scope.sees_all or (ptype == "create" and not doc.get("district")):
		return True
	if doc.get("district") in _claim(scope, "district"):
		return True
	return bool(doc.docstatus) and ptype == "read" and doc.get("district") in _districts_of(scope)


def bulletin_figure_query(user: str | None = None, doctype: str | None = None) -> str:
	"""Figures are read with their bulletin."""
	scope = get_scope(user)
	if scope.sees_all:
		return ""
	condition = bulletin_query(user)
	if condition == "1=0":
		return condition
	return (
		"(exists (select 1 from `tabQuarterly Bulletin` where `tabQuarterly Bulletin`.name ="
		f" `tabBulletin Figure`.bulletin and {condition}))"
	)


def has_bulletin_figure_permission(
	doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
	row = frappe.db.get_value(
		"Quarterly Bulletin", doc.get("bulletin"), ("name", "district", "docstatus"), as_dict=True
	)
	return bool(row) and has_bulletin_permission(row, "read", user)
