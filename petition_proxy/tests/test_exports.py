"""What leaves as a file: in scope, masked, harmless in a spreadsheet, in constant memory, and on record."""

import csv
import io
import json
import os
from contextlib import contextmanager

import frappe
from frappe.handler import execute_cmd
from frappe.utils import add_days, now_datetime, set_request
from frappe.utils.response import build_response
from openpyxl import load_workbook

from petition_proxy.api import exports
from petition_proxy.domain import lifecycle
from petition_proxy.jobs.export_cleanup import remove_old_exports
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils import export_rules, streams
from petition_proxy.utils.query_meter import questions

FORMULAS = ("=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1+1")
LIST = "frappe.desk.reportview.export_query"
REPORT = "frappe.desk.query_report.export_query"
DATA_EXPORT = "frappe.core.doctype.data_export.exporter.export_data"
TEMPLATE = "frappe.core.doctype.data_import.data_import.download_template"


def release_local_request() -> None:
	if hasattr(frappe.local, "request"):
		del frappe.local.request


class _ExportCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		self.own = self.case("=1+1", village=f.VILLAGE)
		self.other = self.case("+外村", village=f.VILLAGE_2, town=f.TOWN_2)

	def case(self, subject: str, **values):
		doc = frappe.new_doc("Petition")
		doc.update(
			{
				"name": f"XF-E-{frappe.generate_hash(length=8)}",
				"subject": subject,
				"content": "电话 13800000000",
				"petitioner_name": "林婆婆",
				"masked_phone": "138****0000",
				"workflow_state": lifecycle.HANDLING,
				"petition_kind": "Appeal and Request",
				"district": f.DISTRICT,
				"town": f.TOWN,
				"round": 1,
				"petitioned_at": now_datetime(),
				"registered_at": now_datetime(),
				"external_source": "export test",
				**values,
			}
		)
		doc.db_insert()
		return doc

	def send(self, command: str, **form):
		"""What Frappe's handler does with a posted form, replaced methods and all."""
		set_request(method="POST", path=f"/api/method/{command}")
		self.addCleanup(release_local_request)
		frappe.local.form_dict = frappe._dict(form, cmd=command)
		frappe.local.response = frappe._dict(docs=[])
		return execute_cmd(command)

	def list_form(self, file_type: str = "CSV", doctype: str = "Petition", fields=None, **more) -> dict:
		fields = fields or ("name", "subject", "petitioner_name", "town")
		return {
			"doctype": doctype,
			"fields": json.dumps([f"`tab{doctype}`.`{field}`" for field in fields]),
			"filters": json.dumps([[doctype, "external_source", "=", "export test"]]),
			"order_by": f"`tab{doctype}`.`creation` desc",
			"file_format_type": file_type,
			"title": doctype,
			"view": "Report",
			**more,
		}

	def rows(self, answer, file_type: str = "CSV") -> list[list]:
		self.assertIsNone(answer)
		data = frappe.response.filecontent
		if file_type == "CSV":
			return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
		book = load_workbook(io.BytesIO(data))
		self.assertFalse([c for row in book.active.iter_rows() for c in row if c.data_type == "f"])
		return [[cell.value for cell in row] for row in book.active.iter_rows()]

	def records(self, **filters) -> list:
		return frappe.get_all(
			"Access Record",
			filters={"act": "Export", **filters},
			fields=["user", "doctype_name", "document", "file_type", "row_count", "conditions", "field"],
			order_by="creation desc, name desc",
		)


