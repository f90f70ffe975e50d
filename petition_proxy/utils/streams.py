"""Tables that are written row by row: what is exported never stands in memory as a whole."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import frappe

from petition_proxy.utils.xlsx import safe_text

CSV, EXCEL = "CSV", "Excel"
ENDINGS = {CSV: "csv", EXCEL: "xlsx"}
# One sheet holds no more.
MOST_SHEET_ROWS = 1_048_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def safe_cell(value: Any) -> Any:
	"""A value as a file may hold it: text that a spreadsheet would run gets an apostrophe in front; numbers and dates stay."""
	if value is None or isinstance(value, (bool, int, float, Decimal, datetime, date, time)):
		return value
	if isinstance(value, timedelta):
		return str(value)
	return safe_text(_CONTROL.sub("", value if isinstance(value, str) else frappe.as_unicode(value)))


class TableWriter:
	"""Writes rows to a file; use as a context."""

	def __init__(self, path: str):
		self.path, self.rows = path, 0

	def __enter__(self):
		return self

	def __exit__(self, kind, error, trace) -> None:
		self.close()

	def write(self, row: Sequence[Any]) -> None:
		self._put([safe_cell(value) for value in row])
		self.rows += 1

	def write_all(self, rows: Iterable[Sequence[Any]]) -> None:
		for row in rows:
			self.write(row)


class CsvWriter(TableWriter):
	"""UTF-8 with the mark by which spreadsheets know it, or Chinese would be garbled there."""

	def __init__(self, path: str, delimiter: str = ",", quoting: int = csv.QUOTE_NONNUMERIC):
		super().__init__(path)
		self._file = open(path, "w", encoding="utf-8-sig", newline="")
		self._csv = csv.writer(self._file, delimiter=delimiter, quoting=quoting)

	def _put(self, row: list[Any]) -> None:
		self._csv.writerow(row)

	def close(self) -> None:
		self._file.close()


class XlsxWriter(TableWriter):
	"""A workbook whose rows go to the disk at once."""

	def __init__(self, path: str, title: str):
		from openpyxl import Workbook

		super().__init__(path)
		self._book = Workbook(write_only=True)
		self._title = "".join(c for c in title if c not in r"[]:*?/\\")[:28] or "Sheet"
		self._sheet, self._sheets = None, 0
		self._next_sheet()

	def _next_sheet(self) -> None:
		self._sheets += 1
		self._sheet = self._book.create_sheet(self._title + (f" {self._sheets}" if self._sheets > 1 else ""))

	def _put(self, row: list[Any]) -> None:
		if self.rows and self.rows % MOST_SHEET_ROWS == 0:
			self._next_sheet()
		self._sheet.append(row)

	def close(self) -> None:
		self._book.save(self.path)


def open_writer(
	file_type: str,
	path: str,
	title: str,
	delimiter: str = ",",
	quoting: int = csv.QUOTE_NONNUMERIC,
	**_more: Any,
) -> TableWriter:
	"""A writer for "CSV" or "Excel"; what later Frappes ask for beside (the sign of decimals) is left as it is."""
	return XlsxWriter(path, title) if file_type == EXCEL else CsvWriter(path, delimiter, quoting)


@contextmanager
def streamed(sql: str) -> Iterator[Iterator[list]]:
	"""Rows of a statement as they come from the server. Inside the block the connection answers no other question.

	Args:
		sql: the statement.
	"""
	with frappe.db.unbuffered_cursor():
		yield frappe.db.sql(sql, as_list=True, as_iterator=True)
