"""The agent's own pages: what waits, own cases, one case; who finds nothing there; and that they stay cheap."""

import re

import frappe
from frappe.utils import add_days, now_datetime, today

from petition_proxy.api import agent_work as api
from petition_proxy.api import progress as progress_api
from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.petition.checks import StepError
from petition_proxy.queries import agent_work
from petition_proxy.tests import answer_cases as a
from petition_proxy.tests import factories as f
from petition_proxy.tests import work_cases as w
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.files import PaperRefusedError
from petition_proxy.utils.query_meter import questions

AGENT, OTHER = "agent@pp.test", "agent2@pp.test"
BUDGET = 25
PAGES = ("agent", "agent/cases", "agent/standing", "to-be-told", "my-training")


class AgentPagesTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		a.save_setting(require_opinion_letter=1, require_service_proof=1)
		self.agent = f.make_agent(AGENT)
		self.other = f.make_agent(OTHER, f.VILLAGE_2, agent_name="李大哥")

	def case_page(self, name: str, user: str = AGENT) -> str:
		self.as_user(user)
		return w.page_text("agent/case", no=name)

	def insert_cases(self, count: int, state: str = lifecycle.HANDLING, subject: str = "成批") -> None:
		"""Rows straight into the table: paging asks for many."""
		band = "9" if state in lifecycle.FINAL_STATES else "1"
		fields = [
			"name",
			"subject",
			"workflow_state",
			"queue_key",
			"agent",
			"village",
			"petitioner_name",
			"round",
		]
		rows = [
			(
				f"{subject}-{band}-{number:03d}",
				subject,
				state,
				f"{band}0-2026{number // 3:08d}",
				self.agent.name,
				f.VILLAGE,
				"林婆婆",
				1,
			)
			for number in range(count)
		]
		frappe.db.bulk_insert("Petition", fields, rows)


class TestWhoOpensThem(AgentPagesTestCase):
	def test_guest_is_sent_to_the_login_and_back(self):
		self.as_user("Guest")
		for path in (*PAGES, "agent/case"):
			response = w.open_page(path)
			self.assertEqual(response.status_code, 302, path)
			self.assertEqual(response.headers["Location"].partition("?")[2], f"redirect-to=/{path}")

	def test_who_is_no_agent_is_refused(self):
		for user in ("village@pp.test", "town@pp.test", "office@pp.test", "petitioner@pp.test"):
			self.as_user(user)
			for path in ("agent", "agent/cases", "agent/case", "agent/standing", "my-training"):
				self.assertEqual(w.open_page(path).status_code, 403, (user, path))

	def test_pages_carry_no_inline_script_or_style_and_are_not_kept(self):
		case = f.make_petition(lifecycle.REPLIED, subject='<img src=x onerror="alert(1)">补偿')
		self.as_user(AGENT)
		for path, query in ((p, {}) for p in PAGES):
			self.check_page(w.open_page(path, **query), path)
		response = w.open_page("agent/case", no=case.name)
		self.check_page(response, "agent/case")
		self.assertNotIn("<img src=x", response.get_data(as_text=True))

	def check_page(self, response, path: str) -> None:
		html = response.get_data(as_text=True)
		self.assertEqual(response.status_code, 200, path)
		self.assertIn("script-src 'self'", response.headers["Content-Security-Policy"])
		self.assertEqual(response.headers["Cache-Control"], "private, no-store")
		inline = [tag for tag in re.findall(r"<script[^>]*>", html) if "src=" not in tag]
		self.assertTrue(all('type="application/json"' in tag for tag in inline), (path, inline))
		self.assertNotRegex(html, r"<style|\sstyle=|\son\w+=\"", path)
		self.assertEqual(html.count("</body>"), 1, path)


