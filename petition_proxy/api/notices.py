"""Notices: look at a text before it goes out, try again what was given up, and how the outbox stands."""

import secrets
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, Min
from frappe.utils import add_days, get_url, now_datetime

from petition_proxy.domain import notices
from petition_proxy.domain.lifecycle import OFFICE
from petition_proxy.jobs import outbox
from petition_proxy.jobs.alert_messages import speaking_language
from petition_proxy.jobs.notice_channels import to_robot
from petition_proxy.jobs.notice_texts import day_of, link_for
from petition_proxy.petition_proxy.doctype.rating_link.acts import TOKEN_BYTES
from petition_proxy.utils.client_values import read_names
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.limits import count
from petition_proxy.utils.outgoing_http import SendError
from petition_proxy.utils.settings import inhouse_hosts

MOST_NAMES = 500
KEEPERS = frozenset({OFFICE, "System Manager"})
MOST_HELLOS = 5


@frappe.whitelist(methods=["POST"])
def preview(
	event: str, channel: str, language: str, subject: str | None = None, body: str | None = None
) -> dict[str, Any]:
	"""A template with example values, as it would go out.

	Args:
		event: one of the events of Notice Template.
		channel: how it goes.
		language: "zh" or "en".
		subject: as typed.
		body: as typed.

	Returns:
		`subject`, `body` and, for text messages, `parts`: how many the gateway charges.

	Raises:
		frappe.PermissionError: no right to write templates.
		frappe.ValidationError: a placeholder that may not stand there.
	"""
	frappe.has_permission("Notice Template", "write", throw=True)
	if event not in notices.EVENTS:
		frappe.throw(_("Choose an event first."))
	with domain_errors():
		notices.check_text(event, subject)
		notices.check_text(event, body)
	with speaking_language(language if language in ("zh", "en") else "en"):
		example = "XF-500100-2026-000123"
		values = {
			"number": example,
			"state": _("Handling"),
			"due_date": day_of(add_days(now_datetime(), 5)),
			"unit": _("Handling Unit"),
			"count": "12",
			"late": "3",
			"link": _example_link(event, example),
		}
		text = notices.render(body, values)
	return {
		"subject": notices.render(subject, values),
		"body": text,
		"parts": notices.parts_of(text) if channel == notices.SMS else 0,
	}


def _example_link(event: str, petition: str) -> str:
	"""An address of the kind and length that goes out, for a text message is charged by its length."""
	if event == notices.RATING:
		return f"{get_url('/rate')}#{secrets.token_urlsafe(TOKEN_BYTES)}"
	if event in notices.PETITIONER_STEPS.values():
		return link_for("progress")
	if event == notices.TELL_IN_PERSON or notices.EVENTS[event].placeholders == notices.OF_DATE:
		return link_for("agent")
	return link_for("case", petition) if "number" in notices.EVENTS[event].placeholders else link_for("list")


@frappe.whitelist(methods=["POST"])
def try_again(names: list[str] | str) -> int:
	"""Queue notices that were given up, as if they were new.

	Args:
		names: of Outgoing Notices the session's user may see.

	Returns:
		How many.

	Raises:
		frappe.PermissionError: not the petition office's, or out of scope.
	"""
	_require_keeper()
	wanted = read_names(names)[:MOST_NAMES]
	# the list applies the user's row access
	seen = frappe.get_list(
		"Outgoing Notice",
		filters={"name": ("in", wanted or [""])},
		pluck="name",
		limit_page_length=MOST_NAMES,
	)
	if set(wanted) - set(seen):
		raise frappe.PermissionError(_("Some of these notices are not yours to send."))
	if not outbox.try_again(seen, now_datetime()):
		frappe.throw(_("None of these notices was given up. Load the list again."))
	return len(seen)


@frappe.whitelist(methods=["POST"])
def try_all_again(channel: str) -> int:
	"""After a gateway, mail server or robot was put right: queue everything of a channel that was given up.

	Who looks after the site may do this without seeing a single notice.

	Args:
		channel: one of the channels of a notice, as Outgoing Notice names them.

	Returns:
		How many.

	Raises:
		frappe.PermissionError: neither the petition office nor a system manager.
	"""
	_require_keeper()
	if channel not in notices.CHANNELS:
		frappe.throw(_("Choose a channel."))
	return outbox.try_again(None, now_datetime(), channel)


@frappe.whitelist()
@frappe.read_only()
def outbox_state() -> list[dict[str, Any]]:
	"""How many notices wait, failed or were given up, by channel and kind of error; no case and no person.

	Returns:
		Dicts of channel, status, last_error, number and oldest (when the first of them was queued).

	Raises:
		frappe.PermissionError: neither the petition office nor a system manager.
	"""
	_require_keeper()
	notice = DocType("Outgoing Notice")
	return (
		frappe.qb.from_(notice)
		.select(
			notice.channel,
			notice.status,
			notice.last_error,
			Count(notice.name).as_("number"),
			Min(notice.queued_at).as_("oldest"),
		)
		.where(notice.status.isin([notices.QUEUED, notices.SENDING, notices.FAILED, notices.DEAD]))
		.groupby(notice.channel, notice.status, notice.last_error)
		.orderby(notice.channel)
		.orderby(notice.status)
		.orderby(notice.last_error)
		.run(as_dict=True)
	)


@frappe.whitelist()
@frappe.read_only()
def undelivered(filters: str | list | dict | None = None) -> dict[str, Any]:
	"""The card "Undelivered Notices": how many were given up. A number only, for the list keeps its own row access.

	Args:
		filters: sent by every number card; this one has none.

	Returns:
		Value, fieldtype, route and route_options, as a number card reads them.

	Raises:
		frappe.PermissionError: neither the petition office nor a system manager.
	"""
	_require_keeper()
	return {
		"value": outbox.count_dead(),
		"fieldtype": "Int",
		"route": ["List", "Outgoing Notice", "List"],
		"route_options": {"status": notices.DEAD},
	}


@frappe.whitelist(methods=["POST"])
def say_hello(robot: str) -> None:
	"""Send a sentence to a chat group, to see whether its robot works.

	Args:
		robot: a Chat Robot the session's user may change.

	Raises:
		frappe.PermissionError: no right to change the robot.
		frappe.ValidationError: the group did not take it, with the kind of error.
	"""
	frappe.has_permission("Chat Robot", "write", throw=True)
	doc = frappe.get_doc("Chat Robot", robot)
	doc.check_permission("write")
	if count(f"hello|{robot}", 60) > MOST_HELLOS:
		frappe.throw(
			_("The robot has said hello a few times already. Wait a minute."), frappe.RateLimitExceededError
		)
	try:
		to_robot(
			doc, _("This group will be told of new and late petitions, by number only."), inhouse_hosts()
		)
	except SendError as error:
		frappe.throw(
			_(
				"The group did not take the message: {0}. Check address, secret and keyword of the robot."
			).format(outbox.error_words(error.kind))
		)


def _require_keeper() -> None:
	"""The petition office, or who looks after the site.

	Raises:
		frappe.PermissionError: anybody else.
	"""
	if not KEEPERS.intersection(frappe.get_roles()):
		raise frappe.PermissionError(_("Only the petition office and system managers look after the outbox."))
