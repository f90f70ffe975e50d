"""The indexes the queues and the sweep live on: there, used, and safe from the next migrate."""

import frappe

from petition_proxy.patches.v1_0 import index_urgent_cases
from petition_proxy.setup.indexes import INDEXES, ensure_indexes
from petition_proxy.tests.base import AppTestCase, FrameworkTestCase


class TestIndexes(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		ensure_indexes()

	def test_migrate_leaves_them_alone(self):
		for doctype, indexes in INDEXES.items():
			fields = {df.fieldname: df for df in frappe.get_meta(doctype).fields}
			for name, columns in indexes:
				is_declared = len(columns) == 1 and fields[columns[0]].search_index
				self.assertTrue(len(columns) > 1 or is_declared, f"{doctype} {name}")

	def test_all_are_there(self):
		for doctype, indexes in INDEXES.items():
			present = {row.Key_name for row in frappe.db.sql(f"show index from `tab{doctype}`", as_dict=True)}
			self.assertLessEqual({f"{name}_index" for name, _columns in indexes}, present)

	def test_sweep_and_first_page_read_by_index(self):
		for query, index in (
			("select name from `tabPetition` order by queue_key limit 20", "queue_index"),
			(
				"select name from `tabPetition` where next_action_at <= now() "
				"order by next_action_at, name limit 1000",
				"next_action_index",
			),
		):
			(plan,) = frappe.db.sql(f"explain {query}", as_dict=True)
			self.assertEqual(plan.key, index, query)
			self.assertNotIn("filesort", plan.Extra)


class TestPatch(FrameworkTestCase):
	"""No savepoint here: changing a table commits."""

	def test_a_running_site_gets_the_index_of_urgent_cases(self):
		frappe.db.sql_ddl("alter table `tabPetition` drop index urgent_queue_index")
		for _time in range(2):  # a patch can run twice
			index_urgent_cases.execute()
			self.assertTrue(frappe.db.has_index("tabPetition", "urgent_queue_index"))
