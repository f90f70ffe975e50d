"""How a notice leaves the house: desk, mail queue, SMS gateway, chat robot.

Desk and mail are rows of the same database and stand or fall with the notice's own mark. Gateway and robot are not: the
outbox marks a notice as being sent and commits before it calls them (jobs/outbox.py).
"""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta
from urllib.parse import quote_plus, urlencode, urlsplit

import frappe
from frappe.utils import cint
from frappe.utils.password import get_decrypted_password

from petition_proxy.domain.notices import ROBOT_HOSTS
from petition_proxy.jobs.notice_texts import as_html
from petition_proxy.utils.outgoing_http import SendError, call_gateway, post_json

# The robots' own answers for "too many a minute".
BUSY_CODES = {"WeCom": (45009, 45033), "DingTalk": (130101, 410100)}
MINUTE = timedelta(minutes=1)


def to_desk(user: str, subject: str, body: str, document_type: str, link: str | None) -> None:
	"""Put a note on a person's desk; the link without the host, for people reach one site under several addresses."""
	note = frappe.new_doc("Notification Log")
	note.update(
		{
			"for_user": user,
			"type": "Alert",
			"document_type": document_type,
			"subject": subject or body,
			"email_content": as_html(body) if subject else "",
			"link": urlsplit(link).path if link else None,
		}
	)
	note.insert(ignore_permissions=True)  # a notice of the system, not of a user


def to_mailbox(address: str, subject: str, body: str) -> str:
	"""Put a mail on Frappe's outgoing queue.

	Returns:
		Name of the queue's row, by which a mail that the server refused in the end is found again.

	Raises:
		SendError: the queue did not take it, e.g. because the address is invalid.
	"""
	queued = frappe.sendmail(
		recipients=[address], subject=subject, message=as_html(body), delayed=True, is_notification=True
	)
	if not queued:
		raise SendError("Not queued")
	return queued.name


class SmsGateway:
	"""Frappe's SMS Settings, called with time-outs and without Frappe's SMS Log, which keeps numbers beside texts for ever."""

	def __init__(self, success_text: str | None) -> None:
		settings = frappe.get_single("SMS Settings")
		self.url = (settings.sms_gateway_url or "").strip()
		self.is_set_up = bool(self.url and settings.message_parameter and settings.receiver_parameter)
		self.success_text = (success_text or "").strip()
		self._names = (settings.message_parameter, settings.receiver_parameter)
		self._parameters = {row.parameter: row.value for row in settings.parameters if not row.header}
		self._headers = {"Accept": "text/plain, text/html, */*"}
		self._headers |= {row.parameter: row.value for row in settings.parameters if row.header}
		self._is_post = bool(settings.use_post)

	def send(self, number: str, text: str) -> None:
		"""Hand one text to the gateway.

		Raises:
			SendError: not set up, not reached, refused, or an answer without the sign of success.
		"""
		if not self.is_set_up:
			raise SendError("SMS not set up")
		values = {**self._parameters, self._names[0]: text, self._names[1]: number}
		headers = dict(self._headers)
		kind = next((v for k, v in headers.items() if k.lower() == "content-type"), "")
		if kind.startswith("application/json"):
			answer = self._call(headers, body=json.dumps(values, ensure_ascii=False).encode())
		elif self._is_post:
			headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
			answer = self._call(headers, body=urlencode(values).encode())
		else:
			answer = call_gateway(self.url, "GET", headers, query=urlencode(values))
		if self.success_text and self.success_text not in answer.body.decode("utf-8", "replace"):
			raise SendError("Refused by the gateway")

	def _call(self, headers: dict, body: bytes):
		return call_gateway(self.url, "POST" if self._is_post else "GET", headers, body=body)


def to_robot(robot, text: str, inhouse_hosts=()) -> None:
	"""Say something in a chat group.

	Args:
		robot: row with name and kind.
		text: what.
		inhouse_hosts: hosts that the settings allow beside those of the service.

	Raises:
		SendError: not reached, or the answer carries an error code.
	"""
	url = get_decrypted_password("Chat Robot", robot.name, "webhook_url", raise_exception=False)
	if not url:
		raise SendError("No address")
	if robot.kind == "DingTalk":
		secret = get_decrypted_password("Chat Robot", robot.name, "signing_secret", raise_exception=False)
		if secret:
			url = sign(url, secret, round(time.time() * 1000))
	try:
		answer = post_json(
			url, {"msgtype": "text", "text": {"content": text}}, ROBOT_HOSTS[robot.kind], inhouse_hosts
		)
	except frappe.ValidationError:
		frappe.clear_last_message()
		raise SendError("Address not allowed") from None
	check_answer(robot.kind, answer.body)


def sign(url: str, secret: str, at_ms: int) -> str:
	"""Add DingTalk's proof to an address: HMAC-SHA256 of the moment and the secret.

	Args:
		url: address with its access token.
		secret: as DingTalk gave it.
		at_ms: the moment in milliseconds.
	"""
	proof = base64.b64encode(
		hmac.new(secret.encode(), f"{at_ms}\n{secret}".encode(), hashlib.sha256).digest()
	).decode()
	return f"{url}{'&' if '?' in url else '?'}timestamp={at_ms}&sign={quote_plus(proof)}"


def check_answer(kind: str, body: bytes) -> None:
	"""Both services answer 200 whatever happens; only `errcode` 0 means that the group has the message.

	Raises:
		SendError: another code, or no JSON at all.
	"""
	try:
		code = json.loads(body)["errcode"]
	except (ValueError, KeyError, TypeError):
		raise SendError("Unknown answer") from None
	if code in BUSY_CODES[kind]:
		raise SendError(f"errcode {cint(code)}", MINUTE)
	if code != 0:
		raise SendError(f"errcode {cint(code)}")
