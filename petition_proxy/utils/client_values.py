"""What a client sends as a list, a mapping or a day, read with a sentence for whatever is none."""

import json
from datetime import date, datetime
from typing import Any

import frappe
from frappe import _
from frappe.utils import get_datetime, getdate


class ClientValueError(frappe.ValidationError):
	"""The value cannot be read as what was asked for."""


def read_names(value: str | list | None) -> list[str]:
	"""A list of names, sent as a list or as its JSON.

	Raises:
		ClientValueError: no list of names.
	"""
	value = _parse(value) if isinstance(value, str) else value
	if not isinstance(value, (list, tuple)) or not all(isinstance(one, (str, int)) for one in value):
		frappe.throw(_("A list of names is needed here. Choose the rows again."), ClientValueError)
	return [str(one) for one in value]


def read_mapping(value: str | dict | None) -> dict[str, Any]:
	"""Fields and values, sent as a mapping or as its JSON; nothing gives an empty one.

	Raises:
		ClientValueError: no mapping.
	"""
	value = _parse(value) if isinstance(value, str) and value else value
	if value and not isinstance(value, dict):
		frappe.throw(_("Fields and values are needed here. Fill in the form again."), ClientValueError)
	return frappe._dict(value or {})


def read_filters(value: str | list | dict | None) -> list | dict:
	"""Filters of a list, sent as they are or as their JSON; nothing gives none.

	Raises:
		ClientValueError: neither a mapping of fields nor a list of rows.
	"""
	value = _parse(value) if isinstance(value, str) and value else value
	if value and not _are_filters(value):
		frappe.throw(_("These filters cannot be read. Set them again."), ClientValueError)
	return value or {}


def _are_filters(value: Any) -> bool:
	"""Whether Frappe can read them; of others it makes an error of the server's, another one in each version."""
	if isinstance(value, dict):
		return not any(isinstance(one, dict) for one in value.values())
	if not isinstance(value, list):
		return False
	if all(isinstance(row, str) for row in value):
		return True  # names
	return all(
		_are_filters(row)
		if isinstance(row, dict)
		else isinstance(row, (list, tuple)) and 2 <= len(row) <= 5 and isinstance(row[0], str)
		for row in value
	)


def read_day(value: str | date) -> date:
	"""A day.

	Raises:
		ClientValueError: no day of the calendar.
	"""
	return _read(getdate, value)


def read_moment(value: str | datetime) -> datetime:
	"""A day and a time.

	Raises:
		ClientValueError: none.
	"""
	return _read(get_datetime, value)


def _read(reader, value):
	try:
		found = reader(value)
	except (ValueError, OverflowError, TypeError, frappe.ValidationError):
		found = None
	if found is None:
		frappe.throw(
			_("{0} is no day of the calendar. Write it as 2026-12-31.").format(str(value)[:40]),
			ClientValueError,
		)
	return found


def _parse(text: str) -> Any:
	try:
		return json.loads(text)
	except ValueError:
		return text
