"""Invariants 9 and 13: what must hold of rewards and bulletins whatever happened."""

import json
import random

import frappe
from frappe.utils import add_days, getdate

from petition_proxy.api import rewards as api
from petition_proxy.domain import ratings
from petition_proxy.jobs.reward_settlement import settle_rewards
from petition_proxy.tests import factories, money_cases
from petition_proxy.tests.base import AppTestCase
from petition_proxy.tests.money_cases import (
	CLERK_USER,
	FINANCE_USER,
	OFFICE_USER,
	TOWN_USER,
	entries,
	in_last_quarter,
	last_quarter,
	make_batch,
	make_closed,
	rate,
	run_rewards,
)


class TestInvariant9Rewards(AppTestCase):
	"""Zero for public staff; at most one live line per case, round and agent; the tier follows the frozen rating; a
	reversal is a new line, paid lines are never edited; the sum of lines equals the batch total."""

	def setUp(self):
		super().setUp()
		money_cases.make_ground()
		self.public = money_cases.make_agent("公职甲", is_public_staff=1).name
		self.agents = [money_cases.make_agent(n).name for n in ("乙", "丙")]
		self.paid: dict[str, tuple] = {}

	def test_invariant_9_over_random_histories(self):
		rng = random.Random(9)
		cases = [
			make_closed(rng.choice([*self.agents, self.public]), in_last_quarter(rng.randrange(14, 50)))
			for _i in range(14)
		]
		for _turn in range(7):
			for case in rng.sample(cases, 6):
				self.change(rng, case)
			run_rewards()
			before = entries()
			again = run_rewards()
			self.assertEqual((again.added, again.reversed_count, again.released), (0, 0, 0))
			self.assertEqual(before, entries())
			self.check_lines()
			if rng.random() < 0.7:
				self.pay(is_whole=rng.random() < 0.8)
				self.check_lines()
		self.assertTrue(self.paid, "some lines were paid on the way")
		self.assertTrue(entries(amount_fen=("<", 0)), "and some were taken back")

	def change(self, rng, case) -> None:
		kind = rng.choice(("rate", "rate", "reopen", "close", "repeat", "late"))
		if kind == "rate":
			key = f"{case.name}|{case.round}|Proxy Agent"
			rating = rng.choice(ratings.RATINGS)
			if frappe.db.exists("Evaluation", {"evaluation_key": key}):
				frappe.db.set_value("Evaluation", {"evaluation_key": key}, "rating", rating)
			else:
				rate(case, rating)
		elif kind == "reopen":
			case.db_set({"round": case.round + 1, "workflow_state": "Registered", "closed_at": None})
		elif kind == "close":
			closed = f"{in_last_quarter(rng.randrange(14, 50))} 10:00:00"
			case.db_set({"workflow_state": "Closed", "closed_at": closed})
		elif kind == "repeat":
			case.db_set({"is_repeat": rng.choice((0, 1))})
		else:
			days = rng.choice((-20, 20))
			case.db_set({"reply_due_at": add_days(case.replied_at, days)})

	def check_lines(self) -> None:
		by_round: dict[tuple, list] = {}
		for line in entries():
			self.assertNotEqual(line.agent, self.public)
			self.assertIsInstance(line.amount_fen, int)
			by_round.setdefault((line.petition, line["round"]), []).append(line)
			if line.name in self.paid:
				self.assertEqual(
					(line.amount_fen, line.tier, line.status, line.paid_on), self.paid[line.name]
				)
		for key, lines in by_round.items():
			taken_back = {x.reverses for x in lines if x.reverses}
			live = [x for x in lines if not x.reverses and x.name not in taken_back]
			self.assertLessEqual(len(live), 1, key)
			net = sum(x.amount_fen for x in lines)
			self.assertEqual(net, live[0].amount_fen if live else 0, key)
			rating = frappe.db.get_value(
				"Evaluation", {"evaluation_key": f"{key[0]}|{key[1]}|Proxy Agent"}, "rating"
			)
			if live:
				expected = {None: 1000, ratings.BASICALLY_SATISFIED: 1500, ratings.SATISFIED: 2000}
				self.assertEqual(live[0].amount_fen, expected[rating], key)
		for name in frappe.get_all("Reward Batch", pluck="name", order_by="name asc"):
			batch = frappe.get_doc("Reward Batch", name)
			self.assertEqual(sum(x.amount_fen for x in batch.lines), batch.total_fen)
			self.assertEqual(sum(x.total_fen for x in batch.payments), batch.total_fen)
			on_file = entries(batch=name)
			self.assertEqual({x.name for x in on_file}, {x.entry for x in batch.lines})
			self.assertTrue(all(p.total_fen > 0 for p in batch.payments))

	def pay(self, is_whole: bool) -> None:
		frappe.db.set_value(
			"Reward Entry", {"status": "Due", "amount_fen": ("<", 0)}, "earned_on", last_quarter()[3]
		)
		if frappe.db.exists("Reward Batch", {"docstatus": 0}):
			name = frappe.db.get_value("Reward Batch", {"docstatus": 0})
		else:
			self.as_user(CLERK_USER)
			try:
				name = make_batch().name
			except frappe.ValidationError:
				self.as_user("Administrator")
				return  # nothing is due
		batch = frappe.get_doc("Reward Batch", name)
		if not batch.lines or (is_whole is False and batch.docstatus == 0):
			self.as_user("Administrator")
			return  # left open over the next run
		self.as_user(TOWN_USER)
		for sign in batch.signs:
			if sign.decision == "Open":
				api.decide_sign(name, sign.name, "Cleared", "已核实")
		if batch.status == "Draft":
			api.check_batch(name)
		self.as_user(OFFICE_USER)
		api.approve_batch(name)
		self.as_user(FINANCE_USER)
		for row in frappe.get_doc("Reward Batch", name).payments:
			api.record_payment(name, row.agent, str(getdate()), "转账")
		self.as_user("Administrator")
		for line in entries(batch=name):
			self.assertEqual(line.status, "Paid")
			self.paid[line.name] = (line.amount_fen, line.tier, line.status, line.paid_on)

	def test_invariant_9_a_second_writer_is_stopped_by_the_key(self):
		case = make_closed(self.agents[0], in_last_quarter())
		run_rewards()
		line = entries(petition=case.name)[0]
		copy = frappe.get_doc("Reward Entry", line.name)
		copy.name = frappe.generate_hash(length=10)
		with self.assertRaises((frappe.UniqueValidationError, frappe.DuplicateEntryError)):
			copy.db_insert()

	def test_invariant_9_a_run_that_died_is_run_again(self):
		for _i in range(3):
			make_closed(self.agents[0], in_last_quarter())
		run = frappe.get_doc({"doctype": "Reward Run", "run_on": getdate()}).insert()
		settle_rewards(run.name, commit=False)
		frappe.db.set_value("Reward Run", run.name, "status", "Running")
		before = entries()
		settle_rewards(run.name, commit=False)
		self.assertEqual(before, entries())


