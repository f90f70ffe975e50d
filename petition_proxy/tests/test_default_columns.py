"""Report Builder and lists open with columns that say something, on every record type of the app."""

import frappe
from frappe.desk.reportview import get_form_params

from petition_proxy.tests.base import AppTestCase

LEAST, MOST = 4, 8
SHOWN = (
	"Section Break",
	"Column Break",
	"Tab Break",
	"Table",
	"Table MultiSelect",
	"HTML",
	"Button",
	"Signature",
)


class TestDefaultColumns(AppTestCase):
	def doctypes(self) -> list:
		"""Records that have a list: children and settings have none."""
		names = frappe.get_all(
			"DocType",
			filters={"module": "Petition Proxy", "istable": 0, "issingle": 0},
			pluck="name",
			order_by="name asc",
		)
		return [frappe.get_meta(name) for name in names]

	def test_every_list_has_four_to_eight_columns(self):
		wrong = {}
		for meta in self.doctypes():
			columns = [df.fieldname for df in meta.fields if df.in_list_view]
			fields = [df for df in meta.fields if df.fieldtype not in SHOWN and not df.hidden]
			if not min(LEAST, len(fields)) <= len(columns) <= MOST:
				wrong[meta.name] = columns
		self.assertGreater(len(self.doctypes()), 50)
		self.assertFalse(wrong)

	def test_no_default_column_is_sealed_long_or_of_a_higher_level(self):
		for meta in self.doctypes():
			for df in meta.fields:
				if df.in_list_view:
					self.assertFalse(df.permlevel, f"{meta.name}.{df.fieldname}")
					self.assertFalse(df.fieldname.startswith("sealed_"), f"{meta.name}.{df.fieldname}")
					self.assertNotIn(
						df.fieldtype, (*SHOWN, "Text", "Long Text", "JSON"), f"{meta.name}.{df.fieldname}"
					)
			if meta.title_field:
				self.assertTrue(meta.has_field(meta.title_field), meta.name)

	def test_report_builder_opens_with_these_columns(self):
		"""What the desk asks for at first, for everybody who may report."""
		for meta in self.doctypes():
			columns = ["name", *(df.fieldname for df in meta.fields if df.in_list_view)]
			frappe.local.form_dict = frappe._dict(
				doctype=meta.name,
				fields=frappe.as_json([f"`tab{meta.name}`.`{c}`" for c in columns]),
				filters="[]",
				view="Report",
				order_by=f"`tab{meta.name}`.`creation` desc",
			)
			params = get_form_params()
			self.assertEqual(len(params.fields), len(columns), meta.name)
			frappe.get_list(meta.name, fields=columns, limit=1, order_by="creation desc")
