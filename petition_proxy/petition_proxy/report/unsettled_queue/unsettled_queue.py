from typing import Any

import frappe
from frappe import _
from frappe.utils import now_datetime

from petition_proxy.queries.unsettled import MAX_ROWS, unsettled


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Columns and a row for each thing that waits for somebody, the longest waiting first."""
	filters = filters or {}
	rows = unsettled(now_datetime(), filters.get("kind") or None, filters.get("town") or None)
	units = _titles(
		"Handling Unit", "unit_name", {row[f] for row in rows for f in ("unit", "sent_by_unit") if row[f]}
	)
	places = _titles("Region", "region_name", {row["village"] for row in rows if row["village"]})
	for row in rows:
		kind = row["kind"]
		row["kind_name"] = _(kind)
		row["unit_name"] = units.get(row["unit"])
		row["sent_by_name"] = units.get(row["sent_by_unit"])
		row["village_name"] = places.get(row["village"])
	note = None
	if len(rows) >= MAX_ROWS:
		note = _("Only the first {0} rows are shown. Choose a town or a kind.").format(MAX_ROWS)
	return get_columns(), rows, note


def _titles(doctype: str, field: str, names: set[str]) -> dict[str, str]:
	if not names:
		return {}
	rows = frappe.get_all(
		doctype, filters={"name": ("in", sorted(names))}, fields=["name", field], order_by="name asc"
	)
	return {row.name: row[field] for row in rows}


def get_columns() -> list[dict[str, Any]]:
	return [
		frappe._dict(fieldname="kind_name", label=_("Waits Because"), fieldtype="Data", width=200),
		frappe._dict(fieldname="age_days", label=_("Days Waiting"), fieldtype="Int", width=80),
		frappe._dict(
			fieldname="petition", label=_("Petition"), fieldtype="Link", options="Petition", width=190
		),
		frappe._dict(fieldname="subject", label=_("Subject"), fieldtype="Data", width=260),
		frappe._dict(fieldname="village_name", label=_("Village or Community"), fieldtype="Data", width=140),
		frappe._dict(fieldname="unit_name", label=_("Unit"), fieldtype="Data", width=180),
		frappe._dict(fieldname="sent_by_name", label=_("Sent By"), fieldtype="Data", width=180),
		frappe._dict(fieldname="since", label=_("Since"), fieldtype="Datetime", width=160),
		frappe._dict(fieldname="due_at", label=_("Due At"), fieldtype="Datetime", width=160),
	]
