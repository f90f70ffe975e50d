"""Collective petitions: headcount, list, at most five representatives; phones that nobody reads by the way."""

import json

import frappe
from frappe.utils.global_search import search, sync_global_search

from petition_proxy.api import members as api
from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.petition.members import MembersError
from petition_proxy.tests import around_cases as a
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.identity import IdentityError

PHONE = "13812345678"


def people(count: int, representatives: int = 0) -> list[dict]:
	return [
		{"member_name": f"村民{n:04d}", "is_representative": int(n < representatives)} for n in range(count)
	]


class CollectiveTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()

	def rows(self, doc) -> list:
		return frappe.get_all(
			"Petition Member",
			filters={"parent": doc.name},
			fields=[
				"name",
				"member_name",
				"member_phone",
				"masked_phone",
				"is_representative",
				"added_reason",
			],
			order_by="idx asc",
		)


class TestInvariant7(CollectiveTestCase):
	"""Invariant 7: at most five representatives, any number of members; headcount and list are both kept."""

	def test_invariant_7_five_representatives_and_any_number_of_members(self):
		doc = a.make_direct(members=people(60, 5), headcount=300)
		doc.reload()
		self.assertEqual((len(self.rows(doc)), doc.headcount), (60, 300))
		self.assertEqual(sum(row.is_representative for row in self.rows(doc)), 5)
		self.assertEqual((doc.is_collective, doc.is_collective_visit), (1, 1))

	def test_invariant_7_a_sixth_representative_is_refused_by_every_door(self):
		self.assertRaises(MembersError, a.make_direct, members=people(8, 6))
		doc = a.make_direct(lifecycle.DRAFT, members=people(8, 5))
		doc.members[7].is_representative = 1
		self.assertRaises(MembersError, doc.save)
		as_rest = {**frappe.get_doc("Petition", doc.name).as_dict()}
		as_rest["members"][6]["is_representative"] = 1
		self.assertRaises(MembersError, frappe.client.save, frappe.as_json(as_rest))

	def test_invariant_7_a_setting_cannot_ask_for_more_than_the_law_allows(self):
		settings = frappe.get_single("Petition Proxy Settings")
		settings.most_representatives = 9
		self.assertRaises(frappe.ValidationError, settings.save)
		frappe.db.set_single_value("Petition Proxy Settings", "most_representatives", 9)
		self.assertRaises(MembersError, a.make_direct, members=people(8, 6))

	def test_invariant_7_no_more_names_than_people(self):
		self.assertRaises(MembersError, a.make_direct, members=people(8), headcount=7)

	def test_collective_visit_begins_at_five_people(self):
		four = a.make_direct(lifecycle.DRAFT, is_collective=1, headcount=4)
		five = a.make_direct(lifecycle.DRAFT, is_collective=1, headcount=5)
		self.assertEqual((four.is_collective_visit, five.is_collective_visit), (0, 1))
		alone = a.make_direct(lifecycle.DRAFT, headcount=9)
		self.assertEqual((alone.headcount, alone.is_collective_visit), (0, 0))


class TestList(CollectiveTestCase):
	def test_list_stands_once_filed(self):
		doc = a.make_direct(members=people(6, 2), headcount=10)
		for change in (
			lambda d: d.members.pop(),
			lambda d: d.append("members", {"member_name": "后来的"}),
			lambda d: d.members[0].set("member_name", "改名"),
			lambda d: d.members[5].set("is_representative", 1),
			lambda d: d.members[0].set("member_phone", PHONE),
			lambda d: d.set("headcount", 11),
			lambda d: d.set("is_collective", 0),
		):
			fresh = frappe.get_doc("Petition", doc.name)
			change(fresh)
			self.assertRaises(MembersError, fresh.save)
		self.assertEqual(len(self.rows(doc)), 6)

	def test_steps_of_a_case_with_a_long_list_do_not_write_the_list_again(self):
		doc = a.make_direct(members=people(80))

		def questions() -> int:
			return int(frappe.db.sql("show session status like 'Questions'")[0][1])

		short = a.make_direct()
		counts = []
		for one in (short, doc):
			fresh = frappe.get_doc("Petition", one.name)
			before = questions()
			f.walk(fresh, "Assign")
			counts.append(questions() - before)
		self.assertLess(counts[1] - counts[0], 8, counts)
		self.assertEqual(len(self.rows(doc)), 80)

	def test_pasted_list_is_added_to_a_draft(self):
		doc = a.make_direct(lifecycle.DRAFT, members=people(2))
		self.assertEqual(api.add_members(doc.name, f"王五，{PHONE}\n赵六\n村民0000\n\n赵六"), 2)
		rows = self.rows(doc)
		self.assertEqual([row.member_name for row in rows], ["村民0000", "村民0001", "王五", "赵六"])
		self.assertEqual(rows[2].masked_phone, "138****5678")
		doc.reload()
		self.assertEqual((doc.headcount, doc.is_collective), (4, 1))
		f.walk(doc, "File")
		self.assertEqual(len(self.rows(doc)), 4)
		self.assertRaises(MembersError, api.add_members, doc.name, "王五，" + PHONE, "重复")

	def test_adding_after_filing_needs_a_reason_and_is_on_the_timeline(self):
		doc = a.make_direct(members=people(5), headcount=40)
		self.as_user("town@pp.test")
		self.assertRaises(MembersError, api.add_members, doc.name, "后来的")
		self.assertEqual(api.add_members(doc.name, "后来的", "名单漏写一人"), 1)
		row = self.rows(doc)[-1]
		self.assertEqual((row.member_name, row.added_reason), ("后来的", "名单漏写一人"))
		doc.reload()
		self.assertEqual(doc.headcount, 40)
		event = frappe.get_last_doc("Petition Event", {"petition": doc.name, "event": "Add Members"})
		self.assertIn("名单漏写一人", event.note)

	def test_a_form_opened_before_people_were_added_cannot_drop_them(self):
		doc = a.make_direct(members=people(5))
		stale = frappe.get_doc("Petition", doc.name)
		api.add_members(doc.name, "后来的", "漏写")
		stale.address_text = "改"
		self.assertRaises(frappe.ValidationError, stale.save)
		self.assertEqual(len(self.rows(doc)), 6)

	def test_bad_lists_are_refused_with_their_line(self):
		doc = a.make_direct(lifecycle.DRAFT)
		with self.assertRaisesRegex(MembersError, "2"):
			api.add_members(doc.name, "林婆婆\n" + PHONE)
		self.assertRaises(IdentityError, api.add_members, doc.name, "林婆婆,12")
		self.assertEqual(self.rows(doc), [])

	def test_who_may_add(self):
		doc = f.make_petition(lifecycle.ASSIGNED)
		for user in ("dept@pp.test", "leader@pp.test", "auditor@pp.test", "town2@pp.test", "agent2@pp.test"):
			self.as_user(user)
			with self.assertRaises((frappe.PermissionError, MembersError), msg=user):
				api.add_members(doc.name, "某人", "看看")
		self.as_user("agent@pp.test")
		self.assertEqual(api.add_members(doc.name, "某人", "一起的"), 1)

	def test_nobody_is_added_to_an_ended_case(self):
		doc = a.make_direct(lifecycle.CLOSED)
		self.assertRaises(MembersError, api.add_members, doc.name, "某人", "晚了")


