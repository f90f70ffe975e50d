"""Master records: what every site starts with, and what may be changed once cases were measured by it."""

from datetime import date, datetime, timedelta

import frappe
from chinese_calendar import constants
from frappe.utils import add_to_date, getdate, now_datetime

from petition_proxy.domain.alerts import CLOCKS
from petition_proxy.domain.deadlines import LimitRule, NoRuleError, due_at
from petition_proxy.domain.workdays import MissingYearError
from petition_proxy.jobs import work_calendar as calendar_job
from petition_proxy.jobs.alert_rules import active_rules, clear_rules
from petition_proxy.petition_proxy.doctype.work_calendar.work_calendar import (
	CalendarDayError,
	fill,
	get_missing_years,
)
from petition_proxy.setup import masters
from petition_proxy.setup.calendars import fill_work_calendar, known_years
from petition_proxy.setup.settings import ensure_settings
from petition_proxy.tests import factories
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.calendar import clear_calendar, get_calendar
from petition_proxy.utils.rules import OverlapError, RuleInUseError, clear_limits, get_limit_rule

LAST_DAY_OF_2005_RULES, FIRST_DAY_OF_2022_RULES = date(2022, 4, 30), date(2022, 5, 1)


class MasterTestCase(AppTestCase):
	"""Leaves no rule of a rolled-back test in the cache."""

	def setUp(self):
		super().setUp()
		factories.make_district()
		for clear in (clear_limits, clear_calendar, clear_rules):
			clear()
			self.addCleanup(clear)


class TestSeeds(MasterTestCase):
	def test_starter_categories_are_a_sound_tree(self):
		frappe.db.delete("Petition Category")
		masters.ensure_categories()
		rows = frappe.get_all(
			"Petition Category",
			fields=[
				*("name", "category_name", "parent_petition_category as parent", "path", "level_no"),
				*("is_group", "is_restricted", "lft", "rgt"),
			],
			order_by="lft asc",
		)
		by_name = {row.name: row for row in rows}
		self.assertEqual(
			[sum(row.level_no == level for row in rows) for level in (1, 2, 3)],
			[17, 112, 0],
		)
		self.assertEqual(sorted(x for r in rows for x in (r.lft, r.rgt)), list(range(1, 2 * len(rows) + 1)))
		for row in rows:
			self.assertLess(row.lft, row.rgt)
			if row.level_no == 1:
				self.assertEqual((row.path, row.is_group), (row.category_name, 1))
				continue
			parent = by_name[row.parent]
			self.assertEqual(row.path, f"{parent.path}/{row.category_name}")
			self.assertTrue(parent.lft < row.lft and row.rgt < parent.rgt, row.path)
		restricted = {row.path.split("/")[0] for row in rows if row.is_restricted}
		self.assertEqual(restricted, {"纪检监察"})
		self.assertEqual(sum(row.is_restricted for row in rows), 6)

	def test_categories_of_a_site_are_left_alone(self):
		frappe.db.delete("Petition Category")
		own = frappe.get_doc({"doctype": "Petition Category", "category_name": "本区专项"}).insert()
		masters.ensure_masters()
		self.assertEqual(frappe.get_all("Petition Category", pluck="name"), [own.name])

	def test_missing_rows_come_back_and_edited_ones_stay(self):
		edited = frappe.get_doc("Reply Class", factories.reply_class("G"))
		edited.db_set("class_name", "普通事项")
		frappe.db.delete("Alert Rule", {"rule_code": "PROMISE-WARN"})
		frappe.db.set_value("Alert Rule", "PROMISE-DUE", "offset_hours", 12)
		count = frappe.db.count("Reply Class")
		masters.ensure_masters()
		self.assertEqual(frappe.db.get_value("Reply Class", edited.name, "class_name"), "普通事项")
		self.assertEqual(frappe.db.count("Reply Class"), count)
		self.assertTrue(frappe.db.exists("Alert Rule", "PROMISE-WARN"))
		self.assertEqual(frappe.db.get_value("Alert Rule", "PROMISE-DUE", "offset_hours"), 12)

	def test_promises_of_the_four_classes(self):
		days = {
			row["class_code"]: (row["limit_days"], row["day_kind"])
			for row in masters.read_fixture("reply_classes")
		}
		self.assertEqual(
			days,
			{
				"U": (1, "Elapsed Day"),
				"C": (5, "Natural Day"),
				"G": (15, "Natural Day"),
				"I": (30, "Natural Day"),
			},
		)

	def test_every_clock_warns_before_it_runs_out_and_climbs_afterwards(self):
		rules = [row for row in masters.read_fixture("alert_rules") if row["is_active"]]
		for clock in CLOCKS:
			own = [row for row in rules if row["clock"] == clock]
			before = [row for row in own if row["offset_hours"] < 0 or row["use_class_warning"]]
			self.assertEqual([row["recipient"] for row in before], ["Handling Unit"], clock)
			at_due = [row["recipient"] for row in own if row not in before and row["offset_hours"] == 0]
			self.assertEqual(at_due, ["Unit Head"], clock)
			later = sorted((row["offset_hours"], row["recipient"]) for row in own if row["offset_hours"] > 0)
			self.assertEqual(later[-1][1], "Petition Office", clock)
		self.assertEqual(len(active_rules()), frappe.db.count("Alert Rule", {"is_active": 1}))

	def test_settings_are_filled_where_empty_only(self):
		frappe.db.set_single_value("Petition Proxy Settings", "sweep_page_size", 77)
		frappe.db.delete("Singles", {"doctype": "Petition Proxy Settings", "field": "evaluation_window_days"})
		frappe.clear_document_cache("Petition Proxy Settings", "Petition Proxy Settings")
		ensure_settings()
		self.assertEqual(
			frappe.db.get_single_value("Petition Proxy Settings", "sweep_page_size", cache=False), 77
		)
		self.assertEqual(
			frappe.db.get_single_value("Petition Proxy Settings", "evaluation_window_days", cache=False), 30
		)


