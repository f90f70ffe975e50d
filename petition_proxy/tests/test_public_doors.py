"""The doors of the pages for everybody: their headers and cookies, their templates, who may go round them."""

import re
from datetime import date
from pathlib import Path

import frappe
from frappe.auth import CookieManager
from frappe.utils import add_days, getdate, set_request, today
from frappe.website.serve import get_response
from markupsafe import Markup
from werkzeug.wrappers import Response

from petition_proxy.domain import lifecycle
from petition_proxy.jobs.monthly_figures import full_months
from petition_proxy.patches.v1_0 import open_public_pages
from petition_proxy.petition_proxy.doctype.told_case.told_case import NotToldError
from petition_proxy.queries import public_pages
from petition_proxy.setup.website import HOME_PAGE, ensure_home_page, remove_home_page
from petition_proxy.tests import factories as make
from petition_proxy.tests import hostile_cases
from petition_proxy.tests.base import AppTestCase
from petition_proxy.tests.test_public_records import PublicTestCase
from petition_proxy.utils.portal import (
	ERROR_POLICY,
	HEADERS,
	OPEN_ROUTES,
	PERSONAL_ROUTES,
	POLICY,
	add_headers,
)

ROOT = Path(frappe.get_app_path("petition_proxy"))
ASSET_LINE = re.compile(r"\{\{ include_(?:style|script)\([^{}]*\) \| safe \}\}")


class TestHeaders(AppTestCase):
	def answer(self, path, user="Guest", status=200, query=None, home="petition-proxy"):
		"""Headers of an answer of this status, and the cookies that would go along."""
		self.as_user(user)
		set_request(method="GET", path=path, query_string=query or {})
		self.addCleanup(setattr, frappe.local, "request", None)
		for flag in ("portal_status", "portal_dressed"):
			frappe.local.flags.pop(flag, None)
		frappe.local.path = home
		manager = getattr(frappe.local, "cookie_manager", None)
		self.addCleanup(setattr, frappe.local, "cookie_manager", manager)
		frappe.local.cookie_manager = CookieManager()
		frappe.local.cookie_manager.set_cookie("sid", "Guest")
		response = Response("", status=status)
		add_headers(response, frappe.local.request)
		return response.headers, frappe.local.cookie_manager.cookies

	def test_every_route_has_all_of_them(self):
		for route in sorted(OPEN_ROUTES | PERSONAL_ROUTES):
			for path in (f"/{route}", f"/{route}/", f"/{route}.html", f"/{route}/deeper"):
				with self.subTest(path):
					headers, _cookies = self.answer(path)
					for name, value in HEADERS.items():
						self.assertEqual(headers[name], value)

	def test_so_has_the_root_where_our_page_is_the_home_page(self):
		for path in ("/", "/index", "/index.html"):
			with self.subTest(path):
				self.assertEqual(self.answer(path)[0]["Content-Security-Policy"], POLICY)
				self.assertNotIn("Content-Security-Policy", self.answer(path, home="me")[0])

	def test_other_pages_are_left_alone(self):
		for path in ("/login", "/app/petition", "/agents", "/api/method/ping", "/files/agent"):
			with self.subTest(path):
				headers, cookies = self.answer(path)
				self.assertNotIn("Content-Security-Policy", headers)
				self.assertIn("sid", cookies)

	def test_what_caches_may_keep_sets_no_cookie_and_differs_by_language(self):
		"""A guest's cookie, kept on the way and handed to somebody else, would log that person out."""
		for route in sorted(OPEN_ROUTES):
			with self.subTest(route):
				headers, cookies = self.answer(f"/{route}")
				self.assertEqual(headers["Cache-Control"], "public, max-age=300")
				self.assertEqual(headers["Vary"], "Accept-Language, Cookie")
				self.assertEqual(cookies, {})

	def test_nothing_else_is_kept(self):
		for path, more in (
			("/agent-directory", {"query": {"q": "柳湾"}}),
			("/agent-directory", {"user": "agent@pp.test"}),
			("/notices", {"status": 404}),
			("/agent-directory", {"status": 429}),
			("/my-petition", {}),
			("/agent", {"user": "agent@pp.test"}),
		):
			with self.subTest((path, more)):
				headers, cookies = self.answer(path, **more)
				self.assertEqual(headers["Cache-Control"], "private, no-store")
				self.assertIn("sid", cookies)


