"""The public directory for phones: everything here is open to guests and counted."""

import frappe

from petition_proxy.queries.directory import nearby_points
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.limits import count_guest_question


@frappe.whitelist(allow_guest=True, methods=["POST"])
def nearby(latitude: float, longitude: float) -> list[dict]:
	"""The nearest open service points. The position is used for this answer and not kept.

	Args:
		latitude: of the phone; the page sends three decimals, about a hundred metres.
		longitude: the same.

	Returns:
		As `queries.directory.nearby_points`.

	Raises:
		frappe.ValidationError: not a place on Earth.
		frappe.RateLimitExceededError: asked too often.
	"""
	count_guest_question("directory")
	with domain_errors():
		return nearby_points(latitude, longitude)
