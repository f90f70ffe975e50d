"""The public directory as guests see it, hostile ones too, and the sheet for the hall."""

import re

import frappe
from frappe.utils import add_days, set_request, today
from frappe.website.serve import get_response

from petition_proxy.api.directory import nearby
from petition_proxy.petition_proxy.doctype.proxy_agent import acts
from petition_proxy.petition_proxy.doctype.proxy_agent.publishing import PublishConsentError
from petition_proxy.queries import directory
from petition_proxy.queries.directory import DirectoryQuestionError, find_villages, village_page
from petition_proxy.tests import factories as make
from petition_proxy.tests import reach_cases as reach
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils import limits

ALL_CONSENTS = {
	"email": "zhou@example.com",
	"public_phone": "13800001111",
	"public_address": "柳湾村一组8号",
	"publish_email": 1,
	"publish_phone": 1,
	"publish_address": 1,
}


class DirectoryTestCase(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make.make_district()

	def setUp(self):
		super().setUp()
		reach.remove_agents_and_places()
		self.forget()
		self.addCleanup(self.forget)

	def forget(self):
		frappe.cache.delete_keys("petition_proxy_directory|")
		frappe.cache.delete_keys("petition_proxy_questions|")

	def ask(self, path="agent-directory", user="Guest", address="203.0.113.7", **query):
		"""The page as a browser gets it: status and text."""
		self.as_user(user)
		set_request(method="GET", path=path)
		frappe.local.request_ip = address
		frappe.local.form_dict = frappe._dict(query)
		self.addCleanup(setattr, frappe.local, "request", None)
		self.addCleanup(setattr, frappe.local, "request_ip", None)
		response = get_response()
		self.as_user("Administrator")
		return response.status_code, response.get_data(as_text=True)

	def village(self, **query):
		return self.ask(town="清溪镇", village="柳湾村", **query)[1]


class TestPage(DirectoryTestCase):
	def test_guest_finds_the_agents_of_a_village(self):
		point = reach.make_point(
			"柳湾村代办点", 0, phone="023-68110001", opening_hours="周一至周五", address="村委会"
		)
		reach.make_agent("周大姐", duty_phone="13912340001", service_point=point.name)
		status, text = self.ask(q="柳湾")
		self.assertEqual(status, 200)
		for shown in (
			"周大姐",
			"13912340001",
			"tel:13912340001",
			"柳湾村代办点",
			"023-68110001",
			"周一至周五",
			"村委会",
		):
			self.assertIn(shown, text)

	def test_by_names_of_town_estate_and_point(self):
		reach.make_settlement("华宇春江花月")
		reach.make_point("望江楼代办点", village=make.VILLAGE_2)
		reach.make_agent("周大姐")
		self.assertIn("周大姐", self.ask(q="春江花月")[1])
		self.assertIn("云台村", self.ask(q="望江楼")[1])
		text = self.ask(q="清溪镇")[1]
		self.assertIn("柳湾村", text)
		self.assertIn("石桥村", text)
		self.assertNotIn("周大姐", text)  # choosing a village comes first
		text = self.ask(town="清溪镇")[1]
		self.assertIn("石桥村", text)
		self.assertNotIn("云台村", text)

	def test_empty_page_names_nobody(self):
		reach.make_agent("周大姐", duty_phone="13912340001")
		status, text = self.ask()
		self.assertEqual(status, 200)
		self.assertNotIn("周大姐", text)
		self.assertNotIn("13912340001", text)
		self.assertNotIn("noindex", text)
		self.assertIn("noindex", self.village())

	def test_answers_stay_small_and_on_this_host(self):
		for number in range(directory.MAX_AGENTS + 20):
			reach.make_agent(
				f"代理员{number}", duty_phone="13912340001", publish_consent_on=today(), **ALL_CONSENTS
			)
		for number in range(30):
			reach.make_point(f"第{number}代办点", phone="023-68110001", address="柳湾村" * 10)
		text = self.village()
		self.assertLess(len(text.encode()), 100_000)
		self.assertEqual(text.count("<dt>" + frappe._("Agent Class")), directory.MAX_AGENTS)
		for foreign in re.findall(r"(?:https?:)?//[\w.-]+", text):
			self.fail(f"the page names another host: {foreign}")
		for address in re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=\"([^\"]*)", text):
			self.assertTrue(address.startswith("/assets/"), address)

	def test_page_is_usable_without_javascript(self):
		text = self.ask()[1]
		forms = re.findall(r'<form method="get" action="/agent-directory"', text)
		self.assertEqual(len(forms), 2)
		self.assertIn('<label for="q">', text)
		self.assertIn('id="near" hidden', text)  # shown by the script, which alone can ask for the place

	def test_no_counting_ids_anywhere(self):
		"""A region code or an agent number in an address could be counted up."""
		agent = reach.make_agent("周大姐", duty_phone="13912340001")
		for text in (self.ask()[1], self.ask(q="清溪")[1], self.ask(town="清溪镇")[1], self.village()):
			for hidden in (agent.name, make.VILLAGE, make.TOWN, make.DISTRICT):
				self.assertNotIn(hidden, text)
		for code in (make.VILLAGE, make.TOWN):
			self.assertNotIn("周大姐", self.ask(town=code, village=code)[1])
			self.assertNotIn("周大姐", self.ask(q=code)[1])
		self.assertNotIn("周大姐", self.ask(name=agent.name)[1])


