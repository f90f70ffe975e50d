"""The guided first set-up: a Chinese officer hands tables in, the manager of the site reads what is still missing."""

import json
import tempfile
import uuid
from pathlib import Path

from browser_tests.base import PHONE, BrowserTestCase, expect, run_on_site

OFFICE, MANAGER = "zh-office@pp.test", "manager@pp.test"
# A town of its own for each run: what is handed in stays on the site.
TOWN = f"新市镇{uuid.uuid4().hex[:4]}"
CODE = f"990199{uuid.uuid4().int % 800 + 150:03d}000"
HEAD = "代码,名称,级别,上级区划\n"
RIGHT = f"{HEAD}{CODE},{TOWN},镇街,990199000000\n"
WRONG = f"{RIGHT}99019,短码村,村（社区）,{CODE}\n"


def on_file() -> list[str]:
	return json.loads(json.loads(run_on_site("regions_named", TOWN)))


class TestSetupGuide(BrowserTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		run_on_site("prepare_setup_guide")

	def open(self, page, step: str):
		"""The box of a step, opened."""
		page.goto("/app/setup-guide")
		box = page.locator(f'details[data-step="{step}"]')
		expect(box).to_be_attached()
		if box.get_attribute("open") is None:
			box.locator("summary").click()
		expect(box).to_have_attribute("open", "")
		return box

	def hand_in(self, page, box, text: str, button: str):
		with tempfile.TemporaryDirectory() as folder:
			path = Path(folder) / "区划.csv"
			path.write_text(text, encoding="gb18030")  # as a Chinese spreadsheet saves it
			box.locator("#setup-guide-regions-file").set_input_files(path)
			with page.expect_response("**/*hand_in_table"):
				box.get_by_role("button", name=button, exact=True).click()

	def test_an_officer_mends_a_table_and_hands_it_in(self):
		with self.login(OFFICE) as page:
			page.goto("/app/petition-proxy")
			page.locator(".links-widget-box").get_by_text("启用向导", exact=True).click()
			expect(page.locator(".setup-guide details").first).to_be_attached()
			box = self.open(page, "regions")
			with page.expect_download() as download:
				box.get_by_role("link", name="下载模板（含示例）").click()
			text = Path(download.value.path()).read_text(encoding="utf-8-sig")
			self.assertEqual(download.value.suggested_filename, "regions-template.csv")
			self.assertTrue(text.startswith("代码,名称,级别,上级区划"), text[:60])

			self.hand_in(page, box, WRONG, "提交")
			result = box.locator(".sg-result")
			expect(result).to_contain_text("未写入任何内容")
			expect(result.locator("li")).to_have_count(1)
			expect(result.locator("li")).to_contain_text("第3行，99019")
			expect(result.locator("li")).to_contain_text("12")
			self.keep_look(page, "wrong")
			self.assertEqual(on_file(), [])

			self.hand_in(page, box, RIGHT, "仅检查")
			expect(result).to_contain_text("将新增1")
			self.assertEqual(on_file(), [])
			self.hand_in(page, box, RIGHT, "提交")
			expect(page.locator("#alert-container")).to_contain_text("新增1")
			self.assertEqual(on_file(), [CODE])
			# the page was drawn anew, with the step still open
			expect(box).to_have_attribute("open", "")

	def test_accounts_are_left_to_the_manager(self):
		with self.login(OFFICE) as page:
			box = self.open(page, "users")
			expect(box).to_contain_text("账号由系统管理员建立")
			expect(box.locator("#setup-guide-users-file")).to_have_count(0)
		with self.login(MANAGER) as page:
			box = self.open(page, "users")
			expect(box.locator("#setup-guide-users-file")).to_be_visible()

	def test_the_manager_reads_what_is_missing(self):
		with self.login(MANAGER) as page:
			box = self.open(page, "site")
			must = box.locator(".sg-findings .sg-must")
			expect(must.filter(has_text="Tests are allowed on this site")).to_be_visible()
			expect(must.filter(has_text="Take allow_tests out of site_config.json.")).to_be_visible()
			expect(page.locator(".sg-top")).to_contain_text("steps are done")
			box.get_by_role("link", name="Go There").first.click()
			page.wait_for_url("**/app/**")
			self.assertNotIn("setup-guide", page.url)

	def test_a_typed_step_is_kept(self):
		with self.login(OFFICE) as page:
			box = self.open(page, "settings")
			box.locator('[name="settings-guest_questions"]').fill("61")
			with page.expect_response("**/*change_settings"):
				box.get_by_role("button", name="保存设置").click()
			expect(page.locator("#alert-container")).to_contain_text("已保存")
			page.reload()
			expect(page.locator('[name="settings-guest_questions"]')).to_have_value("61")

	def test_everything_stands_within_a_phone(self):
		for user in (OFFICE, MANAGER):
			for viewport, name in ((PHONE, "phone"), ({"width": 1280, "height": 900}, "desktop")):
				with self.login(user, viewport) as page:
					for step in ("district", "units", "classes", "letters", "agents", "site"):
						box = self.open(page, step)
						expect(box.locator(".sg-findings").first).to_be_visible()
						self.assertLessEqual(
							page.evaluate("document.documentElement.scrollWidth"), viewport["width"], step
						)
						box.evaluate("box => box.scrollIntoView()")
						self.keep_look(page, f"{name} {user[:2]} {step}")
