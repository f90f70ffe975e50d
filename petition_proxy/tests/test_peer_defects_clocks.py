"""What other systems for grievances and tickets get wrong about clocks and warnings, each once, as it must not be here.

Named after the system and the defect: a missed day that is never reminded, a case that climbs a level every day, people
who are never told again after a reopening, a scan that never reaches the oldest case.
"""

from datetime import date, datetime, timedelta
from unittest.mock import patch

import frappe
from frappe.utils import get_datetime, getdate

from petition_proxy.domain import lifecycle
from petition_proxy.domain.deadlines import NATURAL_DAY, WORKING_DAY, LimitRule, due_at
from petition_proxy.domain.workdays import MissingYearError, WorkCalendar
from petition_proxy.jobs import deadline_sweep as sweep_job
from petition_proxy.jobs import progress_tasks as progress_job
from petition_proxy.jobs.alert_delivery import alert_delivery
from petition_proxy.jobs.alert_rules import CACHE_KEY
from petition_proxy.jobs.supervision import supervision_sweep
from petition_proxy.petition_proxy.doctype.extension_request import acts as extensions
from petition_proxy.petition_proxy.doctype.petition_assignment import acts as assignments
from petition_proxy.petition_proxy.doctype.review_request import acts as reviews
from petition_proxy.tests import factories as f
from petition_proxy.tests.alert_cases import (
	DAY,
	DUE,
	HOUR,
	alerts_of,
	next_action_at,
	put_cases,
	told,
	use_only_test_rules,
)
from petition_proxy.tests.clock_cases import ClockTestCase, fill_years, reviewed_case, served_case
from petition_proxy.utils.rules import clear_limits


class DefectTestCase(ClockTestCase):
	def setUp(self):
		super().setUp()
		self.addCleanup(frappe.cache.delete_value, CACHE_KEY)
		use_only_test_rules()

	def sweep(self, now: datetime, **kwargs) -> None:
		sweep_job.deadline_sweep(now=now, commit=False, **kwargs)

	def handling_in_2001(self):
		"""A case with all its records whose clocks lie in 2001, where no other case of the site is."""
		doc = f.make_petition(lifecycle.HANDLING)
		doc.update({"reply_due_at": DUE, "statutory_due_at": DUE + 10 * DAY})
		doc.set_queue()
		fields = ("reply_due_at", "statutory_due_at", "due_at", "queue_key", "next_action_at")
		doc.db_set({name: doc.get(name) for name in fields}, update_modified=False)
		return doc

	def extend(self, doc, days: int, on: datetime) -> None:
		row = frappe.db.get_value("Statutory Limit", {"limit_code": "Extension", "valid_to": ("is", "set")})
		frappe.db.set_value("Statutory Limit", row, "valid_from", "2000-01-01")
		clear_limits()
		with self.freeze_time(on):
			request = self.act("dept@pp.test", extensions.ask_extension, doc.name, days, "情况复杂")
			self.act("head@pp.test", extensions.decide_extension, request, True)
		doc.reload()


class TestEGRM2ReminderOnOneDayOnly(DefectTestCase):
	"""It reminds only if the job runs on the very day, and again at every run of that day."""

	def test_missed_day_is_made_up_for(self):
		(name,) = put_cases()
		self.sweep(DUE + 5 * HOUR)  # nobody swept on the day of the warning
		self.assertIn(("T-WARN", "dept@pp.test"), told(name))

	def test_second_run_of_a_day_reminds_nobody_again(self):
		(name,) = put_cases()
		for minute in range(5):
			self.sweep(DUE - 20 * HOUR + timedelta(minutes=minute))
		self.assertEqual(len(alerts_of(name, rule="T-WARN")), 1)


