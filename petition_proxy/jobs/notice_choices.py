"""By which channels people want their notices: read once per run."""

from collections.abc import Mapping

import frappe
from frappe.query_builder import DocType

from petition_proxy.domain import notices

COLUMNS = {notices.DESK: "by_desk", notices.EMAIL: "by_email", notices.SMS: "by_sms"}


def read_choices() -> dict[str, dict[str, frozenset[str]]]:
	"""User to event to channels, of everybody who has chosen."""
	choice, line = DocType("Notice Choice"), DocType("Notice Choice Line")
	rows = (
		frappe.qb.from_(line)
		.join(choice)
		.on(choice.name == line.parent)
		.select(choice.user, line.event, *(line[column] for column in COLUMNS.values()))
		.where(line.parenttype == "Notice Choice")
		.orderby(choice.user)
		.orderby(line.idx)
		.run(as_dict=True)
	)
	found: dict[str, dict[str, frozenset[str]]] = {}
	for row in rows:
		found.setdefault(row.user, {})[row.event] = channels_of(row)
	return found


def channels_of(line: Mapping) -> frozenset[str]:
	"""The channels ticked in one line."""
	return frozenset(channel for channel, column in COLUMNS.items() if line.get(column))


def has_sms() -> bool:
	"""Whether the site has an SMS gateway (Frappe's SMS Settings)."""
	return bool(frappe.db.get_single_value("SMS Settings", "sms_gateway_url"))
