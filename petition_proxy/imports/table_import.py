"""Taking over a table of master records: read, check every row, write all of it or nothing.

The same table again changes nothing, and a blank cell leaves what is on file. Frappe's Data Import does these records
too, but row by row, and it wants the region above a region to be on file before it looks at the table.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, flt, getdate, strip_html

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.ledger import parse_date
from petition_proxy.domain.tables import SURPLUS, Table, TableRow, cell_key, cell_line
from petition_proxy.imports.ledger_import import FORMULA_SIGNS, harmless_cell
from petition_proxy.imports.tables import read_table
from petition_proxy.imports.templates import (
	RECORDS,
	Column,
	Template,
	data_import_heading,
	field_of,
	heading_of,
	is_needed,
)
from petition_proxy.permissions.scope import clear_scopes
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.texts import clean

MOST_ROWS = 5_000
MOST_BYTES = 10 * 1024**2
MOST_REMARKS = 50
DATA_LENGTH = 140
YES = frozenset({"是", "√", "1", "y", "yes", "true"})
NO = frozenset({"否", "×", "0", "n", "no", "false"})
NUMBERS = ("Int", "Float")
SAVEPOINT, ROW_SAVEPOINT = "table_import", "table_import_row"
REFUSALS = (frappe.ValidationError, frappe.PermissionError, DomainError)


class TableImportError(frappe.ValidationError):
	"""The table cannot be read at all; nothing has been written."""


class RowRefusedError(Exception):
	"""A row cannot be taken; the message is the reason, in the user's language."""


@dataclass(frozen=True)
class Remark:
	"""A row that is wrong: where it stands, what it is about, and why, in the user's language."""

	row_number: int
	title: str
	text: str


@dataclass
class TableImportResult:
	"""What a table did, or would do. With remarks nothing has been written.

	Args:
		total_rows: rows in the table.
		added, changed, unchanged: records.
		remarks: what is wrong, by row; at most fifty.
		ignored_columns: headings that mean nothing here.
	"""

	total_rows: int = 0
	added: int = 0
	changed: int = 0
	unchanged: int = 0
	remarks: list[Remark] = field(default_factory=list)
	ignored_columns: tuple[str, ...] = ()
	is_trial: bool = False

	def summary(self) -> str:
		"""The counts in one line."""
		if self.remarks:
			return _(
				"{0} rows, {1} of them wrong. Nothing has been written; mend them and hand it in again."
			).format(self.total_rows, len({remark.row_number for remark in self.remarks}))
		text = (
			_("{0} rows: {1} would be added, {2} changed, {3} are on file already")
			if self.is_trial
			else _("{0} rows: {1} added, {2} changed, {3} were on file already")
		)
		return text.format(self.total_rows, self.added, self.changed, self.unchanged)

	def as_dict(self) -> dict[str, Any]:
		"""For a client."""
		return {
			"total_rows": self.total_rows,
			"added": 0 if self.remarks else self.added,
			"changed": 0 if self.remarks else self.changed,
			"unchanged": self.unchanged,
			"is_written": not (self.remarks or self.is_trial),
			"remarks": [{"row": r.row_number, "title": r.title, "text": r.text} for r in self.remarks],
			"ignored_columns": list(self.ignored_columns),
			"summary": self.summary(),
		}

	def remarks_csv(self) -> bytes:
		"""The remarks as a file that a spreadsheet opens with the right characters."""
		out = io.StringIO()
		writer = csv.writer(out)
		writer.writerow([_("Row"), _("Name"), _("Reason")])
		for remark in self.remarks:
			writer.writerow([remark.row_number, harmless_cell(remark.title), harmless_cell(remark.text)])
		return out.getvalue().encode("utf-8-sig")


@dataclass
class _Record:
	"""What one row, or several of a table in a record, ask for."""

	row_number: int
	values: dict[str, Any]
	children: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
	name: str | None = None  # on file, or written by now
	waiting: dict[str, Any] = field(default_factory=dict)  # links to rows that are written later

	@property
	def title(self) -> str:
		return str(next((v for v in self.values.values() if v), ""))


