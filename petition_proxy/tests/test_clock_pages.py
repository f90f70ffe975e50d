"""What the clocks show: the agent's page, the reports, the permissions of the new records, the patch."""

import frappe
from frappe.utils import get_datetime, getdate, now_datetime
from frappe.website.serve import get_response

from petition_proxy.domain import lifecycle
from petition_proxy.jobs.deadline_sweep import alert_key
from petition_proxy.patches.v1_0 import add_clock_records
from petition_proxy.petition_proxy.doctype.extension_request import acts as extensions
from petition_proxy.petition_proxy.doctype.review_request import acts as reviews
from petition_proxy.petition_proxy.doctype.supervision_order import acts as supervision
from petition_proxy.petition_proxy.report.supervision_by_unit.supervision_by_unit import (
	execute as supervision_by_unit,
)
from petition_proxy.petition_proxy.report.to_be_told.to_be_told import execute as to_be_told
from petition_proxy.tests import factories as f
from petition_proxy.tests.alert_cases import DUE, put_cases
from petition_proxy.tests.clock_cases import ClockTestCase
from petition_proxy.utils.rules import clear_limits
from petition_proxy.www.to_be_told import get_context


class TestAgentPage(ClockTestCase):
	def page(self, user: str) -> str:
		self.as_user(user)
		try:
			return get_response("to-be-told").get_data(as_text=True)
		finally:
			self.as_user("Administrator")

	def test_agent_finds_own_cases_with_what_to_tell_and_nothing_is_run(self):
		mine = f.make_petition(lifecycle.RECEIVED, subject="<script>alert(1)</script>征地补偿")
		html = self.page("agent@pp.test")
		self.assertIn(mine.name, html)
		self.assertEqual(html.count(f'data-petition="{mine.name}"'), 1)
		self.assertNotIn("<script>alert(1)", html)

	def test_other_agent_and_guest_find_nothing(self):
		mine = f.make_petition(lifecycle.REGISTERED)
		f.make_agent("agent2@pp.test", f.VILLAGE_2)
		self.assertNotIn(mine.name, self.page("agent2@pp.test"))
		self.as_user("Guest")
		self.assertRaises(frappe.Redirect, get_context, frappe._dict())  # to the login page


class TestReports(ClockTestCase):
	def test_list_to_tell_shows_each_office_its_own(self):
		doc = f.make_petition(lifecycle.REGISTERED)
		frappe.db.set_value("Progress Notice", {"petition": doc.name}, "tell_by", DUE)
		for user, sees in (
			("village@pp.test", True),
			("town@pp.test", True),
			("town2@pp.test", False),
			("dept@pp.test", False),
		):
			self.as_user(user)
			_columns, rows, _message = to_be_told({"late_only": 1})
			self.assertEqual(doc.name in {row.petition for row in rows}, sees, user)

	def test_supervision_counts_follow_the_scope(self):
		frappe.db.set_value("Statutory Limit", {"limit_code": "Supervision"}, "day_kind", "Natural Day")
		clear_limits()
		doc = f.make_petition(lifecycle.HANDLING)
		supervision.issue_order(doc.name, "Letter", "Wrong Procedure", "请纠正")
		today = {"from_date": getdate(), "to_date": getdate()}
		self.as_user("office@pp.test")
		_columns, rows, *_rest = supervision_by_unit(today)
		row = next(r for r in rows if r.get("unit") == f.DEPT_UNIT)
		self.assertGreaterEqual(row.letter, 1)
		self.as_user("dept2@pp.test")
		_columns, rows, *_rest = supervision_by_unit(today)
		self.assertEqual(rows, [])
		self.assertRaises(
			frappe.ValidationError, supervision_by_unit, {"from_date": "2024-02-01", "to_date": "2024-01-01"}
		)


class TestAccusedSeesNothing(ClockTestCase):
	"""Invariant 3 for the records of this area: list and document."""

	def test_no_record_of_the_case_reaches_the_accused_unit(self):
		frappe.db.set_value("Statutory Limit", {"limit_code": "Supervision"}, "day_kind", "Natural Day")
		clear_limits()
		doc = f.make_petition(lifecycle.HANDLING)
		request = extensions.ask_extension(doc.name, 5, "情况复杂")
		order = supervision.issue_order(doc.name, "Letter", "Wrong Procedure", "请纠正")
		doc.reload()
		for action in ("Reply", "Serve"):
			f.walk(doc, action)
		review = reviews.ask_review(doc.name, "不服", "Line Superior")
		names = {
			"Extension Request": request,
			"Supervision Order": order,
			"Review Request": review,
			"Progress Notice": frappe.db.get_value("Progress Notice", {"petition": doc.name}),
		}
		for user, unit in (("town@pp.test", f.TOWN_UNIT), ("city@pp.test", "T-CITY-DEPT")):
			doc.db_set("accused_unit", None)
			self.check(names, user, True)
			doc.db_set("accused_unit", unit)
			self.check(names, user, False)

	def check(self, names: dict, user: str, sees: bool) -> None:
		self.as_user(user)
		for doctype, name in names.items():
			got = name in frappe.get_list(doctype, pluck="name", limit_page_length=0)
			self.assertEqual(got, sees, (user, doctype))
			self.assertEqual(frappe.get_doc(doctype, name).has_permission("read"), sees, (user, doctype))
		self.as_user("Administrator")


class TestPatch(ClockTestCase):
	def test_old_keys_of_alerts_become_those_the_sweep_would_make(self):
		(name,) = put_cases()
		rule = frappe.get_all("Alert Rule", pluck="name", limit=1, order_by="name")[0]
		for recipient, due in (("dept@pp.test", DUE), (None, DUE), ("head@pp.test", now_datetime())):
			frappe.get_doc(
				{
					"doctype": "Alert",
					"petition": name,
					"rule": rule,
					"round": 1,
					"recipient": recipient,
					"channel": "Desk",
					"fired_at": DUE,
					"due_at": due,
					"status": "Sent",
					"alert_key": f"old-{recipient}",
				}
			).insert(ignore_permissions=True)
		for _i in range(2):  # runs twice without harm
			add_clock_records.date_the_alert_keys()
		for alert in frappe.get_all("Alert", {"petition": name}, ["*"], order_by="name"):
			expected = alert_key(
				name, rule, alert.round, alert.recipient, alert.channel, get_datetime(alert.due_at)
			)
			self.assertEqual(alert.alert_key, expected)

	def test_system_manager_reads_none_of_the_case_records(self):
		for doctype in (
			"Extension Request",
			"Progress Notice",
			"Supervision Order",
			"Review Request",
			"Improvement Advice",
		):
			perms = frappe.get_meta(doctype).permissions
			roles = {perm.role for perm in perms}
			self.assertFalse(roles & {"System Manager", "All", "Guest", "Desk User"}, doctype)
			self.assertFalse([perm.role for perm in perms if perm.delete], doctype)
