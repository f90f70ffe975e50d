"""Content of the pages for everybody is kept for a while, and let go of when something of it changes.

Not by Frappe's cache of whole pages: that one has no end, and a notice or a limit that ends today would stay.
"""

from typing import Any

import frappe

CONTENT_KEY = "petition_proxy_public|"
CACHE_SECONDS = 15 * 60


def kept(name: str, read) -> Any:
	"""What `read` answers, asked for at most once in a quarter of an hour as long as nothing changes.

	Args:
		name: of the answer.
		read: function without arguments.
	"""
	key = f"{CONTENT_KEY}{name}"
	answer = frappe.cache.get_value(key, expires=True)
	if answer is None:
		answer = read()
		frappe.cache.set_value(key, answer, expires_in_sec=CACHE_SECONDS)
	return answer


def forget_public_content(doc: Any = None, method: str | None = None) -> None:
	"""Let the content be read anew (hook): now, and again when the change is committed or undone.

	In between, another process may have read the old rows back into the cache.

	Args:
		doc: sent by Frappe, not used.
		method: the same.
	"""
	_forget()
	frappe.db.after_commit.add(_forget)
	frappe.db.after_rollback.add(_forget)


def _forget() -> None:
	frappe.cache.delete_keys(CONTENT_KEY)
