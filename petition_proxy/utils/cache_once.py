"""Acts that a page may send twice because the network swallowed the answer."""

from collections.abc import Callable
from typing import Any

import frappe

from petition_proxy.utils.client_values import ClientValueError
from petition_proxy.utils.keyed import keyed_hash

KEPT_SECONDS = 24 * 3600


def answer_once(area: str, key: str, act: Callable[[], Any]) -> Any:
	"""Run an act, or give the answer it gave under the same key within a day.

	The caller holds the lock of the record, so that two requests at once come here one after the other. The answer is kept
	once the transaction is committed: what was rolled back is done again.

	Args:
		area: what is done and to which record.
		key: random text of the page, made once per act.
		act: does it.

	Raises:
		ClientValueError: no usable key.
	"""
	if not 8 <= len(key or "") <= 64:
		frappe.throw(frappe._("Load the page again."), ClientValueError)
	place = f"petition_proxy_once|{keyed_hash(area, key)}"
	if (known := frappe.cache.get_value(place, expires=True)) is not None:
		return known
	answer = act()
	frappe.db.after_commit.add(lambda: frappe.cache.set_value(place, answer, expires_in_sec=KEPT_SECONDS))
	return answer
