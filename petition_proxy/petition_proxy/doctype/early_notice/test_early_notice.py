"""Early notices: few readers, every opening on record, and no power over anybody's petition."""

import json
from pathlib import Path

import frappe
from frappe.desk.form.load import getdoc
from frappe.desk.search import search_link
from frappe.utils import add_days, today

from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.early_notice.early_notice import EarlyNoticeError
from petition_proxy.tests import around_cases as a
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.append_only import AppendOnlyError

WORD = "缴费点撤走"


class NoticeTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		frappe.local.petition_proxy_opened = None
		self.as_user("village@pp.test")
		self.notice = a.make_notice()
		self.as_user("Administrator")

	def as_user(self, user):
		super().as_user(user)
		frappe.local.petition_proxy_opened = None

	def sees(self, user: str) -> bool:
		self.as_user(user)
		try:
			by_list = self.notice.name in frappe.get_list("Early Notice", pluck="name", order_by="name")
		except frappe.PermissionError:
			by_list = False
		by_doc = bool(frappe.get_doc("Early Notice", self.notice.name).has_permission("read"))
		self.assertEqual(by_list, by_doc, user)
		self.as_user("Administrator")
		return by_list


class TestReaders(NoticeTestCase):
	def test_writer_petition_office_and_town_of_the_place_read_and_nobody_else(self):
		seen = {user for user in f.USERS if self.sees(user)}
		self.assertEqual(seen, {"village@pp.test", "town@pp.test", "office@pp.test"})
		self.assertFalse(self.sees(f.MANAGER))

	def test_named_reader_and_head_of_the_responsible_unit_read(self):
		self.notice.reload()
		self.notice.append("readers", {"user": "leader@pp.test"})
		self.notice.append("readers", {"user": "leader@pp.test"})
		self.notice.responsible_unit = f.DEPT_UNIT
		self.notice.save()
		self.assertEqual([row.user for row in self.notice.readers], ["leader@pp.test", "head@pp.test"])
		for user, expected in (("leader@pp.test", True), ("head@pp.test", True), ("dept@pp.test", False)):
			self.assertEqual(self.sees(user), expected, user)

	def test_other_village_of_the_town_and_another_agent_see_nothing(self):
		f.make_agent("agent2@pp.test", f.VILLAGE)
		for user in ("agent2@pp.test", "town2@pp.test", "clerk@pp.test"):
			self.as_user(user)
			if user != "clerk@pp.test":
				self.assertEqual([r["value"] for r in search_link("Early Notice", WORD)], [], user)
			self.assertFalse(frappe.get_doc("Early Notice", self.notice.name).has_permission("read"), user)

	def test_readers_of_a_notice_are_not_listed(self):
		self.notice.append("readers", {"user": "leader@pp.test"})
		self.notice.save()
		for user in ("town2@pp.test", "dept@pp.test"):
			self.as_user(user)
			self.assertEqual(
				frappe.get_list("Early Notice Reader", parent_doctype="Early Notice", order_by="name"), []
			)

	def test_accused_of_the_linked_case_never_reads(self):
		doc = a.make_direct(petition_kind="Report and Accusation", accused_unit=f.TOWN_UNIT)
		self.as_user("office@pp.test")
		self.notice = a.make_notice(petition=doc.name, source="Petition Office")
		self.assertFalse(self.sees("town@pp.test"))
		self.assertTrue(self.sees("office@pp.test"))
		self.notice.reload()
		self.notice.append("readers", {"user": "town@pp.test"})
		self.assertRaises(EarlyNoticeError, self.notice.save)

	def test_a_case_out_of_scope_cannot_be_linked(self):
		doc = a.make_direct(village=f.VILLAGE_2)
		self.as_user("town@pp.test")
		self.assertRaises(frappe.PermissionError, a.make_notice, petition=doc.name)

	def test_who_writes(self):
		f.make_agent()
		self.as_user("agent@pp.test")
		self.assertTrue(a.make_notice(source="Agent").name)
		for user in ("leader@pp.test", "auditor@pp.test", "clerk@pp.test", "petitioner@pp.test"):
			self.as_user(user)
			self.assertRaises(frappe.PermissionError, a.make_notice)

	def test_no_role_deletes_exports_or_reports(self):
		for perm in frappe.get_meta("Early Notice").permissions:
			self.assertFalse(perm.delete or perm.export or perm.report or perm.share, perm.role)
		self.assertRaises(AppendOnlyError, self.notice.delete)


