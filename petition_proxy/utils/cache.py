"""Cached tables that change rarely."""

import frappe


def forget(key: str) -> None:
	"""Drop a cached table whose rows are being changed: now, and again when the change is committed or undone.

	In between, another process may have read the old rows back into the cache, or this one the new rows of a change that
	is then undone.

	Args:
		key: cache key.
	"""
	frappe.cache.delete_value(key)
	frappe.db.after_commit.add(lambda: frappe.cache.delete_value(key))
	frappe.db.after_rollback.add(lambda: frappe.cache.delete_value(key))
