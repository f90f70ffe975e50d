"""Bulletins and consequences on a real site, by named people."""

import json
from io import BytesIO

import frappe
from frappe.utils import add_days, getdate

from petition_proxy.api import bulletins as api
from petition_proxy.api import consequences
from petition_proxy.domain import ratings
from petition_proxy.petition_proxy.doctype.agent_consequence.agent_consequence import ConsequenceError
from petition_proxy.petition_proxy.doctype.quarterly_bulletin.quarterly_bulletin import BulletinError
from petition_proxy.tests import factories, money_cases
from petition_proxy.tests.base import AppTestCase
from petition_proxy.tests.money_cases import OFFICE_USER, in_last_quarter, last_quarter, make_closed, rate
from petition_proxy.utils.append_only import AppendOnlyError


class BulletinCase(AppTestCase):
	def setUp(self):
		super().setUp()
		money_cases.make_ground()
		self.agent = money_cases.make_agent("周大姐").name

	def cases(self, *given, **values):
		made = []
		for rating in given:
			case = make_closed(self.agent, in_last_quarter(20), **values)
			rate(case, rating)
			rate(case, rating, "Handling Unit")
			made.append(case)
		return made

	def draft(self, **values):
		year, quarter, _first, _last = last_quarter()
		return frappe.get_doc(
			{
				"doctype": "Quarterly Bulletin",
				"district": factories.DISTRICT,
				"year": year,
				"quarter": str(quarter),
				**values,
			}
		).insert()

	def figures(self, bulletin, level="Agent", scope=None):
		row = frappe.get_all(
			"Bulletin Figure",
			filters={
				"bulletin": bulletin.name,
				"level": level,
				"kind": "Figure",
				"scope_id": scope or self.agent,
			},
			pluck="figures",
			order_by="name asc",
		)
		return json.loads(row[0])


