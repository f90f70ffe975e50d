"""The path of a petition and its guards, taken by named people through save, bulk action and REST's own functions."""

import frappe
from frappe.model.workflow import apply_workflow
from frappe.utils import add_days, get_datetime, getdate, now_datetime, today

from petition_proxy.api import opinions
from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.petition.petition import FactsFrozenError, NeverDeletedError
from petition_proxy.petition_proxy.doctype.petition.steps import StepError
from petition_proxy.setup.workflow import EVERYONE, WORKFLOW, ensure_workflow
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.append_only import AppendOnlyError


class PathTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()


class TestWorkflowRecord(PathTestCase):
	def test_workflow_equals_lifecycle_table(self):
		doc = frappe.get_doc("Workflow", WORKFLOW)
		record = {(t.state, t.action, t.next_state, t.allowed) for t in doc.transitions}
		table = {
			(t.source, t.action, t.target, EVERYONE)
			for t in lifecycle.TRANSITIONS
			if t.action in lifecycle.PLAIN_ACTIONS
		}
		self.assertEqual(record, table)
		self.assertEqual({s.state for s in doc.states}, set(lifecycle.STATES))
		self.assertFalse([t for t in doc.transitions if t.condition])

	def test_steps_leave_no_workflow_action_behind(self):
		"""Frappe shows those by role alone, so they would name cases out of scope."""
		before = frappe.db.count("Workflow Action")
		f.make_petition(lifecycle.RECEIVED)
		self.assertEqual(frappe.db.count("Workflow Action"), before)

	def test_edited_workflow_is_brought_back(self):
		doc = frappe.get_doc("Workflow", WORKFLOW)
		doc.transitions = doc.transitions[:-1]
		doc.save()
		ensure_workflow()
		self.test_workflow_equals_lifecycle_table()


class TestWholePath(PathTestCase):
	def test_named_people_walk_a_case_to_its_end(self):
		agent = f.make_agent()
		self.as_user("agent@pp.test")
		doc = frappe.get_doc(
			{
				"doctype": "Petition",
				"subject": "征地补偿没有到账",
				"content": "去年征的地，补偿款少算了半亩。",
				"village": f.VILLAGE,
				"new_petitioner_name": "袁大爷",
				"new_petitioner_phone": "13812345678",
				"agreement_signature": f.SIGNATURE,
				"powers_agreed": 1,
			}
		).insert()
		self.assertEqual(doc.agent, agent.name)
		self.assertEqual(doc.masked_phone, "138****5678")
		self.assertIsNone(doc.new_petitioner_phone)
		doc = apply_workflow(doc, "File")
		self.as_user("office@pp.test")
		doc.handling_unit = f.DEPT_UNIT
		doc.save()
		doc = apply_workflow(doc, "Assign")
		self.as_user("dept@pp.test")
		doc = apply_workflow(doc, "Receive")
		doc.reply_class = f.reply_class("G")
		doc.save()
		doc = apply_workflow(doc, "Accept")
		doc = apply_workflow(doc, "Start Handling")
		letter = frappe.get_doc("Opinion Letter", opinions.begin_letter(doc.name))
		letter.update(
			{
				"facts_found": "重新丈量，少算半亩。",
				"legal_basis": "《土地管理法》第四十八条",
				"opinion_text": "已重新丈量，补发半亩补偿。",
			}
		)
		letter.items[0].result = "Supported"
		letter.save()
		self.as_user("head@pp.test")
		opinions.check_letter(letter.name)
		opinions.sign_letter(letter.name)
		self.as_user("dept@pp.test")
		doc = apply_workflow(frappe.get_doc("Petition", doc.name), "Reply")
		self.assertIn("补发半亩补偿", doc.reply_text)
		self.assertEqual(doc.outcome, "Supported")
		self.as_user("agent@pp.test")
		doc.service_method, doc.service_proof = "By Agent", "/private/files/fingerprint.png"
		doc.save()
		doc = apply_workflow(doc, "Serve")
		self.as_user("dept@pp.test")
		doc = apply_workflow(doc, "Close")

		self.assertEqual(doc.workflow_state, lifecycle.CLOSED)
		stamps = [doc.get(t.stamp) for t in f.path_to(lifecycle.CLOSED)]
		self.assertTrue(all(stamps))
		self.assertEqual(stamps, sorted(stamps, key=get_datetime))
		events = frappe.get_all(
			"Petition Event",
			filters={"petition": doc.name},
			fields=["event", "actor", "unit", "on_behalf_of"],
			order_by="happened_at asc, creation asc",
		)
		self.assertEqual(
			[e.event for e in events],
			[
				"Create",
				"File",
				"Assign",
				"Receive",
				"Accept",
				"Start Handling",
				"Sign Letter",
				"Reply",
				"Serve",
				"Close",
			],
		)
		filed = events[1]
		self.assertEqual((filed.actor, filed.on_behalf_of), ("agent@pp.test", doc.petitioner))
		self.assertEqual(events[3].unit, f.DEPT_UNIT)


