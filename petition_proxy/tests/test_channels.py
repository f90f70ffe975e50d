"""The three channels: online with a platform's officer, on paper with a clerk, over the petition office; and the village."""

import frappe
from frappe.model.workflow import apply_workflow
from frappe.utils import add_days, get_datetime, getdate, now_datetime, today

from petition_proxy.api import assignments as api
from petition_proxy.api.paper import PaperEntryError, enter_paper
from petition_proxy.api.routing import hints
from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.petition.intake import PaperNumberError
from petition_proxy.petition_proxy.doctype.petition.petition import FactsFrozenError
from petition_proxy.petition_proxy.doctype.petition.steps import StepError
from petition_proxy.tests import channel_cases as c
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase

REPORT = "Report and Accusation"


class ChannelTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()

	def step_as(self, user: str, petition: str, action: str, **values):
		self.as_user(user)
		doc = frappe.get_doc("Petition", petition)
		doc.update(values)
		f.walk(doc, action)
		return doc

	def refused_by_every_door(self, user: str, petition: str, action: str, error=StepError, **values):
		"""By the form's save, by the Actions menu and by REST."""
		self.as_user(user)
		step = next(t for t in lifecycle.TRANSITIONS if t.action == action)
		doc = frappe.get_doc("Petition", petition)
		doc.update({**values, "workflow_state": step.target})
		self.assertRaises(error, doc.save)
		doc = frappe.get_doc("Petition", petition)
		sent = {**doc.as_dict(), **values, "workflow_state": step.target}
		self.assertRaises(error, frappe.client.save, frappe.as_json(sent))
		doc = frappe.get_doc("Petition", petition)
		doc.update(values)
		self.assertRaises((frappe.PermissionError, frappe.ValidationError), apply_workflow, doc, action)
		frappe.clear_messages()


