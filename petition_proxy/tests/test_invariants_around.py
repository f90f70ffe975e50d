"""Invariant 3: a unit or person named as the accused never receives, reads, counts or is notified of that case, through
any list, form, search, export, report, card or act; and reports, accusations and restricted categories alike are kept
from the village.

Every DocType of the module that points at a petition is found by its fields, so one added later without row access
fails here.
"""

import json

import frappe
from frappe.client import get as client_get
from frappe.client import get_list as client_get_list
from frappe.client import get_value as client_get_value
from frappe.client import validate_link
from frappe.desk import reportview
from frappe.desk.doctype.number_card.number_card import get_result
from frappe.desk.form.load import getdoc
from frappe.desk.listview import get_group_by_count
from frappe.desk.query_report import run as run_report
from frappe.desk.search import search_link
from frappe.share import add as share
from frappe.utils import add_days, now_datetime, today
from frappe.utils.global_search import rebuild_for_doctype, search, sync_global_search

from petition_proxy import hooks
from petition_proxy.api import cards, members, repeats
from petition_proxy.api.counts import get_count, get_workflow_state_count
from petition_proxy.api.desk import petition_path
from petition_proxy.domain import lifecycle
from petition_proxy.permissions.doors import SharedByHandError, get_tagged_docs
from petition_proxy.permissions.scope import get_scope
from petition_proxy.tests import around_cases as a
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase

SUBJECT = "独一无二的水塔漏水"
MODULE = "Petition Proxy"
# What refuses: no right at all is the best answer to a question about a case.
REFUSALS = (frappe.PermissionError, frappe.ValidationError, frappe.DoesNotExistError)


def petition_links() -> dict[str, list[str]]:
	"""Every record of the module that points at a petition, with the fields that do; tables inside a petition by parent."""
	found: dict[str, list[str]] = {}
	for doctype in frappe.get_all(
		"DocType", {"module": MODULE, "issingle": 0}, pluck="name", order_by="name"
	):
		meta = frappe.get_meta(doctype)
		fields = [df.fieldname for df in meta.fields if df.fieldtype == "Link" and df.options == "Petition"]
		if fields and doctype != "Petition":
			found[doctype] = fields
	for df in frappe.get_meta("Petition").get_table_fields():
		found.setdefault(df.options, []).append("parent")
	return found


def insert_row(doctype: str, fields: list[str], petition: str, **values) -> str:
	"""A row straight into the table, so that any DocType can be covered without knowing its rules."""
	name, now = frappe.generate_hash(length=10), now_datetime()
	row = {
		"name": name,
		"owner": "Administrator",
		"modified_by": "Administrator",
		"creation": now,
		"modified": now,
		**{field: petition for field in fields},
		**({"parenttype": "Petition", "parentfield": "members"} if "parent" in fields else {}),
		**values,
	}
	frappe.db.bulk_insert(doctype, list(row), [tuple(row.values())])
	return name


class InvariantTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		self.links = petition_links()

	def make_case(self, **values):
		"""A filed case with a row in every table that points at it."""
		doc = a.make_direct(lifecycle.REGISTERED, subject=SUBJECT, content=a.PAY_POINT, **values)
		self.rows = {
			doctype: insert_row(doctype, fields, doc.name, **self.place_of(doctype, doc))
			for doctype, fields in self.links.items()
		}
		frappe.db.set_value("Petition", doc.name, "_user_tags", ",水塔", update_modified=False)
		frappe.get_doc(
			{
				"doctype": "Tag Link",
				"document_type": "Petition",
				"document_name": doc.name,
				"title": SUBJECT,
				"tag": frappe.get_doc({"doctype": "Tag", "name": "水塔"})
				.insert(ignore_if_duplicate=True)
				.name,
			}
		).insert()
		return doc

	def place_of(self, doctype: str, doc) -> dict:
		"""The columns by which these records are shown, so that only the accusation can hide them."""
		meta = frappe.get_meta(doctype)
		place = {c: doc.get(c) for c in ("district", "town", "village") if meta.has_field(c)}
		return place if doctype != "Petition Round" else {}

	def asked(self, question, *args, **kwargs) -> str:
		"""What a door answers, as text; a refusal says nothing."""
		messages = len(frappe.local.message_log)
		try:
			return json.dumps(question(*args, **kwargs), default=str, ensure_ascii=False)
		except REFUSALS:
			del frappe.local.message_log[messages:]
			return ""

	def list_of(self, doctype: str) -> set[str]:
		try:
			parent = "Petition" if frappe.get_meta(doctype).istable else None
			return set(
				frappe.get_list(
					doctype, pluck="name", order_by="name", limit_page_length=0, parent_doctype=parent
				)
			)
		except frappe.PermissionError:
			return set()

	def answers(self, doc) -> dict[str, str]:
		"""Everything the session's user is told when he asks through every door."""
		name = doc.name
		said = {
			"form": self.asked(self.open_form, "Petition", name),
			"client.get": self.asked(client_get, "Petition", name),
			"client.get_value": self.asked(client_get_value, "Petition", ["name", "subject"], {"name": name}),
			"client.get_list": self.asked(client_get_list, "Petition", fields=["name", "subject"]),
			"validate_link": self.asked(
				lambda: validate_link("Petition", name, '["subject"]').get("subject")
			),
			"export": self.asked(self.export, "Petition"),
			"group by": self.asked(get_group_by_count, "Petition", "[]", "subject"),
			"link search": self.asked(search_link, "Petition", SUBJECT[:4]),
			"global search": self.asked(search, SUBJECT),
			"tag search": self.asked(client_get_list, "Tag Link", fields=["document_name", "title"]),
			"tagged": self.asked(get_tagged_docs, "Petition", "水塔"),
			"path": self.asked(petition_path, name),
			"hint": self.asked(repeats.hint, name),
			"late": self.asked(cards.late_now),
			"join": self.asked(
				client_get_list, "Petition Event", fields=["name", "petition", "petition.subject"]
			),
		}
		for report in frappe.get_all("Report", {"module": MODULE}, pluck="name", order_by="name"):
			span = {"from_date": add_days(today(), -30), "to_date": today()}
			said[f"report {report}"] = self.asked(run_report, report, filters=span)
		return said

	def open_form(self, doctype: str, name: str) -> list:
		frappe.local.response = frappe._dict(docs=[])
		getdoc(doctype, name)
		return [doc.as_dict() for doc in frappe.response.docs]

	def export(self, doctype: str) -> list:
		frappe.local.form_dict = frappe._dict(
			doctype=doctype, fields='["name", "subject"]', filters="[]", view="Report", order_by="name"
		)
		return reportview.get()

	def counts(self, doc) -> int:
		"""What every counter makes of the case."""
		total = 0
		for counter in (
			lambda: get_count("Petition", {"name": doc.name}),
			lambda: get_count("Petition", [["subject", "=", SUBJECT]]),
			lambda: sum(
				row["count"] for row in get_workflow_state_count("Petition", "workflow_state", "[]") or []
			),
			self.reportview_count,
			*(lambda card=card: self.card_value(card) for card in self.cards()),
		):
			try:
				total += int(counter() or 0)
			except REFUSALS:
				pass
		return total

	def reportview_count(self) -> int:
		frappe.local.form_dict = frappe._dict(doctype="Petition", filters="[]", fields="[]", distinct="false")
		return reportview.get_count()

	def cards(self) -> list:
		"""Those that count cases or what follows a case; others count agents, trainings, batches."""
		cards = frappe.get_all(
			"Number Card",
			{"module": MODULE, "type": "Document Type"},
			["name", "document_type"],
			order_by="name",
		)
		about_cases = [
			card.name
			for card in cards
			if card.document_type == "Petition" or frappe.get_meta(card.document_type).has_field("petition")
		]
		self.assertGreater(len(about_cases), 15)
		return about_cases

	def card_value(self, name: str):
		card = frappe.get_doc("Number Card", name)
		return get_result(card, card.filters_json)

	def assert_sees_nothing(self, user: str, doc) -> None:
		self.as_user(user)
		for door, said in self.answers(doc).items():
			self.assertNotIn(doc.name, said, f"{user}: {door}")
			self.assertNotIn(SUBJECT, said, f"{user}: {door}")
		self.assertEqual(self.counts(doc), 0, user)
		for doctype, row in self.rows.items():
			self.assertNotIn(row, self.list_of(doctype), f"{user}: list of {doctype}")
			self.assertFalse(self.may_open(doctype, row), f"{user}: {doctype}")
			self.assertEqual(self.asked(search_link, doctype, row[:6]).count(row), 0, f"{user}: {doctype}")
			count = self.asked(get_count, doctype, {"name": row})
			self.assertIn(count, ("0", ""), f"{user}: count of {doctype}")

	def may_open(self, doctype: str, name: str) -> bool:
		if frappe.get_meta(doctype).istable:
			return False  # no form of its own; its rows come with the petition
		return bool(frappe.get_doc(doctype, name).has_permission("read"))

	def assert_sees(self, user: str, doc) -> None:
		"""The same doors opened by somebody concerned, so that silence above means something."""
		self.as_user(user)
		said = self.answers(doc)
		for door in (
			"form",
			"client.get",
			"client.get_value",
			"client.get_list",
			"export",
			"link search",
			"join",
		):
			self.assertIn(SUBJECT, said[door], f"{user}: {door}")
		for door in ("validate_link", "report Petition Ledger"):
			self.assertIn(SUBJECT, said[door], f"{user}: {door}")
		self.assertIn(doc.name, said["tagged"])
		self.assertIn("Registered", said["path"])
		self.assertGreater(self.counts(doc), 3)


