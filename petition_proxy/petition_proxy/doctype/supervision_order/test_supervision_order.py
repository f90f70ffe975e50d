"""Supervision by hand and by rule: who issues, who answers, what rises and what never repeats (R22 arts 39, 40)."""

from datetime import timedelta

import frappe
from frappe.utils import add_days, get_datetime, getdate, now_datetime

from petition_proxy.domain import lifecycle
from petition_proxy.domain.workdays import MissingYearError
from petition_proxy.jobs.supervision import supervision_sweep
from petition_proxy.petition_proxy.doctype.petition.checks import StepError
from petition_proxy.petition_proxy.doctype.supervision_order import acts
from petition_proxy.petition_proxy.doctype.supervision_order.acts import SupervisionError
from petition_proxy.queries.supervision import orders_by_unit
from petition_proxy.tests import factories as f
from petition_proxy.tests.clock_cases import ClockTestCase, fill_years
from petition_proxy.utils.calendar import clear_calendar
from petition_proxy.utils.rules import clear_limits

LATE = "Late Without Reason"
TODO = "请书面说明逾期原因"


def orders(petition: str) -> list:
	return frappe.get_all(
		"Supervision Order", {"petition": petition}, ["*"], order_by="issued_at asc, creation asc, name asc"
	)


class SupervisionTestCase(ClockTestCase):
	def setUp(self):
		super().setUp()
		use_natural_days()

	def issue(self, doc, user: str = "office@pp.test", level="Reminder", trigger=LATE, unit=None, todo=TODO):
		return self.act(user, acts.issue_order, doc.name, level, trigger, todo, unit)


def use_natural_days() -> None:
	"""The limit without a work calendar, so that the tests also pass in a year whose list is not out yet."""
	frappe.db.set_value("Statutory Limit", {"limit_code": "Supervision"}, "day_kind", "Natural Day")
	clear_limits()


