"""An agent files a petition at a kitchen table, with a small phone, a bad network and interruptions."""

import base64
import json
import re
import uuid

from playwright.sync_api import Page, Route

from browser_tests.base import PASSWORD, PHONE, BrowserTestCase, expect, petitions_named, run_on_site, setting

AGENT = "agent@pp.test"
CHINESE = "zh-agent@pp.test"
PIXELS = base64.b64decode(
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SCRIPT = "<img src=x onerror=window.hurt=1><script>window.hurt=1</script>"
SAVE, FILE, ADD = "filing.save_draft", "filing.file_petition", "filing.add_paper"


def answer_of(method: str) -> str:
	return f"**/api/method/petition_proxy.api.{method}"


class FilingTestCase(BrowserTestCase):
	def setUp(self):
		super().setUp()
		run_on_site("forget_drafts")
		self.subject = f"村口井盖丢了 {uuid.uuid4().hex[:6]}"

	# what a person does

	def begin(self, page: Page) -> None:
		page.goto("/agent/file")
		self.expect_step(page, "who")

	def expect_step(self, page: Page, step: str) -> None:
		expect(page.locator(f'[data-step="{step}"]')).to_be_visible()
		expect(page.locator(f'[data-step="{step}"] h2')).to_be_focused()

	def next(self, page: Page, step: str) -> None:
		page.locator('[data-act="next"]:visible').click()
		self.expect_step(page, step)

	def who(self, page: Page, name: str = "赵大爷") -> None:
		page.locator("#new_petitioner_name").fill(name)
		page.locator("#new_petitioner_phone").fill("139 1234 5678")

	def what(self, page: Page, subject: str | None = None) -> None:
		page.locator('[name="petition_kind"][value="Appeal and Request"]').check()
		page.locator("#subject").fill(subject or self.subject)
		page.locator("#content").fill("村口的井盖丢了一个月，晚上很危险。")
		page.locator("#request_text").fill("请把井盖补上。")

	def photo(self, page: Page, field: str = "#camera") -> None:
		page.locator(field).set_input_files(
			{"name": "赵大爷.png", "mimeType": "image/png", "buffer": PIXELS + uuid.uuid4().bytes}
		)

	def sign(self, page: Page) -> None:
		page.locator("#powers_agreed").check()
		pad = page.locator("#pad")
		pad.scroll_into_view_if_needed()
		box = pad.bounding_box()
		page.mouse.move(box["x"] + 30, box["y"] + 40)
		page.mouse.down()
		for step in range(1, 8):
			page.mouse.move(box["x"] + 30 + 25 * step, box["y"] + 40 + (step % 2) * 40)
		page.mouse.up()
		expect(page.locator("#pad-state")).not_to_be_empty()

	def to_review(self, page: Page, with_photo: bool = False) -> None:
		"""From the first step to the last, all filled in."""
		self.who(page)
		self.next(page, "where")
		self.next(page, "what")
		self.what(page)
		self.next(page, "papers")
		if with_photo:
			self.photo(page)
			expect(page.locator("#paper-list .note")).to_have_text(re.compile("Sent|已"))
		self.next(page, "signature")
		self.sign(page)
		self.next(page, "review")

	def file(self, page: Page) -> str:
		page.locator("#file").click()
		return self.number(page)

	def number(self, page: Page) -> str:
		number = page.locator("#done-number")
		expect(number).to_have_text(re.compile(r"^XF-990199-\d{4}-\d{6}$"))
		return number.inner_text()

	# what must hold

	def assert_one(self, subject: str | None = None) -> dict:
		cases = petitions_named(subject or self.subject)
		self.assertEqual(len(cases), 1)
		self.assertEqual(cases[0]["workflow_state"], "Registered")
		return cases[0]

	def drafts(self) -> list[dict]:
		return json.loads(json.loads(run_on_site("drafts_of", AGENT)))

	def papers(self, name: str) -> list[dict]:
		return json.loads(json.loads(run_on_site("papers_of", name)))

	def assert_fits(self, page: Page) -> None:
		self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), PHONE["width"])
		small = page.evaluate(
			"""() => [...document.querySelectorAll(`main button, main .button, main select, main label.tick,
				main .choice label, main input:not([type=checkbox]):not([type=radio]):not([type=file]), nav a`)]
				.filter((one) => one.offsetParent && one.getBoundingClientRect().height < 48)
				.map((one) => one.outerHTML.slice(0, 80))"""
		)
		self.assertEqual(small, [])


