"""One-time links for rating: made by an office, used by the petitioner."""

import frappe
from frappe.utils import cint

from petition_proxy.api.petitioner import read_ratings
from petition_proxy.petition_proxy.doctype.rating_link import acts
from petition_proxy.queries.petitioner_case import rating_words
from petition_proxy.utils import devices, limits
from petition_proxy.utils.client_values import read_mapping
from petition_proxy.utils.quiet import quiet
from petition_proxy.utils.settings import get_setting
from petition_proxy.utils.texts import plain_texts

AREA = "rating-link"


@frappe.whitelist(methods=["POST"])
@plain_texts
def make(petition: str) -> str:
	"""Make a link. Arguments, result and errors as `acts.make`."""
	return acts.make(petition)


@frappe.whitelist(allow_guest=True, methods=["POST"])
@quiet
def open_link(secret: dict | str) -> list[dict]:
	"""What a link lets rate.

	Args:
		secret: token, as it stood in the address.

	Returns:
		Per party that may be rated a row with `party`, `word`, the reasons to choose from (`good`, `bad`), and what was rated before.

	Raises:
		RatingLinkError: as `acts.open_link`.
	"""
	_count()
	return [rating_words(row) for row in acts.open_link(_token(secret))]


@frappe.whitelist(allow_guest=True, methods=["POST"])
@quiet
def rate(secret: dict | str, ratings: dict | str) -> list[str]:
	"""Rate by a link.

	Args:
		secret: token, as it stood in the address.
		ratings: rated party to rating, reasons (list) and words.

	Returns:
		The parties rated.

	Raises:
		RatingLinkError, EvaluationError: as `acts.rate`.
	"""
	_count()
	return _rate(_token(secret), ratings=ratings)


@plain_texts
def _rate(token: str, ratings: dict | str) -> list[str]:
	return acts.rate(token, read_ratings(ratings))


def _token(secret: dict | str) -> str:
	return str(read_mapping(secret).get("token") or "")


def _count() -> None:
	limits.count_guest_question(AREA, cint(get_setting("lookups_per_address")))
	limits.count_tries(AREA, devices.ensure_device(), cint(get_setting("tries_per_device")))