class TestInvariant13Bulletin(AppTestCase):
	"""A frozen quarterly bulletin gives the same numbers when printed again a year later."""

	def setUp(self):
		super().setUp()
		money_cases.make_ground()
		self.agent = money_cases.make_agent("周大姐").name

	def test_invariant_13_the_same_numbers_a_year_later(self):
		cases = [make_closed(self.agent, in_last_quarter(20 + i)) for i in range(6)]
		for case in cases:
			rate(case, ratings.SATISFIED)
			rate(case, ratings.SATISFIED, "Handling Unit")
		year, quarter, _first, _last = last_quarter()
		self.as_user(OFFICE_USER)
		doc = frappe.get_doc(
			{
				"doctype": "Quarterly Bulletin",
				"district": factories.DISTRICT,
				"year": year,
				"quarter": str(quarter),
			}
		).insert()
		doc.submit()
		before = json.dumps(frappe.get_doc("Quarterly Bulletin", doc.name).get_tables(), sort_keys=True)
		printed = [r.as_dict() for r in frappe.get_doc("Quarterly Bulletin", doc.name).rankings]
		lines = [line for table in json.loads(before) for line in table["rows"]]
		filed = {line[0]: line[1] for line in lines}
		self.assertEqual(filed["周大姐"], str(len(cases)), "the circular holds nothing that could change")
		self.assertTrue(printed)
		# everything it was counted from goes another way
		self.as_user("Administrator")
		for case in cases:
			case.db_set({"round": 2, "workflow_state": "Registered", "closed_at": None, "replied_at": None})
			case.db_set({"handling_unit": factories.DEPT_UNIT_2, "town": factories.TOWN_2})
		frappe.db.set_value(
			"Evaluation", {"petition": ("in", [c.name for c in cases])}, "rating", ratings.DISSATISFIED
		)
		frappe.db.set_value("Proxy Agent", self.agent, {"agent_name": "改名", "status": "Removed"})
		frappe.db.set_value("Handling Unit", factories.DEPT_UNIT, "unit_name", "改名局")
		frappe.db.set_value("Region", factories.TOWN, "region_name", "改名镇")
		frappe.db.set_single_value("Petition Proxy Settings", "bulletin_min_cases", 1)
		self.as_user(OFFICE_USER)
		again = frappe.get_doc("Quarterly Bulletin", doc.name)
		self.assertEqual(before, json.dumps(again.get_tables(), sort_keys=True))
		self.assertEqual(printed, [r.as_dict() for r in again.rankings])
		self.assertTrue(again.is_unchanged())

	def test_invariant_13_corrections_stand_in_the_next_bulletin(self):
		case = make_closed(self.agent, getdate(last_quarter()[2]))
		rate(case, ratings.SATISFIED, "Handling Unit")
		year, quarter, first, _last = last_quarter()
		before = add_days(first, -1)
		old = (before.year, (before.month + 2) // 3)
		moved = {
			f: add_days(case.get(f), -40) for f in ("registered_at", "replied_at", "served_at", "closed_at")
		}
		case.db_set(moved)
		frappe.db.set_value("Evaluation", {"petition": case.name}, "entered_at", add_days(first, -30))
		self.as_user(OFFICE_USER)
		earlier = frappe.get_doc(
			{
				"doctype": "Quarterly Bulletin",
				"district": factories.DISTRICT,
				"year": old[0],
				"quarter": str(old[1]),
			}
		).insert()
		earlier.submit()
		frappe.db.set_value("Evaluation", {"petition": case.name}, "rating", ratings.DISSATISFIED)
		later = frappe.get_doc(
			{
				"doctype": "Quarterly Bulletin",
				"district": factories.DISTRICT,
				"year": year,
				"quarter": str(quarter),
			}
		).insert()
		later.submit()
		rows = frappe.get_all(
			"Bulletin Figure",
			filters={"bulletin": later.name, "kind": "Restated", "level": "District"},
			fields=["period", "figures", "earlier_figures"],
			order_by="name asc",
		)
		self.assertEqual([r.period for r in rows], [f"{old[0]} Q{old[1]}"])
		self.assertEqual(json.loads(rows[0].earlier_figures)["Satisfaction"], [1, 1])
		self.assertEqual(json.loads(rows[0].figures)["Satisfaction"], [0, 1])
		self.assertEqual(later.get_tables()[-1]["level"], "Restated")