class TestWhoIsShown(DirectoryTestCase):
	def test_only_on_duty_and_certified(self):
		reach.make_agent("在岗的")
		for status in ("Applied", "In Training", "Suspended", "Left", "Removed"):
			reach.make_agent(f"状态{status}", status=status)
		# no act leads here any more; the page must not show them all the same
		for name, ended in (("证书过期", add_days(today(), -1)), ("没有证书", None)):
			reach.make_agent(name).db_set("certificate_valid_to", ended)
		reach.make_agent("还没上岗", on_duty_from=add_days(today(), 3))
		reach.make_agent("今天到期", certificate_valid_to=today())
		text = self.village()
		for shown in ("在岗的", "今天到期"):
			self.assertIn(shown, text)
		for hidden in ("状态", "证书过期", "没有证书", "还没上岗"):
			self.assertNotIn(hidden, text)

	def test_suspension_empties_the_page_at_once(self):
		agent = reach.make_agent("周大姐")
		self.assertIn("周大姐", self.village())
		acts.change_status([agent.name], "Suspend", "带头收费")
		self.assertNotIn("周大姐", self.village())

	def test_closed_points_are_not_shown(self):
		reach.make_point("关了的点", closed_on=today())
		reach.make_point("明年开的点", opened_on=add_days(today(), 300))
		reach.make_point("开着的点", opened_on=today())
		text = self.village()
		self.assertIn("开着的点", text)
		self.assertNotIn("关了的点", text)
		self.assertNotIn("明年开的点", text)
		self.assertIn(frappe._("Choose your village or community"), self.ask(q="清溪")[1])

	def test_answer_comes_from_the_cache_and_a_change_gets_through(self):
		agent = reach.make_agent("周大姐", duty_phone="13912340001")
		self.assertIn("13912340001", self.village())
		agent.db_set("duty_phone", "13912340002")  # past the controller: the cached answer stands
		self.assertIn("13912340001", self.village())
		agent.reload()
		agent.duty_phone = "13912340003"
		agent.save()
		self.assertIn("13912340003", self.village())

	def test_moved_agent_leaves_the_old_village(self):
		agent = reach.make_agent("周大姐")
		self.village()
		self.ask(town="高山镇", village="云台村")
		agent.village = make.VILLAGE_2
		agent.save()
		self.assertNotIn("周大姐", self.village())
		self.assertIn("周大姐", self.ask(town="高山镇", village="云台村")[1])


