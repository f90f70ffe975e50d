"""How one agent stands, for the agent's own page: rewards, ratings and figures of a quarter."""

from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, Sum
from frappe.utils import getdate, now_datetime

from petition_proxy.domain import ratings, standing
from petition_proxy.petition_proxy.doctype.quarterly_bulletin.figures import quarter_days
from petition_proxy.queries import indicators
from petition_proxy.queries.agents_standing import figures_by_agent

MOST_ROWS = 200
# With fewer ratings an agent could tell who gave which.
FEWEST_RATINGS = 3
RATED_CODES = frozenset({"Satisfaction", "Strict Satisfaction", "Agent Satisfaction"})


def read_quarter(text: str | None) -> tuple[int, int]:
	"""Year and number of a quarter.

	Args:
		text: for example "2026-3"; the present quarter where it is none.
	"""
	year, _bar, number = (text or "").partition("-")
	if year.isdigit() and 2000 <= int(year) <= 2999 and number in ("1", "2", "3", "4"):
		return int(year), int(number)
	today = getdate()
	return today.year, (today.month + 2) // 3


def quarters_before(year: int, number: int, count: int = 4) -> list[tuple[int, int]]:
	"""This quarter and the ones before it, the latest first."""
	at = year * 4 + number - 1
	return [((at - back) // 4, (at - back) % 4 + 1) for back in range(count)]


def own_rewards(agent: str, first: date, last: date) -> dict[str, Any]:
	"""Lines of an agent that were earned in some days, and what they come to.

	Args:
		agent: Proxy Agent.
		first, last: days, both included.

	Returns:
		rows (name, petition, earned_on, tier, amount_fen, status, reason, seq), the latest first; by_status, a list of
		status and fen; total in fen, reversals taken off. The sums are of all lines, however many rows are shown.
	"""
	entry = DocType("Reward Entry")
	earned = (entry.agent == agent) & (entry.earned_on >= first) & (entry.earned_on <= last)
	rows = (
		frappe.qb.from_(entry)
		.select(entry.name, entry.petition, entry.earned_on, entry.tier, entry.amount_fen)
		.select(entry.status, entry.reason, entry.seq, entry.hold_until, entry.paid_on)
		.where(earned)
		.orderby(entry.earned_on, order=frappe.qb.desc)
		.orderby(entry.name)
		.limit(MOST_ROWS)
		.run(as_dict=True)
	)
	sums = (
		frappe.qb.from_(entry)
		.select(entry.status, Sum(entry.amount_fen).as_("fen"))
		.where(earned)
		.groupby(entry.status)
		.orderby(entry.status)
		.run(as_dict=True)
	)
	for row in sums:
		row.fen = int(row.fen or 0)
	return {"rows": rows, "by_status": sums, "total": sum(row.fen for row in sums)}


def own_ratings(agent: str, first: date, last: date) -> dict[str, Any]:
	"""What petitioners said of an agent in some days: how many of each grade, never who.

	Returns:
		number of ratings, and grades: list of grade and count, empty where they are fewer than FEWEST_RATINGS.
	"""
	rating = DocType("Evaluation")
	counted = dict(
		frappe.qb.from_(rating)
		.select(rating.rating, Count("*"))
		.where((rating.agent == agent) & (rating.rated_party == "Proxy Agent"))
		.where(rating.entered_at[f"{first} 00:00:00" : f"{last} 23:59:59.999999"])
		.groupby(rating.rating)
		.run()
	)
	number = sum(counted.values())
	grades = [frappe._dict(grade=grade, count=counted.get(grade, 0)) for grade in ratings.RATINGS]
	return {"number": number, "grades": grades if number >= FEWEST_RATINGS else []}


def own_figures(agent: str, first: date, last: date) -> list[frappe._dict]:
	"""The scorecard of an agent over some days, as the report Agent Scorecard counts it.

	Returns:
		Rows with indicator, figure (text), counted, of and meaning. A share of fewer than FEWEST_RATINGS ratings is left out.
	"""
	period = indicators.Period(first, last, now_datetime())
	values = figures_by_agent(period, agent).get(agent, {})
	rows = []
	for indicator in indicators.for_level(indicators.AGENT):
		figure = values.get(indicator.code, (0, 0 if indicator.of else None))
		is_hidden = indicator.code in RATED_CODES and (figure[1] or 0) < FEWEST_RATINGS
		rows.append(
			frappe._dict(
				code=indicator.code,
				indicator=_(indicator.code),
				figure=standing.NO_RATE if is_hidden else standing.figure_text(figure),
				counted=None if is_hidden else figure[0],
				of=None if is_hidden else figure[1],
				meaning=_(indicator.meaning),
			)
		)
	return rows


def own_consequences(agent: str) -> list[frappe._dict]:
	"""Consequences proposed or decided about an agent, open ones first."""
	rows = frappe.get_all(
		"Agent Consequence",
		filters={"agent": agent},
		fields=[
			"name",
			"step",
			"status",
			"answer_by",
			"grounds",
			"agent_answer",
			"answered_at",
			"decision_note",
			"decided_at",
			"suspended_until",
			"proposed_at",
		],
		order_by="proposed_at desc, name asc",
		limit=20,
	)
	return sorted(rows, key=lambda row: row.status not in ("Proposed", "Answered"))


def days_of(year: int, number: int) -> tuple[date, date]:
	"""First and last day of a quarter."""
	return quarter_days(year, number)
