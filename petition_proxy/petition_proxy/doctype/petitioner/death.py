"""What follows when a petitioner has died: every authority ends (Civil Code art. 173), the open cases are marked."""

import frappe
from frappe import _
from frappe.utils import getdate, now_datetime

from petition_proxy.domain import dates, lifecycle
from petition_proxy.utils.errors import domain_errors

EVENT = "Petitioner Died"


class DeathError(frappe.ValidationError):
	"""The day of death cannot be."""


def validate(petitioner) -> None:
	"""A day of death lies neither in the future nor before the birth.

	Raises:
		DeathError: it does.
	"""
	if not petitioner.died_on:
		return
	died = getdate(petitioner.died_on)
	with domain_errors(DeathError):
		dates.check_not_future(died, now_datetime(), "Died On")
		born = getdate(petitioner.birth_date) if petitioner.birth_date else None
		dates.check_order(born, died, "Birth Date", "Died On")


def follow(petitioner) -> None:
	"""End the agreements and note the death on the open cases, once."""
	before = petitioner.get_doc_before_save()
	if not petitioner.died_on or (before and before.died_on):
		return
	_end_agreements(petitioner)
	_note_on_cases(petitioner)


def _end_agreements(petitioner) -> None:
	table = frappe.qb.DocType("Proxy Agreement")
	(
		frappe.qb.update(table)
		.set(table.revoked_on, petitioner.died_on)
		.set(table.revocation_reason, _("The principal has died (Civil Code art. 173)."))
		.set(table.modified, now_datetime())
		.set(table.modified_by, frappe.session.user)
		.where((table.petitioner == petitioner.name) & (table.docstatus == 1) & table.revoked_on.isnull())
		.run()
	)


def open_cases(petitioner: str) -> list[frappe._dict]:
	"""A petitioner's cases that have not ended, as far as the session's user may see them.

	Args:
		petitioner: name of the record.
	"""
	return frappe.get_list(
		"Petition",
		filters={"petitioner": petitioner, "workflow_state": ("in", sorted(lifecycle.OPEN_STATES))},
		fields=["name", "subject", "workflow_state", "handling_unit", "agent"],
		order_by="queue_key asc",
		limit=0,
	)


def _note_on_cases(petitioner) -> None:
	"""One line on the timeline of each open case, in one statement."""
	cases = frappe.get_all(
		"Petition",
		filters={"petitioner": petitioner.name, "workflow_state": ("in", sorted(lifecycle.OPEN_STATES))},
		fields=["name", "workflow_state", "round"],
		order_by="name asc",
	)
	if not cases:
		return
	now, user = now_datetime(), frappe.session.user
	fields = (
		*("name", "owner", "modified_by", "creation", "modified", "docstatus", "idx"),
		*("petition", "event", "from_state", "to_state", "round", "actor", "happened_at", "note"),
	)
	rows = [
		(
			*(frappe.generate_hash(length=10), user, user, now, now, 0, 0),
			*(case.name, EVENT, case.workflow_state, case.workflow_state, case.round or 1, user, now),
			str(petitioner.died_on),
		)
		for case in cases
	]
	frappe.db.bulk_insert("Petition Event", fields, rows)
