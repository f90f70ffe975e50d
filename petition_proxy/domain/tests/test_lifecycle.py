"""The lifecycle table: whole, without dead ends, and the order it gives a queue."""

import random
import unittest
from datetime import datetime, timedelta

from petition_proxy.domain import lifecycle as lc

NOW = datetime(2026, 3, 1, 9, 0)


class TestTable(unittest.TestCase):
	def test_every_state_is_reached_from_draft_and_every_open_state_is_left(self):
		reached = {lc.DRAFT}
		while new := {t.target for t in lc.TRANSITIONS if t.source in reached} - reached:
			reached |= new
		self.assertEqual(reached, set(lc.STATES))
		for state in lc.STATES:
			self.assertTrue(lc.next_steps(state), state)  # a file too comes back out, on review

	def test_what_has_ended_goes_on_only_by_reopening_undoing_or_filing_away(self):
		ways = {t.action for state in lc.FINAL_STATES for t in lc.next_steps(state)}
		self.assertEqual(ways, {"Reopen", "Undo Merge", "Archive"})

	def test_each_edge_stands_once(self):
		edges = [(t.source, t.target) for t in lc.TRANSITIONS]
		self.assertEqual(len(edges), len(set(edges)))

	def test_find_knows_the_table_and_nothing_else(self):
		pairs = {(t.source, t.target) for t in lc.TRANSITIONS}
		for source in lc.STATES:
			for target in lc.STATES:
				if (source, target) in pairs:
					self.assertEqual(lc.find(source, target).target, target)
				else:
					with self.assertRaises(lc.StepNotAllowedError) as caught:
						lc.find(source, target)
					self.assertIn(source, str(caught.exception))

	def test_each_step_stamps_one_field_and_names_known_roles(self):
		for action in {t.action for t in lc.TRANSITIONS}:
			self.assertEqual(len({t.stamp for t in lc.TRANSITIONS if t.action == action}), 1, action)
		for step in lc.TRANSITIONS:
			self.assertTrue(step.roles)
			self.assertLessEqual(set(step.roles), set(lc.ROLES))
			self.assertNotIn(lc.LEADER, step.roles)
			self.assertNotIn(lc.AUDITOR, step.roles)

	def test_agents_never_withdraw_and_only_the_petition_office_reopens(self):
		for step in lc.TRANSITIONS:
			if step.action == "Withdraw":
				self.assertNotIn(lc.AGENT, step.roles)
			if step.action in ("Reopen", "Rework"):
				self.assertEqual(step.roles, (lc.OFFICE,))

	def test_villages_and_agents_decide_nothing(self):
		for step in lc.TRANSITIONS:
			if step.actor == lc.BY_HANDLING_UNIT:
				self.assertFalse({lc.VILLAGE, lc.AGENT, lc.PETITIONER} & set(step.roles), step.action)


class TestRunningClock(unittest.TestCase):
	def test_the_clock_of_the_state_counts(self):
		notice, reply, statute = NOW, NOW + timedelta(days=15), NOW + timedelta(days=60)
		expected = dict.fromkeys(lc.STATES)
		expected.update(dict.fromkeys(lc.AWAITING_NOTICE_STATES, notice))
		expected.update(dict.fromkeys(lc.AWAITING_REPLY_STATES, reply))
		for state, due in expected.items():
			self.assertEqual(lc.running_due_at(state, notice, reply, statute), due, state)

	def test_the_earlier_of_promise_and_statute_wins(self):
		self.assertEqual(lc.running_due_at(lc.HANDLING, None, NOW + timedelta(90), NOW), NOW)
		self.assertEqual(lc.running_due_at(lc.HANDLING, None, None, NOW), NOW)
		self.assertIsNone(lc.running_due_at(lc.HANDLING, None, None, None))


class TestQueueOrder(unittest.TestCase):
	def test_random_queues_sort_as_the_rule_says(self):
		rng = random.Random(3)
		band = {**dict.fromkeys(lc.STATES, 0), lc.DRAFT: 1}
		band.update(dict.fromkeys(lc.ANSWERED_STATES, 2))
		band.update(dict.fromkeys(lc.FINAL_STATES, 3))
		cases = []
		for _i in range(400):
			due = NOW + timedelta(minutes=rng.randint(-90000, 90000)) if rng.random() < 0.7 else None
			filed = NOW - timedelta(minutes=rng.randint(0, 90000))
			cases.append((rng.choice(lc.STATES), rng.random() < 0.5, due, filed))
		by_key = sorted(cases, key=lambda c: lc.queue_key(*c))
		by_rule = [(band[s], not proxied, due or filed) for s, proxied, due, filed in by_key]
		self.assertEqual(by_rule, sorted(by_rule))
		self.assertTrue(all(len(lc.queue_key(*c)) <= 30 for c in cases))

	def test_a_case_without_any_date_still_has_a_place(self):
		self.assertTrue(lc.queue_key(lc.DRAFT, False, None, None))
