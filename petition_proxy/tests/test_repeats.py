"""Repeats: found for the same person whoever carries the petition, decided by an officer, merged and undone."""

import frappe
from frappe.utils import add_days, get_datetime, now_datetime

from petition_proxy.api import repeats as api
from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.petition.repeat_acts import RepeatError
from petition_proxy.petition_proxy.doctype.petition.steps import StepError
from petition_proxy.tests import around_cases as a
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.append_only import AppendOnlyError
from petition_proxy.utils.query_meter import questions


class RepeatTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		self.petitioner = f.make_petitioner(phone="13812345678", id_number="11010519491231002X").name

	def candidates(self, doc) -> dict:
		rows = frappe.get_all(
			"Repeat Candidate",
			filters={"petition": doc.name},
			fields=["other_petition", "reasons", "likeness", "decision"],
			order_by="likeness desc",
		)
		return {row.other_petition: row for row in rows}

	def state(self, doc) -> str:
		return frappe.db.get_value("Petition", doc.name, "workflow_state")


class TestInvariant6(RepeatTestCase):
	"""Invariant 6: same agent, different principals: never a repeat; same principal, other agents or channels: found."""

	def test_invariant_6_fifty_principals_of_one_agent_are_never_a_repeat(self):
		for n in range(5):
			doc = f.make_petition(
				lifecycle.REGISTERED,
				petitioner=f.make_petitioner(f"村民{n}").name,
				content=a.PAY_POINT,
				subject="缴费点撤走",
			)
			self.assertEqual(self.candidates(doc), {})

	def test_invariant_6_the_agent_s_phone_given_for_others_makes_no_repeat(self):
		agent = f.make_agent()
		agent.duty_phone = "13987654321"
		agent.save()
		for name in ("甲", "乙", "丙"):
			petitioner = f.make_petitioner(name, phone="13987654321").name
			doc = f.make_petition(lifecycle.REGISTERED, petitioner=petitioner, content=a.PAY_POINT)
			self.assertEqual(self.candidates(doc), {})

	def test_invariant_6_same_principal_through_other_agents_and_channels_is_found(self):
		first = f.make_petition(lifecycle.REGISTERED, petitioner=self.petitioner, content=a.PAY_POINT)
		other_agent = a.make_second_agent_user()
		second = f.make_petition(
			lifecycle.REGISTERED,
			petitioner=self.petitioner,
			agent=other_agent.name,
			content=a.PAY_POINT_AGAIN,
		)
		self.assertEqual(set(self.candidates(second)), {first.name})
		twin = f.make_petitioner("林 婆婆", village=f.VILLAGE_B, id_number="11010519491231002x").name
		third = a.make_direct(petitioner=twin, filing_channel="Letter", village=f.VILLAGE_B)
		self.assertEqual(set(self.candidates(third)), {first.name, second.name})
		self.assertIn("Same ID Number", self.candidates(third)[first.name].reasons)

	def test_invariant_6_the_principal_counts_even_if_the_agent_is_the_petitioner_elsewhere(self):
		agent = f.make_agent()
		own = f.make_petitioner("周大姐", phone="13711112222").name
		a.make_direct(petitioner=own)
		doc = f.make_petition(
			lifecycle.REGISTERED, petitioner=self.petitioner, agent=agent.name, content=a.PAY_POINT
		)
		self.assertEqual(self.candidates(doc), {})


