"""Rewards: tiers, waiting, reversal, and random histories in which no rerun pays twice."""

import itertools
import random
import unittest
from dataclasses import replace
from datetime import date, datetime, timedelta

from petition_proxy.domain import ratings, rewards
from petition_proxy.domain.rewards import Facts, Line, Policy, judge, plan

CLOSED_AT = datetime(2024, 3, 1, 10)
AFTER = date(2024, 6, 1)


def closed_case(**values) -> Facts:
	return Facts(
		**{
			"petition": "XF-1",
			"round": 1,
			"agent": "A",
			"state": "Closed",
			"registered_at": CLOSED_AT - timedelta(days=12),
			"accepted_at": CLOSED_AT - timedelta(days=10),
			"replied_at": CLOSED_AT - timedelta(days=2),
			"served_at": CLOSED_AT - timedelta(days=1),
			"due_at": CLOSED_AT + timedelta(days=5),
			"closed_at": CLOSED_AT,
			**values,
		}
	)


class TestAmounts(unittest.TestCase):
	def test_whole_fen_only(self):
		self.assertEqual(rewards.whole_fen(1000), 1000)
		self.assertEqual(rewards.whole_fen("1500"), 1500)
		for bad in (10.0, 10.5, "10.5", "", None, True, 0, -1, "-5", "1e3"):
			with self.assertRaises(rewards.AmountError, msg=repr(bad)):
				rewards.whole_fen(bad)

	def test_shown_as_yuan_without_floats(self):
		for fen, text in ((1000, "10.00"), (1505, "15.05"), (-2000, "-20.00"), (7, "0.07"), (0, "0.00")):
			self.assertEqual(rewards.yuan_text(fen), text)
		self.assertEqual(rewards.yuan_text(10**17 + 1), "1000000000000000.01")

	def test_tariff_by_day(self):
		rows = [
			rewards.Tariff("old", "Closed", 1000, date(2014, 5, 1), date(2024, 3, 31)),
			rewards.Tariff("new", "Closed", 1200, date(2024, 4, 1)),
		]
		self.assertEqual(rewards.tariff_on(rows, "Closed", date(2024, 3, 31)).name, "old")
		self.assertEqual(rewards.tariff_on(rows, "Closed", date(2024, 4, 1)).name, "new")
		for tier, day in (("Closed", date(2014, 4, 30)), ("Basically Satisfied", AFTER)):
			with self.assertRaises(rewards.NoTariffError):
				rewards.tariff_on(rows, tier, day)

	def test_who_owes_gets_nothing_yet(self):
		self.assertEqual(
			rewards.payable_agents([("A", 1000), ("B", -2000), ("B", 1000), ("C", 1500), ("C", -1500)]),
			{"A": 1000},
		)


