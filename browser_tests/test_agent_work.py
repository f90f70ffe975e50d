"""An agent on the way with a small phone: what waits, telling, handing over with and without a network."""

import json
import re
import uuid

from browser_tests.base import PASSWORD, PHONE, BrowserTestCase, expect, petitions_named, run_on_site, setting

AGENT, OTHER = "agent@pp.test", "agent2@pp.test"
PHOTO = {
	"name": "IMG_0001.png",
	"mimeType": "image/png",
	"buffer": bytes.fromhex(
		"89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6364f8cf50"
		"0f000386018056a35a7c0000000049454e44ae426082"
	),
}


class AgentWorkTestCase(BrowserTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		run_on_site("prepare_agent_work")

	def case(self, state: str = "Replied") -> str:
		"""A case of the agent, made for this test."""
		self.subject = f"水渠坏了 {uuid.uuid4().hex[:6]}"
		return json.loads(json.loads(run_on_site("make_agent_case", self.subject, state)))

	def facts(self, case: str) -> dict:
		return json.loads(json.loads(run_on_site("agent_case_facts", case)))

	def open(self, page, path: str) -> None:
		page.goto(path)
		expect(page.locator("main h1")).to_be_visible()
		self.assertFits(page)

	def assertFits(self, page) -> None:
		"""Nothing to scroll sideways, and every target large enough for an old thumb."""
		self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), PHONE["width"])
		small = page.evaluate(
			"""() => Array.from(document.querySelectorAll(
				'main a, main button, main input:not([type=hidden]):not([type=checkbox]):not([type=radio]), main select, main textarea, main summary, main label.tick, .choice label'
			)).filter((node) => node.offsetParent).map((node) => [node.outerHTML.slice(0, 90), node.getBoundingClientRect().height])
			.filter((pair) => pair[1] < 48)"""
		)
		self.assertEqual(small, [])
		ids = page.evaluate("Array.from(document.querySelectorAll('[id]')).map((node) => node.id)")
		self.assertEqual(len(ids), len(set(ids)))

	def sign(self, page) -> None:
		pad = page.locator("#sign")
		pad.scroll_into_view_if_needed()
		box = pad.bounding_box()
		page.mouse.move(box["x"] + 30, box["y"] + 40)
		page.mouse.down()
		for step in range(1, 9):
			page.mouse.move(box["x"] + 30 + 22 * step, box["y"] + 40 + (step % 2) * 30)
		page.mouse.up()

	def choose(self, page, way: str) -> None:
		page.locator(f'#deliver-form [name=way][value="{way}"]').check()

	def submit(self, page) -> None:
		page.locator("#deliver-form button[type=submit]").click()

	def told(self, page):
		return page.locator("#tell")


class TestWork(AgentWorkTestCase):
	def test_counts_agree_with_the_database_and_login_leads_here(self):
		case = self.case()
		with self.login(AGENT, PHONE) as page:
			self.open(page, "/agent")
			counts = json.loads(json.loads(run_on_site("agent_work_counts", AGENT)))
			for part, count in counts.items():
				badge = page.locator(f'[data-part="{part}"] [data-count]')
				expect(badge).to_have_text(str(count))
			self.assertGreater(counts["tell"], 0)
			self.assertGreater(counts["deliver"], 0)
			self.keep_look(page, "my work en")
			page.goto("/login")
			self.open(page, "/agent/cases")
			page.locator("#q").fill(self.subject)
			page.locator("#search button[type=submit]").click()
			expect(page.locator("#found a.row")).to_have_count(1)
			self.assertNotIn("q=", page.url)
			page.locator("#found a.row").click()
			expect(page.locator("#subject")).to_have_text(self.subject)
			self.assertIn(case, page.url)
			self.assertFits(page)
			self.keep_look(page, "case en")
			page.go_back()
			expect(page.locator("#found a.row")).to_have_count(1)

	def test_in_chinese_as_well(self):
		case = self.case()
		run_on_site("set_language", AGENT, "zh")
		self.addCleanup(run_on_site, "set_language", AGENT, "en")
		with self.login(AGENT, PHONE) as page:
			for path, name in (
				("/agent", "my work"),
				("/agent/cases", "cases"),
				(f"/agent/case?no={case}", "case"),
				("/agent/standing", "standing"),
				("/to-be-told", "to be told"),
				("/my-training", "training"),
			):
				self.open(page, path)
				self.assertEqual(page.locator("html").get_attribute("lang"), "zh")
				self.keep_look(page, f"{name} zh")

	def test_another_agents_case_is_not_found(self):
		case = self.case()
		with self.login(OTHER, PHONE) as page:
			texts = []
			for number in (case, "XF-990199-2026-999999"):
				response = page.goto(f"/agent/case?no={number}")
				self.assertEqual(response.status, 404)
				texts.append(page.locator("main").inner_text())
			self.assertEqual(*texts)

	def test_a_guest_is_asked_to_log_in(self):
		context = self.browser.new_context(base_url=setting("PETITION_PROXY_URL"), viewport=PHONE)
		self.addCleanup(context.close)
		page = context.new_page()
		page.goto("/agent")
		self.assertRegex(page.url, r"/login\?redirect-to=(/|%2F)agent")