class TestLists(_ExportCase):
	template_form = lambda self, which: TestOtherWaysOut.template_form(self, which)  # noqa: E731

	def test_scope_and_no_formula_in_both_kinds_of_file(self):
		self.as_user("town@pp.test")
		for file_type in ("CSV", "Excel"):
			rows = self.rows(self.send(LIST, **self.list_form(file_type)), file_type)
			names = [row[1] for row in rows]
			self.assertIn(self.own.name, names)
			self.assertNotIn(self.other.name, names)
			self.assertIn("'=1+1", [row[2] for row in rows])
		self.as_user("office@pp.test")
		rows = self.rows(self.send(LIST, **self.list_form()))
		self.assertLessEqual({self.own.name, self.other.name}, {row[1] for row in rows})

	def test_names_are_masked_for_who_works_without_identities(self):
		self.as_user("leader@pp.test")
		self.give_export("Petition", lifecycle.LEADER)
		rows = self.rows(self.send(LIST, **self.list_form()))
		self.assertEqual({row[3] for row in rows[1:]}, {"林**"})
		self.as_user("office@pp.test")
		rows = self.rows(self.send(LIST, **self.list_form()))
		self.assertEqual({row[3] for row in rows[1:]}, {"林婆婆"})

	def give_export(self, doctype: str, role: str) -> None:
		user = frappe.session.user
		frappe.set_user("Administrator")
		name = frappe.db.get_value("DocPerm", {"parent": doctype, "role": role, "permlevel": 0})
		frappe.db.set_value("DocPerm", name, "export", 1)
		frappe.clear_cache(doctype=doctype)
		self.addCleanup(frappe.clear_cache, doctype=doctype)
		self.as_user(user)

	def test_without_the_right_nothing_leaves(self):
		for user in ("agent@pp.test", "petitioner@pp.test"):
			self.as_user(user)
			with self.assertRaises(frappe.PermissionError, msg=user):
				self.send(LIST, **self.list_form())
			with self.assertRaises(frappe.PermissionError, msg=user):
				self.send(TEMPLATE, **self.template_form("all"))
			with self.assertRaises(frappe.PermissionError, msg=user):
				self.send(DATA_EXPORT, doctype="Petition", with_data="1", file_type="CSV")
		self.assertEqual(self.records(user="agent@pp.test"), [])

	def test_sealed_values_never_leave(self):
		petitioner = f.make_petitioner("王大爷", phone="13900001111")
		self.as_user("office@pp.test")
		meta = frappe.get_meta("Petitioner")
		sealed = [df.fieldname for df in meta.fields if export_rules.is_sealed(df.fieldname)]
		self.assertTrue(sealed)
		answer = self.send(
			LIST,
			**self.list_form(
				doctype="Petitioner",
				fields=("name", *sealed),
				filters=json.dumps([["Petitioner", "name", "=", petitioner.name]]),
			),
		)
		rows = self.rows(answer)
		self.assertEqual(len(rows[0]), 2)
		self.assertNotIn("13900001111", str(rows))

	def test_every_list_is_on_record_without_what_was_typed(self):
		self.as_user("office@pp.test")
		form = self.list_form(
			filters=json.dumps(
				[
					["Petition", "external_source", "=", "export test"],
					["Petition", "petitioner_name", "like", "%林婆婆%"],
					["Petition", "town", "=", f.TOWN],
				]
			)
		)
		self.rows(self.send(LIST, **form))
		record = self.records(user="office@pp.test")[0]
		self.assertEqual(
			(record.doctype_name, record.document, record.file_type), ("DocType", "Petition", "CSV")
		)
		self.assertEqual(record.row_count, 1)
		self.assertIn(f"town = {f.TOWN}", record.conditions)
		self.assertNotIn("林", record.conditions)
		self.assertIn("petitioner_name", record.field)

	def test_own_endpoint(self):
		self.as_user("town@pp.test")
		answer = exports.export_records(
			"Petition", ["name", "subject"], {"external_source": "export test"}, "Excel"
		)
		rows = self.rows(answer, "Excel")
		self.assertEqual([row[1] for row in rows[1:]], [self.own.name])
		self.assertEqual(self.records(user="town@pp.test")[0].row_count, 1)
		for wrong in ({"file_type": "PDF"}, {"fields": []}):
			with self.assertRaises(frappe.ValidationError):
				exports.export_records(**{"doctype": "Petition", "fields": ["name"], **wrong})

	def test_totals_and_selection(self):
		self.as_user("office@pp.test")
		form = self.list_form(
			fields=("name", "round"),
			selected_items=json.dumps([self.own.name, self.other.name]),
			add_totals_row="1",
		)
		rows = self.rows(self.send(LIST, **form))
		self.assertEqual(len(rows), 4)
		self.assertEqual(rows[-1][2], "2")

	def test_other_record_types_are_made_harmless_too(self):
		frappe.get_doc({"doctype": "ToDo", "description": "=cmd()"}).insert()
		rows = self.rows(
			self.send(LIST, **self.list_form(doctype="ToDo", fields=("name", "description"), filters="[]"))
		)
		self.assertIn("'=cmd()", [row[2] for row in rows])


