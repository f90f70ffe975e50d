import random
import unittest
from dataclasses import FrozenInstanceError, dataclass
from datetime import date, datetime, timedelta, timezone

from petition_proxy.domain import deadlines
from petition_proxy.domain.deadlines import (
	Clocks,
	InvalidLimitError,
	LimitRule,
	NoRuleError,
	OverlappingRulesError,
)
from petition_proxy.domain.tests.calendars import CALENDAR
from petition_proxy.domain.workdays import MissingYearError, WorkCalendar


def natural(days, roll=False):
	return LimitRule("N", days, "Natural Day", roll)


def end_of(text):
	return datetime.fromisoformat(f"{text} 23:59:59")


class TestNaturalDays(unittest.TestCase):
	def test_published_dates_without_roll(self):
		for start, days, expected in (
			("2023-10-01", 60, "2023-11-30"),
			("2024-03-01", 60, "2024-04-30"),
			("2024-03-01", 90, "2024-05-30"),
			("2024-12-31", 60, "2025-03-01"),
			("2024-08-02", 60, "2024-10-01"),
			("2024-02-01", 15, "2024-02-16"),
			("2024-02-14", 15, "2024-02-29"),  # leap year
			("2023-02-14", 15, "2023-03-01"),  # common year
			("2024-01-31", 30, "2024-03-01"),
			("2023-01-31", 30, "2023-03-02"),
			("2000-02-28", 1, "2000-02-29"),
			("2100-02-28", 1, "2100-03-01"),
		):
			with self.subTest(start=start, days=days):
				moment = datetime.fromisoformat(f"{start} 10:11:12")
				self.assertEqual(deadlines.due_at(moment, natural(days)), end_of(expected))

	def test_published_dates_with_roll(self):
		for start, days, expected in (
			("2024-12-31", 60, "2025-03-03"),
			("2024-08-02", 60, "2024-10-08"),
			("2024-02-01", 15, "2024-02-18"),  # a Sunday that is worked
			("2023-10-01", 60, "2023-11-30"),  # a Thursday stays
			("2024-03-01", 60, "2024-04-30"),
			("2024-04-13", 15, "2024-04-28"),  # a Sunday that is worked stays
		):
			with self.subTest(start=start, days=days):
				moment = datetime.fromisoformat(f"{start} 00:00:00")
				self.assertEqual(
					deadlines.due_at(moment, natural(days, roll=True), CALENDAR), end_of(expected)
				)

	def test_extension_of_thirty_days_runs_from_the_end_of_the_sixty(self):
		first = deadlines.due_at(datetime(2024, 3, 1, 9), natural(60))
		self.assertEqual(deadlines.due_at(first, natural(30)), end_of("2024-05-30"))

	def test_time_of_the_event_does_not_matter(self):
		dues = {
			deadlines.due_at(datetime(2024, 3, 1, hour, minute, second), natural(15))
			for hour, minute, second in ((0, 0, 0), (12, 30, 0), (23, 59, 59))
		}
		self.assertEqual(dues, {end_of("2024-03-16")})

	def test_without_roll_no_calendar_is_needed(self):
		empty = WorkCalendar(frozenset(), frozenset(), frozenset())
		self.assertEqual(deadlines.due_at(datetime(2031, 1, 1), natural(1), empty), end_of("2031-01-02"))

	def test_roll_needs_the_year_of_the_last_day(self):
		for calendar in (CALENDAR, None):
			with self.subTest(calendar=calendar), self.assertRaises(MissingYearError) as caught:
				deadlines.due_at(datetime(2025, 12, 20), natural(60, roll=True), calendar)
			self.assertEqual(caught.exception.year, 2026)

	def test_roll_over_the_new_year_needs_the_next_year(self):
		calendar = WorkCalendar({date(2024, 12, 31)}, frozenset(), {2024})
		with self.assertRaises(MissingYearError) as caught:
			deadlines.due_at(datetime(2024, 12, 30), natural(1, roll=True), calendar)
		self.assertEqual(caught.exception.year, 2025)

	def test_time_zone_is_kept(self):
		zone = timezone(timedelta(hours=8))
		due = deadlines.due_at(datetime(2024, 3, 1, 9, tzinfo=zone), natural(15))
		self.assertEqual(due, datetime(2024, 3, 16, 23, 59, 59, tzinfo=zone))

	def test_property_rolled_day_is_the_first_workday_from_the_plain_one(self):
		rng = random.Random(60)
		for _round in range(400):
			start = datetime(2023, 1, 1) + timedelta(minutes=rng.randrange(900 * 1440))
			days = rng.choice((1, 5, 15, 30, 60, 90))
			plain = deadlines.due_at(start, natural(days))
			rolled = deadlines.due_at(start, natural(days, roll=True), CALENDAR)
			self.assertEqual((plain.date() - start.date()).days, days)
			self.assertGreaterEqual(rolled, plain)
			self.assertTrue(CALENDAR.is_workday(rolled))
			for n in range((rolled - plain).days):
				self.assertFalse(CALENDAR.is_workday(plain + timedelta(days=n)))


