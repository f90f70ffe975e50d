"""The opinion letter: who drafts, checks and signs it, its number, its versions, and the reply that follows it."""

import re

import frappe
from frappe.utils import add_days, getdate, now_datetime, today

from petition_proxy.api import opinions as api
from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.official_letter.register import LetterError, issue_letter
from petition_proxy.petition_proxy.doctype.opinion_letter.opinion_letter import OpinionLetterError
from petition_proxy.petition_proxy.doctype.petition.checks import StepError
from petition_proxy.petition_proxy.doctype.signing_delegation.signing_delegation import DelegationError
from petition_proxy.tests import answer_cases as a
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.append_only import AppendOnlyError


class AnswerTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		a.save_setting(require_opinion_letter=1, require_service_proof=1)

	def signed_letter(self, case, *results, **values):
		self.as_user("dept@pp.test")
		letter = a.draft_letter(case.name, *results, **values)
		self.as_user("head@pp.test")
		api.check_letter(letter.name)
		api.sign_letter(letter.name)
		letter.reload()
		return letter


class TestDrafting(AnswerTestCase):
	def test_draft_begins_with_what_the_case_and_the_unit_say(self):
		frappe.db.set_value("Handling Unit", f.DEPT_UNIT, {"territory_parent": "T-GOV"})
		case = f.make_petition(lifecycle.HANDLING, request_text="补发补偿款")
		self.as_user("dept@pp.test")
		letter = frappe.get_doc("Opinion Letter", api.begin_letter(case.name))
		self.assertEqual((letter.unit, letter.round, letter.version), (f.DEPT_UNIT, 1, 1))
		self.assertEqual(letter.request_summary, "补发补偿款")
		self.assertEqual([row.request_item for row in letter.items], ["补发补偿款"])
		self.assertEqual((letter.remedy_body, letter.remedy_days), ("云江区政府", 30))
		self.assertEqual(letter.copy_recipients, "云江区信访办")
		self.assertEqual((letter.status, letter.drafted_by), ("Draft", "dept@pp.test"))

	def test_department_has_both_superiors_as_bodies_of_review(self):
		frappe.db.set_value(
			"Handling Unit", f.DEPT_UNIT, {"territory_parent": "T-GOV", "line_superior": f.DEPT_UNIT_2}
		)
		case = f.make_petition(lifecycle.HANDLING)
		letter = a.draft_letter(case.name)
		self.assertEqual((letter.remedy_body, letter.remedy_body_2), ("云江区政府", "云江区人社局"))

	def test_only_the_unit_of_the_case_writes_it(self):
		case = f.make_petition(lifecycle.HANDLING)
		for user in ("town@pp.test", "office@pp.test"):
			self.as_user(user)
			self.assertRaises(OpinionLetterError, a.draft_letter, case.name)
		self.as_user("dept2@pp.test")
		self.assertRaises(frappe.PermissionError, a.draft_letter, case.name)
		self.as_user("agent@pp.test")
		self.assertRaises(frappe.PermissionError, a.draft_letter, case.name)

	def test_one_draft_at_a_time(self):
		case = f.make_petition(lifecycle.HANDLING)
		self.as_user("dept@pp.test")
		first = api.begin_letter(case.name)
		with self.assertRaisesRegex(OpinionLetterError, first):
			api.begin_letter(case.name)

	def test_not_before_acceptance_nor_after_service(self):
		for state in (lifecycle.RECEIVED, lifecycle.SERVED):
			case = f.make_petition(state)
			self.assertRaises(OpinionLetterError, a.draft_letter, case.name)

	def test_what_the_server_writes_cannot_be_sent(self):
		case = f.make_petition(lifecycle.HANDLING)
		self.as_user("dept@pp.test")
		letter = a.draft_letter(case.name, status="Checked", checked_by="head@pp.test", letter_no="假号")
		letter.update({"status": "Checked", "checked_by": "head@pp.test", "version": 9})
		letter.save()
		self.assertEqual(
			(letter.status, letter.checked_by, letter.letter_no, letter.version), ("Draft", None, None, 1)
		)

	def test_village_gives_no_formal_opinion(self):
		case = f.make_petition(lifecycle.HANDLING)
		frappe.db.set_value("Petition", case.name, "handling_unit", f.VILLAGE_UNIT)
		with self.assertRaisesRegex(OpinionLetterError, "village"):
			a.draft_letter(case.name)

	def test_town_answers_under_its_own_head(self):
		unit = frappe.get_doc("Handling Unit", f.TOWN_UNIT)
		unit.append("members", {"user": "nobody@pp.test"})
		unit.save()
		case = a.case_of_town()
		self.as_user("nobody@pp.test")
		letter = a.draft_letter(case.name)
		self.as_user("town@pp.test")
		api.check_letter(letter.name)
		self.assertIn("清溪镇人民政府答〔", api.sign_letter(letter.name))


