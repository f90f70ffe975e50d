"""What was reached by other doors than lists and forms, each once tried with success: none of it works any more."""

import json

import frappe
from frappe.core.doctype.file.file import File
from frappe.utils import add_days, today

from petition_proxy.api import indicators
from petition_proxy.domain import lifecycle
from petition_proxy.overrides import endpoints as frappe_doors
from petition_proxy.overrides.file import ForeignPaperError, PaperKeptError
from petition_proxy.permissions.endpoints import ClosedEndpointError, names_guarded
from petition_proxy.permissions.side_records import has_side_permission
from petition_proxy.petition_proxy.doctype.handling_unit.handling_unit import OwnMembershipError
from petition_proxy.petition_proxy.doctype.petition.checks import StepError
from petition_proxy.petition_proxy.doctype.petition.intake import UnknownToYouError
from petition_proxy.setup import leftovers
from petition_proxy.tests import factories as f
from petition_proxy.tests import print_cases as p
from petition_proxy.tests.base import AppTestCase

TOWN, TOWN_2, VILLAGE, AGENT = "town@pp.test", "town2@pp.test", "village@pp.test", "agent@pp.test"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class AttackCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()

	def put(self, doctype: str, name: str, **values):
		"""What `PUT /api/resource` does."""
		doc = frappe.get_doc(doctype, name)
		doc.update(values)
		doc.save()
		return doc


class TestStoredRowDecides(AttackCase):
	def test_a_town_takes_no_other_towns_petitioner(self):
		case = f.make_petition(lifecycle.HANDLING)
		before = frappe.db.get_value("Petitioner", case.petitioner, ["village", "town"])
		place = {"village": f.VILLAGE_2, "town": f.TOWN_2, "district": f.DISTRICT}
		self.as_user(TOWN_2)
		self.assertFalse(frappe.has_permission("Petitioner", "read", case.petitioner))
		self.assertRaises(frappe.PermissionError, self.put, "Petitioner", case.petitioner, **place)
		self.assertRaises(frappe.PermissionError, self.put, "Petitioner", case.petitioner, user=TOWN_2)
		self.assertEqual(frappe.db.get_value("Petitioner", case.petitioner, ["village", "town"]), before)

	def test_a_made_up_document_opens_no_stored_one(self):
		case = f.make_petition(lifecycle.HANDLING)
		agreement = case.agreement
		self.as_user(TOWN_2)
		for sent in (
			{"doctype": "Petitioner", "name": case.petitioner, "owner": TOWN_2, "town": f.TOWN_2},
			{"doctype": "Proxy Agreement", "name": agreement, "owner": TOWN_2, "town": f.TOWN_2},
			{"doctype": "Proxy Agent", "name": case.agent, "town": f.TOWN_2, "village": f.VILLAGE_2},
		):
			with self.subTest(doctype=sent["doctype"]):
				self.assertFalse(frappe.get_doc(sent).has_permission("write"))

	def test_no_other_places_point_is_changed(self):
		self.as_user("Administrator")
		point = frappe.get_doc(
			{"doctype": "Service Point", "point_name": "代理点", "village": f.VILLAGE, "phone": "0512-1"}
		).insert()
		self.as_user(TOWN_2)
		self.assertTrue(frappe.has_permission("Service Point", "read", point.name))
		place = {"village": f.VILLAGE_2, "town": f.TOWN_2}
		self.assertRaises(frappe.PermissionError, self.put, "Service Point", point.name, phone="0512-9")
		self.assertRaises(frappe.PermissionError, self.put, "Service Point", point.name, **place)
		self.assertEqual(frappe.db.get_value("Service Point", point.name, "phone"), "0512-1")
		self.as_user(TOWN)
		self.assertEqual(self.put("Service Point", point.name, phone="0512-2").phone, "0512-2")


