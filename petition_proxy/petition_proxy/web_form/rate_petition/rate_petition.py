from typing import Any

import frappe
from frappe import _

from petition_proxy.domain.lifecycle import CLOSED, SERVED


def get_context(context: Any) -> None:
	"""Offer only the petitioner's own petitions whose reply has been served."""
	if context.is_list or frappe.session.user == "Guest":
		return
	context.parents = [{"label": _("My Ratings"), "route": "rate-petition/list"}]
	if context.is_new:
		context.title = _("Rate the Handling")
	context.introduction_text = "<p>{}</p>".format(
		_("Say how your petition was handled. It takes one minute.")
	)
	context.web_form_doc.page_words = {
		"nothing_to_rate": _(
			"You have no answered petition yet. You can rate once the reply has reached you."
		),
	}
	for field in context.web_form_doc.web_form_fields:
		if field.fieldname == "petition":
			field.fieldtype = "Select"
			field.options = [{"value": "", "label": ""}, *served_petitions()]


def get_list_context(context: Any) -> dict[str, Any]:
	"""Own ratings with the few columns of the list."""
	return {"get_list": get_own_ratings}


def get_own_ratings(
	doctype: str,
	txt: str | None = None,
	filters: Any = None,
	limit_start: int = 0,
	limit_page_length: int = 10,
	order_by: str | None = None,
	**_kwargs: Any,
) -> list[dict[str, Any]]:
	"""Ratings the person has given, the latest first, party and rating in the person's language.

	Args:
		doctype, txt, filters, order_by: as Frappe's portal list passes them; the list has no filters of its own.
		limit_start: rows to skip.
		limit_page_length: rows at most.
	"""
	rows = frappe.get_list(
		"Evaluation",
		fields=["name", "petition", "rated_party", "rating", "entered_at"],
		filters={"entered_by": frappe.session.user},
		order_by="entered_at desc, name desc",
		limit_start=limit_start,
		limit_page_length=limit_page_length,
	)
	for row in rows:
		row.rated_party, row.rating = _(row.rated_party), _(row.rating)
	return rows


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
	return [{"value": row.name, "label": f"{row.subject} · {row.name}"} for row in rows]
