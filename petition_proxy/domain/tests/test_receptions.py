import unittest
from datetime import datetime

from petition_proxy.domain import receptions as v


def at(hour, minute=0, day=10):
	return datetime(2026, 3, day, hour, minute)


class TestSlots(unittest.TestCase):
	def test_one_after_the_other_is_no_overlap(self):
		v.check_slot(at(9), at(10), [("Room 1", at(8), at(9)), ("Room 1", at(10), at(11))])

	def test_any_shared_minute_is_refused(self):
		for begins, ends in ((at(8), at(9, 1)), (at(9, 59), at(11)), (at(9, 20), at(9, 30)), (at(8), at(12))):
			self.assertRaises(v.SlotError, v.check_slot, at(9), at(10), [("Room 1", begins, ends)])

	def test_hours_in_order_and_within_a_day(self):
		self.assertRaises(v.SlotError, v.check_slot, at(10), at(10), [])
		self.assertRaises(v.SlotError, v.check_slot, at(23), at(1, day=11), [])

	def test_record_of_a_reception(self):
		v.check_record(at(9), at(10), at(12))
		for started, ended in ((None, at(10)), (at(9), None), (at(10), at(9)), (at(9), at(13))):
			self.assertRaises(v.SlotError, v.check_record, started, ended, at(12))
