"""Asking for more time and deciding about it (延期).

Regulation on Petition Work art. 34. The unit's head decides; where the head asks, the line superior's head does, then
that of the territory, and where these posts are vacant the petition office. Nobody decides the own request.
"""

from datetime import datetime

import frappe
from frappe import _
from frappe.utils import cint, get_datetime, getdate, now_datetime

from petition_proxy.domain import extensions
from petition_proxy.domain.extensions import Post
from petition_proxy.domain.letters import EXTENSION
from petition_proxy.domain.progress import EXTENDED
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.extension_request.record import withdraw_alerts_of_old_dates
from petition_proxy.petition_proxy.doctype.official_letter.register import issue_letter
from petition_proxy.petition_proxy.doctype.petition import steps
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event
from petition_proxy.petition_proxy.doctype.progress_notice.record import write_notice
from petition_proxy.utils.calendar import calendar_for
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.posts import accused_people, post_holders
from petition_proxy.utils.rows import read_row
from petition_proxy.utils.rules import get_limit_rule

CLOCK_FIELDS = ("reply_due_at", "statutory_due_at", "extended_until", "due_at", "queue_key", "next_action_at")


class ExtensionError(frappe.ValidationError):
	"""The extension cannot be asked for or decided so."""


def ask_extension(petition: str, days: int, reason: str) -> str:
	"""Ask for more time, before the case is due.

	Args:
		petition: a case in handling.
		days: 1 to the limit "Extension" (30).
		reason: why; the petitioner is told.

	Returns:
		Name of the request.

	Raises:
		ExtensionError: too late, asked or given already, too many days, no reason, not of the handling unit, or
			nobody there to decide.
		frappe.PermissionError: out of the person's scope.
	"""
	doc = _lock(petition)
	_require_handling_unit(doc)
	now = now_datetime()
	due = extensions.original_due(_moment(doc.reply_due_at), _moment(doc.statutory_due_at))
	statuses = frappe.get_all(
		"Extension Request",
		filters={"petition": doc.name, "round": doc.round},
		pluck="status",
		order_by="creation asc",
	)
	with domain_errors(ExtensionError):
		rule = get_limit_rule("Extension", getdate(now))
		extensions.check_request(doc.workflow_state, cint(days), rule, reason, due, statuses, now)
	post = deciding_post(doc, frappe.session.user)
	request = frappe.new_doc("Extension Request")
	request.update(
		{
			"petition": doc.name,
			"round": doc.round,
			"unit": doc.handling_unit,
			"status": extensions.ASKED,
			"asked_days": cint(days),
			"asked_by": frappe.session.user,
			"asked_at": now,
			"deciding_unit": post.unit,
			"reason": reason.strip(),
			"original_due_at": due,
			"original_reply_due_at": doc.reply_due_at,
			"limit_rule": rule.name,
		}
	)
	request.flags.district = doc.district
	request.insert(ignore_permissions=True)  # checked above; no role writes requests by hand
	record_event(doc, "Ask Extension", doc.workflow_state, doc.workflow_state, request.reason)
	return request.name


