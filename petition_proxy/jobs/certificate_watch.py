"""The daily certificate watch: warns 60 and 15 days ahead, and takes off duty whose pass has ended.

Set-wise and rerunnable: each warning has a unique key, and who is off duty is not found again. A day on which the job
did not run is made up for with the right date.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count
from frappe.utils import cint, formatdate, getdate, now_datetime

from petition_proxy.domain import agent_lifecycle
from petition_proxy.domain.agent_lifecycle import ON_DUTY
from petition_proxy.domain.lifecycle import OPEN_STATES
from petition_proxy.domain.notices import CERTIFICATE_ENDED, CERTIFICATE_ENDS
from petition_proxy.jobs.deadline_sweep import insert_ignoring_known
from petition_proxy.jobs.locks import job_lock
from petition_proxy.jobs.notice_feed import queue_for_agents
from petition_proxy.petition_proxy.doctype.proxy_agent.acts import LOCKED_FIELDS, apply_acts
from petition_proxy.utils.posts import post_holders

JOB_ID = "petition-proxy|certificate-watch"
NAMES_SHOWN = 20
NOTICE_COLUMNS = (
	*("name", "owner", "modified_by", "creation", "modified"),
	*("agent", "notice_kind", "step_days", "valid_to", "noticed_on", "notice_key"),
)
LOG_COLUMNS = (
	*("name", "owner", "modified_by", "creation", "modified", "docstatus", "idx"),
	*("for_user", "type", "subject", "email_content", "document_type", "document_name", "from_user", "read"),
)


def enqueue_certificate_watch() -> None:
	"""Put the watch on the long queue; one at a time."""
	frappe.enqueue(certificate_watch, queue="long", job_id=JOB_ID, deduplicate=True)


def certificate_watch(today: date | None = None, commit: bool = True) -> dict[str, int]:
	"""Warn of certificates that end soon and take off duty whose certificate has ended.

	Args:
		today: the day; the present one by default.
		commit: commit at the end. Callers with a transaction of their own pass False.

	Returns:
		warned: agents newly warned; ended: agents taken off duty.
	"""
	today = today or getdate()
	with job_lock("certificate-watch") as is_alone:
		if not is_alone:
			return {"warned": 0, "ended": 0}
		result = {"warned": len(warn(today)), "ended": len(end_duty(today))}
		if commit:
			frappe.db.commit()  # nosemgrep: the job's one transaction ends here
	return result


# Ahead
# -----
def warn(today: date) -> list[frappe._dict]:
	"""Warn agents and their towns, once for each certificate and step.

	Returns:
		The agents newly warned.
	"""
	steps = _steps()
	agent = DocType("Proxy Agent")
	rows = (
		frappe.qb.from_(agent)
		.select(agent.name, agent.agent_name, agent.user, agent.town, agent.district)
		.select(agent.certificate_valid_to)
		.where((agent.status == ON_DUTY) & (agent.certificate_valid_to >= today))
		.where(agent.certificate_valid_to <= today + timedelta(days=max(steps)))
		.orderby(agent.certificate_valid_to)
		.orderby(agent.name)
		.run(as_dict=True)
	)
	for row in rows:
		row.step = agent_lifecycle.warning_step(row.certificate_valid_to, today, steps)
		row.notice_key = f"{row.name}|{row.certificate_valid_to}|{row.step}"
	new = _note(rows, "Certificate Ends", today)
	_tell_agents(new)
	queue_for_agents(CERTIFICATE_ENDS, _dates(new), now_datetime())
	_tell_offices(
		new, _("{0} agents need a new certificate soon"), lambda row: formatdate(row.certificate_valid_to)
	)
	return new


def _steps() -> tuple[int, ...]:
	settings = frappe.get_cached_doc("Petition Proxy Settings")
	return (cint(settings.first_certificate_warning_days), cint(settings.last_certificate_warning_days))


def _note(rows: Sequence[frappe._dict], kind: str, today: date) -> list[frappe._dict]:
	"""Write the notices that are new; the unique key is the judge.

	Returns:
		The rows that had none yet.
	"""
	if not rows:
		return []
	notice, now = DocType("Agent Notice"), now_datetime()
	known = set(
		frappe.qb.from_(notice)
		.select(notice.notice_key)
		.where(notice.notice_key.isin([row.notice_key for row in rows]))
		.run(pluck=True)
	)
	new = [row for row in rows if row.notice_key not in known]
	insert_ignoring_known(
		"Agent Notice",
		NOTICE_COLUMNS,
		[
			(
				*(frappe.generate_hash(length=12), "Administrator", "Administrator", now, now),
				*(row.name, kind, row.get("step") or 0, row.certificate_valid_to, today, row.notice_key),
			)
			for row in new
		],
	)
	return new


# The day after
# -------------
def end_duty(today: date) -> list[frappe._dict]:
	"""Take off duty whose pass has ended, from the first day without one on.

	Returns:
		The agents taken off duty.
	"""
	agent = DocType("Proxy Agent")
	ended = agent.certificate_valid_to.isnull() | (agent.certificate_valid_to < today)
	rows = (
		frappe.qb.from_(agent)
		.select(*(agent[f] for f in LOCKED_FIELDS))
		.where((agent.status == ON_DUTY) & ended)
		.orderby(agent.name)
		.for_update()
		.run(as_dict=True)
	)
	if not rows:
		return []
	act = agent_lifecycle.find_act("Certificate Expired", ON_DUTY)
	apply_acts([(row, act, _first_day_off(row, today)) for row in rows], _("Certificate expired"))
	for row in rows:
		row.notice_key = f"{row.name}|{row.certificate_valid_to}|ended"
	new = _note(rows, "Certificate Ended", today)
	queue_for_agents(CERTIFICATE_ENDED, _dates(new), now_datetime())
	cases = _open_cases([row.name for row in rows])
	_tell_offices(
		new,
		_("{0} agents are off duty: their certificate has ended. Hand their open cases over."),
		lambda row: _("{0} open cases").format(cases.get(row.name, 0)),
	)
	return rows


def _first_day_off(row, today: date) -> date:
	if not row.certificate_valid_to:
		return today
	first = agent_lifecycle.off_duty_from(row.certificate_valid_to)
	return max(first, row.status_since) if row.status_since else first


def _open_cases(agents: list[str]) -> dict[str, int]:
	case = DocType("Petition")
	rows = (
		frappe.qb.from_(case)
		.select(case.agent, Count(case.name))
		.where(case.agent.isin(agents) & case.workflow_state.isin(sorted(OPEN_STATES)))
		.groupby(case.agent)
		.orderby(case.agent)
		.run()
	)
	return dict(rows)


# Telling
# -------
def _tell_agents(rows: Sequence[frappe._dict]) -> None:
	_write_logs(
		(
			row.user,
			_("Your certificate ends on {0}").format(formatdate(row.certificate_valid_to)),
			_(
				"Sign up for a training in time. Without a valid certificate you are off duty from the next day."
			),
			"Proxy Agent",
			row.name,
		)
		for row in rows
		if row.user
	)


def _dates(rows: Sequence[frappe._dict]) -> dict[str, tuple[date, str]]:
	return {row.name: (row.certificate_valid_to, row.notice_key) for row in rows if row.certificate_valid_to}


def _tell_offices(rows: Sequence[frappe._dict], subject: str, detail) -> None:
	"""One message for each person of the towns concerned, and of the petition office, however many agents it is."""
	by_user: dict[str, list[frappe._dict]] = {}
	posts = _people_by_place({row.town for row in rows} | {row.district for row in rows})
	for row in rows:
		for user in posts.get(row.town, set()) | posts.get(row.district, set()):
			by_user.setdefault(user, []).append(row)
	_write_logs(
		(user, subject.format(len(mine)), _listing(mine, detail), "Proxy Agent", mine[0].name)
		for user, mine in sorted(by_user.items())
	)


def _listing(rows: Sequence[frappe._dict], detail) -> str:
	lines = [f"{row.agent_name} ({row.name}): {detail(row)}" for row in rows[:NAMES_SHOWN]]
	if len(rows) > NAMES_SHOWN:
		lines.append(_("... and {0} more").format(len(rows) - NAMES_SHOWN))
	return "<br>".join(frappe.utils.escape_html(line) for line in lines)


def _people_by_place(places: set[str | None]) -> dict[str, set[str]]:
	"""Heads and members of town units and petition offices, by the region they stand for."""
	if not places:
		return {}
	units = frappe.get_all(
		"Handling Unit",
		filters={
			"is_active": 1,
			"unit_type": ("in", ("Town", "Petition Office")),
			"region": ("in", sorted(place for place in places if place) or [""]),
		},
		fields=["name", "region"],
		order_by="name asc",
	)
	holders = post_holders([unit.name for unit in units])
	found: dict[str, set[str]] = {}
	for unit in units:
		found.setdefault(unit.region, set()).update(holders[unit.name].everyone)
	return found


def _write_logs(messages) -> None:
	now = now_datetime()
	rows = [
		(
			*(frappe.generate_hash(length=10), "Administrator", "Administrator", now, now, 0, 0),
			*(user, "Alert", subject, text, doctype, name, "Administrator", 0),
		)
		for user, subject, text, doctype, name in messages
	]
	if rows:
		insert_ignoring_known("Notification Log", LOG_COLUMNS, rows)
