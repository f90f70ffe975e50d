import random
import unittest
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from petition_proxy.domain import alerts, lifecycle
from petition_proxy.domain.alerts import AlertCase, AlertRule, InvalidAlertRuleError

DUE = datetime(2024, 3, 16, 23, 59, 59)
LATER = datetime(2024, 4, 30, 23, 59, 59)

WARN = AlertRule("warn", "Local Promise", -1, "Handling Unit", 1, use_class_warning=True)
AT_DUE = AlertRule("due", "Local Promise", 0, "Unit Head", 2)
TOWN = AlertRule("town", "Local Promise", 24, "Town", 3)
OFFICE = AlertRule("office", "Local Promise", 72, "Petition Office", 4)
URGENT = AlertRule("urgent", "Local Promise", 2, "Petition Office", 4, urgent_only=True)
NOTICE = AlertRule("notice", "Acceptance Notice", -72, "Handling Unit", 1)
STATUTE = AlertRule("statute", "Statutory", 0, "Petition Office", 4)
RULES = [OFFICE, URGENT, STATUTE, TOWN, NOTICE, AT_DUE, WARN]

CASE = AlertCase("Handling", False, 48, DUE, DUE, LATER)


def codes(found):
	return [rule.code for rule, _moment in found]


# Mostly states in which a clock runs, so that the walks below have something to find.
CLOCK_STATES = (
	*(s for s in lifecycle.STATES if s not in lifecycle.FINAL_STATES),
	lifecycle.CLOSED,
	lifecycle.REFUSED,
)


class TestFireAt(unittest.TestCase):
	def test_offset_counts_from_the_due_moment(self):
		self.assertEqual(alerts.fire_at(TOWN, DUE, 48), DUE + timedelta(days=1))
		self.assertEqual(alerts.fire_at(NOTICE, DUE, 48), DUE - timedelta(days=3))

	def test_class_warning_takes_the_hours_of_the_class(self):
		self.assertEqual(alerts.fire_at(WARN, DUE, 48), DUE - timedelta(hours=48))
		self.assertEqual(alerts.fire_at(WARN, DUE, 0), DUE)

	def test_class_warning_without_a_class_takes_the_offset(self):
		self.assertEqual(alerts.fire_at(WARN, DUE, None), DUE - timedelta(hours=1))

	def test_unknown_clock_or_recipient_is_refused(self):
		with self.assertRaises(InvalidAlertRuleError) as caught:
			AlertRule("x", "Handling", 0, "Town", 1)
		self.assertIn("Statutory", str(caught.exception))
		with self.assertRaises(InvalidAlertRuleError):
			AlertRule("x", "Statutory", 0, "Mayor", 1)


class TestDueAlerts(unittest.TestCase):
	def test_steps_of_escalation_come_one_after_the_other(self):
		for now, expected in (
			(DUE - timedelta(hours=48, seconds=1), []),
			(DUE - timedelta(hours=48), ["warn"]),
			(DUE, ["warn", "due"]),
			(DUE + timedelta(hours=24), ["warn", "due", "town"]),
			(DUE + timedelta(hours=100), ["warn", "due", "town", "office"]),
		):
			with self.subTest(now=now):
				self.assertEqual(codes(alerts.due_alerts(CASE, RULES, now)), expected)

	def test_moments_are_those_of_the_rules_not_of_the_look(self):
		found = {rule.code: moment for rule, moment in alerts.due_alerts(CASE, RULES, LATER)}
		self.assertEqual(found["warn"], DUE - timedelta(hours=48))
		self.assertEqual(found["statute"], LATER)

	def test_urgent_rules_need_an_urgent_case(self):
		now = DUE + timedelta(hours=2)
		self.assertNotIn("urgent", codes(alerts.due_alerts(CASE, RULES, now)))
		self.assertIn("urgent", codes(alerts.due_alerts(replace(CASE, is_urgent=True), RULES, now)))

	def test_a_clock_counts_only_while_it_runs(self):
		expected = {
			"Draft": set(),
			"Registered": {"notice"},
			"Assigned": {"notice"},
			"Received": {"notice"},
			"Accepted": {"warn", "due", "town", "office", "statute"},
			"Refused": set(),
			"Handling": {"warn", "due", "town", "office", "statute"},
			"Replied": set(),
			"Served": set(),
			"Closed": set(),
			"No Longer Accepted": set(),
			"Led to Statutory Route": set(),
			"Withdrawn": set(),
			"Merged": set(),
			"Archived": set(),
		}
		self.assertEqual(set(expected), set(lifecycle.STATES))
		for state, rules in expected.items():
			with self.subTest(state=state):
				found = alerts.due_alerts(replace(CASE, state=state), RULES, datetime(2030, 1, 1))
				self.assertEqual(set(codes(found)), rules)

	def test_a_clock_that_was_not_started_fires_nothing(self):
		case = replace(CASE, reply_due_at=None)
		self.assertEqual(codes(alerts.due_alerts(case, RULES, datetime(2030, 1, 1))), ["statute"])


