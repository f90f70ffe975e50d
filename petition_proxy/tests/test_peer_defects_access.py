"""Defects of other grievance systems that concern access, each as a test that this one does not have it.

The numbers are those of the study of peers: eGRM 6, 7, 8 and 12, OAN a, and the drift of list and document rules in
Helpdesk.
"""

import importlib
import inspect
import pkgutil

import frappe
from frappe.client import insert, save, set_value
from frappe.handler import run_doc_method

import petition_proxy.api
from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.region.region import placed_doctypes
from petition_proxy.tests import around_cases as a
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase

MODULE = "Petition Proxy"
# How the names of functions begin that only read.
READING_NAMES = (
	*(
		"get_",
		"list_",
		"find_",
		"search",
		"count_",
		"what_",
		"to_be_",
		"download_",
		"suggest",
		"hint",
		"nearby",
		"outbox_",
		"undelivered",
	),
	*("free_", "late_", "open_cases", "available", "petition_path", "sweep_", "coverage_map", "recruit"),
	*(
		"routing_points",
		"sole_agents",
		"closed_fields",
		"unit_children",
		"indicator_now",
		"export_data",
		"export_query",
		"export_list",
		"export_report",
	),
)
REFUSALS = (frappe.PermissionError, frappe.ValidationError)


def own_doctypes() -> list[str]:
	return frappe.get_all("DocType", {"module": MODULE}, pluck="name", order_by="name")


def api_functions():
	for info in pkgutil.iter_modules(petition_proxy.api.__path__):
		module = importlib.import_module(f"petition_proxy.api.{info.name}")
		for name, function in inspect.getmembers(module, inspect.isfunction):
			if function.__module__ == module.__name__ and function in frappe.whitelisted:
				yield f"{info.name}.{name}", function


class AccessTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()


class TestEgrm6(AccessTestCase):
	"""eGRM 6: whitelisted document methods that save with ignore_permissions on a document the client made up."""

	def test_egrm_6_no_document_method_is_open_to_clients(self):
		for doctype in own_doctypes():
			controller = frappe.get_meta(doctype).name and frappe.model.base_document.get_controller(doctype)
			for name, method in vars(controller).items():
				self.assertFalse(callable(method) and method in frappe.whitelisted, f"{doctype}.{name}")

	def test_egrm_6_a_made_up_document_opens_nothing(self):
		doc = a.make_direct(village=f.VILLAGE_2)
		self.as_user("town@pp.test")
		forged = {**frappe.get_doc("Petition", doc.name).as_dict(), "town": f.TOWN, "village": f.VILLAGE}
		frappe.local.request = frappe._dict(method="POST")
		self.addCleanup(delattr, frappe.local, "request")
		for method in ("file_now", "set_queue", "add_comment", "db_set"):
			with self.assertRaises(REFUSALS, msg=method):
				run_doc_method(method, docs=frappe.as_json(forged), args="{}")

	def test_egrm_6_what_changes_something_is_no_get(self):
		acts = 0
		for name, function in api_functions():
			verbs = frappe.allowed_http_methods_for_whitelisted_func[function]
			if not name.split(".")[1].startswith(READING_NAMES):
				acts += 1
				self.assertNotIn("GET", verbs, f"{name}: let it take POST alone, or name it as what it reads")
		self.assertGreater(acts, 50)


