"""Records beside a case as rows of figures: sendings, nodes told, orders, extensions, reviews, rewards, trainings, publicity."""

from datetime import timedelta

import frappe
from frappe.query_builder import Case, Criterion, DocType
from frappe.query_builder.functions import Cast, Coalesce
from pypika.terms import ExistsCriterion, ValueWrapper

from petition_proxy.domain import reviews as review_rules
from petition_proxy.domain import rewards, supervision
from petition_proxy.domain.progress import NOT_TOLD_STATES, TO_TELL, TOLD, UNREACHABLE
from petition_proxy.queries.rounds import SECOND, TimestampDiff
from petition_proxy.queries.sources import (
	AGENT,
	DISTRICT,
	PLACES,
	TOWN,
	VILLAGE,
	Ask,
	TableSource,
	Weighted,
)
from petition_proxy.utils.settings import get_setting

DAY_SECONDS = 86400


def _beside_case(record, ask: Ask, unit, agent, terms: list, columns: list):
	"""Rows of records that name a petition, with the place of the case.

	Args:
		record: their table.
		ask: which rows.
		unit: their column for the unit.
		agent: their column for the agent; that of the case if None.
		terms: conditions that keep them to the period.
		columns: what the figure's terms need.
	"""
	case = DocType("Petition")
	places = {
		"district": case.district,
		"town": case.town,
		"village": case.village,
		"unit": unit if unit is not None else case.handling_unit,
		"agent": agent if agent is not None else case.agent,
	}
	extra = ask.cases(case) if ask.cases else None
	limits = [*terms, *ask.within(places), *([extra] if extra is not None else [])]
	return (
		frappe.qb.from_(record)
		.join(case)
		.on(case.name == record.petition)
		.select(record.name, record.petition, *(column.as_(name) for name, column in places.items()))
		.select(case.workflow_state.as_("case_state"), *columns)
		.where(Criterion.all(limits))
	).as_("record_row")


def _in_period(column, ask: Ask) -> Criterion:
	return ask.period.holds(column)


# Sendings (转送、交办): signed for in time, objected to, sent back
# --------------------------------------------------------------
def _sendings(ask: Ask):
	sent = DocType("Petition Assignment")
	return _beside_case(
		sent,
		ask,
		sent.to_unit,
		None,
		[_in_period(sent.sent_at, ask) | _in_period(sent.answered_at, ask)],
		[
			*(sent["round"].as_("round_no"), sent.part, sent.sent_at, sent.received_at),
			*(sent.objected_at, sent.answered_at, sent.ended_at),
		],
	)


def _receipt_seconds() -> int:
	return int(get_setting("receipt_days")) * DAY_SECONDS


def _signed(t, p):
	return p.holds(t.sent_at) & (t.received_at <= p.cut_off)


def _signed_in_time(t, p):
	return _signed(t, p) & (TimestampDiff(SECOND, t.sent_at, t.received_at) <= _receipt_seconds())


def _signing_reckoned(t, p):
	"""Signed for, or the days for it ran out while the sending was open."""
	limit = _receipt_seconds()
	ran_out = (
		p.holds(t.sent_at)
		& (t.sent_at < p.cut_off - timedelta(seconds=limit))
		& (t.ended_at.isnull() | (TimestampDiff(SECOND, t.sent_at, t.ended_at) > limit))
	)
	return _signed(t, p) | ran_out


def _answered(t, p):
	return p.holds(t.answered_at) & (t.part == "Lead")


def _sent_back(t, p):
	again = DocType("Petition Assignment").as_("sent_again")
	rework = (
		frappe.qb.from_(again)
		.select(again.name)
		.where((again.petition == t.petition) & (again["round"] == t.round_no) & (again.kind == "Rework"))
		.where((again.sent_at >= t.answered_at) & (again.sent_at <= p.cut_off))
	)
	return _answered(t, p) & ExistsCriterion(rework)


SENDINGS = TableSource(
	"Petition Assignment",
	_sendings,
	{
		"sent": lambda t, p: p.holds(t.sent_at),
		"signed_in_time": _signed_in_time,
		"signing_reckoned": _signing_reckoned,
		"objected": lambda t, p: p.holds(t.sent_at) & (t.objected_at <= p.cut_off),
		"answered": _answered,
		"sent_back": _sent_back,
	},
	detail=("petition", "sent_at", "received_at", "answered_at"),
)


