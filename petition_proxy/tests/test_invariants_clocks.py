"""Invariants 4 and 10 of the domain, through real records.

4. The limits of 15, 60, 60 + 30 and 5 working days hold for leap years, month ends, holidays and make-up workdays; an
   extension has its approval before the original due date.
10. A case under review is not filed away; a re-review blocks new acceptance on the same facts, but not registration.
"""

import frappe
from frappe.utils import add_days, get_datetime, getdate, now_datetime

from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.extension_request import acts as extensions
from petition_proxy.petition_proxy.doctype.extension_request.acts import ExtensionError
from petition_proxy.petition_proxy.doctype.petition.checks import StepError
from petition_proxy.petition_proxy.doctype.petition_assignment import acts as assignments
from petition_proxy.petition_proxy.doctype.petition_assignment.acts import AssignmentError
from petition_proxy.petition_proxy.doctype.review_request import acts as reviews
from petition_proxy.tests import factories as f
from petition_proxy.tests.clock_cases import (
	ClockTestCase,
	accept_at,
	concluded_case,
	fill_years,
	reviewed_case,
)
from petition_proxy.utils.calendar import clear_calendar
from petition_proxy.utils.rules import clear_limits


def day(value) -> str:
	return str(getdate(value))


class TestInvariant4Limits(ClockTestCase):
	"""The test dates were counted by hand against the calendar, not by the code under test."""

	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		fill_years(2023, 2024, 2025)

	def roll(self, *codes: str) -> None:
		"""Let the last day of these limits roll to a working day."""
		for code in codes:
			frappe.db.set_value("Statutory Limit", {"limit_code": code}, "roll_last_day", 1)
		clear_limits()
		clear_calendar()

	def test_sixty_days_by_plain_count(self):
		for accepted, due in (
			("2023-10-01 09:00:00", "2023-11-30"),
			("2024-03-01 09:00:00", "2024-04-30"),
			("2024-12-31 23:59:00", "2025-03-01"),  # over the year's end, into a common February
			("2023-12-31 09:00:00", "2024-02-29"),  # ends on the leap day
			("2024-01-31 09:00:00", "2024-03-31"),  # over the leap day, month end to month end
			("2024-08-02 09:00:00", "2024-10-01"),  # ends on a holiday, without rolling
		):
			doc = accept_at(self, accepted)
			self.assertEqual(day(doc.statutory_due_at), due, accepted)
			self.assertEqual(f"{get_datetime(doc.statutory_due_at):%H:%M:%S}", "23:59:59")

	def test_sixty_days_rolled_to_a_working_day(self):
		self.roll("Handling")
		for accepted, due in (
			("2024-12-31 09:00:00", "2025-03-03"),  # Saturday to Monday
			("2024-08-02 09:00:00", "2024-10-08"),  # National Day to the first day of work after it
			("2024-03-01 09:00:00", "2024-04-30"),  # a working day stays
		):
			self.assertEqual(day(accept_at(self, accepted).statutory_due_at), due, accepted)

	def test_fifteen_days_to_tell(self):
		for received, due in (
			("2024-02-01 10:00:00", "2024-02-16"),  # within Spring Festival
			("2024-02-15 10:00:00", "2024-03-01"),  # over the leap day
			("2023-02-15 10:00:00", "2023-03-02"),
		):
			with self.freeze_time(received):
				doc = f.make_petition(lifecycle.REGISTERED, proxied=False, petitioned_at=now_datetime())
			self.assertEqual(day(doc.notice_due_at), due, received)

	def test_fifteen_days_roll_onto_a_make_up_sunday(self):
		self.roll("Acceptance Notice")
		with self.freeze_time("2024-02-01 10:00:00"):
			doc = f.make_petition(lifecycle.REGISTERED, proxied=False, petitioned_at=now_datetime())
		self.assertEqual(day(doc.notice_due_at), "2024-02-18")  # a Sunday that is worked

	def test_sixty_and_thirty(self):
		doc = accept_at(self, "2024-03-01 09:00:00")
		with self.freeze_time("2024-04-20 09:00:00"):
			request = self.act("dept@pp.test", extensions.ask_extension, doc.name, 30, "情况复杂")
		with self.freeze_time("2024-04-30 23:59:59"):
			self.act("head@pp.test", extensions.decide_extension, request, True)
		doc.reload()
		self.assertEqual(day(doc.statutory_due_at), "2024-05-30")
		self.assertEqual(
			day(frappe.db.get_value("Extension Request", request, "original_due_at")), "2024-04-30"
		)

	def test_thirty_days_more_roll_as_their_own_row_says(self):
		self.roll("Extension")
		doc = accept_at(self, "2024-07-04 09:00:00")  # 60 days: 2 September; 29 more: 1 October, a holiday
		with self.freeze_time("2024-09-01 09:00:00"):
			request = self.act("dept@pp.test", extensions.ask_extension, doc.name, 29, "情况复杂")
			self.act("head@pp.test", extensions.decide_extension, request, True)
		self.assertEqual(day(doc.reload().statutory_due_at), "2024-10-08")

	def test_extension_needs_approval_before_the_original_due_date(self):
		doc = accept_at(self, "2024-03-01 09:00:00")
		with self.freeze_time("2024-04-30 23:00:00"):
			request = self.act("dept@pp.test", extensions.ask_extension, doc.name, 30, "情况复杂")
		with self.freeze_time("2024-05-01 00:00:00"), self.assertRaisesRegex(ExtensionError, "2024-04-30"):
			self.act("head@pp.test", extensions.decide_extension, request, True)
		with self.freeze_time("2024-05-01 00:00:00"), self.assertRaises(ExtensionError):
			self.act("dept@pp.test", extensions.ask_extension, doc.name, 30, "情况复杂")
		self.assertEqual(day(doc.reload().statutory_due_at), "2024-04-30")
		self.assertIsNone(doc.extended_until)

	def test_five_working_days_to_object(self):
		for received, due in (
			("2024-09-27 10:00:00", "2024-10-10"),  # 29, 30 September, then 8, 9, 10 October
			("2024-02-08 10:00:00", "2024-02-21"),  # 9 February, then 18 (a worked Sunday) to 21
			("2024-12-31 10:00:00", "2025-01-08"),  # New Year's Day is free
		):
			with self.freeze_time(received):
				doc = f.make_petition(lifecycle.RECEIVED, proxied=False, petitioned_at=now_datetime())
			got = frappe.db.get_value("Petition Assignment", doc.assignment, "objection_due_at")
			self.assertEqual(day(got), due, received)
			with self.freeze_time(f"{due} 23:59:59"):
				self.act("dept@pp.test", assignments.object_to, doc.assignment, "不属我委职责")
		with self.freeze_time("2024-09-27 10:00:00"):
			doc = f.make_petition(lifecycle.RECEIVED, proxied=False, petitioned_at=now_datetime())
		with self.freeze_time("2024-10-11 00:00:00"), self.assertRaises(AssignmentError):
			self.act("dept@pp.test", assignments.object_to, doc.assignment, "不属我委职责")

	def test_thirty_days_to_ask_and_to_decide_a_review(self):
		with self.freeze_time("2024-01-30 15:00:00"):
			doc = f.make_petition(lifecycle.SERVED, proxied=False, petitioned_at=now_datetime())
		with self.freeze_time("2024-02-29 23:59:59"):  # the leap day is the thirtieth
			name = reviews.ask_review(doc.name, "不服")
			reviews.receive_review(name)
		row = frappe.get_doc("Review Request", name)
		self.assertEqual((row.status, day(row.request_due_at)), ("Received", "2024-02-29"))
		self.assertEqual(day(row.due_at), "2024-03-30")
		with self.freeze_time("2024-01-30 15:00:00"):
			doc = f.make_petition(lifecycle.SERVED, proxied=False, petitioned_at=now_datetime())
		with self.freeze_time("2024-03-01 00:00:00"):
			late = frappe.get_doc("Review Request", reviews.ask_review(doc.name, "不服"))
		self.assertEqual((late.status, late.refusal_reason), ("Refused", "Review Time Missed"))

	def test_hearing_time_is_left_out_of_a_re_review(self):
		with self.freeze_time("2024-01-31 09:00:00"):
			doc, _name = reviewed_case(self, proxied=False)
			name = reviews.ask_review(doc.name, "不服")
			reviews.receive_review(name)
		self.assertEqual(day(frappe.db.get_value("Review Request", name, "due_at")), "2024-03-01")
		with self.freeze_time("2024-02-20 09:00:00"):
			reviews.add_hearing(name, "2024-02-27", "2024-03-02")  # five days, two of them past the old end
		self.assertEqual(day(frappe.db.get_value("Review Request", name, "due_at")), "2024-03-06")

	def test_overlapping_rows_stop_the_step_and_leave_the_case_as_it_was(self):
		doc = f.make_petition(lifecycle.RECEIVED)
		frappe.db.set_value("Statutory Limit", {"limit_code": "Handling"}, "valid_to", None)
		clear_limits()
		before = frappe.get_doc("Petition", doc.name).as_dict()
		self.assertRaisesRegex(StepError, "More than one rule", f.walk, doc, "Accept")
		self.assertEqual(before, frappe.get_doc("Petition", doc.name).as_dict())
		self.assertFalse(frappe.db.exists("Progress Notice", {"petition": doc.name, "node": "Accepted"}))

	def test_missing_row_stops_the_step_and_leaves_the_case_as_it_was(self):
		doc = f.make_petition(lifecycle.DRAFT)
		frappe.db.delete("Statutory Limit", {"limit_code": "Acceptance Notice"})
		clear_limits()
		before = frappe.get_doc("Petition", doc.name).as_dict()
		self.assertRaisesRegex(StepError, "No rule is valid", f.walk, doc, "File")
		self.assertEqual(before, frappe.get_doc("Petition", doc.name).as_dict())

	def test_missing_calendar_year_stops_a_rolling_limit(self):
		self.roll("Handling")
		frappe.db.delete("Work Calendar", {"name": "2024"})
		clear_calendar()
		with self.assertRaisesRegex(frappe.ValidationError, "2024"):
			accept_at(self, "2024-03-01 09:00:00")

	def test_old_law_rules_old_cases(self):
		with self.freeze_time("2022-04-30 09:00:00"):
			doc = f.make_petition(lifecycle.HANDLING, proxied=False, petitioned_at=now_datetime())
		self.assertIn("2005", frappe.db.get_value("Statutory Limit", doc.statutory_rule, "article"))
		with self.freeze_time("2022-05-01 09:00:00"):
			doc = f.make_petition(lifecycle.HANDLING, proxied=False, petitioned_at=now_datetime())
		self.assertIn("2022", frappe.db.get_value("Statutory Limit", doc.statutory_rule, "article"))


