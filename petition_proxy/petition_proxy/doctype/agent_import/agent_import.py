import frappe
from frappe import _
from frappe.model.document import Document

from petition_proxy.imports.agent_import import AgentImportResult, import_agents
from petition_proxy.imports.runs import (
	FAILED,
	IMPORTED,
	NEW,
	TRIED,
	ImportRunningError,
	attach_rejects,
	lock_to_start,
	put_on_queue,
	refuse_while_running,
)
from petition_proxy.imports.tables import read_attached
from petition_proxy.utils.append_only import refuse_deletion
from petition_proxy.utils.files import keep_private
from petition_proxy.utils.identity import keep_server_fields

SERVER_FIELDS = (
	*("status", "total_rows", "added", "changed", "unchanged", "rejected"),
	*("rejects_file", "log"),
)
TIMEOUT_SECONDS = 60 * 60


class AgentImport(Document):
	def validate(self):
		keep_server_fields(self, SERVER_FIELDS)
		self.status = self.status or NEW
		refuse_while_running(self)
		self.validate_origin()

	def on_update(self):
		keep_private(self, ("agent_file",))

	def on_trash(self):
		refuse_deletion(self)

	def validate_origin(self):
		before = self.get_doc_before_save()
		if before and before.status == IMPORTED and before.agent_file != self.agent_file:
			frappe.throw(
				_("This file has been imported. Make a new Agent Import for another one."), ImportRunningError
			)


@frappe.whitelist(methods=["POST"])
def start(name: str) -> None:
	"""Put an import (or its trial run) on the long queue; asks the right to write it.

	Args:
		name: Agent Import.

	Raises:
		ImportRunningError: it is waiting or running already.
	"""
	put_on_queue(lock_to_start("Agent Import", name), run_agent_import, TIMEOUT_SECONDS)


def run_agent_import(name: str) -> None:
	"""Run one import and write down what became of it (background job, as the user who started it).

	Args:
		name: Agent Import.
	"""
	doc = frappe.get_doc("Agent Import", name)
	frappe.db.savepoint("agent_import")
	try:
		result = import_agents(read_attached(doc.agent_file), dry_run=bool(doc.dry_run))
		write_result(doc, result)
	except (frappe.ValidationError, frappe.PermissionError) as error:
		frappe.db.rollback(save_point="agent_import")
		doc.db_set({"status": FAILED, "log": _("Stopped: {0}").format(str(error))})
	except Exception:
		frappe.db.rollback(save_point="agent_import")
		frappe.log_error(title="Agent import failed", reference_doctype="Agent Import", reference_name=name)
		doc.db_set(
			{
				"status": FAILED,
				"log": _("Stopped by an error. The office that runs the site finds it in the Error Log."),
			}
		)
	frappe.publish_realtime(
		"agent_import_done", {"name": name}, doctype="Agent Import", docname=name, after_commit=True
	)


def write_result(doc: Document, result: AgentImportResult) -> None:
	"""Write the counts, the remarks and the private file of rejected rows."""
	lines = [result.summary()]
	if result.ignored_columns:
		lines.append(_("Columns not used: {0}").format(", ".join(result.ignored_columns)))
	doc.db_set(
		{
			"status": TRIED if doc.dry_run else IMPORTED,
			"total_rows": result.total_rows,
			"added": result.added,
			"changed": result.changed,
			"unchanged": result.unchanged,
			"rejected": len(result.rejected),
			"rejects_file": attach_rejects(doc, result),
			"log": "\n".join(lines),
		}
	)