class TestTiers(unittest.TestCase):
	def test_tiers_are_not_a_sum(self):
		for rating, tier in (
			(None, rewards.CLOSED_TIER),
			(ratings.BASICALLY_SATISFIED, rewards.BASIC_TIER),
			(ratings.SATISFIED, rewards.SETTLED_TIER),
		):
			self.assertEqual(judge(closed_case(agent_rating=rating), Policy(), AFTER).tier, tier)

	def test_dissatisfied_only_if_the_town_confirms(self):
		case = closed_case(agent_rating=ratings.DISSATISFIED)
		self.assertEqual(judge(case, Policy(), AFTER).reason, rewards.DISSATISFIED)
		confirmed = replace(case, is_confirmed=True)
		self.assertEqual(judge(confirmed, Policy(), AFTER).tier, rewards.CLOSED_TIER)
		self.assertIsNone(judge(confirmed, Policy(dissatisfied=rewards.NEVER), AFTER).tier)
		self.assertEqual(judge(case, Policy(dissatisfied=rewards.ALWAYS), AFTER).tier, rewards.CLOSED_TIER)

	def test_whose_rating(self):
		case = closed_case(agent_rating=ratings.SATISFIED, unit_rating=ratings.DISSATISFIED)
		self.assertEqual(judge(case, Policy(), AFTER).tier, rewards.SETTLED_TIER)
		self.assertIsNone(judge(case, Policy(rating_of=rewards.UNIT_RATING), AFTER).tier)
		self.assertIsNone(judge(case, Policy(rating_of=rewards.LOWER_RATING), AFTER).tier)

	def test_every_condition_of_success(self):
		broken = {
			rewards.NOT_PROXIED: {"agent": None},
			rewards.PUBLIC_STAFF: {"is_public_staff": True},
			rewards.REOPENED: {"is_reopened": True},
			rewards.NOT_CLOSED: {"state": "Served", "closed_at": None},
			rewards.WITHDRAWN: {"state": "Withdrawn"},
			rewards.MERGED_OR_REPEAT: {"is_repeat": True},
			rewards.NOT_ACCEPTED: {"accepted_at": None},
			rewards.LATE: {"due_at": CLOSED_AT - timedelta(days=3)},
			rewards.NOT_SERVED: {"served_at": None},
			rewards.INCOMPLETE: {"has_papers": False},
			rewards.OLD_LEDGER: {"is_taken_over": True},
			rewards.STRUCK: {"is_struck": True},
		}
		for reason, values in broken.items():
			verdict = judge(closed_case(agent_rating=ratings.SATISFIED, **values), Policy(), AFTER)
			self.assertEqual((verdict.tier, verdict.reason), (None, reason))
		self.assertEqual(judge(closed_case(state="Merged"), Policy(), AFTER).reason, rewards.MERGED_OR_REPEAT)
		self.assertEqual(judge(closed_case(replied_at=None), Policy(), AFTER).reason, rewards.NOT_SERVED)

	def test_the_last_second_is_in_time(self):
		due = datetime(2024, 2, 28, 23, 59, 59)
		in_time = closed_case(due_at=due, replied_at=due.replace(microsecond=999999))
		self.assertEqual(judge(in_time, Policy(), AFTER).tier, rewards.CLOSED_TIER)
		self.assertIsNone(
			judge(replace(in_time, replied_at=due + timedelta(seconds=1)), Policy(), AFTER).tier
		)

	def test_on_the_spot_by_setting(self):
		case = closed_case(accepted_at=None, due_at=None, outcome=rewards.SETTLED_ON_THE_SPOT)
		self.assertIsNone(judge(case, Policy(), AFTER).tier)
		self.assertEqual(judge(case, Policy(on_the_spot=True), AFTER).tier, rewards.CLOSED_TIER)


class TestWaiting(unittest.TestCase):
	last = CLOSED_AT.date() + timedelta(days=30)

	def test_held_to_the_last_day(self):
		case = closed_case(agent_rating=ratings.SATISFIED)
		self.assertEqual(judge(case, Policy(), self.last).hold_until, self.last)
		self.assertEqual(judge(case, Policy(), self.last).status, rewards.HELD)
		self.assertEqual(judge(case, Policy(), self.last + timedelta(days=1)).status, rewards.DUE)

	def test_a_statement_ends_the_waiting_from_its_day_on(self):
		day = CLOSED_AT.date() + timedelta(days=3)
		case = closed_case(agent_rating=ratings.SATISFIED, settled_on=day)
		self.assertEqual(judge(case, Policy(), day - timedelta(days=1)).status, rewards.HELD)
		self.assertEqual(judge(case, Policy(), day).status, rewards.DUE)

	def test_not_rated_waits_for_the_window(self):
		case = closed_case(settled_on=CLOSED_AT.date())
		end = case.served_at.date() + timedelta(days=30)
		self.assertEqual(judge(case, Policy(), end).hold_until, end)
		self.assertEqual(judge(case, Policy(), end + timedelta(days=1)).status, rewards.DUE)

	def test_the_longer_of_two_waits_counts(self):
		case = closed_case()
		window_end = case.served_at.date() + timedelta(days=30)
		self.assertLess(window_end, self.last)
		self.assertEqual(judge(case, Policy(), CLOSED_AT.date()).hold_until, self.last)
		long_window = Policy(window_days=45)
		self.assertEqual(
			judge(case, long_window, CLOSED_AT.date()).hold_until, window_end + timedelta(days=15)
		)

	def test_a_repeat_inside_the_waiting_days_takes_the_highest_tier(self):
		case = closed_case(agent_rating=ratings.SATISFIED, repeated_on=self.last)
		self.assertEqual(judge(case, Policy(), self.last - timedelta(days=1)).tier, rewards.SETTLED_TIER)
		self.assertEqual(judge(case, Policy(), self.last).tier, rewards.BASIC_TIER)
		late = replace(case, repeated_on=self.last + timedelta(days=1))
		self.assertEqual(judge(late, Policy(), AFTER).tier, rewards.SETTLED_TIER)
		signed = replace(case, settled_on=CLOSED_AT.date())
		self.assertEqual(judge(signed, Policy(), AFTER).tier, rewards.SETTLED_TIER)


