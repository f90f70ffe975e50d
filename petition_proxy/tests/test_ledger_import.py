"""Taking over old ledgers: whole rows or none, dates kept, nothing twice, and what is wrong is said."""

import csv
import io
import os
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import frappe
from frappe.utils import now_datetime
from frappe.utils.password import decrypt
from openpyxl import Workbook

from petition_proxy.domain import lifecycle
from petition_proxy.domain.ledger import LedgerMappingError
from petition_proxy.imports import ledger_import, ledger_writer, runs
from petition_proxy.imports.ledger_columns import LABELS, make_map, parse_map
from petition_proxy.imports.ledger_import import LedgerImportError, run_import
from petition_proxy.imports.ledger_plan import CASE_KEY_LENGTH, ledger_key
from petition_proxy.jobs.alert_rules import next_action_at_for
from petition_proxy.petition_proxy.doctype.ledger_import import ledger_import as controller
from petition_proxy.queries.timeliness import CaseFilters, sum_counts, timeliness_by_unit
from petition_proxy.tests import factories as make
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.identity import hash_of

SOURCE = "县长信箱"
HEADER = ("编号", "用户编号", "标题", "留言时间", "内容", "答复内容", "答复时间")
ANSWERED = ("A1", "U1", "路灯不亮", "2019/4/25 9:32", "路口的灯坏了。", "已修好。", "2019-05-10 08:00:00")
OPEN = ("A2", "U2", "水管漏水", "2024-03-01", "村口漏水一周。", "", "")
UNDATED = ("A3", "U1", "噪声扰民", "2019-06-01 10:00:00", "夜里施工。", "已约谈。", "不详")
PHONE, ID_NUMBER = "13812345678", "11010519491231002X"


def as_csv(*rows, header=HEADER, encoding="utf-8-sig") -> bytes:
	out = io.StringIO()
	csv.writer(out).writerows([header, *rows])
	return out.getvalue().encode(encoding)


def as_xlsx(*rows, header=HEADER) -> bytes:
	workbook, out = Workbook(), io.BytesIO()
	for row in (header, *rows):
		workbook.active.append(row)
	workbook.save(out)
	return out.getvalue()


class _ImportCase(AppTestCase):
	def take(self, data: bytes, **options):
		options = {"default_village": make.VILLAGE, "commit": False, **options}
		return run_import(data, options.pop("source", SOURCE), options.pop("mapping", None), **options)

	def case(self, number: str):
		return frappe.get_doc("Petition", {"external_source": SOURCE, "external_no": number})

	def counts(self) -> list[int]:
		doctypes = ("Petition", "Petitioner", "Petition Event", "Ledger Import", "File", "Version")
		series = frappe.db.sql("select name, `current` from `tabSeries` order by name")
		return [*(frappe.db.count(doctype) for doctype in doctypes), series]


