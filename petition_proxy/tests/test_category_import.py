"""Loading a longer catalogue: adds paths, keeps what is there, twice is as good as once."""

import io
from pathlib import Path
from unittest.mock import patch

import frappe
from openpyxl import Workbook

from petition_proxy.imports import category_import
from petition_proxy.imports.category_import import (
	CategoryFileError,
	import_attached_categories,
	import_categories,
)
from petition_proxy.petition_proxy.doctype.petition_category.petition_category import get_children
from petition_proxy.setup import masters
from petition_proxy.tests.base import AppTestCase
from petition_proxy.tests.test_ledger_import import data_folder

ROWS = (
	("level_1", "level_2", "level_3"),
	("试水利", "饮水", "水质"),
	("试水利", "饮水", "停水"),
	("试水利", "其他", ""),
	("试交通", "其他", ""),
	("试交通", "", ""),
)
CSV = "\n".join(",".join(row) for row in ROWS)


class TestCategoryImport(AppTestCase):
	def paths(self) -> set[str]:
		return set(frappe.get_all("Petition Category", pluck="path", order_by="path"))

	def test_adds_paths_and_keeps_what_is_there(self):
		before = self.paths()
		result = import_categories(CSV.encode("utf-8-sig"))
		self.assertEqual((result.names, result.places, result.added), ((2, 2, 2), (2, 3, 2), 7))
		added = self.paths() - before
		self.assertEqual(
			added,
			{
				*("试水利", "试水利/饮水", "试水利/饮水/水质", "试水利/饮水/停水"),
				*("试水利/其他", "试交通", "试交通/其他"),
			},
		)
		self.assertTrue(before < self.paths())

	def test_second_run_adds_nothing(self):
		import_categories(CSV.encode())
		before = frappe.get_all(
			"Petition Category", fields=["name", "path", "modified", "lft"], order_by="name"
		)
		self.assertEqual(import_categories(CSV.encode("gb18030")).added, 0)
		after = frappe.get_all(
			"Petition Category", fields=["name", "path", "modified", "lft"], order_by="name"
		)
		self.assertEqual(before, after)

	def test_tree_is_whole(self):
		import_categories(CSV.encode())
		for row in frappe.get_all(
			"Petition Category",
			filters={"path": ("like", "试%")},
			fields=["name", "path", "level_no", "is_group", "lft", "rgt", "parent_petition_category"],
			order_by="lft",
		):
			children = frappe.get_all(
				"Petition Category",
				filters={"parent_petition_category": row.name},
				fields=["lft", "rgt", "path"],
				order_by="lft",
			)
			self.assertEqual(bool(row.is_group), bool(children), row.path)
			self.assertEqual(row.level_no, row.path.count("/") + 1)
			for child in children:
				self.assertTrue(row.lft < child.lft < child.rgt < row.rgt)
				self.assertTrue(child.path.startswith(f"{row.path}/"))

	def test_new_children_of_a_leaf_make_it_a_group(self):
		import_categories(CSV.encode())
		import_categories("level_1,level_2\n试交通,公交".encode())
		import_categories("level_1,level_2,level_3\n试交通,公交,线路".encode())
		self.assertEqual(frappe.db.get_value("Petition Category", {"path": "试交通/公交"}, "is_group"), 1)

	def test_what_stands_below_a_restricted_category_is_restricted(self):
		restricted = frappe.get_all(
			"Petition Category", filters={"is_restricted": 1, "level_no": 1}, pluck="path", order_by="path"
		)[0]
		import_categories(f"level_1,level_2,level_3\n{restricted},试分类,试小类\n试交通,甲,乙".encode())
		for path, expected in ((f"{restricted}/试分类/试小类", 1), ("试交通/甲/乙", 0)):
			found = frappe.db.get_value("Petition Category", {"path": path}, "is_restricted")
			self.assertEqual(found, expected, path)

	def test_xlsx(self):
		workbook, out = Workbook(), io.BytesIO()
		for row in ROWS:
			workbook.active.append(row)
		workbook.save(out)
		self.assertEqual(import_categories(out.getvalue()).added, 7)

	def test_unusable_files_add_nothing(self):
		before = self.paths()
		for text in (
			"",
			"a,b\n1,2",
			"level_1,level_2,level_3\n试甲,,丙",
			"level_1\n试甲/乙",
			f"level_1,level_2\n试甲,乙\n{'长' * 141},乙",
		):
			with self.assertRaises(CategoryFileError, msg=text[:30]):
				import_categories(text.encode())
		self.assertEqual(self.paths(), before)

	def test_starter_list_is_not_added_to_an_imported_one(self):
		frappe.db.delete("Petition Category")
		import_categories(CSV.encode())
		masters.ensure_categories()
		self.assertEqual(len(self.paths()), 7)

	def test_desk_action_asks_for_the_right_to_write(self):
		self.as_user("office@pp.test")
		file = frappe.get_doc(
			{"doctype": "File", "file_name": "分类.csv", "content": CSV.encode(), "is_private": 1}
		).insert()
		self.assertEqual(import_attached_categories(file.file_url), {"added": 7, "total": 7})
		self.as_user("town@pp.test")
		with patch.object(category_import, "import_categories") as run:
			with self.assertRaises(frappe.PermissionError):
				import_attached_categories(file.file_url)
			run.assert_not_called()

	def test_desk_action_reads_only_what_the_user_may_read(self):
		file = frappe.get_doc(
			{"doctype": "File", "file_name": "geheim.csv", "content": CSV.encode(), "is_private": 1}
		).insert()
		self.as_user("office@pp.test")
		with self.assertRaises(frappe.PermissionError):
			import_attached_categories(file.file_url)
		with self.assertRaises(frappe.DoesNotExistError):
			import_attached_categories("/private/files/none.csv")

	def test_real_catalogue(self):
		folder: Path | None = data_folder()
		if not folder:
			self.skipTest("no real catalogue: set PETITION_PROXY_DATA to its folder")
		data = (folder / "content_categories.csv").read_bytes()
		frappe.db.delete("Petition Category")
		result = import_categories(data)
		self.assertEqual((result.names, result.places), ((15, 103, 390), (15, 118, 517)))
		self.assertEqual(result.added, 650)
		self.assertEqual(import_categories(data).added, 0)


class TestCategoryTree(AppTestCase):
	def test_tree_shows_levels_by_code_and_name(self):
		roots = get_children("Petition Category", is_root=True)
		codes = frappe.get_all(
			"Petition Category", {"level_no": 1}, pluck="code", order_by="code asc, path asc"
		)
		shown = [frappe.db.get_value("Petition Category", row.value, "code") for row in roots]
		self.assertEqual(shown, codes)
		self.assertTrue(roots[0].expandable)
		below = get_children("Petition Category", parent=roots[0].value)
		self.assertEqual(
			{row.title for row in below},
			set(
				frappe.get_all(
					"Petition Category",
					{"parent_petition_category": roots[0].value},
					pluck="category_name",
					order_by="name",
				)
			),
		)
