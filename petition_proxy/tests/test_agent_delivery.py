"""Handing over from the agent's page: once by its key, proved, by who may; and the letters an agent may bring home."""

from unittest.mock import patch

import frappe
from frappe.utils import add_days, add_to_date, get_datetime, now_datetime, today

from petition_proxy.api import agent_work
from petition_proxy.api import service as api
from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.petition.checks import StepError
from petition_proxy.petition_proxy.doctype.service_receipt.service_receipt import ServiceReceiptError
from petition_proxy.printing.pages import paper_html
from petition_proxy.tests import answer_cases as a
from petition_proxy.tests import factories as f
from petition_proxy.tests import work_cases as w
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.client_values import ClientValueError
from petition_proxy.utils.files import PaperRefusedError

AGENT, OTHER = "agent@pp.test", "agent2@pp.test"


class DeliveryTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		a.save_setting(require_opinion_letter=1, require_service_proof=1)
		self.agent = f.make_agent(AGENT)
		f.make_agent(OTHER, f.VILLAGE_2, agent_name="李大哥")
		self.case = f.make_petition(lifecycle.REPLIED)

	def hand_over(self, key: str = w.KEY, photo: bytes | None = None, petition: str | None = None, **values):
		sent = {"method": "By Agent", "relation": "The Petitioner", **values}
		files = {"photo": ("林婆婆.jpg", photo)} if photo else {}
		with w.sent_files(**files):
			return api.hand_over(petition or self.case.name, key, **sent)

	def state(self) -> str:
		return frappe.db.get_value("Petition", self.case.name, "workflow_state")

	def receipts(self) -> int:
		return frappe.db.count("Service Receipt", {"petition": self.case.name})


