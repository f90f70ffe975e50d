"""Review and re-review: who asks, who decides, by when, what follows (R22 arts 35, 36)."""

import frappe
from frappe.utils import add_days, get_datetime, getdate, now_datetime

from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.petition.checks import StepError
from petition_proxy.petition_proxy.doctype.review_request import acts
from petition_proxy.petition_proxy.doctype.review_request.acts import ReviewError
from petition_proxy.tests import factories as f
from petition_proxy.tests.clock_cases import (
	CITY_DEPT,
	CITY_GOV,
	GOV_UNIT,
	ClockTestCase,
	concluded_case,
	reviewed_case,
	served_case,
)
from petition_proxy.utils.rules import clear_limits

WHY = "答复没有说明补偿标准。"
SCAN = "/private/files/signed.png"


def row_of(name: str):
	return frappe.get_doc("Review Request", name)


class TestAsking(ClockTestCase):
	def test_petitioner_asks_and_the_case_is_under_review(self):
		petitioner = f.make_petitioner(user="petitioner@pp.test").name
		doc = served_case(petitioner=petitioner)
		row = row_of(self.act("petitioner@pp.test", acts.ask_review, doc.name, WHY))
		self.assertEqual((row.level, row.status, row.respondent_unit), ("Review", "Asked", f.DEPT_UNIT))
		self.assertEqual((row.superior_kind, row.reviewing_unit), ("Territory Parent", GOV_UNIT))
		self.assertEqual(getdate(row.request_due_at), getdate(add_days(doc.served_at, 30)))
		self.assertEqual(doc.reload().review_status, "Under Review")
		self.assertRegex(row.name, rf"^FC-{f.DISTRICT[:6]}-\d{{4}}-\d{{5}}$")

	def test_applicant_chooses_between_the_two_kinds_of_superior(self):
		row = row_of(acts.ask_review(served_case().name, WHY, "Line Superior"))
		self.assertEqual(row.reviewing_unit, CITY_DEPT)
		town = f.make_petition(lifecycle.REGISTERED)
		town.handling_unit = f.TOWN_UNIT
		for action in ("Assign", "Receive", "Accept", "Start Handling", "Reply", "Serve"):
			f.walk(town, action)
		frappe.db.set_value("Handling Unit", f.TOWN_UNIT, "territory_parent", GOV_UNIT)
		with self.assertRaisesRegex(ReviewError, "other one"):
			acts.ask_review(town.name, WHY, "Line Superior")
		self.assertEqual(row_of(acts.ask_review(town.name, WHY)).reviewing_unit, GOV_UNIT)

	def test_agent_needs_the_power_to_ask(self):
		doc = served_case()
		with self.assertRaisesRegex(StepError, "power"):
			self.act("agent@pp.test", acts.ask_review, doc.name, WHY)
		frappe.db.set_value("Proxy Agreement", doc.agreement, "may_request_review", 1)
		row = row_of(self.act("agent@pp.test", acts.ask_review, doc.name, WHY))
		self.assertEqual((row.agent, row.petitioner), (doc.agent, doc.petitioner))

	def test_office_needs_the_signed_request_and_the_unit_itself_never_asks(self):
		doc = served_case()
		with self.assertRaisesRegex(ReviewError, "signed request"):
			self.act("town@pp.test", acts.ask_review, doc.name, WHY)
		with self.assertRaisesRegex(ReviewError, "asks for a review"):
			self.act("dept@pp.test", acts.ask_review, doc.name, WHY, request_scan=SCAN)
		with self.assertRaises(frappe.PermissionError):
			self.act("town2@pp.test", acts.ask_review, doc.name, WHY, request_scan=SCAN)
		self.assertTrue(self.act("village@pp.test", acts.ask_review, doc.name, WHY, request_scan=SCAN))

	def test_only_what_was_handed_over_can_be_reviewed(self):
		doc = f.make_petition(lifecycle.REPLIED)
		with self.assertRaisesRegex(ReviewError, "handed"):
			acts.ask_review(doc.name, WHY)

	def test_only_the_petition_procedure_knows_reviews(self):
		doc = served_case(petition_kind="Suggestion")
		with self.assertRaisesRegex(ReviewError, "petition procedure"):
			acts.ask_review(doc.name, WHY)

	def test_what_a_village_settled_has_no_opinion_to_review(self):
		doc = f.make_petition(lifecycle.REGISTERED)
		doc.db_set("tier", "Village")
		doc.reload()
		f.walk(doc, "Settle on the Spot")
		with self.assertRaisesRegex(ReviewError, "on the spot"):
			acts.ask_review(doc.name, WHY)

	def test_asking_twice_is_refused(self):
		doc = served_case()
		acts.ask_review(doc.name, WHY)
		with self.assertRaisesRegex(ReviewError, "under way"):
			acts.ask_review(doc.name, WHY)

	def test_late_request_without_a_reason_stands_as_refused(self):
		doc = served_case()
		doc.db_set("served_at", add_days(now_datetime(), -31))
		row = row_of(acts.ask_review(doc.name, WHY))
		self.assertEqual((row.status, row.refusal_reason), ("Refused", "Review Time Missed"))
		self.assertFalse(doc.reload().review_status)

	def test_thirtieth_day_is_in_time(self):
		doc = served_case()
		doc.db_set("served_at", add_days(now_datetime(), -30))
		self.assertEqual(row_of(acts.ask_review(doc.name, WHY)).status, "Asked")

	def test_paper_request_counts_from_its_own_day(self):
		doc = served_case()
		doc.db_set("served_at", add_days(now_datetime(), -40))
		row = row_of(acts.ask_review(doc.name, WHY, asked_at=str(add_days(now_datetime(), -15))))
		self.assertEqual((row.status, row.is_late_request), ("Asked", 0))
		for moment in (add_days(now_datetime(), 1), add_days(now_datetime(), -41)):
			with self.assertRaises(ReviewError):
				acts.ask_review(served_case().name, WHY, asked_at=str(moment))

	def test_late_request_with_a_reason_is_the_reviewers_to_judge(self):
		doc = served_case()
		doc.db_set("served_at", add_days(now_datetime(), -45))
		name = acts.ask_review(doc.name, WHY, late_reason="住院一个月")
		self.assertEqual((row_of(name).status, row_of(name).is_late_request), ("Asked", 1))
		self.act("leader@pp.test", acts.refuse_review, name, "Review Time Missed", "住院不影响委托他人")
		self.assertFalse(doc.reload().review_status)

	def test_request_in_time_is_not_refused_as_late(self):
		name = acts.ask_review(served_case().name, WHY)
		with self.assertRaisesRegex(ReviewError, "in time"):
			acts.refuse_review(name, "Review Time Missed", "x")

	def test_missing_limit_row_is_a_clear_error_and_changes_nothing(self):
		doc = served_case()
		frappe.db.delete("Statutory Limit", {"limit_code": "Review Request"})
		clear_limits()
		with self.assertRaisesRegex(ReviewError, "No rule is valid"):
			acts.ask_review(doc.name, WHY)
		self.assertFalse(doc.reload().review_status)


