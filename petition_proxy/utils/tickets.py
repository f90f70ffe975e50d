"""The proof that somebody may act as the petitioner of one case: a random ticket in a cookie that no script can read.

What is kept is a hash of the ticket with the case's name, in Redis, for thirty minutes of use and eight hours at most. A
second token, made from the ticket with the site's key, stands in the page and comes back in a header with each act: a
foreign page can neither read it nor send that header. The case's number stands in no address.
"""

import hashlib
import hmac
import secrets
import time

import frappe
from frappe import _

from petition_proxy.utils.keyed import keyed_hash

COOKIE = "petition_case"
HEADER = "X-Case-Token"
MINUTES = 30
LONGEST_HOURS = 8
TOKEN_BYTES = 32
BY_CODE, BY_ACCOUNT = "Query Code", "Portal"


class TicketError(frappe.PermissionError):
	"""The time is over, or the case was never proved on this device."""

	http_status_code = 401


class ForgedRequestError(frappe.PermissionError):
	"""The act does not come from our own page."""


def give_ticket(petition: str, user: str | None = None) -> str:
	"""Let this browser act on one case from now on; the caller has checked that it may.

	Args:
		petition: the case.
		user: the account that chose the case; None for whoever proved it with the code.

	Returns:
		The ticket, which goes out in a cookie.
	"""
	_forget()
	ticket = secrets.token_urlsafe(TOKEN_BYTES)
	_keep(ticket, {"petition": petition, "user": user, "given": int(time.time())})
	frappe.local.petition_proxy_ticket = ticket
	manager = getattr(frappe.local, "cookie_manager", None)
	if manager:
		manager.set_cookie(COOKIE, ticket, httponly=True, samesite="Strict", max_age=LONGEST_HOURS * 3600)
	return ticket


def drop_ticket() -> None:
	"""End this browser's ticket, if it has one."""
	if not _forget():
		return
	frappe.local.petition_proxy_ticket = ""
	if manager := getattr(frappe.local, "cookie_manager", None):
		manager.delete_cookie(COOKIE)


def read_ticket() -> frappe._dict | None:
	"""The case this browser may act on; None without a ticket.

	Reading it is use: the thirty minutes begin anew.

	Returns:
		petition, user (of an account), token for the page, and mark, by which a page knows its case again.
	"""
	ticket = _sent()
	if not ticket:
		return None
	held = frappe.cache.get_value(_key(ticket), expires=True)
	if not held:
		return None
	if time.time() - held["given"] > LONGEST_HOURS * 3600:
		frappe.cache.delete_value(_key(ticket))
		return None
	if held["user"] and held["user"] != frappe.session.user:
		return None  # somebody else has logged in since, or nobody is any more
	_keep(ticket, held)
	return frappe._dict(
		petition=held["petition"],
		user=held["user"],
		token=_token(ticket),
		mark=keyed_hash("case-mark", held["petition"])[:32],
	)


def require_ticket() -> frappe._dict:
	"""As `read_ticket`, for an act.

	Raises:
		TicketError: no ticket, or its time is over.
		ForgedRequestError: the token of the page is missing or another's.
	"""
	held = read_ticket()
	if not held:
		frappe.throw(
			_("Your time is over. Open your petition again with number, code and digits."), TicketError
		)
	sent = frappe.get_request_header(HEADER) or ""
	if not hmac.compare_digest(sent.encode(), held.token.encode()):
		frappe.throw(_("This page is out of date. Load it again."), ForgedRequestError)
	return held


def _forget() -> bool:
	ticket = _sent()
	if ticket:
		frappe.cache.delete_value(_key(ticket))
	return bool(ticket)


def _sent() -> str | None:
	given = getattr(frappe.local, "petition_proxy_ticket", None)
	if given is not None:  # given or ended in this very request
		return given or None
	request = getattr(frappe.local, "request", None)
	ticket = request.cookies.get(COOKIE) if request else None
	return ticket if ticket and 20 <= len(ticket) <= 100 else None


def _keep(ticket: str, held: dict) -> None:
	frappe.cache.set_value(_key(ticket), held, expires_in_sec=MINUTES * 60)


def _key(ticket: str) -> str:
	return f"petition_proxy_case|{hashlib.sha256(ticket.encode()).hexdigest()}"


def _token(ticket: str) -> str:
	return keyed_hash("case-token", ticket)
