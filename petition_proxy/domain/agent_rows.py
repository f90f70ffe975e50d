"""Reading of agent rosters (花名册) as districts keep them: which column means what, what makes a row unusable."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from petition_proxy.domain import privacy
from petition_proxy.domain.agent_lifecycle import APPLIED, ON_DUTY
from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _
from petition_proxy.domain.ledger import parse_date
from petition_proxy.domain.tables import SURPLUS, TableRow, cell_key, cell_line

REQUIRED_FIELDS = ("agent_name", "village")
# As the record's own labels say it, so that messages are translated with it.
LABELS: Mapping[str, str] = MappingProxyType(
	{
		"agent_name": "Name",
		"village": "Village or Community",
		"agent_class": "Agent Class",
		"status": "Status",
		"sex": "Sex",
		"skill": "Skill",
	}
)
DATE_FIELDS = ("birth_date", "on_duty_from", "certificate_issued_on", "certificate_valid_to")

KNOWN_HEADINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
	{
		"agent_name": ("name", "agent", "姓名", "代理员", "代理员姓名"),
		"agent_no": ("agent number", "编号", "代理员编号", "工号"),
		"id_number": ("id number", "身份证", "身份证号", "身份证号码", "公民身份号码", "证件号码"),
		"sex": ("sex", "性别"),
		"birth_date": ("birth date", "出生日期", "出生年月日"),
		"town": ("town", "镇", "街道", "镇街", "镇(街道)", "所属镇街"),
		"village": ("village", "村", "社区", "村(社区)", "村社", "所属村(社区)", "所在村(社区)"),
		"agent_class": ("class", "agent class", "类别", "人员类别", "代理员类别"),
		"is_public_staff": ("public staff", "公职", "是否公职", "公职人员", "是否公职人员"),
		"skill": ("skill", "录入方式", "代理方式", "操作水平"),
		"duty_phone": ("phone", "duty phone", "电话", "值班电话", "联系电话", "手机", "手机号码"),
		"email": ("email", "e-mail", "邮箱", "电子邮箱"),
		"status": ("status", "状态", "在岗状态", "人员状态"),
		"on_duty_from": ("on duty from", "上岗日期", "上岗时间", "聘任日期"),
		"certificate_no": ("certificate number", "证书编号", "证书号", "上岗证号", "合格证号"),
		"certificate_issued_on": ("issued on", "发证日期", "取证日期"),
		"certificate_valid_to": ("valid to", "证书有效期", "有效期至", "证书有效期至", "有效期"),
		"bank_account": ("bank account", "银行账号", "银行卡号", "卡号", "账号"),
	}
)
CLASSES: Mapping[str, tuple[str, ...]] = MappingProxyType(
	{
		"Civil Servant": ("公务员", "机关干部"),
		"Public Institution Staff": ("事业单位工作人员", "事业单位人员", "事业人员"),
		"Village Committee Cadre": (
			'村(社区)"两委"干部',
			"两委干部",
			"村两委干部",
			"村干部",
			"社区干部",
			"村居干部",
		),
		"Graduate Village Official": ("大学生村官", "村官"),
		"Villager Group Head": ("村(居)民小组长", "村民小组长", "居民小组长", "小组长", "组长"),
		"Community Volunteer": ("社区志愿者", "志愿者"),
		"Delegate or Committee Member": ('"两代表一委员"', "两代表一委员", "党代表", "人大代表", "政协委员"),
		"Property Manager": ("物业管理人员", "物业人员", "物业"),
		"Warm-hearted Citizen": ("热心群众人士", "热心群众", "热心人士"),
		"Public Order Officer": ("综治专干", "原综治专干", "综治干部"),
	}
)
STATUS_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
	{
		"Applied": ("申请", "已申请", "待审核"),
		"Checked": ("已审核", "审核通过"),
		"In Training": ("培训中", "待上岗", "在培"),
		"On Duty": ("在岗", "上岗", "在职", "正常"),
		"Suspended": ("暂停", "停职", "暂停代理"),
		"Left": ("离岗", "退出", "已退出", "离职"),
		"Removed": ("取消资格", "除名", "清退"),
		"Not Admitted": ("未通过", "不予录用"),
	}
)
SEX_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType({"Male": ("男", "m"), "Female": ("女", "f")})
SKILL_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
	{"Online": ("网上", "线上", "会操作电脑"), "Paper": ("书面", "纸质", "手工")}
)
YES = frozenset({"是", "公职", "公职人员", "有", "√", "1", "y", "yes", "true"})
NO = frozenset({"否", "非公职", "非公职人员", "无", "×", "0", "n", "no", "false"})


class AgentFileError(DomainError):
	"""The file lacks a column without which nothing can be read."""

	code = "agent_file"
	words_of = "Proxy Agent"


class AgentRowError(DomainError):
	"""A row cannot become an agent; the message is the reason in the file of rejected rows."""

	code = "agent_row"
	words_of = "Proxy Agent"


@dataclass(frozen=True)
class AgentRow:
	"""A readable row. A field that the file leaves blank is not among the values, and is left as it is on file.

	Args:
		row_number: row in the file as a spreadsheet shows it.
		values: fields by name, in the types the record keeps.
		id_number: ID number in its one form, "" if blank.
		town: name or code of the town, "" if blank; tells villages of one name apart.
	"""

	row_number: int
	values: Mapping[str, object]
	id_number: str = ""
	town: str = ""


@dataclass(frozen=True)
class Rejection:
	"""A row that was not taken."""

	row_number: int
	agent_name: str
	error: DomainError


@dataclass
class Reading:
	"""What a file holds: usable rows, rejected ones, headings nobody knows."""

	rows: list[AgentRow] = field(default_factory=list)
	rejected: list[Rejection] = field(default_factory=list)
	ignored: tuple[str, ...] = ()


def guess_columns(header: Iterable[str]) -> dict[str, str]:
	"""Which heading fills which field; the first column of a meaning wins.

	Raises:
		AgentFileError: no column for name or village.
	"""
	by_heading = {_plain(name): field for field, names in KNOWN_HEADINGS.items() for name in names}
	by_heading |= {_plain(field): field for field in KNOWN_HEADINGS}
	columns: dict[str, str] = {}
	for heading in header:
		target = by_heading.get(_plain(heading))
		if target and target not in columns.values():
			columns[heading] = target
	missing = [f for f in REQUIRED_FIELDS if f not in columns.values()]
	if missing:
		raise AgentFileError(
			_("The file has no column for {field}. Name one, for example, {example}."),
			field=LABELS[missing[0]],
			example=KNOWN_HEADINGS[missing[0]][-1],
		)
	return columns


def _plain(value: object) -> str:
	return cell_key(value).casefold().replace("_", " ").replace(" ", "").translate(_QUOTES)


_QUOTES = str.maketrans({"“": '"', "”": '"'})


def read_roster(header: Sequence[str], rows: Sequence[TableRow]) -> Reading:
	"""Read a whole file.

	Raises:
		AgentFileError: no column for name or village.
	"""
	columns = guess_columns(header)
	reading = Reading(ignored=tuple(heading for heading in header if heading not in columns))
	seen: dict[str, int] = {}
	for row in rows:
		try:
			agent = read_row(row, columns)
			_refuse_repeat(agent, seen)
		except DomainError as error:
			name = next((cell_line(row.cells.get(h)) for h, f in columns.items() if f == "agent_name"), "")
			reading.rejected.append(Rejection(row.number, name, error))
		else:
			reading.rows.append(agent)
	return reading


def _refuse_repeat(agent: AgentRow, seen: dict[str, int]) -> None:
	keys = [f"id:{agent.id_number}"] if agent.id_number else []
	if agent.values.get("agent_no"):
		keys.append(f"no:{agent.values['agent_no']}")
	for key in keys:
		if key in seen:
			raise AgentRowError(
				_("the same person stands in row {row} already; one person is one agent"), row=seen[key]
			)
	seen.update(dict.fromkeys(keys, agent.row_number))


def read_row(row: TableRow, columns: Mapping[str, str]) -> AgentRow:
	"""Turn one row of cells into an agent's fields.

	Args:
		row: cells by heading.
		columns: which heading fills which field.

	Raises:
		AgentRowError: name or village missing, a word that is no class, status, sex or yes/no, an unreadable date, an
			ID number that cannot be right, or a person on duty without certificate number and last day.
	"""
	if row.cells.get(SURPLUS):
		raise AgentRowError(
			_("more cells than headings: {value}"), value=repr(cell_line(row.cells[SURPLUS])[:40])
		)
	raw = {target: row.cells.get(heading) for heading, target in columns.items()}
	text = {target: cell_key(value) for target, value in raw.items()}
	for needed, message in (("agent_name", _("name missing")), ("village", _("village missing"))):
		if not text.get(needed):
			raise AgentRowError(message)
	values: dict[str, object] = {
		f: text[f]
		for f in (
			"agent_name",
			"agent_no",
			"village",
			"duty_phone",
			"email",
			"certificate_no",
			"bank_account",
		)
		if text.get(f)
	}
	for fieldname, words in (
		("agent_class", CLASSES),
		("status", STATUS_WORDS),
		("sex", SEX_WORDS),
		("skill", SKILL_WORDS),
	):
		if text.get(fieldname):
			values[fieldname] = _word(fieldname, text[fieldname], words)
	if text.get("is_public_staff"):
		values["is_public_staff"] = _yes_or_no(text["is_public_staff"])
	for fieldname in DATE_FIELDS:
		if text.get(fieldname):
			values[fieldname] = _day(raw[fieldname], text[fieldname])
	id_number = privacy.normalise_id_number(text.get("id_number"))
	if id_number and not privacy.is_valid_id_number(id_number):
		raise AgentRowError(_("the ID number does not fit its check digit"))
	if values.get("duty_phone") and not privacy.is_valid_phone(str(values["duty_phone"])):
		raise AgentRowError(_("the phone number cannot be right"))
	if values.get("bank_account") and not privacy.is_bank_account(str(values["bank_account"])):
		raise AgentRowError(_("the account number cannot be right"))
	return AgentRow(row.number, values, id_number, text.get("town", ""))


def _word(fieldname: str, text: str, words: Mapping[str, tuple[str, ...]]) -> str:
	by_word = {_plain(name): value for value, names in words.items() for name in (value, *names)}
	found = by_word.get(_plain(text))
	if not found:
		raise AgentRowError(
			_("{value} is none of the values for {field}"), value=repr(text), field=LABELS[fieldname]
		)
	return found


def _yes_or_no(text: str) -> int:
	word = text.casefold()
	if word in YES:
		return 1
	if word in NO:
		return 0
	raise AgentRowError(_("{value} is neither yes nor no for public staff"), value=repr(text))


def _day(value: object, text: str) -> date:
	moment = parse_date(value)
	if moment is None:
		raise AgentRowError(_("date {value} unreadable"), value=repr(text))
	return moment.date()


def check_new_status(values: Mapping[str, object], today: date, kept_pass_to: date | None = None) -> None:
	"""The gate holds for import too: on duty only with a pass named in the file, or one on file already.

	Args:
		values: fields of the row.
		today: the day.
		kept_pass_to: last day of the pass on file, for an agent who is known.

	Raises:
		AgentRowError: on duty without certificate number and last day, or with a pass that has ended.
	"""
	if values.get("status", APPLIED) != ON_DUTY:
		return
	end = values.get("certificate_valid_to")
	if not (end and values.get("certificate_no")):
		if kept_pass_to is not None and kept_pass_to >= today and not end:
			return
		raise AgentRowError(
			_("on duty without certificate number and last day: training must be passed first")
		)
	if end < today:
		raise AgentRowError(_("on duty with a certificate that ended on {day}"), day=end.isoformat())
