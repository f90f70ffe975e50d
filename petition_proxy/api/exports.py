"""Lists and reports as files. Frappe's own ways out are replaced: they neither keep formulas from being run by a spreadsheet, nor
hold a large table without the memory for all of it, nor say afterwards who took what.
"""

import csv
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import frappe
from frappe import _
from frappe.core.doctype.data_export.exporter import DataExporter
from frappe.core.doctype.data_import.exporter import Exporter
from frappe.desk import query_report
from frappe.desk.reportview import get_field_info, get_form_params
from frappe.desk.utils import pop_csv_params
from frappe.model.db_query import DatabaseQuery
from frappe.utils import format_duration, now_datetime

from petition_proxy.permissions.scope import clear_scopes
from petition_proxy.queries.ledger import LedgerFilters, count_ledger, ledger_pages
from petition_proxy.utils.access_log import record_export
from petition_proxy.utils.client_values import ClientValueError, read_filters, read_mapping, read_names
from petition_proxy.utils.export_rules import describe_filters, is_ours, is_sealed, masker
from petition_proxy.utils.streams import CSV, ENDINGS, open_writer, safe_cell, streamed

# A person does not wait for more in front of an open page.
BACKGROUND_ROWS = 20_000
LEDGER = "Petition Ledger"
JOB = "petition-proxy|export|{user}|{what}"


class ExportError(frappe.ValidationError):
	"""The file cannot be made so."""


# The app's own way out
# ---------------------
@frappe.whitelist(methods=["POST"])
def export_records(
	doctype: str,
	fields: str | list,
	filters: str | list | dict | None = None,
	file_type: str = CSV,
	order_by: str | None = None,
) -> dict[str, Any] | None:
	"""A list as a file, of the records the caller may see; a large one is made in the background.

	Args:
		doctype: record type.
		fields: its columns.
		filters: as for a list.
		file_type: "CSV" or "Excel".
		order_by: as for a list; by name if none.

	Returns:
		None with the file as the answer; or `queued` and the number of rows, if it comes as a notice.

	Sends:
		application/octet-stream: the file, CSV or Excel.

	Raises:
		frappe.PermissionError: no right to export these records.
		ExportError: no such kind of file, or no column.
	"""
	params = {
		"doctype": doctype,
		"fields": read_names(fields),
		"filters": read_filters(filters),
		"order_by": order_by or "name asc",
		"file_format_type": file_type,
		"title": doctype,
	}
	frappe.local.form_dict = frappe._dict(params)
	return _answer_list(_read_list_params())


# Frappe's ways out, replaced by hooks.py
# ---------------------------------------
@frappe.whitelist()
def export_list() -> None:
	"""`frappe.desk.reportview.export_query`: list and Report Builder.

	Sends:
		application/octet-stream: the file, CSV or Excel.
		text/html: a page that says why there is none, or that it comes as a notice.

	Raises:
		frappe.PermissionError: no right to export these records.
	"""
	if answer := _answer_list(_read_list_params()):
		_say_queued(answer["rows"])


@frappe.whitelist()
def export_report() -> None:
	"""`frappe.desk.query_report.export_query`: script reports. The ledger is written page by page and whole.

	Sends:
		application/octet-stream: the file, CSV or Excel.
		text/html: a page that says why there is none, or that it comes as a notice.

	Raises:
		frappe.PermissionError: no right to the report, or to export its records.
	"""
	form = frappe._dict(frappe.local.form_dict)
	csv_params = pop_csv_params(form)
	query_report.clean_params(form)
	query_report.parse_json(form)
	report = query_report.get_report_doc(form.report_name)
	frappe.permissions.can_export(report.ref_doctype, raise_exception=True)
	file_type = _read_file_type(form.file_format_type)
	if report.name == LEDGER and not form.custom_columns:
		_export_ledger(form.filters, file_type, csv_params)
		return
	data = frappe._dict(
		query_report.run(
			report.name,
			form.filters,
			custom_columns=frappe.parse_json(form.custom_columns or "[]"),
			are_default_filters=False,
		)
	)
	data.filters = form.applied_filters or {}
	if not data.columns:
		frappe.respond_as_web_page(
			_("No data to export"), _("You can try changing the filters of your report.")
		)
		return
	# Frappe 16 rounds amounts in the same step and names it anew
	(getattr(query_report, "format_fields", None) or query_report.format_duration_fields)(data)
	visible = form.visible_idx
	visible = json.loads(visible) if isinstance(visible, str) else visible or []
	rows, *_widths = query_report.build_xlsx_data(
		data, visible, form.include_indentation, include_filters=form.include_filters
	)
	path = _write(file_type, report.name, rows, csv_params)
	record_export(
		"Report",
		report.name,
		file_type,
		len(rows) - 1,
		describe_filters(form.filters),
		", ".join(c.get("fieldname") or "" for c in data.columns),
	)
	_respond(path, _(report.name), file_type)