class TestCheckAndSignature(AnswerTestCase):
	def setUp(self):
		super().setUp()
		self.case = f.make_petition(lifecycle.HANDLING)
		self.as_user("dept@pp.test")
		self.letter = a.draft_letter(self.case.name)

	def test_drafter_cannot_check_the_own_letter(self):
		self.assertRaisesRegex(OpinionLetterError, "You drafted", api.check_letter, self.letter.name)

	def test_nobody_outside_the_unit_checks(self):
		self.as_user("office@pp.test")
		self.assertRaises(OpinionLetterError, api.check_letter, self.letter.name)

	def test_unchecked_letter_cannot_be_signed(self):
		self.as_user("head@pp.test")
		self.assertRaisesRegex(OpinionLetterError, "must check", api.sign_letter, self.letter.name)
		self.assertRaises(OpinionLetterError, frappe.get_doc("Opinion Letter", self.letter.name).submit)

	def test_member_cannot_sign(self):
		self.as_user("head@pp.test")
		api.check_letter(self.letter.name)
		self.as_user("dept@pp.test")
		self.assertRaisesRegex(OpinionLetterError, "head of the unit", api.sign_letter, self.letter.name)

	def test_delegate_signs_on_record_and_only_in_the_term(self):
		self.as_user("head@pp.test")
		api.check_letter(self.letter.name)
		delegation = {
			"doctype": "Signing Delegation",
			"unit": f.DEPT_UNIT,
			"delegate": "dept@pp.test",
			"reason": "出差",
		}
		old = frappe.get_doc(
			{**delegation, "valid_from": add_days(today(), -9), "valid_to": add_days(today(), -1)}
		).insert()
		self.as_user("dept@pp.test")
		self.assertRaises(OpinionLetterError, api.sign_letter, self.letter.name)
		self.as_user("head@pp.test")
		frappe.get_doc({**delegation, "valid_from": today(), "valid_to": add_days(today(), 3)}).insert()
		self.as_user("dept@pp.test")
		api.sign_letter(self.letter.name)
		self.letter.reload()
		self.assertEqual((self.letter.signed_by, self.letter.signed_for), ("dept@pp.test", "head@pp.test"))
		self.assertRaises(AppendOnlyError, frappe.get_doc("Signing Delegation", old.name).on_trash)

	def test_only_the_head_delegates(self):
		self.as_user("town@pp.test")
		doc = frappe.get_doc(
			{
				"doctype": "Signing Delegation",
				"unit": f.DEPT_UNIT,
				"delegate": "dept@pp.test",
				"valid_from": today(),
				"valid_to": today(),
				"reason": "代签",
			}
		)
		self.assertRaises(DelegationError, doc.insert)

	def test_change_after_the_check_needs_a_new_check(self):
		self.as_user("head@pp.test")
		api.check_letter(self.letter.name)
		self.as_user("dept@pp.test")
		letter = frappe.get_doc("Opinion Letter", self.letter.name)
		letter.items[0].result = "Not Supported"
		letter.save()
		self.assertEqual((letter.status, letter.checked_by), ("Draft", None))
		self.as_user("head@pp.test")
		self.assertRaises(OpinionLetterError, api.sign_letter, self.letter.name)

	def test_same_act_twice_is_told(self):
		self.as_user("head@pp.test")
		api.check_letter(self.letter.name)
		self.assertRaisesRegex(OpinionLetterError, "checked already", api.check_letter, self.letter.name)
		number = api.sign_letter(self.letter.name)
		self.assertRaisesRegex(OpinionLetterError, re.escape(number), api.sign_letter, self.letter.name)

	def test_incomplete_letter_is_neither_checked_nor_signed(self):
		self.letter.facts_found = None
		self.letter.append("items", {"request_item": "赔礼道歉", "result": "Not Supported"})
		self.letter.save()
		self.as_user("head@pp.test")
		with self.assertRaisesRegex(OpinionLetterError, "Facts Found, Reason of each item"):
			api.check_letter(self.letter.name)

	def test_days_out_of_order_are_told(self):
		for values, message in (
			({"drafted_on": add_days(today(), -40)}, "Accepted At"),
			({"signed_on": add_days(today(), -1)}, "Signed On"),
			({"drafted_on": add_days(today(), 1)}, "future"),
			({"signed_on": add_days(today(), 1)}, "future"),
		):
			letter = frappe.get_doc("Opinion Letter", self.letter.name)
			letter.update(values)
			self.assertRaisesRegex(OpinionLetterError, message, letter.save)

	def test_mediated_item_needs_the_agreement_paper(self):
		self.letter.items[0].result = "Mediated"
		self.letter.save()
		self.as_user("head@pp.test")
		self.assertRaisesRegex(
			OpinionLetterError, "Mediation or Reconciliation", api.check_letter, self.letter.name
		)

	def test_signed_letter_stands(self):
		self.as_user("head@pp.test")
		api.check_letter(self.letter.name)
		api.sign_letter(self.letter.name)
		letter = frappe.get_doc("Opinion Letter", self.letter.name)
		letter.opinion_text = "改写"
		self.assertRaises(frappe.ValidationError, letter.save)
		frappe.set_user("Administrator")
		letter = frappe.get_doc("Opinion Letter", self.letter.name)
		self.assertRaises(OpinionLetterError, letter.cancel)
		self.assertRaises(AppendOnlyError, frappe.get_doc("Opinion Letter", self.letter.name).on_trash)

	def test_accused_unit_sees_no_letter_of_the_case(self):
		frappe.set_user("Administrator")
		frappe.db.set_value("Petition", self.case.name, "accused_unit", f.TOWN_UNIT)
		self.as_user("town@pp.test")
		for doctype in ("Opinion Letter", "Official Letter", "Service Receipt", "Case File"):
			found = frappe.get_list(doctype, filters={"petition": self.case.name}, limit=5)
			self.assertEqual(found, [], doctype)
		self.assertFalse(frappe.get_doc("Opinion Letter", self.letter.name).has_permission("read"))


