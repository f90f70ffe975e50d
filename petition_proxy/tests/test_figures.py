"""The catalogue against an independent count, and every place that shows a figure against every other."""

import json
from datetime import datetime, timedelta

import frappe
from frappe.desk.query_report import run
from frappe.utils import getdate, now_datetime

from petition_proxy.api import cards
from petition_proxy.api import indicators as api
from petition_proxy.domain.standing import NO_RATE
from petition_proxy.queries import catalogue, indicators
from petition_proxy.queries.catalogue import BY_CODE
from petition_proxy.queries.figure_filters import FigureFilters
from petition_proxy.queries.sources import LEVELS, TOTAL, Ask, Period, ask_as
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import FOR_FRAPPE_ITSELF, AppTestCase
from petition_proxy.tests.figure_cases import CUT_OFF, FIRST, LAST, RandomDistrict
from petition_proxy.tests.independent_figures import Independent
from petition_proxy.utils.query_meter import questions

# Reports over the catalogue, with the level their lines stand for at first.
REPORTS = (
	"Indicators by Place",
	"Acceptance and Reply in Time",
	"Satisfaction and Participation",
	"Repeats and First Settlement",
	"Workload by Unit",
	"Extensions by Unit",
	"Review Outcomes",
	"Agents by Place",
	"Training Results",
	"Rewards by Place",
	"Completeness of Papers",
)
# Worked out by the rules of walking; tests/test_coverage.py counts them another way.
BY_WALKING = {"Agent Coverage", "People Covered by Agents"}


