"""Who takes a step, and which fields belong to whom. Called by the controller for every change of state.

What each step asks for stands in `checks.py`, what it starts in `effects.py`.
"""

from datetime import datetime

import frappe
from frappe import _

from petition_proxy.domain import lifecycle
from petition_proxy.permissions.scope import REPORT_KIND, get_scope
from petition_proxy.petition_proxy.doctype.petition import checks, effects
from petition_proxy.petition_proxy.doctype.petition.checks import StepError

__all__ = ("StepError", "check_actor", "check_scope", "may_take", "take")

OFFICE_COLUMNS = ("district", "town")


def take(doc, step: lifecycle.Transition, now: datetime) -> None:
	"""Check and stamp one step.

	Args:
		doc: the petition, its state already set to the step's target.
		step: row of the lifecycle table.
		now: the moment of the step.

	Raises:
		StepError: who acts or what is missing.
	"""
	check_actor(doc, step)
	checks.CHECKS.get(step.action, checks.nothing)(doc, now)
	doc.set(step.stamp, now)
	effects.EFFECTS.get(step.action, checks.nothing)(doc, now)


# Who
# ---
def check_actor(doc, step: lifecycle.Transition) -> None:
	"""A role opens a button; this ties the person to the very case."""
	scope = get_scope()
	if scope.sees_all or doc.flags.by_review:  # ordered by a review, whose body was checked
		return
	check_scope(doc)
	if not has_role(step):
		raise frappe.PermissionError(_("Your role does not take this step."))
	if not ACTORS[step.actor](doc, scope):
		frappe.throw(WHO[step.actor](), StepError)


def has_role(step: lifecycle.Transition) -> bool:
	"""Whether one of the session user's roles takes this step at all."""
	return not set(step.roles).isdisjoint(frappe.get_roles())


def may_take(doc, step: lifecycle.Transition) -> bool:
	"""Whether the session's user stands to this case as the step asks; what the case lacks is not looked at."""
	scope = get_scope()
	if not checks.may_be_offered(doc, step):
		return False
	if scope.sees_all:
		return True
	return has_role(step) and scope.covers(doc) and ACTORS[step.actor](doc, scope)


def check_scope(doc) -> None:
	"""Nobody writes a petition that he could not open afterwards.

	Raises:
		frappe.PermissionError: out of the person's scope, or a complaint about the person or the own unit.
	"""
	scope = get_scope()
	if not scope.covers(doc):
		frappe.throw(
			_(
				"This petition is outside your area, or it is about you or your unit. Another office must enter it."
			),
			frappe.PermissionError,
		)


def check_agent_may_act(doc, now: datetime) -> None:
	"""An agent acts on a filed case only while on duty and within a living authority (Civil Code arts 165, 173).

	Raises:
		StepError: suspended, untrained, tied to the accused, or the agreement was revoked or has ended.
	"""
	if not doc.agent or not is_own_agent(doc, get_scope()):
		return
	checks.check_agent(doc, now)
	checks.check_authority(doc, now, "may_track")


def is_office_of_place(doc, scope) -> bool:
	return any(doc.get(c) in values for c, values in scope.claims if c in OFFICE_COLUMNS)


def is_district_office(doc, scope) -> bool:
	return any(doc.get(c) in values for c, values in scope.claims if c == "district")


def is_own_agent(doc, scope) -> bool:
	return any(c == "agent" and doc.agent in values for c, values in scope.claims)


def is_own_petitioner(doc, scope) -> bool:
	return scope.is_petitioner_of(doc)


def may_file(doc, scope) -> bool:
	"""The case's own agent, its petitioner where no agent acts, or a village or office of the place."""
	return (
		is_own_agent(doc, scope)
		or (is_own_petitioner(doc, scope) and not doc.agent)
		or doc.village in scope.villages
		or is_office_of_place(doc, scope)
	)


def _is_assigner(doc, scope) -> bool:
	"""The petition office, the town, the manager of the platform it came by, or the village it waits with."""
	return (
		is_office_of_place(doc, scope)
		or (doc.filing_channel, doc.district) in scope.platforms
		or (doc.tier == "Village" and doc.village in scope.villages)
	)


def is_handling_unit(doc, scope) -> bool:
	return bool(doc.handling_unit) and doc.handling_unit in scope.units


def _is_sender(doc, scope) -> bool:
	"""Who sent it, or the petition office above both; a town also passes on what its villages handed up to it."""
	if is_district_office(doc, scope):
		return True
	sent = effects.current_assignment(doc)
	if not sent:
		return _is_assigner(doc, scope)
	if sent.kind == "Hand Up" and sent.to_unit in scope.units:
		return is_office_of_place(doc, scope)
	return sent_it(sent, doc, scope)


def sent_it(sent, doc, scope) -> bool:
	"""Whether the session's user stands for the sender of an assignment.

	A village hands up and has its say no more: an objection to that is for the town or the petition office above it,
	never for the unit that objects.

	Args:
		sent: the assignment, with kind, from_unit and to_unit.
		doc: its petition.
		scope: the user's scope.
	"""
	if is_district_office(doc, scope):
		return True
	if sent.kind == "Hand Up":
		return is_office_of_place(doc, scope) and sent.to_unit not in scope.units
	return sent.from_unit in scope.units


