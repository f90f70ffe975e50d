"""The guided set-up as people call it: who may, what is kept, what is refused, and the check list before go-live."""

import base64

import frappe

from petition_proxy.api import setup_guide as api
from petition_proxy.domain import readiness as rules
from petition_proxy.imports.table_import import TableImportError
from petition_proxy.imports.templates import TemplateError
from petition_proxy.queries.readiness import get_findings, is_ready
from petition_proxy.setup.check_command import report_lines
from petition_proxy.setup.guide import STEPS, GuideError
from petition_proxy.setup.module_profile import PROFILE
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.rules import RuleInUseError

OFFICE = "office@pp.test"
REGION_HEAD = "代码,名称,级别,上级区划\n"
RIGHT = f"{REGION_HEAD}990199103000,新镇,镇街,{f.DISTRICT}\n"
WRONG = f"{RIGHT}99019,短,镇街,{f.DISTRICT}\n"
PEOPLE = "邮箱,姓名,角色,单位,职务\nnew@pp.test,新同志,Department Petition Officer,云江区人社局,Member\n"


class GuideTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		self.addCleanup(setattr, frappe.local, "lang", frappe.local.lang)
		self.as_user(OFFICE)

	def without_cases(self) -> None:
		"""As before the first day; a site on which people tried things has some."""
		frappe.db.delete("Petition")

	def step(self, name: str) -> dict:
		return next(step for step in api.get_guide()["steps"] if step["step"] == name)

	def settings(self):
		return frappe.get_single("Petition Proxy Settings")


class TestWhoMay(GuideTestCase):
	def test_only_the_petition_office_and_the_manager_open_it(self):
		for user in (OFFICE, f.MANAGER):
			self.as_user(user)
			guide = api.get_guide()
			self.assertEqual([step["step"] for step in guide["steps"]], list(rules.STEPS))
			self.assertEqual(guide["may_make_accounts"], user == f.MANAGER)
		for user in ("town@pp.test", "dept@pp.test", "leader@pp.test", "clerk@pp.test", "agent@pp.test"):
			self.as_user(user)
			for function in (api.get_guide, api.get_readiness, api.send_test_notice):
				with self.assertRaises(frappe.PermissionError):
					function()
			with self.assertRaises(frappe.PermissionError):
				api.hand_in_table("regions", RIGHT)

	def test_templates_go_to_whoever_may_hand_such_a_table_in(self):
		for user, keys in (
			(OFFICE, {"regions", "units", "users", "settlements", "old-cases", "agents", "work-calendar"}),
			("town@pp.test", {"settlements", "agents"}),
			("clerk@pp.test", {"old-cases", "agents"}),
			("leader@pp.test", set()),
		):
			self.as_user(user)
			for key in ("regions", "units", "users", "settlements", "old-cases", "agents", "work-calendar"):
				with self.subTest(user=user, key=key):
					if key in keys:
						api.get_template(key)
						self.assertEqual(frappe.response["filename"], f"{key}-template.csv")
						self.assertTrue(frappe.response["filecontent"].startswith(b"\xef\xbb\xbf"))
						continue
					with self.assertRaises(frappe.PermissionError):
						api.get_template(key)
		with self.assertRaises(frappe.PermissionError):
			api.get_template("none")
		self.as_user(OFFICE)
		with self.assertRaises(TemplateError):
			api.get_template("none")
		with self.assertRaises(TemplateError):
			api.get_template("categories", for_data_import=True)
		api.get_template("settlements", for_data_import=True)
		self.assertEqual(frappe.response["filename"], "settlements-data-import.xlsx")

	def test_imports_of_their_own_are_offered_to_whoever_may_start_them(self):
		for user, may in ((OFFICE, True), (f.MANAGER, False)):
			self.as_user(user)
			tables = {table["key"]: table for table in self.step(rules.AGENTS)["tables"]}
			self.assertEqual(tables["agents"]["may_open_form"], may)
			self.assertEqual(tables["old-cases"]["import_form"], "Ledger Import")
			self.assertIsNone(tables["settlements"]["import_form"])


