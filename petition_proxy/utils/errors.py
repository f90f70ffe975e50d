"""The one place where errors of `domain/` become messages in the user's language."""

import traceback
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
		frappe.throw(error_text(error), exception)


def error_text(error: DomainError) -> str:
	"""The message of a rule in the user's language; ids among its values are read in the words of their record."""
	params = {k: _translated(v, error.words_of) for k, v in error.params.items()}
	return _(error.message).format(**params)


def _translated(value: object, words_of: str | None) -> object:
	if isinstance(value, Words):
		return ", ".join(_(word, context=words_of) for word in value)
	return _(value, context=words_of) if isinstance(value, str) else value


def trace_of(error: BaseException) -> str:
	"""Where an error happened and of what kind it is, without its words: they may quote an address or a message."""
	return "".join(traceback.format_tb(error.__traceback__)) + type(error).__name__
