"""Numbers of Petition Proxy Settings, with the DocType's default where a site has not set one."""

import frappe
from frappe.utils import cast


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
