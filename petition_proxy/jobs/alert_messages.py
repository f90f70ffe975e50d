"""What an alert message says, and how it goes out on each channel.

A message names petitions by number, state, unit and due date only: never a petitioner's name, phone number or the
text of a petition, for it leaves the system's row access behind.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import frappe
from frappe import _
from frappe.utils import format_datetime, get_url_to_form, get_url_to_list

from petition_proxy.domain import notices
from petition_proxy.domain.deadlines import days_left, is_late
from petition_proxy.jobs.notice_feed import queue_notices
from petition_proxy.jobs.notice_texts import case_facts, get_texts, list_facts

# What a person can read in one go; the list behind the link shows the rest.
MAX_LINES = 50


class Message(NamedTuple):
	"""One message to one person.

	Args:
		recipient: user id.
		address: e-mail address, where the channel needs one.
		items: one per petition, worst first, with petition, round, state, unit, due_at, event, petition_kind, is_urgent and
			is_vacant_post.
		is_urgent: only urgent cases, sent outside the daily digest.
		now: the moment the text speaks of.
		channel: how it goes.
	"""

	recipient: str
	address: str | None
	items: tuple[Any, ...]
	is_urgent: bool
	now: datetime
	channel: str = notices.DESK


class NoAddressError(frappe.ValidationError):
	"""The person has no e-mail address any more."""


class NotQueuedError(frappe.ValidationError):
	"""The mail was refused before it reached the outgoing queue, e.g. because its address is invalid."""


def send_to_desk(message: Message) -> None:
	"""Show the message in the person's desk notifications."""
	with speaking(message.recipient):
		note = frappe.new_doc("Notification Log")
		note.update(
			{
				"for_user": message.recipient,
				"type": "Alert",
				"document_type": "Petition",
				"subject": subject(message),
				"email_content": frappe.render_template(TEMPLATE, content(message)),
				# Without the host: people reach one site under several addresses.
				"link": urlsplit(list_url(message)).path,
			}
		)
		note.insert(ignore_permissions=True)  # a notice of the system, not of a user


def send_by_email(message: Message) -> None:
	"""Put the message on the outgoing mail queue, which has its own retries.

	Raises:
		NoAddressError: the person cannot be reached by mail.
		NotQueuedError: the mail was not accepted for sending.
	"""
	if not message.address:
		raise NoAddressError(message.recipient)
	with speaking(message.recipient):
		queued = frappe.sendmail(
			recipients=[message.address],
			subject=subject(message),
			template="alert_digest",
			args=content(message),
			delayed=True,
			is_notification=True,
		)
	if not queued:
		raise NotQueuedError(message.recipient)


def send_by_text(message: Message) -> None:
	"""Put a text message on the outbox, which calls the gateway: numbers of cases only, and of one case its number.

	A report or accusation is counted and not named, for a phone lies open on tables.
	"""
	event, item = _event(message), message.items[0]
	is_named = event in notices.EVENTS and event not in (notices.DIGEST, notices.URGENT_DIGEST)
	if is_named and not notices.may_name_in_text(item.petition_kind):
		event, is_named = notices.DIGEST, False
	queue_notices(
		[
			{
				"event": event,
				"petition": item.petition if is_named else None,
				"round": item.round if is_named else 0,
				"recipient_type": "User",
				"recipient": message.recipient,
				"channel": notices.SMS,
				"is_urgent": message.is_urgent,
				"moment": message.now,
				"item_count": len(message.items),
				"late_count": _late(message),
			}
		],
		message.now,
	)


SENDERS = {"Desk": send_to_desk, "Email": send_by_email, "SMS": send_by_text}
TEMPLATE = "petition_proxy/templates/emails/alert_digest.html"


def subject(message: Message) -> str:
	"""The line a person sees first: how many cases, how many of them late."""
	if words := _from_template(message):
		return words[0]
	late = _late(message)
	if message.is_urgent:
		return _("Urgent: {0} petitions need attention, {1} of them late").format(len(message.items), late)
	return _("{0} petitions need attention, {1} of them late").format(len(message.items), late)


def _late(message: Message) -> int:
	return sum(is_late(item.due_at, None, message.now) for item in message.items)


def _event(message: Message) -> str:
	"""Which notice a message is: that of its alert if it speaks of one case, else a digest."""
	if message.is_urgent:
		return notices.URGENT_DIGEST
	return message.items[0].event if len(message.items) == 1 else notices.DIGEST


def _from_template(message: Message) -> tuple[str, str] | None:
	"""Subject and body from the desk's templates; None where the office has switched them off, then built-in words serve."""
	event, channel = _event(message), message.channel
	if event in (notices.DIGEST, notices.URGENT_DIGEST):
		values = list_facts(len(message.items), _late(message), list_url(message))
	else:
		item = message.items[0]
		case = {
			"name": item.petition,
			"workflow_state": item.state,
			"due_at": item.due_at,
			"unit_name": item.unit,
		}
		values = case_facts(case, list_url(message))
	return get_texts().fill(event, channel, frappe.local.lang, values)


def content(message: Message) -> dict[str, Any]:
	"""The values of the message template."""
	hidden = len(message.items) - MAX_LINES
	return {
		"intro": intro[1] if (intro := _from_template(message)) else subject(message),
		"lines": [_line(item, message.now) for item in message.items[:MAX_LINES]],
		"more": _("{0} more petitions are in the list.").format(hidden) if hidden > 0 else "",
		"list_url": list_url(message),
	}


def list_url(message: Message) -> str:
	"""Where the message leads: the case itself if there is only one, else the list."""
	if len(message.items) == 1:
		return get_url_to_form("Petition", message.items[0].petition)
	return get_url_to_list("Petition")


def _line(item: Any, now: datetime) -> dict[str, str]:
	return {
		"petition": item.petition,
		"url": get_url_to_form("Petition", item.petition),
		"state": _(item.state),
		"unit": item.unit or _("Not assigned yet"),
		"due_at": format_datetime(item.due_at, "yyyy-MM-dd HH:mm") if item.due_at else "",
		"time_left": _time_left(item.due_at, now),
		"note": _("Vacant Post") if item.is_vacant_post else "",
	}


def _time_left(due_at: datetime | None, now: datetime) -> str:
	if due_at is None:
		return ""
	days = days_left(due_at, now)
	if is_late(due_at, None, now):
		return _("late by {0} days").format(-days) if days < 0 else _("late since today")
	return _("{0} days left").format(days) if days else _("due today")


@contextmanager
def speaking(user: str) -> Iterator[None]:
	"""Translate into a person's language for a while.

	Frappe's own helper does not switch back when an error passes through it.
	"""
	language = frappe.get_cached_value("User", user, "language") or frappe.db.get_default("lang")
	with speaking_language(language or frappe.local.lang):
		yield


@contextmanager
def speaking_language(language: str) -> Iterator[None]:
	"""Translate into a language for a while, and back again whatever happens."""
	before, environment = frappe.local.lang, frappe.local.jenv
	frappe.local.lang = language
	frappe.local.jenv = None
	try:
		yield
	finally:
		frappe.local.lang, frappe.local.jenv = before, environment
