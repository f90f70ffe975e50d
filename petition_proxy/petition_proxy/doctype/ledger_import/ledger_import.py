import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint
from frappe.utils.background_jobs import is_job_enqueued

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
NEW, RUNNING, TRIED, IMPORTED, FAILED = "New", "Running", "Tried", "Imported", "Failed"
PROGRESS = "ledger_import_progress"
TIMEOUT_SECONDS = 4 * 60 * 60
LOG_LINES = 500


class ImportRunningError(frappe.ValidationError):
	"""The import is running, so it can be neither changed nor started."""


class ImportDoneError(frappe.ValidationError):
	"""Cases name this import as their origin, so its file and source stand."""


class LedgerImport(Document):
	def validate(self):
		keep_server_fields(self, SERVER_FIELDS)
		self.status = self.status or NEW
		self.validate_not_running()
		self.validate_origin()
		self.propose_columns()

	def on_update(self):
		keep_private(self, ("ledger_file",))

	def validate_not_running(self):
		if self.status == RUNNING and is_job_enqueued(job_id_of(self.name)):
			frappe.throw(_("The import is running. Wait until it has ended."), ImportRunningError)

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


def job_id_of(name: str) -> str:
	return f"petition_proxy_ledger_import:{name}"


@frappe.whitelist(methods=["POST"])
def start(name: str) -> None:
	"""Put an import (or its trial run) on the long queue; asks the right to write it.

	Args:
		name: Ledger Import.

	Raises:
		LedgerImportError: the mapping cannot be used.
		ImportRunningError: it is waiting or running already.
	"""
	doc = frappe.get_doc("Ledger Import", name, for_update=True)
	doc.check_permission("write")
	doc.validate_not_running()
	doc.get_columns()
	doc.db_set({"status": RUNNING, "log": None})
	frappe.enqueue(
		run_ledger_import,
		queue="long",
		timeout=TIMEOUT_SECONDS,
		job_id=job_id_of(name),
		deduplicate=True,
		enqueue_after_commit=True,
		name=name,
	)


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
			"rejects_file": _attach_rejects(doc, result) if result.rejected else None,
			"log": "\n".join([result.summary(), *_lines(_("Warning"), result.warnings)]),
		}
	)


def _attach_rejects(doc: Document, result: ImportResult) -> str:
	return _add_file(
		f"{doc.name}-rejected.csv",
		result.rejects_csv(),
		attached_to_doctype=doc.doctype,
		attached_to_name=doc.name,
		attached_to_field="rejects_file",
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


def _add_file(file_name: str, content: bytes, **values: str) -> str:
	file = frappe.get_doc(
		{"doctype": "File", "file_name": file_name, "content": content, "is_private": cint(True), **values}
	)
	return file.insert(ignore_permissions=True).file_url  # the import itself was permitted


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
			"ledger_file": _add_file(file_name, data),
			"dry_run": 0,
			"default_village": village,
			"default_unit": unit,
		}
	)
	doc.set_columns(columns)
	doc.flags.ignore_file = True  # the columns are given
	return doc.insert()
