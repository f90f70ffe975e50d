"""How often one address, device, case or account may ask or do what costs the site something."""

import frappe
from frappe import _
from frappe.utils import cint

from petition_proxy.utils.settings import get_setting

WINDOW_SECONDS = 10 * 60
HOUR, DAY = 3600, 24 * 3600
# The wait after one wrong try too many; it doubles with each further one, up to a setting.
FIRST_WAIT_SECONDS = 30


def count_guest_question(area: str, limit: int = 0) -> None:
	"""Count one question of this address and refuse it when there were too many within ten minutes.

	A whole village hall can stand behind one address, so the number is generous and a setting. Questions that come without a
	request (jobs, console) are not counted.

	Args:
		area: what is asked for; each has a count of its own.
		limit: questions allowed; the directory's setting by default.

	Raises:
		frappe.RateLimitExceededError: too many.
	"""
	address = getattr(frappe.local, "request_ip", None)
	if not address or not getattr(frappe.local, "request", None):
		return
	limit = limit or cint(get_setting("guest_questions"))
	key = frappe.cache.make_key(f"petition_proxy_questions|{area}|{address}")
	asked = frappe.cache.incrby(key, 1)
	if asked == 1:
		frappe.cache.expire(key, WINDOW_SECONDS)
	if asked > limit:
		frappe.throw(
			_("Too many questions from your connection. Wait ten minutes, or call your service point."),
			frappe.RateLimitExceededError,
		)


def count_own_act(area: str, most: int) -> None:
	"""Count one act of this account and refuse it when there were too many within ten minutes.

	As for guests, what comes without a request (jobs, console) is not counted.

	Args:
		area: what is done; each has a count of its own.
		most: so many in ten minutes; more than a person's hands can do.

	Raises:
		frappe.RateLimitExceededError: too many.
	"""
	if not getattr(frappe.local, "request", None):
		return
	key = frappe.cache.make_key(f"petition_proxy_acts|{area}|{frappe.session.user}")
	done = frappe.cache.incrby(key, 1)
	if done == 1:
		frappe.cache.expire(key, WINDOW_SECONDS)
	if done > most:
		frappe.throw(
			_("That was too often in a short time. Wait ten minutes; what you wrote is kept."),
			frappe.RateLimitExceededError,
		)


def count_tries(area: str, who: str, most: int, seconds: int = HOUR) -> None:
	"""Count one try of an address or a device, right or wrong, and refuse it when there were too many.

	Args:
		area: what is tried; each has a count of its own.
		who: fingerprint of the device, or the address; nothing is counted for "".
		most: tries allowed in the window.
		seconds: length of the window.

	Raises:
		frappe.RateLimitExceededError: too many.
	"""
	if who and _count(_key("tries", area, who), seconds) > most:
		refuse_too_many()


def take_back_try(area: str, who: str) -> None:
	"""A try that was right does not count."""
	key = _key("tries", area, who)
	if who and cint(frappe.cache.get(key)) > 0:
		frappe.cache.incrby(key, -1)


def wait_or_count(area: str, what: str, free: int, longest_seconds: int) -> None:
	"""Slow down tries on one thing (a case, a code): some are free, then each must wait longer than the one before.

	Nobody is locked out for long by somebody else's tries, and a guesser gets a few hundred tries a day at most. Counted
	before the answer is known, so that tries at the same moment count each.

	Args:
		area: what is tried.
		what: fingerprint of the thing.
		free: wrong tries in a day before the waiting begins.
		longest_seconds: longest wait.

	Raises:
		frappe.RateLimitExceededError: the wait is not over.
	"""
	gate = _key("wait", area, what)
	if frappe.cache.get(gate):
		refuse_too_many()
	wrong = _count(_key("wrong", area, what), DAY)
	if wrong > free:
		wait = min(FIRST_WAIT_SECONDS * 2 ** min(wrong - free - 1, 20), longest_seconds)
		frappe.cache.set(gate, 1, ex=wait)


def forget_tries(area: str, what: str) -> None:
	"""The right answer was given: tries on this thing begin anew."""
	frappe.cache.delete(_key("wait", area, what))
	frappe.cache.delete(_key("wrong", area, what))


def refuse_too_many() -> None:
	"""One sentence for every limit, so that it does not tell which.

	Raises:
		frappe.RateLimitExceededError: always.
	"""
	frappe.throw(
		_("Too many tries. Wait some minutes, or call the petition office."), frappe.RateLimitExceededError
	)


def count(what: str, seconds: int) -> int:
	"""Count one call, and tell how many there were within a time that began with the first of them.

	Args:
		what: what is counted, and of whom.
		seconds: length of the time.
	"""
	return _count(_key(what), seconds)


def _count(key, seconds: int) -> int:
	number = frappe.cache.incrby(key, 1)
	if number == 1:
		frappe.cache.expire(key, seconds)
	return number


def _key(*parts: str):
	return frappe.cache.make_key("petition_proxy_" + "|".join(parts))
