"""What staff find at the desk beside petition work: nothing. Frappe's own workspaces are for who manages the site."""

import frappe

MODULE = "Petition Proxy"
PROFILE = "Petition Work"


def ensure_module_profile() -> None:
	"""A module profile that shows this app's workspaces only; a clerk chooses it for an account, and may change it."""
	if frappe.db.exists("Module Profile", PROFILE):
		return
	others = frappe.get_all("Module Def", {"name": ["!=", MODULE]}, pluck="name", order_by="name")
	frappe.get_doc(
		{
			"doctype": "Module Profile",
			"module_profile_name": PROFILE,
			"block_modules": [{"module": module} for module in others],
		}
	).insert(ignore_permissions=True)