def _is_server(doc, scope) -> bool:
	return (
		is_own_agent(doc, scope)
		or is_handling_unit(doc, scope)
		or doc.village in scope.villages
		or is_office_of_place(doc, scope)
	)


def _is_petitioner(doc, scope) -> bool:
	"""The petitioner; an office of the place stands in with the petitioner's signed word (see checks)."""
	if is_own_agent(doc, scope):
		return False
	return is_own_petitioner(doc, scope) or doc.village in scope.villages or is_office_of_place(doc, scope)


def _is_keeper(doc, scope) -> bool:
	return is_handling_unit(doc, scope) or is_district_office(doc, scope)


ACTORS = {
	lifecycle.BY_FILER: may_file,
	lifecycle.BY_ASSIGNER: _is_assigner,
	lifecycle.BY_HANDLING_UNIT: is_handling_unit,
	lifecycle.BY_SERVER: _is_server,
	lifecycle.BY_SENDER: _is_sender,
	lifecycle.BY_PETITION_OFFICE: is_district_office,
	lifecycle.BY_VILLAGE: lambda doc, scope: doc.village in scope.villages,
	lifecycle.BY_PETITIONER: _is_petitioner,
	lifecycle.BY_KEEPER: _is_keeper,
}
WHO = {
	lifecycle.BY_FILER: lambda: _(
		"Only the petition's own agent, its petitioner or an office of the place files it."
	),
	lifecycle.BY_ASSIGNER: lambda: _("Only the petition office or the town of the place assigns a petition."),
	lifecycle.BY_HANDLING_UNIT: lambda: _(
		"Only a head or member of the unit it is assigned to takes this step."
	),
	lifecycle.BY_SERVER: lambda: _(
		"Only the agent, the handling unit or an office of the place hands the reply over."
	),
	lifecycle.BY_SENDER: lambda: _(
		"Only the office that sent the case, or the petition office, can send it elsewhere."
	),
	lifecycle.BY_PETITION_OFFICE: lambda: _("Only the petition office of the district takes this step."),
	lifecycle.BY_VILLAGE: lambda: _("Only the village or community of the place settles a case on the spot."),
	lifecycle.BY_PETITIONER: lambda: _(
		"Only the petitioner withdraws a petition, or an office on the petitioner's signed word; never the agent."
	),
	lifecycle.BY_KEEPER: lambda: _("Only the handling unit or the petition office files a case away."),
	"petitioner's side": lambda: _(
		"What the petitioner said and wished is corrected by the petition office or who gives the case out."
	),
	"accused": lambda: _(
		"Only the petition office or the town of the place changes who is complained about."
	),
}


# Which fields belong to whom, and from when on they stand
# --------------------------------------------------------
FACTS = (
	"petitioner",
	"agent",
	"agreement",
	"subject",
	"content",
	"request_text",
	"petitioned_at",
	"village",
	"filing_channel",
	"paper_no",
)
UNIT_FIELDS = ("handling_unit", "assignment_note", "assignment_kind", "reply_by")
# The petition office refuses before anyone has the case, a unit afterwards.
REFUSAL_FIELDS = ("refusal_reason", "refusal_body", "refusal_note", "refusal_article")
REPLY_FIELDS = ("reply_text", "outcome")
SERVICE_FIELDS = ("service_method", "service_note", "service_proof")
WITHDRAWAL_FIELDS = ("withdrawal_reason", "withdrawal_proof")
KIND_FIELDS = ("petition_kind", "procedure_route")
# Who the case is about decides who may see it, so whoever handles it does not change that.
ACCUSED_FIELDS = ("accused_unit", "accused_user", "accused_name")
# The petitioner's side of the case, and what hides it from a village: not the handling unit's to rewrite.
PETITIONER_FIELDS = ("wants_secrecy", "address_text", "purpose", "is_city_competence", "category")
SENDING_STEPS = ("Return", "Reassign")


# Steps whose facts stand in a record of their own (event, assignment, letter, receipt, round, file), and the fields that it
# holds: Frappe's Version of them would be the same once more.
RECORDED_FIELDS: dict[str, tuple[str, ...]] = {
	"File": (),
	"Assign": UNIT_FIELDS,
	"Receive": (),
	"Return": UNIT_FIELDS,
	"Reassign": UNIT_FIELDS,
	"Refuse": REFUSAL_FIELDS,
	"Start Handling": (),
	"Reply": REPLY_FIELDS,
	"Serve": SERVICE_FIELDS,
	"Rework": SERVICE_FIELDS,
	"Close": (),
	"Reopen": (*UNIT_FIELDS, *REFUSAL_FIELDS, *REPLY_FIELDS, *SERVICE_FIELDS, "reply_class"),
	"Merge": (),
	"Undo Merge": UNIT_FIELDS,
	"Archive": ("retention_term",),
}


