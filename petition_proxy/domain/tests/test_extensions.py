import unittest
from datetime import date, datetime

from petition_proxy.domain import extensions
from petition_proxy.domain.deadlines import NATURAL_DAY, LimitRule
from petition_proxy.domain.extensions import ExtensionError, Post
from petition_proxy.domain.workdays import WorkCalendar

RULE = LimitRule("Extension", 30, NATURAL_DAY, False)
DUE = datetime(2024, 4, 30, 23, 59, 59)
NOW = datetime(2024, 4, 20, 9, 0)


class TestRequest(unittest.TestCase):
	def check(self, **values):
		args = {
			"state": "Handling",
			"days": 30,
			"rule": RULE,
			"reason": "需要鉴定",
			"due": DUE,
			"statuses": (),
			"now": NOW,
			**values,
		}
		extensions.check_request(**args)

	def test_one_to_the_limit_is_allowed(self):
		for days in (1, 30):
			self.check(days=days)

	def test_other_numbers_are_not(self):
		for days in (0, -1, 31, True, 1.5, "10", None):
			with self.assertRaises(ExtensionError, msg=days):
				self.check(days=days)

	def test_last_second_is_in_time_and_the_next_is_not(self):
		self.check(now=DUE.replace(microsecond=999999))
		with self.assertRaises(ExtensionError):
			self.check(now=datetime(2024, 5, 1))

	def test_state_reason_and_earlier_requests(self):
		for values in (
			{"state": "Received"},
			{"state": "Replied"},
			{"due": None},
			{"reason": " "},
			{"reason": None},
			{"statuses": ("Rejected", "Asked")},
			{"statuses": ("Approved",)},
		):
			with self.assertRaises(ExtensionError, msg=values):
				self.check(**values)
		self.check(statuses=("Rejected", "Lapsed"))


class TestDecision(unittest.TestCase):
	def check(self, **values):
		args = {
			"status": "Asked",
			"state": "Handling",
			"due": DUE,
			"asker": "a",
			"decider": "b",
			"is_approval": True,
			"now": NOW,
			**values,
		}
		extensions.check_decision(**args)

	def test_in_time_by_somebody_else(self):
		self.check()
		self.check(now=DUE)

	def test_refused_otherwise(self):
		for values in (
			{"decider": "a"},
			{"status": "Approved"},
			{"status": "Lapsed"},
			{"state": "Replied"},
			{"now": datetime(2024, 5, 1)},
		):
			with self.assertRaises(ExtensionError, msg=values):
				self.check(**values)

	def test_late_request_can_be_rejected_but_not_by_the_asker(self):
		self.check(is_approval=False, now=datetime(2024, 6, 1), state="Replied")
		with self.assertRaises(ExtensionError):
			self.check(is_approval=False, decider="a")


class TestPost(unittest.TestCase):
	posts = (Post("UNIT", ("head",)), Post("LINE", ()), Post("OFFICE", ("o1", "o2")))

	def test_head_decides_for_others(self):
		self.assertEqual(extensions.pick_post("clerk", self.posts), Post("UNIT", ("head",)))

	def test_own_request_passes_vacant_posts(self):
		self.assertEqual(extensions.pick_post("head", self.posts), Post("OFFICE", ("o1", "o2")))

	def test_accused_people_decide_nothing(self):
		self.assertEqual(extensions.pick_post("head", self.posts, ["o1"]).people, ("o2",))
		self.assertIsNone(extensions.pick_post("head", self.posts, ["o1", "o2"]))


class TestNewDue(unittest.TestCase):
	def test_counted_from_the_original_end_whenever_granted(self):
		for now in (datetime(2024, 3, 2), DUE):
			self.assertEqual(extensions.extended_due(DUE, 30, RULE, now), datetime(2024, 5, 30, 23, 59, 59))

	def test_over_the_leap_day(self):
		end = datetime(2024, 1, 30, 23, 59, 59)
		self.assertEqual(
			extensions.extended_due(end, 30, RULE, NOW.replace(month=1)).date(), date(2024, 2, 29)
		)

	def test_elapsed_clock_keeps_its_time_of_day(self):
		end = datetime(2024, 4, 21, 15, 30)
		self.assertEqual(extensions.extended_due(end, 2, RULE, NOW), datetime(2024, 4, 23, 15, 30))

	def test_clock_that_ran_out_or_never_ran_stays(self):
		end = datetime(2024, 4, 1, 23, 59, 59)
		self.assertEqual(extensions.extended_due(end, 30, RULE, NOW), end)
		self.assertIsNone(extensions.extended_due(None, 30, RULE, NOW))

	def test_last_day_rolls_where_the_row_says_so(self):
		calendar = WorkCalendar(
			frozenset({date(2024, 5, 1), date(2024, 5, 2), date(2024, 5, 3)}), frozenset(), frozenset({2024})
		)
		rule = LimitRule("Extension", 30, NATURAL_DAY, True)
		self.assertEqual(extensions.extended_due(DUE, 1, rule, NOW, calendar).date(), date(2024, 5, 6))

	def test_statute_decides_which_date_counts(self):
		early = datetime(2024, 3, 16, 23, 59, 59)
		self.assertEqual(extensions.original_due(early, DUE), DUE)
		self.assertEqual(extensions.original_due(early, None), early)
