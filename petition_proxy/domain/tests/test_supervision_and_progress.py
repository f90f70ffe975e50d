import unittest
from datetime import datetime, timedelta

from petition_proxy.domain import lifecycle, progress, supervision
from petition_proxy.domain.progress import ProgressError
from petition_proxy.domain.supervision import SupervisionError

NOW = datetime(2024, 2, 28, 10, 0)


class TestSupervision(unittest.TestCase):
	def test_levels_rise_one_by_one_and_end(self):
		self.assertEqual(
			[supervision.next_level(level) for level in supervision.LEVELS],
			["Letter", "Interview", "Listed", None],
		)
		with self.assertRaises(SupervisionError):
			supervision.next_level("Shout")

	def test_issue_asks_for_all_three(self):
		supervision.check_issue("Letter", supervision.LATE, "说明原因")
		for values in (("", supervision.LATE, "x"), ("Letter", None, "x"), ("Letter", supervision.LATE, " ")):
			with self.assertRaises(SupervisionError):
				supervision.check_issue(*values)

	def test_late_reply_is_still_taken_but_a_second_one_is_not(self):
		supervision.check_reply("Issued", "已办")
		supervision.check_reply("Unanswered", "已办")
		for status, text in (("Replied", "x"), ("Closed", "x"), ("Issued", "")):
			with self.assertRaises(SupervisionError):
				supervision.check_reply(status, text)

	def test_grades(self):
		supervision.check_grade("Replied", "Adopted", None)
		supervision.check_grade("Issued", "Not Done", "未回复")
		for values in (
			("Closed", "Adopted", None),
			("Closed", "Not Done", "x"),
			("Replied", "Good", None),
			("Issued", "Adopted", None),
			("Replied", "Partly", " "),
		):
			with self.assertRaises(SupervisionError):
				supervision.check_grade(*values)


class TestProgress(unittest.TestCase):
	def test_two_days_end_with_the_second_day_over_the_leap_day(self):
		self.assertEqual(progress.tell_by(NOW, 2), datetime(2024, 3, 1, 23, 59, 59))
		self.assertEqual(progress.tell_by(NOW, 0), datetime(2024, 2, 29, 23, 59, 59))

	def test_every_step_named_is_a_step_of_the_path(self):
		self.assertLessEqual(set(progress.NODE_OF_STEP), {t.action for t in lifecycle.TRANSITIONS})

	def test_told_or_unreachable(self):
		self.assertEqual(progress.check_told("Phone", None, NOW, NOW), "Told")
		self.assertEqual(progress.check_told("Unreachable", "三次未接", NOW, NOW), "Unreachable")
		for values in (
			("Smoke", None, NOW, NOW),
			(None, None, NOW, NOW),
			("Unreachable", " ", NOW, NOW),
			("Phone", None, NOW + timedelta(seconds=1), NOW),
		):
			with self.assertRaises(ProgressError):
				progress.check_told(*values)
