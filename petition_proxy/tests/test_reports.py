"""The two reports and the card: right figures, the right rows, the same words in SQL and in Python."""

import io
import json
from datetime import datetime, timedelta
from unittest.mock import patch

import frappe
from frappe.desk.query_report import run
from frappe.utils import now_datetime

from petition_proxy.api.cards import late_now
from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.report.petition_ledger import petition_ledger
from petition_proxy.petition_proxy.report.timeliness_by_unit import timeliness_by_unit as unit_report
from petition_proxy.queries.ledger import LedgerFilters, clock_state, count_ledger, ledger
from petition_proxy.queries.timeliness import (
	CLOCK_STATES,
	CaseFilters,
	on_time_rate,
	sum_counts,
	timeliness_by_unit,
)
from petition_proxy.queries.workload import count_late, late_filters
from petition_proxy.tests import factories as make
from petition_proxy.tests.base import AppTestCase

SOURCE = "report test ledger"
NOW = datetime(2026, 6, 30, 12, 0, 0)


def at(day: str, time: str = "09:00:00") -> datetime:
	return datetime.fromisoformat(f"2026-{day}T{time}")


# petitioned, replied, promise due, statutory due, unit
CASES = {
	"same day": (at("01-05"), at("01-05"), at("01-20", "23:59:59"), at("03-06", "23:59:59"), make.DEPT_UNIT),
	"15 days, in time by a second": (
		at("01-05", "23:00:00"),
		at("01-20", "23:59:59"),
		at("01-20", "23:59:59"),
		at("03-06", "23:59:59"),
		make.DEPT_UNIT,
	),
	"16 days, late": (
		at("01-05"),
		at("01-21", "00:00:00"),
		at("01-20", "23:59:59"),
		at("03-06", "23:59:59"),
		make.DEPT_UNIT,
	),
	"30 days": (at("01-05"), at("02-04"), at("01-20", "23:59:59"), at("03-06", "23:59:59"), make.DEPT_UNIT_2),
	"61 days, late on both": (
		at("01-05"),
		at("03-07"),
		at("01-20", "23:59:59"),
		at("03-06", "23:59:59"),
		make.DEPT_UNIT_2,
	),
	"open, promise overdue": (
		at("06-01"),
		None,
		at("06-16", "23:59:59"),
		at("07-31", "23:59:59"),
		make.DEPT_UNIT,
	),
	"open, not yet due": (
		at("06-28"),
		None,
		at("07-13", "23:59:59"),
		at("08-27", "23:59:59"),
		make.DEPT_UNIT,
	),
	"no clock, no unit": (at("06-29"), None, None, None, None),
}


