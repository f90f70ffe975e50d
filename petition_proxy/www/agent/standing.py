"""How the agent stands: training, rewards, ratings and figures of a quarter, and what is proposed about the agent."""

import frappe
from frappe import _
from frappe.utils import formatdate

from petition_proxy.domain.rewards import yuan_text
from petition_proxy.queries import own_standing
from petition_proxy.utils.agent_pages import dress_agent, training_of
from petition_proxy.utils.portal import need_agent

no_cache = 1


def get_context(context) -> None:
	"""Standing of the agent logged in, in the quarter `quarter` ("2026-3"); the present one by default.

	Raises:
		frappe.Redirect: nobody is logged in.
		frappe.PermissionError: the account is no agent's.
	"""
	agent = need_agent()
	dress_agent(context, agent, _("My Standing", context="Portal"))
	year, number = own_standing.read_quarter(str(frappe.form_dict.get("quarter") or ""))
	first, last = own_standing.days_of(year, number)
	context.quarters = _quarters(year, number)
	context.quarter = _name_of(year, number)
	context.training = training_of()
	context.rewards = _rewards(agent, first, last)
	context.ratings = own_standing.own_ratings(agent, first, last)
	context.fewest = own_standing.FEWEST_RATINGS
	context.figures = own_standing.own_figures(agent, first, last)
	context.consequences = _consequences(agent)


def _name_of(year: int, number: int) -> str:
	return _("{0}, quarter {1}").format(year, number)


def _quarters(year: int, number: int) -> list[dict]:
	present = own_standing.read_quarter(None)
	shown = own_standing.quarters_before(*present)
	if (year, number) not in shown:
		shown.append((year, number))
	return [
		{"value": f"{y}-{n}", "label": _name_of(y, n), "is_chosen": (y, n) == (year, number)}
		for y, n in shown
	]


def _rewards(agent: str, first, last) -> dict:
	found = own_standing.own_rewards(agent, first, last)
	for row in found["rows"]:
		row.amount = _amount(row.amount_fen)
		row.day = formatdate(row.earned_on)
	for row in found["by_status"]:
		row.amount = _amount(row.fen)
	return {**found, "amount": _amount(found["total"])}


def _consequences(agent: str) -> list[frappe._dict]:
	rows = own_standing.own_consequences(agent)
	for row in rows:
		row.proposed = formatdate(row.proposed_at)
		row.by = formatdate(row.answer_by) if row.answer_by else ""
		row.until = formatdate(row.suspended_until) if row.suspended_until else ""
		row.may_answer = row.status == "Proposed"
	return rows


def _amount(fen: int) -> str:
	return _("{0} yuan").format(yuan_text(fen))
