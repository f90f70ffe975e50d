import unittest
from datetime import date

from petition_proxy.domain.rewards_checks import (
	BURST,
	KIN,
	NEAR_SAME,
	SAME_PAIR,
	Limits,
	RewardCase,
	shared_percent,
	signs,
	text_grams,
)

PATH = "小区门口的缴费点撤走以后，老人要坐车到很远的地方缴水电气费。"
LAMP = "村道上的路灯坏了三个月，晚上出门看不见路。"


def case(no: int, agent="A", petitioner=None, day=1, text=None, **values) -> RewardCase:
	texts = [f"第{no}号楼的{w}在{no * 7}月{w}里{w * 2}漏" for w in "水电气路灯桥井墙"]
	return RewardCase(
		f"XF-{no:03}", agent, petitioner or f"P{no}", date(2024, 3, day), text or texts[no % 8], **values
	)


class TestSigns(unittest.TestCase):
	def found(self, cases, limits=None, kin=None):
		return {(s.petition, s.sign) for s in signs(cases, limits or Limits(), kin)}

	def test_likeness(self):
		self.assertEqual(shared_percent(text_grams(PATH), text_grams(PATH + "  !")), 100)
		self.assertLess(shared_percent(text_grams(PATH), text_grams(LAMP)), 10)
		self.assertEqual(shared_percent(text_grams(""), text_grams(PATH)), 0)
		self.assertEqual(shared_percent(text_grams("ＡＢＣ１"), text_grams("abc1")), 100)

	def test_near_same_texts_of_one_agent(self):
		copy = PATH.replace("很远", "老远")
		cases = [case(1, text=PATH, day=1), case(2, text=copy, day=2), case(3, text=LAMP, day=3)]
		self.assertEqual(self.found(cases), {("XF-001", NEAR_SAME), ("XF-002", NEAR_SAME)})
		self.assertEqual(self.found([case(1, text=PATH), case(2, agent="B", text=PATH)]), set())

	def test_cases_outside_the_batch_are_compared_with_but_not_listed(self):
		cases = [case(1, text=PATH, day=1, is_asked=False), case(2, text=PATH, day=2)]
		self.assertEqual(self.found(cases), {("XF-002", NEAR_SAME)})

	def test_a_likeness_of_just_the_limit_is_a_sign(self):
		cases = [case(1, text=PATH, day=1), case(2, text=PATH.replace("很远", "老远"), day=2)]
		likeness = shared_percent(text_grams(cases[0].text), text_grams(cases[1].text))
		near_same = {("XF-001", NEAR_SAME), ("XF-002", NEAR_SAME)}
		self.assertEqual(self.found(cases, Limits(likeness_percent=likeness)), near_same)
		self.assertEqual(self.found(cases, Limits(likeness_percent=likeness + 1)), set())

	def test_no_sign_is_put_on_a_case_outside_the_batch(self):
		outside = {"is_asked": False, "petitioner": "P"}
		pair = [case(1, **outside), case(2, day=2, **outside), case(3, day=3, petitioner="P")]
		self.assertEqual(self.found(pair), {("XF-003", SAME_PAIR)})
		burst = [case(i, is_asked=i == 4) for i in range(5)]
		self.assertEqual(self.found(burst, Limits(likeness_percent=101)), {("XF-004", BURST)})
		kin = [case(1, **outside), case(2, day=2, petitioner="P")]
		self.assertEqual(self.found(kin, kin={"A": ["P"]}), {("XF-002", KIN)})

	def test_same_pair_from_the_limit_on(self):
		two = [case(1, petitioner="P", day=1, text=PATH), case(2, petitioner="P", day=2, text=LAMP)]
		self.assertEqual(self.found(two), set())
		three = [*two, case(3, petitioner="P", day=3)]
		self.assertEqual({s for _p, s in self.found(three)}, {SAME_PAIR})

	def test_many_on_one_day_from_the_limit_on(self):
		limits = Limits(likeness_percent=101)
		self.assertEqual(self.found([case(i) for i in range(4)], limits), set())
		self.assertEqual(
			self.found([case(i) for i in range(5)], limits), {(f"XF-{i:03}", BURST) for i in range(5)}
		)
		self.assertEqual(self.found([case(i, day=i + 1) for i in range(5)], limits), set())

	def test_kin(self):
		self.assertEqual(self.found([case(1), case(2, day=2)], kin={"A": ["P2"]}), {("XF-002", KIN)})
