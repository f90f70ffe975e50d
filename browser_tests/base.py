"""What every browser test needs: a prepared site, a browser, people who are logged in.

Read from the environment (script/test sets all of it):
	PETITION_PROXY_URL       address of a running web server of the test site
	PETITION_PROXY_SITE      name of that site
	PETITION_PROXY_BENCH     folder of its bench
	PETITION_PROXY_CHROMIUM  path of a browser; empty for Playwright's own
"""

import contextlib
import json
import os
import subprocess
import unittest
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

PASSWORD = "qingxi-liuwan-2026"  # of petition_proxy.tests.browser_setup
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
TIMEOUT = 30_000  # ms; a first page on a busy machine is slow

expect.set_options(timeout=TIMEOUT)


def setting(name: str) -> str:
	value = os.environ.get(name)
	if value is None:
		raise RuntimeError(f"{name} is not set. Run script/test browser, which sets it.")
	return value


def run_on_site(method: str, *args: str) -> str:
	"""Run a function of petition_proxy.tests.browser_setup on the site and return what it prints."""
	bench = Path(setting("PETITION_PROXY_BENCH"))
	command = [
		bench / "env/bin/python",
		"-m",
		"frappe.utils.bench_helper",
		"frappe",
		"--site",
		setting("PETITION_PROXY_SITE"),
		"execute",
		f"petition_proxy.tests.browser_setup.{method}",
		"--args",
		repr(list(args)),
	]
	done = subprocess.run(command, cwd=bench / "sites", capture_output=True, text=True)
	if done.returncode:
		raise RuntimeError(f"{method} failed on the site:\n{done.stderr[-3000:]}")
	return done.stdout.strip()


def petitions_named(subject: str) -> list[dict]:
	"""The petitions with this subject as they stand in the database, the latest first."""
	return json.loads(json.loads(run_on_site("petition_named", subject)))


class BrowserTestCase(unittest.TestCase):
	"""One browser per class, one fresh person per `login`.

	Attributes:
		password: of the people of the site.
		locale: language of the browser.
	"""

	password = PASSWORD
	locale = "en-US"

	@classmethod
	def prepare_site(cls) -> None:
		run_on_site("prepare")

	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		cls.prepare_site()
		playwright = sync_playwright().start()
		cls.addClassCleanup(playwright.stop)
		options = {"args": ["--no-sandbox", "--disable-gpu", "--disable-quic"]}
		if path := setting("PETITION_PROXY_CHROMIUM"):
			options["executable_path"] = path
		cls.browser = playwright.chromium.launch(**options)
		cls.addClassCleanup(cls.browser.close)

	@contextlib.contextmanager
	def login(self, user: str, viewport: dict = DESKTOP):
		"""A page of this person in a browser context of its own; script errors on it fail the test."""
		is_phone = viewport is PHONE
		context = self.browser.new_context(
			base_url=setting("PETITION_PROXY_URL"),
			viewport=viewport,
			is_mobile=is_phone,
			has_touch=is_phone,
			locale=self.locale,
		)
		context.set_default_timeout(TIMEOUT)
		errors = []
		try:
			answer = context.request.post("/api/method/login", form={"usr": user, "pwd": self.password})
			self.assertTrue(answer.ok, f"{user} cannot log in: {answer.status}")
			page = context.new_page()
			page.on("pageerror", lambda error: errors.append(str(error)))
			yield page
			self.assertEqual(errors, [], f"script errors on the pages of {user}")
		except BaseException:
			self.keep_picture(context)
			raise
		finally:
			context.close()

	def keep_picture(self, context) -> None:
		if context.pages:
			with contextlib.suppress(Exception):
				self.keep_look(context.pages[-1], "at the failure")

	def keep_look(self, page: Page, name: str) -> None:
		"""A picture for people to look at, where PETITION_PROXY_PICTURES names a folder."""
		if folder := os.environ.get("PETITION_PROXY_PICTURES"):
			Path(folder).mkdir(parents=True, exist_ok=True)
			page.screenshot(path=Path(folder) / f"{self.id()} {name}.png")


def open_form(page: Page, name: str) -> None:
	"""Open a petition at the desk and wait until its own script has drawn the next step."""
	page.goto(f"/app/petition/{name}")
	form = page.locator('[data-page-route="Petition"] .form-message').first
	expect(form).to_be_visible()


def wait_for_server(page: Page) -> None:
	"""Wait until the desk awaits no answer."""
	page.wait_for_function("() => window.frappe && !frappe.request.ajax_count")


def take_step(page: Page, action: str, **fields: str) -> None:
	"""Press the button of a step at the head of the form, and fill the small form that asks for its fields."""
	page.locator(".page-head:visible .custom-actions").get_by_role("button", name=action, exact=True).click()
	if fields:
		dialog = page.locator(".modal.show .modal-content")
		expect(dialog).to_be_visible()
		for field, value in fields.items():
			fill(page, dialog.locator(f'.frappe-control[data-fieldname="{field}"]'), value)
		dialog.locator(".modal-footer .btn-primary:visible, .modal-header .btn-primary:visible").first.click()


def fill(page: Page, control, value: str) -> None:
	"""Type into a control as a person would; of a link the first offer that holds the text is taken."""
	kind = control.get_attribute("data-fieldtype")
	if kind == "Select":
		control.locator("select").select_option(value)
	elif kind == "Link":
		option = control.locator(f'[role="option"]:has-text("{value}")').first
		for _attempt in range(4):
			control.locator("input").click()
			control.locator("input").fill(value)
			# a list that was drawn before its dialog had settled goes away again; a person types once more
			with contextlib.suppress(PlaywrightTimeout):
				option.click(timeout=TIMEOUT / 4)
				wait_for_server(page)  # a link counts when the server has confirmed it
				return
		raise AssertionError(f"no offer {value} appeared")
	else:
		control.locator("input, textarea").first.fill(value)


def expect_state(page: Page, state: str) -> None:
	"""Wait until the form shows this state."""
	field = page.locator('[data-page-route="Petition"] .frappe-control[data-fieldname="workflow_state"]')
	expect(field.locator(".control-value, .like-disabled-input").first).to_have_text(state)
