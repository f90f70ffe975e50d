"""Reward lines and batches on a real site, by named people."""

import random
from io import BytesIO

import frappe
from frappe.utils import add_days, getdate, now_datetime

from petition_proxy.api import rewards as api
from petition_proxy.domain import ratings
from petition_proxy.jobs.reward_settlement import candidates, read_policy, settle_rewards
from petition_proxy.petition_proxy.doctype.reward_batch.reward_batch import RewardBatchError
from petition_proxy.petition_proxy.doctype.reward_entry.reward_entry import RewardEntryError, get_live_amount
from petition_proxy.petition_proxy.doctype.reward_run.reward_run import RewardRunError
from petition_proxy.petition_proxy.doctype.reward_tariff.reward_tariff import TariffError
from petition_proxy.tests import factories, money_cases
from petition_proxy.tests.base import AppTestCase
from petition_proxy.tests.money_cases import (
	CLERK_USER,
	FINANCE_USER,
	OFFICE_USER,
	TOWN_USER,
	entries,
	in_last_quarter,
	make_batch,
	make_closed,
	rate,
	run_rewards,
)
from petition_proxy.utils.append_only import AppendOnlyError
from petition_proxy.utils.rules import OverlapError, RuleInUseError


class RewardCase(AppTestCase):
	def setUp(self):
		super().setUp()
		money_cases.make_ground()
		self.agent = money_cases.make_agent("周大姐").name

	def settled_case(self, rating=ratings.SATISFIED, **values):
		case = make_closed(
			values.pop("agent", self.agent), in_last_quarter(values.pop("offset", 20)), **values
		)
		if rating:
			rate(case, rating)
		return case

	def state(self):
		return frappe.get_all("Reward Entry", fields=["*"], order_by="name asc")