class TestNumbers(AnswerTestCase):
	def test_number_in_official_form_from_the_words_of_unit_and_kind(self):
		frappe.db.set_value("Handling Unit", f.DEPT_UNIT, "letter_prefix", "云建试")
		first = issue_letter("Acceptance Notice", f.make_petition(lifecycle.HANDLING), f.DEPT_UNIT)
		year = getdate().year
		self.assertRegex(first, rf"^云建试受〔{year}〕\d+号$")

	def test_serials_have_no_gap_and_are_apart_by_unit_and_kind(self):
		case = f.make_petition(lifecycle.HANDLING)

		def serials(kind, unit, count=3):
			numbers = [issue_letter(kind, case.name, unit) for _n in range(count)]
			return [int(re.search(r"〕(\d+)号", n)[1]) for n in numbers]

		first = serials("Supervision Letter", f.OFFICE_UNIT)
		self.assertEqual(first, [first[0], first[0] + 1, first[0] + 2])
		other = serials("Supervision Letter", f.DEPT_UNIT)
		self.assertEqual(other, [other[0], other[0] + 1, other[0] + 2])
		self.assertEqual(serials("Supervision Letter", f.OFFICE_UNIT, 1), [first[2] + 1])

	def test_a_rolled_back_letter_leaves_no_gap(self):
		case = f.make_petition(lifecycle.HANDLING)
		before = issue_letter("Supervision Letter", case, f.OFFICE_UNIT)
		frappe.db.savepoint("letter")
		issue_letter("Supervision Letter", case, f.OFFICE_UNIT)
		frappe.db.rollback(save_point="letter")
		after = issue_letter("Supervision Letter", case, f.OFFICE_UNIT)
		number = int(re.search(r"〕(\d+)号", before)[1])
		self.assertEqual(after, before.replace(f"〕{number}号", f"〕{number + 1}号"))

	def test_two_units_of_one_name_need_words_of_their_own(self):
		case = f.make_petition(lifecycle.HANDLING)
		name = frappe.db.get_value("Handling Unit", f.TOWN_UNIT, "unit_name")
		frappe.db.set_value("Handling Unit", f.TOWN_UNIT_2, "unit_name", name)
		kind = "Re-review Opinion"
		issue_letter(kind, case, f.TOWN_UNIT)
		self.assertRaisesRegex(LetterError, "word of its own", issue_letter, kind, case, f.TOWN_UNIT_2)

	def test_unknown_kind_and_unit_are_told(self):
		case = f.make_petition(lifecycle.HANDLING)
		self.assertRaises(LetterError, issue_letter, "Love Letter", case, f.DEPT_UNIT)
		self.assertRaises(LetterError, issue_letter, "Closing Report", case, "NO-SUCH-UNIT")

	def test_two_kinds_cannot_share_a_word(self):
		settings = frappe.get_single("Petition Proxy Settings")
		settings.letter_words[0].word = settings.letter_words[1].word
		self.assertRaises(frappe.ValidationError, settings.save)

	def test_decisions_issue_their_notice_once(self):
		for action, state, kind in (
			("Accept", lifecycle.RECEIVED, "Acceptance Notice"),
			("Refuse", lifecycle.RECEIVED, "Refusal Notice"),
			("Stop", lifecycle.RECEIVED, "No Longer Accepted Notice"),
			("Guide", lifecycle.RECEIVED, "Guidance Notice"),
		):
			case = f.make_petition(state)
			f.walk(case, action)
			rows = frappe.get_all(
				"Official Letter",
				filters={"petition": case.name},
				fields=["kind", "unit", "round", "reference_name", "issued_on"],
				order_by="creation asc",
			)
			self.assertEqual(
				[tuple(row.values()) for row in rows], [(kind, f.DEPT_UNIT, 1, case.name, getdate())]
			)

	def test_office_that_refuses_at_once_issues_in_its_own_name(self):
		case = f.make_petition(lifecycle.REGISTERED)
		self.as_user("office@pp.test")
		a.step(case, "Refuse", refusal_reason="Outside Competence", refusal_body="云江区人民法院")
		unit = frappe.db.get_value("Official Letter", {"petition": case.name}, "unit")
		self.assertEqual(unit, f.OFFICE_UNIT)

	def test_nobody_writes_the_register_by_hand(self):
		for perm in frappe.get_meta("Official Letter").permissions:
			self.assertFalse(perm.create or perm.write or perm.delete, perm.role)