class TestWholeFiling(FilingTestCase):
	def test_files_with_photo_and_signature_step_by_step(self):
		with self.login(AGENT, PHONE) as page:
			self.begin(page)
			for step in ("who", "where", "what", "papers", "signature", "review"):
				self.assert_fits(page)
				if step == "who":
					expect(page.locator("#progress")).to_have_text("Step 1 of 5")
					self.who(page)
				if step == "what":
					self.what(page)
				if step == "papers":
					self.photo(page)
					expect(page.locator("#paper-list .note")).to_have_text("Sent")
					self.assert_fits(page)
				if step == "signature":
					self.sign(page)
				self.keep_look(page, step)
				if step != "review":
					following = {"who": "where", "where": "what", "what": "papers", "papers": "signature"}
					self.next(page, following.get(step, "review"))
			overview = page.locator("#overview")
			for text in ("赵大爷", "柳湾村", self.subject, "A problem to be solved", "1 papers"):
				expect(overview).to_contain_text(text)
			number = self.file(page)
			expect(page.locator("#done-code")).to_have_text(re.compile(r"^[2-9A-Z-]{19}$"))
			self.assert_fits(page)
			self.keep_look(page, "done")
			code = page.locator("#done-code").inner_text()
			page.locator("#done-receipt").click()
			expect(page.locator(".slip")).to_contain_text(number)
			expect(page.locator(".slip")).to_contain_text(code)
			self.assertTrue(page.locator(".slip img").evaluate("(one) => one.naturalWidth > 50"))
			self.assert_fits(page)
			self.keep_look(page, "receipt")
			self.assertNotIn(number, page.title())
			kept = page.evaluate("Object.keys(localStorage).filter((one) => one.includes('filing'))")
			self.assertEqual(kept, [], "the phone keeps what was filed")
		case = self.assert_one()
		self.assertEqual((case["name"], case["masked_phone"]), (number, "139****5678"))
		self.assertTrue(case["agreement"])
		papers = self.papers(number)
		self.assertEqual(len(papers), 1)
		self.assertTrue(papers[0]["is_private"])
		self.assertNotIn("赵", papers[0]["file_name"])
		self.assertEqual(self.drafts(), [])

	def test_in_chinese_with_photo_of_the_signed_paper(self):
		with self.login(CHINESE, PHONE) as page:
			self.begin(page)
			expect(page.locator("html")).to_have_attribute("lang", "zh")
			self.who(page, "钱婆婆")
			self.next(page, "where")
			self.next(page, "what")
			self.what(page)
			self.next(page, "papers")
			self.next(page, "signature")
			page.locator("#powers_agreed").check()
			self.photo(page, "#scan")
			expect(page.locator("#scan-list img")).to_be_visible()
			self.assert_fits(page)
			self.keep_look(page, "signature")
			self.next(page, "review")
			self.assert_fits(page)
			number = self.file(page)
			self.keep_look(page, "done")
		self.assertEqual(self.assert_one()["name"], number)
		self.assertEqual([paper["attached_to_field"] for paper in self.papers(number)], ["agreement_scan"])

	def test_own_script_of_the_first_view_is_small(self):
		with self.login(AGENT, PHONE) as page:
			sizes = {}
			page.on("response", lambda one: sizes.__setitem__(one.url, one))
			self.begin(page)
			scripts = [one for url, one in sizes.items() if url.split("?")[0].endswith(".js")]
			self.assertTrue(scripts)
			self.assertTrue(all("/assets/petition_proxy/" in one.url for one in scripts))
			self.assertLess(sum(len(one.body()) for one in scripts), 150_000)
			hosts = {url.split("/")[2] for url in sizes if url.startswith("http")}
			self.assertEqual(hosts, {setting("PETITION_PROXY_URL").split("/")[2]})

	def test_what_is_missing_is_said_beside_the_field(self):
		with self.login(AGENT, PHONE) as page:
			self.begin(page)
			page.locator('[data-act="next"]:visible').click()
			expect(page.locator("#new_petitioner_name-problem")).to_be_visible()
			expect(page.locator("#new_petitioner_name")).to_be_focused()
			page.locator("#new_petitioner_name").fill("赵大爷")
			page.locator("#new_petitioner_phone").fill("123")
			page.locator('[data-act="next"]:visible').click()
			expect(page.locator("#new_petitioner_phone")).to_be_focused()
			expect(page.locator("#new_petitioner_phone")).to_have_attribute("aria-invalid", "true")
			page.locator("#new_petitioner_phone").fill("")
			page.locator("#new_petitioner_id_number").fill("11010519491231002X")
			self.next(page, "where")
			self.next(page, "what")
			page.locator('[data-act="next"]:visible').click()
			expect(page.locator("#petition_kind-problem")).to_be_visible()
			self.what(page)
			self.next(page, "papers")
			self.next(page, "signature")
			page.locator('[data-act="next"]:visible').click()
			expect(page.locator("#powers_agreed-problem")).to_be_visible()
			expect(page.locator("#agreement_signature-problem")).to_be_visible()
			self.keep_look(page, "problems")
		self.assertEqual(petitions_named(self.subject), [])

	def test_agents_are_led_from_the_old_form(self):
		with self.login(AGENT, PHONE) as page:
			page.goto("/file-petition/new")
			self.assertTrue(page.url.split("#")[0].endswith("/agent/file"), page.url)
			self.expect_step(page, "who")

	def test_visitor_must_log_in(self):
		context = self.browser.new_context(base_url=setting("PETITION_PROXY_URL"), viewport=PHONE)
		self.addCleanup(context.close)
		page = context.new_page()
		page.goto("/agent/file")
		self.assertIn("/login", page.url)


