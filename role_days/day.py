"""What the day of a role needs: the demo district, people who log in as documented, an eye for what is not Chinese."""

import os
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from browser_tests.base import BrowserTestCase

# The documented logins of the demo district.
DEMO_PASSWORD = "yunjiang-demo"
# Whoever works in Chinese still reads these as they are.
LATIN = {"ID", "CSV", "XLSX", "Excel", "PDF", "Alt", "Ctrl", "Shift", "Enter", "Tab", "Esc"}
# A number of a record, its made-up name, and the half of an address that a narrow column breaks off.
NUMBER = re.compile(r"\b[A-Z0-9]+(?:-[A-Z0-9]+)+\b|\b[a-z0-9]{10,}\b|demo\.invalid")
ADDRESS = re.compile(r"\S+@\S+|\bhttps?:\S+")
WORD = re.compile(r"[A-Za-z]{2,}(?:[ '-][A-Za-z]+)*")
SEEN = """() => {
	const texts = [];
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let node = walker.nextNode(); node; node = walker.nextNode()) {
		const box = node.parentElement;
		if (box.closest("script, style, noscript, svg, .sr-only, .visually-hidden, [role=status], .tooltip-content")) continue;
		if (!box.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue;
		const size = box.getBoundingClientRect();
		if (size.width > 1 && size.height > 1 && node.textContent.trim()) texts.push(node.textContent.trim());
	}
	for (const field of document.querySelectorAll("input[placeholder], textarea[placeholder]"))
		if (field.checkVisibility()) texts.push(field.placeholder);
	return texts;
}"""


def foreign_words(texts: list[str]) -> list[str]:
	"""What stands on a screen in Latin letters and is no number, address or name that offices write so."""
	found = set()
	for text in texts:
		rest = NUMBER.sub(" ", ADDRESS.sub(" ", text))
		found.update(word for word in WORD.findall(rest) if word not in LATIN)
	return sorted(found)


class DayTestCase(BrowserTestCase):
	"""One role at work. Each look at a screen is a test that it speaks Chinese, and a picture for docs/days."""

	password = DEMO_PASSWORD
	locale = "zh-CN"

	@classmethod
	def prepare_site(cls) -> None:
		"""The district is there already."""

	def person(self, name: str, *viewport):
		return self.login(f"{name}@demo.invalid", *viewport)

	def settled(self, page: Page) -> None:
		"""Wait until the desk has drawn what it asked the server for."""
		page.wait_for_load_state("networkidle")
		expect(page.locator("#freeze:not(.grid-form):visible")).to_have_count(0)
		cards = page.locator(".number-widget-box:visible")
		expect(cards.locator(".number")).to_have_count(cards.count())
		expect(page.get_by_text("载入中").locator("visible=true")).to_have_count(0)
		# ms; what fades in is there, and the bars of a chart stand
		page.wait_for_timeout(1500 if page.locator(".frappe-chart:visible").count() else 400)

	def look(self, page: Page, picture: str) -> None:
		"""The screen as it is: in Chinese, no wider than the window, and kept as a picture where one is asked for."""
		self.settled(page)
		if folder := os.environ.get("PETITION_PROXY_DAY_PICTURES"):
			page.screenshot(path=Path(folder) / f"{picture}.jpg", quality=70, type="jpeg")
		with self.subTest(picture=picture):
			self.assertEqual(foreign_words(page.evaluate(SEEN)), [])
			wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
			self.assertLessEqual(wide, 0, "wider than the window")

	def open(self, page: Page, path: str, picture: str, shows: str | None = None) -> None:
		page.goto(path)
		if shows:
			expect(page.get_by_text(shows).locator("visible=true").first).to_be_visible()
		self.look(page, picture)
