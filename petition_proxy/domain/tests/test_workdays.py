import random
import unittest
from datetime import date, datetime, timedelta

from petition_proxy.domain.tests.calendars import CALENDAR, HOLIDAYS, MAKEUP_DAYS
from petition_proxy.domain.workdays import (
	CalendarConflictError,
	MissingYearError,
	WorkCalendar,
	WorkingDayCountError,
)


class TestWorkday(unittest.TestCase):
	def test_ordinary_week(self):
		week = [CALENDAR.is_workday(date(2024, 3, 11) + timedelta(days=n)) for n in range(7)]
		self.assertEqual(week, [True] * 5 + [False] * 2)

	def test_holiday_on_a_weekday_is_off(self):
		self.assertFalse(CALENDAR.is_workday(date(2024, 10, 1)))

	def test_makeup_sunday_is_worked(self):
		self.assertEqual(date(2024, 2, 18).weekday(), 6)
		self.assertTrue(CALENDAR.is_workday(date(2024, 2, 18)))

	def test_datetime_is_taken_as_its_day(self):
		self.assertFalse(CALENDAR.is_workday(datetime(2024, 10, 1, 9, 30)))
		self.assertTrue(CALENDAR.is_workday(datetime(2024, 2, 18, 9, 30)))

	def test_missing_year_is_never_guessed(self):
		for day in (date(2022, 12, 31), date(2026, 3, 2), date(2026, 3, 7)):
			with self.assertRaises(MissingYearError) as caught:
				CALENDAR.is_workday(day)
			self.assertEqual(caught.exception.year, day.year)
			self.assertEqual(caught.exception.params, {"year": day.year})
			self.assertIn(str(day.year), str(caught.exception))

	def test_lists_and_datetimes_are_taken_as_days(self):
		calendar = WorkCalendar([datetime(2024, 5, 6)], [date(2024, 5, 11)], [2024])
		self.assertFalse(calendar.is_workday(date(2024, 5, 6)))
		self.assertTrue(calendar.is_workday(date(2024, 5, 11)))
		self.assertEqual(calendar, WorkCalendar({date(2024, 5, 6)}, {date(2024, 5, 11)}, {2024}))

	def test_day_in_both_lists_is_refused(self):
		with self.assertRaises(CalendarConflictError) as caught:
			WorkCalendar({date(2024, 5, 1)}, {date(2024, 5, 1)}, {2024})
		self.assertIn("2024-05-01", str(caught.exception))


class TestNextWorkday(unittest.TestCase):
	def test_a_workday_is_its_own_next(self):
		self.assertEqual(CALENDAR.next_workday(date(2024, 3, 13)), date(2024, 3, 13))

	def test_weekend_goes_to_monday(self):
		self.assertEqual(CALENDAR.next_workday(date(2025, 3, 1)), date(2025, 3, 3))

	def test_holiday_goes_past_its_end(self):
		self.assertEqual(CALENDAR.next_workday(date(2024, 10, 1)), date(2024, 10, 8))

	def test_spring_festival_ends_with_a_makeup_sunday(self):
		self.assertEqual(CALENDAR.next_workday(date(2024, 2, 16)), date(2024, 2, 18))

	def test_search_across_the_year_needs_the_next_year(self):
		calendar = WorkCalendar(HOLIDAYS, MAKEUP_DAYS, {2023})
		with self.assertRaises(MissingYearError) as caught:
			calendar.next_workday(date(2023, 12, 30))
		self.assertEqual(caught.exception.year, 2024)
		self.assertEqual(CALENDAR.next_workday(date(2023, 12, 30)), date(2024, 1, 2))


class TestAddWorkdays(unittest.TestCase):
	def test_five_working_days_over_a_weekend(self):
		self.assertEqual(CALENDAR.add_workdays(date(2024, 3, 14), 5), date(2024, 3, 21))

	def test_five_working_days_over_a_makeup_weekend(self):
		# Fri 26 April; Sun 28 is worked, 1 to 5 May are off: 28, 29, 30, 6, 7.
		self.assertEqual(CALENDAR.add_workdays(date(2024, 4, 26), 5), date(2024, 5, 7))

	def test_event_on_a_day_off_starts_with_the_next_workday(self):
		self.assertEqual(CALENDAR.add_workdays(date(2024, 3, 16), 1), date(2024, 3, 18))

	def test_zero_is_the_day_itself(self):
		self.assertEqual(CALENDAR.add_workdays(date(2024, 10, 1), 0), date(2024, 10, 1))

	def test_count_over_the_end_of_the_year(self):
		self.assertEqual(CALENDAR.add_workdays(date(2024, 12, 30), 5), date(2025, 1, 7))
		with self.assertRaises(MissingYearError) as caught:
			CALENDAR.add_workdays(date(2025, 12, 30), 5)
		self.assertEqual(caught.exception.year, 2026)

	def test_bad_counts_are_refused(self):
		for count in (-1, 1.5, True, "5", None):
			with self.subTest(count=count), self.assertRaises(WorkingDayCountError):
				CALENDAR.add_workdays(date(2024, 3, 14), count)

	def test_property_exactly_n_workdays_lie_after_the_event(self):
		rng = random.Random(203)
		for _round in range(400):
			start = date(2023, 1, 1) + timedelta(days=rng.randrange(900))
			count = rng.randrange(1, 40)
			end = CALENDAR.add_workdays(start, count)
			between = [start + timedelta(days=n + 1) for n in range((end - start).days)]
			worked = [d for d in between if d in MAKEUP_DAYS or (d.isoweekday() < 6 and d not in HOLIDAYS)]
			self.assertEqual(len(worked), count, (start, count))
			self.assertEqual(worked[-1], end)


if __name__ == "__main__":
	unittest.main()
