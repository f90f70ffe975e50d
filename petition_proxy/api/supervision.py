"""Supervision orders and advice."""

import frappe

from petition_proxy.petition_proxy.doctype.improvement_advice import improvement_advice
from petition_proxy.petition_proxy.doctype.supervision_order import acts
from petition_proxy.utils.texts import plain_texts


@frappe.whitelist(methods=["POST"])
@plain_texts
def issue_order(petition: str, level: str, trigger: str, requirement: str, unit: str | None = None) -> str:
	"""Supervise a unit. Arguments, result and errors as `acts.issue_order`."""
	return acts.issue_order(petition, level, trigger, requirement, unit)


@frappe.whitelist(methods=["POST"])
@plain_texts
def reply_to_order(order: str, text: str, attachment: str | None = None) -> None:
	"""Answer an order. Arguments and errors as `acts.reply_to_order`."""
	acts.reply_to_order(order, text, attachment)


@frappe.whitelist(methods=["POST"])
@plain_texts
def grade_order(order: str, grade: str, note: str | None = None) -> None:
	"""Grade a reply and close the order. Arguments and errors as `acts.grade_order`."""
	acts.grade_order(order, grade, note)


@frappe.whitelist(methods=["POST"])
@plain_texts
def issue_advice(advice: str) -> None:
	"""Send advice to its unit. Errors as `improvement_advice.issue_advice`."""
	improvement_advice.issue_advice(advice)


@frappe.whitelist(methods=["POST"])
@plain_texts
def answer_advice(advice: str, adoption: str, feedback: str, attachment: str | None = None) -> None:
	"""Answer advice. Arguments and errors as `improvement_advice.answer_advice`."""
	improvement_advice.answer_advice(advice, adoption, feedback, attachment)
