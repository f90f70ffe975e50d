"""Defaults of the settings, written where still empty."""

import frappe
from frappe.utils import cast

from petition_proxy.setup.masters import read_fixture


def ensure_settings() -> None:
	"""Fill what the DocType gives as default; district and petition office stay for the clerk to choose."""
	settings = frappe.get_single("Petition Proxy Settings")
	# asked of the table, because Frappe hands a time that was never saved out as the present moment
	stored = frappe.db.get_singles_dict(settings.doctype)
	for df in settings.meta.fields:
		if df.default and not stored.get(df.fieldname):
			settings.set(df.fieldname, cast(df.fieldtype, df.default))
	add_letter_words(settings)
	settings.save(ignore_permissions=True)


def add_letter_words(settings) -> None:
	"""The word of each kind of letter that has none yet."""
	known = {row.kind for row in settings.letter_words}
	for row in read_fixture("letter_words"):
		if row["kind"] not in known:
			settings.append("letter_words", row)