class TestInterruptions(FilingTestCase):
	def test_network_cut_in_the_middle(self):
		with self.login(AGENT, PHONE) as page:
			self.begin(page)
			self.who(page)
			self.next(page, "where")
			page.context.set_offline(True)
			self.next(page, "what")
			self.what(page)
			self.next(page, "papers")
			self.photo(page)
			expect(page.locator("#paper-list .bad")).to_be_visible()
			self.next(page, "signature")
			self.sign(page)
			self.next(page, "review")
			expect(page.locator("#saved")).to_contain_text("Kept on this phone")
			page.locator("#file").click()
			expect(page.locator("#tell")).to_be_visible()
			self.keep_look(page, "offline")
			self.assertEqual(petitions_named(self.subject), [])
			page.context.set_offline(False)
			expect(page.locator("#file")).to_be_enabled()
			number = self.file(page)
		self.assert_one()
		self.assertEqual(len(self.papers(number)), 1, "the photo taken without a network was lost")

	def test_crash_without_network_and_photo_in_hand(self):
		"""The page is closed while nothing could be sent; the phone alone holds text and photo."""
		with self.login(AGENT, PHONE) as page:
			self.begin(page)
			self.who(page)
			self.next(page, "where")
			expect(page.locator("#saved")).to_contain_text("Saved")
			page.context.set_offline(True)
			self.next(page, "what")
			self.what(page)
			self.next(page, "papers")
			self.photo(page)
			expect(page.locator("#paper-list .bad")).to_be_visible()
			page.wait_for_timeout(600)
			page.close(run_before_unload=False)
			page = self.open_page(page)
			page.context.set_offline(False)
			page.goto("/agent/file")
			expect(page.locator("#drafts")).to_contain_text("on this phone only")
			self.assert_fits(page)
			self.keep_look(page, "drafts")
			page.locator("#drafts").get_by_role("button", name="Go On").click()
			self.expect_step(page, "papers")
			expect(page.locator("#paper-list .note")).to_have_text("Sent")
			self.next(page, "signature")
			self.sign(page)
			self.next(page, "review")
			expect(page.locator("#overview")).to_contain_text(self.subject)
			number = self.file(page)
		self.assert_one()
		self.assertEqual(len(self.papers(number)), 1)

	def open_page(self, closed: Page) -> Page:
		return closed.context.new_page()

	def test_reload_and_browser_back(self):
		with self.login(AGENT, PHONE) as page:
			self.begin(page)
			self.who(page)
			self.next(page, "where")
			self.next(page, "what")
			self.what(page)
			page.wait_for_timeout(600)
			page.reload()
			self.expect_step(page, "what")
			expect(page.locator("#subject")).to_have_value(self.subject)
			page.go_back()
			self.expect_step(page, "where")
			page.go_back()
			self.expect_step(page, "who")
			expect(page.locator("#new_petitioner_name")).to_have_value("赵大爷")
			page.go_forward()
			self.expect_step(page, "where")
			page.go_forward()
			self.expect_step(page, "what")
			expect(page.locator("#content")).to_have_value(re.compile("井盖"))
			self.next(page, "papers")
			self.next(page, "signature")
			self.sign(page)
			page.locator('[data-act="back"]:visible').click()
			self.expect_step(page, "papers")
			self.next(page, "signature")
			expect(page.locator("#pad-state")).not_to_be_empty()
			self.next(page, "review")
			self.file(page)
			page.go_back()
			self.number(page)
		self.assert_one()

	def test_double_tap_files_once(self):
		with self.login(AGENT, PHONE) as page:
			self.begin(page)
			self.to_review(page)
			page.locator("#file").dblclick()
			self.number(page)
		self.assert_one()

	def test_requests_at_the_same_moment_file_once(self):
		"""Three windows, or a phone gone wild: the row's lock lets one file, the others get its number."""
		with self.login(AGENT, PHONE) as page:
			self.begin(page)
			self.to_review(page, with_photo=True)
			expect(page.locator("#saved")).to_contain_text("Saved")
			page.wait_for_load_state("networkidle")
			names = page.evaluate(
				"""() => {
					const key = location.hash.split("/")[1];
					const post = petition_portal.post;
					return post("filing.open_draft", { client_key: key }).then((draft) =>
						Promise.all([1, 2, 3].map(() =>
							post("filing.file_petition", { client_key: key, version: draft.version })
								.catch((problem) => ({ name: JSON.stringify(problem) }))
						))
					).then((all) => all.map((one) => one.name));
				}"""
			)
		self.assertEqual(len(set(names)), 1)
		self.assertEqual(self.assert_one()["name"], names[0])
		self.assertEqual(len(self.papers(names[0])), 1)

	def test_lost_answer_and_second_try(self):
		with self.login(AGENT, PHONE) as page:
			self.begin(page)
			self.to_review(page, with_photo=True)
			lost = []

			def lose(route: Route) -> None:
				route.fetch()
				lost.append(route.request.url)
				route.abort()

			page.route(answer_of(FILE), lose, times=1)
			page.locator("#file").click()
			expect(page.locator("#tell")).to_contain_text("nothing is filed twice")
			self.assertEqual(len(lost), 1)
			filed = petitions_named(self.subject)
			self.assertEqual(len(filed), 1, "the server did not get it")
			number = self.file(page)
			self.assertEqual(number, filed[0]["name"])
		self.assert_one()
		self.assertEqual(len(self.papers(number)), 1)

	def test_lost_answers_of_saves_and_photos(self):
		with self.login(AGENT, PHONE) as page:
			self.begin(page)

			def lose(route: Route) -> None:
				route.fetch()
				route.abort()

			page.route(answer_of(SAVE), lose, times=1)
			page.route(answer_of(ADD), lose, times=1)
			self.who(page)
			self.next(page, "where")
			expect(page.locator("#saved")).to_contain_text("Kept on this phone")
			self.next(page, "what")
			expect(page.locator("#saved")).to_contain_text("Saved on the server")
			self.what(page)
			self.next(page, "papers")
			self.photo(page)
			expect(page.locator("#paper-list .bad")).to_be_visible()
			page.get_by_role("button", name="Try Again").click()
			expect(page.locator("#paper-list .note")).to_have_text("Sent")
			self.next(page, "signature")
			self.sign(page)
			self.next(page, "review")
			number = self.file(page)
		self.assert_one()
		self.assertEqual(len(self.papers(number)), 1, "a photo was kept twice")

	def test_expired_session_in_mid_form(self):
		with self.login(AGENT, PHONE) as page:
			self.begin(page)
			self.who(page)
			self.next(page, "where")
			expect(page.locator("#saved")).to_contain_text("Saved")
			run_on_site("end_sessions", AGENT)
			self.next(page, "what")
			self.what(page)
			self.next(page, "papers")
			expect(page.locator("#tell")).to_contain_text("logged out")
			self.photo(page)
			expect(page.locator("#paper-list .bad")).to_be_visible()
			self.keep_look(page, "logged out")
			self.log_in_again(page)
			page.get_by_role("button", name="Try Again").click()
			expect(page.locator("#paper-list .note")).to_have_text("Sent")
			self.next(page, "signature")
			self.sign(page)
			self.next(page, "review")
			number = self.file(page)
		self.assert_one()
		self.assertEqual(len(self.papers(number)), 1)

	def test_lost_cookies_in_mid_form(self):
		with self.login(AGENT, PHONE) as page:
			self.begin(page)
			self.to_review(page)
			page.wait_for_load_state("networkidle")  # an answer on its way would bring the cookies back
			page.context.clear_cookies()
			page.locator("#file").click()
			expect(page.locator("#tell")).to_contain_text("logged out")
			self.assertEqual(petitions_named(self.subject), [])
			self.log_in_again(page)
			self.file(page)
		self.assert_one()

	def test_somebody_else_logged_in_meanwhile(self):
		"""The page of one agent never writes into the account of another."""
		with self.login(AGENT, PHONE) as page:
			self.begin(page)
			self.to_review(page)
			page.wait_for_load_state("networkidle")  # an answer on its way would bring the cookies back
			page.context.clear_cookies()
			self.log_in_again(page, CHINESE)
			page.locator("#file").click()
			expect(page.locator("#tell")).to_contain_text("Somebody else")
			self.assertEqual(petitions_named(self.subject), [])
			page.context.clear_cookies()
			self.log_in_again(page)
			self.file(page)
		self.assert_one()

	def log_in_again(self, page: Page, user: str = AGENT) -> None:
		"""In another window of the same browser."""
		answer = page.context.request.post("/api/method/login", form={"usr": user, "pwd": PASSWORD})
		self.assertTrue(answer.ok, answer.status)

	def test_logout_leaves_nothing_on_the_phone(self):
		with self.login(AGENT, PHONE) as page:
			self.begin(page)
			self.who(page)
			self.next(page, "where")
			expect(page.locator("#saved")).to_contain_text("Saved")
			page.locator('nav a[href*="logout"]').click()
			page.wait_for_url(re.compile(r"/(login|petition-proxy|index|\?cmd|$)"))
			kept = page.evaluate("Object.keys(localStorage).filter((one) => one.includes('own:'))")
			self.assertEqual(kept, [])
		self.assertEqual(len(self.drafts()), 1, "the draft on the server went as well")


