"""Between the units: receipt, objection in five working days, reassignment, co-handling, by the officers who do it."""

import frappe
from frappe.utils import add_days, get_datetime, today

from petition_proxy.api import assignments as api
from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.petition.petition import FactsFrozenError
from petition_proxy.petition_proxy.doctype.petition.steps import StepError
from petition_proxy.petition_proxy.doctype.petition_assignment.acts import AssignmentError
from petition_proxy.petition_proxy.doctype.petition_assignment.record import end_open_assignments
from petition_proxy.tests import channel_cases as c
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.append_only import AppendOnlyError


class AssignmentTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()

	def step_as(self, user: str, petition: str, action: str, **values):
		"""One step of the path by a person, on a fresh copy."""
		self.as_user(user)
		doc = frappe.get_doc("Petition", petition)
		doc.update(values)
		f.walk(doc, action)
		return doc

	def as_(self, user: str, act, *args, **kwargs):
		self.as_user(user)
		return act(*args, **kwargs)

	def refused(self, user: str, act, *args, error=AssignmentError, **kwargs):
		self.as_user(user)
		with self.assertRaises(error):
			act(*args, **kwargs)
		frappe.clear_messages()


class TestRecord(AssignmentTestCase):
	def test_assigning_writes_who_sent_what_to_whom(self):
		doc = f.make_petition(lifecycle.REGISTERED)
		self.step_as(
			"office@pp.test", doc.name, "Assign", handling_unit=f.DEPT_UNIT, assignment_note="归口住建"
		)
		row = frappe.get_doc("Petition Assignment", c.assignment_of(doc.name))
		self.assertEqual(
			(row.from_unit, row.to_unit, row.sent_by), (f.OFFICE_UNIT, f.DEPT_UNIT, "office@pp.test")
		)
		self.assertEqual((row.part, row.kind, row.status, row.round), ("Lead", "Assign", "Sent", 1))
		self.assertEqual(row.reason, "归口住建")
		self.assertTrue(row.reply_by)  # R22 art. 22: assigned with a day for the reply
		self.assertTrue(row.name.startswith("JB-990199-"))
		self.assertEqual(frappe.db.get_value("Petition", doc.name, "assignment"), row.name)

	def test_forwarding_has_no_day_for_the_reply(self):
		doc = f.make_petition(lifecycle.REGISTERED)
		self.step_as(
			"office@pp.test", doc.name, "Assign", handling_unit=f.DEPT_UNIT, assignment_kind="Forward"
		)
		row = frappe.get_doc("Petition Assignment", c.assignment_of(doc.name))
		self.assertEqual((row.kind, row.reply_by), ("Forward", None))

	def test_day_for_the_reply_is_kept_and_not_in_the_past(self):
		doc = f.make_petition(lifecycle.REGISTERED)
		self.assertRaises(
			StepError,
			self.step_as,
			"office@pp.test",
			doc.name,
			"Assign",
			handling_unit=f.DEPT_UNIT,
			reply_by=add_days(today(), -1),
		)
		self.step_as(
			"office@pp.test", doc.name, "Assign", handling_unit=f.DEPT_UNIT, reply_by=add_days(today(), 9)
		)
		row = frappe.get_doc("Petition Assignment", c.assignment_of(doc.name))
		self.assertEqual(str(row.reply_by), f"{add_days(today(), 9)} 23:59:59")

	def test_receipt_and_reply_end_it(self):
		doc = f.make_petition(lifecycle.ASSIGNED)
		self.step_as("dept@pp.test", doc.name, "Receive")
		row = frappe.get_doc("Petition Assignment", c.assignment_of(doc.name))
		self.assertEqual((row.status, row.received_by), ("Received", "dept@pp.test"))
		for action in ("Accept", "Start Handling", "Reply"):
			self.step_as("dept@pp.test", doc.name, action)
		row.reload()
		self.assertEqual((row.status, row.answered_by), ("Answered", "dept@pp.test"))
		self.assertTrue(row.ended_at)

	def test_nobody_writes_or_deletes_one_by_hand(self):
		doc = f.make_petition(lifecycle.ASSIGNED)
		for perm in frappe.get_meta("Petition Assignment").permissions:
			self.assertFalse(perm.create or perm.write or perm.delete, perm.role)
		row = frappe.get_doc("Petition Assignment", c.assignment_of(doc.name))
		self.assertRaises(AppendOnlyError, row.delete)
		self.as_user("dept@pp.test")
		row.status = "Answered"
		self.assertRaises(frappe.PermissionError, row.save)

	def test_it_is_seen_with_its_case_only(self):
		doc = f.make_petition(lifecycle.ASSIGNED, accused_unit=f.DEPT_UNIT_2)
		for user, expected in (
			("dept@pp.test", 1),
			("town@pp.test", 1),
			("dept2@pp.test", 0),
			("town2@pp.test", 0),
		):
			self.as_user(user)
			rows = frappe.get_list("Petition Assignment", filters={"petition": doc.name}, pluck="name")
			self.assertEqual(len(rows), expected, user)

	def test_end_of_a_case_ends_what_is_open(self):
		doc = f.make_petition(lifecycle.RECEIVED)
		api.add_co_handler(doc.name, f.DEPT_UNIT_2, "查社保")
		self.step_as("dept@pp.test", doc.name, "Refuse")
		rows = frappe.get_all("Petition Assignment", {"petition": doc.name}, pluck="status")
		self.assertEqual(rows, ["Ended", "Ended"])