# The whole
# ---------
def import_records(
	template: Template, data: bytes | str, *, is_trial: bool = False, examples_allowed: bool = False
) -> TableImportResult:
	"""Add and change records from a table, in the transaction of the caller; one wrong row and nothing is written.

	Args:
		template: what the table is.
		data: content of a CSV or XLSX file, or cells pasted from a spreadsheet.
		is_trial: check everything, write nothing.
		examples_allowed: take rows that are the template's own examples (tests).

	Raises:
		TableImportError: the table cannot be read, is too large, or lacks a column.
		frappe.PermissionError: the user may not create and change these records.
	"""
	if template.reader != RECORDS:
		raise ValueError(template.key)
	for right in ("create", "write"):
		frappe.has_permission(template.doctype, right, throw=True)
	table = read_limited(data)
	columns, ignored = find_columns(template, table.header)
	result = TableImportResult(len(table.rows), ignored_columns=ignored, is_trial=is_trial)
	reader = _Reader(template, columns, result, examples_allowed)
	records = reader.read(table.rows)
	if not result.remarks:
		reader.write(records)
	result.remarks = sorted(result.remarks, key=lambda remark: remark.row_number)[:MOST_REMARKS]
	return result


def read_limited(data: bytes | str) -> Table:
	"""Read a table of a size that one request can take.

	Raises:
		TableImportError: too large, empty, or no table.
	"""
	size = len(data) if isinstance(data, bytes) else len(data.encode(errors="replace"))
	if size > MOST_BYTES:
		frappe.throw(
			_("The table is larger than {0} MB. Split it and hand in the parts.").format(
				MOST_BYTES // 1024**2
			),
			TableImportError,
		)
	with domain_errors(TableImportError):
		table = read_table(data)
	if len(table.rows) > MOST_ROWS:
		frappe.throw(
			_("The table has {0} rows; {1} go in at once. Split it and hand in the parts.").format(
				len(table.rows), MOST_ROWS
			),
			TableImportError,
		)
	if not table.rows:
		frappe.throw(_("The table has headings but no rows. Fill in at least one."), TableImportError)
	return table


def find_columns(template: Template, header: Sequence[str]) -> tuple[dict[str, Column], tuple[str, ...]]:
	"""Which heading is which column.

	Returns:
		heading to column, and the headings that mean nothing here.

	Raises:
		TableImportError: a column stands twice, or one that is needed is missing.
	"""
	known = {}
	for column in template.columns:
		for word in _headings(template, column):
			known.setdefault(_key(word), column)
	found: dict[str, Column] = {}
	for heading in header:
		column = known.get(_key(heading))
		if column and column in found.values():
			frappe.throw(
				_("Column {0} stands twice. Delete one of the two.").format(heading), TableImportError
			)
		if column:
			found[heading] = column
	missing = [
		heading_of(template, column)
		for column in template.columns
		if is_needed(template, column) and column not in found.values()
	]
	if missing:
		frappe.throw(
			_("The table lacks these columns: {0}. Download the template and keep its headings.").format(
				", ".join(missing)
			),
			TableImportError,
		)
	return found, tuple(heading for heading in header if heading not in found)


def _headings(template: Template, column: Column) -> Iterator[str]:
	yield column.fieldname
	yield from column.headings
	df = field_of(template, column)
	if df:
		yield df.label
		for lang in {frappe.local.lang, "zh", "en"}:
			yield _(df.label, lang=lang, context=df.parent)
			yield _(df.label, lang=lang)
		yield data_import_heading(template, column)


def _key(heading: str) -> str:
	return cell_key(heading).casefold().replace(" ", "")


# Cells
# -----
def read_text(value: object, label: str) -> str:
	"""A cell as one line that no spreadsheet runs as a formula.

	Raises:
		RowRefusedError: it is a formula, or too long.
	"""
	text = cell_line(clean(str(value)) if isinstance(value, str) else value)
	if cell_key(text[:1]).startswith(FORMULA_SIGNS):
		raise RowRefusedError(
			_("{0}: {1} begins like a formula. Take the first sign away.").format(label, text[:20])
		)
	if "<" in text or ">" in text:
		raise RowRefusedError(_("{0} has < or > in it. Take them out.").format(label))
	if len(text) > DATA_LENGTH:
		raise RowRefusedError(_("{0} is longer than {1} characters.").format(label, DATA_LENGTH))
	return text


