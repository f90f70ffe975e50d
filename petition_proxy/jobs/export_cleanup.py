"""Files of exports go after some days: what was taken out is with who took it, and needs no second copy on the server."""

import re
from datetime import datetime

import frappe
from frappe.utils import add_days, now_datetime

KEPT_DAYS = 7
OWN_NAME = re.compile(r"export-[0-9a-f]{10}\.(csv|xlsx)")
MOST_FILES = 500
JOB = "petition-proxy|export-cleanup"


def enqueue_export_cleanup() -> None:
	"""Daily: put the work on the long queue."""
	frappe.enqueue(
		"petition_proxy.jobs.export_cleanup.remove_old_exports", queue="long", job_id=JOB, deduplicate=True
	)


def remove_old_exports(now: datetime | None = None) -> int:
	"""Delete the files of exports that are older than a week.

	Args:
		now: the present moment.

	Returns:
		How many went.
	"""
	rows = frappe.get_all(
		"File",
		filters={
			"file_name": ("like", "export-%"),
			"is_private": 1,
			"attached_to_doctype": ("is", "not set"),
			"creation": ("<", add_days(now or now_datetime(), -KEPT_DAYS)),
		},
		fields=["name", "file_name"],
		order_by="creation asc",
		limit=MOST_FILES,
	)
	old = [row.name for row in rows if OWN_NAME.fullmatch(row.file_name)]
	for name in old:
		frappe.delete_doc(
			"File", name, ignore_permissions=True, force=True
		)  # made by a job for its owner alone
	return len(old)
