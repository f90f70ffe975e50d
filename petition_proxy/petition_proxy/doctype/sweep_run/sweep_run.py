import frappe
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime


class SweepRun(Document):
	@staticmethod
	def clear_old_logs(days: int = 180) -> None:
		"""Delete the records of old runs; called by Frappe's log settings.

		Args:
			days: age in days from which a run is deleted.
		"""
		run = frappe.qb.DocType("Sweep Run")
		frappe.db.delete(run, filters=(run.started_at < add_days(now_datetime(), -days)))
