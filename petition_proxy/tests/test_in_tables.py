"""What offices hand in as tables: the templates, and what hostile or careless tables meet."""

import io
import re
from pathlib import Path

import frappe
from frappe.core.doctype.data_import.importer import Importer
from frappe.utils import getdate

from petition_proxy.domain.lifecycle import PORTAL_ROLES
from petition_proxy.imports import templates as t
from petition_proxy.imports.agent_import import import_agents
from petition_proxy.imports.category_import import import_categories
from petition_proxy.imports.ledger_import import propose_mapping, run_import
from petition_proxy.imports.table_import import MOST_ROWS, TableImportError, import_records
from petition_proxy.imports.tables import read_table
from petition_proxy.imports.user_import import LINK, MAIL, STAFF_ROLES, import_staff
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase


def import_example(key: str, **options):
	"""Hand a template in as it is downloaded, with its remarks and its examples."""
	template, data = t.get_template(key), t.template_csv(key)
	if template.reader == t.RECORDS:
		return import_records(template, data, examples_allowed=True, **options)
	if template.reader == t.USERS:
		return import_staff(data, examples_allowed=True, **options)
	if template.reader == t.CATEGORIES:
		return import_categories(data)
	if template.reader == t.AGENTS:
		return import_agents(data)
	return run_import(data, "示例台账", propose_mapping(read_table(data)), commit=False)


class TableTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		self.addCleanup(setattr, frappe.local, "lang", frappe.local.lang)

	def reasons(self, result) -> dict[int, str]:
		return {remark.row_number: remark.text for remark in result.remarks}

	def refused(self, words: str, key: str, data: bytes | str, row: int = 2) -> None:
		result = import_records(t.get_template(key), data)
		self.assertIn(words, self.reasons(result).get(row, ""), self.reasons(result))
		self.assertFalse(result.as_dict()["is_written"])


