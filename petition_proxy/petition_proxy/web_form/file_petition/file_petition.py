from typing import Any

import frappe
from frappe.utils import getdate


def get_context(context: Any) -> None:
	"""Offer the villages the person may file for, own village first, as one plain list."""
	if context.is_list or frappe.session.user == "Guest":
		return
	own, options = _villages()
	for field in context.web_form_doc.web_form_fields:
		if field.fieldname == "village":
			field.fieldtype = "Select"
			field.options = [{"value": "", "label": ""}, *options] if not own else options
			field.default = own
	context.own_village = own


def _villages() -> tuple[str | None, list[dict[str, str]]]:
	"""The own village of an agent or petitioner, and all villages of the district with it first."""
	own, district = _home()
	filters = {"level": "Village"}
	if district:
		filters["district"] = district
	rows = frappe.get_all(
		"Region",
		filters=filters,
		fields=["name", "region_name", "town", "valid_to"],
		order_by="name asc",
	)
	towns = _region_names({row.town for row in rows if row.town})
	today = getdate()
	options = [
		{"value": row.name, "label": " · ".join(filter(None, (towns.get(row.town), row.region_name)))}
		for row in rows
		if not row.valid_to or row.valid_to >= today
	]
	options.sort(key=lambda option: option["value"] != own)
	return own, options


def _home() -> tuple[str | None, str | None]:
	for doctype in ("Proxy Agent", "Petitioner"):
		home = frappe.db.get_value(doctype, {"user": frappe.session.user}, ["village", "district"])
		if home:
			return home
	return None, frappe.db.get_single_value("Petition Proxy Settings", "district")


def _region_names(codes: set[str]) -> dict[str, str]:
	rows = frappe.get_all(
		"Region",
		filters={"name": ["in", sorted(codes) or [""]]},
		fields=["name", "region_name"],
		order_by="name",
	)
	return {row.name: row.region_name for row in rows}
