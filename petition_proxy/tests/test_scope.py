"""Row access: what a list shows is what the document check allows, for random places, units, people and accusations."""

import random

import frappe
from frappe.desk.reportview import get_count
from frappe.desk.search import search_link
from frappe.query_builder import DocType
from frappe.utils import now_datetime
from frappe.utils.global_search import rebuild_for_doctype, search, sync_global_search
from frappe.utils.password import decrypt

from petition_proxy.api.desk import petition_path
from petition_proxy.api.identity import show_identity
from petition_proxy.domain import lifecycle
from petition_proxy.permissions import SCOPE_COLUMNS
from petition_proxy.permissions.scope import clear_scopes, get_scope, scope_condition
from petition_proxy.petition_proxy.doctype.petition.intake import find_petitioner
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.append_only import AppendOnlyError
from petition_proxy.utils.identity import IdentityError

DESK_USERS = [u for u, roles in f.USERS.items() if roles[0] not in lifecycle.PORTAL_ROLES]
PLATFORM = "Department Platform"


def insert_bare_petitions(rng: random.Random, count: int, places: list[tuple], units: list[str], **columns):
	"""Rows straight into the table, so that any mix of scope columns occurs, lawful or not."""
	agents, petitioners = columns["agents"], columns["petitioners"]
	now = now_datetime()
	fields = [
		"name",
		"owner",
		"modified_by",
		"creation",
		"modified",
		"subject",
		"workflow_state",
		"queue_key",
	]
	rows = []
	for i in range(count):
		district, town, village = rng.choice(places)
		row = {
			"district": district,
			"town": town,
			"village": village,
			"handling_unit": rng.choice([None, "", *units]),
			"agent": rng.choice([None, None, *agents]),
			"petitioner": rng.choice([None, *petitioners]),
			"accused_unit": rng.choice([None, None, None, "", *units]),
			"accused_user": rng.choice([None, None, None, "", *DESK_USERS]),
			"petition_kind": rng.choice(["Appeal and Request", "Inquiry", "Report and Accusation"]),
			"filing_channel": rng.choice(["Visit", "Letter", PLATFORM]),
		}
		head = [f"RND-{i:05d}", "Administrator", "Administrator", now, now, f"{i}", "Registered", f"1-{i}"]
		rows.append([*head, *row.values()])
	frappe.db.bulk_insert("Petition", [*fields, *row], rows)
	fields = ["name", "owner", "modified_by", "creation", "modified", "petition", "to_unit", "part", "status"]
	parts = [
		[f"RND-{n}", "Administrator", "Administrator", now, now, petition, rng.choice(units), part, "Sent"]
		for n, petition in enumerate(rng.sample([r[0] for r in rows], count // 10))
		for part in [rng.choice(["Lead", "Co-handler", "Co-handler"])]
	]
	frappe.db.bulk_insert("Petition Assignment", fields, parts)


class TestScopeProperty(AppTestCase):
	def test_list_equals_document_check_over_random_trees_and_users(self):
		for seed in range(4):
			with self.subTest(seed=seed):
				frappe.db.savepoint("one_world")
				self.check_world(random.Random(seed))
				frappe.db.rollback(save_point="one_world")
				clear_scopes()

	def check_world(self, rng: random.Random):
		f.make_district()
		towns = [f.TOWN, f.TOWN_2]
		places = [
			(f.DISTRICT, f.TOWN, f.VILLAGE),
			(f.DISTRICT, f.TOWN, f.VILLAGE_B),
			(f.DISTRICT, f.TOWN_2, f.VILLAGE_2),
		]
		for n in range(rng.randint(1, 3)):
			code = f"9901991{rng.randint(10, 99)}000"
			if code in towns:
				continue
			f.insert_if_missing(
				"Region", code, region_name=f"镇{n}", code=code, level="Town", parent_region=f.DISTRICT
			)
			towns.append(code)
			for v in range(rng.randint(1, 3)):
				village = f"{code[:9]}{201 + v}"
				f.insert_if_missing(
					"Region", village, region_name=f"村{v}", code=village, level="Village", parent_region=code
				)
				places.append((f.DISTRICT, code, village))
		other = ("990299000000", "990299101000", "990299101201")
		places.append(other)
		units = frappe.get_all("Handling Unit", pluck="name", order_by="name")
		for n in range(4):
			tier, region = rng.choice(
				[
					("District", f.DISTRICT),
					("Town", rng.choice(towns)),
					("Village", rng.choice(places[:-1])[2]),
				]
			)
			unit_type = {"Town": "Town", "Village": "Village"}.get(
				tier, rng.choice(["Petition Office", "District Department", "System Clerk Post"])
			)
			code = f"RND-U{n}"
			f.make_unit(
				code,
				code,
				unit_type,
				tier,
				region,
				rng.choice([None, *DESK_USERS]),
				*rng.sample(DESK_USERS, 2),
			)
			if rng.random() < 0.3:
				frappe.db.set_value("Handling Unit", code, "managed_platform", PLATFORM)
			units.append(code)
		agents = [f.make_agent().name, f.make_agent("agent2@pp.test", f.VILLAGE_2, agent_name="老李").name]
		petitioners = [f.make_petitioner(user="petitioner@pp.test").name, f.make_petitioner("别人").name]
		insert_bare_petitions(rng, 250, places, units, agents=agents, petitioners=petitioners)

		everything = frappe.get_all("Petition", fields=["name", *SCOPE_COLUMNS], order_by="name")
		seen_somewhere = 0
		for user in f.USERS:
			self.as_user(user)
			listed = set(frappe.get_list("Petition", pluck="name", order_by="name", limit_page_length=0))
			scope = get_scope(user)
			allowed = {row.name for row in everything if scope.covers(row)}
			self.assertEqual(listed, allowed, user)
			table = DocType("Petition")
			query = frappe.qb.from_(table).select(table.name).where(scope_condition(table, user))
			self.assertEqual(set(query.run(pluck=True)), allowed, f"report scope of {user}")
			for row in rng.sample(everything, 12):
				doc = frappe.get_doc("Petition", row.name)
				self.assertEqual(bool(doc.has_permission("read")), row.name in allowed, (user, row))
			self.assert_accused_sees_nothing(user, scope, [r for r in everything if r.name in listed])
			seen_somewhere += len(listed)
		self.assertGreater(seen_somewhere, 200)
		frappe.set_user("Administrator")

	def assert_accused_sees_nothing(self, user, scope, rows):
		for row in rows:
			self.assertNotEqual(row.accused_user, user)
			self.assertNotIn(row.accused_unit, scope.units)


class TestNamedPeople(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()

	def sees(self, user: str, doc) -> bool:
		self.as_user(user)
		by_list = doc.name in frappe.get_list("Petition", pluck="name", limit_page_length=0, order_by="name")
		by_doc = bool(frappe.get_doc("Petition", doc.name).has_permission("read"))
		self.assertEqual(by_list, by_doc, user)
		frappe.set_user("Administrator")
		return by_list

	def test_each_tier_sees_its_own(self):
		doc = f.make_petition(lifecycle.ASSIGNED)
		seen = {user for user in f.USERS if self.sees(user, doc)}
		self.assertEqual(
			seen,
			{
				"agent@pp.test",
				"village@pp.test",
				"town@pp.test",
				"dept@pp.test",
				"head@pp.test",
				"office@pp.test",
				"clerk@pp.test",
				"leader@pp.test",
				"auditor@pp.test",
			},
		)

	def test_user_without_unit_sees_nothing(self):
		f.make_petition(lifecycle.REGISTERED)
		self.as_user("nobody@pp.test")
		self.assertEqual(frappe.get_list("Petition", order_by="name"), [])

	def test_accused_unit_and_person_lose_sight_of_the_case_and_all_around_it(self):
		doc = f.make_petition(lifecycle.REGISTERED, accused_unit=f.TOWN_UNIT, accused_user="village@pp.test")
		for user in ("town@pp.test", "village@pp.test"):
			self.assertFalse(self.sees(user, doc), user)
			self.as_user(user)
			for doctype in ("Petition Event", "Evaluation", "Alert"):
				self.assertEqual(
					frappe.get_list(doctype, filters={"petition": doc.name}, order_by="name"),
					[],
					(user, doctype),
				)
			event = frappe.get_all("Petition Event", filters={"petition": doc.name}, order_by="name")[0].name
			self.assertFalse(frappe.get_doc("Petition Event", event).has_permission("read"))
			self.assertEqual(frappe.db.count("Petition", {"name": doc.name}), 1)
			frappe.local.form_dict = frappe._dict(
				doctype="Petition", filters=frappe.as_json({"name": doc.name}), fields="[]", distinct="false"
			)
			self.assertEqual(get_count(), 0, user)

	def test_village_does_not_see_reports_and_accusations(self):
		doc = f.make_petition(lifecycle.REGISTERED, petition_kind="Report and Accusation")
		self.assertFalse(self.sees("village@pp.test", doc))
		self.assertTrue(self.sees("town@pp.test", doc))

	def test_path_names_people_and_is_shut_out_of_scope(self):
		doc = f.make_petition()
		self.as_user("agent@pp.test")
		f.walk(frappe.get_doc("Petition", doc.name), "File")
		self.as_user("town@pp.test")
		filed = petition_path(doc.name)[-1]
		self.assertEqual(
			(filed.event, filed.actor_name, filed.principal), ("File", "agent", doc.petitioner_name)
		)
		self.as_user("town2@pp.test")
		self.assertRaises(frappe.PermissionError, petition_path, doc.name)

	def test_counts_keep_to_the_scope(self):
		doc = f.make_petition(lifecycle.ASSIGNED)
		command = frappe.get_hooks("override_whitelisted_methods")
		count = frappe.get_attr(command["frappe.client.get_count"][-1])
		states = frappe.get_attr(
			command["frappe.workflow.doctype.workflow.workflow.get_workflow_state_count"][-1]
		)
		for user, expected in (
			("town@pp.test", 1),
			("town2@pp.test", 0),
			("nobody@pp.test", 0),
			("dept@pp.test", 1),
		):
			self.as_user(user)
			self.assertEqual(count("Petition", {"name": doc.name}), expected, user)
			self.assertEqual(count("Petition", [["name", "=", doc.name]]), expected, user)
			self.assertEqual(count("Petition Event", {"petition": doc.name}), 3 if expected else 0, user)
			seen = sum(row["count"] for row in states("Petition", "workflow_state", "[]"))
			self.assertEqual(seen, len(frappe.get_list("Petition", pluck="name", order_by="name")), user)
		self.assertGreater(count("Region"), 0)

	def test_search_box_finds_no_case_out_of_scope(self):
		doc = f.make_petition(lifecycle.REGISTERED, subject="独一无二的水塔漏水")
		sync_global_search()
		rebuild_for_doctype("Petition")
		for user in ("town2@pp.test", "dept2@pp.test", "nobody@pp.test"):
			self.as_user(user)
			found = [r.name for r in search("独一无二的水塔漏水")]
			found += [r["value"] for r in search_link("Petition", "水塔漏水")]
			self.assertNotIn(doc.name, found, user)
		self.as_user("town@pp.test")
		self.assertIn(doc.name, [r["value"] for r in search_link("Petition", "水塔漏水")])

	def test_office_cannot_enter_a_case_out_of_its_area_or_about_itself(self):
		petitioner = f.make_petitioner().name
		self.as_user("town2@pp.test")
		self.assertRaises(frappe.PermissionError, f.make_petition, proxied=False, petitioner=petitioner)
		self.as_user("town@pp.test")
		self.assertRaises(
			frappe.PermissionError,
			f.make_petition,
			proxied=False,
			petitioner=petitioner,
			accused_unit=f.TOWN_UNIT,
		)
		self.assertTrue(f.make_petition(proxied=False, petitioner=petitioner).name)

	def test_moving_a_village_moves_what_may_be_seen(self):
		doc = f.make_petition(lifecycle.REGISTERED)
		self.assertTrue(self.sees("town@pp.test", doc))
		village = frappe.get_doc("Region", f.VILLAGE)
		village.parent_region = f.TOWN_2
		village.save()
		clear_scopes()
		self.assertFalse(self.sees("town@pp.test", doc))
		self.assertTrue(self.sees("town2@pp.test", doc))

	def test_leader_and_auditor_read_only(self):
		doc = f.make_petition(lifecycle.REGISTERED)
		for user in ("leader@pp.test", "auditor@pp.test"):
			self.as_user(user)
			fresh = frappe.get_doc("Petition", doc.name)
			fresh.address_text = "改"
			self.assertRaises(frappe.PermissionError, fresh.save)

	def test_no_role_may_delete_a_petition(self):
		for doctype in ("Petition", "Petition Event", "Evaluation", "Alert", "Access Record"):
			for perm in frappe.get_meta(doctype).permissions:
				self.assertFalse(perm.delete, f"{doctype}: {perm.role}")


class TestIdentity(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		self.petitioner = f.make_petitioner(phone="13812345678", id_number="11010519491231002X")
		f.make_petition(lifecycle.ASSIGNED, petitioner=self.petitioner.name)

	def test_nobody_reads_identity_through_forms_lists_filters_or_joins(self):
		fields = ["name", "phone", "id_number", "address", "sealed_phone", "sealed_id_number", "masked_phone"]
		for user in ("dept@pp.test", "leader@pp.test", "village@pp.test", "agent@pp.test", "office@pp.test"):
			self.as_user(user)
			shown = [frappe.client.get("Petitioner", self.petitioner.name)]
			shown += frappe.get_list(
				"Petitioner", filters={"name": self.petitioner.name}, fields=fields, order_by="name"
			)
			shown += frappe.get_list(
				"Petition",
				filters={"petitioner": self.petitioner.name},
				fields=["name", "petitioner.phone", "petitioner.id_number", "petitioner.sealed_phone"],
				order_by="name",
			)
			self.assertEqual(len(shown), 3, user)
			text = frappe.as_json(shown)
			self.assertNotIn("13812345678", text, user)
			self.assertNotIn("11010519491231002X", text, user)
			self.assertEqual(shown[0]["masked_phone"], "138****5678")
			for filters in ({"phone": ("like", "138%")}, {"id_number": ("like", "110%")}):
				self.assertEqual(frappe.get_list("Petitioner", filters=filters, order_by="name"), [], user)

	def test_showing_an_identity_needs_a_reason_and_leaves_a_record(self):
		self.as_user("dept@pp.test")
		self.assertRaises(frappe.ValidationError, show_identity, "Petitioner", self.petitioner.name, " ")
		values = show_identity("Petitioner", self.petitioner.name, "电话核实地点")
		self.assertEqual(values["phone"], "13812345678")
		self.assertEqual(values["id_number"], "11010519491231002X")
		record = frappe.get_last_doc("Access Record", {"document": self.petitioner.name})
		self.assertEqual((record.user, record.reason), ("dept@pp.test", "电话核实地点"))
		frappe.set_user("Administrator")
		self.assertRaises(AppendOnlyError, record.delete)

	def test_identity_is_shut_to_leaders_and_to_offices_out_of_scope(self):
		for user in ("leader@pp.test", "auditor@pp.test", "dept2@pp.test", "town2@pp.test"):
			self.as_user(user)
			self.assertRaises(
				frappe.PermissionError, show_identity, "Petitioner", self.petitioner.name, "只是看看"
			)

	def test_a_client_cannot_plant_masks_or_sealed_values(self):
		doc = frappe.get_doc("Petitioner", self.petitioner.name)
		doc.masked_phone, doc.sealed_phone, doc.phone_hash = "123", "x", "y"
		doc.save()
		doc.reload()
		self.assertEqual(doc.masked_phone, "138****5678")
		self.assertEqual(decrypt(doc.sealed_phone), "13812345678")

	def test_same_person_is_found_again_by_number(self):
		self.assertEqual(find_petitioner("任何人", None, "11010519491231002x"), self.petitioner.name)
		self.assertEqual(find_petitioner("林婆婆", "+86 138-1234-5678", None), self.petitioner.name)
		self.assertIsNone(find_petitioner("另一人", "13812345678", None))

	def test_tables_hold_no_raw_number(self):
		for doctype in ("Petition", "Petitioner", "Version"):
			for row in frappe.db.sql(f"select * from `tab{doctype}`", as_list=True):
				self.assertNotIn("13812345678", " ".join(map(str, row)))
				self.assertNotIn("11010519491231002X", " ".join(map(str, row)))

	def test_wrong_check_digit_and_phone_are_refused(self):
		frappe.set_user("Administrator")
		self.assertRaises(IdentityError, f.make_petitioner, id_number="110105194912310021")
		self.assertRaises(IdentityError, f.make_petitioner, phone="12")
