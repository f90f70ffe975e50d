"""Ratings that came without a person of an office hearing them: by query code, by link, or from an account opened by code.

The agent knows number, code and phone of the cases he writes down, so the petition office calls some of these petitioners
back (clause S9, invariant 8). Phones stay masked here; the case shows them to who may see them.
"""

from typing import Any

import frappe
from frappe import _

from petition_proxy.queries.ratings_to_verify import MAX_ROWS, ratings_to_verify


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Columns and one row per rating, those with a sign first."""
	rows = ratings_to_verify(frappe._dict(filters or {}))
	for row in rows:
		row.channel_name = _(row.channel, context="Evaluation")
		row.party_name, row.rating_name = _(row.rated_party), _(row.rating)
		row.sign = ", ".join(row.signs)
	note = None
	if len(rows) >= MAX_ROWS:
		note = _("Only the first {0} rows are shown. Choose fewer days.").format(MAX_ROWS)
	return get_columns(), rows, note


def get_columns() -> list[dict[str, Any]]:
	return [
		frappe._dict(
			fieldname="petition", label=_("Petition"), fieldtype="Link", options="Petition", width=190
		),
		frappe._dict(fieldname="agent", label=_("Agent"), fieldtype="Link", options="Proxy Agent", width=130),
		frappe._dict(fieldname="agent_name", label=_("Agent Name"), fieldtype="Data", width=110),
		frappe._dict(fieldname="party_name", label=_("Rated Party"), fieldtype="Data", width=110),
		frappe._dict(fieldname="rating_name", label=_("Rating"), fieldtype="Data", width=110),
		frappe._dict(fieldname="channel_name", label=_("Channel"), fieldtype="Data", width=110),
		frappe._dict(fieldname="entered_at", label=_("Entered At"), fieldtype="Datetime", width=160),
		frappe._dict(fieldname="masked_phone", label=_("Phone (Masked)"), fieldtype="Data", width=130),
		frappe._dict(fieldname="device_cases", label=_("Cases from This Device"), fieldtype="Int", width=110),
		frappe._dict(fieldname="sign", label=_("Sign of Another's Hand"), fieldtype="Data", width=300),
	]
