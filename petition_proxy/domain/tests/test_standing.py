import unittest
from datetime import date
from fractions import Fraction

from petition_proxy.domain.standing import (
	StandingRule,
	UnknownComparisonError,
	best_and_worst,
	figure_text,
	percent,
	proposals,
	restated,
)

DAY = date(2024, 6, 30)


def rule(**values) -> StandingRule:
	return StandingRule(
		**{
			"name": "r",
			"level": "Agent",
			"indicator": "Agent Satisfaction",
			"comparison": "Below",
			"threshold": Fraction(60),
			"min_cases": 5,
			"consequence": "Talk",
			"first": date(2024, 1, 1),
			**values,
		}
	)


class TestFigures(unittest.TestCase):
	def test_text(self):
		for figure, text in (
			((5, 6), "83.3%"),
			((1, 3), "33.3%"),
			((2, 3), "66.7%"),
			((1, 1), "100.0%"),
			((0, 4), "0.0%"),
			((0, 0), "—"),
			((7, None), "7"),
			((1, 16), "6.3%"),
			((1, 2000), "0.1%"),
		):
			self.assertEqual(figure_text(figure), text, figure)
		self.assertEqual(percent((1, 3)), Fraction(100, 3))
		self.assertIsNone(percent((0, 0)))


class TestRanking(unittest.TestCase):
	figures = {"a": (9, 10), "b": (9, 10), "c": (5, 10), "d": (1, 10), "e": (0, 4), "f": (0, 0)}

	def test_few_cases_are_not_ranked_and_equals_share_a_rank(self):
		best, worst = best_and_worst(self.figures, 5, places=2)
		self.assertEqual([(r.rank, r.scope) for r in best], [(1, "a"), (1, "b")])
		self.assertEqual([(r.rank, r.scope) for r in worst], [(1, "d"), (2, "c")])

	def test_nobody_is_best_and_worst(self):
		best, worst = best_and_worst({"a": (1, 5)}, 5)
		self.assertEqual(([r.scope for r in best], worst), (["a"], []))
		self.assertEqual(best_and_worst({}, 5), ([], []))
		self.assertEqual(best_and_worst({"f": (0, 0)}, 0), ([], []))

	def test_less_can_be_better(self):
		best, _worst = best_and_worst(self.figures, 5, places=1, more_is_better=False)
		self.assertEqual(best[0].scope, "d")


class TestRules(unittest.TestCase):
	def test_both_sides_of_the_threshold(self):
		for comparison, below, at, above in (
			("Below", True, False, False),
			("At Most", True, True, False),
			("At Least", False, True, True),
			("Above", False, False, True),
		):
			made = rule(comparison=comparison)
			self.assertEqual([made.is_met_by((n, 10)) for n in (5, 6, 7)], [below, at, above], comparison)
		with self.assertRaises(UnknownComparisonError):
			rule(comparison="Near").is_met_by((1, 10))

	def test_few_cases_and_no_cases_propose_nothing(self):
		self.assertFalse(rule().is_met_by((0, 4)))
		self.assertTrue(rule().is_met_by((0, 5)))
		self.assertFalse(rule(min_cases=0).is_met_by((0, 0)))
		self.assertTrue(rule(threshold=Fraction(1)).is_met_by((0, None)))

	def test_gravest_consequence_of_one_indicator(self):
		rules = [rule(), rule(name="g", threshold=Fraction(30), consequence="Removal")]
		figures = {"A": {"Agent Satisfaction": (2, 10)}, "B": {"Agent Satisfaction": (5, 10)}, "C": {}}
		found = proposals(rules, "Agent", figures, DAY)
		self.assertEqual([(r.consequence, s) for r, s, _f in found], [("Removal", "A"), ("Talk", "B")])
		self.assertEqual(proposals(rules, "Town", figures, DAY), [])
		self.assertEqual(proposals(rules, "Agent", figures, date(2023, 12, 31)), [])
		ended = [rule(last=date(2024, 6, 29))]
		self.assertEqual(proposals(ended, "Agent", figures, DAY), [])

	def test_restated(self):
		old = {"Filed": [3, None], "Satisfaction": [1, 2], "Gone": [1, 1]}
		now = {"Filed": (3, None), "Satisfaction": (2, 3)}
		self.assertEqual(restated(old, now, ("Filed", "Satisfaction")), {"Satisfaction": ((1, 2), (2, 3))})
