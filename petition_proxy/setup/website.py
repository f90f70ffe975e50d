"""The page a guest finds at the root of the site."""

import frappe
from frappe.website.utils import clear_website_cache

HOME_PAGE = "petition-proxy"
# Nothing chosen yet, and what Frappe itself falls back to.
UNCHOSEN = ("", "login")


def ensure_home_page() -> None:
	"""Make our home page the site's own where it has none: written into Website Settings, where the office can change it.

	Not by the hook `home_page`, which would overrule what a site has chosen there.
	"""
	chosen = (frappe.db.get_single_value("Website Settings", "home_page") or "").strip("/")
	if chosen in UNCHOSEN:
		_set_home_page(HOME_PAGE)


def remove_home_page() -> None:
	"""Leave no page behind that is gone with the app."""
	if (frappe.db.get_single_value("Website Settings", "home_page") or "").strip("/") == HOME_PAGE:
		_set_home_page("")


def _set_home_page(page: str) -> None:
	frappe.db.set_single_value("Website Settings", "home_page", page)
	clear_website_cache()