class TestReviewing(ClockTestCase):
	def test_reviewer_sees_the_case_through_the_scope_and_others_of_the_city_do_not(self):
		doc = served_case()
		with self.assertRaises(frappe.PermissionError):
			self.act("city@pp.test", doc.check_permission, "read")
		name = acts.ask_review(doc.name, WHY, "Line Superior")
		self.act("city@pp.test", doc.check_permission, "read")
		self.as_user("city@pp.test")
		self.assertIn(name, frappe.get_list("Review Request", pluck="name"))
		self.as_user("citygov@pp.test")
		self.assertNotIn(name, frappe.get_list("Review Request", pluck="name"))

	def test_reviewer_takes_no_step_of_the_case(self):
		doc = served_case()
		acts.ask_review(doc.name, WHY, "Line Superior")
		self.as_user("city@pp.test")
		doc = frappe.get_doc("Petition", doc.name)
		doc.workflow_state = lifecycle.CLOSED
		self.assertRaises(StepError, doc.save)

	def test_named_people_review_to_the_end(self):
		doc = served_case()
		name = acts.ask_review(doc.name, WHY, "Line Superior")
		self.act("city@pp.test", acts.receive_review, name)
		row = row_of(name)
		self.assertEqual(getdate(row.due_at), getdate(add_days(row.received_at, 30)))
		self.act("cityhead@pp.test", acts.decide_review, name, "Changed", "标准有误", "按新标准补偿")
		self.assertEqual(doc.reload().review_status, "Reviewed")
		self.act("city@pp.test", acts.serve_review, name, "By Post")
		row = row_of(name)
		self.assertEqual((row.status, row.decided_by), ("Served", "cityhead@pp.test"))
		opinion = frappe.get_last_doc("Progress Notice", {"petition": doc.name, "node": "Review Opinion"})
		self.assertEqual((opinion.status, opinion.means), ("Told", "Letter"))

	def test_only_the_reviewing_body_decides(self):
		doc = served_case()
		name = acts.ask_review(doc.name, WHY, "Line Superior")
		for user in ("office@pp.test", "leader@pp.test"):
			with self.assertRaisesRegex(ReviewError, "Only the reviewing body"):
				self.act(user, acts.receive_review, name)
		with self.assertRaisesRegex(ReviewError, "own unit"):
			self.act("dept@pp.test", acts.receive_review, name)
		with self.assertRaises(frappe.PermissionError):
			self.act("dept2@pp.test", acts.receive_review, name)

	def test_member_of_both_units_does_not_review_the_own_opinion(self):
		doc = served_case()
		unit = frappe.get_doc("Handling Unit", CITY_DEPT)
		unit.append("members", {"user": "dept@pp.test"})
		unit.save()
		name = acts.ask_review(doc.name, WHY, "Line Superior")
		with self.assertRaisesRegex(ReviewError, "own unit"):
			self.act("dept@pp.test", acts.receive_review, name)

	def test_vacant_superior_lands_with_the_petition_office_and_stays_visible(self):
		frappe.db.set_value("Handling Unit", f.DEPT_UNIT, {"territory_parent": None, "line_superior": None})
		doc = served_case()
		row = row_of(acts.ask_review(doc.name, WHY))
		self.assertEqual((row.reviewing_unit, row.is_vacant_superior), (f.OFFICE_UNIT, 1))
		self.act("office@pp.test", acts.receive_review, row.name)

	def test_superior_without_people_is_handled_by_the_petition_office(self):
		frappe.db.set_value("User", "citygov@pp.test", "enabled", 0)
		self.addCleanup(frappe.db.set_value, "User", "citygov@pp.test", "enabled", 1)
		doc, _name = reviewed_case(self)
		row = row_of(acts.ask_review(doc.name, WHY))
		self.assertEqual((row.level, row.reviewing_unit, row.is_vacant_superior), ("Re-review", CITY_GOV, 1))
		self.act("office@pp.test", acts.receive_review, row.name)

	def test_accused_superior_never_reviews(self):
		doc = served_case()
		doc.db_set("accused_unit", GOV_UNIT)
		row = row_of(acts.ask_review(doc.name, WHY))
		self.assertEqual(row.reviewing_unit, CITY_DEPT)

	def test_same_act_twice_is_refused(self):
		name = acts.ask_review(served_case().name, WHY)
		acts.receive_review(name)
		with self.assertRaisesRegex(ReviewError, "taken up"):
			acts.receive_review(name)
		acts.decide_review(name, "Upheld", "属实", "维持")
		with self.assertRaisesRegex(ReviewError, "ended already"):
			acts.decide_review(name, "Changed", "属实", "变更")
		acts.serve_review(name, "In Person")
		with self.assertRaisesRegex(ReviewError, "handed over"):
			acts.serve_review(name, "In Person")

	def test_decision_needs_facts_and_opinion(self):
		name = acts.ask_review(served_case().name, WHY)
		with self.assertRaisesRegex(ReviewError, "up first"):
			acts.decide_review(name, "Upheld", "属实", "维持")
		acts.receive_review(name)
		for decision, facts, opinion in (("Upheld", "", "x"), ("Upheld", "x", " "), ("Maybe", "x", "x")):
			with self.assertRaises(ReviewError):
				acts.decide_review(name, decision, facts, opinion)

	def test_withdrawn_request_leaves_the_case_where_it_stood(self):
		doc = served_case()
		name = acts.ask_review(doc.name, WHY)
		with self.assertRaises(ReviewError):
			self.act("agent@pp.test", acts.withdraw_review, name, "不想复查了", SCAN)
		self.act("town@pp.test", acts.withdraw_review, name, "想通了", SCAN)
		self.assertFalse(doc.reload().review_status)
		self.assertEqual(row_of(acts.ask_review(doc.name, WHY)).level, "Review")

	def test_hearing_days_are_not_counted_in_a_re_review_only(self):
		name = acts.ask_review(served_case().name, WHY)
		acts.receive_review(name)
		first = row_of(name)
		acts.add_hearing(name, str(add_days(getdate(), 3)), str(add_days(getdate(), 7)))
		self.assertEqual(get_datetime(row_of(name).due_at), get_datetime(first.due_at))
		doc, _name = reviewed_case(self)
		again = acts.ask_review(doc.name, WHY)
		acts.receive_review(again)
		before = row_of(again)
		acts.add_hearing(again, str(add_days(getdate(), 3)), str(add_days(getdate(), 7)))
		acts.add_hearing(again, str(add_days(getdate(), 6)), str(add_days(getdate(), 8)))  # two days twice
		self.assertEqual(get_datetime(row_of(again).due_at), add_days(get_datetime(before.due_at), 6))
		with self.assertRaisesRegex(ReviewError, "before it begins"):
			acts.add_hearing(again, str(add_days(getdate(), 9)), str(add_days(getdate(), 8)))


