import unittest
from datetime import datetime

from petition_proxy.domain import ratings
from petition_proxy.domain.ratings import InvalidWindowError, UnknownRatingError, Window

SERVED = datetime(2024, 2, 1, 15, 30)


class TestWindow(unittest.TestCase):
	def test_day_of_service_is_not_counted(self):
		self.assertEqual(Window(SERVED, 30).closes_at, datetime(2024, 3, 2, 23, 59, 59))

	def test_both_ends_are_inside(self):
		window = Window(SERVED, 30)
		for moment, is_open in (
			(datetime(2024, 2, 1, 15, 29, 59), False),
			(SERVED, True),
			(datetime(2024, 3, 2, 23, 59, 59, 999999), True),
			(datetime(2024, 3, 3), False),
		):
			with self.subTest(moment=moment):
				self.assertIs(window.is_open(moment), is_open)

	def test_unusable_length_is_refused(self):
		for days in (0, -3, 1.5, None, True):
			with self.subTest(days=days), self.assertRaises(InvalidWindowError):
				Window(SERVED, days)


class TestMayRate(unittest.TestCase):
	def test_not_before_service(self):
		self.assertFalse(ratings.may_rate(None, datetime(2024, 2, 2), 30, 0))

	def test_inside_and_after_the_window(self):
		self.assertTrue(ratings.may_rate(SERVED, datetime(2024, 2, 20), 30, 0))
		self.assertFalse(ratings.may_rate(SERVED, datetime(2024, 3, 3), 30, 0))

	def test_one_change_is_allowed(self):
		self.assertTrue(ratings.may_rate(SERVED, SERVED, 30, 0))
		self.assertFalse(ratings.may_rate(SERVED, SERVED, 30, 1))

	def test_bad_setting_is_told(self):
		with self.assertRaises(InvalidWindowError):
			ratings.may_rate(SERVED, SERVED, 0, 0)


class TestReasons(unittest.TestCase):
	def test_only_dissatisfied_needs_reasons(self):
		needed = [rating for rating in ratings.RATINGS if ratings.needs_reasons(rating)]
		self.assertEqual(needed, ["Dissatisfied"])
		self.assertEqual(len(ratings.RATINGS), 3)

	def test_unknown_rating(self):
		for rating in ("", None, "满意", "satisfied"):
			with self.subTest(rating=rating), self.assertRaises(UnknownRatingError):
				ratings.needs_reasons(rating)


if __name__ == "__main__":
	unittest.main()
