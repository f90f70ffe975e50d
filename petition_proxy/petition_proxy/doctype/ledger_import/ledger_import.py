import frappe
from frappe import _
from frappe.model.document import Document

from petition_proxy.domain.ledger import ColumnMap
from petition_proxy.domain.tables import Table
from petition_proxy.imports.ledger_columns import LABELS, make_map
from petition_proxy.imports.ledger_import import (
	ImportResult,
	LedgerImportError,
	Remark,
	propose_mapping,
	run_import,
)
from petition_proxy.imports.runs import (
	FAILED,
	IMPORTED,
	NEW,
	TRIED,
	add_file,
	attach_rejects,
	lock_to_start,
	put_on_queue,
	refuse_while_running,
)
from petition_proxy.imports.tables import read_attached, read_table
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.files import keep_private
from petition_proxy.utils.identity import keep_server_fields

SERVER_FIELDS = (
	"status",
	"total_rows",
	"imported",
	"unchanged",
	"rejected",
	"warnings",
	"rejects_file",
	"log",
)
FIXED_FIELDS = ("source", "ledger_file")
PROGRESS = "ledger_import_progress"
TIMEOUT_SECONDS = 4 * 60 * 60
LOG_LINES = 500


class ImportDoneError(frappe.ValidationError):
	"""Cases name this import as their origin, so its file and source stand."""


class LedgerImport(Document):
	def validate(self):
		keep_server_fields(self, SERVER_FIELDS)
		self.status = self.status or NEW
		refuse_while_running(self)
		self.validate_origin()
		self.propose_columns()

	def on_update(self):
		keep_private(self, ("ledger_file",))

	def validate_origin(self):
		before = self.get_doc_before_save()
		if before and before.status == IMPORTED and any(before.get(f) != self.get(f) for f in FIXED_FIELDS):
			frappe.throw(
				_("Cases came from this file already. Make a new Ledger Import for another one."),
				ImportDoneError,
			)

	def propose_columns(self):
		"""Fill the mapping from the headings when a file is attached whose columns the rows do not name."""
		before = self.get_doc_before_save()
		if self.flags.ignore_file or (before and before.ledger_file == self.ledger_file):
			return
		table = self.read_ledger_file()
		named = [row.source_column for row in self.mappings]
		if named and set(named) <= set(table.header):
			return
		try:
			self.set_columns(propose_mapping(table))
		except LedgerImportError as error:
			frappe.clear_last_message()
			self.mappings = []
			frappe.msgprint(
				_("{0} The file has these columns: {1}. Choose in the table what each becomes.").format(
					str(error), ", ".join(table.header)
				),
				title=_("Columns"),
				indicator="orange",
			)

	def read_ledger_file(self) -> Table:
		with domain_errors(LedgerImportError):
			return read_table(read_attached(self.ledger_file))

	def set_columns(self, columns: ColumnMap):
		self.mappings = []
		for heading, target in columns.columns.items():
			self.append("mappings", {"source_column": heading, "target_field": LABELS[target]})

	def get_columns(self) -> ColumnMap:
		with domain_errors(LedgerImportError):
			return make_map((row.source_column, row.target_field) for row in self.mappings)


@frappe.whitelist(methods=["POST"])
def start(name: str) -> None:
	"""Put an import (or its trial run) on the long queue; asks the right to write it.

	Args:
		name: Ledger Import.

	Raises:
		LedgerImportError: the mapping cannot be used.
		ImportRunningError: it is waiting or running already.
	"""
	doc = lock_to_start("Ledger Import", name)
	doc.get_columns()
	put_on_queue(doc, run_ledger_import, TIMEOUT_SECONDS)


def run_ledger_import(name: str, commit: bool = True) -> None:
	"""Run one import and write down what became of it (background job, as the user who started it).

	Args:
		name: Ledger Import.
		commit: commit after each chunk of rows. Callers with a transaction of their own pass False.
	"""
	doc = frappe.get_doc("Ledger Import", name)

	def show(done: int, total: int) -> None:
		frappe.publish_realtime(
			PROGRESS, {"name": name, "done": done, "total": total}, doctype=doc.doctype, docname=name
		)

	try:
		result = run_import(
			read_attached(doc.ledger_file),
			doc.source,
			doc.get_columns(),
			default_village=doc.default_village,
			default_unit=doc.default_unit,
			dry_run=bool(doc.dry_run),
			import_batch=name,
			on_progress=show,
			commit=commit,
		)
		write_result(doc, result, is_trial=bool(doc.dry_run))
	except Exception as error:
		if commit:
			frappe.db.rollback()
		if not isinstance(error, frappe.ValidationError | frappe.PermissionError):
			frappe.log_error(
				title="Ledger import failed", reference_doctype="Ledger Import", reference_name=name
			)
		doc.db_set({"status": FAILED, "log": _("Stopped: {0}").format(str(error))})
	frappe.publish_realtime(
		PROGRESS, {"name": name, "is_done": True}, doctype="Ledger Import", docname=name, after_commit=True
	)


def write_result(doc: Document, result: ImportResult, is_trial: bool = False) -> None:
	"""Write the counts, the remarks and the private file of rejected rows to a Ledger Import."""
	doc.db_set(
		{
			"status": TRIED if is_trial else IMPORTED,
			"total_rows": result.total_rows,
			"imported": result.imported,
			"unchanged": result.unchanged,
			"rejected": len(result.rejected),
			"warnings": len(result.warnings),
			"rejects_file": attach_rejects(doc, result),
			"log": "\n".join([result.summary(), *_lines(_("Warning"), result.warnings)]),
		}
	)


def _lines(title: str, remarks: list[Remark]) -> list[str]:
	lines = [
		_("{0}: row {1}, number {2}: {3}").format(title, r.row_number, r.external_no or "-", r.text)
		for r in remarks[:LOG_LINES]
	]
	return (
		[*lines, _("... and {0} more").format(len(remarks) - LOG_LINES)]
		if len(remarks) > LOG_LINES
		else lines
	)


def record_import(
	file_name: str, data: bytes, source: str, columns: ColumnMap, village: str | None, unit: str | None
) -> Document:
	"""A Ledger Import for a run from the command line, with the original file kept private.

	Args:
		file_name: its name, without folders.
		data: its content.
		source: name of the ledger.
		columns: which column fills which field.
		village, unit: defaults for rows that name none.
	"""
	doc = frappe.get_doc(
		{
			"doctype": "Ledger Import",
			"source": source,
			"ledger_file": add_file(file_name, data),
			"dry_run": 0,
			"default_village": village,
			"default_unit": unit,
		}
	)
	doc.set_columns(columns)
	doc.flags.ignore_file = True  # the columns are given
	return doc.insert()
