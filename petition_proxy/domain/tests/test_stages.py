"""The plain stages of a case: every state of the path, its ends, rounds and the file."""

import unittest
from datetime import datetime, timedelta

from petition_proxy.domain import lifecycle as lc
from petition_proxy.domain import stages as st

NOW = datetime(2026, 3, 20, 9, 0)
DAY = timedelta(days=1)
FILED = datetime(2026, 3, 1, 10, 0)
ORDER = ("registered_at", "assigned_at", "received_at", "accepted_at", "replied_at", "served_at", "closed_at")
USUAL_KEYS = [st.REGISTERED, st.WITH_UNIT, st.ACCEPTED, st.ANSWERED, st.HANDED_OVER, st.CLOSED]


def case(state: str, until: str | None = None, **values) -> dict:
	"""A case in a state, with a stamp a day for all steps up to one."""
	row = dict.fromkeys(st.COLUMNS)
	row.update(workflow_state=state, round=1, notice_due_at=FILED + 15 * DAY)
	if until:
		for index, stamp in enumerate(ORDER[: ORDER.index(until) + 1]):
			row[stamp] = FILED + index * DAY
	if row["accepted_at"]:
		row.update(reply_due_at=FILED + 18 * DAY, statutory_due_at=FILED + 63 * DAY)
	return {**row, **values}


def shown(row: dict) -> list[tuple[str, str]]:
	return [(stage.key, stage.status) for stage in st.stages(row, NOW)]


def keys(row: dict) -> list[str]:
	return [stage.key for stage in st.stages(row, NOW)]


class TestUsualWay(unittest.TestCase):
	def test_each_state_of_the_usual_way_has_six_stages_and_says_which_is_next(self):
		for state, until, done in (
			(lc.DRAFT, None, 0),
			(lc.REGISTERED, "registered_at", 1),
			(lc.ASSIGNED, "assigned_at", 2),
			(lc.RECEIVED, "received_at", 2),
			(lc.ACCEPTED, "accepted_at", 3),
			(lc.HANDLING, "accepted_at", 3),
			(lc.REPLIED, "replied_at", 4),
			(lc.SERVED, "served_at", 5),
			(lc.CLOSED, "closed_at", 6),
		):
			with self.subTest(state=state):
				row = case(state, until)
				rest = [st.NOW, *[st.TO_COME] * 5][: 6 - done]
				self.assertEqual(shown(row), list(zip(USUAL_KEYS, [*[st.DONE] * done, *rest], strict=True)))

	def test_done_stages_carry_their_day_and_the_others_none(self):
		row = case(lc.HANDLING, "accepted_at")
		self.assertEqual(
			[stage.at for stage in st.stages(row, NOW)],
			[row["registered_at"], row["assigned_at"], row["accepted_at"], None, None, None],
		)

	def test_limits_stand_at_the_stage_they_are_for(self):
		waiting = {s.key: s.due_at for s in st.stages(case(lc.RECEIVED, "received_at"), NOW)}
		self.assertEqual({key for key, due in waiting.items() if due}, {st.ACCEPTED})
		self.assertEqual(waiting[st.ACCEPTED], FILED + 15 * DAY)
		handled = {s.key: s.due_at for s in st.stages(case(lc.HANDLING, "accepted_at"), NOW)}
		self.assertEqual(handled[st.ANSWERED], FILED + 18 * DAY)

	def test_of_promise_and_statute_the_earlier_counts(self):
		row = case(lc.HANDLING, "accepted_at", statutory_due_at=FILED + 10 * DAY)
		self.assertEqual(st.current(row, NOW).due_at, FILED + 10 * DAY)
		row = case(lc.HANDLING, "accepted_at", statutory_due_at=None)
		self.assertEqual(st.current(row, NOW).due_at, FILED + 18 * DAY)
		row = case(lc.HANDLING, "accepted_at", statutory_due_at=None, reply_due_at=None)
		self.assertIsNone(st.current(row, NOW).due_at)

	def test_late_is_what_is_not_reached_when_its_time_is_over(self):
		row = case(lc.HANDLING, "accepted_at")
		due = row["reply_due_at"]
		self.assertFalse(st.current(row, due).is_late)
		self.assertTrue(st.current(row, due + timedelta(minutes=1)).is_late)
		answered = case(lc.REPLIED, "replied_at")
		self.assertFalse(any(stage.is_late for stage in st.stages(answered, due + 100 * DAY)))

	def test_returned_to_the_office_it_waits_for_a_unit_again(self):
		row = case(lc.REGISTERED, "registered_at", returned_at=FILED + 3 * DAY)
		self.assertEqual(st.current(row, NOW).key, st.WITH_UNIT)

	def test_sent_back_for_rework_it_waits_for_an_answer_again(self):
		row = case(lc.HANDLING, "accepted_at")
		self.assertEqual(st.current(row, NOW).key, st.ANSWERED)

	def test_given_to_another_unit_after_acceptance_it_stays_accepted(self):
		row = case(lc.ACCEPTED, "accepted_at", assigned_at=FILED + 9 * DAY)
		self.assertEqual(st.current(row, NOW).key, st.ANSWERED)

	def test_an_old_case_without_stamps_has_passed_what_its_state_says(self):
		row = case(lc.SERVED)
		self.assertEqual([s.status for s in st.stages(row, NOW)], [st.DONE] * 5 + [st.NOW])
		self.assertTrue(all(s.at is None for s in st.stages(row, NOW)))

	def test_closed_without_service_shows_no_handing_over(self):
		row = case(lc.CLOSED, "replied_at", closed_at=NOW)
		self.assertEqual(keys(row), [k for k in USUAL_KEYS if k != st.HANDED_OVER])
		self.assertEqual({s.status for s in st.stages(row, NOW)}, {st.DONE})


