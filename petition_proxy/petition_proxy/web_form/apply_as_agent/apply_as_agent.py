from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate


def get_context(context: Any) -> None:
	"""Offer the villages of the district by name; nothing else is read for a person without login."""
	context.title = _("Become a Proxy Agent")
	context.introduction_text = "<p>{}</p>".format(
		_("Help your neighbours to be heard. It is voluntary and free of charge.")
	)
	for field in context.web_form_doc.web_form_fields:
		if field.fieldname == "village":
			field.fieldtype = "Select"
			field.options = [{"value": "", "label": ""}, *village_options()]


def village_options() -> list[dict[str, str]]:
	"""Villages of the site's district that exist today, with their towns."""
	filters = {"level": "Village"}
	if district := frappe.db.get_single_value("Petition Proxy Settings", "district"):
		filters["district"] = district
	rows = frappe.get_all(
		"Region", filters=filters, fields=["name", "region_name", "town", "valid_to"], order_by="name asc"
	)
	towns = dict(
		frappe.get_all(
			"Region", {"level": "Town"}, ["name", "region_name"], as_list=True, order_by="name asc"
		)
	)
	today = getdate()
	return [
		{"value": row.name, "label": " · ".join(filter(None, (towns.get(row.town), row.region_name)))}
		for row in rows
		if not row.valid_to or row.valid_to >= today
	]
