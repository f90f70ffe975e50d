"""Coverage on a real database: who covers on which day, imported ways, reports, questions of the desk."""

import csv
import io

import frappe
from frappe.desk.query_report import run
from frappe.utils import add_days, getdate, now_datetime, today

from petition_proxy.api import coverage as api
from petition_proxy.domain import lifecycle
from petition_proxy.domain.coverage import COVERED, UNCOVERED, UNKNOWN
from petition_proxy.imports.walking_import import WalkingFileError, import_walks, routing_points_csv
from petition_proxy.petition_proxy.doctype.proxy_agent import acts
from petition_proxy.petition_proxy.doctype.service_point.service_point import ServicePointDatesError
from petition_proxy.petition_proxy.doctype.walking_distance.walking_distance import WalkingDistanceError
from petition_proxy.petition_proxy.report.agent_coverage import agent_coverage
from petition_proxy.petition_proxy.report.coverage_gaps import coverage_gaps
from petition_proxy.petition_proxy.report.service_points_by_village import service_points_by_village
from petition_proxy.queries.coverage import CoverageFilters, agents_covering, read_ground
from petition_proxy.queries.coverage_map import map_data
from petition_proxy.setup.settings import ensure_settings
from petition_proxy.tests import factories as make
from petition_proxy.tests import reach_cases as reach
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.places import PlaceError

STAFF = (
	"office@pp.test",
	"town@pp.test",
	"village@pp.test",
	"dept@pp.test",
	"leader@pp.test",
	"auditor@pp.test",
)
PORTAL = ("agent@pp.test", "petitioner@pp.test")


