"""The cases of the demo district: agreement, petition, timeline and ratings, consistent with each other.

A case is planned first (who, where, what, when) and written afterwards, because numbers follow the order in which
cases came in.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import frappe

from petition_proxy.domain import deadlines, lifecycle, ratings, refusals, routing
from petition_proxy.domain.lifecycle import Transition
from petition_proxy.jobs.deadline_sweep import next_action_at_for
from petition_proxy.setup.demo import words
from petition_proxy.setup.demo.people import Agent, Person
from petition_proxy.setup.demo.places import District, Unit, Village
from petition_proxy.setup.demo.writer import Writer
from petition_proxy.utils.calendar import get_calendar
from petition_proxy.utils.series import reserve

AGREEMENT_DAYS = 365
RATING_WINDOW_DAYS = 30
CLERK_POST, OFFICE_POST = "区服务群众工作系统管理岗", "区信访办公室"
PETITION_OFFICE = "Petition Office"
SETTLE = "Settle on the Spot"


@dataclass
class Case:
	"""A planned case. `steps` are the steps taken by now with their moments, in order."""

	matter: dict
	petitioner: Person
	village: Village
	petitioned_at: datetime
	created_at: datetime
	channel: str
	unit: Unit
	subject: str
	content: str
	request: str
	steps: list[tuple[Transition, datetime]]
	class_code: str
	agent: Agent | None = None
	filer: str = "Administrator"
	filer_unit: str | None = None
	intake_way: str | None = None
	reply: str = ""
	outcome: str = ""
	address: str = ""
	accused: Unit | None = None
	assignment_note: str = ""
	service_note: str = ""
	# rated party -> (rating, comment); None lets chance decide
	given_ratings: dict[str, tuple[str, str]] | None = None
	is_rated: bool | None = None
	name: str = ""
	agreement: str | None = None
	at: dict[str, datetime] = field(default_factory=dict)

	def __post_init__(self) -> None:
		self.at = {step.stamp: moment for step, moment in self.steps}
		if self.is_settled:  # told and handed over in the same moment
			self.at["replied_at"] = self.at["served_at"] = self.at["closed_at"]

	@property
	def is_settled(self) -> bool:
		"""By the village, on the spot."""
		return bool(self.steps) and self.steps[-1][0].action == SETTLE

	@property
	def waits_in_village(self) -> bool:
		"""Whether the village has the case first (clause S12)."""
		is_report = self.matter["kind"] == routing.REPORT_KIND
		return self.channel in routing.VILLAGE_FIRST_CHANNELS and not is_report

	@property
	def state(self) -> str:
		return self.steps[-1][0].target if self.steps else lifecycle.DRAFT


class Rulebook:
	"""The site's rule rows, read once, and the clocks they start."""

	def __init__(self) -> None:
		self.calendar = get_calendar()
		fields = ["name", "limit_days", "day_kind", "roll_last_day", "valid_from", "valid_to"]
		self.classes = frappe.get_all(
			"Reply Class", fields=[*fields, "class_code", "is_urgent"], order_by="valid_from"
		)
		self.limits = frappe.get_all("Statutory Limit", fields=[*fields, "limit_code"], order_by="valid_from")
		self.categories = dict(
			frappe.get_all("Petition Category", fields=["path", "name"], order_by="path", as_list=True)
		)

	def reply_class(self, code: str, on: date):
		return deadlines.pick_rule([row for row in self.classes if row.class_code == code], on)

	def limit(self, code: str, on: date):
		return deadlines.pick_rule([row for row in self.limits if row.limit_code == code], on)

	def due_at(self, start: datetime, row) -> datetime:
		rule = deadlines.LimitRule(row.name, row.limit_days, row.day_kind, bool(row.roll_last_day))
		return deadlines.due_at(start, rule, self.calendar)