def decide_extension(request: str, is_approved: bool, note: str | None = None) -> None:
	"""Approve or reject a request; an approval comes before the original due date.

	Args:
		request: the request.
		is_approved: approve or reject.
		note: why; needed for a rejection.

	Raises:
		ExtensionError: decided already, the own request, not the one who decides, too late, or no reason.
		frappe.PermissionError: out of the person's scope.
	"""
	name = frappe.db.get_value("Extension Request", request, "petition")
	if not name:
		frappe.throw(_("There is no extension request {0}.").format(request), ExtensionError)
	doc = _lock(name)
	row = frappe.get_doc("Extension Request", request, for_update=True)
	now = now_datetime()
	with domain_errors(ExtensionError):
		extensions.check_decision(
			row.status,
			doc.workflow_state,
			get_datetime(row.original_due_at),
			row.asked_by,
			frappe.session.user,
			bool(is_approved),
			now,
		)
	_require_decider(doc, row)
	if not is_approved and not (note or "").strip():
		frappe.throw(_("Say why the extension is rejected."), ExtensionError)
	row.update(
		{
			"status": extensions.APPROVED if is_approved else extensions.REJECTED,
			"decided_by": frappe.session.user,
			"decided_at": now,
			"decision_note": note,
		}
	)
	if is_approved:
		_move_clocks(doc, row, now)
		# R22 art. 34: the petitioner is told the reason; the notice has its number from here on
		issue_letter(EXTENSION, doc, doc.handling_unit, row.doctype, row.name, issued_on=now)
	row.save(ignore_permissions=True)  # checked above
	action = "Approve Extension" if is_approved else "Reject Extension"
	record_event(doc, action, doc.workflow_state, doc.workflow_state, note or row.reason)


def _move_clocks(doc, row, now: datetime) -> None:
	"""Move the clocks that still run, tell the sweep, and put the news before the petitioner."""
	with domain_errors(ExtensionError):
		rule = get_limit_rule("Extension", getdate(row.asked_at))
		calendar = calendar_for(rule)
		old = {f: _moment(doc.get(f)) for f in ("reply_due_at", "statutory_due_at")}
		new = {f: extensions.extended_due(end, row.asked_days, rule, now, calendar) for f, end in old.items()}
	row.new_reply_due_at = new["reply_due_at"]
	row.new_due_at = extensions.original_due(new["reply_due_at"], new["statutory_due_at"])
	doc.update({**new, "extended_until": row.new_due_at})
	doc.set_queue()
	doc.db_set({f: doc.get(f) for f in CLOCK_FIELDS}, update_modified=False)
	withdraw_alerts_of_old_dates(doc, [end for f, end in old.items() if end and new[f] != end])
	write_notice(
		doc,
		EXTENDED,
		now,
		_("The time for handling is extended to {0}. Reason: {1}").format(
			frappe.format(row.new_due_at, "Datetime"), row.reason
		),
	)


# Who
# ---
def deciding_post(doc, asker: str) -> Post:
	"""Who decides a request of this person for this case.

	Raises:
		ExtensionError: every post above is vacant or held by the asker.
	"""
	unit = read_row("Handling Unit", doc.handling_unit, ("name", "line_superior", "territory_parent"))
	office = frappe.db.get_single_value("Petition Proxy Settings", "petition_office")
	above = [u for u in (unit.line_superior, unit.territory_parent) if u and u != doc.accused_unit]
	holders = post_holders([unit.name, *above, *([office] if office else [])])
	posts = [Post(u, holders[u].head) for u in (unit.name, *above)]
	if office and office != doc.accused_unit:
		posts.append(Post(office, holders[office].everyone))
	post = extensions.pick_post(asker, posts, accused_people(doc))
	if not post:
		frappe.throw(
			_("Nobody is there to decide: give unit {0} or its superior a head first.").format(unit.name),
			ExtensionError,
		)
	return post


def _require_decider(doc, row) -> None:
	if get_scope().sees_all:
		return
	if frappe.session.user not in deciding_post(doc, row.asked_by).people:
		frappe.throw(
			_(
				"Only the head of the unit decides; on the head's own request the superior or the petition office."
			),
			ExtensionError,
		)


def _require_handling_unit(doc) -> None:
	scope = get_scope()
	if not scope.sees_all and not steps.is_handling_unit(doc, scope):
		frappe.throw(_("Only the unit that handles the case asks for more time."), ExtensionError)


def _lock(name: str):
	"""The petition, locked until the end of the request, if the session's user may see it."""
	doc = frappe.get_doc("Petition", name, for_update=True)
	doc.check_permission("read")
	return doc


def _moment(value) -> datetime | None:
	return get_datetime(value) if value else None
