import os
import random
import unittest
from datetime import date, datetime, timedelta
from pathlib import Path

from petition_proxy.domain import ledger
from petition_proxy.domain.deadlines import calendar_days
from petition_proxy.domain.ledger import ColumnMap, LedgerMappingError, LedgerRow, LedgerRowError
from petition_proxy.domain.tables import read_csv

DATA = os.environ.get("PETITION_PROXY_DATA")

MAPPING = ColumnMap(
	{
		"编号": "external_no",
		"主题": "subject",
		"内容": "content",
		"时间": "petitioned_at",
		"答复": "reply_text",
		"答复时间": "replied_at",
		"电话": "phone",
		"备注": "",
	}
)


def cells(**changes):
	row = {
		"编号": "A-1",
		"主题": "路灯不亮",
		"内容": "三组的路灯坏了。",
		"时间": "2019-11-14 20:45:00",
		"答复": "已修好。",
		"答复时间": "2019-11-20 09:00:00",
		"电话": "13800000000",
		"备注": "x",
	}
	return row | changes


class TestParseDate(unittest.TestCase):
	def test_formats_of_old_ledgers(self):
		evening = datetime(2019, 11, 14, 20, 45)
		for text in (
			"2019/11/14 20:45:00",
			"2019-11-14 20:45:00",
			"2019-11-14T20:45",
			"2019.11.14 20:45",
			"2019年11月14日 20时45分",
			"2019年11月14日20:45:00",
			"2019年11月14日下午8:45",
			"2019年11月14日 下午 8时45分0秒",
			"2019-11-14 星期四 20:45",
			"２０１９／１１／１４　２０：４５：００",
			" \ufeff2019-11-14\xa020:45:00.0 ",
			"20191114204500",
			"20191114 20:45",
			"43783.864583333336",
			43783.864583333336,
			evening,
		):
			with self.subTest(text=text):
				self.assertEqual(ledger.parse_date(text), evening)

	def test_a_date_alone_is_midnight(self):
		for text in (
			"2019/11/4",
			"2019-11-04",
			"2019年11月4日",
			"20191104",
			"43773",
			43773,
			43773.0,
			date(2019, 11, 4),
		):
			with self.subTest(text=text):
				self.assertEqual(ledger.parse_date(text), datetime(2019, 11, 4))

	def test_what_cannot_be_read_is_none(self):
		for text in (
			"",
			None,
			"  ",
			"无",
			"2019-13-01",
			"2019-02-29",
			"2019-11-14 25:00",
			"2019-11/14",
			"2019-11-1420:45",
			"14/11/2019",
			"11-14-2019",
			"19-11-14",
			"2019-11",
			"1",
			"99999",
			"123456",
			True,
			"2019-11-14 下午",
			"2019-11-14 20:45 左右",
		):
			with self.subTest(text=text):
				self.assertIsNone(ledger.parse_date(text))

	def test_property_what_is_written_is_read_back(self):
		rng = random.Random(1899)
		epoch = datetime(1899, 12, 30)
		for _round in range(1000):
			moment = datetime(1951, 1, 1) + timedelta(seconds=rng.randrange(140 * 365 * 86400))
			for style in (
				"%Y-%m-%d %H:%M:%S",
				"%Y/%m/%d %H:%M:%S",
				"%Y年%m月%d日%H时%M分%S秒",
				"%Y%m%d%H%M%S",
			):
				self.assertEqual(ledger.parse_date(moment.strftime(style)), moment)
			self.assertEqual(ledger.parse_date((moment - epoch).total_seconds() / 86400), moment)