class TestRevoked(ClockTestCase):
	def test_revoked_while_served_goes_back_to_handling_and_can_be_reviewed_anew(self):
		doc = served_case()
		statute = get_datetime(doc.statutory_due_at)
		name = acts.ask_review(doc.name, WHY, "Line Superior")
		self.act("city@pp.test", acts.receive_review, name)
		self.act("city@pp.test", acts.decide_review, name, "Revoked", "标准有误", "撤销，责令重作")
		doc.reload()
		self.assertEqual((doc.workflow_state, doc.round), (lifecycle.HANDLING, 1))
		self.assertFalse(doc.review_status)
		self.assertIsNone(doc.served_at)
		self.assertEqual(get_datetime(doc.statutory_due_at), statute)
		events = frappe.get_all(
			"Petition Event",
			filters={"petition": doc.name, "event": ("in", ("Decide Review", "Rework"))},
			fields=["event", "actor"],
			order_by="creation asc",
		)
		self.assertEqual(
			[(e.event, e.actor) for e in events],
			[("Decide Review", "city@pp.test"), ("Rework", "city@pp.test")],
		)
		for action in ("Reply", "Serve"):
			f.walk(doc, action)
		self.assertEqual(row_of(acts.ask_review(doc.name, WHY)).level, "Review")

	def test_revoked_after_closing_begins_a_new_round(self):
		doc = f.make_petition(lifecycle.CLOSED)
		name = acts.ask_review(doc.name, WHY, "Line Superior")
		self.act("city@pp.test", acts.receive_review, name)
		self.act("city@pp.test", acts.decide_review, name, "Revoked", "标准有误", "撤销，责令重作")
		doc.reload()
		self.assertEqual((doc.workflow_state, doc.round), (lifecycle.REGISTERED, 2))
		self.assertIn(name, frappe.get_last_doc("Petition Round", {"petition": doc.name}).reopen_reason)

	def test_revoked_after_filing_away_takes_the_file_out_again(self):
		doc = f.make_petition(lifecycle.ARCHIVED)
		name = acts.ask_review(doc.name, WHY, "Line Superior")
		self.act("city@pp.test", acts.receive_review, name)
		self.act("city@pp.test", acts.decide_review, name, "Revoked", "标准有误", "撤销，责令重作")
		self.assertEqual(doc.reload().workflow_state, lifecycle.REGISTERED)


