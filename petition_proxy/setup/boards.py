"""The board of cases by state, as every office looks at it; a person makes further ones at the desk."""

import json

import frappe
from frappe import _

from petition_proxy.domain.lifecycle import DRAFT, OPEN_STATES, STATES

COLOURS = {"Registered": "Orange", "Replied": "Blue", "Served": "Green"}


def ensure_boards() -> None:
	"""The board "Petitions by State", if no board stands on the states of petitions yet.

	Only open states are columns and only open cases are loaded, for Frappe loads every row of a board. Moving a card is a
	change of state like any other: the guards of the case decide (domain/lifecycle.py).
	"""
	if frappe.db.exists("Kanban Board", {"reference_doctype": "Petition", "field_name": "workflow_state"}):
		return
	states = [state for state in STATES if state in OPEN_STATES - {DRAFT}]
	frappe.get_doc(
		{
			"doctype": "Kanban Board",
			"kanban_board_name": _("Petitions by State"),
			"reference_doctype": "Petition",
			"field_name": "workflow_state",
			"private": 0,
			"show_labels": 1,
			"fields": json.dumps(["category_path", "due_at"]),
			"filters": json.dumps([["Petition", "workflow_state", "in", states]]),
			"columns": [
				{"column_name": state, "status": "Active", "indicator": COLOURS.get(state, "Gray")}
				for state in states
			],
		}
	).insert(ignore_permissions=True)


def remove_boards() -> None:
	"""Boards on petitions, which the uninstaller does not know."""
	for name in frappe.get_all(
		"Kanban Board", {"reference_doctype": "Petition"}, pluck="name", order_by="name"
	):
		frappe.delete_doc("Kanban Board", name, ignore_permissions=True, force=True)