@frappe.whitelist()
def export_data(
	doctype: str | list | None = None,
	parent_doctype: str | None = None,
	all_doctypes: bool | str | int = True,
	with_data: bool | str | int = False,
	select_columns: str | dict | None = None,
	file_type: str = CSV,
	template: bool | str | int = False,
	filters: str | dict | list | None = None,
	export_without_column_meta: bool | str | int = False,
) -> None:
	"""`frappe.core.doctype.data_export.exporter.export_data`, with the right to export asked for before anything is read.

	Args:
		doctype: record type, or a list that begins with it.
		parent_doctype: record type whose right to export is asked for; `doctype` by default.
		all_doctypes: with the tables of the record.
		with_data: with the records; only the headings otherwise.
		select_columns: record type or table to the names of its columns.
		file_type: "CSV" or "Excel".
		template: with the lines that Data Import reads.
		filters: as for a list.
		export_without_column_meta: without the lines that describe the columns.

	Sends:
		text/csv: the sheet, as CSV.
		application/octet-stream: the sheet, for Excel.

	Raises:
		frappe.PermissionError: no right to export these records.
		ClientValueError: no record type named.
	"""
	name = doctype[0] if isinstance(doctype, list) and doctype else doctype
	if not isinstance(name, str) or not frappe.db.exists("DocType", name):
		raise ClientValueError(_("Which record is meant is missing here. Load the form again."))
	frappe.permissions.can_export(parent_doctype or name, raise_exception=True)
	with _as_asked():
		exporter = _SafeDataExporter(
			doctype=doctype,
			parent_doctype=parent_doctype,
			all_doctypes=_is_true(all_doctypes),
			with_data=_is_true(with_data),
			select_columns=json.dumps(read_mapping(select_columns)) if select_columns else None,
			file_type=file_type,
			template=_is_true(template),
			filters=json.dumps(read_filters(filters)) if filters else None,
			export_without_column_meta=_is_true(export_without_column_meta),
		)
		exporter.build_response()
	if exporter.with_data:
		record_export(
			"DocType",
			name,
			file_type,
			len(exporter.data),
			describe_filters(exporter.filters, name),
			", ".join(c for c in exporter.columns if c not in ("", "~")),
		)


@frappe.whitelist()
def download_template(
	doctype: str,
	export_fields: str | dict | None = None,
	export_records: str | None = None,
	export_filters: str | dict | list | None = None,
	file_type: str = CSV,
) -> None:
	"""`frappe.core.doctype.data_import.data_import.download_template`: a blank sheet for everybody who may import, records
	only for who may export them.

	Args:
		doctype: record type.
		export_fields: record type or table to the names of its columns.
		export_records: "blank_template", "5_records", "by_filter" or "all".
		export_filters: as for a list.
		file_type: "CSV" or "Excel".

	Sends:
		text/csv: the sheet, as CSV.
		application/octet-stream: the sheet, for Excel.

	Raises:
		frappe.PermissionError: no right to export these records.
	"""
	with_records = export_records != "blank_template"
	if with_records:
		frappe.permissions.can_export(doctype, raise_exception=True)
	with _as_asked():
		exporter = _SafeTemplateExporter(
			doctype,
			export_fields=read_mapping(export_fields),
			export_data=with_records,
			export_filters=read_filters(export_filters),
			file_type=file_type,
			export_page_length=5 if export_records == "5_records" else None,
		)
		exporter.build_response()
	if with_records:
		record_export(
			"DocType",
			doctype,
			file_type,
			len(exporter.csv_array) - 1,
			describe_filters(export_filters, doctype),
			", ".join(df.fieldname for df in exporter.fields),
		)