class TestByHand(SupervisionTestCase):
	def test_order_is_numbered_limited_and_flags_the_case(self):
		doc = f.make_petition(lifecycle.HANDLING)
		name = self.issue(doc)
		row = frappe.get_doc("Supervision Order", name)
		self.assertRegex(name, rf"^DB-{f.DISTRICT[:6]}-\d{{4}}-\d{{5}}$")
		self.assertEqual((row.unit, row.issued_by_unit, row.origin), (f.DEPT_UNIT, f.OFFICE_UNIT, "By Hand"))
		self.assertEqual(getdate(row.due_at), getdate(add_days(now_datetime(), 5)))
		self.assertEqual(doc.reload().is_supervised, 1)

	def test_unit_answers_and_office_grades_and_the_flag_goes(self):
		doc = f.make_petition(lifecycle.HANDLING)
		name = self.issue(doc)
		self.act("dept@pp.test", acts.reply_to_order, name, "正在重新丈量，周五前答复")
		self.assertEqual(doc.reload().is_supervised, 1)
		self.act("office@pp.test", acts.grade_order, name, "Partly", "没有说明责任人")
		row = frappe.get_doc("Supervision Order", name)
		self.assertEqual((row.status, row.grade, row.replied_by), ("Closed", "Partly", "dept@pp.test"))
		self.assertEqual(doc.reload().is_supervised, 0)

	def test_flag_stays_while_another_order_is_open(self):
		doc = f.make_petition(lifecycle.HANDLING)
		first = self.issue(doc)
		self.issue(doc, trigger="Wrong Procedure", level="Letter")
		self.act("office@pp.test", acts.grade_order, first, "Not Done", "未回复")
		self.assertEqual(doc.reload().is_supervised, 1)
		self.assertEqual([row.earlier_orders for row in orders(doc.name)], [0, 1])

	def test_only_office_and_government_issue(self):
		doc = f.make_petition(lifecycle.HANDLING)
		for user in ("dept@pp.test", "town@pp.test", "village@pp.test"):
			with self.assertRaises(SupervisionError):
				self.issue(doc, user=user)
		for user in ("town2@pp.test", "dept2@pp.test", "nobody@pp.test"):
			with self.assertRaises(frappe.PermissionError):
				self.issue(doc, user=user)
		self.assertTrue(self.issue(doc, user="leader@pp.test"))

	def test_unit_without_a_part_an_accused_unit_or_the_office_itself_is_not_supervised(self):
		doc = f.make_petition(lifecycle.HANDLING)
		with self.assertRaisesRegex(SupervisionError, "no part"):
			self.issue(doc, unit=f.DEPT_UNIT_2)
		doc.db_set("accused_unit", f.DEPT_UNIT)
		with self.assertRaisesRegex(SupervisionError, "complains"):
			self.issue(doc)
		doc.db_set({"accused_unit": None, "handling_unit": f.OFFICE_UNIT})
		with self.assertRaisesRegex(SupervisionError, "itself"):
			self.issue(doc)

	def test_same_order_twice_is_refused(self):
		doc = f.make_petition(lifecycle.HANDLING)
		self.issue(doc)
		with self.assertRaisesRegex(SupervisionError, "already"):
			self.issue(doc, level="Letter")

	def test_level_trigger_and_requirement_are_asked_for(self):
		doc = f.make_petition(lifecycle.HANDLING)
		for values in ({"level": "Shout"}, {"trigger": "Mood"}, {"todo": " "}):
			with self.assertRaises(SupervisionError):
				self.issue(doc, **values)

	def test_only_the_unit_answers_and_only_once(self):
		doc = f.make_petition(lifecycle.HANDLING)
		name = self.issue(doc)
		with self.assertRaises(SupervisionError):
			self.act("office@pp.test", acts.reply_to_order, name, "x")
		with self.assertRaises(frappe.PermissionError):
			self.act("dept2@pp.test", acts.reply_to_order, name, "x")
		self.act("dept@pp.test", acts.reply_to_order, name, "已办")
		with self.assertRaisesRegex(SupervisionError, "answered already"):
			self.act("dept@pp.test", acts.reply_to_order, name, "已办")

	def test_a_unit_never_grades_itself_and_no_reply_is_not_adopted(self):
		doc = f.make_petition(lifecycle.HANDLING)
		name = self.issue(doc)
		with self.assertRaises(SupervisionError):
			self.act("dept@pp.test", acts.grade_order, name, "Adopted")
		with self.assertRaisesRegex(SupervisionError, "not replied"):
			self.act("office@pp.test", acts.grade_order, name, "Adopted")
		with self.assertRaisesRegex(SupervisionError, "Say why"):
			self.act("office@pp.test", acts.grade_order, name, "Not Done")

	def test_supervised_case_is_not_filed_away(self):
		doc = f.make_petition(lifecycle.CLOSED)
		self.issue(doc, trigger="Opinion Not Carried Out")
		doc.reload()
		self.assertRaisesRegex(StepError, "supervision order", f.walk, doc, "Archive")

	def test_accused_people_and_agents_see_no_order(self):
		doc = f.make_petition(lifecycle.HANDLING, accused_unit=f.TOWN_UNIT)
		name = self.issue(doc)
		for user in ("town@pp.test", "town2@pp.test"):
			self.as_user(user)
			self.assertNotIn(name, frappe.get_list("Supervision Order", pluck="name"))
		self.as_user("agent@pp.test")
		self.assertRaises(frappe.PermissionError, frappe.get_list, "Supervision Order")

	def test_unit_is_told_and_the_accused_in_it_is_not(self):
		doc = f.make_petition(lifecycle.HANDLING, accused_user="dept@pp.test")
		count = {u: self.notes(u) for u in ("dept@pp.test", "head@pp.test")}
		self.issue(doc)
		self.assertEqual(self.notes("head@pp.test"), count["head@pp.test"] + 1)
		self.assertEqual(self.notes("dept@pp.test"), count["dept@pp.test"])

	def notes(self, user: str) -> int:
		return frappe.db.count("Notification Log", {"for_user": user, "document_type": "Supervision Order"})

	def test_missing_limit_row_is_a_clear_error_and_changes_nothing(self):
		doc = f.make_petition(lifecycle.HANDLING)
		frappe.db.delete("Statutory Limit", {"limit_code": "Supervision"})
		clear_limits()
		with self.assertRaisesRegex(SupervisionError, "No rule is valid"):
			self.issue(doc)
		self.assertEqual((doc.reload().is_supervised, orders(doc.name)), (0, []))

	def test_orders_are_counted_per_unit(self):
		doc = f.make_petition(lifecycle.HANDLING)
		before = {r.unit: r for r in orders_by_unit(getdate(), getdate(), now_datetime())}.get(f.DEPT_UNIT)
		name = self.issue(doc)
		self.act("dept@pp.test", acts.reply_to_order, name, "已办")
		self.act("office@pp.test", acts.grade_order, name, "Adopted")
		row = {r.unit: r for r in orders_by_unit(getdate(), getdate(), now_datetime())}[f.DEPT_UNIT]
		self.assertEqual(row.orders - (before.orders if before else 0), 1)
		self.assertEqual(row.adopted - (before.adopted if before else 0), 1)


