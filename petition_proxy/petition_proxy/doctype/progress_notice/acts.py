"""Telling the petitioner: several nodes of a case in one act, by the agent or an office."""

import frappe
from frappe import _
from frappe.utils import now_datetime

from petition_proxy.domain import lifecycle, progress
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.petition import steps
from petition_proxy.petition_proxy.doctype.petition.own_case import lock_own_case
from petition_proxy.petition_proxy.doctype.petition_assignment.acts import lock_petition
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event
from petition_proxy.petition_proxy.doctype.progress_notice.record import tell_open
from petition_proxy.utils.client_values import read_moment
from petition_proxy.utils.errors import domain_errors


class ProgressError(frappe.ValidationError):
	"""The node was told already, or is not this person's to tell."""


def tell_petitioner(
	petition: str,
	means: str,
	notices: list[str] | None = None,
	note: str | None = None,
	told_to: str | None = None,
	told_at: str | None = None,
) -> int:
	"""Write down that the petitioner was told what has happened.

	Args:
		petition: the case.
		means: how: "Phone", "Visit", "SMS", "Page", "Letter", "In Person", or "Unreachable" after vain attempts.
		notices: which nodes; all open ones of the case by default.
		note: what was said; how it was tried where nobody was reached.
		told_to: who was spoken to, if not the petitioner.
		told_at: when; now by default.

	Returns:
		How many nodes were told.

	Raises:
		ProgressError: nothing open, no such means, or neither the agent nor an office of the case.
		StepError: the agent is off duty, or the agreement does not let the agent track the case.
		frappe.PermissionError: out of the person's scope.
		frappe.DoesNotExistError: no such case; for an agent also a case of somebody else.
	"""
	doc = lock_own_case(petition) if lifecycle.AGENT in frappe.get_roles() else lock_petition(petition)
	now = now_datetime()
	scope = get_scope()
	check_may_tell(doc, scope, now)
	moment = read_moment(told_at) if told_at else now
	with domain_errors(ProgressError):
		status = progress.check_told(means, note, moment, now)
	told = tell_open(
		doc.name,
		moment,
		means,
		status,
		names=notices,
		note=note,
		told_to=told_to or doc.petitioner_name,
		told_by_agent=doc.agent if steps.is_own_agent(doc, scope) else None,
	)
	if not told:
		frappe.throw(
			_("Nothing is left to tell here, or it happened after the moment you gave. Load the list again."),
			ProgressError,
		)
	words = _(means, context="Progress Notice")
	record_event(
		doc, "Tell Petitioner", doc.workflow_state, doc.workflow_state, note or words, happened_at=moment
	)
	return told


def check_may_tell(doc, scope, now) -> None:
	"""The case's agent within a living authority, the handling unit, or an office of the place tells.

	Raises:
		ProgressError: somebody else.
		StepError: the agent's authority has ended.
	"""
	if scope.sees_all:
		return
	if steps.is_own_agent(doc, scope):
		steps.check_agent_may_act(doc, now)
		return
	if not steps.ACTORS[lifecycle.BY_SERVER](doc, scope) and not _reviews(doc, scope):
		frappe.throw(
			_("Only the agent, the handling unit or an office of the place tells the petitioner."),
			ProgressError,
		)


def _reviews(doc, scope) -> bool:
	return bool(scope.units) and bool(
		frappe.db.exists(
			"Review Request", {"petition": doc.name, "reviewing_unit": ("in", sorted(scope.units))}
		)
	)