class TestInvariant10Review(ClockTestCase):
	def test_case_under_review_or_re_review_is_not_filed_away(self):
		doc = f.make_petition(lifecycle.CLOSED)
		name = reviews.ask_review(doc.name, "不服")
		doc.reload()
		self.assertRaisesRegex(StepError, "review is under way", f.walk, doc, "Archive")
		reviews.receive_review(name)
		reviews.decide_review(name, "Upheld", "属实", "维持")
		reviews.serve_review(name, "In Person")
		again = reviews.ask_review(doc.name, "还是不服")
		doc.reload()
		self.assertRaisesRegex(StepError, "review is under way", f.walk, doc, "Archive")
		reviews.receive_review(again)
		reviews.decide_review(again, "Upheld", "属实", "维持")
		doc.reload()
		f.walk(doc, "Archive")
		self.assertEqual(doc.workflow_state, lifecycle.ARCHIVED)

	def test_conclusion_blocks_acceptance_on_the_same_facts_and_never_registration(self):
		old = concluded_case(self)
		doc = f.make_petition(lifecycle.RECEIVED, petitioner=old.petitioner, agreement=old.agreement)
		self.assertTrue(doc.registered_at)
		before = frappe.get_doc("Petition", doc.name).as_dict()
		self.assertRaisesRegex(StepError, old.name, f.walk, doc, "Accept")
		self.assertEqual(before, frappe.get_doc("Petition", doc.name).as_dict())
		doc.reload()
		f.walk(doc, "Stop")
		self.assertEqual(
			(doc.workflow_state, doc.refusal_reason), (lifecycle.NOT_ACCEPTED_AGAIN, "Concluded by Re-review")
		)

	def test_concluded_case_is_not_reopened_either(self):
		doc = concluded_case(self)
		doc.reload()
		f.walk(doc, "Close")
		self.assertRaisesRegex(StepError, "Register a new petition", f.walk, doc, "Reopen")

	def test_review_alone_or_a_revoked_opinion_blocks_nothing(self):
		for decision in ("Upheld", "Revoked"):
			old, _name = reviewed_case(self, decision)
			doc = f.make_petition(lifecycle.RECEIVED, petitioner=old.petitioner, agreement=old.agreement)
			f.walk(doc, "Accept")
			self.assertEqual(doc.workflow_state, lifecycle.ACCEPTED)

	def test_late_request_does_not_open_a_review(self):
		doc = f.make_petition(lifecycle.CLOSED)
		doc.db_set("served_at", add_days(now_datetime(), -31))
		reviews.ask_review(doc.name, "不服")
		doc.reload()
		f.walk(doc, "Archive")
		self.assertEqual(doc.workflow_state, lifecycle.ARCHIVED)
