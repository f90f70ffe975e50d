"""The directory on paper, for the wall of the reception hall: all villages, only what the public page shows."""

import frappe
from frappe import _
from frappe.utils import getdate

from petition_proxy.queries import directory
from petition_proxy.queries.coverage import read_towns
from petition_proxy.utils.portal import dress

no_cache = 1


def get_context(context) -> None:
	"""Tables of one town, or of all towns of the district.

	Raises:
		frappe.PermissionError: only staff may take out the whole list at once.
	"""
	if not frappe.has_permission("Proxy Agent", "report"):
		frappe.throw(_("Only staff may print the whole directory."), frappe.PermissionError)
	district = frappe.db.get_single_value("Petition Proxy Settings", "district")
	towns = read_towns(district)
	asked = str(frappe.form_dict.get("town") or "")[:140]
	context.town = next((town.region_name for town in towns if asked in (town.name, town.region_name)), "")
	context.towns = [town.region_name for town in towns]
	code = next((town.name for town in towns if town.region_name == context.town), None)
	context.district_name = frappe.db.get_value("Region", district, "region_name") if district else ""
	villages = directory.read_villages(getdate(), town=code, district=district, max_agents=None)
	context.sheets = [
		{"town_name": name, "villages": [row for row in villages if row["town_name"] == name]}
		for name in ([context.town] if context.town else context.towns)
	]
	context.sheets = [sheet for sheet in context.sheets if sheet["villages"]]
	context.today = frappe.format(getdate(), "Date")
	dress(
		context,
		_("Proxy Agents and Service Points"),
		scripts=("portal_print.bundle.js",),
		css_class="sheet",
	)
