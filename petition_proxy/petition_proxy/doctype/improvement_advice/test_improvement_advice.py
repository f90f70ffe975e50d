"""The three kinds of advice: written by the office, answered in writing, hidden from the unit at fault (R22 art. 40)."""

import frappe
from frappe.utils import add_days, today

from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.improvement_advice.improvement_advice import (
	AdviceError,
	answer_advice,
	issue_advice,
)
from petition_proxy.tests import factories as f
from petition_proxy.tests.clock_cases import ClockTestCase


class TestImprovementAdvice(ClockTestCase):
	def write(self, user: str = "office@pp.test", **values):
		return self.act(user, self._insert, values)

	def _insert(self, values: dict):
		return frappe.get_doc(
			{
				"doctype": "Improvement Advice",
				"kind": "Improve Work",
				"subject": "缴费网点撤并前应征求意见",
				"to_unit": f.DEPT_UNIT,
				"finding": "三个社区因撤点集中反映。",
				"advice": "撤点前公示并设代收点。",
				**values,
			}
		).insert()

	def test_from_draft_to_written_feedback(self):
		doc = self.write()
		self.assertEqual((doc.status, doc.issued_by_unit, doc.district), ("Draft", f.OFFICE_UNIT, f.DISTRICT))
		self.act("office@pp.test", issue_advice, doc.name)
		self.act("dept@pp.test", answer_advice, doc.name, "Partly Adopted", "已设代收点，公示制度年内出台。")
		doc.reload()
		self.assertEqual(
			(doc.status, doc.adoption, doc.feedback_by), ("Answered", "Partly Adopted", "dept@pp.test")
		)

	def test_draft_is_not_seen_by_the_unit(self):
		doc = self.write()
		self.as_user("dept@pp.test")
		self.assertNotIn(doc.name, frappe.get_list("Improvement Advice", pluck="name"))
		self.assertRaises(frappe.PermissionError, answer_advice, doc.name, "Adopted", "好")

	def test_only_the_office_writes_and_only_the_unit_answers(self):
		with self.assertRaises((AdviceError, frappe.PermissionError)):
			self.write(user="dept@pp.test")
		doc = self.write()
		self.act("office@pp.test", issue_advice, doc.name)
		with self.assertRaises(AdviceError):
			self.act("office@pp.test", answer_advice, doc.name, "Adopted", "好")
		with self.assertRaises(frappe.PermissionError):
			self.act("dept2@pp.test", answer_advice, doc.name, "Adopted", "好")
		with self.assertRaises(frappe.PermissionError):
			self.act("dept@pp.test", issue_advice, doc.name)

	def test_answer_needs_words_and_comes_once(self):
		doc = self.write()
		self.act("office@pp.test", issue_advice, doc.name)
		for adoption, words in (("Not Adopted", " "), ("Perhaps", "x")):
			with self.assertRaises(AdviceError):
				self.act("dept@pp.test", answer_advice, doc.name, adoption, words)
		self.act("dept@pp.test", answer_advice, doc.name, "Not Adopted", "上级已另有规定。")
		with self.assertRaises(AdviceError):
			self.act("dept@pp.test", answer_advice, doc.name, "Adopted", "改主意了")

	def test_issued_advice_stands_and_a_client_answers_nothing_by_saving(self):
		doc = self.write()
		self.act("office@pp.test", issue_advice, doc.name)
		doc.reload()
		doc.advice = "别的意见"
		self.assertRaises(AdviceError, doc.save)
		doc.reload()
		doc.adoption, doc.status = "Adopted", "Answered"
		doc.save()
		self.assertEqual((doc.reload().status, doc.adoption or ""), ("Issued", ""))
		self.assertRaises(frappe.ValidationError, doc.delete)

	def test_day_for_the_answer_has_not_passed(self):
		doc = self.write(reply_by=add_days(today(), -1))
		with self.assertRaises(AdviceError):
			self.act("office@pp.test", issue_advice, doc.name)

	def test_unit_at_fault_does_not_see_advice_to_hold_it_accountable(self):
		with self.assertRaises(AdviceError):
			self.write(kind="Hold Accountable")
		doc = self.write(kind="Hold Accountable", about_unit=f.DEPT_UNIT_2)
		self.act("office@pp.test", issue_advice, doc.name)
		for user, sees in (("dept@pp.test", True), ("dept2@pp.test", False), ("leader@pp.test", True)):
			self.as_user(user)
			self.assertEqual(doc.name in frappe.get_list("Improvement Advice", pluck="name"), sees, user)
			self.assertEqual(
				frappe.get_doc("Improvement Advice", doc.name).has_permission("read"), sees, user
			)

	def test_case_is_not_named_to_the_unit_it_complains_about(self):
		case = f.make_petition(lifecycle.REGISTERED, accused_unit=f.DEPT_UNIT)
		with self.assertRaises(AdviceError):
			self.write(petition=case.name)
		self.assertTrue(self.write(petition=case.name, to_unit=f.DEPT_UNIT_2).name)
