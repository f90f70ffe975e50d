"""A report on paper says what it is, of which period and place, and as of when; and printing it leaves a record."""

import frappe

from petition_proxy.api import printing as api
from petition_proxy.printing.lists import report_html
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase

ASKED = {"from_date": "2026-01-01", "to_date": "2026-12-31", "town": f.TOWN}


class TestReportPaper(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		f.make_petition("Handling")

	def test_head_names_report_period_place_and_moment(self):
		self.as_user("office@pp.test")
		html, lines = report_html("Workload by Unit", ASKED, "en")
		self.assertGreater(lines, 0)
		for text in (
			"Workload by Unit",
			"2026-01-01",
			"2026-12-31",
			"清溪镇",
			"云江区信访办",
			"As of:",
			"云江区住建委",
		):
			self.assertIn(text, html)

	def test_nothing_typed_is_run_or_shown(self):
		frappe.db.set_value("Handling Unit", f.DEPT_UNIT, "unit_name", "<script>alert(1)</script>")
		self.as_user("office@pp.test")
		html, _lines = report_html("Workload by Unit", {**ASKED, "source": "林婆婆"}, "en")
		self.assertNotIn("<script>alert", html)
		self.assertNotIn("林婆婆", html)

	def test_every_report_of_the_app_can_be_printed(self):
		self.as_user("office@pp.test")
		for name in frappe.get_all("Report", {"module": "Petition Proxy"}, pluck="name", order_by="name asc"):
			html, _lines = report_html(name, {}, "en")
			self.assertIn(name, html)

	def test_printing_is_on_record_and_needs_the_right(self):
		self.as_user("office@pp.test")
		api.get_report_paper("Workload by Unit", ASKED)
		self.assertTrue(frappe.response.filecontent.startswith(b"%PDF"))
		record = frappe.get_all(
			"Access Record",
			filters={"act": "Print", "user": "office@pp.test"},
			fields=["document", "conditions"],
			order_by="creation desc",
		)[0]
		self.assertEqual(record.document, "Workload by Unit")
		self.assertIn(f"town = {f.TOWN}", record.conditions)
		with self.assertRaises(frappe.DoesNotExistError):
			api.get_report_paper("Permitted Documents For User")
		self.as_user("agent@pp.test")
		with self.assertRaises(frappe.PermissionError):
			api.get_report_paper("Workload by Unit", ASKED)
