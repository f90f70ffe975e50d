"""What each step of the path asks for."""

import frappe
from frappe import _
from frappe.utils import getdate

from petition_proxy.domain import completeness, lifecycle, refusals
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.case_file import compile as case_file
from petition_proxy.petition_proxy.doctype.case_file import facts as case_facts
from petition_proxy.petition_proxy.doctype.case_file.records import CaseRecords
from petition_proxy.petition_proxy.doctype.opinion_letter import reply
from petition_proxy.petition_proxy.doctype.petition import repeats
from petition_proxy.petition_proxy.doctype.proxy_agent.conflicts import why_conflicted
from petition_proxy.petition_proxy.doctype.proxy_agent.gate import why_not_on_duty
from petition_proxy.petition_proxy.doctype.proxy_agreement.proxy_agreement import (
	AUTHORITY_FIELDS,
	why_not_authorised,
)
from petition_proxy.petition_proxy.doctype.responsibility_rule.lookup import is_unit_of_accused
from petition_proxy.petition_proxy.doctype.review_request.concluded import concluded_case_of
from petition_proxy.petition_proxy.doctype.service_receipt import serve
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.rows import read_row

UNIT_COLUMNS = ("unit_name", "unit_type", "tier", "is_active")
ENDED_BY_DEATH_STATES = (lifecycle.ACCEPTED, lifecycle.HANDLING, lifecycle.REPLIED)
AGENT_COLUMNS = ("name", "agent_name", "status", "certificate_valid_to", "user", "duty_phone")


class StepError(frappe.ValidationError):
	"""A step lacks something, or is not this person's to take."""


def nothing(doc, now) -> None:
	"""For steps that ask for nothing."""


def refuse_if(reason: str | None) -> None:
	if reason:
		frappe.throw(reason, StepError)


def read_agent(name: str) -> frappe._dict:
	return read_row("Proxy Agent", name, AGENT_COLUMNS)


def check_file(doc, now) -> None:
	"""No filing without a petitioner and, where an agent files, a valid agreement and an agent on duty.

	Civil Code arts 165, 173 (authority in writing, its end); certified agents only.
	"""
	if not doc.petitioner:
		frappe.throw(_("Say who petitions: choose the petitioner or fill in the name."), StepError)
	check_petitioner_lives(doc)
	if not doc.agent:
		return
	check_agent(doc, now)
	check_authority(doc, now, "may_file")


def check_petitioner_lives(doc) -> None:
	"""A petition of somebody who has died is filed or gone on with by a successor (Civil Code arts 13, 173)."""
	known = doc.flags.petitioner_row or {}
	if "died_on" not in known:
		known = read_row("Petitioner", doc.petitioner, ("died_on",)) or {}
	if died_on := known.get("died_on"):
		frappe.throw(
			_("The petitioner died on {0}. A successor files in the own name.").format(
				frappe.format(died_on, "Date")
			),
			StepError,
		)


def check_agent(doc, now) -> None:
	"""Who is given a case is on duty, certified and free of ties to the accused.

	Regulations on Petition Work 2022, art. 28 (recusal); certified before duty (持证上岗).

	Raises:
		StepError: not on duty, no valid pass, or a conflict of interest; proposes another agent.
	"""
	agent = doc.flags.agent_row = read_agent(doc.agent)  # repeats leave out what is the agent's own
	if not agent:
		frappe.throw(_("There is no agent {0}. Choose one from the list.").format(doc.agent), StepError)
	refuse_if(why_not_on_duty(agent, now))
	refuse_if(why_conflicted(agent.name, doc))


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


def check_unit(doc, unit: str | None) -> frappe._dict:
	"""A unit that may be given this case: active, no village (not a formal decision level), not complained about.

	Returns:
		Row with unit_name, tier, is_active.

	Raises:
		StepError: none chosen, or not a unit that may have it.
	"""
	if not unit:
		frappe.throw(_("Choose the handling unit."), StepError)
	row = read_row("Handling Unit", unit, UNIT_COLUMNS)
	if not row:
		frappe.throw(_("There is no unit {0}. Choose one from the list.").format(unit), StepError)
	if not row.is_active:
		frappe.throw(_("{0} is not active. Choose another unit.").format(row.unit_name), StepError)
	if row.tier == "Village":
		frappe.throw(_("A village does not decide petitions. Choose a town or department."), StepError)
	if is_unit_of_accused(doc, unit):
		frappe.throw(
			_("{0} is complained about in this petition. Choose another unit.").format(row.unit_name),
			StepError,
		)
	doc.flags.unit_tier = row.tier
	return row


