"""An agent at a kitchen table and a petitioner, each with a small phone."""

import re
import uuid

from browser_tests.base import PHONE, BrowserTestCase, expect, petitions_named, setting

SUBJECT = f"村口井盖丢了 {uuid.uuid4().hex[:6]}"


def type_in(page, field, text: str) -> None:
	"""Type as a person does, who looks and types again when a redraw of the form took the text away."""
	for _attempt in range(5):
		field.fill(text)
		field.blur()
		page.wait_for_timeout(300)
		if field.input_value() == text:
			break
	expect(field).to_have_value(text)


def control(page, field: str):
	return page.locator(f'.web-form .frappe-control[data-fieldname="{field}"]')


class TestPetitionerFilesFromAPhone(BrowserTestCase):
	"""Who files alone uses the plain form; agents have a page of their own (test_agent_files)."""

	def test_files_once_and_learns_number_and_next_step(self):
		with self.login("petitioner@pp.test", PHONE) as page:
			page.goto("/file-petition/new")
			expect(control(page, "village").locator("select")).to_have_value("990199101201")
			expect(control(page, "agreement_signature")).to_have_count(0)
			type_in(page, control(page, "subject").locator("input"), SUBJECT)
			type_in(page, control(page, "content").locator("textarea"), "井盖丢了一个月，晚上很危险。")
			self.assertFits(page)
			button = page.locator(".web-form .submit-btn")
			self.assertGreaterEqual(button.bounding_box()["height"], 44)
			button.dblclick()
			message = page.locator(".success-page .success-message")
			expect(message).to_contain_text("XF-990199-")
			expect(message).to_contain_text("The petition office now gives it to the unit in charge.")
			number = page.locator(".petition-number").inner_text()
			self.assertFits(page)

			page.goto("/file-petition/list")
			expect(page.locator(f'tr[id="{number}"]')).to_contain_text(SUBJECT)
			self.assertFits(page)

		cases = petitions_named(SUBJECT)
		self.assertEqual(len(cases), 1, "a double tap filed twice")
		self.assertEqual(cases[0]["name"], number)
		self.assertEqual(cases[0]["workflow_state"], "Registered")
		self.assertFalse(cases[0]["agent"] or cases[0]["agreement"])

	def test_visitor_must_log_in(self):
		context = self.browser.new_context(base_url=setting("PETITION_PROXY_URL"), viewport=PHONE)
		self.addCleanup(context.close)
		page = context.new_page()
		page.goto("/file-petition/new")
		expect(page.get_by_role("heading", name="Not Permitted")).to_be_visible()
		expect(page.locator(".web-form")).to_have_count(0)

	def assertFits(self, page) -> None:
		"""Nothing has to be scrolled sideways."""
		wide = page.evaluate("document.documentElement.scrollWidth")
		self.assertLessEqual(wide, PHONE["width"])


class TestPetitionerRates(BrowserTestCase):
	def test_rates_the_served_petition_once(self):
		with self.login("petitioner@pp.test", PHONE) as page:
			page.goto("/rate-petition/new")
			select = control(page, "petition").locator("select")
			option = select.locator("option", has_text="缴费点已恢复").get_attribute("value")
			select.select_option(option)
			choice = page.locator('.rating-choice [data-rating="Dissatisfied"]')
			self.assertGreaterEqual(choice.bounding_box()["height"], 44)
			choice.click()
			expect(choice).to_have_attribute("aria-pressed", "true")
			# the form redraws what depends on the rating; a person is slower than that
			expect(control(page, "reasons").locator(".control-label")).to_have_class(re.compile("reqd"))
			type_in(page, control(page, "reasons").locator("textarea"), "等了太久")
			page.locator(".web-form .submit-btn").click()
			expect(page.locator(".success-page .success-message")).to_be_visible()

			page.goto("/rate-petition/list")
			row = page.locator(".web-list-table tbody tr").first
			expect(row).to_contain_text("Dissatisfied")
			expect(row).to_contain_text(option)