def write_cases(
	rng: random.Random,
	writer: Writer,
	district: District,
	rules: Rulebook,
	cases: Iterable[Case],
	now: datetime,
) -> list[Case]:
	"""Number the cases in the order in which they came in and write them with all that belongs to them."""
	cases = sorted(cases, key=lambda case: (case.created_at, case.subject))
	_number(cases, f"XF-{district.short_code}", "name", lambda case: case.petitioned_at.year)
	proxied = [case for case in cases if case.agent]
	_number(proxied, f"PY-{district.short_code}", "agreement", lambda case: case.created_at.year)
	for case in cases:
		if case.agent:
			_write_agreement(rng, writer, district, case)
		_write_petition(rng, writer, district, rules, case)
		_write_events(writer, district, case)
		_write_ratings(rng, writer, district, case, now)
	return cases


def _number(cases: list[Case], series: str, attribute: str, year_of) -> None:
	for year in sorted({year_of(case) for case in cases}):
		of_year = [case for case in cases if year_of(case) == year]
		prefix = f"{series}-{year}-"
		first = reserve(prefix, len(of_year))
		for number, case in enumerate(of_year, start=first):
			setattr(case, attribute, f"{prefix}{number:06d}")


def _place(district: District, village: Village) -> dict[str, str]:
	return {"village": village.code, "town": village.town, "district": district.code}


def _write_agreement(rng: random.Random, writer: Writer, district: District, case: Case) -> None:
	"""Signed on the day of intake, for a year (Civil Code art. 165)."""
	signed = case.petitioned_at.date()
	people = words.load("people")
	writer.add(
		"Proxy Agreement",
		case.agreement,
		at=case.created_at,
		owner=case.filer,
		docstatus=1,
		petitioner=case.petitioner.name,
		petitioner_name=case.petitioner.title,
		agent=case.agent.name,
		principal_capacity="In Person",
		matter=case.subject,
		may_file=1,
		may_track=1,
		may_receive_documents=1,
		may_submit_material=1,
		may_request_review=int(rng.random() < 0.2),
		is_free_of_charge=1,
		is_truthful=1,
		is_revocation_explained=1,
		valid_from=signed,
		valid_to=signed + timedelta(days=AGREEMENT_DAYS),
		signed_on=signed,
		signature=rng.choice(words.signatures()),
		witness_name=rng.choice(people["witnesses"]) if rng.random() < 0.15 else None,
		**_place(district, case.petitioner.village),
	)


def _write_petition(
	rng: random.Random, writer: Writer, district: District, rules: Rulebook, case: Case
) -> None:
	values = {
		"subject": case.subject,
		"content": case.content,
		"request_text": case.request,
		"workflow_state": case.state,
		"petitioner": case.petitioner.name,
		"petitioner_name": case.petitioner.title,
		"masked_phone": case.petitioner.masked_phone,
		"is_oral_consent": int(case.is_settled),
		"wants_secrecy": int(case.petitioner.wants_secrecy or bool(case.accused)),
		"agent": case.agent.name if case.agent else None,
		"agreement": case.agreement,
		"is_proxied": int(bool(case.agent)),
		"filing_channel": case.channel,
		"intake_way": case.intake_way,
		"petition_kind": case.matter["kind"],
		"purpose": case.matter["purpose"],
		"address_text": case.address,
		"accused_unit": case.accused.code if case.accused else None,
		"accused_name": f"{case.accused.name}个别工作人员" if case.accused else None,
		"petitioned_at": case.petitioned_at,
		"round": 1,
		**case.at,
		**_place(district, case.village),
		**_category(rules, case),
		**_steps_values(rng, district, rules, case),
	}
	values.update(_queue(values))
	last_actor = actor_of(district, case, case.steps[-1][0]) if case.steps else case.filer
	writer.add(
		"Petition",
		case.name,
		at=case.created_at,
		owner=case.filer,
		changed_at=case.steps[-1][1] if case.steps else case.created_at,
		changed_by=last_actor,
		**values,
	)


def _category(rules: Rulebook, case: Case) -> dict:
	"""Category by path; a site without that category keeps the case unsorted."""
	path = case.matter["category"]
	return {"category": rules.categories[path], "category_path": path} if path in rules.categories else {}


