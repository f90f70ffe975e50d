"""Ratings: who may give them, for whom, when, and how often they change (invariants 8 and 11)."""

import frappe
from frappe.utils import add_days, now_datetime

from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.evaluation.evaluation import EvaluationError
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase


class TestEvaluation(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		petitioner = f.make_petitioner(user="petitioner@pp.test")
		self.case = f.make_petition(lifecycle.SERVED, petitioner=petitioner.name)

	def rate(self, party="Handling Unit", rating="Satisfied", **values):
		return frappe.get_doc(
			{
				"doctype": "Evaluation",
				"petition": self.case.name,
				"rated_party": party,
				"rating": rating,
				**values,
			}
		).insert()

	def test_petitioner_rates_unit_and_agent_apart(self):
		self.as_user("petitioner@pp.test")
		unit, agent = self.rate(), self.rate("Proxy Agent", "Basically Satisfied")
		self.assertEqual((unit.unit, unit.agent), (f.DEPT_UNIT, None))
		self.assertEqual((agent.unit, agent.agent), (None, self.case.agent))
		self.assertEqual({unit.channel, agent.channel}, {"Portal"})
		self.assertEqual(unit.entered_by, "petitioner@pp.test")

	def test_one_rating_a_party_and_round(self):
		self.as_user("petitioner@pp.test")
		self.rate()
		self.assertRaises(EvaluationError, self.rate)

	def test_one_change_then_no_more(self):
		self.as_user("petitioner@pp.test")
		doc = self.rate()
		doc.rating = "Basically Satisfied"
		doc.save()
		self.assertEqual(doc.revision_count, 1)
		doc.rating = "Satisfied"
		self.assertRaises(EvaluationError, doc.save)
		self.assertEqual(frappe.db.get_value("Evaluation", doc.name, "rating"), "Basically Satisfied")

	def test_agent_rates_nothing_on_the_own_case(self):
		self.as_user("agent@pp.test")
		for party in ("Proxy Agent", "Handling Unit"):
			self.assertRaises((frappe.PermissionError, EvaluationError), self.rate, party, channel="Paper")

	def test_agent_who_is_also_a_clerk_still_cannot(self):
		self.give_roles("agent@pp.test", lifecycle.CLERK)
		self.as_user("agent@pp.test")
		self.assertRaises(EvaluationError, self.rate, "Proxy Agent", channel="Paper")

	def test_call_back_by_village_knows_who_typed(self):
		self.as_user("village@pp.test")
		doc = self.rate("Proxy Agent", channel="Call-back")
		self.assertEqual((doc.entered_by, doc.channel), ("village@pp.test", "Call-back"))
		self.assertRaises(EvaluationError, self.rate, "Handling Unit", channel="Portal")

	def test_out_of_scope_office_cannot_rate(self):
		self.as_user("town2@pp.test")
		self.assertRaises(frappe.PermissionError, self.rate, channel="Call-back")

	def test_member_of_the_rated_unit_cannot_enter(self):
		unit = frappe.get_doc("Handling Unit", f.DEPT_UNIT)
		unit.append("members", {"user": "town@pp.test"})
		unit.save()
		self.as_user("town@pp.test")
		self.assertRaises(EvaluationError, self.rate, channel="Call-back")

	def test_dissatisfied_needs_reasons(self):
		self.as_user("petitioner@pp.test")
		self.assertRaises(EvaluationError, self.rate, "Handling Unit", "Dissatisfied")
		self.assertTrue(self.rate("Handling Unit", "Dissatisfied", reasons="没人上门").name)

	def test_nothing_to_rate_before_service_or_after_the_window(self):
		self.as_user("petitioner@pp.test")
		frappe.db.set_value("Petition", self.case.name, "served_at", add_days(now_datetime(), -31))
		self.assertRaises(EvaluationError, self.rate)
		frappe.db.set_value("Petition", self.case.name, "served_at", add_days(now_datetime(), -30))
		self.assertTrue(self.rate().name)
		frappe.db.set_value("Petition", self.case.name, "served_at", None)
		self.assertRaises(EvaluationError, self.rate, "Proxy Agent")

	def test_closing_does_not_wait_for_a_rating(self):
		f.walk(self.case, "Close")
		self.assertEqual(self.case.workflow_state, lifecycle.CLOSED)
		self.assertFalse(frappe.db.exists("Evaluation", {"petition": self.case.name}))

	def test_rating_cannot_be_deleted_or_moved(self):
		doc = self.rate()
		self.assertRaises(EvaluationError, doc.delete)
		doc.channel = "Counter"
		self.assertRaises(EvaluationError, doc.save)


class TestIntake(AppTestCase):
	"""What an agent types in the field: people found or made, agreement signed, filed at once."""

	def setUp(self):
		super().setUp()
		f.make_district()
		f.make_agent()

	def file(self, **values):
		doc = frappe.get_doc(
			{
				"doctype": "Petition",
				"subject": "路灯不亮",
				"content": "村口三盏路灯坏了一个月。",
				"village": f.VILLAGE,
				"new_petitioner_name": "陈大爷",
				"new_petitioner_phone": "13900001111",
				"agreement_signature": f.SIGNATURE,
				"powers_agreed": 1,
				**values,
			}
		)
		doc.flags.file_now = True
		return doc.insert()

	def test_filed_in_one_go_with_agreement_and_person(self):
		self.as_user("agent@pp.test")
		doc = self.file()
		doc.reload()
		self.assertEqual(doc.workflow_state, lifecycle.REGISTERED)
		self.assertTrue(doc.notice_due_at and doc.due_at and doc.next_action_at)
		self.assertEqual(frappe.db.get_value("Proxy Agreement", doc.agreement, "docstatus"), 1)
		self.assertEqual(frappe.get_all("Petition Event", {"petition": doc.name}, pluck="event"), ["File"])

	def test_second_case_of_the_same_person_finds_the_person(self):
		self.as_user("agent@pp.test")
		self.assertEqual(self.file().petitioner, self.file(subject="水管漏水").petitioner)

	def test_without_signature_or_consent_nothing_is_left_behind(self):
		self.as_user("agent@pp.test")
		for values in ({"agreement_signature": None}, {"powers_agreed": 0}):
			before = [frappe.db.count(d) for d in ("Petition", "Petitioner", "Proxy Agreement")]
			frappe.db.savepoint("one_request")
			self.assertRaises(frappe.ValidationError, self.file, **values)
			frappe.db.rollback(save_point="one_request")
			self.assertEqual(
				before, [frappe.db.count(d) for d in ("Petition", "Petitioner", "Proxy Agreement")]
			)

	def test_double_tap_files_once(self):
		self.as_user("agent@pp.test")
		first = self.file(client_key="phone-1-0001")
		self.assertRaises(frappe.UniqueValidationError, self.file, client_key="phone-1-0001")
		self.assertEqual(frappe.db.count("Petition", {"client_key": "phone-1-0001"}), 1)
		self.assertTrue(first.name)

	def test_agent_without_record_is_told_what_to_do(self):
		f.make_user("stranger@pp.test", (lifecycle.AGENT,))
		self.as_user("stranger@pp.test")
		self.assertRaisesRegex(frappe.ValidationError, "not linked", self.file)

	def test_petitioner_files_alone_for_himself_only(self):
		own = f.make_petitioner("本人", user="petitioner@pp.test")
		other = f.make_petitioner("别人")
		self.as_user("petitioner@pp.test")
		doc = self.file(
			petitioner=other.name,
			new_petitioner_name=None,
			new_petitioner_phone=None,
			agreement_signature=None,
		)
		self.assertEqual((doc.petitioner, doc.agent, doc.is_proxied), (own.name, None, 0))

	def test_numbers_have_no_gap_after_a_refused_filing(self):
		self.as_user("agent@pp.test")
		first = self.file()
		frappe.db.savepoint("one_request")
		self.assertRaises(frappe.ValidationError, self.file, agreement_signature=None)
		frappe.db.rollback(save_point="one_request")
		second = self.file(subject="第二件")
		self.assertEqual(int(second.name[-6:]), int(first.name[-6:]) + 1)