class TestTyped(GuideTestCase):
	def test_the_district_keeps_its_code_once_it_has_cases(self):
		self.without_cases()
		api.name_district(f.DISTRICT, "云江新区")
		self.assertEqual(frappe.db.get_value("Region", f.DISTRICT, "region_name"), "云江新区")
		for code, name, words in (
			(f.TOWN, "清溪", "code of a town"),
			("12", "短区", "12 digits"),
			("990198000000", "<b>", "Take them out"),
			("990198000000", "=1+1", "formula"),
			("", "无码区", "missing"),
		):
			with (
				self.subTest(code=code, name=name),
				self.assertRaisesRegex(frappe.ValidationError, words),
			):
				api.name_district(code, name)
		api.name_district("990198000000", "另区")
		self.assertEqual(self.settings().district, "990198000000")
		api.name_district(f.DISTRICT, "云江区")
		self.as_user("Administrator")
		f.make_petition()
		self.as_user(OFFICE)
		with self.assertRaisesRegex(GuideError, "stays with it"):
			api.name_district("990198000000", "另区")
		self.assertEqual(self.settings().district, f.DISTRICT)

	def test_the_petition_office_is_named_and_another_unit_is_not_taken_for_it(self):
		api.name_office("T-OFFICE2", "云江区信访局", "云信", "023-60000001")
		unit = frappe.get_doc("Handling Unit", "T-OFFICE2")
		self.assertEqual(
			(unit.unit_type, unit.region, unit.letter_prefix), ("Petition Office", f.DISTRICT, "云信")
		)
		self.assertEqual(self.settings().petition_office, "T-OFFICE2")
		with self.assertRaisesRegex(GuideError, "another unit"):
			api.name_office(f.DEPT_UNIT, "信访办")
		settings = self.settings()
		settings.db_set("district", None)
		frappe.clear_document_cache("Petition Proxy Settings", "Petition Proxy Settings")
		with self.assertRaisesRegex(GuideError, "district first"):
			api.name_office("T-OFFICE2", "云江区信访局")

	def test_limits_change_before_their_first_use_only(self):
		self.without_cases()
		row = next(row for row in self.step(rules.CLASSES)["data"]["rows"] if row["class_code"] == "G")
		sent = {"name": row["name"], "modified": row["modified"], "limit_days": row["limit_days"] + 1}
		self.assertEqual(api.change_classes([sent]), 1)
		with self.assertRaisesRegex(GuideError, "meanwhile"):
			api.change_classes([sent])
		with self.assertRaisesRegex(GuideError, "no number"):
			api.change_classes([{"name": row["name"], "limit_days": "many"}])
		with self.assertRaisesRegex(GuideError, "no reply class"):
			api.change_classes([{"name": "X-1"}])
		with self.assertRaisesRegex(GuideError, "cannot be read"):
			api.change_classes("[")
		self.as_user("Administrator")
		doc = f.make_petition()
		doc.db_set("reply_class", row["name"])
		self.as_user(OFFICE)
		row = next(one for one in self.step(rules.CLASSES)["data"]["rows"] if one["name"] == row["name"])
		self.assertTrue(row["is_used"])
		with self.assertRaises(RuleInUseError):
			api.change_classes([{"name": row["name"], "limit_days": row["limit_days"] + 1}])

	def test_words_of_letters(self):
		rows = self.step(rules.LETTERS)["data"]["rows"]
		self.assertGreater(len(rows), 3)
		kind = rows[0]["kind"]
		self.assertEqual(api.change_letter_words([{"kind": kind, "word": "新字"}]), 1)
		self.assertEqual(api.change_letter_words([{"kind": kind, "word": "新字"}]), 0)
		self.assertEqual(next(r.word for r in self.settings().letter_words if r.kind == kind), "新字")
		with self.assertRaisesRegex(GuideError, "no kind"):
			api.change_letter_words([{"kind": "Love Letter", "word": "情"}])
		with self.assertRaisesRegex(GuideError, "missing"):
			api.change_letter_words([{"kind": kind, "word": ""}])

	def test_hours_and_numbers(self):
		self.assertEqual(api.change_settings({"digest_at": "8:05", "guest_questions": "77"}), 2)
		settings = self.settings()
		self.assertEqual((str(settings.digest_at).zfill(8), settings.guest_questions), ("08:05:00", 77))
		self.assertEqual(api.change_settings({"digest_at": "08:05", "guest_questions": 77}), 0)
		for values, words in (
			({"digest_at": "25:00"}, "hour like"),
			({"guest_questions": "-1"}, "no number"),
			({"petition_office": "X"}, "not set here"),
		):
			with self.subTest(values), self.assertRaisesRegex(GuideError, words):
				api.change_settings(values)

	def test_a_calendar_is_filled_for_a_year_that_is_published(self):
		year = self.step(rules.CALENDAR)["data"]["published"][-1]
		self.assertEqual(api.fill_calendar(year), str(year))
		with self.assertRaisesRegex(frappe.ValidationError, "not been published"):
			api.fill_calendar(2099)

	def test_a_test_notice_once_a_minute(self):
		self.assertFalse(self.met("test-notice"))
		api.send_test_notice()
		self.assertEqual(
			frappe.db.count(
				"Notification Log", {"for_user": OFFICE, "type": "Alert", "subject": ["like", "Test notice%"]}
			),
			1,
		)
		self.assertTrue(self.met("test-notice"))
		with self.assertRaisesRegex(GuideError, "Wait a minute"):
			api.send_test_notice()

	def met(self, code: str) -> bool:
		return next(found["is_met"] for found in api.get_readiness() if found["code"] == code)


