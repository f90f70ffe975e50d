"""Time at each tier and per step, from made-up moments."""

import unittest
from datetime import datetime, timedelta

from petition_proxy.domain.dwell import Sending, hours_by_tier, mean, middle, stays, step_hours

START = datetime(2026, 3, 2, 9)


def after(hours: float) -> datetime:
	return START + timedelta(hours=hours)


class TestStays(unittest.TestCase):
	def told(self, ended, first_tier, *sendings, now=100):
		found = stays(START, ended and after(ended), first_tier, sendings, after(now))
		return [(s.tier, s.hours, s.is_open) for s in found]

	def test_waiting_with_the_village_and_settled_there(self):
		self.assertEqual(self.told(None, "Village"), [("Village", 100.0, True)])
		self.assertEqual(self.told(30, "Village"), [("Village", 30.0, False)])

	def test_handed_up_to_the_town_which_passes_it_on(self):
		told = self.told(
			80,
			"District",
			Sending("Town", "Hand Up", after(10), after(25)),
			Sending("District", "Assign", after(25)),
		)
		self.assertEqual(told, [("Village", 10.0, False), ("Town", 15.0, False), ("District", 55.0, False)])

	def test_directly_assigned_is_one_stay_at_the_district(self):
		self.assertEqual(
			self.told(50, "District", Sending("District", "Assign", after(5), after(50))),
			[("District", 50.0, False)],
		)

	def test_between_return_and_next_sending_it_is_with_the_district(self):
		told = self.told(
			None,
			"Town",
			Sending("Town", "Assign", after(5), after(20)),
			Sending("Town", "Assign", after(30)),
		)
		self.assertEqual(
			told,
			[
				("District", 5.0, False),
				("Town", 15.0, False),
				("District", 10.0, False),
				("Town", 70.0, True),
			],
		)

	def test_returned_and_still_waiting(self):
		told = self.told(None, "District", Sending("Town", "Assign", after(5), after(20)))
		self.assertEqual(told[-1], ("District", 80.0, True))

	def test_what_happens_after_the_answer_counts_no_more(self):
		told = self.told(
			40, "Town", Sending("Town", "Assign", after(5), after(40)), Sending("Town", "Rework", after(60))
		)
		self.assertEqual(sum(hours for _tier, hours, _open in told), 40.0)

	def test_hours_always_add_up_to_the_whole(self):
		for ended in (None, 26, 33, 90):
			told = self.told(
				ended,
				"Town",
				Sending("Town", "Hand Up", after(3), after(20)),
				Sending("District", "Assign", after(26), after(31)),
				Sending("Town", "Assign", after(32)),
			)
			self.assertAlmostEqual(sum(hours for _t, hours, _o in told), float(ended or 100))

	def test_a_case_counts_once_per_tier(self):
		case = stays(
			START,
			after(50),
			None,
			[Sending("Town", "Assign", after(10), after(20)), Sending("Town", "Assign", after(30))],
			after(99),
		)
		self.assertEqual(hours_by_tier([case]), {"Village": [], "Town": [30.0], "District": [20.0]})


class TestSteps(unittest.TestCase):
	def test_missing_and_reversed_moments_are_left_out(self):
		rows = [
			{"registered_at": after(0), "assigned_at": after(4)},
			{"registered_at": after(5), "assigned_at": after(4)},
			{"registered_at": after(5), "assigned_at": None},
		]
		self.assertEqual(step_hours(rows)["Assignment"], [4.0])
		self.assertEqual(step_hours(rows)["Service"], [])

	def test_of_nothing_there_is_no_median(self):
		self.assertIsNone(middle([]))
		self.assertIsNone(mean([]))
		self.assertEqual((middle([1.0, 9.0, 2.0]), mean([1.0, 2.0])), (2.0, 1.5))


if __name__ == "__main__":
	unittest.main()
