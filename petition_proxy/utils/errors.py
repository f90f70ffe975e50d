"""The one place where errors of `domain/` become messages in the user's language."""

from contextlib import contextmanager

import frappe
from frappe import _

from petition_proxy.domain.errors import DomainError, Words


@contextmanager
def domain_errors(exception: type[frappe.ValidationError] = frappe.ValidationError):
	"""Run rules of `domain/` and show what they refuse.

	Args:
		exception: Frappe exception to raise, so that callers and tests can tell rules apart.

	Raises:
		exception: with the domain error's message, translated, its parameters translated too where they are
			ids with a translation.
	"""
	try:
		yield
	except DomainError as error:
		params = {k: _translated(v) for k, v in error.params.items()}
		frappe.throw(_(error.message).format(**params), exception)


def _translated(value: object) -> object:
	if isinstance(value, Words):
		return ", ".join(_(word) for word in value)
	return _(value) if isinstance(value, str) else value