def option_of(text: str, options: Sequence[str], context: str | None, label: str) -> str:
	"""The choice that a cell means, written as stored or in the language of the session or in Chinese.

	Raises:
		RowRefusedError: none.
	"""
	wanted = _key(text)
	for option in options:
		words = {option, *(_(option, lang=lang, context=context) for lang in (frappe.local.lang, "zh"))}
		if wanted in map(_key, words):
			return option
	shown = " / ".join(_(option, context=context) for option in options if option)
	raise RowRefusedError(_("{0}: {1} is none of {2}").format(label, text[:40], shown))


class Links:
	"""What cells may mean by the name of another record: read once for each record type, rows of the table included."""

	def __init__(self) -> None:
		self.known: dict[str, dict[str, set[str]]] = {}

	def add(self, doctype: str, name: str, *titles: str) -> None:
		for word in (name, *titles):
			if word:
				self._of(doctype).setdefault(str(word), set()).add(name)

	def find(self, doctype: str, text: str, label: str) -> str:
		"""
		Raises:
			RowRefusedError: nothing, or more than one, is called so.
		"""
		found = self._of(doctype).get(text, set())
		if text in found:
			return text
		if not found:
			raise RowRefusedError(_("{0}: there is no {1}").format(label, text))
		if len(found) > 1:
			raise RowRefusedError(_("{0}: several are called {1}, give the code").format(label, text))
		return next(iter(found))

	def _of(self, doctype: str) -> dict[str, set[str]]:
		if doctype not in self.known:
			self.known[doctype] = {}
			title = "path" if doctype == "Petition Category" else frappe.get_meta(doctype).title_field
			for row in frappe.get_all(doctype, fields=["name", title or "name"], order_by="name asc"):
				self.add(doctype, row.name, row.get(title or "name"))
		return self.known[doctype]


