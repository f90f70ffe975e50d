"""Roster and lifecycle of agents, the hard gate at every door, conflicts of interest, hand-over."""

import json

import frappe
from frappe.utils import add_days, getdate, today
from frappe.website.doctype.web_form.web_form import accept

from petition_proxy.api import agents as api
from petition_proxy.api.identity import show_identity
from petition_proxy.domain import agent_lifecycle as al
from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.petition.checks import StepError
from petition_proxy.petition_proxy.doctype.proxy_agent import handover
from petition_proxy.petition_proxy.doctype.proxy_agent.acts import AgentActError
from petition_proxy.petition_proxy.doctype.proxy_agent.handover import HandoverError
from petition_proxy.petition_proxy.doctype.proxy_agent.proxy_agent import AgentStatusError, OnRosterError
from petition_proxy.queries.roster import able_on, cases_to_hand_over, count_roster, roster_on
from petition_proxy.tests import agent_cases as a
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.append_only import AppendOnlyError


class AgentTestCase(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		f.make_district()

	def status(self, agent) -> str:
		return frappe.db.get_value("Proxy Agent", agent.name, "status")


class TestLifecycle(AgentTestCase):
	def test_from_application_to_readmission_each_act_by_its_people(self):
		self.as_user("village@pp.test")
		agent = frappe.get_doc(
			{
				"doctype": "Proxy Agent",
				"agent_name": "赵小兰",
				"village": f.VILLAGE,
				"agent_class": "Community Volunteer",
			}
		).insert()
		self.assertRaises(frappe.PermissionError, api.change_agent_status, agent.name, "Check")
		self.as_user("town@pp.test")
		api.change_agent_status(agent.name, "Check")
		api.change_agent_status(agent.name, "Start Training")
		with self.assertRaises(AgentActError):  # no pass yet
			api.change_agent_status(agent.name, "Put on Duty")
		frappe.get_doc(
			{
				"doctype": "Agent Certificate",
				"agent": agent.name,
				"issued_on": today(),
				"valid_to": add_days(today(), 300),
			}
		).insert()
		api.change_agent_status(agent.name, "Put on Duty")
		api.change_agent_status(agent.name, "Suspend", "外出务工")
		api.change_agent_status(agent.name, "Resume Duty", "已返乡")
		api.change_agent_status(agent.name, "Leave", "本人申请")
		api.change_agent_status(agent.name, "Readmit", "重新申请")
		self.assertEqual(self.status(agent), al.ON_DUTY)
		steps = [step for step, _from, _to in a.history(agent.name)]
		self.assertEqual(
			steps,
			["Enter", "Check", "Start Training", "Put on Duty", "Suspend", "Resume Duty", "Leave", "Readmit"],
		)

	def test_removed_agent_is_trained_anew_whatever_the_paper_says(self):
		agent = a.make_agent()
		self.as_user("office@pp.test")
		api.change_agent_status(agent.name, "Remove", "弄虚作假")
		api.change_agent_status(agent.name, "Readmit", "整改合格")
		self.assertEqual(self.status(agent), al.IN_TRAINING)

	def test_second_identical_act_is_refused_and_leaves_one_row(self):
		agent = a.make_agent()
		api.change_agent_status(agent.name, "Suspend", "外出")
		self.assertRaises(AgentActError, api.change_agent_status, agent.name, "Suspend", "外出")
		self.assertEqual([row[0] for row in a.history(agent.name)], ["Enter", "Suspend"])

	def test_reason_and_order_of_days(self):
		agent = a.make_agent()
		for values in (
			{"reason": " "},
			{"reason": "外出", "effective_on": add_days(today(), 1)},
			{"reason": "外出", "effective_on": add_days(today(), -1)},
		):
			with self.assertRaises(AgentActError):
				api.change_agent_status(agent.name, "Suspend", **values)
		self.assertEqual(self.status(agent), al.ON_DUTY)

	def test_other_town_and_the_agent_himself_decide_nothing(self):
		agent = f.make_agent()
		a.give_role(self, "agent@pp.test", lifecycle.TOWN)
		for user in ("town2@pp.test", "dept@pp.test", "agent@pp.test", "leader@pp.test", "nobody@pp.test"):
			self.as_user(user)
			with self.assertRaises(frappe.PermissionError, msg=user):
				api.change_agent_status(agent.name, "Suspend", "试试")
			self.assertEqual(api.get_agent_acts(agent.name) if user != "nobody@pp.test" else [], [], user)
		self.assertEqual(self.status(agent), al.ON_DUTY)

	def test_a_save_changes_no_status_and_no_pass(self):
		agent = a.make_agent(status="Applied")
		self.as_user("town@pp.test")
		doc = frappe.get_doc("Proxy Agent", agent.name)
		doc.update({"status": "On Duty", "certificate_valid_to": add_days(today(), 99), "skill": "Paper"})
		doc.save()
		row = frappe.db.get_value(
			"Proxy Agent", agent.name, ("status", "certificate_valid_to", "skill"), as_dict=True
		)
		self.assertEqual((row.status, row.certificate_valid_to, row.skill), ("Applied", None, "Paper"))

	def test_other_town_writes_no_agent_and_village_only_what_waits(self):
		agent = a.make_agent()
		for user in ("town2@pp.test", "village@pp.test", "dept@pp.test"):
			self.as_user(user)
			doc = frappe.get_doc("Proxy Agent", agent.name)
			doc.duty_phone = "02387654321"
			self.assertRaises(frappe.PermissionError, doc.save)

	def test_history_is_permanent_and_an_agent_is_never_deleted(self):
		agent = a.make_agent()
		row = frappe.get_doc("Agent Status Change", {"agent": agent.name})
		row.reason = "改"
		self.assertRaises(AppendOnlyError, row.save)
		self.assertRaises(AppendOnlyError, row.delete)
		self.assertRaises(frappe.ValidationError, agent.delete)

	def test_acts_shown_are_those_the_person_may_take(self):
		agent = a.make_agent()
		self.as_user("town@pp.test")
		self.assertEqual(
			[act["action"] for act in api.get_agent_acts(agent.name)], ["Suspend", "Leave", "Remove"]
		)
		self.as_user("village@pp.test")
		self.assertEqual([act["action"] for act in api.get_agent_acts(agent.name)], ["Leave"])


class TestRoster(AgentTestCase):
	def test_headcount_of_a_past_day_is_what_it_was(self):
		agent = a.make_agent(on_duty_from=add_days(today(), -30), is_public_staff=0)
		was = {row["agent"]: row for row in roster_on(add_days(getdate(), -10))}
		self.assertNotIn(agent.name, {row["agent"] for row in roster_on(add_days(getdate(), -31))})
		self.assertEqual(was[agent.name]["status"], al.ON_DUTY)
		api.change_agent_status(agent.name, "Suspend", "外出", add_days(today(), -5))
		for days, status in ((-30, al.ON_DUTY), (-6, al.ON_DUTY), (-5, al.SUSPENDED), (0, al.SUSPENDED)):
			rows = {row["agent"]: row for row in roster_on(add_days(getdate(), days))}
			self.assertEqual(rows[agent.name]["status"], status, days)
		before, after = (
			next(c for c in count_roster(roster_on(add_days(getdate(), d)), "town") if c["town"] == f.TOWN)
			for d in (-6, -5)
		)
		self.assertEqual(before["on_duty"] - after["on_duty"], 1)
		self.assertEqual(before["registered"], after["registered"])

	def test_class_flag_and_place_are_those_of_the_day(self):
		agent = a.make_agent(on_duty_from=add_days(today(), -30))
		agent.is_public_staff, agent.village = 1, f.VILLAGE_2
		agent.save()
		past = next(r for r in roster_on(add_days(getdate(), -1)) if r["agent"] == agent.name)
		now = next(r for r in roster_on(getdate()) if r["agent"] == agent.name)
		self.assertEqual((past["is_public_staff"], past["town"]), (0, f.TOWN))
		self.assertEqual((now["is_public_staff"], now["town"]), (1, f.TOWN_2))
		self.assertEqual(a.history(agent.name)[-1][0], al.RECLASSIFIED)

	def test_invariant_14_suspended_untrained_or_out_of_term_is_not_able_on_that_day(self):
		began = add_days(today(), -30)
		agent = a.make_agent(on_duty_from=began, certificate_valid_to=add_days(today(), 5))
		untrained = a.make_agent("未培训", status="In Training")
		api.change_agent_status(agent.name, "Suspend", "外出", add_days(today(), -10))
		api.change_agent_status(agent.name, "Resume Duty", "返乡", add_days(today(), -4))
		expected = {-31: False, -30: True, -11: True, -10: False, -5: False, -4: True, 5: True, 6: False}
		for days, is_able in expected.items():
			names = {row["agent"] for row in able_on(add_days(getdate(), days))}
			self.assertEqual(agent.name in names, is_able, days)
			self.assertNotIn(untrained.name, names)

	def test_who_has_no_office_sees_himself_only(self):
		own, other = f.make_agent(), a.make_agent()
		self.as_user("agent@pp.test")
		self.assertEqual([row["agent"] for row in roster_on(getdate())], [own.name])
		self.as_user("town2@pp.test")
		self.assertIn(other.name, [row["agent"] for row in roster_on(getdate())])

	def test_history_and_certificates_follow_the_place(self):
		agent = a.make_agent()
		for doctype in ("Agent Status Change", "Agent Certificate"):
			for user, count in (("town@pp.test", 1), ("town2@pp.test", 0), ("office@pp.test", 1)):
				self.as_user(user)
				self.assertEqual(
					len(frappe.get_list(doctype, filters={"agent": agent.name})), count, f"{doctype} {user}"
				)
			frappe.set_user("Administrator")


class TestOnePersonOneAgent(AgentTestCase):
	def test_same_person_elsewhere_is_named_by_village_not_by_number(self):
		number = a.id_number(7)
		first = a.make_agent(id_number=number)
		with self.assertRaises(OnRosterError) as refused:
			a.make_agent("李大哥", village=f.VILLAGE_2, id_number=f" {number[:6]} {number[6:]} ")
		self.assertIn("柳湾村", str(refused.exception))
		self.assertIn(first.name, str(refused.exception))
		self.assertNotIn(number, str(refused.exception))

	def test_public_staff_is_set_by_clerk_or_town_never_by_the_village(self):
		self.as_user("village@pp.test")
		values = {"doctype": "Proxy Agent", "agent_name": "孙书记", "village": f.VILLAGE}
		doc = frappe.get_doc({**values, "agent_class": "Civil Servant", "is_public_staff": 1})
		self.assertRaises(frappe.PermissionError, doc.insert)
		made = frappe.get_doc({**values, "agent_class": "Civil Servant"}).insert()
		self.assertEqual(made.is_public_staff, 0)  # not derived from the class
		self.as_user("town@pp.test")
		doc = frappe.get_doc("Proxy Agent", made.name)
		doc.is_public_staff = 1
		doc.save()
		self.assertEqual(frappe.db.get_value("Proxy Agent", made.name, "is_public_staff"), 1)

	def test_identity_is_for_the_offices_of_the_place(self):
		agent = a.make_agent(id_number=a.id_number(9), address="柳湾村三组12号")
		for user in ("town2@pp.test", "dept@pp.test"):
			self.as_user(user)
			self.assertRaises(frappe.PermissionError, show_identity, "Proxy Agent", agent.name, "核对身份")
		self.as_user("town@pp.test")
		shown = show_identity("Proxy Agent", agent.name, "核对身份")
		self.assertEqual(shown, {"id_number": a.id_number(9), "address": "柳湾村三组12号"})

	def test_bank_account_is_sealed(self):
		agent = a.make_agent(bank_account="6222 0012 3456 7890 123")
		row = frappe.db.get_value("Proxy Agent", agent.name, "*", as_dict=True)
		self.assertNotIn("6222001234567890123", json.dumps(row, default=str))
		self.assertEqual(row.masked_bank_account[-4:], "0123")


class TestGate(AgentTestCase):
	"""Invariant 1, the agent's half: certified, active, non-conflicted, whatever the door."""

	UNFIT = (
		("Suspended", {"status": "Suspended"}),
		("no certificate", {"certificate_valid_to": None}),
		("ended certificate", {"certificate_valid_to": add_days(today(), -1)}),
		("in training", {"status": "In Training"}),
	)

	def test_invariant_1_no_case_without_a_certified_active_non_conflicted_agent(self):
		agent = f.make_agent()
		agent.append("ties", {"tie_kind": "Works For", "unit": f.DEPT_UNIT_2})
		agent.append("ties", {"tie_kind": "Kin", "person_name": "钱主任", "relation": "妻弟"})
		agent.save()
		fit = {"status": "On Duty", "certificate_valid_to": add_days(today(), 1)}
		for label, values in self.UNFIT:
			frappe.db.set_value("Proxy Agent", agent.name, {**fit, **values})
			self.assert_every_door_is_shut(agent, label)
		frappe.db.set_value("Proxy Agent", agent.name, fit)
		for accused in (
			{"accused_user": "agent@pp.test"},
			{"accused_unit": f.DEPT_UNIT_2},
			{"accused_name": "钱 主任"},
		):
			self.assert_every_door_is_shut(
				agent, str(accused), accused, is_own_case="accused_user" in accused
			)
		frappe.db.set_value("Proxy Agent", agent.name, {**fit, "certificate_valid_to": today()})
		self.assertEqual(self.by_desk(agent).workflow_state, lifecycle.REGISTERED)  # its last day counts
		self.assertTrue(self.by_web_form().name)
		self.assertTrue(self.by_rest(agent).name)

	def assert_every_door_is_shut(self, agent, label, accused=None, is_own_case=False):
		accused = accused or {}
		errors = (StepError, frappe.PermissionError) if is_own_case else StepError
		before = frappe.db.count("Petition")
		for door in (
			lambda: self.by_desk(agent, **accused),
			lambda: self.by_web_form(**accused),
			lambda: self.by_rest(agent, **accused),
			lambda: self.by_import(agent, **accused),
		):
			with self.assertRaises(errors, msg=label):
				door()
			frappe.set_user("Administrator")
			self.assertEqual(frappe.db.count("Petition"), before, label)

	def by_desk(self, agent, **values):
		"""A clerk keys in the paper register and files it."""
		petitioner = f.make_petitioner().name
		agreement = f.make_agreement(petitioner, agent.name).name
		self.as_user("office@pp.test")
		doc = a.draft(agent.name, petitioner, agreement=agreement, **values).insert()
		doc.workflow_state = lifecycle.REGISTERED
		doc.save()
		frappe.set_user("Administrator")
		return doc

	def by_web_form(self, **values):
		self.as_user("agent@pp.test")
		frappe.db.savepoint("form")
		sent = {
			"new_petitioner_name": "赵大爷",
			"new_petitioner_phone": "13912345678",
			"village": f.VILLAGE,
			"petition_kind": "Appeal and Request",
			"subject": "井盖丢了",
			"content": "村口的井盖丢了一个月。",
			"agreement_signature": f.SIGNATURE,
			"powers_agreed": 1,
			"client_key": frappe.generate_hash(length=20),
			**values,
		}
		try:
			# the form offers no field for the accused; a forged request names one all the same
			doc = accept("file-petition", json.dumps(sent)) if not values else self.forged(sent)
		except Exception:
			frappe.db.rollback(save_point="form")  # as the request's end would
			raise
		finally:
			frappe.flags.in_web_form = False
			frappe.set_user("Administrator")
		return doc

	def forged(self, sent):
		frappe.flags.in_web_form = True
		return frappe.get_doc({"doctype": "Petition", **sent}).insert(ignore_permissions=True)

	def by_rest(self, agent, **values):
		"""POST /api/resource/Petition of the agent."""
		from frappe.client import insert

		petitioner = f.make_petitioner().name
		agreement = f.make_agreement(petitioner, agent.name).name
		self.as_user("agent@pp.test")
		doc = insert(a.draft(agent.name, petitioner, agreement=agreement, **values).as_dict())
		frappe.set_user("Administrator")
		return doc

	def by_import(self, agent, **values):
		"""Data Import of petitions that name an agent."""
		petitioner = f.make_petitioner().name
		self.as_user("office@pp.test")
		frappe.flags.in_import = True
		try:
			return a.draft(agent.name, petitioner, **values).insert()
		finally:
			frappe.flags.in_import = False
			frappe.set_user("Administrator")

	def test_an_agent_enters_on_duty_by_no_door_without_a_pass(self):
		values = {
			"doctype": "Proxy Agent",
			"agent_name": "吴大妈",
			"village": f.VILLAGE,
			"agent_class": "Community Volunteer",
			"status": "On Duty",
		}
		with self.assertRaises(frappe.ValidationError):
			frappe.get_doc(values).insert()
		self.as_user("town@pp.test")
		with self.assertRaises(AgentStatusError):
			frappe.get_doc({**values, "certificate_valid_to": add_days(today(), 9)}).insert()
		frappe.flags.in_import = True
		try:
			for given in (
				{"certificate_valid_to": add_days(today(), 9)},
				{"certificate_no": "老证01", "certificate_valid_to": add_days(today(), -1)},
				{"certificate_no": "老证01"},
			):
				with self.assertRaises(frappe.ValidationError):
					frappe.get_doc({**values, **given}).insert()
			made = frappe.get_doc(
				{**values, "certificate_no": "老证01", "certificate_valid_to": add_days(today(), 9)}
			).insert()
		finally:
			frappe.flags.in_import = False
		self.assertEqual(
			frappe.db.get_value("Agent Certificate", {"agent": made.name}, ("certificate_no", "source")),
			("老证01", "Import"),
		)

	def test_a_free_agent_nearby_is_proposed(self):
		agent = f.make_agent()
		agent.append("ties", {"tie_kind": "Works For", "unit": f.DEPT_UNIT_2})
		agent.save()
		tied = a.make_agent("同单位", ties=[{"tie_kind": "Works For", "unit": f.DEPT_UNIT_2}])
		expired = a.make_agent("证过期")
		frappe.db.set_value("Proxy Agent", expired.name, "certificate_valid_to", add_days(today(), -1))
		in_town = a.make_agent("镇上的", village=f.VILLAGE_B)
		doc = a.draft(agent.name, accused_unit=f.DEPT_UNIT_2)
		with self.assertRaises(StepError) as refused:
			doc.insert()
		self.assertIn(in_town.name, str(refused.exception))
		same_village = a.make_agent("同村的")
		with self.assertRaises(StepError) as refused:
			doc.insert()
		self.assertIn(same_village.name, str(refused.exception))
		for wrong in (tied, expired):
			self.assertNotIn(wrong.name, str(refused.exception))

	def test_a_member_of_the_accused_unit_is_refused_without_a_tie_on_file(self):
		agent = f.make_agent()
		unit = frappe.get_doc("Handling Unit", f.DEPT_UNIT_2)
		unit.append("members", {"user": "agent@pp.test"})
		unit.save()
		self.assertRaises(StepError, a.draft(agent.name, accused_unit=f.DEPT_UNIT_2).insert)


class TestHandover(AgentTestCase):
	def setUp(self):
		super().setUp()
		self.old = f.make_agent()
		self.new = a.make_agent("接手人")
		self.case = f.make_petition(lifecycle.REGISTERED)

	def test_suspended_in_mid_case_acts_refused_case_listed_history_kept(self):
		case = f.make_petition(lifecycle.REPLIED)
		api.change_agent_status(self.old.name, "Suspend", "被投诉")
		self.as_user("agent@pp.test")
		doc = frappe.get_doc("Petition", case.name)
		doc.service_method, doc.workflow_state = "By Agent", lifecycle.SERVED
		self.assertRaises(StepError, doc.save)
		self.as_user("town@pp.test")
		listed = {row["petition"] for row in cases_to_hand_over(getdate())}
		self.assertIn(self.case.name, listed)
		self.as_user("town2@pp.test")
		self.assertEqual(cases_to_hand_over(getdate()), [])
		frappe.set_user("Administrator")
		self.assertEqual(a.history(self.old.name)[-1], ("Suspend", "On Duty", "Suspended"))
		self.assertEqual(frappe.db.get_value("Petition", case.name, "agent"), self.old.name)

	def test_no_case_gets_an_agent_without_the_petitioners_agreement(self):
		other = f.make_petitioner("别人").name
		unsigned = f.make_agreement(self.case.petitioner, self.new.name, submit=False)
		foreign = f.make_agreement(other, self.new.name)
		with_old = f.make_agreement(self.case.petitioner, self.old.name)
		self.as_user("town@pp.test")
		for agreement in ("", unsigned.name, foreign.name, with_old.name):
			with self.assertRaises(HandoverError, msg=agreement):
				handover.change_agent(self.case.name, self.new.name, agreement, "代理员暂停")
		frappe.set_user("Administrator")
		unsigned.submit()
		self.as_user("town@pp.test")
		self.assertRaises(
			HandoverError, handover.change_agent, self.case.name, self.new.name, unsigned.name, ""
		)
		handover.change_agent(self.case.name, self.new.name, unsigned.name, "代理员暂停")
		row = frappe.db.get_value("Petition", self.case.name, ("agent", "agreement"))
		self.assertEqual(row, (self.new.name, unsigned.name))
		self.assertRaises(
			HandoverError, handover.change_agent, self.case.name, self.new.name, unsigned.name, "再来"
		)
		event = frappe.get_last_doc("Petition Event", {"petition": self.case.name, "event": "Change Agent"})
		self.assertIn("接手人", event.note)
		self.as_user("agent@pp.test")
		self.assertFalse(frappe.get_doc("Petition", self.case.name).has_permission("read"))

	def test_agents_and_other_towns_hand_nothing_over(self):
		agreement = f.make_agreement(self.case.petitioner, self.new.name).name
		for user in ("agent@pp.test", "town2@pp.test", "dept@pp.test", "petitioner@pp.test"):
			self.as_user(user)
			with self.assertRaises(frappe.PermissionError, msg=user):
				handover.change_agent(self.case.name, self.new.name, agreement, "试试")

	def test_unfit_or_conflicted_new_agent_is_refused(self):
		agreement = f.make_agreement(self.case.petitioner, self.new.name).name
		frappe.db.set_value("Petition", self.case.name, "accused_name", "接手人")
		self.assertRaises(
			HandoverError, handover.change_agent, self.case.name, self.new.name, agreement, "回避"
		)
		frappe.db.set_value("Petition", self.case.name, "accused_name", None)
		frappe.db.set_value("Proxy Agent", self.new.name, "certificate_valid_to", None)
		self.assertRaises(
			HandoverError, handover.change_agent, self.case.name, self.new.name, agreement, "回避"
		)

	def test_bulk_hands_over_what_is_signed_and_lists_what_is_missing(self):
		second = f.make_petition(lifecycle.REGISTERED)
		api.change_agent_status(self.old.name, "Suspend", "外出")
		names = [self.case.name, second.name]
		self.as_user("town@pp.test")
		result = api.hand_over_cases(json.dumps(names), self.new.name, "代理员外出")
		self.assertEqual((result["handed_over"], len(result["missing"])), ([], 2))
		drafts = api.prepare_agreements(json.dumps(names), self.new.name)
		self.assertEqual(len(drafts), 2)
		self.assertEqual(api.prepare_agreements(json.dumps(names), self.new.name), [])
		paper = frappe.get_doc("Proxy Agreement", {"replaces": self.case.agreement})
		paper.signature, paper.signed_on = f.SIGNATURE, today()
		paper.save()
		paper.submit()
		result = api.hand_over_cases(json.dumps(names), self.new.name, "代理员外出")
		self.assertEqual(result["handed_over"], [self.case.name])
		self.assertEqual([row["petition"] for row in result["missing"]], [second.name])
		again = api.hand_over_cases(json.dumps(names), self.new.name, "代理员外出")
		self.assertEqual(again["handed_over"], [])

	def test_conflict_found_in_mid_case_stops_the_agents_acts(self):
		case = f.make_petition(lifecycle.REPLIED)
		old = frappe.get_doc("Proxy Agent", self.old.name)
		old.append("ties", {"tie_kind": "Kin", "person_name": "钱主任"})
		old.save()
		frappe.db.set_value("Petition", case.name, "accused_name", "钱主任")
		self.as_user("agent@pp.test")
		doc = frappe.get_doc("Petition", case.name)
		doc.service_method, doc.workflow_state = "By Agent", lifecycle.SERVED
		self.assertRaises(StepError, doc.save)
