"""Serving the reply: what each way must prove, attempts that failed, who may serve, and the step that follows."""

import frappe
from frappe.utils import add_days, add_to_date, get_datetime, now_datetime, today

from petition_proxy.api import letters as letters_api
from petition_proxy.api import opinions
from petition_proxy.api import service as api
from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.official_letter.register import LetterError
from petition_proxy.petition_proxy.doctype.petition.checks import StepError
from petition_proxy.petition_proxy.doctype.petition.steps import may_take
from petition_proxy.petition_proxy.doctype.service_receipt.service_receipt import ServiceReceiptError
from petition_proxy.tests import answer_cases as a
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.append_only import AppendOnlyError


class ServiceTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		a.save_setting(require_opinion_letter=1, require_service_proof=1, service_attempts_needed=3)
		self.case = f.make_petition(lifecycle.REPLIED)


class TestReceipt(ServiceTestCase):
	def test_each_way_asks_for_its_own_proof(self):
		for values, missing in (
			({"photo": None}, "Signature"),
			({"method": "In Person", "photo": None}, "Signature"),
			({"method": "By Post"}, "Post No., Posted On"),
			({"method": "Left with Witness", "photo": None}, "Witness, Photo"),
			({"method": "Refused by Petitioner"}, "Refusal to Receive, Two witnesses"),
			(
				{"method": "Refused by Petitioner", "refusal_reason": "不服", "witness_1": "王"},
				"Two witnesses",
			),
			({"result": "Failed Attempt"}, "Reason of the Failure"),
		):
			with self.assertRaisesRegex((ServiceReceiptError, frappe.MandatoryError), missing):
				a.receipt_of(self.case.name, **values).insert()

	def test_each_way_is_enough_with_its_proof(self):
		for values in (
			{"photo": None, "signature": f.SIGNATURE},
			{"method": "By Post", "photo": None, "post_no": "EMS1", "posted_on": today()},
			{"method": "Online", "photo": None},
			{"method": "Left with Witness", "witness_1": "王主任"},
			{
				"method": "Refused by Petitioner",
				"photo": None,
				"refusal_reason": "不服",
				"witness_1": "王",
				"witness_2": "李",
			},
			{
				"method": "Refused by Petitioner",
				"photo": None,
				"refusal_reason": "不服",
				"recording": "/private/files/a.mp4",
			},
		):
			frappe.db.savepoint("receipt")
			receipt = a.receipt_of(self.case.name, **values).insert()
			self.assertEqual(frappe.db.get_value("Petition", self.case.name, "service_receipt"), receipt.name)
			self.assertEqual(
				(receipt.document_type, receipt.document), ("Opinion Letter", self.case.opinion_letter)
			)
			frappe.db.rollback(save_point="receipt")

	def test_proof_is_a_setting_but_a_refusal_keeps_its_reason(self):
		a.save_setting(require_service_proof=0)
		self.assertRaises(
			ServiceReceiptError, a.receipt_of(self.case.name, method="Refused by Petitioner").insert
		)
		a.receipt_of(self.case.name, method="In Person", photo=None).insert()

	def test_days_out_of_order_are_told(self):
		replied = get_datetime(self.case.replied_at)
		for served_at, message in (
			(add_to_date(replied, hours=-1), "Issued On"),
			(add_to_date(now_datetime(), hours=1), "future"),
		):
			with self.assertRaisesRegex(ServiceReceiptError, message):
				a.receipt_of(self.case.name, served_at=served_at).insert()
		with self.assertRaisesRegex(ServiceReceiptError, "Posted On"):
			a.receipt_of(
				self.case.name, method="By Post", post_no="1", posted_on=add_days(today(), 1)
			).insert()

	def test_not_before_the_reply_nor_twice(self):
		handling = f.make_petition(lifecycle.HANDLING)
		self.assertRaises(ServiceReceiptError, a.receipt_of(handling.name).insert)
		a.receipt_of(self.case.name).insert()
		with self.assertRaisesRegex(ServiceReceiptError, "already"):
			a.receipt_of(self.case.name).insert()

	def test_receipt_stands_as_written(self):
		receipt = a.receipt_of(self.case.name).insert()
		receipt.remark = "补记"
		receipt.save()
		receipt.method = "In Person"
		self.assertRaises(ServiceReceiptError, receipt.save)
		self.assertRaises(AppendOnlyError, frappe.get_doc("Service Receipt", receipt.name).on_trash)

	def test_letter_of_another_case_or_out_of_force_is_refused(self):
		other = f.make_petition(lifecycle.REPLIED)
		self.assertRaises(
			ServiceReceiptError,
			a.receipt_of(
				self.case.name, document_type="Opinion Letter", document=other.opinion_letter
			).insert,
		)

	def test_no_agent_hands_over_where_there_is_none(self):
		direct = f.make_petition(lifecycle.REPLIED, proxied=False)
		with self.assertRaisesRegex(ServiceReceiptError, "no agent"):
			a.receipt_of(direct.name).insert()

	def test_who_may_serve(self):
		for user, error in (
			("town2@pp.test", frappe.PermissionError),
			("dept2@pp.test", frappe.PermissionError),
			("leader@pp.test", frappe.PermissionError),
			("petitioner@pp.test", frappe.PermissionError),
		):
			self.as_user(user)
			self.assertRaises(error, a.receipt_of(self.case.name, method="In Person").insert)
		for user in ("agent@pp.test", "village@pp.test", "dept@pp.test", "town@pp.test", "office@pp.test"):
			frappe.db.savepoint("who")
			self.as_user(user)
			receipt = a.receipt_of(self.case.name, method="In Person").insert()
			self.assertEqual(receipt.served_by, user)
			frappe.db.rollback(save_point="who")


