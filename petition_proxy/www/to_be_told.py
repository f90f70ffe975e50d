"""The agent's list of what petitioners have not been told yet, on a phone: agents have no desk."""

from itertools import groupby

import frappe
from frappe import _
from frappe.utils import format_datetime, now_datetime

from petition_proxy.domain.progress import MEANS
from petition_proxy.queries.progress import to_be_told

no_cache = 1
MAX_NODES = 200


def get_context(context) -> None:
	"""Open nodes of the session's user, case by case, the earliest to tell first.

	Raises:
		frappe.PermissionError: nobody is logged in.
	"""
	if frappe.session.user == "Guest":
		raise frappe.PermissionError(_("Log in to see which petitioners you have to tell."))
	frappe.has_permission("Progress Notice", "read", throw=True)
	now = now_datetime().replace(microsecond=0)
	rows = to_be_told(limit=MAX_NODES)
	for row in rows:
		row.is_late = row.tell_by < now
		row.day = format_datetime(row.happened_at, "yyyy-MM-dd")
		row.by = format_datetime(row.tell_by, "yyyy-MM-dd")
	context.title = _("To Be Told")
	context.means = MEANS
	order = {}
	for row in rows:
		order.setdefault(row.petition, len(order))
	rows.sort(key=lambda row: order[row.petition])  # stable: each case stands where its earliest node stood
	context.cases = [(name, list(group)) for name, group in groupby(rows, key=lambda row: row.petition)]
