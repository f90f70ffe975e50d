"""What units do with assignments, for desk and REST. The rules stand in `petition_assignment/acts.py`."""

import frappe

from petition_proxy.petition_proxy.doctype.petition_assignment import acts
from petition_proxy.utils.texts import plain_texts


@frappe.whitelist()
def available(petition: str) -> dict:
	"""Units at work on a case and what the session's user may do. Result and errors as `acts.available`."""
	return acts.available(petition)


@frappe.whitelist(methods=["POST"])
@plain_texts
def object_to_assignment(assignment: str, reason: str, proposed_unit: str | None = None) -> None:
	"""Object within five working days. Arguments and errors as `acts.object_to`."""
	acts.object_to(assignment, reason, proposed_unit)


@frappe.whitelist(methods=["POST"])
@plain_texts
def decide_objection(
	assignment: str, is_upheld: bool, note: str | None = None, new_unit: str | None = None
) -> None:
	"""Uphold or reject an objection. Arguments and errors as `acts.decide_objection`."""
	acts.decide_objection(assignment, is_upheld, note, new_unit)


@frappe.whitelist(methods=["POST"])
@plain_texts
def reassign(
	petition: str, unit: str, reason: str, kind: str | None = None, reply_by: str | None = None
) -> None:
	"""Give a case to another unit. Arguments and errors as `acts.reassign`."""
	acts.reassign(petition, unit, reason, kind, reply_by)


@frappe.whitelist(methods=["POST"])
@plain_texts
def add_co_handler(petition: str, unit: str, requirement: str, reply_by: str | None = None) -> str:
	"""Ask another unit along. Arguments, result and errors as `acts.add_co_handler`."""
	return acts.add_co_handler(petition, unit, requirement, reply_by)


@frappe.whitelist(methods=["POST"])
@plain_texts
def receive_co_handling(assignment: str) -> None:
	"""Sign for a part of a case. Errors as `acts.receive_co_handling`."""
	acts.receive_co_handling(assignment)


@frappe.whitelist(methods=["POST"])
@plain_texts
def answer_co_handling(assignment: str, answer: str) -> None:
	"""Answer the lead. Errors as `acts.answer_co_handling`."""
	acts.answer_co_handling(assignment, answer)


@frappe.whitelist(methods=["POST"])
@plain_texts
def end_co_handling(assignment: str, reason: str) -> None:
	"""End a part without an answer. Errors as `acts.end_co_handling`."""
	acts.end_co_handling(assignment, reason)