class TestNewVersion(AnswerTestCase):
	def setUp(self):
		super().setUp()
		self.case = f.make_petition(lifecycle.HANDLING)
		self.letter = self.signed_letter(self.case)
		self.as_user("dept@pp.test")

	def sign_new(self, reason="更正错别字", **values):
		self.as_user("dept@pp.test")
		new = frappe.get_doc("Opinion Letter", api.make_new_version(self.letter.name, reason))
		new.update(values)
		new.save()
		self.as_user("head@pp.test")
		api.check_letter(new.name)
		api.sign_letter(new.name)
		new.reload()
		return new

	def test_new_version_keeps_the_old_one_and_voids_its_number(self):
		new = self.sign_new()
		self.letter.reload()
		self.assertEqual((self.letter.status, self.letter.replaced_by), ("Replaced", new.name))
		self.assertEqual((new.version, new.previous_letter), (2, self.letter.name))
		self.assertNotEqual(new.letter_no, self.letter.letter_no)
		entry = frappe.get_doc("Official Letter", self.letter.official_letter)
		self.assertEqual((entry.is_void, entry.number), (1, self.letter.letter_no))
		self.assertEqual(frappe.db.get_value("Petition", self.case.name, "opinion_letter"), new.name)

	def test_new_version_needs_a_reason_and_a_signed_letter(self):
		self.assertRaises(OpinionLetterError, api.make_new_version, self.letter.name, " ")
		draft = api.make_new_version(self.letter.name, "更正")
		self.assertRaises(OpinionLetterError, api.make_new_version, draft, "再更正")
		letter = frappe.get_doc("Opinion Letter", draft)
		letter.change_reason = None
		letter.save()
		self.as_user("head@pp.test")
		api.check_letter(draft)
		self.assertRaisesRegex(OpinionLetterError, "why there is a new version", api.sign_letter, draft)

	def test_new_version_after_the_reply_changes_the_reply(self):
		self.as_user("dept@pp.test")
		a.step(self.case, "Reply")
		self.sign_new(opinion_text="补发半亩又一分补偿。")
		case = frappe.get_doc("Petition", self.case.name)
		self.assertIn("半亩又一分", case.reply_text)
		self.assertEqual(case.workflow_state, lifecycle.REPLIED)

	def test_decision_sent_back_repeats_its_result_only_with_a_reason(self):
		"""SD 45, BJ 50."""
		a.step(self.case, "Reply")
		self.as_user("office@pp.test")
		a.step(self.case, "Rework", step_reason="没有回应全部诉求")
		self.letter.reload()
		self.assertEqual(self.letter.status, "Sent Back")
		self.assertIsNone(frappe.db.get_value("Petition", self.case.name, "opinion_letter"))
		self.as_user("dept@pp.test")
		self.assertRaisesRegex(StepError, "opinion letter", a.step, self.case, "Reply")
		again = a.draft_letter(self.case.name, "Supported")
		self.assertEqual(again.change_reason, "没有回应全部诉求")
		self.as_user("head@pp.test")
		api.check_letter(again.name)
		self.assertRaisesRegex(OpinionLetterError, "same result", api.sign_letter, again.name)
		self.as_user("dept@pp.test")
		again.reload()
		again.same_result_reason = "补充丈量后结果一致"
		again.save()
		self.as_user("head@pp.test")
		api.check_letter(again.name)
		api.sign_letter(again.name)

	def test_other_result_after_sending_back_needs_no_such_reason(self):
		a.step(self.case, "Reply")
		self.as_user("office@pp.test")
		a.step(self.case, "Rework", step_reason="重办")
		self.signed_letter(self.case, "Partly Supported")


