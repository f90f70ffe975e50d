"""The tables an office hands in, each once: its columns, what they mean, three example rows.

Downloads, the guided set-up, docs/import.md and the tests read these definitions; labels, options and what is needed
come from the records' own fields, so a template cannot fall behind them.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import frappe
from frappe import _
from frappe.model.meta import Meta

from petition_proxy.domain.agent_rows import KNOWN_HEADINGS as AGENT_HEADINGS
from petition_proxy.domain.categories import LEVEL_HEADINGS
from petition_proxy.domain.errors import mark
from petition_proxy.domain.ledger import KNOWN_HEADINGS as LEDGER_HEADINGS
from petition_proxy.domain.tables import COMMENT
from petition_proxy.imports.ledger_import import harmless_cell
from petition_proxy.utils.xlsx import make_workbook

# Who reads the table
RECORDS, CATEGORIES, AGENTS, LEDGER, USERS = "records", "categories", "agents", "ledger", "users"


@dataclass(frozen=True)
class Column:
	"""One column.

	Args:
		fieldname: field of the record, or "table.field" of a row in it; the reader's own name for other readers.
		help: what to write there, in English as the catalogue has it.
		needed: True where a row without it cannot be read; of records their own fields say it too.
		headings: words a heading may be, for readers that know their columns by words: English first, then Chinese.
	"""

	fieldname: str
	help: str
	needed: bool = False
	headings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Template:
	"""One table.

	Args:
		key: id, part of the file name.
		title: what it brings, in English as the catalogue has it.
		doctype: record that its rows become.
		reader: who reads it.
		columns: in the order of the file.
		examples: three rows; choices as the record stores them.
		key_fields: fields that tell whether a row is on file already.
		notes: sentences above the examples.
	"""

	key: str
	title: str
	doctype: str
	reader: str
	columns: tuple[Column, ...]
	examples: tuple[Mapping[str, str], ...]
	key_fields: tuple[str, ...] = ()
	notes: tuple[str, ...] = field(default=())

	@property
	def file_name(self) -> str:
		return f"{self.key}-template.csv"


def _rows(fields: str, *lines: str) -> tuple[Mapping[str, str], ...]:
	names = fields.split()
	return tuple(
		MappingProxyType(dict(zip(names, (cell.strip() for cell in line.split("|")), strict=True)))
		for line in lines
	)


def _words(known: Mapping[str, tuple[str, ...]], name: str) -> tuple[str, ...]:
	"""The English word of a column, then the first Chinese one."""
	words = known[name]
	english = next((word for word in words if word.isascii()), words[0])
	return (english, next((word for word in words if not word.isascii()), english))


REGIONS = Template(
	"regions",
	mark("Regions"),
	"Region",
	RECORDS,
	(
		Column("code", mark("12 digits; the first six are the district's, then three for the town")),
		Column("region_name", mark("Official name")),
		Column("level", mark("District, town or village")),
		Column("parent_region", mark("Code of the region above; empty for the district")),
		Column("population", mark("Residents, a whole number")),
		Column("urban_rural_class", mark("Three digits of the statistics office, where known")),
		Column("valid_from", mark("First day the code is valid, like 2026-01-01")),
	),
	_rows(
		"code region_name level parent_region population urban_rural_class valid_from",
		"500198000000|示例区|District||320000||2026-01-01",
		"500198101000|示例镇|Town|500198000000|28000||2026-01-01",
		"500198101201|示例村|Village|500198101000|1630|220|2026-01-01",
	),
	("code",),
	(mark("The region above may stand in the same table, in any order."),),
)
UNITS = Template(
	"units",
	mark("Handling Units"),
	"Handling Unit",
	RECORDS,
	(
		Column("unit_code", mark("Short code of your own, never changed later")),
		Column("unit_name", mark("Official name, as it stands on letters")),
		Column("unit_type", mark("What kind of unit it is")),
		Column("tier", mark("District, town or village")),
		Column("region", mark("Code or name of the place it works for")),
		Column("territory_parent", mark("Code or name of the unit above it in the territory")),
		Column("line_superior", mark("Code or name of the department above it in its line of work")),
		Column(
			"letter_prefix", mark("Word before the year in its letter numbers, a different one for each unit")
		),
		Column("phone", mark("Office phone")),
		Column("address", mark("Office address")),
	),
	_rows(
		"unit_code unit_name unit_type tier region territory_parent line_superior letter_prefix phone address",
		"SL-XF|示例区信访办|Petition Office|District|500198000000|||示信|023-60000001|示例区人民路1号",
		"SL-JW|示例区住房和城乡建设委员会|District Department|District|500198000000|||示建|023-60000002|",
		"SL-Z1|示例镇人民政府|Town|Town|500198101000|SL-XF||示镇|023-60000003|",
	),
	("unit_code",),
	(
		mark(
			"The unit above may stand in the same table, in any order. Heads and members come with the users."
		),
	),
)
STAFF = Template(
	"users",
	mark("Users"),
	"User",
	USERS,
	(
		Column("email", mark("Address the person logs in with"), True, ("Email", "邮箱")),
		Column("full_name", mark("Name as colleagues know it"), True, ("Full Name", "姓名")),
		Column("mobile_no", mark("Mobile phone, for messages"), False, ("Mobile", "手机")),
		Column(
			"roles",
			mark("Roles as the list of roles names them; several with a semicolon between"),
			True,
			("Roles", "角色"),
		),
		Column("unit", mark("Code or name of the unit"), False, ("Unit", "单位")),
		Column("post", mark("Head or member; member if empty"), False, ("Post", "职务")),
		Column("duty", mark("What the person looks after in the unit"), False, ("Duty", "分工")),
		Column(
			"password",
			mark("A first password, if it is handed over in person; empty for an invitation"),
			False,
			("First Password", "初始密码"),
		),
	),
	_rows(
		"email full_name mobile_no roles unit post duty password",
		"wang@shili.example|王主任||Petition Office;Handling Unit Head|SL-XF|Head||",
		"li@shili.example|李科员||Department Petition Officer|SL-JW|Member|信访办理|",
		"zhao@shili.example|赵专干||Town Petition Officer|SL-Z1|Member||",
	),
	("email",),
	(
		mark("The same person may stand in several rows, one for each unit."),
		mark(
			"Agents are not listed here: they come with the roster, and the account is chosen in the agent's record."
		),
	),
)
SETTLEMENTS = Template(
	"settlements",
	mark("List of Settlements"),
	"Settlement",
	RECORDS,
	(
		Column("settlement_name", mark("Name of the estate, hamlet or group")),
		Column("village", mark("Code or name of the village or community")),
		Column("population", mark("Residents, a whole number")),
		Column("households", mark("Households, a whole number")),
		Column("latitude", mark("Degrees north, like 29.512")),
		Column("longitude", mark("Degrees east, like 106.508")),
	),
	_rows(
		"settlement_name village population households latitude longitude",
		"示例村一组|500198101201|420|130|29.512|106.508",
		"示例村二组|500198101201|385|117|29.516|106.513",
		"示例花园小区|500198101201|825|290|29.509|106.521",
	),
	("settlement_name", "village"),
)
CATEGORY_LIST = Template(
	"categories",
	mark("Petition Categories"),
	"Petition Category",
	CATEGORIES,
	tuple(
		Column(
			f"level_{number}",
			text,
			number == 1,
			(LEVEL_HEADINGS[number - 1][0], LEVEL_HEADINGS[number - 1][3]),
		)
		for number, text in (
			(1, mark("Name on the first level, in every row")),
			(2, mark("Name on the second level; empty for a category of the first")),
			(3, mark("Name on the third level; empty for a category of the second")),
		)
	),
	_rows(
		"level_1 level_2 level_3",
		"示例城乡建设|示例物业服务|示例物业收费",
		"示例城乡建设|示例物业服务|示例维修资金",
		"示例城乡建设|示例供水供电|",
	),
	("path",),
	(mark("What is on file stays; categories are only added."),),
)
RULES = Template(
	"responsibility-rules",
	mark("Responsibility Rules"),
	"Responsibility Rule",
	RECORDS,
	(
		Column("category", mark("Category with those above it, like A/B; empty for all")),
		Column("region", mark("Code or name of the place; empty for the whole district")),
		Column("handling_unit", mark("Code or name of the unit in charge")),
		Column("priority", mark("The higher number wins where two rules fit; empty is 0")),
		Column("valid_from", mark("First day, like 2026-01-01")),
		Column("default_reply_class", mark("U urgent, C inquiry, G usual, I to be investigated")),
		Column("reason", mark("What the rule rests on, like the list of duties of the department")),
	),
	_rows(
		"category region handling_unit priority valid_from default_reply_class reason",
		"示例城乡建设||SL-JW||2026-01-01|G|三定方案",
		"示例城乡建设/示例物业服务|500198101000|SL-Z1|10|2026-01-01|G|属地管理",
		"示例城乡建设/示例供水供电||SL-JW||2026-01-01|I|三定方案",
	),
	("category", "region", "handling_unit", "valid_from"),
	(mark("Categories and units must be on file first."),),
)
CALENDAR = Template(
	"work-calendar",
	mark("Work Calendar"),
	"Work Calendar",
	RECORDS,
	(
		Column("calendar_year", mark("Year, in every row")),
		Column("source", mark("The notice the days come from")),
		Column("days.day", mark("A day off on a weekday, or a weekend day that is worked"), True),
		Column("days.day_type", mark("Whether it is free or worked"), True),
		Column("days.holiday_name", mark("Holiday it belongs to")),
	),
	_rows(
		"calendar_year source days.day days.day_type days.holiday_name",
		"2099|示例：国务院办公厅放假通知|2099-01-01|Holiday|元旦",
		"2099|示例：国务院办公厅放假通知|2099-01-02|Holiday|元旦",
		"2099|示例：国务院办公厅放假通知|2099-01-04|Make-up Workday|元旦",
	),
	("calendar_year",),
	(
		mark(
			"Weekends need no row. Most years are filled by the button; this table is for a year it does not know."
		),
	),
)
ROSTER = Template(
	"agents",
	mark("Agents"),
	"Proxy Agent",
	AGENTS,
	tuple(
		Column(name, text, name in ("agent_name", "village", "agent_class"), _words(AGENT_HEADINGS, name))
		for name, text in (
			("agent_name", mark("Name of the agent")),
			("id_number", mark("18 characters; sealed at once, known again by it")),
			("town", mark("Code or name of the town; tells villages of one name apart")),
			("village", mark("Code or name of the village or community")),
			("agent_class", mark("One of the classes of agents")),
			("is_public_staff", mark("Yes or no")),
			("duty_phone", mark("Phone that the directory shows")),
			("status", mark("Empty for a new applicant; on duty only with a valid certificate")),
			("certificate_no", mark("Number of the training certificate")),
			("certificate_valid_to", mark("Its last day, like 2099-12-31")),
		)
	),
	_rows(
		"agent_name id_number town village agent_class is_public_staff duty_phone status certificate_no certificate_valid_to",
		"示例甲|500198197001010018|示例镇|示例村|村民小组长|否|13800000001|在岗|示例证0001|2099-12-31",
		"示例乙|500198197001010026|示例镇|示例村|社区志愿者|否|13800000002|申请||",
		"示例丙|500198197001010034|示例镇|示例村|村干部|是|13800000003|培训中||",
	),
	("id_number",),
	(mark("Attach the file to a new Agent Import; try it first, then run it."),),
)
OLD_CASES = Template(
	"old-cases",
	mark("Old Cases"),
	"Petition",
	LEDGER,
	tuple(
		Column(name, text, name in ("external_no", "petitioned_at"), _words(LEDGER_HEADINGS, name))
		for name, text in (
			("external_no", mark("Number in the old ledger; the same number is never taken twice")),
			("subject", mark("Matter in one line; subject or content is needed")),
			("content", mark("Facts as the old ledger has them")),
			("petitioned_at", mark("Day and time of filing, like 2019-11-14 20:45")),
			("petitioner_name", mark("Name of the petitioner")),
			("phone", mark("Phone of the petitioner; sealed at once")),
			("category", mark("Name of a category on file")),
			("village", mark("Code or name of the village; one for all can be given in the import")),
			("handling_unit", mark("Code or name of the unit; one for all can be given in the import")),
			("reply_text", mark("The answer, where there is one")),
			("replied_at", mark("Day and time of the answer")),
		)
	),
	_rows(
		"external_no subject content petitioned_at petitioner_name phone category village handling_unit reply_text replied_at",
		"示例-2019-001|示例：路灯不亮|村口路灯坏了半个月。|2019-11-14 20:45|示例林婆婆|13800000011||500198101201|SL-Z1|已更换灯具。|2019-11-20 10:00",
		"示例-2019-002|示例：物业费问题|物业费收取标准不清楚。|2019-11-18 09:10|示例陈大爷|||500198101201|SL-JW|已公示收费标准。|2019-12-01 16:30",
		"示例-2019-003|示例：停水|小区停水两天。|2019-12-02 08:00|示例周大姐|||500198101201|SL-Z1||",
	),
	("external_no",),
	(mark("Attach the file to a new Ledger Import; try it first, then run it."),),
)

TEMPLATES: Mapping[str, Template] = MappingProxyType(
	{
		one.key: one
		for one in (
			REGIONS,
			UNITS,
			STAFF,
			SETTLEMENTS,
			CATEGORY_LIST,
			RULES,
			CALENDAR,
			ROSTER,
			OLD_CASES,
		)
	}
)
# Tables that one import reads in this order build a whole place from nothing
IN_ORDER = tuple(TEMPLATES)


class TemplateError(frappe.ValidationError):
	"""There is no such template."""


def get_template(key: str) -> Template:
	"""A template by its id.

	Raises:
		TemplateError: there is none.
	"""
	if not isinstance(key, str) or key not in TEMPLATES:
		frappe.throw(_("There is no template of this name. Choose one from the list."), TemplateError)
	return TEMPLATES[key]


# Fields behind the columns
# -------------------------
def field_of(template: Template, column: Column):
	"""The DocField a column fills, None for readers that know their own columns."""
	if template.reader != RECORDS:
		return None
	meta: Meta = frappe.get_meta(template.doctype)
	table, _dot, name = column.fieldname.rpartition(".")
	if table:
		meta = frappe.get_meta(meta.get_field(table).options)
	return meta.get_field(name)


def is_needed(template: Template, column: Column) -> bool:
	"""Whether a row must have it."""
	df = field_of(template, column)
	return column.needed or bool(df and df.reqd and not df.default)


def heading_of(template: Template, column: Column) -> str:
	"""The heading of a column in the language of the session."""
	df = field_of(template, column)
	if df:
		return _(df.label, context=df.parent)
	english, chinese = column.headings
	return chinese if (frappe.local.lang or "").startswith("zh") else english


def data_import_heading(template: Template, column: Column) -> str:
	"""The heading that Frappe's Data Import knows whoever asks.

	It keeps the headings of a record in the language of whoever imported first since the last change of the site, so only
	those that hold the field's own name are safe.
	"""
	if "." in column.fieldname:
		return column.fieldname
	df = field_of(template, column)
	return f"{df.label} ({df.fieldname})"


def example_cell(template: Template, column: Column, row: Mapping[str, str], stored: bool = False) -> str:
	"""A cell of an example, choices in the language of the session unless `stored`."""
	value = row.get(column.fieldname, "")
	if stored or not value:
		return value
	if column.fieldname == "roles":
		return ";".join(_(role) for role in value.split(";"))
	if column.fieldname == "post":
		return _(value)
	df = field_of(template, column)
	return _(value, context=df.parent) if df and df.fieldtype == "Select" else value


# Files
# -----
def template_csv(key: str) -> bytes:
	"""A template as a file that a spreadsheet opens with the right characters.

	Raises:
		TemplateError: there is none of this name.
	"""
	template = get_template(key)
	out = io.StringIO()
	writer = csv.writer(out)
	writer.writerow([heading_of(template, column) for column in template.columns])
	writer.writerows(_remarks(template))
	for row in template.examples:
		writer.writerow([harmless_cell(example_cell(template, c, row)) for c in template.columns])
	return out.getvalue().encode("utf-8-sig")


def data_import_xlsx(key: str) -> bytes:
	"""A template for Frappe's Data Import: a workbook, for its CSV reader stumbles over the mark a spreadsheet writes
	before the first heading; no rows of remarks; choices as stored.

	Raises:
		TemplateError: there is none of this name.
	"""
	template = get_template(key)
	header = [data_import_heading(template, column) for column in template.columns]
	rows, above = [], None
	for example in template.examples:
		cells = [example_cell(template, c, example, stored=True) for c in template.columns]
		key = tuple(example.get(f) for f in template.key_fields)
		if key == above:
			# one more row of a table: Data Import takes it for the record above if that one's cells are empty
			cells = [
				cell if "." in c.fieldname else "" for c, cell in zip(template.columns, cells, strict=True)
			]
		rows.append(cells)
		above = key
	return make_workbook([(template.key, header, rows, ())])


def _remarks(template: Template) -> list[list[str]]:
	"""Rows that no reader reads: what each column wants, then sentences about the whole."""
	wanted = [describe(template, column) for column in template.columns]
	wanted[0] = f"{COMMENT} {wanted[0]}"
	general = mark(
		"Rows that begin with two hash signs are not read. Delete the example rows before you hand it in."
	)
	width = len(template.columns)
	return [
		wanted,
		*([f"{COMMENT} {_(text)}", *[""] * (width - 1)] for text in (*template.notes, general)),
	]


def describe(template: Template, column: Column) -> str:
	"""What a column wants, with its choices."""
	parts = [_("needed") if is_needed(template, column) else "", _(column.help)]
	df = field_of(template, column)
	if df and df.fieldtype == "Select":
		words = [_(word, context=df.parent) for word in (df.options or "").split("\n") if word]
		parts.append(" / ".join(words))
	return "; ".join(filter(None, parts))
