"""Plans the ordinary cases of the demo district: who petitions about what, through whom, and how far it has got."""

import random
from collections import defaultdict
from datetime import datetime, timedelta

from petition_proxy.domain import lifecycle, ratings
from petition_proxy.setup.demo import timeline, words
from petition_proxy.setup.demo.cases import CLERK_POST, OFFICE_POST, Case, Rulebook
from petition_proxy.setup.demo.people import Accounts, Agent, Person, make_petitioner
from petition_proxy.setup.demo.places import District, Unit, Village
from petition_proxy.setup.demo.timeline import Clerkship, Pace
from petition_proxy.setup.demo.writer import Writer

DAYS = 365
PETITIONERS_PER_CASE = 0.72
# One case in so many waits in one of the open states, so that every queue has work.
WAITING_ONE_IN = 15
# And one in so many is refused, besides those whose matter leads elsewhere.
REFUSED_ONE_IN = 40
# And one in so many is settled by the village on the spot.
SETTLED_ONE_IN = 30
SETTLED_WORDS = "村里当场帮您办好了:{0}。您同意口头答复,不再另行出具书面意见。"
SETTLED_BY = (
	"已联系水电服务点上门处理",
	"已帮您查清并把结果逐项念给您听",
	"已在便民服务站代为办理",
	"已陪同到场说清并当面解决",
)
WAITING_STATES = (
	lifecycle.REGISTERED,
	lifecycle.ASSIGNED,
	lifecycle.RECEIVED,
	lifecycle.ACCEPTED,
	lifecycle.HANDLING,
	lifecycle.REPLIED,
	lifecycle.DRAFT,
	lifecycle.SERVED,
	lifecycle.HANDLING,
	lifecycle.RECEIVED,
)
DELAYS = (
	(timeline.ON_TIME, 86.0),
	(timeline.LATE_NOTICE, 2.5),
	(timeline.LATE_PROMISE, 9.5),
	(timeline.LATE_STATUTE, 2.0),
)
# Shares of cases that come through an agent: the scheme takes hold over the year.
PROXIED_AT_FIRST, PROXIED_NOW = 0.55, 0.8
PLATFORMS = (
	("Petition Office Platform", 48),
	("Party Committee and Government Platform", 18),
	("Department Platform", 14),
	("City Service System", 20),
)
OWN_CHANNELS = (("Petitioner Portal", 3), ("Letter", 1.5), ("Visit", 3), ("Call", 2.5))
CONCLUDED = "Concluded by Re-review"
SYSTEM_CHANNEL = "City Service System"


