"""Each morning: host, agent and whoever booked are reminded of the video receptions that are near.

A reception is marked in the transaction that tells of it, and that is committed under the job's lock, so a second
run tells nobody twice.
"""

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import format_datetime, getdate, now_datetime

from petition_proxy.jobs.alert_messages import speaking
from petition_proxy.jobs.locks import job_lock

PAGE = 200


def enqueue_reception_reminders() -> None:
	"""Put the day's reminders on the long queue."""
	day = getdate()
	frappe.enqueue(
		"petition_proxy.jobs.reception_reminders.send_reception_reminders",
		queue="long",
		job_id=f"petition-proxy|reception-reminders|{day}",
		deduplicate=True,
	)


def send_reception_reminders(commit: bool = True) -> int:
	"""Tell of every booked reception whose day to remind has come; may run again at any time.

	Args:
		commit: commit each page; False leaves that to the caller.

	Returns:
		How many receptions were told of.
	"""
	told = 0
	with job_lock("reception-reminders") as is_mine:
		while is_mine and (rows := _due(PAGE)):
			for row in rows:
				_tell(row)
			table = DocType("Video Reception")
			(
				frappe.qb.update(table)
				.set(table.reminded_at, now_datetime())
				.where(table.name.isin([row.name for row in rows]))
				.run()
			)
			told += len(rows)
			if commit:
				# notes and marks of a page stand or fall together, before the lock is free
				frappe.db.commit()  # nosemgrep: frappe-manual-commit
	return told


def _due(limit: int) -> list[frappe._dict]:
	table, agent = DocType("Video Reception"), DocType("Proxy Agent")
	return (
		frappe.qb.from_(table)
		.left_join(agent)
		.on(agent.name == table.agent)
		.select(
			table.name, table.host, table.booked_by, table.starts_at, table.room, agent.user.as_("agent_user")
		)
		.where((table.status == "Booked") & table.reminded_at.isnull())
		.where((table.reminder_on <= getdate()) & (table.starts_at > now_datetime()))
		.orderby(table.name)
		.limit(limit)
		.run(as_dict=True)
	)


def _tell(row: frappe._dict) -> None:
	"""One notice a person. It goes through the hook that keeps titles from whoever may not open the record."""
	for user in sorted({row.host, row.booked_by, row.agent_user} - {None, "", "Administrator"}):
		with speaking(user):
			subject = _("Video reception {0}: {1}, {2}").format(
				row.name, format_datetime(row.starts_at), row.room
			)
		note = frappe.new_doc("Notification Log")
		note.update(
			{
				"type": "Alert",
				"for_user": user,
				"subject": subject,
				"document_type": "Video Reception",
				"document_name": row.name,
			}
		)
		note.insert(ignore_permissions=True)  # written by the system for the person