class TestWorkingDays(unittest.TestCase):
	RULE = LimitRule("Objection", 5, "Working Day", False)

	def test_five_working_days_of_the_objection(self):
		for start, expected in (
			("2024-03-14 16:00", "2024-03-21"),
			("2024-02-08 16:00", "2024-02-21"),  # 9, then after the festival 18 (a Sunday), 19, 20, 21
			("2024-04-26 08:00", "2024-05-07"),
			("2024-03-16 08:00", "2024-03-22"),  # received on a Saturday
		):
			with self.subTest(start=start):
				due = deadlines.due_at(datetime.fromisoformat(start), self.RULE, CALENDAR)
				self.assertEqual(due, end_of(expected))

	def test_roll_changes_nothing(self):
		rolled = LimitRule("Objection", 5, "Working Day", True)
		start = datetime(2024, 9, 27, 9)
		due = deadlines.due_at(start, self.RULE, CALENDAR)
		self.assertEqual(due, deadlines.due_at(start, rolled, CALENDAR))

	def test_missing_calendar_names_the_year(self):
		with self.assertRaises(MissingYearError) as caught:
			deadlines.due_at(datetime(2024, 12, 31, 9), self.RULE, None)
		self.assertEqual(caught.exception.year, 2025)
		with self.assertRaises(MissingYearError) as caught:
			deadlines.due_at(datetime(2025, 12, 29, 9), self.RULE, CALENDAR)
		self.assertEqual(caught.exception.year, 2026)


class TestElapsedDays(unittest.TestCase):
	def test_twenty_four_hours_over_a_holiday(self):
		for roll in (False, True):
			rule = LimitRule("U", 1, "Elapsed Day", roll)
			self.assertEqual(
				deadlines.due_at(datetime(2024, 9, 30, 17, 45, 10), rule), datetime(2024, 10, 1, 17, 45, 10)
			)

	def test_leap_day(self):
		rule = LimitRule("U", 2, "Elapsed Day", False)
		self.assertEqual(deadlines.due_at(datetime(2024, 2, 28, 8), rule), datetime(2024, 3, 1, 8))


class TestLimitRule(unittest.TestCase):
	def test_unusable_limits_are_refused(self):
		for days in (0, -1, 1.5, None, "15", True):
			with self.subTest(days=days), self.assertRaises(InvalidLimitError):
				LimitRule("X", days, "Natural Day", False)
		with self.assertRaises(InvalidLimitError) as caught:
			LimitRule("X", 1, "Calendar Day", False)
		self.assertIn("Working Day", str(caught.exception))

	def test_a_rule_cannot_be_changed(self):
		with self.assertRaises(FrozenInstanceError):
			natural(15).days = 20


@dataclass
class Row:
	name: str
	valid_from: date | None
	valid_to: date | None


