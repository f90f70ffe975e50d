"""Rosters as districts keep them: headings, words, dates, who is refused and why."""

import unittest
from datetime import date, datetime

from petition_proxy.domain import agent_rows as ar
from petition_proxy.domain.agent_rows import AgentFileError, AgentRowError
from petition_proxy.domain.privacy import is_valid_id_number
from petition_proxy.domain.tables import SURPLUS, TableRow

TODAY = date(2026, 3, 1)
ID_NUMBER = "11010519491231002X"
HEAD = (
	"姓名",
	"身份证号",
	"镇街",
	"村(社区)",
	"类别",
	"是否公职",
	"联系电话",
	"状态",
	"证书编号",
	"有效期至",
)
CELLS = (
	"周大姐",
	ID_NUMBER,
	"清溪镇",
	"柳湾村",
	"村民小组长",
	"否",
	"13800138000",
	"在岗",
	"证-1",
	"2027-03-01",
)


def cells(**changes) -> dict:
	return {**dict(zip(HEAD, CELLS, strict=True)), **changes}


def read(number: int = 2, **changes) -> ar.AgentRow:
	return ar.read_row(TableRow(number, cells(**changes)), ar.guess_columns(HEAD))


class TestColumns(unittest.TestCase):
	def test_every_known_heading_leads_to_its_field(self):
		for field, names in ar.KNOWN_HEADINGS.items():
			for name in (*names, names[0].upper(), f" {names[-1]} "):
				columns = ar.guess_columns(
					(name, *(("姓名", "村") if field not in ar.REQUIRED_FIELDS else HEAD))
				)
				self.assertEqual(columns[name], field, name)

	def test_no_heading_means_two_fields(self):
		plain = [name for names in ar.KNOWN_HEADINGS.values() for name in names]
		self.assertEqual(len(plain), len(set(plain)))

	def test_first_column_of_a_meaning_wins_and_full_width_brackets_count(self):
		columns = ar.guess_columns(("姓名", "代理员", "村（社区）", "所在村"))
		self.assertEqual(columns, {"姓名": "agent_name", "村（社区）": "village"})

	def test_file_without_name_or_village_is_refused(self):
		for header, missing in ((("村",), "Name"), (("姓名",), "Village or Community"), ((), "Name")):
			with self.subTest(header), self.assertRaisesRegex(AgentFileError, missing):
				ar.guess_columns(header)


class TestRow(unittest.TestCase):
	def test_whole_row(self):
		self.assertTrue(is_valid_id_number(ID_NUMBER))
		row = read(7)
		self.assertEqual((row.row_number, row.id_number, row.town), (7, ID_NUMBER, "清溪镇"))
		self.assertEqual(
			dict(row.values),
			{
				"agent_name": "周大姐",
				"village": "柳湾村",
				"duty_phone": "13800138000",
				"certificate_no": "证-1",
				"agent_class": "Villager Group Head",
				"status": "On Duty",
				"is_public_staff": 0,
				"certificate_valid_to": date(2027, 3, 1),
			},
		)

	def test_blank_cells_leave_what_is_on_file(self):
		row = read(
			**{"类别": "", "状态": " ", "是否公职": None, "联系电话": "", "有效期至": "", "证书编号": ""}
		)
		self.assertEqual(set(row.values), {"agent_name", "village"})

	def test_every_word_of_a_class_and_status_is_understood(self):
		for heading, field, words in (
			("类别", "agent_class", ar.CLASSES),
			("状态", "status", ar.STATUS_WORDS),
		):
			for value, names in words.items():
				for name in (value, value.upper(), *names):
					self.assertEqual(read(**{heading: name}).values[field], value, name)

	def test_curly_quotes_are_quotes(self):
		self.assertEqual(
			read(**{"类别": "村(社区)“两委”干部"}).values["agent_class"], "Village Committee Cadre"
		)

	def test_public_staff_in_many_words(self):
		for word, value in (*((w, 1) for w in ar.YES), *((w, 0) for w in ar.NO), ("Yes", 1), ("NO", 0)):
			self.assertEqual(read(**{"是否公职": word}).values["is_public_staff"], value, word)

	def test_dates_of_a_spreadsheet_and_of_paper(self):
		for value in (datetime(2027, 3, 1), date(2027, 3, 1), "2027/3/1", "2027年3月1日", "2027-03-01"):
			self.assertEqual(
				read(**{"有效期至": value}).values["certificate_valid_to"], date(2027, 3, 1), value
			)

	def test_unusable_cells_are_refused_with_the_reason(self):
		for changes, words in (
			({"姓名": " "}, "name missing"),
			({"村(社区)": ""}, "village missing"),
			({"类别": "村长"}, "'村长' is none of the values for Agent Class"),
			({"状态": "在家"}, "none of the values for Status"),
			({"是否公职": "大概"}, "neither yes nor no"),
			({"有效期至": "明年"}, "unreadable"),
			({"身份证号": ID_NUMBER[:-1] + "1"}, "check digit"),
			({"联系电话": "12"}, "phone number"),
			({SURPLUS: ["多出来的"]}, "more cells than headings"),
		):
			with self.subTest(words), self.assertRaisesRegex(AgentRowError, words):
				read(**changes)

	def test_account_that_cannot_be_right_is_refused(self):
		columns = ar.guess_columns((*HEAD, "银行卡号"))
		with self.assertRaisesRegex(AgentRowError, "account number"):
			ar.read_row(TableRow(2, cells(**{"银行卡号": "12"})), columns)