class TestPhones(CollectiveTestCase):
	def setUp(self):
		super().setUp()
		doc = a.make_direct(
			lifecycle.DRAFT, members=[{"member_name": "王五", "member_phone": "138 1234 5678"}], headcount=7
		)
		doc.members[0].is_representative = 1
		doc.save()  # a version of the change
		self.doc = frappe.get_doc("Petition", doc.name)

	def test_no_table_holds_a_plain_number(self):
		for doctype in ("Petition", "Petition Member", "Version", "Petition Event"):
			for row in frappe.db.sql(f"select * from `tab{doctype}`", as_list=True):
				self.assertNotIn(PHONE, " ".join(map(str, row)), doctype)

	def test_no_form_list_export_or_search_shows_a_number(self):
		sync_global_search()
		for user in ("town@pp.test", "office@pp.test", "village@pp.test", "leader@pp.test"):
			self.as_user(user)
			shown = [frappe.client.get("Petition", self.doc.name)]
			shown += frappe.get_list(
				"Petition",
				fields=["name", "members.member_name", "members.member_phone", "members.masked_phone"],
				filters={"name": self.doc.name},
				order_by="name",
			)
			shown += frappe.get_list(
				"Petition Member",
				parent_doctype="Petition",
				fields=["member_name", "member_phone", "masked_phone"],
				order_by="name",
			)
			text = json.dumps(shown, default=str) + json.dumps(search(PHONE), default=str)
			self.assertNotIn(PHONE, text, user)
			self.assertIn("138****5678", text, user)

	def test_a_client_plants_neither_masks_nor_hashes(self):
		self.doc.members[0].masked_phone = "110"
		self.doc.members[0].phone_hash = "x"
		self.doc.members[0].sealed_phone = "y"
		self.doc.append("members", {"member_name": "赵六", "masked_phone": "110", "phone_hash": "z"})
		self.doc.save()
		self.assertEqual([row.masked_phone for row in self.rows(self.doc)], ["138****5678", None])

	def test_rows_of_a_petition_are_listed_to_who_sees_the_petition(self):
		for user, seen in (
			("town@pp.test", 1),
			("town2@pp.test", 0),
			("dept2@pp.test", 0),
			("nobody@pp.test", 0),
		):
			self.as_user(user)
			rows = frappe.get_list("Petition Member", parent_doctype="Petition", order_by="name")
			self.assertEqual(len(rows), seen, user)

	def test_the_one_way_back_asks_why_and_is_on_record(self):
		member = self.doc.members[0].name
		self.as_user("town@pp.test")
		self.assertRaises(MembersError, api.show_phone, self.doc.name, member, "看")
		self.assertRaises(MembersError, api.show_phone, self.doc.name, "none", "通知开会时间")
		self.assertEqual(api.show_phone(self.doc.name, member, "通知开会时间"), PHONE)
		record = frappe.get_last_doc("Access Record", {"document": self.doc.name})
		self.assertEqual((record.user, record.reason), ("town@pp.test", "通知开会时间"))
		for user in ("leader@pp.test", "auditor@pp.test", "town2@pp.test"):
			self.as_user(user)
			self.assertRaises(frappe.PermissionError, api.show_phone, self.doc.name, member, "只是看看")