class TestTemplates(AppTestCase):
	def pages(self):
		for path in sorted((ROOT / "www").rglob("*.html")):
			yield path.relative_to(ROOT / "www").as_posix(), path.read_text(encoding="utf-8")

	def test_every_page_wears_the_frame_and_escapes(self):
		names = []
		for name, text in self.pages():
			names.append(name)
			with self.subTest(name):
				self.assertTrue(text.startswith("{%- autoescape true -%}"))
				self.assertTrue(text.rstrip().endswith("{%- endautoescape -%}"))
				self.assertIn('{%- include "petition_proxy/templates/portal/top.html" -%}', text)
				self.assertIn('{%- include "petition_proxy/templates/portal/end.html" -%}', text)
				route = name.removesuffix(".html").partition("/")[0]
				self.assertIn(route, OPEN_ROUTES | PERSONAL_ROUTES)
		self.assertGreater(len(names), 12)

	def test_nothing_runs_or_is_styled_in_line(self):
		frame = [
			(path.name, path.read_text(encoding="utf-8"))
			for path in (ROOT / "templates/portal").glob("*.html")
		]
		self.assertGreaterEqual(len(frame), 2)
		for name, text in (*self.pages(), *frame):
			with self.subTest(name):
				self.assertNotRegex(text, r"(?i)<style|\sstyle\s*=|<[^>]*\son\w+\s*=|javascript:")
				for tag in re.findall(r"(?i)<script[^>]*>", text):
					self.assertIn('type="application/json"', tag)
				self.assertNotRegex(text, r"(?:src|href|action)=\"(?:https?:)?//")
				bare = ASSET_LINE.sub("", text)
				self.assertNotRegex(bare, r"\|\s*safe\b|Markup|autoescape false")

	def test_only_cleaned_text_is_put_into_a_page_as_it_is(self):
		for path in ROOT.rglob("*.py"):
			if "tests" in path.parts:
				continue
			for line in re.findall(r"Markup\(.*", path.read_text(encoding="utf-8")):
				self.assertRegex(line, r"^Markup\(keep_safe\(", path.name)


