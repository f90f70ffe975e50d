import unittest
from datetime import date, datetime, timedelta

from petition_proxy.domain import reviews
from petition_proxy.domain.deadlines import NATURAL_DAY, WORKING_DAY, LimitRule, due_at
from petition_proxy.domain.reviews import LINE, TERRITORY, Earlier, Matter, ReviewError
from petition_proxy.domain.workdays import MissingYearError, WorkCalendar

RULE = LimitRule("Re-review", 30, NATURAL_DAY, False)
START = datetime(2024, 1, 31, 9, 0)
SERVED = datetime(2024, 3, 1)
CALENDAR = WorkCalendar(frozenset(), frozenset(), frozenset({2024}))


class TestChain(unittest.TestCase):
	def test_levels_follow_one_another(self):
		upheld = Earlier("Review", "Served", "Upheld", SERVED)
		self.assertEqual(reviews.next_level([]), "Review")
		self.assertEqual(reviews.next_level([upheld]), "Re-review")
		self.assertEqual(reviews.next_level([Earlier("Review", "Served", "Changed", SERVED)]), "Re-review")

	def test_refused_and_withdrawn_do_not_count(self):
		self.assertEqual(
			reviews.next_level([Earlier("Review", "Refused"), Earlier("Review", "Withdrawn")]), "Review"
		)

	def test_revoked_opinion_begins_the_chain_anew(self):
		revoked = Earlier("Review", "Decided", "Revoked")
		self.assertEqual(reviews.next_level([revoked]), "Review")
		self.assertEqual(
			reviews.next_level([revoked, Earlier("Review", "Served", "Upheld", SERVED)]), "Re-review"
		)

	def test_open_unserved_and_ended_chains_refuse(self):
		for earlier in (
			[Earlier("Review", "Asked")],
			[Earlier("Review", "Received")],
			[Earlier("Review", "Decided", "Upheld")],
			[Earlier("Review", "Served", "Upheld", SERVED), Earlier("Re-review", "Decided", "Upheld")],
		):
			with self.assertRaises(ReviewError, msg=earlier):
				reviews.next_level(earlier)


class TestDue(unittest.TestCase):
	def due(self, hearings=(), rule=RULE, calendar=None):
		return reviews.review_due_at(START, rule, calendar, hearings)

	def test_without_hearings_it_is_the_plain_limit(self):
		for days in range(1, 80):
			for kind in (NATURAL_DAY, WORKING_DAY):
				for roll in (False, True):
					rule = LimitRule("r", days, kind, roll)
					self.assertEqual(
						self.due(rule=rule, calendar=CALENDAR), due_at(START, rule, CALENDAR), rule
					)

	def test_each_day_of_hearing_moves_the_end_once(self):
		plain = self.due()
		self.assertEqual(self.due([(date(2024, 2, 5), date(2024, 2, 7))]), plain + timedelta(days=3))
		twice = [(date(2024, 2, 5), date(2024, 2, 7)), (date(2024, 2, 6), date(2024, 2, 8))]
		self.assertEqual(self.due(twice), plain + timedelta(days=4))

	def test_days_before_the_start_or_after_the_end_change_nothing(self):
		plain = self.due()
		for day in (START.date(), START.date() - timedelta(days=3), plain.date() + timedelta(days=1)):
			self.assertEqual(self.due([(day, day)]), plain)

	def test_hearing_that_reaches_over_the_end_moves_it_on(self):
		self.assertEqual(self.due([(date(2024, 2, 27), date(2024, 3, 2))]).date(), date(2024, 3, 6))

	def test_last_day_that_rolls_does_not_stop_on_a_day_of_hearing(self):
		rule = LimitRule("r", 31, NATURAL_DAY, True)  # ends on Saturday 2 March
		self.assertEqual(self.due(rule=rule, calendar=CALENDAR).date(), date(2024, 3, 4))
		heard = [(date(2024, 3, 4), date(2024, 3, 5))]
		self.assertEqual(self.due(heard, rule, CALENDAR).date(), date(2024, 3, 6))

	def test_free_days_of_a_hearing_are_not_left_out_twice_in_working_days(self):
		rule = LimitRule("r", 5, WORKING_DAY, False)
		weekend = [(date(2024, 2, 3), date(2024, 2, 4))]
		self.assertEqual(self.due(weekend, rule, CALENDAR), self.due((), rule, CALENDAR))

	def test_dates_out_of_order_and_missing_years_are_errors(self):
		with self.assertRaises(ReviewError):
			self.due([(date(2024, 2, 7), date(2024, 2, 5))])
		with self.assertRaises(ReviewError):
			self.due([(date(2024, 2, 7), date(2026, 2, 5))])
		with self.assertRaises(MissingYearError):
			self.due(rule=LimitRule("r", 5, WORKING_DAY, False))


