"""Publicity: who records what where, totals, places never reached. Adoption: villages and agents without cases."""

from datetime import timedelta

import frappe
from frappe.desk.query_report import run
from frappe.utils import add_days, get_datetime, getdate, today

from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.publicity_event.publicity_event import PublicityDateError
from petition_proxy.petition_proxy.report.adoption_by_village import adoption_by_village as adoption_report
from petition_proxy.petition_proxy.report.publicity_by_place import publicity_by_place
from petition_proxy.queries.adoption import AdoptionFilters, adoption_by_village, idle_agents
from petition_proxy.queries.publicity import PublicityFilters, publicity
from petition_proxy.tests import factories as make
from petition_proxy.tests import reach_cases as reach
from petition_proxy.tests.base import AppTestCase


class ReachTestCase(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make.make_district()

	def setUp(self):
		super().setUp()
		reach.remove_agents_and_places()


class PublicityTestCase(ReachTestCase):
	def event(self, region=make.VILLAGE, **values):
		return frappe.get_doc(
			{
				"doctype": "Publicity Event",
				"title": "赶集日发资料",
				"form": "Market Day or Fair",
				"held_on": today(),
				"region": region,
				**values,
			}
		).insert()


class TestPublicityEvent(PublicityTestCase):
	def test_place_columns_and_number(self):
		event = self.event()
		self.assertEqual(
			(event.district, event.town, event.village), (make.DISTRICT, make.TOWN, make.VILLAGE)
		)
		self.assertRegex(event.name, r"^XC-990199-\d{4}-\d{5}$")
		self.assertEqual(self.event(make.TOWN).village, None)
		self.assertEqual(self.event(make.DISTRICT, form="Newspaper Column").town, None)

	def test_the_future_is_not_recorded(self):
		with self.assertRaises(PublicityDateError):
			self.event(held_on=add_days(today(), 1))

	def test_counts_are_not_negative(self):
		with self.assertRaises(frappe.ValidationError):
			self.event(copies=-5)

	def test_each_records_at_home(self):
		allowed = {
			"office@pp.test": (make.DISTRICT, make.TOWN_2, make.VILLAGE),
			"clerk@pp.test": (make.VILLAGE_2,),
			"town@pp.test": (make.TOWN, make.VILLAGE, make.VILLAGE_B),
			"village@pp.test": (make.VILLAGE,),
		}
		refused = {
			"town@pp.test": (make.DISTRICT, make.TOWN_2, make.VILLAGE_2),
			"village@pp.test": (make.TOWN, make.VILLAGE_B, make.DISTRICT),
			"nobody@pp.test": (make.VILLAGE,),
		}
		for user, regions in allowed.items():
			self.as_user(user)
			for region in regions:
				with self.subTest((user, region)):
					self.event(region)
		for user, regions in refused.items():
			self.as_user(user)
			for region in regions:
				with self.subTest((user, region)), self.assertRaises(frappe.PermissionError):
					self.event(region)
		for user in ("leader@pp.test", "dept@pp.test", "agent@pp.test", "petitioner@pp.test", "Guest"):
			self.as_user(user)
			with self.subTest(user), self.assertRaises(frappe.PermissionError):
				self.event()

	def test_nobody_changes_anothers_or_moves_his_own_away(self):
		event = self.event(make.VILLAGE_2)
		self.as_user("town@pp.test")
		event = frappe.get_doc("Publicity Event", event.name)
		self.assertTrue(event.has_permission("read"))
		self.assertFalse(event.has_permission("write"))
		event.copies = 9
		with self.assertRaises(frappe.PermissionError):
			event.save()
		mine = self.event(make.VILLAGE)
		mine.region = make.VILLAGE_2
		with self.assertRaises(frappe.PermissionError):
			mine.save()

	def test_staff_read_portal_users_do_not(self):
		self.event()
		for user in ("leader@pp.test", "dept@pp.test", "auditor@pp.test", "town2@pp.test"):
			self.as_user(user)
			self.assertEqual(len(frappe.get_list("Publicity Event", order_by="name")), 1)
		for user in ("agent@pp.test", "petitioner@pp.test"):
			self.as_user(user)
			with self.assertRaises(frappe.PermissionError):
				frappe.get_list("Publicity Event", order_by="name")

	def test_photo_becomes_private(self):
		file = frappe.get_doc(
			{"doctype": "File", "file_name": "fair.txt", "content": "faces", "is_private": 0}
		).insert()
		event = self.event(photo=file.file_url)
		self.assertTrue(
			frappe.db.get_value("Publicity Event", event.name, "photo").startswith("/private/files/")
		)


class TestPublicityReport(PublicityTestCase):
	def setUp(self):
		super().setUp()
		self.event(make.VILLAGE, copies=12_000, people_reached=900, form="Leaflet Distribution")
		self.event(
			make.VILLAGE, copies=300, people_reached=40, form="Home Visit", held_on=add_days(today(), -400)
		)
		self.event(make.VILLAGE_2, copies=7000, form="Leaflet Distribution", held_on=add_days(today(), -3))
		self.event(make.TOWN, copies=2000, people_reached=500)
		self.event(make.DISTRICT, form="Newspaper Column", people_reached=60_000)

	def rows(self, **filters):
		return publicity_by_place.execute(filters)[1]

	def test_every_grouping_has_the_same_total(self):
		for group_by in ("Town", "Village", "Form"):
			total = self.rows(group_by=group_by)[-1]
			with self.subTest(group_by):
				self.assertEqual(
					(total["events"], total["copies"], total["people_reached"]), (5, 21_300, 61_440)
				)
				self.assertEqual(total["last_held_on"], getdate())

	def test_lines_by_town_and_village(self):
		towns = {row["town_name"]: row for row in self.rows(group_by="Town")}
		self.assertEqual(towns["清溪镇"]["copies"], 14_300)
		self.assertEqual(towns["高山镇"]["copies"], 7000)
		self.assertEqual(towns[frappe._("Whole District")]["people_reached"], 60_000)
		villages = {(row["town_name"], row.get("village_name")): row for row in self.rows(group_by="Village")}
		self.assertEqual(villages[("清溪镇", "柳湾村")]["copies"], 12_300)
		self.assertEqual(villages[("清溪镇", "石桥村")]["events"], 0)
		self.assertEqual(villages[("清溪镇", frappe._("All of It"))]["copies"], 2000)

	def test_villages_never_reached(self):
		self.assertEqual([row["village_name"] for row in self.rows(only_never_reached=1)], ["石桥村"])
		rows = self.rows(only_never_reached=1, from_date=add_days(today(), -2))
		self.assertEqual({row["village_name"] for row in rows}, {"石桥村", "云台村"})

	def test_period_and_town(self):
		total = self.rows(from_date=add_days(today(), -10), town=make.TOWN)[-1]
		self.assertEqual((total["events"], total["copies"]), (2, 14_000))
		total = self.rows(to_date=add_days(today(), -400))[-1]
		self.assertEqual(total["copies"], 300)
		with self.assertRaises(frappe.ValidationError):
			PublicityFilters.read({"from_date": today(), "to_date": add_days(today(), -1)})
		with self.assertRaises(frappe.ValidationError):
			PublicityFilters.read({"group_by": "Secret"})

	def test_few_statements(self):
		publicity(PublicityFilters.read({}))
		with self.assertQueryCount(4):
			publicity(PublicityFilters.read({"group_by": "Village"}))

	def test_staff_run_it(self):
		for user in ("office@pp.test", "village@pp.test", "dept@pp.test", "leader@pp.test"):
			self.as_user(user)
			self.assertEqual(run("Publicity by Place", {})["result"][-1]["copies"], 21_300)
		for user in ("agent@pp.test", "petitioner@pp.test", "Guest"):
			self.as_user(user)
			with self.subTest(user), self.assertRaises(frappe.PermissionError):
				run("Publicity by Place", {})


class AdoptionTestCase(ReachTestCase):
	# a moment of its own, so that cases other tests left stay out
	ON = getdate("2031-06-15")

	def setUp(self):
		super().setUp()
		self.agent = reach.make_agent("周大姐", on_duty_from="2030-01-01", certificate_valid_to="2032-01-01")

	def case(self, days_ago: int, village=make.VILLAGE, **values):
		"""A row as it would stand after years of work."""
		town = make.TOWN_2 if village == make.VILLAGE_2 else make.TOWN
		row = {
			"doctype": "Petition",
			"name": frappe.generate_hash(length=12),
			"subject": "井盖丢了",
			"content": "井盖丢了",
			"petitioner_name": "林婆婆",
			"workflow_state": lifecycle.REGISTERED,
			"petitioned_at": get_datetime(f"{self.ON} 23:30:00") - timedelta(days=days_ago),
			"round": 1,
			"district": make.DISTRICT,
			"town": town,
			"village": village,
			"petition_kind": "Appeal and Request",
			"queue_key": "10",
			**values,
		}
		frappe.get_doc(row).db_insert()

	def filters(self, **values):
		return AdoptionFilters.read({"on": str(self.ON), "weeks": 4, "town": None, **values})

	def villages(self, **values):
		return {row["village_name"]: row for row in adoption_by_village(self.filters(**values))}


class TestAdoption(AdoptionTestCase):
	def test_cases_fall_into_their_weeks(self):
		for days_ago in (0, 6, 7, 27, 28):
			self.case(days_ago, agent=self.agent.name, is_proxied=1)
		self.case(3)
		self.case(3, workflow_state=lifecycle.DRAFT)
		row = self.villages(town=make.TOWN)["柳湾村"]
		self.assertEqual(row["by_week"], [1, 0, 1, 3])
		self.assertEqual((row["cases"], row["proxied"]), (5, 4))
		self.assertEqual((row["agents"], row["working_agents"]), (1, 1))
		self.assertEqual(row["last_case_on"], self.ON)

	def test_the_first_minute_counts_and_the_one_before_does_not(self):
		first = self.filters().first_day
		self.assertEqual((self.ON - first).days, 27)
		self.case(0, petitioned_at=f"{first} 00:00:00")
		self.case(0, petitioned_at=get_datetime(f"{first} 00:00:00") - timedelta(seconds=1))
		self.assertEqual(self.villages()["柳湾村"]["by_week"], [1, 0, 0, 0])

	def test_idle_villages(self):
		self.case(3)
		reach.make_agent("李大哥", village=make.VILLAGE_2, certificate_valid_to="2032-01-01")
		idle = self.villages(only_idle=1)
		self.assertIn("石桥村", idle)  # neither
		self.assertIn("云台村", idle)  # an agent, no case
		self.assertNotIn("柳湾村", idle)
		self.case(3, make.VILLAGE_B)
		self.assertIn("石桥村", self.villages(only_idle=1))  # a case, no agent

	def test_idle_agents(self):
		names = lambda: [row["agent_name"] for row in idle_agents(self.filters(town=make.TOWN))]  # noqa: E731
		reach.make_agent(
			"新来的", on_duty_from=str(self.ON - timedelta(days=5)), certificate_valid_to="2032-01-01"
		)
		reach.make_agent("停职的", status="Suspended", certificate_valid_to="2032-01-01")
		reach.make_agent("过期的", on_duty_from="2030-01-01", certificate_valid_to="2031-06-14")
		self.assertEqual(names(), ["周大姐"])
		self.case(28, agent=self.agent.name)
		row = idle_agents(self.filters(town=make.TOWN))[0]
		self.assertEqual((row["last_case_on"], row["weeks_idle"]), (self.ON - timedelta(days=28), 4))
		self.case(27, agent=self.agent.name)
		self.assertEqual(names(), [])

	def test_scope_of_each(self):
		self.case(3)
		self.case(3, make.VILLAGE_2)
		expected = {
			"office@pp.test": {"柳湾村", "石桥村", "云台村"},
			"leader@pp.test": {"柳湾村", "石桥村", "云台村"},
			"town@pp.test": {"柳湾村", "石桥村"},
			"village@pp.test": {"柳湾村"},
			"nobody@pp.test": set(),
			"dept@pp.test": set(),
		}
		for user, villages in expected.items():
			self.as_user(user)
			with self.subTest(user):
				rows = self.villages()
				self.assertEqual({name for name in rows if name in expected["office@pp.test"]}, villages)
				if user != "nobody@pp.test" and "石桥村" in rows:
					self.assertEqual(rows["柳湾村"]["cases"], 1)
				agents = {row["agent_name"] for row in idle_agents(self.filters())}
				self.assertEqual("周大姐" in agents, "柳湾村" in villages)

	def test_unit_complained_about_does_not_count_its_case(self):
		self.case(3)
		self.case(3, accused_unit=make.TOWN_UNIT, agent=self.agent.name)
		self.as_user("town@pp.test")
		row = self.villages()["柳湾村"]
		self.assertEqual((row["cases"], row["working_agents"]), (1, 0))
		self.as_user("office@pp.test")
		self.assertEqual(self.villages()["柳湾村"]["cases"], 2)

	def test_report_and_its_counts(self):
		self.case(3, agent=self.agent.name, is_proxied=1)
		self.as_user("town@pp.test")
		columns, rows, _m, _c, summary = adoption_report.execute({"on": str(self.ON), "weeks": 4})
		self.assertEqual([row["village_name"] for row in rows], ["柳湾村", "石桥村"])
		self.assertEqual([c["label"] for c in columns[-4:]], ["5-19", "5-26", "6-02", "6-09"])
		self.assertEqual(rows[0]["week_3"], 1)
		self.assertEqual([entry["value"] for entry in summary], [1, 2, 1, 1, 0])
		columns, rows, *_rest = adoption_report.execute({"on": str(self.ON), "weeks": 4, "show_agents": 1})
		self.assertEqual(rows, [])

	def test_weeks_have_limits(self):
		for weeks in (-1, 27, 1000):
			with self.subTest(weeks), self.assertRaises(frappe.ValidationError):
				AdoptionFilters.read({"weeks": weeks})
		self.assertEqual(AdoptionFilters.read({}).weeks, 8)

	def test_statements_do_not_grow(self):
		for number in range(20):
			self.case(number, agent=self.agent.name)
		adoption_by_village(self.filters())
		with self.assertQueryCount(4):
			adoption_by_village(self.filters())

	def test_departments_and_portal_users_have_no_report(self):
		for user in ("dept@pp.test", "agent@pp.test", "petitioner@pp.test"):
			self.as_user(user)
			with self.subTest(user), self.assertRaises(frappe.PermissionError):
				run("Adoption by Village", {})
		self.as_user("leader@pp.test")
		run("Adoption by Village", {})
