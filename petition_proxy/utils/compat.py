"""The one place that knows that Frappe versions differ."""

import frappe


def grouped_counts(doctype: str, alias: str, fields: tuple[str, ...] = (), **kwargs) -> list:
	"""`frappe.get_list` with a COUNT of the rows the session's user may see.

	15 takes the function as text; from some 16 on text is refused and a mapping is asked for.

	Args:
		doctype: record type.
		alias: name of the count in the rows.
		fields: columns beside it, to be grouped by.
		kwargs: passed on to `frappe.get_list`.
	"""
	try:
		return frappe.get_list(doctype, fields=[*fields, f"count(name) as {alias}"], order_by=None, **kwargs)
	except frappe.ValidationError:
		return frappe.get_list(
			doctype, fields=[*fields, {"COUNT": "name", "as": alias}], order_by=None, **kwargs
		)