class TestRewardRun(RewardCase):
	def test_tiers_in_whole_fen(self):
		cases = [self.settled_case(r) for r in (None, ratings.BASICALLY_SATISFIED, ratings.SATISFIED)]
		# the window of rating and the waiting days may still run when a quarter has just begun
		run = run_rewards()
		self.assertEqual(run.status, "Finished")
		self.assertEqual([get_live_amount(c.name, 1) for c in cases], [1000, 1500, 2000])
		(line,) = entries(petition=cases[2].name)
		self.assertEqual((line.amount_yuan, line.agent_name), ("20.00", "周大姐"))
		self.assertEqual(frappe.parse_json(line.basis)["agent_rating"], ratings.SATISFIED)
		self.assertEqual(line.tariff, "Satisfied and Settled-2014-05-01")

	def test_a_rerun_does_nothing(self):
		for rating in (None, *ratings.RATINGS):
			self.settled_case(rating)
		run_rewards()
		before = self.state()
		self.assertEqual(len(before), 3)
		again = run_rewards()
		self.assertEqual((again.added, again.reversed_count, again.released), (0, 0, 0))
		self.assertEqual(before, self.state())

	def test_a_later_run_looks_only_at_what_may_have_changed(self):
		case = self.settled_case()
		run_rewards()
		long_ago = add_days(now_datetime(), -400)
		frappe.db.set_value(
			"Petition", case.name, {"closed_at": long_ago, "modified": long_ago}, update_modified=False
		)
		frappe.db.set_value("Reward Entry", {"petition": case.name}, "status", "Paid")
		self.assertEqual(run_rewards().scanned, 0)
		frappe.db.set_value("Petition", case.name, "address_text", "三组")
		self.assertEqual(run_rewards().scanned, 1)

	def test_held_then_due(self):
		case = make_closed(self.agent, getdate())
		rate(case, ratings.SATISFIED)
		run_rewards()
		(line,) = entries(petition=case.name)
		self.assertEqual((line.status, line.hold_until), ("Held", add_days(getdate(), 30)))
		case.db_set({"closed_at": add_days(case.closed_at, -31), "served_at": add_days(case.served_at, -31)})
		self.assertEqual(run_rewards().released, 1)
		self.assertEqual(entries(petition=case.name)[0].status, "Due")

	def test_reopened_round_is_taken_back_and_the_next_round_earns_its_own(self):
		case = self.settled_case()
		run_rewards()
		case.db_set({"round": 2, "workflow_state": "Registered", "closed_at": None})
		run_rewards()
		old = entries(petition=case.name)
		self.assertEqual([(x.amount_fen, x.status) for x in old], [(2000, "Reversed"), (-2000, "Reversed")])
		self.assertEqual((old[1].reverses, old[1].reason), (old[0].name, "Reopened"))
		self.assertEqual(get_live_amount(case.name, 1), 0)
		case.db_set({"workflow_state": "Closed", "closed_at": f"{in_last_quarter(40)} 10:00:00"})
		run_rewards()
		self.assertEqual((get_live_amount(case.name, 1), get_live_amount(case.name, 2)), (0, 1000))

	def test_late_lower_rating_changes_by_new_lines(self):
		case = self.settled_case()
		run_rewards()
		frappe.db.set_value("Evaluation", {"petition": case.name}, "rating", ratings.BASICALLY_SATISFIED)
		run_rewards()
		lines = entries(petition=case.name)
		self.assertEqual([(x.seq, x.amount_fen) for x in lines], [(1, 2000), (1, -2000), (2, 1500)])
		self.assertEqual(lines[1].reason, "Tier Changed")

	def test_merged_or_repeat_is_taken_back(self):
		case, main = self.settled_case(), self.settled_case()
		run_rewards()
		case.db_set({"main_petition": main.name, "is_repeat": 1})
		run_rewards()
		self.assertEqual((get_live_amount(case.name, 1), get_live_amount(main.name, 1)), (0, 2000))

	def test_public_staff_on_the_day_get_nothing(self):
		case = self.settled_case()
		day = getdate(case.closed_at)
		frappe.db.set_value("Proxy Agent", self.agent, "is_public_staff", 1)
		# the flag was set before the case was closed
		change = self.note_flag(add_days(day, -5))
		run_rewards()
		self.assertEqual(entries(petition=case.name), [])
		# it was set afterwards: the day counts
		frappe.db.set_value(*change, str(add_days(day, 5)), update_modified=False)
		run_rewards()
		self.assertEqual(get_live_amount(case.name, 1), 2000)

	def note_flag(self, day) -> tuple[str, str, str]:
		"""The change of the flag as the roster's history keeps it: not public staff before, public staff from then on."""
		row = frappe.get_doc({"doctype": "Agent Status Change", "agent": self.agent, "is_public_staff": 1})
		row.update({"name": frappe.generate_hash(length=10), "effective_on": day})
		frappe.db.delete("Agent Status Change", {"agent": self.agent})
		row.db_insert()
		before = frappe.copy_doc(row)
		before.update({"name": frappe.generate_hash(length=10), "effective_on": add_days(day, -90)})
		before.is_public_staff = 0
		before.db_insert()
		return "Agent Status Change", row.name, "effective_on"

	def test_dissatisfied_needs_the_town(self):
		case = self.settled_case(ratings.DISSATISFIED)
		run_rewards()
		self.assertEqual(entries(petition=case.name), [])
		self.as_user("town2@pp.test")
		with self.assertRaises(frappe.PermissionError):
			api.confirm_success(case.name, "代理手续齐全")
		self.as_user(TOWN_USER)
		api.confirm_success(case.name, "代理手续齐全")
		with self.assertRaises(api.ConfirmationError):
			api.confirm_success(case.name, "再一次")
		self.as_user("Administrator")
		run_rewards()
		self.assertEqual(get_live_amount(case.name, 1), 1000)

	def test_an_old_ledger_earns_nothing(self):
		case = self.settled_case(external_source="旧台账")
		run_rewards()
		self.assertEqual(entries(petition=case.name), [])

	def test_a_page_without_any_proxied_case(self):
		run_rewards()
		closed = make_closed(None, getdate())
		self.assertIn(closed.name, candidates("", getdate(), read_policy()))
		run = frappe.get_doc({"doctype": "Reward Run", "run_on": getdate()}).insert()
		settle_rewards(run.name, commit=False, page_size=1)
		self.assertEqual(frappe.db.get_value("Reward Run", run.name, ("status", "failed")), ("Finished", 0))
		self.assertEqual(entries(petition=closed.name), [])

	def test_pages_and_their_edges(self):
		for _i in range(5):
			self.settled_case()
		run = frappe.get_doc({"doctype": "Reward Run", "run_on": getdate()}).insert()
		settle_rewards(run.name, commit=False, page_size=2)
		self.assertEqual(frappe.db.get_value("Reward Run", run.name, "added"), 5)

	def test_a_day_without_tariff_is_reported(self):
		case = self.settled_case()
		frappe.db.set_value("Reward Tariff", {"tier": "Satisfied and Settled"}, "valid_to", "2015-01-01")
		run = run_rewards()
		self.assertEqual((run.failed, run.status), (1, "Finished"))
		self.assertIn(case.name, run.message)

	def test_going_back_behind_a_later_run_is_refused(self):
		run_rewards()
		old = frappe.get_doc({"doctype": "Reward Run", "run_on": add_days(getdate(), -1)}).insert()
		with self.assertRaises(RewardRunError):
			old.submit()
		with self.assertRaises(RewardRunError):
			frappe.get_doc({"doctype": "Reward Run", "run_on": add_days(getdate(), 1)}).insert()

	def test_one_run_a_day_by_the_clock(self):
		from petition_proxy.jobs.reward_settlement import enqueue_reward_run

		enqueue_reward_run()
		enqueue_reward_run()
		runs = frappe.get_all(
			"Reward Run", filters={"run_on": getdate()}, fields=["docstatus", "status"], order_by="name asc"
		)
		self.assertEqual([(r.docstatus, r.status) for r in runs], [(1, "Queued")])

	def test_fixed_number_of_queries_a_page(self):
		for _i in range(3):
			self.settled_case()
		run_rewards()
		few = self.count_queries()
		for _i in range(12):
			self.settled_case()
		run_rewards()
		self.assertEqual(self.count_queries(), few)
		self.assertLessEqual(few, 40)

	def count_queries(self) -> int:
		counted = []
		run = frappe.get_doc({"doctype": "Reward Run", "run_on": getdate()}).insert()
		from petition_proxy.jobs.reward_settlement import settle_rewards

		original = frappe.db.sql
		frappe.db.sql = lambda *args, **kwargs: (counted.append(args[0]), original(*args, **kwargs))[1]
		try:
			settle_rewards(run.name, commit=False)
		finally:
			del frappe.db.sql
		return len(counted)


