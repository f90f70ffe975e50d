"""The story of the bill-paying grandmothers: like cases found, grouped, answered together, each by its own step."""

import frappe

from petition_proxy.api import common_issues as api
from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.common_issue import acts
from petition_proxy.petition_proxy.doctype.common_issue.common_issue import CommonIssueError
from petition_proxy.tests import around_cases as a
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.append_only import AppendOnlyError


class TestCommonIssue(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		# with letters each case waits for its own signed one; see the last test
		frappe.db.set_single_value("Petition Proxy Settings", "require_opinion_letter", 0)
		self.category = a.make_category().name
		self.as_user("town@pp.test")
		self.issue = a.make_issue(category=self.category)
		self.as_user("Administrator")

	def case(self, state=lifecycle.HANDLING, **values):
		return a.make_direct(state, category=self.category, **values)

	def group(self, *docs):
		self.as_user("town@pp.test")
		api.add_cases(self.issue.name, [doc.name for doc in docs])
		self.as_user("Administrator")

	def solve(self):
		self.issue.reload()
		self.issue.solution_text, self.issue.outcome = "社区服务站设缴费点，每周一三五收费。", "Supported"
		self.issue.save()

	def test_like_cases_are_suggested_most_alike_first(self):
		near, far = self.case(), self.case(content=a.PAY_POINT_AGAIN)
		self.case(content=a.LAND, subject="征地")
		a.make_direct(lifecycle.HANDLING)  # no category
		self.as_user("town@pp.test")
		self.assertEqual([row["name"] for row in api.suggest(self.issue.name)], [near.name, far.name])

	def test_reports_accused_answered_and_other_places_are_not_suggested_nor_added(self):
		unfit = [
			self.case(petition_kind="Report and Accusation"),
			self.case(accused_unit=f.DEPT_UNIT_2),
			self.case(accused_user="leader@pp.test"),
			self.case(lifecycle.REPLIED),
			self.case(village=f.VILLAGE_2),
		]
		self.as_user("office@pp.test")
		self.assertEqual(api.suggest(self.issue.name), [])
		for doc in unfit:
			self.assertRaises(CommonIssueError, api.add_cases, self.issue.name, [doc.name])
		self.assertEqual(frappe.db.count("Common Issue Case"), 0)

	def test_restricted_categories_are_never_grouped(self):
		restricted = a.make_category("纪检", is_restricted=1).name
		below = a.make_category("贪污", parent=restricted).name
		for category in (restricted, below):
			self.assertRaises(CommonIssueError, a.make_issue, category=category)
			doc = a.make_direct(category=category)
			self.assertRaises(CommonIssueError, api.add_cases, self.issue.name, [doc.name])

	def test_nobody_suggests_or_adds_beyond_his_own_scope(self):
		near = self.case()
		far = self.case(village=f.VILLAGE_2)
		self.as_user("office@pp.test")
		wide = a.make_issue(category=self.category, region=f.DISTRICT)
		self.assertEqual({row["name"] for row in api.suggest(wide.name)}, {near.name, far.name})
		self.as_user("dept2@pp.test")
		self.assertRaises(frappe.PermissionError, api.suggest, wide.name)
		self.as_user("town@pp.test")
		self.assertRaises(frappe.PermissionError, api.add_cases, wide.name, [near.name])
		self.assertRaises(frappe.PermissionError, api.add_cases, self.issue.name, [far.name])
		self.assertRaises(frappe.PermissionError, a.make_issue, category=self.category, region=f.TOWN_2)

	def test_members_of_the_group_follow_their_petitions(self):
		self.group(self.case())
		for user, seen in (
			("town@pp.test", 1),
			("dept@pp.test", 1),
			("town2@pp.test", 0),
			("dept2@pp.test", 0),
		):
			self.as_user(user)
			self.assertEqual(len(frappe.get_list("Common Issue Case", order_by="name")), seen, user)
			self.assertEqual(len(frappe.get_list("Common Issue", order_by="name")), seen, user)
			self.assertEqual(bool(self.issue.has_permission("read")), bool(seen), user)

	def test_one_answer_for_all_each_by_its_own_step(self):
		ready = [self.case(), self.case(lifecycle.ACCEPTED)]
		waiting = self.case(lifecycle.RECEIVED)
		elsewhere = self.case(handling_unit=f.TOWN_UNIT)
		self.group(*ready, waiting, elsewhere)
		self.solve()
		self.as_user("dept@pp.test")
		results = {row["petition"]: row for row in api.answer_all(self.issue.name)}
		self.as_user("Administrator")
		for doc in ready:
			doc.reload()
			self.assertEqual((doc.workflow_state, doc.outcome), ("Replied", "Supported"))
			self.assertEqual(doc.reply_text, "社区服务站设缴费点，每周一三五收费。")
			self.assertTrue(results[doc.name]["is_answered"])
			self.assertTrue(frappe.db.exists("Petition Event", {"petition": doc.name, "event": "Reply"}))
		waiting.reload()
		self.assertEqual((waiting.workflow_state, waiting.reply_text), ("Received", None))
		self.assertFalse(results[waiting.name]["is_answered"])
		self.assertTrue(results[waiting.name]["why_not"])
		self.assertNotIn(elsewhere.name, results)  # another unit's case is not even seen
		self.issue.reload()
		self.assertEqual(self.issue.status, "Open")

	def test_running_again_goes_on_where_it_stopped(self):
		first, second = self.case(), self.case(lifecycle.RECEIVED)
		self.group(first, second)
		self.solve()
		self.as_user("dept@pp.test")
		api.answer_all(self.issue.name)
		f.walk(frappe.get_doc("Petition", second.name), "Accept")
		self.assertEqual([row["petition"] for row in api.answer_all(self.issue.name)], [second.name])
		self.issue.reload()
		self.assertEqual((self.issue.status, self.issue.answered_by), ("Answered", "dept@pp.test"))
		replies = frappe.db.count("Petition Event", {"petition": first.name, "event": "Reply"})
		self.assertEqual(replies, 1)
		self.assertRaises(CommonIssueError, api.answer_all, self.issue.name)

	def test_a_case_answered_by_itself_meanwhile_keeps_its_own_answer(self):
		doc = self.case()
		self.group(doc)
		fresh = frappe.get_doc("Petition", doc.name)
		fresh.reply_text, fresh.outcome = "已另行解决。", "Explained"
		fresh.workflow_state = lifecycle.REPLIED
		fresh.save()
		self.solve()
		self.as_user("dept@pp.test")
		api.answer_all(self.issue.name)
		self.assertEqual(frappe.db.get_value("Petition", doc.name, "reply_text"), "已另行解决。")

	def test_guards_of_the_reply_still_hold(self):
		doc = self.case()
		self.group(doc)
		self.solve()
		frappe.get_doc(
			{
				"doctype": "Petition Assignment",
				"petition": doc.name,
				"round": 1,
				"part": "Co-handler",
				"kind": "Assign",
				"status": "Sent",
				"to_unit": f.DEPT_UNIT_2,
				"sent_at": frappe.utils.now_datetime(),
			}
		).insert(ignore_permissions=True)
		self.as_user("dept@pp.test")
		[row] = api.answer_all(self.issue.name)
		self.assertFalse(row["is_answered"])
		self.assertIn("云江区人社局", row["why_not"])
		self.assertEqual(frappe.db.get_value("Petition", doc.name, "workflow_state"), "Handling")

	def test_no_answer_without_solution_or_cases(self):
		self.assertRaises(CommonIssueError, api.answer_all, self.issue.name)
		self.solve()
		self.assertRaises(CommonIssueError, api.answer_all, self.issue.name)

	def test_a_case_leaves_before_the_answer_with_a_reason(self):
		doc = self.case()
		self.group(doc)
		self.assertEqual(frappe.db.get_value("Petition", doc.name, "common_issue"), self.issue.name)
		self.as_user("town@pp.test")
		self.assertRaises(CommonIssueError, api.remove_case, self.issue.name, doc.name, " ")
		api.remove_case(self.issue.name, doc.name, "诉求不同")
		self.assertIsNone(frappe.db.get_value("Petition", doc.name, "common_issue"))
		self.assertRaises(CommonIssueError, api.remove_case, self.issue.name, doc.name, "再来")
		self.issue.reload()
		self.assertEqual(self.issue.case_count, 0)
		self.assertEqual(api.add_cases(self.issue.name, [doc.name]), 1)
		self.assertEqual(api.add_cases(self.issue.name, [doc.name]), 0)

	def test_a_case_is_in_one_group_only(self):
		doc = self.case()
		self.group(doc)
		other = a.make_issue(category=self.category, issue_name="另一组")
		self.assertRaises(CommonIssueError, api.add_cases, other.name, [doc.name])

	def test_readers_neither_add_nor_answer(self):
		doc = self.case()
		self.group(doc)
		self.solve()
		for user in ("leader@pp.test", "auditor@pp.test", "nobody@pp.test", "agent@pp.test"):
			self.as_user(user)
			self.assertRaises(frappe.PermissionError, api.add_cases, self.issue.name, [doc.name])
			self.assertRaises(frappe.PermissionError, api.answer_all, self.issue.name)

	def test_answered_issue_closes_with_its_effect_and_its_solution_stands(self):
		self.group(self.case())
		self.assertRaises(CommonIssueError, api.close_issue, self.issue.name, "好了")
		self.solve()
		api.answer_all(self.issue.name)
		self.issue.reload()
		self.issue.solution_text = "改口"
		self.assertRaises(CommonIssueError, self.issue.save)
		api.close_issue(self.issue.name, "三百位老人就近缴费")
		self.issue.reload()
		self.assertEqual((self.issue.status, self.issue.effect), ("Closed", "三百位老人就近缴费"))
		self.assertRaises(CommonIssueError, api.close_issue, self.issue.name, "再来")
		self.assertRaises(AppendOnlyError, self.issue.delete)

	def test_status_and_counts_are_the_server_s(self):
		self.issue.reload()
		self.issue.status, self.issue.case_count, self.issue.answered_by = "Closed", 99, "town@pp.test"
		self.issue.save()
		self.issue.reload()
		self.assertEqual(
			(self.issue.status, self.issue.case_count, self.issue.answered_by), ("Open", 0, None)
		)

	def test_many_cases_are_answered_in_the_background_and_can_be_rerun(self):
		docs = [self.case() for _n in range(3)]
		self.group(*docs)
		self.solve()
		self.as_user("dept@pp.test")
		acts.answer_cases(self.issue.name)
		self.assertEqual(acts.answer_cases(self.issue.name), [])
		states = frappe.get_all(
			"Petition", {"name": ("in", [d.name for d in docs])}, pluck="workflow_state", order_by="name"
		)
		self.assertEqual(states, ["Replied"] * 3)

	def test_a_case_that_needs_a_signed_letter_waits_for_it_and_is_answered_by_it(self):
		frappe.db.set_single_value("Petition Proxy Settings", "require_opinion_letter", 1)
		doc, other = self.case(), self.case()
		self.group(doc, other)
		self.solve()
		f.sign_letter(doc, reply_text=self.issue.solution_text, outcome="Supported")
		self.as_user("dept@pp.test")
		results = {row["petition"]: row for row in api.answer_all(self.issue.name)}
		self.assertTrue(results[doc.name]["is_answered"], results)
		self.assertFalse(results[other.name]["is_answered"])
		self.assertTrue(results[other.name]["why_not"])
		self.assertTrue(frappe.db.get_value("Petition", doc.name, "opinion_letter"))
