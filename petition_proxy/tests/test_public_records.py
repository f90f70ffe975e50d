"""Notices, cases told without names, and figures by month: what guests see, and what can never be published."""

import frappe
from frappe.utils import add_days, getdate, now_datetime, today

from petition_proxy.domain import lifecycle
from petition_proxy.jobs.monthly_figures import compute_monthly_figures
from petition_proxy.petition_proxy.doctype.public_notice.public_notice import (
	EmptyNoticeError,
	NoticeDatesError,
)
from petition_proxy.petition_proxy.doctype.told_case.told_case import NotToldError
from petition_proxy.queries import public_pages
from petition_proxy.tests import factories as make
from petition_proxy.tests.base import AppTestCase


class PublicTestCase(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make.make_district()
		cls.category = frappe.get_all(
			"Petition Category", {"is_restricted": 0}, pluck="name", order_by="name"
		)[0]

	def told(self, **values):
		return frappe.get_doc(
			{
				"doctype": "Told Case",
				"title": "路灯修好了",
				"asked": "路灯不亮。",
				"done": "换了新灯。",
				"days_taken": 3,
				"category": self.category,
				"is_published": 1,
				"has_consent": 1,
				"consented_on": today(),
				**values,
			}
		)

	def notice(self, **values):
		return frappe.get_doc(
			{
				"doctype": "Public Notice",
				"title": "开放时间",
				"text": "<p>照常开放。</p>",
				"published_from": today(),
				"is_published": 1,
				**values,
			}
		)


class TestNotices(PublicTestCase):
	def shown(self) -> list[str]:
		return [row["title"] for row in public_pages._read_notices(getdate())]

	def test_only_what_is_published_today_is_shown(self):
		for title, values in (
			("今天", {}),
			("草稿", {"is_published": 0}),
			("明天", {"published_from": add_days(today(), 1)}),
			("过期", {"published_from": add_days(today(), -9), "published_to": add_days(today(), -1)}),
		):
			self.notice(title=title, **values).insert()
		self.assertIn("今天", self.shown())
		self.assertFalse({"草稿", "明天", "过期"} & set(self.shown()))

	def test_scripts_and_pictures_are_taken_out(self):
		notice = self.notice(
			text='<p onclick="x()">看<script>alert(1)</script><img src=x onerror=y><a href="javascript:z()">里</a></p>'
		).insert()
		for word in ("script", "onclick", "onerror", "img", "javascript"):
			self.assertNotIn(word, notice.text)
		self.assertRaises(EmptyNoticeError, self.notice(text="<img src=x>").insert)
		self.assertRaises(NoticeDatesError, self.notice(published_to=add_days(today(), -1)).insert)

	def test_only_the_office_writes_and_no_guest_reads_the_records(self):
		with self.set_user("office@pp.test"):
			self.notice(title="信访办写的").insert()
		for user in ("town@pp.test", "agent@pp.test", "Guest"):
			with self.set_user(user), self.assertRaises(frappe.PermissionError, msg=user):
				self.notice(title="别人写的").insert()
		with self.set_user("Guest"), self.assertRaises(frappe.PermissionError):
			frappe.get_list("Public Notice")


class TestToldCases(PublicTestCase):
	def test_published_with_consent_and_taken_back_at_any_time(self):
		doc = self.told(title="公开的事例").insert()
		self.assertIn("公开的事例", [row["title"] for row in public_pages.told_cases()])
		doc.is_published = 0
		doc.save()
		frappe.cache.delete_keys("petition_proxy")
		self.assertNotIn("公开的事例", [row["title"] for row in public_pages.told_cases()])
		self.assertRaises(NotToldError, self.told(has_consent=0).insert)
		self.assertRaises(NotToldError, self.told(consented_on=None).insert)

	def test_names_and_numbers_are_found_in_the_text(self):
		case = make.make_petition(lifecycle.CLOSED, subject="修路灯")
		person, agent = case.petitioner_name, frappe.db.get_value("Proxy Agent", case.agent, "agent_name")
		self.told(petition=case.name).insert()
		for text in (
			f"{person}家门口不亮。",
			f"代理员{agent}来了。",
			f"编号{case.name}。",
			"电话13912345678。",
		):
			with self.assertRaises(NotToldError, msg=text):
				self.told(petition=case.name, asked=text).insert()

	def test_some_cases_are_never_told(self):
		for values in (
			{"petition_kind": "Report and Accusation"},
			{"wants_secrecy": 1},
			{"accused_name": "某某"},
		):
			case = make.make_petition(lifecycle.CLOSED, subject="不能公开", **values)
			with self.assertRaises(NotToldError, msg=str(values)):
				self.told(petition=case.name).insert()
		still_open = make.make_petition(lifecycle.HANDLING, subject="还没办完")
		self.assertRaises(NotToldError, self.told(petition=still_open.name).insert)

	def test_an_office_that_may_not_see_the_case_cannot_link_it(self):
		case = make.make_petition(lifecycle.CLOSED, subject="别处的件")
		for user in ("town2@pp.test", "agent2@pp.test", "Guest"):
			with self.set_user(user), self.assertRaises(frappe.PermissionError, msg=user):
				self.told(petition=case.name).insert()


class TestMonthlyFigures(PublicTestCase):
	def test_nothing_is_counted_or_shown_while_they_are_off(self):
		frappe.db.set_single_value("Petition Proxy Settings", "show_monthly_figures", 0)
		frappe.db.delete("Monthly Figure")
		frappe.clear_document_cache("Petition Proxy Settings", "Petition Proxy Settings")
		compute_monthly_figures(commit=False)
		self.assertEqual(frappe.db.count("Monthly Figure"), 0)
		self.assertFalse(public_pages.shows_figures())

	def test_the_same_day_twice_gives_the_same_rows(self):
		frappe.db.set_single_value("Petition Proxy Settings", "show_monthly_figures", 1)
		frappe.clear_document_cache("Petition Proxy Settings", "Petition Proxy Settings")
		case = make.make_petition(lifecycle.HANDLING, subject="上个月登记")
		case.db_set("registered_at", add_days(now_datetime().replace(day=1), -3))

		def rows():
			compute_monthly_figures(commit=False)
			return frappe.get_all(
				"Monthly Figure",
				["month", "region", "indicator", "counted", "total"],
				order_by="month, region, indicator",
			)

		first = rows()
		self.assertTrue(first)
		self.assertEqual(rows(), first)
