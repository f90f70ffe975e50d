"""The agent's list of what petitioners have not been told yet, case by case, on a phone: agents have no desk."""

from itertools import groupby

import frappe
from frappe import _
from frappe.utils import formatdate, now_datetime

from petition_proxy.domain.progress import MEANS
from petition_proxy.permissions.scope import get_scope
from petition_proxy.queries.progress import to_be_told
from petition_proxy.utils.agent_pages import SCRIPT, dress_agent, script_words
from petition_proxy.utils.portal import dress, need_login

no_cache = 1
MAX_NODES = 200


def get_context(context) -> None:
	"""Open nodes of the cases the session's user may see, case by case, the earliest to tell first.

	Raises:
		frappe.Redirect: nobody is logged in.
		frappe.PermissionError: no right to read such notices.
	"""
	need_login()
	frappe.has_permission("Progress Notice", "read", throw=True)
	agents = [min(values) for column, values in get_scope().claims if column == "agent"]
	if agents:
		context.why_not = dress_agent(context, agents[0], _("To Be Told")).why_not
	else:  # an office that looks at the same list
		dress(context, _("To Be Told"), scripts=(SCRIPT,), words=script_words(), data={"agent": ""})
	now = now_datetime().replace(microsecond=0)
	rows = to_be_told(limit=MAX_NODES)
	order = {}
	for row in rows:
		row.is_late = row.tell_by < now
		row.label = _(row.node, context="Progress Notice")
		row.day, row.by = formatdate(row.happened_at), formatdate(row.tell_by)
		order.setdefault(row.petition, len(order))
	context.means = MEANS
	rows.sort(key=lambda row: order[row.petition])  # stable: each case stands where its earliest node stood
	context.cases = [(name, list(group)) for name, group in groupby(rows, key=lambda row: row.petition)]
	context.is_agent = bool(agents)