def check_coordinated(doc, unit: frappe._dict) -> None:
	"""R22 art. 24, clause S14: what several units share is led from the petition office; others bring it there.

	Raises:
		StepError: a town, village or platform would choose the lead itself.
	"""
	if not doc.needs_coordination or unit.unit_type == "Petition Office":
		return
	scope = get_scope()
	is_office = any(c == "district" and doc.district in values for c, values in scope.claims)
	if not (scope.sees_all or is_office):
		frappe.throw(
			_("{0} Assign it to the petition office, which chooses the lead unit.")
			.format(doc.coordination_reason or "")
			.strip(),
			StepError,
		)


def check_no_open_objection(doc) -> None:
	"""A unit that has objected waits for the sender's decision before it does anything else with the case."""
	if doc.assignment and frappe.db.get_value("Petition Assignment", doc.assignment, "status") == "Objected":
		frappe.throw(
			_("Your unit has objected to this assignment. The sender decides on the objection first."),
			StepError,
		)


def check_assign(doc, now) -> None:
	"""R22 art. 22: forwarded, or assigned with a day for the reply."""
	check_coordinated(doc, check_unit(doc, doc.handling_unit))
	is_village = doc.tier == "Village" and doc.village in get_scope().villages
	if is_village and not (doc.assignment_note or "").strip():
		frappe.throw(_("Say why the village cannot settle it itself."), StepError)
	if doc.reply_by and getdate(doc.reply_by) < getdate(now):
		frappe.throw(_("The day for the reply has passed already. Choose a later one."), StepError)
	doc.assigned_by = frappe.session.user
	if is_village:
		doc.assignment_kind = "Hand Up"
	elif doc.assignment_kind == "Hand Up":  # left over from a village that handed it up before
		doc.assignment_kind = "Assign"


def check_reassign(doc, now) -> None:
	before = doc.get_doc_before_save()
	require_reason(doc)
	if before and before.handling_unit == doc.handling_unit:
		frappe.throw(_("The case is with this unit already. Choose another one."), StepError)
	check_assign(doc, now)


def check_return(doc, now) -> None:
	require_reason(doc)


def require_reason(doc) -> None:
	if not (doc.step_reason or "").strip():
		frappe.throw(_("Say why."), StepError)


def check_settle(doc, now) -> None:
	"""Settled on the spot: a service result, not a formal decision, told orally if the petitioner agrees.

	The village tier is no decision level; a formal opinion comes from a town or above.
	"""
	if doc.tier != "Village":
		frappe.throw(
			_("The case does not wait with the village any more. The office it is with answers it."),
			StepError,
		)
	if not (doc.reply_text or "").strip():
		frappe.throw(_("Write down what was done for the petitioner."), StepError)
	if not doc.is_oral_consent:
		frappe.throw(
			_("Tick that the petitioner agrees to an oral answer, or hand the case up for a written one."),
			StepError,
		)
	doc.outcome = "Settled on the Spot"


def check_accept(doc, now) -> None:
	check_no_open_objection(doc)
	check_not_concluded(doc)
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
	if doc.procedure_route in refusals.STATUTORY_ROUTES and doc.petition_kind == refusals.APPEAL_KIND:
		frappe.throw(
			_("Route {0} is not the petition procedure. Lead the petitioner there instead.").format(
				_(doc.procedure_route)
			),
			StepError,
		)
	if doc.petition_kind == refusals.APPEAL_KIND:
		doc.procedure_route = refusals.PETITION_PROCEDURE


def check_not_concluded(doc) -> None:
	"""R22 art. 36: what a re-review has ended is not accepted again on the same facts and reasons.

	Registering it is never refused; the step for it is "Stop". If the petition office has written down what is new, it
	is another matter.

	Raises:
		StepError: the same facts were concluded.
	"""
	if (doc.new_facts or "").strip():
		return
	if concluded := concluded_case_of(doc):
		frappe.throw(
			_(
				"A re-review has ended this matter ({0}). Stop it as Concluded by Re-review, or have the petition office write down which facts are new."
			).format(concluded),
			StepError,
		)


