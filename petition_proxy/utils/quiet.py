"""Endpoints that are sent secrets (codes, digits, passwords, tokens) and must not let them into any log.

Frappe writes the variables of every frame into its error log, and what a request sent beside each line of its file log; it
leaves out only what is called "secret", "password", "token" or "key". So such an endpoint takes one mapping named `secret`,
and what goes wrong in it is logged without variables and without the error's own text.
"""

import functools
import traceback
from collections.abc import Callable
from typing import Any

import frappe
from frappe import _


class QuietError(frappe.ValidationError):
	"""Something unforeseen went wrong; the log says where, not with what."""


def quiet(function: Callable) -> Callable:
	"""Keep what an endpoint was sent out of the error log; below `frappe.whitelist`.

	Raises:
		QuietError: instead of an error that Frappe would log with its variables.
	"""

	@functools.wraps(function)
	def kept(*args: Any, **secret: Any) -> Any:
		where = None
		try:
			return function(*args, **secret)
		except Exception as error:
			if getattr(error, "http_status_code", 500) < 500:
				raise
			frames = "".join(traceback.format_tb(error.__traceback__))
			where = f"{type(error).__name__}\n{frames}"
		frappe.log_error(title=f"{function.__module__}.{function.__name__} failed", message=where)
		return _refuse()

	return kept


def _refuse() -> None:
	frappe.throw(_("That did not work. Try again, or call the petition office."), QuietError)