class TestOtherWaysOut(_ExportCase):
	def template_form(self, which: str) -> dict:
		return {
			"doctype": "Petition",
			"export_fields": json.dumps({"Petition": ["name", "subject", "petitioner_name"]}),
			"export_records": which,
			"export_filters": json.dumps({"external_source": "export test"}),
			"file_type": "CSV",
		}

	def test_data_import_sheet(self):
		self.as_user("office@pp.test")
		self.send(TEMPLATE, **self.template_form("by_filter"))
		text = frappe.response["result"]
		self.assertIn("'=1+1", text)
		self.assertNotIn('"=1+1', text)
		self.assertIn("'+外村", text)
		self.assertGreaterEqual(self.records(document="Petition")[0].row_count, 2)
		before = len(self.records())
		self.send(TEMPLATE, **self.template_form("blank_template"))
		self.assertEqual(len(self.records()), before)

	def test_data_export(self):
		self.as_user("office@pp.test")
		self.send(
			DATA_EXPORT,
			doctype="Petition",
			all_doctypes="0",
			with_data="1",
			select_columns=json.dumps({"Petition": ["subject", "petitioner_name"]}),
			filters=json.dumps({"external_source": "export test"}),
			file_type="CSV",
		)
		text = frappe.response["result"]
		self.assertIn("'=1+1", text)
		self.assertNotIn('"=1+1"', text)
		self.assertEqual(self.records(document="Petition")[0].row_count, 2)

	def test_every_report_is_on_record(self):
		self.as_user("office@pp.test")
		form = {
			"report_name": "Workload by Unit",
			"file_format_type": "Excel",
			"filters": json.dumps({"from_date": "2026-01-01", "to_date": "2026-12-31", "town": f.TOWN}),
			"visible_idx": "[]",
			"include_filters": 0,
		}
		rows = self.rows(self.send(REPORT, **form), "Excel")
		record = self.records(user="office@pp.test")[0]
		self.assertEqual((record.doctype_name, record.document), ("Report", "Workload by Unit"))
		self.assertEqual(record.row_count, len(rows) - 1)
		self.assertIn(f.TOWN, record.conditions)

	def test_a_report_cell_is_no_formula(self):
		frappe.db.set_value("Handling Unit", f.DEPT_UNIT, "unit_name", "=cmd()")
		self.own.db_set("handling_unit", f.DEPT_UNIT)
		self.as_user("office@pp.test")
		for file_type in ("CSV", "Excel"):
			form = {
				"report_name": "Workload by Unit",
				"file_format_type": file_type,
				"filters": "{}",
				"visible_idx": "[]",
			}
			rows = self.rows(self.send(REPORT, **form), file_type)
			self.assertIn("'=cmd()", [row[0] for row in rows])

	def test_ledger_is_whole_masked_and_in_scope(self):
		self.as_user("town@pp.test")
		form = {
			"report_name": "Petition Ledger",
			"file_format_type": "CSV",
			"filters": json.dumps({"source": "export test"}),
			"visible_idx": "[]",
		}
		rows = self.rows(self.send(REPORT, **form))
		self.assertEqual([row[0] for row in rows[1:]], [self.own.name])
		self.assertIn("'=1+1", rows[1])
		record = self.records(user="town@pp.test")[0]
		self.assertEqual((record.document, record.row_count), ("Petition Ledger", 1))
		self.assertNotIn("export test", record.conditions)
		self.as_user("agent@pp.test")
		with self.assertRaises(frappe.PermissionError):
			self.send(REPORT, **form)

	def test_ledger_pages_hold_every_line_once(self):
		from petition_proxy.queries.ledger import LedgerFilters, ledger, ledger_pages

		moment = now_datetime().replace(microsecond=0)
		for number in range(9):
			self.case(f"同时 {number}", petitioned_at=moment if number % 3 else None)
		filters = LedgerFilters.read({"source": "export test"})
		whole = [row["name"] for row in ledger(filters, moment)]
		paged = [row["name"] for page in ledger_pages(filters, moment, size=2) for row in page]
		self.assertEqual(paged, whole)
		self.assertEqual(len(set(paged)), 11)

	def test_frappes_own_log_keeps_no_contents(self):
		from frappe.core.doctype.access_log.access_log import make_access_log

		make_access_log(
			doctype="Petition", filters=[["Petition", "petitioner_name", "=", "林婆婆"]], page="<p>林婆婆</p>"
		)
		make_access_log(report_name="Petition Ledger", filters={"source": "林家"}, page="<p>林婆婆</p>")
		rows = frappe.get_all("Access Log", fields=["filters", "page"], order_by="creation desc", limit=2)
		self.assertEqual(len(rows), 2)
		self.assertNotIn("林", str(rows))