class TestNextFireAt(unittest.TestCase):
	def test_strictly_later(self):
		self.assertEqual(alerts.next_fire_at(CASE, RULES, datetime(2024, 1, 1)), DUE - timedelta(hours=48))
		self.assertEqual(alerts.next_fire_at(CASE, RULES, DUE - timedelta(hours=48)), DUE)
		self.assertEqual(alerts.next_fire_at(CASE, RULES, DUE), DUE + timedelta(hours=24))

	def test_nothing_left(self):
		self.assertIsNone(alerts.next_fire_at(CASE, RULES, LATER))
		self.assertIsNone(alerts.next_fire_at(replace(CASE, state="Closed"), RULES, datetime(2024, 1, 1)))


def random_case(rng):
	start = datetime(2024, 1, 1) + timedelta(minutes=rng.randrange(100_000))

	def due():
		return start + timedelta(hours=rng.randrange(1, 1500)) if rng.random() < 0.85 else None

	return AlertCase(
		state=rng.choice(CLOCK_STATES),
		is_urgent=rng.random() < 0.3,
		warn_hours=rng.choice((None, 0, 4, 24, 48, 120)),
		notice_due_at=due(),
		reply_due_at=due(),
		statutory_due_at=due(),
	)


def random_rules(rng):
	return [
		AlertRule(
			f"r{n}",
			rng.choice(alerts.CLOCKS),
			rng.randrange(-200, 400),
			rng.choice(alerts.RECIPIENTS),
			rng.randrange(1, 5),
			urgent_only=rng.random() < 0.3,
			use_class_warning=rng.random() < 0.3,
		)
		for n in range(rng.randrange(0, 9))
	]


class TestWalks(unittest.TestCase):
	"""However often and however late one looks, the same alerts are found."""

	def test_property_many_looks_find_what_one_look_finds(self):
		rng = random.Random(4)
		found_any = 0
		for _round in range(300):
			case, rules = random_case(rng), random_rules(rng)
			now = end = datetime(2023, 12, 1)
			seen = set()
			for _step in range(rng.randrange(1, 40)):
				now = end
				seen |= {(rule.code, moment) for rule, moment in alerts.due_alerts(case, rules, now)}
				end += timedelta(minutes=rng.randrange(1, 20_000))
			at_once = {(rule.code, moment) for rule, moment in alerts.due_alerts(case, rules, now)}
			self.assertEqual(seen, at_once)
			found_any += bool(seen)
		self.assertGreater(found_any, 50)

	def test_property_following_next_fire_at_skips_none_and_comes_never_early(self):
		rng = random.Random(5)
		longest = 0
		for _round in range(300):
			case, rules = random_case(rng), random_rules(rng)
			wanted = [moment for _rule, moment in alerts.due_alerts(case, rules, datetime(2040, 1, 1))]
			now, visited, written = datetime(2023, 1, 1), [], set()
			while (moment := alerts.next_fire_at(case, rules, now)) is not None:
				self.assertGreater(moment, now)
				before = alerts.due_alerts(case, rules, moment - timedelta(microseconds=1))
				self.assertEqual({rule.code for rule, _at in before}, written)
				written = {rule.code for rule, _at in alerts.due_alerts(case, rules, moment)}
				visited.append(moment)
				now = moment
			self.assertEqual(visited, sorted(set(wanted)))
			longest = max(longest, len(visited))
		self.assertGreater(longest, 3)

	def test_property_next_fire_at_from_any_moment(self):
		rng = random.Random(6)
		for _round in range(300):
			case, rules = random_case(rng), random_rules(rng)
			after = datetime(2024, 1, 1) + timedelta(minutes=rng.randrange(200_000))
			later = [m for _r, m in alerts.due_alerts(case, rules, datetime(2040, 1, 1)) if m > after]
			self.assertEqual(alerts.next_fire_at(case, rules, after), min(later, default=None))


