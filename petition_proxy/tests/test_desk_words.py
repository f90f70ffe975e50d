"""What an officer reads at the desk: words instead of ids, in lists, forms, link fields and reports."""

import frappe
from frappe.desk.search import search_link
from frappe.utils import getdate, now_datetime

from petition_proxy.domain import agent_lifecycle, lifecycle
from petition_proxy.petition_proxy.doctype.supervision_order import acts
from petition_proxy.petition_proxy.report.supervision_by_unit.supervision_by_unit import execute
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase

MODULE = "Petition Proxy"


def options_of(doctype: str, field: str) -> list[str]:
	return frappe.get_meta(doctype).get_field(field).options.split("\n")


class TestOptions(AppTestCase):
	"""A field with options is shown in words; one that only holds text is shown as it is stored."""

	def test_history_of_agents_offers_every_status(self):
		self.assertEqual(options_of("Agent Status Change", "to_status"), list(agent_lifecycle.STATUSES))
		self.assertEqual(options_of("Agent Status Change", "from_status"), ["", *agent_lifecycle.STATUSES])
		self.assertEqual(
			options_of("Agent Status Change", "agent_class"), ["", *options_of("Proxy Agent", "agent_class")]
		)

	def test_timeline_offers_every_state(self):
		for field in ("from_state", "to_state"):
			self.assertEqual(options_of("Petition Event", field), ["", *lifecycle.STATES])


class TestLinkSearch(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		self.addCleanup(setattr, frappe.local, "lang", frappe.local.lang)

	def found(self, doctype: str, text: str, **more) -> dict[str, dict]:
		return {row["value"]: row for row in search_link(doctype, text, **more)}

	def test_every_record_with_an_option_among_its_search_fields_is_searched_in_words(self):
		named = set(frappe.get_hooks("standard_queries"))
		wanted = set()
		for doctype in frappe.get_all(
			"DocType", {"module": MODULE, "istable": 0}, pluck="name", order_by="name"
		):
			meta = frappe.get_meta(doctype)
			fields = [field for column in meta.get_search_fields() if (field := meta.get_field(column))]
			if any(field.fieldtype == "Select" or field.options == "Workflow State" for field in fields):
				wanted.add(doctype)
		# the letters U, C, G, I of reply classes read the same in every language
		self.assertEqual(wanted - {"Reply Class"}, named & wanted)
		self.assertGreater(len(wanted), 10)

	def test_agent_is_offered_with_class_status_and_village_in_words(self):
		agent = f.make_agent()
		village = frappe.db.get_value("Region", agent.village, "region_name")
		self.as_user("town@pp.test")
		frappe.local.lang = "zh"
		row = self.found("Proxy Agent", agent.agent_name)[agent.name]
		self.assertEqual(row["label"], agent.agent_name)
		for word in (frappe._(agent.agent_class, context="Proxy Agent"), "在岗", village):
			self.assertIn(word, row["description"])
		for raw in (agent.agent_class, agent.status, agent.village):
			self.assertNotIn(raw, row["description"])

	def test_state_of_a_petition_is_in_words(self):
		doc = f.make_petition(lifecycle.HANDLING, subject="水塔漏水三天")
		frappe.local.lang = "zh"
		self.as_user("office@pp.test")
		description = self.found("Petition", "水塔漏水")[doc.name]["description"]
		self.assertIn("水塔漏水三天", description)
		self.assertIn("办理中", description)

	def test_filters_pages_and_scope_hold(self):
		self.as_user("town@pp.test")
		towns = self.found("Region", "", filters={"level": "Town"}, page_length=50)
		self.assertTrue(towns)
		levels = set(frappe.get_all("Region", {"name": ("in", list(towns))}, pluck="level", order_by="name"))
		self.assertEqual(levels, {"Town"})
		self.assertEqual(len(self.found("Region", "", page_length=2)), 2)
		self.as_user("petitioner@pp.test")
		self.assertEqual(self.found("Supervision Order", ""), {})
		self.as_user("Administrator")
		doc = f.make_petition(lifecycle.HANDLING, subject="别人不可见的事")
		self.as_user("town2@pp.test")
		self.assertNotIn(doc.name, self.found("Petition", "别人不可见"))

	def test_title_that_begins_with_the_text_comes_first(self):
		frappe.get_doc({**unit(), "unit_name": "旧住建站", "unit_code": "PP-T-A"}).insert()
		frappe.get_doc({**unit(), "unit_name": "住建服务所", "unit_code": "PP-T-B"}).insert()
		frappe.get_doc({**unit(), "unit_name": "新住建站", "unit_code": "PP-T-C"}).insert()
		labels = [row["label"] for row in search_link("Handling Unit", "住建")]
		self.assertEqual(labels[0], "住建服务所")
		self.assertLess({"旧住建站", "新住建站"}, set(labels))


def unit() -> dict:
	return {
		"doctype": "Handling Unit",
		"unit_type": "District Department",
		"tier": "District",
		"region": f.DISTRICT,
	}


class TestSupervisionReport(AppTestCase):
	def test_units_stand_there_by_name(self):
		f.make_district()
		doc = f.make_petition(lifecycle.HANDLING)
		self.as_user("office@pp.test")
		acts.issue_order(doc.name, "Reminder", "Late Without Reason", "请尽快办理。")
		columns, rows, *_more = execute({"from_date": str(getdate()), "to_date": str(now_datetime().date())})
		self.assertEqual(columns[0]["fieldname"], "unit_name")
		name = frappe.db.get_value("Handling Unit", f.DEPT_UNIT, "unit_name")
		self.assertIn(name, [row["unit_name"] for row in rows])