class TestProposal(ChannelTestCase):
	def setUp(self):
		super().setUp()
		frappe.db.delete("Responsibility Rule")  # rolled back
		self.root = c.make_category("测试城建", is_group=1).name
		self.leaf = c.make_category("测试公用缴费", self.root).name

	def filed(self, **values):
		return f.make_petition(lifecycle.REGISTERED, **{"category": self.leaf, **values})

	def test_filing_proposes_the_unit_with_the_reason(self):
		c.make_rule(f.DEPT_UNIT_2)
		rule = c.make_rule(f.DEPT_UNIT, category=self.root, reason="三定方案第二条")
		doc = self.filed()
		self.assertEqual((doc.proposed_unit, doc.proposal_rule), (f.DEPT_UNIT, rule.name))
		self.assertIn("三定方案第二条", doc.proposal_reason)
		self.assertFalse(doc.handling_unit)  # a proposal is no decision
		doc.reload()
		self.assertEqual(doc.proposed_unit, f.DEPT_UNIT)

	def test_rule_of_the_village_before_that_of_the_district(self):
		c.make_rule(f.DEPT_UNIT, category=self.leaf)
		c.make_rule(f.TOWN_UNIT, category=self.leaf, region=f.TOWN)
		self.assertEqual(self.filed().proposed_unit, f.TOWN_UNIT)
		self.assertEqual(self.filed(village=f.VILLAGE_2).proposed_unit, f.DEPT_UNIT)

	def test_no_rule_or_overlapping_ones_never_stop_filing(self):
		doc = self.filed()
		self.assertIsNone(doc.proposed_unit)
		self.assertIn("No responsibility rule", doc.proposal_reason)
		c.make_rule(f.DEPT_UNIT, category=self.leaf)
		c.make_rule(f.DEPT_UNIT_2, category=self.leaf)
		doc = self.filed()
		self.assertIsNone(doc.proposed_unit)
		self.assertIn("云江区住建委", doc.proposal_reason)
		self.assertIn("云江区人社局", doc.proposal_reason)
		self.assertEqual(doc.workflow_state, lifecycle.REGISTERED)

	def test_without_category_and_with_the_default_unit_of_a_category(self):
		self.assertEqual(self.filed(category=None).workflow_state, lifecycle.REGISTERED)
		frappe.db.set_value("Petition Category", self.root, "default_unit", f.DEPT_UNIT_2)
		self.assertEqual(self.filed().proposed_unit, f.DEPT_UNIT_2)
		c.make_rule(f.DEPT_UNIT, category=self.leaf)
		self.assertEqual(self.filed().proposed_unit, f.DEPT_UNIT)

	def test_ended_and_future_rules_do_not_count(self):
		c.make_rule(f.DEPT_UNIT, category=self.leaf, valid_to=add_days(today(), -1))
		c.make_rule(f.DEPT_UNIT_2, category=self.leaf, valid_from=add_days(today(), 1))
		self.assertIsNone(self.filed().proposed_unit)

	def test_closed_accused_and_foreign_units_are_passed_over(self):
		c.make_rule(f.DEPT_UNIT, category=self.leaf)
		c.make_rule(f.DEPT_UNIT_2, category=self.root)
		self.assertEqual(self.filed(accused_unit=f.DEPT_UNIT).proposed_unit, f.DEPT_UNIT_2)
		self.assertEqual(self.filed(accused_user="head@pp.test").proposed_unit, f.DEPT_UNIT_2)
		frappe.db.set_value("Handling Unit", f.DEPT_UNIT, "is_active", 0)
		self.assertEqual(self.filed().proposed_unit, f.DEPT_UNIT_2)
		frappe.db.set_value("Handling Unit", f.DEPT_UNIT_2, "district", "990299000000")
		self.assertIsNone(self.filed().proposed_unit)

	def test_reports_are_never_proposed_to_the_accused_nor_to_a_village(self):
		c.make_rule(f.DEPT_UNIT, category=self.leaf)
		doc = self.filed(
			petition_kind=REPORT, accused_user="dept@pp.test", filing_channel="City Service System"
		)
		self.assertIsNone(doc.proposed_unit)
		self.assertEqual(doc.tier, "District")
		with self.assertRaises(frappe.ValidationError):
			c.make_rule(f.VILLAGE_UNIT, category=self.leaf)

	def test_corrected_category_gives_a_new_proposal(self):
		c.make_rule(f.DEPT_UNIT, category=self.leaf)
		doc = self.filed(category=None)
		self.assertIsNone(doc.proposed_unit)
		self.as_user("office@pp.test")
		fresh = frappe.get_doc("Petition", doc.name)
		fresh.category = self.leaf
		fresh.save()
		self.assertEqual(fresh.proposed_unit, f.DEPT_UNIT)

	def test_a_person_confirms_or_changes_it(self):
		c.make_rule(f.DEPT_UNIT, category=self.leaf, default_reply_class="C", procedure_route="Arbitration")
		doc = self.filed()
		self.as_user("office@pp.test")
		hint = hints(doc.name)
		self.assertEqual((hint["proposed_unit"], hint["procedure_route"]), (f.DEPT_UNIT, "Arbitration"))
		self.assertEqual(hint["reply_class"], f.reply_class("C"))
		self.step_as("office@pp.test", doc.name, "Assign", handling_unit=f.DEPT_UNIT_2)
		self.as_user("dept@pp.test")
		self.assertRaises(frappe.PermissionError, hints, doc.name)

	def test_what_a_client_sends_as_proposal_is_ignored(self):
		doc = self.filed(
			proposed_unit=f.TOWN_UNIT_2, needs_coordination=1, tier="Village", channel="Paper Register"
		)
		self.assertEqual(
			(doc.proposed_unit, doc.needs_coordination, doc.tier, doc.channel),
			(None, 0, "District", "Online"),
		)

	def test_same_rule_twice_and_dates_out_of_order(self):
		c.make_rule(f.DEPT_UNIT, category=self.leaf, region=f.TOWN)
		for values in ({}, {"valid_from": "2020-01-01"}):
			with self.assertRaises(frappe.ValidationError):
				c.make_rule(f.DEPT_UNIT, category=self.leaf, region=f.TOWN, **values)
		with self.assertRaises(frappe.ValidationError):
			c.make_rule(f.TOWN_UNIT, valid_from="2020-01-02", valid_to="2020-01-01")

	def test_filing_stays_in_few_queries(self):
		for number in range(12):
			c.make_rule(f.DEPT_UNIT, category=self.leaf, region=f.TOWN, priority=number)
		doc = f.make_petition(
			category=self.leaf,
			filing_channel="City Service System",
			concerned_units=[{"handling_unit": f.DEPT_UNIT}, {"handling_unit": f.DEPT_UNIT_2}],
		)
		from petition_proxy.petition_proxy.doctype.petition import effects

		queries = []
		original = frappe.db.sql

		def counting(*args, **kwargs):
			queries.append(args[0])
			return original(*args, **kwargs)

		frappe.db.sql = counting
		try:
			effects.route(doc, now_datetime())
		finally:
			del frappe.db.sql
		self.assertLessEqual(len(queries), 4, queries)
		self.assertEqual(doc.proposed_unit, f.DEPT_UNIT)