class TestByRule(SupervisionTestCase):
	"""Cases lie in 2001, so that a run for a day of that year meets no other case."""

	def setUp(self):
		super().setUp()
		frappe.db.delete("Supervision Rule")
		for code, clock, hours, level in (
			("T-PROMISE", "Local Promise", 72, "Reminder"),
			("T-STATUTE", "Statutory", 0, "Letter"),
		):
			frappe.get_doc(
				{
					"doctype": "Supervision Rule",
					"rule_code": code,
					"rule_name": code,
					"clock": clock,
					"late_hours": hours,
					"level": level,
					"requirement": TODO,
				}
			).insert()
		self.due = get_datetime("2001-06-15 23:59:59")
		frappe.db.set_value("Statutory Limit", {"limit_code": "Supervision"}, "valid_from", "2000-01-01")
		clear_limits()

	def late_case(self, **values):
		doc = f.make_petition(lifecycle.HANDLING)
		doc.db_set(
			{
				"reply_due_at": self.due,
				"statutory_due_at": add_days(self.due, 45),
				"due_at": self.due,
				**values,
			},
			update_modified=False,
		)
		return doc

	def run_at(self, moment, **kwargs) -> dict:
		return supervision_sweep(now=moment, commit=False, **kwargs)

	def test_order_comes_after_so_many_hours_and_once(self):
		doc = self.late_case()
		limit = self.due + timedelta(hours=72)
		self.run_at(limit)
		self.assertEqual(orders(doc.name), [])
		self.assertEqual(self.run_at(limit + timedelta(seconds=1))["issued"], 1)
		self.assertEqual(self.run_at(limit + timedelta(hours=5)), {"issued": 0, "escalated": 0})
		(row,) = orders(doc.name)
		self.assertEqual(
			(row.level, row.rule, row.unit, row.origin), ("Reminder", "T-PROMISE", f.DEPT_UNIT, "By Rule")
		)
		self.assertEqual(doc.reload().is_supervised, 1)
		self.assertTrue(frappe.db.exists("Petition Event", {"petition": doc.name, "event": "Supervise"}))

	def test_unanswered_order_rises_level_by_level_and_stops_at_the_top(self):
		doc = self.late_case(statutory_due_at=None)
		for day in range(1, 80):
			self.run_at(self.due + timedelta(days=day))
		rows = orders(doc.name)
		self.assertEqual([r.level for r in rows], ["Reminder", "Letter", "Interview", "Listed"])
		self.assertEqual([r.status for r in rows], ["Unanswered", "Unanswered", "Unanswered", "Issued"])
		self.assertEqual([r.previous_order for r in rows], [None, *(r.name for r in rows[:-1])])
		self.assertEqual([r.earlier_orders for r in rows], [0, 1, 2, 3])

	def test_answered_order_does_not_rise(self):
		doc = self.late_case(statutory_due_at=None)
		self.run_at(self.due + timedelta(days=4))
		(row,) = orders(doc.name)
		self.act("dept@pp.test", acts.reply_to_order, row.name, "在办")
		self.run_at(self.due + timedelta(days=40))
		self.assertEqual(len(orders(doc.name)), 1)

	def test_new_round_can_be_supervised_again(self):
		doc = self.late_case(statutory_due_at=None)
		self.run_at(self.due + timedelta(days=4))
		doc.db_set("round", 2)
		self.run_at(self.due + timedelta(days=4))
		self.assertEqual([r.round for r in orders(doc.name)], [1, 2])

	def test_replied_unassigned_and_accused_cases_are_left_alone(self):
		replied = self.late_case(workflow_state="Replied")
		unassigned = self.late_case(handling_unit=None)
		accused = self.late_case(accused_unit=f.DEPT_UNIT)
		self.run_at(self.due + timedelta(days=10))
		for doc in (replied, unassigned, accused):
			self.assertEqual(orders(doc.name), [])

	def test_pages_take_all_oldest_first_and_numbers_have_no_gap(self):
		docs = [self.late_case(due_at=add_days(self.due, -i), statutory_due_at=None) for i in range(5)]
		fresh = f.make_petition(lifecycle.HANDLING)
		with self.freeze_time(self.due + timedelta(days=10)):
			self.assertEqual(self.run_at(self.due + timedelta(days=10), page_size=2)["issued"], 5)
			by_hand = self.issue(fresh)
		names = [orders(doc.name)[0].name for doc in reversed(docs)]
		self.assertEqual(names, sorted(names))
		numbers = [int(name[-5:]) for name in [*names, by_hand]]
		self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 6)))

	def test_queries_do_not_grow_with_cases(self):
		def queries(count: int) -> int:
			for _i in range(count):
				self.late_case(statutory_due_at=None)
			frappe.db.sql("select 1")
			seen = []
			real = frappe.db.sql
			frappe.db.sql = lambda *a, **k: seen.append(1) or real(*a, **k)
			try:
				self.run_at(self.due + timedelta(days=5))
			finally:
				del frappe.db.sql  # the class has it again; an attribute left here would hide later ones
			return len(seen)

		queries(1)  # first run warms what is read once
		self.assertEqual(queries(1), queries(6))

	def test_missing_calendar_issues_nothing_and_says_so(self):
		frappe.db.set_value("Statutory Limit", {"limit_code": "Supervision"}, "day_kind", "Working Day")
		clear_limits()
		clear_calendar()
		doc = self.late_case()
		with self.assertRaises(MissingYearError):
			self.run_at(self.due + timedelta(days=10))  # no list of 2001 exists
		self.assertEqual((orders(doc.name), doc.reload().is_supervised), ([], 0))


class TestWorkingDays(ClockTestCase):
	def test_district_limit_of_five_working_days_passes_over_a_holiday_week(self):
		"""National Day 2024: 1 to 7 October free, 29 September and 12 October worked."""
		fill_years(2024)
		with self.freeze_time("2024-09-27 10:00:00"):
			doc = f.make_petition(lifecycle.HANDLING, proxied=False)
			name = self.act("office@pp.test", acts.issue_order, doc.name, "Letter", LATE, TODO)
		due = frappe.db.get_value("Supervision Order", name, "due_at")
		self.assertEqual(str(getdate(due)), "2024-10-10")  # 29, 30 September, 8, 9, 10 October