@contextmanager
def _as_asked():
	"""Frappe's exporters trust the columns and filters they are sent; what they stumble over is told as a sentence.

	Raises:
		ClientValueError: no such column, filter or kind of file.
	"""
	try:
		yield
	except (KeyError, AttributeError, TypeError, frappe.db.OperationalError) as error:
		raise ClientValueError(_("These columns or filters cannot be read. Choose them again.")) from error


class _SafeDataExporter(DataExporter):
	"""Frappe's exporter, with harmless cells, masked names and without sealed values."""

	def append_field_column(self, docfield, for_mandatory):
		if docfield and not is_sealed(docfield.get("fieldname") or ""):
			super().append_field_column(docfield, for_mandatory)

	def add_data_row(self, rows, dt, parentfield, doc, rowidx):
		super().add_data_row(rows, dt, parentfield, doc, rowidx)
		# the first cell of a line is none of the columns
		mask = masker(["", *self.columns]) if is_ours(dt) else list
		rows[rowidx] = [safe_cell(value) for value in mask(_filled(rows[rowidx], len(self.columns) + 1))]


class _SafeTemplateExporter(Exporter):
	"""The same for Data Import's sheets."""

	def get_exportable_fields(self, doctype, fieldnames):
		return [
			df for df in super().get_exportable_fields(doctype, fieldnames) if not is_sealed(df.fieldname)
		]

	def add_data_row(self, doctype, parentfield, doc, rows, row_idx):
		rows = super().add_data_row(doctype, parentfield, doc, rows, row_idx)
		mask = masker([df.fieldname for df in self.fields]) if is_ours(self.doctype) else list
		rows[row_idx] = [safe_cell(value) for value in mask(rows[row_idx])]
		return rows


def _filled(row: list, length: int) -> list:
	return [*row, *[""] * (length - len(row))]


def _is_true(value: Any) -> bool:
	return value.lower() in ("true", "1") if isinstance(value, str) else bool(value)


# Lists
# -----
def _read_list_params() -> frappe._dict:
	params = get_form_params()
	params["limit_page_length"] = None
	params["as_list"] = True
	params["file_format_type"] = _read_file_type(params.get("file_format_type"))
	if selection := params.pop("selected_items", None):
		params["filters"] = {"name": ("in", read_names(selection))}
	params["csv_params"] = pop_csv_params(params)
	return params


def _read_file_type(value: str | None) -> str:
	if value not in ENDINGS:
		frappe.throw(_("Choose CSV or Excel as the kind of file."), ExportError)
	return value


def _answer_list(params: frappe._dict) -> dict[str, Any] | None:
	frappe.permissions.can_export(params.doctype, raise_exception=True)
	export = ListExport(params)
	count = export.count()
	if count > BACKGROUND_ROWS:
		_enqueue("list", params.doctype, params=dict(params))
		return {"queued": True, "rows": count}
	_respond(export.write(), _(export.title), export.file_type)
	return None