class TestEGRM3ClimbsEveryDay(DefectTestCase):
	"""A case once overdue climbed one level every day up to the root."""

	def test_each_warning_level_is_reached_once_however_long_the_case_is_late(self):
		(name,) = put_cases()
		for day in range(60):
			self.sweep(DUE + day * DAY)
		rows = [(alert.rule, alert.recipient, alert.channel) for alert in alerts_of(name)]
		self.assertEqual(len(rows), len(set(rows)))
		self.assertIsNone(next_action_at(name))

	def test_supervision_rises_only_when_an_order_stayed_unanswered(self):
		frappe.db.delete("Supervision Rule")
		frappe.get_doc(
			{
				"doctype": "Supervision Rule",
				"rule_code": "T",
				"rule_name": "T",
				"clock": "Local Promise",
				"level": "Reminder",
				"requirement": "说明原因",
			}
		).insert()
		values = {"valid_from": "2000-01-01", "day_kind": "Natural Day"}
		frappe.db.set_value("Statutory Limit", {"limit_code": "Supervision"}, values)
		clear_limits()
		doc = self.handling_in_2001()
		for day in range(1, 6):  # the unit has five days
			supervision_sweep(now=DUE + day * DAY, commit=False)
		self.assertEqual(frappe.db.count("Supervision Order", {"petition": doc.name}), 1)


class TestEGRM5NothingFollowsAfterSubmit(DefectTestCase):
	"""Notices hung on a hook that live cases never reached; an escalation did not recompute the due date."""

	def test_every_step_writes_its_notice_whichever_door_it_came_through(self):
		doc = f.make_petition(lifecycle.HANDLING)
		assignments.reassign(doc.name, f.DEPT_UNIT_2, "职责调整")  # not a step of the form
		nodes = frappe.get_all(
			"Progress Notice", {"petition": doc.name}, pluck="node", order_by="happened_at asc, creation asc"
		)
		self.assertEqual(nodes, ["Registered", "Forwarded", "Received by Unit", "Accepted", "Forwarded"])

	def test_extension_recomputes_due_date_queue_and_next_warning(self):
		doc = self.handling_in_2001()
		self.assertEqual(get_datetime(doc.next_action_at), DUE - 24 * HOUR)
		self.extend(doc, 10, DUE - 2 * DAY)
		self.assertEqual(get_datetime(doc.due_at), DUE + 10 * DAY)
		self.assertEqual(next_action_at(doc.name), DUE + 9 * DAY)
		self.assertIn("20010625", doc.queue_key)


class TestOANbNeverToldAgain(DefectTestCase):
	"""Its key of what was sent had no cycle: after a reopening the same person was never told again."""

	def test_new_end_is_warned_of_afresh_and_the_old_one_no_more(self):
		doc = self.handling_in_2001()
		self.sweep(DUE - 23 * HOUR)
		self.assertEqual(told(doc.name), {("T-WARN", "dept@pp.test")})
		self.extend(doc, 10, DUE - 22 * HOUR)
		for hour in range(-20, 24, 4):  # past the old end
			self.sweep(DUE + hour * HOUR)
		self.assertEqual(len(alerts_of(doc.name)), 1)
		self.sweep(DUE + 9 * DAY)
		self.sweep(DUE + 9 * DAY + HOUR)
		warned = alerts_of(doc.name, rule="T-WARN")
		self.assertEqual([alert.due_at for alert in warned], [DUE, DUE + 10 * DAY])

	def test_warning_that_has_not_gone_out_is_taken_back(self):
		doc = self.handling_in_2001()
		self.sweep(DUE - 23 * HOUR)
		self.extend(doc, 10, DUE - 22 * HOUR)
		(alert,) = alerts_of(doc.name)
		self.assertEqual(alert.status, "Withdrawn")
		alert_delivery(now=DUE, commit=False)
		self.assertEqual(alerts_of(doc.name)[0].status, "Withdrawn")

	def test_clock_that_did_not_move_is_not_warned_of_twice(self):
		doc = self.handling_in_2001()
		self.sweep(DUE + HOUR)  # the promise is broken, and said so
		before = len(alerts_of(doc.name))
		self.extend(doc, 10, DUE + 2 * HOUR)  # the statute still runs
		self.sweep(DUE + 3 * HOUR)
		self.assertEqual(len(alerts_of(doc.name)), before)

	def test_new_round_is_warned_of_afresh(self):
		(name,) = put_cases()
		self.sweep(DUE)
		frappe.db.set_value("Petition", name, {"round": 2, "next_action_at": DUE})
		self.sweep(DUE + HOUR)
		rounds = [alert.round for alert in alerts_of(name, rule="T-DUE")]
		self.assertEqual(rounds, [1, 2])


