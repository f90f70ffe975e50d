"""A petitioner with a slip and a cheap phone, in Chinese: looks up, tracks, adds a paper, rates, revokes, asks, withdraws."""

import base64
import contextlib
import json

from browser_tests.base import (
	DESKTOP,
	PHONE,
	TIMEOUT,
	BrowserTestCase,
	expect,
	run_on_site,
	setting,
)

PAPER = base64.b64decode(
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def ask(method: str, *args: str):
	return json.loads(json.loads(run_on_site(method, *args)))


def slips(*states: str) -> list[dict]:
	return ask("make_slips", *states)


class PetitionerBrowserTest(BrowserTestCase):
	@contextlib.contextmanager
	def visit(self, viewport: dict = PHONE):
		"""A guest's page in Chinese; script errors on it, and anything the content policy refuses, fail the test."""
		is_phone = viewport is PHONE
		context = self.browser.new_context(
			base_url=setting("PETITION_PROXY_URL"),
			viewport=viewport,
			is_mobile=is_phone,
			has_touch=is_phone,
			locale="zh-CN",
			extra_http_headers={"Accept-Language": "zh-CN,zh;q=0.9"},
		)
		context.set_default_timeout(TIMEOUT)
		errors = []
		try:
			page = context.new_page()
			page.on("pageerror", lambda error: errors.append(str(error)))
			page.on(
				"console",
				lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None,
			)
			yield page
			self.assertEqual(errors, [])
		except BaseException:
			self.keep_picture(context)
			raise
		finally:
			context.close()

	def look_up(self, page, slip: dict) -> None:
		page.goto("/my-petition")
		for field in ("number", "code", "digits"):
			page.fill(f"#{field}", slip[field])
		page.locator("#look-up button[type=submit]").click()
		expect(page.locator("#state")).to_contain_text(slip["number"])

	def assertFits(self, page) -> None:
		wide = page.evaluate("document.documentElement.scrollWidth")
		self.assertLessEqual(wide, page.viewport_size["width"])

	def assertNothingPersonalInAddress(self, page, slip: dict) -> None:
		for word in (slip["number"], slip["code"], slip["digits"]):
			self.assertNotIn(word, page.url)
			self.assertNotIn(word, page.title())


class TestLookUp(PetitionerBrowserTest):
	def test_a_slip_opens_the_case_on_phone_and_desktop(self):
		[slip] = slips("Handling")
		for viewport in (PHONE, DESKTOP):
			with self.visit(viewport) as page:
				page.goto("/my-petition")
				self.assertFits(page)
				for box in page.locator("main button, main input, main a.button").all():
					self.assertGreaterEqual(box.bounding_box()["height"], 48)
				self.look_up(page, slip)
				self.assertNothingPersonalInAddress(page, slip)
				self.assertFits(page)
				expect(page.locator("ol.stages li")).to_have_count(6)
				expect(page.locator("ol.stages li.now")).to_have_count(1)
				expect(page.locator("#due")).not_to_be_empty()
				expect(page.locator("html")).to_have_attribute("lang", "zh")
				self.keep_look(page, f"case {viewport['width']}")

	def test_the_square_code_fills_in_and_leaves_the_address(self):
		[slip] = slips("Registered")
		asked = []
		with self.visit() as page:
			page.on("request", lambda request: asked.append(request.url))
			page.goto(f"/my-petition#{slip['number']}.{slip['code']}")
			expect(page.locator("#number")).to_have_value(slip["number"])
			expect(page.locator("#code")).to_have_value(slip["code"])
			expect(page.locator("#digits")).to_be_focused()
			self.assertNotIn("#", page.url)
			page.keyboard.type(slip["digits"])
			page.keyboard.press("Enter")
			expect(page.locator("#state")).to_contain_text(slip["number"])
		self.assertFalse([url for url in asked if slip["code"] in url])

	def test_another_slip_scanned_leaves_the_case_that_was_open(self):
		first, second = slips("Registered", "Registered")
		with self.visit() as page:
			self.look_up(page, first)
			page.goto("about:blank")
			page.goto(f"/my-petition#{second['number']}.{second['code']}")
			expect(page.locator("#number")).to_have_value(second["number"])
			self.assertNotIn("#", page.url)

	def test_wrong_says_one_thing_and_keeps_what_was_typed(self):
		[slip] = slips("Registered")
		said = set()
		with self.visit() as page:
			for wrong in (
				{"digits": "0000"},
				{"number": "XF-990199-2026-999999"},
				{"code": "2222222222222222"},
			):
				page.goto("/my-petition")
				for field, value in {**slip, **wrong}.items():
					if field != "subject":
						page.fill(f"#{field}", value)
				page.locator("#look-up button[type=submit]").click()
				expect(page.locator("#tell")).to_be_visible()
				said.add(page.locator("#tell").inner_text())
				expect(page.locator("#digits")).to_have_value({**slip, **wrong}["digits"])
			self.assertEqual(len(said), 1)
			page.goto("/my-petition")
			page.locator("#look-up button[type=submit]").click()
			expect(page.locator("#number")).to_have_attribute("aria-invalid", "true")
			expect(page.locator("#number")).to_be_focused()

	def test_after_leaving_neither_back_nor_reload_shows_the_case(self):
		[slip] = slips("Handling")
		with self.visit() as page:
			self.look_up(page, slip)
			page.locator("#leave").click()
			expect(page.locator("#look-up")).to_be_visible()
			page.go_back()
			page.wait_for_load_state()
			expect(page.locator("body")).not_to_contain_text(slip["number"])
			page.goto("/my-petition")
			expect(page.locator("#look-up")).to_be_visible()
			expect(page.locator("#number")).to_have_value("")

	def test_with_the_keyboard_alone(self):
		[slip] = slips("Handling")
		with self.visit(DESKTOP) as page:
			page.goto("/my-petition")
			page.keyboard.press("Tab")
			expect(page.locator(".skip")).to_be_focused()
			page.keyboard.press("Enter")
			page.keyboard.press("Tab")
			expect(page.locator("#number")).to_be_focused()
			for field in ("number", "code", "digits"):
				page.keyboard.type(slip[field])
				page.keyboard.press("Tab")
			page.keyboard.press("Enter")
			expect(page.locator("#state")).to_contain_text(slip["number"])
			summary = page.locator("summary").first
			summary.focus()
			page.keyboard.press("Enter")
			expect(page.locator("#revoke-reason")).to_be_visible()
			page.keyboard.press("Tab")
			expect(page.locator("#revoke-reason")).to_be_focused()

	def test_large_type_and_high_contrast_stay_chosen(self):
		[slip] = slips("Handling")
		with self.visit() as page:
			self.look_up(page, slip)
			for look in ("large", "contrast"):
				page.locator(f"[data-look={look}]").click()
			self.assertFits(page)
			self.keep_look(page, "large and contrast")
			page.reload()
			size = page.evaluate("getComputedStyle(document.documentElement).fontSize")
			self.assertEqual(size, "24px")
			self.assertIn("contrast", page.evaluate("document.documentElement.className"))
			expect(page.locator("[data-look=large]")).to_have_attribute("aria-pressed", "true")


class TestActs(PetitionerBrowserTest):
	def test_adds_a_paper_and_fetches_a_letter(self):
		[slip] = slips("Handling")
		with self.visit() as page:
			self.look_up(page, slip)
			page.locator("#add-paper button").click()
			expect(page.locator("#tell")).to_be_visible()
			page.locator("#file").set_input_files(
				{"name": "张三的身份证.png", "mimeType": "image/png", "buffer": PAPER}
			)
			page.locator("#add-paper button").dblclick()
			expect(page.locator("#tell.good")).to_be_visible()
			expect(page.locator("section[aria-labelledby=papers-head] li")).to_have_count(1)
			expect(page.locator("body")).not_to_contain_text("张三")
			link = page.locator("section[aria-labelledby=letters-head] a").first.get_attribute("href")
			self.assertNotIn(slip["number"], link)
			answer = page.request.get(link)
			self.assertEqual(answer.body()[:4], b"%PDF")
			self.assertIn("no-store", answer.headers.get("cache-control", ""))
		self.assertEqual(ask("ratings_of", slip["number"])["papers"], 1)

	def rate(self, page, number: int, grade: str, reason: str | None = None, words: str = "") -> None:
		part = page.locator("#rate fieldset[data-party]").nth(number)
		part.locator(f"input[value='{grade}']").check()
		if reason:
			part.locator(f"input[value='{reason}']").check()
		if words:
			part.locator("textarea").fill(words)

	def test_rates_unit_and_agent_and_changes_once(self):
		[slip] = slips("Served")
		with self.visit() as page:
			self.look_up(page, slip)
			self.rate(page, 0, "Satisfied", "Quick")
			self.rate(page, 1, "Dissatisfied", "Hard to Reach", "电话打不通")
			self.keep_look(page, "rating")
			page.locator("#rate button[type=submit]").dblclick()
			expect(page.locator("#tell.good")).to_be_visible()
			expect(page.locator("body")).not_to_contain_text("电话打不通")
			self.rate(page, 1, "Basically Satisfied")
			page.locator("#rate button[type=submit]").click()
			expect(page.locator("#tell.good")).to_be_visible()
			expect(
				page.locator("#rate fieldset[data-party]").nth(1).locator("input[type=radio]")
			).to_have_count(0)
			self.assertFits(page)
		unit, agent = ask("ratings_of", slip["number"])["ratings"]
		self.assertEqual(
			(unit["rating"], unit["revision_count"], unit["standard_reasons"]), ("Satisfied", 0, "Quick")
		)
		self.assertEqual((agent["rating"], agent["revision_count"]), ("Basically Satisfied", 1))
		self.assertEqual({unit["channel"], agent["channel"]}, {"Query Code"})

	def test_revokes_the_agent_in_two_steps(self):
		[slip] = slips("Handling")
		with self.visit() as page:
			self.look_up(page, slip)
			form = page.locator("form[data-act=revoke_agent]")
			page.locator("details", has=form).locator("summary").click()
			form.locator("[data-step='1'] button").click()
			expect(page.locator("#revoke-reason")).to_have_attribute("aria-invalid", "true")
			page.fill("#revoke-reason", "自己来办")
			form.locator("[data-step='1'] button").click()
			form.locator("[data-back]").click()
			expect(page.locator("#revoke-reason")).to_have_value("自己来办")
			form.locator("[data-step='1'] button").click()
			form.locator("[data-step='2'] button[type=submit]").dblclick()
			expect(page.locator("#tell.good")).to_be_visible()
			expect(page.locator("form[data-act=revoke_agent]")).to_have_count(0)
		self.assertTrue(ask("ratings_of", slip["number"])["revoked_on"])

	def test_withdraws_in_two_steps_and_not_twice(self):
		[slip] = slips("Handling")
		with self.visit(DESKTOP) as page:
			self.look_up(page, slip)
			form = page.locator("form[data-act=withdraw]")
			page.locator("details", has=form).locator("summary").click()
			page.fill("#withdraw-reason", "问题解决了")
			form.locator("[data-step='1'] button").click()
			form.locator("[data-step='2'] button[type=submit]").dblclick()
			expect(page.locator("#tell.good")).to_be_visible()
			expect(page.locator("form[data-act=withdraw]")).to_have_count(0)
			expect(page.locator("#add-paper")).to_have_count(0)
			self.keep_look(page, "withdrawn")
		self.assertEqual(ask("ratings_of", slip["number"])["workflow_state"], "Withdrawn")

	def test_asks_for_a_review(self):
		[slip] = slips("Served")
		with self.visit() as page:
			self.look_up(page, slip)
			form = page.locator("#review")
			page.locator("details", has=form).locator("summary").click()
			page.fill("#review-reasons", "答复没有回应诉求")
			form.locator("button[type=submit]").dblclick()
			expect(page.locator("#tell.good")).to_be_visible()
			expect(page.locator("#review")).to_have_count(0)
		case = ask("ratings_of", slip["number"])
		self.assertEqual((case["review_status"], case["reviews"]), ("Under Review", 1))

	def test_time_over_in_the_middle_loses_nothing(self):
		slip, other = slips("Handling", "Handling")
		with self.visit() as page:
			self.look_up(page, slip)
			form = page.locator("form[data-act=withdraw]")
			page.locator("details", has=form).locator("summary").click()
			page.fill("#withdraw-reason", "儿子替我办好了")
			form.locator("[data-step='1'] button").click()
			run_on_site("end_tickets")
			form.locator("[data-step='2'] button[type=submit]").click()
			expect(page.locator("#tell a.button")).to_be_visible()
			expect(page.locator("#withdraw-reason")).to_have_value("儿子替我办好了")
			with page.context.expect_page() as opened:
				page.locator("#tell a.button").click()
			again = opened.value
			# another case opened by mistake: the old page does not act on that one
			self.look_up(again, other)
			form.locator("[data-step='2'] button[type=submit]").click()
			expect(page.locator("#tell a.button")).to_be_visible()
			self.look_up_after_leaving(again, slip)
			form.locator("[data-step='2'] button[type=submit]").click()
			expect(page.locator("#tell.good")).to_be_visible()
		self.assertEqual(ask("ratings_of", slip["number"])["workflow_state"], "Withdrawn")
		self.assertEqual(ask("ratings_of", other["number"])["workflow_state"], "Handling")

	def look_up_after_leaving(self, page, slip: dict) -> None:
		page.locator("#leave").click()
		expect(page.locator("#look-up")).to_be_visible()
		self.look_up(page, slip)

	def test_opens_an_account_and_logs_in_with_it(self):
		[slip] = slips("Handling")
		name = f"zeng{slip['code'][:4].lower()}"
		with self.visit() as page:
			self.look_up(page, slip)
			form = page.locator("#account")
			page.locator("details", has=form).locator("summary").click()
			page.fill("#account-name", name)
			page.fill("#account-password", "qingxi-liuwan-2026")
			page.fill("#account-again", "qingxi-liuwan-2027")
			form.locator("button[type=submit]").click()
			expect(page.locator("#tell")).to_be_visible()
			page.fill("#account-again", "qingxi-liuwan-2026")
			form.locator("button[type=submit]").click()
			expect(page.locator("#tell.good")).to_be_visible()
			page.locator("#leave").click()
			expect(page.locator("#look-up")).to_be_visible()
			answer = page.request.post("/api/method/login", form={"usr": name, "pwd": "qingxi-liuwan-2026"})
			self.assertTrue(answer.ok)
			page.goto("/my-petitions")
			button = page.locator("button[data-petition]")
			expect(button).to_have_count(1)
			self.assertFits(page)
			button.dblclick()
			expect(page.locator("#state")).to_contain_text(slip["number"])
			self.assertNothingPersonalInAddress(page, slip)


class TestRatingLink(PetitionerBrowserTest):
	def test_rates_once_and_never_again(self):
		[slip] = slips("Served")
		token = ask("make_rating_link", slip["number"])
		with self.visit() as page:
			page.goto(f"/rate#{token}")
			expect(page.locator("#rate fieldset[data-party]")).to_have_count(2)
			self.assertNotIn(token, page.url)
			expect(page.locator("body")).not_to_contain_text(slip["number"])
			for number in (0, 1):
				page.locator("#rate fieldset[data-party]").nth(number).locator(
					"input[value=Satisfied]"
				).check()
			self.keep_look(page, "link")
			self.assertFits(page)
			page.locator("#rate button[type=submit]").dblclick()
			expect(page.locator("#tell.good")).to_be_visible()
			page.goto("about:blank")
			page.goto(f"/rate#{token}")
			expect(page.locator("#tell")).to_be_visible()
			expect(page.locator("#rating")).to_be_hidden()
			used = page.locator("#tell").inner_text()
			page.goto("about:blank")
			page.goto("/rate#" + "A" * 43)
			expect(page.locator("#tell")).to_have_text(used)
			page.goto("about:blank")
			page.goto("/rate")
			expect(page.locator("#tell")).to_have_text(used)
		rows = ask("ratings_of", slip["number"])["ratings"]
		self.assertEqual({row["channel"] for row in rows}, {"Rating Link"})
		self.assertEqual([row["revision_count"] for row in rows], [0, 0])


class TestAgentsDevice(PetitionerBrowserTest):
	def test_the_agents_phone_gives_no_petitioners_word(self):
		[slip] = slips("Served")
		with self.login("agent@pp.test", PHONE) as page:
			marks = [c for c in page.context.cookies() if c["name"] == "petition_device"]
			self.assertTrue(marks and marks[0]["httpOnly"], "the login left no mark on the device")
			page.request.post("/api/method/logout")
			self.look_up(page, slip)
			page.locator("#rate fieldset[data-party]").nth(1).locator("input[value=Satisfied]").check()
			page.locator("#rate button[type=submit]").click()
			expect(page.locator("#tell")).to_be_visible()
			expect(page.locator("#tell.good")).to_have_count(0)
		self.assertEqual(ask("ratings_of", slip["number"])["ratings"], [])

	def test_cookies_are_hidden_from_scripts_and_other_sites(self):
		[slip] = slips("Handling")
		with self.visit() as page:
			self.look_up(page, slip)
			cookie = next(c for c in page.context.cookies() if c["name"] == "petition_case")
			self.assertTrue(cookie["httpOnly"])
			self.assertEqual(cookie["sameSite"], "Strict")
			self.assertNotIn("petition_case", page.evaluate("document.cookie"))
			answer = page.request.post(
				"/api/method/petition_proxy.api.petitioner.withdraw", data={"reason": "x"}
			)
			self.assertEqual(answer.status, 403)
		self.assertEqual(ask("ratings_of", slip["number"])["workflow_state"], "Handling")