class TestSuperior(unittest.TestCase):
	both = {TERRITORY: "GOV", LINE: "CITY"}

	def test_choice_and_default(self):
		self.assertEqual(reviews.pick_superior(self.both, None), (TERRITORY, "GOV"))
		self.assertEqual(reviews.pick_superior(self.both, LINE), (LINE, "CITY"))

	def test_accused_body_is_passed_over(self):
		self.assertEqual(reviews.pick_superior(self.both, None, ["GOV"]), (LINE, "CITY"))

	def test_vacant(self):
		self.assertEqual(reviews.pick_superior({TERRITORY: None, LINE: None}, LINE), (None, None))

	def test_kind_that_does_not_exist(self):
		with self.assertRaises(ReviewError):
			reviews.pick_superior({TERRITORY: "GOV", LINE: None}, LINE)
		with self.assertRaises(ReviewError):
			reviews.pick_superior(self.both, "Aunt")


class TestDecision(unittest.TestCase):
	def test_opinion_with_facts_and_reasons_stands(self):
		for decision in reviews.DECISIONS:
			reviews.check_decision("Received", decision, "经查属实。", "维持原意见。")

	def test_anything_missing_or_out_of_time_is_refused(self):
		for values in (
			("Received", "Upheld", "", "意见"),
			("Received", "Upheld", "  ", "意见"),
			("Received", "Upheld", None, "意见"),
			("Received", "Upheld", "事实", ""),
			("Received", "Upheld", "事实", " "),
			("Received", "Liked", "事实", "意见"),
			("Received", None, "事实", "意见"),
			("Asked", "Upheld", "事实", "意见"),
			("Decided", "Upheld", "事实", "意见"),
		):
			with self.subTest(values), self.assertRaises(ReviewError):
				reviews.check_decision(*values)


class TestSameMatter(unittest.TestCase):
	old = Matter("XF-1", "C1", "小区门口缴费点撤走，缴水电气费要坐车到很远的地方。")

	def same(self, text, category="C1", main=None, threshold=0.6):
		return reviews.is_same_matter(Matter("XF-2", category, text, main), self.old, threshold)

	def test_same_words_in_another_order_or_with_more_around_them(self):
		self.assertTrue(self.same("缴水电气费要坐车到很远的地方，因为小区门口缴费点撤走！请领导过问。"))

	def test_likeness_of_just_the_threshold_is_the_same_matter(self):
		text = self.old.text[:12] + "另外还有别的很多事情要说清楚"
		threshold = reviews.likeness(text, self.old.text)
		self.assertTrue(0 < threshold < 1, threshold)
		self.assertTrue(self.same(text, threshold=threshold))
		self.assertFalse(self.same(text, threshold=threshold + 1e-9))

	def test_other_matter(self):
		self.assertFalse(self.same("村口路灯坏了三个月，孩子晚上放学回家不安全，请尽快修好。"))

	def test_other_category_is_another_matter_but_a_missing_one_says_nothing(self):
		self.assertFalse(self.same(self.old.text, category="C2"))
		self.assertTrue(self.same(self.old.text, category=None))

	def test_link_by_hand_and_the_case_itself(self):
		self.assertTrue(self.same("别的话", category="C2", main="XF-1"))
		self.assertTrue(reviews.is_same_matter(Matter("XF-1", None, ""), self.old, 0.6))

	def test_likeness_is_symmetric_and_between_nought_and_one(self):
		texts = ("", "水", "水费", "水费太贵了", self.old.text, "完全不同的一段文字说的是路灯")
		for one in texts:
			for other in texts:
				value = reviews.likeness(one, other)
				self.assertEqual(value, reviews.likeness(other, one))
				self.assertTrue(0 <= value <= 1)
		self.assertLess(reviews.likeness("水费", self.old.text + "水费"), 0.6)