class TestBulletin(BulletinCase):
	def test_counts_and_lists(self):
		self.cases(*[ratings.SATISFIED] * 4, ratings.DISSATISFIED)
		doc = self.draft()
		self.assertEqual(self.figures(doc)["Agent Satisfaction"], [4, 5])
		self.assertEqual(self.figures(doc)["On-time Reply"], [5, 5])
		self.assertEqual(self.figures(doc, "Unit", factories.DEPT_UNIT)["Satisfaction"], [4, 5])
		self.assertEqual(self.figures(doc, "Village", factories.VILLAGE_2)["Satisfaction"], [0, 0])
		self.assertIn("石桥村", doc.zero_villages)
		self.assertNotIn("柳湾村", doc.zero_villages)
		best = [r for r in doc.rankings if r.level == "Agent" and r.indicator == "Agent Satisfaction"]
		self.assertEqual([(r.side, r.scope_name, r.rate) for r in best], [("Best", "周大姐", "80.0%")])
		tables = {t["level"]: t for t in api.get_bulletin_tables(doc.name)["tables"]}
		village = next(r for r in tables["Village"]["rows"] if r[0] == "云台村")
		self.assertIn("—", village)

	def test_few_cases_are_not_ranked(self):
		self.cases(*[ratings.SATISFIED] * 4)
		self.assertEqual([r for r in self.draft().rankings if r.level == "Agent"], [])
		frappe.db.set_single_value("Petition Proxy Settings", "bulletin_min_cases", 4)
		self.assertTrue([r for r in self.draft().rankings if r.level == "Agent"])

	def test_complaints_are_not_in_a_circular(self):
		self.cases(ratings.SATISFIED)
		before = self.figures(self.draft(), "District", factories.DISTRICT)
		self.cases(ratings.DISSATISFIED, accused_unit=factories.TOWN_UNIT)
		self.cases(ratings.DISSATISFIED, petition_kind="Report and Accusation")
		self.cases(ratings.DISSATISFIED, accused_user="town@pp.test")
		self.assertEqual(before, self.figures(self.draft(), "District", factories.DISTRICT))

	def test_cut_off(self):
		year, quarter, _first, last = last_quarter()
		for bad in (f"{last} 12:00:00", str(add_days(getdate(), 2))):
			with self.assertRaises(BulletinError):
				self.draft(cut_off=bad)
		with self.assertRaises(BulletinError):
			self.draft(year=getdate().year + 1)
		self.assertEqual(str(self.draft().cut_off)[:10], str(last))
		self.assertTrue(year and quarter)

	def test_who_makes_and_reads(self):
		for user in (
			"town@pp.test",
			"village@pp.test",
			"clerk@pp.test",
			"agent@pp.test",
			money_cases.FINANCE_USER,
		):
			self.as_user(user)
			with self.assertRaises(frappe.PermissionError, msg=user):
				self.draft()
		self.as_user(OFFICE_USER)
		doc = self.draft()
		self.as_user("town@pp.test")
		self.assertEqual(frappe.get_list("Quarterly Bulletin", pluck="name"), [])
		self.assertEqual(frappe.get_list("Bulletin Figure", pluck="name", limit=1), [])
		with self.assertRaises(frappe.PermissionError):
			api.get_bulletin_tables(doc.name)
		self.as_user(OFFICE_USER)
		doc.submit()
		for user in ("town@pp.test", "village@pp.test", "dept@pp.test"):
			self.as_user(user)
			self.assertEqual(frappe.get_list("Quarterly Bulletin", pluck="name"), [doc.name], user)
			self.assertTrue(api.get_bulletin_tables(doc.name)["is_unchanged"])
		self.as_user("agent@pp.test")
		with self.assertRaises(frappe.PermissionError):
			api.get_bulletin_tables(doc.name)

	def test_one_in_force_and_amended_with_a_word(self):
		case = self.cases(*[ratings.SATISFIED] * 2)[0]
		self.as_user(OFFICE_USER)
		doc = self.draft()
		doc.submit()
		with self.assertRaises(BulletinError):
			self.draft().submit()
		with self.assertRaises(frappe.UpdateAfterSubmitError):
			doc.summary = "改写"
			doc.save()
		doc.reload()
		doc.cancel()
		self.assertEqual(self.figures(doc)["Agent Satisfaction"], [2, 2])
		frappe.db.set_value(
			"Evaluation",
			{"petition": case.name, "rated_party": "Handling Unit"},
			"rating",
			ratings.DISSATISFIED,
		)
		amended = frappe.copy_doc(doc)
		amended.docstatus, amended.amended_from = 0, doc.name
		with self.assertRaises(BulletinError):
			amended.insert()
		amended.correction_note = "一件评价录错"
		amended.insert()
		amended.submit()
		rows = frappe.get_all(
			"Bulletin Figure",
			filters={"bulletin": amended.name, "kind": "Restated", "level": "Unit"},
			fields=["figures", "earlier_figures"],
			order_by="name asc",
		)
		self.assertEqual(json.loads(rows[0].earlier_figures)["Satisfaction"], [2, 2])
		self.assertEqual(json.loads(rows[0].figures)["Satisfaction"], [1, 2])

	def test_figures_are_written_with_the_bulletin_only(self):
		doc = self.draft()
		row = frappe.get_doc("Bulletin Figure", {"bulletin": doc.name})
		row.figures = "{}"
		with self.assertRaises(AppendOnlyError):
			row.save(ignore_permissions=True)
		with self.assertRaises(AppendOnlyError):
			frappe.delete_doc("Bulletin Figure", row.name, force=True)
		with self.assertRaises(AppendOnlyError):
			frappe.get_doc(
				{"doctype": "Bulletin Figure", "bulletin": doc.name, "kind": "Figure", "level": "Town"}
			).insert()
		doc.submit()
		with self.assertRaises(BulletinError):
			api.recount_bulletin(doc.name)
		with self.assertRaises(frappe.ValidationError):
			frappe.delete_doc("Quarterly Bulletin", doc.name, force=True)

	def test_tampering_is_found_out(self):
		self.cases(ratings.SATISFIED)
		doc = self.draft()
		doc.submit()
		self.assertTrue(doc.is_unchanged())
		frappe.db.set_value("Bulletin Figure", {"bulletin": doc.name, "level": "District"}, "figures", "{}")
		self.assertFalse(doc.is_unchanged())

	def test_workbook(self):
		from openpyxl import load_workbook

		self.cases(*[ratings.SATISFIED] * 5)
		frappe.db.set_value("Proxy Agent", self.agent, "agent_name", "=1+1")
		doc = self.draft()
		api.download_bulletin(doc.name)
		book = load_workbook(BytesIO(frappe.response.filecontent))
		self.assertEqual(len(book.sheetnames), 7)
		cells = [c for sheet in book for row in sheet.iter_rows() for c in row]
		self.assertFalse([c for c in cells if c.data_type == "f"])
		self.assertIn("'=1+1", [c.value for c in cells])


