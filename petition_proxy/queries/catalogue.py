"""Every indicator once: what is counted, of what, by which day, and the list behind it.

Reports, number cards, bulletin, API and exports read from here; none of them counts for itself. English labels are ids; locale
files and `setup/strings.py` give their words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import Any

import frappe
from frappe.query_builder import DocType

from petition_proxy.domain.errors import mark as _  # the texts are translated where they are shown
from petition_proxy.domain.standing import NO_RATE, Figure, figure_text
from petition_proxy.queries.places import AGENTS, SETTLEMENTS, VILLAGES
from petition_proxy.queries.records import (
	EXTENSIONS,
	NODES,
	ORDERS,
	PUBLICITY,
	REVIEWS,
	REWARDS,
	SEATS,
	SENDINGS,
)
from petition_proxy.queries.rounds import ROUNDS
from petition_proxy.queries.sources import (
	AGENT,
	DISTRICT,
	PLACES,
	TOTAL,
	TOWN,
	UNIT,
	VILLAGE,
	Ask,
	Source,
)

RATE, NUMBER, YUAN, PER, DAYS = "Rate", "Number", "Yuan", "Per", "Days"
# Two families that are never mixed: what the petition office owes, and what the responsible units owe.
OFFICE_FAMILY, UNIT_FAMILY, SCHEME = "Petition Office", "Handling Unit", "Proxy Scheme"


@dataclass(frozen=True)
class Indicator:
	"""One indicator.

	Args:
		code: stable id, also its label.
		source: rows it is counted from.
		counted: term that is counted.
		of: term that it is counted of; None for a plain number.
		more_is_better: None where neither is.
		meaning: what it says.
		date_used: day by which a row falls into a period.
		kind: how it is shown.
		levels: where it means something; where its source does by default.
		family: whose it is.
	"""

	code: str
	source: Source
	counted: str
	of: str | None
	more_is_better: bool | None
	meaning: str
	date_used: str
	kind: str = RATE
	levels: tuple[str, ...] = ()
	family: str = UNIT_FAMILY

	@property
	def shown_at(self) -> tuple[str, ...]:
		return self.levels or self.source.levels

	def text(self, figure: Figure) -> str:
		"""What a table shows; a dash where there is nothing to measure."""
		counted, of = figure
		if self.kind == YUAN:
			return _per(counted, 1 if of is None else of, 100)
		if self.kind == PER:
			return _per(counted, of, 1)
		return figure_text(figure)

	def value(self, figure: Figure) -> float | None:
		"""The number behind the text, for charts and programs; None where there is nothing to measure."""
		counted, of = figure
		if of is None:
			return counted / 100 if self.kind == YUAN else counted
		if not of:
			return None
		if self.kind == RATE:
			return float(Fraction(100 * counted, of))
		return float(Fraction(counted, of * (100 if self.kind == YUAN else 1)))


def _per(counted: int, of: int | None, divisor: int) -> str:
	if not of:
		return NO_RATE
	hundredths = (Fraction(counted, of * divisor) * 200 + 1) // 2
	sign = "-" if hundredths < 0 else ""
	return f"{sign}{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}"


_REGISTERED = _("Day of registration")
_DECIDED = _("Day of the act, or day on which the limit ran out")
_SERVED = _("Day on which the reply was handed over")
_CLOSED = _("Day of closing")
_WAITED = _("Day on which the waiting after closing ended")
_CUT_OFF = _("As of the cut-off")
_LAST_DAY = _("As of the last day")
_SENT = _("Day of sending")
_ANSWERED = _("Day of the unit's answer")
_HAPPENED = _("Day of the event to be told")
_ISSUED = _("Day of issue")
_ASKED = _("Day of the request")
_DECISION = _("Day of the decision")
_EARNED = _("Day on which it was earned")
_FINISHED = _("Day on which the training ended")
_HELD_ON = _("Day on which it was held")

CASES = (
	Indicator("Filed", ROUNDS, "filed", None, None, _("Cases registered in the period"), _REGISTERED, NUMBER),
	Indicator(
		"Timely Acceptance",
		ROUNDS,
		"accepted_in_time",
		"acceptance_reckoned",
		True,
		_(
			"Told within the limit whether the matter is accepted, of all whose answer or limit fell in the period"
		),
		_DECIDED,
	),
	Indicator(
		"On-time Reply",
		ROUNDS,
		"replied_in_time",
		"reply_reckoned",
		True,
		_("Replied within the promised days, of all whose reply or promise fell in the period"),
		_DECIDED,
	),
	Indicator(
		"On-time by Statute",
		ROUNDS,
		"replied_by_statute",
		"statute_reckoned",
		True,
		_("Replied within the statutory limit, an approved extension included"),
		_DECIDED,
	),
	Indicator(
		"Participation",
		ROUNDS,
		"unit_rated",
		"served",
		True,
		_("Rated by the petitioner, of all replies handed over"),
		_SERVED,
	),
	Indicator(
		"Satisfaction",
		ROUNDS,
		"unit_satisfied",
		"unit_rated",
		True,
		_("Satisfied or basically satisfied with the unit, of all rated; unrated cases stay out"),
		_SERVED,
	),
	Indicator(
		"Strict Satisfaction",
		ROUNDS,
		"unit_fully_satisfied",
		"unit_rated",
		True,
		_("Satisfied with the unit, of all rated"),
		_SERVED,
	),
	Indicator(
		"Agent Satisfaction",
		ROUNDS,
		"agent_satisfied",
		"agent_rated",
		True,
		_("Satisfied or basically satisfied with the agent, of all rated"),
		_SERVED,
		family=SCHEME,
	),
	Indicator(
		"Repeat Rate",
		ROUNDS,
		"repeats",
		"filed",
		False,
		_("Repeats of an earlier case, of all registered"),
		_REGISTERED,
	),
	Indicator(
		"Proxy Rate",
		ROUNDS,
		"proxied",
		"filed",
		None,
		_("Filed by an agent, of all registered"),
		_REGISTERED,
		levels=(DISTRICT, TOWN, VILLAGE, UNIT),
		family=SCHEME,
	),
	Indicator(
		"Village Settled",
		ROUNDS,
		"settled_by_village",
		"filed",
		True,
		_("Settled on the spot by the village, of all registered"),
		_REGISTERED,
		levels=(DISTRICT, TOWN, VILLAGE, AGENT),
	),
	Indicator(
		"Overdue at Cut-off",
		ROUNDS,
		"overdue",
		None,
		False,
		_("Not replied although the promised day has passed"),
		_CUT_OFF,
		NUMBER,
	),
)
# Counted over places and people rather than over cases.
ZERO_VILLAGES = Indicator(
	"Villages Without a Case",
	VILLAGES,
	"without_case",
	"villages",
	False,
	_("Villages in which no case was registered, of all villages"),
	_REGISTERED,
	levels=(DISTRICT, TOWN),
	family=SCHEME,
)
ACTIVE_AGENTS = Indicator(
	"Active Agents",
	AGENTS,
	"active",
	"on_duty",
	True,
	_("Agents on duty who filed at least one case, of all on duty"),
	_REGISTERED,
	levels=PLACES,
	family=SCHEME,
)
# What a bulletin shows, a standing rule may judge by, and a scorecard explains.
BULLETIN = (*CASES, ZERO_VILLAGES, ACTIVE_AGENTS)


def _case(code, counted, of, better, meaning, date_used, kind=RATE, family=UNIT_FAMILY, levels=()):
	return Indicator(code, ROUNDS, counted, of, better, meaning, date_used, kind, levels, family)


FURTHER = (
	_case(
		_("Timely Forwarding"),
		"forwarded_in_time",
		"forwarding_reckoned",
		True,
		_("Sent to a unit or decided by the office within the limit of the notice, of all so reckoned"),
		_DECIDED,
		family=OFFICE_FAMILY,
	),
	_case(
		_("Office Satisfaction"),
		"office_satisfied",
		"office_rated",
		True,
		_("Satisfied or basically satisfied with the petition office, of all rated"),
		_SERVED,
		family=OFFICE_FAMILY,
	),
	_case(
		_("On-time Closing"),
		"closed_in_time",
		"closing_reckoned",
		True,
		_("Closed within the promised days, of all whose closing or promise fell in the period"),
		_DECIDED,
	),
	_case(
		_("On-time Closing by Statute"),
		"closed_by_statute",
		"closing_statute_reckoned",
		True,
		_("Closed within the statutory limit, an approved extension included"),
		_DECIDED,
	),
	_case(_("Closed Cases"), "closed", None, None, _("Cases closed in the period"), _CLOSED, NUMBER),
	_case(
		_("Open Cases"), "open", None, None, _("Registered and not yet answered or ended"), _CUT_OFF, NUMBER
	),
	_case(
		_("Due Soon"),
		"due_soon",
		None,
		False,
		_("Not replied, and the promise ends within the warning hours of its reply class"),
		_CUT_OFF,
		NUMBER,
	),
	_case(
		_("Online Share"),
		"online",
		"filed",
		None,
		_("Came in online, of all registered"),
		_REGISTERED,
		family=SCHEME,
	),
	_case(
		_("Proxy Share of Online"),
		"proxied_online",
		"online",
		None,
		_("Filed by an agent, of all that came in online"),
		_REGISTERED,
		family=SCHEME,
		levels=(DISTRICT, TOWN, VILLAGE, UNIT),
	),
	_case(
		_("First-time Settlement"),
		"first_settled",
		"first_waited",
		True,
		_("First cases that neither came again nor were reopened within the waiting days after closing"),
		_WAITED,
	),
	_case(
		_("Settled for Good"),
		"appeals_settled",
		"appeals_closed",
		True,
		_("Confirmed as settled by a statement of the petitioner, of all appeals closed"),
		_CLOSED,
	),
	_case(
		_("Complete Papers"),
		"complete",
		"closed",
		True,
		_("With agreement, filled register and proof of service, of all closed"),
		_CLOSED,
		family=SCHEME,
	),
	Indicator(
		_("Signed in Time"),
		SENDINGS,
		"signed_in_time",
		"signing_reckoned",
		True,
		_("Signed for within the days for receipt, of all sent that were signed for or ran out of them"),
		_SENT,
	),
	Indicator(
		_("Objection Rate"),
		SENDINGS,
		"objected",
		"sent",
		False,
		_("Objected to by the unit it was sent to, of all sent"),
		_SENT,
	),
	Indicator(
		_("Sent Back Rate"),
		SENDINGS,
		"sent_back",
		"answered",
		False,
		_("Sent back to be handled again, of all replies"),
		_ANSWERED,
	),
	Indicator(
		_("Steps to Tell"),
		NODES,
		"nodes",
		None,
		None,
		_("Steps that the petitioner is to be told"),
		_HAPPENED,
		NUMBER,
		family=SCHEME,
	),
	Indicator(
		_("Told in Time"),
		NODES,
		"told_in_time",
		"telling_reckoned",
		True,
		_("Steps told to the petitioner in time, of all told and all that are late"),
		_HAPPENED,
		family=SCHEME,
	),
	Indicator(_("Orders"), ORDERS, "orders", None, None, _("Supervision orders issued"), _ISSUED, NUMBER),
	Indicator(
		_("Orders Adopted"),
		ORDERS,
		"order_adopted",
		"orders_graded",
		True,
		_("Graded as adopted, of all orders graded"),
		_ISSUED,
	),
	Indicator(
		_("Orders Unanswered"),
		ORDERS,
		"orders_unanswered",
		"orders",
		False,
		_("Left without an answer, of all orders"),
		_ISSUED,
	),
	Indicator(
		_("Extensions Asked"),
		EXTENSIONS,
		"extensions_asked",
		None,
		None,
		_("Requests for more time"),
		_ASKED,
		NUMBER,
	),
	Indicator(
		_("Extensions Approved"),
		EXTENSIONS,
		"extensions_approved",
		"extensions_decided",
		None,
		_("Approved, of all requests decided"),
		_ASKED,
	),
	Indicator(
		_("Extensions Lapsed"),
		EXTENSIONS,
		"extensions_lapsed",
		"extensions_asked",
		False,
		_("Left undecided until the case was answered, of all requests"),
		_ASKED,
	),
	Indicator(
		_("Days per Extension"),
		EXTENSIONS,
		"extension_days",
		"extensions_approved",
		False,
		_("Days granted per approved request"),
		_ASKED,
		PER,
	),
	Indicator(
		_("Reviews Asked"),
		REVIEWS,
		"reviews_asked",
		None,
		None,
		_("Reviews and re-reviews asked"),
		_ASKED,
		NUMBER,
	),
	Indicator(
		_("Reviews Decided"),
		REVIEWS,
		"reviews_decided",
		None,
		None,
		_("Reviews and re-reviews decided"),
		_DECISION,
		NUMBER,
	),
	Indicator(
		_("Opinions Upheld"),
		REVIEWS,
		"reviews_upheld",
		"reviews_decided",
		None,
		_("Opinions upheld, of all reviews decided"),
		_DECISION,
	),
	Indicator(
		_("Opinions Changed or Revoked"),
		REVIEWS,
		"reviews_overturned",
		"reviews_decided",
		False,
		_("Opinions changed or revoked, of all reviews decided"),
		_DECISION,
	),
	Indicator(
		_("Reviews in Time"),
		REVIEWS,
		"reviews_in_time",
		"reviews_decided",
		True,
		_("Decided within the limit, of all reviews decided"),
		_DECISION,
	),
	Indicator(
		_("Agent Coverage"),
		SETTLEMENTS,
		"covered",
		"settlements",
		True,
		_("Settlements with an agent who may act within the walking time, of all settlements"),
		_LAST_DAY,
		family=SCHEME,
	),
	Indicator(
		_("People Covered by Agents"),
		SETTLEMENTS,
		"people_covered",
		"people",
		True,
		_("People who live in such settlements, of all people in settlements"),
		_LAST_DAY,
		family=SCHEME,
	),
	Indicator(
		_("Villages With a Point"),
		VILLAGES,
		"with_point",
		"villages",
		True,
		_("Villages with an open service point, of all villages"),
		_LAST_DAY,
		family=SCHEME,
	),
	Indicator(
		_("Agents at Their Post"),
		AGENTS,
		"on_duty",
		"registered",
		True,
		_("Agents on duty, of all on the register"),
		_LAST_DAY,
		family=SCHEME,
	),
	Indicator(
		_("Certified on Duty"),
		AGENTS,
		"certified",
		"on_duty",
		True,
		_("Agents on duty with a valid certificate, of all on duty; it must be all of them"),
		_LAST_DAY,
		family=SCHEME,
	),
	Indicator(
		_("Took Part in Training"),
		SEATS,
		"trained",
		None,
		None,
		_("Agents who took part in a training that ended in the period, once per training"),
		_FINISHED,
		NUMBER,
		family=SCHEME,
	),
	Indicator(
		_("Training Attendance"),
		SEATS,
		"trained",
		"signed_up",
		True,
		_("Took part, of all who had a seat"),
		_FINISHED,
		family=SCHEME,
	),
	Indicator(
		_("Training Passed"),
		SEATS,
		"passed",
		"trained",
		True,
		_("Passed, of all who took part in a training that ended in the period"),
		_FINISHED,
		family=SCHEME,
	),
	Indicator(
		_("Rewards"),
		REWARDS,
		"reward_fen",
		None,
		None,
		_("Rewards earned, in yuan"),
		_EARNED,
		YUAN,
		family=SCHEME,
	),
	Indicator(
		_("Rewarded Cases"),
		REWARDS,
		"rewarded",
		None,
		None,
		_("Cases with a reward; what was taken back is deducted"),
		_EARNED,
		NUMBER,
		family=SCHEME,
	),
	Indicator(
		_("Reward per Case"),
		REWARDS,
		"reward_fen",
		"rewarded",
		None,
		_("Yuan per rewarded case"),
		_EARNED,
		YUAN,
		family=SCHEME,
	),
	Indicator(
		_("Highest Tier"),
		REWARDS,
		"rewarded_settled",
		"rewarded",
		True,
		_("Rewarded as satisfied and settled, of all rewarded cases"),
		_EARNED,
		family=SCHEME,
	),
	Indicator(
		_("Leaflets"),
		PUBLICITY,
		"copies",
		None,
		None,
		_("Copies given out"),
		_HELD_ON,
		NUMBER,
		family=SCHEME,
	),
	Indicator(
		_("Publicity Events"),
		PUBLICITY,
		"events",
		None,
		None,
		_("Events held"),
		_HELD_ON,
		NUMBER,
		family=SCHEME,
	),
	Indicator(
		_("Villages Reached"),
		VILLAGES,
		"reached",
		"villages",
		True,
		_("Villages with an event of their own, of all villages"),
		_HELD_ON,
		family=SCHEME,
	),
)

ALL: tuple[Indicator, ...] = (*BULLETIN, *FURTHER)
BY_CODE: dict[str, Indicator] = {i.code: i for i in ALL}
# 三率 as circulars name them together
THREE_RATES = ("Timely Acceptance", "On-time Closing", "Satisfaction")

Figures = dict[str, dict[str, Figure]]


def read_figures(level: str, codes: Iterable[str], ask: Ask) -> Figures:
	"""Figures per scope, in one grouped query for each source that is needed.

	Args:
		level: one of `LEVELS`, or `TOTAL` for one figure over all that is asked about.
		codes: indicators; those that mean nothing at the level are left out.
		ask: period, place, and whose rows count.

	Returns:
		Scope id (at `TOTAL` "") to code to (counted, of); a scope without a row of a source has zeros there.
	"""
	figures, total = read_with_total(level, codes, ask)
	return {"": total} if level == TOTAL else figures


def read_with_total(level: str, codes: Iterable[str], ask: Ask) -> tuple[Figures, dict[str, Figure]]:
	"""The same, and the figures over all that is asked about, from the same queries: rows without a scope of the level
	count in the total alone."""
	wanted = [BY_CODE[code] for code in codes]
	wanted = [i for i in wanted if level == TOTAL or level in i.shown_at]
	by_source: dict[int, list[Indicator]] = {}
	for indicator in wanted:
		by_source.setdefault(id(indicator.source), []).append(indicator)
	found: dict[str, dict[str, Mapping[str, int]]] = {}
	sums: dict[str, dict[str, int]] = {}
	for indicators in by_source.values():
		terms = dict.fromkeys(t for i in indicators for t in (i.counted, i.of) if t)
		counts = indicators[0].source.count(level, terms, ask)
		total = {term: sum(values.get(term, 0) for values in counts.values()) for term in terms}
		for indicator in indicators:
			sums[indicator.code] = total
			for scope, values in counts.items():
				if scope:
					found.setdefault(scope, {})[indicator.code] = values
	figures = {
		scope: {i.code: figure_of(i, values.get(i.code, {})) for i in wanted}
		for scope, values in sorted(found.items())
	}
	return figures, {i.code: figure_of(i, sums.get(i.code, {})) for i in wanted}


def figure_of(indicator: Indicator, terms: Mapping[str, int]) -> Figure:
	return terms.get(indicator.counted, 0), terms.get(indicator.of, 0) if indicator.of else None


def read_total(codes: Iterable[str], ask: Ask) -> dict[str, Figure]:
	"""One figure per indicator, over all that is asked about."""
	return read_with_total(TOTAL, codes, ask)[1]


def read_rows(
	code: str, part: str, level: str, scope: str, ask: Ask, start: int = 0, limit: int = 100
) -> tuple[str, list[dict[str, Any]]]:
	"""The rows behind one number.

	Args:
		code: the indicator.
		part: "counted" or "of".
		level: level of the number, or `TOTAL`.
		scope: its scope id.
		ask: as the number was asked for.
		start: rows to skip.
		limit: at most so many.

	Returns:
		DocType of the rows, and the rows: name, columns of place, unit and agent, and what the list shows.
	"""
	indicator = BY_CODE[code]
	term = indicator.counted if part == "counted" or not indicator.of else indicator.of
	return indicator.source.doctype, indicator.source.listing(term, level, scope, ask, start, limit)


# Priority in time
# ----------------
def days_to_reply(ask: Ask) -> dict[str, tuple[int, float | None]]:
	"""Median days from registration to the reply of cases filed by an agent and of direct ones, replied in the period.

	Returns:
		"Proxied" and "Direct" to (cases, median in days, None of no case): 优先效果, clause S18.
	"""
	rows = ROUNDS.rows(ask)
	found = (
		frappe.qb.from_(rows)
		.select(rows.is_proxied, rows.registered_at, rows.replied_at)
		.where(ask.period.holds(rows.replied_at) & (rows.replied_at >= rows.registered_at))
		.run()
	)
	days: dict[str, list[float]] = {"Proxied": [], "Direct": []}
	for is_proxied, registered, replied in found:
		days["Proxied" if is_proxied else "Direct"].append((replied - registered).total_seconds() / 86400)
	return {who: (len(values), median(values) if values else None) for who, values in days.items()}


# Names
# -----
def scope_names(level: str, ids: Iterable[str]) -> dict[str, tuple[str, str | None]]:
	"""Name and town of scopes."""
	ids = list(ids)
	doctype, field = {
		UNIT: ("Handling Unit", "unit_name"),
		AGENT: ("Proxy Agent", "agent_name"),
	}.get(level, ("Region", "region_name"))
	if not ids:
		return {}
	table = DocType(doctype)
	rows = (
		frappe.qb.from_(table)
		.select(table.name, table[field], table.town)
		.where(table.name.isin(ids))
		.run(as_dict=True)
	)
	return {row.name: (row[field], row.name if level == TOWN else row.town) for row in rows}
