"""Responsibility rules without a database: nearest category, then nearest region, then priority; who is passed over."""

import unittest
from datetime import date
from itertools import permutations

from petition_proxy.domain.routing import (
	Matter,
	Rule,
	Unit,
	first_tier,
	needs_coordination,
	propose,
)

HOUSING = Unit("D1", "住建委")
LABOUR = Unit("D2", "人社局")
TOWN = Unit("T1", "清溪镇", "Town", "Town", "T")
TOWN_2 = Unit("T2", "高山镇", "Town", "Town", "T2")
VILLAGE = Unit("V1", "柳湾村", "Village", "Village", "T")
CITY = Unit("C1", "市住建委", "District", "City Body")
CASE = Matter(date(2026, 5, 4), ("leaf", "branch", "root"), ("V", "T", "D"), "Appeal and Request")


class TestPropose(unittest.TestCase):
	def chosen(self, *rules, matter=CASE):
		"""The same whatever order the rules come in."""
		answers = {(p.unit, p.rule, str(p.reason)) for p in (propose(matter, r) for r in permutations(rules))}
		self.assertEqual(len(answers), 1)
		return answers.pop()

	def test_nearest_category_wins_over_nearer_region_and_priority(self):
		unit, rule, _reason = self.chosen(
			Rule("far", LABOUR, "branch", "V", 9),
			Rule("near", HOUSING, "leaf"),
			Rule("all", TOWN, None, "V", 99),
		)
		self.assertEqual((unit, rule), ("D1", "near"))

	def test_nearest_region_wins_within_a_category(self):
		rules = [
			Rule("d", LABOUR, "leaf", "D", 9),
			Rule("t", TOWN, "leaf", "T"),
			Rule("all", HOUSING, "leaf"),
		]
		self.assertEqual(self.chosen(*rules)[0], "T1")
		self.assertEqual(self.chosen(rules[0], rules[2])[0], "D2")

	def test_priority_decides_between_equals(self):
		self.assertEqual(self.chosen(Rule("a", LABOUR, "leaf"), Rule("b", HOUSING, "leaf", None, 1))[0], "D1")

	def test_other_category_place_or_time_does_not_fit(self):
		for rule in (
			Rule("x", HOUSING, "other"),
			Rule("x", HOUSING, "leaf", "T2"),
			Rule("x", HOUSING, valid_from=date(2026, 5, 5)),
			Rule("x", HOUSING, valid_to=date(2026, 5, 3)),
		):
			unit, name, reason = self.chosen(rule)
			self.assertIsNone(unit)
			self.assertIsNone(name)
			self.assertIn("No responsibility rule", reason)

	def test_first_and_last_day_count(self):
		day = CASE.on
		self.assertEqual(self.chosen(Rule("x", HOUSING, valid_from=day, valid_to=day))[0], "D1")

	def test_inactive_accused_and_village_are_passed_over_and_named(self):
		for unit in (
			Unit("D9", "旧单位", is_active=False),
			Unit("D9", "旧单位", is_accused=True),
			Unit("D9", "旧单位", "Village"),
		):
			chosen, rule, reason = self.chosen(Rule("a", unit, "leaf"), Rule("b", HOUSING, "root"))
			self.assertEqual((chosen, rule), ("D1", "b"))
			self.assertIn("旧单位", reason)
			chosen, _rule, reason = self.chosen(Rule("a", unit, "leaf"))
			self.assertIsNone(chosen)
			self.assertIn("cannot have this case: 旧单位", reason)

	def test_overlap_is_said_and_nothing_proposed(self):
		unit, _rule, reason = self.chosen(
			Rule("a", HOUSING, "leaf"), Rule("b", LABOUR, "leaf"), Rule("c", TOWN)
		)
		self.assertIsNone(unit)
		self.assertIn("Rules overlap", reason)
		self.assertIn("住建委", reason)
		self.assertIn("人社局", reason)

	def test_overlap_of_the_same_unit_or_with_one_out_of_work_is_none(self):
		self.assertEqual(self.chosen(Rule("a", HOUSING, "leaf"), Rule("b", HOUSING, "leaf"))[0], "D1")
		closed = Unit("D2", "人社局", is_active=False)
		self.assertEqual(self.chosen(Rule("a", HOUSING, "leaf"), Rule("b", closed, "leaf"))[0], "D1")

	def test_default_unit_of_a_category_comes_after_its_rules(self):
		default = Rule(None, LABOUR, "leaf")
		self.assertEqual(self.chosen(default, Rule("a", HOUSING, "leaf"))[0], "D1")
		self.assertEqual(self.chosen(default, Rule("a", HOUSING, "branch"))[0], "D2")

	def test_case_without_category_takes_general_rules_only(self):
		matter = Matter(CASE.on, (), ("V", "T", "D"))
		self.assertEqual(
			self.chosen(Rule("a", HOUSING, "leaf"), Rule("b", TOWN, None, "T"), matter=matter)[0], "T1"
		)

	def test_reason_of_the_rule_is_given(self):
		self.assertIn("三定方案", self.chosen(Rule("a", HOUSING, "leaf", reason="三定方案。"))[2])


class TestCoordination(unittest.TestCase):
	def test_one_unit_or_a_department_with_its_town_needs_none(self):
		for units in ((), (HOUSING,), (HOUSING, HOUSING), (HOUSING, TOWN), (TOWN, VILLAGE)):
			self.assertIsNone(needs_coordination(units))

	def test_unit_of_the_district_that_sits_in_a_town_is_no_second_town(self):
		manager = Unit("M1", "平台管理单位", unit_type="Platform Manager", town="T2")
		self.assertIsNone(needs_coordination((TOWN, manager)))

	def test_departments_towns_and_city_need_it(self):
		self.assertIn("departments", str(needs_coordination((HOUSING, LABOUR))))
		self.assertIn("towns", str(needs_coordination((TOWN, TOWN_2))))
		self.assertIn("city", str(needs_coordination((), is_city_competence=True)))
		self.assertIn("city", str(needs_coordination((CITY,))))


class TestFirstTier(unittest.TestCase):
	def test_what_agents_bring_waits_with_the_village(self):
		self.assertEqual(first_tier("Paper Register", "Visit", None, VILLAGE), "Village")
		self.assertEqual(first_tier("Online", "City Service System", None, VILLAGE), "Village")
		self.assertEqual(first_tier("Online", "Department Platform", None, VILLAGE), "District")

	def test_not_with_a_village_that_is_missing_closed_or_accused(self):
		closed = Unit("V1", "柳湾村", "Village", is_active=False)
		accused = Unit("V1", "柳湾村", "Village", is_accused=True)
		for unit in (None, closed, accused):
			self.assertEqual(first_tier("Paper Register", None, None, unit), "District")

	def test_reports_and_shared_cases_pass_the_village_by(self):
		self.assertEqual(first_tier("Paper Register", None, "Report and Accusation", VILLAGE), "District")
		self.assertEqual(first_tier("Paper Register", None, None, VILLAGE, is_coordinated=True), "District")


if __name__ == "__main__":
	unittest.main()
