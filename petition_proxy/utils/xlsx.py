"""Workbooks for people who open them in a spreadsheet: real numbers, dates as dates, and text that is never a formula."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import frappe

# A cell whose text begins with one of these is run as a formula by a spreadsheet, or once saved as CSV by the next one.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
YUAN_FORMAT = "#,##0.00"


def safe_text(value: str) -> str:
	"""Text as a spreadsheet may show it: what could be run as a formula gets an apostrophe in front."""
	return f"'{value}" if value.lstrip(" ").startswith(FORMULA_SIGNS) else value


def yuan(fen: int) -> Decimal:
	"""Fen as exact yuan, for a number cell."""
	return Decimal(fen) / 100


def make_xlsx(
	title: str, header: Sequence[str], rows: Iterable[Sequence[Any]], lead: Iterable[str] = ()
) -> bytes:
	"""A workbook with one sheet. Arguments as a row of `make_workbook`."""
	return make_workbook([(title, header, rows, lead)])


def make_workbook(sheets: Iterable[tuple]) -> bytes:
	"""A workbook.

	Args:
		sheets: for each: title, column headings, rows, lines above the table. In a row `Decimal` is an amount in yuan,
			other numbers and dates stay what they are.

	Returns:
		Content of an .xlsx file.
	"""
	from openpyxl import Workbook

	book = Workbook()
	book.remove(book.active)
	for title, header, rows, lead in sheets:
		sheet = book.create_sheet("".join(c for c in title if c not in r"[]:*?/\\")[:31] or "Sheet")
		_fill(sheet, header, rows, lead)
	out = BytesIO()
	book.save(out)
	return out.getvalue()


def _fill(sheet, header, rows, lead) -> None:
	from openpyxl.styles import Font

	number = 0
	for number, text in enumerate(lead, 1):
		_write(sheet, number, 1, text)
	number += 1
	for column, label in enumerate(header, 1):
		_write(sheet, number, column, label)
		sheet.cell(number, column).font = Font(bold=True)
	for offset, row in enumerate(rows, 1):
		for column, value in enumerate(row, 1):
			_write(sheet, number + offset, column, value)


def _write(sheet, line: int, column: int, value: Any) -> None:
	cell = sheet.cell(line, column)
	if value is None:
		return
	if isinstance(value, Decimal):
		cell.value, cell.number_format = value, YUAN_FORMAT
	elif isinstance(value, (bool, int, float, date, datetime)):
		cell.value = value
	else:
		cell.value = safe_text(str(value))
		cell.data_type = "s"


def send_xlsx(name: str, content: bytes) -> None:
	"""Answer the request with a file to keep.

	Args:
		name: file name without ending.
		content: the workbook.
	"""
	frappe.response.filename = f"{name}.xlsx"
	frappe.response.filecontent = content
	frappe.response.type = "binary"