class TestTwoPages(FilingTestCase):
	def two_pages(self, page: Page) -> Page:
		"""A draft on the server, open in a second window too."""
		self.begin(page)
		self.who(page)
		self.next(page, "where")
		expect(page.locator("#saved")).to_contain_text("Saved")
		other = page.context.new_page()
		other.goto(page.url)
		self.expect_step(other, "where")
		return other

	def test_the_later_save_is_told_and_may_load_the_other(self):
		with self.login(AGENT, PHONE) as page:
			other = self.two_pages(page)
			page.locator("#address_text").fill("先写的地址")
			self.next(page, "what")
			expect(page.locator("#saved")).to_contain_text("Saved")
			other.locator("#address_text").fill("后写的地址")
			other.locator('[data-act="next"]:visible').click()
			expect(other.locator("#conflict")).to_contain_text("changed on another phone or page")
			self.assert_fits(other)
			self.keep_look(other, "conflict")
			other.locator("#load-theirs").click()
			expect(other.locator("#filing")).to_be_visible()
			expect(other.locator("#address_text")).to_have_value("先写的地址")
		self.assertEqual([draft["address_text"] for draft in self.drafts()], ["先写的地址"])

	def test_the_later_save_may_go_on_as_a_new_draft(self):
		with self.login(AGENT, PHONE) as page:
			other = self.two_pages(page)
			self.next(page, "what")
			self.next_with_photo(page)
			other.locator("#address_text").fill("后写的地址")
			other.locator('[data-act="next"]:visible').click()
			expect(other.locator("#conflict")).to_be_visible()
			other.locator("#keep-mine").click()
			expect(other.locator("#filing")).to_be_visible()
			expect(other.locator("#address_text")).to_have_value("后写的地址")
			expect(other.locator("#saved")).to_contain_text("Saved")
		found = {draft["address_text"]: draft for draft in self.drafts()}
		self.assertEqual(set(found), {None, "后写的地址"})
		self.assertEqual([draft["papers"] for draft in found.values()], [1, 1], "a copy lacks the photos")

	def next_with_photo(self, page: Page) -> None:
		self.what(page)
		self.next(page, "papers")
		self.photo(page)
		expect(page.locator("#paper-list .note")).to_have_text("Sent")

	def test_what_was_read_over_is_what_is_filed(self):
		"""Changed on another page after reading: nothing is filed before it has been read again."""
		with self.login(AGENT, PHONE) as page:
			self.begin(page)
			self.to_review(page)
			expect(page.locator("#saved")).to_contain_text("Saved")
			other = page.context.new_page()
			other.goto(page.url.replace("#review", "#where"))
			self.expect_step(other, "where")
			other.locator("#address_text").fill("别处改的地址")
			self.next(other, "what")
			expect(other.locator("#saved")).to_contain_text("Saved")
			page.locator("#file").click()
			expect(page.locator("#conflict")).to_be_visible()
			self.assertEqual(petitions_named(self.subject), [])
			page.locator("#load-theirs").click()
			expect(page.locator("#filing")).to_be_visible()
			self.expect_step(page, "review")
			expect(page.locator("#overview")).to_contain_text("别处改的地址")
			self.file(page)
		self.assert_one()

	def test_filed_on_the_other_page(self):
		with self.login(AGENT, PHONE) as page:
			self.begin(page)
			self.to_review(page)
			other = page.context.new_page()
			other.goto(page.url)
			self.expect_step(other, "review")
			number = self.file(page)
			other.locator("#file").click()
			self.assertEqual(self.number(other), number)
		self.assert_one()