class TestPlatform(ChannelTestCase):
	"""Channel A: the unit that manages a platform gives out what comes in there, and nothing else."""

	def setUp(self):
		super().setUp()
		c.make_platform("Department Platform")

	def test_platform_officer_sees_and_assigns_only_its_platform(self):
		own = f.make_petition(lifecycle.REGISTERED, filing_channel="Department Platform")
		other = f.make_petition(lifecycle.REGISTERED, filing_channel="Visit")
		self.as_user(c.PLATFORM_USER)
		listed = frappe.get_list("Petition", pluck="name")
		self.assertIn(own.name, listed)
		self.assertNotIn(other.name, listed)
		self.step_as(
			c.PLATFORM_USER, own.name, "Assign", handling_unit=f.DEPT_UNIT, assignment_note="归口办理"
		)
		row = frappe.get_doc("Petition Assignment", c.assignment_of(own.name))
		self.assertEqual((row.from_unit, row.to_unit), (c.PLATFORM_UNIT, f.DEPT_UNIT))
		fresh = frappe.get_doc("Petition", other.name)
		fresh.update({"handling_unit": f.DEPT_UNIT, "workflow_state": lifecycle.ASSIGNED})
		self.assertRaises(frappe.PermissionError, fresh.save)

	def test_it_supervises_what_it_gave_out_but_does_not_handle_it(self):
		doc = f.make_petition(lifecycle.REGISTERED, filing_channel="Department Platform")
		self.step_as(c.PLATFORM_USER, doc.name, "Assign", handling_unit=f.DEPT_UNIT)
		self.assertRaises(StepError, self.step_as, c.PLATFORM_USER, doc.name, "Receive")
		self.as_user("dept@pp.test")
		api.object_to_assignment(c.assignment_of(doc.name), "属人社局职责", f.DEPT_UNIT_2)
		self.as_user(c.PLATFORM_USER)
		api.decide_objection(c.assignment_of(doc.name), True, None, f.DEPT_UNIT_2)
		self.assertEqual(frappe.db.get_value("Petition", doc.name, "handling_unit"), f.DEPT_UNIT_2)

	def test_the_platform_of_another_district_stays_closed(self):
		doc = f.make_petition(lifecycle.REGISTERED, filing_channel="Department Platform")
		frappe.db.set_value("Petition", doc.name, {"district": "990299000000", "town": "990299101000"})
		self.as_user(c.PLATFORM_USER)
		self.assertNotIn(doc.name, frappe.get_list("Petition", pluck="name"))
		self.assertFalse(frappe.get_doc("Petition", doc.name).has_permission("read"))

	def test_complaint_about_the_platform_unit_is_hidden_from_it(self):
		doc = f.make_petition(
			lifecycle.REGISTERED, filing_channel="Department Platform", accused_unit=c.PLATFORM_UNIT
		)
		self.as_user(c.PLATFORM_USER)
		self.assertNotIn(doc.name, frappe.get_list("Petition", pluck="name"))

	def test_platform_cannot_be_changed_after_filing(self):
		doc = f.make_petition(lifecycle.REGISTERED, filing_channel="Visit")
		self.as_user("office@pp.test")
		fresh = frappe.get_doc("Petition", doc.name)
		fresh.filing_channel = "Department Platform"
		self.assertRaises(FactsFrozenError, fresh.save)