# Nodes told to petitioners (反馈及时率)
# -----------------------------------
def _nodes(ask: Ask):
	notice = DocType("Progress Notice")
	return _beside_case(
		notice,
		ask,
		None,
		None,
		[_in_period(notice.happened_at, ask)],
		[notice.status, notice.happened_at, notice.tell_by, notice.told_at],
	)


def _told_in_time(t, p):
	return (t.status == TOLD) & (Cast(t.told_at, "DATETIME") <= t.tell_by) & (t.told_at <= p.cut_off)


def _node_reckoned(t, p):
	"""Told, or late and still to tell; whom nobody could reach and whose time runs are left out."""
	told = (t.status == TOLD) & (t.told_at <= p.cut_off)
	late = (t.status == TO_TELL) & (t.tell_by < p.cut_off) & t.case_state.notin(sorted(NOT_TOLD_STATES))
	return told | late


NODES = TableSource(
	"Progress Notice",
	_nodes,
	{
		"nodes": lambda t, p: p.holds(t.happened_at),
		"told_in_time": _told_in_time,
		"telling_reckoned": _node_reckoned,
		"unreachable": lambda t, p: t.status == UNREACHABLE,
	},
	detail=("petition", "happened_at", "tell_by", "told_at"),
)


# Supervision, extensions, reviews
# --------------------------------
def _orders(ask: Ask):
	order = DocType("Supervision Order")
	return _beside_case(
		order,
		ask,
		order.unit,
		None,
		[_in_period(order.issued_at, ask)],
		[order.level, order.status, order.grade, order.issued_at, order.due_at],
	)


def _is(column: str, value: str):
	return lambda t, p: t[column] == value


ORDERS = TableSource(
	"Supervision Order",
	_orders,
	{
		"orders": lambda t, p: p.holds(t.issued_at),
		**{f"order_{level.lower()}": _is("level", level) for level in supervision.LEVELS},
		"orders_open": lambda t, p: t.status.isin(supervision.OPEN_STATUSES),
		"orders_overdue": lambda t, p: (t.status == supervision.ISSUED) & (t.due_at < p.cut_off),
		"orders_unanswered": lambda t, p: t.status == supervision.UNANSWERED,
		"orders_graded": lambda t, p: t.grade.isin(supervision.GRADES),
		**{f"order_{grade.lower().replace(' ', '_')}": _is("grade", grade) for grade in supervision.GRADES},
	},
	detail=("petition", "issued_at", "due_at"),
)


def _extensions(ask: Ask):
	request = DocType("Extension Request")
	return _beside_case(
		request,
		ask,
		request.unit,
		None,
		[_in_period(request.asked_at, ask)],
		[request.status, request.asked_days, request.asked_at, request.decided_at],
	)


def _extension_decided(*statuses: str):
	return lambda t, p: t.status.isin(statuses) & (t.decided_at <= p.cut_off)


EXTENSIONS = TableSource(
	"Extension Request",
	_extensions,
	{
		"extensions_asked": lambda t, p: p.holds(t.asked_at),
		"extensions_approved": _extension_decided("Approved"),
		"extensions_rejected": _extension_decided("Rejected"),
		"extensions_decided": _extension_decided("Approved", "Rejected"),
		"extensions_lapsed": lambda t, p: t.status == "Lapsed",
		"extension_days": Weighted(_extension_decided("Approved"), "asked_days"),
	},
	detail=("petition", "asked_at", "decided_at"),
)


def _reviews(ask: Ask):
	request = DocType("Review Request")
	return _beside_case(
		request,
		ask,
		request.respondent_unit,
		request.agent,
		[_in_period(request.asked_at, ask) | _in_period(request.decided_at, ask)],
		[
			*(request.level, request.status, request.decision),
			*(request.asked_at, request.due_at, request.decided_at),
		],
	)


def _decided(*decisions: str):
	return lambda t, p: p.holds(t.decided_at) & t.decision.isin(decisions)


REVIEWS = TableSource(
	"Review Request",
	_reviews,
	{
		"reviews_asked": lambda t, p: p.holds(t.asked_at),
		"reviews_refused": lambda t, p: p.holds(t.asked_at) & (t.status == "Refused"),
		"reviews_decided": _decided(*review_rules.DECISIONS),
		"reviews_upheld": _decided("Upheld"),
		"reviews_changed": _decided("Changed"),
		"reviews_revoked": _decided("Revoked"),
		"reviews_overturned": _decided("Changed", "Revoked"),
		"reviews_in_time": lambda t, p: (
			_decided(*review_rules.DECISIONS)(t, p) & (Cast(t.decided_at, "DATETIME") <= t.due_at)
		),
	},
	detail=("petition", "asked_at", "due_at", "decided_at"),
)