class CoverageTestCase(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make.make_district()

	def setUp(self):
		super().setUp()
		reach.remove_agents_and_places()
		self.addCleanup(frappe.clear_document_cache, "Petition Proxy Settings", "Petition Proxy Settings")
		self.settings(walking_minutes=15, walking_speed=1.2, elderly_walking_speed=0.8, detour_factor=1.3)

	def settings(self, **values):
		for field, value in values.items():
			frappe.db.set_single_value("Petition Proxy Settings", field, value)
		frappe.clear_document_cache("Petition Proxy Settings", "Petition Proxy Settings")

	def filters(self, **values):
		return CoverageFilters.read(values)

	def states(self, **values) -> dict[str, str]:
		"""Settlement title to state."""
		ground = read_ground(self.filters(**values))
		titles = {row.name: row.settlement_name for row in ground.settlements}
		return {titles[r.settlement]: r.state for r in ground.reaches()}

	def state(self, **values) -> str:
		(state,) = self.states(**values).values()
		return state


class TestWhoCovers(CoverageTestCase):
	"""Invariant 14: suspended, untrained or out of term covers nothing on that date."""

	def test_status(self):
		reach.make_settlement("桥头")
		agent = reach.make_agent("周大姐", 100)
		self.assertEqual(self.state(), COVERED)
		for status in ("Applied", "In Training", "Suspended", "Left", "Removed"):
			agent.db_set("status", status)
			with self.subTest(status):
				self.assertEqual(self.state(), UNCOVERED)

	def test_certificate_counts_on_the_day_asked_about(self):
		reach.make_settlement("桥头")
		agent = reach.make_agent("周大姐", 100, certificate_valid_to=add_days(today(), 10))
		self.assertEqual(self.state(), COVERED)
		self.assertEqual(self.state(on=add_days(today(), 10)), COVERED)
		self.assertEqual(self.state(on=add_days(today(), 11)), UNCOVERED)
		agent.db_set("certificate_valid_to", None)
		self.assertEqual(self.state(), UNCOVERED)

	def test_nobody_covers_before_the_first_day_on_duty(self):
		reach.make_settlement("桥头")
		reach.make_agent("周大姐", 100, on_duty_from=add_days(today(), -20))
		self.assertEqual(self.state(on=add_days(today(), -20)), COVERED)
		self.assertEqual(self.state(on=add_days(today(), -21)), UNCOVERED)

	def test_invariant_14_a_past_day_is_answered_from_the_history(self):
		"""Suspended yesterday: covers until the day before, whatever the record says today."""
		reach.make_settlement("桥头")
		agent = reach.make_agent("周大姐", 100, on_duty_from=add_days(today(), -20))
		acts.change_status([agent.name], "Suspend", "带头收费", add_days(today(), -1))
		self.assertEqual(self.state(), UNCOVERED)
		self.assertEqual(self.state(on=add_days(today(), -1)), UNCOVERED)
		self.assertEqual(self.state(on=add_days(today(), -2)), COVERED)

	def test_neighbour_of_another_town_covers(self):
		reach.make_settlement("桥头")
		reach.make_agent("李大哥", 100, village=make.VILLAGE_2)
		self.assertEqual(self.state(town=make.TOWN), COVERED)


class TestPlaces(CoverageTestCase):
	def test_position_is_own_then_the_points_then_the_homes(self):
		home = reach.make_settlement("老屋", 7000)
		point = reach.make_point("代办点", 3000)
		agent = reach.make_agent("周大姐", 100, service_point=point.name, settlement=home.name)

		def metres_from_centre():
			latitude = agents_covering(getdate())[0].position[0]
			return round((latitude - reach.CENTRE[0]) * 111_195, -2)

		self.assertEqual(metres_from_centre(), 100)
		agent.db_set({"latitude": 0, "longitude": 0})
		self.assertEqual(metres_from_centre(), 3000)
		point.db_set("closed_on", today())
		self.assertEqual(metres_from_centre(), 7000)
		home.db_set({"latitude": 0, "longitude": 0})
		self.assertIsNone(agents_covering(getdate())[0].position)

	def test_missing_coordinates_are_unknown_never_covered(self):
		reach.make_settlement("桥头", None, people=70)
		reach.make_agent("周大姐", 0)
		reach.make_agent("不知何处")
		self.assertEqual(self.state(), UNKNOWN)
		row = agent_coverage.execute({})[1][-1]
		self.assertEqual((row["unknown"], row["people_unknown"], row["covered"]), (1, 70, 0))
		self.assertEqual(row["settlement_rate"].strip(), "0.0%")

	def test_both_sides_of_the_limit_follow_the_settings(self):
		reach.make_settlement("桥头", 0)
		reach.make_agent("周大姐", 1080 / 1.3 - 0.2)
		self.assertEqual(self.state(), COVERED)
		frappe.db.delete("Proxy Agent")
		reach.make_agent("周大姐", 1080 / 1.3 + 0.2)
		self.assertEqual(self.state(), UNCOVERED)
		self.settings(walking_minutes=16)
		self.assertEqual(self.state(), COVERED)
		self.assertEqual(self.state(is_elderly=1), UNCOVERED)
		self.settings(detour_factor=1.0, elderly_walking_speed=1.0)
		self.assertEqual(self.state(is_elderly=1), COVERED)

	def test_values_never_saved_are_those_of_the_form(self):
		frappe.db.delete("Singles", {"doctype": "Petition Proxy Settings", "field": ["like", "%walking%"]})
		frappe.db.delete("Singles", {"doctype": "Petition Proxy Settings", "field": "detour_factor"})
		frappe.clear_document_cache("Petition Proxy Settings", "Petition Proxy Settings")
		self.assertAlmostEqual(read_ground(self.filters()).method.straight_limit, 830.77, places=2)

	def test_a_new_site_starts_with_the_values_of_the_form(self):
		frappe.db.delete("Singles", {"doctype": "Petition Proxy Settings"})
		frappe.clear_document_cache("Petition Proxy Settings", "Petition Proxy Settings")
		ensure_settings()
		stored = frappe.db.get_singles_dict("Petition Proxy Settings")
		self.assertEqual((stored["walking_minutes"], stored["detour_factor"]), ("15", "1.3"))
		self.assertTrue(str(stored["digest_at"]).lstrip("0").startswith("8:30:00"), stored["digest_at"])

	def test_impossible_positions_and_methods_are_refused(self):
		for place in (
			{"latitude": 106.5, "longitude": 29.5},
			{"latitude": 29.5, "longitude": 0},
			{"latitude": 0, "longitude": 106.5},
		):
			with self.subTest(place):
				with self.assertRaises(PlaceError):
					reach.make_agent("周大姐", **place)
				with self.assertRaises(PlaceError):
					reach.make_point("点", **place)
		settings = frappe.get_single("Petition Proxy Settings")
		for values in (
			{"detour_factor": 0.5},
			{"map_tile_url": "javascript:alert(1)"},
			{"map_tile_url": "https://a/b"},
		):
			with self.subTest(values), self.assertRaises(frappe.ValidationError):
				settings.reload().update(values).save()
		settings.reload().update({"map_tile_url": "https://tiles.example.cn/{z}/{x}/{y}.png"}).save()


class TestMeasuredWays(CoverageTestCase):
	def way(self, settlement, **values):
		return frappe.get_doc(
			{"doctype": "Walking Distance", "settlement": settlement.name, "source": "OSRM", **values}
		).insert()

	def test_measured_way_is_used_instead_of_the_line(self):
		home = reach.make_settlement("对岸", 0)
		agent = reach.make_agent("周大姐", 300)
		self.assertEqual(self.state(), COVERED)
		way = self.way(home, agent=agent.name, metres=5000)
		self.assertEqual(self.state(), UNCOVERED)
		way.metres = 1080
		way.save()
		self.assertEqual(self.state(), COVERED)
		message = agent_coverage.execute({})[2]
		self.assertIn(
			frappe._("{0} walking distances of a routing engine were used instead.").format(1), message
		)

	def test_minutes_count_at_the_usual_pace(self):
		home = reach.make_settlement("对岸", None)
		agent = reach.make_agent("周大姐")
		way = self.way(home, agent=agent.name, minutes=15)
		self.assertEqual(self.state(), COVERED)
		self.assertEqual(self.state(is_elderly=1), UNKNOWN)
		way.minutes = 15.1
		way.save()
		self.assertEqual(self.state(), UNKNOWN)

	def test_way_to_a_point_or_a_home_counts_for_who_is_there(self):
		home = reach.make_settlement("对岸", 0)
		point = reach.make_point("代办点", 5000)
		other = reach.make_settlement("新村", 5000, village=make.VILLAGE_2)
		self.way(home, service_point=point.name, metres=900)
		self.way(home, to_settlement=other.name, metres=950)
		at_point = reach.make_agent("在点上", service_point=point.name)
		self.assertEqual(self.states(town=make.TOWN), {"对岸": COVERED})
		at_point.db_set("status", "Left")
		self.assertEqual(self.states(town=make.TOWN), {"对岸": UNCOVERED})
		lives_there = reach.make_agent("住那里", settlement=other.name)
		self.assertEqual(self.states(town=make.TOWN), {"对岸": COVERED})
		self.way(home, agent=lives_there.name, metres=2000)  # the way to the agent in person counts first
		self.assertEqual(self.states(town=make.TOWN), {"对岸": UNCOVERED})

	def test_one_end_one_length_one_row_a_pair(self):
		home = reach.make_settlement("对岸", 0)
		point = reach.make_point("代办点", 5000)
		agent = reach.make_agent("周大姐")
		for values in (
			{"metres": 5},
			{"agent": agent.name, "service_point": point.name, "metres": 5},
			{"agent": agent.name},
			{"agent": agent.name, "metres": 0, "minutes": 0},
		):
			with self.subTest(values), self.assertRaises(WalkingDistanceError):
				self.way(home, **values)
		self.way(home, agent=agent.name, metres=5)
		with self.assertRaises(frappe.UniqueValidationError):
			self.way(home, agent=agent.name, metres=6)


class TestWalkingImport(CoverageTestCase):
	def setUp(self):
		super().setUp()
		self.home = reach.make_settlement("对岸", 0)
		self.agent = reach.make_agent("周大姐", 5000)

	def csv(self, *rows) -> bytes:
		out = io.StringIO()
		csv.writer(out).writerows([["settlement", "agent", "metres", "minutes", "source"], *rows])
		return out.getvalue().encode()

	def test_good_rows_go_in_bad_rows_are_told(self):
		done = import_walks(
			self.csv(
				[self.home.name, self.agent.name, "840.5", "", "OSRM 5.27"],
				["nowhere", self.agent.name, "5", "", ""],
				[self.home.name, "nobody", "5", "", ""],
				[self.home.name, "", "5", "", ""],
				[self.home.name, self.agent.name, "far", "", ""],
				[self.home.name, self.agent.name, "nan", "", ""],
				[self.home.name, self.agent.name, "-4", "", ""],
				[self.home.name, self.agent.name, "", "", ""],
			)
		)
		self.assertEqual((done["imported"], done["replaced"], done["rejected_count"]), (1, 0, 7))
		self.assertTrue(done["rejected"][0].startswith(frappe._("Row {0}: {1}").format(3, "")[:5]))
		self.assertEqual(self.state(), COVERED)

	def test_second_import_replaces(self):
		row = [self.home.name, self.agent.name, "840", "", "a"]
		import_walks(self.csv(row))
		done = import_walks(self.csv([*row[:2], "9000", "", "b"]))
		self.assertEqual((done["imported"], done["replaced"]), (1, 1))
		rows = frappe.get_all("Walking Distance", fields=["metres", "source"], order_by="name")
		self.assertEqual([(r.metres, r.source) for r in rows], [(9000, "b")])
		self.assertEqual(self.state(), UNCOVERED)

	def test_chinese_headings_and_wrong_files(self):
		text = f"居民聚集点,代理员,分钟\n{self.home.name},{self.agent.name},12\n"
		self.assertEqual(import_walks(text)["imported"], 1)
		for text in ("settlement,metres\nx,1\n", "agent,metres\nx,1\n", "settlement,agent\nx,y\n", ""):
			with self.subTest(text), self.assertRaises(WalkingFileError):
				import_walks(text)

	def test_only_with_the_right(self):
		for user in ("village@pp.test", "leader@pp.test", *PORTAL, "Guest"):
			self.as_user(user)
			with self.subTest(user), self.assertRaises(frappe.PermissionError):
				api.import_walking_distances("/files/x.csv")

	def test_points_for_the_engine(self):
		reach.make_settlement("=cmd()", 10)
		reach.make_settlement("没有坐标", None)
		rows = list(csv.reader(io.StringIO(routing_points_csv().decode("utf-8-sig"))))
		self.assertEqual(rows[0], ["kind", "name", "title", "latitude", "longitude"])
		self.assertEqual(
			{(row[0], row[2]) for row in rows[1:]},
			{("settlement", "对岸"), ("settlement", "'=cmd()"), ("agent", "")},
		)
		for user in (*PORTAL, "leader@pp.test"):
			self.as_user(user)
			with self.subTest(user), self.assertRaises(frappe.PermissionError):
				api.routing_points()


class TestReports(CoverageTestCase):
	def setUp(self):
		super().setUp()
		reach.make_settlement("近处", 0, people=300)
		reach.make_settlement("远处", 4000, people=500)
		reach.make_settlement("不明", None, people=50)
		reach.make_settlement("邻镇", 9000, village=make.VILLAGE_2, people=150)
		self.agent = reach.make_agent("周大姐", 200)

	def test_rows_add_up_by_town_and_empty_towns_show_a_dash(self):
		make.insert_if_missing(
			"Region",
			"990199103000",
			region_name="空镇",
			code="990199103000",
			level="Town",
			parent_region=make.DISTRICT,
		)
		rows = {row["town_name"]: row for row in agent_coverage.execute({})[1]}
		self.assertEqual(set(rows), {"清溪镇", "高山镇", "空镇", frappe._("Total")})
		town, total = rows["清溪镇"], rows[frappe._("Total")]
		self.assertEqual(
			[
				town[f]
				for f in (
					"agents",
					"settlements",
					"covered",
					"uncovered",
					"unknown",
					"people",
					"people_covered",
				)
			],
			[1, 3, 1, 1, 1, 850, 300],
		)
		self.assertEqual((rows["空镇"]["settlement_rate"], rows["空镇"]["people_rate"]), ("—", "—"))
		self.assertEqual(
			(total["settlements"], total["people"], total["people_rate"].strip()), (4, 1000, "30.0%")
		)
		self.assertEqual(total["settlement_rate"].strip(), "25.0%")

	def test_gaps_are_the_settlements_behind_the_numbers(self):
		_columns, rows, message = coverage_gaps.execute({"town": make.TOWN})
		self.assertEqual([row["settlement_name"] for row in rows], ["远处", "不明"])
		self.assertEqual((rows[0]["agent_name"], rows[0]["metres"], rows[0]["minutes"]), ("周大姐", 4940, 69))
		self.assertIsNone(rows[1]["metres"])
		self.assertIn("1080", message)
		counted = agent_coverage.execute({"town": make.TOWN})[1][0]
		self.assertEqual(counted["uncovered"] + counted["unknown"], len(rows))

	def test_method_stands_on_the_report(self):
		self.settings(walking_minutes=20, detour_factor=1.5)
		message = agent_coverage.execute({"is_elderly": 1})[2]
		for part in ("20", "0.8", "960", "1.5", "640"):
			self.assertIn(part, message)

	def test_staff_run_them_and_nobody_else(self):
		for user in STAFF:
			self.as_user(user)
			with self.subTest(user):
				self.assertEqual(run("Agent Coverage", {})["result"][-1]["settlements"], 4)
				self.assertEqual(len(run("Coverage Gaps", {})["result"]), 3)
		for user in (*PORTAL, "Guest"):
			self.as_user(user)
			for report in ("Agent Coverage", "Coverage Gaps", "Service Points by Village"):
				with self.subTest((user, report)), self.assertRaises(frappe.PermissionError):
					run(report, {})

	def test_statements_do_not_grow(self):
		for number in range(40):
			reach.make_settlement(f"聚集点{number}", 100 * number)
			reach.make_agent(f"代理员{number}", 150 * number)
		filters = self.filters()
		read_ground(filters)
		with self.assertQueryCount(3):
			read_ground(filters)


class TestQuestions(CoverageTestCase):
	def setUp(self):
		super().setUp()
		reach.make_settlement("东头", 0, people=300)
		reach.make_settlement("西头", 900, people=100)
		self.only = reach.make_agent("周大姐", -700)
		self.one = reach.make_agent("李大哥", 1000)
		self.two = reach.make_agent("王大姐", 1100)
		self.as_user("office@pp.test")

	def test_what_if_one_leaves(self):
		lost = api.what_if([self.only.name])
		self.assertEqual([row["settlement_name"] for row in lost], ["东头"])
		self.assertEqual((lost[0]["agent_name"], lost[0]["people"]), ("李大哥", 300))
		self.assertEqual(api.what_if(f'["{self.only.name}"]'), lost)  # as the desk sends it
		self.assertEqual(api.what_if([self.one.name]), [])
		both = api.what_if([self.one.name, self.two.name])
		self.assertEqual([row["settlement_name"] for row in both], ["西头"])

	def test_sole_agents_are_told(self):
		self.assertEqual(
			api.sole_agents(),
			[{"agent": self.only.name, "agent_name": "周大姐", "people": 300, "settlements": 1}],
		)

	def test_where_to_recruit(self):
		for number, people in enumerate((40, 50, 60)):
			reach.make_settlement(f"山里{number}", 9000 + 500 * number, people=people)
		reach.make_settlement("更远", 20_000, people=500)
		answer = api.recruit(count=5)
		self.assertAlmostEqual(answer["people_rate"], 100 * 400 / 1050)
		self.assertEqual(
			[(p["settlement_name"], p["people"], p["people_rate"]) for p in answer["proposals"]],
			[("更远", 500, 100 * 900 / 1050), ("山里1", 150, 100.0)],
		)
		self.assertEqual(set(answer["proposals"][1]["settlements"]), {"山里0", "山里1", "山里2"})
		self.assertEqual(len(api.recruit(count=1)["proposals"]), 1)

	def test_wrong_questions_are_refused(self):
		for call in (
			lambda: api.what_if([]),
			lambda: api.what_if(["x"] * 101),
			lambda: api.what_if('{"name": "x"}'),
			lambda: api.recruit(count=0),
			lambda: api.recruit(count=51),
		):
			with self.assertRaises(frappe.ValidationError):
				call()
		self.assertEqual(api.what_if(["no such agent"]), [])

	def test_staff_only(self):
		calls = (
			lambda: api.coverage_map(),
			lambda: api.what_if([self.only.name]),
			lambda: api.sole_agents(),
			lambda: api.recruit(),
		)
		for user in STAFF:
			self.as_user(user)
			for call in calls:
				call()
		for user in (*PORTAL, "Guest"):
			self.as_user(user)
			for call in calls:
				with self.subTest(user), self.assertRaises(frappe.PermissionError):
					call()


class TestMap(CoverageTestCase):
	def test_everything_with_a_place_is_drawn(self):
		home = reach.make_settlement("近处", 0, people=300)
		reach.make_settlement("远处", 4000, people=500)
		reach.make_settlement("不明", None, people=50)
		reach.make_point("代办点", 10)
		reach.make_point("关了", 20, closed_on=today())
		agent = reach.make_agent("周大姐", 200)
		reach.make_agent("不知何处")
		reach.make_agent("停职", 5, status="Suspended")
		data = map_data(self.filters())
		drawn = {row[1]: row for row in data["settlements"]}
		self.assertEqual(set(drawn), {"近处", "远处"})
		self.assertEqual(drawn["近处"][0], home.name)
		self.assertEqual(data["states"][drawn["近处"][7]], COVERED)
		self.assertEqual(data["states"][drawn["远处"][7]], UNCOVERED)
		self.assertEqual(drawn["远处"][8:], ["周大姐", 4940])
		self.assertEqual([row[1] for row in data["unknown"]], ["不明"])
		self.assertEqual([row[1] for row in data["points"]], ["代办点"])
		self.assertEqual([row[0] for row in data["agents"]], [agent.name])
		self.assertEqual(data["agents_unknown"], 1)
		self.assertEqual(data["counts"]["people_rate"], 100 * 300 / 850)
		self.assertEqual([row[1] for row in map_data(self.filters(town=make.TOWN_2))["settlements"]], [])

	def test_open_and_late_cases_stand_in_the_middle_of_their_village(self):
		near, far = reach.make_settlement("村头", 0), reach.make_settlement("村尾", 1000)

		def shown(user):
			self.as_user(user)
			rows = [row for row in map_data(self.filters())["cases"] if row[0] == make.VILLAGE]
			self.as_user("Administrator")
			return rows[0] if rows else [make.VILLAGE, "柳湾村", None, None, None, 0, 0]

		before = {user: shown(user)[5:] for user in ("office@pp.test", "village@pp.test")}
		for state in (lifecycle.HANDLING, lifecycle.REGISTERED, lifecycle.DRAFT):
			case = make.make_petition(state, subject="地图上的件")
			if state == lifecycle.HANDLING:
				case.db_set("due_at", add_days(now_datetime(), -1))
		make.make_petition(lifecycle.REGISTERED, subject="检举", petition_kind="Report and Accusation")
		_village, name, _town, latitude, _longitude, open_cases, late = shown("office@pp.test")
		was_open, was_late = before["office@pp.test"]
		self.assertEqual((name, open_cases - was_open, late - was_late), ("柳湾村", 3, 1))
		self.assertAlmostEqual(latitude, (near.latitude + far.latitude) / 2, places=6)
		self.assertEqual(shown("village@pp.test")[5] - before["village@pp.test"][0], 2)  # no accusations
		self.assertEqual(shown("town2@pp.test")[5], 0)

	def test_no_foreign_host_unless_the_office_chose_one(self):
		self.assertEqual(map_data(self.filters())["tile_url"], "")
		self.settings(map_tile_url="https://tiles.example.cn/{z}/{x}/{y}.png")
		self.assertIn("tiles.example.cn", map_data(self.filters())["tile_url"])


class TestServicePoints(CoverageTestCase):
	def rows(self, **filters):
		result = service_points_by_village.execute(filters)
		summary = {entry["label"]: entry["value"] for entry in result[4]}
		return {row["village_name"]: row for row in result[1]}, summary

	def test_rate_of_villages_with_an_open_point(self):
		whole = {"phone": "023-68110001", "address": "村委会", "opening_hours": "周一", "equipment": "电脑"}
		reach.make_point("柳湾点", opened_on=add_days(today(), -5), **whole)
		reach.make_point("石桥点", village=make.VILLAGE_B, phone="023-68110002")
		reach.make_point("云台点", village=make.VILLAGE_2, closed_on=today(), **whole)
		rows, summary = self.rows()
		self.assertEqual(summary[frappe._("Villages")], 3)
		self.assertEqual(summary[frappe._("Share of Villages")], "66.7%")
		self.assertEqual(rows["柳湾村"]["missing"], "")
		self.assertIn(frappe._("Equipment"), rows["石桥村"]["missing"])
		self.assertEqual(rows["云台村"]["open_points"], 0)
		rows, summary = self.rows(only_without=1)
		self.assertEqual(set(rows), {"云台村"})
		self.assertEqual(summary[frappe._("Villages")], 3)
		rows, summary = self.rows(on=add_days(today(), -6))
		self.assertEqual(rows["柳湾村"]["open_points"], 0)
		self.assertEqual(rows["云台村"]["open_points"], 1)
		self.assertEqual(self.rows(town="no such town")[1][frappe._("Share of Villages")], "—")

	def test_point_cannot_close_before_it_opens(self):
		with self.assertRaises(ServicePointDatesError):
			reach.make_point("点", opened_on=today(), closed_on=add_days(today(), -1))
		reach.make_point("点", opened_on=today(), closed_on=today())