class TestReply(AnswerTestCase):
	def test_appeal_is_answered_by_the_signed_letter(self):
		case = f.make_petition(lifecycle.HANDLING)
		self.as_user("dept@pp.test")
		with self.assertRaisesRegex(StepError, "opinion letter"):
			a.step(case, "Reply", reply_text="已办", outcome="Supported")
		letter = self.signed_letter(case, "Supported", "Not Supported")
		self.as_user("dept@pp.test")
		doc = a.step(case, "Reply", reply_text="随便写写", outcome="Supported")
		self.assertEqual(doc.outcome, "Partly Supported")
		self.assertTrue(doc.reply_text.startswith("补发半亩补偿。"))
		self.assertIn("云江区政府", doc.reply_text)
		self.assertEqual(doc.opinion_letter, letter.name)

	def test_suggestion_and_inquiry_need_no_letter(self):
		for kind in ("Suggestion", "Inquiry"):
			case = f.make_petition(lifecycle.HANDLING, petition_kind=kind)
			self.as_user("dept@pp.test")
			doc = a.step(case, "Reply", reply_text="采纳", outcome="Supported")
			self.assertEqual(doc.workflow_state, lifecycle.REPLIED)
			frappe.set_user("Administrator")

	def test_oral_answer_with_consent_within_fifteen_days(self):
		"""BJ 45, a setting."""
		case = f.make_petition(lifecycle.HANDLING, petitioned_at=add_days(now_datetime(), -15))
		self.as_user("dept@pp.test")
		doc = a.step(case, "Reply", reply_text="已办", outcome="Supported", is_oral_consent=1)
		self.assertEqual(doc.workflow_state, lifecycle.REPLIED)

	def test_oral_answer_is_too_late_on_the_sixteenth_day(self):
		case = f.make_petition(lifecycle.HANDLING, petitioned_at=add_days(now_datetime(), -16))
		self.as_user("dept@pp.test")
		with self.assertRaisesRegex(StepError, "15 days"):
			a.step(case, "Reply", reply_text="已办", outcome="Supported", is_oral_consent=1)

	def test_letter_is_a_setting(self):
		a.save_setting(require_opinion_letter=0)
		case = f.make_petition(lifecycle.HANDLING)
		self.as_user("dept@pp.test")
		a.step(case, "Reply", reply_text="已办", outcome="Supported")

	def test_new_round_begins_a_new_letter(self):
		case = f.make_petition(lifecycle.CLOSED)
		first = case.opinion_letter
		self.as_user("office@pp.test")
		a.step(case, "Reopen", step_reason="出现新情况")
		frappe.set_user("Administrator")
		case.reload()
		self.assertIsNone(case.opinion_letter)
		for action in ("Assign", "Receive", "Accept", "Start Handling"):
			f.walk(case, action)
		self.as_user("dept@pp.test")
		letter = a.draft_letter(case.name)
		self.assertEqual((letter.round, letter.version, letter.previous_letter), (2, 2, first))