class TestInvariant5(AssignmentTestCase):
	"""An assignment can be objected to only within five working days; later only the sender re-assigns (R22 art. 23)."""

	# Friday; the holiday of October follows, with a worked Sunday before and a worked Saturday after it
	RECEIVED = "2031-09-26 15:00:00"
	LAST_MOMENT = "2031-10-09 23:59:59"

	def setUp(self):
		super().setUp()
		c.make_calendar(
			2031,
			holidays=[f"2031-10-0{day}" for day in range(1, 8)],
			make_up_days=["2031-09-28", "2031-10-11"],
		)

	def received_case(self):
		with c.at(self.RECEIVED):
			doc = f.make_petition(lifecycle.ASSIGNED, proxied=False)
			self.step_as("dept@pp.test", doc.name, "Receive")
		return doc.name, c.assignment_of(doc.name)

	def test_invariant_5_window_counts_make_up_days_and_leaves_out_the_holiday(self):
		_name, row = self.received_case()
		due = frappe.db.get_value("Petition Assignment", row, "objection_due_at")
		self.assertEqual(str(due), self.LAST_MOMENT)

	def test_invariant_5_last_moment_is_in_time_and_the_next_day_is_not(self):
		name, row = self.received_case()
		with c.at("2031-10-10 00:00:01"):
			self.refused("dept@pp.test", api.object_to_assignment, row, "不属本单位职责")
			self.assertEqual(c.status_of(row), "Received")
		with c.at("2031-10-09 23:59:00"):
			self.as_("dept@pp.test", api.object_to_assignment, row, "不属本单位职责", f.DEPT_UNIT_2)
		saved = frappe.get_doc("Petition Assignment", row)
		self.assertEqual((saved.status, saved.objection_unit), ("Objected", f.DEPT_UNIT_2))
		self.assertIn("Object", c.events_of(name))

	def test_invariant_5_a_calendar_that_came_later_counts(self):
		"""Received while the year's calendar was not on file: the end is worked out when somebody objects."""
		_name, row = self.received_case()
		frappe.db.set_value("Petition Assignment", row, "objection_due_at", None)
		with c.at("2031-10-10 09:00:00"):
			self.refused("dept@pp.test", api.object_to_assignment, row, "不属本单位职责")

	def test_invariant_5_afterwards_only_the_sender_sends_it_elsewhere(self):
		name, row = self.received_case()
		with c.at("2031-10-20 09:00:00"):
			for user in ("dept@pp.test", "town@pp.test"):
				self.refused(user, api.reassign, name, f.DEPT_UNIT_2, "不属本单位职责", error=StepError)
			self.refused(
				"dept2@pp.test", api.reassign, name, f.DEPT_UNIT_2, "给我们", error=frappe.PermissionError
			)
			self.as_("office@pp.test", api.reassign, name, f.DEPT_UNIT_2, "重新核定职责")
		self.assertEqual(c.status_of(row), "Replaced")
		self.assertEqual(frappe.db.get_value("Petition", name, "handling_unit"), f.DEPT_UNIT_2)
		self.assertEqual(c.state_of(name), lifecycle.ASSIGNED)


