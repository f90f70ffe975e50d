"""More time: who asks, who decides, by when, and what moves (R22 art. 34)."""

import frappe
from frappe.utils import add_days, get_datetime, getdate, now_datetime

from petition_proxy.domain import lifecycle
from petition_proxy.jobs.alert_rules import next_action_at_for
from petition_proxy.petition_proxy.doctype.case_file.facts import gaps_of
from petition_proxy.petition_proxy.doctype.extension_request import acts
from petition_proxy.petition_proxy.doctype.extension_request.acts import ExtensionError
from petition_proxy.tests import factories as f
from petition_proxy.tests.clock_cases import ClockTestCase, move_clocks
from petition_proxy.utils.rules import clear_limits

REASON = "需要重新丈量土地"


class TestExtensionRequest(ClockTestCase):
	def setUp(self):
		super().setUp()
		self.doc = f.make_petition(lifecycle.HANDLING)

	def ask(self, days: int = 30, user: str = "dept@pp.test") -> str:
		return self.act(user, acts.ask_extension, self.doc.name, days, REASON)

	def decide(self, request: str, user: str = "head@pp.test", is_approved: bool = True, note=None) -> None:
		self.act(user, acts.decide_extension, request, is_approved, note)
		self.doc.reload()

	def test_both_clocks_move_from_their_original_ends_and_the_queue_follows(self):
		reply, statute = get_datetime(self.doc.reply_due_at), get_datetime(self.doc.statutory_due_at)
		request = self.ask(20)
		self.doc.reload()
		self.assertEqual(get_datetime(self.doc.reply_due_at), reply)  # asking moves nothing
		self.decide(request)
		self.assertEqual(get_datetime(self.doc.reply_due_at), add_days(reply, 20))
		self.assertEqual(get_datetime(self.doc.statutory_due_at), add_days(statute, 20))
		self.assertEqual(get_datetime(self.doc.extended_until), add_days(statute, 20))
		self.assertEqual(get_datetime(self.doc.due_at), add_days(reply, 20))
		self.assertIn(f"{add_days(reply, 20):%Y%m%d}", self.doc.queue_key)
		self.assertEqual(get_datetime(self.doc.next_action_at), next_action_at_for(self.doc))
		row = frappe.get_doc("Extension Request", request)
		self.assertEqual((row.original_due_at, row.original_reply_due_at), (statute, reply))
		self.assertEqual((row.status, row.decided_by), ("Approved", "head@pp.test"))

	def test_approval_issues_the_numbered_notice_that_closing_asks_for(self):
		request = self.ask()
		letter = {"petition": self.doc.name, "kind": "Extension Notice"}
		self.assertFalse(frappe.db.exists("Official Letter", letter))
		self.decide(request)
		row = frappe.get_doc("Official Letter", letter)
		self.assertEqual((row.unit, row.reference_name, row.signer), (f.DEPT_UNIT, request, "head@pp.test"))
		self.assertNotIn("extension", [gap.code for gap in gaps_of(self.doc)])

	def test_rejection_issues_none(self):
		self.decide(self.ask(), is_approved=False, note="理由不充分")
		self.assertFalse(
			frappe.db.exists("Official Letter", {"petition": self.doc.name, "kind": "Extension Notice"})
		)

	def test_a_later_save_keeps_the_new_dates(self):
		self.decide(self.ask(10))
		due = get_datetime(self.doc.due_at)
		self.doc.evidence_list = "照片两张"
		self.doc.save()
		self.doc.reload()
		self.assertEqual(get_datetime(self.doc.due_at), due)

	def test_number_is_one_of_the_district(self):
		self.assertRegex(self.ask(), rf"^YQ-{f.DISTRICT[:6]}-\d{{4}}-\d{{5}}$")

	def test_asking_twice_is_refused(self):
		self.ask()
		self.assertRaisesRegex(ExtensionError, "asked for already", self.ask)

	def test_second_extension_is_refused(self):
		self.decide(self.ask(5))
		self.assertRaisesRegex(ExtensionError, "once already", self.ask)

	def test_rejected_request_may_be_asked_anew(self):
		self.decide(self.ask(), is_approved=False, note="理由不充分")
		self.assertTrue(self.ask(10))

	def test_more_than_the_limit_or_less_than_a_day_is_refused(self):
		for days in (31, 0, -1):
			with self.assertRaisesRegex(ExtensionError, "1 to 30"):
				self.ask(days)

	def test_without_a_reason_it_is_refused(self):
		with self.assertRaisesRegex(ExtensionError, "more time"):
			self.act("dept@pp.test", acts.ask_extension, self.doc.name, 10, "  ")

	def test_asking_after_the_due_date_is_refused_and_changes_nothing(self):
		move_clocks(self.doc, 61)
		before = self.doc.as_dict()
		with self.assertRaisesRegex(ExtensionError, "asked for before"):
			self.ask()
		self.doc.reload()
		self.assertEqual(before, self.doc.as_dict())

	def test_approval_after_the_due_date_is_refused_but_rejection_is_not(self):
		request = self.ask()
		late = add_days(get_datetime(self.doc.statutory_due_at), 1)
		with self.freeze_time(late):
			with self.assertRaisesRegex(ExtensionError, "approved before"):
				self.decide(request)
			self.doc.reload()
			self.assertIsNone(self.doc.extended_until)
			self.decide(request, is_approved=False, note="已过期")
		self.assertEqual(frappe.db.get_value("Extension Request", request, "status"), "Rejected")

	def test_last_second_of_the_due_day_is_in_time(self):
		request = self.ask()
		with self.freeze_time(get_datetime(self.doc.statutory_due_at)):
			self.decide(request)
		self.assertTrue(self.doc.extended_until)

	def test_broken_promise_stays_broken_while_the_statute_is_extended(self):
		move_clocks(self.doc, 20)
		reply, statute = get_datetime(self.doc.reply_due_at), get_datetime(self.doc.statutory_due_at)
		self.decide(self.ask(30))
		self.assertEqual(get_datetime(self.doc.reply_due_at), reply)
		self.assertEqual(get_datetime(self.doc.statutory_due_at), add_days(statute, 30))
		self.assertEqual(get_datetime(self.doc.due_at), reply)

	def test_stranger_neither_asks_nor_decides(self):
		for user in ("dept2@pp.test", "nobody@pp.test", "town2@pp.test"):
			with self.assertRaises(frappe.PermissionError):
				self.ask(user=user)
		with self.assertRaises(ExtensionError):
			self.ask(user="office@pp.test")
		request = self.ask()
		for user in ("dept@pp.test", "office@pp.test", "leader@pp.test"):
			with self.assertRaises(ExtensionError):
				self.decide(request, user=user)
		with self.assertRaises(frappe.PermissionError):
			self.decide(request, user="dept2@pp.test")
		self.assertIsNone(self.doc.reload().extended_until)

	def test_heads_own_request_goes_to_the_line_superior(self):
		request = self.ask(user="head@pp.test")
		self.assertEqual(frappe.db.get_value("Extension Request", request, "deciding_unit"), "T-CITY-DEPT")
		with self.assertRaisesRegex(ExtensionError, "own request"):
			self.decide(request)
		self.decide(request, user="cityhead@pp.test")
		self.assertTrue(self.doc.extended_until)

	def test_superior_sees_the_case_only_while_the_request_waits(self):
		with self.assertRaises(frappe.PermissionError):
			self.act("cityhead@pp.test", self.doc.check_permission, "read")
		request = self.ask(user="head@pp.test")
		self.act("cityhead@pp.test", self.doc.check_permission, "read")
		self.decide(request, user="cityhead@pp.test", is_approved=False, note="不复杂")
		with self.assertRaises(frappe.PermissionError):
			self.act("cityhead@pp.test", self.doc.check_permission, "read")

	def test_vacant_superiors_fall_to_the_petition_office(self):
		frappe.db.set_value("Handling Unit", f.DEPT_UNIT, {"line_superior": None, "territory_parent": None})
		request = self.ask(user="head@pp.test")
		self.decide(request, user="office@pp.test")
		self.assertTrue(self.doc.extended_until)

	def test_vacant_head_falls_to_the_superior(self):
		frappe.db.set_value("User", "head@pp.test", "enabled", 0)
		self.addCleanup(frappe.db.set_value, "User", "head@pp.test", "enabled", 1)
		request = self.ask()
		with self.assertRaises(ExtensionError):
			self.decide(request, user="office@pp.test")
		self.decide(request, user="cityhead@pp.test")
		self.assertTrue(self.doc.extended_until)

	def test_accused_superior_does_not_decide(self):
		self.doc.db_set("accused_unit", "T-CITY-DEPT")
		request = self.ask(user="head@pp.test")
		self.assertEqual(frappe.db.get_value("Extension Request", request, "deciding_unit"), "T-GOV")
		with self.assertRaises(frappe.PermissionError):
			self.decide(request, user="cityhead@pp.test")

	def test_same_decision_twice_is_refused(self):
		request = self.ask()
		self.decide(request)
		with self.assertRaisesRegex(ExtensionError, "decided already"):
			self.decide(request)

	def test_waiting_request_lapses_with_the_reply(self):
		request = self.ask()
		self.doc.reload()
		f.walk(self.doc, "Reply")
		self.assertEqual(frappe.db.get_value("Extension Request", request, "status"), "Lapsed")
		with self.assertRaises(ExtensionError):
			self.decide(request)

	def test_before_acceptance_there_is_nothing_to_extend(self):
		doc = f.make_petition(lifecycle.RECEIVED)
		with self.assertRaisesRegex(ExtensionError, "accepted"):
			self.act("dept@pp.test", acts.ask_extension, doc.name, 5, REASON)

	def test_a_client_writes_no_extension_of_its_own(self):
		self.doc.statutory_due_at = add_days(now_datetime(), 300)
		self.doc.extended_until = add_days(now_datetime(), 300)
		self.doc.save()
		self.doc.reload()
		self.assertIsNone(self.doc.extended_until)
		self.assertEqual(getdate(self.doc.statutory_due_at), getdate(add_days(self.doc.accepted_at, 60)))
		for doctype in ("Extension Request", "Progress Notice", "Supervision Order", "Review Request"):
			for perm in frappe.get_meta(doctype).permissions:
				self.assertFalse(perm.create or perm.write or perm.delete, (doctype, perm.role))

	def test_petitioner_is_to_be_told_with_the_reason(self):
		self.decide(self.ask(7))
		notice = frappe.get_last_doc("Progress Notice", {"petition": self.doc.name, "node": "Extended"})
		self.assertEqual(notice.status, "To Tell")
		self.assertIn(REASON, notice.content)

	def test_missing_limit_row_is_a_clear_error_and_changes_nothing(self):
		frappe.db.delete("Statutory Limit", {"limit_code": "Extension"})
		clear_limits()
		with self.assertRaisesRegex(ExtensionError, "No rule is valid"):
			self.ask()
		self.assertFalse(frappe.db.count("Extension Request", {"petition": self.doc.name}))

	def test_overlapping_limit_rows_are_a_clear_error_and_change_nothing(self):
		request = self.ask()
		frappe.db.set_value("Statutory Limit", {"limit_code": "Extension"}, "valid_to", None)
		clear_limits()
		before = self.doc.reload().as_dict()
		with self.assertRaisesRegex(ExtensionError, "More than one rule"):
			self.decide(request)
		self.assertEqual(before, self.doc.reload().as_dict())
		self.assertEqual(frappe.db.get_value("Extension Request", request, "status"), "Asked")
