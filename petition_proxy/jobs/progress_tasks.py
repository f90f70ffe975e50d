"""The daily reminder of nodes that the petitioner has not been told in time.

The list "To Be Told" is the standing task list; this job only reminds of it, once per node: the case's agent and the
village's head, or where the village may not know of the case (reports and accusations, art. 30) or has nobody, the town
and in the end the petition office. It keeps out of the alert ledger on purpose: that ledger knows the posts of units and
the clocks of a case, while agents have no desk and a node is ended by being told, not by a step. The mark
`reminded_at` and the note are one transaction, so a second run, or one after a kill, reminds nobody twice.
"""

from collections import defaultdict
from datetime import datetime

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import now_datetime

from petition_proxy.domain.progress import NOT_TOLD_STATES, TO_TELL
from petition_proxy.jobs.alert_messages import speaking
from petition_proxy.jobs.locks import job_lock
from petition_proxy.jobs.notices import desk_list, send_note
from petition_proxy.jobs.recipients import TOWN, Directory, has_outgoing_mail, is_deliverable
from petition_proxy.permissions.scope import REPORT_KIND

JOB_ID = "petition-proxy|progress-tasks"
PAGE_SIZE = 1000


def enqueue_progress_tasks() -> None:
	"""Put one run on the long queue, unless one waits or runs there already (daily hook)."""
	frappe.enqueue(progress_tasks, queue="long", job_id=JOB_ID, deduplicate=True)


def progress_tasks(now: datetime | None = None, commit: bool = True, page_size: int = PAGE_SIZE) -> dict:
	"""Remind of the nodes whose time to tell has passed.

	Args:
		now: moment to run for; the present one by default.
		commit: commit after each page. Callers with a transaction of their own pass False.
		page_size: notices per page and transaction.

	Returns:
		`notices`, nodes reminded of, and `people`, notes sent.
	"""
	counts = {"notices": 0, "people": 0}
	with job_lock("progress-tasks") as acquired:
		if not acquired:
			return counts
		directory = Directory(frappe.db.get_single_value("Petition Proxy Settings", "petition_office"))
		villages = _village_units()
		can_mail = has_outgoing_mail()
		now = now or now_datetime()
		while rows := _overdue(now, page_size):
			people = defaultdict(set)
			for row in rows:
				for user in _recipients(row, directory, villages):
					people[user].add(row.petition)
			for user, cases in sorted(people.items()):
				_remind(user, sorted(cases), can_mail)
			_mark([row.name for row in rows], now)
			counts["notices"] += len(rows)
			counts["people"] += len(people)
			if commit:
				# One commit a page: the notes and the marks that they went out stand or fall together.
				frappe.db.commit()  # nosemgrep: frappe-manual-commit
	return counts


def _overdue(now: datetime, page_size: int) -> list:
	"""Open nodes past their time, not reminded of yet, in the order of the index."""
	notice, petition, agent = DocType("Progress Notice"), DocType("Petition"), DocType("Proxy Agent")
	return (
		frappe.qb.from_(notice)
		.join(petition)
		.on(petition.name == notice.petition)
		.left_join(agent)
		.on((agent.name == petition.agent) & (agent.status == "On Duty"))
		.select(
			notice.name,
			notice.petition,
			petition.town,
			petition.village,
			petition.petition_kind,
			petition.accused_unit,
			petition.accused_user,
			agent.user.as_("agent_user"),
		)
		.where((notice.status == TO_TELL) & notice.reminded_at.isnull())
		.where(petition.workflow_state.notin(NOT_TOLD_STATES))
		.where(notice.tell_by < now.replace(microsecond=0))
		.orderby(notice.tell_by)
		.orderby(notice.name)
		.limit(page_size)
		.run(as_dict=True)
	)


def _village_units() -> dict[str, str]:
	rows = frappe.get_all(
		"Handling Unit",
		filters={"unit_type": "Village", "is_active": 1},
		fields=["name", "village"],
		order_by="name desc",
	)
	return {row.village: row.name for row in rows}


def _recipients(row, directory: Directory, villages: dict[str, str]) -> set[str]:
	accused = directory.accused_people(row.accused_unit, row.accused_user)
	people = {row.agent_user} if row.agent_user else set()
	unit = None if row.petition_kind == REPORT_KIND else villages.get(row.village)
	people |= set(directory.heads.get(unit) or directory.members.get(unit) or ()) if unit else set()
	people -= accused
	if people - {row.agent_user}:
		return people
	# Somebody with a desk must know, or the task of an absent agent waits unseen.
	return people | set(directory.resolve(TOWN, None, row.town, row.accused_unit, row.accused_user).users)


def _remind(user: str, cases: list[str], can_mail: bool) -> None:
	"""A note on the desk, and a mail to whoever has a mailbox: agents have no desk."""
	with speaking(user):
		subject = _("{0} petitions: the petitioner has not been told of the latest step.").format(len(cases))
		text = ", ".join(cases[:50])
		send_note(user, subject, "Progress Notice", desk_list("Progress Notice"), text)
		email = frappe.get_cached_value("User", user, "email")
		if can_mail and is_deliverable(email):
			frappe.sendmail(recipients=[email], subject=subject, message=text, delayed=True)


def _mark(names: list[str], now: datetime) -> None:
	notice = DocType("Progress Notice")
	frappe.qb.update(notice).set(notice.reminded_at, now).where(notice.name.isin(names)).run()