class TestRows(_ImportCase):
	def test_answered_case_keeps_its_dates(self):
		result = self.take(as_csv(ANSWERED), default_unit=make.DEPT_UNIT)
		self.assertEqual((result.total_rows, result.imported, result.answered), (1, 1, 1))
		case = self.case("A1")
		replied = datetime(2019, 5, 10, 8)
		self.assertEqual(case.workflow_state, lifecycle.CLOSED)
		self.assertEqual((case.petitioned_at, case.registered_at), (datetime(2019, 4, 25, 9, 32),) * 2)
		self.assertEqual((case.replied_at, case.closed_at, case.served_at), (replied, replied, None))
		self.assertEqual((case.due_at, case.next_action_at, case.notice_due_at), (None, None, None))
		self.assertEqual(case.queue_key, "91-201904250932")
		self.assertEqual(
			(case.subject, case.content, case.reply_text), ("路灯不亮", "路口的灯坏了。", "已修好。")
		)
		self.assertEqual((case.village, case.town, case.district), (make.VILLAGE, make.TOWN, make.DISTRICT))
		self.assertEqual((case.round, case.is_proxied, case.filing_channel), (1, 0, "Old Ledger"))
		self.assertEqual((case.handling_unit, case.external_key), (make.DEPT_UNIT, f"{SOURCE}:A1"))
		self.assertEqual(case.owner, "Administrator")

	def test_open_case_equals_what_the_controller_makes(self):
		self.take(as_csv(OPEN))
		taken = self.case("A2")
		petitioner = make.make_petitioner().name
		filed = make.make_petition(
			lifecycle.REGISTERED, proxied=False, petitioner=petitioner, petitioned_at="2024-03-01 00:00:00"
		)
		filed.reload()
		for fieldname in (
			"workflow_state",
			"notice_due_at",
			"notice_rule",
			"due_at",
			"queue_key",
			"next_action_at",
		):
			self.assertEqual(taken.get(fieldname), filed.get(fieldname), fieldname)
		self.assertEqual(taken.next_action_at, next_action_at_for(taken))
		# the earlier law's row for an earlier case
		self.take(as_csv(("A9", "U2", "旧事", "2021-03-01", "旧事一件。", "", "")))
		self.assertIn("2005", self.case("A9").notice_rule)

	def test_imported_case_can_go_on_through_the_form(self):
		self.take(as_csv(OPEN))
		case = self.case("A2")
		make.walk(case, "Assign")
		self.assertEqual(frappe.db.get_value("Petition", case.name, "workflow_state"), lifecycle.ASSIGNED)

	def test_reply_without_usable_date_stays_open_and_is_listed(self):
		result = self.take(as_csv(UNDATED))
		case = self.case("A3")
		self.assertEqual((case.workflow_state, case.reply_text), (lifecycle.REGISTERED, "已约谈。"))
		self.assertIsNone(case.replied_at)
		self.assertEqual([(w.row_number, w.external_no) for w in result.warnings], [(2, "A3")])
		self.assertEqual((result.imported, result.answered), (1, 0))

	def test_reply_date_in_the_future_is_not_usable(self):
		later = (now_datetime() + timedelta(days=3)).strftime("%Y-%m-%d")
		result = self.take(as_csv((*ANSWERED[:6], later)))
		self.assertEqual(self.case("A1").workflow_state, lifecycle.REGISTERED)
		self.assertEqual(len(result.warnings), 1)

	def test_timeline_has_one_row_that_names_the_source(self):
		before = now_datetime()
		self.take(as_csv(ANSWERED, OPEN))
		for number, state in (("A1", lifecycle.CLOSED), ("A2", lifecycle.REGISTERED)):
			(event,) = frappe.get_all(
				"Petition Event", filters={"petition": self.case(number).name}, fields=["*"], order_by="name"
			)
			self.assertEqual((event.event, event.from_state or "", event.to_state), ("Import", "", state))
			self.assertIn(SOURCE, event.note)
			self.assertEqual((event.actor, event.round), ("Administrator", 1))
			self.assertGreaterEqual(event.happened_at, before.replace(microsecond=0))

	def test_category_by_path_or_single_name(self):
		parent = frappe.get_doc(
			{"doctype": "Petition Category", "category_name": "测试门类", "is_group": 1}
		).insert()
		other = frappe.get_doc(
			{"doctype": "Petition Category", "category_name": "另一门类", "is_group": 1}
		).insert()
		for above, name in ((parent, "独名"), (parent, "同名"), (other, "同名")):
			frappe.get_doc(
				{
					"doctype": "Petition Category",
					"category_name": name,
					"parent_petition_category": above.name,
				}
			).insert()
		header = ("编号", "标题", "时间", "分类", "姓名")
		rows = [
			(number, "事", "2024-01-01", text, "张三")
			for number, text in (
				("1", "独名"),
				("2", "测试门类/同名"),
				("3", "同名"),
				("4", "没有的"),
				("5", ""),
			)
		]
		result = self.take(as_csv(*rows, header=header))
		paths = [self.case(number).category_path for number in "12345"]
		self.assertEqual(paths, ["测试门类/独名", "测试门类/同名", None, None, None])
		self.assertEqual([w.external_no for w in result.warnings], ["3", "4"])
		self.assertEqual(result.imported, 5)

	def test_village_and_unit_by_name_or_code(self):
		header = ("编号", "标题", "时间", "村", "承办单位", "姓名")
		result = self.take(
			as_csv(
				("1", "事", "2024-01-01", "石桥村", "云江区住建委", "张三"),
				("2", "事", "2024-01-01", make.VILLAGE_2, make.DEPT_UNIT_2, "张三"),
				("3", "事", "2024-01-01", "无名村", "", "张三"),
				("4", "事", "2024-01-01", "", "无名局", "张三"),
				header=header,
			),
			default_village=None,
		)
		self.assertEqual(
			(self.case("1").village, self.case("1").handling_unit), (make.VILLAGE_B, make.DEPT_UNIT)
		)
		self.assertEqual((self.case("2").town, self.case("2").handling_unit), (make.TOWN_2, make.DEPT_UNIT_2))
		self.assertEqual([(r.row_number, r.external_no) for r in result.rejected], [(4, "3"), (5, "4")])
		self.assertIn("无名村", result.rejected[0].text)

	def test_long_subject_is_kept_whole_in_the_content(self):
		subject = "长" * 300
		result = self.take(as_csv(("A1", "U1", subject, "2024-01-01", "正文", "", "")))
		case = self.case("A1")
		self.assertEqual((len(case.subject), case.content), (255, f"{subject}\n\n正文"))
		self.assertEqual(len(result.warnings), 1)