class TestEgrm7(AccessTestCase):
	"""eGRM 7: field by field writes without the record's rules, access judged by what the payload says."""

	def test_egrm_7_a_place_in_the_payload_gives_no_access(self):
		doc = a.make_direct(lifecycle.DRAFT, village=f.VILLAGE_2)
		stored = frappe.get_doc("Petition", doc.name).as_dict()
		self.as_user("town@pp.test")
		payload = {**stored, "village": f.VILLAGE, "town": f.TOWN, "address_text": "改"}
		self.assertRaises(frappe.PermissionError, save, frappe.as_json(payload))
		for doctype, make in (
			("Common Issue", lambda: a.make_issue(category=a.make_category("甲类").name, region=f.TOWN_2)),
			("Early Notice", lambda: a.make_notice(region=f.VILLAGE_2)),
			("Video Reception", lambda: a.make_reception(f.make_petitioner("乙", village=f.VILLAGE_2).name)),
		):
			self.as_user("Administrator")
			stored = make().as_dict()
			self.as_user("town@pp.test")
			payload = {
				**stored,
				"region": f.TOWN,
				"village": f.VILLAGE,
				"town": f.TOWN,
				"owner": "town@pp.test",
			}
			with self.assertRaises(frappe.PermissionError, msg=doctype):
				save(frappe.as_json(payload))

	def test_egrm_7_single_values_go_through_the_record_s_rules(self):
		doc = a.make_direct()
		issue = a.make_issue(category=a.make_category("甲类").name)
		reception = a.make_reception(doc.petitioner)
		self.as_user("town@pp.test")
		for doctype, name, fieldname, value in (
			("Petition", doc.name, "is_repeat", 1),
			("Petition", doc.name, "main_petition", doc.name),
			("Petition", doc.name, "is_collective_visit", 1),
			("Common Issue", issue.name, "status", "Closed"),
			("Common Issue", issue.name, "case_count", 9),
			("Video Reception", reception.name, "status", "Held"),
			("Video Reception", reception.name, "host", "town@pp.test"),
		):
			before = frappe.db.get_value(doctype, name, fieldname)
			set_value(doctype, name, fieldname, value)
			self.assertEqual(frappe.db.get_value(doctype, name, fieldname), before, (doctype, fieldname))

	def test_egrm_7_rows_of_a_petition_are_not_added_past_it(self):
		doc = a.make_direct()
		row = {
			"doctype": "Petition Member",
			"parent": doc.name,
			"parenttype": "Petition",
			"parentfield": "members",
			"member_name": "混进来的",
		}
		for user in ("town2@pp.test", "town@pp.test", "nobody@pp.test"):
			self.as_user(user)
			self.assertRaises(REFUSALS, insert, frappe.as_json(row))
		self.assertEqual(frappe.db.count("Petition Member", {"parent": doc.name}), 0)

	def test_egrm_7_records_written_by_acts_are_written_by_nobody_else(self):
		doc = a.make_direct()
		issue = a.make_issue(category=a.make_category("甲类").name)
		rows = (
			{"doctype": "Repeat Candidate", "petition": doc.name, "other_petition": doc.name},
			{"doctype": "Common Issue Case", "petition": doc.name, "common_issue": issue.name},
			{
				"doctype": "Petition Event",
				"petition": doc.name,
				"event": "Close",
				"happened_at": "2026-01-01",
			},
		)
		for user in ("town@pp.test", "office@pp.test", "dept@pp.test", "agent@pp.test"):
			self.as_user(user)
			for row in rows:
				self.assertRaises(frappe.PermissionError, insert, frappe.as_json(row))


class TestEgrm8(AccessTestCase):
	"""eGRM 8: what is open to guests answers about cases by a short consecutive number. Nothing around a case is."""

	def test_egrm_8_no_record_around_a_case_answers_a_guest(self):
		doc = a.make_direct()
		for name in ("repeats", "members", "common_issues", "receptions"):
			module = importlib.import_module(f"petition_proxy.api.{name}")
			for _name, function in inspect.getmembers(module, inspect.isfunction):
				self.assertNotIn(function, frappe.guest_methods)
		self.as_user("Guest")
		for doctype in own_doctypes():
			if frappe.get_meta(doctype).istable or frappe.get_meta(doctype).issingle:
				continue
			self.assertFalse(frappe.has_permission(doctype, "read"), doctype)
		self.assertFalse(frappe.get_doc("Petition", doc.name).has_permission("read"))

	def test_egrm_8_numbers_and_names_are_no_key(self):
		"""Who knows the number of a case sees no more of it; the code on the slip is long and random."""
		docs = [a.make_direct() for _n in range(2)]
		codes = {frappe.db.get_value("Petition", doc.name, "query_code") for doc in docs}
		self.assertEqual(len(codes), 2)
		self.assertTrue(all(len(code) >= 16 for code in codes))
		self.as_user("town2@pp.test")
		self.assertRaises(frappe.PermissionError, frappe.client.get, "Petition", docs[0].name)


