import frappe
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime


class SweepRun(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		alerts_written: DF.Int
		failed: DF.Int
		finished_at: DF.Datetime | None
		message: DF.SmallText | None
		scanned: DF.Int
		started_at: DF.Datetime
		status: DF.Literal["Running", "Finished", "Failed", "Skipped"]

	# end: auto-generated types
	@staticmethod
	def clear_old_logs(days: int = 180) -> None:
		"""Delete the records of old runs; called by Frappe's log settings.

		Args:
			days: age in days from which a run is deleted.
		"""
		run = frappe.qb.DocType("Sweep Run")
		frappe.db.delete(run, filters=(run.started_at < add_days(now_datetime(), -days)))
