from typing import Any

import frappe

from petition_proxy.domain.lifecycle import CLOSED, SERVED


def get_context(context: Any) -> None:
	"""Offer only the petitioner's own petitions whose reply has been served."""
	if context.is_list or frappe.session.user == "Guest":
		return
	for field in context.web_form_doc.web_form_fields:
		if field.fieldname == "petition":
			field.fieldtype = "Select"
			field.options = [{"value": "", "label": ""}, *served_petitions()]


def served_petitions() -> list[dict[str, str]]:
	"""Own served petitions, the latest first, as options of a select field."""
	petitioners = frappe.get_all(
		"Petitioner", filters={"user": frappe.session.user}, pluck="name", order_by="name"
	)
	if not petitioners:
		return []
	rows = frappe.get_list(
		"Petition",
		filters={"petitioner": ["in", petitioners], "workflow_state": ["in", [SERVED, CLOSED]]},
		fields=["name", "subject"],
		order_by="served_at desc, name desc",
		limit_page_length=50,
	)
	return [{"value": row.name, "label": f"{row.name} · {row.subject}"} for row in rows]