class TestAmountsOnFile(RewardCase):
	def test_floats_and_negatives_are_refused(self):
		for bad in (1000.5, 10.0, "12.5", -1000, 0, None):
			doc = frappe.get_doc(
				{"doctype": "Reward Tariff", "tier": "Closed", "fen": bad, "valid_from": "2030-01-01"}
			)
			with self.assertRaises(
				(TariffError, frappe.NonNegativeError, frappe.MandatoryError), msg=repr(bad)
			):
				doc.insert()

	def test_rows_do_not_overlap_and_used_ones_stay(self):
		with self.assertRaises(OverlapError):
			frappe.get_doc(
				{"doctype": "Reward Tariff", "tier": "Closed", "fen": 1200, "valid_from": "2030-01-01"}
			).insert()
		self.settled_case(None)
		run_rewards()
		row = frappe.get_doc("Reward Tariff", "Closed-2014-05-01")
		row.fen = 5000
		with self.assertRaises(RuleInUseError):
			row.save()
		row.reload()
		row.valid_to = "2029-12-31"
		row.save()

	def test_lines_are_not_written_changed_or_deleted(self):
		with self.assertRaises(RewardEntryError):
			frappe.get_doc({"doctype": "Reward Entry", "agent": self.agent, "amount_fen": 99999}).insert(
				ignore_permissions=True
			)
		case = self.settled_case()
		run_rewards()
		line = frappe.get_doc("Reward Entry", {"petition": case.name})
		line.amount_fen = 99999
		with self.assertRaises(RewardEntryError):
			line.save(ignore_permissions=True)
		with self.assertRaises(RewardEntryError):
			line.db_set("amount_fen", 99999)
		with self.assertRaises(RewardEntryError):
			frappe.delete_doc("Reward Entry", line.name, force=True)
		for user in (OFFICE_USER, CLERK_USER, FINANCE_USER):
			self.as_user(user)
			with self.assertRaises(frappe.PermissionError):
				frappe.get_doc("Reward Entry", line.name).save()


