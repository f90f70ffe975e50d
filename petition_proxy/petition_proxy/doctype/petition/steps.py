"""What each step of the path asks for and what it stamps. Called by the controller for every change of state."""

from datetime import datetime

import frappe
from frappe import _
from frappe.utils import get_datetime, getdate

from petition_proxy.domain import deadlines, lifecycle
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.proxy_agent.proxy_agent import why_not_on_duty
from petition_proxy.petition_proxy.doctype.proxy_agreement.proxy_agreement import (
	AUTHORITY_FIELDS,
	why_not_authorised,
)
from petition_proxy.utils.calendar import get_calendar
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.rows import read_row
from petition_proxy.utils.rules import get_limit_rule

OFFICE_COLUMNS = ("district", "town")


class StepError(frappe.ValidationError):
	"""A step lacks something, or is not this person's to take."""


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
	CHECKS.get(step.action, _nothing)(doc, now)
	doc.set(step.stamp, now)
	EFFECTS.get(step.action, _nothing)(doc, now)


def _nothing(doc, now) -> None:
	pass


# Who
# ---
def check_actor(doc, step: lifecycle.Transition) -> None:
	"""A role opens a button; this ties the person to the very case."""
	scope = get_scope()
	if scope.sees_all:
		return
	check_scope(doc)
	if not ACTORS[step.actor](doc, scope):
		frappe.throw(WHO[step.actor](), StepError)


def may_take(doc, step: lifecycle.Transition) -> bool:
	"""Whether the session's user stands to this case as the step asks; what the case lacks is not looked at."""
	scope = get_scope()
	return scope.sees_all or (scope.covers(doc) and ACTORS[step.actor](doc, scope))


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


def _is_office_of_place(doc, scope) -> bool:
	return any(doc.get(c) in values for c, values in scope.claims if c in OFFICE_COLUMNS)


def _is_own_agent(doc, scope) -> bool:
	return any(c == "agent" and doc.agent in values for c, values in scope.claims)


def _is_filer(doc, scope) -> bool:
	is_petitioner = any(c == "petitioner" and doc.petitioner in values for c, values in scope.claims)
	return (
		_is_own_agent(doc, scope)
		or (is_petitioner and not doc.agent)
		or doc.village in scope.villages
		or _is_office_of_place(doc, scope)
	)


def _is_assigner(doc, scope) -> bool:
	return _is_office_of_place(doc, scope)


def _is_handling_unit(doc, scope) -> bool:
	return bool(doc.handling_unit) and doc.handling_unit in scope.units


def _is_server(doc, scope) -> bool:
	return (
		_is_own_agent(doc, scope)
		or _is_handling_unit(doc, scope)
		or doc.village in scope.villages
		or _is_office_of_place(doc, scope)
	)


ACTORS = {
	lifecycle.BY_FILER: _is_filer,
	lifecycle.BY_ASSIGNER: _is_assigner,
	lifecycle.BY_HANDLING_UNIT: _is_handling_unit,
	lifecycle.BY_SERVER: _is_server,
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
}


# Which fields belong to whom, and from when on they stand
# --------------------------------------------------------
FACTS = ("petitioner", "agent", "agreement", "subject", "content", "request_text", "petitioned_at", "village")
UNIT_FIELDS = ("handling_unit", "assignment_note")
REFUSAL_FIELDS = ("refusal_reason", "refusal_body", "refusal_note")
REPLY_FIELDS = ("reply_text", "outcome")
SERVICE_FIELDS = ("service_method", "service_note", "service_proof")
FIELD_OWNERS = (
	(UNIT_FIELDS, lifecycle.BY_ASSIGNER),
	(("reply_class", *REFUSAL_FIELDS, *REPLY_FIELDS), lifecycle.BY_HANDLING_UNIT),
	(SERVICE_FIELDS, lifecycle.BY_SERVER),
)


def frozen_fields(state: str) -> tuple[str, ...]:
	"""Fields that may not change any more once a petition is in a state.

	What the petitioner said stands from filing on, the unit from assignment on, the promise (reply class) from
	acceptance on, the answer from the reply on. Changing a class later would rewrite a promise already given.
	"""
	place = lifecycle.STATES.index(state)
	stands_from = (
		(lifecycle.REGISTERED, FACTS),
		(lifecycle.ASSIGNED, UNIT_FIELDS),
		(lifecycle.ACCEPTED, ("reply_class", *REFUSAL_FIELDS)),
		(lifecycle.REPLIED, REPLY_FIELDS),
		(lifecycle.SERVED, SERVICE_FIELDS),
	)
	return tuple(f for first, fields in stands_from if place >= lifecycle.STATES.index(first) for f in fields)


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
	for fields, actor in FIELD_OWNERS:
		if any(is_changed(f) for f in fields) and not ACTORS[actor](doc, scope):
			frappe.throw(WHO[actor](), StepError)