class TestMyWork(AgentPagesTestCase):
	def part(self, html: str, key: str) -> int:
		found = re.search(rf'data-part="{key}">.*?data-count>(\d+)<', html, re.S)
		return int(found.group(1)) if found else 0

	def test_counts_are_those_of_the_database(self):
		f.make_petition(lifecycle.ACCEPTED)
		replied = f.make_petition(lifecycle.REPLIED)
		frappe.db.set_value("Progress Notice", {"petition": replied.name}, "tell_by", add_days(today(), -2))
		self.as_user(AGENT)
		html = w.page_text("agent")
		own = frappe.get_all(
			"Petition", {"agent": self.agent.name}, ["name", "workflow_state"], order_by="name"
		)
		open_nodes = frappe.db.count(
			"Progress Notice", {"petition": ("in", [row.name for row in own]), "status": "To Tell"}
		)
		self.assertEqual(self.part(html, "tell"), open_nodes)
		self.assertEqual(self.part(html, "deliver"), sum(r.workflow_state == "Replied" for r in own))
		notices = frappe.db.count(
			"Official Letter",
			{
				"petition": ("in", [r.name for r in own if r.workflow_state in ("Accepted", "Handling")]),
				"kind": "Acceptance Notice",
				"told_at": ("is", "not set"),
			},
		)
		self.assertGreater(notices, 0)
		self.assertEqual(self.part(html, "collect"), notices)
		self.assertIn("late", html)
		self.assertEqual(
			agent_work.count_open(self.agent.name),
			sum(row.workflow_state not in lifecycle.FINAL_STATES for row in own),
		)

	def test_the_late_part_stands_first_and_the_earliest_case_too(self):
		later, first = f.make_petition(lifecycle.REPLIED), f.make_petition(lifecycle.REPLIED)
		frappe.db.set_value("Progress Notice", {"petition": later.name}, "tell_by", add_days(today(), 1))
		frappe.db.set_value("Progress Notice", {"petition": first.name}, "tell_by", add_days(today(), -1))
		self.as_user(AGENT)
		html = w.page_text("agent")
		self.assertLess(html.index(first.name), html.index(later.name))
		self.assertLess(
			html.index('data-part="tell"'),
			html.index('data-part="collect"') if "collect" in html else len(html),
		)

	def test_another_agents_work_is_not_mine(self):
		case = f.make_petition(lifecycle.REPLIED)
		self.as_user(OTHER)
		self.assertNotIn(case.name, w.page_text("agent"))
		self.assertEqual(agent_work.count_open(self.other.name), 0)

	def test_the_agent_who_is_complained_about_finds_nothing_of_it(self):
		case = f.make_petition(lifecycle.REPLIED)
		frappe.db.set_value("Petition", case.name, "accused_user", AGENT)
		self.as_user(AGENT)
		for path in ("agent", "agent/cases", "to-be-told"):
			self.assertNotIn(case.name, w.page_text(path), path)
		self.assertIn("no such case", self.case_page(case.name))

	def test_a_clerk_who_is_an_agent_too_finds_the_own_work_only(self):
		case = f.make_petition(lifecycle.REPLIED)
		self.give_roles("village@pp.test", lifecycle.AGENT)
		f.make_agent("village@pp.test", agent_name="村干部")
		self.as_user("village@pp.test")
		self.assertNotIn(case.name, w.page_text("agent"))
		self.assertIn("no such case", self.case_page(case.name, "village@pp.test"))

	def test_agreements_that_end_are_named_and_those_with_time_not(self):
		soon, revoked, calm = (f.make_petition(lifecycle.HANDLING) for _i in range(3))
		frappe.db.set_value("Proxy Agreement", soon.agreement, "valid_to", add_days(today(), 5))
		w.revoke(revoked.agreement)
		self.as_user(AGENT)
		rows = {row.name for row in agent_work.work_of(self.agent.name, now_datetime()).to_sign}
		self.assertLessEqual({soon.name, revoked.name}, rows)
		self.assertNotIn(calm.name, rows)
		html = w.page_text("agent")
		self.assertIn(f"{revoked.name}#agreement", html)

	def test_certificate_that_ends_and_consequence_to_answer_are_named(self):
		frappe.db.set_value("Proxy Agent", self.agent.name, "certificate_valid_to", add_days(today(), 10))
		frappe.db.savepoint("calm")
		self.as_user(AGENT)
		self.assertEqual(self.part(w.page_text("agent"), "learn"), 1)
		frappe.db.set_value("Proxy Agent", self.agent.name, "certificate_valid_to", add_days(today(), 200))
		self.assertEqual(self.part(w.page_text("agent"), "learn"), 0)

	def test_a_suspended_agent_reads_why(self):
		frappe.db.set_value("Proxy Agent", self.agent.name, "status", "Suspended")
		self.as_user(AGENT)
		self.assertIn("is not on duty", w.page_text("agent"))