# Rewards
# -------
def _rewards(ask: Ask):
	entry = DocType("Reward Entry")
	places = {
		"district": entry.district,
		"town": entry.town,
		"village": entry.village,
		"agent": entry.agent,
	}
	terms = [
		ask.period.holds_day(entry.earned_on),
		entry.status.notin([rewards.HELD, rewards.REVERSED]),
		*ask.within(places),
		*ask.seen(places),
	]
	if ask.cases:
		# a line names a case: who may not see the case does not count its money either
		case = DocType("Petition")
		extra = ask.cases(case)
		if extra is not None:
			seen = frappe.qb.from_(case).select(case.name).where((case.name == entry.petition) & extra)
			terms.append(ExistsCriterion(seen))
	return (
		frappe.qb.from_(entry)
		.select(entry.name, entry.petition, entry.tier, entry.amount_fen, entry.earned_on)
		.select(*(column.as_(name) for name, column in places.items()))
		.select(
			Case()
			.when(Coalesce(entry.reverses, "") == "", ValueWrapper(1))
			.else_(ValueWrapper(-1))
			.as_("times")
		)
		.where(Criterion.all(terms))
	).as_("record_row")


def _any_line(t, p):
	return p.holds_day(t.earned_on)


def _line_of(tier: str):
	return lambda t, p: p.holds_day(t.earned_on) & (t.tier == tier)


# A line paid and taken back later stands twice, once with a minus: both together are nothing.
REWARDS = TableSource(
	"Reward Entry",
	_rewards,
	{
		"reward_fen": Weighted(_any_line, "amount_fen"),
		"rewarded": Weighted(_any_line, "times"),
		"reward_fen_closed": Weighted(_line_of(rewards.CLOSED_TIER), "amount_fen"),
		"reward_fen_basic": Weighted(_line_of(rewards.BASIC_TIER), "amount_fen"),
		"reward_fen_settled": Weighted(_line_of(rewards.SETTLED_TIER), "amount_fen"),
		"rewarded_settled": Weighted(_line_of(rewards.SETTLED_TIER), "times"),
	},
	levels=(DISTRICT, TOWN, VILLAGE, AGENT),
	detail=("petition", "tier", "earned_on", "amount_fen"),
)


# Training
# --------
def _seats(ask: Ask):
	session, seat, agent = DocType("Training Session"), DocType("Training Attendee"), DocType("Proxy Agent")
	places = {
		"district": agent.district,
		"town": agent.town,
		"village": agent.village,
		"agent": agent.name,
	}
	return (
		frappe.qb.from_(session)
		.join(seat)
		.on((seat.parent == session.name) & (seat.parenttype == "Training Session"))
		.join(agent)
		.on(agent.name == seat.agent)
		.select(session.name, session.topic, session.finished_on, seat.attended, seat.passed, seat.score)
		.select(*(column.as_(name) for name, column in places.items()))
		.where(ask.period.holds_day(session.finished_on) & (session.status == "Finished"))
		.where(Criterion.all([*ask.within(places), *ask.seen(places), seat.agent.notnull()]))
	).as_("record_row")


SEATS = TableSource(
	"Training Session",
	_seats,
	{
		"signed_up": lambda t, p: p.holds_day(t.finished_on),
		"trained": lambda t, p: p.holds_day(t.finished_on) & (t.attended == 1),
		"passed": lambda t, p: p.holds_day(t.finished_on) & (t.attended == 1) & (t.passed == 1),
	},
	levels=(DISTRICT, TOWN, VILLAGE, AGENT),
	detail=("topic", "finished_on", "score"),
)


# Publicity
# ---------
def _publicity(ask: Ask):
	event = DocType("Publicity Event")
	places = {"district": event.district, "town": event.town, "village": event.village}
	return (
		frappe.qb.from_(event)
		.select(event.name, event.held_on, event.form, event.copies, event.people_reached)
		.select(*(column.as_(name) for name, column in places.items()))
		.where(ask.period.holds_day(event.held_on))
		.where(Criterion.all([*ask.within(places), *ask.seen(places)]))
	).as_("record_row")


def _held(t, p):
	return p.holds_day(t.held_on)


PUBLICITY = TableSource(
	"Publicity Event",
	_publicity,
	{
		"events": _held,
		"copies": Weighted(_held, "copies"),
		"people_reached": Weighted(_held, "people_reached"),
	},
	levels=PLACES,
	detail=("form", "held_on", "copies"),
)
