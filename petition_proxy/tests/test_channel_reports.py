"""Dwell time by tier, effect of the five priorities, unsettled queue: right figures, in scope, in few queries."""

import frappe
from frappe.desk.query_report import run
from frappe.utils import add_days, get_datetime, now_datetime, today

from petition_proxy.api import assignments as api
from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.report.five_priorities_effect import five_priorities_effect
from petition_proxy.queries import dwell, unsettled
from petition_proxy.queries.timeliness import CaseFilters
from petition_proxy.tests import channel_cases as c
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase

# Long before any other case of a test site, so that the filters find these alone.
BASE = get_datetime("2023-05-08 09:00:00")
FILTERS = CaseFilters.read({"from_date": "2023-05-01", "to_date": "2023-05-31"})
NOW = BASE + c.hours(1000)


def moment(hours: float):
	return BASE + c.hours(hours)


class ReportTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()

	def case(self, sendings=(), **stamps):
		"""A bare case with these moments, and assignments as (unit, kind, sent, ended)."""
		doc = f.make_petition(lifecycle.DRAFT, proxied=bool(stamps.pop("proxied", False)))
		values = {
			"petitioned_at": moment(-2),
			"registered_at": moment(0),
			"workflow_state": lifecycle.HANDLING,
		}
		doc.db_set({**values, **stamps}, update_modified=False)
		for _number, (unit, kind, sent, ended) in enumerate(sendings):
			frappe.get_doc(
				{
					"doctype": "Petition Assignment",
					"petition": doc.name,
					"round": 1,
					"part": "Lead",
					"kind": kind,
					"status": "Sent",
					"to_unit": unit,
					"sent_at": moment(sent),
					"ended_at": moment(ended) if ended else None,
				}
			).insert()
		return doc


class TestDwell(ReportTestCase):
	def figures(self, user=None):
		return {row["tier"]: row for row in dwell.tier_figures(FILTERS, NOW, user)}

	def test_hours_at_each_tier(self):
		self.case(
			[(f.TOWN_UNIT, "Hand Up", 10, 30), (f.DEPT_UNIT, "Assign", 30, None)], replied_at=moment(100)
		)
		self.case([(f.TOWN_UNIT, "Hand Up", 20, 40)], replied_at=moment(40))
		self.case(tier="Village", closed_at=moment(6), workflow_state=lifecycle.CLOSED)
		self.case(tier="Village", workflow_state=lifecycle.REGISTERED)
		found = self.figures()
		self.assertEqual((found["Village"]["cases"], found["Village"]["standing"]), (4, 1))
		self.assertEqual(found["Village"]["median_hours"], 15.0)
		self.assertEqual(found["Village"]["longest_hours"], 1000.0)
		self.assertEqual((found["Town"]["mean_hours"], found["Town"]["cases"]), (20.0, 2))
		self.assertEqual((found["District"]["mean_hours"], found["District"]["standing"]), (70.0, 0))

	def test_in_scope_only(self):
		self.case([(f.TOWN_UNIT, "Assign", 5, None)])
		self.assertEqual(self.figures("town@pp.test")["Town"]["cases"], 1)
		self.assertEqual(self.figures("town2@pp.test")["Town"]["cases"], 0)
		self.assertEqual(self.figures("nobody@pp.test")["District"]["cases"], 0)

	def test_without_cases_dashes_and_no_zero(self):
		self.as_user("office@pp.test")
		report = run("Dwell Time by Tier", {"from_date": "2023-05-01", "to_date": "2023-05-31"})
		rows = report["result"]
		self.assertEqual([row["median_hours"] for row in rows], ["—"] * 3)
		self.assertEqual([row["cases"] for row in rows], [0, 0, 0])

	def test_one_query_whatever_the_number_of_cases(self):
		for _number in range(6):
			self.case([(f.DEPT_UNIT, "Assign", 5, None)])
		with self.assertQueryCount(1):
			dwell.tier_figures(FILTERS, NOW, "Administrator")

	def test_a_case_walked_by_people_is_counted_as_it_went(self):
		doc = f.make_petition(lifecycle.REGISTERED, filing_channel="City Service System")
		self.as_user("village@pp.test")
		fresh = frappe.get_doc("Petition", doc.name)
		fresh.assignment_note = "无执法权"
		fresh.handling_unit = f.TOWN_UNIT
		f.walk(fresh, "Assign")
		self.as_user("town@pp.test")
		api.reassign(doc.name, f.DEPT_UNIT, "属住建职责")
		frappe.set_user("Administrator")
		stays = dwell.stays_of_cases(CaseFilters(), now_datetime() + c.hours(1))[doc.name]
		self.assertEqual([stay.tier for stay in stays][-1], "District")
		self.assertEqual(stays[0].tier, "Village")