class TestLinksGiveNoRight(AttackCase):
	def test_a_draft_opens_nobody_that_it_names(self):
		case = f.make_petition(lifecycle.HANDLING)
		agent = f.make_agent("agent2@pp.test", f.VILLAGE_2)
		draft = {"doctype": "Petition", "subject": "路灯", "content": "路灯坏了。", "village": f.VILLAGE_2}
		for user in ("agent2@pp.test", TOWN_2):
			for link in (
				{"petitioner": case.petitioner},
				{"agreement": case.agreement},
			):
				with self.subTest(user=user, link=link):
					self.as_user(user)
					doc = frappe.get_doc({**draft, "filing_channel": "Petition Office Platform", **link})
					self.assertRaises(UnknownToYouError, doc.insert)
		self.as_user("agent2@pp.test")
		paper = {
			"doctype": "Proxy Agreement",
			"petitioner": case.petitioner,
			"agent": agent.name,
			"matter": "路灯",
			"valid_from": today(),
			"valid_to": add_days(today(), 100),
			"signed_on": today(),
		}
		self.assertRaises(UnknownToYouError, frappe.get_doc(paper).insert)
		self.assertFalse(frappe.has_permission("Petitioner", "read", case.petitioner))


class TestPapers(AttackCase):
	def make_paper(self, name: str) -> File:
		self.as_user("Administrator")
		return frappe.get_doc(
			{
				"doctype": "File",
				"file_name": "zhengju.pdf",
				"content": PDF,
				"is_private": 1,
				"attached_to_doctype": "Petition",
				"attached_to_name": name,
			}
		).insert()

	def by_address(self, url: str, **more):
		return frappe.get_doc({"doctype": "File", "file_url": url, "is_private": 1, **more}).insert(
			ignore_permissions=True
		)

	def test_an_address_is_no_right(self):
		paper = self.make_paper(f.make_petition(lifecycle.HANDLING).name)
		outside = "/private/files/../../site_config.json"
		for user in (AGENT, TOWN_2, VILLAGE):
			self.as_user(user)
			addresses = [
				outside,
				"/files/../../site_config.json",
				"/private/files/%2e%2e/%2e%2e/site_config.json",
			]
			if user == TOWN_2:
				addresses.append(paper.file_url)
			for url in addresses:
				with self.subTest(user=user, url=url):
					self.assertRaises(ForeignPaperError, self.by_address, url, file_name=".txt")

	def test_a_paper_is_not_published_nor_moved_nor_taken_away(self):
		case = f.make_petition(lifecycle.HANDLING)
		other = f.make_petition(lifecycle.HANDLING)
		paper = self.make_paper(case.name)
		self.as_user(TOWN)
		self.assertTrue(frappe.has_permission("File", "read", paper.name))
		self.assertFalse(frappe.has_permission("File", "delete", paper.name))
		self.assertRaises(frappe.PermissionError, self.put, "File", paper.name, is_private=0)
		self.assertRaises(frappe.PermissionError, frappe.delete_doc, "File", paper.name)
		file = frappe.get_doc("File", paper.name)
		for change in (
			{"is_private": 0},
			{"attached_to_name": other.name},
			{"file_url": "/private/files/x.pdf"},
		):
			with self.subTest(change):
				file.reload()
				file.update(change)
				self.assertRaises(PaperKeptError, file.save, ignore_permissions=True)

	def test_papers_of_other_towns_are_in_no_list(self):
		paper = self.make_paper(f.make_petition(lifecycle.HANDLING).name)
		self.as_user(TOWN_2)
		self.assertEqual(frappe.get_list("File", {"name": paper.name}), [])
		self.assertFalse(frappe.has_permission("File", "read", paper.name))