class TestConsent(DirectoryTestCase):
	def test_each_field_needs_its_own_tick(self):
		shown = {
			"publish_email": "zhou@example.com",
			"publish_phone": "13800001111",
			"publish_address": "柳湾村一组8号",
		}
		for tick, value in shown.items():
			with self.subTest(tick):
				reach.remove_agents_and_places()
				self.forget()
				values = {**ALL_CONSENTS, **dict.fromkeys(shown, 0), tick: 1, "publish_consent_on": today()}
				reach.make_agent("周大姐", duty_phone="13912340001", **values)
				text = self.village()
				self.assertIn("13912340001", text)
				self.assertIn(value, text)
				for other in set(shown.values()) - {value}:
					self.assertNotIn(other, text)

	def test_nothing_personal_without_consent(self):
		reach.make_agent("周大姐", duty_phone="13912340001", email="zhou@example.com")
		text = self.village()
		self.assertIn("13912340001", text)
		self.assertNotIn("zhou@example.com", text)

	def test_tick_needs_a_day_of_consent_that_has_come(self):
		for values in ({"publish_email": 1}, {"publish_phone": 1}, {"publish_address": 1}):
			with self.subTest(values), self.assertRaises(PublishConsentError):
				reach.make_agent("周大姐", **values)
		with self.assertRaises(PublishConsentError):
			reach.make_agent("周大姐", publish_email=1, publish_consent_on=add_days(today(), 1))

	def test_rows_that_passed_the_checks_by_are_not_shown(self):
		agent = reach.make_agent("周大姐", publish_consent_on=today(), **ALL_CONSENTS)
		for consent in (None, add_days(today(), 1)):
			agent.db_set("publish_consent_on", consent)
			self.forget()
			text = self.village()
			for value in ("zhou@example.com", "13800001111", "柳湾村一组8号"):
				self.assertNotIn(value, text)

	def test_consent_taken_back_takes_effect_at_once_and_clears_the_value(self):
		agent = reach.make_agent("周大姐", publish_consent_on=today(), **ALL_CONSENTS)
		self.assertIn("13800001111", self.village())
		agent.publish_phone = agent.publish_address = 0
		agent.save()
		text = self.village()
		self.assertNotIn("13800001111", text)
		self.assertNotIn("柳湾村一组8号", text)
		self.assertFalse(agent.public_phone or agent.public_address)

	def test_position_of_an_agent_is_never_told(self):
		reach.make_agent("周大姐", 0)
		text = self.village()
		for number in (str(reach.CENTRE[0]), str(reach.CENTRE[1])):
			self.assertNotIn(number, text)
		self.as_user("Guest")
		self.assertEqual(nearby(*reach.CENTRE), [])  # no point there, and agents are not measured


class TestAttacks(DirectoryTestCase):
	def test_one_letter_and_wildcards_find_nothing(self):
		reach.make_agent("周大姐")
		for text in ("", " ", "村", "%", "%%", "__", "%_%", "  %  ", "村%", "、、", "*?", None):
			with self.subTest(text), self.assertRaises(DirectoryQuestionError):
				find_villages(text)
		for text in ("%%", "村%", "__"):
			status, page = self.ask(q=text)
			self.assertEqual(status, 200)
			self.assertNotIn("柳湾村", page)

	def test_injection_finds_nothing_and_is_not_echoed(self):
		reach.make_agent("周大姐")
		for text in (
			"柳湾' OR '1'='1",
			'柳湾" OR 1=1 -- ',
			"柳湾\\' UNION SELECT name FROM tabUser -- ",
			"<script>alert(1)</script>",
			'"><img src=x onerror=alert(1)>',
			"{{ frappe.session.user }}",
			"{% raw %}",
			"柳湾;DROP TABLE tabUser",
		):
			with self.subTest(text):
				status, page = self.ask(q=text)
				self.assertEqual(status, 200)
				self.assertNotIn("周大姐", page)
				self.assertNotIn("<script>alert", page)
				self.assertNotIn("<img src=x", page)
				self.assertNotIn('value="Guest"', page)
				for field in ("town", "village"):
					page = self.ask(**{"town": "清溪镇", "village": "柳湾村", field: text})[1]
					self.assertNotIn("周大姐", page)
					self.assertNotIn("<script>alert", page)
					self.assertNotIn("<img src=x", page)

	def test_many_matches_are_cut(self):
		for number in range(directory.MAX_PLACES + 15):
			code = f"990199101{300 + number}"
			make.insert_if_missing(
				"Region",
				code,
				region_name=f"团结{number}村",
				code=code,
				level="Village",
				parent_region=make.TOWN,
			)
		rows, has_more = find_villages("团结")
		self.assertEqual((len(rows), has_more), (directory.MAX_PLACES, True))
		self.assertEqual(self.ask(q="团结")[1].count("village="), directory.MAX_PLACES)

	def test_page_walking_is_stopped_per_address(self):
		reach.make_agent("周大姐")
		frappe.db.set_single_value("Petition Proxy Settings", "guest_questions", 5)
		frappe.clear_document_cache("Petition Proxy Settings", "Petition Proxy Settings")
		self.addCleanup(frappe.clear_document_cache, "Petition Proxy Settings", "Petition Proxy Settings")
		answers = [
			self.ask(town="清溪镇", village=v, address="198.51.100.1") for v in ("柳湾村", "石桥村") * 4
		]
		self.assertEqual([status for status, _text in answers], [200] * 5 + [429] * 3)
		self.assertNotIn("周大姐", answers[6][1])
		self.assertIn('role="search"', answers[7][1])
		self.assertEqual(self.ask(address="198.51.100.1")[0], 200)  # the empty form stays open
		self.assertEqual(self.ask(q="柳湾", address="198.51.100.2")[0], 200)
		with self.assertRaises(frappe.RateLimitExceededError):  # the same count guards the search by distance
			frappe.local.request_ip = "198.51.100.1"
			nearby(*reach.CENTRE)

	def test_count_ends_with_its_window(self):
		self.ask(q="柳湾", address="198.51.100.3")
		key = frappe.cache.make_key("petition_proxy_questions|directory|198.51.100.3")
		self.assertTrue(0 < frappe.cache.ttl(key) <= limits.WINDOW_SECONDS)

	def test_guests_cannot_go_round_the_page(self):
		reach.make_agent("周大姐")
		self.as_user("Guest")
		for doctype in ("Proxy Agent", "Service Point", "Settlement", "Publicity Event", "Walking Distance"):
			with self.subTest(doctype), self.assertRaises(frappe.PermissionError):
				frappe.get_list(doctype)

	def test_unknown_village_tells_nothing(self):
		text = self.ask(town="清溪镇", village="没有村")[1]
		self.assertIn('role="alert"', text)
		self.assertIsNone(village_page("高山镇", "柳湾村"))  # a village under the wrong town
		self.assertIsNone(village_page(None, None))


