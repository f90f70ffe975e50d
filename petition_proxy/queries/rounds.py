"""Rounds of cases as rows, and the conditions figures are counted by.

One row is one round of one case; a reopened case is two rows, so no figure mixes rounds. Clocks are reckoned on the day
they were decided: in time on the day of the act, late on the day the limit ran out. So each round counts in one period
only, and what happens later does not change a period that is over; only late ratings and corrections do.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import frappe
from frappe.query_builder import Case, Criterion, DocType
from frappe.query_builder.functions import Cast, Coalesce, CustomFunction
from pypika.terms import ExistsCriterion, LiteralValue, Not, ValueWrapper

from petition_proxy.domain import lifecycle, ratings
from petition_proxy.queries.sources import Ask, TableSource, Weighted
from petition_proxy.utils.settings import get_setting

Greatest = CustomFunction("GREATEST", ["one", "other"])
TimestampDiff = CustomFunction("TIMESTAMPDIFF", ["unit", "earlier", "later"])
SECOND = LiteralValue("SECOND")

ON_THE_SPOT = "Settled on the Spot"
APPEAL_KIND = "Appeal and Request"
# Fields of the register that a complete file needs (代理登记表): nothing left out, nothing wrong.
REGISTER_FIELDS = ("petitioner", "village", "subject", "content", "filing_channel", "petition_kind")


# Terms: name -> condition on a row of `round_rows`
# -------------------------------------------------
def _by(column, due):
	"""Done by a limit: a fraction of the last second still belongs to the last day."""
	return Cast(column, "DATETIME") <= due


def _in_time(done: str, due: str) -> Callable:
	return lambda t, p: _by(t[done], t[due]) & p.holds(t[done])


def _reckoned(done: str, due: str) -> Callable:
	"""In time, or the limit ran out in the period while the round was still open."""

	def term(t, p):
		ran_out = (
			p.holds(t[due])
			& (t[due] < p.cut_off)
			& (t[done].isnull() | (Cast(t[done], "DATETIME") > t[due]))
			& (t.ended_at.isnull() | (t.ended_at > t[due]))
		)
		return _in_time(done, due)(t, p) | ran_out

	return term


def _filed(t, p):
	return p.holds(t.registered_at)


def _served(t, p):
	return p.holds(t.served_at)


def _closed(t, p):
	return p.holds(t.closed_at)


def _rated(column: str, *grades: str) -> Callable:
	return lambda t, p: _served(t, p) & t[column].isin(grades)


def _awaits_reply(t, p):
	"""Open and unanswered at the cut-off."""
	return (
		(t.is_current == 1)
		& (t.registered_at <= p.cut_off)
		& (t.replied_at.isnull() | (t.replied_at > p.cut_off))
		& (t.ended_at.isnull() | (t.ended_at > p.cut_off))
	)


def _overdue(t, p):
	return _awaits_reply(t, p) & (t.reply_due_at < p.cut_off)


def _due_soon(t, p):
	"""The promise ends within the hours of warning of the reply class."""
	left = TimestampDiff(SECOND, ValueWrapper(p.cut_off), t.reply_due_at)
	return _awaits_reply(t, p) & (t.reply_due_at >= p.cut_off) & (left <= t.warn_hours * 3600)


def waiting_days() -> int:
	"""Days after closing within which the same matter must not come back (clause S21, 息诉息访)."""
	return int(get_setting("reward_waiting_days"))


def _first_ended_waiting(t, p):
	"""First cases whose days of waiting after closing ended in the period: reckoned on that day, so that the figure of a
	period that is over does not change any more."""
	days = timedelta(days=waiting_days())
	return (
		(t.round_no == 1)
		& (t.is_of_repeat == 0)
		& (t.closed_at >= p.start - days)
		& (t.closed_at < p.end - days)
		& (t.closed_at <= p.cut_off - days)
	)


def _settled_first(t, p):
	"""Neither reopened nor brought again within the days."""
	again = DocType("Petition").as_("again")
	days = waiting_days()
	came_again = (
		frappe.qb.from_(again)
		.select(again.name)
		.where(again.main_petition == t.petition)
		.where((again.petitioned_at > t.closed_at) & (again.workflow_state != lifecycle.DRAFT))
		.where(TimestampDiff(SECOND, t.closed_at, again.petitioned_at) <= days * 86400)
	)
	reopened = t.reopened_at.notnull() & (
		TimestampDiff(SECOND, t.closed_at, t.reopened_at) <= ValueWrapper(days * 86400)
	)
	return _first_ended_waiting(t, p) & Not(ExistsCriterion(came_again)) & Not(reopened)


def _appeal_closed(t, p):
	return _closed(t, p) & (t.petition_kind == APPEAL_KIND)


def _appeal_settled(t, p):
	"""A confirmed statement that the matter is settled; confirmed later than the cut-off it does not count yet."""
	statement = DocType("Settlement Statement")
	confirmed = (
		frappe.qb.from_(statement)
		.select(statement.name)
		.where((statement.petition == t.petition) & (statement["round"] == t.round_no))
		.where((statement.status == "Confirmed") & (statement.confirmed_at <= p.cut_off))
	)
	return _appeal_closed(t, p) & ExistsCriterion(confirmed)


def _complete(t, p):
	"""Agreement of a proxied case, filled register and proof of service (clause S27: 无遗漏、无差错)."""
	receipt = DocType("Service Receipt")
	served = (
		frappe.qb.from_(receipt)
		.select(receipt.name)
		.where((receipt.petition == t.petition) & (receipt["round"] == t.round_no))
		.where(receipt.result == "Served")
	)
	has_proof = (
		(Coalesce(t.outcome, "") == ON_THE_SPOT)
		| (t.service_attempts >= int(get_setting("service_attempts_needed")))
		| ExistsCriterion(served)
	)
	return _closed(t, p) & (t.has_papers == 1) & has_proof


TERMS: dict[str, Callable | Weighted] = {
	"filed": _filed,
	"forwarded_in_time": _in_time("assigned_or_decided_at", "notice_due_at"),
	"forwarding_reckoned": _reckoned("assigned_or_decided_at", "notice_due_at"),
	"accepted_in_time": _in_time("decided_at", "notice_due_at"),
	"acceptance_reckoned": _reckoned("decided_at", "notice_due_at"),
	"replied_in_time": _in_time("replied_at", "reply_due_at"),
	"reply_reckoned": _reckoned("replied_at", "reply_due_at"),
	"replied_by_statute": _in_time("replied_at", "statutory_due_at"),
	"statute_reckoned": _reckoned("replied_at", "statutory_due_at"),
	"closed_in_time": _in_time("closed_at", "reply_due_at"),
	"closing_reckoned": _reckoned("closed_at", "reply_due_at"),
	"closed_by_statute": _in_time("closed_at", "statutory_due_at"),
	"closing_statute_reckoned": _reckoned("closed_at", "statutory_due_at"),
	"served": _served,
	"closed": _closed,
	"unit_rated": _rated("unit_rating", *ratings.RATINGS),
	"unit_satisfied": _rated("unit_rating", ratings.SATISFIED, ratings.BASICALLY_SATISFIED),
	"unit_fully_satisfied": _rated("unit_rating", ratings.SATISFIED),
	"agent_rated": _rated("agent_rating", *ratings.RATINGS),
	"agent_satisfied": _rated("agent_rating", ratings.SATISFIED, ratings.BASICALLY_SATISFIED),
	"office_rated": _rated("office_rating", *ratings.RATINGS),
	"office_satisfied": _rated("office_rating", ratings.SATISFIED, ratings.BASICALLY_SATISFIED),
	"repeats": lambda t, p: _filed(t, p) & (t.is_repeat == 1),
	"online": lambda t, p: _filed(t, p) & (t.channel == "Online"),
	"proxied": lambda t, p: _filed(t, p) & (t.is_proxied == 1),
	"proxied_online": lambda t, p: _filed(t, p) & (t.channel == "Online") & (t.is_proxied == 1),
	"settled_by_village": lambda t, p: _filed(t, p) & (t.outcome == ON_THE_SPOT) & (t.closed_at <= p.cut_off),
	"first_waited": _first_ended_waiting,
	"first_settled": _settled_first,
	"appeals_closed": _appeal_closed,
	"appeals_settled": _appeal_settled,
	"complete": _complete,
	"open": _awaits_reply,
	"overdue": _overdue,
	"due_soon": _due_soon,
}


# Rows
# ----
def round_rows(ask: Ask):
	"""Every round that can count in the period as one row, with the ratings known at the cut-off.

	What was closed before the period, or ended before it, is left out in each part of the union, so that the work grows
	with the period and the open cases and not with all petitions.
	"""
	petition, past = DocType("Petition"), DocType("Petition Round")
	# the days of waiting after closing belong to the day they end
	since = ask.period.start - timedelta(days=waiting_days())
	until = ask.period.cut_off + timedelta(seconds=1)

	def limit(query, source):
		columns = {
			"district": petition.district,
			"town": petition.town,
			"village": petition.village,
			"unit": source.handling_unit,
			"agent": source.agent,
		}
		terms = [
			petition.registered_at.notnull(),
			petition.workflow_state != lifecycle.DRAFT,
			*ask.within(columns),
			source.registered_at < until,
			source.closed_at.isnull() | (source.closed_at >= since),
		]
		extra = ask.cases(petition) if ask.cases else None
		return query.where(Criterion.all(terms if extra is None else [*terms, extra]))

	current = _joined(frappe.qb.from_(petition), petition, petition.name, ask.period.cut_off)
	still_counts = petition.withdrawn_at.isnull() | (petition.withdrawn_at >= since)
	still_counts &= (petition.workflow_state != lifecycle.MERGED) | (petition.merged_at >= since)
	still_counts &= petition.refused_at.isnull() | (petition.refused_at >= since)
	current = limit(current, petition).where(still_counts)
	earlier = _joined(
		frappe.qb.from_(past).join(petition).on(petition.name == past.petition),
		past,
		past.petition,
		ask.period.cut_off,
	)
	earlier = limit(earlier, past).where(past.ended_at >= since)
	current = current.select(*_columns(petition, petition, 1))
	earlier = earlier.select(*_columns(past, petition, 0))
	return (current * earlier).as_("case_round")


_PARTIES = (
	("unit_eval", "Handling Unit"),
	("agent_eval", "Proxy Agent"),
	("office_eval", "Petition Office"),
)


def _joined(query, source, petition_name, cut_off: datetime):
	reply_class = DocType("Reply Class")
	query = query.left_join(reply_class).on(reply_class.name == source.reply_class)
	for alias, party in _PARTIES:
		rating = DocType("Evaluation").as_(alias)
		query = query.left_join(rating).on(
			(rating.petition == petition_name)
			& (rating["round"] == source["round"])
			& (rating.rated_party == party)
			& (rating.entered_at <= cut_off)
		)
	return query


def _columns(source, petition, is_current: int) -> list:
	"""The same columns from the case itself or from an earlier round of it."""
	rated = {alias: DocType("Evaluation").as_(alias).rating for alias, _party in _PARTIES}
	ended = (
		Case()
		.when(petition.workflow_state == lifecycle.MERGED, petition.merged_at)
		# turned away, or closed without an answer: no limit runs out on it any more
		.else_(Coalesce(petition.withdrawn_at, petition.refused_at, petition.closed_at))
		if is_current
		else source.ended_at
	)
	decided = Coalesce(source.accepted_at, source.refused_at, source.closed_at)
	return [
		petition.name.as_("name"),
		petition.name.as_("petition"),
		source["round"].as_("round_no"),
		petition.district.as_("district"),
		petition.town.as_("town"),
		petition.village.as_("village"),
		source.handling_unit.as_("unit"),
		source.agent.as_("agent"),
		petition.is_proxied.as_("is_proxied"),
		petition.channel.as_("channel"),
		petition.petition_kind.as_("petition_kind"),
		(petition.is_repeat if is_current else ValueWrapper(0)).as_("is_repeat"),
		petition.is_repeat.as_("is_of_repeat"),
		source.outcome.as_("outcome"),
		source.registered_at.as_("registered_at"),
		source.assigned_at.as_("assigned_at"),
		Coalesce(source.assigned_at, decided).as_("assigned_or_decided_at"),
		decided.as_("decided_at"),
		source.notice_due_at.as_("notice_due_at"),
		source.replied_at.as_("replied_at"),
		source.reply_due_at.as_("reply_due_at"),
		Greatest(source.statutory_due_at, Coalesce(source.extended_until, source.statutory_due_at)).as_(
			"statutory_due_at"
		),
		source.served_at.as_("served_at"),
		source.closed_at.as_("closed_at"),
		ended.as_("ended_at"),
		(ValueWrapper(None) if is_current else source.ended_at).as_("reopened_at"),
		(petition.service_attempts if is_current else ValueWrapper(0)).as_("service_attempts"),
		Case().when(_has_papers(source, petition), 1).else_(0).as_("has_papers"),
		DocType("Reply Class").warn_hours.as_("warn_hours"),
		ValueWrapper(is_current).as_("is_current"),
		rated["unit_eval"].as_("unit_rating"),
		rated["agent_eval"].as_("agent_rating"),
		rated["office_eval"].as_("office_rating"),
	]


def _has_papers(source, petition) -> Criterion:
	filled = [petition[f].notnull() & (petition[f] != "") for f in REGISTER_FIELDS]
	has_agreement = source.agent.isnull() | (source.agent == "") | (Coalesce(petition.agreement, "") != "")
	return Criterion.all([*filled, has_agreement])


ROUNDS = TableSource(
	"Petition", round_rows, TERMS, detail=("round_no", "registered_at", "replied_at", "reply_due_at")
)