class TestLimits(MasterTestCase):
	def test_each_law_measures_the_cases_of_its_own_time(self):
		old = get_limit_rule("Acceptance Notice", LAST_DAY_OF_2005_RULES)
		new = get_limit_rule("Acceptance Notice", FIRST_DAY_OF_2022_RULES)
		self.assertNotEqual(old.name, new.name)
		self.assertEqual((old.days, new.days), (15, 15))
		self.assertEqual(get_limit_rule("Handling", FIRST_DAY_OF_2022_RULES).days, 60)
		self.assertEqual(get_limit_rule("Extension", FIRST_DAY_OF_2022_RULES).days, 30)
		objection = get_limit_rule("Objection", FIRST_DAY_OF_2022_RULES)
		self.assertEqual((objection.days, objection.day_kind), (5, "Working Day"))

	def test_no_limit_before_the_first_law_on_file(self):
		with self.assertRaises(NoRuleError):
			get_limit_rule("Acceptance Notice", date(2005, 4, 30))

	def test_reading_a_limit_again_costs_no_query(self):
		get_limit_rule("Acceptance Notice", FIRST_DAY_OF_2022_RULES)
		with self.assertQueryCount(0):
			self.assertEqual(get_limit_rule("Handling", FIRST_DAY_OF_2022_RULES).days, 60)

	def test_a_new_limit_applies_at_once_and_not_backwards(self):
		current = get_limit_rule("Handling", getdate("2030-01-01"))
		frappe.get_doc("Statutory Limit", current.name).update({"valid_to": "2029-12-31"}).save()
		added = self.add_limit(limit_days=45, valid_from="2030-01-01")
		self.assertEqual(
			get_limit_rule("Handling", date(2030, 1, 1)), LimitRule(added.name, 45, "Natural Day", False)
		)
		self.assertEqual(get_limit_rule("Handling", date(2029, 12, 31)).name, current.name)

	def test_two_limits_of_one_kind_never_overlap(self):
		for valid_from, valid_to in (
			("2030-01-01", None),
			("2004-01-01", "2005-05-01"),
			("2010-01-01", "2011-01-01"),
		):
			with self.assertRaises(OverlapError):
				self.add_limit(valid_from=valid_from, valid_to=valid_to)
		self.add_limit(valid_from="2004-01-01", valid_to="2005-04-30")

	def test_a_limit_needs_days_and_ends_after_it_begins(self):
		for wrong in ({"limit_days": 0}, {"limit_days": -5}, {"valid_to": "2003-12-31"}):
			with self.assertRaises(frappe.ValidationError):
				self.add_limit(**{"valid_from": "2004-01-01", "valid_to": "2004-06-30", **wrong})

	def test_a_limit_that_measured_a_case_gets_an_end_and_nothing_else(self):
		petition = factories.make_petition("Registered")
		limit = frappe.get_doc("Statutory Limit", petition.notice_rule)
		for change in ({"limit_days": 20}, {"day_kind": "Working Day"}, {"roll_last_day": 1}):
			limit.reload()
			with self.assertRaises(RuleInUseError):
				limit.update(change).save()
		limit.reload()
		limit.update({"valid_to": "2035-12-31"}).save()
		self.assertEqual(frappe.db.get_value("Statutory Limit", limit.name, "limit_days"), 15)

	def test_a_limit_nobody_was_measured_by_can_be_put_right(self):
		limit = self.add_limit(valid_from="2004-01-01", valid_to="2004-12-31", limit_days=9)
		limit.update({"limit_days": 8}).save()
		self.assertEqual(limit.limit_days, 8)

	def add_limit(self, **values):
		return frappe.get_doc(
			{
				"doctype": "Statutory Limit",
				"limit_code": "Handling",
				"limit_days": 60,
				"day_kind": "Natural Day",
				"article": "test",
				**values,
			}
		).insert()