class TestPaper(ChannelTestCase):
	"""Channel B: the clock starts with the paper; the delay to entry is measured; both names are kept."""

	def setUp(self):
		super().setUp()
		self.agent = f.make_agent()
		self.number = 0

	def sheet(self, **values):
		self.number += 1
		return {
			"client_key": f"sheet-{self.number}",
			"paper_no": f"柳湾{self.number:03d}",
			"village": f.VILLAGE,
			"agent": self.agent.name,
			"written_on": add_days(today(), -4),
			"petitioner_name": "林婆婆",
			"petitioner_phone": "13812345678",
			"subject": "缴费点撤走",
			"content": "缴水电气费要坐车到很远的地方。",
			"agreement_scan": "/private/files/agreement.png",
			"powers_agreed": 1,
			**values,
		}

	def enter(self, user="clerk@pp.test", **values):
		self.as_user(user)
		return frappe._dict(enter_paper(**self.sheet(**values)))

	def test_both_names_number_delay_and_clocks_from_the_paper(self):
		result = self.enter(paper_scan="/private/files/paper.png")
		doc = frappe.get_doc("Petition", result.name)
		self.assertEqual((doc.workflow_state, doc.channel), (lifecycle.REGISTERED, "Paper Register"))
		self.assertEqual((doc.agent, doc.written_by), (self.agent.name, self.agent.agent_name))
		self.assertEqual((doc.entered_by, doc.paper_no), ("clerk@pp.test", "柳湾001"))
		self.assertEqual(getdate(doc.petitioned_at), getdate(add_days(today(), -4)))
		self.assertEqual(getdate(doc.notice_due_at), getdate(add_days(today(), 11)))
		hours = (now_datetime() - get_datetime(doc.petitioned_at)).total_seconds() / 3600
		self.assertAlmostEqual(doc.entry_delay_hours, hours, delta=1.01)
		self.assertEqual((doc.tier, doc.intake_way), ("Village", "Copied from Paper"))
		agreement = frappe.get_doc("Proxy Agreement", doc.agreement)
		self.assertEqual((agreement.docstatus, agreement.signed_on), (1, getdate(add_days(today(), -4))))
		self.assertEqual(agreement.valid_from, agreement.signed_on)

	def test_same_sheet_sent_twice_is_one_case(self):
		sheet = self.sheet()
		self.as_user("clerk@pp.test")
		first, second = enter_paper(**sheet), enter_paper(**sheet)
		self.assertEqual((first["name"], first["is_new"], second["is_new"]), (second["name"], True, False))
		self.assertEqual(frappe.db.count("Petition", {"client_key": sheet["client_key"]}), 1)

	def test_key_of_a_case_out_of_scope_says_nothing_about_it(self):
		sheet = self.sheet()
		self.as_user("clerk@pp.test")
		enter_paper(**sheet)
		self.as_user("town2@pp.test")
		with self.assertRaises(PaperEntryError) as caught:
			enter_paper(**{**sheet, "village": f.VILLAGE_2})
		self.assertNotIn("XF-", str(caught.exception))

	def test_same_paper_number_twice_names_the_first_case(self):
		first = self.enter(paper_no="A-7")
		for values in (
			{"agent": None, "powers_agreed": 0, "agreement_scan": None},  # same village
			{"village": f.VILLAGE_B},  # same agent
		):
			with self.assertRaises(PaperNumberError) as caught:
				self.enter(paper_no=" A-7 ", **values)
			self.assertIn(first.name, str(caught.exception))
		# the number belongs to the village's own book
		self.assertTrue(
			self.enter(
				paper_no="A-7", village=f.VILLAGE_2, agent=None, powers_agreed=0, agreement_scan=None
			).is_new
		)

	def test_the_desk_form_refuses_it_as_well(self):
		first = self.enter(paper_no="A-7")
		self.as_user("clerk@pp.test")
		with self.assertRaises(PaperNumberError) as caught:
			f.make_petition(proxied=False, paper_no="A-7")
		self.assertIn(first.name, str(caught.exception))

	def test_agreement_is_needed_as_always(self):
		for values in ({"agreement_scan": None}, {"powers_agreed": 0}):
			with self.assertRaises(frappe.ValidationError):
				self.enter(**values)
		self.assertTrue(self.enter(agent=None, agreement_scan=None, powers_agreed=0).is_new)

	def test_sheet_that_bears_the_signature_is_the_agreement(self):
		result = self.enter(agreement_scan=None, paper_scan="/private/files/sheet.png")
		agreement = frappe.db.get_value("Petition", result.name, "agreement")
		self.assertEqual(
			frappe.db.get_value("Proxy Agreement", agreement, "signed_scan"), "/private/files/sheet.png"
		)

	def test_future_paper_and_missing_number_or_day(self):
		for values in (
			{"written_on": add_days(today(), 1)},
			{"written_on": ""},
			{"paper_no": " "},
			{"client_key": ""},
			{"petitioner_name": ""},
		):
			with self.assertRaises(frappe.ValidationError):
				self.enter(**values)

	def test_nothing_is_kept_of_a_refused_sheet(self):
		before = frappe.db.count("Petition")
		frappe.db.savepoint("request")
		with self.assertRaises(frappe.ValidationError):
			self.enter(agreement_scan=None)
		frappe.db.rollback(save_point="request")  # what the server does with a failed request
		self.assertEqual(frappe.db.count("Petition"), before)

	def test_agent_suspended_between_paper_and_entry(self):
		frappe.db.set_value("Proxy Agent", self.agent.name, "status", "Suspended")
		with self.assertRaises(StepError) as caught:
			self.enter()
		self.assertIn("not on duty", str(caught.exception))

	def test_who_keys_paper(self):
		for user in (
			"agent@pp.test",
			"dept@pp.test",
			"leader@pp.test",
			"auditor@pp.test",
			"petitioner@pp.test",
		):
			with self.assertRaises(frappe.PermissionError):
				self.enter(user)
		self.assertTrue(self.enter("village@pp.test").is_new)
		with self.assertRaises(frappe.PermissionError):
			self.enter("town2@pp.test")

	def test_agent_online_cannot_pass_for_paper(self):
		petitioner = f.make_petitioner().name
		agreement = f.make_agreement(petitioner, self.agent.name).name
		self.as_user("agent@pp.test")
		doc = f.make_petition(
			petitioner=petitioner,
			agreement=agreement,
			paper_no="X-1",
			channel="Paper Register",
			entered_by="clerk@pp.test",
		)
		self.assertEqual((doc.channel, doc.paper_no, doc.entered_by), ("Online", None, None))

	def test_paper_number_stands_after_filing(self):
		result = self.enter()
		self.as_user("clerk@pp.test")
		doc = frappe.get_doc("Petition", result.name)
		doc.paper_no = "另一号"
		self.assertRaises(FactsFrozenError, doc.save)

	def test_report_on_paper_does_not_wait_with_the_village(self):
		self.assertEqual(self.enter(petition_kind=REPORT).tier, "District")