def check_refuse(doc, now) -> None:
	"""R22 arts 19, 20, 22: a refusal gives its reason and the right body."""
	check_no_open_objection(doc)
	if not doc.refusal_reason:
		frappe.throw(_("Choose the reason of the refusal."), StepError)
	_require_right_body(doc)
	with domain_errors(StepError):
		article = refusals.article_for_refusal(doc.refusal_reason)
	doc.refusal_article = doc.refusal_article or article


def check_stop(doc, now) -> None:
	"""R22 art. 36: the same facts and reasons are not accepted again after a conclusion.

	An accepted case is stopped for one reason only: the petitioner died and nobody goes on with it.
	"""
	check_no_open_objection(doc)
	if not doc.refusal_reason:
		frappe.throw(_("Choose why the matter is no longer accepted."), StepError)
	with domain_errors(StepError):
		article = refusals.article_for_stop(doc.refusal_reason)
	died = doc.refusal_reason == refusals.DIED_WITHOUT_SUCCESSOR
	if doc.accepted_at and not died:
		frappe.throw(
			_(
				"The case was accepted and must be answered. It ends early only where the petitioner has died."
			),
			StepError,
		)
	if died and not is_petitioner_dead(doc):
		frappe.throw(_("Enter the day of death on the petitioner's record first."), StepError)
	doc.refusal_article = doc.refusal_article or article


def check_guide(doc, now) -> None:
	"""R22 art. 31: matters of a statutory route are led there, and the petitioner told which body it is."""
	check_no_open_objection(doc)
	with domain_errors(StepError):
		article = refusals.article_for_guide(doc.procedure_route)
	_require_right_body(doc)
	doc.refusal_article = doc.refusal_article or article


def _require_right_body(doc) -> None:
	if not (doc.refusal_body or "").strip():
		frappe.throw(_("Name the body the petitioner can turn to."), StepError)


def is_petitioner_dead(doc) -> bool:
	return bool(doc.petitioner and frappe.db.get_value("Petitioner", doc.petitioner, "died_on"))


def may_be_offered(doc, step: lifecycle.Transition) -> bool:
	"""Whether a step that is open in rare cases only is one of them, so that its button is not shown to all."""
	if step.action == "Close Without Service":
		return serve.may_end_without(doc)
	if step.action == "Stop" and step.source in ENDED_BY_DEATH_STATES:
		return is_petitioner_dead(doc)
	return True


def check_reply(doc, now) -> None:
	"""R22 arts 31, 32: a signed letter in the petition procedure; reply and outcome are what the letter says."""
	refuse_if(reply.fill_reply(doc, now))
	if not (doc.reply_text or "").strip():
		frappe.throw(_("Write the reply before sending it."), StepError)
	if not doc.outcome:
		frappe.throw(_("Choose the outcome of the petition."), StepError)
	check_co_handlers_answered(doc)


def check_co_handlers_answered(doc) -> None:
	"""The lead answers the petitioner only when every co-handling unit has answered the lead."""
	names = CaseRecords(doc).open_co_handlers
	if names:
		frappe.throw(
			_(
				"These units have not answered yet: {0}. Wait for them, or have the petition office end their part."
			).format(", ".join(names)),
			StepError,
		)


def check_serve(doc, now) -> None:
	"""A receipt, or what makes one; an agent needs the power to receive documents (R22 art. 34, Civil Code art. 165).

	Whoever records that the agent handed it over, the agent must have been allowed to.
	"""
	is_agent = doc.agent and any(c == "agent" and doc.agent in v for c, v in get_scope().claims)
	is_by_agent = doc.agent and doc.service_method == "By Agent" and not doc.service_receipt
	if is_agent or is_by_agent:
		check_authority(doc, now, "may_receive_documents")
	serve.check(doc, now, StepError)


def check_close(doc, now) -> None:
	"""Nothing left out, nothing wrong (无遗漏、无差错); a rating is not waited for."""
	facts = case_facts.read_facts(CaseRecords(doc), lifecycle.SERVED)
	refuse_incomplete(completeness.missing_before_closing(facts), _("The case cannot be closed yet."))