# Rows
# ----
class _Reader:
	"""Turns rows into records, and writes them."""

	def __init__(
		self,
		template: Template,
		columns: Mapping[str, Column],
		result: TableImportResult,
		examples_allowed: bool,
	) -> None:
		self.template, self.columns, self.result = template, columns, result
		self.examples_allowed = examples_allowed
		self.meta = frappe.get_meta(template.doctype)
		self.fields = {c.fieldname: field_of(template, c) for c in template.columns}
		self.labels = {c.fieldname: heading_of(template, c) for c in template.columns}
		self.links = Links()
		self.own_links = [
			name
			for name, df in self.fields.items()
			if df.fieldtype == "Link" and df.options == template.doctype
		]
		self.named_by = (
			(self.meta.autoname or "").removeprefix("field:") if self._is_named_by_field() else None
		)

	def _is_named_by_field(self) -> bool:
		return (self.meta.autoname or "").startswith("field:")

	def refuse(self, row_number: int, title: str, text: str) -> None:
		self.result.remarks.append(Remark(row_number, title[:60], text))

	def read(self, rows: Sequence[TableRow]) -> list[_Record]:
		"""The records the rows ask for; what is wrong goes to the remarks."""
		self._announce(rows)
		records: dict[tuple, _Record] = {}
		for row in rows:
			try:
				if not self.examples_allowed and self._is_example(row):
					raise RowRefusedError(_("this is an example of the template; delete the row"))
				self._collect(row.number, self._read_row(row), records)
			except RowRefusedError as refused:
				self.refuse(row.number, self._title_of(row), str(refused))
			if len(self.result.remarks) >= MOST_REMARKS:
				break
		found = list(records.values())
		for fieldname in self.own_links:
			self._refuse_loops(found, fieldname)
		self._match(found)
		return found

	def _title_of(self, row: TableRow) -> str:
		return next(
			(cell_line(row.cells.get(heading)) for heading in self.columns if row.cells.get(heading)), ""
		)

	def _announce(self, rows: Sequence[TableRow]) -> None:
		"""Let links find what this very table brings."""
		if not (self.own_links and self.named_by):
			return
		by_field = {column.fieldname: heading for heading, column in self.columns.items()}
		for row in rows:
			name = cell_line(row.cells.get(by_field.get(self.named_by, ""), ""))
			title = cell_line(row.cells.get(by_field.get(self.meta.title_field or "", ""), ""))
			if name:
				self.links.add(self.template.doctype, name, title)

	def _read_row(self, row: TableRow) -> dict[str, Any]:
		if row.cells.get(SURPLUS):
			raise RowRefusedError(_("more cells than headings: {0}").format(str(row.cells[SURPLUS])[:40]))
		values = {}
		for heading, column in self.columns.items():
			cell = row.cells.get(heading)
			if cell is None or not cell_line(cell):
				if is_needed(self.template, column):
					raise RowRefusedError(_("{0} is missing").format(self.labels[column.fieldname]))
				continue
			values[column.fieldname] = self._read_cell(cell, column.fieldname)
		return values

	def _read_cell(self, cell: object, fieldname: str) -> Any:
		df, label = self.fields[fieldname], self.labels[fieldname]
		if df.fieldtype in NUMBERS:
			return _number(cell, df.fieldtype, label)
		if df.fieldtype == "Date":
			moment = parse_date(cell)
			if not moment:
				raise RowRefusedError(
					_("{0}: {1} is no day, write it like 2026-12-31").format(label, cell_line(cell)[:20])
				)
			return moment.date()
		if df.options == "Phone":
			return cell_line(cell)[:DATA_LENGTH]  # the record checks the number; +86 is no formula
		text = read_text(cell, label)
		if df.fieldtype == "Check":
			if text.casefold() not in YES | NO:
				raise RowRefusedError(_("{0}: write yes or no").format(label))
			return int(text.casefold() in YES)
		if df.fieldtype == "Select":
			options = [option for option in (df.options or "").split("\n") if option]
			return option_of(text, options, df.parent, label)
		if df.fieldtype == "Link":
			return self.links.find(df.options, text, label)
		return text

	def _is_example(self, row: TableRow) -> bool:
		cells = {column.fieldname: cell_line(row.cells.get(h)) for h, column in self.columns.items()}
		return any(
			all(cells.get(f, "") == example.get(f, "") for f in self.template.key_fields)
			for example in self.template.examples
		)

	def _collect(self, row_number: int, values: dict[str, Any], records: dict[tuple, _Record]) -> None:
		"""A new record, or one more row of a table in the record above."""
		own = {k: v for k, v in values.items() if "." not in k}
		rows = {k: v for k, v in values.items() if "." in k}
		key = tuple(str(own.get(f) or "") for f in self.template.key_fields)
		first = records.get(key)
		if first and not rows:
			raise RowRefusedError(_("stands in row {0} already").format(first.row_number))
		if first and any(first.values.get(k) != v for k, v in own.items()):
			raise RowRefusedError(
				_("says something else than row {0} about the same").format(first.row_number)
			)
		record = records.setdefault(key, _Record(row_number, own))
		for name, value in rows.items():
			table, _dot, fieldname = name.partition(".")
			lines = record.children.setdefault(table, [])
			if fieldname == self._first_of(table):
				lines.append({})
			lines[-1][fieldname] = value

	def _first_of(self, table: str) -> str:
		return next(
			c.fieldname.partition(".")[2]
			for c in self.template.columns
			if c.fieldname.startswith(f"{table}.")
		)

	def _refuse_loops(self, records: list[_Record], fieldname: str) -> None:
		if not self.named_by:
			return
		above = {str(r.values[self.named_by]): r.values.get(fieldname) for r in records}
		for record in records:
			seen, name = set(), str(record.values[self.named_by])
			start = name
			while name in above and above[name] and name not in seen:
				seen.add(name)
				name = above[name]
				if name == start:
					self.refuse(
						record.row_number,
						record.title,
						_("{0}: it would stand above itself").format(self.labels[fieldname]),
					)
					break

	def _match(self, records: list[_Record]) -> None:
		"""Find out which records are on file."""
		keys = self.template.key_fields
		first = keys[0]
		values = sorted({str(r.values[first]) for r in records if r.values.get(first)})
		filters = {first: ("in", values)} if values and all(r.values.get(first) for r in records) else {}
		on_file = frappe.get_all(
			self.template.doctype, filters=filters, fields=["name", *keys], order_by="name asc"
		)
		names = {tuple(str(row[f] or "") for f in keys): row.name for row in on_file}
		for record in records:
			record.name = names.get(tuple(str(record.values.get(f) or "") for f in keys))

	# Writing
	# -------
	def write(self, records: list[_Record]) -> None:
		"""Write all, or with a remark nothing; a trial is undone."""
		frappe.db.savepoint(SAVEPOINT)
		touched: list[tuple[str, str]] = []
		try:
			for record in self._in_order(records):
				self._attempt(record, self._save, touched)
			for record in records:
				if record.waiting and not self.result.remarks:
					self._attempt(record, self._save_waiting, touched)
		finally:
			if self.result.remarks or self.result.is_trial:
				frappe.db.rollback(save_point=SAVEPOINT)
			# what was read meanwhile of records that are gone again, or have changed
			for doctype, name in touched:
				frappe.clear_document_cache(doctype, name)
			clear_scopes()

	def _attempt(self, record: _Record, act: Callable, touched: list) -> None:
		if len(self.result.remarks) >= MOST_REMARKS:
			return
		frappe.db.savepoint(ROW_SAVEPOINT)
		try:
			act(record)
		except REFUSALS as error:
			frappe.db.rollback(save_point=ROW_SAVEPOINT)
			self.refuse(record.row_number, record.title, _words_of(error))
		finally:
			frappe.clear_messages()
			if record.name or self.named_by:
				touched.append((self.template.doctype, record.name or str(record.values[self.named_by])))

	def _in_order(self, records: list[_Record]) -> list[_Record]:
		"""Those above before those below. Links that still point forward wait."""
		if not (self.own_links and self.named_by):
			return records
		lead, *others = self.own_links
		by_name = {str(r.values[self.named_by]): r for r in records}
		done: dict[str, _Record] = {}

		def visit(name: str) -> None:
			chain = []
			while name in by_name and name not in done and name not in chain:
				chain.append(name)
				name = by_name[name].values.get(lead) or ""
			for one in reversed(chain):
				done[one] = by_name[one]

		for name in by_name:
			visit(name)
		written: set[str] = {r.name for r in records if r.name}
		for name, record in done.items():
			for fieldname in others:
				target = record.values.get(fieldname)
				if target in by_name and target not in written:
					record.waiting[fieldname] = record.values.pop(fieldname)
			written.add(name)
		return list(done.values())

	def _save(self, record: _Record) -> None:
		doc = (
			frappe.get_doc(self.template.doctype, record.name)
			if record.name
			else frappe.new_doc(self.template.doctype)
		)
		if not self._fill(doc, record):
			self.result.unchanged += 1
			return
		if record.name:
			doc.save()
			self.result.changed += 1
		else:
			doc.insert()
			record.name = doc.name
			self.result.added += 1

	def _save_waiting(self, record: _Record) -> None:
		doc = frappe.get_doc(self.template.doctype, record.name)
		if any((doc.get(k) or "") != v for k, v in record.waiting.items()):
			doc.update(record.waiting)
			doc.save()

	def _fill(self, doc, record: _Record) -> bool:
		"""Put the values in.

		Returns:
			whether anything differs from what is on file.
		"""
		differs = doc.is_new()
		for name, value in record.values.items():
			if _stored(doc.get(name), self.fields[name]) != value:
				doc.set(name, value)
				differs = True
		for table, lines in record.children.items():
			first = self._first_of(table)
			df = self.fields[f"{table}.{first}"]
			on_file = {_stored(row.get(first), df): row for row in doc.get(table)}
			for line in lines:
				row = on_file.get(line[first])
				if row is None:
					on_file[line[first]] = doc.append(table, line)
					differs = True
				elif any(_stored(row.get(k), self.fields[f"{table}.{k}"]) != v for k, v in line.items()):
					row.update(line)
					differs = True
		return differs


def _number(cell: object, fieldtype: str, label: str) -> int | float:
	text = cell_key(cell).replace(",", "")
	try:
		value = int(text) if fieldtype == "Int" else float(text)
	except ValueError:
		raise RowRefusedError(_("{0}: {1} is no number").format(label, text[:20])) from None
	if not -(10**9) < value < 10**9:  # neither infinite nor not a number
		raise RowRefusedError(_("{0}: {1} is no number").format(label, text[:20]))
	return value


def _stored(value: Any, df) -> Any:
	if df.fieldtype == "Date":
		return getdate(value) if value else None
	if df.fieldtype in ("Int", "Check"):
		return cint(value) if value is not None else None
	if df.fieldtype == "Float":
		return flt(value) if value is not None else None
	return value or None


def _plain(values: Mapping[str, Any]) -> dict[str, str]:
	return {k: str(v) for k, v in values.items()}


def _words_of(error: Exception) -> str:
	if isinstance(error, DomainError):
		return _(error.message).format(**error.params)
	if isinstance(error, frappe.MandatoryError):
		return _("{0} is missing").format(str(error).rpartition(":")[2].strip())
	return strip_html(str(error)) or _("You may not write this.")
