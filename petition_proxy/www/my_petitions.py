"""The petitions of an account's petitioner. Each is opened by a button, so that no number stands in an address."""

from typing import Any

import frappe
from frappe import _

from petition_proxy.domain.lifecycle import PETITIONER
from petition_proxy.queries.petitioner_case import own_cases
from petition_proxy.utils.portal import dress, need_login

no_cache = 1


def get_context(context: Any) -> None:
	"""Own petitions, the latest first.

	Raises:
		frappe.Redirect: nobody is logged in.
		frappe.PermissionError: the account is no petitioner's.
	"""
	need_login()
	if PETITIONER not in frappe.get_roles():
		frappe.throw(_("This page is for petitioners. Log in as one."), frappe.PermissionError)
	context.cases = own_cases()
	dress(context, _("My Petitions", context="Portal"), scripts=("portal_petitions.bundle.js",))
