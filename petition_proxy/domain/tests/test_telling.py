import unittest
from dataclasses import replace
from datetime import date

from petition_proxy.domain import telling
from petition_proxy.domain.telling import CaseFacts, NotToldError

CLOSED = CaseFacts(kind="Appeal and Request", purpose="Seek Solution", state="Closed")
NAMES = ("林婆婆", "周大姐", "Ana Maria", "", None, "李")
NUMBERS = ("XF-990199-2026-000123", "2026-07", None, "")


class TestCase(unittest.TestCase):
	def test_a_closed_case_may_be_told(self):
		telling.check_case(CLOSED)
		telling.check_case(replace(CLOSED, state="Archived"))

	def test_what_is_never_told(self):
		for change in (
			{"kind": "Report and Accusation"},
			{"purpose": "Expose and Accuse"},
			{"has_accused": True},
			{"is_restricted": True},
			{"wants_secrecy": True},
			{"state": "Handling"},
			{"state": "Withdrawn"},
			{"state": None},
			{"is_under_review": True},
		):
			with self.subTest(change), self.assertRaises(NotToldError):
				telling.check_case(replace(CLOSED, **change))

	def test_consent_is_a_tick_and_a_day_that_has_come(self):
		today = date(2026, 3, 5)
		telling.check_consent(True, today, today)
		for tick, day in ((False, today), (True, None), (True, date(2026, 3, 6)), (False, None)):
			with self.subTest((tick, day)), self.assertRaises(NotToldError):
				telling.check_consent(tick, day, today)


class TestTexts(unittest.TestCase):
	def refused(self, text):
		with self.subTest(text), self.assertRaises(NotToldError):
			telling.check_texts(("井盖丢了", text), NAMES, NUMBERS)

	def test_names_however_they_are_written(self):
		for text in (
			"林婆婆来了",
			"林 婆 婆",
			"林·婆婆",
			"林\u3000婆婆",
			"请周大姐帮忙",
			"ana  maria",
			"ＡＮＡ－ＭＡＲＩＡ",
		):
			self.refused(text)

	def test_numbers_of_the_case(self):
		for text in ("编号XF-990199-2026-000123", "xf990199 2026 000123", "登记本2026-07号"):
			self.refused(text)

	def test_rows_of_digits(self):
		for text in (
			"电话13812345678",
			"138-1234-5678",
			"１３８ １２３４ ５６７８",
			"一三八一二三四五六七八",
			"幺三八幺二三四五六七八",
			"023-68110001",
			"11010519491231002X",
			"1101051949 1231002",
			"6222、0212、3456",
			"138.1234.5678",
			"138（1234）5678",
			"138*1234*5678",
		):
			self.refused(text)

	def test_plain_texts_pass(self):
		telling.check_texts(
			(
				"2026年3月5日反映，3月9日修好，花了12000元。",
				"2025-12-01至2026-01-15分三次发放120万元，涉及356户。",
				"2024-2025年的补贴",
				"一位七十多岁的老人，门牌不写。李子树下的路灯坏了。",
				"",
				None,
			),
			NAMES,
			NUMBERS,
		)

	def test_a_date_does_not_hide_a_phone(self):
		self.assertEqual(telling.find_long_number("2026-03-05 13812345678"), "13812345678")
		self.assertIsNotNone(telling.find_long_number("2026年138 1234 5678"))
		self.assertIsNone(telling.find_long_number("123456"))
		self.assertEqual(telling.find_long_number("1234567"), "1234567")

	def test_the_message_says_what_to_take_out(self):
		with self.assertRaises(NotToldError) as caught:
			telling.check_texts(("周大姐来了",), NAMES, NUMBERS)
		self.assertEqual(caught.exception.params, {"name": "周大姐"})


class TestFigures(unittest.TestCase):
	def test_small_parts_are_hidden_and_zero_is_not(self):
		self.assertEqual(
			telling.hide_small({"a": 3, "b": 4, "c": 20, "d": 0}, 5), {"a": None, "b": None, "c": 20, "d": 0}
		)

	def test_a_single_hidden_part_cannot_be_reckoned_back(self):
		self.assertEqual(
			telling.hide_small({"a": 3, "b": 9, "c": 20, "d": 0}, 5), {"a": None, "b": None, "c": 20, "d": 0}
		)
		self.assertEqual(telling.hide_small({"a": 3, "d": 0}, 5), {"a": None, "d": 0})
		self.assertEqual(telling.hide_small({"a": 5, "b": 9}, 5), {"a": 5, "b": 9})

	def test_percent(self):
		self.assertEqual(telling.percent(2, 3, 1), 67)
		self.assertIsNone(telling.percent(0, 0, 5))
		self.assertIsNone(telling.percent(0, 0, 0))
		self.assertIsNone(telling.percent(4, 4, 5))
		self.assertEqual(telling.percent(5, 5, 5), 100)
