"""Numbers of Petition Proxy Settings, with the DocType's default where a site has not set one."""

from datetime import datetime, time, timedelta

import frappe
from frappe.utils import cast, get_time


def get_setting(fieldname: str):
	"""Value of a setting, or the default of its field while it is empty.

	Args:
		fieldname: field of Petition Proxy Settings.
	"""
	value = frappe.db.get_single_value("Petition Proxy Settings", fieldname)
	if value:
		return value
	df = frappe.get_meta("Petition Proxy Settings").get_field(fieldname)
	return cast(df.fieldtype, df.default) if df.default else value


def as_time(value: timedelta | time | str | None) -> time | None:
	"""A time of day as the database, a document or a form gives it; None while it is not set."""
	if value is None or value == "":
		return None
	return (datetime.min + value).time() if isinstance(value, timedelta) else get_time(value)


def inhouse_hosts() -> tuple[str, ...]:
	"""Hosts that chat robots may stand on beside those of their services: "host" or "host:port"."""
	text = frappe.db.get_single_value("Petition Proxy Settings", "inhouse_hosts") or ""
	return tuple(text.lower().replace(",", " ").split())