class TestFivePriorities(ReportTestCase):
	def test_median_per_step_of_proxied_and_direct(self):
		for hours in (2, 4, 90):
			self.case(proxied=True, assigned_at=moment(hours))
		self.case(assigned_at=moment(10))
		rows = {row["step"]: row for row in dwell.step_figures(FILTERS)}
		step = rows["Assignment"]
		self.assertEqual((step["proxied_cases"], step["proxied_hours"]), (3, 4.0))
		self.assertEqual((step["direct_cases"], step["direct_hours"]), (1, 10.0))
		self.assertIsNone(rows["Service"]["proxied_hours"])

	def test_zero_denominators_are_dashes(self):
		self.case(proxied=True, assigned_at=moment(4))
		_columns, rows, *_rest = five_priorities_effect.execute(
			{"from_date": "2023-05-01", "to_date": "2023-05-31"}
		)
		step = next(row for row in rows if row["step"] == "Assignment")
		self.assertEqual(
			(step["proxied_hours"].strip(), step["direct_hours"], step["difference"]), ("4.0", "—", "—")
		)

	def test_in_scope_only_and_in_one_query(self):
		self.case(proxied=True, assigned_at=moment(4))
		with self.assertQueryCount(1):
			dwell.step_figures(FILTERS, "Administrator")
		rows = {row["step"]: row for row in dwell.step_figures(FILTERS, "town2@pp.test")}
		self.assertEqual(rows["Assignment"]["proxied_cases"], 0)


class TestUnsettledQueue(ReportTestCase):
	"""R22 art. 44: nothing can be silently unregistered."""

	def setUp(self):
		super().setUp()
		self.draft = f.make_petition(lifecycle.DRAFT, petitioned_at=add_days(now_datetime(), -30))
		self.registered = f.make_petition(lifecycle.REGISTERED)
		self.registered.db_set("registered_at", add_days(now_datetime(), -20))
		self.sent = f.make_petition(lifecycle.ASSIGNED)
		frappe.db.set_value(
			"Petition Assignment", self.sent.assignment, "sent_at", add_days(now_datetime(), -9)
		)
		self.objected = f.make_petition(lifecycle.RECEIVED)
		self.as_user("dept@pp.test")
		api.object_to_assignment(self.objected.assignment, "不属")
		frappe.set_user("Administrator")
		self.mine = {doc.name for doc in (self.draft, self.registered, self.sent, self.objected)}

	def rows(self, **kwargs):
		return [row for row in unsettled.unsettled(now_datetime(), **kwargs) if row["petition"] in self.mine]

	def test_each_kind_with_its_age_oldest_first(self):
		found = [(row["kind"], row["petition"], row["age_days"]) for row in self.rows()]
		self.assertEqual(
			found,
			[
				(unsettled.DRAFT, self.draft.name, 30),
				(unsettled.UNASSIGNED, self.registered.name, 20),
				(unsettled.UNRECEIVED, self.sent.name, 9),
				(unsettled.UNDECIDED, self.objected.name, 0),
			],
		)

	def test_one_kind_or_one_town(self):
		for kind in unsettled.KINDS[:4]:
			self.assertEqual([row["kind"] for row in self.rows(kind=kind)], [kind])
		self.assertFalse(self.rows(town=f.TOWN_2))

	def test_a_part_not_received_is_listed_as_well(self):
		doc = f.make_petition(lifecycle.HANDLING)
		api.add_co_handler(doc.name, f.DEPT_UNIT_2, "核对")
		rows = [row for row in unsettled.unsettled(now_datetime()) if row["petition"] == doc.name]
		self.assertEqual(
			[(row["kind"], row["unit"]) for row in rows], [(unsettled.UNRECEIVED, f.DEPT_UNIT_2)]
		)

	def test_a_unit_closed_in_mid_case_leaves_its_cases_listed(self):
		doc = f.make_petition(lifecycle.HANDLING)
		frappe.db.set_value(
			"Handling Unit", f.DEPT_UNIT, {"is_active": 0, "closed_on": add_days(today(), -2)}
		)
		rows = [row for row in unsettled.unsettled(now_datetime()) if row["petition"] == doc.name]
		self.assertEqual([row["kind"] for row in rows], [unsettled.UNIT_CLOSED])
		self.assertGreaterEqual(rows[0]["age_days"], 2)

	def test_settled_ones_leave_the_queue(self):
		for state in (lifecycle.HANDLING, lifecycle.CLOSED, lifecycle.WITHDRAWN):
			doc = f.make_petition(state)
			self.assertNotIn(doc.name, [row["petition"] for row in unsettled.unsettled(now_datetime())])

	def test_scope_and_the_accused(self):
		self.assertFalse(self.rows(user="town2@pp.test"))
		self.assertTrue(self.rows(user="town@pp.test"))
		self.registered.db_set("accused_unit", f.TOWN_UNIT)
		names = [row["petition"] for row in self.rows(user="town@pp.test")]
		self.assertNotIn(self.registered.name, names)

	def test_report_as_the_desk_runs_it(self):
		self.as_user("office@pp.test")
		report = run("Unsettled Queue", {"kind": unsettled.UNRECEIVED})
		mine = [
			row for row in report["result"] if isinstance(row, dict) and row["petition"] == self.sent.name
		]
		self.assertEqual(mine[0]["unit_name"], "云江区住建委")
		self.as_user("agent@pp.test")
		self.assertRaises(frappe.PermissionError, run, "Unsettled Queue", {})

	def test_queries_do_not_grow_with_the_rows(self):
		for _number in range(3):
			f.make_petition(lifecycle.REGISTERED)
		with self.assertQueryCount(4):
			unsettled.unsettled(now_datetime(), user="Administrator")
