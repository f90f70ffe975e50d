"""Taking over old ledgers (台账): which column means what, and what makes a row unusable.

Every channel is recorded in one system (Regulation on Petition Work art. 21), so old cases come in with their
own numbers and dates. A row is either taken whole or rejected with a reason; doubts that do not stop it are
warnings.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _
from petition_proxy.domain.tables import SURPLUS, TableRow, cell_key, cell_line, cell_text

TARGET_FIELDS = (
	"external_no",
	"subject",
	"content",
	"petitioned_at",
	"reply_text",
	"replied_at",
	"category",
	"petitioner_key",
	"petitioner_name",
	"phone",
	"id_number",
	"village",
	"handling_unit",
)
REQUIRED_FIELDS = ("external_no", "petitioned_at")
ONE_LINE_FIELDS = (
	"category",
	"petitioner_key",
	"petitioner_name",
	"phone",
	"id_number",
	"village",
	"handling_unit",
)

NO_EXTERNAL_NO = _("external number missing")
NO_TEXT = _("subject and content missing")
NO_FILING_DATE = _("filing date missing")
BAD_FILING_DATE = _("filing date {value} unreadable")
SURPLUS_CELLS = _("more cells than headings: {value}")
REPEATED = _("repeated external number (first seen in row {row})")

WARN_REPLY_DATE = _("reply date missing or unreadable")
WARN_REPLY_BEFORE_FILING = _("reply date before the filing date")
WARN_REPLY_TEXT = _("reply text missing")

SUBJECT_LENGTH = 60

KNOWN_HEADINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
	{
		"external_no": (
			"message_id",
			"external number",
			"no",
			"编号",
			"留言编号",
			"信访编号",
			"登记编号",
			"信访件编号",
		),
		"subject": ("subject", "title", "主题", "标题", "留言主题", "信访主题", "概况"),
		"content": ("body", "content", "内容", "留言详情", "信访内容", "诉求内容", "反映内容"),
		"petitioned_at": (
			"sent_at",
			"filing date",
			"时间",
			"留言时间",
			"信访时间",
			"登记时间",
			"登记日期",
			"信访日期",
		),
		"reply_text": ("reply", "reply text", "答复意见", "答复内容", "回复内容"),
		"replied_at": ("replied_at", "reply date", "答复时间", "答复日期", "回复时间", "回复日期"),
		"category": ("level_1", "category", "一级标签", "一级分类", "分类", "内容分类"),
		"petitioner_key": ("user_id", "petitioner number", "留言用户", "用户编号", "信访人编号"),
		"petitioner_name": ("petitioner", "petitioner name", "姓名", "信访人", "信访人姓名"),
		"phone": ("phone", "telephone", "电话", "联系电话", "手机", "手机号", "手机号码"),
		"id_number": ("id number", "身份证", "身份证号", "身份证号码", "证件号码"),
		"village": ("village", "村", "村(社区)", "社区", "村社"),
		"handling_unit": ("handling unit", "承办单位", "责任单位", "办理单位"),
	}
)


class LedgerMappingError(DomainError):
	"""The mapping of ledger columns to fields cannot be used."""

	code = "ledger_mapping"


class LedgerRowError(DomainError):
	"""A ledger row cannot become a case; the message is the reason for the file of rejected rows."""

	code = "ledger_row"

	@property
	def reason(self) -> str:
		"""The reason in English, placeholders filled."""
		return str(self)


def _as_heading(value: object) -> str:
	return cell_key(value).casefold().replace("_", " ")


@dataclass(frozen=True)
class ColumnMap:
	"""Which column of a ledger fills which field.

	Args:
		columns: target field by source column heading; a blank target leaves the column out.

	Raises:
		LedgerMappingError: an unknown field, a field filled twice, or a needed field not filled. External
			number, filing date and one of subject and content are needed.
	"""

	columns: Mapping[str, str]

	def __post_init__(self) -> None:
		cleaned = {cell_key(heading): cell_key(target) for heading, target in self.columns.items()}
		chosen = {heading: target for heading, target in cleaned.items() if target}
		targets = list(chosen.values())
		for target in targets:
			if target not in TARGET_FIELDS:
				raise LedgerMappingError(
					_("{field} is not a field that a ledger can fill. Use one of: {fields}."),
					field=repr(target),
					fields=", ".join(TARGET_FIELDS),
				)
			if targets.count(target) > 1:
				raise LedgerMappingError(
					_("Two columns are mapped to {field}. Leave one of them out."), field=target
				)
		missing = [field for field in REQUIRED_FIELDS if field not in targets]
		if "subject" not in targets and "content" not in targets:
			missing.append("subject")
		if missing:
			raise LedgerMappingError(
				_("No column is mapped to {fields}. Map one, then try again."), fields=", ".join(missing)
			)
		object.__setattr__(self, "columns", MappingProxyType(chosen))

	@classmethod
	def guess(cls, header: Iterable[str]) -> "ColumnMap":
		"""Return the mapping that the headings suggest, in English or Chinese; the first column wins.

		Raises:
			LedgerMappingError: a needed field has no recognised heading.
		"""
		by_heading = {_as_heading(name): field for field, names in KNOWN_HEADINGS.items() for name in names}
		by_heading |= {_as_heading(field): field for field in TARGET_FIELDS}
		columns: dict[str, str] = {}
		for heading in header:
			target = by_heading.get(_as_heading(heading))
			if target and target not in columns.values():
				columns[heading] = target
		return cls(columns)

	def check_header(self, header: Iterable[str]) -> None:
		"""Check that a file has every mapped column.

		Raises:
			LedgerMappingError: it lacks some.
		"""
		present = {cell_key(heading) for heading in header}
		missing = [heading for heading in self.columns if heading not in present]
		if missing:
			raise LedgerMappingError(
				_("The file has no column {columns}. Correct the mapping or the headings."),
				columns=", ".join(missing),
			)


@dataclass(frozen=True)
class LedgerRow:
	"""A ledger row that can become a case. Text fields are "" where the ledger has nothing.

	Args:
		row_number: row in the file as a spreadsheet shows it, 0 if unknown.
		petitioned_at: moment of filing.
		replied_at: moment of the reply, None without a usable one.
		warnings: translatable English texts of what should be looked at.
	"""

	external_no: str
	subject: str
	content: str
	petitioned_at: datetime
	reply_text: str = ""
	replied_at: datetime | None = None
	category: str = ""
	petitioner_key: str = ""
	petitioner_name: str = ""
	phone: str = ""
	id_number: str = ""
	village: str = ""
	handling_unit: str = ""
	row_number: int = 0
	warnings: tuple[str, ...] = ()

	@property
	def is_answered(self) -> bool:
		"""Whether the case counts as answered: only a reply with a usable date does."""
		return self.replied_at is not None


@dataclass(frozen=True)
class Rejection:
	"""A row that was not taken: where it stands, its number if it has one, and the error with the reason."""

	row_number: int
	external_no: str
	error: LedgerRowError

	@property
	def reason(self) -> str:
		"""The reason in English."""
		return self.error.reason


_CLOCK = (
	r"(?P<half>上午|下午)?\s?(?P<hour>\d{1,2})[:时点](?:(?P<minute>\d{1,2})分?)?"
	r"(?::?(?P<second>\d{1,2})(?:\.\d+)?秒?)?"
)
_DATE_TEXT = re.compile(
	r"(?P<year>\d{4})(?P<mark>[-/.年])(?P<month>\d{1,2})(?P<mark2>[-/.月])(?P<day>\d{1,2})[日号]?"
	r"(?:\s*(?:星期|周)[一二三四五六日天])?"
	rf"(?:(?:[T\s]+|(?<=\D)){_CLOCK})?",
	re.ASCII,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\s?(\d{2}):?(\d{2})(?::?(\d{2}))?)?", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
# Day 0 of a spreadsheet, such that every serial from 1 March 1900 on is right.
_SERIAL_EPOCH = datetime(1899, 12, 30)
_SERIAL_RANGE = (18264, 73050)  # 1950 to 2099; other numbers in a date column are mistakes


def parse_date(text: object) -> datetime | None:
	"""Return the moment that a ledger cell means, or None if it is blank or cannot be read.

	Understood: 2019/11/14 20:45:00, 2019-11-14, 2019.11.14, 2019年11月14日 20时45分, 20191114, spreadsheet
		serials
	(43783.8645), and dates as a spreadsheet hands them over. Year first always; a date alone means 00:00.
	Never
	guessed: two-digit years, day or month first.
	"""
	if isinstance(text, datetime):
		return text.replace(microsecond=0, tzinfo=None)
	if isinstance(text, date):
		return datetime(text.year, text.month, text.day)
	if isinstance(text, bool):
		return None
	plain = unicodedata.normalize("NFKC", cell_line(text))
	if _SERIAL.fullmatch(plain):
		return _from_serial(float(plain))
	found = _DATE_TEXT.fullmatch(plain)
	if found and (found["mark"], found["mark2"]) in (("-", "-"), ("/", "/"), (".", "."), ("年", "月")):
		parts = [found[name] for name in ("year", "month", "day", "hour", "minute", "second")]
		return _build(parts, found["half"])
	found = _COMPACT.fullmatch(plain)
	return _build(list(found.groups()), None) if found else None


def _from_serial(serial: float) -> datetime | None:
	if not _SERIAL_RANGE[0] <= serial <= _SERIAL_RANGE[1]:
		return None
	# Whole seconds: the fraction of a day is stored with an error of some microseconds.
	return _SERIAL_EPOCH + timedelta(seconds=round(serial * 86400))


def _build(parts: list[str | None], half: str | None) -> datetime | None:
	year, month, day, hour, minute, second = (int(part or 0) for part in parts)
	if half == "下午" and 1 <= hour < 12:
		hour += 12
	try:
		return datetime(year, month, day, hour, minute, second)
	except ValueError:
		return None


def read_row(row: Mapping[str, object], mapping: ColumnMap, row_number: int = 0) -> LedgerRow:
	"""Turn one row of cells into a ledger row.

	A subject that is missing is taken from the start of the content, a content that is missing is the
	subject.

	Args:
		row: cells by heading.
		mapping: which heading fills which field.
		row_number: row in the file, kept for messages.

	Raises:
		LedgerRowError: external number missing, subject and content missing, filing date missing or
			unreadable, or cells beyond the last heading.
	"""
	if row.get(SURPLUS):
		raise LedgerRowError(SURPLUS_CELLS, value=repr(cell_line(row[SURPLUS])[:40]))
	raw: dict[str, object] = dict.fromkeys(TARGET_FIELDS)
	for heading, target in mapping.columns.items():
		raw[target] = row.get(heading)
	external_no = cell_key(raw["external_no"])
	if not external_no:
		raise LedgerRowError(NO_EXTERNAL_NO)
	subject, content = cell_line(raw["subject"]), cell_text(raw["content"])
	if not subject and not content:
		raise LedgerRowError(NO_TEXT)
	petitioned_at = _read_filing_date(raw["petitioned_at"])
	replied_at = parse_date(raw["replied_at"])
	return LedgerRow(
		external_no=external_no,
		subject=subject or _shorten(content),
		content=content or subject,
		petitioned_at=petitioned_at,
		reply_text=cell_text(raw["reply_text"]),
		replied_at=replied_at,
		**{field: cell_line(raw[field]) for field in ONE_LINE_FIELDS},
		row_number=row_number,
		warnings=_reply_warnings(raw, petitioned_at, replied_at, "reply_text" in mapping.columns.values()),
	)


def _read_filing_date(value: object) -> datetime:
	if not cell_text(value):
		raise LedgerRowError(NO_FILING_DATE)
	moment = parse_date(value)
	if moment is None:
		raise LedgerRowError(BAD_FILING_DATE, value=repr(cell_line(value)))
	return moment


def _reply_warnings(
	raw: Mapping[str, object], petitioned_at: datetime, replied_at: datetime | None, has_reply_column: bool
) -> tuple[str, ...]:
	if replied_at is None:
		has_reply = cell_text(raw["reply_text"]) or cell_text(raw["replied_at"])
		return (WARN_REPLY_DATE,) if has_reply else ()
	warnings = []
	if replied_at.date() < petitioned_at.date():
		warnings.append(WARN_REPLY_BEFORE_FILING)
	if has_reply_column and not cell_text(raw["reply_text"]):
		warnings.append(WARN_REPLY_TEXT)
	return tuple(warnings)


def _shorten(content: str) -> str:
	line = cell_line(content)
	return line if len(line) <= SUBJECT_LENGTH else line[: SUBJECT_LENGTH - 1] + "…"


def split_repeats(rows: Iterable[LedgerRow]) -> tuple[list[LedgerRow], list[Rejection]]:
	"""Part the rows of one file into those kept and those whose external number stood in an earlier row.

	Numbers that differ only in upper and lower case count as the same.
	"""
	first_seen: dict[str, int] = {}
	kept: list[LedgerRow] = []
	rejected: list[Rejection] = []
	for row in rows:
		number = row.external_no.casefold()
		if number in first_seen:
			error = LedgerRowError(REPEATED, row=first_seen[number])
			rejected.append(Rejection(row.row_number, row.external_no, error))
		else:
			first_seen[number] = row.row_number
			kept.append(row)
	return kept, rejected


def read_ledger(rows: Sequence[TableRow], mapping: ColumnMap) -> tuple[list[LedgerRow], list[Rejection]]:
	"""Read a whole file: the rows that can become cases, and the rejected ones in the order of the file."""
	readable: list[LedgerRow] = []
	rejected: list[Rejection] = []
	numbers = [heading for heading, target in mapping.columns.items() if target == "external_no"]
	for row in rows:
		try:
			readable.append(read_row(row.cells, mapping, row.number))
		except LedgerRowError as error:
			rejected.append(Rejection(row.number, cell_key(row.cells.get(numbers[0])), error))
	kept, repeated = split_repeats(readable)
	return kept, sorted(rejected + repeated, key=lambda rejection: rejection.row_number)