class TestHomePage(PublicTestCase):
	def text(self, path="petition-proxy", **query):
		self.as_user("Guest")
		set_request(method="GET", path=path, query_string=query)
		self.addCleanup(setattr, frappe.local, "request", None)
		frappe.local.form_dict = frappe._dict(query)
		response = get_response()
		self.as_user("Administrator")
		return response.status_code, response.get_data(as_text=True)

	def setUp(self):
		super().setUp()
		frappe.cache.delete_keys("petition_proxy_public|")
		self.addCleanup(frappe.cache.delete_keys, "petition_proxy_public|")

	def test_limits_come_from_the_rows_of_the_day(self):
		texts = [row["limit"] for row in public_pages.limits_in_words()]
		self.assertEqual(len(texts), 11)
		for code, days in (("U", 24), ("C", 5), ("G", 15), ("I", 30)):
			self.assertTrue(any(str(days) in text for text in texts), code)
		row = frappe.get_doc("Statutory Limit", {"limit_code": "Handling", "valid_to": ("is", "not set")})
		row.valid_to = add_days(today(), -1)
		row.save()
		new = frappe.copy_doc(row)
		new.update({"valid_from": today(), "valid_to": None, "limit_days": 47})
		new.insert()
		self.assertTrue(any("47" in row["limit"] for row in public_pages.limits_in_words()))
		self.assertIn("47", self.text()[1])

	def test_a_day_without_a_row_promises_nothing(self):
		rows = public_pages.limits_in_words(date(1990, 1, 1))
		self.assertEqual(rows, [])

	def test_a_notice_reaches_the_page_at_once_and_leaves_it_at_once(self):
		self.assertNotIn("停电一天", self.text()[1])
		notice = self.notice(title="停电一天").insert()
		self.assertIn("停电一天", self.text()[1])
		self.assertEqual(self.text("notices", show=notice.name)[0], 200)
		notice.is_published = 0
		notice.save()
		self.assertNotIn("停电一天", self.text()[1])
		status, text = self.text("notices", show=notice.name)
		self.assertNotIn("停电一天", text)
		self.assertEqual(frappe.local.flags.get("portal_status") or status, 404)

	def test_a_row_written_past_its_controller_is_cleaned_once_more(self):
		notice = self.notice().insert()
		notice.db_set("text", "<p>好<script>alert(1)</script><img src=x onerror=y></p>")
		notice.db_set("title", "<b onclick=z()>题</b>")
		frappe.cache.delete_keys("petition_proxy_public|")
		text = self.text("notices", show=notice.name)[1]
		self.assertNotIn("<script>alert", text)
		self.assertNotIn("<img", text)
		self.assertNotIn("<b onclick", text)
		row = next(row for row in public_pages.notices() if row["name"] == notice.name)
		self.assertIsInstance(row["text"], Markup)

	def test_our_own_page_stays_strict_when_it_has_found_nothing(self):
		"""Only Frappe's page for an error is allowed its scripts and styles."""
		_status, text = self.text("notices", show="nothing")
		self.assertIn("portal.bundle", text)
		frappe.local.flags.pop("portal_status", None)
		response = Response(text, status=404)
		set_request(method="GET", path="/notices", query_string={"show": "nothing"})
		add_headers(response, frappe.local.request)
		self.assertEqual(response.headers["Content-Security-Policy"], POLICY)
		frappe.local.flags.pop("portal_dressed", None)
		add_headers(response, frappe.local.request)
		self.assertEqual(response.headers["Content-Security-Policy"], ERROR_POLICY)

	def test_the_address_changes_nothing_and_is_not_echoed(self):
		for attack in (hostile_cases.SCRIPT, '"><img src=x onerror=alert(1)>'):
			for path, key in (
				("petition-proxy", "q"),
				("notices", "show"),
				("told-cases", "show"),
				("monthly-figures", "month"),
				("service-points", "town"),
			):
				with self.subTest((path, attack)):
					self.assertNotIn(attack, self.text(path, **{key: attack})[1])


class TestRoot(AppTestCase):
	def test_only_a_site_that_has_chosen_nothing_gets_our_home_page(self):
		for chosen, expected in (
			("", HOME_PAGE),
			("login", HOME_PAGE),
			("blog", "blog"),
			("/about", "/about"),
		):
			with self.subTest(chosen):
				frappe.db.set_single_value("Website Settings", "home_page", chosen)
				ensure_home_page()
				self.assertEqual(frappe.db.get_single_value("Website Settings", "home_page"), expected)

	def test_it_goes_with_the_app_and_a_choice_of_the_site_stays(self):
		for chosen, expected in ((HOME_PAGE, ""), ("blog", "blog")):
			frappe.db.set_single_value("Website Settings", "home_page", chosen)
			remove_home_page()
			self.assertEqual(frappe.db.get_single_value("Website Settings", "home_page") or "", expected)

	def test_a_running_district_gets_page_and_settings(self):
		frappe.db.set_single_value("Website Settings", "home_page", "")
		frappe.db.delete("Singles", {"doctype": "Petition Proxy Settings", "field": "smallest_group"})
		patched = open_public_pages.execute.__globals__
		self.addCleanup(patched.__setitem__, "ensure_indexes", patched["ensure_indexes"])
		patched["ensure_indexes"] = lambda: None  # changing a table would commit
		open_public_pages.execute()
		frappe.db.value_cache.clear()
		self.assertEqual(frappe.db.get_single_value("Petition Proxy Settings", "smallest_group"), 5)
		self.assertEqual(frappe.db.get_single_value("Website Settings", "home_page"), HOME_PAGE)


