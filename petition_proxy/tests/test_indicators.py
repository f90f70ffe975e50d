"""The indicators against an independent count in plain Python over random rows."""

import random
from datetime import datetime, timedelta

import frappe

from petition_proxy.domain import ratings
from petition_proxy.queries import indicators
from petition_proxy.queries.indicators import CODES, Period, read_district
from petition_proxy.tests import factories, money_cases
from petition_proxy.tests.base import AppTestCase

FIRST, LAST = datetime(2021, 4, 1), datetime(2021, 6, 30)
PLACES = (
	(factories.VILLAGE, factories.TOWN),
	(factories.VILLAGE_B, factories.TOWN),
	(factories.VILLAGE_2, factories.TOWN_2),
)
STAMPS = ("accepted_at", "replied_at", "served_at", "closed_at")


def plain_figures(rows, level: str, scope: str, period: Period) -> dict:
	"""The same indicators, counted row by row without a database, as the definitions read."""
	key = indicators.COLUMN_OF[level]
	own = [r for r in rows if r[key] == scope]
	start, end = datetime.combine(period.first, datetime.min.time()), period.cut_off
	stop = datetime.combine(period.last, datetime.min.time()) + timedelta(days=1)

	def inside(moment):
		return bool(moment and start <= moment < stop and moment <= end)

	def clock(row, done, due):
		"""None: not reckoned in the period; True in time; False late."""
		if not row[due]:
			return None
		if row[done] and row[done].replace(microsecond=0) <= row[due]:
			return True if inside(row[done]) else None
		if row["ended_at"] and row["ended_at"] <= row[due]:
			return None
		return False if inside(row[due]) and row[due] < end else None

	def rate(values):
		values = [v for v in values if v is not None]
		return sum(values), len(values)

	filed = [r for r in own if inside(r["registered_at"])]
	served = [r for r in own if inside(r["served_at"])]
	unit = [r["unit_rating"] for r in served if r["unit_rating"]]
	agent = [r["agent_rating"] for r in served if r["agent_rating"]]
	good = (ratings.SATISFIED, ratings.BASICALLY_SATISFIED)
	overdue = [
		r
		for r in own
		if r["is_current"]
		and r["registered_at"] <= end
		and r["reply_due_at"]
		and r["reply_due_at"] < end
		and not (r["replied_at"] and r["replied_at"] <= end)
		and not (r["ended_at"] and r["ended_at"] <= end)
	]
	return {
		"Filed": (len(filed), None),
		"Timely Acceptance": rate(clock(r, "decided_at", "notice_due_at") for r in own),
		"On-time Reply": rate(clock(r, "replied_at", "reply_due_at") for r in own),
		"On-time by Statute": rate(clock(r, "replied_at", "statute") for r in own),
		"Participation": (len(unit), len(served)),
		"Satisfaction": (sum(u in good for u in unit), len(unit)),
		"Strict Satisfaction": (unit.count(ratings.SATISFIED), len(unit)),
		"Agent Satisfaction": (sum(a in good for a in agent), len(agent)),
		"Repeat Rate": (sum(r["is_repeat"] for r in filed), len(filed)),
		"Proxy Rate": (sum(r["is_proxied"] for r in filed), len(filed)),
		"Village Settled": (sum(bool(r["spot"]) for r in filed), len(filed)),
		"Overdue at Cut-off": (len(overdue), None),
	}