class TestFinding(RepeatTestCase):
	def test_other_matter_of_the_same_person_is_no_candidate(self):
		a.make_direct(petitioner=self.petitioner, content=a.LAND, subject="征地")
		self.assertEqual(self.candidates(a.make_direct(petitioner=self.petitioner)), {})

	def test_same_phone_and_joint_signers_count(self):
		first = a.make_direct(petitioner=self.petitioner)
		neighbour = f.make_petitioner("王五").name
		joint = a.make_direct(
			petitioner=neighbour,
			content=a.PAY_POINT_AGAIN,
			members=[{"member_name": "林婆婆", "member_phone": "138 1234 5678"}],
		)
		found = self.candidates(joint)
		self.assertEqual(set(found), {first.name})
		self.assertIn("Same Joint Signer", found[first.name].reasons)
		third = a.make_direct(petitioner=self.petitioner)
		self.assertEqual(set(self.candidates(third)), {first.name, joint.name})

	def test_anonymous_reports_are_compared_by_the_accused(self):
		values = {"petition_kind": "Report and Accusation", "accused_unit": f.TOWN_UNIT, "content": a.LAND}
		first = a.make_direct(petitioner=f.make_petitioner("匿名").name, **values)
		second = a.make_direct(petitioner=f.make_petitioner("匿名").name, **values)
		self.assertEqual(set(self.candidates(second)), {first.name})
		other = a.make_direct(
			petitioner=f.make_petitioner("匿名").name, **{**values, "accused_unit": f.DEPT_UNIT}
		)
		self.assertEqual(self.candidates(other), {})

	def test_drafts_and_what_lies_before_the_window_are_left_out(self):
		settings = frappe.get_single("Petition Proxy Settings")
		settings.repeat_window_days = 30
		settings.save()
		a.make_direct(lifecycle.DRAFT, petitioner=self.petitioner)
		a.make_direct(petitioner=self.petitioner, petitioned_at=add_days(now_datetime(), -40))
		self.assertEqual(self.candidates(a.make_direct(petitioner=self.petitioner)), {})

	def test_threshold_is_a_setting(self):
		settings = frappe.get_single("Petition Proxy Settings")
		settings.repeat_likeness = 99
		settings.repeat_likeness_same_place = 99
		settings.save()
		a.make_direct(petitioner=self.petitioner)
		self.assertEqual(
			self.candidates(a.make_direct(petitioner=self.petitioner, content=a.PAY_POINT_AGAIN)), {}
		)

	def test_filing_keeps_its_budget_however_much_is_on_file(self):
		"""One question where nothing is found, three where something is, however many."""

		def asked(petitioner: str) -> int:
			doc = f.make_petition(petitioner=petitioner, content=a.PAY_POINT)
			self.as_user("agent@pp.test")
			doc = frappe.get_doc("Petition", doc.name)
			f.prepare(doc, lifecycle.find("Draft", "Registered"))
			with questions() as statements:
				doc.save()
			self.as_user("Administrator")
			self.last = doc
			return len(statements)

		asked(f.make_petitioner("先填满缓存", phone="13700000001").name)
		alone = asked(f.make_petitioner("独一人", phone="13700000002").name)
		for _n in range(8):
			a.make_direct(petitioner=self.petitioner)
		self.assertEqual(asked(self.petitioner) - alone, 2)
		self.assertEqual(len(self.candidates(self.last)), 8)

	def test_a_candidate_is_seen_by_who_sees_both_petitions(self):
		first = a.make_direct(petitioner=self.petitioner, village=f.VILLAGE_2)
		second = a.make_direct(petitioner=self.petitioner)
		self.assertEqual(set(self.candidates(second)), {first.name})
		for user, sees in (("office@pp.test", 1), ("town@pp.test", 0), ("town2@pp.test", 0)):
			self.as_user(user)
			rows = frappe.get_list("Repeat Candidate", pluck="name", order_by="name")
			self.assertEqual(len(rows), sees, user)
			name = frappe.get_all("Repeat Candidate", pluck="name", order_by="name")[0]
			self.assertEqual(
				bool(frappe.get_doc("Repeat Candidate", name).has_permission("read")), bool(sees)
			)

	def test_nobody_deletes_a_candidate(self):
		a.make_direct(petitioner=self.petitioner)
		second = a.make_direct(petitioner=self.petitioner)
		row = frappe.get_last_doc("Repeat Candidate", {"petition": second.name})
		self.assertRaises(AppendOnlyError, row.delete)


class TestHint(RepeatTestCase):
	def test_filing_agent_learns_number_and_state_and_nothing_else(self):
		first = a.make_direct(petitioner=self.petitioner)
		draft = f.make_petition(petitioner=self.petitioner, subject="又来")
		self.as_user("agent@pp.test")
		self.assertEqual(api.hint(draft.name), [{"name": first.name, "workflow_state": "Registered"}])
		self.assertFalse(frappe.get_doc("Petition", first.name).has_permission("read"))

	def test_no_hint_of_reports_accusations_or_secret_cases(self):
		a.make_direct(petitioner=self.petitioner, petition_kind="Report and Accusation")
		a.make_direct(petitioner=self.petitioner, accused_unit=f.TOWN_UNIT)
		a.make_direct(petitioner=self.petitioner, wants_secrecy=1)
		draft = f.make_petition(petitioner=self.petitioner)
		self.assertEqual(api.hint(draft.name), [])

	def test_an_agent_without_the_petitioner_s_agreement_looks_up_nobody(self):
		a.make_direct(petitioner=self.petitioner)
		draft = f.make_petition(petitioner=self.petitioner, agreement=None)
		self.as_user("agent@pp.test")
		self.assertRaises(StepError, api.hint, draft.name)
		self.as_user("agent2@pp.test")
		self.assertRaises(frappe.PermissionError, api.hint, draft.name)