class TestOANcLateFirstWarning(DefectTestCase):
	"""A case first seen late got the stronger reminder and at the next run the weaker one, as if time ran backwards."""

	def test_all_that_is_due_is_written_in_one_sweep_in_order(self):
		(name,) = put_cases()
		self.sweep(DUE + 100 * HOUR)
		first = alerts_of(name)
		self.assertEqual([a.fired_at for a in first], sorted(a.fired_at for a in first))
		self.assertEqual({a.rule for a in first}, {"T-WARN", "T-DUE", "T-TOWN", "T-OFFICE"})
		self.sweep(DUE + 101 * HOUR)
		self.assertEqual(len(alerts_of(name)), len(first))


class TestOANdSwallowedFailure(DefectTestCase):
	"""A timer was cleared before the act and the error swallowed: what failed once was never tried again."""

	def test_case_that_cannot_be_judged_is_tried_again(self):
		(name,) = put_cases()
		with patch.object(sweep_job, "due_alerts", side_effect=ValueError("broken")):
			self.sweep(DUE)
		self.assertEqual(told(name), set())
		self.assertIsNotNone(next_action_at(name))
		self.sweep(next_action_at(name))
		self.assertIn(("T-DUE", "head@pp.test"), told(name))

	def test_reminder_that_failed_leaves_the_task_open(self):
		doc = f.make_petition(lifecycle.REGISTERED)
		frappe.db.set_value("Progress Notice", {"petition": doc.name}, "tell_by", DUE)
		frappe.db.savepoint("failed_run")
		with patch.object(progress_job, "send_note", side_effect=ValueError("broken")):
			with self.assertRaises(ValueError):
				progress_job.progress_tasks(now=DUE + HOUR, commit=False)
		frappe.db.rollback(save_point="failed_run")
		self.assertEqual(progress_job.progress_tasks(now=DUE + HOUR, commit=False)["notices"], 1)


class TestOANeVacantPost(DefectTestCase):
	"""With the post vacant its case stopped escalating, and only an error log knew."""

	def test_vacant_head_goes_to_the_petition_office_and_the_next_level_still_comes(self):
		(name,) = put_cases(handling_unit=f.DEPT_UNIT_2)  # no head
		self.sweep(DUE)
		self.assertIn(("T-DUE", "office@pp.test"), told(name))
		self.assertEqual(next_action_at(name), DUE + 24 * HOUR)
		self.sweep(DUE + 24 * HOUR)
		self.assertIn(("T-TOWN", "town@pp.test"), told(name))

	def test_review_without_a_superior_waits_visibly_with_the_petition_office(self):
		frappe.db.set_value("Handling Unit", f.DEPT_UNIT, {"territory_parent": None, "line_superior": None})
		doc = served_case()
		name = reviews.ask_review(doc.name, "不服")
		self.as_user("office@pp.test")
		waiting = frappe.get_list(
			"Review Request", {"status": "Asked", "is_vacant_superior": 1}, pluck="name"
		)
		self.assertIn(name, waiting)