def frozen_fields(state: str, action: str | None = None) -> tuple[str, ...]:
	"""Fields that may not change any more once a petition is in a state.

	What the petitioner said stands from filing on, the unit from assignment on, the promise (reply class) from
	acceptance on, the answer from the reply on. Changing a class later would rewrite a promise already given.

	Args:
		state: state before the change.
		action: the step that is being taken, if one is; sending a case elsewhere changes its unit.
	"""
	if action == "Reopen":
		return FACTS
	place = lifecycle.STATES.index(state)
	stands_from = (
		(lifecycle.REGISTERED, FACTS),
		(lifecycle.ASSIGNED, () if action in SENDING_STEPS else UNIT_FIELDS),
		(lifecycle.ACCEPTED, ("reply_class", *(() if action == "Stop" else REFUSAL_FIELDS))),
		(lifecycle.REPLIED, () if action == "Settle on the Spot" else REPLY_FIELDS),
		(lifecycle.SERVED, SERVICE_FIELDS),
	)
	return tuple(f for first, fields in stands_from if place >= lifecycle.STATES.index(first) for f in fields)


def _is_draft(doc) -> bool:
	return doc.get_state_before() == lifecycle.DRAFT


def _is_handler_or_office(doc, scope) -> bool:
	return is_handling_unit(doc, scope) or _is_assigner(doc, scope)


def _may_name_accused(doc, scope) -> bool:
	"""In a draft who writes it, then who gives the case out; of a report the petition office alone (R22 art. 30)."""
	before = doc.get_doc_before_save()
	if before and not _is_draft(doc) and before.petition_kind == REPORT_KIND:
		return doc.district in scope.offices
	return _is_draft(doc) or _is_assigner(doc, scope)


FIELD_OWNERS = (
	(("new_facts",), is_district_office, lifecycle.BY_PETITION_OFFICE),
	(UNIT_FIELDS, lambda d, s: _is_assigner(d, s) or _is_sender(d, s), lifecycle.BY_ASSIGNER),
	(REFUSAL_FIELDS, _is_handler_or_office, lifecycle.BY_HANDLING_UNIT),
	(("reply_class",), is_handling_unit, lifecycle.BY_HANDLING_UNIT),
	(
		REPLY_FIELDS,
		lambda d, s: is_handling_unit(d, s) or (d.tier == "Village" and d.village in s.villages),
		lifecycle.BY_HANDLING_UNIT,
	),
	(SERVICE_FIELDS, _is_server, lifecycle.BY_SERVER),
	(ACCUSED_FIELDS, _may_name_accused, "accused"),
	(PETITIONER_FIELDS, lambda d, s: _is_draft(d) or _is_assigner(d, s), "petitioner's side"),
	(WITHDRAWAL_FIELDS, _is_petitioner, lifecycle.BY_PETITIONER),
)


def check_field_owners(doc, is_changed) -> None:
	"""The unit is chosen by who assigns, the answer written by who handles, service recorded by who serves.

	Args:
		doc: the petition as it would be saved.
		is_changed: function of a field name.

	Raises:
		StepError: a field of somebody else was changed.
	"""
	scope = get_scope()
	if scope.sees_all:
		return
	for fields, is_owner, actor in FIELD_OWNERS:
		if any(is_changed(f) for f in fields) and not is_owner(doc, scope):
			frappe.throw(WHO[actor](), StepError)


def closed_fields(doc) -> list[str]:
	"""Fields of a stored petition that the session's user cannot change now: they stand, or belong to somebody else.

	For the form, which shows them read-only, or not at all while they are empty. The server asks again at each save.
	"""
	scope = get_scope()
	closed = set(frozen_fields(doc.workflow_state))
	if not scope.sees_all:
		for fields, is_owner, _actor in FIELD_OWNERS:
			if not is_owner(doc, scope):
				closed.update(fields)
		if not _is_handler_or_office(doc, scope) and not _is_draft(doc):
			closed.update((*KIND_FIELDS, "kind_change_reason"))
	return sorted(closed)


def check_kind_change(doc, before) -> None:
	"""Kind and route decide the procedure; an officer may set them anew, with a reason (R22 arts 29-31).

	Raises:
		StepError: no reason, or neither the office nor the handling unit changes them.
	"""
	if not before or before.workflow_state == lifecycle.DRAFT:
		return
	changed = [f for f in KIND_FIELDS if (before.get(f) or "") != (doc.get(f) or "")]
	if not changed:
		return
	scope = get_scope()
	if not (scope.sees_all or _is_handler_or_office(doc, scope)):
		frappe.throw(
			_("Only the petition office, the town or the handling unit sets kind and route."), StepError
		)
	if before.petition_kind == REPORT_KIND and not (scope.sees_all or before.district in scope.offices):
		frappe.throw(
			_("Only the petition office takes a report and accusation for something else."), StepError
		)
	was_set = any(before.get(f) for f in changed)
	if was_set and (doc.kind_change_reason or "") == (before.kind_change_reason or ""):
		frappe.throw(_("Say why kind or route is changed."), StepError)
