"""Who goes on with a case: a successor of somebody who has died, an agent under a new agreement."""

import frappe
from frappe import _
from frappe.utils import now_datetime

from petition_proxy.domain import lifecycle
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.petition import checks, steps
from petition_proxy.petition_proxy.doctype.petition_assignment.acts import lock_petition
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event
from petition_proxy.petition_proxy.doctype.petitioner import death
from petition_proxy.petition_proxy.doctype.proxy_agreement.proxy_agreement import (
	AUTHORITY_FIELDS,
	why_not_authorised,
)
from petition_proxy.utils.files import keep_private
from petition_proxy.utils.rows import read_row


class SuccessionError(frappe.ValidationError):
	"""Nobody has died, the successor cannot go on, or the act is not this person's."""


def open_cases_of(petitioner: str) -> list[dict]:
	"""A petitioner's open cases, for the office that enters a death.

	Args:
		petitioner: the Petitioner.

	Returns:
		Rows of the cases, each with its name.

	Raises:
		frappe.PermissionError: the petitioner is out of the user's scope.
	"""
	frappe.get_doc("Petitioner", petitioner).check_permission("read")
	return death.open_cases(petitioner)


def _require_office(doc) -> None:
	scope = get_scope()
	is_office = doc.village in scope.villages or steps.is_office_of_place(doc, scope)
	if not scope.sees_all and not is_office:
		frappe.throw(_("Only the village, the town or the petition office enters this."), SuccessionError)


def _require_open(doc) -> None:
	if doc.workflow_state not in lifecycle.OPEN_STATES:
		frappe.throw(
			_("The case has ended ({0}). There is nothing to go on with.").format(_(doc.workflow_state)),
			SuccessionError,
		)


def continue_with_successor(petition: str, successor: str, proof: str, agreement: str | None = None) -> None:
	"""A successor takes the place of a petitioner who has died; stamps, clocks and number of the case stay.

	The authority of the agent ended with the death (Civil Code art. 173): the agent acts again only under an agreement that
	the successor signs, given here or later.

	Args:
		petition: an open case.
		successor: name of the successor's Petitioner record.
		proof: attached proof of kinship or inheritance.
		agreement: the successor's agreement with the agent of the case, if there is one already.

	Raises:
		SuccessionError: the petitioner lives, the successor does not or is the same person, no proof, or not an office.
		StepError: the agreement does not cover the agent.
	"""
	doc = lock_petition(petition)
	_require_office(doc)
	_require_open(doc)
	if not checks.is_petitioner_dead(doc):
		frappe.throw(
			_("The petitioner is not on record as deceased, so nobody takes the petitioner's place."),
			SuccessionError,
		)
	if successor == doc.petitioner:
		frappe.throw(_("Choose another person as successor."), SuccessionError)
	if not (proof or "").strip():
		frappe.throw(_("Attach the proof that this person succeeds the petitioner."), SuccessionError)
	person = frappe.get_doc("Petitioner", successor)
	person.check_permission("read")
	if person.died_on:
		frappe.throw(_("This successor has died too. Choose another."), SuccessionError)
	now = now_datetime()
	values = {
		"preceding_petitioner": doc.petitioner,
		"petitioner": successor,
		"petitioner_name": person.petitioner_name,
		"masked_phone": person.masked_phone,
		"succession_proof": proof,
		"succeeded_at": now,
	}
	if agreement:
		_check_agreement(doc, successor, agreement, now)
		values.update(agreement=agreement, agreement_renewed_at=now)
	doc.db_set(values)
	keep_private(doc, ("succession_proof",))
	record_event(
		doc, "Continue With Successor", doc.workflow_state, doc.workflow_state, person.petitioner_name
	)


def _check_agreement(doc, petitioner: str, agreement: str, now) -> None:
	if not doc.agent:
		frappe.throw(_("This case has no agent, so it needs no agreement."), SuccessionError)
	row = read_row("Proxy Agreement", agreement, AUTHORITY_FIELDS)
	if not row:
		frappe.throw(_("There is no Proxy Agreement {0}.").format(agreement), SuccessionError)
	checks.refuse_if(why_not_authorised(row, petitioner, doc.agent, now, "may_track"))


def renew_agreement(petition: str, agreement: str) -> None:
	"""Put a new agreement in the place of one that was revoked or has run out, so that the agent may act again.

	Args:
		petition: an open case with an agent.
		agreement: a submitted agreement of the case's petitioner with its agent.

	Raises:
		SuccessionError: the case has ended, the same agreement, or neither an office nor the case's own agent.
		StepError: the agreement does not cover the agent.
	"""
	doc = lock_petition(petition)
	scope = get_scope()
	if steps.is_own_agent(doc, scope):
		checks.refuse_if(checks.why_not_on_duty(checks.read_agent(doc.agent), now_datetime()))
	else:
		_require_office(doc)
	_require_open(doc)
	if agreement == doc.agreement:
		frappe.throw(_("The case stands under this agreement already."), SuccessionError)
	now = now_datetime()
	_check_agreement(doc, doc.petitioner, agreement, now)
	doc.db_set({"agreement": agreement, "agreement_renewed_at": now})
	record_event(doc, "Renew Agreement", doc.workflow_state, doc.workflow_state, agreement)