class TestColumnMap(unittest.TestCase):
	def test_blank_targets_are_left_out(self):
		self.assertNotIn("备注", MAPPING.columns)
		self.assertEqual(MAPPING.columns["编号"], "external_no")

	def test_unknown_field(self):
		with self.assertRaises(LedgerMappingError) as caught:
			ColumnMap({"a": "external_no", "b": "subject", "c": "petitioned_at", "d": "colour"})
		self.assertIn("colour", str(caught.exception))

	def test_field_filled_twice(self):
		with self.assertRaises(LedgerMappingError) as caught:
			ColumnMap({"a": "external_no", "b": "subject", "c": "petitioned_at", "d": "subject"})
		self.assertEqual(caught.exception.params, {"field": "subject"})

	def test_needed_fields(self):
		for columns, missing in (
			({}, "external_no, petitioned_at, subject"),
			({"a": "external_no", "b": "subject"}, "petitioned_at"),
			({"a": "external_no", "c": "petitioned_at"}, "subject"),
		):
			with self.subTest(columns=columns), self.assertRaises(LedgerMappingError) as caught:
				ColumnMap(columns)
			self.assertEqual(caught.exception.params["fields"], missing)
		ColumnMap({"a": "external_no", "b": "content", "c": "petitioned_at"})

	def test_guess_from_english_and_chinese_headings(self):
		english = ColumnMap.guess(
			["message_id", "User_ID", "subject", "sent_at", "body", "reply", "replied_at", "x"]
		)
		self.assertEqual(
			dict(english.columns),
			{
				"message_id": "external_no",
				"User_ID": "petitioner_key",
				"subject": "subject",
				"sent_at": "petitioned_at",
				"body": "content",
				"reply": "reply_text",
				"replied_at": "replied_at",
			},
		)
		chinese = ColumnMap.guess(["留言编号", "留言主题", "留言时间", "时间", "村（社区）"])
		self.assertEqual(
			list(chinese.columns.values()), ["external_no", "subject", "petitioned_at", "village"]
		)

	def test_guess_knows_every_field_by_its_own_name(self):
		self.assertEqual(
			set(ColumnMap.guess(ledger.TARGET_FIELDS).columns.values()), set(ledger.TARGET_FIELDS)
		)
		self.assertEqual(set(ledger.KNOWN_HEADINGS), set(ledger.TARGET_FIELDS))

	def test_guess_says_what_is_not_there(self):
		with self.assertRaises(LedgerMappingError):
			ColumnMap.guess(["foo", "bar"])

	def test_header_must_have_the_mapped_columns(self):
		MAPPING.check_header(["编号", "主题", "内容", " 时间", "答复", "答复时间", "电话", "别的"])
		with self.assertRaises(LedgerMappingError) as caught:
			MAPPING.check_header(["编号", "主题", "内容", "时间"])
		self.assertEqual(caught.exception.params["columns"], "答复, 答复时间, 电话")


class TestReadRow(unittest.TestCase):
	def test_whole_row(self):
		self.assertEqual(
			ledger.read_row(cells(), MAPPING, 7),
			LedgerRow(
				external_no="A-1",
				subject="路灯不亮",
				content="三组的路灯坏了。",
				petitioned_at=datetime(2019, 11, 14, 20, 45),
				reply_text="已修好。",
				replied_at=datetime(2019, 11, 20, 9),
				phone="13800000000",
				row_number=7,
			),
		)

	def test_whitespace_and_spreadsheet_values(self):
		row = ledger.read_row(
			cells(编号=188006.0, 主题=" 路灯\n不亮\u3000", 内容="\n\t\t一\r\n二\xa0\n", 时间=43783.5), MAPPING
		)
		self.assertEqual(row.external_no, "188006")
		self.assertEqual(row.subject, "路灯 不亮")
		self.assertEqual(row.content, "一\n二")
		self.assertEqual(row.petitioned_at, datetime(2019, 11, 14, 12))

	def test_rejections_give_their_reason(self):
		for changes, reason in (
			({"编号": " \u3000"}, "external number missing"),
			({"主题": "", "内容": "\n"}, "subject and content missing"),
			({"时间": None}, "filing date missing"),
			({"时间": "去年"}, "filing date '去年' unreadable"),
			({"": "半句话"}, "more cells than headings: '半句话'"),
		):
			with self.subTest(changes=changes), self.assertRaises(LedgerRowError) as caught:
				ledger.read_row(cells(**changes), MAPPING)
			self.assertEqual(caught.exception.reason, reason)

	def test_subject_or_content_alone_is_enough(self):
		self.assertEqual(ledger.read_row(cells(内容=""), MAPPING).content, "路灯不亮")
		row = ledger.read_row(cells(主题="", 内容="长" * 100), MAPPING)
		self.assertEqual(row.subject, "长" * 59 + "…")
		self.assertEqual(row.content, "长" * 100)
		self.assertEqual(ledger.read_row(cells(主题="", 内容="短\n句"), MAPPING).subject, "短 句")

	def test_reply_without_a_usable_date_is_a_warning(self):
		for value in ("", None, "不详", "2019-11-31"):
			with self.subTest(value=value):
				row = ledger.read_row(cells(答复时间=value), MAPPING)
				self.assertEqual(row.warnings, ("reply date missing or unreadable",))
				self.assertFalse(row.is_answered)
				self.assertEqual(row.reply_text, "已修好。")

	def test_reply_date_alone_counts_and_warns(self):
		row = ledger.read_row(cells(答复=""), MAPPING)
		self.assertTrue(row.is_answered)
		self.assertEqual(row.warnings, ("reply text missing",))

	def test_no_reply_at_all_is_no_warning(self):
		row = ledger.read_row(cells(答复="", 答复时间=""), MAPPING)
		self.assertEqual((row.warnings, row.is_answered), ((), False))

	def test_reply_before_filing_is_a_warning(self):
		row = ledger.read_row(cells(答复时间="2019-11-13"), MAPPING)
		self.assertEqual(row.warnings, ("reply date before the filing date",))
		self.assertEqual(row.replied_at, datetime(2019, 11, 13))

	def test_reply_on_the_day_of_filing_without_a_time_is_fine(self):
		self.assertEqual(ledger.read_row(cells(答复时间="2019-11-14"), MAPPING).warnings, ())

	def test_ledger_without_reply_columns(self):
		mapping = ColumnMap({"编号": "external_no", "主题": "subject", "时间": "petitioned_at"})
		row = ledger.read_row(cells(), mapping)
		self.assertEqual((row.is_answered, row.warnings, row.reply_text), (False, (), ""))


