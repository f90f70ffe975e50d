import os
import random
import unittest
from collections import Counter
from pathlib import Path

from petition_proxy.domain import categories
from petition_proxy.domain.categories import CategoryTableError
from petition_proxy.domain.tables import TableFileError

DATA = os.environ.get("PETITION_PROXY_DATA")


class TestReadCategories(unittest.TestCase):
	TEXT = "level_1,level_2,level_3\n城乡,路灯,新装\n城乡,路灯,维修\n城乡,其他,\n民政,其他,其他\n"

	PATHS = (
		("城乡",),
		("城乡", "路灯"),
		("城乡", "路灯", "新装"),
		("城乡", "路灯", "维修"),
		("城乡", "其他"),
		("民政",),
		("民政", "其他"),
		("民政", "其他", "其他"),
	)

	def test_each_once_parents_first_in_the_order_of_the_file(self):
		self.assertEqual(categories.read_categories(self.TEXT), list(self.PATHS))

	def test_same_name_under_two_parents_gives_two_paths(self):
		paths = categories.read_categories(self.TEXT)
		self.assertEqual(
			[path for path in paths if path[-1] == "其他" and len(path) == 2],
			[
				("城乡", "其他"),
				("民政", "其他"),
			],
		)

	def test_headings_and_encodings(self):
		for header in ("一级分类,二级分类,三级分类", " Level_1 ,LEVEL_2,level 3", "一级,二级,三级"):
			for encoding in ("utf-8", "utf-8-sig", "gb18030"):
				with self.subTest(header=header, encoding=encoding):
					text = self.TEXT.replace("level_1,level_2,level_3", header)
					self.assertEqual(categories.read_categories(text.encode(encoding)), list(self.PATHS))

	def test_columns_may_stand_anywhere(self):
		text = "备注,三级分类,一级分类,二级分类\nx,新装,城乡,路灯\n"
		self.assertEqual(categories.read_categories(text), list(self.PATHS[:3]))

	def test_one_or_two_levels_are_enough(self):
		self.assertEqual(categories.read_categories("一级分类\n城乡\n民政\n城乡\n"), [("城乡",), ("民政",)])
		self.assertEqual(
			categories.read_categories("一级分类,二级分类\n城乡,路灯\n"), [("城乡",), ("城乡", "路灯")]
		)

	def test_blanks_and_stray_whitespace(self):
		text = "level_1,level_2,level_3\n\n 城乡\u3000,\ufeff路灯, \n,,\n城乡,路灯\xa0,新装\n"
		self.assertEqual(categories.read_categories(text), list(self.PATHS[:3]))

	def test_child_without_parent_names_its_row(self):
		for line, level, name in (
			(",路灯,新装", 1, "'新装'"),
			("城乡,,新装", 2, "'新装'"),
			(",路灯,", 1, "'路灯'"),
		):
			with self.subTest(line=line), self.assertRaises(CategoryTableError) as caught:
				categories.read_categories(f"level_1,level_2,level_3\n城乡,路灯,新装\n\n{line}\n")
			self.assertEqual(caught.exception.params, {"row": 4, "name": name, "level": level})

	def test_separator_in_a_name_is_refused(self):
		with self.assertRaises(CategoryTableError) as caught:
			categories.read_categories("level_1\n城/乡\n")
		self.assertEqual(caught.exception.params["row"], 2)

	def test_unknown_headings(self):
		for header in ("a,b,c", "level_2,level_3", "level_1,level_3"):
			with self.subTest(header=header), self.assertRaises(CategoryTableError):
				categories.read_categories(f"{header}\n城乡,路灯,新装\n")
		with self.assertRaises(TableFileError):
			categories.read_categories("")

	def test_property_every_path_has_its_parent_before_it(self):
		rng = random.Random(517)
		for _round in range(100):
			rows = {tuple(rng.choice("abcde") for _level in range(3)) for _row in range(rng.randrange(1, 40))}
			text = "level_1,level_2,level_3\n" + "".join(",".join(row) + "\n" for row in rows)
			paths = categories.read_categories(text)
			self.assertEqual(len(paths), len(set(paths)))
			self.assertEqual({path for path in paths if len(path) == 3}, rows)
			for place, path in enumerate(paths):
				self.assertTrue(len(path) == 1 or path[:-1] in paths[:place])


@unittest.skipUnless(DATA, "PETITION_PROXY_DATA does not name the folder of the real catalogue")
class TestRealCatalogue(unittest.TestCase):
	def test_levels(self):
		paths = categories.read_categories((Path(DATA) / "content_categories.csv").read_bytes())
		self.assertEqual(len({path[0] for path in paths}), 15)
		self.assertEqual(Counter(map(len, paths))[3], 517)
		self.assertEqual(len({path[1] for path in paths if len(path) == 2}), 103)


if __name__ == "__main__":
	unittest.main()