class TestQuietHours(unittest.TestCase):
	def at(self, hour, minute=0, second=0):
		return datetime(2024, 3, 16, hour, minute, second)

	def test_window_over_midnight(self):
		start, end = time(21), time(8)
		for moment, quiet in (
			(self.at(20, 59, 59), False),
			(self.at(21), True),
			(self.at(0), True),
			(self.at(7, 59, 59), True),
			(self.at(8), False),
			(self.at(12), False),
		):
			with self.subTest(moment=moment):
				self.assertIs(alerts.in_quiet_hours(moment, start, end), quiet)

	def test_window_within_a_day(self):
		start, end = time(12), time(14)
		quiet = [hour for hour in range(24) if alerts.in_quiet_hours(self.at(hour), start, end)]
		self.assertEqual(quiet, [12, 13])

	def test_no_window(self):
		for start, end in ((time(8), time(8)), (None, time(8)), (time(21), None)):
			self.assertFalse(alerts.in_quiet_hours(self.at(8), start, end))

	def test_quiet_until(self):
		start, end = time(21), time(8)
		self.assertEqual(alerts.quiet_until(self.at(12), start, end), self.at(12))
		self.assertEqual(alerts.quiet_until(self.at(22), start, end), datetime(2024, 3, 17, 8))
		self.assertEqual(alerts.quiet_until(self.at(3), start, end), self.at(8))
		self.assertEqual(alerts.quiet_until(self.at(12, 30), time(12), time(14)), self.at(14))

	def test_property_quiet_until_is_the_first_moment_outside(self):
		rng = random.Random(21)
		for _round in range(300):
			start, end = (time(rng.randrange(24), rng.choice((0, 30))) for _bound in range(2))
			now = self.at(rng.randrange(24), rng.randrange(60))
			until = alerts.quiet_until(now, start, end)
			self.assertFalse(alerts.in_quiet_hours(until, start, end))
			self.assertLess(until - now, timedelta(days=1))
			if until > now:
				self.assertTrue(alerts.in_quiet_hours(until - timedelta(microseconds=1), start, end))


@dataclass
class Item:
	petition: str
	is_urgent: bool
	due_at: datetime | None


class TestDigestAndRetry(unittest.TestCase):
	def test_worst_first(self):
		items = [
			Item("no-date", False, None),
			Item("due-soon", False, DUE + timedelta(days=2)),
			Item("long-overdue", False, DUE - timedelta(days=40)),
			Item("urgent-later", True, DUE + timedelta(days=1)),
			Item("urgent-overdue", True, DUE),
			Item("overdue", False, DUE),
		]
		self.assertEqual(
			[item.petition for item in alerts.digest_order(items)],
			["urgent-overdue", "urgent-later", "long-overdue", "overdue", "due-soon", "no-date"],
		)

	def test_equal_items_go_by_petition_whatever_their_order(self):
		items = [{"petition": name, "is_urgent": 0, "due_at": DUE} for name in "cab"]
		self.assertEqual([item["petition"] for item in alerts.digest_order(items)], ["a", "b", "c"])

	def test_retry_grows_and_is_bounded(self):
		delays = [alerts.retry_delay(n) for n in range(1, alerts.MAX_ATTEMPTS + 1)]
		self.assertEqual(delays[:3], [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)])
		self.assertEqual(delays, sorted(delays))
		self.assertEqual(alerts.retry_delay(10**6), timedelta(hours=6))
		self.assertEqual(alerts.retry_delay(0), timedelta(minutes=5))


if __name__ == "__main__":
	unittest.main()