class TestToldCaseDoors(PublicTestCase):
	def titles(self):
		return [row.title for row in public_pages.told_cases()]

	def test_what_becomes_a_reason_for_silence_takes_the_case_away(self):
		for change in (
			{"wants_secrecy": 1},
			{"petition_kind": "Report and Accusation"},
			{"purpose": "Expose and Accuse"},
			{"accused_unit": make.DEPT_UNIT},
			{"accused_user": "dept@pp.test"},
			{"accused_name": "某人"},
			{"workflow_state": lifecycle.HANDLING},
		):
			with self.subTest(change):
				case = make.make_petition(lifecycle.CLOSED, subject="修路灯")
				title = f"路灯修好了 {case.name[-3:]}".replace("-", "")
				doc = self.told(petition=case.name, title="路灯修好了甲")
				doc.insert()
				self.assertIn("路灯修好了甲", self.titles(), title)
				case.db_set(change)
				self.assertNotIn("路灯修好了甲", self.titles())
				doc.db_set("is_published", 0)

	def test_so_does_a_petitioner_who_asks_for_secrecy_and_a_category_that_is_closed(self):
		case = make.make_petition(lifecycle.CLOSED, subject="修路灯", category=self.category)
		self.told(petition=case.name, title="路灯修好了乙").insert()
		self.assertIn("路灯修好了乙", self.titles())
		frappe.db.set_value("Petitioner", case.petitioner, "wants_secrecy", 1)
		self.assertNotIn("路灯修好了乙", self.titles())
		self.told(title="没有关联的").insert()
		frappe.db.set_value("Petition Category", self.category, "is_restricted", 1)
		self.assertNotIn("没有关联的", self.titles())
		self.assertRaises(NotToldError, self.told(title="受限类别").insert)

	def test_no_link_and_no_name_reaches_a_guest(self):
		case = make.make_petition(lifecycle.CLOSED, subject="修路灯")
		self.told(petition=case.name, title="路灯修好了丙").insert()
		row = next(row for row in public_pages.told_cases() if row.title == "路灯修好了丙")
		self.assertEqual(set(row), {"name", "title", "asked", "done", "days_taken", "category"})
		self.assertNotIn(case.name, str(row))

	def test_only_the_office_reads_and_not_of_a_case_against_one_of_its_own(self):
		open_one = self.told(title="没有关联的").insert()
		case = make.make_petition(lifecycle.CLOSED, subject="修路灯")
		linked = self.told(petition=case.name, title="关联的").insert()
		self.as_user("office@pp.test")
		self.assertLessEqual({open_one.name, linked.name}, set(self.names()))
		case.db_set("accused_user", "office@pp.test")
		self.as_user("office@pp.test")
		self.assertIn(open_one.name, self.names())
		self.assertNotIn(linked.name, self.names())
		self.assertFalse(frappe.get_doc("Told Case", linked.name).has_permission("read"))
		self.assertTrue(frappe.get_doc("Told Case", open_one.name).has_permission("write"))
		for user in (
			"town@pp.test",
			"village@pp.test",
			"dept@pp.test",
			"agent@pp.test",
			"petitioner@pp.test",
			"Guest",
		):
			self.as_user(user)
			with self.subTest(user), self.assertRaises(frappe.PermissionError):
				self.names()

	def names(self):
		return frappe.get_list("Told Case", pluck="name", order_by="name asc", limit_page_length=0)

	def test_a_link_is_not_used_to_learn_of_a_case(self):
		"""The same answer for a case that is not the office's to see and for one that is not there."""
		case = make.make_petition(lifecycle.CLOSED, subject="别处的件")
		case.db_set("accused_user", "office@pp.test")
		self.as_user("office@pp.test")
		with self.assertRaises(frappe.PermissionError):
			self.told(petition=case.name).insert()

	def test_every_person_in_the_case_is_looked_for(self):
		case = make.make_petition(
			lifecycle.CLOSED,
			subject="修路灯",
			is_collective=1,
			headcount=2,
			members=[{"member_name": "欧阳小明", "is_representative": 1}, {"member_name": "司马大伯"}],
		)
		case.db_set({"written_by": "诸葛书记员", "address_text": "望江巷九号"})
		for text in ("欧阳小明也在。", "司马 大伯来过。", "诸葛书记员写的。", "就在望江巷九号门口。"):
			with self.subTest(text), self.assertRaises(NotToldError):
				self.told(petition=case.name, done=text).insert()
		for field in ("title", "asked", "done"):
			with self.subTest(field), self.assertRaises(NotToldError):
				self.told(petition=case.name, **{field: "司马大伯的路灯"}).insert()
		self.told(
			petition=case.name, done="司马大伯来过。", is_published=0
		).insert()  # a draft is not published

	def test_nobody_deletes_one(self):
		doc = self.told().insert()
		for user in ("office@pp.test", make.MANAGER):
			self.as_user(user)
			with self.subTest(user), self.assertRaises(frappe.PermissionError):
				frappe.delete_doc("Told Case", doc.name)


