"""How often one address may ask what guests may ask, and one account may do what costs the site something."""

import frappe
from frappe import _
from frappe.utils import cint

WINDOW_SECONDS = 10 * 60


def count_guest_question(area: str) -> None:
	"""Count one question of this address and refuse it when there were too many within ten minutes.

	A whole village hall can stand behind one address, so the number is generous and a setting. Questions that come without a
	request (jobs, console) are not counted.

	Args:
		area: what is asked for; each has a count of its own.

	Raises:
		frappe.RateLimitExceededError: too many.
	"""
	address = getattr(frappe.local, "request_ip", None)
	if not address or not getattr(frappe.local, "request", None):
		return
	settings = frappe.get_cached_doc("Petition Proxy Settings")
	limit = cint(settings.get("guest_questions")) or cint(settings.meta.get_field("guest_questions").default)
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
