import unittest
from datetime import date, datetime

from petition_proxy.domain.tables import SURPLUS, TableFileError, cell_key, cell_line, cell_text, read_csv


class TestCells(unittest.TestCase):
	def test_text_keeps_lines_and_tidies_the_rest(self):
		for value, expected in (
			("\u3000 路灯\xa0\xa0坏了\t", "路灯 坏了"),
			("一\r\n\t二\r三 ", "一\n二\n三"),
			("\ufeff编\u200b号\x00", "编号"),
			(None, ""),
			(12.0, "12"),
			(12.5, "12.5"),
			(7, "7"),
			(datetime(2019, 11, 14, 20, 45), "2019-11-14 20:45:00"),
			(date(2019, 11, 14), "2019-11-14"),
		):
			with self.subTest(value=value):
				self.assertEqual(cell_text(value), expected)

	def test_line_and_key(self):
		self.assertEqual(cell_line("一\n 二"), "一 二")
		self.assertEqual(cell_key(" ＡＢ－１２\n"), "AB-12")


class TestReadCsv(unittest.TestCase):
	TEXT = "编号,主题\r\n1,路灯\r\n2,井盖\r\n"

	def test_encodings(self):
		for data in (
			self.TEXT,
			"\ufeff" + self.TEXT,
			self.TEXT.encode(),
			self.TEXT.encode("utf-8-sig"),
			self.TEXT.encode("gb18030"),
			self.TEXT.encode("utf-16"),
		):
			with self.subTest(data=data[:6]):
				table = read_csv(data)
				self.assertEqual(table.header, ("编号", "主题"))
				self.assertEqual([dict(row.cells) for row in table.rows][1], {"编号": "2", "主题": "井盖"})

	def test_separators(self):
		for separator in ",\t;":
			self.assertEqual(read_csv(self.TEXT.replace(",", separator)).header, ("编号", "主题"))

	def test_row_numbers_are_those_of_a_spreadsheet(self):
		table = read_csv('a,b\n1,"two\nlines"\n\n , \n4,x\n')
		self.assertEqual([(row.number, row.cells["a"]) for row in table.rows], [(2, "1"), (5, "4")])
		self.assertEqual(table.rows[0].cells["b"], "two\nlines")

	def test_short_rows_are_filled_and_surplus_is_kept_apart(self):
		table = read_csv("a,b\n1\n2,x,y,z\n3,x,,\n")
		self.assertEqual(table.rows[0].cells, {"a": "1", "b": ""})
		self.assertEqual(table.rows[1].cells[SURPLUS], "y z")
		self.assertNotIn(SURPLUS, table.rows[2].cells)

	def test_columns_without_heading_are_left_out(self):
		table = read_csv("a,,b,\n1,x,2,remark\n")
		self.assertEqual(table.header, ("a", "b"))
		self.assertEqual(table.rows[0].cells, {"a": "1", "b": "2"})

	def test_unusable_files_are_told(self):
		for data in (
			b"",
			b"\n\n",
			b"a,a\n1,2\n",
			b'a,b\n"1"x,2\n',
			b'a,b\n"1,2\n',
			b"\xff\x80\x80\x31",
		):
			with self.subTest(data=data), self.assertRaises(TableFileError):
				read_csv(data)


if __name__ == "__main__":
	unittest.main()
