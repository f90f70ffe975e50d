"""Who sees which petitions: one object for list, form, report, export, count, search and portal.

A scope is a set of "field in values" claims on columns that every petition carries (district, town, village,
handling unit, agent, petitioner), any of which opens a case, and two vetoes: no claim opens a case to a unit or person
complained about in it (Regulations on Petition Work 2022, art. 30), and a village sees no reports and accusations, nor
cases of a restricted category. SQL for lists and the check of one document are made from the same claims, so they
cannot differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import frappe
from frappe.query_builder import Criterion, DocType
from pypika.terms import ExistsCriterion

from petition_proxy.domain.lifecycle import AGENT, ARCHIVED, PETITIONER
from petition_proxy.domain.reviews import OPEN_STATUSES as OPEN_REVIEWS

REPORT_KIND = "Report and Accusation"
# A co-handling unit in one of these has a part in the case; returned, replaced or let off it has none.
PART_STATUSES = ("Sent", "Received", "Objected", "Answered")
PETITION_OFFICE = "Petition Office"
# In whose name somebody acts who has proved one case but has no account (permissions/bearer.py). Cannot log in.
BEARER_USER = "petitioner-by-code@petition-proxy.invalid"
DISTRICT_UNIT_TYPES = frozenset({PETITION_OFFICE, "District Government", "System Clerk Post"})


@dataclass(frozen=True)
class Scope:
	"""What one user may see of petitions.

	Args:
		user: user id.
		sees_all: True for Administrator only.
		claims: (column, values) pairs; a case with one of the values in the column is in scope.
		villages: villages whose cases are seen except reports and accusations and restricted categories.
		units: all active units the user belongs to.
		barred: all units the user belongs to, closed ones as well, which may not see complaints about themselves.
		restricted: categories hidden from the village; read for village users only.
		offices: districts whose petition office the user belongs to.
		platforms: (filing channel, district) pairs the user's units manage: they give out what comes in there.
		bearer: the one case whose number, query code and digits were proved (permissions/bearer.py); nothing else is in
			scope then.
		principal: petitioner of that case.
	"""

	user: str
	sees_all: bool = False
	claims: tuple[tuple[str, frozenset[str]], ...] = ()
	villages: frozenset[str] = frozenset()
	units: frozenset[str] = frozenset()
	barred: frozenset[str] = frozenset()
	restricted: frozenset[str] = frozenset()
	offices: frozenset[str] = frozenset()
	platforms: frozenset[tuple[str, str]] = frozenset()
	bearer: str | None = None
	principal: str | None = None

	def covers(self, row: Mapping) -> bool:
		"""Is this petition in scope?

		Args:
			row: petition document or mapping with the scope columns.
		"""
		if self.sees_all:
			return True
		if self.is_accused(row):
			return False
		if any(row.get(column) in values for column, values in self.claims):
			return True
		if (row.get("filing_channel"), row.get("district")) in self.platforms:
			return True
		return (
			row.get("village") in self.villages
			and row.get("petition_kind") != REPORT_KIND
			and row.get("category") not in self.restricted
		)

	def is_petitioner_of(self, row: Mapping) -> bool:
		"""Does the user act as the petitioner of this case: by an account, or by having proved this very case?

		Args:
			row: petition document or mapping with its name and petitioner.
		"""
		if self.bearer:
			return row.get("name") == self.bearer
		return any(column == "petitioner" and row.get("petitioner") in v for column, v in self.claims)

	def is_petitioner(self, name: str | None) -> bool:
		"""Is this Petitioner record the user's own?"""
		if not name:
			return False
		return name == self.principal or any(c == "petitioner" and name in v for c, v in self.claims)

	def is_accused(self, row: Mapping) -> bool:
		"""Is the user, or a unit of the user, complained about in this petition?"""
		return row.get("accused_user") == self.user or row.get("accused_unit") in self.barred

	def as_criterion(self, table) -> Criterion | None:
		"""The same rule as a query condition on a petition table; None when everything is in scope."""
		if self.sees_all:
			return None
		terms = [table[column].isin(sorted(values)) for column, values in self.claims if values]
		if self.villages:
			village = table.village.isin(sorted(self.villages)) & (table.petition_kind != REPORT_KIND)
			if self.restricted:
				village &= table.category.isnull() | table.category.notin(sorted(self.restricted))
			terms.append(village)
		for channel, district in sorted(self.platforms):
			terms.append((table.filing_channel == channel) & (table.district == district))
		if not terms:
			return table.name.isnull()
		criterion = Criterion.any(terms)
		criterion &= table.accused_user.isnull() | (table.accused_user != self.user)
		if self.barred:
			criterion &= table.accused_unit.isnull() | table.accused_unit.notin(sorted(self.barred))
		return criterion

	def as_accused_criterion(self, table) -> Criterion:
		"""`is_accused` as a query condition on a petition table."""
		criterion = table.accused_user == self.user
		if self.barred:
			criterion |= table.accused_unit.isin(sorted(self.barred))
		return criterion

	def as_sql(self, table=None) -> str:
		"""Bracketed SQL text for Frappe's list queries; empty when everything is in scope."""
		criterion = self.as_criterion(table or DocType("Petition"))
		return "" if criterion is None else f"({to_sql(criterion)})"


def to_sql(criterion: Criterion) -> str:
	"""Render a condition with table names and MariaDB quoting. Values are ids from the database, not user text."""
	return criterion.get_sql(with_namespace=True, subquery=True, quote_char="`", secondary_quote_char="'")


def get_scope(user: str | None = None) -> Scope:
	"""The scope of a user, built once per request.

	Args:
		user: user id; the session's user by default.
	"""
	user = user or frappe.session.user
	cache = getattr(frappe.local, "petition_proxy_scopes", None)
	if cache is None:
		cache = frappe.local.petition_proxy_scopes = {}
	if user not in cache:
		cache[user] = _build(user)
	return cache[user]


