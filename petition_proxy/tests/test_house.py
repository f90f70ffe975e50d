"""The house itself: hooks point at something, patches import, setup can run twice, permissions say what the docs say."""

import importlib
import re
from pathlib import Path

import frappe

from petition_proxy import hooks, setup
from petition_proxy.domain import lifecycle
from petition_proxy.setup.workflow import WORKFLOW
from petition_proxy.tests.base import AppTestCase

ROOT = Path(frappe.get_app_path("petition_proxy"))
DOTTED = re.compile(r"^petition_proxy(\.\w+)+$")


def dotted_paths(value) -> set[str]:
	if isinstance(value, str):
		return {value} if DOTTED.match(value) and ".bundle." not in value else set()
	if isinstance(value, dict):
		return {path for v in value.values() for path in dotted_paths(v)}
	if isinstance(value, (list, tuple)):
		return {path for v in value for path in dotted_paths(v)}
	return set()


class TestHouse(AppTestCase):
	def test_every_dotted_path_in_hooks_resolves(self):
		paths = {
			p for name in dir(hooks) if not name.startswith("_") for p in dotted_paths(getattr(hooks, name))
		}
		self.assertGreater(len(paths), 15)
		for path in sorted(paths):
			self.assertTrue(callable(frappe.get_attr(path)), path)

	def test_every_patch_imports(self):
		for line in (ROOT / "patches.txt").read_text().splitlines():
			line = line.split("#")[0].strip()
			if line.startswith("petition_proxy."):
				self.assertTrue(importlib.import_module(line.split()[0]).execute)

	def test_setup_twice_changes_nothing(self):
		tables = (
			"Role",
			"Workflow",
			"Workflow State",
			"Reply Class",
			"Statutory Limit",
			"Alert Rule",
			"Work Calendar",
		)

		def picture():
			return {t: frappe.get_all(t, fields=["name", "modified"], order_by="name asc") for t in tables}

		setup.ensure_roles(), setup.ensure_workflow(), setup.ensure_masters()
		before = picture()
		categories = frappe.db.count("Petition Category")
		setup.ensure_roles(), setup.ensure_workflow(), setup.ensure_masters()
		self.assertEqual(before, picture())
		self.assertEqual(categories, frappe.db.count("Petition Category"))

	def test_portal_roles_have_no_desk(self):
		for role in lifecycle.ROLES:
			expected = 0 if role in lifecycle.PORTAL_ROLES else 1
			self.assertEqual(frappe.db.get_value("Role", role, "desk_access"), expected, role)

	def test_system_manager_reads_no_case(self):
		for doctype in (
			"Petition",
			"Petition Event",
			"Petitioner",
			"Proxy Agreement",
			"Evaluation",
			"Access Record",
		):
			roles = {perm.role for perm in frappe.get_meta(doctype).permissions}
			self.assertNotIn("System Manager", roles, doctype)
			self.assertFalse(roles & {"All", "Guest", "Desk User"}, doctype)

	def test_domain_is_free_of_the_framework_and_of_clocks(self):
		for path in (ROOT / "domain").rglob("*.py"):
			text = path.read_text(encoding="utf-8")
			self.assertNotRegex(text, r"(?m)^\s*(import|from) frappe", path.name)
			if "tests" not in path.parts:
				self.assertNotRegex(text, r"datetime\.now\(|date\.today\(|time\.time\(", path.name)

	def test_only_one_active_workflow_and_it_is_ours(self):
		active = frappe.get_all("Workflow", {"document_type": "Petition", "is_active": 1}, pluck="name")
		self.assertEqual(active, [WORKFLOW])

	def test_permission_matrix_in_docs_is_the_shipped_one(self):
		text = (ROOT.parent / "docs" / "permissions.md").read_text(encoding="utf-8")
		text = text.partition("## Rights by role")[2]
		rows = re.findall(r"^\| ([A-Z][\w ]+?) \| (.+) \|$", text, flags=re.M)
		header = next(cells for name, cells in rows if name == "Record")
		roles = [cell.strip() for cell in header.split("|")]
		documented = {
			name: {r: c.strip() for r, c in zip(roles, cells.split("|"), strict=True)}
			for name, cells in rows
			if name != "Record"
		}
		self.assertEqual(documented, shipped_matrix(roles))


LETTERS = (("read", "r"), ("create", "c"), ("write", "w"), ("submit", "s"), ("cancel", "x"), ("export", "e"))


def shipped_matrix(roles: list[str]) -> dict[str, dict[str, str]]:
	"""DocType to role to letters, as docs/permissions.md shows them."""
	matrix = {}
	for doctype in frappe.get_all(
		"DocType", {"module": "Petition Proxy", "istable": 0}, pluck="name", order_by="name asc"
	):
		perms = {p.role: p for p in frappe.get_meta(doctype).permissions if not p.permlevel}
		matrix[doctype] = {
			role: "".join(letter for right, letter in LETTERS if role in perms and perms[role].get(right))
			or "-"
			for role in roles
		}
	return matrix
