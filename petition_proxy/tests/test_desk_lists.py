"""A list opens for everybody who may read its records, with the titles of the records it links to."""

import frappe

from petition_proxy.domain import lifecycle
from petition_proxy.tests import factories
from petition_proxy.tests.base import AppTestCase

MODULE = "Petition Proxy"
FINANCE_USER = "finance@pp.test"


class TestLists(AppTestCase):
	def setUp(self):
		super().setUp()
		factories.make_district()
		factories.make_user(FINANCE_USER, (lifecycle.FINANCE,))

	def test_list_opens_for_everybody_who_may_read_it(self):
		doctypes = frappe.get_all(
			"DocType",
			filters={"module": MODULE, "istable": 0, "issingle": 0},
			pluck="name",
			order_by="name asc",
		)
		opened, refused = 0, []
		# the petitioner has pages of the website, not the desk
		for user in (*(set(factories.USERS) - {"petitioner@pp.test"}), FINANCE_USER):
			self.as_user(user)
			for doctype in doctypes:
				if not frappe.has_permission(doctype, "read"):
					continue
				opened += 1
				try:
					frappe.get_list(doctype, fields=list_fields(doctype), limit_page_length=1)
				except frappe.PermissionError as error:
					refused.append((user, doctype, str(error)))
		self.assertGreater(opened, 300)
		self.assertEqual(refused, [])


def list_fields(doctype: str) -> list[str]:
	"""What the desk asks for: the columns of the list, and the title of each record that a column links to."""
	fields = ["name"]
	for field in frappe.get_meta(doctype).fields:
		if not field.in_list_view or field.fieldtype != "Link":
			continue
		linked = frappe.get_meta(field.options)
		if linked.show_title_field_in_link and linked.title_field:
			fields.append(f"{field.fieldname}.{linked.title_field} as {field.fieldname}_{linked.title_field}")
	return fields