class TestTelling(AgentWorkTestCase):
	def test_tells_on_the_case_page_with_one_double_tap(self):
		case = self.case("Handling")
		with self.login(AGENT, PHONE) as page:
			self.open(page, f"/agent/case?no={case}")
			boxes = page.locator("#tell-head .badge")
			expect(boxes).to_be_visible()
			page.locator('section#to-tell [name="means"]').select_option("Visit")
			page.locator('section#to-tell [name="note"]').fill("当面告知")
			page.locator("section#to-tell button[type=submit]").dblclick()
			expect(self.told(page)).to_have_text("Recorded.")
			expect(page.locator("section#to-tell")).to_have_count(0)
		facts = self.facts(case)
		self.assertEqual(facts["to_tell"], 0)
		self.assertEqual(facts["tell_events"], 1)

	def test_tells_from_the_list_and_asks_for_a_tick(self):
		case = self.case("Accepted")
		with self.login(AGENT, PHONE) as page:
			self.open(page, "/to-be-told")
			form = page.locator(f'form[data-petition="{case}"]')
			for box in form.locator("[name=notices]").all():
				box.uncheck()
			form.locator("button[type=submit]").click()
			expect(self.told(page)).to_contain_text("Tick what the petitioner was told.")
			form.locator("[name=notices]").first.check()
			before = self.facts(case)["to_tell"]
			form.locator("button[type=submit]").click()
			expect(self.told(page)).to_have_text("Recorded.")
		self.assertEqual(self.facts(case)["to_tell"], before - 1)


