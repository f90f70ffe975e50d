"""The agent's page on standing: rewards that agree with the ledger, ratings without names, figures, the answer form."""

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Sum
from frappe.utils import getdate

from petition_proxy.api import consequences as api
from petition_proxy.domain.rewards import yuan_text
from petition_proxy.petition_proxy.report.agent_scorecard.agent_scorecard import execute as scorecard
from petition_proxy.queries import own_standing as queries
from petition_proxy.tests import factories as f
from petition_proxy.tests import money_cases as m
from petition_proxy.tests import work_cases as w
from petition_proxy.tests.base import AppTestCase

AGENT, OTHER = "agent@pp.test", "agent2@pp.test"


class StandingTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		m.make_ground()
		self.agent = f.make_agent(AGENT)
		self.other = f.make_agent(OTHER, f.VILLAGE_2, agent_name="李大哥")
		self.year, self.number, self.first, self.last = m.last_quarter()

	def page(self, user: str = AGENT) -> str:
		self.as_user(user)
		return w.page_text("agent/standing", quarter=f"{self.year}-{self.number}")


class TestRewards(StandingTestCase):
	def setUp(self):
		super().setUp()
		self.cases = [m.make_closed(self.agent.name, self.last) for _i in range(3)]
		self.strange = m.make_closed(self.other.name, self.last)
		m.run_rewards()

	def test_totals_are_those_of_the_ledger(self):
		entry = DocType("Reward Entry")
		total = (
			frappe.qb.from_(entry)
			.select(Sum(entry.amount_fen))
			.where((entry.agent == self.agent.name) & entry.earned_on[self.first : self.last])
			.run()[0][0]
		)
		self.assertGreater(total, 0)
		found = queries.own_rewards(self.agent.name, self.first, self.last)
		self.assertEqual(found["total"], total)
		self.assertEqual(sum(row.amount_fen for row in found["rows"]), total)
		self.assertEqual(sum(row.fen for row in found["by_status"]), total)
		html = self.page()
		self.assertIn(f"{yuan_text(int(total))} yuan", html)
		for case in self.cases:
			self.assertIn(case.name, html)
		self.assertNotIn(self.strange.name, html)

	def test_other_quarters_have_their_own(self):
		before = queries.quarters_before(self.year, self.number)[1]
		days = queries.days_of(*before)
		self.assertEqual(queries.own_rewards(self.agent.name, *days)["rows"], [])


class TestRatings(StandingTestCase):
	def test_fewer_than_three_are_not_shown_three_are_counted_without_names(self):
		names = ["甲老人", "乙老人", "丙老人"]
		for number, name in enumerate(names, start=1):
			self.as_user("Administrator")
			case = m.make_closed(
				self.agent.name, self.last, petitioner=f.make_petitioner(name).name, petitioner_name=name
			)
			m.rate(case, "Dissatisfied" if number == 1 else "Satisfied", entered_at=case.served_at)
			html = self.page()
			for who in names:
				self.assertNotIn(who, html)
			found = queries.own_ratings(self.agent.name, self.first, self.last)
			self.assertEqual(found["number"], number)
			self.assertEqual(bool(found["grades"]), number >= 3)
			self.assertEqual("Fewer than 3 ratings" in html, number < 3)
			figures = {r.code: r for r in queries.own_figures(self.agent.name, self.first, self.last)}
			self.assertEqual(figures["Agent Satisfaction"].of, 3 if number == 3 else None)
		self.assertEqual({r.grade: r.count for r in found["grades"]}["Satisfied"], 2)

	def test_ratings_of_others_and_of_units_do_not_count(self):
		case = m.make_closed(self.other.name, self.last)
		m.rate(case, "Satisfied", entered_at=case.served_at)
		self.assertEqual(queries.own_ratings(self.agent.name, self.first, self.last)["number"], 0)

	def test_figures_are_those_of_the_scorecard(self):
		for _i in range(2):
			m.make_closed(self.agent.name, self.last)
		self.as_user("town@pp.test")
		_columns, rows = scorecard({"agent": self.agent.name, "from_date": self.first, "to_date": self.last})
		theirs = {row["indicator"]: (row["counted"], row["of"]) for row in rows}
		self.as_user(AGENT)
		mine = queries.own_figures(self.agent.name, self.first, self.last)
		self.assertGreater(next(r for r in mine if r.code == "Filed").counted, 1)
		for row in mine:
			if row.code not in queries.RATED_CODES:
				self.assertEqual((row.counted, row.of), theirs[row.indicator], row.code)


class TestConsequences(StandingTestCase):
	def propose(self) -> str:
		self.as_user("town@pp.test")
		doc = frappe.get_doc(
			{
				"doctype": "Agent Consequence",
				"agent": self.agent.name,
				"step": "Talk",
				"grounds": "反馈不及时",
			}
		).insert()
		return doc.name

	def test_the_agent_reads_and_answers_once_nobody_else_does(self):
		name = self.propose()
		html = self.page()
		self.assertIn("反馈不及时", html)
		self.assertIn('data-act="consequences.answer_consequence"', html)
		self.assertNotIn("反馈不及时", self.page(OTHER))
		self.as_user(OTHER)
		self.assertRaises(frappe.PermissionError, api.answer_consequence, name, "不是我")
		self.as_user(AGENT)
		api.answer_consequence(name, "已补上")
		self.assertRaises(frappe.ValidationError, api.answer_consequence, name, "再答")
		html = self.page()
		self.assertIn("已补上", html)
		self.assertNotIn('data-act="consequences.answer_consequence"', html)


class TestQuarters(StandingTestCase):
	def test_what_is_no_quarter_is_the_present_one(self):
		today = getdate()
		present = (today.year, (today.month + 2) // 3)
		for text in (None, "", "x", "2026", "2026-5", "99999-1", "2026-1'--"):
			self.assertEqual(queries.read_quarter(text), present, text)
		self.assertEqual(queries.read_quarter("2025-4"), (2025, 4))

	def test_quarters_go_back_over_the_year(self):
		self.assertEqual(queries.quarters_before(2026, 2), [(2026, 2), (2026, 1), (2025, 4), (2025, 3)])
