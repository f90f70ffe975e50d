"""Numbers of a series taken many at once, for rows that are written set-wise."""

import frappe
from frappe.utils import cint


def reserve(prefix: str, count: int) -> int:
	"""Take numbers of a series, so that records filed later go on behind them.

	Args:
		prefix: the series as `tabSeries` keeps it, for example "XF-500199-2026-".
		count: how many numbers are needed.

	Returns:
		The first number taken.
	"""
	rows = frappe.db.sql("select `current` from `tabSeries` where name = %s for update", (prefix,))
	current = cint(rows[0][0]) if rows else 0
	if rows:
		frappe.db.sql("update `tabSeries` set `current` = %s where name = %s", (current + count, prefix))
	else:
		frappe.db.sql("insert into `tabSeries` (name, `current`) values (%s, %s)", (prefix, count))
	return current + 1
