"""What all pages for agents, petitioners and the public share: their frame, who may open them, their headers.

They stand on their own instead of on Frappe's website template: that one brings all of Frappe's website scripts to a phone on
a bad network, and inline scripts that a strict content policy cannot allow.
"""

from typing import Any

import frappe
from frappe import _
from frappe.sessions import get_csrf_token

from petition_proxy.domain.lifecycle import AGENT, PETITIONER
from petition_proxy.permissions.scope import get_scope
from petition_proxy.utils.identity import hash_of

HOME = "/petition-proxy"
# First part of the address of each page that wears the frame; those of the first kind show the same to everybody.
OPEN_ROUTES = frozenset(
	{"petition-proxy", "agent-directory", "service-points", "notices", "told-cases", "monthly-figures"}
)
PERSONAL_ROUTES = frozenset(
	{"agent", "my-petition", "my-petitions", "my-training", "rate", "to-be-told", "directory-sheet"}
)
# What these answer is one person's, letters and papers among it; a shared computer keeps none of it.
PERSONAL_METHODS = (
	"/api/method/petition_proxy.api.petitioner.",
	"/api/method/petition_proxy.api.ratings_link.",
)
CACHE_SECONDS = 300
POLICY = (
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
	"font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Frappe draws its own page for "not permitted" and "not found", with scripts and styles inside it.
ERROR_POLICY = (
	"default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
	"Content-Security-Policy": POLICY,
	"X-Content-Type-Options": "nosniff",
	"X-Frame-Options": "DENY",
	"Referrer-Policy": "no-referrer",
	"Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}


def dress(
	context: Any,
	title: str,
	*,
	scripts: tuple[str, ...] = (),
	words: dict[str, str] | None = None,
	data: Any = None,
	is_private: bool = True,
	css_class: str = "",
) -> None:
	"""Fill what templates/portal/top.html and end.html ask for.

	Args:
		context: of the page.
		title: heading and title of the page, translated; never with a name, a number or a text of a case in it.
		scripts: bundles of the page beside the shared one.
		words: sentences of the page's script, translated, by key.
		data: facts for the page's script.
		is_private: False for a page that shows the same to everybody and may be kept by search engines and caches.
		css_class: class of the body, for the page's own styles.
	"""
	context.title = title
	frappe.local.flags.portal_dressed = True
	context.no_cache = 1 if is_private else context.get("no_cache", 0)
	office = _office()
	context.portal = frappe._dict(
		home=HOME,
		site_name=_("Online Petition Proxy", context="Portal"),
		nav=_nav() if is_private else _open_nav(),
		is_private=is_private,
		css_class=css_class,
		# an open page may be kept and shown to somebody else
		csrf_token=_csrf_token() if is_private else None,
		user_key=user_key(),
		office_name=office.unit_name,
		office_phone=office.phone,
		office_address=office.address,
		scripts=scripts,
		words={**_shared_words(), **(words or {})},
		data=data,
	)


def need_agent() -> str:
	"""The agent record of whoever is logged in; sends a guest to the login page and back.

	Returns:
		Name of the Proxy Agent.

	Raises:
		frappe.Redirect: nobody is logged in.
		frappe.PermissionError: the account is no agent's.
	"""
	need_login()
	own = [min(values) for column, values in get_scope().claims if column == "agent"]
	if not own:
		frappe.throw(_("This page is for proxy agents. Log in as one."), frappe.PermissionError)
	return own[0]


def need_login() -> None:
	"""Send a guest to the login page, and from there back to the page asked for.

	Raises:
		frappe.Redirect: nobody is logged in.
	"""
	if frappe.session.user != "Guest":
		return
	frappe.local.flags.redirect_location = f"/login?redirect-to=/{frappe.local.path.strip('/')}"
	raise frappe.Redirect(302)


class OtherPersonError(frappe.PermissionError):
	"""The session is not that of the person whose page this is."""


def check_same_person() -> None:
	"""Before a request (hook): what a page of ours sends counts for the person it was made for, or not at all.

	On a shared phone somebody else may have logged in since; without this a draft would go into that person's account.

	Raises:
		OtherPersonError: nobody, or somebody else, is logged in by now.
	"""
	key = frappe.get_request_header("X-Portal-User")
	if key and key != user_key():
		frappe.throw(_("You are not logged in any more. Log in again."), OtherPersonError)


def add_headers(response: Any, request: Any) -> None:
	"""Strict headers on our own pages (hook): no foreign host, no frame, nothing kept of what is personal.

	Args:
		response: of the request.
		request: its path decides.
	"""
	if request.path.startswith(PERSONAL_METHODS):
		for name in ("X-Content-Type-Options", "Referrer-Policy"):
			response.headers[name] = HEADERS[name]
		response.headers["Cache-Control"] = "private, no-store"
		return
	first = _first_part(request.path)
	if first not in OPEN_ROUTES | PERSONAL_ROUTES:
		return
	for name, value in HEADERS.items():
		response.headers[name] = value
	if response.status_code >= 400 and not frappe.local.flags.portal_dressed:
		response.headers["Content-Security-Policy"] = ERROR_POLICY
	if status := frappe.local.flags.get("portal_status"):  # set by a page that has found nothing to show
		response.status_code = status
	is_shared = first in OPEN_ROUTES and frappe.session.user == "Guest" and not request.query_string
	if is_shared and response.status_code == 200:
		response.headers["Cache-Control"] = f"public, max-age={CACHE_SECONDS}"
		response.headers["Vary"] = "Accept-Language, Cookie"
		# Frappe gives every guest a cookie that says so; from a cache on the way it would log somebody else out
		frappe.local.cookie_manager.cookies.clear()
	else:
		response.headers["Cache-Control"] = "private, no-store"


def user_key() -> str:
	"""By what a page knows whether it is still the same person who is logged in; says nothing of who that is."""
	return (hash_of(frappe.session.user) or "")[:16] if frappe.session.user != "Guest" else ""


def _first_part(path: str) -> str:
	"""First part of an address without its ending; what stands at the root of the site is a page of its own name."""
	path = path.strip("/ ")
	if path in ("", "index", "index.html"):
		path = getattr(frappe.local, "path", None) or ""
	return path.strip("/").removesuffix(".html").partition("/")[0]


def _office() -> frappe._dict:
	name = frappe.db.get_single_value("Petition Proxy Settings", "petition_office")
	columns = ("unit_name", "phone", "address")
	row = frappe.get_cached_value("Handling Unit", name, columns, as_dict=True) if name else None
	return frappe._dict(row or dict.fromkeys(columns, ""))


def _csrf_token() -> str | None:
	"""The token of the session; a guest has none, nor has a page that is drawn without a request."""
	has_session = frappe.session.user != "Guest" and getattr(frappe.local, "session_obj", None)
	return get_csrf_token() if has_session else None


def _nav() -> list[dict[str, Any]]:
	roles = frappe.get_roles()
	entries = []
	if AGENT in roles:
		entries = [
			("/agent", _("My Work", context="Portal")),
			("/agent/file", _("File", context="Portal")),
			("/agent/cases", _("My Cases", context="Portal")),
			("/agent/standing", _("My Standing", context="Portal")),
		]
	elif PETITIONER in roles:
		entries = [("/my-petitions", _("My Petitions", context="Portal"))]
	here = "/" + (getattr(frappe.local, "path", "") or "").strip("/")
	entries += (
		[("/?cmd=web_logout", _("Log Out", context="Portal"))] if frappe.session.user != "Guest" else []
	)
	return [{"href": href, "label": label, "is_here": href == here} for href, label in entries]


def _open_nav() -> list[dict[str, Any]]:
	entries = (
		("/my-petition", _("Where Is My Petition", context="Portal")),
		("/agent-directory", _("Find an Agent", context="Portal")),
		("/agent", _("For Agents", context="Portal")),
	)
	return [{"href": href, "label": label, "is_here": False} for href, label in entries]


def _shared_words() -> dict[str, str]:
	return {
		"no_network": _("No network. What you wrote is kept. Try again when you have a connection."),
		"slow": _("The network is slow. What you wrote is kept. Tap again; nothing is sent twice."),
		"log_in": _(
			"You have been logged out. Log in again in the new window, come back here and tap again."
		),
		"other_user": _(
			"Somebody else has logged in on this phone. Log in as yourself in another window and tap again."
		),
		"unsent": _(
			"Something is kept on this phone that the office has not got yet. Log out and delete it?"
		),
		"log_in_button": _("Log In", context="Portal"),
		"too_often": _("Too many tries. Wait a few minutes and try again."),
		"failed": _("That did not work. Try again, or call the petition office."),
		"working": _("One moment …"),
	}
