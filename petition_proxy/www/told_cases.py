"""Cases told without names: all titles, and the one that was asked for."""

import frappe
from frappe import _

from petition_proxy.queries import public_pages
from petition_proxy.utils.portal import dress

no_cache = 1  # what is shown depends on what is asked


def get_context(context) -> None:
	"""The one case named in the address by `show`, or the list; what is not published is not there."""
	context.told_cases = public_pages.told_cases()
	asked = str(frappe.form_dict.get("show") or "")
	context.told = next((row for row in context.told_cases if row.name == asked), None)
	context.is_gone = bool(asked and not context.told)
	if context.is_gone:
		context.http_status_code = 404
	dress(context, _("Cases Told Without Names"), is_private=False)