class TestOANgPausedIntoAHoliday(DefectTestCase):
	"""Pauses were wall-clock seconds while limits were working days: a resumed limit could end on a holiday."""

	def test_hearing_pauses_whole_days_and_the_end_rolls_to_a_working_day(self):
		fill_years(2024)
		frappe.db.set_value("Statutory Limit", {"limit_code": "Re-review"}, "roll_last_day", 1)
		clear_limits()
		with self.freeze_time("2024-08-30 16:20:00"):
			doc, _name = reviewed_case(self, proxied=False)
			name = reviews.ask_review(doc.name, "不服")
			reviews.receive_review(name)
			reviews.add_hearing(name, "2024-09-10", "2024-09-11")
		due = frappe.db.get_value("Review Request", name, "due_at")
		self.assertEqual(str(due), "2024-10-08 23:59:59")  # 29 September and two days: 1 October, a holiday


class TestPGRNewestFirst(DefectTestCase):
	"""It scanned the newest hundred cases only, so the oldest were never seen, and any comment reset the clock."""

	def test_oldest_case_is_swept_first_and_none_is_left_out(self):
		names = put_cases(count=7)
		frappe.db.set_value("Petition", names[-1], "next_action_at", DUE - 30 * DAY)
		(first,) = sweep_job.read_page(DUE, 1)
		self.assertEqual(first.name, names[-1])
		self.sweep(DUE, page_size=2)
		self.assertEqual([bool(told(name)) for name in names], [True] * 7)

	def test_touching_a_case_does_not_move_its_clock(self):
		doc = f.make_petition(lifecycle.HANDLING)
		due, next_at = doc.due_at, doc.next_action_at
		doc.add_comment("Comment", "催了一次")
		doc.evidence_list = "照片"
		doc.save()
		doc.reload()
		self.assertEqual(
			(get_datetime(doc.due_at), get_datetime(doc.next_action_at)),
			(get_datetime(due), get_datetime(next_at)),
		)

	def test_unassigned_case_is_not_skipped(self):
		(name,) = put_cases(
			workflow_state="Registered", handling_unit=None, notice_due_at=DUE, reply_due_at=None
		)
		self.sweep(DUE)
		self.assertIn(("T-NOTICE", "office@pp.test"), told(name))


class TestHelpdeskCalendar(DefectTestCase):
	"""Without a working day its calendar walked on until the date overflowed; a weekday list knows no make-up day."""

	def setUp(self):
		super().setUp()
		first = date(2024, 1, 1)
		self.free = WorkCalendar(
			frozenset(first + timedelta(days=i) for i in range(366)), frozenset(), frozenset({2024})
		)

	def test_year_without_a_working_day_is_an_error_not_an_endless_loop(self):
		start = datetime(2024, 3, 1, 9, 0)
		for rule in (LimitRule("w", 5, WORKING_DAY, False), LimitRule("n", 5, NATURAL_DAY, True)):
			with self.assertRaises(MissingYearError) as caught:
				due_at(start, rule, self.free)
			self.assertEqual(caught.exception.year, 2025)

	def test_make_up_saturday_counts_as_worked(self):
		fill_years(2024)
		with self.freeze_time("2024-05-10 10:00:00"):  # Friday before a worked Saturday
			doc = f.make_petition(lifecycle.RECEIVED, proxied=False)
		got = frappe.db.get_value("Petition Assignment", doc.assignment, "objection_due_at")
		self.assertEqual(str(getdate(got)), "2024-05-16")

	def test_calendar_is_read_once_not_per_case(self):
		fill_years(getdate().year if getdate().year <= 2026 else 2026)
		seen = []
		real = frappe.get_all

		def counting(doctype, *args, **kwargs):
			if doctype.startswith("Work Calendar"):
				seen.append(doctype)
			return real(doctype, *args, **kwargs)

		f.make_petition(lifecycle.RECEIVED)
		with patch.object(frappe, "get_all", counting):
			for _i in range(3):
				f.make_petition(lifecycle.RECEIVED)
		self.assertLessEqual(len(seen), 2)