class TestVillage(ChannelTestCase):
	"""What agents bring waits with the village: settled on the spot, or handed up in one action."""

	def waiting(self, **values):
		values = {"filing_channel": "City Service System", **values}
		doc = f.make_petition(lifecycle.REGISTERED, **values)
		self.assertEqual(doc.tier, "Village")
		return doc

	def test_settled_on_the_spot_by_every_door(self):
		for door in ("save", "menu", "rest"):
			frappe.set_user("Administrator")
			name = self.waiting().name
			self.as_user("village@pp.test")
			doc = frappe.get_doc("Petition", name)
			doc.update({"reply_text": "已联系物业恢复缴费点。", "is_oral_consent": 1})
			if door == "save":
				doc.workflow_state = lifecycle.CLOSED
				doc.save()
			elif door == "menu":
				doc.save()
				apply_workflow(doc, "Settle on the Spot")
			else:
				sent = {**doc.as_dict(), "workflow_state": lifecycle.CLOSED}
				frappe.client.save(frappe.as_json(sent))
			doc = frappe.get_doc("Petition", name)
			self.assertEqual((doc.workflow_state, doc.outcome), (lifecycle.CLOSED, "Settled on the Spot"))
			self.assertTrue(doc.closed_at and doc.served_at and doc.replied_at)
			self.assertFalse(doc.handling_unit or doc.assigned_at)
			self.assertEqual(c.events_of(name)[-1], "Settle on the Spot")

	def test_needs_what_was_done_and_the_consent(self):
		name = self.waiting().name
		self.refused_by_every_door("village@pp.test", name, "Settle on the Spot", is_oral_consent=1)
		self.refused_by_every_door("village@pp.test", name, "Settle on the Spot", reply_text="已办")

	def test_only_the_village_of_the_place_settles(self):
		name = self.waiting().name
		done = {"reply_text": "已办", "is_oral_consent": 1}
		for user in ("town@pp.test", "office@pp.test"):
			self.refused_by_every_door(
				user, name, "Settle on the Spot", error=(frappe.PermissionError, StepError), **done
			)
		frappe.set_user("Administrator")
		other = self.waiting_elsewhere()
		self.refused_by_every_door(
			"village@pp.test", other, "Settle on the Spot", error=frappe.PermissionError, **done
		)

	def waiting_elsewhere(self):
		f.make_unit(c.VILLAGE_UNIT_B, "石桥村村委会", "Village", "Village", f.VILLAGE_B)
		return self.waiting(village=f.VILLAGE_B).name

	def test_handed_up_to_town_or_department_in_one_action(self):
		for unit in (f.TOWN_UNIT, f.DEPT_UNIT):
			frappe.set_user("Administrator")
			name = self.waiting().name
			self.refused_by_every_door("village@pp.test", name, "Assign", handling_unit=unit)
			doc = self.step_as(
				"village@pp.test", name, "Assign", handling_unit=unit, assignment_note="村里没有执法权"
			)
			row = frappe.get_doc("Petition Assignment", c.assignment_of(name))
			self.assertEqual((row.kind, row.from_unit, row.to_unit), ("Hand Up", f.VILLAGE_UNIT, unit))
			self.assertEqual(row.reason, "村里没有执法权")
			self.assertEqual(doc.tier, "Town" if unit == f.TOWN_UNIT else "District")
			self.assertGreaterEqual(get_datetime(doc.tier_since), get_datetime(doc.registered_at))

	def test_town_passes_on_what_was_handed_up_to_it(self):
		name = self.waiting().name
		self.step_as("village@pp.test", name, "Assign", handling_unit=f.TOWN_UNIT, assignment_note="无执法权")
		self.as_user("town@pp.test")
		api.reassign(name, f.DEPT_UNIT, "属住建职责")
		rows = frappe.get_all(
			"Petition Assignment", {"petition": name}, ["kind", "to_unit"], order_by="creation"
		)
		self.assertEqual(
			[(r.kind, r.to_unit) for r in rows], [("Hand Up", f.TOWN_UNIT), ("Assign", f.DEPT_UNIT)]
		)

	def test_village_has_no_say_over_an_objection_to_what_it_handed_up(self):
		name = self.waiting().name
		self.step_as("village@pp.test", name, "Assign", handling_unit=f.DEPT_UNIT, assignment_note="无执法权")
		row = c.assignment_of(name)
		self.as_user("dept@pp.test")
		api.object_to_assignment(row, "属人社局职责")
		self.as_user("village@pp.test")
		self.assertRaises(frappe.ValidationError, api.decide_objection, row, False, "就是你们的")
		self.as_user("town@pp.test")
		api.decide_objection(row, True, None, f.DEPT_UNIT_2)
		self.assertEqual(frappe.db.get_value("Petition", name, "handling_unit"), f.DEPT_UNIT_2)

	def test_town_does_not_decide_its_own_objection(self):
		name = self.waiting().name
		self.step_as("village@pp.test", name, "Assign", handling_unit=f.TOWN_UNIT, assignment_note="无执法权")
		row = c.assignment_of(name)
		self.as_user("town@pp.test")
		api.object_to_assignment(row, "属住建职责")
		self.assertRaises(frappe.ValidationError, api.decide_objection, row, True, None, f.DEPT_UNIT)
		self.as_user("office@pp.test")
		api.decide_objection(row, True, None, f.DEPT_UNIT)

	def test_handed_up_the_village_settles_and_hands_up_no_more(self):
		name = self.waiting().name
		self.step_as("village@pp.test", name, "Assign", handling_unit=f.DEPT_UNIT, assignment_note="无执法权")
		self.step_as("office@pp.test", name, "Return", step_reason="另行研究")
		done = {"reply_text": "已办", "is_oral_consent": 1}
		self.refused_by_every_door("village@pp.test", name, "Settle on the Spot", **done)
		self.refused_by_every_door(
			"village@pp.test", name, "Assign", handling_unit=f.DEPT_UNIT, assignment_note="再送"
		)
		# and the next sending is no "Hand Up" any more
		self.step_as("office@pp.test", name, "Assign", handling_unit=f.DEPT_UNIT_2)
		self.assertEqual(frappe.db.get_value("Petition Assignment", c.assignment_of(name), "kind"), "Assign")

	def test_nothing_is_pushed_down_to_a_village(self):
		name = self.waiting().name
		for user in ("town@pp.test", "office@pp.test", "village@pp.test"):
			self.refused_by_every_door(
				user, name, "Assign", handling_unit=f.VILLAGE_UNIT, assignment_note="请村里办"
			)

	def test_a_case_without_a_village_office_waits_with_the_district(self):
		doc = f.make_petition(lifecycle.REGISTERED, village=f.VILLAGE_B, filing_channel="City Service System")
		self.assertEqual(doc.tier, "District")

	def test_complaint_about_the_village_passes_it_by(self):
		doc = f.make_petition(
			lifecycle.REGISTERED, filing_channel="City Service System", accused_unit=f.VILLAGE_UNIT
		)
		self.assertEqual(doc.tier, "District")

	def test_steps_shown_to_the_village(self):
		shown = frappe.get_attr(
			frappe.get_hooks("override_whitelisted_methods")["frappe.model.workflow.get_transitions"][-1]
		)
		name = self.waiting().name
		self.as_user("village@pp.test")
		doc = frappe.get_doc("Petition", name)
		self.assertEqual(
			{row["action"] for row in shown(doc.as_dict())}, {"Assign", "Settle on the Spot", "Withdraw"}
		)