class TestServeStep(ServiceTestCase):
	def test_receipt_and_step_in_one_action(self):
		self.as_user("agent@pp.test")
		name = api.record_service(
			self.case.name, {"method": "By Agent", "signature": f.SIGNATURE, "relation": "The Petitioner"}
		)
		case = frappe.get_doc("Petition", self.case.name)
		self.assertEqual((case.workflow_state, case.service_receipt), (lifecycle.SERVED, name))
		self.assertEqual(case.service_method, "By Agent")
		self.assertRaises(
			ServiceReceiptError, api.record_service, self.case.name, {"method": "By Agent", "photo": a.PROOF}
		)

	def test_step_without_a_receipt_makes_one_with_the_same_demands(self):
		self.as_user("agent@pp.test")
		with self.assertRaisesRegex(StepError, "Signature"):
			a.step(self.case, "Serve", service_method="By Agent")
		case = a.step(
			self.case, "Serve", service_method="By Agent", service_proof=a.PROOF, service_note="在家"
		)
		receipt = frappe.get_doc("Service Receipt", case.service_receipt)
		self.assertEqual((receipt.method, receipt.photo, receipt.remark), ("By Agent", a.PROOF, "在家"))
		self.assertEqual((receipt.served_by, receipt.attempt_no), ("agent@pp.test", 1))

	def test_step_by_post_takes_the_note_as_post_number(self):
		self.as_user("dept@pp.test")
		self.assertRaises(StepError, a.step, self.case, "Serve", service_method="By Post")
		case = a.step(self.case, "Serve", service_method="By Post", service_note="EMS123")
		self.assertEqual(frappe.db.get_value("Service Receipt", case.service_receipt, "post_no"), "EMS123")

	def test_moment_of_service_is_the_receipt_s(self):
		served = get_datetime(self.case.replied_at).replace(microsecond=0)
		a.receipt_of(self.case.name, served_at=served).insert()
		case = a.step(self.case, "Serve")
		self.assertEqual(get_datetime(case.served_at), served)

	def test_new_version_of_the_letter_must_be_served_anew(self):
		a.receipt_of(self.case.name).insert()
		draft = opinions.make_new_version(self.case.opinion_letter, "更正")
		opinions.check_letter(draft)
		opinions.sign_letter(draft)
		self.assertIsNone(frappe.db.get_value("Petition", self.case.name, "service_receipt"))


