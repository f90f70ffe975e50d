"""Those who work at the desk, each from the first screen of the morning to the last act of the day."""

import re
import uuid

from playwright.sync_api import Page, expect

from browser_tests.base import PHONE, fill, open_form, take_step
from browser_tests.test_agent_files import FilingTestCase
from role_days.day import DayTestCase

ROW = '[data-page-route="List/Petition/List"] .list-row-container:visible'


def expect_stage(page: Page, stage: str) -> None:
	field = page.locator('[data-page-route="Petition"] .frappe-control[data-fieldname="workflow_state"]')
	expect(field.locator(".control-value, .like-disabled-input").first).to_have_text(stage)


class TestOneCase(DayTestCase):
	"""A case goes through the hands of everybody who has a part in it."""

	def test_from_the_kitchen_table_to_the_rating(self):
		subject = f"村口井盖丢了 {uuid.uuid4().int % 10**6}"
		number = self.agent_files(subject)
		self.village_reads(number)
		self.town_assigns(number)
		self.department_answers(number)
		self.head_signs()
		self.department_replies(number)
		self.agent_brings_the_letter(number)

	def agent_files(self, subject: str) -> str:
		with self.person("agent", PHONE) as page:
			self.open(page, "/agent", "agent-1-work")
			page.goto("/agent/file")
			begun = page.get_by_role("button", name="开始填写新事项")
			if begun.is_visible():
				begun.click()
			page.locator("#new_petitioner_name").fill("赵大爷")
			page.locator("#new_petitioner_phone").fill("139 1234 5678")
			for step in ("where", "what", "papers", "signature", "review"):
				page.locator('[data-act="next"]:visible').click()
				expect(page.locator(f'[data-step="{step}"]')).to_be_visible()
				if step == "where":
					self.look(page, "agent-2-where")
				if step == "what":
					page.locator('[name="petition_kind"][value="Appeal and Request"]').check()
					page.locator("#subject").fill(subject)
					page.locator("#content").fill("村口的井盖丢了一个月,晚上很危险。")
					page.locator("#request_text").fill("请把井盖补上。")
					self.look(page, "agent-3-what")
				if step == "signature":
					FilingTestCase.sign(self, page)
					self.look(page, "agent-4-signature")
			self.look(page, "agent-5-review")
			page.locator("#file").click()
			done = page.locator("#done-number")
			expect(done).to_have_text(re.compile(r"^XF-\d{6}-\d{4}-\d{6}$"))
			self.look(page, "agent-6-filed")
			return done.inner_text()

	def village_reads(self, number: str) -> None:
		with self.person("village") as page:
			self.open(page, "/app/village-work", "village-1-morning", "待办信访事项")
			open_form(page, number)
			self.look(page, "village-2-case")

	def town_assigns(self, number: str) -> None:
		with self.person("town") as page:
			self.open(page, "/app/unit-work", "town-1-morning", "待办信访事项")
			page.goto("/app/petition?workflow_state=Registered")
			expect(page.locator(ROW).first).to_be_visible()
			self.look(page, "town-2-to-assign")
			open_form(page, number)
			self.look(page, "town-3-case")
			take_step(page, "交办", handling_unit="云江区规划和自然资源局", assignment_note="请尽快核实")
			expect_stage(page, "已交办")
			self.look(page, "town-4-assigned")

	def department_answers(self, number: str) -> None:
		with self.person("department") as page:
			self.open(page, "/app/unit-work", "department-1-morning", "待办信访事项")
			open_form(page, number)
			take_step(page, "签收")
			expect_stage(page, "已签收")
			take_step(page, "受理", reply_class="一般")
			expect_stage(page, "已受理")
			self.look(page, "department-2-accepted")
			take_step(page, "开始办理")
			expect_stage(page, "办理中")
			page.locator(".page-head:visible .custom-actions").get_by_role("button", name="文书").click()
			page.locator(".dropdown-menu.show").get_by_text("答复意见书", exact=True).first.click()
			page.wait_for_url("**/opinion-letter/**")
			letter = page.locator('[data-page-route="Opinion Letter"]')
			self.look(page, "department-3-letter")
			for field, words in {
				"facts_found": "经现场查看,村口井盖确已丢失。",
				"legal_basis": "《信访工作条例》第三十二条",
				"opinion_text": "已补装井盖并加装防坠网。",
			}.items():
				letter.locator(f'.frappe-control[data-fieldname="{field}"] textarea').fill(words)
			row = letter.locator('.frappe-control[data-fieldname="items"] .grid-body .grid-row').first
			row.locator(".btn-open-row").click()
			row.locator('.form-in-grid [data-fieldname="result"] select').select_option("Supported")
			self.look(page, "department-4-item")
			row.locator(".grid-collapse-row").click()
			page.locator(".page-head:visible").get_by_role("button", name="保存", exact=True).click()
			self.look(page, "department-5-letter")
			self.letter = page.url.rsplit("/", 1)[1]

	def head_signs(self) -> None:
		with self.person("head") as page:
			self.open(page, "/app/unit-work", "head-1-morning", "待办信访事项")
			page.goto(f"/app/opinion-letter/{self.letter}")
			head = page.locator(".page-head:visible .custom-actions")
			head.get_by_role("button", name="核稿").click()
			head.get_by_role("button", name="签发").click()
			self.look(page, "head-2-sign")
			page.locator(".modal.show .btn-primary:visible").click()
			expect(page.locator(".form-message:visible").first).to_contain_text("签发")
			self.look(page, "head-3-signed")

	def department_replies(self, number: str) -> None:
		with self.person("department") as page:
			open_form(page, number)
			take_step(page, "答复")
			self.look(page, "department-6-replied")

	def agent_brings_the_letter(self, number: str) -> None:
		with self.person("agent", PHONE) as page:
			self.open(page, f"/agent/case?no={number}", "agent-7-letter")