class TestEnds(unittest.TestCase):
	def test_turned_away_by_the_office_or_by_the_unit(self):
		for state, key in (
			(lc.REFUSED, st.REFUSED),
			(lc.NOT_ACCEPTED_AGAIN, st.NOT_ACCEPTED_AGAIN),
			(lc.GUIDED, st.GUIDED),
		):
			at_once = case(state, "registered_at", refused_at=NOW)
			self.assertEqual(shown(at_once), [(st.REGISTERED, st.DONE), (key, st.DONE)])
			by_unit = case(state, "received_at", refused_at=NOW)
			self.assertEqual(keys(by_unit), [st.REGISTERED, st.WITH_UNIT, key])
			last = st.stages(by_unit, NOW)[-1]
			self.assertEqual((last.at, last.due_at, last.is_late), (NOW, FILED + 15 * DAY, False))

	def test_ended_by_death_after_acceptance(self):
		row = case(lc.NOT_ACCEPTED_AGAIN, "replied_at", refused_at=NOW)
		self.assertEqual(
			keys(row), [st.REGISTERED, st.WITH_UNIT, st.ACCEPTED, st.ANSWERED, st.NOT_ACCEPTED_AGAIN]
		)
		self.assertIsNone(st.stages(row, NOW)[-1].due_at)

	def test_withdrawn_from_anywhere(self):
		self.assertEqual(shown(case(lc.WITHDRAWN, withdrawn_at=NOW)), [(st.WITHDRAWN, st.DONE)])
		row = case(lc.WITHDRAWN, "accepted_at", withdrawn_at=NOW)
		self.assertEqual(keys(row), [st.REGISTERED, st.WITH_UNIT, st.ACCEPTED, st.WITHDRAWN])

	def test_merged_and_taken_apart_again(self):
		row = case(lc.MERGED, "assigned_at", merged_at=NOW)
		self.assertEqual(keys(row), [st.REGISTERED, st.WITH_UNIT, st.MERGED])
		row = case(lc.REGISTERED, "registered_at", merged_at=NOW - DAY)
		self.assertEqual(keys(row), USUAL_KEYS)

	def test_settled_on_the_spot(self):
		row = case(
			lc.CLOSED,
			"registered_at",
			outcome="Settled on the Spot",
			replied_at=NOW,
			served_at=NOW,
			closed_at=NOW,
		)
		self.assertEqual(shown(row), [(st.REGISTERED, st.DONE), (st.SETTLED, st.DONE)])
		self.assertEqual(st.stages(row, NOW)[-1].at, NOW)


class TestRoundsAndFile(unittest.TestCase):
	def test_a_reopened_round_begins_with_taking_it_up_again(self):
		row = case(lc.REGISTERED, "registered_at", round=2)
		self.assertEqual(shown(row)[0], (st.TAKEN_UP_AGAIN, st.DONE))
		self.assertEqual(st.current(row, NOW).key, st.WITH_UNIT)
		refused = case(lc.REFUSED, "received_at", round=3, refused_at=NOW)
		self.assertEqual(keys(refused), [st.TAKEN_UP_AGAIN, st.WITH_UNIT, st.REFUSED])

	def test_an_archived_case_shows_the_end_it_had(self):
		closed = case(lc.ARCHIVED, "closed_at")
		self.assertEqual(shown(closed), [(key, st.DONE) for key in USUAL_KEYS])
		for reason, key in (
			("Outside Competence", st.REFUSED),
			("Review Time Missed", st.NOT_ACCEPTED_AGAIN),
			(None, st.GUIDED),
		):
			row = case(lc.ARCHIVED, "received_at", refused_at=NOW, refusal_reason=reason)
			self.assertEqual(keys(row)[-1], key)
		withdrawn = case(lc.ARCHIVED, "accepted_at", withdrawn_at=NOW)
		self.assertEqual(keys(withdrawn)[-1], st.WITHDRAWN)

	def test_the_end_of_an_archived_case_is_its_latest(self):
		row = case(lc.ARCHIVED, "closed_at", withdrawn_at=FILED)
		self.assertEqual(keys(row), USUAL_KEYS)


class TestWhole(unittest.TestCase):
	def test_every_state_has_at_most_six_stages_of_known_keys_and_one_now(self):
		for state in lc.STATES:
			for stamp in (None, *ORDER):
				row = case(state, stamp, refused_at=NOW, withdrawn_at=NOW, merged_at=NOW)
				found = st.stages(row, NOW)
				self.assertTrue(1 <= len(found) <= 6, (state, stamp))
				self.assertLessEqual({s.key for s in found}, set(st.KEYS))
				is_open = state in lc.OPEN_STATES
				self.assertEqual([s.status for s in found].count(st.NOW), int(is_open), (state, stamp))

	def test_an_unknown_state_is_no_silent_nothing(self):
		with self.assertRaises(KeyError):
			st.stages(case("Lost"), NOW)