class TestEndpoints(AttackCase):
	def called(self, user: str, method: str, **sent):
		"""The gate for one call, as the request meets it."""
		from petition_proxy.permissions.endpoints import check_endpoint

		self.as_user(user)
		request, form = getattr(frappe.local, "request", None), frappe.local.form_dict
		frappe.local.request = frappe._dict(path=f"/api/method/{method}", method="POST", headers={})
		frappe.local.form_dict = frappe._dict(sent)
		try:
			check_endpoint()
		finally:
			frappe.local.request, frappe.local.form_dict = request, form

	def test_the_portal_has_no_desk(self):
		for method in (
			"frappe.desk.form.load.getdoc",
			"frappe.client.get_list",
			"frappe.desk.reportview.get",
			"frappe.utils.print_format.report_to_pdf",
			"run_doc_method",
			"frappe.desk.doctype.kanban_board.kanban_board.update_order",
		):
			with self.subTest(method):
				self.assertRaises(ClosedEndpointError, self.called, AGENT, method)
		self.called(AGENT, "petition_proxy.api.filing.file_petition")
		self.called(AGENT, "frappe.website.doctype.web_form.web_form.accept")
		self.called(TOWN, "frappe.client.get_list")

	def test_marks_on_guarded_records_are_refused(self):
		like = "frappe.desk.like.toggle_like"
		self.assertRaises(
			ClosedEndpointError, self.called, TOWN, like, doctype="Petition", name="X", add="Yes"
		)
		self.called(TOWN, like, doctype="ToDo", name="X", add="Yes")
		self.assertTrue(names_guarded({"a": '[{"doctype": "Petition"}]'}))
		self.assertFalse(names_guarded({"a": '[{"doctype": "ToDo"}]'}))

	def test_no_heatmap_of_guarded_records(self):
		chart = {
			"document_type": "Petition",
			"type": "Heatmap",
			"based_on": "registered_at",
			"filters_json": "[]",
		}
		get = "frappe.desk.doctype.dashboard_chart.dashboard_chart.get"
		self.assertRaises(ClosedEndpointError, self.called, TOWN, get, chart=json.dumps(chart))
		self.assertRaises(ClosedEndpointError, self.called, TOWN, get, chart="{")
		self.called(TOWN, get, chart=json.dumps({**chart, "document_type": "ToDo"}))
		self.called(TOWN, get, chart=json.dumps({**chart, "type": "Line"}))
		self.as_user("Administrator")
		stored = frappe.get_doc({"doctype": "Dashboard Chart", "name": "x heat", **chart})
		stored.db_insert()
		self.assertRaises(ClosedEndpointError, self.called, TOWN, get, chart_name="x heat")

	def test_lists_of_guarded_records_have_no_live_room(self):
		self.as_user(TOWN)
		for doctype in ("Petition", "Petitioner", "Evaluation"):
			self.assertRaises(frappe.PermissionError, frappe_doors.can_subscribe_doctype, doctype)
		self.assertTrue(frappe_doors.can_subscribe_doctype("ToDo"))

	def test_no_agent_asks_for_figures_of_ratings(self):
		f.make_agent()
		self.as_user(AGENT)
		asked = {"from_date": today(), "to_date": today()}
		self.assertRaises(frappe.PermissionError, indicators.get_figures, **asked)
		part = {"code": "Agent Satisfaction", "part": "of", **asked}
		self.assertRaises(frappe.PermissionError, indicators.get_records, **part)

	def test_titles_and_papers_are_for_readers(self):
		case = f.make_petition(lifecycle.HANDLING)
		name = frappe.db.get_value("Petitioner", case.petitioner, "petitioner_name")
		self.as_user(TOWN)
		self.assertEqual(frappe_doors.get_link_title("Petitioner", case.petitioner), name)
		self.as_user(TOWN_2)
		self.assertEqual(frappe_doors.get_link_title("Petitioner", case.petitioner), case.petitioner)
		made_up = {"doctype": "Proxy Agreement", "owner": TOWN_2, "petition": case.name}
		self.assertRaises(
			frappe.DoesNotExistError,
			frappe_doors.get_html_and_style,
			json.dumps(made_up),
			print_format="Closing Report",
		)
		named = {**made_up, "name": case.agreement}
		self.assertRaises(frappe.PermissionError, frappe_doors.get_html_and_style, json.dumps(named))

	def test_a_reports_page_fetches_nothing(self):
		page = (
			'<link href="http://localhost:1/x.css" rel="stylesheet"><link href="/assets/frappe/p.css">'
			'<style>@import "http://x";</style><style>td{color:red}</style>'
			'<iframe src="http://localhost:1/internal"></iframe><img src="http://localhost:1/a.png">'
			'<img src="data:image/png;base64,AA=="><p style="background:u\\72l(http://x)">水费</p>'
		)
		drawn = frappe_doors.without_fetches(page)
		for gone in ("localhost", "http://x", "iframe", "@import"):
			self.assertNotIn(gone, drawn)
		for kept in ("/assets/frappe/p.css", "td{color:red}", "data:image/png", "水费"):
			self.assertIn(kept, drawn)

	def test_rows_of_tables_follow_their_record(self):
		case = p.make_full_petition(lifecycle.HANDLING)
		letter = frappe.new_doc("Opinion Letter").update({"petition": case.name, "name": "YJ-ATTACK"})
		letter.db_insert()
		row = frappe.new_doc("Opinion Item", parent_doc=letter, parentfield="items")
		row.update({"name": "YJ-ATTACK-1", "request_item": "请疏通排水", "idx": 1, "parent": letter.name})
		row.db_insert()
		found = {}
		for user in (TOWN, TOWN_2):
			self.as_user(user)
			found[user] = frappe.get_list(
				"Opinion Item", {"name": row.name}, pluck="name", parent_doctype="Opinion Letter"
			)
		self.assertEqual(found, {TOWN: [row.name], TOWN_2: []})


