"""What records beside a case share: reading the case, and who may write them."""

import frappe
from frappe import _

from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.petition import steps


def read_case(petition: str):
	"""The petition of a record, for whoever may read it.

	Raises:
		frappe.PermissionError: out of the user's scope.
	"""
	doc = frappe.get_doc("Petition", petition)
	doc.check_permission("read")
	return doc


def require_petition_office(case) -> None:
	"""Only the petition office of the district writes this record.

	Raises:
		frappe.PermissionError: somebody else does.
	"""
	scope = get_scope()
	if not (scope.sees_all or steps.is_district_office(case, scope)):
		frappe.throw(
			_("Only the petition office of the district coordinates a case."), frappe.PermissionError
		)