# What each step asks for
# -----------------------
def check_file(doc, now) -> None:
	"""No filing without a petitioner and, where an agent files, a valid agreement and an agent on duty.

	Civil Code arts 165, 173 (authority in writing, its end); certified agents only.
	"""
	if not doc.petitioner:
		frappe.throw(_("Say who petitions: choose the petitioner or fill in the name."), StepError)
	if not doc.agent:
		return
	agent = read_row("Proxy Agent", doc.agent, ("agent_name", "status", "certificate_valid_to", "user"))
	refuse_if(why_not_on_duty(agent, now))
	if agent.user and agent.user == doc.accused_user:
		frappe.throw(
			_("Agent {0} is complained about in this petition. Another agent must file it.").format(
				agent.agent_name
			),
			StepError,
		)
	check_authority(doc, now, "may_file")


def check_authority(doc, now, power: str) -> None:
	"""The agent acts only within a valid agreement.

	Raises:
		StepError: none, expired, revoked, or without this power.
	"""
	if not doc.agreement:
		frappe.throw(
			_("An agent needs the petitioner's signed agreement. Add it before filing."),
			StepError,
		)
	agreement = read_row("Proxy Agreement", doc.agreement, AUTHORITY_FIELDS)
	refuse_if(why_not_authorised(agreement, doc.petitioner, doc.agent, now, power))


def refuse_if(reason: str | None) -> None:
	if reason:
		frappe.throw(reason, StepError)


def check_assign(doc, now) -> None:
	"""The unit must exist, be active, be no village (not a formal decision level) and not be complained about."""
	if not doc.handling_unit:
		frappe.throw(_("Choose the handling unit."), StepError)
	unit = frappe.db.get_value(
		"Handling Unit", doc.handling_unit, ("unit_name", "tier", "is_active"), as_dict=True
	)
	if not unit.is_active:
		frappe.throw(_("{0} is not active. Choose another unit.").format(unit.unit_name), StepError)
	if unit.tier == "Village":
		frappe.throw(_("A village does not decide petitions. Choose a town or department."), StepError)
	if doc.handling_unit == doc.accused_unit:
		frappe.throw(
			_("{0} is complained about in this petition. Choose another unit.").format(unit.unit_name),
			StepError,
		)
	doc.assigned_by = frappe.session.user


def check_accept(doc, now) -> None:
	if not doc.reply_class:
		frappe.throw(
			_("Choose the reply class: it sets the day by which the unit promises to answer."), StepError
		)
	row = frappe.get_cached_doc("Reply Class", doc.reply_class)
	on = getdate(now)
	if getdate(row.valid_from) > on or (row.valid_to and getdate(row.valid_to) < on):
		frappe.throw(
			_("Reply class {0} is not valid today. Choose another.").format(row.class_name), StepError
		)


def check_refuse(doc, now) -> None:
	"""Regulations on Petition Work 2022, arts 19, 20, 22: a refusal gives its reason and the right body."""
	if not doc.refusal_reason:
		frappe.throw(_("Choose the reason of the refusal."), StepError)
	if not (doc.refusal_body or "").strip():
		frappe.throw(_("Name the body the petitioner can turn to."), StepError)


def check_reply(doc, now) -> None:
	if not (doc.reply_text or "").strip():
		frappe.throw(_("Write the reply before sending it."), StepError)
	if not doc.outcome:
		frappe.throw(_("Choose the outcome of the petition."), StepError)


def check_serve(doc, now) -> None:
	if not doc.service_method:
		frappe.throw(_("Say how the reply was handed over."), StepError)
	if doc.agent and _is_own_agent(doc, get_scope()):
		check_authority(doc, now, "may_receive_documents")


CHECKS = {
	"File": check_file,
	"Assign": check_assign,
	"Accept": check_accept,
	"Refuse": check_refuse,
	"Reply": check_reply,
	"Serve": check_serve,
}


# What each step starts
# ---------------------
def start_notice_clock(doc, now) -> None:
	"""Arts 22, 23: fifteen days from receipt to tell the petitioner. Runs from the day the petition came in."""
	start = get_datetime(doc.petitioned_at)
	with domain_errors(StepError):
		rule = get_limit_rule("Acceptance Notice", getdate(start))
		doc.notice_due_at = deadlines.due_at(start, rule, calendar_for(rule))
	doc.notice_rule = rule.name


def start_reply_clocks(doc, now) -> None:
	"""The local promise by reply class, and art. 34: sixty days, both from acceptance; each stamped with its row."""
	row = frappe.get_cached_doc("Reply Class", doc.reply_class)
	promise = deadlines.LimitRule(row.name, row.limit_days, row.day_kind, bool(row.roll_last_day))
	with domain_errors(StepError):
		statute = get_limit_rule("Handling", getdate(now))
		doc.reply_due_at = deadlines.due_at(now, promise, calendar_for(promise))
		doc.statutory_due_at = deadlines.due_at(now, statute, calendar_for(statute))
	doc.reply_limit_days = row.limit_days
	doc.is_urgent = row.is_urgent
	doc.statutory_rule = statute.name


def calendar_for(rule: deadlines.LimitRule):
	"""The work calendar where the rule needs one."""
	needs_calendar = rule.roll_last_day or rule.day_kind == deadlines.WORKING_DAY
	return get_calendar() if needs_calendar else None


EFFECTS = {"File": start_notice_clock, "Accept": start_reply_clocks}


def note_of(doc, step: lifecycle.Transition) -> str | None:
	"""What the timeline says beside the step."""
	return {
		"Assign": doc.assignment_note,
		"Refuse": doc.refusal_body,
		"Serve": doc.service_note,
	}.get(step.action)