def _steps_values(rng: random.Random, district: District, rules: Rulebook, case: Case) -> dict:
	"""What the steps taken so far have filled in."""
	values: dict = {}
	at = case.at
	if "registered_at" in at:
		notice = rules.limit("Acceptance Notice", case.petitioned_at.date())
		values["notice_rule"] = notice.name
		values["notice_due_at"] = rules.due_at(case.petitioned_at, notice)
	if "assigned_at" in at:
		values["handling_unit"] = case.unit.code
		values["assigned_by"] = assigner_of(district, case)
		values["assignment_note"] = case.assignment_note
	if "refused_at" in at:
		values["refusal_reason"] = case.matter["refuse"]
		is_stop = case.state == lifecycle.NOT_ACCEPTED_AGAIN
		article_for = refusals.article_for_stop if is_stop else refusals.article_for_refusal
		values["refusal_article"] = article_for(case.matter["refuse"])
		values["refusal_body"] = case.matter["body"]
	if "accepted_at" in at:
		accepted = at["accepted_at"]
		reply_class = rules.reply_class(case.class_code, accepted.date())
		values["reply_class"] = reply_class.name
		values["reply_limit_days"] = reply_class.limit_days
		values["is_urgent"] = reply_class.is_urgent
		values["reply_due_at"] = rules.due_at(accepted, reply_class)
		if refusals.has_statutory_clock(case.matter["kind"], None):
			statute = rules.limit("Handling", accepted.date())
			values["statutory_due_at"] = rules.due_at(accepted, statute)
			values["statutory_rule"] = statute.name
			values["procedure_route"] = refusals.PETITION_PROCEDURE
	if "replied_at" in at:
		values["reply_text"] = case.reply
		values["outcome"] = case.outcome
	if case.is_settled:
		values["service_method"] = "In Person"
	elif "served_at" in at:
		methods = (
			("By Agent", "By Agent", "By Agent", "In Person")
			if case.agent
			else ("By Post", "In Person", "Online")
		)
		values["service_method"] = rng.choice(methods)
		values["service_note"] = case.service_note
	return values


def _queue(values: dict) -> dict:
	due_at = lifecycle.running_due_at(
		values["workflow_state"],
		values.get("notice_due_at"),
		values.get("reply_due_at"),
		values.get("statutory_due_at"),
	)
	return {
		"due_at": due_at,
		"queue_key": lifecycle.queue_key(
			values["workflow_state"], bool(values["is_proxied"]), due_at, values["petitioned_at"]
		),
		"next_action_at": next_action_at_for(values),
	}


# The timeline
# ------------
def village_unit_of(district: District, case: Case) -> Unit:
	return district.village_units[case.village.code]


def sender_of(district: District, case: Case) -> Unit:
	"""A village hands up what waits with it, a town assigns what it does itself, the petition office the rest."""
	village = village_unit_of(district, case)
	if case.waits_in_village and village.members:
		return village
	return case.unit if case.unit.unit_type == "Town" else district.by_name[OFFICE_POST]


def assigner_of(district: District, case: Case) -> str:
	return sender_of(district, case).worker


def actor_of(district: District, case: Case, step: Transition) -> str:
	"""Who took a step; always somebody whom the step's guard would let."""
	if step.action == "File":
		return case.filer
	if step.action == "Assign":
		return assigner_of(district, case)
	if step.action == SETTLE:
		return village_unit_of(district, case).worker
	if step.action == "Serve" and case.agent and case.agent.user:
		return case.agent.user
	return case.unit.worker