class TestObjection(AssignmentTestCase):
	def objected(self, state=lifecycle.RECEIVED, **values):
		doc = f.make_petition(state, **values)
		frappe.db.set_value("Petition Assignment", doc.assignment, "from_unit", f.OFFICE_UNIT)
		row = c.assignment_of(doc.name)
		self.as_("dept@pp.test", api.object_to_assignment, row, "属人社局职责", f.DEPT_UNIT_2)
		return doc.name, row

	def test_objecting_signs_for_it(self):
		name, row = self.objected(lifecycle.ASSIGNED)
		saved = frappe.get_doc("Petition Assignment", row)
		self.assertEqual((saved.status, saved.received_by), ("Objected", "dept@pp.test"))
		self.assertTrue(saved.objection_due_at)
		self.assertEqual(c.state_of(name), lifecycle.RECEIVED)

	def test_same_objection_twice(self):
		_name, row = self.objected()
		self.refused("dept@pp.test", api.object_to_assignment, row, "属人社局职责")

	def test_needs_reasons_and_a_unit_that_may_have_it(self):
		doc = f.make_petition(lifecycle.RECEIVED)
		row = c.assignment_of(doc.name)
		self.refused("dept@pp.test", api.object_to_assignment, row, "  ")
		self.refused("dept@pp.test", api.object_to_assignment, row, "不属", f.DEPT_UNIT)
		self.refused("dept@pp.test", api.object_to_assignment, row, "不属", f.VILLAGE_UNIT, error=StepError)

	def test_only_the_unit_itself_objects(self):
		doc = f.make_petition(lifecycle.RECEIVED)
		row = c.assignment_of(doc.name)
		for user in ("office@pp.test", "town@pp.test", "leader@pp.test"):
			self.refused(user, api.object_to_assignment, row, "不属")
		self.refused("dept2@pp.test", api.object_to_assignment, row, "不属", error=frappe.PermissionError)
		self.refused("agent@pp.test", api.object_to_assignment, row, "不属")

	def test_unit_that_objected_does_nothing_else_before_the_decision(self):
		name, _row = self.objected()
		for action in ("Accept", "Refuse", "Stop", "Guide"):
			self.assertRaises(StepError, self.step_as, "dept@pp.test", name, action)

	def test_accepted_case_cannot_be_objected_to(self):
		doc = f.make_petition(lifecycle.ACCEPTED)
		self.refused("dept@pp.test", api.object_to_assignment, c.assignment_of(doc.name), "不属")

	def test_upheld_with_a_new_unit_goes_there_at_once(self):
		name, row = self.objected()
		self.as_("office@pp.test", api.decide_objection, row, True, None, f.DEPT_UNIT_2)
		old = frappe.get_doc("Petition Assignment", row)
		self.assertEqual(
			(old.status, old.objection_decision, old.decided_by), ("Returned", "Upheld", "office@pp.test")
		)
		new = frappe.get_doc("Petition Assignment", c.assignment_of(name, status="Sent"))
		self.assertEqual(new.to_unit, f.DEPT_UNIT_2)
		self.assertEqual(c.state_of(name), lifecycle.ASSIGNED)
		self.step_as("dept2@pp.test", name, "Receive")
		self.as_user("dept@pp.test")
		self.assertFalse(frappe.get_doc("Petition", name).has_permission("read"))

	def test_upheld_without_a_unit_waits_to_be_assigned(self):
		name, row = self.objected()
		self.as_("office@pp.test", api.decide_objection, row, True)
		doc = frappe.get_doc("Petition", name)
		self.assertEqual((doc.workflow_state, doc.handling_unit, doc.assignment), ("Registered", None, None))
		self.assertEqual(doc.tier, "District")
		self.assertEqual(c.status_of(row), "Returned")

	def test_rejected_the_unit_keeps_it_and_cannot_object_again(self):
		name, row = self.objected()
		self.refused("office@pp.test", api.decide_objection, row, False)
		self.as_("office@pp.test", api.decide_objection, row, False, "职责清单第三条")
		self.assertEqual(c.status_of(row), "Received")
		self.refused("dept@pp.test", api.object_to_assignment, row, "还是不属")
		self.step_as("dept@pp.test", name, "Accept")

	def test_decided_twice_or_by_somebody_else(self):
		_name, row = self.objected()
		for user in ("dept@pp.test", "town@pp.test"):
			self.refused(user, api.decide_objection, row, True)
		self.as_("office@pp.test", api.decide_objection, row, False, "职责清单第三条")
		self.refused("office@pp.test", api.decide_objection, row, True)

	def test_rest_call_with_words_for_truth(self):
		"""REST sends text; "0" must not count as yes."""
		name, row = self.objected()
		self.as_user("office@pp.test")
		frappe.call(api.decide_objection, assignment=row, is_upheld="0", note="职责清单第三条")
		self.assertEqual(c.status_of(row), "Received")
		self.assertEqual(c.state_of(name), lifecycle.RECEIVED)