class TestMerge(RepeatTestCase):
	def setUp(self):
		super().setUp()
		self.main = a.make_direct(lifecycle.ASSIGNED, petitioner=self.petitioner)
		self.repeat = a.make_direct(petitioner=self.petitioner, petitioned_at=add_days(now_datetime(), -3))

	def test_merged_repeat_keeps_number_and_runs_no_clock(self):
		self.as_user("town@pp.test")
		api.merge(self.repeat.name, self.main.name, "同一人同一事")
		self.repeat.reload()
		self.assertEqual(self.repeat.workflow_state, "Merged")
		self.assertEqual((self.repeat.main_petition, self.repeat.is_repeat), (self.main.name, 1))
		self.assertIsNone(self.repeat.due_at)
		self.assertIsNone(self.repeat.next_action_at)
		row = self.candidates(self.repeat)[self.main.name]
		self.assertEqual(row.decision, "Merged")
		event = frappe.get_last_doc("Petition Event", {"petition": self.main.name, "event": "Take In"})
		self.assertEqual(event.note, self.repeat.name)

	def test_second_identical_call_is_told_so(self):
		api.merge(self.repeat.name, self.main.name, "同一件事")
		self.assertRaises(RepeatError, api.merge, self.repeat.name, self.main.name, "同一件事")

	def test_reason_is_asked_for(self):
		self.assertRaises(StepError, api.merge, self.repeat.name, self.main.name, " ")
		self.assertEqual(self.state(self.repeat), "Registered")

	def test_who_may_merge(self):
		for user in ("agent@pp.test", "dept@pp.test", "leader@pp.test", "auditor@pp.test", "town2@pp.test"):
			self.as_user(user)
			with self.assertRaises((frappe.PermissionError, StepError), msg=user):
				api.merge(self.repeat.name, self.main.name, "同一件事")
		self.assertEqual(self.state(self.repeat), "Registered")

	def test_itself_chains_and_other_people_are_refused(self):
		self.assertRaises(StepError, api.merge, self.repeat.name, self.repeat.name, "同一件事")
		api.merge(self.repeat.name, self.main.name, "同一件事")
		third = a.make_direct(petitioner=self.petitioner)
		self.assertRaises(StepError, api.merge, third.name, self.repeat.name, "链")
		self.assertRaises(StepError, api.merge, self.main.name, third.name, "主件又并出去")
		stranger = a.make_direct(petitioner=f.make_petitioner("别人").name)
		self.assertRaises(StepError, api.merge, stranger.name, self.main.name, "别人的")
		self.assertRaises(frappe.DoesNotExistError, api.merge, third.name, "XF-NONE", "没有")

	def test_reports_accused_and_secret_cases_stay_apart(self):
		for values in (
			{"petition_kind": "Report and Accusation"},
			{"accused_unit": f.DEPT_UNIT_2},
			{"accused_user": "dept2@pp.test"},
		):
			other = a.make_direct(petitioner=self.petitioner, **values)
			self.assertRaises(StepError, api.merge, other.name, self.main.name, "并")
			self.assertRaises(StepError, api.merge, self.repeat.name, other.name, "并")
		twin = f.make_petitioner("林婆婆", phone="13812345678", wants_secrecy=1).name
		secret = a.make_direct(petitioner=twin)
		self.assertRaises(StepError, api.merge, secret.name, self.main.name, "并")

	def test_joint_petitions_of_different_people_may_be_one(self):
		docs = [
			a.make_direct(petitioner=f.make_petitioner(n).name, is_collective=1, headcount=6) for n in "甲乙"
		]
		api.merge(docs[1].name, docs[0].name, "同一批人")
		self.assertEqual(self.state(docs[1]), "Merged")

	def test_the_plain_step_is_guarded_too(self):
		doc = frappe.get_doc("Petition", self.repeat.name)
		doc.main_petition, doc.step_reason, doc.workflow_state = self.main.name, "直接改", "Merged"
		self.assertRaises(StepError, doc.save)

	def test_an_accepted_case_is_linked_not_merged(self):
		late = a.make_direct(lifecycle.ACCEPTED, petitioner=self.petitioner)
		self.assertRaises(StepError, api.merge, late.name, self.main.name, "晚了")
		self.as_user("office@pp.test")
		api.link(late.name, self.main.name, "同一件事")
		late.reload()
		self.assertEqual((late.is_repeat, late.main_petition), (1, self.main.name))
		self.assertRaises(RepeatError, api.link, late.name, self.main.name, "再来")
		api.unlink(late.name, "看错了")
		late.reload()
		self.assertEqual((late.is_repeat, late.main_petition), (0, None))

	def test_two_under_way_are_merged_not_linked(self):
		self.assertRaises(RepeatError, api.link, self.repeat.name, self.main.name, "两个期限")

	def test_after_the_answer_the_petitioner_is_pointed_to_review(self):
		answered = a.make_direct(lifecycle.REPLIED, petitioner=self.petitioner)
		self.as_user("office@pp.test")
		api.link(self.repeat.name, answered.name, "已答复过")
		events = frappe.get_all(
			"Petition Event", {"petition": self.repeat.name}, pluck="event", order_by="creation"
		)
		self.assertIn("Point to Review", events)

	def test_closing_the_main_case_tells_the_merged_ones(self):
		api.merge(self.repeat.name, self.main.name, "同一件事")
		main = frappe.get_doc("Petition", self.main.name)
		for action in ("Receive", "Accept", "Start Handling", "Reply", "Serve", "Close"):
			f.walk(main, action)
		self.repeat.reload()
		self.assertEqual(self.repeat.workflow_state, "Merged")
		self.assertEqual(self.repeat.outcome, "Supported")
		self.assertEqual(self.repeat.reply_text, main.reply_text)
		self.assertTrue(self.repeat.replied_at)
		event = frappe.get_last_doc(
			"Petition Event", {"petition": self.repeat.name, "event": "Main Case Ended"}
		)
		self.assertIn(self.main.name, event.note)

	def test_a_refused_main_case_tells_the_merged_ones_why(self):
		api.merge(self.repeat.name, self.main.name, "同一件事")
		main = frappe.get_doc("Petition", self.main.name)
		f.walk(main, "Receive")
		f.walk(main, "Refuse")
		self.repeat.reload()
		self.assertEqual(
			(self.repeat.refusal_reason, self.repeat.refusal_body), (main.refusal_reason, main.refusal_body)
		)

	def test_undo_brings_back_state_and_original_clock(self):
		self.repeat.reload()
		registered_at, due = self.repeat.registered_at, self.repeat.notice_due_at
		api.merge(self.repeat.name, self.main.name, "同一件事")
		self.as_user("office@pp.test")
		self.assertEqual(api.undo_merge(self.repeat.name, "是另一件事"), "Registered")
		self.repeat.reload()
		self.assertEqual(self.repeat.workflow_state, "Registered")
		self.assertEqual(get_datetime(self.repeat.registered_at), get_datetime(registered_at))
		self.assertEqual(get_datetime(self.repeat.due_at), get_datetime(due))
		self.assertEqual((self.repeat.is_repeat, self.repeat.main_petition), (0, None))
		self.assertTrue(self.repeat.next_action_at)
		self.assertEqual(self.candidates(self.repeat)[self.main.name].decision, "Open")
		self.assertRaises(RepeatError, api.undo_merge, self.repeat.name, "再来")

	def test_undo_sends_the_case_back_to_the_unit_it_was_with(self):
		other = a.make_direct(lifecycle.RECEIVED, petitioner=self.petitioner)
		api.merge(other.name, self.main.name, "同一件事")
		self.as_user("office@pp.test")
		self.assertEqual(api.undo_merge(other.name, "是另一件事"), "Assigned")
		other.reload()
		self.assertEqual((other.workflow_state, other.handling_unit), ("Assigned", f.DEPT_UNIT))
		statuses = frappe.get_all(
			"Petition Assignment", {"petition": other.name}, pluck="status", order_by="creation asc, name asc"
		)
		self.assertEqual(statuses, ["Ended", "Sent"])

	def test_undo_without_the_unit_waits_to_be_assigned(self):
		other = a.make_direct(lifecycle.RECEIVED, petitioner=self.petitioner)
		api.merge(other.name, self.main.name, "同一件事")
		unit = frappe.get_doc("Handling Unit", f.DEPT_UNIT)
		frappe.db.set_value("Handling Unit", unit.name, "is_active", 0)
		self.assertEqual(api.undo_merge(other.name, "是另一件事"), "Registered")
		other.reload()
		self.assertEqual((other.workflow_state, other.handling_unit), ("Registered", None))

	def test_officer_decides_on_what_filing_found(self):
		name = frappe.db.get_value("Repeat Candidate", {"petition": self.repeat.name}, "name")
		self.as_user("leader@pp.test")
		self.assertRaises(RepeatError, api.decide, name, "Not a Repeat", "不是")
		self.as_user("office@pp.test")
		self.assertRaises(RepeatError, api.decide, name, "Perhaps", "不知道")
		api.decide(name, "Not a Repeat", "一个在东门一个在西门")
		row = frappe.get_doc("Repeat Candidate", name)
		self.assertEqual((row.decision, row.decided_by), ("Not a Repeat", "office@pp.test"))
		self.assertRaises(RepeatError, api.decide, name, "Merged", "又是")

	def test_merge_from_the_candidate(self):
		name = frappe.db.get_value("Repeat Candidate", {"petition": self.repeat.name}, "name")
		self.as_user("office@pp.test")
		api.decide(name, "Merged", "同一件事")
		self.assertEqual(self.state(self.repeat), "Merged")
		self.assertEqual(frappe.db.get_value("Repeat Candidate", name, "decision"), "Merged")