class TestEgrm12(AccessTestCase):
	"""eGRM 12: permissions hang on a copied path that a moved place leaves behind; one role passes every rule.
	OAN a: the same with a copied tree position."""

	def test_egrm_12_and_oan_a_every_record_with_a_place_moves_with_it(self):
		for column in ("town", "village"):
			expected = {
				doctype
				for doctype in own_doctypes()
				if doctype not in ("Region", "Petition Proxy Settings")
				and {column, "district"} <= {df.fieldname for df in frappe.get_meta(doctype).fields}
			}
			self.assertEqual(set(placed_doctypes(column)), expected)
			self.assertGreater(len(expected), 5)

	def test_egrm_12_and_oan_a_a_moved_village_is_seen_by_its_new_town_alone(self):
		doc = a.make_direct()
		category = a.make_category("甲类").name
		records = [
			doc,
			a.make_notice(),
			a.make_reception(doc.petitioner, petition=doc.name),
			frappe.get_last_doc("Petition Event", {"petition": doc.name}),
		]
		issue = a.make_issue(category=category)
		village = frappe.get_doc("Region", f.VILLAGE)
		village.parent_region = f.TOWN_2
		village.save()
		for user, expected in (("town@pp.test", False), ("town2@pp.test", True)):
			self.as_user(user)
			for record in records:
				listed = frappe.get_list(record.doctype, pluck="name", order_by="name")
				self.assertEqual(record.name in listed, expected, (user, record.doctype))
				fresh = frappe.get_doc(record.doctype, record.name)
				self.assertEqual(bool(fresh.has_permission("read")), expected, (user, record.doctype))
			self.assertEqual(bool(issue.has_permission("read")), not expected, user)  # the town's own

	def test_egrm_12_no_role_alone_opens_a_case(self):
		doc = a.make_direct()
		a.make_notice()
		a.make_issue(category=a.make_category("甲类").name)
		a.make_reception(doc.petitioner, petition=doc.name)
		user = f.make_user("allroles@pp.test", lifecycle.ROLES).name
		for doctype in ("Petition", "Petition Event", "Early Notice", "Common Issue", "Video Reception"):
			self.as_user("Administrator")
			self.assertTrue(frappe.get_list(doctype, order_by="name", limit=1), doctype)
			self.as_user(user)
			self.assertEqual(frappe.get_list(doctype, order_by="name"), [], doctype)
		self.assertFalse(frappe.get_doc("Petition", doc.name).has_permission("read"))


class TestHelpdeskDrift(AccessTestCase):
	"""Helpdesk: list and document rules were written twice and drifted (its issue 3686)."""

	def test_helpdesk_list_and_document_rules_of_each_record_come_from_one_place(self):
		from petition_proxy import hooks

		for doctype, path in hooks.permission_query_conditions.items():
			if frappe.get_meta(doctype).istable:
				continue  # no document of its own
			check = hooks.has_permission.get(doctype)
			self.assertTrue(check, f"{doctype} has a list condition and no document check")
			self.assertEqual(path.rpartition(".")[0], check.rpartition(".")[0], doctype)

	def test_helpdesk_list_conditions_are_bracketed_and_never_empty_for_people(self):
		from petition_proxy import hooks

		for user in (*f.USERS, "Guest"):
			self.as_user(user)
			for doctype, path in hooks.permission_query_conditions.items():
				text = frappe.get_attr(path)(user, doctype=doctype)
				if not text:  # open to whoever has the role: roster, hours of receptions, devices
					self.assertIn(doctype, ("Proxy Agent", "Reception Slot", "Agent Device"), user)
					continue
				is_bracketed = text.startswith("(") and text.endswith(")")
				self.assertTrue(is_bracketed or text == "1=0", (doctype, text[:80]))
				self.assertNotIn("%", text)
