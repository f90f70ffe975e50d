"""Roles of the app (domain/lifecycle.py lists them)."""

import frappe

from petition_proxy.domain.lifecycle import PORTAL_ROLES, ROLES


def ensure_roles() -> None:
	"""Create missing roles and keep agents and petitioners out of the desk.

	The DocType sync has already made every role named in a permission row, with desk access; a user with
	such a role would become a System User, so the portal roles are corrected here.
	"""
	for name in ROLES:
		desk_access = 0 if name in PORTAL_ROLES else 1
		if not frappe.db.exists("Role", name):
			frappe.get_doc({"doctype": "Role", "role_name": name, "desk_access": desk_access}).insert(
				ignore_permissions=True
			)
		elif frappe.db.get_value("Role", name, "desk_access") != desk_access:
			role = frappe.get_doc("Role", name)
			role.desk_access = desk_access
			role.save(ignore_permissions=True)


def remove_roles() -> None:
	"""Delete the app's roles and whoever holds them; users themselves stay."""
	for name in ROLES:
		frappe.db.delete("Has Role", {"role": name})
		if frappe.db.exists("Role", name):
			frappe.delete_doc("Role", name, ignore_permissions=True, force=True)