class TestPetitioners(_ImportCase):
	def test_one_per_number_and_source(self):
		self.take(as_csv(ANSWERED, OPEN, UNDATED))
		first, second, third = (self.case(n) for n in ("A1", "A2", "A3"))
		self.assertEqual(first.petitioner, third.petitioner)
		self.assertNotEqual(first.petitioner, second.petitioner)
		self.assertEqual(first.petitioner_name, "U1")
		self.take(as_csv(("A4", "U1", "又一件", "2024-01-01", "又一件。", "", "")))
		self.assertEqual(self.case("A4").petitioner, first.petitioner)
		self.take(as_csv(("A1", "U1", "别处", "2024-01-01", "别处。", "", "")), source="另一本")
		other = frappe.db.get_value("Petition", {"external_source": "另一本"}, "petitioner")
		self.assertNotEqual(other, first.petitioner)

	def test_identity_is_sealed(self):
		header = ("编号", "标题", "时间", "姓名", "电话", "身份证号")
		rows = (("1", "事", "2024-01-01", "林婆婆", "138-1234-5678", ID_NUMBER),)
		self.take(as_csv(*rows, header=header))
		case = self.case("1")
		row = frappe.db.get_value("Petitioner", case.petitioner, "*", as_dict=True)
		self.assertFalse(row.phone or row.id_number)
		self.assertEqual((decrypt(row.sealed_phone), decrypt(row.sealed_id_number)), (PHONE, ID_NUMBER))
		self.assertEqual((row.phone_hash, row.id_hash), (hash_of(PHONE), hash_of(ID_NUMBER)))
		self.assertEqual((row.masked_phone, case.masked_phone), ("138****5678", "138****5678"))
		self.assertNotIn(PHONE, str(row))
		self.assertEqual(
			(row.petitioner_name, row.village, row.district), ("林婆婆", make.VILLAGE, make.DISTRICT)
		)
		saved = frappe.get_doc("Petitioner", case.petitioner)
		saved.save()
		self.assertEqual(saved.sealed_phone, row.sealed_phone)

	def test_somebody_on_file_is_found_by_id_number(self):
		known = make.make_petitioner("林婆婆", id_number=ID_NUMBER)
		header = ("编号", "标题", "时间", "姓名", "电话", "身份证号")
		self.take(as_csv(("1", "事", "2024-01-01", "林婆", "", ID_NUMBER), header=header))
		case = self.case("1")
		self.assertEqual((case.petitioner, case.petitioner_name), (known.name, "林婆婆"))

	def test_impossible_numbers_are_left_out_with_a_warning(self):
		header = ("编号", "标题", "时间", "姓名", "电话", "身份证号")
		result = self.take(
			as_csv(("1", "事", "2024-01-01", "林婆婆", "12", "110105194912310021"), header=header)
		)
		row = frappe.db.get_value("Petitioner", self.case("1").petitioner, "*", as_dict=True)
		self.assertFalse(row.sealed_phone or row.sealed_id_number or row.masked_phone)
		self.assertEqual(len(result.warnings), 2)

	def test_equal_names_alone_do_not_make_one_person(self):
		header = ("编号", "标题", "时间", "姓名", "电话")
		self.take(
			as_csv(
				("1", "事", "2024-01-01", "张三", ""),
				("2", "事", "2024-01-01", "张三", ""),
				("3", "事", "2024-01-01", "张三", PHONE),
				("4", "事", "2024-01-01", "张三", PHONE),
				("5", "事", "2024-01-01", "李四", PHONE),
				header=header,
			)
		)
		people = [self.case(number).petitioner for number in "12345"]
		self.assertEqual(len(set(people)), 4)
		self.assertEqual(people[2], people[3])