class _FigureCase(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		frappe.db.savepoint("figures")
		cls.district = RandomDistrict(cls.seed, cls.cases)
		cls.period = Period(FIRST.date(), LAST.date(), CUT_OFF)

	@classmethod
	def tearDownClass(cls):
		frappe.db.rollback(save_point="figures")
		super().tearDownClass()


class TestAgainstIndependentCount(_FigureCase):
	seed, cases = 11, 400

	def compare(self, ask: Ask, independent: Independent, levels=LEVELS) -> int:
		codes = [c for c in BY_CODE if c not in BY_WALKING]
		checked = 0
		for level in (TOTAL, *levels):
			found = catalogue.read_figures(level, codes, ask)
			for scope, figures in found.items():
				expected = independent.figures(level, scope)
				for code, figure in figures.items():
					self.assertEqual(figure, expected[code], f"{level} {scope} {code}")
					checked += bool(figure[0])
		return checked

	def test_every_figure_at_every_level(self):
		independent = Independent(FIRST.date(), LAST.date(), CUT_OFF)
		self.assertGreater(self.compare(Ask(self.period), independent), 400)

	def test_other_periods_and_cut_offs(self):
		for first, last, cut_off in (
			(FIRST.date(), FIRST.date(), datetime(2021, 4, 1, 23, 59, 59)),
			(FIRST.date() - timedelta(days=60), FIRST.date() - timedelta(days=1), datetime(2021, 4, 1)),
			(LAST.date(), LAST.date() + timedelta(days=90), datetime(2021, 8, 1, 9)),
		):
			independent = Independent(first, last, cut_off)
			self.compare(Ask(Period(first, last, cut_off)), independent, ("Town", "Unit"))

	def test_a_reader_counts_what_the_reader_sees(self):
		"""Whoever is complained about counts nothing of it."""
		for user in ("office@pp.test", "town@pp.test", "dept@pp.test", "village@pp.test"):
			self.as_user(user)
			visible = set(frappe.get_list("Petition", pluck="name", limit_page_length=0))
			self.as_user("Administrator")
			self.assertTrue(visible, user)
			ask = ask_as(user, self.period)
			independent = Independent(FIRST.date(), LAST.date(), CUT_OFF, visible)
			codes = [i.code for i in catalogue.ALL if i.source.doctype in ("Petition", "Petition Assignment")]
			for level in (TOTAL, "Town", "Unit"):
				for scope, figures in catalogue.read_figures(level, codes, ask).items():
					expected = independent.figures(level, scope)
					for code, figure in figures.items():
						self.assertEqual(figure, expected[code], f"{user} {level} {scope} {code}")

	def test_the_list_behind_a_number_is_as_long_as_the_number(self):
		ask = Ask(self.period)
		for indicator in catalogue.ALL:
			if indicator.kind in (catalogue.YUAN, catalogue.PER) or indicator.code in (
				"Leaflets",
				"Rewarded Cases",
				"Highest Tier",
				"People Covered by Agents",
			):
				continue  # sums, not rows
			total = catalogue.read_total([indicator.code], ask)[indicator.code]
			for part, number in zip(("counted", "of"), total, strict=True):
				if number is None:
					continue
				_doctype, rows = catalogue.read_rows(indicator.code, part, TOTAL, "", ask, 0, 10_000)
				self.assertEqual(len(rows), number, f"{indicator.code} {part}")

	def test_priority_in_days(self):
		found = catalogue.days_to_reply(Ask(self.period))
		rounds = Independent(FIRST.date(), LAST.date(), CUT_OFF)
		for who, is_proxied in (("Proxied", 1), ("Direct", 0)):
			days = sorted(
				(r.replied - r.registered).total_seconds() / 86400
				for r in rounds.rounds
				if rounds.inside(r.replied)
				and r.replied >= r.registered
				and bool(r.case.is_proxied) == is_proxied
			)
			middle = (days[(len(days) - 1) // 2] + days[len(days) // 2]) / 2
			self.assertEqual(found[who][0], len(days))
			self.assertAlmostEqual(found[who][1], middle, 9)


class TestOneNumberEverywhere(_FigureCase):
	seed, cases = 23, 150

	def asked(self, **more) -> dict:
		return {"from_date": str(FIRST.date()), "to_date": str(LAST.date()), **more}

	def test_reports_api_and_lists_agree(self):
		for user in ("office@pp.test", "town@pp.test", "dept@pp.test"):
			self.as_user(user)
			for level in ("Town", "Unit"):
				answer = api.get_figures(**self.asked(level=level))
				by_scope = {row["scope"]: row["figures"] for row in answer["scopes"]}
				total = api.get_figures(**self.asked())["scopes"][0]["figures"]
				for name in REPORTS:
					if not frappe.get_doc("Report", name).is_permitted():
						continue
					report = run(name, self.asked(level=level))
					codes = {c["fieldname"]: c["indicator"] for c in report["columns"] if c.get("indicator")}
					for row in report["result"]:
						figures = total if row.get("is_total") else by_scope[row["scope"]]
						for field, code in codes.items():
							number = (row[f"{field}_counted"], row[f"{field}_of"])
							self.assertEqual(
								number, (figures[code]["counted"], figures[code]["of"]), (name, code)
							)
							self.assertEqual(str(row[field]), figures[code]["text"], (name, code))

	def test_bulletin_and_api_agree(self):
		"""On cases without complaints, as a circular leaves these out."""
		frappe.db.set_value("Petition", {"name": ("in", self.district.names)}, "accused_unit", None)
		figures, _empty = indicators.read_district(f.DISTRICT, self.period)
		ask = Ask(self.period, district=f.DISTRICT)
		compared = 0
		for level in LEVELS:
			found = catalogue.read_figures(level, indicators.CODES, ask)
			for scope, values in found.items():
				for code, figure in values.items():
					self.assertEqual(figures[level][scope][code], figure, f"{level} {scope} {code}")
					compared += 1
		self.assertGreater(compared, 60)

	def test_a_frozen_bulletin_says_what_the_report_said(self):
		doc = frappe.get_doc(
			{
				"doctype": "Quarterly Bulletin",
				"district": f.DISTRICT,
				"year": 2021,
				"quarter": "2",
				"cut_off": CUT_OFF,
			}
		).insert()
		row = frappe.get_all(
			"Bulletin Figure",
			filters={"bulletin": doc.name, "level": "District", "kind": "Figure"},
			pluck="figures",
			order_by="name asc",
		)
		condition = Ask(self.period, district=f.DISTRICT, cases=indicators.without_complaints)
		found = catalogue.read_figures("District", indicators.CODES, condition)[f.DISTRICT]
		self.assertEqual({c: tuple(v) for c, v in json.loads(row[0]).items()}, found)

	def test_card_and_report_agree(self):
		doc = f.make_petition("Replied")
		hour_ago = now_datetime() - timedelta(hours=1)  # the card counts up to the second before
		doc.db_set({"registered_at": hour_ago, "replied_at": hour_ago}, update_modified=False)
		self.as_user("office@pp.test")
		for name in frappe.get_all(
			"Number Card",
			{"method": "petition_proxy.api.cards.indicator_now"},
			pluck="filters_json",
			order_by="name asc",
		):
			asked = json.loads(name)
			card = cards.indicator_now(name)
			route = card["route_options"] if isinstance(card, dict) else FigureFilters.read({}).as_route()
			value = card["value"] if isinstance(card, dict) else card
			if isinstance(card, dict) and card["fieldtype"] == "Percent":
				value = f"{value:.1f}%"
			for report in ("Indicators by Place", asked["report"]):
				total = run(report, route)["result"][-1]
				self.assertEqual(str(value), str(total[frappe.scrub(asked["indicator"])]), (report, asked))
		for bad in ("{}", '{"indicator": "No Such Figure"}'):
			with self.assertRaises(frappe.ValidationError):
				cards.indicator_now(bad)

	def test_late_now_and_late_cases_agree(self):
		doc = f.make_petition("Handling")
		doc.db_set({"due_at": now_datetime() - timedelta(days=3, hours=1)}, update_modified=False)
		self.as_user("office@pp.test")
		rows = run("Late Cases", {})["result"]
		self.assertEqual(len(rows), cards.late_now()["value"])
		mine = next(row for row in rows if row["name"] == doc.name)
		self.assertEqual(mine["days_late"], 3)
		self.as_user("town2@pp.test")
		self.assertNotIn(doc.name, [row["name"] for row in run("Late Cases", {})["result"]])

	def test_supervision_report_agrees_with_the_catalogue(self):
		self.as_user("office@pp.test")
		rows = run("Supervision by Unit", self.asked())["result"]
		figures = api.get_figures(**self.asked(level="Unit", codes=["Orders"]))["scopes"]
		orders = {row["scope"]: row["figures"]["Orders"]["counted"] for row in figures}
		units = {row["unit"]: row["orders"] for row in rows if row.get("unit")}
		self.assertEqual(units, {unit: n for unit, n in orders.items() if n})

	def test_records_are_paged_and_scoped(self):
		self.as_user("office@pp.test")
		asked = {"code": "Filed", "part": "counted", **self.asked()}
		whole = api.get_records(**asked, limit=500)
		names = [(row["name"], row["round_no"]) for row in whole["rows"]]
		self.assertFalse(whole["has_more"])
		paged, start = [], 0
		while True:
			page = api.get_records(**asked, start=start, limit=20)
			paged += [(row["name"], row["round_no"]) for row in page["rows"]]
			start += 20
			if not page["has_more"]:
				break
		self.assertEqual(paged, names)
		self.as_user("town2@pp.test")
		seen = {row["name"] for row in api.get_records(**asked, limit=500)["rows"]}
		self.assertTrue(seen)
		self.assertLess(seen, {name for name, _round in names})
		self.assertEqual({frappe.db.get_value("Petition", name, "town") for name in seen}, {f.TOWN_2})

	def test_who_asks_wrongly_is_told_so(self):
		self.as_user("office@pp.test")
		for wrong in (
			{"level": "Planet"},
			{"codes": ["No Such Figure"]},
			{"from_date": "2021-07-01", "to_date": "2021-06-01"},
			{"from_date": "1900-01-01"},
			{"from_date": "gestern"},
		):
			with self.assertRaises(frappe.ValidationError, msg=wrong):
				api.get_figures(**{**self.asked(), **wrong})
		with self.assertRaises(frappe.ValidationError):
			api.get_records(code="Active Agents", part="counted", level="Unit", **self.asked())
		with self.assertRaises(frappe.ValidationError):
			api.get_records(code="Filed", part="all", **self.asked())
		for user in ("Guest", "finance@pp.test"):
			self.as_user(user)
			for call in (lambda: api.get_figures(**self.asked()), api.get_catalogue):
				self.assertRaises(frappe.PermissionError, call)

	def test_zero_denominators_are_dashes(self):
		empty = {"from_date": "1999-01-01", "to_date": "1999-03-31"}
		self.as_user("office@pp.test")
		figures = api.get_figures(**empty)["scopes"][0]["figures"]
		for code in ("Timely Acceptance", "Satisfaction", "First-time Settlement", "Reward per Case"):
			self.assertEqual((figures[code]["value"], figures[code]["text"]), (None, NO_RATE), code)
		self.assertEqual(figures["Filed"]["text"], "0")
		for name in REPORTS:
			for row in run(name, empty)["result"]:
				self.assertNotIn(
					"None", [str(v) for k, v in row.items() if not k.endswith(("_of", "_value"))]
				)

	def test_drill_down_report_lists_what_was_counted(self):
		self.as_user("office@pp.test")
		report = run("Workload by Unit", self.asked())
		row = next(row for row in report["result"] if row.get("scope") == f.DEPT_UNIT)
		found = run(
			"Records Behind a Figure",
			self.asked(indicator="Filed", part="counted", level="Unit", scope=f.DEPT_UNIT),
		)
		self.assertEqual(len(found["result"]), row["filed_counted"])
		self.assertEqual(found["columns"][0]["options"], "Petition")

	def test_reports_ask_few_questions_whatever_the_rows(self):
		def count() -> dict[str, int]:
			found = {}
			for name in REPORTS:
				with questions() as asked:
					run(name, self.asked(level="Town"))
				found[name] = len(asked)
			return found

		self.as_user("office@pp.test")
		count()  # what Frappe keeps of DocTypes is read once
		few = count()
		self.as_user("Administrator")
		for _number in range(20):
			self.district.add_case()
		self.as_user("office@pp.test")
		count()
		self.assertEqual(count(), few)
		self.assertLessEqual(max(few.values()), 30 + FOR_FRAPPE_ITSELF, few)

	def test_as_of_and_period_stand_on_the_report(self):
		self.as_user("office@pp.test")
		message = run("Indicators by Place", self.asked(town=f.TOWN))["message"]
		self.assertIn("清溪镇", message)
		self.assertIn(frappe.format(getdate("2021-06-30"), "Date"), message)

	def test_question_of_a_form(self):
		asked = FigureFilters.read({})
		self.assertEqual((asked.first.day, asked.first.month % 3, asked.last), (1, 1, getdate()))


class TestRealMessages(AppTestCase):
	"""The replay of real appeals to a city, where their files lie: the catalogue against the independent count."""

	def test_catalogue_and_independent_count_agree(self):
		from petition_proxy.imports.ledger_import import run_import
		from petition_proxy.tests.test_ledger_import import data_folder

		folder = data_folder()
		if not folder:
			self.skipTest("no real ledgers: set PETITION_PROXY_DATA to their folder")
		f.make_district()
		run_import(
			(folder / "messages_with_replies.csv").read_bytes(),
			"replay of figures",
			default_village=f.VILLAGE,
			default_unit=f.DEPT_UNIT,
			commit=False,
		)
		first, last = frappe.db.sql(
			"select min(date(petitioned_at)), max(date(replied_at)) from `tabPetition` where external_source = %s",
			("replay of figures",),
		)[0]
		now = now_datetime().replace(microsecond=0)
		for cut_off, least in (
			(now, 1690),
			(datetime.combine(last, datetime.min.time()) - timedelta(days=200), 500),
		):
			ask = Ask(Period(first, last, cut_off))
			independent = Independent(first, last, cut_off)
			found = catalogue.read_total(list(BY_CODE), ask)
			expected = independent.figures(TOTAL, "")
			for code, figure in found.items():
				if code not in BY_WALKING:
					self.assertEqual(figure, expected[code], code)
			self.assertGreaterEqual(found["Filed"][0], least)
