"""Taking over an old ledger: read, plan, write in chunks, say what was left out and why.

All channels are recorded in one system (Regulation on Petition Work art. 21). An import may be repeated at any time:
what is on file is left alone.
"""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import frappe
from frappe import _
from frappe.utils import now_datetime

from petition_proxy.domain.ledger import ColumnMap, LedgerRow, read_ledger
from petition_proxy.domain.tables import Table
from petition_proxy.imports.ledger_plan import (
	CASE_KEY_LENGTH,
	CasePlan,
	Planner,
	RowRefusedError,
	ledger_key,
)
from petition_proxy.imports.ledger_writer import Writer, known_keys
from petition_proxy.imports.tables import read_table
from petition_proxy.utils.errors import domain_errors, error_text
from petition_proxy.utils.places import get_place

CHUNK_ROWS = 500
NAME_LENGTH = 140
FORMULA_SIGNS = ("=", "+", "-", "@", "\t")


class LedgerImportError(frappe.ValidationError):
	"""The import cannot begin; nothing has been written."""


@dataclass(frozen=True)
class Remark:
	"""Something to look at: row in the file, external number if there is one, and the text in the user's language."""

	row_number: int
	external_no: str
	text: str


@dataclass
class ImportResult:
	"""What an import did, or would do.

	Args:
		total_rows: rows in the file.
		imported: rows that became cases.
		answered: those of them that came with a dated reply.
		unchanged: rows on file from an earlier import.
		rejected: rows left out, with the reason.
		warnings: doubts about rows that were taken.
	"""

	total_rows: int = 0
	imported: int = 0
	answered: int = 0
	unchanged: int = 0
	rejected: list[Remark] = field(default_factory=list)
	warnings: list[Remark] = field(default_factory=list)

	def rejects_csv(self) -> bytes:
		"""The rejected rows as CSV that a spreadsheet opens with the right characters."""
		out = io.StringIO()
		writer = csv.writer(out)
		writer.writerow([_("Row"), _("External Number"), _("Reason")])
		for remark in self.rejected:
			writer.writerow(
				[remark.row_number, harmless_cell(remark.external_no), harmless_cell(remark.text)]
			)
		return out.getvalue().encode("utf-8-sig")

	def summary(self) -> str:
		"""The counts in one line."""
		return _(
			"{0} rows: {1} imported ({2} answered), {3} already there, {4} rejected, {5} warnings"
		).format(
			self.total_rows,
			self.imported,
			self.answered,
			self.unchanged,
			len(self.rejected),
			len(self.warnings),
		)


def harmless_cell(text: str) -> str:
	"""Keep a spreadsheet from running a cell as a formula."""
	return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def run_import(
	data: bytes | str,
	source: str,
	mapping: ColumnMap | None = None,
	*,
	default_village: str | None = None,
	default_unit: str | None = None,
	dry_run: bool = False,
	import_batch: str | None = None,
	on_progress: Callable[[int, int], None] | None = None,
	commit: bool = True,
) -> ImportResult:
	"""Take over the rows of a ledger as petitions.

	Args:
		data: content of the CSV or XLSX file.
		source: name of the ledger; with the external number it tells a case apart.
		mapping: which column fills which field; guessed from the headings if None.
		default_village: code of the village for rows that name none.
		default_unit: handling unit for rows that name none.
		dry_run: check everything, write nothing.
		import_batch: Ledger Import the cases belong to.
		on_progress: called with rows done and rows in all, after each chunk.
		commit: commit after each chunk, so that filings need not wait for the end; what a broken import has
			written stays, and a second run does the rest. Callers with a transaction of their own pass False.

	Raises:
		LedgerImportError: file, mapping, source, village or unit cannot be used; nothing has been written.
	"""
	source = (source or "").strip()
	with domain_errors(LedgerImportError):
		table = read_table(data)
		mapping = mapping or ColumnMap.guess(table.header)
		mapping.check_header(table.header)
		rows, rejections = read_ledger(table.rows, mapping)
	check_defaults(source, mapping, default_village, default_unit)
	result = ImportResult(total_rows=len(table.rows))
	for rejection in rejections:
		reason = error_text(rejection.error)
		result.rejected.append(Remark(rejection.row_number, rejection.external_no, reason))
	now = now_datetime().replace(microsecond=0)
	planner = Planner(source, now, default_village, default_unit, import_batch)
	writer = None if dry_run else Writer(source, now)
	for chunk in _chunks(rows):
		_take(chunk, planner, writer, result)
		if commit and not dry_run:
			frappe.db.commit()  # nosemgrep: the batch line; the number series is locked until here
		if on_progress:
			on_progress(result.imported + result.unchanged + len(result.rejected), len(table.rows))
	result.rejected.sort(key=lambda remark: remark.row_number)
	result.warnings.sort(key=lambda remark: remark.row_number)
	return result


def propose_mapping(table: Table) -> ColumnMap:
	"""The mapping that the headings of a file suggest.

	Raises:
		LedgerImportError: a needed column is not recognised; names the headings there are.
	"""
	with domain_errors(LedgerImportError):
		return ColumnMap.guess(table.header)


def check_defaults(source: str, mapping: ColumnMap, village: str | None, unit: str | None) -> None:
	"""Check what an import is told beside its file.

	Raises:
		LedgerImportError: no source, no village for rows without one, or a village or unit that cannot be used.
	"""
	if not source:
		frappe.throw(
			_("Name the old ledger: the name and the external number tell a case apart."), LedgerImportError
		)
	if len(source) > NAME_LENGTH:
		frappe.throw(
			_("The name of the ledger is longer than {0} characters.").format(NAME_LENGTH), LedgerImportError
		)
	if village and not (frappe.db.exists("Region", village) and get_place(village).level == "Village"):
		frappe.throw(
			_("{0} is not a village or community. Give the code of one.").format(village), LedgerImportError
		)
	if not village and "village" not in mapping.columns.values():
		frappe.throw(
			_("The file has no village column. Map one, or say in which village the cases belong."),
			LedgerImportError,
		)
	if unit and not frappe.db.get_value("Handling Unit", unit, "is_active"):
		frappe.throw(_("There is no active handling unit {0}.").format(unit), LedgerImportError)


def _chunks(rows: list[LedgerRow]) -> Iterator[list[LedgerRow]]:
	"""In the order in which the cases came in, so that the numbers follow the dates."""
	ordered = sorted(rows, key=lambda row: (row.petitioned_at, row.row_number))
	for start in range(0, len(ordered), CHUNK_ROWS):
		yield ordered[start : start + CHUNK_ROWS]


def _take(rows: list[LedgerRow], planner: Planner, writer: Writer | None, result: ImportResult) -> None:
	keys = {row.row_number: ledger_key(planner.source, row.external_no, CASE_KEY_LENGTH) for row in rows}
	known = known_keys("Petition", list(keys.values()))
	plans: list[CasePlan] = []
	for row in rows:
		if keys[row.row_number].casefold() in known:
			result.unchanged += 1
			continue
		try:
			plans.append(planner.plan(row))
		except RowRefusedError as refused:
			result.rejected.append(Remark(row.row_number, row.external_no, str(refused)))
	failures = writer.write(plans) if writer else []
	failed = {id(plan) for plan, _reason in failures}
	for plan, reason in failures:
		result.rejected.append(Remark(plan.row.row_number, plan.row.external_no, reason))
	for plan in plans:
		if id(plan) not in failed:
			result.imported += 1
			result.answered += bool(plan.petition["replied_at"])
			result.warnings += [Remark(plan.row.row_number, plan.row.external_no, w) for w in plan.warnings]
