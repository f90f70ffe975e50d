"""Frappe's endpoints, for people of this app: what is not listed is closed.

Agents and petitioners have no desk, so they need a handful of Frappe's functions; everything else of Frappe's is refused
to their accounts, whatever it would have answered. For staff, the functions that read or write without asking for
the right are replaced by ones that ask (hooks.py), or refused as soon as they name a record that this app guards.
"""

import json
import re
from typing import Any

import frappe
from frappe import _

from petition_proxy.domain.lifecycle import PORTAL_ROLES
from petition_proxy.permissions.doors import guarded_doctypes

_CALL = re.compile(r"^/api/(?:v\d+/)?method/(.+?)/?$")
OURS = "petition_proxy."
# Functions that answer for one of Frappe's: the desk's, as that one is
IN_FRAPPES_PLACE = "petition_proxy.overrides."
CHART = "frappe.desk.doctype.dashboard_chart.dashboard_chart.get"
# What the pages and web forms of agents and petitioners ask of Frappe, with the reason why it does no harm
PORTAL_METHODS = {
	"login": "logs in",
	"logout": "ends the own session",
	"web_logout": "ends the own session",
	"frappe.handler.logout": "ends the own session",
	"frappe.handler.web_logout": "ends the own session",
	"ping": "answers pong",
	"frappe.ping": "answers pong",
	"frappe.handler.ping": "answers pong",
	"upload_file": "adds a File of the person's own; addresses are judged by overrides/file.py",
	"frappe.handler.upload_file": "as upload_file",
	"download_file": "asks the File's own right",
	"frappe.handler.download_file": "asks the File's own right",
	"frappe.core.doctype.file.file.download_file": "asks the File's own right",
	"frappe.core.api.file.get_max_file_size": "a number of the site's",
	"frappe.core.doctype.user.user.update_password": "changes the own password, by the old one or a key",
	"frappe.core.doctype.user.user.reset_password": "sends a letter to the account's own address",
	"frappe.core.doctype.user.user.test_password_strength": "judges what was typed",
	"frappe.desk.search.search_link": "link fields of web forms; lists by row access",
	"frappe.website.doctype.web_form.web_form.accept": "the web forms meant for them; the controller guards",
	"frappe.website.doctype.web_form.web_form.get_form_data": "asks the document's right",
	"frappe.website.doctype.web_form.web_form.get_link_options": "options of a web form's field",
	"frappe.website.doctype.web_form.web_form.get_web_form_filters": "fields of a web form's list, no rows",
	"frappe.www.list.get_list_data": "rows of a web form's list, by row access",
	"frappe.realtime.get_user_info": "the live connection of the own session",
	"frappe.auth.get_logged_user": "the own name",
	"frappe.sessions.get_csrf_token": "of the own session",
}
# Frappe's functions that ask for no right on the record they are given: closed to everybody for guarded records
RAW_METHODS = frozenset(
	{
		"frappe.desk.like.toggle_like",
		"frappe.desk.form.document_follow.follow_document",
		"frappe.templates.includes.comments.comments.add_comment",
		"frappe.website.doctype.discussion_topic.discussion_topic.submit_discussion",
		"frappe.utils.file_manager.add_attachments",
		"frappe.core.api.file.get_attached_images",
	}
)


class ClosedEndpointError(frappe.PermissionError):
	"""This function of Frappe's is not open to the person, or not for such records."""


def check_endpoint() -> None:
	"""After a request's person is known (hook `auth_hooks`): is the called function open to them?

	Raises:
		ClosedEndpointError: it is not.
	"""
	user = frappe.session.user
	method = called_method()
	if not method or user in ("Guest", "Administrator"):
		return
	if method.startswith(OURS) and not method.startswith(IN_FRAPPES_PLACE):
		return
	if is_portal_account(user) and _is_closed_to_portal(method):
		frappe.throw(_("This is not open to your account."), ClosedEndpointError)
	if method in RAW_METHODS and names_guarded(frappe.local.form_dict):
		frappe.throw(_("This cannot be done with such a record."), ClosedEndpointError)
	if method == CHART:
		refuse_heatmap(frappe.local.form_dict)


def refuse_heatmap(sent: dict[str, Any]) -> None:
	"""Frappe counts a heatmap over the whole table, whatever the reader may see, so guarded records have none.

	Args:
		sent: arguments of Frappe's chart function: a stored chart's name, or a chart put together by the client.

	Raises:
		ClosedEndpointError: a heatmap of records with row access, or a chart that cannot be read.
	"""
	name, chart = sent.get("chart_name"), sent.get("chart")
	if name:
		columns = ("type", "chart_type", "document_type")
		chart = frappe.db.get_value("Dashboard Chart", {"name": str(name)}, columns, as_dict=True)
	elif isinstance(chart, str):
		try:
			chart = json.loads(chart)
		except ValueError:
			chart = None
	if not isinstance(chart, dict):
		frappe.throw(_("There is no such chart. Load the page again."), ClosedEndpointError)
	is_heatmap = chart.get("type") == "Heatmap" and chart.get("chart_type") != "Group By"
	if is_heatmap and names_guarded(chart.get("document_type")):
		frappe.throw(_("There is no heatmap of these records."), ClosedEndpointError)


def called_method() -> str | None:
	"""Dotted or short name of the function that the request calls; None for pages and records."""
	found = _CALL.match(frappe.local.request.path)
	name = found.group(1) if found else frappe.local.form_dict.get("cmd")
	return name if isinstance(name, str) and name else None


def is_portal_account(user: str) -> bool:
	"""Whether the account is an agent's or a petitioner's alone: one of their roles, and no desk."""
	is_ours = bool(set(PORTAL_ROLES).intersection(frappe.get_roles(user)))
	return is_ours and frappe.get_cached_value("User", user, "user_type") == "Website User"


def _is_closed_to_portal(method: str) -> bool:
	"""Functions of other apps stay those apps' own matter; a name that is no Python path is Frappe's."""
	is_frappes = method.startswith(("frappe.", IN_FRAPPES_PLACE)) or "." not in method
	return is_frappes and method not in PORTAL_METHODS


def names_guarded(values: Any, depth: int = 6) -> bool:
	"""Whether a DocType that this app guards is named anywhere in what was sent, JSON in texts included.

	Args:
		values: arguments of the request.
		depth: levels to look into; what lies deeper counts as named.
	"""
	if depth == 0:
		return True
	if isinstance(values, dict):
		return any(names_guarded(v, depth - 1) for v in (*values.keys(), *values.values()))
	if isinstance(values, list | tuple):
		return any(names_guarded(v, depth - 1) for v in values)
	if not isinstance(values, str):
		return False
	if values in guarded_doctypes():
		return True
	if values[:1] in ("{", "[", '"'):
		try:
			return names_guarded(json.loads(values), depth - 1)
		except ValueError:
			return False
	return False