class TestRepeats(unittest.TestCase):
	def row(self, number, external_no):
		return LedgerRow(external_no, "s", "c", datetime(2020, 1, 1), row_number=number)

	def test_first_stays_later_ones_go(self):
		rows = [self.row(n, no) for n, no in ((2, "a"), (3, "b"), (4, "a"), (6, "A"), (7, "c"))]
		kept, rejected = ledger.split_repeats(rows)
		self.assertEqual([row.row_number for row in kept], [2, 3, 7])
		self.assertEqual(
			[(r.row_number, r.external_no, r.reason) for r in rejected],
			[
				(4, "a", "repeated external number (first seen in row 2)"),
				(6, "A", "repeated external number (first seen in row 2)"),
			],
		)

	def test_property_nothing_is_lost_and_numbers_are_unique(self):
		rng = random.Random(297)
		for _round in range(200):
			rows = [self.row(n, str(rng.randrange(20))) for n in range(2, 2 + rng.randrange(40))]
			kept, rejected = ledger.split_repeats(rows)
			self.assertEqual(len(kept) + len(rejected), len(rows))
			self.assertEqual(len({row.external_no for row in kept}), len(kept))
			self.assertEqual({row.external_no for row in kept}, {row.external_no for row in rows})

	def test_a_rejected_row_does_not_hide_a_good_one_with_its_number(self):
		table = read_csv(
			"编号,主题,内容,时间\n"
			"1,路灯,,不详\n"
			"1,路灯,,2019-11-14\n"
			",井盖,,2019-11-14\n"
			"2,井盖,,2019-11-15\n"
			"2,井盖,,2019-11-15\n"
		)
		kept, rejected = ledger.read_ledger(table.rows, ColumnMap.guess(table.header))
		self.assertEqual([(row.row_number, row.external_no) for row in kept], [(3, "1"), (5, "2")])
		self.assertEqual(
			[(r.row_number, r.external_no, r.reason) for r in rejected],
			[
				(2, "1", "filing date '不详' unreadable"),
				(4, "", "external number missing"),
				(6, "2", "repeated external number (first seen in row 5)"),
			],
		)


@unittest.skipUnless(DATA, "PETITION_PROXY_DATA does not name the folder of real messages")
class TestRealMessages(unittest.TestCase):
	def read(self, name):
		table = read_csv((Path(DATA) / name).read_bytes())
		return ledger.read_ledger(table.rows, ColumnMap.guess(table.header))

	def test_messages_with_replies(self):
		kept, rejected = self.read("messages_with_replies.csv")
		answered = [row for row in kept if row.is_answered]
		self.assertEqual((len(kept), len(answered), len(rejected)), (1690, 1689, 0))
		warned = [row.warnings for row in kept if row.warnings]
		self.assertEqual(warned, [(ledger.WARN_REPLY_DATE,)])
		spans = [calendar_days(row.petitioned_at, row.replied_at) for row in answered]
		within = [sum(span <= limit for span in spans) for limit in (15, 30, 60)]
		self.assertEqual(within, [1045, 1419, 1597])

	def test_messages(self):
		kept, rejected = self.read("messages.csv")
		self.assertEqual((len(kept), len(rejected)), (2596, 0))
		self.assertFalse(any(row.is_answered or row.warnings for row in kept))

	def test_labelled_messages(self):
		kept, rejected = self.read("messages_labelled.csv")
		self.assertEqual((len(kept), len(rejected)), (296, 1))
		self.assertTrue(rejected[0].reason.startswith("repeated external number (first seen in row "))
		self.assertTrue(all(row.category for row in kept))


if __name__ == "__main__":
	unittest.main()
