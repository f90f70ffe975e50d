"""The hard gate: who may file and be given cases, on a day (持证上岗)."""

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import getdate
from pypika.terms import ExistsCriterion

from petition_proxy.domain import agent_lifecycle
from petition_proxy.domain.agent_lifecycle import ON_DUTY


def why_not_on_duty(agent: dict, on) -> str | None:
	"""Why this agent may not act on a day, as a sentence for the user; None if the agent may.

	Args:
		agent: row with name, agent_name, status, certificate_valid_to.
		on: date.
	"""
	status = agent["status"]
	if status != ON_DUTY:
		return _("Agent {0} is not on duty (status: {1}). Ask an agent who is.").format(
			agent["agent_name"], _(status, context="Proxy Agent")
		)
	return why_without_pass(agent, on) or why_rules_unknown(agent, on)


def why_without_pass(agent: dict, on) -> str | None:
	"""Why the agent's training pass does not hold on a day; no certificate is no pass."""
	end = agent["certificate_valid_to"]
	if not end:
		return _("Agent {0} has no training certificate. Training must be passed first.").format(
			agent["agent_name"]
		)
	if not agent_lifecycle.has_pass(getdate(end), getdate(on)):
		return _("The certificate of agent {0} ended on {1}. It must be renewed first.").format(
			agent["agent_name"], frappe.format(end, "Date")
		)
	return None


def why_rules_unknown(agent: dict, on) -> str | None:
	"""Where the settings ask for it: the rule documents in force that the agent has not acknowledged."""
	if not frappe.db.get_single_value("Petition Proxy Settings", "needs_rule_acknowledgement"):
		return None
	titles = unacknowledged(agent["name"], on)
	if not titles:
		return None
	return _("Agent {0} has not acknowledged these rules yet: {1}.").format(
		agent["agent_name"], ", ".join(f"{row.title} {row.version}" for row in titles)
	)


def unacknowledged(agent: str, on) -> list[frappe._dict]:
	"""Rule documents in force on a day that ask for acknowledgement and lack the agent's.

	Args:
		agent: Proxy Agent.
		on: date.

	Returns:
		Rows with name, title, version, text.
	"""
	document, known = DocType("Rule Document"), DocType("Rule Acknowledgement")
	return (
		frappe.qb.from_(document)
		.select(document.name, document.title, document.version, document.text)
		.where((document.must_acknowledge == 1) & (document.effective_from <= getdate(on)))
		.where(document.effective_to.isnull() | (document.effective_to >= getdate(on)))
		.where(
			ExistsCriterion(
				frappe.qb.from_(known)
				.select(known.name)
				.where((known.rule_document == document.name) & (known.agent == agent))
			).negate()
		)
		.orderby(document.title)
		.orderby(document.name)
		.run(as_dict=True)
	)