class TestClocks(PathTestCase):
	def test_both_clocks_start_at_acceptance_and_name_their_rows(self):
		doc = f.make_petition(lifecycle.ACCEPTED)
		accepted = getdate(doc.accepted_at)
		self.assertEqual(getdate(doc.reply_due_at), getdate(add_days(accepted, 15)))
		self.assertEqual(getdate(doc.statutory_due_at), getdate(add_days(accepted, 60)))
		self.assertEqual(doc.reply_limit_days, 15)
		self.assertEqual(frappe.db.get_value("Statutory Limit", doc.statutory_rule, "limit_days"), 60)
		self.assertEqual(get_datetime(doc.due_at), get_datetime(doc.reply_due_at))

	def test_notice_clock_runs_from_the_day_the_petition_came(self):
		doc = f.make_petition(lifecycle.REGISTERED, petitioned_at=add_days(now_datetime(), -4))
		self.assertEqual(getdate(doc.notice_due_at), getdate(add_days(today(), 11)))

	def test_urgent_class_counts_elapsed_hours(self):
		doc = f.make_petition(lifecycle.RECEIVED)
		doc.reply_class = f.reply_class("U")
		f.walk(doc, "Accept")
		self.assertEqual(
			(get_datetime(doc.reply_due_at) - get_datetime(doc.accepted_at)).total_seconds(), 24 * 3600
		)

	def test_changing_a_class_row_later_leaves_an_old_case_alone(self):
		doc = f.make_petition(lifecycle.ACCEPTED)
		due = doc.reply_due_at
		frappe.db.set_value("Reply Class", doc.reply_class, "limit_days", 3)
		frappe.clear_document_cache("Reply Class", doc.reply_class)
		f.walk(doc, "Start Handling")
		doc.reload()
		self.assertEqual(get_datetime(doc.reply_due_at), get_datetime(due))
		self.assertEqual(doc.reply_limit_days, 15)

	def test_class_of_an_accepted_case_cannot_be_changed(self):
		doc = f.make_petition(lifecycle.ACCEPTED)
		doc.reply_class = f.reply_class("I")
		self.assertRaises(FactsFrozenError, doc.save)

	def test_no_clock_runs_after_the_reply(self):
		doc = f.make_petition(lifecycle.REPLIED)
		self.assertIsNone(doc.due_at)
		self.assertIsNone(doc.next_action_at)

	def test_proxied_cases_come_first_and_due_dates_stay(self):
		direct = f.make_petition(
			lifecycle.REGISTERED, proxied=False, petitioned_at=add_days(now_datetime(), -9)
		)
		proxied = f.make_petition(lifecycle.REGISTERED)
		self.assertLess(proxied.queue_key, direct.queue_key)
		self.assertLess(get_datetime(direct.due_at), get_datetime(proxied.due_at))


