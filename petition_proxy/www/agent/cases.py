"""The agent's own cases, a page at a time, in the order of the queue."""

import frappe
from frappe import _
from frappe.utils import now_datetime

from petition_proxy.queries.agent_work import own_cases
from petition_proxy.queries.case_view import describe_rows
from petition_proxy.utils.agent_pages import dress_agent
from petition_proxy.utils.portal import need_agent

no_cache = 1


def get_context(context) -> None:
	"""Cases under way, or ended ones with `state=closed`; `after` goes on where a page ended.

	Raises:
		frappe.Redirect: nobody is logged in.
		frappe.PermissionError: the account is no agent's.
	"""
	agent = need_agent()
	dress_agent(context, agent, _("My Cases", context="Portal"))
	context.is_open = frappe.form_dict.get("state") != "closed"
	rows, context.after = own_cases(agent, context.is_open, str(frappe.form_dict.get("after") or "") or None)
	context.rows = describe_rows(rows, now_datetime())
	context.is_first = not frappe.form_dict.get("after")