class TestReturnAndReassign(AssignmentTestCase):
	def test_return_needs_a_reason_and_clears_the_unit(self):
		doc = f.make_petition(lifecycle.RECEIVED, village=f.VILLAGE)
		self.as_user("office@pp.test")
		fresh = frappe.get_doc("Petition", doc.name)
		fresh.workflow_state = lifecycle.REGISTERED
		self.assertRaises(StepError, fresh.save)
		fresh = self.step_as("office@pp.test", doc.name, "Return", step_reason="送错单位")
		fresh.reload()
		self.assertEqual((fresh.handling_unit, fresh.received_at, fresh.reply_by), (None, None, None))
		self.assertTrue(fresh.notice_due_at)
		self.assertEqual(c.status_of(c.assignment_of(doc.name)), "Returned")
		self.step_as("office@pp.test", doc.name, "Assign", handling_unit=f.DEPT_UNIT_2)

	def test_the_unit_itself_cannot_send_it_back_silently(self):
		doc = f.make_petition(lifecycle.RECEIVED)
		self.assertRaises(StepError, self.step_as, "dept@pp.test", doc.name, "Return")

	def test_a_reason_once_given_does_not_pass_for_the_next_step(self):
		doc = f.make_petition(lifecycle.RECEIVED)
		self.as_("office@pp.test", api.reassign, doc.name, f.DEPT_UNIT_2, "重新核定职责")
		fresh = frappe.get_doc("Petition", doc.name)
		self.assertFalse(fresh.step_reason)
		fresh.workflow_state = lifecycle.REGISTERED
		self.assertRaises(StepError, fresh.save)
		notes = frappe.get_all("Petition Event", {"petition": doc.name, "event": "Reassign"}, pluck="note")
		self.assertEqual(notes, ["重新核定职责"])

	def test_same_reassignment_twice(self):
		doc = f.make_petition(lifecycle.RECEIVED)
		self.as_("office@pp.test", api.reassign, doc.name, f.DEPT_UNIT_2, "重新核定职责")
		self.refused("office@pp.test", api.reassign, doc.name, f.DEPT_UNIT_2, "重新核定职责", error=StepError)
		self.assertEqual(frappe.db.count("Petition Assignment", {"petition": doc.name}), 2)

	def test_from_every_state_with_a_unit(self):
		for state, after in (
			(lifecycle.ASSIGNED, lifecycle.ASSIGNED),
			(lifecycle.RECEIVED, lifecycle.ASSIGNED),
			(lifecycle.ACCEPTED, lifecycle.ACCEPTED),
			(lifecycle.HANDLING, lifecycle.ACCEPTED),
		):
			with self.subTest(state=state):
				frappe.set_user("Administrator")
				doc = f.make_petition(state)
				dues = (doc.reply_due_at, doc.statutory_due_at, doc.notice_due_at)
				self.as_("office@pp.test", api.reassign, doc.name, f.DEPT_UNIT_2, "重新核定职责")
				fresh = frappe.get_doc("Petition", doc.name)
				self.assertEqual((fresh.workflow_state, fresh.handling_unit), (after, f.DEPT_UNIT_2))
				# a promise already given to the petitioner stands
				kept = (fresh.reply_due_at, fresh.statutory_due_at, fresh.notice_due_at)
				self.assertEqual([d and get_datetime(d) for d in kept], [d and get_datetime(d) for d in dues])
				self.assertEqual(c.status_of(doc.assignment), "Replaced")
				self.assertEqual(c.status_of(fresh.assignment), "Sent")

	def test_new_unit_signs_by_going_on_with_an_accepted_case(self):
		doc = f.make_petition(lifecycle.HANDLING)
		self.as_("office@pp.test", api.reassign, doc.name, f.DEPT_UNIT_2, "重新核定职责")
		fresh = self.step_as("dept2@pp.test", doc.name, "Start Handling")
		self.assertEqual(c.status_of(fresh.assignment), "Received")

	def test_not_before_assignment_nor_after_the_reply(self):
		for state in (lifecycle.REGISTERED, lifecycle.REPLIED, lifecycle.CLOSED):
			frappe.set_user("Administrator")
			doc = f.make_petition(state)
			self.refused("office@pp.test", api.reassign, doc.name, f.DEPT_UNIT_2, "重新核定职责")

	def test_not_to_a_village_an_accused_or_a_closed_unit(self):
		doc = f.make_petition(lifecycle.RECEIVED, accused_unit=f.TOWN_UNIT)
		frappe.db.set_value("Handling Unit", f.DEPT_UNIT_2, "is_active", 0)
		for unit in (f.VILLAGE_UNIT, f.TOWN_UNIT, f.DEPT_UNIT_2):
			self.refused("office@pp.test", api.reassign, doc.name, unit, "重新核定职责", error=StepError)
		self.assertEqual(c.status_of(doc.assignment), "Received")

	def test_town_that_sent_it_reassigns_and_another_town_does_not(self):
		doc = f.make_petition(lifecycle.REGISTERED)
		self.step_as("town@pp.test", doc.name, "Assign", handling_unit=f.DEPT_UNIT)
		self.refused(
			"town2@pp.test", api.reassign, doc.name, f.DEPT_UNIT_2, "改派", error=frappe.PermissionError
		)
		self.as_("town@pp.test", api.reassign, doc.name, f.DEPT_UNIT_2, "改派")
		self.assertEqual(frappe.db.get_value("Petition", doc.name, "handling_unit"), f.DEPT_UNIT_2)

	def test_reassign_through_a_plain_save_of_the_form(self):
		doc = f.make_petition(lifecycle.RECEIVED)
		self.step_as("office@pp.test", doc.name, "Reassign", handling_unit=f.DEPT_UNIT_2, step_reason="改派")
		self.assertEqual(c.state_of(doc.name), lifecycle.ASSIGNED)
		self.as_user("office@pp.test")
		fresh = frappe.get_doc("Petition", doc.name)
		fresh.handling_unit = f.DEPT_UNIT  # without the step
		self.assertRaises(FactsFrozenError, fresh.save)