class TestOpenings(NoticeTestCase):
	def records(self) -> list:
		return frappe.get_all(
			"Access Record", {"document": self.notice.name}, pluck="user", order_by="at asc, creation asc"
		)

	def test_opening_by_somebody_else_is_on_record_and_kept_though_reading_is_a_get(self):
		self.as_user("town@pp.test")
		frappe.local.flags.commit = False
		getdoc("Early Notice", self.notice.name)
		self.assertEqual(self.records(), ["town@pp.test"])
		self.assertTrue(frappe.local.flags.commit)
		frappe.local.flags.commit = False
		self.as_user("office@pp.test")
		frappe.client.get("Early Notice", self.notice.name)
		self.assertEqual(self.records(), ["town@pp.test", "office@pp.test"])
		frappe.local.flags.commit = False

	def test_the_writer_s_own_look_leaves_none_and_a_refused_one_neither(self):
		self.as_user("village@pp.test")
		getdoc("Early Notice", self.notice.name)
		self.as_user("town2@pp.test")
		self.assertRaises(frappe.PermissionError, getdoc, "Early Notice", self.notice.name)
		self.assertEqual(self.records(), [])

	def test_auditor_sees_that_it_was_read_and_not_what_it_says(self):
		self.as_user("town@pp.test")
		getdoc("Early Notice", self.notice.name)
		frappe.local.flags.commit = False
		self.as_user("auditor@pp.test")
		rows = frappe.get_list(
			"Access Record", fields=["user", "field"], filters={"document": self.notice.name}, order_by="at"
		)
		self.assertEqual([(row.user, row.field) for row in rows], [("town@pp.test", "opened")])
		self.assertRaises(frappe.PermissionError, getdoc, "Early Notice", self.notice.name)


class TestNoPower(NoticeTestCase):
	"""Regulation on Petition Work art. 18: no reprisal. A notice stops nobody from petitioning."""

	def test_a_person_named_in_a_notice_files_as_anyone(self):
		petitioner = f.make_petitioner("袁大爷", phone="13812345678").name
		first = a.make_direct(petitioner=petitioner)
		a.make_notice(
			matter="袁大爷说要去市里",
			unmet_demand="袁大爷的补偿款",
			petition=first.name,
			urgency="Very Urgent",
			signal_kind="Repeat Visit",
		)
		named = f.make_petition(lifecycle.REGISTERED, petitioner=petitioner, content=a.LAND)
		other = f.make_petition(lifecycle.REGISTERED, content=a.LAND)
		self.assertEqual(named.workflow_state, other.workflow_state)
		self.assertEqual(named.queue_key[:2], other.queue_key[:2])
		self.assertEqual(named.notice_due_at, other.notice_due_at)

	def test_nothing_of_a_person_or_a_petition_points_at_notices(self):
		for doctype in ("Petition", "Petitioner", "Proxy Agreement", "Proxy Agent", "Petition Assignment"):
			links = {df.options for df in frappe.get_meta(doctype).fields}
			self.assertFalse(links & {"Early Notice", "Early Notice Reader"}, doctype)
		for df in frappe.get_meta("Early Notice").fields:
			self.assertNotIn(df.options, ("Petitioner", "Petition Member"), df.fieldname)
		folder = Path(frappe.get_app_path("petition_proxy", "petition_proxy", "doctype", "petition"))
		for path in folder.glob("*.py"):
			self.assertNotIn(
				"early_notice", path.read_text(encoding="utf-8").lower().replace(" ", "_"), path.name
			)


class TestRules(NoticeTestCase):
	def test_closing_asks_for_the_outcome_and_notes_the_day(self):
		self.notice.reload()
		self.notice.status = "Settled"
		self.assertRaises(EarlyNoticeError, self.notice.save)
		self.notice.reload()
		self.notice.status = "Settled"
		self.notice.outcome = "社区设了缴费点"
		self.notice.save()
		self.assertEqual(str(self.notice.closed_on), today())

	def test_no_day_to_come(self):
		self.assertRaises(EarlyNoticeError, a.make_notice, noticed_on=add_days(today(), 1))

	def test_number_and_place(self):
		self.assertTrue(self.notice.name.startswith("MT-990199-"))
		self.assertEqual((self.notice.town, self.notice.district), (f.TOWN, f.DISTRICT))
		self.assertNotIn(WORD, json.dumps(self.notice.name))