class TestHandedIn(GuideTestCase):
	def test_a_wrong_row_is_named_and_nothing_is_written(self):
		answer = api.hand_in_table("regions", WRONG)
		self.assertFalse(answer["is_written"])
		self.assertEqual([(one["row"], one["title"]) for one in answer["remarks"]], [(3, "99019")])
		self.assertIn("12 digits", answer["remarks"][0]["text"])
		self.assertFalse(frappe.db.exists("Region", "990199103000"))

	def test_a_trial_first_then_the_file_itself(self):
		content = "data:text/csv;base64," + base64.b64encode(RIGHT.encode("gbk")).decode()
		trial = api.hand_in_table("regions", content=content, is_trial=True)
		self.assertEqual((trial["added"], trial["is_written"]), (1, False))
		self.assertFalse(frappe.db.exists("Region", "990199103000"))
		answer = api.hand_in_table("regions", content=content)
		self.assertEqual((answer["added"], answer["is_written"], answer["remarks"]), (1, True, []))
		self.assertEqual(frappe.db.get_value("Region", "990199103000", "region_name"), "新镇")
		again = api.hand_in_table("regions", content=content)
		self.assertEqual((again["added"], again["unchanged"]), (0, 1))

	def test_categories_are_tried_and_added(self):
		text = "level_1,level_2\n示例大类,示例小类\n"
		trial = api.hand_in_table("categories", text, is_trial=True)
		self.assertEqual((trial["added"], trial["is_written"]), (2, False))
		self.assertFalse(frappe.db.exists("Petition Category", {"path": "示例大类"}))
		self.assertEqual(api.hand_in_table("categories", text)["added"], 2)
		self.assertTrue(frappe.db.exists("Petition Category", {"path": "示例大类/示例小类"}))

	def test_what_cannot_be_read(self):
		for template, arguments, words in (
			("regions", {}, "Choose a file"),
			("regions", {"text": "  "}, "Choose a file"),
			("regions", {"content": "🏮"}, "did not arrive whole"),
			("regions", {"content": "a" * (15 * 1024**2)}, "10 MB"),
			("agents", {"text": "姓名\n甲\n"}, "a place of its own"),
			("old-cases", {"text": "姓名\n甲\n"}, "a place of its own"),
			("users", {"text": PEOPLE}, "a place of its own"),
		):
			with self.subTest(template, **{k: v[:10] for k, v in arguments.items()}):
				with self.assertRaisesRegex(TableImportError, words):
					api.hand_in_table(template, **arguments)
		with self.assertRaises(TemplateError):
			api.hand_in_table("none", RIGHT)

	def test_accounts_are_made_by_the_manager_and_find_petition_work_alone(self):
		with self.assertRaises(frappe.PermissionError):
			api.hand_in_staff(PEOPLE)
		self.assertFalse(frappe.db.exists("User", "new@pp.test"))
		self.as_user(f.MANAGER)
		trial = api.hand_in_staff(PEOPLE, is_trial=True)
		self.assertEqual((trial["added"], trial["is_written"], trial["links"]), (1, False, []))
		self.assertFalse(frappe.db.exists("User", "new@pp.test"))
		answer = api.hand_in_staff(PEOPLE)
		self.assertEqual((answer["added"], len(answer["links"])), (1, 1))
		user = frappe.get_doc("User", "new@pp.test")
		self.assertEqual((user.module_profile, user.user_type), (PROFILE, "System User"))
		blocked = {row.module for row in user.block_modules}
		self.assertIn("Website", blocked)
		self.assertNotIn("Petition Proxy", blocked)

	def test_a_profile_that_was_deleted_is_made_again(self):
		self.as_user("Administrator")
		frappe.delete_doc("Module Profile", PROFILE, force=True)
		self.as_user(f.MANAGER)
		self.assertEqual(api.hand_in_staff(PEOPLE)["added"], 1)
		self.assertEqual(frappe.db.get_value("User", "new@pp.test", "module_profile"), PROFILE)