class TestCoHandling(AssignmentTestCase):
	def shared(self, state=lifecycle.HANDLING, **values):
		doc = f.make_petition(state, **values)
		row = self.as_(
			"office@pp.test",
			api.add_co_handler,
			doc.name,
			f.DEPT_UNIT_2,
			"核对社保缴费",
			add_days(today(), 7),
		)
		return doc.name, row

	def sees(self, user: str, petition: str) -> bool:
		self.as_user(user)
		listed = frappe.get_list("Petition", filters={"name": petition}, pluck="name")
		opened = frappe.get_doc("Petition", petition).has_permission("read")
		self.assertEqual(bool(listed), bool(opened))
		return bool(listed)

	def test_lead_cannot_reply_before_the_others_have_answered(self):
		name, row = self.shared()
		self.assertRaises(StepError, self.step_as, "dept@pp.test", name, "Reply")
		self.as_("dept2@pp.test", api.receive_co_handling, row)
		self.assertRaises(StepError, self.step_as, "dept@pp.test", name, "Reply")
		self.as_("dept2@pp.test", api.answer_co_handling, row, "缴费记录完整")
		self.step_as("dept@pp.test", name, "Reply")
		saved = frappe.get_doc("Petition Assignment", row)
		self.assertEqual((saved.status, saved.answer), ("Answered", "缴费记录完整"))
		self.assertEqual(str(saved.reply_by), f"{add_days(today(), 7)} 23:59:59")

	def test_lead_names_the_units_it_waits_for(self):
		name, _row = self.shared()
		with self.assertRaises(StepError) as caught:
			self.step_as("dept@pp.test", name, "Reply")
		self.assertIn("云江区人社局", str(caught.exception))

	def test_sees_the_case_only_while_it_has_a_part(self):
		doc = f.make_petition(lifecycle.HANDLING)
		self.assertFalse(self.sees("dept2@pp.test", doc.name))
		row = self.as_("office@pp.test", api.add_co_handler, doc.name, f.DEPT_UNIT_2, "核对社保缴费")
		self.assertTrue(self.sees("dept2@pp.test", doc.name))
		self.as_("office@pp.test", api.end_co_handling, row, "已另行查清")
		self.assertFalse(self.sees("dept2@pp.test", doc.name))

	def test_answered_part_is_seen_until_the_case_is_filed_away(self):
		name, row = self.shared()
		self.as_("dept2@pp.test", api.answer_co_handling, row, "缴费记录完整")
		for action in ("Reply", "Serve", "Close"):
			self.step_as("dept@pp.test", name, action)
		self.assertTrue(self.sees("dept2@pp.test", name))
		frappe.db.set_value("Petition", name, "workflow_state", lifecycle.ARCHIVED)
		self.assertFalse(self.sees("dept2@pp.test", name))

	def test_part_of_an_earlier_round_opens_nothing(self):
		name, row = self.shared()
		self.as_("dept2@pp.test", api.answer_co_handling, row, "缴费记录完整")
		frappe.db.set_value("Petition", name, "round", 2)
		self.assertFalse(self.sees("dept2@pp.test", name))

	def test_reads_but_takes_no_step_of_the_lead(self):
		name, _row = self.shared()
		self.assertRaises(StepError, self.step_as, "dept2@pp.test", name, "Reply")
		self.as_user("dept2@pp.test")
		fresh = frappe.get_doc("Petition", name)
		fresh.reply_text = "已办"
		self.assertRaises(StepError, fresh.save)

	def test_accused_unit_is_refused_and_sees_nothing_even_with_a_part(self):
		doc = f.make_petition(lifecycle.HANDLING, accused_unit=f.DEPT_UNIT_2)
		self.refused("office@pp.test", api.add_co_handler, doc.name, f.DEPT_UNIT_2, "核对", error=StepError)
		frappe.set_user("Administrator")
		other, row = self.shared()
		frappe.db.set_value("Petition", other, "accused_unit", f.DEPT_UNIT_2)  # found out later
		self.assertFalse(self.sees("dept2@pp.test", other))
		self.refused(
			"dept2@pp.test", api.answer_co_handling, row, "缴费记录完整", error=frappe.PermissionError
		)

	def test_not_a_village_not_the_lead_not_twice_not_without_a_task(self):
		name, _row = self.shared()
		for unit, error in (
			(f.VILLAGE_UNIT, StepError),
			(f.DEPT_UNIT, AssignmentError),
			(f.DEPT_UNIT_2, AssignmentError),
		):
			self.refused("office@pp.test", api.add_co_handler, name, unit, "核对", error=error)
		self.refused("office@pp.test", api.add_co_handler, name, f.TOWN_UNIT, " ")
		self.assertEqual(frappe.db.count("Petition Assignment", {"petition": name, "part": "Co-handler"}), 1)

	def test_needs_a_lead_first(self):
		doc = f.make_petition(lifecycle.REGISTERED)
		self.refused("office@pp.test", api.add_co_handler, doc.name, f.DEPT_UNIT_2, "核对")

	def test_lead_asks_others_along_and_a_stranger_does_not(self):
		doc = f.make_petition(lifecycle.HANDLING)
		self.as_("dept@pp.test", api.add_co_handler, doc.name, f.DEPT_UNIT_2, "核对")
		for user, error in (
			("dept2@pp.test", AssignmentError),
			("town2@pp.test", frappe.PermissionError),
			("village@pp.test", AssignmentError),
			("agent@pp.test", AssignmentError),
		):
			self.refused(user, api.add_co_handler, doc.name, f.TOWN_UNIT, "核对", error=error)

	def test_same_answer_or_receipt_twice_and_by_somebody_else(self):
		_name, row = self.shared()
		for user in ("dept@pp.test", "office@pp.test"):
			self.refused(user, api.receive_co_handling, row)
			self.refused(user, api.answer_co_handling, row, "完整")
		self.as_("dept2@pp.test", api.receive_co_handling, row)
		self.refused("dept2@pp.test", api.receive_co_handling, row)
		self.refused("dept2@pp.test", api.answer_co_handling, row, " ")
		self.as_("dept2@pp.test", api.answer_co_handling, row, "完整")
		self.refused("dept2@pp.test", api.answer_co_handling, row, "完整")
		self.refused("office@pp.test", api.end_co_handling, row, "已另行查清")

	def test_co_handler_objects_and_is_let_off_while_the_lead_goes_on(self):
		name, row = self.shared()
		self.as_("dept2@pp.test", api.object_to_assignment, row, "不涉及社保")
		self.assertEqual(c.state_of(name), lifecycle.HANDLING)
		self.assertRaises(StepError, self.step_as, "dept@pp.test", name, "Reply")
		self.as_("office@pp.test", api.decide_objection, row, True, "确不涉及")
		self.assertEqual(c.status_of(row), "Returned")
		self.assertEqual(frappe.db.get_value("Petition", name, "handling_unit"), f.DEPT_UNIT)
		self.assertFalse(self.sees("dept2@pp.test", name))
		self.step_as("dept@pp.test", name, "Reply")

	def test_lead_acts_do_not_fit_a_part_and_the_other_way_round(self):
		name, row = self.shared()
		lead = frappe.db.get_value("Petition", name, "assignment")
		self.refused("dept@pp.test", api.receive_co_handling, lead)
		self.refused("dept@pp.test", api.answer_co_handling, lead, "完整")
		self.refused("office@pp.test", api.end_co_handling, lead, "完整")
		self.refused("office@pp.test", api.decide_objection, row, True)