class TestCoordination(ChannelTestCase):
	"""Channel C: several departments or towns, or the city: the petition office chooses lead and co-handlers."""

	SEVERAL = ({"handling_unit": f.DEPT_UNIT}, {"handling_unit": f.DEPT_UNIT_2})

	def shared(self, **values):
		return f.make_petition(
			lifecycle.REGISTERED, **{"concerned_units": [dict(row) for row in self.SEVERAL], **values}
		)

	def test_marked_by_rule_with_the_reason(self):
		doc = self.shared()
		self.assertEqual((doc.needs_coordination, doc.channel, doc.tier), (1, "Petition Office", "District"))
		self.assertIn("云江区人社局", doc.coordination_reason)
		for values in (
			{"concerned_units": [{"handling_unit": f.TOWN_UNIT}, {"handling_unit": f.TOWN_UNIT_2}]},
			{"concerned_units": [], "is_city_competence": 1},
		):
			self.assertEqual(self.shared(**values).needs_coordination, 1)
		self.assertEqual(self.shared(concerned_units=[{"handling_unit": f.DEPT_UNIT}]).needs_coordination, 0)

	def test_seen_later_than_filing(self):
		doc = self.shared(concerned_units=[])
		self.as_user("office@pp.test")
		fresh = frappe.get_doc("Petition", doc.name)
		for row in self.SEVERAL:
			fresh.append("concerned_units", dict(row))
		fresh.save()
		self.assertEqual(fresh.needs_coordination, 1)

	def test_a_shared_case_does_not_wait_with_the_village(self):
		self.assertEqual(self.shared(filing_channel="City Service System").tier, "District")

	def test_town_brings_it_to_the_office_and_does_not_choose_the_lead(self):
		name = self.shared().name
		self.refused_by_every_door("town@pp.test", name, "Assign", handling_unit=f.DEPT_UNIT)
		self.step_as("town@pp.test", name, "Assign", handling_unit=f.OFFICE_UNIT)
		self.as_user("office@pp.test")
		api.reassign(name, f.DEPT_UNIT, "由住建委牵头")
		row = api.add_co_handler(name, f.DEPT_UNIT_2, "核对社保")
		self.assertEqual(c.status_of(row), "Sent")

	def test_paper_stays_paper(self):
		doc = self.shared(paper_no="K-1", proxied=False)
		self.assertEqual((doc.channel, doc.needs_coordination), ("Paper Register", 1))