class TestLargeFiles(_ExportCase):
	ROWS = 5000

	def put_many(self) -> None:
		columns = (
			"name",
			"subject",
			"petitioner_name",
			"workflow_state",
			"petition_kind",
			"district",
			"town",
		)
		columns += ("village", "round", "petitioned_at", "external_source", "creation", "modified")
		now = now_datetime()
		rows = [
			(
				*(f"XF-M-{n:06d}", f"=第{n}件", "林婆婆", "Handling", "Suggestion"),
				*(f.DISTRICT, f.TOWN, f.VILLAGE, 1, now, "export test", now, now),
			)
			for n in range(self.ROWS)
		]
		frappe.db.bulk_insert("Petition", list(columns), rows, chunk_size=1000)

	@contextmanager
	def watched(self):
		"""How many rows lie between the database and the file at a time, at most."""
		state = {"read": 0, "written": 0, "most": 0}
		real_stream, real_write = exports.streamed, streams.TableWriter.write

		@contextmanager
		def stream(sql):
			with real_stream(sql) as rows:

				def counted():
					for row in rows:
						state["read"] += 1
						state["most"] = max(state["most"], state["read"] - state["written"])
						yield row

				yield counted()

		def write(writer, row):
			real_write(writer, row)
			state["written"] += 1

		exports.streamed, streams.TableWriter.write = stream, write
		try:
			yield state
		finally:
			exports.streamed, streams.TableWriter.write = real_stream, real_write

	def test_rows_go_to_the_file_as_they_come(self):
		self.put_many()
		self.as_user("office@pp.test")
		for file_type in ("CSV", "Excel"):
			with self.watched() as state, questions() as asked:
				rows = self.rows(self.send(LIST, **self.list_form(file_type)), file_type)
			self.assertEqual(len(rows), self.ROWS + 3)
			self.assertLessEqual(state["most"], 1)
			self.assertLess(len(asked), 25)
			self.assertTrue(all(str(row[2]).startswith("'") for row in rows[1:]))

	def test_large_ones_are_made_in_the_background_and_belong_to_who_asked(self):
		exports.BACKGROUND_ROWS, kept = 1, exports.BACKGROUND_ROWS
		self.addCleanup(setattr, exports, "BACKGROUND_ROWS", kept)
		self.as_user("town@pp.test")
		self.case("另一件", village=f.VILLAGE)
		queued = []
		real = frappe.enqueue
		frappe.enqueue = lambda method, **kwargs: queued.append((method, kwargs))
		try:
			answer = self.send(LIST, **self.list_form())
		finally:
			frappe.enqueue = real
		self.assertIsNone(answer)
		self.assertEqual(self.records(user="town@pp.test"), [])
		((method, job),) = queued
		self.assertEqual(
			(method, job["queue"], job["deduplicate"]), ("petition_proxy.api.exports.make_file", "long", True)
		)
		url = exports.make_file(job["what"], job["name"], job["values"])
		file = frappe.get_doc("File", {"file_url": url})
		path = file.get_full_path()
		self.addCleanup(lambda: os.path.exists(path) and os.unlink(path))
		with open(file.get_full_path(), encoding="utf-8-sig") as content:
			text = content.read()
		self.assertIn(self.own.name, text)
		self.assertNotIn(self.other.name, text)
		self.assertEqual(self.records(user="town@pp.test")[0].row_count, 2)
		self.assertEqual((file.is_private, file.attached_to_doctype, file.owner), (1, None, "town@pp.test"))
		notice = frappe.get_last_doc("Notification Log", {"for_user": "town@pp.test"})
		self.assertEqual(notice.link, url)
		self.as_user("town2@pp.test")
		self.assertFalse(frappe.get_doc("File", file.name).has_permission("read"))
		self.as_user("Administrator")
		self.assertEqual(remove_old_exports(), 0)
		self.assertEqual(remove_old_exports(add_days(now_datetime(), 8)), 1)
		self.assertFalse(frappe.db.exists("File", file.name))

	def test_a_file_that_only_looks_like_one_stays(self):
		file = frappe.get_doc(
			{"doctype": "File", "file_name": "export-notes.csv", "content": "a", "is_private": 1}
		).insert()
		remove_old_exports(add_days(now_datetime(), 30))
		self.assertTrue(frappe.db.exists("File", file.name))


class TestOverHttp(_ExportCase):
	"""The desk posts a form to the site's root, which passes on other answers than an API does."""

	def test_the_desk_gets_the_file(self):
		self.as_user("office@pp.test")
		self.assertIsNone(self.send(LIST, **self.list_form("Excel")))
		response = build_response("json")
		self.assertTrue(response.data.startswith(b"PK"))
		self.assertIn(".xlsx", response.headers["Content-Disposition"])


class TestCells(AppTestCase):
	def test_what_a_spreadsheet_would_run(self):
		for text in FORMULAS:
			self.assertTrue(streams.safe_cell(text).startswith("'"), repr(text))
		for value in ("普通", "3-2", "a=b", 5, -5, 1.5, None, True, now_datetime()):
			self.assertEqual(streams.safe_cell(value), value)
		self.assertEqual(streams.safe_cell("a\x00b\x1fc"), "abc")

	def test_conditions_say_nothing_of_people(self):
		shown = export_rules.describe_filters(
			[
				["Petition", "subject", "like", "%林%"],
				["Petition", "is_proxied", "=", 1],
				["Petition", "petitioner", "=", "PT-1"],
			],
			"Petition",
		)
		self.assertEqual(shown, "subject like …; is_proxied = 1; petitioner = …")
		self.assertEqual(
			export_rules.describe_filters('{"town": "1", "source": "林"}'), "town = 1; source = …"
		)
		self.assertEqual(export_rules.describe_filters("not json"), "…")
