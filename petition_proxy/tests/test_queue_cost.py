"""What a list costs that a role opens from its workspace: counted, for the first page as the desk asks for it."""

import frappe
from frappe.desk.reportview import get as list_page

from petition_proxy.domain import lifecycle
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.bench_queues import ROLES, page_of, queues_of
from petition_proxy.utils.query_meter import questions

MOST_QUERIES = 30
FIELDS = ("name", "subject", "workflow_state", "due_at", "handling_unit")
PEOPLE = {
	lifecycle.VILLAGE: "village@pp.test",
	lifecycle.TOWN: "town@pp.test",
	lifecycle.DEPARTMENT: "dept@pp.test",
	lifecycle.HEAD: "head@pp.test",
	lifecycle.OFFICE: "office@pp.test",
	lifecycle.CLERK: "clerk@pp.test",
	lifecycle.LEADER: "leader@pp.test",
	lifecycle.AUDITOR: "auditor@pp.test",
}


class TestQueueCost(AppTestCase):
	def test_every_role_has_lists_of_cases(self):
		for role in ROLES:
			with self.subTest(role):
				self.assertGreaterEqual(len(queues_of(role)), 3)

	def test_no_list_of_a_role_needs_thirty_queries(self):
		for role, person in PEOPLE.items():
			for queue in queues_of(role):
				with self.subTest(role=role, queue=queue.name):
					self.as_user(person)
					frappe.local.form_dict = frappe._dict(page_of(queue, FIELDS, 20))
					list_page()  # the first time reads what a worker knows afterwards
					with questions() as asked:
						list_page()
					self.assertTrue(asked)
					self.assertLess(len(asked), MOST_QUERIES)