class TestHandingOver(AgentWorkTestCase):
	def test_with_photo_and_finger_signature_by_a_double_tap(self):
		case = self.case()
		with self.login(AGENT, PHONE) as page:
			self.open(page, f"/agent/case?no={case}#deliver")
			self.submit_hidden(page)
			self.choose(page, "By Agent")
			self.submit(page)
			expect(self.told(page)).to_contain_text("sign with a finger")
			self.sign(page)
			page.locator("#photo").set_input_files(PHOTO)
			page.locator("#place").fill("家中")
			self.assertFits(page)
			self.keep_look(page, "delivery en")
			page.locator("#deliver-form button[type=submit]").dblclick()
			expect(self.told(page)).to_have_text("The delivery is recorded.")
			expect(page.locator("#deliver-form")).to_have_count(0)
		facts = self.facts(case)
		self.assertEqual((facts["state"], facts["receipts"]), ("Served", 1))
		self.assertTrue(facts["signature"] and facts["photo"].startswith("/private/files/"))

	def submit_hidden(self, page) -> None:
		"""Before a way is chosen there is nothing to send."""
		expect(page.locator("#deliver-form button[type=submit]")).to_be_hidden()

	def test_a_failed_attempt_is_recorded_and_the_reply_waits_on(self):
		case = self.case()
		with self.login(AGENT, PHONE) as page:
			self.open(page, f"/agent/case?no={case}")
			self.choose(page, "Failed")
			self.submit(page)
			expect(self.told(page)).to_contain_text("could not be handed over")
			page.locator("#failure").fill("家中无人")
			self.submit(page)
			expect(self.told(page)).to_have_text("The delivery is recorded.")
			expect(page.locator("#letters")).to_contain_text("家中无人")
			expect(page.locator("#deliver-form")).to_be_visible()
		facts = self.facts(case)
		self.assertEqual((facts["state"], facts["attempts"]), ("Replied", 1))

	def test_without_a_network_it_is_kept_and_sent_once(self):
		case = self.case()
		with self.login(AGENT, PHONE) as page:
			self.open(page, f"/agent/case?no={case}")
			self.choose(page, "By Agent")
			self.sign(page)
			page.locator("#photo").set_input_files(PHOTO)
			page.context.set_offline(True)
			self.submit(page)
			expect(self.told(page)).to_contain_text("Recorded on this phone")
			expect(page.locator("#deliver-form")).to_be_hidden()
			expect(page.locator("#kept-list li")).to_have_text([case])
			self.keep_look(page, "kept en")
			self.assertEqual(self.facts(case)["receipts"], 0)
			page.context.set_offline(False)
			expect(self.told(page)).to_have_text("The delivery is recorded.")
			expect(page.locator("#kept")).to_be_hidden()
		facts = self.facts(case)
		self.assertEqual((facts["state"], facts["receipts"]), ("Served", 1))
		self.assertTrue(facts["photo"])

	def test_an_answer_that_is_lost_on_the_way_writes_no_second_receipt(self):
		case = self.case()
		with self.login(AGENT, PHONE) as page:
			self.open(page, f"/agent/case?no={case}")
			lost = []

			def lose(route):
				if not lost:
					route.fetch()  # the server has written it; the phone never hears of it
					lost.append(1)
					route.abort()
				else:
					route.continue_()

			page.route(re.compile("service.hand_over"), lose)
			self.choose(page, "By Agent")
			self.sign(page)
			self.submit(page)
			expect(self.told(page)).to_contain_text("Recorded on this phone")
			page.goto("/agent")  # another page, or the phone started again
			expect(self.told(page)).to_have_text("The delivery is recorded.")
			expect(page.locator("#kept")).to_be_hidden()
		self.assertEqual(self.facts(case)["receipts"], 1)

	def test_a_revoked_agreement_stops_it_with_a_clear_sentence(self):
		case = self.case()
		with self.login(AGENT, PHONE) as page:
			self.open(page, f"/agent/case?no={case}")
			run_on_site("revoke_agreement", case)
			self.choose(page, "By Agent")
			self.sign(page)
			self.submit(page)
			expect(self.told(page)).to_contain_text("was revoked on")
			expect(page.locator("#kept")).to_be_hidden()
			page.reload()
			expect(page.locator("#why-not")).to_contain_text("was revoked on")
			expect(page.locator("#deliver-form")).to_have_count(0)
			self.assertFits(page)
		self.assertEqual(self.facts(case)["receipts"], 0)

	def test_logged_out_in_the_middle_loses_nothing(self):
		case = self.case()
		with self.login(AGENT, PHONE) as page:
			self.open(page, f"/agent/case?no={case}")
			self.choose(page, "By Agent")
			self.sign(page)
			(session,) = [one for one in page.context.cookies() if one["name"] == "sid"]
			page.context.add_cookies([{**session, "value": "0" * 56}])
			self.submit(page)
			expect(self.told(page).locator("a.button")).to_be_visible()
			answer = page.context.request.post("/api/method/login", form={"usr": AGENT, "pwd": PASSWORD})
			self.assertTrue(answer.ok)
			page.goto("/agent")
			expect(self.told(page)).to_have_text("The delivery is recorded.")
		self.assertEqual(self.facts(case)["receipts"], 1)


class TestPapers(AgentWorkTestCase):
	def test_photo_and_remark_are_added(self):
		case = self.case("Handling")
		with self.login(AGENT, PHONE) as page:
			self.open(page, f"/agent/case?no={case}")
			page.locator("#paper").set_input_files(PHOTO)
			page.locator("#papers button[type=submit]").click()
			expect(page.locator("#papers li")).to_have_count(1)
			page.locator("#remark").fill("老人要求电话联系")
			page.locator("#remarks button[type=submit]").click()
			expect(page.locator("#remarks li")).to_contain_text("老人要求电话联系")
		self.assertEqual(petitions_named(self.subject)[0]["workflow_state"], "Handling")