def check_close_without_service(doc, now) -> None:
	"""Only after the recorded attempts to hand the reply over."""
	if not serve.may_end_without(doc):
		frappe.throw(
			_("{0} failed attempts to hand the reply over must be on record first; there are {1}.").format(
				reply.setting("service_attempts_needed"), doc.service_attempts or 0
			),
			StepError,
		)
	check_close(doc, now)


def refuse_incomplete(gaps: list, opening: str) -> None:
	"""Refuse a step with the list of what is missing.

	Args:
		gaps: what was found.
		opening: first sentence.

	Raises:
		StepError: one of them holds the step back.
	"""
	missing = [case_facts.sentence_of(gap) for gap in completeness.blocking(gaps)]
	if missing:
		# text of the case's own people stands in the sentences, so none of it may become markup
		lines = "".join(f"<li>{frappe.utils.escape_html(line)}</li>" for line in missing)
		frappe.throw(f"{opening} {_('Still missing:')}<ul>{lines}</ul>", StepError)


def check_withdraw(doc, now) -> None:
	"""Only the petitioner withdraws; an office needs the petitioner's signed word on file."""
	if not (doc.withdrawal_reason or "").strip():
		frappe.throw(_("Say why the petition is withdrawn."), StepError)
	if not get_scope().is_petitioner_of(doc) and not doc.withdrawal_proof:
		frappe.throw(_("Attach the petitioner's signed withdrawal."), StepError)


def check_merge(doc, now) -> None:
	repeats.check_merge(doc)


def check_undo_merge(doc, now) -> None:
	require_reason(doc)


def check_rework(doc, now) -> None:
	require_reason(doc)


def check_reopen(doc, now) -> None:
	"""R22 art. 36: what a re-review has concluded is not taken up again on the same facts; new facts are a new petition."""
	require_reason(doc)
	if doc.review_status == "Concluded":
		frappe.throw(
			_("A re-review has concluded this matter. Register a new petition if there are new facts."),
			StepError,
		)


def check_archive(doc, now) -> None:
	"""Closed by an answer, or ended otherwise; nothing about it may still be under way (R22 arts 35, 36)."""
	if doc.review_status in ("Under Review", "Under Re-review"):
		frappe.throw(_("A review is under way. The case is filed away when it has ended."), StepError)
	if doc.is_supervised:
		frappe.throw(
			_("A supervision order is open. The case is filed away when it has been graded."), StepError
		)
	records = CaseRecords(doc)
	doc.flags.case_file = case_file.compile_file(records)
	doc.retention_term = doc.retention_term or doc.flags.case_file.retention_term
	facts = case_facts.read_facts(records, doc.get_doc_before_save().workflow_state)
	refuse_incomplete(completeness.missing_before_archive(facts), _("The file cannot be closed yet."))


CHECKS = {
	"File": check_file,
	"Assign": check_assign,
	"Settle on the Spot": check_settle,
	"Return": check_return,
	"Reassign": check_reassign,
	"Accept": check_accept,
	"Refuse": check_refuse,
	"Stop": check_stop,
	"Guide": check_guide,
	"Reply": check_reply,
	"Serve": check_serve,
	"Rework": check_rework,
	"Reopen": check_reopen,
	"Close": check_close,
	"Close Without Service": check_close_without_service,
	"Withdraw": check_withdraw,
	"Merge": check_merge,
	"Undo Merge": check_undo_merge,
	"Archive": check_archive,
}


def note_of(doc, step: lifecycle.Transition) -> str | None:
	"""What the timeline says beside the step."""
	return {
		"Assign": doc.assignment_note,
		"Reassign": doc.step_reason,
		"Return": doc.step_reason,
		"Rework": doc.step_reason,
		"Reopen": doc.step_reason,
		"Merge": f"{doc.main_petition}: {doc.step_reason}",
		"Undo Merge": doc.step_reason,
		"Refuse": doc.refusal_body,
		"Stop": doc.refusal_note,
		"Guide": doc.refusal_body,
		"Serve": doc.service_note,
		"Close Without Service": str(doc.service_attempts or 0),
		"Withdraw": doc.withdrawal_reason,
		"Archive": doc.archive_no,
	}.get(step.action)
