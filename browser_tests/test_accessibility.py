"""Every page of ours by the rules of WCAG 2.2 AA, as far as axe can tell, and by what axe does not ask."""

from axe_playwright_python.sync_playwright import Axe

from browser_tests.all_pages import AllPagesTestCase
from browser_tests.base import DESKTOP, PHONE
from browser_tests.pages import PAGES

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
NARROW = {"width": 320, "height": 640}  # WCAG 1.4.10


class TestAccessibility(AllPagesTestCase):
	def violations(self, page) -> list[str]:
		answer = Axe().run(page, options=RULES).response
		self.assertGreater(len(answer["passes"]), 8)
		found = answer["violations"]
		return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]

	def test_axe_finds_nothing_on_a_phone_nor_with_high_contrast_and_large_type(self):
		for row in PAGES:
			with self.subTest(row.name), self.opened(row, PHONE) as page:
				self.assertEqual(self.violations(page), [])
				page.locator('[data-look="contrast"]').click()
				page.locator('[data-look="large"]').click()
				self.assertEqual(self.violations(page), [])

	def test_axe_finds_nothing_at_a_desk(self):
		for row in PAGES:
			with self.subTest(row.name), self.opened(row, DESKTOP) as page:
				self.assertEqual(self.violations(page), [])

	def test_nothing_is_scrolled_sideways_at_320_pixels(self):
		for row in PAGES:
			if row.name == "directory-sheet":  # a table for the wall, printed by staff
				continue
			with self.subTest(row.name), self.opened(row, NARROW) as page:
				self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), NARROW["width"])

	def test_the_keyboard_reaches_the_content_and_shows_where_it_is(self):
		for row in PAGES:
			with self.subTest(row.name), self.opened(row, DESKTOP) as page:
				page.keyboard.press("Tab")
				self.assertIn("skip", page.evaluate("document.activeElement.className"))
				page.keyboard.press("Enter")
				page.keyboard.press("Tab")
				outline = page.evaluate(
					"getComputedStyle(document.activeElement).outlineStyle + document.activeElement.tagName"
				)
				self.assertNotIn("none", outline)