class TestNearby(DirectoryTestCase):
	def test_nearest_open_points_with_rounded_distances(self):
		reach.make_point("近点", 420, phone="023-68110001")
		reach.make_point("远点", 2_330)
		reach.make_point("关点", 100, closed_on=today())
		reach.make_point("外省点", 90_000)
		reach.make_point("无坐标点")
		self.as_user("Guest")
		rows = nearby(*reach.CENTRE)
		self.assertEqual(
			[(row["point_name"], row["metres"]) for row in rows], [("近点", 400), ("远点", 2300)]
		)
		self.assertEqual(
			set(rows[0]),
			{"point_name", "address", "phone", "opening_hours", "village_name", "town_name", "metres"},
		)

	def test_impossible_places_are_refused(self):
		self.as_user("Guest")
		for place in ((95, 10), (10, 200), (float("nan"), 10)):
			with self.subTest(place), self.assertRaises(frappe.ValidationError):
				nearby(*place)
		self.assertEqual(nearby(0, 0), [])

	def test_only_by_post(self):
		"""A position in an address would stay in the server's log."""
		methods = frappe.allowed_http_methods_for_whitelisted_func[nearby]
		self.assertEqual(list(methods), ["POST"])


class TestHallSheet(DirectoryTestCase):
	def test_staff_print_all_villages(self):
		for number in range(directory.MAX_AGENTS + 2):
			reach.make_agent(f"代理员{number:02d}", duty_phone="13912340001")
		reach.make_agent("停职的", status="Suspended")
		reach.make_agent("有邮箱", email="zhou@example.com", village=make.VILLAGE_2)
		for user in ("office@pp.test", "town@pp.test", "leader@pp.test"):
			status, text = self.ask("directory-sheet", user=user)
			self.assertEqual(status, 200)
			for shown in (
				"柳湾村",
				"云台村",
				"石桥村",
				"代理员00",
				f"代理员{directory.MAX_AGENTS + 1}",
				'class="portal sheet"',
			):
				self.assertIn(shown, text)
			self.assertNotIn("停职的", text)
			self.assertNotIn("zhou@example.com", text)  # the wall shows no more than the page
		text = self.ask("directory-sheet", user="office@pp.test", town="高山镇")[1]
		self.assertIn("云台村", text)
		self.assertNotIn("柳湾村", text)

	def test_nobody_else_does(self):
		reach.make_agent("周大姐")
		for user in ("Guest", "agent@pp.test", "petitioner@pp.test"):
			status, text = self.ask("directory-sheet", user=user)
			with self.subTest(user):
				self.assertNotEqual(status, 200)
				self.assertNotIn("周大姐", text)

	def test_statements_do_not_grow_with_villages(self):
		reach.make_agent("周大姐")
		directory.read_villages(frappe.utils.getdate())
		with self.assertQueryCount(3):
			directory.read_villages(frappe.utils.getdate())
