from typing import Any

import frappe
from frappe import _
from frappe.utils import now_datetime

from petition_proxy.queries.ledger import MAX_ROWS, LedgerFilters, count_ledger, ledger

# Shown translated; the ids themselves stay in the query.
TRANSLATED = (
	"workflow_state",
	"notice",
	"promise",
	"statutory",
	"unit_rating",
	"agent_rating",
	"office_rating",
)


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Columns and lines of the petition ledger, with a word of warning where it had to be cut."""
	asked = LedgerFilters.read(filters)
	now = now_datetime()
	rows = ledger(asked, now, limit=MAX_ROWS)
	message = None
	if len(rows) == MAX_ROWS:
		total = count_ledger(asked, now)
		if total > MAX_ROWS:
			message = _("Only the newest {0} of {1} petitions are shown. Choose a shorter period.").format(
				MAX_ROWS, total
			)
	show_words(rows)
	return get_columns(), rows, message


def show_words(rows: list[dict[str, Any]]) -> None:
	"""States, clocks and ratings in the reader's language, in place."""
	for row in rows:
		for field in TRANSLATED:
			row[field] = _(row[field]) if row[field] else ""


def get_columns() -> list[dict[str, Any]]:
	"""Columns of the ledger, in the order of the paper one."""
	return [
		_column("name", _("Petition No."), "Link", 210, options="Petition"),
		_column("petitioned_at", _("Petitioned At"), "Datetime", 190),
		_column("petitioner_name", _("Petitioner Name"), "Data", 140),
		_column("village_name", _("Village or Community"), "Data", 190),
		_column("agent_name", _("Agent", context="Petition"), "Data", 100),
		_column("subject", _("Subject", context="Petition"), "Data", 240),
		_column("category_path", _("Category"), "Data", 220),
		_column("unit_name", _("Handling Unit"), "Data", 180),
		_column("class_name", _("Reply Class"), "Data", 110),
		_column("workflow_state", _("State", context="Petition"), "Data", 100),
		_column("notice", _("Acceptance Notice"), "Data", 120),
		_column("promise", _("Local Promise"), "Data", 120),
		_column("statutory", _("Statutory"), "Data", 120),
		_column("reply_due_at", _("Promised Reply Due"), "Datetime", 190),
		_column("statutory_due_at", _("Statutory Due"), "Datetime", 190),
		_column("accepted_at", _("Accepted At"), "Datetime", 190),
		_column("replied_at", _("Replied At"), "Datetime", 190),
		_column("served_at", _("Served At"), "Datetime", 190),
		_column("unit_rating", _("Rating of the Unit"), "Data", 130),
		_column("agent_rating", _("Rating of the Agent"), "Data", 130),
		_column("office_rating", _("Rating of the Petition Office"), "Data", 130),
	]


def _column(fieldname: str, label: str, fieldtype: str, width: int, **more: Any) -> dict[str, Any]:
	# Said outright, because the table takes a column that begins with empty cells for numbers.
	return frappe._dict(
		fieldname=fieldname, label=label, fieldtype=fieldtype, width=width, align="left", **more
	)