class TestUnitClosed(ChannelTestCase):
	"""A unit closed in mid-case: its cases are listed, its people are out, the sender sends them on."""

	def test_a_unit_closed_in_mid_case(self):
		doc = f.make_petition(lifecycle.REGISTERED)
		self.step_as("town@pp.test", doc.name, "Assign", handling_unit=f.DEPT_UNIT)
		self.step_as("dept@pp.test", doc.name, "Receive")
		self.as_user("office@pp.test")
		unit = frappe.get_doc("Handling Unit", f.DEPT_UNIT)
		unit.is_active = 0
		unit.save()
		self.assertEqual(getdate(unit.closed_on), getdate())
		said = " ".join(m["message"] for m in frappe.message_log)
		self.assertIn("1 open petitions", said)

		self.assertRaises(frappe.PermissionError, self.step_as, "dept@pp.test", doc.name, "Accept")
		self.as_user("town@pp.test")
		api.reassign(doc.name, f.DEPT_UNIT_2, "原单位已撤销")
		self.step_as("dept2@pp.test", doc.name, "Receive")

		self.as_user("office@pp.test")
		unit.reload()
		unit.is_active = 1
		unit.save()
		self.assertFalse(unit.closed_on)

	def test_closing_day_is_kept_and_not_taken_from_the_client(self):
		self.as_user("office@pp.test")
		unit = frappe.get_doc("Handling Unit", f.DEPT_UNIT)
		unit.is_active = 0
		unit.save()
		frappe.db.set_value("Handling Unit", f.DEPT_UNIT, "closed_on", add_days(today(), -3))
		unit.reload()
		unit.closed_on = today()
		unit.address = "新址"
		unit.save()
		self.assertEqual(getdate(unit.closed_on), getdate(add_days(today(), -3)))

	def test_sender_closed_as_well_the_petition_office_sends_it_on(self):
		doc = f.make_petition(lifecycle.REGISTERED)
		self.step_as("town@pp.test", doc.name, "Assign", handling_unit=f.DEPT_UNIT)
		for unit in (f.DEPT_UNIT, f.TOWN_UNIT):
			frappe.db.set_value("Handling Unit", unit, "is_active", 0)
		self.as_user("town@pp.test")
		self.assertRaises(frappe.PermissionError, api.reassign, doc.name, f.DEPT_UNIT_2, "原单位已撤销")
		self.as_user("office@pp.test")
		api.reassign(doc.name, f.DEPT_UNIT_2, "原单位已撤销")