class TestGuards(PathTestCase):
	def assert_step_refused(self, doc, action, error=StepError):
		"""Refused by save, by the bulk action and by REST's save, with the row left as it was."""
		step = next(t for t in lifecycle.TRANSITIONS if t.action == action)
		before = frappe.db.get_value("Petition", doc.name, ["workflow_state", "modified"], as_dict=True)
		events = frappe.db.count("Petition Event", {"petition": doc.name})
		fresh = frappe.get_doc("Petition", doc.name)
		fresh.workflow_state = step.target
		self.assertRaises(error, fresh.save)
		self.assertRaises(error, apply_workflow, frappe.get_doc("Petition", doc.name), action)
		as_rest = {"doctype": "Petition", "name": doc.name, "workflow_state": step.target}
		current = frappe.get_doc("Petition", doc.name).as_dict()
		self.assertRaises(error, frappe.client.save, frappe.as_json({**current, **as_rest}))
		after = frappe.db.get_value("Petition", doc.name, ["workflow_state", "modified"], as_dict=True)
		self.assertEqual(before, after)
		self.assertEqual(events, frappe.db.count("Petition Event", {"petition": doc.name}))

	def test_agent_files_only_with_agreement(self):
		doc = f.make_petition(agreement=None)
		self.assert_step_refused(doc, "File")

	def test_agreement_not_submitted(self):
		agent, petitioner = f.make_agent(), f.make_petitioner()
		agreement = f.make_agreement(petitioner.name, agent.name, submit=False)
		doc = f.make_petition(petitioner=petitioner.name, agreement=agreement.name)
		self.assert_step_refused(doc, "File")

	def test_agreement_expired_or_of_another_or_without_power(self):
		agent, petitioner = f.make_agent(), f.make_petitioner()
		other = f.make_petitioner("别人")
		for values in (
			{"valid_from": add_days(today(), -20), "valid_to": add_days(today(), -1)},
			{"valid_from": add_days(today(), 1)},
			{"may_file": 0},
		):
			agreement = f.make_agreement(petitioner.name, agent.name, **values)
			self.assert_step_refused(
				f.make_petition(petitioner=petitioner.name, agreement=agreement.name), "File"
			)
		agreement = f.make_agreement(other.name, agent.name)
		self.assert_step_refused(
			f.make_petition(petitioner=petitioner.name, agreement=agreement.name), "File"
		)

	def test_revoked_agreement_stops_the_agent(self):
		doc = f.make_petition()
		agreement = frappe.get_doc("Proxy Agreement", doc.agreement)
		agreement.revoked_on, agreement.revocation_reason = today(), "不想再反映了"
		agreement.save()
		self.assert_step_refused(doc, "File")

	def test_agent_hands_nothing_over_without_that_power_or_after_revocation(self):
		for values in (
			{"may_receive_documents": 0},
			{"revoked_on": today(), "revocation_reason": "不想再反映了"},
		):
			doc = f.make_petition(lifecycle.REPLIED)
			frappe.db.set_value("Proxy Agreement", doc.agreement, values)
			self.as_user("agent@pp.test")
			fresh = frappe.get_doc("Petition", doc.name)
			fresh.service_method, fresh.workflow_state = "By Agent", lifecycle.SERVED
			self.assertRaises(StepError, fresh.save)
			self.assertEqual(frappe.db.get_value("Petition", doc.name, "workflow_state"), lifecycle.REPLIED)
			frappe.set_user("Administrator")

	def test_agent_off_duty_or_without_certificate(self):
		doc = f.make_petition()
		for values in (
			{"status": "Suspended"},
			{"status": "On Duty", "certificate_valid_to": add_days(today(), -1)},
		):
			frappe.db.set_value("Proxy Agent", doc.agent, values)
			self.assert_step_refused(doc, "File")

	def test_petitioner_alone_needs_no_agreement(self):
		self.assertEqual(f.make_petition(lifecycle.REGISTERED, proxied=False).workflow_state, "Registered")

	def test_no_acceptance_without_class_and_no_refusal_without_reason_and_body(self):
		doc = f.make_petition(lifecycle.RECEIVED)
		self.assert_step_refused(doc, "Accept")
		self.assert_step_refused(doc, "Refuse")
		frappe.db.set_value("Petition", doc.name, "refusal_reason", "Outside Competence")
		self.assert_step_refused(doc, "Refuse")

	def test_no_reply_without_text_and_outcome(self):
		doc = f.make_petition(lifecycle.HANDLING)
		self.assert_step_refused(doc, "Reply")
		frappe.db.set_value("Petition", doc.name, "reply_text", "已办")
		self.assert_step_refused(doc, "Reply")

	def test_no_step_is_skipped_from_any_state(self):
		for state in lifecycle.STATES:
			doc = f.make_petition(state)
			allowed = {t.target for t in lifecycle.next_steps(state)}
			for target in set(lifecycle.STATES) - allowed - {state}:
				fresh = frappe.get_doc("Petition", doc.name)
				fresh.workflow_state = target
				with self.assertRaises(frappe.ValidationError, msg=f"{state} to {target}"):
					fresh.save()

	def test_insert_into_a_later_state_is_refused(self):
		for state in ("Registered", "Accepted", "Closed"):
			with self.assertRaises(frappe.ValidationError):
				f.make_petition(workflow_state=state)

	def test_a_refused_case_does_not_hold_up_the_next_of_a_bulk_action(self):
		good, bad = f.make_petition(), f.make_petition(agreement=None)
		# the list's bulk action commits between documents; this is its loop without the commit
		for doc, error in ((bad, StepError), (good, None)):
			if error:
				self.assertRaises(error, apply_workflow, frappe.get_doc("Petition", doc.name), "File")
			else:
				apply_workflow(frappe.get_doc("Petition", doc.name), "File")
		self.assertEqual(frappe.db.get_value("Petition", good.name, "workflow_state"), "Registered")
		self.assertEqual(frappe.db.get_value("Petition", bad.name, "workflow_state"), "Draft")

	def test_stamps_and_due_dates_sent_by_a_client_are_ignored(self):
		doc = f.make_petition(lifecycle.ACCEPTED)
		due = get_datetime(doc.reply_due_at)
		doc.reply_due_at = add_days(due, 300)
		doc.accepted_at = add_days(now_datetime(), -300)
		doc.save()
		doc.reload()
		self.assertEqual(get_datetime(doc.reply_due_at), due)
		self.assertEqual(getdate(doc.accepted_at), getdate())

	def test_facts_stand_after_filing(self):
		doc = f.make_petition(lifecycle.REGISTERED)
		doc.content = "改写"
		self.assertRaises(FactsFrozenError, doc.save)

	def test_future_petition_date_is_refused(self):
		self.assertRaises(frappe.ValidationError, f.make_petition, petitioned_at=add_days(now_datetime(), 2))

	def test_petition_and_draft_are_never_deleted(self):
		doc = f.make_petition()
		self.assertRaises(NeverDeletedError, doc.delete)
		self.assertTrue(frappe.db.exists("Petition", doc.name))

	def test_village_and_accused_unit_cannot_be_assigned(self):
		doc = f.make_petition(lifecycle.REGISTERED, accused_unit=f.DEPT_UNIT)
		for unit in (f.VILLAGE_UNIT, f.DEPT_UNIT):
			fresh = frappe.get_doc("Petition", doc.name)
			fresh.handling_unit, fresh.workflow_state = unit, "Assigned"
			self.assertRaises(StepError, fresh.save)