def press(page: Page, label: str, menu: str | None = None) -> None:
	"""A button at the head of the form, in a menu if it has one."""
	head = page.locator(".page-head:visible .custom-actions")
	if menu:
		head.get_by_role("button", name=menu, exact=True).click()
		page.locator(".dropdown-menu.show").get_by_text(label, exact=True).first.click()
	else:
		head.get_by_role("button", name=label, exact=True).click()


def open_first(page: Page, path: str) -> None:
	"""The first row of a list, opened as a person does."""
	page.goto(path)
	page.locator(".list-row-container:visible .list-subject a").first.click()
	expect(page.locator(".page-head:visible .indicator-pill, .form-layout:visible").first).to_be_visible()


class TestDays(DayTestCase):
	"""Each role by itself."""

	def test_office_chases_what_is_late(self):
		with self.person("office") as page:
			self.open(page, "/app/petition-proxy", "office-1-morning", "待办信访事项")
			page.locator(".number-widget-box", has_text="当前逾期").locator(".number").click()
			expect(page.locator(ROW).first).to_be_visible()
			self.look(page, "office-2-late")
			# the latest in handling that nobody has chased yet
			page.goto("/app/petition?workflow_state=Handling&is_supervised=0")
			page.locator(ROW).first.locator(".list-subject a").click()
			expect(page.locator('[data-page-route="Petition"] .form-message').first).to_be_visible()
			press(page, "督办", "更多操作")
			dialog = page.locator(".modal.show .modal-content")
			expect(dialog).to_be_visible()
			fill(page, dialog.locator('[data-fieldname="trigger"].frappe-control'), "Late Without Reason")
			fill(
				page,
				dialog.locator('[data-fieldname="requirement"].frappe-control'),
				"请三日内说明逾期原因。",
			)
			self.look(page, "office-3-supervise")
			dialog.locator(".btn-primary:visible").click()
			expect(dialog).to_have_count(0)
			self.look(page, "office-4-supervised")
			self.open(page, "/app/query-report/Unsettled Queue", "office-5-unsettled")
			self.open(page, "/app/query-report/Indicators by Place", "office-6-indicators", "及时受理率")
			self.open(page, "/app/setup-guide", "office-7-guide")

	def test_town_takes_an_applicant_in(self):
		with self.person("town") as page:
			self.open(page, "/app/agent-management", "manager-1-morning")
			open_first(page, "/app/agent-application?status=Open")
			self.look(page, "manager-2-application")
			self.open(page, "/app/query-report/Agent Scorecard", "manager-3-scorecard")
			self.open(page, "/app/coverage-map", "manager-4-map")

	def test_clerk_keys_in_a_sheet(self):
		with self.person("clerk") as page:
			self.open(page, "/app/paper-entry-work", "clerk-1-morning", "待办信访事项")
			self.open(page, "/app/paper-entry", "clerk-2-sheet")

	def test_leader_reads_the_figures(self):
		with self.person("leader") as page:
			self.open(page, "/app/leadership", "leader-1-morning")
			self.open(page, "/app/query-report/Indicators by Place", "leader-2-indicators", "及时受理率")
			cell = page.locator(
				'.dt-scrollable a[href*="records-behind"], .dt-scrollable a[href*="Records"]'
			).first
			expect(cell).to_be_visible()
			cell.click()
			page.wait_for_url("**/query-report/Records**")
			self.look(page, "leader-3-behind")
			open_first(page, "/app/quarterly-bulletin")
			self.look(page, "leader-4-bulletin")

	def test_auditor_looks_at_who_looked(self):
		with self.person("auditor") as page:
			self.open(page, "/app/petition-audit", "auditor-1-morning")
			self.open(page, "/app/access-record", "auditor-2-looks")

	def test_finance_pays_an_approved_batch(self):
		with self.person("finance") as page:
			self.open(page, "/app/reward-payment", "finance-1-morning")
			open_first(page, "/app/reward-batch?status=Approved")
			self.look(page, "finance-2-batch")
			press(page, "登记发放")
			expect(page.locator(".modal.show .modal-content")).to_be_visible()
			self.look(page, "finance-3-pay")

	def test_petitioner_reads_and_rates(self):
		with self.person("petitioner", PHONE) as page:
			self.open(page, "/my-petitions", "petitioner-1-cases")
			page.locator("button[data-petition]").first.click()
			page.wait_for_url("**/my-petition")
			self.look(page, "petitioner-2-case")
