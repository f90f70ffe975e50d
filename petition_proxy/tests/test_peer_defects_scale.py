"""Defects of other systems that show with many rows: eGRM 1, 4, 10 and 11, OAN f, Helpdesk, PGR.

What they do per row, this app does per page or once: the tests count the questions put to the database, not seconds.
"""

import inspect
import threading
from unittest.mock import patch

import frappe
from frappe.database.mariadb.database import MariaDBDatabase
from frappe.desk import query_report, reportview
from frappe.utils import add_days, now_datetime, today

from petition_proxy import hooks
from petition_proxy.domain import lifecycle
from petition_proxy.jobs import deadline_sweep as sweep_job
from petition_proxy.jobs.alert_delivery import alert_delivery
from petition_proxy.jobs.alert_rules import CACHE_KEY
from petition_proxy.jobs.locks import job_lock
from petition_proxy.queries.progress import to_be_told
from petition_proxy.queries.unsettled import unsettled
from petition_proxy.queries.workload import count_late
from petition_proxy.tests import around_cases as a
from petition_proxy.tests import factories as f
from petition_proxy.tests import reach_cases as reach
from petition_proxy.tests.alert_cases import (
	DAY,
	DUE,
	HOUR,
	MORNING,
	alerts_of,
	next_action_at,
	put_cases,
	told,
	use_only_test_rules,
)
from petition_proxy.tests.base import FOR_FRAPPE_ITSELF, AppTestCase
from petition_proxy.utils.query_meter import questions

MODULE = "Petition Proxy"
LARGE = ("tabPetition", "tabAlert", "tabPetition Assignment", "tabProgress Notice")