class ReportTestCase(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make.make_district()

	def setUp(self):
		super().setUp()
		self.names = {}
		for label, (petitioned, replied, promise, statute, unit) in CASES.items():
			self.names[label] = self.add_case(label, petitioned, replied, promise, statute, unit)

	def add_case(self, subject, petitioned, replied, promise, statute, unit, **values) -> str:
		"""A row as it would stand after years of work, without walking there."""
		name = frappe.generate_hash(length=12)
		state = lifecycle.REPLIED if replied else lifecycle.HANDLING if promise else lifecycle.REGISTERED
		row = {
			"doctype": "Petition",
			"name": name,
			"subject": subject,
			"content": subject,
			"petitioner_name": "林婆婆",
			"workflow_state": state,
			"petitioned_at": petitioned,
			"replied_at": replied,
			"reply_due_at": promise,
			"statutory_due_at": statute,
			"due_at": None if replied else promise,
			"handling_unit": unit,
			"external_source": SOURCE,
			"round": 1,
			"district": make.DISTRICT,
			"town": make.TOWN,
			"village": make.VILLAGE,
			"petition_kind": "Appeal and Request",
			"queue_key": f"10-{petitioned:%Y%m%d%H%M}",
			**values,
		}
		frappe.get_doc(row).db_insert()
		return name

	def cases(self, **more) -> CaseFilters:
		return CaseFilters(source=SOURCE, **more)

	def ledger_labels(self, **more) -> set[str]:
		filters = LedgerFilters(cases=more.pop("cases", self.cases()), **more)
		return {row["subject"] for row in ledger(filters, NOW)}


class TestTimeliness(ReportTestCase):
	def test_counts_per_unit(self):
		rows = {row["handling_unit"]: row for row in timeliness_by_unit(self.cases(), NOW)}
		self.assertEqual(set(rows), {make.DEPT_UNIT, make.DEPT_UNIT_2, None})
		dept = rows[make.DEPT_UNIT]
		self.assertEqual(
			[dept[f] for f in ("filed", "answered", "within_15", "within_30", "within_60")], [5, 3, 2, 3, 3]
		)
		self.assertEqual(
			[dept[f"promise_{s}"] for s in ("in_time", "late", "not_yet_due", "overdue")], [2, 1, 1, 1]
		)
		self.assertEqual(
			[dept[f"statutory_{s}"] for s in ("in_time", "late", "not_yet_due", "overdue")], [3, 0, 2, 0]
		)
		other = rows[make.DEPT_UNIT_2]
		self.assertEqual([other[f] for f in ("within_15", "within_30", "within_60")], [0, 1, 1])
		self.assertEqual([other["statutory_in_time"], other["statutory_late"]], [1, 1])

	def test_overdue_follows_the_clock_without_any_write(self):
		later = NOW + timedelta(days=100)
		total = sum_counts(timeliness_by_unit(self.cases(), later))
		self.assertEqual(total["promise_not_yet_due"], 0)
		self.assertEqual(total["promise_overdue"], 2)
		self.assertEqual(total["statutory_overdue"], 2)

	def test_fraction_of_the_last_second_is_in_time(self):
		due = at("01-20", "23:59:59")
		replied = due.replace(microsecond=700_000)
		self.add_case("fraction", at("01-05"), replied, due, due, "T-GOV")
		row = timeliness_by_unit(self.cases(unit="T-GOV"), NOW)[0]
		self.assertEqual((row["promise_in_time"], row["promise_late"]), (1, 0))

	def test_drafts_are_not_filed(self):
		self.add_case("draft", at("01-06"), None, None, None, None, workflow_state=lifecycle.DRAFT)
		self.assertEqual(sum_counts(timeliness_by_unit(self.cases(), NOW))["filed"], len(CASES))

	def test_period_includes_its_last_day(self):
		filters = self.cases(from_date=at("01-05").date(), to_date=at("01-05").date())
		self.assertEqual(sum_counts(timeliness_by_unit(filters, NOW))["filed"], 5)
		filters = self.cases(from_date=at("06-01").date(), to_date=at("06-28").date())
		self.assertEqual(sum_counts(timeliness_by_unit(filters, NOW))["filed"], 2)

	def test_filters_by_town_unit_and_category_with_its_children(self):
		parent = self.add_category("报表测试", None)
		child = self.add_category("子类", parent)
		self.add_case("in child", at("02-01"), None, None, None, None, category=child, town=make.TOWN_2)
		count = lambda **more: sum_counts(timeliness_by_unit(self.cases(**more), NOW))["filed"]  # noqa: E731
		self.assertEqual(count(category=parent), 1)
		self.assertEqual(count(category=child), 1)
		self.assertEqual(count(town=make.TOWN_2), 1)
		self.assertEqual(count(town=make.TOWN), len(CASES))
		self.assertEqual(count(unit=make.DEPT_UNIT_2), 2)
		self.assertEqual(count(unit=""), 2)

	def test_wrong_period_and_unknown_category_are_refused(self):
		with self.assertRaisesRegex(frappe.ValidationError, "earlier first day"):
			CaseFilters.read({"from_date": "2026-02-01", "to_date": "2026-01-01"})
		with self.assertRaisesRegex(frappe.ValidationError, "Choose one from the list"):
			timeliness_by_unit(self.cases(category="no such category"), NOW)

	def test_one_grouped_query(self):
		timeliness_by_unit(self.cases(), NOW)
		with self.assertQueryCount(1):
			timeliness_by_unit(self.cases(), NOW)

	def test_town_officer_counts_only_the_town(self):
		self.add_case(
			"elsewhere", at("02-01"), None, None, None, None, town=make.TOWN_2, village=make.VILLAGE_2
		)
		self.as_user("town@pp.test")
		self.assertEqual(sum_counts(timeliness_by_unit(self.cases(), NOW))["filed"], len(CASES))
		self.as_user("town2@pp.test")
		self.assertEqual(sum_counts(timeliness_by_unit(self.cases(), NOW))["filed"], 1)
		self.as_user("nobody@pp.test")
		self.assertEqual(timeliness_by_unit(self.cases(), NOW), [])

	def test_rate_is_unknown_without_a_decided_case(self):
		self.assertIsNone(on_time_rate(0, 0, 0))
		self.assertEqual(on_time_rate(0, 0, 3), 0.0)
		self.assertEqual(on_time_rate(3, 1, 0), 75.0)

	def test_report_shows_dash_and_total(self):
		columns, rows = unit_report.execute({"source": SOURCE})[:2]
		self.assertEqual(rows[-1]["unit_name"], frappe._("Total"))
		self.assertEqual(rows[-1]["filed"], len(CASES))
		without_unit = rows[-2]
		self.assertEqual(without_unit["unit_name"], frappe._("No Unit Yet"))
		self.assertEqual((without_unit["promise_rate"], without_unit["statutory_rate"]), ("—", "—"))
		dept = next(row for row in rows if row.get("handling_unit") == make.DEPT_UNIT_2)
		self.assertEqual(dept["unit_name"], "云江区人社局")
		self.assertEqual(dept["statutory_rate"].strip(), "50.0%")
		shown = {column["fieldname"] for column in columns}
		self.assertLessEqual({"filed", "within_15", "within_30", "within_60", "promise_rate"}, shown)
		self.assertEqual(unit_report.execute({"source": "no such ledger"})[1], [])

	def test_unit_complained_about_does_not_count_its_case(self):
		self.add_case("against dept", at("02-01"), None, None, None, None, accused_unit=make.DEPT_UNIT)
		self.as_user("dept@pp.test")
		self.assertNotIn("against dept", self.ledger_labels())

	def add_category(self, name, parent) -> str:
		doc = frappe.get_doc(
			{
				"doctype": "Petition Category",
				"category_name": name,
				"parent_petition_category": parent,
				"is_group": 0 if parent else 1,
			}
		)
		return doc.insert().name


class TestLedger(ReportTestCase):
	def test_every_number_has_its_lines(self):
		"""What the timeliness report counts and what the ledger lists behind it are the same cases."""
		for unit in (make.DEPT_UNIT, make.DEPT_UNIT_2):
			cases = self.cases(unit=unit)
			counted = timeliness_by_unit(cases, NOW)[0]
			for clock in ("promise", "statutory"):
				for state, key in zip(
					CLOCK_STATES, ("in_time", "late", "not_yet_due", "overdue"), strict=True
				):
					listed = self.ledger_labels(cases=cases, **{clock: state})
					self.assertEqual(len(listed), counted[f"{clock}_{key}"], (unit, clock, state))
			for days in (15, 30, 60):
				listed = self.ledger_labels(cases=cases, answered_within=days)
				self.assertEqual(len(listed), counted[f"within_{days}"], (unit, days))
		self.assertEqual(self.ledger_labels(cases=self.cases(unit="")), {"no clock, no unit"})

	def test_clock_words_agree_with_sql(self):
		for clock in ("promise", "statutory"):
			for row in ledger(LedgerFilters(cases=self.cases()), NOW):
				if row[clock]:
					self.assertIn(row["subject"], self.ledger_labels(**{clock: row[clock]}))
		self.assertEqual(clock_state(None, NOW, NOW), "Not Yet Due")
		self.assertEqual(clock_state(None, NOW, NOW + timedelta(seconds=1)), "Overdue Now")
		self.assertIsNone(clock_state(None, None, NOW))

	def test_names_are_masked_without_the_right_to_identities(self):
		names = lambda: {row["petitioner_name"] for row in ledger(LedgerFilters(cases=self.cases()), NOW)}  # noqa: E731
		self.as_user("leader@pp.test")
		self.assertEqual(names(), {"林**"})
		self.as_user("office@pp.test")
		self.assertEqual(names(), {"林婆婆"})

	def test_ratings_stand_on_the_line_of_their_round(self):
		name = self.names["same day"]
		for round_, party, rating in (
			(1, "Handling Unit", "Satisfied"),
			(1, "Proxy Agent", "Dissatisfied"),
			(2, "Handling Unit", "Dissatisfied"),
		):
			frappe.get_doc(
				{
					"doctype": "Evaluation",
					"name": frappe.generate_hash(length=12),
					"petition": name,
					"round": round_,
					"rated_party": party,
					"rating": rating,
					"evaluation_key": f"{name}|{round_}|{party}",
				}
			).db_insert()
		rows = [row for row in ledger(LedgerFilters(cases=self.cases()), NOW) if row["name"] == name]
		self.assertEqual(len(rows), 1)
		self.assertEqual(
			(rows[0]["unit_rating"], rows[0]["agent_rating"], rows[0]["office_rating"]),
			("Satisfied", "Dissatisfied", None),
		)

	def test_limit_is_told(self):
		filters = LedgerFilters(cases=self.cases())
		self.assertEqual(len(ledger(filters, NOW, limit=3)), 3)
		self.assertEqual(count_ledger(filters, NOW), len(CASES))
		with patch.object(petition_ledger, "MAX_ROWS", len(CASES)):
			self.assertIsNone(petition_ledger.execute({"source": SOURCE})[2])
		with patch.object(petition_ledger, "MAX_ROWS", 3):
			_columns, rows, message = petition_ledger.execute({"source": SOURCE})
		self.assertEqual(len(rows), 3)
		self.assertIn(str(len(CASES)), message)

	def test_unknown_filter_values_are_refused(self):
		for filters in ({"promise": "Sometimes"}, {"workflow_state": "Nowhere"}, {"answered_within": "7"}):
			with self.subTest(filters), self.assertRaises(frappe.ValidationError):
				LedgerFilters.read(filters)

	def test_desk_roles_run_both_reports_and_see_their_rows(self):
		for user, lines in (
			("office@pp.test", 8),
			("town@pp.test", 8),
			("town2@pp.test", 0),
			("village@pp.test", 8),
			("dept@pp.test", 5),
			("auditor@pp.test", 8),
		):
			self.as_user(user)
			with self.subTest(user):
				result = run("Petition Ledger", {"source": SOURCE})
				self.assertEqual(len(result["result"]), lines)
				total = run("Timeliness by Unit", {"source": SOURCE})["result"]
				self.assertEqual(total[-1]["filed"] if total else 0, lines)
		self.as_user("agent@pp.test")
		with self.assertRaises(frappe.PermissionError):
			run("Petition Ledger", {"source": SOURCE})


class TestLateNow(ReportTestCase):
	def test_card_list_and_domain_say_the_same(self):
		now = now_datetime()
		self.as_user("town@pp.test")
		listed = frappe.get_list(
			"Petition",
			filters=[*late_filters(now), ["Petition", "external_source", "=", SOURCE]],
			pluck="subject",
			order_by="queue_key asc",
		)
		expected = {label for label, c in CASES.items() if not c[1] and c[2] and c[2] < now}
		self.assertEqual(set(listed), expected)
		everything = frappe.get_list(
			"Petition", filters=late_filters(now), pluck="name", order_by="queue_key asc"
		)
		self.assertEqual(count_late(now), len(everything))
		card = late_now("[]")
		self.assertEqual(card["value"], len(everything))
		self.assertEqual(card["route"][:2], ["List", "Petition"])
		asked = [
			["Petition", field, *json.loads(text)]
			for field, texts in card["route_options"].items()
			for text in texts
		]
		self.assertEqual(
			frappe.get_list("Petition", filters=asked, pluck="name", order_by="queue_key asc"), everything
		)

	def test_other_town_sees_none(self):
		self.as_user("town2@pp.test")
		before = count_late(now_datetime())
		self.as_user("Administrator")
		self.add_case("late", at("01-01"), None, at("01-02"), at("01-02"), None)
		self.as_user("town2@pp.test")
		self.assertEqual(count_late(now_datetime()), before)

	def test_portal_roles_may_ask_only_for_their_own(self):
		self.as_user("Guest")
		with self.assertRaises(frappe.PermissionError):
			late_now()

	def test_queue_cards_count_what_the_lists_show(self):
		from frappe.desk.doctype.number_card.number_card import get_result

		self.as_user("dept@pp.test")
		for label in (
			"To Assign",
			"To Receive",
			"To Accept or Refuse",
			"In Handling",
			"To Serve",
			"To Close",
		):
			card = frappe.get_doc("Number Card", label)
			filters = json.loads(card.filters_json)
			rows = frappe.get_list("Petition", filters=filters, pluck="name", order_by="queue_key asc")
			self.assertEqual(get_result(card.as_json(), card.filters_json), len(rows), label)
		self.assertEqual(
			len(frappe.get_list("Petition", filters={"workflow_state": "Handling"}, pluck="name")), 2
		)


class TestListExport(ReportTestCase):
	def test_town_officer_exports_exactly_the_rows_of_the_town(self):
		"""The standard report view's XLSX of the petition list."""
		from openpyxl import load_workbook

		for number in range(30):
			place = {"town": make.TOWN_2, "village": make.VILLAGE_2} if number % 3 else {}
			self.add_case(f"export {number}", at("03-01"), None, None, None, None, **place)
		self.as_user("town@pp.test")
		frappe.local.form_dict = frappe._dict(
			doctype="Petition",
			file_format_type="Excel",
			title="Petition",
			fields=json.dumps(["`tabPetition`.`name`", "`tabPetition`.`subject`"]),
			filters=json.dumps([["Petition", "external_source", "=", SOURCE]]),
			order_by="`tabPetition`.`queue_key` asc",
			view="Report",
		)
		from frappe.desk.reportview import export_query

		export_query()
		sheet = load_workbook(io.BytesIO(frappe.response["filecontent"])).active
		exported = {value for row in sheet.iter_rows(min_row=2, values_only=True) for value in row}
		names = set(
			frappe.get_all("Petition", filters={"external_source": SOURCE, "town": make.TOWN}, pluck="name")
		)
		others = set(
			frappe.get_all("Petition", filters={"external_source": SOURCE, "town": make.TOWN_2}, pluck="name")
		)
		self.assertEqual(len(names), len(CASES) + 10)
		self.assertLessEqual(names, exported)
		self.assertFalse(others & exported)
