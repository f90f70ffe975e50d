"""Makers for the tests of answer, service and closing."""

import frappe
from frappe.utils import now_datetime

from petition_proxy.domain import lifecycle
from petition_proxy.tests import factories as f

PROOF = "/private/files/fingerprint.png"


def draft_letter(petition: str, *results: str, **values):
	"""A complete draft of a case's letter, written by the session's user.

	Args:
		petition: the case.
		results: results of its request items; one supported item by default.
		values: fields of the letter.
	"""
	letter = frappe.new_doc("Opinion Letter")
	letter.update(
		{
			"petition": petition,
			"facts_found": "经现场丈量，少算半亩。",
			"legal_basis": "《土地管理法》第四十八条",
			"opinion_text": "补发半亩补偿。",
			**values,
		}
	)
	for number, result in enumerate(results or ("Supported",), start=1):
		letter.append(
			"items", {"request_item": f"第{number}项诉求", "result": result, "reason": "见事实认定"}
		)
	return letter.insert()


def case_of_town(state: str = lifecycle.HANDLING, **values):
	"""A case that a town handles."""
	return f.make_petition(state, handling_unit=f.TOWN_UNIT, **values)


def receipt_of(petition: str, **values):
	"""A receipt of the reply, by agent with a fingerprint photo by default."""
	return frappe.get_doc(
		{
			"doctype": "Service Receipt",
			"petition": petition,
			"result": "Served",
			"method": "By Agent",
			"photo": PROOF,
			"served_at": now_datetime(),
			**values,
		}
	)


def fail_to_serve(petition: str, times: int = 1) -> None:
	"""So many recorded attempts that failed."""
	for number in range(times):
		receipt_of(
			petition,
			result="Failed Attempt",
			method="In Person",
			photo=None,
			failure_reason=f"第{number + 1}次上门无人",
		).insert()


def save_setting(**values) -> None:
	"""Settings for one test; rolled back with it."""
	for fieldname, value in values.items():
		frappe.db.set_single_value("Petition Proxy Settings", fieldname, value)
	frappe.db.value_cache.clear()


def step(doc, action: str, **values):
	"""Take a step as the session's user, with just these values, on a fresh copy of the case."""
	doc = frappe.get_doc("Petition", doc if isinstance(doc, str) else doc.name)
	doc.update(values)
	doc.workflow_state = next(
		t.target for t in lifecycle.TRANSITIONS if t.action == action and t.source == doc.workflow_state
	)
	doc.save()
	return doc