class TestTwoAtOnce(AssignmentTestCase):
	def test_two_officers_at_once_one_step_counts(self):
		doc = f.make_petition(lifecycle.ASSIGNED)
		c.add_member(f.DEPT_UNIT, "dept2@pp.test")
		self.as_user("dept@pp.test")
		mine = frappe.get_doc("Petition", doc.name)
		self.as_user("dept2@pp.test")
		theirs = frappe.get_doc("Petition", doc.name)
		f.walk(theirs, "Receive")
		self.as_user("dept@pp.test")
		mine.workflow_state = lifecycle.RECEIVED
		self.assertRaises(frappe.TimestampMismatchError, mine.save)
		self.assertEqual(c.events_of(doc.name).count("Receive"), 1)

	def test_a_case_reassigned_meanwhile_cannot_be_received_by_the_old_unit(self):
		doc = f.make_petition(lifecycle.ASSIGNED)
		self.as_user("dept@pp.test")
		mine = frappe.get_doc("Petition", doc.name)
		self.as_("office@pp.test", api.reassign, doc.name, f.DEPT_UNIT_2, "改派")
		self.as_user("dept@pp.test")
		mine.workflow_state = lifecycle.RECEIVED
		with self.assertRaises((frappe.TimestampMismatchError, frappe.PermissionError)):
			mine.save()
		self.assertEqual(c.state_of(doc.name), lifecycle.ASSIGNED)

	def test_an_ended_assignment_is_not_acted_on(self):
		doc = f.make_petition(lifecycle.RECEIVED)
		row = doc.assignment
		self.as_("office@pp.test", api.reassign, doc.name, f.DEPT_UNIT_2, "改派")
		frappe.set_user("Administrator")
		self.refused("Administrator", api.object_to_assignment, row, "不属")
		self.refused("Administrator", api.decide_objection, row, True)

	def test_ending_twice_changes_nothing(self):
		doc = f.make_petition(lifecycle.RECEIVED)
		end_open_assignments(doc, "Ended", get_datetime())
		ended = frappe.db.get_value("Petition Assignment", doc.assignment, ["status", "ended_at"])
		end_open_assignments(doc, "Answered", get_datetime())
		self.assertEqual(
			frappe.db.get_value("Petition Assignment", doc.assignment, ["status", "ended_at"]), ended
		)

	def test_no_such_assignment(self):
		self.refused("office@pp.test", api.object_to_assignment, "JB-000", "不属")


