"""The guided first set-up for the desk's page. What each does stands in `setup/guide.py`."""

import json
from typing import Any

import frappe
from frappe import _

from petition_proxy.imports import templates
from petition_proxy.queries.readiness import get_findings
from petition_proxy.setup import guide
from petition_proxy.utils.client_values import read_mapping
from petition_proxy.utils.texts import plain_texts


@frappe.whitelist(methods=["GET"])
def get_guide() -> dict[str, Any]:
	"""All steps of the set-up with what is done and what is missing.

	Returns:
		As `guide.get_guide`.

	Raises:
		frappe.PermissionError: neither petition office nor manager of the site.
	"""
	guide.need_guide()
	return guide.get_guide()


@frappe.whitelist(methods=["GET"])
def get_readiness() -> list[dict[str, Any]]:
	"""What is still missing before go-live.

	Returns:
		As `queries.readiness.get_findings`.

	Raises:
		frappe.PermissionError: neither petition office nor manager of the site.
	"""
	guide.need_guide()
	return get_findings()


@frappe.whitelist(methods=["GET"])
def get_template(template: str, for_data_import: bool = False) -> None:
	"""Download a template with three example rows.

	Args:
		template: id of the template, as the guide names it.
		for_data_import: as a workbook for Frappe's Data Import.

	Raises:
		frappe.PermissionError: no right to hand such a table in.
		TemplateError: there is no such template.
	"""
	found = guide.need_template(template)
	if for_data_import:
		if found.reader != templates.RECORDS:
			frappe.throw(_("Data Import does not take this table."), templates.TemplateError)
		frappe.response["filename"] = f"{found.key}-data-import.xlsx"
		frappe.response["filecontent"] = templates.data_import_xlsx(template)
	else:
		frappe.response["filename"] = found.file_name
		frappe.response["filecontent"] = templates.template_csv(template)
	frappe.response["type"] = "download"


@frappe.whitelist(methods=["POST"])
@plain_texts
def name_district(code: str, name: str) -> dict[str, Any]:
	"""Make and name the district. Arguments, result and errors as `guide.name_district`.

	Args:
		code: 12 digits.
		name: official name.
	"""
	guide.need_guide()
	return guide.name_district(code, name)


@frappe.whitelist(methods=["POST"])
@plain_texts
def name_office(
	code: str, name: str, letter_prefix: str = "", phone: str = "", address: str = ""
) -> dict[str, Any]:
	"""Make and name the petition office. Result and errors as `guide.name_office`.

	Args:
		code: code of the unit.
		name: official name.
		letter_prefix: word before the year in its letter numbers.
		phone: office phone.
		address: office address.
	"""
	guide.need_guide()
	return guide.name_office(code, name, letter_prefix, phone, address)


# No @plain_texts on the two below: a table is taken apart and judged cell by cell, and a first password stays as typed.
@frappe.whitelist(methods=["POST"])
def hand_in_table(
	template: str, text: str | None = None, content: str | None = None, is_trial: bool = False
) -> dict[str, Any]:
	"""Hand in a table: all rows are written, or none.

	Args:
		template: id of the template it follows.
		text: cells pasted from a spreadsheet, headings first.
		content: a CSV or XLSX file as base64, instead of text.
		is_trial: check everything, write nothing.

	Returns:
		total_rows, added, changed, unchanged, is_written, remarks (row, title, text), ignored_columns, summary.

	Raises:
		TableImportError: the table cannot be read.
		frappe.PermissionError: no right to these records.
	"""
	guide.need_guide()
	return guide.hand_in(template, guide.read_handed_in(text, content), is_trial)


@frappe.whitelist(methods=["POST"])
def hand_in_staff(
	text: str | None = None, content: str | None = None, invite: str = "Link", is_trial: bool = False
) -> dict[str, Any]:
	"""Hand in the table of accounts; for managers of the site.

	Args:
		text: cells pasted from a spreadsheet, headings first.
		content: a CSV or XLSX file as base64, instead of text.
		invite: "Mail", or "Link" for links to hand over.
		is_trial: check everything, write nothing.

	Returns:
		As `hand_in_table`, and links: user, full_name and link, shown this once.

	Raises:
		TableImportError: the table cannot be read, or an account cannot be made.
		frappe.PermissionError: no manager of the site.
	"""
	guide.need_guide()
	return guide.hand_in_staff(guide.read_handed_in(text, content), invite, is_trial)


@frappe.whitelist(methods=["POST"])
@plain_texts
def change_classes(rows: list | str) -> int:
	"""Change limits of reply classes before their first use. Result and errors as `guide.change_classes`.

	Args:
		rows: name, modified, and the fields to change.
	"""
	guide.need_guide()
	return guide.change_classes(_read_rows(rows))


@frappe.whitelist(methods=["POST"])
@plain_texts
def change_letter_words(rows: list | str) -> int:
	"""Give each kind of letter its word. Result and errors as `guide.change_letter_words`.

	Args:
		rows: kind and word.
	"""
	guide.need_guide()
	return guide.change_letter_words(_read_rows(rows))


@frappe.whitelist(methods=["POST"])
@plain_texts
def change_settings(values: dict | str) -> int:
	"""Set hours and numbers. Result and errors as `guide.change_settings`.

	Args:
		values: field to value.
	"""
	guide.need_guide()
	return guide.change_settings(dict(read_mapping(values)))


@frappe.whitelist(methods=["POST"])
def fill_calendar(year: int) -> str:
	"""Fill the work calendar of a year. Result and errors as `guide.fill_calendar`.

	Args:
		year: calendar year.
	"""
	guide.need_guide()
	return guide.fill_calendar(year)


@frappe.whitelist(methods=["POST"])
def send_test_notice() -> dict[str, Any]:
	"""Send a notice to oneself. Result and errors as `guide.send_test_notice`."""
	guide.need_guide()
	return guide.send_test_notice()


def _read_rows(rows: list | str) -> Any:
	if isinstance(rows, str):
		try:
			return json.loads(rows)
		except ValueError:
			return None
	return rows