class TestConsequence(BulletinCase):
	def setUp(self):
		super().setUp()
		self.office2 = factories.make_user("office2@pp.test", ("Petition Office",)).name
		unit = frappe.get_doc("Handling Unit", factories.OFFICE_UNIT)
		unit.append("members", {"user": self.office2})
		unit.save()
		self.agent = factories.make_agent().name

	def propose(self, step="Suspension", user=OFFICE_USER):
		self.as_user(user)
		return frappe.get_doc(
			{"doctype": "Agent Consequence", "agent": self.agent, "step": step, "grounds": "三次回复不认真"}
		).insert()

	def status(self):
		return frappe.db.get_value("Proxy Agent", self.agent, "status")

	def test_heard_then_suspended_by_another_person(self):
		doc = self.propose()
		self.assertEqual((doc.status, doc.town, doc.proposed_by), ("Proposed", factories.TOWN, OFFICE_USER))
		self.as_user(self.office2)
		until = str(add_days(getdate(), 30))
		with self.assertRaises(ConsequenceError):
			consequences.decide_consequence(doc.name, True, "属实", until)
		self.as_user("agent@pp.test")
		consequences.answer_consequence(doc.name, "家里有事，今后改正")
		with self.assertRaises(ConsequenceError):
			consequences.answer_consequence(doc.name, "再说一遍")
		with self.assertRaises((ConsequenceError, frappe.PermissionError)):
			consequences.decide_consequence(doc.name, False, "算了")
		self.as_user(OFFICE_USER)
		with self.assertRaises(ConsequenceError):
			consequences.decide_consequence(doc.name, True, "属实", until)
		self.as_user("town@pp.test")
		with self.assertRaises(frappe.PermissionError):
			consequences.decide_consequence(doc.name, True, "属实", until)
		self.as_user(self.office2)
		with self.assertRaises(ConsequenceError):
			consequences.decide_consequence(doc.name, True, "属实", None)
		consequences.decide_consequence(doc.name, True, "属实", until)
		self.assertEqual(self.status(), "Suspended")
		with self.assertRaises(ConsequenceError):
			consequences.decide_consequence(doc.name, False, "再决定")
		doc.reload()
		self.assertEqual(
			(doc.status, doc.agent_answer, doc.decided_by), ("Imposed", "家里有事，今后改正", self.office2)
		)

	def test_removal_after_the_days_have_passed(self):
		doc = self.propose("Removal")
		frappe.db.set_value("Agent Consequence", doc.name, "answer_by", add_days(getdate(), -1))
		self.as_user(self.office2)
		consequences.decide_consequence(doc.name, True, "连续不合格")
		self.assertEqual(self.status(), "Removed")
		with self.assertRaises(ConsequenceError):
			self.propose("Notice")

	def test_dropped_leaves_the_agent_alone(self):
		doc = self.propose()
		self.as_user(self.office2)
		consequences.decide_consequence(doc.name, False, "不属实")
		self.assertEqual(self.status(), "On Duty")
		self.propose()

	def test_talk_by_the_town(self):
		doc = self.propose("Talk", "town@pp.test")
		self.as_user("town@pp.test")
		consequences.answer_consequence(doc.name, "当面说明")
		with self.assertRaises(ConsequenceError):
			consequences.decide_consequence(doc.name, True, "已约谈")
		self.as_user(OFFICE_USER)
		consequences.decide_consequence(doc.name, True, "已约谈")

	def test_strangers_and_the_agent_himself(self):
		for user in ("town2@pp.test", "village@pp.test", "dept@pp.test", "agent@pp.test", "clerk@pp.test"):
			with self.assertRaises(frappe.PermissionError, msg=user):
				self.propose("Notice", user)
		doc = self.propose()
		with self.assertRaises(ConsequenceError):
			self.propose()
		for user in ("town2@pp.test", "agent2@pp.test", "village@pp.test"):
			self.as_user(user)
			self.assertEqual(
				frappe.get_list("Agent Consequence", pluck="name") if user[0] != "v" else [], [], user
			)
			with self.assertRaises(frappe.PermissionError, msg=user):
				consequences.answer_consequence(doc.name, "代答")
		self.as_user("Administrator")
		frappe.db.set_value("Proxy Agent", self.agent, "user", OFFICE_USER)
		with self.assertRaises(ConsequenceError):
			self.propose("Talk")

	def test_what_a_client_sends_is_ignored(self):
		self.as_user(OFFICE_USER)
		doc = frappe.get_doc(
			{
				"doctype": "Agent Consequence",
				"agent": self.agent,
				"step": "Removal",
				"grounds": "x",
				"status": "Imposed",
				"decided_by": self.office2,
				"proposed_by": self.office2,
			}
		).insert()
		self.assertEqual((doc.status, doc.decided_by, doc.proposed_by), ("Proposed", None, OFFICE_USER))
		doc.status, doc.answer_by = "Imposed", "2000-01-01"
		doc.save()
		doc.reload()
		self.assertEqual((doc.status, doc.answer_by), ("Proposed", add_days(getdate(), 5)))

	def test_proposals_of_a_bulletin_become_records_once(self):
		self.cases(*[ratings.DISSATISFIED] * 6)
		self.as_user(OFFICE_USER)
		doc = self.draft()
		self.assertEqual(
			[(p.level, p.consequence) for p in doc.proposals if p.level == "Agent"], [("Agent", "Talk")]
		)
		with self.assertRaises(ConsequenceError):
			consequences.propose_from_bulletin(doc.name)
		doc.submit()
		made = consequences.propose_from_bulletin(doc.name)
		self.assertEqual(len(made), 1)
		self.assertEqual(consequences.propose_from_bulletin(doc.name), [])
		row = frappe.get_doc("Agent Consequence", made[0])
		self.assertEqual((row.agent, row.step, row.bulletin), (self.agent, "Talk", doc.name))
		self.as_user("town@pp.test")
		with self.assertRaises(frappe.PermissionError):
			consequences.propose_from_bulletin(doc.name)
