"""The annual sheet of public staff and the scorecard of agents."""

import frappe
from frappe.utils import getdate

from petition_proxy.domain import ratings
from petition_proxy.petition_proxy.report.agent_scorecard.agent_scorecard import execute as scorecard
from petition_proxy.petition_proxy.report.annual_appraisal_sheet.annual_appraisal_sheet import (
	execute as annual_sheet,
)
from petition_proxy.tests import factories, money_cases
from petition_proxy.tests.base import AppTestCase


class TestStandingReports(AppTestCase):
	def setUp(self):
		super().setUp()
		money_cases.make_ground()
		self.year = getdate().year - 1
		self.public = money_cases.make_agent("公职甲", is_public_staff=1).name
		self.other = money_cases.make_agent("群众乙").name
		for agent in (self.public, self.other):
			for rating in (ratings.SATISFIED, ratings.DISSATISFIED):
				case = money_cases.make_closed(agent, getdate(f"{self.year}-05-20"))
				money_cases.rate(case, rating)

	def test_public_staff_only_and_no_money(self):
		columns, rows = annual_sheet({"year": self.year})
		by_agent = {r["agent"]: r for r in rows}
		self.assertIn(self.public, by_agent)
		self.assertNotIn(self.other, by_agent)
		self.assertEqual(
			(by_agent[self.public]["filed"], by_agent[self.public]["agent_satisfaction"]), ("2", "50.0%")
		)
		self.assertEqual(by_agent[self.public]["satisfaction"], "—")
		text = str(columns).lower()
		for word in ("yuan", "fen", "reward", "amount"):
			self.assertNotIn(word, text)
		_columns, rows = annual_sheet({"year": self.year - 1})
		self.assertEqual({r["filed"] for r in rows if r["agent"] == self.public}, {"0"})

	def test_scorecard_says_what_counts_and_why(self):
		frappe.db.set_value("Standing Rule", "agent-satisfaction-talk", "min_cases", 2)
		asked = {"agent": self.other, "from_date": f"{self.year}-04-01", "to_date": f"{self.year}-06-30"}
		_columns, rows = scorecard(asked)
		row = next(r for r in rows if r["counted"] == 1 and r["of"] == 2)
		self.assertEqual(row["figure"], "50.0%")
		self.assertTrue(row["why"])
		self.assertIn("agent-satisfaction-talk", row["proposed"])
		_columns, rows = scorecard({k: v for k, v in asked.items() if k != "agent"})
		self.assertEqual(next(r for r in rows if r["agent"] == self.other)["agent_satisfaction"], "50.0%")

	def test_each_sees_the_agents_of_the_own_place(self):
		for user, is_seen in (("town@pp.test", True), ("town2@pp.test", False), ("office@pp.test", True)):
			self.as_user(user)
			_columns, rows = annual_sheet({"year": self.year})
			self.assertEqual(self.public in {r["agent"] for r in rows}, is_seen, user)
		self.as_user("dept@pp.test")
		self.assertEqual(scorecard({})[1], [])

	def test_the_complained_about_count_nothing_of_it(self):
		case = money_cases.make_closed(
			self.other, getdate(f"{self.year}-05-21"), accused_unit=factories.TOWN_UNIT
		)
		asked = {"agent": self.other, "from_date": f"{self.year}-04-01", "to_date": f"{self.year}-06-30"}
		self.as_user("town@pp.test")
		self.assertEqual(scorecard(asked)[1][0]["counted"], 2)
		self.as_user("office@pp.test")
		self.assertEqual(scorecard(asked)[1][0]["counted"], 3)
		self.assertTrue(case.name)
