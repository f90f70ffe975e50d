"""The public directory as a phone without a login shows it, and the coverage map at the desk."""

from playwright.sync_api import expect

from browser_tests.base import PHONE, TIMEOUT, BrowserTestCase, setting


class TestDirectory(BrowserTestCase):
	def guest(self, **options):
		context = self.browser.new_context(
			base_url=setting("PETITION_PROXY_URL"), viewport=PHONE, is_mobile=True, has_touch=True, **options
		)
		self.addCleanup(context.close)
		context.set_default_timeout(TIMEOUT)
		return context.new_page()

	def test_guest_finds_an_agent_without_javascript(self):
		page = self.guest(java_script_enabled=False)
		page.goto("/agent-directory")
		page.locator("#q").fill("柳湾")
		page.locator("form[role=search] button").click()
		expect(page.locator("h2#village")).to_contain_text("柳湾村")
		expect(page.locator("section[aria-labelledby=agents] h3").first).to_be_visible()
		expect(page.locator("#near")).to_be_hidden()

	def test_nothing_is_wider_than_the_phone_or_from_elsewhere(self):
		page = self.guest()
		hosts = set()
		page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
		for query in ("", "?q=清溪", "?town=清溪镇&village=柳湾村"):
			page.goto(f"/agent-directory{query}")
			self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), PHONE["width"])
		self.assertEqual(hosts, {setting("PETITION_PROXY_URL").split("/")[2]})

	def test_refused_place_leads_back_to_the_name(self):
		page = self.guest(permissions=[])
		page.goto("/agent-directory")
		page.locator("#near-button").click()
		expect(page.locator("#near-status")).not_to_be_empty()
		expect(page.locator("#q")).to_be_visible()


class TestMap(BrowserTestCase):
	def test_map_and_its_questions_open(self):
		with self.login("office@pp.test") as page:
			page.goto("/app/coverage-map")
			expect(page.locator(".coverage-numbers dl")).to_be_visible()
			expect(page.locator(".coverage-map canvas")).to_be_visible()
			page.get_by_role("button", name="Where to Recruit").click()
			expect(page.locator(".modal.show .modal-content")).to_be_visible()
