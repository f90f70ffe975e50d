"""Meeting records and reports upward: by the petition office, several per case, kept, out of the accused's sight."""

import frappe
from frappe.utils import add_days, now_datetime, today

from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.coordination_meeting.coordination_meeting import MeetingError
from petition_proxy.petition_proxy.doctype.upward_report.upward_report import UpwardReportError
from petition_proxy.tests import channel_cases as c
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.append_only import AppendOnlyError


class CoordinationTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		c.make_city_body()
		self.case = f.make_petition(lifecycle.RECEIVED, accused_unit=f.TOWN_UNIT_2)

	def meet(self, user: str = "office@pp.test", **values):
		self.as_user(user)
		return frappe.get_doc(
			{
				"doctype": "Coordination Meeting",
				"petition": self.case.name,
				"held_at": add_days(now_datetime(), -1),
				"place": "区信访办三楼会议室",
				"host_unit": f.OFFICE_UNIT,
				"units": [
					{"handling_unit": f.DEPT_UNIT},
					{"handling_unit": f.DEPT_UNIT_2, "task": "核对社保"},
				],
				"decisions": "由住建委牵头，人社局协办。",
				**values,
			}
		).insert()

	def report(self, user: str = "office@pp.test", **values):
		self.as_user(user)
		return frappe.get_doc(
			{
				"doctype": "Upward Report",
				"petition": self.case.name,
				"city_body": c.CITY_UNIT,
				"sent_on": today(),
				"summary": "缴费网点由市级公司统一设置，请协调。",
				**values,
			}
		).insert()


class TestCoordinationMeeting(CoordinationTestCase):
	def test_several_per_case_each_on_the_timeline_with_its_number(self):
		first, second = self.meet(), self.meet(decisions="继续推进。")
		self.assertTrue(first.name.startswith("HY-990199-"))
		self.assertNotEqual(first.name, second.name)
		self.assertEqual(first.round, 1)
		self.assertEqual(c.events_of(self.case.name).count("Coordination Meeting"), 2)

	def test_only_the_petition_office_writes_it(self):
		for user in ("town@pp.test", "dept@pp.test", "head@pp.test", "leader@pp.test", "village@pp.test"):
			with self.assertRaises(frappe.PermissionError):
				self.meet(user)
		record = self.meet()
		for user in ("town@pp.test", "dept@pp.test"):
			self.as_user(user)
			fresh = frappe.get_doc("Coordination Meeting", record.name)
			fresh.decisions = "改写"
			self.assertRaises(frappe.PermissionError, fresh.save)

	def test_read_with_the_case_and_not_by_the_accused(self):
		record = self.meet()
		for user, sees in (
			("dept@pp.test", True),
			("town@pp.test", True),
			("town2@pp.test", False),
			("dept2@pp.test", False),
		):
			self.as_user(user)
			self.assertEqual(bool(frappe.get_list("Coordination Meeting", pluck="name")), sees, user)
			self.assertEqual(
				bool(frappe.get_doc("Coordination Meeting", record.name).has_permission("read")), sees, user
			)

	def test_accused_unit_neither_attends_nor_hosts(self):
		for values in ({"units": [{"handling_unit": f.TOWN_UNIT_2}]}, {"host_unit": f.TOWN_UNIT_2}):
			with self.assertRaises(MeetingError):
				self.meet(**values)

	def test_not_in_the_future_and_no_unit_twice(self):
		for values in (
			{"held_at": add_days(now_datetime(), 1)},
			{"units": [{"handling_unit": f.DEPT_UNIT}, {"handling_unit": f.DEPT_UNIT}]},
		):
			with self.assertRaises(MeetingError):
				self.meet(**values)

	def test_never_deleted_and_never_moved_to_another_case(self):
		record = self.meet()
		frappe.set_user("Administrator")
		self.assertRaises(AppendOnlyError, record.delete)
		record.petition = f.make_petition(lifecycle.REGISTERED).name
		self.assertRaises(frappe.CannotChangeConstantError, record.save)


class TestUpwardReport(CoordinationTestCase):
	def test_sent_and_answered_on_the_timeline(self):
		record = self.report(reference_no="云信报〔2026〕3号")
		self.assertTrue(record.name.startswith("SB-990199-"))
		self.assertEqual(record.sent_by, "office@pp.test")
		record.answered_on, record.answer_text, record.answer_no = (
			today(),
			"同意设置自助缴费点。",
			"市住建函8号",
		)
		record.save()
		events = c.events_of(self.case.name)
		self.assertEqual(events[-2:], ["Report Upward", "Answer from Above"])
		record.save()
		self.assertEqual(c.events_of(self.case.name), events)

	def test_to_a_city_body_only(self):
		with self.assertRaises(UpwardReportError):
			self.report(city_body=f.DEPT_UNIT)

	def test_dates_out_of_order_and_half_an_answer(self):
		for values in (
			{"sent_on": add_days(today(), 1)},
			{"sent_on": add_days(today(), -5)},
			{"answer_wanted_by": add_days(today(), -1)},
			{"answered_on": add_days(today(), -1), "answer_text": "同意"},
			{"answered_on": add_days(today(), 1), "answer_text": "同意"},
			{"answered_on": today()},
			{"answer_text": "同意"},
		):
			with self.assertRaises(UpwardReportError, msg=values):
				self.report(**values)

	def test_what_was_sent_and_answered_stands(self):
		record = self.report()
		record.summary = "改写"
		self.assertRaises(UpwardReportError, record.save)
		record.reload()
		record.answered_on, record.answer_text = today(), "同意"
		record.save()
		record.answer_text = "不同意"
		self.assertRaises(UpwardReportError, record.save)
		record.reload()
		record.answered_on = None
		self.assertRaises(UpwardReportError, record.save)

	def test_only_the_petition_office_and_never_deleted(self):
		for user in ("town@pp.test", "dept@pp.test"):
			with self.assertRaises(frappe.PermissionError):
				self.report(user)
		record = self.report()
		frappe.set_user("Administrator")
		self.assertRaises(AppendOnlyError, record.delete)
		self.as_user("town2@pp.test")
		self.assertFalse(frappe.get_list("Upward Report", pluck="name"))
