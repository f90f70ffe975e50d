"""Notices of the petition office: all titles, and the text of the one that was asked for."""

import frappe
from frappe import _

from petition_proxy.queries import public_pages
from petition_proxy.utils.portal import dress

no_cache = 1  # what is shown depends on what is asked


def get_context(context) -> None:
	"""The one notice named in the address by `show`, or the list; what is not published is not there."""
	context.notices = public_pages.notices()
	asked = str(frappe.form_dict.get("show") or "")
	context.notice = next((row for row in context.notices if row["name"] == asked), None)
	context.is_gone = bool(asked and not context.notice)
	if context.is_gone:
		context.http_status_code = 404
	dress(context, _("Notices", context="Portal"), is_private=False)
