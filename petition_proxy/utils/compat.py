"""The one place that knows which Frappe it runs on."""

import frappe

MAJOR = int(frappe.__version__.split(".")[0])


def count_field(alias: str) -> str | dict:
	"""A COUNT for the `fields` of `frappe.get_list`: text on 15, a mapping from 16 on, where text is refused."""
	return f"count(name) as {alias}" if MAJOR < 16 else {"COUNT": "name", "as": alias}