class TestTextsStayTexts(AttackCase):
	def test_an_open_tag_is_no_tag(self):
		from petition_proxy.utils.texts import clean

		for sent, kept in (
			("<img src=x onerror=alert(41) ", "＜img src=x onerror=alert(41) "),
			("水费 < 5 元，> 3 元", "水费 < 5 元，> 3 元"),
			("</p><!-- ", "＜/p>＜!-- "),
		):
			self.assertEqual(clean(sent), kept)


class TestBesideRecords(AttackCase):
	def test_remarks_versions_and_what_was_deleted_are_read_with_their_record(self):
		case = f.make_petition(lifecycle.HANDLING)
		remark = frappe.get_doc("Petition", case.name).add_comment("Comment", "内部意见")
		made = {
			"Comment": remark.name,
			"Version": self.stored("Version", ref_doctype="Petition", docname=case.name, data="{}"),
			"Deleted Document": self.stored("Deleted Document", deleted_doctype="Petition", data="{}"),
		}
		self.give_roles("nobody@pp.test", "System Manager")
		for user in (TOWN_2, "nobody@pp.test"):
			self.as_user(user)
			for doctype, name in made.items():
				with self.subTest(user=user, doctype=doctype):
					self.assertFalse(frappe.has_permission(doctype, "read", name))
					if frappe.has_permission(doctype, "read"):
						self.assertEqual(frappe.get_list(doctype, {"name": name}), [])
		self.as_user(TOWN)
		self.assertTrue(has_side_permission(frappe.get_doc("Comment", remark.name)))

	def test_saved_filters_reports_and_notices_are_their_owners(self):
		self.as_user("office@pp.test")
		own = {
			"List Filter": frappe.get_doc(
				{
					"doctype": "List Filter",
					"filter_name": "x",
					"reference_doctype": "Petition",
					"for_user": "office@pp.test",
					"filters": '[["Petition","petitioner_name","=","测试甲"]]',
				}
			)
			.insert(ignore_permissions=True)
			.name,
			"Notification Log": self.stored("Notification Log", for_user="office@pp.test", subject="x"),
			"Report": self.stored(
				"Report",
				report_name="x",
				ref_doctype="Petition",
				report_type="Report Builder",
				is_standard="No",
				owner="office@pp.test",
			),
		}
		for user, is_open in (("office@pp.test", True), (VILLAGE, False)):
			self.as_user(user)
			for doctype, name in own.items():
				with self.subTest(user=user, doctype=doctype):
					doc = frappe.get_doc(doctype, name)
					rule = frappe.get_attr(frappe.get_hooks("has_permission")[doctype][-1])
					self.assertEqual(rule(doc), is_open)
					if frappe.has_permission(doctype, "read"):
						self.assertEqual(bool(frappe.get_list(doctype, {"name": name})), is_open)

	def stored(self, doctype: str, **values) -> str:
		doc = frappe.get_doc({"doctype": doctype, "name": frappe.generate_hash(length=10), **values})
		doc.db_insert()
		return doc.name


