"""The one address from which a map may fetch its background, if the office has chosen one."""

import frappe
from frappe import _

PLACEHOLDERS = ("{z}", "{x}", "{y}")


def validate_tile_url(url: str | None) -> None:
	"""An empty address is fine: the map then asks no other server.

	Raises:
		frappe.ValidationError: not an address of map tiles.
	"""
	if not url:
		return
	if not url.startswith(("https://", "http://", "/")) or not all(part in url for part in PLACEHOLDERS):
		frappe.throw(
			_("The map tile address is not complete: a web address with {0} in it.").format(
				" ".join(PLACEHOLDERS)
			)
		)
