"""Consequences for agents, for desk, portal and REST. The rules stand in `agent_consequence/acts.py`."""

import frappe

from petition_proxy.petition_proxy.doctype.agent_consequence import acts
from petition_proxy.utils.texts import plain_texts


@frappe.whitelist(methods=["POST"])
@plain_texts
def answer_consequence(consequence: str, answer: str) -> None:
	"""The agent's answer. Arguments and errors as `acts.record_answer`."""
	acts.record_answer(consequence, answer)


@frappe.whitelist(methods=["POST"])
@plain_texts
def decide_consequence(
	consequence: str, is_imposed: bool, note: str, suspended_until: str | None = None
) -> None:
	"""Impose or drop. Arguments and errors as `acts.decide`."""
	acts.decide(consequence, is_imposed, note, suspended_until)


@frappe.whitelist(methods=["POST"])
@plain_texts
def propose_from_bulletin(bulletin: str) -> list[str]:
	"""Write the consequences a bulletin proposes. Result and errors as `acts.propose_from_bulletin`."""
	return acts.propose_from_bulletin(bulletin)
