"""What everybody may open: light, from this host alone, kept by caches without anybody's own things in it."""

from browser_tests.all_pages import AllPagesTestCase, picture_folder
from browser_tests.base import PHONE, run_on_site
from browser_tests.pages import PAGES

MOST_BYTES = 100_000
STRICT = ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'self'")


class TestPublicPages(AllPagesTestCase):
	def test_no_page_is_heavy_or_asks_another_host(self):
		hosts, weighed = set(), 0
		for row in PAGES:
			if row.person or row.state:
				continue
			with self.subTest(row.name), self.opened(row) as page:
				sizes = {}

				def note(response, sizes=sizes):
					hosts.add(response.url.split("/")[2])
					kind = response.request.resource_type
					if kind in ("document", "stylesheet", "script"):
						sizes[response.url] = len(response.body())

				page.on("response", note)
				page.reload()
				page.wait_for_load_state("networkidle")
				self.assertGreaterEqual(len(sizes), 3)
				self.assertLess(sum(sizes.values()), MOST_BYTES, sizes)
				weighed += 1
		self.assertGreater(weighed, 7)
		self.assertEqual(len(hosts), 1)

	def test_open_pages_are_kept_and_hold_nobodys_token(self):
		for row in PAGES:
			if not row.is_open:
				continue
			with self.subTest(row.name), self.opened(row) as page:
				answer = page.request.get(row.path)
				self.assertIn("public", answer.headers["cache-control"])
				self.assertNotIn("csrf-token", answer.text())

	def test_every_page_has_strict_headers_and_personal_ones_are_not_kept(self):
		for row in PAGES:
			with self.subTest(row.name), self.opened(row) as page:
				answer = page.request.get(row.path.format(case=self.case))
				for part in STRICT:
					self.assertIn(part, answer.headers["content-security-policy"])
				self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
				self.assertEqual(answer.headers["referrer-policy"], "no-referrer")
				if not row.is_open:
					self.assertIn("no-store", answer.headers["cache-control"])

	def test_notices_and_told_cases_show_what_is_published_alone(self):
		for name, shown, hidden in (
			("notices", "国庆期间代办点照常开放", "还没有定稿的公告"),
			("told-cases", "村口路灯修好了", "还没有同意公开的事例"),
		):
			row = next(row for row in PAGES if row.name == name)
			with self.opened(row) as page:
				text = page.locator("main").inner_text()
				self.assertIn(shown, text)
				self.assertNotIn(hidden, text)

	def test_pictures_for_the_documentation(self):
		"""`script/pictures` names a folder; the test itself asks that each page stands in both languages."""
		people = sorted({row.person for row in PAGES if row.person})
		for language in ("zh", "en"):  # the last one is what the other tests expect
			for person in people:
				run_on_site("set_language", person, language)
			for row in PAGES:
				with self.subTest(row.name), self.opened(row, PHONE, language) as page:
					self.assertEqual((page.locator("html").get_attribute("lang") or "")[:2], language)
					if folder := picture_folder():
						page.screenshot(
							path=f"{folder}/{language}/{row.name}.jpg",
							type="jpeg",
							quality=55,
							full_page=True,
							clip={"x": 0, "y": 0, "width": PHONE["width"], "height": 2400},
						)
