"""Ratings to be checked by a call, and what makes one of them look like somebody else's."""

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count
from frappe.utils import add_days, getdate

from petition_proxy.domain.ratings import AGENT
from petition_proxy.permissions.scope import scope_condition
from petition_proxy.petition_proxy.doctype.evaluation.evaluation import PORTAL, QUERY_CODE, RATING_LINK

MAX_ROWS = 500
# More petitioners than a household has rate from one device.
MANY_CASES = 3


def ratings_to_verify(filters: frappe._dict) -> list[frappe._dict]:
	"""Ratings in the session's user's scope, those with a sign first, then the latest.

	Args:
		filters: from_date, to_date, channel, agent, only_suspect; each may be missing.

	Returns:
		Rows with petition, agent, agent_name, rated_party, rating, channel, entered_at, masked_phone, device_cases (cases
		rated from the same device) and signs (sentences).
	"""
	rating, petition = DocType("Evaluation"), DocType("Petition")
	petitioner, agent = DocType("Petitioner"), DocType("Proxy Agent")
	by_account = (rating.channel == PORTAL) & petitioner.account_by_code_at.isnotnull()
	query = (
		frappe.qb.from_(rating)
		.join(petition)
		.on(petition.name == rating.petition)
		.join(petitioner)
		.on(petitioner.name == petition.petitioner)
		.left_join(agent)
		.on(agent.name == petition.agent)
		.select(
			rating.name,
			rating.petition,
			petition.agent,
			agent.agent_name,
			rating.rated_party,
			rating.rating,
			rating.channel,
			rating.entered_at,
			rating.device_hash,
			petition.masked_phone,
		)
		.where(rating.channel.isin([QUERY_CODE, RATING_LINK]) | by_account)
		.orderby(rating.entered_at, order=frappe.qb.desc)
		.orderby(rating.name)
		.limit(MAX_ROWS)
	)
	condition = scope_condition(petition)
	if condition is not None:
		query = query.where(condition)
	if filters.from_date:
		query = query.where(rating.entered_at >= getdate(filters.from_date))
	if filters.to_date:
		query = query.where(rating.entered_at < add_days(getdate(filters.to_date), 1))
	if filters.channel:
		query = query.where(rating.channel == filters.channel)
	if filters.agent:
		query = query.where(petition.agent == filters.agent)
	rows = query.run(as_dict=True)
	devices = sorted({row.device_hash for row in rows if row.device_hash})
	cases, agents = _cases_of(devices), _agents_on(devices)
	for row in rows:
		row.device_cases = cases.get(row.device_hash, 0)
		row.signs = _signs(row, agents.get(row.device_hash, ()))
		row.pop("device_hash")
	if filters.only_suspect:
		rows = [row for row in rows if row.signs]
	return sorted(rows, key=lambda row: not row.signs)


def _signs(row: frappe._dict, agents: tuple) -> list[str]:
	signs = []
	if row.agent in agents:
		signs.append(_("Given from a device of the agent"))
	elif agents:
		signs.append(_("Given from a device of another agent"))
	if row.device_cases > MANY_CASES:
		signs.append(_("{0} cases rated from one device").format(row.device_cases))
	return signs


def _cases_of(devices: list[str]) -> dict[str, int]:
	if not devices:
		return {}
	rating = DocType("Evaluation")
	rows = (
		frappe.qb.from_(rating)
		.select(rating.device_hash, Count(rating.petition).distinct())
		.where(rating.device_hash.isin(devices) & (rating.rated_party == AGENT))
		.groupby(rating.device_hash)
		.run()
	)
	return dict(rows)


def _agents_on(devices: list[str]) -> dict[str, tuple]:
	"""Agents who have logged in from a device, before the rating or after it."""
	if not devices:
		return {}
	device, agent = DocType("Agent Device"), DocType("Proxy Agent")
	rows = (
		frappe.qb.from_(device)
		.join(agent)
		.on(agent.user == device.user)
		.select(device.device_hash, agent.name)
		.where(device.device_hash.isin(devices))
		.run()
	)
	found: dict[str, tuple] = {}
	for mark, name in rows:
		found[mark] = (*found.get(mark, ()), name)
	return found