class TestIndicators(AppTestCase):
	def setUp(self):
		super().setUp()
		money_cases.make_ground()
		self.period = Period(FIRST.date(), LAST.date(), datetime(2021, 7, 10, 12))
		self.agents = [
			money_cases.make_agent(n, status_since=FIRST.date(), on_duty_from=FIRST.date()).name
			for n in ("甲", "乙")
		]
		self.petitioner = factories.make_petitioner().name

	def random_stamps(self, rng) -> dict:
		moment = FIRST + timedelta(days=rng.randrange(-60, 95), seconds=rng.randrange(86400))
		stamps = {"registered_at": moment, "notice_due_at": moment + timedelta(days=15)}
		for stamp in STAMPS[: rng.randrange(len(STAMPS) + 1)]:
			moment += timedelta(days=rng.randrange(0, 20), seconds=rng.randrange(86400))
			stamps[stamp] = moment
		if accepted := stamps.get("accepted_at"):
			stamps["reply_due_at"] = accepted.replace(hour=23, minute=59, second=59) + timedelta(days=15)
			stamps["statutory_due_at"] = accepted + timedelta(days=60)
			if rng.random() < 0.2:
				stamps["extended_until"] = accepted + timedelta(days=90)
			if rng.random() < 0.1 and stamps.get("replied_at"):
				# the last fraction of the last second is in time
				stamps["replied_at"] = stamps["reply_due_at"].replace(microsecond=999999)
		return {"accepted_at": None, "replied_at": None, "served_at": None, "closed_at": None, **stamps}

	def after(self, stamps, moment):
		"""Nothing ends before the last thing that happened in it."""
		return max(moment, *(at for name, at in stamps.items() if at and name in ("registered_at", *STAMPS)))

	def random_case(self, rng) -> list[dict]:
		village, town = rng.choice(PLACES)
		agent = rng.choice([*self.agents, None])
		unit = rng.choice((factories.DEPT_UNIT, factories.DEPT_UNIT_2, None))
		stamps = self.random_stamps(rng)
		state = rng.choice(("Handling", "Handling", "Closed", "Merged", "Withdrawn"))
		ended = self.after(stamps, FIRST + timedelta(days=rng.randrange(-30, 120)))
		values = {
			"village": village,
			"town": town,
			"handling_unit": unit,
			"agent": agent,
			"is_proxied": int(bool(agent)),
			"is_repeat": int(rng.random() < 0.2),
			"workflow_state": state,
			"merged_at": ended if state == "Merged" else None,
			"withdrawn_at": ended if state == "Withdrawn" else None,
			"outcome": rng.choice(("Supported", "Settled on the Spot", "")),
			"round": 2 if rng.random() < 0.3 else 1,
			"petitioner": self.petitioner,
			"accused_unit": factories.DEPT_UNIT if rng.random() < 0.1 else None,
			**{"reply_due_at": None, "statutory_due_at": None, "extended_until": None},
			**stamps,
		}
		columns = {k: v for k, v in values.items() if k != "agent"}
		case = money_cases.make_closed(agent, FIRST.date(), **columns)
		found = [
			self.plain_row(case, values, stamps, 1, ended if state in ("Merged", "Withdrawn") else None, rng)
		]
		if values["round"] == 2:
			found.append(self.earlier_round(case, values, rng))
		return [] if values["accused_unit"] else found

	def earlier_round(self, case, values, rng) -> dict:
		stamps = self.random_stamps(rng)
		ended = self.after(stamps, FIRST + timedelta(days=rng.randrange(-30, 120)))
		row = frappe.new_doc("Petition Round")
		row.update(
			{"name": frappe.generate_hash(length=10), "petition": case.name, "round": 1, "ended_at": ended}
		)
		row.update(
			{"handling_unit": values["handling_unit"], "agent": values["agent"], "outcome": "Supported"}
		)
		row.update(stamps)
		row.db_insert()
		past = frappe._dict(
			name=case.name, round=1, agent=values["agent"], handling_unit=values["handling_unit"]
		)
		past.served_at = stamps.get("served_at")
		old = {**values, "outcome": "Supported", "is_repeat": 0}
		return self.plain_row(past, old, stamps, 0, ended, rng)

	def plain_row(self, case, values, stamps, is_current, ended, rng) -> dict:
		given = {}
		for party, column in (("Handling Unit", "unit_rating"), ("Proxy Agent", "agent_rating")):
			given[column] = None
			if rng.random() < 0.5:
				entered = self.period.cut_off + timedelta(days=rng.choice((-3, -1, 2)))
				rating = rng.choice(ratings.RATINGS)
				money_cases.rate(case, rating, party, entered_at=entered)
				if entered <= self.period.cut_off:
					given[column] = rating
		closed = stamps.get("closed_at")
		statute = stamps.get("statutory_due_at")
		return {
			"district": factories.DISTRICT,
			"town": values["town"],
			"village": values["village"],
			"unit": values["handling_unit"],
			"agent": values["agent"],
			"is_proxied": values["is_proxied"],
			"is_repeat": values["is_repeat"],
			"is_current": is_current,
			"registered_at": stamps["registered_at"],
			"notice_due_at": stamps["notice_due_at"],
			"decided_at": stamps.get("accepted_at") or closed,
			"replied_at": stamps.get("replied_at"),
			"reply_due_at": stamps.get("reply_due_at"),
			"statute": max(statute, stamps.get("extended_until") or statute) if statute else None,
			"served_at": stamps.get("served_at"),
			"ended_at": ended,
			"spot": values["outcome"] == "Settled on the Spot" and closed and closed <= self.period.cut_off,
			**given,
		}

	def test_sql_equals_plain_python(self):
		rng = random.Random(20210401)
		rows = [row for _i in range(150) for row in self.random_case(rng)]
		figures, _empty = read_district(factories.DISTRICT, self.period)
		checked = 0
		for level in indicators.LEVELS:
			key = indicators.COLUMN_OF[level]
			for scope in {r[key] for r in rows if r[key]}:
				expected = plain_figures(rows, level, scope, self.period)
				for code, figure in figures[level][scope].items():
					if code in expected:
						self.assertEqual(figure, expected[code], f"{level} {scope} {code}")
						checked += bool(figure[0])
		self.assertGreater(checked, 80)

	def test_each_round_is_reckoned_in_one_quarter_only(self):
		rng = random.Random(5)
		for _i in range(60):
			self.random_case(rng)
		total = 0
		for year in (2020, 2021, 2022):
			for month in (1, 4, 7, 10):
				first = datetime(year, month, 1)
				last = datetime(year + month // 12, (month + 2) % 12 + 1, 1) - timedelta(days=1)
				period = Period(first.date(), last.date(), datetime(2023, 1, 1))
				terms = indicators.count_terms("District", period, factories.DISTRICT)
				total += terms.get(factories.DISTRICT, {}).get("acceptance_reckoned", 0)
		whole = Period(datetime(2020, 1, 1).date(), datetime(2022, 12, 31).date(), datetime(2023, 1, 1))
		terms = indicators.count_terms("District", whole, factories.DISTRICT)
		self.assertEqual(terms[factories.DISTRICT]["acceptance_reckoned"], total)

	def test_villages_and_agents_without_cases(self):
		money_cases.make_closed(self.agents[0], FIRST.date() + timedelta(days=30))
		figures, empty = read_district(factories.DISTRICT, self.period)
		self.assertIn(factories.VILLAGE_B, empty)
		self.assertNotIn(factories.VILLAGE, empty)
		self.assertEqual(figures["Town"][factories.TOWN]["Villages Without a Case"], (1, 2))
		counted, of = figures["Village"][factories.VILLAGE]["Active Agents"]
		self.assertEqual((counted, of >= 2), (1, True))

	def test_every_indicator_once_and_known_to_the_rules(self):
		self.assertEqual(len(CODES), len(set(CODES)))
		options = frappe.get_meta("Standing Rule").get_field("indicator").options.split("\n")
		self.assertEqual(options, list(CODES))

	def test_queries_do_not_grow_with_rows(self):
		def queries() -> int:
			counted = []
			original = frappe.db.sql
			frappe.db.sql = lambda *a, **k: (counted.append(1), original(*a, **k))[1]
			try:
				read_district(factories.DISTRICT, self.period)
			finally:
				del frappe.db.sql
			return len(counted)

		queries()  # what Frappe keeps of DocTypes is read once
		few = queries()
		rng = random.Random(1)
		for _i in range(10):
			self.random_case(rng)
		self.assertEqual(queries(), few)
		self.assertLessEqual(few, 25)