class TestFiles(_ImportCase):
	def test_encodings_and_xlsx_give_the_same_cases(self):
		seen = []
		for data in (
			as_csv(ANSWERED, OPEN),
			as_csv(ANSWERED, OPEN, encoding="utf-8"),
			as_csv(ANSWERED, OPEN, encoding="gb18030"),
			as_xlsx((*ANSWERED[:3], datetime(2019, 4, 25, 9, 32), *ANSWERED[4:]), OPEN),
		):
			frappe.db.savepoint("one_file")
			self.assertEqual(self.take(data).imported, 2)
			seen.append(
				[
					(c.subject, c.content, c.petitioned_at, c.replied_at, c.workflow_state)
					for c in (self.case("A1"), self.case("A2"))
				]
			)
			frappe.db.rollback(save_point="one_file")
		self.assertEqual(seen, [seen[0]] * 4)

	def test_unusable_files_write_nothing(self):
		before = self.counts()
		for data in (
			b"",
			b"PK\x03\x04 broken",
			b"\xd0\xcf\x11\xe0 old",
			b"\xff\xff\xff",
			as_csv(header=("甲", "乙")),
		):
			with self.assertRaises(LedgerImportError, msg=data[:8]):
				self.take(data)
		self.assertEqual(self.counts(), before)

	def test_no_village_anywhere_is_an_error_before_anything_is_written(self):
		before = self.counts()
		for village in (None, make.TOWN, "nowhere"):
			with self.assertRaises(LedgerImportError):
				self.take(as_csv(ANSWERED), default_village=village)
		with self.assertRaises(LedgerImportError):
			self.take(as_csv(ANSWERED), source="  ")
		with self.assertRaises(LedgerImportError):
			self.take(as_csv(ANSWERED), default_unit="no-such-unit")
		self.assertEqual(self.counts(), before)

	def test_mapping_of_the_command_line(self):
		text = "编号=External Number; 标题=subject;时间=Petitioned At"
		self.assertEqual(
			dict(parse_map(text).columns), {"编号": "external_no", "标题": "subject", "时间": "petitioned_at"}
		)
		as_json = '{"编号": "External Number", "标题": "Subject", "时间": "Petitioned At", "备注": ""}'
		self.assertEqual(parse_map(as_json), parse_map(text))
		for bad in ("编号", "=Subject", "编号=Nothing", "{", "编号=External Number", "a=Subject;a=Content"):
			with self.assertRaises(LedgerMappingError, msg=bad):
				parse_map(bad)

	def test_every_field_has_the_label_of_the_form(self):
		options = frappe.get_meta("Ledger Import Column").get_field("target_field").options.split("\n")
		self.assertEqual(list(LABELS.values()), options)