class TestReplyClass(MasterTestCase):
	def test_a_promise_given_is_not_rewritten(self):
		petition = factories.make_petition("Accepted")
		promised = petition.reply_due_at
		reply_class = frappe.get_doc("Reply Class", petition.reply_class)
		for change in ({"limit_days": 3}, {"day_kind": "Working Day"}, {"is_urgent": 1}):
			reply_class.reload()
			with self.assertRaises(RuleInUseError):
				reply_class.update(change).save()
		reply_class.reload()
		reply_class.update({"valid_to": "2035-12-31"}).save()
		self.assertEqual(frappe.db.get_value("Petition", petition.name, "reply_due_at"), promised)

	def test_classes_of_one_code_follow_each_other(self):
		current = frappe.get_doc("Reply Class", factories.reply_class("I"))
		later = {
			**current.as_dict(no_default_fields=True),
			"doctype": "Reply Class",
			"valid_from": "2035-01-01",
		}
		with self.assertRaises(OverlapError):
			frappe.get_doc(later).insert()
		current.update({"valid_to": "2034-12-31"}).save()
		frappe.get_doc(later).insert()

	def test_another_warning_time_reaches_the_cases_under_way(self):
		petition = factories.make_petition("Accepted")
		frappe.db.set_value("Petition", petition.name, "next_action_at", datetime(2035, 1, 1))
		reply_class = frappe.get_doc("Reply Class", petition.reply_class)
		reply_class.update({"class_name": "一般事项 "}).save()
		self.assertEqual(self.next_action_at(petition), datetime(2035, 1, 1))
		reply_class.update({"warn_hours": reply_class.warn_hours + 24}).save()
		self.assertLess(self.next_action_at(petition), datetime(2035, 1, 1))

	def next_action_at(self, petition) -> datetime:
		return frappe.db.get_value("Petition", petition.name, "next_action_at")