class TestHandOver(DeliveryTestCase):
	def setUp(self):
		super().setUp()
		self.as_user(AGENT)

	def test_a_finger_signature_serves_the_case_and_tells_the_reply(self):
		receipt = frappe.get_doc("Service Receipt", self.hand_over(signature=f.SIGNATURE, place="家中"))
		self.assertEqual(self.state(), lifecycle.SERVED)
		self.assertEqual((receipt.served_by, receipt.place, receipt.result), (AGENT, "家中", "Served"))
		self.assertEqual(receipt.document, self.case.opinion_letter)
		node = {"petition": self.case.name, "node": "Replied"}
		self.assertEqual(frappe.db.get_value("Progress Notice", node, "status"), "Told")

	def test_a_photo_is_proof_and_hangs_private_on_the_receipt(self):
		receipt = frappe.get_doc("Service Receipt", self.hand_over(photo=w.picture()))
		self.assertEqual(frappe.db.count("File", {"attached_to_name": receipt.name}), 1)
		file = frappe.get_doc("File", {"attached_to_name": receipt.name})
		self.assertEqual(file.file_url, receipt.photo)
		self.assertEqual((file.attached_to_doctype, file.attached_to_name), ("Service Receipt", receipt.name))
		self.assertTrue(file.is_private)
		self.assertNotIn("林婆婆", file.file_url)

	def test_the_same_key_answers_the_same_and_writes_nothing_more(self):
		first = self.hand_over(signature=f.SIGNATURE)
		self.assertEqual(self.hand_over(signature=f.SIGNATURE), first)
		self.assertEqual(self.receipts(), 1)
		with self.assertRaises(ServiceReceiptError):
			self.hand_over("f" * 32, signature=f.SIGNATURE)
		self.assertEqual(self.receipts(), 1)

	def test_a_key_of_another_case_or_person_is_no_answer(self):
		first = self.hand_over(result="Failed Attempt", failure_reason="家中无人")
		self.as_user("village@pp.test")
		with self.assertRaises((ServiceReceiptError, frappe.UniqueValidationError)):
			self.hand_over(method="In Person", signature=f.SIGNATURE)
		self.assertTrue(first)

	def test_without_a_proper_key_nothing_is_written(self):
		for key in ("", "short"):
			self.assertRaises(ServiceReceiptError, self.hand_over, key, signature=f.SIGNATURE)
		self.assertEqual(self.receipts(), 0)

	def test_each_way_asks_for_its_proof(self):
		for values in (
			{},
			{"method": "Left with Witness", "witness_1": "王"},
			{"method": "Refused by Petitioner", "refusal_reason": "不服", "witness_1": "王"},
			{"method": "Refused by Petitioner", "witness_1": "王", "witness_2": "李"},
			{"result": "Failed Attempt"},
			{"signature": "data:text/html;base64,PHNjcmlwdD4="},
			{"signature": "data:image/png;base64," + "A" * 400_001},
			{"method": "Online"} | {"result": "Sent"},
		):
			with self.assertRaises((ServiceReceiptError, frappe.ValidationError), msg=values):
				self.hand_over(**values)
		self.assertEqual((self.receipts(), self.state()), (0, lifecycle.REPLIED))

	def test_refusal_and_witness_serve_too(self):
		for values in (
			{
				"method": "Refused by Petitioner",
				"refusal_reason": "不服",
				"witness_1": "王",
				"witness_2": "李",
			},
			{"method": "Left with Witness", "witness_1": "王主任", "photo": w.picture()},
		):
			frappe.db.savepoint("way")
			self.hand_over(**values)
			self.assertEqual(self.state(), lifecycle.SERVED)
			frappe.db.rollback(save_point="way")

	def test_a_failed_attempt_is_counted_once_and_the_case_waits_on(self):
		for _i in range(2):
			self.hand_over(result="Failed Attempt", failure_reason="家中无人", photo=w.picture())
		self.assertEqual(self.state(), lifecycle.REPLIED)
		self.assertEqual(frappe.db.get_value("Petition", self.case.name, "service_attempts"), 1)
		self.hand_over("b" * 32, result="Failed Attempt", failure_reason="又无人")
		self.assertEqual(frappe.db.get_value("Petition", self.case.name, "service_attempts"), 2)
		self.hand_over("c" * 32, signature=f.SIGNATURE)
		self.assertEqual(self.state(), lifecycle.SERVED)

	def test_what_was_kept_on_the_phone_bears_the_moment_it_happened(self):
		frappe.db.set_value("Petition", self.case.name, "replied_at", add_to_date(now_datetime(), days=-2))
		name = self.hand_over(signature=f.SIGNATURE, seconds_ago=3600)
		served_at = get_datetime(frappe.db.get_value("Petition", self.case.name, "served_at"))
		self.assertAlmostEqual((now_datetime() - served_at).total_seconds(), 3600, delta=60)
		self.assertTrue(name)

	def test_a_phone_with_a_wrong_clock_does_not_put_it_before_the_reply_or_into_the_future(self):
		for seconds in (10**9, -(10**9)):
			frappe.db.savepoint("clock")
			self.hand_over(signature=f.SIGNATURE, seconds_ago=seconds)
			served_at = get_datetime(frappe.db.get_value("Petition", self.case.name, "served_at"))
			self.assertTrue(get_datetime(self.case.replied_at) <= served_at <= now_datetime())
			frappe.db.rollback(save_point="clock")

	def test_a_day_given_by_hand_is_checked(self):
		tomorrow = f"{add_days(today(), 1)}T10:00"
		self.assertRaises(ServiceReceiptError, self.hand_over, signature=f.SIGNATURE, served_at=tomorrow)
		self.assertRaises(ClientValueError, self.hand_over, signature=f.SIGNATURE, served_at="gestern")

	def test_what_is_no_picture_is_refused(self):
		for content in (b"<svg/>", b"%PDF-1.4 not", b"\x00" * 40):
			with self.assertRaises((PaperRefusedError, ServiceReceiptError)):
				self.hand_over(photo=content)
		self.assertEqual(self.receipts(), 0)

	def test_revoked_suspended_or_without_the_power_nobody_hands_over(self):
		for change, said in (
			(lambda: w.revoke(self.case.agreement), "was revoked on"),
			(
				lambda: frappe.db.set_value(
					"Proxy Agreement", self.case.agreement, "may_receive_documents", 0
				),
				"this power",
			),
			(
				lambda: frappe.db.set_value("Proxy Agent", self.agent.name, "status", "Suspended"),
				"not on duty",
			),
		):
			frappe.db.savepoint("stopped")
			change()
			files = frappe.db.count("File")
			with self.assertRaisesRegex(StepError, said):
				self.hand_over(photo=w.picture())
			self.assertEqual(frappe.db.count("File"), files)  # no picture of it is taken in
			frappe.db.rollback(save_point="stopped")

	def test_who_does_not_serve_here_finds_no_such_case(self):
		for user in (OTHER, "town2@pp.test", "Guest", "petitioner@pp.test"):
			self.as_user(user)
			for name in (self.case.name, "XF-990199-2026-999999"):
				with self.assertRaisesRegex(frappe.DoesNotExistError, "no such case among yours", msg=user):
					self.hand_over(petition=name, signature=f.SIGNATURE)

	def test_the_accused_finds_no_such_case_though_it_is_his_to_serve(self):
		frappe.db.set_value("Petition", self.case.name, "accused_user", AGENT)
		self.assertRaises(frappe.DoesNotExistError, self.hand_over, signature=f.SIGNATURE)

	def test_the_village_serves_in_person(self):
		self.as_user("village@pp.test")
		self.hand_over(method="In Person", signature=f.SIGNATURE)
		self.assertEqual(self.state(), lifecycle.SERVED)