class TestRejects(_ImportCase):
	def test_bad_rows_stay_out_with_number_and_reason(self):
		tomorrow = (now_datetime() + timedelta(days=1)).strftime("%Y-%m-%d")
		result = self.take(
			as_csv(
				ANSWERED,
				("", "U1", "无号", "2024-01-01", "无号。", "", ""),
				("B1", "U1", "", "2024-01-01", "", "", ""),
				("B2", "U1", "日期", "13/45/2024", "日期。", "", ""),
				("a1", "U1", "重号", "2024-01-01", "重号。", "", ""),
				("B3", "U1", "未来", tomorrow, "未来。", "", ""),
				("B4", "U1", "无法律", "1999-01-01", "太早。", "", ""),
				("B5", "U1", "太长", "2024-01-01", "长" * 22_000, "", ""),
				("=B6", "U" * 10, "多格", "2024-01-01", "多格。", "", "", "多出"),
				OPEN,
			)
		)
		self.assertEqual((result.total_rows, result.imported), (10, 2))
		self.assertEqual([r.row_number for r in result.rejected], [3, 4, 5, 6, 7, 8, 9, 10])
		self.assertTrue(all(r.text for r in result.rejected))
		lines = list(csv.reader(io.StringIO(result.rejects_csv().decode("utf-8-sig"))))
		self.assertEqual([line[0] for line in lines[1:]], [str(r.row_number) for r in result.rejected])
		self.assertEqual(lines[-1][1], "'=B6")
		self.assertTrue(result.rejects_csv().startswith(b"\xef\xbb\xbf"))
		self.assertEqual(frappe.db.count("Petition", {"external_source": SOURCE}), 2)

	def test_chunk_that_fails_keeps_only_the_faulty_row_out(self):
		"""Somebody takes over the same number between look-up and writing."""
		self.take(as_csv(OPEN))
		known = frappe.db.count("Petitioner")
		rows = [(f"N{i}", f"V{i}", "事", "2024-02-01", "一件事。", "", "") for i in range(6)]
		rows.insert(3, ("A2", "V-failed", "水管漏水", "2024-02-01", "又漏了。", "", ""))
		with patch.object(ledger_import, "known_keys", return_value={}):
			result = self.take(as_csv(*rows))
		self.assertEqual((result.imported, len(result.rejected)), (6, 1))
		self.assertEqual((result.rejected[0].row_number, result.rejected[0].external_no), (5, "A2"))
		self.assertEqual(self.case("A2").content, "村口漏水一周。")
		# nothing of the failed row is left: no petitioner, no event, no gap in the numbers
		self.assertEqual(frappe.db.count("Petitioner"), known + 6)
		names = frappe.get_all("Petition", filters={"external_source": SOURCE}, pluck="name", order_by="name")
		numbers = [int(name[-6:]) for name in names]
		self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 7)))
		self.assertEqual(frappe.db.count("Petition Event", {"petition": ("in", names)}), 7)

	def test_lost_lock_is_not_blamed_on_a_row(self):
		with patch.object(
			ledger_writer,
			"_bulk_insert",
			side_effect=frappe.db.OperationalError(1205, "Lock wait timeout exceeded"),
		):
			with self.assertRaises(frappe.db.OperationalError):
				self.take(as_csv(ANSWERED))


class TestRepeats(_ImportCase):
	def test_second_run_adds_nothing(self):
		data = as_csv(ANSWERED, OPEN, UNDATED)
		self.take(data)
		before = self.counts()
		result = self.take(data)
		self.assertEqual(
			(result.imported, result.unchanged, result.rejected, result.warnings), (0, 3, [], [])
		)
		self.assertEqual(self.counts(), before)

	def test_second_run_adds_what_is_new(self):
		self.take(as_csv(ANSWERED))
		result = self.take(as_csv(ANSWERED, OPEN))
		self.assertEqual((result.imported, result.unchanged), (1, 1))

	def test_dry_run_writes_nothing_and_foretells_the_run(self):
		data = as_csv(ANSWERED, OPEN, UNDATED, ("B2", "U1", "日期", "?", "日期。", "", ""))
		before = self.counts()
		trial = self.take(data, dry_run=True)
		self.assertEqual(self.counts(), before)
		self.assertEqual(trial, self.take(data))

	def test_key_too_long_for_its_column_is_hashed(self):
		self.assertEqual(ledger_key("s", "1", 10), "s:1")
		long_key = ledger_key("甲" * 140, "1" * 60, CASE_KEY_LENGTH)
		self.assertEqual(len(long_key), 64)
		self.assertNotEqual(long_key, ledger_key("甲" * 140, "1" * 61, CASE_KEY_LENGTH))
		data = as_csv(("1" * 60, *ANSWERED[1:]))
		self.assertEqual(self.take(data, source="甲" * 140).imported, 1)
		self.assertEqual(self.take(data, source="甲" * 140).unchanged, 1)

	def test_numbers_follow_the_dates_and_go_on_with_the_next_filing(self):
		self.take(
			as_csv(
				("1", "U1", "后", "2023-09-01", "后。", "", ""),
				("2", "U1", "先", "2023-01-01", "先。", "", ""),
			)
		)
		first, second = self.case("2").name, self.case("1").name
		self.assertEqual(int(second[-6:]), int(first[-6:]) + 1)
		filed = make.make_petition(proxied=False, petitioned_at="2023-10-01 09:00:00")
		self.assertEqual(filed.name, f"XF-{make.DISTRICT[:6]}-2023-{int(second[-6:]) + 1:06d}")

	def test_chunks_change_nothing(self):
		rows = [(f"C{i}", f"W{i % 3}", "事", f"2022-0{1 + i % 5}-01", "一件。", "", "") for i in range(11)]
		steps = []
		with patch.object(ledger_import, "CHUNK_ROWS", 4):
			result = self.take(as_csv(*rows), on_progress=lambda done, total: steps.append((done, total)))
		self.assertEqual((result.imported, steps), (11, [(4, 11), (8, 11), (11, 11)]))
		self.assertEqual(frappe.db.count("Petitioner", {"external_key": ("like", f"{SOURCE}:W%")}), 3)