class TestWorkCalendar(MasterTestCase):
	def test_make_up_days_are_worked_and_holidays_free(self):
		calendar = get_calendar()
		for day, is_workday in (
			(date(2024, 2, 18), True),  # Sunday, worked in exchange for Spring Festival
			(date(2024, 2, 16), False),  # Friday in Spring Festival
			(date(2024, 2, 19), True),
			(date(2024, 2, 25), False),  # plain Sunday
		):
			self.assertIs(calendar.is_workday(day), is_workday, day)

	def test_a_last_day_in_a_holiday_moves_to_the_next_workday(self):
		rolling = LimitRule("rolling", 60, "Natural Day", True)
		self.assertEqual(
			due_at(datetime(2024, 8, 2, 9), rolling, get_calendar()), datetime(2024, 10, 8, 23, 59, 59)
		)

	def test_the_stored_years_say_what_the_package_says(self):
		calendar = get_calendar()
		day, last = date(known_years()[0], 1, 1), date(known_years()[-1], 12, 31)
		while day <= last:
			expected = day in constants.workdays or (day.weekday() < 5 and day not in constants.holidays)
			if calendar.is_workday(day) is not expected:
				self.fail(f"{day} should {'' if expected else 'not '}be worked")
			day += timedelta(days=1)

	def test_reading_the_calendar_again_costs_no_query(self):
		get_calendar()
		with self.assertQueryCount(0):
			get_calendar().is_workday(date(2024, 1, 1))

	def test_a_change_is_seen_at_once(self):
		year = known_years()[-1]
		day = next(date(year, 3, n) for n in range(2, 12) if get_calendar().is_workday(date(year, 3, n)))
		doc = frappe.get_doc("Work Calendar", str(year))
		doc.append("days", {"day": day, "day_type": "Holiday", "holiday_name": "test"})
		doc.save()
		self.assertFalse(get_calendar().is_workday(day))
		frappe.delete_doc("Work Calendar", str(year), force=True)
		with self.assertRaises(MissingYearError):
			get_calendar().is_workday(day)

	def test_days_that_make_no_sense_are_refused(self):
		year = known_years()[-1]
		listed = frappe.get_doc("Work Calendar", str(year)).days[0].day
		saturday = next(date(year, 1, n) for n in range(1, 8) if date(year, 1, n).weekday() == 5)
		for day, day_type in (
			(date(year + 1, 1, 1), "Holiday"),
			(listed, "Holiday"),
			(saturday + timedelta(days=2), "Make-up Workday"),
		):
			doc = frappe.get_doc("Work Calendar", str(year))
			doc.append("days", {"day": day, "day_type": day_type})
			with self.assertRaises(CalendarDayError):
				doc.save()

	def test_filling_again_undoes_wrong_days(self):
		year = known_years()[-1]
		before = self.days_of(year)
		doc = frappe.get_doc("Work Calendar", str(year))
		doc.set("days", doc.days[:1])
		doc.save()
		self.assertNotEqual(self.days_of(year), before)
		self.as_user("office@pp.test")
		self.assertEqual(fill(year), str(year))
		self.assertEqual(self.days_of(year), before)

	def test_a_year_without_a_published_list_is_refused(self):
		year = known_years()[-1] + 1
		with self.assertRaises(frappe.ValidationError):
			fill_work_calendar(year)
		self.assertFalse(frappe.db.exists("Work Calendar", str(year)))

	def test_only_who_keeps_the_masters_fills_a_calendar(self):
		self.as_user("town@pp.test")
		with self.assertRaises(frappe.PermissionError):
			fill(known_years()[-1])
		self.assertIsInstance(get_missing_years(), list)
		self.as_user("agent@pp.test")
		with self.assertRaises(frappe.PermissionError):
			fill(known_years()[-1])

	def test_next_year_is_missed_from_november_on(self):
		last = known_years()[-1]
		self.assertEqual(calendar_job.missing_years(date(last, 10, 31)), [])
		self.assertEqual(calendar_job.missing_years(date(last, 11, 1)), [last + 1])
		self.assertEqual(calendar_job.missing_years(date(last + 1, 1, 1)), [last + 1])
		self.assertEqual(calendar_job.missing_years(date(last + 1, 12, 1)), [last + 1, last + 2])

	def test_the_office_is_told_once_a_week(self):
		frappe.db.delete("Notification Log", {"document_type": "Work Calendar"})
		this_year = getdate().year
		for year in (this_year, this_year + 1):
			if not frappe.db.exists("Work Calendar", str(year)):
				frappe.get_doc({"doctype": "Work Calendar", "calendar_year": year}).insert()
		calendar_job.warn_missing_calendar()
		self.assertEqual(self.told(), {})
		frappe.delete_doc("Work Calendar", str(this_year), force=True)
		for _turn in range(2):
			calendar_job.warn_missing_calendar()
			self.assertEqual(self.told(), {"office@pp.test": 1, "clerk@pp.test": 1})
		told_at = add_to_date(now_datetime(), days=-calendar_job.DAYS_BETWEEN_WARNINGS - 1)
		frappe.db.set_value("Notification Log", {"document_type": "Work Calendar"}, "creation", told_at)
		calendar_job.warn_missing_calendar()
		self.assertEqual(self.told(), {"office@pp.test": 2, "clerk@pp.test": 2})

	def told(self) -> dict[str, int]:
		users = frappe.get_all(
			"Notification Log", filters={"document_type": "Work Calendar"}, pluck="for_user"
		)
		return {user: users.count(user) for user in users}

	def days_of(self, year: int) -> list[tuple]:
		return frappe.get_all(
			"Work Calendar Day",
			filters={"parent": str(year)},
			fields=["day", "day_type"],
			order_by="day asc",
			as_list=True,
		)