class TestReadinessOfASite(GuideTestCase):
	def found(self, code: str) -> dict:
		return next(found for found in api.get_readiness() if found["code"] == code)

	def test_each_check_reads_the_records(self):
		"""What is on file in the tests' district, then one thing taken away at a time."""
		own = (f.DISTRICT, f.TOWN, f.TOWN_2, f.VILLAGE, f.VILLAGE_B, f.VILLAGE_2)
		frappe.db.delete("Region", {"name": ("not in", own)})
		for code in ("district", "towns", "villages", "office", "town-units", "departments", "office-people"):
			self.assertTrue(self.found(code)["is_met"], code)
			self.assertEqual(self.found(code)["mend"], "")
		# no head in 人社局, no unit in 石桥村, accounts that never get mail
		self.assertIn("云江区人社局", self.found("heads")["sentence"])
		self.assertIn("石桥村", self.found("village-units")["sentence"])
		self.assertIn("@pp.test", self.found("test-accounts")["sentence"])
		self.assertEqual(self.found("posts")["is_met"], False)
		self.assertIn("nobody@pp.test", self.found("posts")["sentence"])
		for code, doctype, name, values in (
			("district", "Petition Proxy Settings", None, {"district": None}),
			("office", "Handling Unit", f.OFFICE_UNIT, {"is_active": 0}),
			("town-units", "Handling Unit", f.TOWN_UNIT_2, {"is_active": 0}),
			("towns", "Region", (f.TOWN, f.TOWN_2), {"valid_to": "2020-01-01"}),
		):
			with self.subTest(code):
				frappe.db.savepoint("one_thing")
				if name is None:
					frappe.db.set_single_value(doctype, values)
				else:
					for one in [name] if isinstance(name, str) else name:
						frappe.db.set_value(doctype, one, values)
				frappe.clear_document_cache("Petition Proxy Settings", "Petition Proxy Settings")
				self.assertFalse(self.found(code)["is_met"], code)
				self.assertTrue(self.found(code)["mend"])
				frappe.db.rollback(save_point="one_thing")
				frappe.clear_document_cache("Petition Proxy Settings", "Petition Proxy Settings")

	def test_agents_who_work_online_need_an_account(self):
		self.as_user("Administrator")
		frappe.db.delete("Proxy Agent")
		f.make_agent("agent@pp.test", agent_name="有号代理员", skill="Online")
		f.make_agent(None, agent_name="无号代理员", skill="Online")
		f.make_agent(None, agent_name="纸笔代理员", skill="Paper")
		self.as_user(OFFICE)
		found = self.found("agent-accounts")
		self.assertEqual(found["count"], 1)
		self.assertIn("无号代理员", found["sentence"])

	def test_the_way_is_shown_to_whoever_may_go_it(self):
		self.assertEqual(self.found("tests-off")["route"], [])
		self.assertEqual(self.found("towns")["route"], ["List", "Region"])
		self.as_user(f.MANAGER)
		self.assertEqual(self.found("tests-off")["route"], ["Form", "System Settings"])

	def test_the_step_is_done_when_what_it_must_have_is_there(self):
		self.assertFalse(self.step(rules.USERS)["is_done"])
		self.assertTrue(self.step(rules.REGIONS)["is_done"])
		titles = {step: title for step, title, _text, _tables in STEPS}
		self.assertEqual(set(titles), set(rules.STEPS))

	def test_as_many_questions_whatever_the_size(self):
		get_findings()
		with self.assertQueryCount(25):
			get_findings()

	def test_the_command_tells_the_worst_first_and_fails_until_all_is_mended(self):
		findings = get_findings()
		lines = report_lines(findings)
		self.assertTrue(lines[0].startswith("Must: "))
		order = [line.partition(":")[0] for line in lines if not line.startswith(" ")][:-1]
		self.assertEqual(order, sorted(order))
		self.assertEqual(set(order), {"Must", "Should"})
		met = sum(found["is_met"] for found in findings)
		self.assertIn(f"{met} of {len(findings)} checks are met", lines[-1])
		self.assertFalse(is_ready(findings))
		self.assertTrue(is_ready([{**found, "is_met": True} for found in findings]))
