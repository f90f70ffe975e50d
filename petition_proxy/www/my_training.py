"""The agent's page on training, on a phone: certificate, seats, results, rules to acknowledge."""

import frappe
from frappe import _
from frappe.utils import format_datetime, formatdate

from petition_proxy.queries.training import own_training

no_cache = 1


def get_context(context) -> None:
	"""Own training of the agent logged in.

	Raises:
		frappe.PermissionError: not logged in, or no agent.
	"""
	mine = own_training() if frappe.session.user != "Guest" else None
	if not mine:
		frappe.throw(_("This page is for proxy agents. Log in as one."), frappe.PermissionError)
	context.title = _("My Training")
	context.show_sidebar = False
	context.update(mine)
	context.certificate_day = (
		formatdate(mine["agent"].certificate_valid_to) if mine["agent"].certificate_valid_to else None
	)
	for row in (*mine["taken"], *mine["open"]):
		row.when = format_datetime(row.starts_at)
		row.kind = _(row.training_kind, context="Training Session")
	for row in mine["taken"]:
		row.result = _result(row)
	context.csrf_token = frappe.sessions.get_csrf_token()


def _result(row) -> str:
	if row.status == "Cancelled":
		return _("Cancelled", context="Training Session")
	if row.status != "Finished":
		return _("You have a seat.")
	if not row.attended:
		return _("Not attended")
	if not row.gives_certificate:
		return _("Attended")
	return _("Passed") if row.passed else _("Not passed")
