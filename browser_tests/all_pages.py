"""Opens each page of the table as the person it is for."""

import contextlib
import json
import os

from browser_tests.base import PASSWORD, PHONE, TIMEOUT, BrowserTestCase, expect, run_on_site, setting
from browser_tests.pages import PAGES, PageRow


class AllPagesTestCase(BrowserTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		run_on_site("prepare_public_pages")
		run_on_site("prepare_agent_work")
		cls.case = json.loads(json.loads(run_on_site("make_agent_case", "水渠坏了，请修", "Replied")))
		states = sorted({row.state for row in PAGES if row.state})
		slips = json.loads(json.loads(run_on_site("make_slips", *states)))
		cls.slips = dict(zip(states, slips, strict=True))

	@contextlib.contextmanager
	def opened(self, row: PageRow, viewport: dict = PHONE, language: str = "zh", **options):
		"""The page of a row, in a language, drawn."""
		is_phone = viewport["width"] < 600
		context = self.browser.new_context(
			base_url=setting("PETITION_PROXY_URL"),
			viewport=viewport,
			is_mobile=is_phone,
			has_touch=is_phone,
			locale={"zh": "zh-CN", "en": "en-US"}[language],
			extra_http_headers={"Accept-Language": language},
			**options,
		)
		context.set_default_timeout(TIMEOUT)
		try:
			if row.person:
				login = {"usr": row.person, "pwd": PASSWORD}
				self.assertTrue(context.request.post("/api/method/login", form=login).ok, row.person)
			page = context.new_page()
			page.goto(row.path.format(case=self.case))
			if row.state:
				slip = self.slips[row.state]
				for field in ("number", "code", "digits"):
					page.fill(f"#{field}", slip[field])
				page.locator("#look-up button[type=submit]").click()
				expect(page.locator("#state")).to_contain_text(slip["number"])
			if row.act:
				row.act(page)
			expect(page.locator("main h1")).to_be_visible()
			yield page
		except BaseException:
			self.keep_picture(context)
			raise
		finally:
			context.close()


def picture_folder() -> str | None:
	"""Where the pictures for the documentation go, if they are asked for."""
	return os.environ.get("PETITION_PROXY_PAGE_PICTURES")