class TestOwnCases(AgentPagesTestCase):
	def walk(self, is_open: bool) -> list[str]:
		names, after = [], None
		while True:
			rows, after = agent_work.own_cases(self.agent.name, is_open, after)
			names += [row.name for row in rows]
			if not after:
				return names

	def test_pages_show_each_case_once_in_order(self):
		self.insert_cases(45)
		self.insert_cases(30, lifecycle.CLOSED)
		self.as_user(AGENT)
		for is_open, band in ((True, "1"), (False, "9")):
			names = self.walk(is_open)
			self.assertEqual(len(names), len(set(names)))
			mine = [name for name in names if name.startswith(f"成批-{band}-")]
			self.assertEqual(mine, sorted(mine, reverse=not is_open))
			self.assertEqual(len(mine), 45 if is_open else 30)
			other = "9" if is_open else "1"
			self.assertFalse([name for name in names if name.startswith(f"成批-{other}-")])

	def test_a_page_is_read_by_the_index(self):
		self.insert_cases(60)
		self.as_user(AGENT)
		with questions() as asked:
			agent_work.own_cases(self.agent.name, True, "10-202600000005|x")
		query = next(q for q in asked if "tabPetition" in q)
		self.assertIn("ORDER BY", query)
		names = frappe.db.sql(
			"show index from `tabPetition` where key_name='agent_queue_index'", as_dict=True
		)
		self.assertEqual([row.Column_name for row in names], ["agent", "queue_key"])

	def test_search_finds_by_part_and_is_not_fooled_by_wildcards(self):
		self.insert_cases(3, subject="路灯100%不亮")
		self.insert_cases(3, subject="井盖")
		self.as_user(AGENT)
		self.assertEqual(api.find_cases("100%").count("<a "), 3)
		self.assertEqual(api.find_cases("路_").count("<a "), 0)
		self.assertEqual(api.find_cases("  ").count("<a "), 0)
		self.as_user(OTHER)
		self.assertEqual(api.find_cases("路灯").count("<a "), 0)
		self.as_user("town@pp.test")
		self.assertRaises(frappe.PermissionError, api.find_cases, "路灯")

	def test_list_says_how_much_time_is_left(self):
		case = f.make_petition(lifecycle.HANDLING)
		frappe.db.set_value("Petition", case.name, "reply_due_at", add_days(now_datetime(), -3))
		self.as_user(AGENT)
		html = w.page_text("agent/cases")
		self.assertIn("3 days late", html)
		self.assertIn("The unit is handling the case.", html)


class TestOneCase(AgentPagesTestCase):
	def test_stages_unit_and_due_date_are_shown(self):
		case = f.make_petition(lifecycle.HANDLING)
		html = self.case_page(case.name)
		for text in (case.name, "云江区住建委", "Given to the unit in charge", "Due on", "林婆婆"):
			self.assertIn(text, html)
		self.assertEqual(html.count('aria-current="step"'), 1)

	def test_another_agents_case_is_as_unknown_as_one_that_does_not_exist(self):
		case = f.make_petition(lifecycle.REPLIED)
		self.as_user(OTHER)
		theirs = w.open_page("agent/case", no=case.name)
		nothing = w.open_page("agent/case", no="XF-990199-2026-999999")
		self.assertEqual((theirs.status_code, nothing.status_code), (404, 404))
		strip = re.compile(r'name="csrf-token" content="[^"]*"')
		texts = [strip.sub("", r.get_data(as_text=True)) for r in (theirs, nothing)]
		self.assertEqual(*texts)
		messages = []
		for name in (case.name, "XF-990199-2026-999999"):
			for act in (
				lambda name=name: api.add_remark(name, "备注"),
				lambda name=name: api.add_paper(name),
				lambda name=name: progress_api.tell_petitioner(name, "Phone"),
			):
				with self.assertRaises(frappe.DoesNotExistError) as caught:
					act()
				messages.append(str(caught.exception))
		self.assertEqual(len(set(messages)), 1, messages)

	def test_revoked_agreement_says_so_and_shows_neither_forms_nor_letters(self):
		case = f.make_petition(lifecycle.REPLIED)
		html = self.case_page(case.name)
		number = frappe.db.get_value("Opinion Letter", case.opinion_letter, "letter_no")
		self.assertIn(number, html)
		self.assertIn('id="deliver-form"', html)
		w.revoke(case.agreement)
		html = self.case_page(case.name)
		self.assertIn("was revoked on", html)
		for gone in (number, 'id="deliver-form"', "data-upload", "I Have Told the Petitioner"):
			self.assertNotIn(gone, html)

	def test_without_the_power_to_receive_documents_there_are_no_letters(self):
		case = f.make_petition(lifecycle.REPLIED)
		frappe.db.set_value("Proxy Agreement", case.agreement, "may_receive_documents", 0)
		html = self.case_page(case.name)
		self.assertIn("does not give the agent this power", html)
		self.assertNotIn('id="deliver-form"', html)
		self.assertIn("I Have Told the Petitioner", html)

	def test_remarks_and_papers_of_the_office_are_not_shown(self):
		case = f.make_petition(lifecycle.HANDLING)
		self.as_user("dept@pp.test")
		frappe.get_doc("Petition", case.name).add_comment("Comment", "内部意见")
		self.as_user(AGENT)
		api.add_remark(case.name, "老人要求电话联系")
		html = self.case_page(case.name)
		self.assertIn("老人要求电话联系", html)
		self.assertNotIn("内部意见", html)


