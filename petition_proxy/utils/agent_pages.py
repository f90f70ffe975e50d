"""What the agent's own pages share: their script, its sentences, and why the agent may not act at the moment."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import format_datetime, formatdate, getdate

from petition_proxy.petition_proxy.doctype.proxy_agent.gate import why_not_on_duty
from petition_proxy.queries.training import own_training
from petition_proxy.utils.portal import dress

SCRIPT = "portal_agent.bundle.js"
AGENT_FIELDS = ("name", "agent_name", "status", "certificate_no", "certificate_valid_to")


def dress_agent(context: Any, agent: str, title: str, data: dict[str, Any] | None = None) -> frappe._dict:
	"""Fill the frame of a page of an agent.

	Args:
		context: of the page.
		agent: whose page it is.
		title: as `portal.dress`.
		data: facts for the script beside the agent's id.

	Returns:
		Row of the agent; `why_not` says why the agent may not act today, None if the agent may.
	"""
	row = frappe.db.get_value("Proxy Agent", agent, AGENT_FIELDS, as_dict=True)
	row.why_not = why_not_on_duty(row, getdate())
	context.agent = row
	dress(
		context,
		title,
		scripts=(SCRIPT,),
		words=script_words(),
		data={"agent": agent, **(data or {})},
		css_class="agent",
	)
	return row


def script_words() -> dict[str, str]:
	"""Sentences of portal_agent.bundle.js."""
	return {
		"kept": _("Recorded on this phone. It is sent as soon as there is a network; nothing is sent twice."),
		"not_kept": _(
			"There is no network, and this phone could not keep the record. Leave this page open and tap again when there is a network."
		),
		"kept_count": _("Recorded on this phone and not sent yet: {0}"),
		"send_now": _("Send Now", context="Portal"),
		"forget": _("Remove from This Phone", context="Portal"),
		"forget_sure": _("Remove this record from the phone? It has not been sent."),
		"sent": _("The delivery is recorded."),
		"done": _("Recorded."),
		"choose_way": _("Say how it went: handed over, left with a witness, refused, or nobody met."),
		"need_proof": _("Let the receiver sign with a finger, or take a photo."),
		"need_witness": _("Write the witness's name and take a photo."),
		"need_refusal": _("Write why it was refused, and the names of two witnesses."),
		"need_reason": _("Write down why it could not be handed over."),
		"need_receiver": _("Write the name of whoever received it."),
		"no_photo": _("The photo cannot be read. Take it again."),
		"choose_nodes": _("Tick what the petitioner was told."),
		"searching": _("Looking …"),
		"none_found": _("No case of yours has these words."),
	}


def training_of() -> frappe._dict:
	"""What templates/portal/training.html shows of the session's user."""
	mine = own_training()
	end = mine["agent"].certificate_valid_to
	for row in (*mine["taken"], *mine["open"]):
		row.when = format_datetime(row.starts_at, "yyyy-MM-dd HH:mm")
		row.kind = _(row.training_kind, context="Training Session")
	for row in mine["taken"]:
		row.result = _result(row)
	return frappe._dict(
		certificate_day=formatdate(end) if end else None,
		rules=mine["rules"],
		open=mine["open"],
		taken=mine["taken"],
	)


def _result(row) -> str:
	if row.status == "Cancelled":
		return _("Cancelled", context="Training Session")
	if row.status != "Finished":
		return _("You have a seat.")
	if not row.attended:
		return _("Not attended")
	if not row.gives_certificate:
		return _("Attended")
	return _("Passed") if row.passed else _("Not passed")
