"""The roster of any past day, from the history of agents alone; and which cases need another agent."""

from datetime import date
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.utils import getdate
from pypika import Order
from pypika.analytics import RowNumber
from pypika.terms import Criterion

from petition_proxy.domain.agent_lifecycle import ON_DUTY, REGISTERED_STATUSES
from petition_proxy.domain.lifecycle import DRAFT, OPEN_STATES
from petition_proxy.permissions.scope import get_scope, scope_condition
from petition_proxy.petition_proxy.doctype.agent_status_change.record import SNAPSHOT_FIELDS


def roster_on(
	on: date,
	*,
	town: str | None = None,
	village: str | None = None,
	agent_class: str | None = None,
	is_public_staff: bool | None = None,
	status: str | None = None,
	user: str | None = None,
) -> list[dict[str, Any]]:
	"""Who stood on the roster on a day, as it was known then: status, class, public flag and place of that day.

	Args:
		on: the day; what took effect on it counts.
		town, village, agent_class, is_public_staff: narrow the list, by the values of that day.
		status: one status; everybody ever entered if None.
		user: whose offices count; the session's user by default. Every office knows the roster of its district;
			who has no office sees himself.

	Returns:
		Rows with agent, agent_name, status, since, action, reason and the snapshot fields, by town, village, agent.
	"""
	change = DocType("Agent Status Change")
	place = (
		RowNumber()
		.over(change.agent)
		.orderby(change.effective_on, order=Order.desc)
		.orderby(change.creation, order=Order.desc)
	)
	latest = (
		frappe.qb.from_(change)
		.select(change.agent, change.agent_name, change.action, change.reason)
		.select(change.to_status.as_("status"), change.effective_on.as_("since"))
		.select(*(change[f] for f in SNAPSHOT_FIELDS), place.as_("place_in_line"))
		.where(change.effective_on <= on)
	).as_("latest")
	query = (
		frappe.qb.from_(latest)
		.select(latest.agent, latest.agent_name, latest.action, latest.reason)
		.select(latest.status, latest.since, *(latest[f] for f in SNAPSHOT_FIELDS))
		.where(latest.place_in_line == 1)
		.orderby(latest.town)
		.orderby(latest.village)
		.orderby(latest.agent)
	)
	wanted = {
		"town": town,
		"village": village,
		"agent_class": agent_class,
		"status": status,
		"is_public_staff": None if is_public_staff is None else int(is_public_staff),
	}
	for column, value in wanted.items():
		if value is not None:
			query = query.where(latest[column] == value)
	scope = get_scope(user)
	if not (scope.sees_all or scope.units):
		agent = DocType("Proxy Agent")
		query = query.where(
			latest.agent.isin(frappe.qb.from_(agent).select(agent.name).where(agent.user == scope.user))
		)
	return query.run(as_dict=True)


def count_roster(rows: list[dict[str, Any]], *fields: str) -> list[dict[str, Any]]:
	"""Headcounts of a roster: on the register, on duty, public staff, by the fields asked for.

	Args:
		rows: of `roster_on`.
		fields: for example "town", or "town", "agent_class".

	Returns:
		One dict per group with the fields, registered, on_duty, on_duty_public.
	"""
	groups: dict[tuple, dict[str, Any]] = {}
	for row in rows:
		key = tuple(row[f] for f in fields)
		group = groups.setdefault(
			key, {**dict(zip(fields, key, strict=True)), "registered": 0, "on_duty": 0, "on_duty_public": 0}
		)
		group["registered"] += row["status"] in REGISTERED_STATUSES
		group["on_duty"] += row["status"] == ON_DUTY
		group["on_duty_public"] += row["status"] == ON_DUTY and bool(row["is_public_staff"])
	return [groups[key] for key in sorted(groups, key=lambda k: tuple(str(v or "") for v in k))]


def cases_to_hand_over(on: date, agent: str | None = None, town: str | None = None) -> list[dict[str, Any]]:
	"""Open cases whose agent may not act on a day, within the session user's scope.

	Args:
		on: the day.
		agent: one agent only.
		town: cases of one town only.

	Returns:
		Rows with petition, subject, state, petitioner, agreement, agent, agent_name, status, certificate end,
		village, town; the earliest due first.
	"""
	petition, holder = DocType("Petition"), DocType("Proxy Agent")
	is_off = (
		(holder.status != ON_DUTY)
		| holder.certificate_valid_to.isnull()
		| (holder.certificate_valid_to < getdate(on))
	)
	terms = [petition.workflow_state.isin(sorted(OPEN_STATES - {DRAFT})), is_off]
	if agent:
		terms.append(petition.agent == agent)
	if town:
		terms.append(petition.town == town)
	scope = scope_condition(petition)
	if scope is not None:
		terms.append(scope)
	return (
		frappe.qb.from_(petition)
		.join(holder)
		.on(holder.name == petition.agent)
		.select(petition.name.as_("petition"), petition.subject, petition.workflow_state, petition.due_at)
		.select(petition.petitioner, petition.petitioner_name, petition.agreement)
		.select(petition.village, petition.town)
		.select(holder.name.as_("agent"), holder.agent_name, holder.status, holder.certificate_valid_to)
		.where(Criterion.all(terms))
		.orderby(petition.queue_key)
		.orderby(petition.name)
		.run(as_dict=True)
	)


def able_on(on: date, town: str | None = None, user: str | None = None) -> list[dict[str, Any]]:
	"""Agents who could act on a day: on duty by the history, with a certificate that was valid on that very day.

	Whoever was suspended, untrained or out of term on the day is not among them, even if the certificate watch has not run
	since. What coverage of settlements is counted by.

	Args:
		on: the day.
		town: one town only.
		user: as in `roster_on`.

	Returns:
		Rows as `roster_on`.
	"""
	holders = certified_on(on)
	return [row for row in roster_on(on, town=town, status=ON_DUTY, user=user) if row["agent"] in holders]


def certified_on(on: date) -> set[str]:
	"""Agents whose certificate was valid on a day.

	Args:
		on: the day.
	"""
	certificate = DocType("Agent Certificate")
	return set(
		frappe.qb.from_(certificate)
		.select(certificate.agent)
		.distinct()
		.where((certificate.issued_on <= on) & (certificate.valid_to >= on))
		.where(certificate.revoked_on.isnull() | (certificate.revoked_on > on))
		.run(pluck=True)
	)
