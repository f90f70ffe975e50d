"""Which device asks: a random mark in a cookie, of which only a keyed hash is kept.

It tells two things apart that a query code cannot: a guesser from a village behind one address, and the petitioner from
the agent, who has filled the case in and knows its number, its code and the phone.
"""

import secrets

import frappe
from frappe.utils import now_datetime

from petition_proxy.domain.lifecycle import AGENT
from petition_proxy.utils.keyed import keyed_hash
from petition_proxy.utils.rows import insert_row

COOKIE = "petition_device"
MARK_BYTES = 16
TWO_YEARS = 2 * 365 * 24 * 3600


def read_device() -> str | None:
	"""Hash of this request's device mark; None for a device that has none yet, and without a request."""
	mark = _mark()
	return keyed_hash("device", mark) if mark else None


def ensure_device() -> str:
	"""As `read_device`, giving a mark to a device that has none; "" without a request."""
	if device := read_device():
		return device
	if not getattr(frappe.local, "request", None):
		return ""
	mark = secrets.token_urlsafe(MARK_BYTES)
	frappe.local.petition_proxy_device = mark
	frappe.local.cookie_manager.set_cookie(COOKIE, mark, httponly=True, samesite="Strict", max_age=TWO_YEARS)
	return keyed_hash("device", mark)


def note_agent_login(login_manager=None) -> None:
	"""Remember the device an agent logs in from (hook on_session_creation).

	Args:
		login_manager: sent by Frappe, not used.
	"""
	if AGENT in frappe.get_roles():
		note_agent_device()


def note_agent_device() -> None:
	"""Remember that the session's user, an agent, uses this device; at most one row for the two."""
	device = ensure_device()
	if not device:
		return
	known = {"user": frappe.session.user, "device_hash": device}
	if not frappe.db.exists("Agent Device", known):
		insert_row("Agent Device", **known, first_seen_at=now_datetime())


def is_device_of(device: str | None, users: list[str]) -> bool:
	"""Has one of these agents ever logged in from this device?"""
	if not device or not users:
		return False
	return bool(frappe.db.exists("Agent Device", {"device_hash": device, "user": ("in", users)}))


def _mark() -> str | None:
	given = getattr(frappe.local, "petition_proxy_device", None)  # made in this very request
	if given:
		return given
	request = getattr(frappe.local, "request", None)
	mark = request.cookies.get(COOKIE) if request else None
	return mark if mark and 16 <= len(mark) <= 64 else None
