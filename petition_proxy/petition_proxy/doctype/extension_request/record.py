"""What an extension, or the end of a wait for one, changes beside the request itself. Set-wise, no documents."""

from datetime import datetime

import frappe
from frappe import _
from frappe.query_builder import DocType

from petition_proxy.domain import extensions


def withdraw_alerts_of_old_dates(doc, ends: list[datetime]) -> None:
	"""Warnings that have not gone out yet speak of a date that holds no longer.

	New ones are written for the new date: a key of the alert ledger carries the date it warns of.
	"""
	if not ends:
		return
	alert = DocType("Alert")
	(
		frappe.qb.update(alert)
		.set(alert.status, "Withdrawn")
		.set(alert.last_error, _("The case was extended before the alert went out."))
		.set(alert.next_try_at, None)
		.where((alert.petition == doc.name) & alert.status.isin(["Pending", "Failed"]))
		.where(alert.due_at.isin(ends))
		.run()
	)


def lapse_requests(doc, now) -> None:
	"""A request that waits when the case is answered, taken back or given to another unit has lost its sense."""
	request = DocType("Extension Request")
	(
		frappe.qb.update(request)
		.set(request.status, extensions.LAPSED)
		.set(request.decided_at, now)
		.where((request.petition == doc.name) & (request.status == extensions.ASKED))
		.run()
	)
