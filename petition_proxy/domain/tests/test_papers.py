import unittest
from datetime import date, datetime

from petition_proxy.domain.papers import (
	PaperAmountError,
	age_on,
	amount_in_words,
	chinese_count,
	chinese_day,
	chinese_moment,
	law_of,
)


class TestDays(unittest.TestCase):
	def test_a_day_has_no_leading_zeros(self):
		self.assertEqual(chinese_day(date(2026, 11, 5)), "2026年11月5日")
		self.assertEqual(chinese_day(None), "")

	def test_a_moment_keeps_two_figures_for_the_minute(self):
		self.assertEqual(chinese_moment(datetime(2026, 1, 5, 9, 5)), "2026年1月5日9时05分")
		self.assertEqual(chinese_moment(None), "")

	def test_age_counts_full_years(self):
		self.assertEqual(age_on(date(1950, 11, 26), date(2026, 11, 25)), 75)
		self.assertEqual(age_on(date(1950, 11, 25), date(2026, 11, 25)), 76)
		self.assertEqual(age_on(date(1952, 2, 29), date(2026, 2, 28)), 73)
		self.assertIsNone(age_on(None, date(2026, 11, 25)))


class TestNumbers(unittest.TestCase):
	def test_headings_count_in_chinese(self):
		cases = {1: "一", 9: "九", 10: "十", 11: "十一", 20: "二十", 21: "二十一", 99: "九十九", 100: "100"}
		self.assertEqual({n: chinese_count(n) for n in cases}, cases)

	def test_amounts_in_capital_figures(self):
		cases = {
			0: "零元整",
			10: "壹拾元整",
			15: "壹拾伍元整",
			"120.5": "壹佰贰拾元伍角",
			"1001.01": "壹仟零壹元零壹分",
			"0.05": "伍分",
			"0.5": "伍角",
			10_000: "壹万元整",
			10_005: "壹万零伍元整",
			1_000_000: "壹佰万元整",
			100_001_000: "壹亿零壹仟元整",
			20_305: "贰万零叁佰零伍元整",
			"2.345": "贰元叁角伍分",
			-15: "负壹拾伍元整",
		}
		self.assertEqual({n: amount_in_words(n) for n in cases}, cases)

	def test_what_is_no_amount_is_refused(self):
		for bad in ("", "ten", None, "NaN", 10**16):
			with self.assertRaises(PaperAmountError):
				amount_in_words(bad)


class TestLaw(unittest.TestCase):
	def test_articles_name_their_law_once(self):
		self.assertEqual(law_of("第22条、第23条"), "《信访工作条例》第22条、第23条")
		self.assertEqual(law_of("《民法典》第13条"), "《民法典》第13条")
		self.assertEqual(law_of(None), "")