class TestFiguresShown(PublicTestCase):
	MONTH = date(2031, 5, 1)

	def setUp(self):
		super().setUp()
		frappe.db.delete("Monthly Figure")
		for field, value in (("show_monthly_figures", 1), ("smallest_group", 5), ("district", make.DISTRICT)):
			frappe.db.set_single_value("Petition Proxy Settings", field, value)
		frappe.cache.delete_keys("petition_proxy_public|")
		self.addCleanup(frappe.cache.delete_keys, "petition_proxy_public|")

	def put(self, region, **figures):
		for code, (counted, total) in figures.items():
			frappe.get_doc(
				{
					"doctype": "Monthly Figure",
					"name": frappe.generate_hash(length=10),
					"month": self.MONTH,
					"region": region,
					"indicator": code.replace("_", " ").replace("On time", "On-time"),
					"counted": counted,
					"total": total,
				}
			).db_insert()

	def test_small_groups_and_empty_ones(self):
		few = frappe._("too few to show")
		self.put(
			make.DISTRICT, Filed=(40, 0), Satisfaction=(9, 12), Participation=(12, 40), On_time_Reply=(0, 0)
		)
		self.put(make.TOWN, Filed=(3, 0), Satisfaction=(2, 2), On_time_Reply=(0, 0))
		self.put(make.TOWN_2, Filed=(37, 0), Satisfaction=(7, 10), On_time_Reply=(8, 8))
		month = public_pages.monthly_figures()[0]
		self.assertEqual(month["month"], "2031-05")
		self.assertEqual(month["district"]["figures"], ["40", "—", "—", "75 %", "30 %"])
		towns = {row["name"]: row["figures"] for row in month["towns"]}
		self.assertEqual(towns["清溪镇"][:4], [few, "—", "—", few])
		# 40 less 37 would give the number that is left out
		self.assertEqual(towns["高山镇"][0], few)
		self.assertEqual(towns["高山镇"][2:4], ["100 %", "70 %"])

	def test_off_is_as_if_there_were_none(self):
		self.put(make.DISTRICT, Filed=(40, 0))
		frappe.db.set_single_value("Petition Proxy Settings", "show_monthly_figures", 0)
		for user in ("Guest", "office@pp.test"):
			self.as_user(user)
			set_request(method="GET", path="monthly-figures")
			self.addCleanup(setattr, frappe.local, "request", None)
			frappe.local.form_dict = frappe._dict()
			frappe.local.flags.pop("portal_status", None)
			response = get_response()
			with self.subTest(user):
				self.assertEqual(frappe.local.flags.get("portal_status") or response.status_code, 404)
				self.assertNotIn(">40<", response.get_data(as_text=True))

	def test_months_that_are_over_across_a_year(self):
		months = full_months(getdate("2031-01-31"))
		self.assertEqual((months[0], months[-1], len(months)), (date(2030, 12, 1), date(2030, 1, 1), 12))

	def test_a_page_sets_off_no_counting(self):
		self.put(make.DISTRICT, Filed=(40, 0))
		public_pages.monthly_figures()
		with self.assertQueryCount(0):
			public_pages.monthly_figures()
