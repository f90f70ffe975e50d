"""Figures of the last months in the open, where the office has chosen so."""

import frappe
from frappe import _

from petition_proxy.queries import public_pages
from petition_proxy.utils.portal import dress

no_cache = 1  # what is shown depends on what is asked


def get_context(context) -> None:
	"""Figures of the month named in the address by `month`, the latest by default."""
	context.is_open = public_pages.shows_figures()
	if not context.is_open:
		# not by an error: Frappe would remember the address as one without a page, also once the office has chosen otherwise
		context.http_status_code = 404
	months = public_pages.monthly_figures() if context.is_open else []
	asked = str(frappe.form_dict.get("month") or "")
	context.months = [row["month"] for row in months]
	context.shown = next((row for row in months if row["month"] == asked), months[0] if months else None)
	context.labels = [
		_("Cases Filed"),
		_("Told in Time Whether Accepted"),
		_("Answered Within the Promised Days"),
		_("Satisfied or Basically Satisfied"),
		_("Petitioners Who Rated"),
	]
	dress(context, _("Figures Month by Month"), is_private=False)
