"""The daily end of drafts that nobody has touched for thirty days: content and papers go, a line for the count stays.

A draft is no petition (art. 22 asks for one that was put forward). That it does not vanish unseen (art. 44) is seen to
three times: its agent reads the last day beside it, is warned on the page for the last five days, and the office counts
what ended unfiled (report "Drafts Not Filed").
"""

from datetime import date, timedelta

import frappe
from frappe.query_builder import DocType
from frappe.utils import getdate, now_datetime

from petition_proxy.domain import drafts
from petition_proxy.jobs.locks import job_lock
from petition_proxy.petition_proxy.doctype.petition_draft import acts

JOB_ID = "petition-proxy|draft-cleanup"
PAGE = 50


def enqueue_draft_cleanup() -> None:
	"""Put the job on the long queue; one at a time."""
	frappe.enqueue(draft_cleanup, queue="long", job_id=JOB_ID, deduplicate=True)


def draft_cleanup(today: date | None = None, commit: bool = True) -> dict[str, int]:
	"""End the drafts whose last day is over, and forget the lines of those that ended a year ago.

	Args:
		today: the day; the present one by default.
		commit: commit after each page. Callers with a transaction of their own pass False.

	Returns:
		expired: drafts ended; forgotten: lines deleted.
	"""
	today = today or getdate()
	with job_lock("draft-cleanup") as is_alone:
		if not is_alone:
			return {"expired": 0, "forgotten": 0}
		expired = 0
		while names := _over(today):
			acts.end(names, drafts.EXPIRED, now_datetime())
			expired += len(names)
			if commit:
				frappe.db.commit()  # nosemgrep: one page is done; the next run goes on where this one died
		forgotten = _forget(today)
		if commit:
			frappe.db.commit()  # nosemgrep: the job's last page
	return {"expired": expired, "forgotten": forgotten}


def _over(today: date) -> list[str]:
	"""Locked, so that an agent who opens one at this moment saves before or after, not in between."""
	table = DocType("Petition Draft")
	return (
		frappe.qb.from_(table)
		.select(table.name)
		.where((table.status == drafts.OPEN) & (table.expires_on < today))
		.orderby(table.expires_on)
		.orderby(table.name)
		.limit(PAGE)
		.for_update()
		.run(pluck=True)
	)


def _forget(today: date) -> int:
	table = DocType("Petition Draft")
	is_old = table.status.isin([drafts.GIVEN_UP, drafts.EXPIRED])
	is_old &= table.ended_at < today - timedelta(days=drafts.TALLY_DAYS)
	names = frappe.qb.from_(table).select(table.name).where(is_old).orderby(table.name).run(pluck=True)
	if names:
		frappe.qb.from_(table).delete().where(table.name.isin(names)).run()
	return len(names)