def _write_events(writer: Writer, district: District, case: Case) -> None:
	_event(writer, case, "Create", "", lifecycle.DRAFT, case.created_at, case.filer, case.filer_unit)
	for step, moment in case.steps:
		actor = actor_of(district, case, step)
		unit = case.unit.code
		if step.action == "File":
			unit = case.filer_unit
		elif step.action == "Assign":
			unit = sender_of(district, case).code
		elif step.action == SETTLE:
			unit = village_unit_of(district, case).code
		note = {
			"Assign": case.assignment_note,
			"Refuse": case.matter.get("body"),
			"Stop": case.matter.get("body"),
			"Serve": case.service_note,
		}.get(step.action)
		_event(writer, case, step.action, step.source, step.target, moment, actor, unit, note)


def _event(
	writer: Writer,
	case: Case,
	event: str,
	source: str,
	target: str,
	moment: datetime,
	actor: str,
	unit: str | None,
	note: str | None = None,
) -> None:
	is_agent = bool(case.agent and case.agent.user == actor)
	writer.add(
		"Petition Event",
		at=moment,
		owner=actor,
		petition=case.name,
		event=event,
		from_state=source,
		to_state=target,
		round=1,
		actor=actor,
		on_behalf_of=case.petitioner.name if is_agent else None,
		agent=case.agent.name if is_agent else None,
		unit=None if is_agent else unit,
		happened_at=moment,
		note=note,
	)


# Ratings
# -------
def _write_ratings(rng: random.Random, writer: Writer, district: District, case: Case, now: datetime) -> None:
	served = case.at.get("served_at")
	if not served:
		return
	latest = min(now, case.at.get("closed_at", now), ratings.Window(served, RATING_WINDOW_DAYS).closes_at)
	chance = 0.66 if case.state == lifecycle.CLOSED else 0.25
	is_rated = rng.random() < chance if case.is_rated is None else case.is_rated
	if not is_rated or latest <= served:
		return
	for party, (rating, comment) in (case.given_ratings or _draw_ratings(rng, case)).items():
		moment = (served + (latest - served) * rng.uniform(0.05, 0.95)).replace(microsecond=0)
		_write_rating(rng, writer, district, case, party, rating, comment, moment)


def _draw_ratings(rng: random.Random, case: Case) -> dict[str, tuple[str, str]]:
	"""Answers that came late or refused the request please less; agents please more than units."""
	parties = ["Handling Unit"]
	if case.agent:
		parties.append("Proxy Agent")
	if rng.random() < 0.2 and case.unit.short_name != OFFICE_POST:
		parties.append("Petition Office")
	days = (case.at["replied_at"] - case.at["accepted_at"]).days
	is_slow = days > {"U": 1, "C": 5, "G": 15}.get(case.class_code, 30)
	drawn = {}
	for party in parties:
		weights = [86, 11, 3] if party == "Proxy Agent" else [30, 35, 35] if is_slow else [70, 23, 7]
		rating = rng.choices(ratings.RATINGS, weights)[0]
		has_comment = rating != ratings.DISSATISFIED and rng.random() < 0.35
		drawn[party] = (rating, rng.choice(words.load("people")["comments"]) if has_comment else "")
	return drawn


def _write_rating(rng, writer, district, case: Case, party: str, rating: str, comment: str, moment) -> None:
	"""By the petitioner online, else by a clerk who called back: never by the agent or the rated unit."""
	is_online = bool(case.petitioner.user)
	writer.add(
		"Evaluation",
		at=moment,
		owner=case.petitioner.user or district.by_name[CLERK_POST].worker,
		petition=case.name,
		round=1,
		rated_party=party,
		unit={"Handling Unit": case.unit.code, "Petition Office": district.by_name[OFFICE_POST].code}.get(
			party
		),
		agent=case.agent.name if party == "Proxy Agent" else None,
		rating=rating,
		reasons=rng.choice(words.load("people")["dissatisfied"]) if ratings.needs_reasons(rating) else None,
		comment=comment or None,
		channel="Portal" if is_online else rng.choice(("Call-back", "Call-back", "Paper")),
		entered_by=case.petitioner.user or district.by_name[CLERK_POST].worker,
		entered_at=moment,
		revision_count=0,
		evaluation_key=f"{case.name}|1|{party}",
	)
