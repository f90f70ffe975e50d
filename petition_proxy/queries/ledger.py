"""The petition ledger (台账): one line per case, with both clocks read at a given moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count
from pypika import Order
from pypika.terms import Criterion

from petition_proxy.api.identity import MAY_LOOK
from petition_proxy.domain.deadlines import is_late
from petition_proxy.domain.lifecycle import STATES
from petition_proxy.domain.privacy import mask_name
from petition_proxy.queries.timeliness import (
	ANSWER_STEPS,
	CLOCK_STATES,
	IN_TIME,
	LATE,
	NOT_YET_DUE,
	OVERDUE,
	CaseFilters,
	answered_within,
	case_condition,
	clock_terms,
)

# A browser cannot draw more; the message beside the rows says so and asks for a shorter period.
MAX_ROWS = 20_000

# record, link on the petition, its name field, column of the ledger
NAMED_LINKS: tuple[tuple[str, str, str, str], ...] = (
	("Region", "village", "region_name", "village_name"),
	("Proxy Agent", "agent", "agent_name", "agent_name"),
	("Handling Unit", "handling_unit", "unit_name", "unit_name"),
	("Reply Class", "reply_class", "class_name", "class_name"),
)

RATED_PARTIES: tuple[str, ...] = ("Handling Unit", "Proxy Agent", "Petition Office")


@dataclass(frozen=True)
class LedgerFilters:
	"""What narrows the ledger beyond `CaseFilters`.

	Args:
		cases: period, place, unit, source, category.
		state: workflow state id.
		promise: one of `CLOCK_STATES` on the clock of the local promise.
		statutory: one of `CLOCK_STATES` on the clock of the statute.
		answered_within: calendar days from petition to reply, at most.
	"""

	cases: CaseFilters
	state: str | None = None
	promise: str | None = None
	statutory: str | None = None
	answered_within: int | None = None

	@classmethod
	def read(cls, values: dict[str, Any] | None) -> "LedgerFilters":
		"""Make filters from what the report's form sends.

		Raises:
			frappe.ValidationError: a state or clock state that does not exist, or a step that is not offered.
		"""
		values = values or {}
		made = cls(
			cases=CaseFilters.read(values),
			state=values.get("workflow_state") or None,
			promise=values.get("promise") or None,
			statutory=values.get("statutory") or None,
			answered_within=_read_step(values.get("answered_within")),
		)
		_require_one_of(made.state, STATES)
		_require_one_of(made.promise, CLOCK_STATES)
		_require_one_of(made.statutory, CLOCK_STATES)
		return made


def ledger_pages(
	filters: LedgerFilters, now: datetime, user: str | None = None, size: int = 2000
) -> Iterator[list[dict[str, Any]]]:
	"""The whole ledger, a page at a time; each page begins where the last one ended, so the last costs as much as the first.

	Args:
		filters, now, user: as for `ledger`.
		size: lines of a page.
	"""
	after = None
	while True:
		rows = ledger(filters, now, user, size, after)
		if rows:
			yield rows
		if len(rows) == size:
			after = (rows[-1]["petitioned_at"], rows[-1]["name"])
		elif after and after[0]:
			after = (None, None)  # those without a day, which come last
		else:
			return


def ledger(
	filters: LedgerFilters,
	now: datetime,
	user: str | None = None,
	limit: int = MAX_ROWS,
	after: tuple[datetime | None, str | None] | None = None,
) -> list[dict[str, Any]]:
	"""Lines of the ledger, newest petition first.

	Args:
		filters: see `LedgerFilters`.
		now: the moment to which lateness refers.
		user: whose row scope and right to see full names apply; the session's user by default.
		limit: at most so many lines.
		after: `petitioned_at` and name of the line after which to go on; from the newest by default.

	Returns:
		One dict per petition. `petitioner_name` is masked unless the user may see identities; `promise` and
		`statutory` hold one of `CLOCK_STATES` or None where the clock never started.
	"""
	petition, listed = DocType("Petition"), DocType("Petition").as_("listed")
	# the page is found by index from the few columns that order it, before anything is joined to it
	page = (
		frappe.qb.from_(listed)
		.select(listed.name)
		.where(_condition(listed, filters, now, user))
		.orderby(listed.petitioned_at, order=Order.desc)
		.orderby(listed.name, order=Order.desc)
		.limit(limit)
	)
	if after:
		page = page.where(_comes_after(listed, *after))
	page = page.as_("page")
	query = (
		frappe.qb.from_(page)
		.join(petition)
		.on(petition.name == page["name"])
		.orderby(petition.petitioned_at, order=Order.desc)
		.orderby(petition.name, order=Order.desc)
	)
	query = query.select(
		petition.name,
		petition.petitioned_at,
		petition.petitioner_name,
		petition.category_path,
		petition.reply_class,
		petition.notice_due_at,
		petition.reply_due_at,
		petition.statutory_due_at,
		petition.accepted_at,
		petition.refused_at,
		petition.replied_at,
		petition.served_at,
		petition.workflow_state,
		petition.subject,
	)
	for doctype, link, title, field in NAMED_LINKS:
		linked = DocType(doctype).as_(f"{field}_row")
		query = query.left_join(linked).on(linked.name == petition[link])
		query = query.select(petition[link], linked[title].as_(field))
	for party, field in zip(RATED_PARTIES, ("unit_rating", "agent_rating", "office_rating"), strict=True):
		evaluation = DocType("Evaluation").as_(field + "_row")
		query = (
			query.left_join(evaluation)
			.on(
				(evaluation.petition == petition.name)
				& (evaluation.round == petition.round)
				& (evaluation.rated_party == party)
			)
			.select(evaluation.rating.as_(field))
		)
	rows = query.run(as_dict=True)
	shows_names = sees_identities(user)
	for row in rows:
		if not shows_names:
			row["petitioner_name"] = mask_name(row["petitioner_name"])
		row["notice"] = clock_state(row["accepted_at"] or row["refused_at"], row["notice_due_at"], now)
		row["promise"] = clock_state(row["replied_at"], row["reply_due_at"], now)
		row["statutory"] = clock_state(row["replied_at"], row["statutory_due_at"], now)
	return rows


def _comes_after(petition, moment: datetime | None, name: str | None) -> Criterion:
	"""Later in an order in which cases without a day come last; written so that the index is entered at the right place."""
	if moment is None:
		undated = petition.petitioned_at.isnull()
		return undated & (petition.name < name) if name else undated
	return (petition.petitioned_at <= moment) & ((petition.petitioned_at < moment) | (petition.name < name))


def count_ledger(filters: LedgerFilters, now: datetime, user: str | None = None) -> int:
	"""Number of lines the ledger has without a limit (arguments as for `ledger`)."""
	petition = DocType("Petition")
	return (
		frappe.qb.from_(petition)
		.select(Count("*"))
		.where(_condition(petition, filters, now, user))
		.run()[0][0]
	)


def clock_state(answered_at: datetime | None, due_at: datetime | None, now: datetime) -> str | None:
	"""Where a case stands on one clock at a moment, as `timeliness.clock_terms` says it in SQL.

	Args:
		answered_at: moment of the answer, None while it is missing.
		due_at: end of the clock; None if it never started.
		now: the present moment.

	Returns:
		One of `CLOCK_STATES`, or None without a clock.
	"""
	if due_at is None:
		return None
	late = is_late(due_at, answered_at, now)
	if answered_at is not None:
		return LATE if late else IN_TIME
	return OVERDUE if late else NOT_YET_DUE


def sees_identities(user: str | None = None) -> bool:
	"""Does this user work with people's identities? Leaders and auditors read cases without knowing whose."""
	user = user or frappe.session.user
	return user == "Administrator" or bool(MAY_LOOK & set(frappe.get_roles(user)))


def _condition(petition, filters: LedgerFilters, now: datetime, user: str | None) -> Criterion:
	terms = [case_condition(petition, filters.cases, user)]
	if filters.state:
		terms.append(petition.workflow_state == filters.state)
	if filters.promise:
		terms.append(clock_terms(petition.replied_at, petition.reply_due_at, now)[filters.promise])
	if filters.statutory:
		terms.append(clock_terms(petition.replied_at, petition.statutory_due_at, now)[filters.statutory])
	if filters.answered_within is not None:
		terms.append(answered_within(petition, filters.answered_within))
	return Criterion.all(terms)


def _read_step(value: Any) -> int | None:
	if not value:
		return None
	if str(value) not in {str(days) for days in ANSWER_STEPS}:
		steps = ", ".join(str(days) for days in ANSWER_STEPS)
		frappe.throw(_("Answers are counted within {0} days. Choose one of these.").format(steps))
	return int(value)


def _require_one_of(value: str | None, allowed: tuple[str, ...]) -> None:
	if value is not None and value not in allowed:
		frappe.throw(
			_("{0} is not known here. Use one of: {1}.").format(value, ", ".join(_(one) for one in allowed))
		)
