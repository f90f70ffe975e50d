"""The likeness report counts pairs of one person by likeness, on any file with the columns it is told."""

import contextlib
import io
import tempfile
import unittest
from pathlib import Path

from petition_proxy.tests import around_cases as a
from petition_proxy.utils.likeness_report import main, pairs_of_same_person, read_texts


class TestLikenessReport(unittest.TestCase):
	def setUp(self):
		self.path = self.make_folder() / "texts.csv"
		rows = [
			("1", "甲", a.PAY_POINT),
			("2", "甲", a.PAY_POINT_AGAIN),
			("3", "甲", a.LAND),
			("4", "乙", a.LAND),
		]
		lines = ["no,who,text", *(",".join(row) for row in rows), "4,乙," + a.LAND]
		self.path.write_text("\n".join(lines), encoding="utf-8")

	def make_folder(self) -> Path:
		folder = tempfile.TemporaryDirectory()
		self.addCleanup(folder.cleanup)
		return Path(folder.name)

	def test_pairs_of_one_person_only_and_each_text_once(self):
		rows = read_texts([str(self.path)], "who", ["text"], "no")
		self.assertEqual(len(rows), 4)
		likeness = sorted(pair[0] for pair in pairs_of_same_person(rows))
		self.assertEqual(len(likeness), 3)
		self.assertGreater(likeness[-1], 25)
		self.assertLess(likeness[-2], 12)

	def test_report_prints_counts_and_pairs(self):
		for more, expected in (
			([], "3 pairs of one person"),
			(["--show", "25", "101"], "1 pairs of one person"),
		):
			out = io.StringIO()
			with contextlib.redirect_stdout(out):
				main([str(self.path), "--person", "who", "--text", "text", "--number", "no", *more])
			self.assertIn(expected, out.getvalue())