class TestNotices(DeliveryTestCase):
	"""A notice of acceptance is brought as the reply is, and noted on the letter."""

	def setUp(self):
		super().setUp()
		self.case = f.make_petition(lifecycle.ACCEPTED)
		self.letter = frappe.db.get_value("Official Letter", {"petition": self.case.name})
		self.as_user(AGENT)

	def test_is_brought_once(self):
		receipt = self.hand_over(signature=f.SIGNATURE, letter=self.letter)
		letter = frappe.get_doc("Official Letter", self.letter)
		self.assertEqual((letter.service_receipt, letter.told_by), (receipt, AGENT))
		self.assertEqual(self.state(), lifecycle.ACCEPTED)
		with self.assertRaisesRegex(ServiceReceiptError, "on record already"):
			self.hand_over("d" * 32, signature=f.SIGNATURE, letter=self.letter)

	def test_only_a_letter_of_this_case_that_is_in_force_and_for_the_petitioner(self):
		other = f.make_petition  # made by Administrator
		frappe.set_user("Administrator")
		foreign = frappe.db.get_value("Official Letter", {"petition": other(lifecycle.ACCEPTED).name})
		self.as_user(AGENT)
		self.assertRaises(ServiceReceiptError, self.hand_over, signature=f.SIGNATURE, letter=foreign)
		frappe.db.set_value("Official Letter", self.letter, "kind", "Supervision Letter")
		self.assertRaises(ServiceReceiptError, self.hand_over, signature=f.SIGNATURE, letter=self.letter)
		frappe.db.set_value("Official Letter", self.letter, {"kind": "Acceptance Notice", "is_void": 1})
		self.assertRaises(ServiceReceiptError, self.hand_over, signature=f.SIGNATURE, letter=self.letter)


class TestLetters(DeliveryTestCase):
	"""Agents read only what was issued to the petitioner of an own case, while they may receive it."""

	def setUp(self):
		super().setUp()
		self.opinion = self.case.opinion_letter
		self.notice = frappe.db.get_value(
			"Official Letter", {"petition": self.case.name, "kind": "Acceptance Notice"}
		)

	def sees(self, user: str) -> tuple[bool, bool]:
		"""Opinion, notice; list and document check must agree."""
		self.as_user(user)
		seen = []
		for doctype, name in (("Opinion Letter", self.opinion), ("Official Letter", self.notice)):
			doc = frappe.get_doc(doctype, name)
			by_check = doc.has_permission("read")
			try:
				by_list = name in frappe.get_list(doctype, pluck="name", limit_page_length=0)
			except frappe.PermissionError:
				by_list = False
			self.assertEqual(by_check, by_list, (user, doctype))
			seen.append(by_check)
		self.as_user("Administrator")
		return tuple(seen)

	def test_named_people(self):
		for user, expected in (
			(AGENT, True),
			(OTHER, False),
			("village@pp.test", True),
			("town@pp.test", True),
			("town2@pp.test", False),
			("dept@pp.test", True),
			("dept2@pp.test", False),
			("office@pp.test", True),
			("petitioner@pp.test", False),
			("Guest", False),
		):
			self.assertEqual(self.sees(user), (expected, expected), user)

	def test_the_agreement_decides(self):
		agreement, agent = ("Proxy Agreement", self.case.agreement), ("Proxy Agent", self.agent.name)
		for record, values in (
			(agreement, {"revoked_on": today()}),
			(agreement, {"may_receive_documents": 0}),
			(agreement, {"valid_to": add_days(today(), -1)}),
			(agreement, {"valid_from": add_days(today(), 1)}),
			(agreement, {"docstatus": 2}),
			(agreement, {"petitioner": f.make_petitioner("旁人").name}),
			(agent, {"status": "Suspended"}),
			(agent, {"certificate_valid_to": add_days(today(), -1)}),
		):
			frappe.db.savepoint("authority")
			frappe.db.set_value(*record, values)
			self.assertEqual(self.sees(AGENT), (False, False), values)
			frappe.db.rollback(save_point="authority")
		frappe.db.set_value(*agreement, "revoked_on", add_days(today(), 1))
		self.assertEqual(self.sees(AGENT), (True, True))

	def test_no_draft_no_replaced_letter_no_letter_between_offices(self):
		for doctype, name, values in (
			("Opinion Letter", self.opinion, {"docstatus": 0, "status": "Draft"}),
			("Opinion Letter", self.opinion, {"status": "Replaced"}),
			("Opinion Letter", self.opinion, {"status": "Sent Back"}),
			("Official Letter", self.notice, {"is_void": 1}),
			("Official Letter", self.notice, {"kind": "Supervision Letter"}),
			("Official Letter", self.notice, {"kind": "Assignment Letter"}),
		):
			frappe.db.savepoint("letter")
			frappe.db.set_value(doctype, name, values)
			self.assertEqual(self.sees(AGENT).count(True), 1, values)
			self.assertEqual(self.sees("dept@pp.test"), (True, True), values)  # offices as before
			frappe.db.rollback(save_point="letter")

	def test_the_accused_sees_none(self):
		frappe.db.set_value("Petition", self.case.name, "accused_user", AGENT)
		self.assertEqual(self.sees(AGENT), (False, False))
		frappe.db.set_value(
			"Petition", self.case.name, {"accused_user": None, "accused_unit": f.VILLAGE_UNIT}
		)
		self.assertEqual(self.sees("village@pp.test"), (False, False))
		self.assertEqual(self.sees(AGENT), (True, True))

	def test_an_agent_writes_and_signs_none(self):
		self.as_user(AGENT)
		for doctype, name in (("Opinion Letter", self.opinion), ("Official Letter", self.notice)):
			doc = frappe.get_doc(doctype, name)
			for right in ("write", "create", "submit", "delete", "share"):
				self.assertFalse(doc.has_permission(right), (doctype, right))

	def test_a_client_cannot_pass_a_letter_off_as_one_of_the_own_case(self):
		frappe.set_user("Administrator")
		foreign = f.make_petition(
			lifecycle.REPLIED,
			village=f.VILLAGE_2,
			agent=frappe.db.get_value("Proxy Agent", {"user": OTHER}),
		)
		self.as_user(AGENT)
		doc = frappe.get_doc("Opinion Letter", foreign.opinion_letter)
		doc.petition = self.case.name
		self.assertFalse(doc.has_permission("read"))