class TestInvariant3(InvariantTestCase):
	def test_invariant_3_every_record_that_points_at_a_petition_has_row_access(self):
		query, check = hooks.permission_query_conditions, hooks.has_permission
		self.assertGreater(len(self.links), 8)
		for doctype in ("Petition", *self.links):
			self.assertIn(doctype, query, f"{doctype} has no list condition in hooks.py")
			if not frappe.get_meta(doctype).istable:
				self.assertIn(doctype, check, f"{doctype} has no document check in hooks.py")
		for doctype in (*hooks._case_records, *hooks._letters):
			self.assertIn(doctype, self.links)

	def test_invariant_3_no_record_of_a_case_is_indexed_for_the_search_of_everything(self):
		for doctype in ("Petition", "Early Notice", "Common Issue", *self.links):
			meta = frappe.get_meta(doctype)
			self.assertFalse([df.fieldname for df in meta.fields if df.in_global_search], doctype)
			self.assertFalse(meta.show_name_in_global_search, doctype)

	def test_invariant_3_head_and_member_of_the_accused_unit_see_nothing(self):
		unit = frappe.get_doc("Handling Unit", f.TOWN_UNIT)
		unit.append("members", {"user": "dept2@pp.test"})
		unit.save()
		doc = self.make_case(accused_unit=f.TOWN_UNIT)
		sync_global_search()
		rebuild_for_doctype("Petition")
		for user in ("town@pp.test", "dept2@pp.test"):
			self.assert_sees_nothing(user, doc)
		self.assert_sees("office@pp.test", doc)

	def test_invariant_3_closing_the_accused_unit_opens_nothing(self):
		doc = self.make_case(accused_unit=f.TOWN_UNIT)
		office = frappe.get_doc("Handling Unit", f.OFFICE_UNIT)
		office.append("members", {"user": "town@pp.test"})
		office.save()
		frappe.db.set_value("Handling Unit", f.TOWN_UNIT, "is_active", 0)
		self.assert_sees_nothing("town@pp.test", doc)

	def test_invariant_3_accused_person_sees_nothing_whatever_the_office(self):
		for user in ("town@pp.test", "office@pp.test", "leader@pp.test", "auditor@pp.test", "clerk@pp.test"):
			frappe.db.savepoint("one_accused")
			doc = self.make_case(accused_user=user)
			self.assert_sees_nothing(user, doc)
			self.as_user("Administrator")
			frappe.db.rollback(save_point="one_accused")

	def test_invariant_3_accused_handling_unit_and_petition_office(self):
		for unit, user in ((f.DEPT_UNIT, "dept@pp.test"), (f.OFFICE_UNIT, "office@pp.test")):
			frappe.db.savepoint("one_accused")
			doc = self.make_case(accused_unit=unit)
			frappe.db.set_value("Petition", doc.name, "handling_unit", unit)
			self.assert_sees_nothing(user, doc)
			self.as_user("Administrator")
			frappe.db.rollback(save_point="one_accused")

	def test_invariant_3_accused_as_agent_and_as_village(self):
		agent = f.make_agent()
		doc = self.make_case(accused_user="agent@pp.test")
		frappe.db.set_value("Petition", doc.name, "agent", agent.name)
		self.assert_sees_nothing("agent@pp.test", doc)
		self.as_user("Administrator")
		frappe.db.delete("Petition", {"name": doc.name})
		frappe.db.delete("Tag Link", {"document_name": doc.name})
		doc = self.make_case(accused_unit=f.VILLAGE_UNIT)
		self.assert_sees_nothing("village@pp.test", doc)

	def test_invariant_3_accused_takes_no_part_by_any_act(self):
		doc = self.make_case(accused_unit=f.TOWN_UNIT)
		other = a.make_direct(subject="另一件")
		self.as_user("town@pp.test")
		for act, args in (
			(repeats.merge, (other.name, doc.name, "并案")),
			(repeats.merge, (doc.name, other.name, "并案")),
			(repeats.link, (other.name, doc.name, "关联")),
			(members.add_members, (doc.name, "某人", "补充")),
			(members.show_phone, (doc.name, self.rows["Petition Member"], "看看是谁")),
			(petition_path, (doc.name,)),
		):
			self.assertRaises(frappe.PermissionError, act, *args)

	def test_invariant_3_a_share_or_a_mention_tells_the_accused_nothing(self):
		doc = self.make_case(accused_unit=f.TOWN_UNIT)
		self.assertRaises(SharedByHandError, share, "Petition", doc.name, "town@pp.test", read=1)
		for user, tells in (("town@pp.test", False), ("office@pp.test", True)):
			note = frappe.get_doc(
				{
					"doctype": "Notification Log",
					"type": "Mention",
					"for_user": user,
					"subject": SUBJECT,
					"email_content": SUBJECT,
					"document_type": "Petition",
					"document_name": doc.name,
				}
			).insert()
			text = " ".join(str(value) for value in note.as_dict().values())
			self.assertEqual(SUBJECT in text, tells, user)
			self.assertEqual(doc.name in text, tells, user)

	def test_invariant_3_looks_at_the_case_are_not_shown_to_an_accused_office(self):
		doc = self.make_case(accused_unit=f.OFFICE_UNIT)
		row = insert_row(
			"Access Record",
			[],
			doc.name,
			doctype_name="Petition",
			document=doc.name,
			user="x",
			at=now_datetime(),
		)
		self.as_user("office@pp.test")
		self.assertNotIn(row, self.list_of("Access Record"))
		self.assertFalse(self.may_open("Access Record", row))
		self.as_user("auditor@pp.test")
		self.assertIn(row, self.list_of("Access Record"))


