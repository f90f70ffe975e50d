"""Giving a case to another agent: only with the petitioner's signed agreement with the new one.

Civil Code arts 165, 169: authority is given by the principal and goes over to nobody by itself; art. 166: a suspended
agent's authority does not end the case.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import add_days, cint, getdate, now_datetime

from petition_proxy.domain.lifecycle import OPEN_STATES
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.petition import checks, steps
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event
from petition_proxy.petition_proxy.doctype.proxy_agent.conflicts import why_conflicted
from petition_proxy.petition_proxy.doctype.proxy_agent.gate import why_not_on_duty
from petition_proxy.petition_proxy.doctype.proxy_agreement.proxy_agreement import (
	AUTHORITY_FIELDS,
	why_not_authorised,
)
from petition_proxy.utils.rows import read_row

MOST_CASES = 200
TERM_DAYS = 365
POWERS = ("may_file", "may_track", "may_receive_documents", "may_submit_material", "may_request_review")


class HandoverError(frappe.ValidationError):
	"""The case cannot go to this agent, or not by this person."""


@dataclass(frozen=True)
class Missing:
	"""A case that stays with its agent for the time being.

	Args:
		petition: the case.
		petitioner_name: whose agreement is missing.
		reason: what is missing, in the user's language.
	"""

	petition: str
	petitioner_name: str
	reason: str


def change_agent(petition: str, new_agent: str, agreement: str, reason: str) -> None:
	"""Give an open case to another agent.

	Args:
		petition: the case.
		new_agent: who acts from now on.
		agreement: the petitioner's signed agreement with the new agent.
		reason: why: suspension, conflict of interest, wish of the petitioner.

	Raises:
		HandoverError: case over, same agent, agent not fit or conflicted, agreement not valid, or no reason.
		frappe.PermissionError: not an office of the place.
	"""
	doc = frappe.get_doc("Petition", petition, for_update=True)
	_require_office(doc)
	_require_reason(reason)
	why = _why_not(doc, _agent_row(new_agent), agreement)
	if why:
		frappe.throw(why, HandoverError)
	_give(doc, new_agent, agreement, reason.strip())


def _require_office(doc) -> None:
	"""The town or petition office of the place, or its village; the agents themselves never."""
	doc.check_permission("read")
	scope = get_scope()
	is_office = steps.is_office_of_place(doc, scope) or doc.village in scope.villages
	if not scope.sees_all and (not is_office or steps.is_own_agent(doc, scope)):
		raise frappe.PermissionError(
			_("Only the village, the town or the petition office of the place gives a case to another agent.")
		)


def _require_reason(reason: str | None) -> None:
	if not (reason or "").strip():
		frappe.throw(_("Say why."), HandoverError)


def _agent_row(name: str) -> frappe._dict:
	row = read_row("Proxy Agent", name, checks.AGENT_COLUMNS)
	if not row:
		frappe.throw(_("There is no agent {0}. Choose one from the list.").format(name), HandoverError)
	return row


def _why_not(doc, agent, agreement: str | None) -> str | None:
	now = now_datetime()
	if doc.workflow_state not in OPEN_STATES:
		return _("Petition {0} has ended ({1}). It keeps its agent.").format(doc.name, _(doc.workflow_state))
	if doc.agent == agent.name:
		return _("Agent {0} has this case already.").format(agent.agent_name)
	if why := why_not_on_duty(agent, now) or why_conflicted(agent.name, doc):
		return why
	if not agreement:
		return _("{0} has not signed an agreement with agent {1} yet.").format(
			doc.petitioner_name, agent.agent_name
		)
	row = read_row("Proxy Agreement", agreement, AUTHORITY_FIELDS)
	if not row:
		return _("There is no Proxy Agreement {0}.").format(agreement)
	return why_not_authorised(row, doc.petitioner, agent.name, now, "may_track")


def _give(doc, agent: str, agreement: str, reason: str) -> None:
	before = doc.agent
	doc.db_set(
		{"agent": agent, "agreement": agreement, "is_proxied": 1},
		notify=True,  # its form shows the old agent
	)
	state = doc.workflow_state
	names = [
		frappe.db.get_value("Proxy Agent", name, "agent_name") if name else "" for name in (before, agent)
	]
	note = _("From {0} to {1}: {2}").format(names[0] or _("no agent"), names[1], reason)
	record_event(doc, "Change Agent", state, state, note)


def hand_over(petitions: Sequence[str], new_agent: str, reason: str) -> tuple[list[str], list[Missing]]:
	"""Give many cases to one agent, as far as their petitioners have signed with him.

	A case is matched by the agreement that takes the place of its old one.

	Args:
		petitions: the cases, at most 200.
		new_agent: who takes them.
		reason: why.

	Returns:
		The cases handed over, and those that were not, with what is missing.

	Raises:
		HandoverError: too many, none, no reason, or the agent is not fit.
		frappe.PermissionError: a case of another place.
	"""
	docs, agent = _lock_cases(petitions, new_agent)
	_require_reason(reason)
	agreements = agreements_in_place_of([doc.agreement for doc in docs if doc.agreement], new_agent)
	done, missing = [], []
	for doc in docs:
		signed = next((row for row in agreements.get(doc.agreement, ()) if row.docstatus == 1), None)
		why = _why_not(doc, agent, signed.name if signed else None)
		if why:
			missing.append(Missing(doc.name, doc.petitioner_name or "", why))
		else:
			_give(doc, new_agent, signed.name, reason.strip())
			done.append(doc.name)
	return done, missing


def prepare_agreements(petitions: Sequence[str], new_agent: str) -> list[str]:
	"""Draft the agreements that a handover needs, to be printed and signed; those drafted already are left alone.

	Args:
		petitions: the cases, at most 200.
		new_agent: who is to take them.

	Returns:
		Names of the new drafts.

	Raises:
		HandoverError: as `hand_over`.
	"""
	docs, agent = _lock_cases(petitions, new_agent)
	known = agreements_in_place_of([doc.agreement for doc in docs if doc.agreement], new_agent)
	made = []
	for doc in docs:
		if not doc.agreement or known.get(doc.agreement) or doc.workflow_state not in OPEN_STATES:
			continue
		if why_conflicted(agent.name, doc):
			continue
		made.append(_draft(doc, new_agent))
	return made


def _draft(doc, new_agent: str) -> str:
	today = getdate()
	old = frappe.get_doc("Proxy Agreement", doc.agreement)
	agreement = frappe.get_doc(
		{
			"doctype": "Proxy Agreement",
			"petitioner": doc.petitioner,
			"agent": new_agent,
			"replaces": old.name,
			"matter": old.matter,
			"principal_capacity": old.principal_capacity,
			"guardian_proof": old.guardian_proof,
			"valid_from": today,
			"valid_to": add_days(today, TERM_DAYS),
			**{power: old.get(power) for power in POWERS},
		}
	)
	agreement.insert(
		ignore_permissions=True
	)  # the office of the place prepares it; only a signature makes it count
	return agreement.name


def _lock_cases(petitions: Sequence[str], new_agent: str) -> tuple[list, frappe._dict]:
	names = sorted(set(petitions))
	if not names:
		frappe.throw(_("Choose the cases first."), HandoverError)
	if len(names) > MOST_CASES:
		frappe.throw(_("At most {0} cases at once. Choose fewer.").format(MOST_CASES), HandoverError)
	agent = _agent_row(new_agent)
	if why := why_not_on_duty(agent, now_datetime()):
		frappe.throw(why, HandoverError)
	docs = [frappe.get_doc("Petition", name, for_update=True) for name in names]
	for doc in docs:
		_require_office(doc)
	return docs, agent


def agreements_in_place_of(old: Sequence[str], agent: str | None = None) -> dict[str, list[frappe._dict]]:
	"""Agreements, drafted or signed, that take the place of others.

	Args:
		old: the agreements of the cases.
		agent: with whom; anybody if None.

	Returns:
		Old agreement to rows with name, replaces, agent, docstatus; the signed and latest first.
	"""
	if not old:
		return {}
	table = DocType("Proxy Agreement")
	query = (
		frappe.qb.from_(table)
		.select(table.name, table.replaces, table.agent, table.docstatus)
		.where(table.replaces.isin(sorted(set(old))) & (table.docstatus < 2) & table.revoked_on.isnull())
		.orderby(table.docstatus, order=frappe.qb.desc)
		.orderby(table.creation, order=frappe.qb.desc)
	)
	if agent:
		query = query.where((table.agent == agent) | (table.second_agent == agent))
	found: dict[str, list[frappe._dict]] = {}
	for row in query.run(as_dict=True):
		row.docstatus = cint(row.docstatus)
		found.setdefault(row.replaces, []).append(row)
	return found
