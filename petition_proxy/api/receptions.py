"""Video receptions, for desk and REST. The rules stand in `doctype/video_reception/acts.py`."""

import frappe

from petition_proxy.petition_proxy.doctype.video_reception import acts
from petition_proxy.utils.texts import plain_texts


@frappe.whitelist()
def free_slots(reception: str) -> list[dict]:
	"""Slots a reception can take. Arguments, result and errors as `acts.free_slots`."""
	return acts.free_slots(reception)


@frappe.whitelist(methods=["POST"])
@plain_texts
def book(reception: str, slot: str) -> None:
	"""Take a slot. Arguments and errors as `acts.book`."""
	acts.book(reception, slot)


@frappe.whitelist(methods=["POST"])
@plain_texts
def cancel(reception: str, reason: str) -> None:
	"""Call a reception off. Arguments and errors as `acts.cancel`."""
	acts.cancel(reception, reason)


@frappe.whitelist(methods=["POST"])
@plain_texts
def record(
	reception: str,
	is_held: bool,
	result: str,
	started_at: str | None = None,
	ended_at: str | None = None,
	attendees: str | None = None,
	follow_up_petition: str | None = None,
) -> None:
	"""Write down what a reception brought. Arguments and errors as `acts.record`."""
	acts.record(reception, is_held, result, started_at, ended_at, attendees, follow_up_petition)
