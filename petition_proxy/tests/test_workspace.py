"""One workspace for each kind of person: it leads to what is there and to what that person may open, and counts like the list."""

import json
from collections import Counter

import frappe

from petition_proxy.domain import lifecycle
from petition_proxy.tests.base import AppTestCase

MODULE = "Petition Proxy"
DESK_ROLES = set(lifecycle.ROLES) - set(lifecycle.PORTAL_ROLES)
# What each kind of person finds; the first is where the desk opens.
WORKSPACES = {
	lifecycle.OFFICE: ["Petition Proxy", "Agent Management"],
	lifecycle.VILLAGE: ["Village Work"],
	lifecycle.TOWN: ["Unit Work", "Agent Management"],
	lifecycle.DEPARTMENT: ["Unit Work"],
	lifecycle.HEAD: ["Unit Work"],
	lifecycle.CLERK: ["Paper Entry Work"],
	lifecycle.FINANCE: ["Reward Payment"],
	lifecycle.LEADER: ["Leadership"],
	lifecycle.AUDITOR: ["Petition Audit"],
}


class TestWorkspace(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		names = frappe.get_all("Workspace", {"module": MODULE}, pluck="name", order_by="sequence_id, name")
		cls.workspaces = [frappe.get_doc("Workspace", name) for name in names]

	def test_each_role_has_its_own_and_nothing_else(self):
		self.assertEqual(set(WORKSPACES), DESK_ROLES)
		for role in sorted(DESK_ROLES):
			found = [doc.name for doc in self.workspaces if role in [row.role for row in doc.roles]]
			self.assertEqual(found, WORKSPACES[role], role)

	def test_links_lead_to_what_the_role_may_open(self):
		seen = 0
		for workspace in self.workspaces:
			links = [row for row in workspace.links if row.type == "Link"]
			for row in (*links, *workspace.shortcuts):
				kind = row.get("link_type") or row.type
				self.assertTrue(frappe.db.exists(kind, row.link_to), row.label)
				for role in {entry.role for entry in workspace.roles} & DESK_ROLES:
					seen += 1
					self.assertTrue(_may_open(kind, row.link_to, role), (workspace.name, role, row.link_to))
				if kind == "DocType":
					self.assertFalse(frappe.get_meta(row.link_to).istable, row.label)
				if kind == "Report" and row.doctype == "Workspace Link":
					report = frappe.db.get_value("Report", row.link_to, "ref_doctype")
					self.assertEqual(row.report_ref_doctype, report, row.label)
		self.assertGreater(seen, 150)

	def test_cards_count_what_the_role_may_read(self):
		for workspace in self.workspaces:
			for row in workspace.number_cards:
				doctype = frappe.db.get_value("Number Card", row.number_card_name, "document_type")
				for role in {entry.role for entry in workspace.roles} & DESK_ROLES:
					self.assertTrue(
						_may_open("DocType", doctype, role), (workspace.name, role, row.number_card_name)
					)

	def test_nothing_is_linked_twice(self):
		for workspace in self.workspaces:
			links = Counter((row.link_type, row.link_to) for row in workspace.links if row.type == "Link")
			self.assertEqual([link for link, count in links.items() if count > 1], [], workspace.name)

	def test_blocks_and_rows_belong_together(self):
		for workspace in self.workspaces:
			blocks = json.loads(workspace.content)
			for kind, key, known in (
				("card", "card_name", [row.label for row in workspace.links if row.type == "Card Break"]),
				("shortcut", "shortcut_name", [row.label for row in workspace.shortcuts]),
				("number_card", "number_card_name", [row.number_card_name for row in workspace.number_cards]),
				("chart", "chart_name", [row.chart_name for row in workspace.charts]),
			):
				shown = [block["data"][key] for block in blocks if block["type"] == kind]
				self.assertEqual(sorted(shown), sorted(known), (workspace.name, kind))

	def test_cards_of_links_are_short_enough_to_read(self):
		for workspace in self.workspaces:
			size = 0
			for row in workspace.links:
				size = 0 if row.type == "Card Break" else size + 1
				self.assertLessEqual(size, 10, (workspace.name, row.label))

	def test_the_office_reaches_each_record(self):
		"""Children, singles apart, and what is opened from its own record need no link."""
		linked = {
			row.link_to
			for workspace in self.workspaces
			if lifecycle.OFFICE in [entry.role for entry in workspace.roles]
			for row in workspace.links
		}
		for name in ("Petition", "Proxy Agent", "Quarterly Bulletin", "Reward Batch", "Video Reception"):
			self.assertIn(name, linked)

	def test_no_chart_keeps_one_persons_figures_for_another(self):
		"""Frappe keeps what a chart over a DocType counted by the chart's name alone; a chart over a report asks anew."""
		charts = frappe.get_all(
			"Dashboard Chart", {"module": MODULE}, ["name", "chart_type"], order_by="name"
		)
		self.assertEqual([chart.name for chart in charts if chart.chart_type != "Report"], [])


def _may_open(kind: str, name: str, role: str) -> bool:
	if kind == "DocType":
		return any(
			row.role == role and row.read and not row.permlevel for row in frappe.get_meta(name).permissions
		)
	roles = frappe.get_all("Has Role", {"parenttype": kind, "parent": name}, pluck="role", order_by="role")
	return not roles or role in roles
