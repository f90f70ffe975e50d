"""No step of the path asks the database more than 25 questions, and none asks more for a case that holds more."""

import frappe

from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.petition_assignment.record import send_assignment
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event
from petition_proxy.tests import factories as f
from petition_proxy.tests import step_meter
from petition_proxy.tests.base import AppTestCase


class TestQueryBudget(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()

	def test_every_step_of_the_table_keeps_the_budget(self):
		over = {}
		measured = set()
		for step in step_meter.steps_to_measure():
			step_meter.count(step_meter.make_ready(step), step)  # fills the caches a site has
			asked = step_meter.count(step_meter.make_ready(step), step)
			self.assertTrue(asked, step.action)  # a meter that hears nothing would find every step cheap
			measured.add(step.action)
			if len(asked) > step_meter.BUDGET:
				over[f"{step.action} from {step.source} ({len(asked)})"] = asked
		self.assertEqual(measured | step_meter.LEFT_OUT, {t.action for t in lifecycle.TRANSITIONS})
		self.assertFalse(over, "\n".join(f"{a}:\n  " + "\n  ".join(q) for a, q in over.items()))

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
		self.assertEqual(long, short)

	def walk(self, doc, path) -> dict[str, int]:
		asked = {step.action: len(step_meter.count(doc, step)) for step in path}
		self.assertTrue(all(asked.values()), asked)
		return asked
