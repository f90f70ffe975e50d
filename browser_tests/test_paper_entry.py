"""A clerk keys in a bundle of paper sheets, with the keyboard alone."""

import tempfile
import uuid
from datetime import date, timedelta
from pathlib import Path

from browser_tests.base import BrowserTestCase, expect, petitions_named

BUNDLE = uuid.uuid4().hex[:6]
PHOTO = bytes.fromhex(
	"89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc00000030101"
	"00c9fe92ef0000000049454e44ae426082"
)
MESSAGE = ".pe-message"


class TestPaperEntry(BrowserTestCase):
	def open(self, page):
		page.goto("/app/paper-entry")
		expect(page.locator("#paper-entry-village")).to_be_focused()

	def focused(self, page, name: str):
		expect(page.locator(f"#paper-entry-{name}")).to_be_focused()

	def say_what_stays(self, page, agent: str = ""):
		"""Village, agent and date: typed once for the bundle."""
		self.focused(page, "village")
		page.keyboard.type("柳湾村")
		page.keyboard.press("Enter")
		self.focused(page, "agent")
		page.keyboard.type(agent)
		page.keyboard.press("Enter")
		self.focused(page, "written_on")
		day = date.today() - timedelta(days=3)
		page.keyboard.type(f"{day:%m%d%Y}")
		page.keyboard.press("Enter")
		self.focused(page, "paper_no")

	def type_sheet(self, page, *texts: str):
		"""Each text into the field the cursor stands in, then on by Enter."""
		for text in texts:
			if text:
				page.keyboard.type(text)
			page.keyboard.press("Enter")

	def test_several_sheets_in_a_row_without_the_mouse(self):
		with self.login("clerk@pp.test") as page:
			self.open(page)
			self.say_what_stays(page)
			for number in range(1, 4):
				self.focused(page, "paper_no")
				if number == 1:
					page.keyboard.type(f"{BUNDLE}-008")
				else:
					# counted on from the sheet before, past nine as well
					expect(page.locator("#paper-entry-paper_no")).to_have_value(f"{BUNDLE}-{7 + number:03d}")
				page.keyboard.press("Enter")
				self.type_sheet(
					page, f"何大叔{number}", f"1370000{number:04d}", "", f"路灯不亮 {BUNDLE}-{number}"
				)
				self.focused(page, "petition_kind")
				page.keyboard.press("Enter")
				page.keyboard.press("Enter")  # no category
				self.focused(page, "content")
				page.keyboard.type("村口的路灯坏了。")
				page.keyboard.press("Shift+Enter")
				page.keyboard.type("已经一个月。")
				page.keyboard.press("Control+s" if number % 2 else "Control+Enter")
				expect(page.locator(".paper-entry aside li")).to_have_count(number)
				expect(page.locator(MESSAGE)).to_contain_text("Filed as XF-")
				expect(page.locator("#paper-entry-petitioner_name")).to_have_value("")
				expect(page.locator("#paper-entry-village")).to_have_value("柳湾村")
			expect(page.locator(".paper-entry aside h4")).to_have_text("Entered Now: 3")
			expect(page.locator(".paper-entry aside li").first).to_contain_text(f"{BUNDLE}-010")
			self.keep_look(page, "sheets")
		for number in range(1, 4):
			(case,) = petitions_named(f"路灯不亮 {BUNDLE}-{number}")
			self.assertEqual(case["workflow_state"], "Registered")

	def test_agent_with_the_photo_of_a_signed_sheet(self):
		with tempfile.TemporaryDirectory() as folder, self.login("clerk@pp.test") as page:
			photo = Path(folder) / "sheet.png"
			photo.write_bytes(PHOTO)
			self.open(page)
			self.say_what_stays(page, "周大姐")
			self.type_sheet(
				page,
				f"{BUNDLE}-101",
				"袁大爷",
				"",
				"",
				f"渠道堵了 {BUNDLE}",
				"",
				"",
				"渠道堵了半年。",
				"",
				"",
			)
			self.focused(page, "paper_scan")
			with page.expect_file_chooser() as chooser:
				page.keyboard.press("Space")
			chooser.value.set_files(photo)
			page.keyboard.press("Enter")
			page.keyboard.press("Enter")
			self.focused(page, "powers_agreed")
			page.keyboard.press("Space")
			page.keyboard.press("Control+s")
			expect(page.locator(MESSAGE)).to_contain_text("Filed as XF-")
		(case,) = petitions_named(f"渠道堵了 {BUNDLE}")
		self.assertTrue(case["agent"] and case["agreement"])

	def test_errors_stand_in_the_form_and_nothing_typed_is_lost(self):
		with self.login("clerk@pp.test") as page:
			self.open(page)
			self.say_what_stays(page)
			self.type_sheet(page, f"{BUNDLE}-201", "何大叔")
			page.keyboard.press("Control+s")
			expect(page.locator(MESSAGE)).to_contain_text("Still missing: Subject, Facts")
			self.focused(page, "subject")
			self.type_sheet(page, f"井盖 {BUNDLE}", "", "", "井盖丢了。")
			page.keyboard.press("Control+s")
			expect(page.locator(MESSAGE)).to_contain_text("Filed as XF-")

			# the same number again: the server's words, no window to be closed, everything still there
			page.keyboard.type(f"{BUNDLE}-201")
			page.keyboard.press("Enter")
			self.type_sheet(page, "何大叔", "", "", f"井盖再报 {BUNDLE}", "", "", "井盖丢了。")
			page.keyboard.press("Control+s")
			expect(page.locator(MESSAGE)).to_contain_text("has been entered already as XF-")
			expect(page.locator(".modal.show")).to_have_count(0)
			expect(page.locator("#paper-entry-subject")).to_have_value(f"井盖再报 {BUNDLE}")
			self.keep_look(page, "error")
			page.keyboard.press("Alt+n")
			self.focused(page, "paper_no")
			page.keyboard.type(f"{BUNDLE}-202")
			page.keyboard.press("Control+s")
			expect(page.locator(".paper-entry aside li")).to_have_count(2)
		self.assertEqual(len(petitions_named(f"井盖再报 {BUNDLE}")), 1)

	def test_a_name_that_is_nobodys_keeps_the_cursor(self):
		with self.login("clerk@pp.test") as page:
			self.open(page)
			page.keyboard.type("没有这个村")
			page.keyboard.press("Enter")
			expect(page.locator(MESSAGE)).to_contain_text("nothing is found")
			self.focused(page, "village")

	def test_same_sheet_sent_again_after_a_lost_answer(self):
		with self.login("clerk@pp.test") as page:
			self.open(page)
			self.say_what_stays(page)
			self.type_sheet(page, f"{BUNDLE}-301", "何大叔", "", "", f"断网 {BUNDLE}", "", "", "信号塔坏了。")

			def lose_the_answer(route):
				route.fetch()  # the server has filed it
				route.abort()

			page.route("**/petition_proxy.api.paper.enter_paper", lose_the_answer)
			page.keyboard.press("Control+s")
			expect(page.locator(MESSAGE)).to_contain_text("cannot be reached")
			page.unroute("**/petition_proxy.api.paper.enter_paper")
			page.keyboard.press("Control+s")
			expect(page.locator(MESSAGE)).to_contain_text("had been filed already")
		self.assertEqual(len(petitions_named(f"断网 {BUNDLE}")), 1)

	def test_who_keys_no_paper_has_no_page(self):
		with self.login("dept@pp.test") as page:
			page.goto("/app/paper-entry")
			expect(page.locator("body")).to_contain_text("permitted")
			expect(page.locator("#paper-entry-village")).to_have_count(0)
