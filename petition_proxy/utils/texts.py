"""What people type, before anything else sees it: no characters that are none, no markup, not longer than a column.

Frappe cleans markup out of a document that is saved, but only where both "<" and ">" stand, and not out of what an act
writes into single columns; and it tells of a text that is too long only for single lines; the database would answer for the rest with an error of its own.
"""

import functools
import re
from collections.abc import Callable, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

# A text column holds 65,535 bytes; cleaning may add a few.
MOST_BYTES = 60_000
TEXT_FIELDS = frozenset({"Data", "Small Text", "Text", "Long Text"})
# Control characters, marks without width, marks that turn the direction of reading, halves of characters. The joiner inside
# an emoji stays.
_NO_CHARACTERS = re.compile(
	"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)
# Whatever begins a tag, closed or not: browsers finish what a sender has left open
_TAG_BEGIN = re.compile(r"<(?=[a-zA-Z/!?])")


class TextTooLongError(frappe.ValidationError):
	"""The text does not fit where it goes."""


def clean(text: str) -> str:
	"""The text without characters that cannot be seen or printed, and with no "<" that a browser takes for a tag.

	Such a "<" becomes its full-width sister, so that nothing typed is lost and nothing of it is ever markup.
	"""
	return _TAG_BEGIN.sub("\uff1c", _NO_CHARACTERS.sub("", text))


def clean_document(doc: Document, method: str | None = None) -> None:
	"""Before a record of this app is judged: clean its texts and those of its rows (hook).

	Args:
		doc: the record.
		method: sent by Frappe, not used.

	Raises:
		TextTooLongError: a text of several lines that its column cannot hold.
	"""
	for row in (doc, *doc.get_all_children()):
		for df in row.meta.fields:
			value = row.get(df.fieldname)
			if df.fieldtype not in TEXT_FIELDS or not isinstance(value, str):
				continue
			cleaned = clean(value)
			if cleaned != value:
				row.set(df.fieldname, cleaned)
			if df.fieldtype in ("Small Text", "Text"):
				_check_length(cleaned, _(df.label, context=row.doctype))


def plain_texts(function: Callable | None = None, *, unlimited: Sequence[str] = ()) -> Callable:
	"""Clean the texts a client gives to an act, before the act sees them.

	Args:
		function: the act, below `frappe.whitelist`.
		unlimited: arguments that are taken apart and not stored as they come.

	Raises:
		TextTooLongError: from the act, for a text that no column can hold.
	"""
	if function is None:
		return functools.partial(plain_texts, unlimited=unlimited)

	@functools.wraps(function)
	def cleaned(*args: Any, **kwargs: Any) -> Any:
		args = [_cleaned(value) for value in args]
		return function(*args, **{k: _cleaned(v, k in unlimited) for k, v in kwargs.items()})

	return cleaned


def _cleaned(value: Any, is_unlimited: bool = False) -> Any:
	if isinstance(value, str):
		value = clean(value)
		if not is_unlimited:
			_check_length(value)
	elif isinstance(value, dict):
		return type(value)({k: _cleaned(v, is_unlimited) for k, v in value.items()})
	elif isinstance(value, list):
		return [_cleaned(v, is_unlimited) for v in value]
	return value


def _check_length(text: str, label: str = "") -> None:
	if len(text) * 4 > MOST_BYTES and len(text.encode()) > MOST_BYTES:
		frappe.throw(
			_("{0} is too long: a text holds about {1} characters. Attach the whole as a file.").format(
				label or _("The text"), MOST_BYTES // 3
			),
			TextTooLongError,
		)
