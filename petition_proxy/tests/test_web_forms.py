"""The two web forms as a phone sends them: through Frappe's own `accept`, with nothing trusted."""

import base64
import json
from unittest.mock import patch

import frappe
from frappe.website.doctype.web_form.web_form import accept

from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.web_form.file_petition import file_petition
from petition_proxy.petition_proxy.web_form.rate_petition import rate_petition
from petition_proxy.tests import factories as make
from petition_proxy.tests.base import AppTestCase


class WebFormTestCase(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make.make_district()
		make.make_agent("agent@pp.test")
		make.make_agent("agent2@pp.test", village=make.VILLAGE_2, agent_name="李大哥")
		cls.petitioner = frappe.db.get_value(
			"Petitioner", {"user": "petitioner@pp.test"}, "name", order_by="creation"
		)
		cls.petitioner = cls.petitioner or make.make_petitioner("曾婆婆", user="petitioner@pp.test").name

	def setUp(self):
		super().setUp()
		self.addCleanup(frappe.flags.pop, "in_web_form", None)

	def send(self, form: str, **values):
		frappe.flags.in_web_form = False
		try:
			return accept(form, json.dumps(values))
		finally:
			frappe.flags.in_web_form = False

	def file(self, **values):
		sent = {
			"new_petitioner_name": "赵大爷",
			"new_petitioner_phone": "13912345678",
			"village": make.VILLAGE,
			"petition_kind": "Appeal and Request",
			"subject": "井盖丢了",
			"content": "村口的井盖丢了一个月。",
			"agreement_signature": make.SIGNATURE,
			"powers_agreed": 1,
			"client_key": frappe.generate_hash(length=20),
			**values,
		}
		return self.send("file-petition", **sent)


class TestFilePetition(WebFormTestCase):
	def test_agent_files_in_one_go(self):
		self.as_user("agent@pp.test")
		name = self.file().name
		self.as_user("Administrator")
		doc = frappe.get_doc("Petition", name)
		self.assertEqual(doc.workflow_state, lifecycle.REGISTERED)
		self.assertEqual(frappe.db.get_value("Proxy Agent", doc.agent, "user"), "agent@pp.test")
		self.assertEqual(frappe.db.get_value("Proxy Agreement", doc.agreement, "docstatus"), 1)
		self.assertEqual((doc.is_proxied, doc.town), (1, make.TOWN))
		self.assertTrue(doc.notice_due_at and doc.registered_at)

	def test_identity_leaves_the_petition(self):
		self.as_user("agent@pp.test")
		sent = self.file()
		self.as_user("Administrator")
		row = frappe.db.get_value("Petition", sent.name, "*", as_dict=True)
		self.assertFalse(row.new_petitioner_phone or row.new_petitioner_name or row.agreement_signature)
		self.assertNotIn("13912345678", json.dumps(row, default=str))
		self.assertNotIn("13912345678", json.dumps(sent.as_dict(), default=str))
		self.assertEqual(frappe.db.get_value("Petitioner", row.petitioner, "masked_phone"), "139****5678")

	def test_second_tap_files_nothing(self):
		self.as_user("agent@pp.test")
		key = frappe.generate_hash(length=20)
		first = self.file(client_key=key)
		before = frappe.db.count("Petition")
		frappe.db.savepoint("second_tap")
		try:
			second = self.file(client_key=key)
		except frappe.ValidationError:
			frappe.db.rollback(save_point="second_tap")
		else:
			self.assertEqual(second.name, first.name)
		self.assertEqual(frappe.db.count("Petition"), before)

	def test_photo_instead_of_signature_is_private(self):
		"""Frappe stores what a web form carries as a public file; the paper must not stay one."""
		self.as_user("agent@pp.test")
		photo = "agreement.png," + make.SIGNATURE
		sent = self.file(agreement_signature="", agreement_scan=photo)
		self.as_user("Administrator")
		doc = frappe.get_doc("Petition", sent.name)
		self.assertEqual(doc.workflow_state, lifecycle.REGISTERED)
		scan = frappe.db.get_value("Proxy Agreement", doc.agreement, "signed_scan")
		self.assertTrue(scan.startswith("/private/files/"), scan)
		files = frappe.get_all("File", filters={"file_url": scan}, fields=["is_private"], order_by="creation")
		self.assertTrue(files)
		self.assertTrue(all(file.is_private for file in files))
		papers = [
			["attached_to_doctype", "=", "Petition"],
			["attached_to_name", "=", sent.name],
			["is_private", "=", 0],
		]
		self.assertEqual(frappe.get_all("File", filters=papers, pluck="name"), [])

	def test_nothing_is_filed_without_agreement(self):
		self.as_user("agent@pp.test")
		for missing in ({"agreement_signature": ""}, {"powers_agreed": 0}):
			before = frappe.db.count("Petition")
			frappe.db.savepoint("refused")
			with self.subTest(missing), self.assertRaises(frappe.ValidationError):
				self.file(**missing)
			frappe.db.rollback(save_point="refused")
			self.assertEqual(frappe.db.count("Petition"), before)

	def test_agent_off_duty_cannot_file(self):
		agent = make.make_agent("agent@pp.test")
		agent.db_set("status", "Suspended")
		self.as_user("agent@pp.test")
		with self.assertRaises(frappe.ValidationError):
			self.file()

	def test_agent_cannot_file_as_another_or_skip_steps(self):
		other = make.make_agent("agent2@pp.test")
		self.as_user("agent@pp.test")
		sent = self.file(agent=other.name, workflow_state=lifecycle.CLOSED, handling_unit=make.DEPT_UNIT)
		self.as_user("Administrator")
		doc = frappe.get_doc("Petition", sent.name)
		self.assertNotEqual(doc.agent, other.name)
		self.assertEqual((doc.workflow_state, doc.handling_unit), (lifecycle.REGISTERED, None))

	def test_petitioner_files_alone(self):
		self.as_user("petitioner@pp.test")
		sent = self.send(
			"file-petition",
			village=make.VILLAGE,
			petition_kind="Inquiry",
			subject="办证去哪里",
			content="想问办证去哪里。",
			client_key=frappe.generate_hash(length=20),
		)
		self.as_user("Administrator")
		doc = frappe.get_doc("Petition", sent.name)
		self.assertEqual(
			(doc.workflow_state, doc.petitioner, doc.agent), (lifecycle.REGISTERED, self.petitioner, None)
		)

	def test_guest_and_strangers_are_refused(self):
		self.as_user("Guest")
		with self.assertRaises(frappe.ValidationError):
			self.file()
		self.as_user("leader@pp.test")
		with self.assertRaises((frappe.PermissionError, frappe.ValidationError)):
			self.file()

	def test_sent_record_cannot_be_changed_through_the_form(self):
		self.as_user("agent@pp.test")
		name = self.file().name
		with self.assertRaises(frappe.ValidationError):
			self.file(name=name, content="another story")

	def test_own_list_only(self):
		self.as_user("agent@pp.test")
		mine = self.file().name
		rows = self.list_of("Petition", "file-petition")
		self.assertIn(mine, [row.name for row in rows])
		self.assertEqual(set(rows[0]), set(file_petition.LIST_FIELDS))
		self.as_user("agent2@pp.test")
		self.assertNotIn(mine, [row.name for row in self.list_of("Petition", "file-petition")])
		self.as_user("leader@pp.test")
		self.assertEqual(self.list_of("Petition", "file-petition"), [])

	def list_of(self, doctype, form):
		from frappe.www.list import get_list_data

		with patch.object(frappe.local, "form_dict", frappe._dict()):
			return get_list_data(doctype, web_form_name=form, limit=100)

	def test_page_offers_own_village_first_and_spares_petitioners(self):
		self.as_user("petitioner@pp.test")
		fields, facts = self.page_of("file-petition", file_petition)
		villages = [option["value"] for option in fields["village"].options]
		self.assertEqual((villages[0], facts["own_village"]), (make.VILLAGE, make.VILLAGE))
		self.assertLessEqual({make.VILLAGE, make.VILLAGE_B, make.VILLAGE_2}, set(villages))
		self.assertNotIn(make.TOWN, villages)
		self.assertNotIn("agreement_signature", fields)
		self.assertNotIn("new_petitioner_name", fields)

	def test_agents_are_led_to_their_own_page(self):
		self.as_user("agent@pp.test")
		with self.assertRaises(frappe.Redirect):
			self.page_of("file-petition", file_petition)
		self.assertEqual(frappe.local.flags.redirect_location, "/agent/file")
		frappe.local.flags.pop("redirect_location")
		self.assertIsNone(file_petition.get_context(frappe._dict(is_list=1)))

	def test_a_disguised_paper_is_refused(self):
		"""What Frappe's form carries inside its text goes by the same sniffing as every other upload."""
		self.as_user("agent@pp.test")
		for name, content in (
			("agreement.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
			("agreement.html", b"<script>alert(1)</script>"),
			("agreement.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
		):
			before = frappe.db.count("Petition"), frappe.db.count("File")
			frappe.db.savepoint("refused")
			paper = f"{name},data:image/png;base64,{base64.b64encode(content).decode()}"
			with self.assertRaises(frappe.ValidationError, msg=name):
				self.file(agreement_signature="", agreement_scan=paper)
			frappe.db.rollback(save_point="refused")
			self.assertEqual((frappe.db.count("Petition"), frappe.db.count("File")), before)

	def page_of(self, form, module):
		doc = frappe.get_doc("Web Form", form)
		context = frappe._dict(web_form_doc=doc.as_dict(), is_new=1)
		context.web_form_doc.web_form_fields = [
			frappe._dict(row) for row in context.web_form_doc.web_form_fields
		]
		module.get_context(context)
		fields = {field.fieldname: field for field in context.web_form_doc.web_form_fields}
		return fields, context.web_form_doc.get("page_facts")


class TestRatePetition(WebFormTestCase):
	def served(self, **values):
		return make.make_petition(lifecycle.SERVED, petitioner=self.petitioner, **values).name

	def rate(self, petition, **values):
		sent = {"petition": petition, "rated_party": "Handling Unit", "rating": "Satisfied", **values}
		return self.send("rate-petition", **sent)

	def test_petitioner_rates_own_served_petition(self):
		name = self.served()
		self.as_user("petitioner@pp.test")
		self.assertIn(name, [option["value"] for option in rate_petition.served_petitions()])
		doc = self.rate(name, channel="Counter")
		self.assertEqual(
			(doc.unit, doc.channel, doc.entered_by), (make.DEPT_UNIT, "Portal", "petitioner@pp.test")
		)
		agent = self.rate(name, rated_party="Proxy Agent")
		self.assertTrue(agent.agent)

	def test_dissatisfied_needs_reasons_and_nothing_is_rated_twice(self):
		name = self.served()
		self.as_user("petitioner@pp.test")
		with self.assertRaises(frappe.ValidationError):
			self.rate(name, rating="Dissatisfied")
		self.rate(name, rating="Dissatisfied", reasons="没有人来看过")
		with self.assertRaises(frappe.ValidationError):
			self.rate(name)

	def test_only_served_and_own_petitions(self):
		unserved = make.make_petition(lifecycle.HANDLING, petitioner=self.petitioner).name
		foreign = make.make_petition(lifecycle.SERVED).name
		own_case_of_agent = self.served()
		self.as_user("petitioner@pp.test")
		offered = [option["value"] for option in rate_petition.served_petitions()]
		self.assertNotIn(unserved, offered)
		self.assertNotIn(foreign, offered)
		for name in (unserved, foreign):
			with self.subTest(name), self.assertRaises((frappe.ValidationError, frappe.PermissionError)):
				self.rate(name)
		self.as_user("agent@pp.test")
		self.assertEqual(rate_petition.served_petitions(), [])
		with self.assertRaises((frappe.ValidationError, frappe.PermissionError)):
			self.rate(own_case_of_agent)
