"""Opening the tables that offices hand over: CSV in several encodings, XLSX, as bytes or as an attached file."""

import io
from pathlib import Path
from zipfile import BadZipFile

import frappe
from frappe import _

from petition_proxy.domain.errors import mark
from petition_proxy.domain.tables import Table, TableFileError, make_table, read_csv

XLSX_MAGIC = b"PK\x03\x04"
OLD_EXCEL_MAGIC = b"\xd0\xcf\x11\xe0"


def read_table(data: bytes | str) -> Table:
	"""Read a CSV or XLSX file whose first filled row holds the headings; of a workbook the first sheet.

	Args:
		data: content of the file.

	Raises:
		TableFileError: it is neither, or has no usable headings.
	"""
	if isinstance(data, bytes) and data.startswith(OLD_EXCEL_MAGIC):
		raise TableFileError(mark("This is an old Excel file (.xls). Save it as XLSX or CSV and try again."))
	if isinstance(data, bytes) and data.startswith(XLSX_MAGIC):
		return _read_xlsx(data)
	return read_csv(data)


def _read_xlsx(data: bytes) -> Table:
	# Loaded here: it takes half a second, and bench reads this module for every command.
	from openpyxl import load_workbook
	from openpyxl.utils.exceptions import InvalidFileException

	try:
		workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
	except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
		raise TableFileError(
			mark("The XLSX file is damaged. Open it, save it again, and try once more.")
		) from error
	try:
		if not workbook.worksheets:
			raise TableFileError(mark("The workbook has no sheet with a table."))
		sheet = workbook.worksheets[0]
		sheet.reset_dimensions()  # some programs write a wrong size, and rows beyond it would be lost
		return make_table(sheet.iter_rows(values_only=True))
	finally:
		workbook.close()


def read_attached(file_url: str) -> bytes:
	"""Content of an uploaded file, as it was sent.

	Args:
		file_url: address of the file on this site.

	Raises:
		frappe.DoesNotExistError: no such file.
		frappe.PermissionError: the session's user may not read it.
	"""
	names = frappe.get_all(
		"File", filters={"file_url": file_url, "is_folder": 0}, pluck="name", order_by="creation desc, name"
	)
	if not names:
		frappe.throw(_("The file was not found. Attach it again."), frappe.DoesNotExistError)
	for name in names:
		file = frappe.get_doc("File", name)
		if file.has_permission("read"):
			# not File.get_content: it guesses at encodings, and the bytes decide here
			return Path(file.get_full_path()).read_bytes()
	raise frappe.PermissionError(_("You may not read this file."))