class TestReReview(ClockTestCase):
	def test_chain_goes_up_and_ends(self):
		doc, first = reviewed_case(self)
		name = acts.ask_review(doc.name, "复查没有回应诉求。")
		row = row_of(name)
		self.assertEqual(
			(row.level, row.previous_request, row.respondent_unit, row.reviewing_unit),
			("Re-review", first, GOV_UNIT, CITY_GOV),
		)
		self.assertEqual(doc.reload().review_status, "Under Re-review")
		self.act("citygov@pp.test", acts.receive_review, name)
		self.act("citygov@pp.test", acts.decide_review, name, "Upheld", "属实", "维持")
		self.assertEqual(doc.reload().review_status, "Concluded")
		self.act("citygov@pp.test", acts.serve_review, name, "By Post")
		with self.assertRaisesRegex(ReviewError, "ended the matter"):
			acts.ask_review(doc.name, WHY)

	def test_days_run_from_the_reply_on_review(self):
		doc, first = reviewed_case(self)
		frappe.db.set_value("Review Request", first, "served_at", add_days(now_datetime(), -31))
		self.assertEqual(row_of(acts.ask_review(doc.name, WHY)).refusal_reason, "Review Time Missed")
		self.assertEqual(doc.reload().review_status, "Reviewed")

	def test_opinion_on_review_must_have_been_handed_over(self):
		doc = served_case()
		name = acts.ask_review(doc.name, WHY)
		acts.receive_review(name)
		acts.decide_review(name, "Upheld", "属实", "维持")
		with self.assertRaisesRegex(ReviewError, "not been handed over"):
			acts.ask_review(doc.name, WHY)