class TestFailedAttempts(ServiceTestCase):
	def test_attempts_are_counted_on_the_case(self):
		self.as_user("agent@pp.test")
		self.assertEqual(api.record_failed_attempt(self.case.name, "By Agent", "家中无人"), 1)
		self.assertEqual(api.record_failed_attempt(self.case.name, "In Person", "拒不开门"), 2)
		numbers = frappe.get_all(
			"Service Receipt",
			filters={"petition": self.case.name},
			pluck="attempt_no",
			order_by="attempt_no asc",
		)
		self.assertEqual(numbers, [1, 2])
		self.assertRaises(ServiceReceiptError, api.record_failed_attempt, self.case.name, "In Person", "")

	def test_closing_without_service_needs_three_recorded_attempts(self):
		step = lifecycle.find(lifecycle.REPLIED, lifecycle.CLOSED)
		a.fail_to_serve(self.case.name, 2)
		self.as_user("dept@pp.test")
		case = frappe.get_doc("Petition", self.case.name)
		self.assertFalse(may_take(case, step))
		with self.assertRaisesRegex(StepError, "3 failed attempts"):
			a.step(self.case, "Close Without Service")
		a.fail_to_serve(self.case.name, 1)
		self.assertTrue(may_take(frappe.get_doc("Petition", self.case.name), step))
		case = a.step(self.case, "Close Without Service")
		self.assertEqual((case.workflow_state, case.served_at), (lifecycle.CLOSED, None))

	def test_other_units_do_not_close_without_service(self):
		a.fail_to_serve(self.case.name, 3)
		self.as_user("town@pp.test")
		self.assertRaises(StepError, a.step, self.case, "Close Without Service")

	def test_success_after_failures_is_the_next_attempt(self):
		a.fail_to_serve(self.case.name, 1)
		receipt = a.receipt_of(self.case.name).insert()
		self.assertEqual(receipt.attempt_no, 2)


class TestNotices(ServiceTestCase):
	def notice(self):
		return frappe.db.get_value(
			"Official Letter", {"petition": self.case.name, "kind": "Acceptance Notice"}
		)

	def test_notice_is_told_once_and_not_before_it_was_issued(self):
		name = self.notice()
		self.as_user("agent@pp.test")
		self.assertRaises(
			LetterError, letters_api.record_told, name, "By Agent", str(add_days(now_datetime(), -3))
		)
		letters_api.record_told(name, "By Agent")
		letter = frappe.get_doc("Official Letter", name)
		self.assertEqual((letter.told_how, letter.told_by), ("By Agent", "agent@pp.test"))
		self.assertRaises(LetterError, letters_api.record_told, name, "By Agent")

	def test_receipt_for_a_notice_tells_it_and_leaves_the_case(self):
		name = self.notice()
		receipt = a.receipt_of(self.case.name, document_type="Official Letter", document=name).insert()
		self.assertEqual(frappe.db.get_value("Official Letter", name, "service_receipt"), receipt.name)
		self.assertIsNone(frappe.db.get_value("Petition", self.case.name, "service_receipt"))

	def test_voided_letter_keeps_its_number(self):
		name = self.notice()
		number = frappe.db.get_value("Official Letter", name, "number")
		self.as_user("town@pp.test")
		self.assertRaises(LetterError, letters_api.void_letter, name, "写错")
		self.as_user("dept@pp.test")
		self.assertRaises(LetterError, letters_api.void_letter, name, "")
		letters_api.void_letter(name, "写错")
		self.assertRaises(LetterError, letters_api.void_letter, name, "写错")
		again = letters_api.issue_missing_notice(self.case.name)
		self.assertNotEqual(again, number)
		self.assertEqual(frappe.db.get_value("Official Letter", name, "number"), number)
		self.assertRaises(LetterError, letters_api.issue_missing_notice, self.case.name)
