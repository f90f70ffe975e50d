"""What stands first, in which colour, and in which language."""

import re

from browser_tests.base import DESKTOP, PHONE, BrowserTestCase, expect, petitions_named

ROW = '[data-page-route="List/Petition/List"] .list-row-container:visible'


class TestLists(BrowserTestCase):
	def test_queue_shows_time_left_in_colour_and_latest_first(self):
		for viewport in (DESKTOP, PHONE):
			with self.subTest(viewport["width"]), self.login("town@pp.test", viewport) as page:
				page.goto("/app/petition")
				# those without a day to come stand last, behind what other tests leave there
				page.locator(".list-paging-area:visible .btn-paging[data-value='500']").click()
				for subject, colour, words in (
					("路灯坏了", "red", "3 days late"),
					("水管漏水", "orange", "1 day left"),
					("修一条便民路", "green", "9 days left"),
					("缴费点已恢复", "light-blue", "Served"),
				):
					row = page.locator(ROW, has_text=subject).first
					pill = row.locator(f".indicator-pill.{colour}:visible", has_text=words).first
					expect(pill).to_be_visible()
				expect(page.locator(ROW).first).to_contain_text("路灯坏了")
				subjects = page.locator(ROW).all_inner_texts()
				order = [
					next(i for i, text in enumerate(subjects) if s in text)
					for s in ("路灯坏了", "水管漏水", "修一条便民路")
				]
				self.assertEqual(order, sorted(order))

	def test_bulk_action_takes_the_step_for_all_chosen(self):
		subject = "路口没有红绿灯"
		before = [case["name"] for case in petitions_named(subject) if case["workflow_state"] == "Assigned"]
		self.assertGreaterEqual(len(before), 2)
		with self.login("dept@pp.test") as page:
			page.goto("/app/petition?workflow_state=Assigned")
			rows = page.locator(ROW, has_text=subject)
			expect(rows).to_have_count(len(before))
			for number in range(len(before)):
				rows.nth(number).locator(".list-row-checkbox").check()
			head = page.locator(".page-head:visible")
			head.locator(".actions-btn-group > button").click()
			with page.expect_response("**/*bulk_workflow_approval"):
				head.locator(".actions-btn-group .dropdown-menu").get_by_text("Receive", exact=True).click()
		states = {case["name"]: case["workflow_state"] for case in petitions_named(subject)}
		self.assertEqual({states[name] for name in before}, {"Received"})

	def test_workspace_counts_and_opens_the_queue(self):
		with self.login("town@pp.test") as page:
			page.goto("/app/unit-work")
			card = page.locator(".number-widget-box", has_text=re.compile("late now", re.I))
			expect(card.locator(".number")).to_have_text("1")
			card.locator(".number").click()
			expect(page.locator(ROW)).to_have_count(1)
			expect(page.locator(ROW).first).to_contain_text("路灯坏了")

	def test_other_town_sees_nothing_of_it(self):
		with self.login("town2@pp.test") as page:
			page.goto("/app/petition")
			page.locator('[data-page-route="List/Petition/List"] .no-result:visible').first.wait_for()
			expect(page.locator(ROW)).to_have_count(0)

	def test_report_opens_its_ledger_lines(self):
		with self.login("office@pp.test") as page:
			page.goto("/app/query-report/Timeliness by Unit")
			number = page.locator(
				'.dt-row:has-text("云江区住建委") a[href*="Petition%20Ledger"], .dt-row:has-text("云江区住建委") a[href*="Petition Ledger"]'
			).first
			expect(number).to_be_visible()
			wanted = int(number.inner_text())
			number.click()
			page.wait_for_url("**/query-report/Petition**Ledger**")
			rows = page.locator('.dt-scrollable .dt-row:has-text("XF-")')
			expect(rows).to_have_count(wanted)


class TestChinese(BrowserTestCase):
	def test_desk_speaks_chinese(self):
		with self.login("leader@pp.test") as page:
			page.goto("/app/petition")
			row = page.locator(ROW, has_text="路灯坏了").first
			expect(row).to_contain_text("天")
			expect(row).not_to_contain_text("days late")
			page.goto("/app/leadership")
			titles = page.locator(".number-widget-box .widget-title")
			expect(titles).to_have_text([re.compile("[\u4e00-\u9fff]")] * 16)
			numbers = page.locator(".number-widget-box .number")
			expect(numbers).to_have_text([re.compile(r"^\s*(—|[\d.,]+%?)\s*$")] * 16)
			charts = page.locator(".dashboard-widget-box .widget-title")
			expect(charts).to_have_text([re.compile("[\u4e00-\u9fff]")] * 4)
			page.goto("/app/query-report/Timeliness by Unit")
			heads = page.locator(".dt-header .dt-cell__content:visible").all_inner_texts
			page.locator(".dt-row-header, .dt-header").first.wait_for()
			for head in heads():
				if head.strip():
					self.assertRegex(head, "[\u4e00-\u9fff]")
