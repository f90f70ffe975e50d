"""Patches that mend what an earlier build wrote: once, and nothing that a district chose."""

import frappe

from petition_proxy.patches.v1_0 import mend_hours, name_holidays
from petition_proxy.setup.calendars import fill_work_calendar, known_years
from petition_proxy.tests.base import AppTestCase

FORM = ("8:30:00", "21:00:00", "8:00:00")


class TestMendHours(AppTestCase):
	def mended(self, *times: str | None) -> tuple[str, ...]:
		frappe.db.delete("Singles", {"doctype": mend_hours.SETTINGS, "field": ("in", mend_hours.HOURS)})
		for field, time in zip(mend_hours.HOURS, times, strict=True):
			if time:
				frappe.db.set_single_value(mend_hours.SETTINGS, field, time)
		mend_hours.execute()
		settings = frappe.get_single(mend_hours.SETTINGS)  # as the delivery of alerts reads them
		return tuple(str(settings.get(field)).lstrip("0") for field in mend_hours.HOURS)

	def test_one_moment_three_times_becomes_the_hours_of_the_form(self):
		self.assertEqual(self.mended(*["14:07:31"] * 3), FORM)
		self.assertEqual(self.mended("14:07:31.998000", "14:07:31.999000", "14:07:32.001000"), FORM)

	def test_a_second_run_changes_nothing(self):
		self.mended(*["14:07:31"] * 3)
		frappe.db.set_single_value(mend_hours.SETTINGS, "digest_at", "09:15:00")
		before = frappe.db.get_singles_dict(mend_hours.SETTINGS)
		mend_hours.execute()
		self.assertEqual(frappe.db.get_singles_dict(mend_hours.SETTINGS), before)

	def test_hours_that_were_chosen_stay(self):
		for chosen in (("7:00:00", "22:30:00", "6:30:00"), ("9:00:00", "21:00:00", "9:00:00")):
			with self.subTest(chosen):
				self.assertEqual(self.mended(*chosen), chosen)

	def test_hours_that_are_not_all_there_are_left_to_the_defaults_of_an_update(self):
		frappe.db.delete("Singles", {"doctype": mend_hours.SETTINGS, "field": ("in", mend_hours.HOURS)})
		frappe.db.set_single_value(mend_hours.SETTINGS, "digest_at", "14:07:31")
		mend_hours.execute()
		stored = frappe.db.get_singles_dict(mend_hours.SETTINGS)
		self.assertEqual({field for field in mend_hours.HOURS if stored.get(field)}, {"digest_at"})


class TestHolidays(AppTestCase):
	def names(self, year: str) -> list[str]:
		return frappe.get_all(
			"Work Calendar Day", {"parent": year}, pluck="holiday_name", order_by="day asc, name asc"
		)

	def test_calendar_is_filled_in_chinese(self):
		year = str(fill_work_calendar(known_years()[-1]).name)
		names = self.names(year)
		self.assertIn("春节", names)
		self.assertEqual([name for name in names if name.isascii()], [])

	def test_english_names_of_an_earlier_build_are_replaced(self):
		year = str(fill_work_calendar(known_years()[-1]).name)
		wanted = self.names(year)
		frappe.db.set_value(
			"Work Calendar Day", {"parent": year, "holiday_name": "春节"}, "holiday_name", "Spring Festival"
		)
		own = frappe.get_all(
			"Work Calendar Day", {"parent": year}, pluck="name", order_by="day asc", limit=1
		)[0]
		frappe.db.set_value("Work Calendar Day", own, "holiday_name", "区庆日")
		name_holidays.execute()
		self.assertEqual(self.names(year), ["区庆日", *wanted[1:]])