class TestHostileText(FilingTestCase):
	def test_script_in_every_field_is_shown_as_text(self):
		with self.login(AGENT, PHONE) as page:
			self.begin(page)
			self.who(page, SCRIPT)
			self.next(page, "where")
			page.locator("#address_text").fill(SCRIPT)
			self.next(page, "what")
			self.what(page, f"{self.subject} <b>")
			page.locator("#content").fill(SCRIPT)
			page.locator("#request_text").fill(SCRIPT)
			self.next(page, "papers")
			page.wait_for_timeout(600)
			page.goto("/agent/file")
			expect(page.locator("#drafts h3")).to_be_visible()
			page.locator("#drafts").get_by_role("button", name="Go On").click()
			self.expect_step(page, "papers")
			self.next(page, "signature")
			self.sign(page)
			self.next(page, "review")
			expect(page.locator("#overview dd", has_text=SCRIPT)).to_have_count(4)
			self.file(page)
			page.locator("#done-receipt").click()
			expect(page.locator(".slip")).to_contain_text(self.subject)
			self.assertIsNone(page.evaluate("window.hurt || null"))
			page.goto("/file-petition/list")
			expect(page.locator("body")).to_contain_text(self.subject)
			self.assertIsNone(page.evaluate("window.hurt || null"))