class TestVillage(InvariantTestCase):
	"""R22 art. 30: reports and accusations, and restricted categories alike, are hidden from the village."""

	def test_reports_and_restricted_categories_are_kept_from_the_village(self):
		above = a.make_category("限制类", is_restricted=1).name
		below = a.make_category("限制类之下", parent=above).name
		for values in (
			{"petition_kind": "Report and Accusation"},
			{"category": above},
			{"category": below},
		):
			frappe.db.savepoint("one_case")
			doc = self.make_case(**values)
			self.assert_sees_nothing("village@pp.test", doc)
			self.assert_sees("town@pp.test", doc)
			self.as_user("Administrator")
			frappe.db.rollback(save_point="one_case")

	def test_an_open_category_is_seen_and_hidden_once_it_becomes_restricted(self):
		category = a.make_category("起初公开")
		doc = self.make_case(category=category.name)
		self.assert_sees("village@pp.test", doc)
		self.as_user("Administrator")
		category.is_restricted = 1
		category.save()
		self.assert_sees_nothing("village@pp.test", doc)

	def test_a_village_cannot_enter_what_it_could_not_open(self):
		category = a.make_category("纪检", is_restricted=1).name
		petitioner = f.make_petitioner().name
		self.as_user("village@pp.test")
		for values in ({"category": category}, {"petition_kind": "Report and Accusation"}):
			self.assertRaises(frappe.PermissionError, a.make_direct, petitioner=petitioner, **values)


class TestListEqualsForm(InvariantTestCase):
	def test_list_and_document_check_agree_for_every_record_and_person(self):
		"""A list and a form that go by two rules drift apart; here every row is asked of both."""
		f.make_agent()
		category = a.make_category("纪检", is_restricted=1).name
		cases = [
			{},
			{"accused_unit": f.TOWN_UNIT},
			{"accused_user": "office@pp.test"},
			{"petition_kind": "Report and Accusation"},
			{"category": category},
			{"village": f.VILLAGE_2},
		]
		rows: list[tuple[str, str]] = []
		for values in cases:
			doc = self.make_case(**values)
			frappe.db.delete("Tag Link", {"document_name": doc.name})
			rows += [("Petition", doc.name)]
			rows += [(t, n) for t, n in self.rows.items() if not frappe.get_meta(t).istable]
		checked = 0
		for user in f.USERS:
			self.as_user(user)
			listed = {doctype: self.list_of(doctype) for doctype in {doctype for doctype, _name in rows}}
			for doctype, name in rows:
				may = self.may_open(doctype, name)
				self.assertEqual(name in listed[doctype], may, (user, doctype, name))
				checked += may
		self.assertGreater(checked, 100)

	def test_scope_of_nobody_is_empty_for_every_record(self):
		self.make_case()
		for user in ("nobody@pp.test", f.MANAGER):
			self.as_user(user)
			self.assertFalse(get_scope(user).claims)
			for doctype, row in self.rows.items():
				self.assertNotIn(row, self.list_of(doctype), (user, doctype))