class ListExport:
	"""One list as a file: its statement is Frappe's own, with row access, and its rows are written as they come.

	Args:
		params: what the list sent, read by `get_form_params`.
	"""

	def __init__(self, params: dict[str, Any]):
		params = frappe._dict(params)
		self.doctype = params.pop("doctype")
		self.file_type = params.pop("file_format_type")
		self.title = params.pop("title", None) or self.doctype
		self.csv_params = params.pop("csv_params")
		self.with_totals = str(params.pop("add_totals_row", "")) == "1"
		self.translates = str(params.pop("translate_values", "")) == "1" and frappe.local.lang != "en"
		self.filters = params.filters
		params.fields = [f for f in params.fields or () if not is_sealed(_bare(f))]
		if not params.fields:
			frappe.throw(_("Choose at least one column."), ExportError)
		self.query = DatabaseQuery(self.doctype)
		self.sql = self.query.execute(**params, run=False)

	def count(self) -> int:
		return frappe.db.sql(f"select count(*) from ({self.sql}) exported")[0][0]

	def write(self) -> str:
		"""Write the file and the record of it.

		Returns:
			Path of the file.
		"""
		info = get_field_info(self.query.fields, self.doctype)
		with (
			_new_file(self.file_type) as path,
			open_writer(self.file_type, path, self.title, **self.csv_params) as writer,
		):
			writer.write([_("Sr"), *(column["label"] for column in info)])
			with streamed(self.sql) as rows:
				for number, row in enumerate(self._shown(rows, info), 1):
					writer.write([number, *row])
			count = writer.rows - 1
			if self.with_totals and self.totals is not None:
				writer.write([_("Total"), *self.totals])
		record_export(
			"DocType",
			self.doctype,
			self.file_type,
			count,
			describe_filters(self.filters, self.doctype),
			", ".join(_bare(f) for f in self.query.fields),
		)
		return path

	def _shown(self, rows: Iterator[list], info: list[dict]) -> Iterator[list]:
		"""Rows with masked names, plain text and translated choices; no question is put to the database here."""
		from frappe.utils.xlsxutils import handle_html

		names = [_bare(f) for f in self.query.fields]
		mask = masker(names) if is_ours(self.doctype) else list
		durations = self._durations(names)
		words = [column["translatable"] if self.translates else False for column in info]
		self.totals = None
		_("Total")  # reads the words of the language before the connection is busy
		for raw in rows:
			row = list(mask(raw))
			if self.with_totals:
				self._add_up(row)
			for at, value in enumerate(row):
				if not isinstance(value, str):
					if at in durations and value:
						row[at] = format_duration(value, durations[at])
				elif words[at]:
					row[at] = _(value)
				elif "<" in value and ">" in value:
					row[at] = handle_html(value)
			yield row

	def _durations(self, names: list[str]) -> dict[int, bool]:
		meta = frappe.get_meta(self.doctype)
		fields = [meta.get_field(name) for name in names]
		return {at: df.hide_days for at, df in enumerate(fields) if df and df.fieldtype == "Duration"}

	def _add_up(self, row: list) -> None:
		self.totals = self.totals or [""] * len(row)
		for at, value in enumerate(row):
			if isinstance(value, (int, float)) and not isinstance(value, bool):
				self.totals[at] = (self.totals[at] or 0) + value


def _bare(field: str) -> str:
	"""Name of a column as a list asks for it: "`tabPetition`.`subject` as x" is subject."""
	return field.split(" as ", 1)[0].split(".")[-1].strip("` )")


# The ledger
# ----------
def _export_ledger(filters, file_type: str, csv_params: dict) -> None:
	report = query_report.get_report_doc(LEDGER)  # asks for the right to it
	if not frappe.has_permission(report.ref_doctype, "report"):
		raise frappe.PermissionError(_("Must have report permission to access this report."))
	asked = frappe._dict(frappe.parse_json(filters) or {})
	count = count_ledger(LedgerFilters.read(asked), now_datetime())
	if count > BACKGROUND_ROWS:
		_enqueue("ledger", LEDGER, filters=dict(asked), file_type=file_type, csv_params=csv_params)
		_say_queued(count)
		return
	_respond(write_ledger(asked, file_type, csv_params), _(LEDGER), file_type)


def write_ledger(filters: dict, file_type: str, csv_params: dict | None = None) -> str:
	"""The whole petition ledger as a file, page by page.

	Args:
		filters: as the report takes them.
		file_type: "CSV" or "Excel".
		csv_params: delimiter and quoting.

	Returns:
		Path of the file.
	"""
	from petition_proxy.petition_proxy.report.petition_ledger.petition_ledger import get_columns, show_words

	columns = get_columns()
	with (
		_new_file(file_type) as path,
		open_writer(file_type, path, _(LEDGER), **(csv_params or {})) as writer,
	):
		writer.write([column.label for column in columns])
		for rows in ledger_pages(LedgerFilters.read(filters), now_datetime()):
			show_words(rows)
			writer.write_all([row.get(column.fieldname) for column in columns] for row in rows)
		count = writer.rows - 1
	record_export(
		"Report",
		LEDGER,
		file_type,
		count,
		describe_filters(filters),
		", ".join(column.fieldname for column in columns),
	)
	return path


