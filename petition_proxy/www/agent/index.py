"""The agent's first page: what waits, the most urgent first, one tap each."""

from datetime import datetime

import frappe
from frappe import _
from frappe.utils import date_diff, formatdate, getdate, now_datetime

from petition_proxy.queries import agent_work
from petition_proxy.queries.case_view import due_words
from petition_proxy.queries.drafts import own_drafts
from petition_proxy.utils.agent_pages import dress_agent
from petition_proxy.utils.portal import need_agent

no_cache = 1
SHOWN = 5  # of each part; the rest is one tap further


def get_context(context) -> None:
	"""Work of the agent logged in.

	Raises:
		frappe.Redirect: nobody is logged in.
		frappe.PermissionError: the account is no agent's.
	"""
	agent, now = need_agent(), now_datetime()
	row = dress_agent(context, agent, _("My Work", context="Portal"))
	work = agent_work.work_of(agent, now)
	parts = [
		_tell(work.to_tell, now),
		_deliver(work.to_deliver, now),
		_collect(work.to_collect),
		_answer(work.consequences, now),
		_sign(work.to_sign),
		_learn(row, work.rules, now),
		_go_on(own_drafts()),
	]
	context.parts = sorted((part for part in parts if part.count), key=lambda part: not part.late)
	context.open_count = agent_work.count_open(agent)


def _part(key: str, title: str, count: int, late: int, items: list, href: str, more: str) -> frappe._dict:
	return frappe._dict(
		key=key,
		title=title,
		count=count,
		late=late,
		items=items[:SHOWN],
		href=href,
		more=more if len(items) > SHOWN else "",
	)


def _item(href: str, text: str, when: str = "", is_late: bool = False, note: str = "") -> frappe._dict:
	return frappe._dict(href=href, text=text, when=when, is_late=is_late, note=note)


def _case_href(name: str, place: str = "") -> str:
	return f"/agent/case?no={name}{'#' + place if place else ''}"


def _who(row) -> str:
	return " · ".join(text for text in (row.petitioner_name, row.subject) if text)


def _tell(rows, now: datetime) -> frappe._dict:
	items = [
		_item(
			_case_href(row.petition, "to-tell"),
			_who(row),
			due_words(row.tell_by, now),
			row.tell_by < now,
			_("{0} things to tell").format(row.nodes) if row.nodes > 1 else "",
		)
		for row in rows
	]
	nodes, late = sum(row.nodes for row in rows), sum(int(row.late) for row in rows)
	return _part(
		"tell",
		_("To tell the petitioner"),
		nodes,
		late,
		items,
		"/to-be-told",
		_("All that is to be told", context="Portal"),
	)


def _deliver(rows, now: datetime) -> frappe._dict:
	items = []
	for row in rows:
		is_late = bool(row.tell_by and row.tell_by < now)
		note = "" if row.may_receive else _("The agreement does not let you receive documents at the moment.")
		if row.service_attempts:
			note = " ".join((_("{0} attempts have failed.").format(row.service_attempts), note)).strip()
		items.append(
			_item(_case_href(row.name, "deliver"), _who(row), due_words(row.tell_by, now), is_late, note)
		)
	late = sum(item.is_late for item in items)
	return _part(
		"deliver",
		_("Replies to hand over"),
		len(rows),
		late,
		items,
		"/agent/cases",
		_("All my cases", context="Portal"),
	)


def _collect(rows) -> frappe._dict:
	items = [
		_item(
			_case_href(row.petition, "letters"),
			_who(row),
			"",
			False,
			" · ".join((_(row.kind), row.number, formatdate(row.issued_on))),
		)
		for row in rows
	]
	return _part(
		"collect",
		_("Notices to fetch from the office and bring"),
		len(rows),
		0,
		items,
		"/agent/cases",
		_("All my cases", context="Portal"),
	)


def _answer(rows, now: datetime) -> frappe._dict:
	today = getdate(now)
	items = [
		_item(
			"/agent/standing#consequences",
			_(row.step, context="Agent Consequence"),
			_("Answer by {0}").format(formatdate(row.answer_by)) if row.answer_by else "",
			bool(row.answer_by and getdate(row.answer_by) < today),
		)
		for row in rows
	]
	late = sum(item.is_late for item in items)
	return _part(
		"answer", _("To answer about yourself"), len(rows), late, items, "/agent/standing#consequences", ""
	)


def _sign(rows) -> frappe._dict:
	today = getdate()
	items = []
	for row in rows:
		is_revoked = bool(row.revoked_on and getdate(row.revoked_on) <= today)
		has_ended = is_revoked or getdate(row.valid_to) < today
		if is_revoked:
			when = _("Revoked on {0}").format(formatdate(row.revoked_on))
		elif has_ended:
			when = _("Ended on {0}").format(formatdate(row.valid_to))
		else:
			when = _("Ends on {0}").format(formatdate(row.valid_to))
		items.append(_item(_case_href(row.name, "agreement"), _who(row), when, has_ended))
	late = sum(item.is_late for item in items)
	return _part(
		"sign",
		_("Agreements to sign anew"),
		len(rows),
		late,
		items,
		"/agent/cases",
		_("All my cases", context="Portal"),
	)


def _learn(agent, rules, now: datetime) -> frappe._dict:
	items = [_item("/agent/standing#rules", f"{rule.title} {rule.version or ''}".strip()) for rule in rules]
	end = agent.certificate_valid_to
	left = date_diff(end, getdate(now)) if end else -1
	if left < agent_work.RENEW_DAYS:
		if not end:
			text = _("You have no training certificate. Pass a training before you take cases.")
		elif left < 0:
			text = _("Your certificate ended on {0}. Take a training.").format(formatdate(end))
		else:
			text = _("Your certificate ends on {0}. Take a training in time.").format(formatdate(end))
		items.insert(0, _item("/agent/standing#training", text, "", left < 0))
	late = sum(item.is_late for item in items)
	return _part("learn", _("Training and rules"), len(items), late, items, "/agent/standing", "")


def _go_on(rows) -> frappe._dict:
	items = [
		_item(
			f"/agent/file#{row.step}/{row.client_key}" if row.step else "/agent/file",
			row.title_hint or _("Draft", context="Portal"),
			_("Deleted on {0}").format(formatdate(row.expires_on)) if row.is_ending else "",
			False,
		)
		for row in rows
	]
	return _part(
		"drafts",
		_("Begun and not filed"),
		len(rows),
		0,
		items,
		"/agent/file",
		_("All drafts", context="Portal"),
	)