class TestLedgerImportRecord(_ImportCase):
	def attach(self, data: bytes, **values):
		file = frappe.get_doc(
			{
				"doctype": "File",
				"file_name": f"{frappe.generate_hash(length=8)}.csv",
				"content": data,
				"is_private": 0,
			}
		).insert()
		return frappe.get_doc(
			{
				"doctype": "Ledger Import",
				"source": SOURCE,
				"ledger_file": file.file_url,
				"default_village": make.VILLAGE,
				**values,
			}
		).insert()

	def run_now(self, doc):
		with patch("frappe.enqueue") as enqueue, patch("frappe.publish_realtime"):
			controller.start(doc.name)
			self.assertEqual(frappe.db.get_value("Ledger Import", doc.name, "status"), "Running")
			(job,), options = enqueue.call_args
			self.assertEqual((options["queue"], options["name"]), ("long", doc.name))
			job(name=options["name"], commit=False)
		return doc.reload()

	def test_columns_are_proposed_and_the_file_is_private(self):
		self.as_user("office@pp.test")
		doc = self.attach(as_csv(ANSWERED, encoding="gb18030"))
		self.assertEqual({row.source_column for row in doc.mappings}, set(HEADER))
		targets = {row.source_column: row.target_field for row in doc.mappings}
		self.assertEqual((targets["编号"], targets["留言时间"]), ("External Number", "Petitioned At"))
		self.assertTrue(doc.ledger_file.startswith("/private/"))
		self.assertEqual((doc.status, doc.dry_run), ("New", 1))

	def test_unknown_headings_are_named(self):
		doc = self.attach(as_csv(("1", "2"), header=("甲列", "乙列")))
		self.assertEqual(doc.mappings, [])
		self.assertIn("甲列", str(frappe.message_log))

	def test_trial_then_import(self):
		self.as_user("office@pp.test")
		doc = self.attach(as_csv(ANSWERED, UNDATED, ("B2", "U1", "日期", "?", "日期。", "", "")))
		self.run_now(doc)
		self.assertEqual((doc.status, doc.imported, doc.rejected, doc.warnings), ("Tried", 2, 1, 1))
		self.assertFalse(frappe.db.exists("Petition", {"external_source": SOURCE}))
		doc.dry_run = 0
		doc.save()
		self.run_now(doc)
		self.assertEqual((doc.status, doc.total_rows, doc.imported, doc.unchanged), ("Imported", 3, 2, 0))
		self.assertIn("A3", doc.log)
		self.assertEqual(self.case("A1").import_batch, doc.name)
		self.assertEqual(self.case("A1").owner, "office@pp.test")
		rejects = frappe.get_doc("File", {"file_url": doc.rejects_file, "attached_to_name": doc.name})
		self.assertTrue(rejects.is_private)
		self.assertIn(b"B2", Path(rejects.get_full_path()).read_bytes())
		doc.source = "别的"
		with self.assertRaises(controller.ImportDoneError):
			doc.save()

	def test_results_cannot_be_written_by_a_request(self):
		doc = self.attach(as_csv(ANSWERED), status="Imported", imported=99, rejects_file="/files/x.csv")
		doc.reload()
		self.assertEqual((doc.status, doc.imported, doc.rejects_file), ("New", 0, None))

	def test_failure_is_told_and_can_be_repeated(self):
		doc = self.attach(as_csv(ANSWERED), default_village=None)
		self.run_now(doc)
		self.assertEqual(doc.status, "Failed")
		self.assertTrue(doc.log)
		doc.default_village = make.VILLAGE
		doc.dry_run = 0
		doc.save()
		self.assertEqual(self.run_now(doc).status, "Imported")

	def test_start_needs_the_right_to_write(self):
		doc = self.attach(as_csv(ANSWERED))
		for user in ("town@pp.test", "auditor@pp.test", "agent@pp.test"):
			self.as_user(user)
			with self.assertRaises(frappe.PermissionError, msg=user):
				controller.start(doc.name)

	def test_running_import_is_not_started_again(self):
		doc = self.attach(as_csv(ANSWERED))
		doc.db_set("status", "Running")
		with (
			patch.object(runs, "is_job_enqueued", return_value=True),
			patch("frappe.enqueue") as enqueue,
		):
			with self.assertRaises(runs.ImportRunningError):
				controller.start(doc.name)
			enqueue.assert_not_called()
		with (
			patch.object(runs, "is_job_enqueued", return_value=False),
			patch("frappe.enqueue") as enqueue,
		):
			controller.start(doc.name)  # the worker died
			enqueue.assert_called_once()

	def test_a_file_of_somebody_else_is_not_read(self):
		secret = frappe.get_doc(
			{"doctype": "File", "file_name": "secret.csv", "content": as_csv(ANSWERED), "is_private": 1}
		).insert()
		self.as_user("office@pp.test")
		with self.assertRaises(frappe.PermissionError):
			frappe.get_doc(
				{"doctype": "Ledger Import", "source": SOURCE, "ledger_file": secret.file_url}
			).insert()

	def test_village_outside_the_users_area_is_refused(self):
		self.as_user("town@pp.test")
		result = self.take(as_csv(OPEN), default_village=make.VILLAGE_2)
		self.assertEqual((result.imported, len(result.rejected)), (0, 1))