class ScaleTestCase(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		frappe.set_user("Administrator")
		f.make_district()

	def setUp(self):
		super().setUp()
		self.addCleanup(frappe.cache.delete_value, CACHE_KEY)
		# The hours of the site, and what it has sent, are none of the test's business (undone with the savepoint).
		settings = {"quiet_from": "21:00:00", "quiet_to": "08:00:00", "digest_at": "08:30:00"}
		for field, value in settings.items():
			frappe.db.set_single_value("Petition Proxy Settings", field, value)
		frappe.db.delete("Alert Digest", {"digest_date": MORNING.date()})

	def sweep(self, now, **kwargs):
		return frappe.get_doc("Sweep Run", sweep_job.deadline_sweep(now=now, commit=False, **kwargs))


class TestEgrm1(ScaleTestCase):
	"""eGRM 1: the job read every open case whole, thirty statements each, in one transaction that swallowed errors."""

	def setUp(self):
		super().setUp()
		use_only_test_rules()

	def test_egrm_1_only_what_is_due_is_read(self):
		put_cases(5, prefix="DUE")
		put_cases(300, prefix="LATER", reply_due_at=DUE + 300 * DAY)
		self.assertEqual(self.sweep(DUE - HOUR).scanned, 5)

	def test_egrm_1_a_page_costs_the_same_whatever_it_holds(self):
		asked = {}
		for count in (1, 3, 200):
			put_cases(count, prefix=f"N{count}")
			with questions() as seen:
				self.assertEqual(self.sweep(DUE).scanned, count)
			asked[count] = len(seen)
		self.assertLessEqual(asked[200], asked[3], asked)

	def test_egrm_1_each_page_is_one_transaction(self):
		put_cases(6)
		with patch.object(frappe.db, "commit") as commit, questions() as seen:
			sweep_job.deadline_sweep(now=DUE, page_size=2)
		savepoints = [text for text in seen if text.lower() == "savepoint sweep_page"]
		self.assertEqual(len(savepoints), 3)
		self.assertEqual(
			commit.call_count, 3 + 2
		)  # the pages, and the record of the run at its begin and end

	def test_egrm_1_a_bad_row_undoes_no_other_and_leaves_nothing_half_done(self):
		names = put_cases(5)
		real = sweep_job._Sweep._alert_rows

		def half_done(sweep, row, case, rule, fired_at):
			rows = list(real(sweep, row, case, rule, fired_at))
			if row.name == names[2] and rule.code == "T-DUE":
				raise ValueError("broken in mid-case")
			return rows

		with patch.object(sweep_job._Sweep, "_alert_rows", half_done):
			run = self.sweep(DUE)
		self.assertEqual((run.status, run.failed), ("Finished", 1))
		self.assertEqual(told(names[2]), set())
		for name in (*names[:2], *names[3:]):
			self.assertEqual({rule for rule, _user in told(name)}, {"T-WARN", "T-DUE"}, name)
		self.sweep(next_action_at(names[2]))
		self.assertEqual({rule for rule, _user in told(names[2])}, {"T-WARN", "T-DUE"})


class TestEgrm4(ScaleTestCase):
	"""eGRM 4: a job asked for columns that do not exist, failed each night, and only a log knew."""

	def run_now(self, method, *_args, **kwargs):
		"""In place of the queue: the job itself, in this transaction."""
		for word in ("queue", "job_id", "deduplicate", "enqueue_after_commit", "timeout", "at_front"):
			kwargs.pop(word, None)
		method = frappe.get_attr(method) if isinstance(method, str) else method
		if "commit" in inspect.signature(method).parameters:
			kwargs["commit"] = False
		self.jobs.append(method.__name__)
		return method(**kwargs)

	def make_work(self) -> list[str]:
		"""Something for each job to find."""
		rule = {"rule_code": "T", "rule_name": "T", "clock": "Local Promise", "level": "Reminder"}
		frappe.get_doc({"doctype": "Supervision Rule", **rule, "requirement": "说明原因"}).insert()
		late = f.make_petition(lifecycle.HANDLING)
		past = add_days(now_datetime(), -200)
		late.db_set({"reply_due_at": past, "statutory_due_at": past, "due_at": past, "next_action_at": past})
		registered = f.make_petition(lifecycle.REGISTERED)
		frappe.db.set_value("Progress Notice", {"petition": registered.name}, "tell_by", past)
		f.make_petition(lifecycle.CLOSED)
		frappe.db.set_value("Proxy Agent", f.make_agent().name, "certificate_valid_to", add_days(today(), 10))
		reception = a.make_reception(late.petitioner, petition=late.name)
		reception.db_set({"reminder_on": today(), "status": "Asked"})
		return [late.name, registered.name]

	def test_egrm_4_every_scheduled_job_runs_on_data(self):
		self.jobs = []
		late, registered = self.make_work()
		events = hooks.scheduler_events
		entries = [entry for group in events["cron"].values() for entry in group]
		entries += [entry for when, group in events.items() if when != "cron" for entry in group]
		errors = frappe.db.count("Error Log")
		with (
			patch.object(frappe, "enqueue", self.run_now),
			patch.object(frappe.db, "commit", side_effect=AssertionError("committed")),
		):
			for entry in entries:
				frappe.get_attr(entry)()
		self.assertEqual(frappe.db.count("Error Log"), errors, frappe.get_all("Error Log", pluck="method"))
		enqueued = {entry.rpartition(".")[2].removeprefix("enqueue_") for entry in entries}
		self.assertGreaterEqual(len(self.jobs), 6)
		self.assertTrue({"deadline_sweep", "alert_delivery", "supervision_sweep"} <= enqueued)
		self.assertTrue(told(late))
		self.assertTrue(frappe.db.exists("Supervision Order", {"petition": late}))
		self.assertTrue(frappe.db.get_value("Progress Notice", {"petition": registered}, "reminded_at"))
		self.assertEqual(frappe.get_last_doc("Reward Run").status, "Finished")
		self.assertEqual(frappe.get_last_doc("Sweep Run").status, "Finished")

	def test_egrm_4_every_column_that_is_indexed_or_scoped_exists(self):
		from petition_proxy.permissions import SCOPE_COLUMNS
		from petition_proxy.setup.indexes import INDEXES

		for doctype, indexes in INDEXES.items():
			known = set(frappe.db.get_table_columns(doctype))
			self.assertLessEqual({c for _name, columns in indexes for c in columns}, known, doctype)
		self.assertLessEqual(set(SCOPE_COLUMNS), set(frappe.db.get_table_columns("Petition")))


class TestEgrm10(ScaleTestCase):
	"""eGRM 10: seven questions a row in the list, 365 counts for a trend, one count a region."""

	MORE = 5

	def asked(self, function) -> tuple[int, dict]:
		function()  # fills the caches a site has
		with questions() as seen:
			answer = function()
		return len(seen), answer

	def make_cases(self, count: int) -> None:
		for state in (lifecycle.DRAFT, lifecycle.REGISTERED, lifecycle.ASSIGNED, lifecycle.HANDLING):
			for _number in range(count):
				f.make_petition(state)

	def make_places_and_people(self, numbers: range) -> None:
		"""Villages with settlements, points and agents of all kinds, so that reports about these grow too."""
		for number in numbers:
			code = f"9901991012{50 + number}"
			f.insert_if_missing(
				"Region", code, region_name=f"{number}号村", code=code, level="Village", parent_region=f.TOWN
			)
			reach.make_settlement(f"{number}号小区", 9000 + number, code)
			reach.make_point(f"{number}号点", 9000 + number, code)
			reach.make_agent(f"第{number}人", village=code, is_public_staff=1, agent_class="Civil Servant")

	def open_list(self):
		frappe.local.form_dict = frappe._dict(
			doctype="Petition",
			fields=frappe.as_json(
				["`tabPetition`.`name`", "`tabPetition`.`subject`", "`tabPetition`.`village`"]
			),
			order_by="`tabPetition`.`queue_key` asc",
			start=0,
			page_length=100,
		)
		return reportview.get()

	def test_egrm_10_lists_and_reports_ask_no_more_for_more_rows(self):
		filters = {"from_date": add_days(today(), -400), "to_date": today(), "on_date": today()}
		reports = frappe.get_all("Report", {"module": MODULE}, pluck="name", order_by="name")
		self.assertGreater(len(reports), 12)
		looks = {"list": self.open_list}
		for name in reports:
			looks[name] = lambda name=name: query_report.run(
				name, filters=dict(filters), user="office@pp.test", ignore_prepared_report=True
			)
		self.addCleanup(setattr, frappe.local, "form_dict", frappe.local.form_dict)
		self.make_cases(1)
		self.make_places_and_people(range(1))
		before, few = self.measure(looks)
		self.make_cases(self.MORE)
		f.make_agent("agent2@pp.test", f.VILLAGE_2, agent_name="第二人")
		self.make_places_and_people(range(1, self.MORE))
		after, many = self.measure(looks)
		self.assertTrue(all(before.values()), before)
		# a report that shows no more rows than before tells nothing about questions per row
		grown = [name for name in looks if many[name] > few[name]]
		self.assertIn("list", grown)
		self.assertGreater(len(grown), 8, (few, many))
		more = {name: (before[name], after[name]) for name in looks if after[name] > before[name]}
		self.assertEqual(more, {})
		self.assertLessEqual(max(after.values()), 25 + FOR_FRAPPE_ITSELF, after)

	def measure(self, looks) -> tuple[dict[str, int], dict[str, int]]:
		"""Questions that each look asks, and rows that it shows."""
		found, rows = {}, {}
		for name, look in looks.items():
			self.as_user("office@pp.test")
			found[name], answer = self.asked(look)
			rows[name] = len(answer.get("result", answer.get("values", ())))
		self.as_user("Administrator")
		return found, rows

	def test_egrm_10_the_check_of_many_documents_asks_once(self):
		docs = [f.make_petition(lifecycle.HANDLING) for _number in range(4)]
		self.as_user("dept@pp.test")
		loaded = [frappe.get_doc("Petition", doc.name) for doc in docs]
		loaded[0].has_permission("read")
		with questions() as seen:
			for doc in loaded[1:]:
				self.assertTrue(doc.has_permission("read"))
		self.assertEqual(seen, [])


class TestEgrm11(ScaleTestCase):
	"""eGRM 11: two indexes on the case; permission conditions that compute on every row."""

	def plan(self, query: str, values=()) -> list:
		return frappe.db.sql(f"explain {query}", values, as_dict=True)

	def first_page(self, user: str) -> str:
		"""The statement of a person's list, first page."""
		self.as_user(user)
		with questions() as seen:
			frappe.get_list("Petition", fields=["name"], order_by="queue_key asc", limit=20)
		self.as_user("Administrator")
		return next(text for text in reversed(seen) if "from `tabPetition`" in text)

	def test_egrm_11_the_first_page_of_everybody_is_read_in_the_order_of_an_index(self):
		f.make_agent()
		put_cases(6000)  # the server reads a small table from end to end, whatever its indexes
		for user in ("office@pp.test", "leader@pp.test", "dept@pp.test", "town@pp.test", "agent@pp.test"):
			query = self.first_page(user)
			for row in self.plan(query):
				self.assertTrue(row.key, (user, row.table, query))
				if row.table == "tabPetition":
					self.assertNotIn("filesort", row.Extra or "", (user, query))

	def test_egrm_11_conditions_compare_columns_and_compute_nothing(self):
		f.make_agent()
		for user in f.USERS:
			self.as_user(user)
			for doctype, path in hooks.permission_query_conditions.items():
				text = (frappe.get_attr(path)(user, doctype=doctype) or "").lower()
				for word in (
					"left(",
					"substr",
					"concat(",
					"locate(",
					"find_in_set",
					"json_",
					" like ",
					"regexp",
				):
					self.assertNotIn(word, text, (user, doctype))

	def test_egrm_11_what_the_jobs_and_queues_look_for_has_an_index(self):
		statements = self.statements()
		self.assertGreater(len(statements), 5)
		for query, values in statements:
			scanned = [row for row in self.plan(query, values) if not row.possible_keys and not row.key]
			scanned = [row.table for row in scanned if str(row.table).startswith(LARGE)]
			self.assertEqual(scanned, [], query)

	def statements(self) -> list[tuple]:
		"""What the sweep, the delivery and the queues ask of the large tables."""
		put_cases(30)
		real, found = MariaDBDatabase.sql, []

		def listen(db, query, values=(), *args, **kwargs):
			text = str(query)
			if text.lower().startswith("select") and " where " in text.lower():
				if any(f"`{table}`" in text for table in LARGE):
					found.append((text, values))
			return real(db, query, values, *args, **kwargs)

		with patch.object(MariaDBDatabase, "sql", listen):
			sweep_job.read_page(DUE, 10)
			self.sweep(DUE)
			alert_delivery(now=MORNING, commit=False, senders={"Desk": len, "Email": len})
			unsettled(now_datetime())
			to_be_told()
			count_late(now_datetime())
		return found


class TestOANfDelivery(ScaleTestCase):
	"""OAN f: a hundred messages an hour, failed ones never again."""

	def setUp(self):
		super().setUp()
		use_only_test_rules()
		frappe.db.set_value("Alert", {"status": ("in", ["Pending", "Failed"])}, "status", "Sent")

	def deliver(self, now, send):
		return alert_delivery(now=now, commit=False, senders={"Desk": send, "Email": send})

	def test_oan_f_one_run_sends_all_that_waits(self):
		names = put_cases(150)
		self.sweep(DUE + HOUR)
		counts = self.deliver(MORNING, lambda message: None)
		self.assertGreater(counts["sent"], 100)
		self.assertEqual(frappe.db.count("Alert", {"petition": ("in", names), "status": ("!=", "Sent")}), 0)

	def test_oan_f_what_failed_is_sent_later(self):
		(name,) = put_cases()
		self.sweep(DUE + HOUR)

		def broken(message):
			raise OSError("no line")

		self.assertEqual(self.deliver(MORNING, broken)["sent"], 0)
		self.assertEqual({alert.status for alert in alerts_of(name)}, {"Failed"})
		self.deliver(MORNING + DAY, lambda message: None)
		self.assertEqual({alert.status for alert in alerts_of(name)}, {"Sent"})


class TestHelpdeskCommitPerRow(ScaleTestCase):
	"""Helpdesk: two documents, one update and one commit for each open ticket, every hour."""

	def test_helpdesk_delivery_commits_by_person_not_by_row(self):
		use_only_test_rules()
		frappe.db.set_value("Alert", {"status": ("in", ["Pending", "Failed"])}, "status", "Sent")
		put_cases(40)
		self.sweep(DUE)
		senders = {"Desk": lambda message: None, "Email": lambda message: None}
		with patch.object(frappe.db, "commit") as commit:
			counts = alert_delivery(now=MORNING, senders=senders)
		self.assertGreaterEqual(counts["sent"], 80)
		self.assertLessEqual(commit.call_count, counts["messages"] + 3)


class TestPGR(ScaleTestCase):
	"""PGR: one page of the newest hundred, the clock on the last change, no lock between two schedulers."""

	def setUp(self):
		super().setUp()
		use_only_test_rules()

	def test_pgr_oldest_late_cases_are_never_starved_by_newer_ones(self):
		(oldest,) = put_cases(prefix="OLDEST", reply_due_at=DUE - 300 * DAY)
		put_cases(250, prefix="NEWER", reply_due_at=DUE)
		run = self.sweep(DUE, page_size=100)
		self.assertEqual(run.scanned, 251)
		self.assertTrue(told(oldest))

	def test_pgr_a_remark_a_look_and_a_paper_do_not_reset_the_clock(self):
		doc = f.make_petition(lifecycle.HANDLING)
		fields = ("due_at", "reply_due_at", "statutory_due_at", "next_action_at", "accepted_at")
		before = frappe.db.get_value("Petition", doc.name, fields)
		self.as_user("dept@pp.test")
		frappe.get_doc("Petition", doc.name).add_comment("Comment", "已联系本人")
		frappe.get_doc("Petition", doc.name).add_viewed()
		f.signed_paper(doc, None)
		self.assertEqual(frappe.db.get_value("Petition", doc.name, fields), before)

	def test_pgr_two_sweeps_at_once_one_steps_aside(self):
		put_cases()
		site, held, done = frappe.local.site, threading.Event(), threading.Event()

		def other_scheduler():
			frappe.init(site=site)
			frappe.connect()
			try:
				with job_lock("deadline-sweep") as acquired:
					if acquired:
						held.set()
					done.wait(30)
			finally:
				frappe.destroy()

		thread = threading.Thread(target=other_scheduler)
		thread.start()
		try:
			self.assertTrue(held.wait(30))
			run = self.sweep(DUE)
		finally:
			done.set()
			thread.join(30)
		self.assertEqual((run.status, run.scanned), ("Skipped", 0))
		self.assertEqual(self.sweep(DUE).scanned, 1)