class Planner:
	"""Draws cases.

	Args:
		rng: source of chance.
		writer: takes the petitioners' rows.
		accounts: makes accounts for petitioners who file online.
		district: places and units with their people.
		agents: agents on duty.
		rules: the site's rule rows.
		now: the present moment, in the site's time zone.
	"""

	def __init__(
		self,
		rng: random.Random,
		writer: Writer,
		accounts: Accounts,
		district: District,
		agents: list[Agent],
		rules: Rulebook,
		now: datetime,
	) -> None:
		self.rng = rng
		self.writer = writer
		self.accounts = accounts
		self.district = district
		self.rules = rules
		self.now = now
		self.clerkship = Clerkship(rng, rules.calendar)
		self.agents: dict[str, list[Agent]] = defaultdict(list)
		for agent in agents:
			self.agents[agent.village].append(agent)
		self.matters = words.load("matters")
		self.matter_weights = [rng.uniform(0.4, 2.2) for _matter in self.matters]
		self.towns = [unit for unit in district.units.values() if unit.unit_type == "Town"]

	def make_petitioners(self, count: int, first_village: Village) -> list[Person]:
		"""Petitioners of all villages; the village of the documented logins has its fair share for sure."""
		people = []
		for number in range(max(8, round(count * PETITIONERS_PER_CASE))):
			village = first_village if number < 4 else self.rng.choice(self.district.villages)
			at = self.now - timedelta(days=self.rng.uniform(DAYS + 1, DAYS + 60))
			people.append(make_petitioner(self.rng, self.writer, self.district, village, at, self.now.date()))
		return people

	def plan(self, count: int, people: list[Person], home: Village, agent: Agent, unit: Unit) -> list[Case]:
		"""So many cases over the last year, in all states.

		The first that wait in an open state give the documented logins their work: one round of states for the
		department, one for the town, both from the home village.

		Args:
			count: how many.
			people: who petitions.
			home: village of the documented logins.
			agent: the documented agent.
			unit: the documented department.
		"""
		neighbours = [person for person in people if person.village is home]
		department_matter = next(m for m in self.matters if unit.short_name in m["units"])
		town_matters = [m for m in self.matters if m["levels"].get("T") and "refuse" not in m]
		refusable = [m for m in self.matters if "refuse" in m]
		cases, waiting = [], 0
		for number in range(count):
			given: dict = {}
			person = self.rng.choice(people)
			if number % WAITING_ONE_IN == 0:
				given["stop"] = WAITING_STATES[waiting % len(WAITING_STATES)]
				round_number = waiting // len(WAITING_STATES)
				if round_number < 2:
					person = self.rng.choice(neighbours)
				if round_number == 0:
					given.update(matter=department_matter, unit=unit, agent=agent)
				elif round_number == 1:
					given.update(matter=self.rng.choice(town_matters), unit=self.town_unit_of(home))
				waiting += 1
			elif number % REFUSED_ONE_IN == 1:
				given.update(matter=self.rng.choice(refusable), is_refused=True)
			elif number % SETTLED_ONE_IN == 2:
				given.update(matter=self.rng.choice(town_matters), is_settled=True)
			cases.append(self.plan_case(person, **given))
		return cases

	def plan_case(
		self,
		person: Person,
		stop: str | None = None,
		matter: dict | None = None,
		unit: Unit | None = None,
		agent: Agent | None = None,
		petitioned_at: datetime | None = None,
		is_refused: bool | None = None,
		is_settled: bool = False,
		**given,
	) -> Case:
		"""One case; what is not given is drawn.

		Args:
			person: the petitioner.
			stop: state in which the case waits; None lets it go as far as time allows.
			matter: what it is about.
			unit: who handles it.
			agent: who files it; by default an agent of the village, or nobody.
			petitioned_at: when it came in.
			is_refused: whether it ends in a refusal.
			is_settled: whether the village settles it on the spot, if an agent files it.
			given: further fields of the case.
		"""
		rng = self.rng
		matter = matter or rng.choices(self.matters, self.matter_weights)[0]
		delay = rng.choices([d for d, _w in DELAYS], [w for _d, w in DELAYS])[0]
		if is_refused is None:
			is_refused = "refuse" in matter and stop is None and rng.random() < 0.5
		for _attempt in range(40):
			came_in = petitioned_at or self._came_in(stop)
			filed_by = agent or self._agent_for(person.village, came_in)
			pace = self._pace(matter, came_in, filed_by, delay, is_refused, stop)
			steps = self.clerkship.walk(came_in, self.now, pace)
			if not stop or (steps[-1][0].target if steps else lifecycle.DRAFT) == stop:
				break
			delay = timeline.ON_TIME
		if steps and steps[-1][0].action == "Refuse" and matter["refuse"] == CONCLUDED:
			# what a re-review has concluded is not refused but no longer accepted (art. 36)
			stop_step = lifecycle.find(lifecycle.RECEIVED, lifecycle.NOT_ACCEPTED_AGAIN)
			steps = [*steps[:-1], (stop_step, steps[-1][1])]
		if is_settled and filed_by and filed_by.user and steps:
			steps = self._settle(steps[0])
			given.update(
				channel=SYSTEM_CHANNEL,
				reply=SETTLED_WORDS.format(rng.choice(SETTLED_BY)),
				outcome="Settled on the Spot",
				given_ratings={"Proxy Agent": (ratings.SATISFIED, "当场就办好了。")},
			)
		issue = words.draw_issue(rng, matter)
		unit = unit or self._unit_for(matter, issue, person.village)
		return self._compose(person, matter, issue, unit, filed_by, came_in, steps, given)

	def _settle(self, filed: tuple) -> list[tuple]:
		"""Filed, and settled by the village within the hour."""
		step, moment = filed
		settled = min(moment + timedelta(minutes=self.rng.randint(12, 55)), self.now)
		return [(step, moment), (lifecycle.find(lifecycle.REGISTERED, lifecycle.CLOSED), settled)]

	# drawing

	def _came_in(self, stop: str | None) -> datetime:
		if stop:
			moment = timeline.step_back_to(self.rng, stop, self.now)
		else:
			moment = self.now - timedelta(days=self.rng.uniform(0.05, DAYS - 0.5))
		if self.rng.random() < 0.85:
			while not self.clerkship.is_open_on(moment):
				moment -= timeline.ONE_DAY
		opens = moment.replace(hour=7, minute=30)
		moment = opens + timedelta(seconds=self.rng.randrange(13 * 3600))
		return min(moment, self.now - timedelta(minutes=20)).replace(microsecond=0)

	def _agent_for(self, village: Village, at: datetime) -> Agent | None:
		age = (self.now - at) / timeline.ONE_DAY / DAYS
		share = PROXIED_NOW + (PROXIED_AT_FIRST - PROXIED_NOW) * min(age, 1)
		if self.rng.random() > share:
			return None
		able = [a for a in self.agents[village.code] if a.on_duty_from <= at.date()]
		return self.rng.choices(able, [a.weight for a in able])[0] if able else None

	def _pace(self, matter, came_in, agent, delay, is_refused, stop) -> Pace:
		reply_class = self.rules.reply_class(matter["class"], came_in.date())
		is_urgent = bool(reply_class.is_urgent)
		filing_days = 0.12 if agent else self.rng.choice((0.02, 2.5))
		if agent and not agent.user:
			filing_days = 0.9 if is_urgent else 3.5
		if delay == timeline.LATE_NOTICE and is_urgent:
			delay = timeline.LATE_PROMISE
		return Pace(
			limit_days=reply_class.limit_days,
			statute_days=self.rules.limit("Handling", came_in.date()).limit_days,
			notice_days=self.rules.limit("Acceptance Notice", came_in.date()).limit_days,
			is_urgent=is_urgent,
			is_proxied=bool(agent),
			filing_days=filing_days,
			delay=delay,
			is_refused=is_refused,
			stop=stop,
		)

	def _unit_for(self, matter: dict, issue: words.Issue, village: Village) -> Unit:
		levels = matter["levels"]
		level = self.rng.choices(list(levels), list(levels.values()))[0]
		if level == "E":
			return self.district.by_name[matter["enterprises"][issue.number]]
		if level == "D" and matter["units"]:
			# the first named is the one in charge
			return self.district.by_name[self.rng.choice((matter["units"][0], *matter["units"]))]
		return self.town_unit_of(village)

	def town_unit_of(self, village: Village) -> Unit:
		return next(unit for unit in self.towns if unit.town == village.town)

	# composing

	def _compose(self, person, matter, issue, unit, agent, came_in, steps, given: dict) -> Case:
		rng = self.rng
		people = words.load("people")
		spot = person.home.title
		blanks = words.slots(
			rng,
			village=person.village.name,
			town=person.village.town_name,
			spot=spot,
			unit=unit.short_name,
			name=person.title,
			old=person.address(self.now.date()),
		)
		subject, content, request = words.petition_text(rng, matter, issue, blanks, bool(agent))
		blanks["subject"] = subject
		filing = self._filing(person, agent, came_in, steps)
		return Case(
			**{
				"matter": matter,
				"petitioner": person,
				"village": person.village,
				"petitioned_at": came_in,
				"unit": unit,
				"subject": subject,
				"content": content,
				"request": request,
				"steps": steps,
				"class_code": matter["class"],
				"agent": agent,
				"reply": words.reply_text(rng, matter, issue, blanks, bool(agent)),
				"outcome": issue.outcome,
				"address": f"{person.village.name}{spot}" if rng.random() < 0.6 else "",
				"accused": self._accused(matter, unit),
				"assignment_note": rng.choice(people["assign_notes"]),
				"service_note": rng.choice(people["service_notes"]),
				**filing,
				**given,
			}
		)

	def _filing(self, person: Person, agent: Agent | None, came_in: datetime, steps) -> dict:
		"""Who keyed it in, through which channel, and when the record was made."""
		rng = self.rng
		clerk, office = self.district.by_name[CLERK_POST], self.district.by_name[OFFICE_POST]
		keyed_in = steps[0][1] - timedelta(minutes=2) if steps else came_in
		if agent and agent.user:
			channel = rng.choices([c for c, _w in PLATFORMS], [w for _c, w in PLATFORMS])[0]
			way = rng.choice(
				("At the Service Point", "At the Service Point", "Home Visit", "Phone", "Found by Visit")
			)
			return {"filer": agent.user, "channel": channel, "intake_way": way, "created_at": came_in}
		if agent:
			return {
				"filer": clerk.worker,
				"filer_unit": clerk.code,
				"channel": SYSTEM_CHANNEL,
				"intake_way": "Copied from Paper",
				"created_at": max(keyed_in, came_in),
			}
		channel = rng.choices([c for c, _w in OWN_CHANNELS], [w for _c, w in OWN_CHANNELS])[0]
		if channel == "Petitioner Portal":
			return {"filer": self._portal_user(person), "channel": channel, "created_at": came_in}
		return {
			"filer": office.worker,
			"filer_unit": office.code,
			"channel": channel,
			"created_at": max(keyed_in, came_in),
		}

	def _portal_user(self, person: Person) -> str:
		if not person.user:
			at = self.now - timedelta(days=DAYS)
			person.user = self.accounts.add(f"p{person.name[:8]}", person.title, lifecycle.PETITIONER, at)
			row = next(r for r in self.writer.rows["Petitioner"] if r["name"] == person.name)
			row["user"] = person.user
		return person.user

	def _accused(self, matter: dict, unit: Unit) -> Unit | None:
		if not matter.get("accuse"):
			return None
		return self.rng.choice([town for town in self.towns if town.code != unit.code])
