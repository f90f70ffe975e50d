"""Random cases and records for the tests of figures: all states, several rounds, clocks kept and missed at their edges."""

import random
from datetime import datetime, timedelta

import frappe

from petition_proxy.domain import lifecycle
from petition_proxy.tests import factories as f
from petition_proxy.tests import money_cases

FIRST, LAST = datetime(2021, 4, 1), datetime(2021, 6, 30)
CUT_OFF = datetime(2021, 7, 10, 12)
PLACES = ((f.VILLAGE, f.TOWN), (f.VILLAGE_B, f.TOWN), (f.VILLAGE_2, f.TOWN_2))
UNITS = (f.DEPT_UNIT, f.DEPT_UNIT_2, f.TOWN_UNIT, None)
STAMPS = ("assigned_at", "received_at", "accepted_at", "replied_at", "served_at", "closed_at")
STATES = tuple(s for s in lifecycle.STATES if s != lifecycle.DRAFT)
RATINGS = ("Satisfied", "Basically Satisfied", "Dissatisfied")
SECOND = timedelta(seconds=1)


class RandomDistrict:
	"""Fills the small district with cases from one seed.

	Args:
		seed: of the random numbers.
		cases: how many.
	"""

	def __init__(self, seed: int, cases: int):
		self.rng = random.Random(seed)
		money_cases.make_ground()
		self.agents = [
			money_cases.make_agent(name, status_since=FIRST.date(), on_duty_from=FIRST.date()).name
			for name in ("甲", "乙", "丙")
		]
		self.petitioner = f.make_petitioner().name
		self.class_name = f.reply_class("G")
		self.names: list[str] = []
		for _number in range(cases):
			self.add_case()
		self.add_places()

	def chance(self, share: float) -> bool:
		return self.rng.random() < share

	def moment(self, before: int = 70, after: int = 100) -> datetime:
		return FIRST + timedelta(days=self.rng.randrange(-before, after), seconds=self.rng.randrange(86400))

	def stamps(self) -> dict:
		"""A way of some length, each step at random, some on the very edge of a limit."""
		moment = self.moment()
		found = dict.fromkeys(STAMPS)
		found["registered_at"] = moment
		found["notice_due_at"] = (moment + timedelta(days=15)).replace(hour=23, minute=59, second=59)
		for stamp in STAMPS[: self.rng.randrange(len(STAMPS) + 1)]:
			moment += timedelta(days=self.rng.randrange(0, 14), seconds=self.rng.randrange(86400))
			found[stamp] = moment
		due = {"reply_due_at": None, "statutory_due_at": None, "extended_until": None}
		if accepted := found["accepted_at"]:
			due["reply_due_at"] = accepted.replace(hour=23, minute=59, second=59) + timedelta(days=15)
			due["statutory_due_at"] = accepted.replace(hour=23, minute=59, second=59) + timedelta(days=60)
			if self.chance(0.2):
				due["extended_until"] = due["statutory_due_at"] + timedelta(days=30)
			if found["replied_at"] and self.chance(0.3):
				self.put_on_edge(found, due)
		return {**found, **due}

	def put_on_edge(self, found: dict, due: dict) -> None:
		"""The last fraction of the last second is in time, the next second is not."""
		limit = due[self.rng.choice(("reply_due_at", "statutory_due_at"))]
		moment = limit.replace(microsecond=999_000) if self.chance(0.5) else limit + SECOND
		shift = max(timedelta(), moment - found["replied_at"])
		found["replied_at"] = moment
		for stamp in ("served_at", "closed_at"):
			if found[stamp]:
				found[stamp] = max(found[stamp] + shift, moment)

	def after(self, stamps: dict, moment: datetime) -> datetime:
		"""Nothing ends before the last thing that happened in it."""
		return max(moment, *(stamps[s] for s in ("registered_at", *STAMPS) if stamps[s]))

	def add_case(self) -> None:
		rng = self.rng
		village, town = rng.choice(PLACES)
		agent = rng.choice([*self.agents, None])
		stamps = self.stamps()
		state = rng.choice(STATES)
		ended = self.after(stamps, self.moment())
		values = {
			"village": village,
			"town": town,
			"handling_unit": rng.choice(UNITS),
			"is_proxied": int(bool(agent)),
			"workflow_state": state,
			"merged_at": ended if state == lifecycle.MERGED else None,
			"withdrawn_at": ended if state == lifecycle.WITHDRAWN else None,
			"refused_at": None,
			"outcome": rng.choice(("Supported", "Settled on the Spot", "", "Explained")),
			"round": 2 if self.chance(0.3) else 1,
			"petitioner": self.petitioner,
			"petition_kind": rng.choice(("Appeal and Request", "Suggestion")),
			"channel": rng.choice(("Online", "Paper Register", "Petition Office")),
			"reply_class": rng.choice((self.class_name, None)),
			"is_repeat": 0,
			"agreement": rng.choice(("PA-ON-FILE", None)),
			"service_attempts": rng.choice((0, 0, 3)),
			"accused_unit": f.DEPT_UNIT if self.chance(0.05) else None,
			**stamps,
		}
		if state in lifecycle.TURNED_AWAY_STATES:
			values |= {"refused_at": ended, "closed_at": None}
		if self.names and self.chance(0.15):
			values |= {"main_petition": rng.choice(self.names), "is_repeat": 1}
		values["petitioned_at"] = values["registered_at"]
		doc = money_cases.make_closed(agent, FIRST.date(), **values)
		self.names.append(doc.name)
		if doc.round == 2:
			self.add_round(doc)
		self.add_records(doc, values)

	def add_round(self, doc) -> None:
		stamps = self.stamps()
		row = frappe.new_doc("Petition Round")
		row.update(
			{
				"name": frappe.generate_hash(length=10),
				"petition": doc.name,
				"round": 1,
				"ended_at": self.after(stamps, self.moment()),
				"handling_unit": doc.handling_unit,
				"agent": doc.agent,
				"outcome": "Supported",
				"reply_class": doc.reply_class,
				**stamps,
			}
		)
		row.db_insert()
		self.rate(doc, 1, stamps["served_at"])

	def rate(self, doc, number: int, served: datetime | None) -> None:
		if not served:
			return
		for party in ("Handling Unit", "Proxy Agent", "Petition Office"):
			if party == "Proxy Agent" and not doc.agent:
				continue
			if self.chance(0.6):
				past = frappe._dict(doc.as_dict(), round=number, served_at=served)
				money_cases.rate(
					past,
					self.rng.choice(RATINGS),
					party,
					served + timedelta(days=self.rng.randrange(0, 60)),
				)

	def put(self, doctype: str, **values) -> None:
		row = frappe.new_doc(doctype)
		row.update({"name": frappe.generate_hash(length=10), **values})
		row.db_insert()

	def add_records(self, doc, values: dict) -> None:
		rng = self.rng
		self.rate(doc, doc.round, values["served_at"])
		self.add_sendings(doc)
		happened = self.moment()
		self.put(
			"Progress Notice",
			petition=doc.name,
			round=1,
			node="Registered",
			status=(status := rng.choice(("To Tell", "Told", "Unreachable"))),
			happened_at=happened,
			tell_by=(by := happened.replace(microsecond=0) + timedelta(days=2)),
			told_at=by + rng.choice((-SECOND, timedelta(microseconds=999_000), SECOND, timedelta(days=20)))
			if status == "Told"
			else None,
		)
		if self.chance(0.4):
			self.put(
				"Supervision Order",
				petition=doc.name,
				round=1,
				unit=rng.choice((f.DEPT_UNIT, f.DEPT_UNIT_2)),
				level=rng.choice(("Reminder", "Letter", "Interview", "Listed")),
				status=rng.choice(("Issued", "Replied", "Unanswered", "Closed")),
				grade=rng.choice(("", "Adopted", "Partly", "Not Done")),
				issued_at=(issued := self.moment()),
				due_at=issued + timedelta(days=10),
			)
			asked = self.moment()
			self.put(
				"Extension Request",
				petition=doc.name,
				round=1,
				unit=rng.choice((f.DEPT_UNIT, f.DEPT_UNIT_2)),
				status=(status := rng.choice(("Asked", "Approved", "Rejected", "Lapsed"))),
				asked_days=rng.randrange(1, 30),
				asked_at=asked,
				decided_at=asked + timedelta(days=rng.randrange(0, 30))
				if status in ("Approved", "Rejected")
				else None,
			)
			self.add_review(doc)
		if values["closed_at"]:
			self.add_ends(doc, values["closed_at"])

	def add_sendings(self, doc) -> None:
		rng, sent = self.rng, self.moment()
		sent = sent.replace(microsecond=0)
		for number in range(rng.randrange(0, 3)):
			limit = sent + timedelta(days=3)
			received = rng.choice(
				(None, limit, limit + SECOND, sent + timedelta(hours=5), sent + timedelta(days=9))
			)
			answered = sent + timedelta(days=rng.randrange(10, 30)) if received and self.chance(0.6) else None
			ended = answered or rng.choice((None, limit, limit + SECOND))
			self.put(
				"Petition Assignment",
				petition=doc.name,
				round=1,
				part="Lead" if self.chance(0.8) else "Co-handler",
				kind="Rework" if number and self.chance(0.5) else "Assign",
				status="Answered" if answered else "Ended" if ended else "Sent",
				to_unit=rng.choice((f.DEPT_UNIT, f.DEPT_UNIT_2)),
				sent_at=sent,
				received_at=received,
				objected_at=sent + timedelta(days=4) if received and self.chance(0.2) else None,
				answered_at=answered,
				ended_at=ended,
			)
			sent += timedelta(days=rng.randrange(5, 40))

	def add_review(self, doc) -> None:
		asked = self.moment()
		due = (asked + timedelta(days=30)).replace(microsecond=0)
		status = self.rng.choice(("Asked", "Refused", "Decided", "Served"))
		decided = status in ("Decided", "Served")
		self.put(
			"Review Request",
			petition=doc.name,
			round=1,
			level=self.rng.choice(("Review", "Re-review")),
			status=status,
			respondent_unit=doc.handling_unit,
			reviewing_unit="T-GOV",
			agent=doc.agent,
			asked_at=asked,
			due_at=due,
			decided_at=due + self.rng.choice((-SECOND, timedelta(microseconds=900_000), SECOND))
			if decided
			else None,
			decision=self.rng.choice(("Upheld", "Changed", "Revoked")) if decided else "",
		)

	def add_ends(self, doc, closed: datetime) -> None:
		rng = self.rng
		if self.chance(0.5):
			self.put(
				"Settlement Statement",
				petition=doc.name,
				round=doc.round,
				status=rng.choice(("Draft", "Confirmed", "Confirmed")),
				confirmed_at=closed + timedelta(days=rng.randrange(0, 60)),
				statement_key=frappe.generate_hash(length=10),
			)
		if self.chance(0.6):
			self.put(
				"Service Receipt",
				petition=doc.name,
				round=doc.round,
				result=rng.choice(("Served", "Served", "Failed Attempt")),
				served_at=closed,
			)
		if doc.agent and self.chance(0.6):
			self.add_reward(doc, closed)

	def add_reward(self, doc, closed: datetime) -> None:
		fen = self.rng.choice((1000, 1500, 2000))
		tier = {1000: "Closed", 1500: "Basically Satisfied", 2000: "Satisfied and Settled"}[fen]
		line = {
			"petition": doc.name,
			"round": doc.round,
			"agent": doc.agent,
			"tier": tier,
			"district": doc.district,
			"town": doc.town,
			"village": doc.village,
		}
		status = self.rng.choice(("Held", "Due", "In Batch", "Paid", "Reversed"))
		name = frappe.generate_hash(length=10)
		self.put(
			"Reward Entry",
			**{**line, "name": name},
			status=status,
			amount_fen=fen,
			seq=1,
			earned_on=closed.date(),
			reward_key=frappe.generate_hash(length=10),
		)
		if status in ("Paid", "Reversed") and self.chance(0.6):
			self.put(
				"Reward Entry",
				**line,
				status="Due" if status == "Paid" else "Reversed",
				amount_fen=-fen,
				seq=1,
				reverses=name,
				earned_on=(closed + timedelta(days=self.rng.randrange(0, 40))).date(),
				reward_key=frappe.generate_hash(length=10),
			)

	def add_places(self) -> None:
		"""Points, publicity and trainings: some villages have them and some do not."""
		rng = self.rng
		for village, town in PLACES[:2]:
			self.put(
				"Service Point",
				point_name="代办点",
				village=village,
				town=town,
				district=f.DISTRICT,
				opened_on=FIRST.date(),
				closed_on=LAST.date() if village == f.VILLAGE_B else None,
			)
		for number in range(6):
			village, town = rng.choice(
				((f.VILLAGE, f.TOWN), (None, f.TOWN), (None, None), (f.VILLAGE_2, f.TOWN_2))
			)
			self.put(
				"Publicity Event",
				title=f"宣传 {number}",
				form="Leaflet Distribution",
				held_on=self.moment().date(),
				village=village,
				town=town,
				district=f.DISTRICT,
				copies=rng.randrange(0, 500),
			)
		for status in ("Finished", "Finished", "Planned"):
			session = frappe.generate_hash(length=10)
			self.put(
				"Training Session",
				name=session,
				topic="电脑操作",
				status=status,
				finished_on=rng.choice((FIRST, LAST, LAST + timedelta(days=1))).date(),
				district=f.DISTRICT,
			)
			for agent in self.agents:
				attended = self.chance(0.7)
				self.put(
					"Training Attendee",
					parent=session,
					parenttype="Training Session",
					parentfield="attendees",
					agent=agent,
					attended=int(attended),
					passed=int(attended and self.chance(0.6)),
				)