class TestRewardBatch(RewardCase):
	def ready(self, *ratings_given, **values):
		cases = [self.settled_case(r, **values) for r in ratings_given or (ratings.SATISFIED,)]
		run_rewards()
		self.as_user(CLERK_USER)
		batch = make_batch()
		return batch, cases

	def checked(self, *given, **values):
		batch, cases = self.ready(*given, **values)
		self.as_user(TOWN_USER)
		api.check_batch(batch.name)
		return batch, cases

	def approved(self, *given, **values):
		batch, cases = self.checked(*given, **values)
		self.as_user(OFFICE_USER)
		api.approve_batch(batch.name)
		return batch, cases

	def paid(self, *given, **values):
		batch, cases = self.approved(*given, **values)
		self.as_user(FINANCE_USER)
		api.record_payment(batch.name, self.agent, str(getdate()), "转账-001")
		return batch, cases

	def test_four_people_from_clerk_to_payment(self):
		batch, cases = self.paid(ratings.SATISFIED, ratings.BASICALLY_SATISFIED)
		batch.reload()
		self.assertEqual((batch.status, batch.total_fen, batch.total_yuan), ("Paid", 3500, "35.00"))
		self.assertEqual(
			(batch.made_by, batch.checked_by, batch.approved_by, batch.paid_by),
			(CLERK_USER, TOWN_USER, OFFICE_USER, FINANCE_USER),
		)
		for case in cases:
			(line,) = entries(petition=case.name)
			self.assertEqual((line.status, line.paid_on, line.batch), ("Paid", getdate(), batch.name))

	def test_each_step_refuses_a_second_call(self):
		batch, _cases = self.checked()
		self.as_user(TOWN_USER)
		with self.assertRaises(RewardBatchError):
			api.check_batch(batch.name)
		self.as_user(OFFICE_USER)
		api.approve_batch(batch.name)
		with self.assertRaises(RewardBatchError):
			api.approve_batch(batch.name)
		self.as_user(FINANCE_USER)
		api.record_payment(batch.name, self.agent, str(getdate()), "转账-001")
		with self.assertRaises(RewardBatchError):
			api.record_payment(batch.name, self.agent, str(getdate()), "转账-002")

	def test_wrong_people_are_refused_by_rest(self):
		batch, _cases = self.ready()
		for user in (
			"agent@pp.test",
			"village@pp.test",
			"town2@pp.test",
			CLERK_USER,
			"dept@pp.test",
			FINANCE_USER,
		):
			self.as_user(user)
			with self.assertRaises((frappe.PermissionError, RewardBatchError), msg=user):
				api.check_batch(batch.name)
		self.as_user(TOWN_USER)
		api.check_batch(batch.name)
		for user in (CLERK_USER, TOWN_USER, "leader@pp.test", "head@pp.test"):
			self.as_user(user)
			with self.assertRaises((frappe.PermissionError, RewardBatchError), msg=user):
				api.approve_batch(batch.name)
			with self.assertRaises((frappe.PermissionError, RewardBatchError), msg=user):
				frappe.get_doc("Reward Batch", batch.name).submit()
		self.as_user(OFFICE_USER)
		api.approve_batch(batch.name)
		for user in (CLERK_USER, TOWN_USER, OFFICE_USER):
			self.as_user(user)
			with self.assertRaises((frappe.PermissionError, RewardBatchError), msg=user):
				api.record_payment(batch.name, self.agent, str(getdate()), "1")

	def test_the_town_is_told_who_approves(self):
		batch, _cases = self.ready()
		self.as_user(TOWN_USER)
		api.check_batch(batch.name)
		with self.assertRaisesRegex(frappe.PermissionError, "Only the petition office approves"):
			api.approve_batch(batch.name)

	def test_one_person_with_all_roles_takes_one_step_only(self):
		from petition_proxy.domain import lifecycle

		self.give_roles(OFFICE_USER, lifecycle.CLERK, lifecycle.TOWN, lifecycle.FINANCE)
		batch, _cases = self.checked()
		self.as_user(OFFICE_USER)
		api.refill_batch(batch.name)
		batch.reload()
		self.assertEqual((batch.made_by, batch.status, batch.checked_by), (OFFICE_USER, "Draft", None))
		self.as_user(TOWN_USER)
		api.check_batch(batch.name)
		self.as_user(OFFICE_USER)
		with self.assertRaises(RewardBatchError):
			api.approve_batch(batch.name)

	def test_nobody_takes_a_step_in_a_batch_that_pays_him(self):
		batch, _cases = self.ready()
		for field, user, act in (
			("checked", TOWN_USER, api.check_batch),
			("approved", OFFICE_USER, api.approve_batch),
		):
			self.as_user("Administrator")
			frappe.db.set_value("Proxy Agent", self.agent, "user", user)
			self.as_user(user)
			with self.assertRaises(RewardBatchError, msg=field):
				act(batch.name)
			self.as_user("Administrator")
			frappe.db.set_value("Proxy Agent", self.agent, "user", None)
			self.as_user(user)
			act(batch.name)

	def test_what_a_client_sends_is_ignored(self):
		batch, _cases = self.ready()
		doc = frappe.get_doc("Reward Batch", batch.name)
		doc.update({"status": "Checked", "checked_by": TOWN_USER, "total_fen": 1, "made_by": OFFICE_USER})
		doc.lines[0].amount_fen = 999999
		doc.append("lines", {"entry": doc.lines[0].entry, "agent": self.agent, "amount_fen": 500000})
		doc.save()
		doc.reload()
		self.assertEqual((doc.status, doc.checked_by, doc.made_by), ("Draft", None, CLERK_USER))
		self.assertEqual([x.amount_fen for x in doc.lines], [2000])
		self.assertEqual(doc.total_fen, 2000)

	def test_an_approved_batch_is_not_changed_and_can_be_cancelled_until_paid(self):
		batch, cases = self.approved()
		doc = frappe.get_doc("Reward Batch", batch.name)
		doc.year = 2020
		with self.assertRaises((RewardBatchError, frappe.UpdateAfterSubmitError)):
			doc.save()
		doc.reload()
		doc.cancel()
		self.assertEqual(entries(petition=cases[0].name)[0].status, "Due")
		self.as_user(CLERK_USER)
		self.assertEqual(make_batch().total_fen, 2000)

	def test_a_paid_batch_is_not_cancelled(self):
		batch, _cases = self.paid()
		self.as_user(OFFICE_USER)
		with self.assertRaises(RewardBatchError):
			frappe.get_doc("Reward Batch", batch.name).cancel()

	def test_no_line_in_two_batches(self):
		self.ready()
		with self.assertRaises(RewardBatchError):
			make_batch()

	def test_a_line_reversed_by_a_run_leaves_the_open_batch(self):
		batch, cases = self.checked(ratings.SATISFIED, ratings.BASICALLY_SATISFIED)
		self.as_user("Administrator")
		cases[0].db_set({"round": 2, "workflow_state": "Registered", "closed_at": None})
		run_rewards()
		batch.reload()
		self.assertEqual((batch.total_fen, len(batch.lines), len(batch.strikes)), (1500, 1, 1))
		self.assertEqual({x.status for x in entries(petition=cases[0].name)}, {"Reversed"})

	def test_a_paid_line_is_taken_off_the_next_payment(self):
		_batch, cases = self.paid()
		self.as_user("Administrator")
		before = [x for x in entries(petition=cases[0].name)]
		cases[0].db_set({"round": 2, "workflow_state": "Registered", "closed_at": None})
		# day of the reversal must lie in the period of a later batch
		run_rewards()
		old, minus = entries(petition=cases[0].name)
		self.assertEqual(old, before[0])
		self.assertEqual((minus.amount_fen, minus.status), (-2000, "Due"))
		frappe.db.set_value("Reward Entry", minus.name, "earned_on", in_last_quarter(50))
		self.settled_case(ratings.BASICALLY_SATISFIED)
		run_rewards()
		self.as_user(CLERK_USER)
		with self.assertRaises(RewardBatchError):
			make_batch()  # -20 and +15: nothing to pay yet
		self.as_user("Administrator")
		self.settled_case(ratings.SATISFIED)
		run_rewards()
		self.as_user(CLERK_USER)
		self.assertEqual(make_batch().total_fen, 1500)

	def test_a_struck_line_stays_struck(self):
		batch, cases = self.ready(ratings.SATISFIED, ratings.SATISFIED)
		line = batch.lines[0]
		for user in (CLERK_USER, "town2@pp.test", "agent@pp.test"):
			self.as_user(user)
			with self.assertRaises((RewardBatchError, frappe.PermissionError), msg=user):
				api.strike_line(batch.name, line.entry, "查无此事")
		self.as_user(TOWN_USER)
		with self.assertRaises(RewardBatchError):
			api.strike_line(batch.name, line.entry, " ")
		api.strike_line(batch.name, line.entry, "查无此事")
		self.as_user("Administrator")
		run = run_rewards()
		self.assertEqual((run.added, run.reversed_count), (0, 0))
		self.assertEqual(get_live_amount(line.petition, 1), 0)
		batch.reload()
		self.assertEqual((batch.total_fen, batch.strikes[0].note), (2000, "查无此事"))
		self.assertEqual(sum(x.amount_fen for x in batch.lines), batch.total_fen)
		self.assertEqual(len(cases), 2)

	def test_signs_must_be_decided_before_check_and_approval(self):
		text = "小区门口的缴费点撤走以后，老人要坐车到很远的地方缴水电气费，请尽快恢复。"
		batch, _cases = self.ready(ratings.SATISFIED, ratings.SATISFIED, content=text)
		self.assertEqual({s.sign for s in batch.signs}, {"Near-same Text"})
		self.as_user(TOWN_USER)
		with self.assertRaises(RewardBatchError):
			api.check_batch(batch.name)
		first, second = batch.signs
		with self.assertRaises(RewardBatchError):
			api.decide_sign(batch.name, first.name, "Cleared", "")
		api.decide_sign(batch.name, first.name, "Cleared", "两户都有此诉求，已核实")
		with self.assertRaises(RewardBatchError):
			api.decide_sign(batch.name, first.name, "Struck", "改主意")
		api.decide_sign(batch.name, second.name, "Struck", "同一文本重复填报")
		api.check_batch(batch.name)
		self.as_user(OFFICE_USER)
		api.approve_batch(batch.name)
		batch.reload()
		self.assertEqual((batch.total_fen, len(batch.lines), len(batch.strikes)), (2000, 1, 1))

	def test_same_pair_and_bursts_are_listed(self):
		petitioner = factories.make_petitioner(name="吴伯").name
		for offset in (1, 11, 21):
			self.settled_case(petitioner=petitioner, offset=20 + offset)
		for _i in range(5):
			self.settled_case(offset=55)
		run_rewards()
		self.as_user(CLERK_USER)
		signs = [s.sign for s in make_batch().signs]
		self.assertEqual((signs.count("Same Pair"), signs.count("Many on One Day")), (3, 5))

	def test_the_complained_about_see_no_batch_with_the_case(self):
		self.settled_case(accused_unit=factories.TOWN_UNIT)
		plain = self.settled_case()
		run_rewards()
		self.as_user(CLERK_USER)
		batch = make_batch()
		self.assertEqual([x.petition for x in batch.lines], [plain.name])
		district_batch = make_batch(town=None)
		self.assertEqual(len(district_batch.lines), 1)
		self.as_user(TOWN_USER)
		names = frappe.get_list("Reward Batch", pluck="name")
		self.assertIn(batch.name, names)
		self.assertNotIn(district_batch.name, names)
		with self.assertRaises(frappe.PermissionError):
			frappe.get_doc("Reward Batch", district_batch.name).check_permission("read")
		with self.assertRaises(frappe.PermissionError):
			api.check_batch(district_batch.name)
		# even a row of the own town is out of sight once it pays for such a case
		self.as_user("Administrator")
		frappe.db.set_value("Petition", plain.name, "accused_unit", factories.TOWN_UNIT)
		self.as_user(TOWN_USER)
		self.assertNotIn(batch.name, frappe.get_list("Reward Batch", pluck="name"))
		with self.assertRaises(frappe.PermissionError):
			frappe.get_doc("Reward Batch", batch.name).check_permission("read")

	def test_finance_sees_payments_and_no_case(self):
		batch, cases = self.checked()
		self.as_user(FINANCE_USER)
		self.assertEqual(frappe.get_list("Reward Batch", pluck="name"), [])
		self.as_user(OFFICE_USER)
		api.approve_batch(batch.name)
		self.as_user(FINANCE_USER)
		self.assertEqual(frappe.get_list("Reward Batch", pluck="name"), [batch.name])
		for doctype in ("Petition", "Reward Entry", "Evaluation", "Petitioner"):
			self.assertFalse(frappe.has_permission(doctype, "read"), doctype)
		with self.assertRaises(frappe.PermissionError):
			frappe.get_doc("Petition", cases[0].name).check_permission("read")
		self.assertEqual(api.show_bank_accounts(batch.name, "核对付款账号"), {})

	def test_accounts_of_a_batch_are_opened_by_finance_only_and_on_record(self):
		agent = frappe.get_doc("Proxy Agent", self.agent)
		agent.bank_account = "6222 0012 3456 7890 123"
		agent.save()
		on_record = {"document": self.agent, "field": "bank_account"}
		batch, _cases = self.checked()
		self.as_user(FINANCE_USER)
		with self.assertRaises(frappe.PermissionError):
			api.show_bank_accounts(batch.name, "核对付款账号")  # not approved yet, so not for finance
		self.as_user(OFFICE_USER)
		api.approve_batch(batch.name)
		for user in (OFFICE_USER, TOWN_USER, CLERK_USER, "auditor@pp.test", "agent@pp.test"):
			self.as_user(user)
			with self.assertRaises(frappe.PermissionError, msg=user):
				api.show_bank_accounts(batch.name, "看一下账号")
		self.assertFalse(frappe.db.exists("Access Record", on_record))
		self.as_user(FINANCE_USER)
		self.assertEqual(
			api.show_bank_accounts(batch.name, "核对付款账号"), {self.agent: "6222001234567890123"}
		)
		self.assertTrue(frappe.db.exists("Access Record", on_record))

	def test_payment_list_cannot_run_formulas(self):
		from openpyxl import load_workbook

		frappe.db.set_value("Proxy Agent", self.agent, "agent_name", '=HYPERLINK("http://x","y")')
		batch, _cases = self.approved()
		self.as_user(FINANCE_USER)
		api.download_payment_list(batch.name)
		sheet = load_workbook(BytesIO(frappe.response.filecontent)).active
		cells = [c for row in sheet.iter_rows() for c in row]
		self.assertFalse([c.value for c in cells if c.data_type == "f"])
		self.assertIn("'=HYPERLINK", "".join(str(c.value) for c in cells))
		self.assertIn(20, [c.value for c in cells])
		self.as_user("town2@pp.test")
		with self.assertRaises(frappe.PermissionError):
			api.download_payment_list(batch.name)

	def test_payment_day_and_receipt(self):
		batch, _cases = self.approved()
		self.as_user(FINANCE_USER)
		for day, receipt in (
			(add_days(getdate(), 1), "1"),
			(add_days(getdate(), -1), "1"),
			(getdate(), " "),
		):
			with self.assertRaises(RewardBatchError):
				api.record_payment(batch.name, self.agent, str(day), receipt)
		with self.assertRaises(RewardBatchError):
			api.record_payment(batch.name, "nobody", str(getdate()), "1")

	def test_random_rows_add_up(self):
		rng = random.Random(7)
		agents = [self.agent, money_cases.make_agent("李大叔").name]
		for _i in range(12):
			self.settled_case(
				rng.choice((None, *ratings.RATINGS)), agent=rng.choice(agents), offset=rng.randrange(14, 55)
			)
		run_rewards()
		self.as_user(CLERK_USER)
		batch = make_batch()
		expected = sum(x.amount_fen for x in entries(batch=batch.name))
		self.assertEqual(batch.total_fen, expected)
		self.assertEqual(sum(p.total_fen for p in batch.payments), expected)
		self.assertEqual(sum(x.amount_fen for x in batch.lines), expected)

	def test_batches_and_lines_are_kept(self):
		batch, _cases = self.ready()
		self.as_user("Administrator")
		with self.assertRaises(AppendOnlyError):
			frappe.delete_doc("Reward Batch", batch.name, force=True)
