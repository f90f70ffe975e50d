"""The workspace leads somewhere: every link and block names something that is there."""

import json
from collections import Counter

import frappe

from petition_proxy.tests.base import AppTestCase


class TestWorkspace(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		cls.workspace = frappe.get_doc("Workspace", "Petition Proxy")
		cls.blocks = json.loads(cls.workspace.content)

	def test_links_lead_to_what_exists(self):
		links = [row for row in self.workspace.links if row.type == "Link"]
		self.assertGreater(len(links), 40)
		for row in (*links, *self.workspace.shortcuts):
			doctype = row.get("link_type") or row.type
			self.assertIn(doctype, ("DocType", "Report", "Page"), row.label)
			self.assertTrue(frappe.db.exists(doctype, row.link_to), row.label)
			if doctype == "DocType":
				self.assertFalse(frappe.get_meta(row.link_to).istable, row.label)
			if doctype == "Report" and row.doctype == "Workspace Link":
				report = frappe.db.get_value("Report", row.link_to, "ref_doctype")
				self.assertEqual(row.report_ref_doctype, report, row.label)

	def test_nothing_is_linked_twice(self):
		links = Counter((row.link_type, row.link_to) for row in self.workspace.links if row.type == "Link")
		self.assertEqual([link for link, count in links.items() if count > 1], [])

	def test_blocks_and_rows_belong_together(self):
		for kind, key, known in (
			("card", "card_name", [row.label for row in self.workspace.links if row.type == "Card Break"]),
			("shortcut", "shortcut_name", [row.label for row in self.workspace.shortcuts]),
			(
				"number_card",
				"number_card_name",
				[row.number_card_name for row in self.workspace.number_cards],
			),
		):
			shown = [block["data"][key] for block in self.blocks if block["type"] == kind]
			self.assertEqual(sorted(shown), sorted(known), kind)

	def test_cards_are_short_enough_to_read(self):
		size = 0
		for row in self.workspace.links:
			size = 0 if row.type == "Card Break" else size + 1
			self.assertLessEqual(size, 10, row.label)

	def test_each_record_of_the_app_is_reached_or_belongs_to_another(self):
		"""Children, singles apart, and what is opened from its own record need no link."""
		linked = {row.link_to for row in self.workspace.links}
		for name in ("Petition", "Proxy Agent", "Quarterly Bulletin", "Reward Batch", "Video Reception"):
			self.assertIn(name, linked)
