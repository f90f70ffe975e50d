"""Retention rows of the site, read once and kept until one of them changes."""

import frappe

from petition_proxy.domain import archive
from petition_proxy.utils.cache import forget

CACHE_KEY = "petition_proxy_retention_rules"


def retention_for(petition, end_state: str) -> dict | None:
	"""The rule that fits a case, with name and retention_term; None if the site has none that does.

	Args:
		petition: the case.
		end_state: state in which it ended.
	"""
	case = {
		"petition_kind": petition.petition_kind,
		"outcome": petition.outcome or None,
		"end_state": end_state,
	}
	return archive.pick_retention(frappe.cache.get_value(CACHE_KEY, _read), case)


def _read() -> list[dict]:
	rows = frappe.get_all(
		"Retention Rule",
		filters={"is_active": 1},
		fields=["name", "retention_term", *archive.RULE_FIELDS],
		order_by="creation asc",
	)
	return [dict(row) for row in rows]


def clear_retention_rules() -> None:
	"""Called when a Retention Rule changes."""
	forget(CACHE_KEY)
