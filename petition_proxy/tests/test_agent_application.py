"""Applying as an agent without login: it comes in, and gives nothing away."""

import json

import frappe
from frappe.website.doctype.web_form.web_form import accept

from petition_proxy.api import agents as api
from petition_proxy.petition_proxy.doctype.agent_application.agent_application import (
	MOST_PER_HOUR,
	ApplicationError,
)
from petition_proxy.petition_proxy.doctype.proxy_agent.proxy_agent import OnRosterError
from petition_proxy.petition_proxy.report.agent_roster import agent_roster
from petition_proxy.petition_proxy.report.cases_to_hand_over import cases_to_hand_over
from petition_proxy.petition_proxy.web_form.apply_as_agent import apply_as_agent
from petition_proxy.tests import agent_cases as a
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase


class TestApplication(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		f.make_district()

	def setUp(self):
		super().setUp()
		key = f"petition_proxy_applications:{frappe.local.request_ip or ''}"
		frappe.cache.delete(frappe.cache.make_key(key))

	def apply(self, serial=1, **values):
		self.as_user("Guest")
		sent = {
			"applicant_name": "冯阿姨",
			"village": f.VILLAGE,
			"agent_class": "Community Volunteer",
			"phone": "13900001111",
			"id_number": a.id_number(serial),
			"statement": "想帮邻居跑腿。",
			"consents": 1,
			**values,
		}
		try:
			return accept("apply-as-agent", json.dumps(sent))
		finally:
			frappe.flags.in_web_form = False
			self.as_user("Administrator")

	def test_it_comes_in_sealed_and_the_answer_says_nothing(self):
		answer = self.apply()
		row = frappe.db.get_value("Agent Application", answer.name, "*", as_dict=True)
		for secret in (a.id_number(1), "13900001111"):
			self.assertNotIn(secret, json.dumps(row, default=str))
		said = {k: v for k, v in answer.as_dict().items() if v not in (None, 0, "")}
		self.assertLessEqual(set(said), {"name", "doctype", "applicant_name", "status"})
		self.assertEqual((row.status, row.town, row.is_on_roster), ("New", f.TOWN, 0))

	def test_whether_a_number_is_on_the_roster_is_not_told(self):
		a.make_agent(id_number=a.id_number(2))
		known, unknown = self.apply(2), self.apply(3)
		shape = [{k: v for k, v in doc.as_dict().items() if k != "name"} for doc in (known, unknown)]
		self.assertEqual(*shape)
		self.assertEqual(frappe.db.get_value("Agent Application", known.name, "is_on_roster"), 1)

	def test_forged_fields_and_missing_consent(self):
		doc = self.apply(status="Taken In", agent="PA-1", is_on_roster=1)
		row = frappe.db.get_value("Agent Application", doc.name, ("status", "agent", "is_on_roster"))
		self.assertEqual(row, ("New", None, 0))
		for bad in ({"consents": 0}, {"phone": ""}, {"id_number": ""}, {"village": f.TOWN}):
			with self.assertRaises(frappe.ValidationError, msg=str(bad)):
				self.apply(4, **bad)

	def test_one_address_only_so_often(self):
		for _i in range(MOST_PER_HOUR):
			self.apply()
		self.assertRaises(frappe.RateLimitExceededError, self.apply)

	def test_guests_read_nothing_and_offices_their_own_place(self):
		name = self.apply().name
		self.as_user("Guest")
		self.assertFalse(frappe.get_doc("Agent Application", name).has_permission("read"))
		for user, count in (
			("village@pp.test", 1),
			("town@pp.test", 1),
			("office@pp.test", 1),
			("town2@pp.test", 0),
		):
			self.as_user(user)
			self.assertEqual(len(frappe.get_list("Agent Application")), count, user)

	def test_the_village_takes_in_once_and_another_place_not_at_all(self):
		name = self.apply().name
		self.as_user("town2@pp.test")
		self.assertRaises(frappe.PermissionError, api.take_in_application, name)
		self.as_user("village@pp.test")
		agent = api.take_in_application(name)
		self.assertRaises(ApplicationError, api.take_in_application, name)
		self.assertRaises(ApplicationError, api.turn_down_application, name, "重复")
		frappe.set_user("Administrator")
		row = frappe.db.get_value("Proxy Agent", agent, ("status", "agent_name", "masked_id_number"))
		self.assertEqual(row[:2], ("Applied", "冯阿姨"))
		self.assertTrue(row[2].startswith("990"))

	def test_who_is_on_the_roster_is_named_to_the_office(self):
		first = a.make_agent(id_number=a.id_number(5), village=f.VILLAGE_B)
		name = self.apply(5).name
		self.as_user("village@pp.test")
		with self.assertRaises(OnRosterError) as refused:
			api.take_in_application(name)
		self.assertIn(first.name, str(refused.exception))
		self.assertRaises(ApplicationError, api.turn_down_application, name, " ")
		api.turn_down_application(name, "已在石桥村代理")

	def test_the_form_offers_the_villages_of_the_district(self):
		context = frappe._dict(web_form_doc=frappe.get_doc("Web Form", "apply-as-agent"))
		apply_as_agent.get_context(context)
		field = next(x for x in context.web_form_doc.web_form_fields if x.fieldname == "village")
		self.assertIn({"value": f.VILLAGE, "label": "清溪镇 · 柳湾村"}, field.options)


class TestReports(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		f.make_district()

	def test_roster_report_names_and_counts(self):
		agent = a.make_agent(is_public_staff=1)
		_columns, rows, _m, _c, summary = agent_roster.execute({"on_date": frappe.utils.today()})
		row = next(r for r in rows if r["agent"] == agent.name)
		self.assertEqual((row["town"], row["village"]), ("清溪镇", "柳湾村"))
		counts = agent_roster.execute({"on_date": frappe.utils.today(), "group_by": "Town and Class"})[1]
		self.assertEqual(sum(c["on_duty"] for c in counts), summary[1]["value"])
		only = agent_roster.execute({"on_date": frappe.utils.today(), "is_public_staff": "Yes"})[1]
		self.assertIn(agent.name, [r["agent"] for r in only])

	def test_cases_to_hand_over_say_what_is_missing(self):
		case = f.make_petition("Registered")
		api.change_agent_status(case.agent, "Suspend", "外出")
		new = a.make_agent("接手人")
		row = next(r for r in cases_to_hand_over.execute()[1] if r["petition"] == case.name)
		self.assertEqual((row["missing"], row["new_agent"]), ("Agreement with a new agent", None))
		api.prepare_agreements(frappe.as_json([case.name]), new.name)
		row = next(
			r for r in cases_to_hand_over.execute({"agent": case.agent})[1] if r["petition"] == case.name
		)
		self.assertEqual((row["missing"], row["new_agent"]), ("Signature of the petitioner", new.name))
