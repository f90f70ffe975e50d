"""Defaults of the settings, written where still empty."""

import frappe
from frappe.utils import cast


def ensure_settings() -> None:
	"""Fill what the DocType gives as default; district and petition office stay for the clerk to choose."""
	settings = frappe.get_single("Petition Proxy Settings")
	# asked of the table, because Frappe hands a time that was never saved out as the present moment
	stored = frappe.db.get_singles_dict(settings.doctype)
	for df in settings.meta.fields:
		if df.default and not stored.get(df.fieldname):
			settings.set(df.fieldname, cast(df.fieldtype, df.default))
	settings.save(ignore_permissions=True)
