"""What is done to and by agents, for desk and REST. The rules stand beside the records."""

import frappe

from petition_proxy.domain import agent_lifecycle
from petition_proxy.permissions import is_in_place
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.agent_application import decide
from petition_proxy.petition_proxy.doctype.agent_certificate import passes
from petition_proxy.petition_proxy.doctype.proxy_agent import acts, handover
from petition_proxy.petition_proxy.doctype.rule_document import acknowledge
from petition_proxy.petition_proxy.doctype.training_session import acts as training
from petition_proxy.utils.client_values import read_names
from petition_proxy.utils.texts import plain_texts


# Lifecycle
# ---------
@frappe.whitelist(methods=["POST"])
@plain_texts
def change_agent_status(
	agents: list[str] | str, action: str, reason: str | None = None, effective_on: str | None = None
) -> None:
	"""Take one act for one or more agents. Arguments and errors as `acts.change_status`."""
	names = [agents] if isinstance(agents, str) and not agents.startswith("[") else read_names(agents)
	acts.change_status(names, action, reason, effective_on)


@frappe.whitelist()
def get_agent_acts(agent: str) -> list[dict]:
	"""The acts that the session's user may take for an agent now, the usual next one first.

	Args:
		agent: Proxy Agent the user may read.

	Returns:
		For each: action, needs_reason, needs_pass.
	"""
	doc = frappe.get_doc("Proxy Agent", agent)
	doc.check_permission("read")
	scope, roles = get_scope(), set(frappe.get_roles())
	if not scope.sees_all and (doc.user == scope.user or not is_in_place(doc, scope)):
		return []
	offered = {
		act.action: {"action": act.action, "needs_reason": act.needs_reason, "needs_pass": act.needs_pass}
		for act in reversed(agent_lifecycle.next_acts(doc.status))
		if scope.sees_all or set(act.roles) & roles
	}
	return list(reversed(offered.values()))


@frappe.whitelist(methods=["POST"])
@plain_texts
def take_in_application(application: str, is_public_staff: bool = False) -> str:
	"""Put an applicant on the roster. Arguments, result and errors as `decide.take_in`."""
	return decide.take_in(application, is_public_staff)


@frappe.whitelist(methods=["POST"])
@plain_texts
def turn_down_application(application: str, note: str) -> None:
	"""Turn an applicant down. Arguments and errors as `decide.turn_down`."""
	decide.turn_down(application, note)


# Cases
# -----
@frappe.whitelist(methods=["POST"])
@plain_texts
def change_agent(petition: str, new_agent: str, agreement: str, reason: str) -> None:
	"""Give a case to another agent. Arguments and errors as `handover.change_agent`."""
	handover.change_agent(petition, new_agent, agreement, reason)


@frappe.whitelist(methods=["POST"])
@plain_texts
def hand_over_cases(petitions: list[str] | str, new_agent: str, reason: str) -> dict:
	"""Give many cases to one agent, as far as agreements are signed.

	Args:
		petitions: names of the cases.
		new_agent: who takes them.
		reason: why.

	Returns:
		handed_over: names; missing: for each case left petition, petitioner_name and reason.
	"""
	done, missing = handover.hand_over(read_names(petitions), new_agent, reason)
	return {"handed_over": done, "missing": [vars(row) for row in missing]}


@frappe.whitelist(methods=["POST"])
@plain_texts
def prepare_agreements(petitions: list[str] | str, new_agent: str) -> list[str]:
	"""Draft the agreements of a handover. Arguments, result and errors as `handover.prepare_agreements`."""
	return handover.prepare_agreements(read_names(petitions), new_agent)


# Training
# --------
@frappe.whitelist(methods=["POST"])
@plain_texts
def open_sign_up(session: str) -> None:
	"""Let agents take seats. Errors as `training.open_sign_up`."""
	training.open_sign_up(session)


@frappe.whitelist(methods=["POST"])
@plain_texts
def sign_up(session: str, agent: str | None = None) -> int:
	"""Take a seat. Arguments, result and errors as `training.sign_up`."""
	return training.sign_up(session, agent)


@frappe.whitelist(methods=["POST"])
@plain_texts
def give_up_seat(session: str, agent: str | None = None) -> int:
	"""Leave a seat. Arguments, result and errors as `training.give_up_seat`."""
	return training.give_up_seat(session, agent)


@frappe.whitelist(methods=["POST"])
@plain_texts
def finish_training(session: str) -> int:
	"""Close the results and issue certificates. Result and errors as `training.finish`."""
	return training.finish(session)


@frappe.whitelist(methods=["POST"])
@plain_texts
def call_off_training(session: str, reason: str) -> None:
	"""Call a training off. Arguments and errors as `training.call_off`."""
	training.call_off(session, reason)


@frappe.whitelist(methods=["POST"])
@plain_texts
def put_passed_on_duty(session: str) -> int:
	"""Put all who passed on duty. Result and errors as `training.put_passed_on_duty`."""
	return training.put_passed_on_duty(session)


@frappe.whitelist(methods=["POST"])
@plain_texts
def revoke_certificate(certificate: str, reason: str) -> None:
	"""Take a certificate back. Arguments and errors as `passes.revoke`."""
	passes.revoke(certificate, reason)


@frappe.whitelist(methods=["POST"])
@plain_texts
def acknowledge_rules(document: str, agent: str | None = None, signed_paper: str | None = None) -> None:
	"""Acknowledge a rule document. Arguments and errors as `acknowledge.acknowledge`."""
	acknowledge.acknowledge(document, agent, signed_paper)