class TestSameFacts(ClockTestCase):
	def again(self, doc, **values):
		return f.make_petition(
			lifecycle.RECEIVED, petitioner=doc.petitioner, agreement=doc.agreement, **values
		)

	def test_other_petitioner_with_the_same_words_is_accepted(self):
		concluded_case(self)
		doc = f.make_petition(lifecycle.RECEIVED)  # the same agent, the same text
		f.walk(doc, "Accept")
		self.assertEqual(doc.workflow_state, lifecycle.ACCEPTED)

	def test_other_matter_of_the_petitioner_is_accepted(self):
		old = concluded_case(self)
		doc = self.again(old, subject="路灯坏了三个月", content="村口到学校的路灯不亮，孩子晚上回家不安全。")
		f.walk(doc, "Accept")
		self.assertEqual(doc.workflow_state, lifecycle.ACCEPTED)

	def test_same_id_number_on_a_second_record_is_the_same_person(self):
		old = concluded_case(self)
		frappe.db.set_value("Petitioner", old.petitioner, "id_hash", "same-person")
		twin = f.make_petitioner("林婆婆").name
		frappe.db.set_value("Petitioner", twin, "id_hash", "same-person")
		doc = f.make_petition(lifecycle.RECEIVED, petitioner=twin)
		self.assertRaisesRegex(StepError, "ended this matter", f.walk, doc, "Accept")

	def test_petition_office_alone_writes_down_new_facts(self):
		doc = self.again(concluded_case(self))
		self.as_user("dept@pp.test")
		mine = frappe.get_doc("Petition", doc.name)
		mine.new_facts = "新的测量结果"
		self.assertRaises(StepError, mine.save)
		self.as_user("office@pp.test")
		mine = frappe.get_doc("Petition", doc.name)
		mine.new_facts = "新的测量结果"
		mine.save()
		self.as_user("Administrator")
		doc.reload()
		f.walk(doc, "Accept")
		self.assertEqual(doc.workflow_state, lifecycle.ACCEPTED)