# Files
# -----
@contextmanager
def _new_file(file_type: str) -> Iterator[str]:
	"""Path of a fresh file, which goes again if writing it fails."""
	handle, path = tempfile.mkstemp(suffix=f".{ENDINGS[file_type]}")
	os.close(handle)
	try:
		yield path
	except BaseException:
		os.unlink(path)
		raise


def _write(file_type: str, title: str, rows: Iterable[list], csv_params: dict) -> str:
	with _new_file(file_type) as path, open_writer(file_type, path, title, **csv_params) as writer:
		writer.write_all(rows)
	return path


def _respond(path: str, title: str, file_type: str) -> None:
	"""Answer with the file and take it off the disk. It holds `BACKGROUND_ROWS` rows at most, so it fits into the answer;
	the desk posts to an address from which Frappe passes on no answer of our own."""
	with open(path, "rb") as file:
		frappe.response["filecontent"] = file.read()
	os.unlink(path)
	frappe.response["filename"] = f"{title}.{ENDINGS[file_type]}"
	frappe.response["type"] = "binary"


def _say_queued(rows: int) -> None:
	frappe.respond_as_web_page(
		_("The file is being made"),
		_("{0} rows take a while. You get a notice with the file; you may close this page.").format(rows),
		indicator_color="blue",
	)


# In the background
# -----------------
def _enqueue(what: str, name: str, **values: Any) -> None:
	frappe.enqueue(
		"petition_proxy.api.exports.make_file",
		queue="long",
		timeout=3600,
		job_id=JOB.format(user=frappe.session.user, what=name),
		deduplicate=True,
		enqueue_after_commit=True,
		what=what,
		name=name,
		values=json.dumps(values, default=str),
	)


def make_file(what: str, name: str, values: str) -> str:
	"""Job: make a large file as the user who asked, keep it as the user's own, and tell the user.

	Args:
		what: "list" or "ledger".
		name: record type or report.
		values: what was asked, as JSON.

	Returns:
		Address of the private file.
	"""
	clear_scopes()
	asked = json.loads(values)
	if what == "ledger":
		# the rights may have changed since it was asked
		frappe.permissions.can_export("Petition", raise_exception=True)
		file_type, path = asked["file_type"], write_ledger(**asked)
	else:
		frappe.permissions.can_export(name, raise_exception=True)
		asked["params"]["csv_params"].setdefault("quoting", csv.QUOTE_NONNUMERIC)
		file_type, path = asked["params"]["file_format_type"], ListExport(asked["params"]).write()
	return _keep(path, name, file_type)


def _keep(path: str, name: str, file_type: str) -> str:
	"""Move the file among the private ones without reading it, and send a notice."""
	file_name = f"export-{frappe.generate_hash(length=10)}.{ENDINGS[file_type]}"
	target = frappe.get_site_path("private", "files", file_name)
	size = os.path.getsize(path)
	shutil.move(path, target)
	os.chmod(target, 0o640)
	file = frappe.new_doc("File")
	file.update(
		{
			"name": frappe.generate_hash(length=10),
			"file_name": file_name,
			"file_url": f"/private/files/{file_name}",
			"is_private": 1,
			"file_size": size,
			"folder": "Home",
		}
	)
	# attached to nothing: who may read the record a file hangs on may read the file, and this one is its owner's alone
	file.set_user_and_timestamp()
	file.db_insert()
	notice = {
		"doctype": "Notification Log",
		"subject": _("Your file is ready: {0}").format(_(name)),
		"for_user": frappe.session.user,
		"type": "Alert",
		"document_type": "File",
		"document_name": file.name,
		"link": file.file_url,
	}
	frappe.get_doc(notice).insert(ignore_permissions=True)  # to the user's own bell
	return file.file_url
