"""The sweep: who is told when, what the next moment is, and that nothing is written twice or left out."""

import os
import signal
import subprocess
import sys
import time
from datetime import datetime
from unittest.mock import patch

import frappe

from petition_proxy.jobs import deadline_sweep as job
from petition_proxy.jobs.alert_rules import CACHE_KEY, active_rules, clear_rules, next_action_at_for
from petition_proxy.jobs.locks import job_lock
from petition_proxy.petition_proxy.doctype.alert_rule.alert_rule import InvalidAlertRuleError
from petition_proxy.tests import factories as f
from petition_proxy.tests.alert_cases import (
	DAY,
	DUE,
	HOUR,
	RULES,
	add_rules,
	alerts_of,
	next_action_at,
	put_cases,
	put_reply_class,
	told,
	use_only_test_rules,
)
from petition_proxy.tests.base import AppTestCase, _Base


class SweepTestCase(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		f.make_district()

	def setUp(self):
		super().setUp()
		self.addCleanup(frappe.cache.delete_value, CACHE_KEY)
		use_only_test_rules()

	def sweep(self, now: datetime, **kwargs):
		return frappe.get_doc("Sweep Run", job.deadline_sweep(now=now, commit=False, **kwargs))


class TestWhoIsTold(SweepTestCase):
	def test_steps_of_escalation_reach_their_people_one_after_the_other(self):
		(name,) = put_cases()
		expected = [
			(DUE - 24 * HOUR, ("T-WARN", "dept@pp.test")),
			(DUE, ("T-DUE", "head@pp.test")),
			(DUE + 24 * HOUR, ("T-TOWN", "town@pp.test")),
		]
		so_far = set()
		for moment, alert in expected:
			self.assertEqual(next_action_at(name), moment)
			self.sweep(moment - HOUR)
			self.assertEqual(told(name), so_far)
			self.sweep(moment)
			so_far.add(alert)
			self.assertEqual(told(name), so_far)
		self.sweep(DUE + 72 * HOUR)
		self.assertEqual(told(name) - so_far, {("T-OFFICE", "office@pp.test"), ("T-OFFICE", "clerk@pp.test")})
		self.assertIsNone(next_action_at(name))

	def test_alert_records_rule_moment_and_due_moment(self):
		(name,) = put_cases()
		self.sweep(DUE - HOUR)
		(alert,) = alerts_of(name)
		self.assertEqual((alert.fired_at, alert.due_at), (DUE - 24 * HOUR, DUE))
		self.assertEqual((alert.status, alert.channel, alert.unit), ("Pending", "Desk", f.DEPT_UNIT))
		self.assertFalse(alert.is_vacant_post)

	def test_stopped_clock_gives_no_alert(self):
		(replied,) = put_cases(prefix="REPLIED", workflow_state="Replied", next_action_at=DUE)
		self.sweep(DUE + 30 * DAY)
		self.assertEqual(told(replied), set())
		self.assertIsNone(next_action_at(replied))

	def test_unassigned_case_goes_to_the_petition_office_and_is_no_vacant_post(self):
		(name,) = put_cases(
			workflow_state="Registered", handling_unit=None, notice_due_at=DUE, reply_due_at=None
		)
		self.sweep(DUE)
		self.assertEqual(told(name), {("T-NOTICE", "office@pp.test"), ("T-NOTICE", "clerk@pp.test")})
		self.assertFalse(any(alert.is_vacant_post for alert in alerts_of(name)))

	def test_vacant_post_lands_at_the_petition_office(self):
		(name,) = put_cases(handling_unit=f.DEPT_UNIT_2)  # members, but no head
		self.sweep(DUE)
		heads = [alert for alert in alerts_of(name) if alert.rule == "T-DUE"]
		self.assertEqual({alert.recipient for alert in heads}, {"office@pp.test", "clerk@pp.test"})
		self.assertTrue(all(alert.is_vacant_post and alert.unit == f.DEPT_UNIT_2 for alert in heads))

	def test_post_of_a_disabled_user_is_vacant(self):
		frappe.db.set_value("User", "head@pp.test", "enabled", 0)
		(name,) = put_cases()
		self.sweep(DUE)
		self.assertNotIn(("T-DUE", "head@pp.test"), told(name))
		self.assertIn(("T-DUE", "office@pp.test"), told(name))

	def test_nobody_at_all_leaves_one_visible_row(self):
		frappe.db.set_single_value("Petition Proxy Settings", "petition_office", None)
		(name,) = put_cases(handling_unit=f.DEPT_UNIT_2)
		self.sweep(DUE)
		(alert,) = [alert for alert in alerts_of(name) if alert.rule == "T-DUE"]
		self.assertIsNone(alert.recipient)
		self.assertTrue(alert.is_vacant_post)

	def test_accused_unit_is_never_told(self):
		(name,) = put_cases(accused_unit=f.TOWN_UNIT)
		self.sweep(DUE + 24 * HOUR)
		recipients = {recipient for _rule, recipient in told(name)}
		self.assertNotIn("town@pp.test", recipients)
		self.assertIn(("T-TOWN", "office@pp.test"), told(name))

	def test_accused_person_is_never_told_as_stand_in_either(self):
		(name,) = put_cases(handling_unit=f.DEPT_UNIT_2, accused_user="office@pp.test")
		self.sweep(DUE + 72 * HOUR)
		self.assertNotIn("office@pp.test", {recipient for _rule, recipient in told(name)})
		self.assertIn(("T-DUE", "clerk@pp.test"), told(name))

	def test_urgent_rule_leaves_other_cases_alone(self):
		frappe.db.set_value("Alert Rule", "T-WARN", "urgent_only", 1)
		clear_rules()
		(calm,) = put_cases(prefix="CALM")
		(urgent,) = put_cases(prefix="URGENT", is_urgent=1)
		self.sweep(DUE - HOUR)
		self.assertEqual((told(calm), told(urgent)), (set(), {("T-WARN", "dept@pp.test")}))

	def test_mail_goes_only_where_mail_can_arrive(self):
		frappe.db.set_value("User", "dept@pp.test", "email", "dept@pp-mail.cn")
		(name,) = put_cases()
		with patch("petition_proxy.jobs.recipients.has_outgoing_mail", return_value=True):
			self.sweep(DUE)
		channels = {(alert.recipient, alert.channel) for alert in alerts_of(name)}
		self.assertEqual(
			channels, {("dept@pp.test", "Desk"), ("dept@pp.test", "Email"), ("head@pp.test", "Desk")}
		)


class TestNothingTwiceNothingMissing(SweepTestCase):
	def test_rerun_writes_nothing(self):
		put_cases(3)
		self.assertEqual(self.sweep(DUE).alerts_written, 6)
		again = self.sweep(DUE)
		self.assertEqual((again.scanned, again.alerts_written), (0, 0))

	def test_case_judged_again_for_the_same_moment_is_not_alerted_again(self):
		(name,) = put_cases()
		self.sweep(DUE)
		frappe.db.set_value("Petition", name, "next_action_at", DUE)
		again = self.sweep(DUE)
		self.assertEqual((again.scanned, again.alerts_written), (1, 0))

	def test_new_round_is_alerted_again(self):
		(name,) = put_cases()
		self.sweep(DUE)
		frappe.db.set_value("Petition", name, {"round": 2, "next_action_at": DUE})
		self.assertEqual(self.sweep(DUE).alerts_written, 2)

	def test_every_page_is_done_whatever_its_size(self):
		names = put_cases(7)
		run = self.sweep(DUE - HOUR, page_size=2)
		self.assertEqual((run.scanned, run.alerts_written, run.status), (7, 7, "Finished"))
		self.assertTrue(all(next_action_at(name) == DUE for name in names))

	def test_rows_that_stay_due_do_not_hold_the_paging(self):
		put_cases(5)
		with patch.object(job, "set_next_actions"):
			run = self.sweep(DUE, page_size=2)
		self.assertEqual(run.scanned, 5)

	def test_days_of_downtime_leave_no_step_out(self):
		(name,) = put_cases()
		self.sweep(DUE + 3 * DAY)
		self.assertEqual({rule for rule, _who in told(name)}, {"T-WARN", "T-DUE", "T-TOWN", "T-OFFICE"})

	def test_a_save_in_between_keeps_its_moment(self):
		(name,) = put_cases()
		real = job.insert_ignoring_known

		def save_meanwhile(*args):
			frappe.db.set_value("Petition", name, "next_action_at", DUE + 9 * DAY)
			return real(*args)

		with patch.object(job, "insert_ignoring_known", save_meanwhile):
			self.sweep(DUE)
		self.assertEqual(next_action_at(name), DUE + 9 * DAY)

	def test_sweep_leaves_modified_alone(self):
		(name,) = put_cases()
		before = frappe.db.get_value("Petition", name, "modified")
		self.sweep(DUE)
		self.assertEqual(frappe.db.get_value("Petition", name, "modified"), before)


class TestBadRows(SweepTestCase):
	def test_bad_row_is_set_aside_and_the_others_go_on(self):
		good = put_cases(3, prefix="GOOD")
		(bad,) = put_cases(prefix="BAD")
		real = job.due_alerts

		def stumble(case, rules, now):
			if case.is_urgent:
				raise ValueError("broken row")
			return real(case, rules, now)

		frappe.db.set_value("Petition", bad, "is_urgent", 1)
		with patch.object(job, "due_alerts", stumble):
			run = self.sweep(DUE - HOUR)
		self.assertEqual((run.status, run.failed, run.alerts_written), ("Finished", 1, 3))
		self.assertIn(bad, run.message)
		self.assertEqual(next_action_at(bad), DUE - HOUR + job.BAD_ROW_DELAY)
		self.assertEqual([next_action_at(name) for name in good], [DUE] * 3)
		self.sweep(DUE)
		self.assertEqual(told(bad), {("T-WARN", "dept@pp.test"), ("T-DUE", "head@pp.test")})

	def test_unusable_rule_silences_only_itself(self):
		frappe.db.set_value("Alert Rule", "T-WARN", "clock", "Sundial")
		clear_rules()
		(name,) = put_cases()
		self.sweep(DUE)
		self.assertEqual(told(name), {("T-DUE", "head@pp.test")})

	def test_error_outside_a_row_is_raised(self):
		put_cases()
		with (
			patch.object(job, "read_page", side_effect=RuntimeError("disk")),
			self.assertRaises(RuntimeError),
		):
			self.sweep(DUE)


class TestRules(SweepTestCase):
	def test_changed_rule_reaches_open_cases(self):
		(name,) = put_cases()
		self.sweep(DUE + 100 * DAY)
		self.assertIsNone(next_action_at(name))
		rule = frappe.get_doc("Alert Rule", "T-OFFICE")
		rule.offset_hours = 200 * 24
		rule.save()
		self.sweep(frappe.utils.now_datetime())
		frappe.db.set_value("Petition", name, "next_action_at", DUE)
		self.sweep(DUE + 100 * DAY)
		self.assertEqual(next_action_at(name), DUE + 200 * DAY)

	def test_new_name_of_a_rule_moves_nothing(self):
		(name,) = put_cases()
		rule = frappe.get_doc("Alert Rule", "T-OFFICE")
		rule.rule_name = "Told at last"
		rule.save()
		self.assertEqual(next_action_at(name), DUE - 24 * HOUR)

	def test_rule_with_unknown_clock_is_refused(self):
		rule = frappe.get_doc("Alert Rule", "T-OFFICE")
		rule.clock = "Sundial"
		rule.flags.ignore_validate = False
		with self.assertRaises((InvalidAlertRuleError, frappe.ValidationError)):
			rule.save()

	def test_next_moment_needs_no_query_once_warm(self):
		doc = frappe.get_doc({"doctype": "Petition", "workflow_state": "Handling", "reply_due_at": DUE})
		self.assertEqual(next_action_at_for(doc), DUE - 24 * HOUR)
		with self.assertQueryCount(0):
			next_action_at_for(doc)

	def test_next_moment_of_a_stopped_clock_is_none(self):
		self.assertIsNone(next_action_at_for({"workflow_state": "Closed", "reply_due_at": DUE}))

	def test_warning_time_of_the_reply_class_is_used(self):
		name = put_reply_class(warn_hours=36)
		frappe.db.set_value("Alert Rule", "T-WARN", {"use_class_warning": 1, "offset_hours": -1})
		clear_rules()
		self.assertTrue(any(rule.use_class_warning for rule in active_rules()))
		case = {"workflow_state": "Handling", "reply_due_at": DUE, "reply_class": name}
		self.assertEqual(next_action_at_for(case), DUE - 36 * HOUR)


class TestRunRecord(SweepTestCase):
	def test_interrupted_run_is_closed_by_the_next(self):
		dead = frappe.get_doc({"doctype": "Sweep Run", "started_at": DUE - HOUR, "status": "Running"}).insert(
			ignore_permissions=True
		)
		self.sweep(DUE)
		self.assertEqual(frappe.db.get_value("Sweep Run", dead.name, "status"), "Failed")

	def test_plain_transaction_of_a_caller_is_kept(self):
		put_cases()
		with patch.object(frappe.db, "commit") as commit:
			self.sweep(DUE)
		commit.assert_not_called()


class TestKillAndRace(_Base):
	"""Real connections and committed rows, cleared away afterwards."""

	CASES = 40

	def setUp(self):
		super().setUp()
		frappe.set_user("Administrator")
		self.clear()
		self.addCleanup(self.clear)
		self.rules_before = set(frappe.get_all("Alert Rule", pluck="name", order_by="name"))
		self.office_before = frappe.db.get_single_value("Petition Proxy Settings", "petition_office")
		self.district_before = frappe.db.get_single_value("Petition Proxy Settings", "district")
		f.make_district()
		add_rules()
		# Only the cases of this class may be moved by the new rules.
		self.names = put_cases(self.CASES, prefix="KILL")
		frappe.db.commit()

	def clear(self):
		frappe.db.rollback()
		frappe.db.delete("Alert", {"petition": ("like", "KILL-%")})
		frappe.db.delete("Petition", {"name": ("like", "KILL-%")})
		frappe.db.delete("Sweep Run", {"started_at": ("<", "2002-01-01")})
		frappe.db.delete("Alert Rule", {"name": ("in", [rule[0] for rule in RULES])})
		if hasattr(self, "office_before"):
			settings = "Petition Proxy Settings"
			frappe.db.set_single_value(settings, "petition_office", self.office_before)
			frappe.db.set_single_value(settings, "district", self.district_before)
		clear_rules()
		frappe.db.commit()

	def start(self, body: str) -> subprocess.Popen:
		code = (
			"import frappe, time\n"
			f"frappe.init(site={frappe.local.site!r}, sites_path={os.path.abspath(frappe.local.sites_path)!r})\n"
			"frappe.connect()\n"
			"from datetime import datetime\n"
			"from petition_proxy.jobs import deadline_sweep as job\n"
			f"now = {DUE!r}\n"
			f"{body}\n"
		).replace("datetime.datetime(", "datetime(")
		return subprocess.Popen(
			[sys.executable, "-c", code], cwd=frappe.local.sites_path, stdout=subprocess.PIPE, text=True
		)

	def own_alerts(self) -> list[tuple]:
		frappe.db.rollback()
		rows = frappe.get_all(
			"Alert",
			filters={"petition": ("like", "KILL-%"), "rule": ("in", ["T-WARN", "T-DUE"])},
			fields=["petition", "rule", "recipient", "channel"],
			order_by="petition, rule",
		)
		return [(row.petition, row.rule, row.recipient, row.channel) for row in rows]

	def assert_complete(self):
		alerts = self.own_alerts()
		desk = [alert[:3] for alert in alerts if alert[3] == "Desk"]
		expected = [
			(name, rule, user)
			for name in self.names
			for rule, user in (("T-DUE", "head@pp.test"), ("T-WARN", "dept@pp.test"))
		]
		self.assertEqual(sorted(desk), sorted(expected))
		self.assertEqual(len(alerts), len(set(alerts)))
		due = frappe.get_all(
			"Petition",
			filters={"name": ("like", "KILL-%"), "next_action_at": ("<=", DUE)},
			order_by="name",
		)
		self.assertFalse(due)

	def test_killed_in_mid_sweep_and_run_again(self):
		# The process stops inside its third page: two pages are committed, the third one is written but not yet.
		process = self.start(
			"real = job.set_next_actions\n"
			"pages = []\n"
			"def stop(moves):\n"
			"\treal(moves)\n"
			"\tpages.append(1)\n"
			"\tif len(pages) == 3:\n"
			"\t\tprint('in page', flush=True)\n"
			"\t\ttime.sleep(60)\n"
			"job.set_next_actions = stop\n"
			"job.deadline_sweep(now=now, page_size=10)\n"
		)
		self.assertEqual(process.stdout.readline().strip(), "in page")
		process.send_signal(signal.SIGKILL)
		process.wait()
		process.stdout.close()
		done = {alert[0] for alert in self.own_alerts()}
		self.assertEqual(len(done), 20)
		run = self.wait_for_sweep()
		self.assertEqual((run.status, run.scanned), ("Finished", 20))
		self.assert_complete()
		self.assertEqual(
			frappe.db.count("Sweep Run", {"started_at": DUE, "status": "Failed"}), 1, "the killed run"
		)

	def wait_for_sweep(self):
		"""Sweep as soon as the server has noticed that the killed process is gone and freed its lock."""
		for _attempt in range(50):
			run = frappe.get_doc("Sweep Run", job.deadline_sweep(now=DUE))
			if run.status != "Skipped":
				return run
			time.sleep(0.1)
		self.fail("the lock of a killed sweep was never freed")

	def test_exception_in_mid_sweep_and_run_again(self):
		real, pages = job.set_next_actions, []

		def fail_in_second_page(moves):
			pages.append(1)
			if len(pages) == 2:
				raise frappe.QueryTimeoutError("lock wait")
			return real(moves)

		with patch.object(job, "set_next_actions", fail_in_second_page):
			run = frappe.get_doc("Sweep Run", job.deadline_sweep(now=DUE, page_size=10))
		self.assertEqual((run.status, run.scanned, run.failed), ("Finished", self.CASES, 0))
		self.assert_complete()

	def test_failed_run_is_recorded_and_the_next_goes_on(self):
		real, pages = job.read_page, []

		def fail_at_second_page(*args):
			pages.append(1)
			if len(pages) == 2:
				raise RuntimeError("disk")
			return real(*args)

		with patch.object(job, "read_page", fail_at_second_page), self.assertRaises(RuntimeError):
			job.deadline_sweep(now=DUE, page_size=10)
		self.assertEqual(
			frappe.get_all("Sweep Run", {"started_at": DUE}, ["status", "scanned"], order_by="name"),
			[{"status": "Failed", "scanned": 10}],
		)
		job.deadline_sweep(now=DUE)
		self.assert_complete()

	def test_second_sweep_steps_aside(self):
		process = self.start(
			"from petition_proxy.jobs.locks import job_lock\n"
			"with job_lock('deadline-sweep') as held:\n"
			"\tprint(held, flush=True)\n"
			"\ttime.sleep(60)\n"
		)
		self.assertEqual(process.stdout.readline().strip(), "True")
		try:
			run = frappe.get_doc("Sweep Run", job.deadline_sweep(now=DUE))
		finally:
			process.kill()
			process.wait()
			process.stdout.close()
		self.assertEqual((run.status, run.scanned), ("Skipped", 0))
		self.assertEqual(self.own_alerts(), [])

	def test_pgr_two_sweeps_at_once_without_the_lock(self):
		# Both start at the same signal and hold no lock; keys and retries alone must keep the ledger right.
		start_at = time.time() + 4
		body = (
			"from contextlib import contextmanager\n"
			"@contextmanager\n"
			"def no_lock(name):\n"
			"\tyield True\n"
			"job.job_lock = no_lock\n"
			f"time.sleep(max(0, {start_at} - time.time()))\n"
			"run = job.deadline_sweep(now=now, page_size=3)\n"
			"print(frappe.db.get_value('Sweep Run', run, 'alerts_written'))\n"
		)
		processes = [self.start(body) for _ in range(2)]
		written = [int(process.communicate(timeout=60)[0]) for process in processes]
		self.assertEqual([process.returncode for process in processes], [0, 0])
		self.assert_complete()
		frappe.db.rollback()
		self.assertEqual(sum(written), frappe.db.count("Alert", {"petition": ("like", "KILL-%")}))

	def test_lock_is_free_again_after_a_sweep(self):
		job.deadline_sweep(now=DUE)
		with job_lock("deadline-sweep") as held:
			self.assertTrue(held)