def data_folder() -> Path | None:
	"""Where the real ledgers lie: named by PETITION_PROXY_DATA, or beside the checkout."""
	beside = Path(frappe.get_app_path("petition_proxy")).resolve().parents[1]
	named = os.environ.get("PETITION_PROXY_DATA")
	for folder in [Path(named)] if named else [beside / "shared" / "data"]:
		if (folder / "messages_with_replies.csv").is_file():
			return folder
	return None


class TestRealLedgers(_ImportCase):
	def setUp(self):
		super().setUp()
		self.folder = data_folder()
		if not self.folder:
			self.skipTest("no real ledgers: set PETITION_PROXY_DATA to their folder")

	def test_messages_with_replies(self):
		data = (self.folder / "messages_with_replies.csv").read_bytes()
		result = self.take(data)
		self.assertEqual((result.imported, result.answered, result.rejected), (1690, 1689, []))
		self.assertEqual(len(result.warnings), 1)
		again = self.take(data)
		self.assertEqual((again.imported, again.unchanged), (0, 1690))
		totals = sum_counts(timeliness_by_unit(CaseFilters(source=SOURCE), now_datetime()))
		self.assertEqual((totals["filed"], totals["answered"]), (1690, 1689))
		self.assertEqual([totals[f"within_{days}"] for days in (15, 30, 60)], [1045, 1419, 1597])

	def test_messages(self):
		result = self.take((self.folder / "messages.csv").read_bytes())
		self.assertEqual((result.imported, result.rejected, result.warnings), (2596, [], []))
		states = frappe.get_all(
			"Petition",
			filters={"external_source": SOURCE},
			pluck="workflow_state",
			distinct=True,
			order_by="name",
		)
		self.assertEqual(set(states), {lifecycle.REGISTERED})

	def test_messages_labelled(self):
		columns = make_map(
			[
				("message_id", "External Number"),
				("user_id", "Petitioner Key"),
				("subject", "Subject"),
				("sent_at", "Petitioned At"),
				("body", "Content"),
				("level_1", "Category"),
			]
		)
		result = self.take((self.folder / "messages_labelled.csv").read_bytes(), mapping=columns)
		self.assertEqual(result.imported, 296)
		(reject,) = result.rejected
		self.assertIn("99", reject.text)
