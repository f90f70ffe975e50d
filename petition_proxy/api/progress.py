"""Telling the petitioner, node by node."""

from typing import Any

import frappe

from petition_proxy.petition_proxy.doctype.progress_notice import acts
from petition_proxy.queries import progress
from petition_proxy.utils.client_values import read_names
from petition_proxy.utils.texts import plain_texts

MOST_ROWS_TO_SKIP = 1_000_000


@frappe.whitelist(methods=["POST"])
@plain_texts
def tell_petitioner(
	petition: str,
	means: str,
	notices: list[str] | str | None = None,
	note: str | None = None,
	told_to: str | None = None,
	told_at: str | None = None,
) -> int:
	"""Write down that the petitioner was told. Arguments, result and errors as `acts.tell_petitioner`."""
	names = read_names(notices) if notices else None
	return acts.tell_petitioner(petition, means, names, note, told_to, told_at)


@frappe.whitelist()
def to_be_told(petition: str | None = None, start: int = 0, limit: int = 50) -> list[dict[str, Any]]:
	"""Open nodes of the cases the session's user may see, the earliest to tell first.

	Args:
		petition: of this case only.
		start: rows to skip.
		limit: at most so many rows, 200 at the most.

	Returns:
		Rows of the nodes, each with its case.

	Raises:
		frappe.PermissionError: no right to read such notices.
	"""
	frappe.has_permission("Progress Notice", "read", throw=True)
	return progress.to_be_told(
		petition=petition, start=min(max(start, 0), MOST_ROWS_TO_SKIP), limit=min(max(limit, 1), 200)
	)