class TestTemplates(TableTestCase):
	def import_all(self):
		for key in t.IN_ORDER:
			result = import_example(key)
			wrong = getattr(result, "remarks", None) or getattr(result, "rejected", None) or []
			self.assertEqual(wrong, [], key)
		return None

	def test_examples_in_order_build_a_place_from_nothing(self):
		frappe.local.lang = "zh"
		self.import_all()
		village = frappe.get_doc("Region", "500198101201")
		self.assertEqual(
			(village.town, village.district, village.population), ("500198101000", "500198000000", 1630)
		)
		town = frappe.get_doc("Handling Unit", "SL-Z1")
		self.assertEqual(
			(town.unit_type, town.territory_parent, town.letter_prefix), ("Town", "SL-XF", "示镇")
		)
		office = frappe.get_doc("Handling Unit", "SL-XF")
		self.assertEqual(office.head, "wang@shili.example")
		self.assertEqual([row.user for row in town.members], ["zhao@shili.example"])
		self.assertEqual(
			set(frappe.get_roles("wang@shili.example")) & set(STAFF_ROLES),
			{"Petition Office", "Handling Unit Head"},
		)
		settlement = frappe.get_doc("Settlement", {"settlement_name": "示例花园小区"})
		self.assertEqual((settlement.village, settlement.latitude), (village.name, 29.509))
		path = frappe.db.get_value("Petition Category", {"path": "示例城乡建设/示例物业服务"})
		rule = frappe.get_doc("Responsibility Rule", {"category": path, "region": "500198101000"})
		self.assertEqual(
			(rule.handling_unit, rule.priority, rule.valid_from), ("SL-Z1", 10, getdate("2026-01-01"))
		)
		calendar = frappe.get_doc("Work Calendar", "2099")
		self.assertEqual(
			[(str(row.day), row.day_type) for row in calendar.days],
			[("2099-01-01", "Holiday"), ("2099-01-02", "Holiday"), ("2099-01-04", "Make-up Workday")],
		)
		agents = frappe.get_all(
			"Proxy Agent", {"village": village.name}, ["agent_name", "status"], order_by="agent_name"
		)
		self.assertEqual({a.agent_name: a.status for a in agents}["示例甲"], "On Duty")
		self.assertEqual(len(agents), 3)
		cases = frappe.get_all(
			"Petition",
			{"village": village.name},
			["handling_unit", "petitioned_at"],
			order_by="petitioned_at",
		)
		self.assertEqual([c.handling_unit for c in cases], ["SL-Z1", "SL-JW", "SL-Z1"])
		self.assertEqual(str(cases[0].petitioned_at), "2019-11-14 20:45:00")

	def test_again_changes_nothing(self):
		self.import_all()
		for key in t.IN_ORDER:
			result = import_example(key)
			self.assertEqual(result.added if hasattr(result, "added") else result.imported, 0, key)
			self.assertEqual(getattr(result, "changed", 0), 0, key)

	def test_english_and_chinese_people_read_each_other_s_files(self):
		for written, read in (("zh", "en"), ("en", "zh")):
			frappe.local.lang = written
			data = t.template_csv("regions")
			frappe.local.lang = read
			result = import_records(t.REGIONS, data, examples_allowed=True, is_trial=True)
			self.assertEqual((result.added, result.remarks, result.ignored_columns), (3, [], ()))

	def test_templates_say_what_the_records_say(self):
		for key, template in t.TEMPLATES.items():
			table = read_table(t.template_csv(key))
			self.assertEqual(len(table.header), len(template.columns), key)
			self.assertEqual(len(table.rows), 3, key)
			if template.reader != t.RECORDS:
				continue
			fields = {column.fieldname: t.field_of(template, column) for column in template.columns}
			self.assertNotIn(None, fields.values(), key)
			needed = {
				df.fieldname
				for df in frappe.get_meta(template.doctype).fields
				if df.reqd and not df.default and df.fieldtype != "Table"
			}
			self.assertLessEqual(needed, set(fields), f"{key}: a record needs a column the template lacks")
			for lang in ("en", "zh"):
				frappe.local.lang = lang
				headings = [t.heading_of(template, column) for column in template.columns]
				self.assertEqual(len(set(headings)), len(headings), headings)

	def test_the_paper_about_imports_names_every_column(self):
		path = Path(frappe.get_app_path("petition_proxy")).parent / "docs" / "import.md"
		parts = re.split(r"^### .*\(`([a-z-]+)`\)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
		sections = dict(zip(parts[1::2], parts[2::2], strict=True))
		self.assertEqual(set(sections), set(t.TEMPLATES))
		for key, template in t.TEMPLATES.items():
			rows = re.findall(r"^\| (\*\*)?(.+?)(?:\*\*)? \| (.+?) \|", sections[key], flags=re.MULTILINE)
			told = [(english, chinese, bool(bold)) for bold, english, chinese in rows[1:]]
			wanted = []
			for column in template.columns:
				words = []
				for frappe.local.lang in ("en", "zh"):
					words.append(t.heading_of(template, column))
				wanted.append((*words, t.is_needed(template, column)))
			self.assertEqual(told, wanted, key)

	def test_frappe_s_data_import_takes_what_needs_nothing_of_its_own_table(self):
		for key in ("regions", "units", "categories", "agents"):
			if t.get_template(key).reader == t.CATEGORIES:
				import_example(key)
			elif t.get_template(key).reader == t.RECORDS:
				import_example(key)
		for lang in ("en", "zh"):
			frappe.local.lang = lang
			for key, count in (("settlements", 3), ("work-calendar", 1)):
				frappe.db.savepoint("data_import")
				docs = self.through_data_import(key)
				self.assertEqual(len(docs), count, f"{key} in {lang}")
				frappe.db.rollback(save_point="data_import")
		self.assertEqual(len(docs[0].days), 3)

	def through_data_import(self, key: str) -> list:
		template = t.get_template(key)
		self.assertTrue(frappe.get_meta(template.doctype).allow_import, template.doctype)
		file = frappe.get_doc(
			{
				"doctype": "File",
				"file_name": f"{frappe.generate_hash(length=8)}.xlsx",
				"is_private": 1,
				"content": t.data_import_xlsx(key),
			}
		).insert()
		doc = frappe.get_doc(
			{
				"doctype": "Data Import",
				"reference_doctype": template.doctype,
				"import_type": "Insert New Records",
			}
		)
		doc.name = "template test"
		importer = Importer(template.doctype, data_import=doc, file_path=file.file_url)
		payloads = importer.import_file.get_payloads_for_import()
		warnings = [w for w in importer.import_file.get_warnings() if w.get("type") != "info"]
		self.assertEqual(warnings, [], key)
		return [importer.process_doc(payload.doc) for payload in payloads]


HEAD = "代码,名称,级别,上级区划"


class TestHostileTables(TableTestCase):
	def test_encodings_and_marks_are_read_and_nonsense_is_not(self):
		text = f"{HEAD}\n990199103000,新镇,镇街,{f.DISTRICT}\n"
		for data in (
			text.encode(),
			text.encode("utf-8-sig"),
			text.encode("gbk"),
			text.encode("utf-16"),
			text.replace(",", "\t"),
			"\ufeff" + text,
		):
			result = import_records(t.REGIONS, data, is_trial=True)
			self.assertEqual((result.added, result.remarks), (1, []))
		for data in (b"\x00\xff\xfe\x80" * 40, b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0old", b"", "", "\x00"):
			with self.assertRaises(TableImportError):
				import_records(t.REGIONS, data)

	def test_formulas_are_refused_by_row_and_nothing_is_written(self):
		for cell in ("=HYPERLINK(1)", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "＝1+1"):
			before = frappe.db.count("Region")
			self.refused("formula", "regions", f"{HEAD}\n990199103000,{cell},镇街,{f.DISTRICT}\n")
			self.assertEqual(frappe.db.count("Region"), before)

	def test_markup_is_refused(self):
		self.refused("< or >", "regions", f"{HEAD}\n990199103000,<b>新镇,镇街,{f.DISTRICT}\n")

	def test_a_hundred_thousand_rows_are_refused_at_once(self):
		data = f"{HEAD}\n" + "990199103000,新镇,镇街,990199000000\n" * 100_000
		with self.assertRaisesRegex(TableImportError, str(MOST_ROWS)):
			import_records(t.REGIONS, data)
		with self.assertRaisesRegex(TableImportError, "10 MB"):
			import_records(t.REGIONS, "x" * (11 * 1024**2))

	def test_one_wrong_row_and_nothing_is_written(self):
		data = f"{HEAD}\n990199103000,新镇,镇街,{f.DISTRICT}\n990199103201,新村,村（社区）,990199103000\n99019,短,镇街,{f.DISTRICT}\n"
		result = import_records(t.REGIONS, data)
		self.assertEqual(set(self.reasons(result)), {4})
		self.assertIn("12 digits", self.reasons(result)[4])
		self.assertFalse(frappe.db.exists("Region", "990199103000"))
		self.assertFalse(frappe.get_cached_value("Region", "990199103000", "name"))
		self.assertIn("Nothing has been written", result.summary())

	def test_rows_in_any_order_and_the_lower_before_the_upper(self):
		data = f"{HEAD}\n990199103201,新村,Village,990199103000\n990199103000,新镇,Town,{f.DISTRICT}\n"
		result = import_records(t.REGIONS, data)
		self.assertEqual((result.added, result.remarks), (2, []))
		self.assertEqual(frappe.db.get_value("Region", "990199103201", "district"), f.DISTRICT)

	def test_codes_twice_and_loops_are_named_by_row(self):
		row = f"990199103000,新镇,镇街,{f.DISTRICT}\n"
		self.refused("row 2 already", "regions", f"{HEAD}\n{row}{row}", row=3)
		units = "单位代码,单位,单位类型,层级,区划,属地上级单位,业务主管单位\n"
		line = "{0},{0}局,区级部门,区县,990199000000,{1},{2}\n"
		loop = units + line.format("A1", "A2", "") + line.format("A2", "A3", "") + line.format("A3", "A1", "")
		result = import_records(t.UNITS, loop)
		self.assertEqual(set(self.reasons(result)), {2, 3, 4})
		self.assertIn("above itself", self.reasons(result)[2])
		self.assertFalse(frappe.db.exists("Handling Unit", "A1"))
		# each above the other in another line of work is no loop
		cross = units + line.format("A1", "", "A2") + line.format("A2", "A1", "")
		result = import_records(t.UNITS, cross)
		self.assertEqual((result.added, result.remarks), (2, []))
		self.assertEqual(frappe.db.get_value("Handling Unit", "A1", "line_superior"), "A2")
		# a loop through a unit on file
		self.refused("above itself", "units", units + line.format("A2", "A1", "A1"))

	def test_example_rows_left_in_are_refused(self):
		for key in ("regions", "units", "settlements", "work-calendar"):
			template = t.get_template(key)
			result = import_records(template, t.template_csv(key))
			self.assertEqual(len(result.remarks), 3, key)
			self.assertIn("example", result.remarks[0].text)

	def test_wrong_places_numbers_and_words(self):
		head = "居民聚集点,村（社区）,人口,纬度,经度\n"
		self.refused("no 无此村", "settlements", head + "甲,无此村,1,29.5,106.5\n")
		self.refused("no number", "settlements", head + "甲,柳湾村,很多,29.5,106.5\n")
		self.refused("no number", "settlements", head + "甲,柳湾村,1,nan,106.5\n")
		self.refused("none of", "regions", f"{HEAD}\n990199103000,新镇,省,{f.DISTRICT}\n")
		self.refused("missing", "settlements", head + ",柳湾村,1,29.5,106.5\n")
		self.refused("more cells", "settlements", head + "甲,柳湾村,1,29.5,106.5,多,余\n")
		with self.assertRaisesRegex(TableImportError, "lacks these columns"):
			import_records(t.SETTLEMENTS, "居民聚集点,人口\n甲,1\n")
		with self.assertRaisesRegex(TableImportError, "twice"):
			import_records(t.REGIONS, f"{HEAD},code\n1,2,3,4,5\n")

	def test_a_blank_cell_leaves_what_is_on_file_and_a_changed_one_changes_it(self):
		result = import_records(t.REGIONS, f"{HEAD},人口\n{f.VILLAGE},柳湾村,村（社区）,{f.TOWN},88\n")
		self.assertEqual(result.changed, 1)
		result = import_records(t.REGIONS, f"{HEAD},人口\n{f.VILLAGE},柳湾村,村（社区）,{f.TOWN},\n")
		self.assertEqual((result.changed, result.unchanged), (0, 1))
		self.assertEqual(frappe.db.get_value("Region", f.VILLAGE, "population"), 88)

	def test_a_trial_writes_nothing(self):
		result = import_records(t.REGIONS, f"{HEAD}\n990199103000,新镇,镇街,{f.DISTRICT}\n", is_trial=True)
		self.assertEqual(result.added, 1)
		self.assertFalse(frappe.db.exists("Region", "990199103000"))
		self.assertIn("would be added", result.summary())

	def test_a_town_officer_hands_in_no_regions(self):
		self.as_user("town@pp.test")
		with self.assertRaises(frappe.PermissionError):
			import_records(t.REGIONS, f"{HEAD}\n990199103000,新镇,镇街,{f.DISTRICT}\n")

	def test_a_town_officer_s_settlements_go_in(self):
		self.as_user("town@pp.test")
		result = import_records(t.SETTLEMENTS, "居民聚集点,村（社区）\n新组,柳湾村\n")
		self.assertEqual((result.added, result.remarks), (1, []))

	def test_a_workbook_is_read(self):
		from openpyxl import Workbook

		book = Workbook()
		for line in (HEAD.split(","), [990199103000, "新镇", "镇街", f.DISTRICT]):
			book.active.append(line)
		out = io.BytesIO()
		book.save(out)
		result = import_records(t.REGIONS, out.getvalue(), is_trial=True)
		self.assertEqual((result.added, result.remarks), (1, []))


PEOPLE = "邮箱,姓名,角色,单位,职务,初始密码\n"


class TestStaff(TableTestCase):
	def setUp(self):
		super().setUp()
		self.as_user(f.MANAGER)

	def refuses(self, words: str, lines: str) -> None:
		result = import_staff(PEOPLE + lines)
		self.assertIn(words, " ".join(self.reasons(result).values()))
		self.assertFalse(frappe.db.exists("User", "new@pp.test"))

	def test_accounts_roles_posts_and_a_link_once(self):
		lines = PEOPLE + "new@pp.test,新同志,部门信访干部;承办单位负责人,云江区人社局,负责人,\n"
		result = import_staff(lines, invite=LINK)
		self.assertEqual((result.added, result.remarks), (1, []))
		self.assertIn("/update-password?key=", result.links[0]["link"])
		self.assertEqual(frappe.db.get_value("Handling Unit", f.DEPT_UNIT_2, "head"), "new@pp.test")
		again = import_staff(lines)
		self.assertEqual((again.added, again.changed, again.unchanged, again.links), (0, 0, 1, []))

	def test_one_person_in_two_units(self):
		result = import_staff(
			PEOPLE
			+ "new@pp.test,新同志,Town Petition Officer,T-TOWN,Member,\n"
			+ "new@pp.test,新同志,Town Petition Officer,T-TOWN2,Member,\n"
		)
		self.assertEqual((result.added, result.remarks), (1, []))
		for unit in (f.TOWN_UNIT, f.TOWN_UNIT_2):
			users = [row.user for row in frappe.get_doc("Handling Unit", unit).members]
			self.assertIn("new@pp.test", users)

	def test_a_first_password_opens_the_account(self):
		import_staff(PEOPLE + "new@pp.test,新同志,Town Petition Officer,T-TOWN,,柳湾Qx-2026<&>钥匙\n")
		from frappe.utils.password import check_password

		self.assertEqual(check_password("new@pp.test", "柳湾Qx-2026<&>钥匙"), "new@pp.test")

	def test_no_password_of_an_account_on_file_is_changed(self):
		from frappe.utils.password import check_password

		import_staff(PEOPLE + "new@pp.test,新同志,Town Petition Officer,,,first-password-1\n")
		import_staff(PEOPLE + "new@pp.test,新同志,Village Petition Officer,,,second-password-2\n")
		self.assertEqual(check_password("new@pp.test", "first-password-1"), "new@pp.test")
		self.assertIn("Village Petition Officer", frappe.get_roles("new@pp.test"))

	def test_what_is_refused_by_row(self):
		self.refuses("none of", "new@pp.test,新同志,System Manager,,,\n")
		for role in PORTAL_ROLES:
			self.refuses("none of", f"new@pp.test,新同志,{role},,,\n")
		self.refuses("no e-mail", "new.pp.test,新同志,Petition Office,,,\n")
		self.refuses("there is no", "new@pp.test,新同志,Petition Office,无此单位,,\n")
		self.refuses("needs a unit", "new@pp.test,新同志,Petition Office,,Head,\n")
		self.refuses("at least 10", "new@pp.test,新同志,Petition Office,,,short\n")
		self.refuses("formula", "new@pp.test,=1+1,Petition Office,,,\n")
		self.refuses("agent or a petitioner", "agent@pp.test,某,Petition Office,,,\n")
		self.refuses(
			"another head",
			"a@pp.test,甲,Petition Office,T-DEPT2,Head,\nb@pp.test,乙,Petition Office,T-DEPT2,Head,\n",
		)
		self.refuses(
			"row 2 already",
			"a@pp.test,甲,Petition Office,T-DEPT2,,\na@pp.test,甲,Petition Office,T-DEPT2,,\n",
		)
		self.assertFalse(frappe.db.exists("User", "a@pp.test"))

	def test_without_mail_nobody_is_invited_by_mail(self):
		frappe.db.set_value("Email Account", {"default_outgoing": 1}, "default_outgoing", 0)
		if not frappe.conf.get("mail_server"):
			with self.assertRaisesRegex(TableImportError, "outgoing mail"):
				import_staff(PEOPLE + "new@pp.test,新同志,Petition Office,,,\n", invite=MAIL)

	def test_the_petition_office_makes_no_accounts(self):
		self.as_user("office@pp.test")
		with self.assertRaises(frappe.PermissionError):
			import_staff(PEOPLE + "new@pp.test,新同志,Petition Office,,,\n")