def clear_scopes() -> None:
	"""Forget the scopes of this request, after units, agents or petitioners changed."""
	frappe.local.petition_proxy_scopes = None


def _build(user: str) -> Scope:
	if user == "Administrator":
		return Scope(user, sees_all=True)
	if user == "Guest":
		return Scope(user)
	if (
		user == BEARER_USER
	):  # without a case that was proved it sees nothing, whatever else may be linked to it
		bearer = getattr(frappe.local, "petition_proxy_bearer", None)
		if not bearer:
			return Scope(user)
		return Scope(
			user,
			claims=(("name", frozenset({bearer.petition})),),
			bearer=bearer.petition,
			principal=bearer.petitioner,
		)
	# Units count whatever the role, for membership also forbids; the two portal roles open a claim each.
	roles = set(frappe.get_roles(user))
	all_units = _units_of(user)
	units = [u for u in all_units if u.is_active]
	districts = {u.district for u in units if u.unit_type in DISTRICT_UNIT_TYPES and u.district}
	towns = {u.town for u in units if u.tier == "Town" and u.town}
	villages = {u.village for u in units if u.tier == "Village" and u.village}
	names = {u.name for u in units}
	platforms = {(u.managed_platform, u.district) for u in units if u.managed_platform and u.district}
	agents = _own("Proxy Agent", user) if AGENT in roles else ()
	petitioners = _own("Petitioner", user) if PETITIONER in roles else ()
	claims = (
		("district", frozenset(districts)),
		("town", frozenset(towns)),
		("handling_unit", frozenset(names)),
		("agent", frozenset(agents)),
		("petitioner", frozenset(petitioners)),
		("name", frozenset(_cases_shared_with(names))),
	)
	return Scope(
		user,
		claims=tuple((column, values) for column, values in claims if values),
		villages=frozenset(villages),
		units=frozenset(names),
		barred=frozenset(u.name for u in all_units),
		restricted=frozenset(_restricted_categories()) if villages else frozenset(),
		offices=frozenset(u.district for u in units if u.unit_type == PETITION_OFFICE and u.district),
		platforms=frozenset(platforms),
	)


def _own(doctype: str, user: str) -> list[str]:
	table = DocType(doctype)
	return frappe.qb.from_(table).select(table.name).where(table.user == user).run(pluck=True)


def _restricted_categories() -> list[str]:
	"""Categories marked as restricted, and all below them."""
	category, above = DocType("Petition Category"), DocType("Petition Category").as_("above")
	return (
		frappe.qb.from_(category)
		.join(above)
		.on((above.lft <= category.lft) & (above.rgt >= category.rgt) & (above.is_restricted == 1))
		.select(category.name)
		.distinct()
		.run(pluck=True)
	)


def is_restricted(category: str | None) -> bool:
	"""Whether a category, or one above it, is kept from the village and from everything shown in the open."""
	if not category:
		return False
	table, above = DocType("Petition Category"), DocType("Petition Category").as_("above")
	return bool(
		frappe.qb.from_(table)
		.join(above)
		.on((above.lft <= table.lft) & (above.rgt >= table.rgt) & (above.is_restricted == 1))
		.select(above.name)
		.where(table.name == category)
		.limit(1)
		.run()
	)


def _cases_shared_with(units: set[str]) -> list[str]:
	"""Cases in whose present round a unit has a part without leading it, until they are filed away: it handles along,
	reviews the opinion, or decides about more time. Who was let off, or returned its part, has none any more.

	Read by name once per request, so that lists keep to one index: a unit has a part in tens of open cases, not in
	thousands.
	"""
	if not units:
		return []
	names = sorted(units)
	assignment, petition = DocType("Petition Assignment"), DocType("Petition")
	review, extension = DocType("Review Request"), DocType("Extension Request")

	def parts(record, condition):
		return (
			frappe.qb.from_(record)
			.join(petition)
			.on(petition.name == record.petition)
			.select(record.petition)
			.where(condition & (petition.workflow_state != ARCHIVED))
		)

	handles_along = assignment.to_unit.isin(names) & (assignment.part == "Co-handler")
	handles_along &= assignment.status.isin(PART_STATUSES) & (assignment.round == petition.round)
	handled = parts(assignment, handles_along)
	reviewed = (
		frappe.qb.from_(review)
		.join(petition)
		.on(petition.name == review.petition)
		.select(review.petition)
		.where(review.reviewing_unit.isin(names))
		.where((petition.workflow_state != ARCHIVED) | review.status.isin(OPEN_REVIEWS))
	)
	extended = parts(extension, extension.deciding_unit.isin(names) & (extension.status == "Asked"))
	return [row[0] for row in handled.union(reviewed).union(extended).run()]


def _units_of(user: str) -> list:
	unit, member = DocType("Handling Unit"), DocType("Handling Unit Member")
	is_member = ExistsCriterion(
		frappe.qb.from_(member)
		.select(member.name)
		.where((member.parent == unit.name) & (member.user == user))
	)
	return (
		frappe.qb.from_(unit)
		.select(
			unit.name,
			unit.unit_type,
			unit.tier,
			unit.district,
			unit.town,
			unit.village,
			unit.managed_platform,
			unit.is_active,
		)
		.where((unit.head == user) | is_member)
		.run(as_dict=True)
	)


def scope_condition(table, user: str | None = None) -> Criterion | None:
	"""For `queries/`: the condition to add to any query over petitions.

	Args:
		table: the petition table (or alias) of the query.
		user: user id; the session's user by default.

	Returns:
		A condition, or None for Administrator.
	"""
	return get_scope(user).as_criterion(table)
