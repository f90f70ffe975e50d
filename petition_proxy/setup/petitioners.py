"""What the petitioners' pages need of a site: the technical user they act as, and login by user name."""

import frappe

from petition_proxy.domain.lifecycle import PETITIONER
from petition_proxy.permissions.scope import BEARER_USER


def ensure_petitioner_pages() -> None:
	"""Insert what is missing; a site's own choice of how people log in is only widened, never narrowed."""
	ensure_bearer_user()
	ensure_login_by_name()


def ensure_bearer_user() -> None:
	"""The technical user as whom somebody acts who has proved one case (permissions/bearer.py).

	It has no password and no key, so nobody logs in as it, and without a proved case it sees nothing.
	"""
	if frappe.db.exists("User", BEARER_USER):
		return
	user = frappe.get_doc(
		{
			"doctype": "User",
			"email": BEARER_USER,
			"first_name": "Petitioner by Query Code",
			"username": "petitioner_by_query_code",
			# said outright: where nobody is System Manager yet, Frappe would make a System User one
			"user_type": "Website User",
			"send_welcome_email": 0,
			"roles": [{"role": PETITIONER}],
		}
	)
	user.flags.no_welcome_mail = True
	user.insert(ignore_permissions=True)


def ensure_login_by_name() -> None:
	"""Clause S10: registered name and password. Accounts of petitioners have no mail box, so the name must do."""
	if not frappe.db.get_single_value("System Settings", "allow_login_using_user_name"):
		frappe.db.set_single_value("System Settings", "allow_login_using_user_name", 1)


def remove_bearer_user() -> None:
	"""Leave the user, whom timelines name, without the role and disabled."""
	if frappe.db.exists("User", BEARER_USER):
		frappe.db.set_value("User", BEARER_USER, "enabled", 0)
