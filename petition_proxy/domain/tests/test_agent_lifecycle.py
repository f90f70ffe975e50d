"""The agent's table: whole, without dead ends; the gate; who comes back where."""

import unittest
from datetime import date, timedelta

from petition_proxy.domain import agent_lifecycle as al

TODAY = date(2026, 3, 1)


def day(offset: int) -> date:
	return TODAY + timedelta(days=offset)


class TestTable(unittest.TestCase):
	def test_every_status_is_reached_from_applied_and_none_is_a_dead_end(self):
		reached = {al.APPLIED}
		while new := {a.target for a in al.ACTS if a.source in reached} - reached:
			reached |= new
		self.assertEqual(reached, set(al.STATUSES))
		for status in al.STATUSES:
			self.assertTrue(al.next_acts(status), status)

	def test_nothing_leads_on_duty_without_a_pass(self):
		acts = [a for a in al.ACTS if a.target == al.ON_DUTY]
		self.assertEqual({a.source for a in acts}, {al.IN_TRAINING, al.SUSPENDED, al.LEFT})
		self.assertTrue(all(a.needs_pass for a in acts))

	def test_what_takes_duty_or_membership_away_needs_a_reason(self):
		for act in al.ACTS:
			if act.target in (al.SUSPENDED, *al.GONE_STATUSES):
				self.assertTrue(act.needs_reason, act)

	def test_expiry_is_no_button(self):
		self.assertNotIn("Certificate Expired", {a.action for a in al.next_acts(al.ON_DUTY)})

	def test_acts_out_of_order_are_refused(self):
		for action, source in (("Put on Duty", al.APPLIED), ("Suspend", al.LEFT), ("Check", al.ON_DUTY)):
			with self.assertRaises(al.ActNotAllowedError):
				al.find_act(action, source)
		with self.assertRaises(al.ActNotAllowedError):
			al.find_change(al.APPLIED, al.ON_DUTY)


class TestGate(unittest.TestCase):
	def test_last_day_counts_and_nothing_is_no_pass(self):
		self.assertTrue(al.has_pass(TODAY, TODAY))
		self.assertFalse(al.has_pass(day(-1), TODAY))
		self.assertFalse(al.has_pass(None, TODAY))
		al.check_pass("周大姐", TODAY, TODAY)
		for end in (None, day(-1)):
			with self.assertRaises(al.NotFitError):
				al.check_pass("周大姐", end, TODAY)

	def test_duty_ends_the_day_after_the_certificate(self):
		self.assertEqual(al.off_duty_from(TODAY), day(1))
		for end in (TODAY, date(2027, 12, 31), date(2028, 2, 28)):
			first = al.off_duty_from(end)
			self.assertFalse(al.has_pass(end, first))
			self.assertTrue(al.has_pass(end, first - timedelta(days=1)))

	def test_warnings_come_once_per_step_and_not_after_the_end(self):
		steps = (60, 15)
		expected = {61: None, 60: 60, 16: 60, 15: 15, 0: 15, -1: None}
		for left, step in expected.items():
			self.assertEqual(al.warning_step(day(left), TODAY, steps), step, left)

	def test_revoked_certificates_do_not_count(self):
		rows = [
			{"valid_to": day(400), "revoked_on": TODAY},
			{"valid_to": day(30), "revoked_on": None},
			{"valid_to": day(10), "revoked_on": None},
		]
		self.assertEqual(al.pass_end(rows), day(30))
		self.assertIsNone(al.pass_end(rows[:1]))


class TestReadmission(unittest.TestCase):
	def test_short_absence_with_a_pass_goes_on_duty(self):
		def target(source, left, pass_days):
			return al.readmission_target(source, day(left), TODAY, day(pass_days), 365)

		self.assertEqual(target(al.LEFT, -365, 0), al.ON_DUTY)
		self.assertEqual(target(al.LEFT, -366, 0), al.IN_TRAINING)
		self.assertEqual(target(al.LEFT, -10, -1), al.IN_TRAINING)
		self.assertEqual(target(al.REMOVED, -10, 100), al.IN_TRAINING)
		self.assertEqual(al.readmission_target(al.LEFT, None, TODAY, day(9), 365), al.IN_TRAINING)