class TestRoster(unittest.TestCase):
	def roster(self, *rows: dict) -> ar.Reading:
		header = (*HEAD, "编号", "备注")
		return ar.read_roster(header, [TableRow(n, row) for n, row in enumerate(rows, 2)])

	def test_bad_rows_are_set_aside_by_name_and_the_rest_is_read(self):
		reading = self.roster(
			cells(), cells(姓名="吴大叔", 身份证号="", 类别="村长"), cells(姓名="郑姐", 身份证号="")
		)
		self.assertEqual([row.values["agent_name"] for row in reading.rows], ["周大姐", "郑姐"])
		self.assertEqual([(r.row_number, r.agent_name) for r in reading.rejected], [(3, "吴大叔")])
		self.assertEqual(reading.ignored, ("备注",))

	def test_one_person_is_one_agent(self):
		for key in ({"身份证号": ID_NUMBER.lower()}, {"身份证号": "", "编号": "A-1"}):
			reading = self.roster(cells(编号="A-1"), cells(姓名="又一个", **key))
			self.assertEqual(len(reading.rows), 1, key)
			self.assertIn("row 2 already", str(reading.rejected[0].error))

	def test_two_rows_without_number_are_two_people(self):
		self.assertEqual(len(self.roster(cells(身份证号=""), cells(身份证号="")).rows), 2)

	def test_row_that_was_refused_does_not_stand_in_the_way_of_its_corrected_copy(self):
		reading = self.roster(cells(类别="村长"), cells())
		self.assertEqual([row.row_number for row in reading.rows], [3])


class TestGate(unittest.TestCase):
	"""Nobody comes on duty by way of a file without a pass (持证上岗)."""

	def test_on_duty_with_a_pass_to_the_day_itself(self):
		for end in (TODAY, date(2027, 3, 1)):
			ar.check_new_status(
				{"status": "On Duty", "certificate_no": "1", "certificate_valid_to": end}, TODAY
			)

	def test_other_statuses_and_none_need_no_pass(self):
		for status in ("Applied", "In Training", "Suspended", "Left"):
			ar.check_new_status({"status": status}, TODAY)
		ar.check_new_status({}, TODAY)

	def test_on_duty_without_a_whole_and_running_pass_is_refused(self):
		for values in (
			{},
			{"certificate_no": "1"},
			{"certificate_valid_to": date(2027, 3, 1)},
			{"certificate_no": "1", "certificate_valid_to": date(2026, 2, 28)},
		):
			with self.subTest(values), self.assertRaises(AgentRowError):
				ar.check_new_status({"status": "On Duty", **values}, TODAY)

	def test_pass_on_file_is_enough_while_it_runs(self):
		ar.check_new_status({"status": "On Duty"}, TODAY, TODAY)
		for values, kept in (
			({}, date(2026, 2, 28)),
			({"certificate_valid_to": date(2026, 2, 1)}, date(2027, 1, 1)),
		):
			with self.subTest(values), self.assertRaises(AgentRowError):
				ar.check_new_status({"status": "On Duty", **values}, TODAY, kept)


if __name__ == "__main__":
	unittest.main()