class TestInvariant15(ChannelTestCase):
	"""Five priorities change order only; they never change another case's due date."""

	def test_invariant_15_proxied_first_in_every_queue_and_no_due_date_moves(self):
		came = add_days(now_datetime(), -9)
		direct = f.make_petition(lifecycle.ASSIGNED, proxied=False, petitioned_at=came)
		fields = ("due_at", "notice_due_at", "reply_due_at", "statutory_due_at")
		dues = [direct.get(field) and get_datetime(direct.get(field)) for field in fields]
		proxied = f.make_petition(lifecycle.ASSIGNED)
		mine = (direct.name, proxied.name)
		for user in ("office@pp.test", "town@pp.test", "dept@pp.test"):
			self.as_user(user)
			queue = frappe.get_list(
				"Petition", {"name": ("in", mine)}, order_by="queue_key asc", pluck="name"
			)
			self.assertEqual(queue, [proxied.name, direct.name], user)
		frappe.set_user("Administrator")
		direct.reload()
		now = [direct.get(field) and get_datetime(direct.get(field)) for field in fields]
		self.assertEqual(now, dues)

	def test_invariant_15_same_dates_with_and_without_agent(self):
		came = add_days(now_datetime(), -3)
		for state in (lifecycle.REGISTERED, lifecycle.ACCEPTED):
			one = f.make_petition(state, petitioned_at=came)
			other = f.make_petition(state, petitioned_at=came, proxied=False)
			for field in ("notice_due_at", "reply_due_at", "statutory_due_at"):
				self.assertEqual(
					one.get(field) and getdate(one.get(field)),
					other.get(field) and getdate(other.get(field)),
					field,
				)
