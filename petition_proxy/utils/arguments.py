"""What a client sends to an endpoint of ours, looked at before the endpoint sees it.

Frappe checks types, but answers 500 where an argument is missing, and lets through what can neither be kept nor walked.
"""

import inspect
import re
from collections.abc import Callable
from typing import Any

import frappe
from frappe import _

from petition_proxy.utils.client_values import ClientValueError

OURS = "petition_proxy."
DEEPEST = 20  # levels of lists and mappings in one another; ours have three
_CALL = re.compile(r"^/api/(?:v\d+/)?method/([^/]+)")
# Halves of a character, which JSON can write and no column can hold
_HALF = re.compile("[\ud800-\udfff]")


class MissingArgumentError(ClientValueError):
	"""The request lacks what the endpoint needs."""


def check_arguments() -> None:
	"""Before a request (hook): a call of an endpoint of ours says all that is needed, in what can be read.

	Who may not call it at all is told so by Frappe, afterwards.

	Raises:
		MissingArgumentError: a needed argument is missing.
		ClientValueError: texts that are none, or values nested too deep.
	"""
	function = _asked_for()
	if not function or _is_stranger_to(function):
		return
	sent = frappe.local.form_dict
	needed = [
		p.name
		for p in inspect.signature(function).parameters.values()
		if p.default is p.empty and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
	]
	if missing := [name for name in needed if name not in sent]:
		frappe.throw(
			_("The request lacks: {0}. Load the page again.").format(", ".join(missing)), MissingArgumentError
		)
	_check_values(sent)


def _asked_for() -> Callable | None:
	"""The whitelisted function of this app that the request calls, if any."""
	found = _CALL.match(frappe.local.request.path)
	name = found.group(1) if found else frappe.local.form_dict.get("cmd")
	if not isinstance(name, str) or not name.startswith(OURS):
		return None
	try:
		function = frappe.get_attr(name)
	except Exception:
		return None  # Frappe says that there is none
	return function if function in frappe.whitelisted else None


def _is_stranger_to(function: Callable) -> bool:
	"""Whether the caller is nobody, and the endpoint not open. A key is looked at later than this."""
	is_nobody = frappe.session.user == "Guest" and not frappe.get_request_header("Authorization")
	verbs = frappe.allowed_http_methods_for_whitelisted_func[function]
	return (is_nobody and function not in frappe.guest_methods) or frappe.local.request.method not in verbs


def _check_values(sent: dict[str, Any]) -> None:
	level: list[Any] = [sent]
	for _depth in range(DEEPEST):
		texts = [one for one in level if isinstance(one, str)]
		if any(_HALF.search(text) for text in texts):
			frappe.throw(_("A text holds what is no character. Type it again."), ClientValueError)
		level = [inner for one in level for inner in _inside(one)]
		if not level:
			return
	frappe.throw(_("The values of this request are nested too deep."), ClientValueError)


def _inside(value: Any) -> list[Any]:
	if isinstance(value, dict):
		return [*value.keys(), *value.values()]
	return value if isinstance(value, list) else []