class TestPlan(unittest.TestCase):
	earned = rewards.Verdict(rewards.CLOSED_TIER, earned_on=CLOSED_AT.date())

	def line(self, **values) -> Line:
		return Line(
			**{
				"name": "L1",
				"agent": "A",
				"tier": rewards.CLOSED_TIER,
				"fen": 1000,
				"status": "Due",
				**values,
			}
		)

	def test_what_stands_already_is_left(self):
		self.assertEqual(plan([self.line()], self.earned, "A"), rewards.Plan())

	def test_another_agent_takes_the_line_of_the_first_back(self):
		made = plan([self.line()], self.earned, "B")
		self.assertEqual(made.reverse, ((self.line(), rewards.OTHER_AGENT),))
		self.assertEqual((made.add, made.seq), (self.earned, 2))

	def test_another_tier_is_no_other_agent(self):
		made = plan([self.line(tier=rewards.BASIC_TIER)], self.earned, "A")
		self.assertEqual([reason for _line, reason in made.reverse], [rewards.OTHER_TIER])

	def test_what_ended_the_claim_is_the_reason(self):
		made = plan([self.line()], rewards.Verdict(None, rewards.REOPENED), "A")
		self.assertEqual([reason for _line, reason in made.reverse], [rewards.REOPENED])
		self.assertIsNone(made.add)

	def test_only_a_line_that_waits_is_settled(self):
		held = replace(self.earned, hold_until=AFTER)
		for status, is_settled in (("Held", True), ("Due", True), ("In Batch", False), ("Paid", False)):
			with self.subTest(status):
				made = plan([self.line(status=status)], held, "A")
				self.assertEqual(made.settle is not None, is_settled)
				self.assertEqual((made.reverse, made.add), ((), None))

	def test_reversal_of_an_approved_line_is_taken_off_the_next_payment(self):
		for status, in_open_batch, old, new in (
			("Held", False, "Reversed", "Reversed"),
			("Due", False, "Reversed", "Reversed"),
			("In Batch", True, "Reversed", "Reversed"),
			("In Batch", False, "In Batch", "Due"),
			("Paid", False, "Paid", "Due"),
		):
			with self.subTest(status, in_open_batch=in_open_batch):
				found = rewards.reversal_status(self.line(status=status), in_open_batch)
				self.assertEqual(found, (old, new))


class Ledger:
	"""The smallest thing that applies plans, batches and payments, to play histories on."""

	amounts = dict(zip(rewards.TIERS, (1000, 1500, 2000), strict=True))

	def __init__(self) -> None:
		self.lines: list[Line] = []
		self.frozen_amounts: dict[str, tuple] = {}
		self.open_batch: list[str] = []
		self.names = itertools.count(1)

	def run(self, facts: Facts, on: date) -> bool:
		made = plan(self.lines, judge(facts, Policy(), on), facts.agent)
		for line, _reason in made.reverse:
			old, new = rewards.reversal_status(line, line.name in self.open_batch)
			self._replace(line, status=old)
			if line.name in self.open_batch:
				self.open_batch.remove(line.name)
			self.lines.append(
				Line(f"L{next(self.names)}", line.agent, line.tier, -line.fen, new, line.seq, line.name)
			)
		if made.add:
			v = made.add
			self.lines.append(
				Line(
					f"L{next(self.names)}",
					facts.agent,
					v.tier,
					self.amounts[v.tier],
					v.status,
					made.seq,
					hold_until=v.hold_until,
				)
			)
		if made.settle:
			line, status, hold = made.settle
			self._replace(line, status=status, hold_until=hold)
		return made != rewards.Plan()

	def fill(self) -> None:
		due = [x for x in self.lines if x.status == rewards.DUE]
		payable = rewards.payable_agents((x.agent, x.fen) for x in due)
		for line in due:
			if line.agent in payable:
				self._replace(line, status=rewards.IN_BATCH)
				self.open_batch.append(line.name)

	def approve(self) -> None:
		for line in self.lines:
			if line.name in self.open_batch:
				self.frozen_amounts[line.name] = (line.fen, line.tier, line.agent)
		self.open_batch = []

	def pay(self) -> None:
		for line in list(self.lines):
			if line.status == rewards.IN_BATCH and line.name not in self.open_batch:
				self._replace(line, status=rewards.PAID)

	def _replace(self, line: Line, **values) -> None:
		index = next(i for i, x in enumerate(self.lines) if x.name == line.name)
		self.lines[index] = replace(self.lines[index], **values)