class TestPickRule(unittest.TestCase):
	OLD = Row("G-2022", date(2022, 5, 1), date(2024, 6, 30))
	NEW = Row("G-2024", date(2024, 7, 1), None)

	def test_each_date_has_its_row(self):
		for day, row in (
			(date(2022, 5, 1), self.OLD),
			(date(2024, 6, 30), self.OLD),
			(date(2024, 7, 1), self.NEW),
			(date(2099, 1, 1), self.NEW),
		):
			with self.subTest(day=day):
				self.assertIs(deadlines.pick_rule([self.NEW, self.OLD], day), row)

	def test_moment_on_the_last_day_still_has_the_old_row(self):
		self.assertIs(deadlines.pick_rule([self.OLD, self.NEW], datetime(2024, 6, 30, 23, 59, 59)), self.OLD)

	def test_mappings_serve_as_well(self):
		row = {"name": "G", "valid_from": None, "valid_to": None}
		self.assertIs(deadlines.pick_rule([row], date(1999, 1, 1)), row)

	def test_no_row(self):
		for rows in ([], [self.NEW]):
			with self.subTest(rows=rows), self.assertRaises(NoRuleError) as caught:
				deadlines.pick_rule(rows, date(2022, 4, 30))
			self.assertEqual(caught.exception.params["day"], "2022-04-30")

	def test_overlap_names_the_rows(self):
		other = Row("G-extra", date(2024, 1, 1), None)
		with self.assertRaises(OverlappingRulesError) as caught:
			deadlines.pick_rule([other, self.OLD, self.NEW], date(2024, 3, 1))
		self.assertEqual(caught.exception.params["rules"], "G-2022, G-extra")


class TestLateness(unittest.TestCase):
	DUE = datetime(2024, 3, 16, 23, 59, 59)

	def test_last_moment_is_in_time_and_the_next_day_is_late(self):
		now = datetime(2024, 6, 1)
		self.assertFalse(deadlines.is_late(self.DUE, datetime(2024, 3, 16, 23, 59, 59, 999999), now))
		self.assertTrue(deadlines.is_late(self.DUE, datetime(2024, 3, 17), now))

	def test_an_answer_in_time_never_turns_late(self):
		self.assertFalse(deadlines.is_late(self.DUE, datetime(2024, 3, 10), datetime(2030, 1, 1)))

	def test_without_an_answer_the_present_counts(self):
		self.assertFalse(deadlines.is_late(self.DUE, None, datetime(2024, 3, 16, 12)))
		self.assertTrue(deadlines.is_late(self.DUE, None, datetime(2024, 3, 17)))

	def test_no_limit_is_never_late(self):
		self.assertFalse(deadlines.is_late(None, None, datetime(2030, 1, 1)))

	def test_days_left(self):
		for now, left in (
			(datetime(2024, 3, 16), 0),
			(datetime(2024, 3, 16, 23, 59, 59), 0),
			(datetime(2024, 3, 15, 23, 59), 1),
			(datetime(2024, 3, 17), -1),
			(datetime(2024, 2, 29, 5), 16),
		):
			with self.subTest(now=now):
				self.assertEqual(deadlines.days_left(self.DUE, now), left)

	def test_calendar_days_go_by_dates_not_hours(self):
		self.assertEqual(deadlines.calendar_days(datetime(2024, 3, 1, 23, 59), datetime(2024, 3, 2, 0, 1)), 1)
		self.assertEqual(deadlines.calendar_days(date(2024, 2, 28), datetime(2024, 3, 1, 12)), 2)
		self.assertEqual(deadlines.calendar_days(date(2024, 3, 1), date(2024, 2, 28)), -2)

	def test_clocks_start_empty(self):
		self.assertEqual(Clocks(), Clocks(None, None, None))
		self.assertEqual(Clocks(reply_due_at=self.DUE).reply_due_at, self.DUE)


if __name__ == "__main__":
	unittest.main()