class TestLetterPaper(DeliveryTestCase):
	def setUp(self):
		super().setUp()
		self.letters = dict(
			frappe.get_all(
				"Official Letter",
				{"petition": self.case.name},
				["kind", "name"],
				as_list=True,
				order_by="issued_on",
			)
		)

	def paper(self, kind: str, user: str = AGENT) -> str:
		"""The page from which the PDF is made."""
		self.as_user(user)
		with patch("petition_proxy.printing.pages.to_pdf", side_effect=lambda html: html.encode()):
			agent_work.get_letter_paper(self.letters[kind])
		return frappe.local.response.filecontent.decode()

	def test_opinion_and_notice_are_drawn_as_the_office_prints_them(self):
		self.assertIn("已在社区服务站设缴费点", self.paper("Opinion Letter"))
		number = frappe.db.get_value("Official Letter", self.letters["Acceptance Notice"], "number")
		self.assertIn(number, self.paper("Acceptance Notice"))

	def test_nobody_else_and_no_unknown_letter(self):
		for user, error in (
			(OTHER, frappe.DoesNotExistError),
			("village@pp.test", frappe.PermissionError),
			("Guest", frappe.PermissionError),
		):
			with self.assertRaises(error, msg=user):
				self.paper("Opinion Letter", user)
		self.letters["Acceptance Notice"] = "unknown"
		self.assertRaises(frappe.DoesNotExistError, self.paper, "Acceptance Notice")

	def test_revoked_agreement_takes_it_away(self):
		w.revoke(self.case.agreement)
		self.assertRaises(frappe.DoesNotExistError, self.paper, "Opinion Letter")

	def test_a_notice_of_an_earlier_round_is_not_drawn_from_a_case_that_was_written_over(self):
		frappe.db.set_value("Official Letter", self.letters["Acceptance Notice"], "round", 7)
		with self.assertRaisesRegex(agent_work.AgentWorkError, "at the office only"):
			self.paper("Acceptance Notice")

	def test_drawing_leaves_no_right_to_print_behind(self):
		paper_html("Opinion Letter", self.case.opinion_letter, "Opinion Letter Paper", is_checked=True)
		self.assertFalse(frappe.flags.ignore_print_permissions)
		self.as_user(AGENT)
		self.assertFalse(frappe.get_doc("Petition", self.case.name).has_permission("print"))