class TestHistories(unittest.TestCase):
	"""Random changes of a case with runs, batches and payments in between."""

	def changes(self, rng: random.Random) -> list[dict]:
		picks = [
			{"agent_rating": rng.choice([None, *ratings.RATINGS])},
			{"agent_rating": rng.choice(ratings.RATINGS)},
			{"settled_on": CLOSED_AT.date() + timedelta(days=rng.randrange(40))},
			{"repeated_on": CLOSED_AT.date() + timedelta(days=rng.randrange(50))},
			{"is_confirmed": True},
			{"is_reopened": True},
			{"is_public_staff": rng.random() < 0.5},
			{"is_repeat": rng.random() < 0.5},
			{"agent": rng.choice("AB")},
		]
		rng.shuffle(picks)
		return picks[: rng.randrange(1, len(picks))]

	def test_invariants_hold_after_every_step(self):
		frozen = 0
		for seed in range(400):
			rng = random.Random(seed)
			ledger, facts, on = Ledger(), closed_case(), CLOSED_AT.date()
			for change in self.changes(rng):
				facts = replace(facts, **change)
				on += timedelta(days=rng.randrange(20))
				ledger.run(facts, on)
				self.assertFalse(ledger.run(facts, on), f"seed {seed}: a rerun does nothing")
				live = rewards.live_lines(ledger.lines)
				self.assertLessEqual(len(live), 1, f"seed {seed}")
				verdict = judge(facts, Policy(), on)
				net = sum(x.fen for x in ledger.lines)
				self.assertEqual(net, Ledger.amounts.get(verdict.tier, 0), f"seed {seed}")
				self.assertEqual(
					[x.agent for x in live], [facts.agent] if verdict.tier else [], f"seed {seed}"
				)
				if facts.is_public_staff:
					self.assertEqual(net, 0)
				keys = [rewards.reward_key("XF-1", 1, x.seq, bool(x.reverses)) for x in ledger.lines]
				self.assertEqual(len(keys), len(set(keys)), f"seed {seed}: keys are unique")
				for act in (ledger.fill, ledger.approve, ledger.pay)[: rng.randrange(4)]:
					act()
				for line in ledger.lines:
					if line.name in ledger.frozen_amounts:
						self.assertEqual((line.fen, line.tier, line.agent), ledger.frozen_amounts[line.name])
						self.assertIn(line.status, (rewards.IN_BATCH, rewards.PAID), f"seed {seed}")
			frozen += len(ledger.frozen_amounts)
		self.assertGreater(frozen, 50, "hardly any line was approved, so nothing was tried")

	def test_the_order_of_events_does_not_matter(self):
		for seed in range(60):
			rng = random.Random(seed)
			changes = self.changes(rng)
			keys = {k for change in changes for k in change}
			changes = [{k: v} for k, v in {k: v for c in changes for k, v in c.items()}.items()]
			self.assertEqual(len(keys), len(changes))
			nets = set()
			for _turn in range(4):
				rng.shuffle(changes)
				ledger, facts = Ledger(), closed_case()
				for change in changes:
					facts = replace(facts, **change)
					if rng.random() < 0.6:
						ledger.run(facts, CLOSED_AT.date() + timedelta(days=rng.randrange(60)))
				ledger.run(facts, AFTER)
				nets.add(
					(
						sum(x.fen for x in ledger.lines),
						tuple(x.tier for x in rewards.live_lines(ledger.lines)),
					)
				)
			self.assertEqual(len(nets), 1, f"seed {seed}: {nets}")
