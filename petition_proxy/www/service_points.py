"""Open service points of a town: where, when, by which phone."""

import frappe
from frappe import _
from frappe.utils import getdate

from petition_proxy.queries import directory
from petition_proxy.utils.limits import count_guest_question
from petition_proxy.utils.portal import dress

no_cache = 1  # what is shown depends on what is asked


def get_context(context) -> None:
	"""The towns, and the points of the one named in the address by `town`."""
	context.town = str(frappe.form_dict.get("town") or "")[:140]
	context.towns, context.phone_link = directory.town_choices(), directory.phone_link
	context.villages = context.notice = None
	if context.town:
		_answer(context)
	dress(context, _("Service Points"), is_private=False)


def _answer(context) -> None:
	try:
		count_guest_question("directory")
	except frappe.RateLimitExceededError as error:
		frappe.clear_messages()
		context.notice, context.http_status_code = str(error), 429
		return
	if context.town not in context.towns:
		context.notice = _("There is no town or street of that name. Choose one from the list.")
		return
	context.villages = directory.points_of_town(context.town, getdate())
