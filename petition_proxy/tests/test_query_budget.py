"""No step of the path asks the database more than 25 questions, and none asks more for a case that holds more."""

import frappe

from petition_proxy.domain import lifecycle
from petition_proxy.permissions.scope import clear_scopes
from petition_proxy.petition_proxy.doctype.petition_assignment.record import send_assignment
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.query_meter import questions

BUDGET = 25
WHO = {
	"File": "agent@pp.test",
	"Assign": "office@pp.test",
	"Serve": "agent@pp.test",
	"Archive": "office@pp.test",
}
UNIT = "dept@pp.test"


class TestQueryBudget(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()

	def test_every_step_of_the_usual_path_keeps_the_budget(self):
		self.walk(f.make_petition(), lifecycle.usual_path(lifecycle.ARCHIVED))  # fills the caches a site has
		taken = self.walk(f.make_petition(), lifecycle.usual_path(lifecycle.ARCHIVED))
		self.assertEqual(len(taken), len(lifecycle.usual_path(lifecycle.ARCHIVED)))
		over = {action: asked for action, asked in taken.items() if len(asked) > BUDGET}
		self.assertFalse(over, "\n".join(f"{a} ({len(q)}):\n  " + "\n  ".join(q) for a, q in over.items()))

	def test_a_case_with_a_long_story_costs_no_more(self):
		path = lifecycle.usual_path(lifecycle.SERVED)
		self.walk(f.make_petition(), path)
		short = self.walk(f.make_petition(), path)
		doc = f.make_petition()
		long = {}
		for step in path:
			for number in range(20):
				record_event(doc, "Create", doc.workflow_state, doc.workflow_state, f"{number}")
			if step.action == "Reply":
				for unit in (f.DEPT_UNIT_2, f.TOWN_UNIT, f.TOWN_UNIT_2):
					name = send_assignment(doc, unit, frappe.utils.now_datetime(), part="Co-handler")
					frappe.db.set_value("Petition Assignment", name, "status", "Answered")
			long |= self.walk(doc, (step,))
			doc = frappe.get_doc("Petition", doc.name)
		self.assertEqual({a: len(q) for a, q in long.items()}, {a: len(q) for a, q in short.items()})

	def walk(self, doc, path) -> dict[str, list[str]]:
		"""Take steps as the people who would, each on a fresh copy of the case.

		Returns:
			Action to the statements its save sent.
		"""
		taken = {}
		for step in path:
			frappe.set_user("Administrator")
			doc = frappe.get_doc("Petition", doc.name)
			f.prepare(doc, step)
			self.as_user(WHO.get(step.action, UNIT))
			clear_scopes()
			with questions() as asked:
				doc.save()
			taken[step.action] = list(asked)
		frappe.set_user("Administrator")
		clear_scopes()
		return taken
