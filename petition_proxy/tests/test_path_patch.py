"""A site of an earlier version is brought along: its cases get what they lack, once, and keep what they have."""

import frappe
from frappe.utils import get_datetime

from petition_proxy.api import assignments as api
from petition_proxy.domain import lifecycle
from petition_proxy.patches.v1_0.bring_path_up_to_date import FILLED, backfill
from petition_proxy.tests import channel_cases as c
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase

STATES = (
	lifecycle.DRAFT,
	lifecycle.REGISTERED,
	lifecycle.ASSIGNED,
	lifecycle.HANDLING,
	lifecycle.CLOSED,
)


class TestBringPathUpToDate(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		backfill()  # whatever the site holds already
		self.cases = {state: f.make_petition(state, proxied=False) for state in STATES}
		names = tuple(doc.name for doc in self.cases.values())
		frappe.db.set_value("Petition", {"name": ("in", names)}, dict.fromkeys(FILLED), update_modified=False)
		frappe.db.delete("Petition Assignment", {"petition": ("in", names)})
		self.names = names

	def picture(self):
		cases = frappe.get_all(
			"Petition", {"name": ("in", self.names)}, ["name", "modified", *FILLED], order_by="name"
		)
		parts = frappe.get_all(
			"Petition Assignment", {"petition": ("in", self.names)}, ["name", "status"], order_by="name"
		)
		return cases, parts

	def test_every_case_gets_what_it_lacks(self):
		self.assertEqual(backfill(page_size=2), len(STATES))
		for state, doc in self.cases.items():
			row = frappe.get_doc("Petition", doc.name)
			self.assertEqual(row.channel, "Online", state)
			is_filed = state != lifecycle.DRAFT
			self.assertEqual(bool(row.query_code), is_filed, state)
			self.assertEqual(row.tier or None, "District" if is_filed else None, state)
			self.assertEqual(bool(row.assignment), state in lifecycle.WITH_UNIT_STATES, state)
			self.assertEqual(get_datetime(row.modified), get_datetime(doc.modified))
		codes = [frappe.db.get_value("Petition", name, "query_code") for name in self.names]
		self.assertEqual(len(set(codes)), len(STATES))  # four codes and the draft's None

	def test_unit_that_has_a_case_gets_its_assignment(self):
		frappe.db.set_value("Petition", self.cases[lifecycle.HANDLING].name, "handling_unit", f.TOWN_UNIT)
		backfill()
		sent = frappe.get_doc("Petition Assignment", c.assignment_of(self.cases[lifecycle.ASSIGNED].name))
		self.assertEqual((sent.status, sent.to_unit, sent.from_unit), ("Sent", f.DEPT_UNIT, f.OFFICE_UNIT))
		received = frappe.get_doc("Petition Assignment", c.assignment_of(self.cases[lifecycle.HANDLING].name))
		self.assertEqual((received.status, received.to_unit), ("Received", f.TOWN_UNIT))
		self.assertTrue(received.received_at and received.sent_at)
		self.assertEqual(frappe.db.get_value("Petition", self.cases[lifecycle.HANDLING].name, "tier"), "Town")

	def test_twice_changes_nothing(self):
		backfill()
		before = self.picture()
		self.assertEqual(backfill(), 0)
		self.assertEqual(self.picture(), before)

	def test_what_is_there_stays(self):
		code = "AAAA-BBBB-CCCC-DDDD"
		name = self.cases[lifecycle.REGISTERED].name
		frappe.db.set_value(
			"Petition", name, {"query_code": code, "tier": "Village", "channel": "Paper Register"}
		)
		backfill()
		row = frappe.db.get_value("Petition", name, ["query_code", "tier", "channel"])
		self.assertEqual(row, (code, "Village", "Paper Register"))

	def test_people_go_on_where_they_were(self):
		backfill()
		name = self.cases[lifecycle.ASSIGNED].name
		self.as_user("dept@pp.test")
		doc = frappe.get_doc("Petition", name)
		f.walk(doc, "Receive")
		api.object_to_assignment(doc.assignment, "属人社局职责")
		self.as_user("office@pp.test")
		api.decide_objection(doc.assignment, True, None, f.DEPT_UNIT_2)
		# and numbers go on behind those given by the patch
		self.assertEqual(frappe.db.count("Petition Assignment", {"petition": name}), 2)

	def test_statements_do_not_grow_with_the_cases(self):
		with self.assertQueryCount(8):
			backfill()
