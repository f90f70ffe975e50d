"""The cached public pages of villages: which they are, and letting go of them when something on them changed."""

from collections.abc import Iterable
from datetime import date

from frappe.utils import getdate

from petition_proxy.utils.cache import forget


def page_key(village: str, on: date) -> str:
	"""Cache key of a village's page on a day."""
	return f"petition_proxy_directory|{village}|{on}"


def forget_pages(villages: Iterable[str | None]) -> None:
	"""Let the directory read these villages anew.

	Args:
		villages: region codes; None is passed over.
	"""
	for village in set(villages) - {None}:
		forget(page_key(village, getdate()))
