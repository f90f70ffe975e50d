"""One case of the agent: where it is, what to tell, what to hand over, what to add."""

import frappe
from frappe import _
from frappe.utils import format_datetime, formatdate, getdate, now_datetime

from petition_proxy.api.agent_work import has_paper
from petition_proxy.domain import lifecycle
from petition_proxy.domain.progress import MEANS
from petition_proxy.petition_proxy.doctype.proxy_agent.conflicts import why_conflicted
from petition_proxy.petition_proxy.doctype.proxy_agreement.proxy_agreement import (
	AUTHORITY_FIELDS,
	why_not_authorised,
)
from petition_proxy.queries import agent_work
from petition_proxy.queries.case_view import describe_rows, stage_rows
from petition_proxy.utils.agent_pages import dress_agent
from petition_proxy.utils.portal import need_agent
from petition_proxy.utils.rows import read_row

no_cache = 1
# Ways by which an agent hands something over; post and counter are the offices'.
RECEIVERS = ("The Petitioner", "Family Member of the Household", "Guardian", "Elected Representative")


def get_context(context) -> None:
	"""The case `no`; one of somebody else is as unknown as one that does not exist.

	Raises:
		frappe.Redirect: nobody is logged in.
		frappe.PermissionError: the account is no agent's.
	"""
	agent, now = need_agent(), now_datetime()
	doc = agent_work.find_case(agent, str(frappe.form_dict.get("no") or ""))
	row = dress_agent(context, agent, _("Case", context="Portal"), {"petition": doc.name if doc else None})
	context.case = None
	if not doc:
		frappe.local.flags.portal_status = 404
		return
	agreement = read_row("Proxy Agreement", doc.agreement, AUTHORITY_FIELDS) if doc.agreement else None
	context.update(_case(doc, now))
	context.update(_rights(doc, row, agreement, now))
	context.update(_letters(doc, context.may_receive))
	context.nodes = _nodes(doc, now)
	context.means = MEANS
	context.receivers = RECEIVERS
	context.papers = [
		{"url": file.file_url, "day": format_datetime(file.creation, "yyyy-MM-dd HH:mm")}
		for file in agent_work.papers_by(doc.name, frappe.session.user)
	]
	context.remarks = [
		{
			"text": frappe.utils.strip_html(remark.content or ""),
			"day": format_datetime(remark.creation, "yyyy-MM-dd HH:mm"),
		}
		for remark in agent_work.remarks_by(doc.name, frappe.session.user)
	]
	context.receipts = _receipts(doc)
	context.may_print_slip = bool(frappe.has_permission("Petition", "print", doc=doc))


def _case(doc, now) -> dict:
	unit = read_row("Handling Unit", doc.handling_unit, ("unit_name", "phone")) if doc.handling_unit else None
	(words,) = describe_rows([frappe._dict(doc.as_dict())], now)
	return {
		"case": doc,
		"unit": unit or frappe._dict(unit_name="", phone=""),
		"state": words.state,
		"time_left": words.time_left,
		"is_late": words.is_late,
		"stages": stage_rows(doc, now),
		"filed_on": formatdate(doc.petitioned_at),
		"is_draft": _is_draft(doc),
	}


def _rights(doc, agent, agreement, now) -> dict:
	"""Why the agent may not act, in one sentence, and what the agreement allows."""

	def why(power: str) -> str | None:
		if not agreement:
			return _("An agent needs the petitioner's signed agreement. Add it before filing.")
		return why_not_authorised(agreement, doc.petitioner, doc.agent, now, power)

	why_not = agent.why_not or why_conflicted(agent.name, doc)
	if not _is_draft(doc):
		why_not = why_not or why("may_track")
	why_no_letters = why_not or why("may_receive_documents")
	has_ended = doc.workflow_state in lifecycle.FINAL_STATES
	return {
		"why_not": why_not,
		"why_no_letters": why_no_letters,
		"may_receive": not why_no_letters,
		"may_add": not (why_not or has_ended or (not _is_draft(doc) and why("may_submit_material"))),
		"may_remark": not (why_not or has_ended),
		"agreement": _agreement(agreement),
	}


def _is_draft(doc) -> bool:
	return doc.workflow_state == lifecycle.DRAFT


def _agreement(agreement) -> dict | None:
	if not agreement:
		return None
	is_revoked = bool(agreement.revoked_on and getdate(agreement.revoked_on) <= getdate())
	return {
		"begins": formatdate(agreement.valid_from),
		"ends": formatdate(agreement.valid_to),
		"revoked": formatdate(agreement.revoked_on) if is_revoked else "",
	}


def _letters(doc, may_receive: bool) -> dict:
	"""What the agent may bring home: nothing of it is shown without the petitioner's word for it."""
	rows = agent_work.letters_of(doc.name) if may_receive else []
	for row in rows:
		row.title = _(row.kind)
		row.day = formatdate(row.issued_on)
		row.told = formatdate(row.told_at) if row.told_at else ""
		row.petition = doc.name
		row.has_paper = has_paper(row, doc.round)
	is_reply_due = doc.workflow_state == lifecycle.REPLIED and not doc.service_receipt
	notices = [row for row in rows if agent_work.is_worth_bringing(row, doc.workflow_state, doc.round)]
	return {
		"letters": rows,
		"is_reply_due": is_reply_due,
		"notices": notices,
		"may_deliver": may_receive and (is_reply_due or bool(notices)),
	}


def _nodes(doc, now) -> list[frappe._dict]:
	rows = [] if doc.workflow_state in agent_work.NOT_TOLD_STATES else agent_work.nodes_to_tell(doc.name)
	for row in rows:
		row.label = _(row.node, context="Progress Notice")
		row.is_late = row.tell_by < now.replace(microsecond=0)
		row.day, row.by = formatdate(row.happened_at), formatdate(row.tell_by)
	return rows


def _receipts(doc) -> list[frappe._dict]:
	rows = agent_work.receipts_of(doc.name)
	for row in rows:
		row.day = format_datetime(row.served_at, "yyyy-MM-dd HH:mm")
		row.is_failed = row.result != "Served"
		row.what = _("Reply") if row.document_type != "Official Letter" else _("Notice")
		row.way = _(row.method)
	return rows