class TestPapersAndRemarks(AgentPagesTestCase):
	def setUp(self):
		super().setUp()
		self.case = f.make_petition(lifecycle.HANDLING)
		self.as_user(AGENT)

	def add(self, content: bytes | None = None, name: str = "林婆婆身份证.jpg") -> str:
		with w.sent_files(file=(name, content or w.picture())):
			return api.add_paper(self.case.name)

	def test_a_photo_is_kept_private_under_a_name_that_says_nothing(self):
		file = frappe.get_doc("File", self.add())
		self.assertEqual((file.attached_to_doctype, file.attached_to_name), ("Petition", self.case.name))
		self.assertTrue(file.is_private and file.file_url.startswith("/private/files/"))
		self.assertNotIn("林婆婆", file.file_url)

	def test_the_same_photo_sent_twice_is_kept_once(self):
		self.assertEqual(self.add(), self.add())
		self.assertNotEqual(self.add(), self.add(w.picture("red")))

	def test_what_is_no_photo_is_refused(self):
		for content in (b"<svg onload=alert(1)>", b"<html>", b"MZ\x90\x00"):
			self.assertRaises(PaperRefusedError, self.add, content)
		with w.sent_files():
			self.assertRaises(PaperRefusedError, api.add_paper, self.case.name)

	def test_ended_case_revoked_agreement_and_suspension_stop_it(self):
		for change, error in (
			(lambda: w.revoke(self.case.agreement), StepError),
			(lambda: frappe.db.set_value("Proxy Agent", self.agent.name, "status", "Suspended"), StepError),
			(
				lambda: frappe.db.set_value("Petition", self.case.name, "workflow_state", "Closed"),
				api.AgentWorkError,
			),
		):
			frappe.db.savepoint("stop")
			change()
			self.assertRaises(error, self.add)
			self.assertRaises(error, api.add_remark, self.case.name, "备注")
			frappe.db.rollback(save_point="stop")
		frappe.db.set_value("Proxy Agreement", self.case.agreement, "may_submit_material", 0)
		self.assertRaises(StepError, self.add)

	def test_who_is_not_the_agent_of_the_case_adds_nothing(self):
		for user in (OTHER, "village@pp.test", "office@pp.test", "Guest"):
			self.as_user(user)
			self.assertRaises(frappe.DoesNotExistError, self.add)
			self.assertRaises(frappe.DoesNotExistError, api.add_remark, self.case.name, "备注")

	def test_a_double_tap_writes_one_remark_and_markup_is_taken_out(self):
		api.add_remark(self.case.name, "<script>alert(1)</script>已联系")
		api.add_remark(self.case.name, "<script>alert(1)</script>已联系")
		rows = agent_work.remarks_by(self.case.name, AGENT)
		self.assertEqual(len(rows), 1)
		self.assertNotIn("<script", rows[0].content)
		self.assertRaises(api.AgentWorkError, api.add_remark, self.case.name, "   ")


class TestBudget(AgentPagesTestCase):
	def count(self, path: str, **query: str) -> list[str]:
		w.open_page(path, **query)  # fills the caches a site has
		self.as_user(AGENT)
		with questions() as asked:
			self.assertEqual(w.open_page(path, **query).status_code, 200, path)
		# Newer Frappe asks for the desk's workspaces on every page of a website, to offer apps that agents have none of.
		return [one for one in asked if "`tabWorkspace`" not in one and "`tabCustom Role`" not in one]

	def test_each_page_keeps_the_budget_however_many_cases_there_are(self):
		case = f.make_petition(lifecycle.REPLIED)
		f.make_petition(lifecycle.ACCEPTED)
		self.as_user(AGENT)
		few = {path: self.count(path) for path in PAGES}
		few["agent/case"] = self.count("agent/case", no=case.name)
		frappe.set_user("Administrator")
		for state in (lifecycle.REPLIED, lifecycle.ACCEPTED, lifecycle.HANDLING):
			for _i in range(3):
				f.make_petition(state)
		for _i in range(4):
			frappe.get_doc("Petition", case.name).add_comment("Comment", "x")
		self.insert_cases(60)
		self.as_user(AGENT)
		many = {path: self.count(path) for path in PAGES}
		many["agent/case"] = self.count("agent/case", no=case.name)
		for path, asked in many.items():
			self.assertEqual(len(asked), len(few[path]), (path, set(asked) ^ set(few[path])))
			self.assertLessEqual(len(asked), BUDGET, (path, "\n".join(asked)))