class TestHostile(AssignmentTestCase):
	def test_an_officer_naming_own_unit_as_handler_of_a_complaint_against_it(self):
		"""The unit complained about cannot be made the handler by its own officer, who does not even see the case."""
		doc = f.make_petition(lifecycle.REGISTERED, accused_unit=f.TOWN_UNIT)
		for values in (
			{"handling_unit": f.TOWN_UNIT, "workflow_state": lifecycle.ASSIGNED},
			{"handling_unit": f.TOWN_UNIT, "workflow_state": lifecycle.ASSIGNED, "accused_unit": None},
		):
			self.as_user("town@pp.test")
			sent = {
				**frappe.db.get_value("Petition", doc.name, "*", as_dict=True),
				"doctype": "Petition",
				**values,
			}
			self.assertRaises(frappe.PermissionError, frappe.client.save, frappe.as_json(sent))
			fresh = frappe.get_doc("Petition", doc.name)
			fresh.update(values)
			self.assertRaises(frappe.PermissionError, fresh.save)
		self.assertEqual(c.state_of(doc.name), lifecycle.REGISTERED)
		# nor by an office that does see it
		self.assertRaises(
			StepError, self.step_as, "office@pp.test", doc.name, "Assign", handling_unit=f.TOWN_UNIT
		)

	def test_nobody_writes_himself_into_a_foreign_case(self):
		"""Columns that open a case are read as they stand in the database, not as a request sends them."""
		c.make_platform()
		doc = f.make_petition(lifecycle.REGISTERED, filing_channel="Visit")
		for user, values in (
			(c.PLATFORM_USER, {"filing_channel": "Department Platform"}),
			("dept2@pp.test", {"handling_unit": f.DEPT_UNIT_2}),
			("town2@pp.test", {"village": f.VILLAGE_2}),
		):
			self.as_user(user)
			fresh = frappe.get_doc("Petition", doc.name)
			fresh.update(values)
			self.assertRaises(frappe.PermissionError, fresh.save)

	def test_handler_cannot_lift_the_veto_on_whom_the_case_is_about(self):
		doc = f.make_petition(lifecycle.RECEIVED, accused_unit=f.DEPT_UNIT_2)
		self.as_user("dept@pp.test")
		fresh = frappe.get_doc("Petition", doc.name)
		fresh.accused_unit = None
		self.assertRaises(StepError, fresh.save)

	def test_unit_led_by_the_accused_officer_is_refused_and_a_report_any_workplace_of_his(self):
		complaint = f.make_petition(lifecycle.REGISTERED, accused_user="head@pp.test")
		self.assertRaises(
			StepError, self.step_as, "office@pp.test", complaint.name, "Assign", handling_unit=f.DEPT_UNIT
		)
		frappe.set_user("Administrator")
		about_clerk = f.make_petition(lifecycle.REGISTERED, accused_user="dept@pp.test")
		self.step_as("office@pp.test", about_clerk.name, "Assign", handling_unit=f.DEPT_UNIT)
		frappe.set_user("Administrator")
		report = f.make_petition(
			lifecycle.REGISTERED, accused_user="dept@pp.test", petition_kind="Report and Accusation"
		)
		self.assertRaises(
			StepError, self.step_as, "office@pp.test", report.name, "Assign", handling_unit=f.DEPT_UNIT
		)