class TestWhatDecidesWhoSees(AttackCase):
	def test_the_handling_unit_leaves_the_petitioners_side_alone(self):
		case = f.make_petition(lifecycle.HANDLING, wants_secrecy=1)
		self.as_user("dept@pp.test")
		for change in (
			{"wants_secrecy": 0},
			{"accused_name": "某单位"},
			{"address_text": "别处"},
			{"purpose": "Complaint"},
		):
			with self.subTest(change):
				doc = frappe.get_doc("Petition", case.name)
				doc.update(change)
				self.assertRaises(StepError, doc.save)
		self.assertEqual(frappe.db.get_value("Petition", case.name, "wants_secrecy"), 1)

	def test_nobody_sets_membership_of_the_own_unit(self):
		self.as_user("office@pp.test")
		office = frappe.db.get_value("Handling Unit", {"unit_type": "Petition Office", "head": ("is", "set")})
		office = office or frappe.db.get_value("Handling Unit", {"unit_type": "Petition Office"})
		own = frappe.get_doc("Handling Unit", office)
		own.members = [row for row in own.members if row.user != "office@pp.test"]
		own.head = "clerk@pp.test"
		self.assertRaises(OwnMembershipError, own.save)
		other = frappe.get_doc("Handling Unit", f.DEPT_UNIT)
		other.append("members", {"user": "office@pp.test"})
		self.assertRaises(OwnMembershipError, other.save)
		other = frappe.get_doc("Handling Unit", f.DEPT_UNIT)
		other.append("members", {"user": "clerk@pp.test"})
		other.save()


class TestNothingIsLeftBehind(AttackCase):
	def test_uninstalling_takes_what_stands_beside_the_records(self):
		case = f.make_petition(lifecycle.HANDLING)
		doc = frappe.get_doc("Petition", case.name)
		doc.add_comment("Comment", "备注")
		frappe.get_doc(
			{
				"doctype": "File",
				"file_name": "zhengju.pdf",
				"content": PDF,
				"is_private": 1,
				"attached_to_doctype": "Petition",
				"attached_to_name": case.name,
			}
		).insert()
		kept = frappe.get_doc({"doctype": "ToDo", "description": "x"}).insert()
		kept.add_comment("Comment", "bleibt")
		self.assertLessEqual({"Comment", "File"}, set(leftovers.remove_leftovers()))
		self.assertEqual(leftovers.count_leftovers(), {})
		self.assertEqual(self.naming_ours(), [])
		self.assertTrue(frappe.db.exists("Comment", {"reference_name": kept.name}))

	def naming_ours(self) -> list[str]:
		"""Tables of Frappe's with rows that stand beside a record of this app, found by their columns."""
		own, found = leftovers.own_doctypes(), []
		links = frappe.get_all(
			"DocField",
			{"fieldtype": "Dynamic Link", "parent": ("not in", own)},
			["parent", "options"],
			order_by="parent",
		)
		for link in links:
			meta = frappe.get_meta(link.parent)
			if meta.issingle or meta.is_virtual or meta.istable or meta.module in ("Desk", "Workflow"):
				continue  # workspaces, actions and charts are standard documents, which the uninstaller takes
			if frappe.db.has_column(link.parent, link.options) and frappe.db.count(
				link.parent, {link.options: ("in", own)}
			):
				found.append(link.parent)
		return found
