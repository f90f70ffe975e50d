"""Invariants 8 and 12 by their numbers: who may rate and how it was heard; who sees whom, and what a look leaves."""

import frappe
from frappe.client import set_value

from petition_proxy.api.identity import show_identity
from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.evaluation.evaluation import EvaluationError
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase

REFUSALS = (frappe.PermissionError, frappe.ValidationError)


class TestInvariant8(AppTestCase):
	"""Invariant 8: no agent enters or changes a rating of himself; every rating knows who typed it and how it was got."""

	def setUp(self):
		super().setUp()
		f.make_district()
		person = f.make_petitioner("林婆婆", user="petitioner@pp.test")
		self.doc = f.make_petition(lifecycle.SERVED, petitioner=person.name)

	def rate(self, user: str, party: str = "Proxy Agent", **values):
		self.as_user(user)
		try:
			rating = {"rated_party": party, "rating": "Satisfied", "channel": "Counter", **values}
			return frappe.get_doc({"doctype": "Evaluation", "petition": self.doc.name, **rating}).insert()
		finally:
			self.as_user("Administrator")

	def test_invariant_8_an_agent_rates_nobody_on_the_own_case_whatever_else_he_is(self):
		for roles in ((), (lifecycle.CLERK,), (lifecycle.OFFICE, lifecycle.VILLAGE)):
			self.give_roles("agent@pp.test", *roles)
			for party in ("Proxy Agent", "Handling Unit", "Petition Office"):
				for channel in ("Portal", "Call-back", "Paper", "Counter"):
					with self.assertRaises(REFUSALS, msg=(roles, party, channel)):
						self.rate("agent@pp.test", party, channel=channel, owner="petitioner@pp.test")
		self.assertFalse(frappe.db.exists("Evaluation", {"petition": self.doc.name}))

	def test_invariant_8_an_agent_changes_no_rating_of_himself(self):
		rating = self.rate("petitioner@pp.test", rating="Dissatisfied", reasons="没有告知结果")
		self.give_roles("agent@pp.test", lifecycle.CLERK)
		self.as_user("agent@pp.test")
		for fieldname, value in (("rating", "Satisfied"), ("comment", "误会"), ("reasons", "无")):
			with self.assertRaises(REFUSALS, msg=fieldname):
				doc = frappe.get_doc("Evaluation", rating.name)
				doc.set(fieldname, value)
				doc.save()
			with self.assertRaises(REFUSALS, msg=fieldname):
				set_value("Evaluation", rating.name, fieldname, value)
		self.assertRaises(REFUSALS, frappe.delete_doc, "Evaluation", rating.name)
		self.assertEqual(frappe.db.get_value("Evaluation", rating.name, "rating"), "Dissatisfied")

	def test_invariant_8_rating_knows_who_typed_it_and_how_whatever_was_sent(self):
		forged = {"entered_by": "petitioner@pp.test", "entered_at": "2001-01-01", "revision_count": 9}
		rating = self.rate("village@pp.test", channel="Call-back", **forged)
		self.assertEqual((rating.entered_by, rating.channel), ("village@pp.test", "Call-back"))
		self.assertGreater(str(rating.entered_at), "2020")
		self.assertEqual(rating.revision_count, 0)
		own = self.rate("petitioner@pp.test", "Handling Unit", channel="Counter", entered_by="office@pp.test")
		self.assertEqual((own.entered_by, own.channel), ("petitioner@pp.test", "Portal"))

	def test_invariant_8_no_office_passes_its_rating_for_the_petitioner_s_own(self):
		with self.assertRaisesRegex(EvaluationError, "portal"):
			self.rate("village@pp.test", channel="Portal")
		rating = self.rate("village@pp.test", channel="Paper")
		self.as_user("village@pp.test")
		doc = frappe.get_doc("Evaluation", rating.name)
		for fieldname, value in (("channel", "Portal"), ("entered_by", "petitioner@pp.test")):
			doc.reload()
			doc.set(fieldname, value)
			self.assertRaises(REFUSALS, doc.save)

	def test_invariant_8_channel_is_never_left_open(self):
		self.assertRaises(REFUSALS, self.rate, "village@pp.test", channel="")
		self.assertRaises(REFUSALS, self.rate, "village@pp.test", channel="Telepathy")


class TestInvariant12(AppTestCase):
	"""Invariant 12: village, town and department see their own scope, the petition office the district; looks are kept."""

	def setUp(self):
		super().setUp()
		f.make_district()
		person = f.make_petitioner("林婆婆", phone="13812345678", id_number="11010519491231002X")
		self.here = f.make_petition(lifecycle.HANDLING, petitioner=person.name)
		other = f.make_petitioner("岳大爷", village=f.VILLAGE_2)
		values = {"village": f.VILLAGE_2, "petitioner": other.name, "handling_unit": f.DEPT_UNIT_2}
		self.there = f.make_petition(lifecycle.HANDLING, proxied=False, **values)

	def test_invariant_12_each_office_sees_its_own_and_the_petition_office_the_district(self):
		for user, here, there in (
			("village@pp.test", True, False),
			("town@pp.test", True, False),
			("town2@pp.test", False, True),
			("dept@pp.test", True, False),
			("dept2@pp.test", False, True),
			("office@pp.test", True, True),
			("clerk@pp.test", True, True),
			("nobody@pp.test", False, False),
			("agent2@pp.test", False, False),
		):
			self.as_user(user)
			listed = set(frappe.get_list("Petition", pluck="name", order_by="name", limit=0))
			for doc, expected in ((self.here, here), (self.there, there)):
				self.assertEqual(doc.name in listed, expected, user)
				fresh = frappe.get_doc("Petition", doc.name)
				self.assertEqual(bool(fresh.has_permission("read")), expected, user)

	def test_invariant_12_every_look_at_a_number_leaves_who_when_and_why(self):
		person = self.here.petitioner
		before = frappe.db.count("Access Record", {"document": person})
		for user in ("village@pp.test", "dept@pp.test", "office@pp.test"):
			self.as_user(user)
			self.assertEqual(show_identity("Petitioner", person, "电话核实地点")["phone"], "13812345678")
			record = frappe.get_all(
				"Access Record",
				{"document": person, "user": user},
				["reason", "at"],
				order_by="creation desc",
				limit=1,
			)[0]
			self.assertEqual(record.reason, "电话核实地点")
			self.assertTrue(record.at)
		self.as_user("Administrator")
		self.assertEqual(frappe.db.count("Access Record", {"document": person}), before + 3)

	def test_invariant_12_no_look_without_the_record(self):
		"""Where the record cannot be written the number is not shown either."""
		self.as_user("dept@pp.test")
		for reason in ("", " ", "看"):
			self.assertRaises(REFUSALS, show_identity, "Petitioner", self.here.petitioner, reason)
		for user in (
			"town2@pp.test",
			"leader@pp.test",
			"auditor@pp.test",
			"nobody@pp.test",
			"agent2@pp.test",
		):
			self.as_user(user)
			with self.assertRaises(REFUSALS, msg=user):
				show_identity("Petitioner", self.here.petitioner, "只是看看")
		self.as_user("Administrator")
		self.assertFalse(frappe.db.exists("Access Record", {"document": self.here.petitioner}))
