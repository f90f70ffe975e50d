"""Drafts of petitions: the agent's own list, and what the offices count of them without seeing any."""

from datetime import date
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, Min
from frappe.utils import getdate
from pypika import Case
from pypika.terms import Criterion

from petition_proxy.domain import drafts
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.petition_draft import acts


def own_drafts(user: str | None = None) -> list[frappe._dict]:
	"""Open drafts of an agent, the last touched first.

	Args:
		user: user id; the session's user by default.

	Returns:
		Rows with name, client_key, title_hint (masked name and head of the sentence), modified, step, expires_on and
		is_ending (goes within days).
	"""
	agents = [values for column, values in get_scope(user).claims if column == "agent"]
	if not agents:
		return []
	rows = frappe.get_all(
		"Petition Draft",
		filters={"agent": ("in", sorted(agents[0])), "status": drafts.OPEN},
		fields=["name", "client_key", "step", "touched_at as modified", "expires_on", "sealed_answers"],
		order_by="touched_at desc, name asc",
		limit=drafts.MOST_OPEN,
	)
	today = getdate()
	for row in rows:
		row.title_hint = drafts.title_hint(acts.unsealed(row.pop("sealed_answers")))
		row.is_ending = drafts.is_ending(row.expires_on, today)
	return rows


def count_drafts(from_date: date, to_date: date, town: str | None = None) -> list[dict[str, Any]]:
	"""What agents of the places in scope began and have not filed: numbers and days, nothing of the content.

	Args:
		from_date, to_date: days on which the ended ones ended; open ones are counted whenever they were begun.
		town: of this town only.

	Returns:
		A row per agent with agent, agent_name, village, town, open, oldest (day on which the oldest open one was begun),
		given_up and expired; the agent with the oldest one first.
	"""
	scope = get_scope()
	draft, agent = DocType("Petition Draft"), DocType("Proxy Agent")
	terms = [draft[c].isin(sorted(v)) for c, v in scope.claims if c in ("district", "town")]
	if scope.villages:
		terms.append(draft.village.isin(sorted(scope.villages)))
	if not terms and not scope.sees_all:
		return []
	is_open = draft.status == drafts.OPEN
	has_ended = draft.ended_at[f"{from_date} 00:00:00" : f"{to_date} 23:59:59"]

	def number(condition: Criterion):
		return Count(Case().when(condition, 1))

	oldest = Min(Case().when(is_open, draft.creation))
	query = (
		frappe.qb.from_(draft)
		.left_join(agent)
		.on(agent.name == draft.agent)
		.select(draft.agent, agent.agent_name, draft.village, draft.town)
		.select(number(is_open).as_("open"), oldest.as_("oldest"))
		.select(number(draft.status == drafts.GIVEN_UP).as_("given_up"))
		.select(number(draft.status == drafts.EXPIRED).as_("expired"))
		.where(is_open | has_ended)
		.groupby(draft.agent, agent.agent_name, draft.village, draft.town)
		.orderby(oldest.isnull())
		.orderby(oldest)
		.orderby(draft.agent)
	)
	if terms:
		query = query.where(Criterion.any(terms))
	if town:
		query = query.where(draft.town == town)
	return query.run(as_dict=True)