class TestWhoTakesTheStep(PathTestCase):
	def test_other_department_cannot_take_over(self):
		doc = f.make_petition(lifecycle.ASSIGNED)
		self.as_user("dept2@pp.test")
		fresh = frappe.get_doc("Petition", doc.name)
		fresh.workflow_state = "Received"
		self.assertRaises(frappe.PermissionError, fresh.save)

	def test_town_sees_but_does_not_act_for_the_department(self):
		doc = f.make_petition(lifecycle.ASSIGNED)
		self.as_user("town@pp.test")
		fresh = frappe.get_doc("Petition", doc.name)
		fresh.workflow_state = "Received"
		self.assertRaises(StepError, fresh.save)

	def test_only_own_steps_are_shown(self):
		doc = f.make_petition(lifecycle.ASSIGNED)
		shown = frappe.get_attr(
			frappe.get_hooks("override_whitelisted_methods")["frappe.model.workflow.get_transitions"][-1]
		)
		for user, actions in (
			("dept@pp.test", {"Receive"}),
			("town@pp.test", {"Merge", "Withdraw"}),
			("office@pp.test", {"Merge", "Return", "Withdraw"}),
		):
			self.as_user(user)
			self.assertEqual({row["action"] for row in shown(doc.as_dict())}, actions, user)
		self.as_user("town2@pp.test")
		self.assertRaises(frappe.PermissionError, shown, doc.as_dict())
		self.as_user("town@pp.test")
		registered = f.make_petition(lifecycle.DRAFT, proxied=False)
		f.walk(registered, "File")
		self.assertEqual(
			{row["action"] for row in shown(frappe.as_json(registered))}, {"Assign", "Merge", "Withdraw"}
		)

	def test_agent_cannot_write_the_answer_or_choose_the_unit(self):
		doc, draft = f.make_petition(lifecycle.HANDLING), f.make_petition()
		self.as_user("agent@pp.test")
		for fieldname, value in (("reply_text", "已办"), ("reply_class", f.reply_class("U"))):
			fresh = frappe.get_doc("Petition", doc.name)
			fresh.set(fieldname, value)
			self.assertRaises((StepError, FactsFrozenError), fresh.save)
		draft = frappe.get_doc("Petition", draft.name)
		draft.handling_unit = f.DEPT_UNIT
		self.assertRaises(StepError, draft.save)

	def test_agent_cannot_file_as_another_agent(self):
		mine, other = f.make_agent(), f.make_agent("agent2@pp.test", f.VILLAGE_2, agent_name="老李")
		petitioner = f.make_petitioner()
		agreement = f.make_agreement(petitioner.name, mine.name)
		self.as_user("agent@pp.test")
		doc = f.make_petition(petitioner=petitioner.name, agent=other.name, agreement=agreement.name)
		self.assertEqual(doc.agent, mine.name)

	def test_agent_of_another_case_cannot_open_it(self):
		doc = f.make_petition(lifecycle.REGISTERED)
		f.make_agent("agent2@pp.test", f.VILLAGE_2)
		self.as_user("agent2@pp.test")
		self.assertFalse(frappe.get_doc("Petition", doc.name).has_permission("read"))
		self.assertRaises(frappe.PermissionError, frappe.client.get, "Petition", doc.name)


class TestTimeline(PathTestCase):
	def test_events_are_written_once(self):
		doc = f.make_petition(lifecycle.REGISTERED)
		name = frappe.db.get_value("Petition Event", {"petition": doc.name, "event": "File"})
		event = frappe.get_doc("Petition Event", name)
		event.note = "改"
		self.assertRaises(AppendOnlyError, event.save)
		self.assertRaises(AppendOnlyError, event.delete)
		self.assertRaises(AppendOnlyError, event.db_set, "note", "改")

	def test_no_role_may_create_edit_or_delete_events(self):
		for perm in frappe.get_meta("Petition Event").permissions:
			self.assertFalse(perm.create or perm.write or perm.delete or perm.cancel, perm.role)
