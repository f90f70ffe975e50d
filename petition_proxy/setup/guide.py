"""The guided first set-up: what each step shows, and the few things that are typed instead of handed in as a table.

Whether a step is done is asked of the records each time (`queries/readiness.py`), so a clerk may leave anywhere, another one
goes on, and what was done elsewhere at the desk counts.
"""

import base64
import binascii
import re
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, now_datetime

from petition_proxy.domain import readiness as rules
from petition_proxy.domain.errors import mark
from petition_proxy.domain.lifecycle import OFFICE
from petition_proxy.imports import templates
from petition_proxy.imports.category_import import import_categories
from petition_proxy.imports.table_import import (
	MOST_BYTES,
	TableImportError,
	import_records,
	read_limited,
	read_text,
)
from petition_proxy.imports.table_import import RowRefusedError as CellRefusedError
from petition_proxy.imports.user_import import import_staff
from petition_proxy.jobs.recipients import has_outgoing_mail
from petition_proxy.permissions.scope import clear_scopes
from petition_proxy.queries.readiness import SETTINGS, TEST_NOTICE, get_findings, is_ready
from petition_proxy.setup.calendars import fill_work_calendar, known_years

MANAGER = "System Manager"
GUIDE_ROLES = (MANAGER, OFFICE)
HOUR_FIELDS = ("digest_at", "quiet_from", "quiet_to")
NUMBER_FIELDS = ("guest_questions", "evaluation_window_days")
SETTING_FIELDS = (*HOUR_FIELDS, *NUMBER_FIELDS)
CLASS_FIELDS = ("class_name", "limit_days", "day_kind", "warn_hours")
SECONDS_BETWEEN_NOTICES = 60
# Tables with a form of their own, where a trial runs in the background
IMPORT_FORMS = {templates.AGENTS: "Agent Import", templates.LEDGER: "Ledger Import"}
_HOUR = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?")

# step to title, what it is for, and the tables that are handed in there
STEPS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
	(
		rules.DISTRICT,
		mark("District"),
		mark("The name and the 12-digit code of the district this site is for."),
		(),
	),
	(
		rules.REGIONS,
		mark("Regions"),
		mark("Towns, streets, villages and communities with their 12-digit codes, as a table or typed."),
		("regions",),
	),
	(
		rules.UNITS,
		mark("Handling Units"),
		mark("The petition office first, then departments, towns and villages."),
		("units",),
	),
	(
		rules.USERS,
		mark("Users"),
		mark("Accounts of the staff with their roles and posts. Agents come with the roster."),
		("users",),
	),
	(
		rules.CATEGORIES,
		mark("Categories"),
		mark("What petitions are about, and which unit is in charge of what."),
		("categories", "responsibility-rules"),
	),
	(
		rules.CLASSES,
		mark("Reply Classes"),
		mark("Within how many days each class is answered. Once cases were measured by a row, it only ends."),
		(),
	),
	(
		rules.LETTERS,
		mark("Letter Words and Numbers"),
		mark("A letter number is the unit's word, the word of its kind, the year and a running number."),
		(),
	),
	(
		rules.CALENDAR,
		mark("Work Calendar"),
		mark("Holidays and make-up workdays of a year, from the published list."),
		("work-calendar",),
	),
	(rules.SETTINGS, mark("Settings"), mark("When people are told, and when they are left alone."), ()),
	(rules.NOTICE, mark("Test Notice"), mark("A notice to yourself shows that notices arrive."), ()),
	(
		rules.AGENTS,
		mark("Agents and Old Cases"),
		mark("The roster of agents, their settlements, and the old ledger, each by its own import."),
		("agents", "settlements", "old-cases"),
	),
	(
		rules.SITE,
		mark("The Site Itself"),
		mark("For whoever runs the server: what must be on, and what off."),
		(),
	),
)


class GuideError(frappe.ValidationError):
	"""What was typed cannot be kept; nothing has been written."""


def need_guide() -> None:
	"""Only who may set a district up.

	Raises:
		frappe.PermissionError: neither a manager of the site nor the petition office.
	"""
	if frappe.session.user != "Administrator" and not set(GUIDE_ROLES) & set(frappe.get_roles()):
		frappe.throw(
			_("The set-up is for the petition office and for the manager of the site. Ask one of them."),
			frappe.PermissionError,
		)


def need_template(key: str) -> templates.Template:
	"""A template for whoever may hand it in: beside the guide's people also a town with its settlements, or a clerk with
	the old ledger.

	Raises:
		frappe.PermissionError: the user may hand in no such table, or asks for one that is none.
		petition_proxy.imports.templates.TemplateError: there is no such template.
	"""
	known = templates.TEMPLATES.get(key) if isinstance(key, str) else None
	if not known or not frappe.has_permission(IMPORT_FORMS.get(known.reader, known.doctype), "create"):
		need_guide()
	return templates.get_template(key)


# What the guide shows
# --------------------
def get_guide() -> dict[str, Any]:
	"""All steps with what is done, what is missing and what is on file.

	Returns:
		steps: for each step, title, text, is_done, findings, tables, data; is_ready; may_make_accounts.
	"""
	findings = get_findings()
	data = _data()
	done = {
		step: all(f["is_met"] for f in findings if f["step"] == step and f["severity"] == rules.MUST)
		for step in rules.STEPS
	}
	return {
		"steps": [
			{
				"step": step,
				"title": _(title),
				"text": _(text),
				"is_done": done[step],
				"findings": [f for f in findings if f["step"] == step],
				"tables": [_table(key) for key in tables],
				"data": data.get(step) or {},
			}
			for step, title, text, tables in STEPS
		],
		"is_ready": is_ready(findings),
		"may_make_accounts": bool(frappe.has_permission("User", "create")),
	}


def _table(key: str) -> dict[str, Any]:
	template = templates.get_template(key)
	form = IMPORT_FORMS.get(template.reader)
	return {
		"key": key,
		"title": _(template.title),
		"doctype": template.doctype,
		"import_form": form,
		"may_open_form": bool(form and frappe.has_permission(form, "create")),
		"header": [templates.heading_of(template, column) for column in template.columns],
		"takes_data_import": _takes_data_import(template),
	}


def _takes_data_import(template: templates.Template) -> bool:
	return template.reader == templates.RECORDS and bool(frappe.get_meta(template.doctype).allow_import)


def _data() -> dict[str, dict[str, Any]]:
	settings = frappe.get_single(SETTINGS)
	office = settings.petition_office and frappe.db.get_value(
		"Handling Unit",
		settings.petition_office,
		["unit_code", "unit_name", "letter_prefix", "phone", "address"],
		as_dict=True,
	)
	district = settings.district and frappe.db.get_value(
		"Region", settings.district, ["code", "region_name"], as_dict=True
	)
	return {
		rules.DISTRICT: district or {},
		rules.REGIONS: {"counts": _counts("Region", "level")},
		rules.UNITS: {"office": office or {}, "counts": _counts("Handling Unit", "unit_type")},
		rules.CLASSES: {"rows": _classes()},
		rules.LETTERS: {
			"rows": [
				{"kind": row.kind, "label": _(row.kind), "word": row.word} for row in settings.letter_words
			]
		},
		rules.CALENDAR: {
			"years": frappe.get_all("Work Calendar", pluck="calendar_year", order_by="calendar_year desc"),
			"published": [year for year in known_years() if year >= now_datetime().year - 1],
		},
		rules.SETTINGS: {name: str(settings.get(name) or "") for name in SETTING_FIELDS},
		rules.NOTICE: {"has_mail": has_outgoing_mail()},
	}


def _counts(doctype: str, column: str) -> list[dict[str, Any]]:
	rows = frappe.get_all(doctype, fields=[column], order_by=f"{column} asc")
	found: dict[str, int] = {}
	for row in rows:
		found[row[column]] = found.get(row[column], 0) + 1
	return [{"label": _(key), "count": count} for key, count in found.items()]


def _classes() -> list[dict[str, Any]]:
	rows = frappe.get_all(
		"Reply Class",
		fields=["name", "class_code", *CLASS_FIELDS, "valid_from", "valid_to", "modified"],
		order_by="class_code asc, valid_from asc",
	)
	used = set(
		frappe.get_all(
			"Petition",
			filters={"reply_class": ("in", [row.name for row in rows] or [""])},
			pluck="reply_class",
			distinct=True,
			order_by="reply_class asc",
		)
	)
	return [{**row, "modified": str(row.modified), "is_used": row.name in used} for row in rows]


# What is typed
# -------------
def name_district(code: str, name: str) -> dict[str, Any]:
	"""Make the district, or give it another name, and name it in the settings.

	Args:
		code: 12 digits.
		name: official name.

	Returns:
		district (its code) and name.

	Raises:
		GuideError: another district has cases already, or the code is a town's.
	"""
	code, name = _line(code, _("Code")), _line(name, _("Name"))
	settings = frappe.get_single(SETTINGS)
	settings.check_permission("write")
	if (
		settings.district
		and settings.district != code
		and frappe.db.exists("Petition", {"district": settings.district})
	):
		frappe.throw(
			_(
				"Cases of {0} are on file, so this site stays with it. A second district gets a site of its own."
			).format(settings.district),
			GuideError,
		)
	level = frappe.db.get_value("Region", code, "level", for_update=True)
	if level and level != "District":
		frappe.throw(_("{0} is the code of a town or village. Type the district's.").format(code), GuideError)
	if level:
		region = frappe.get_doc("Region", code)
		if region.region_name != name:
			region.region_name = name
			region.save()
	else:
		frappe.get_doc({"doctype": "Region", "code": code, "region_name": name, "level": "District"}).insert()
	if settings.district != code:
		settings.district = code
		settings.save()
	return {"district": code, "name": name}


def name_office(
	code: str, name: str, letter_prefix: str = "", phone: str = "", address: str = ""
) -> dict[str, Any]:
	"""Make the unit of the petition office, or change it, and name it in the settings.

	Args:
		code: code of the unit.
		name: official name.
		letter_prefix: word before the year in its letter numbers.
		phone: office phone.
		address: office address.

	Returns:
		petition_office: name of the unit.

	Raises:
		GuideError: the district is not named yet, or the code is another kind of unit's.
	"""
	code, name = _line(code, _("Unit Code")), _line(name, _("Unit"))
	settings = frappe.get_single(SETTINGS)
	settings.check_permission("write")
	if not settings.district:
		frappe.throw(_("Name the district first."), GuideError)
	kind = frappe.db.get_value("Handling Unit", code, "unit_type", for_update=True)
	if kind and kind != "Petition Office":
		frappe.throw(
			_("{0} is the code of another unit ({1}). Type another code.").format(code, _(kind)), GuideError
		)
	unit = frappe.get_doc("Handling Unit", code) if kind else frappe.new_doc("Handling Unit")
	values = {
		"unit_name": name,
		"letter_prefix": _line(letter_prefix, _("Word in Letter Numbers"), is_needed=False)
		or unit.letter_prefix,
		"phone": str(phone or "").strip()[:140] or unit.phone,
		"address": _line(address, _("Address"), is_needed=False) or unit.address,
	}
	if not kind:
		values |= {
			"unit_code": code,
			"unit_type": "Petition Office",
			"tier": "District",
			"region": settings.district,
		}
	if any(unit.get(k) != v for k, v in values.items()):
		unit.update(values)
		unit.save()
	if settings.petition_office != unit.name:
		settings.petition_office = unit.name
		settings.save()
	clear_scopes()
	return {"petition_office": unit.name}


def change_classes(rows: list[dict]) -> int:
	"""Change limits before their first use.

	Args:
		rows: name, modified, and of class_name, limit_days, day_kind, warn_hours those that are to change.

	Returns:
		how many changed.

	Raises:
		GuideError: a row changed meanwhile, or is none.
		petition_proxy.utils.rules.RuleInUseError: cases were measured by it.
	"""
	changed = 0
	for row in _rows(rows, "name"):
		if not frappe.db.exists("Reply Class", row["name"]):
			frappe.throw(
				_("There is no reply class {0}. Load the page again.").format(row["name"]), GuideError
			)
		doc = frappe.get_doc("Reply Class", row["name"], for_update=True)
		doc.check_permission("write")
		if row.get("modified") and str(row["modified"]) != str(doc.modified):
			frappe.throw(
				_("{0} was changed by somebody else meanwhile. Load the page again.").format(doc.name),
				GuideError,
			)
		values = {}
		for fieldname in CLASS_FIELDS:
			if fieldname not in row:
				continue
			value = row[fieldname]
			if fieldname in ("limit_days", "warn_hours"):
				value = _number(value, _(doc.meta.get_label(fieldname)))
			else:
				value = _line(value, _(doc.meta.get_label(fieldname)))
			if doc.get(fieldname) != value:
				values[fieldname] = value
		if values:
			doc.update(values)
			doc.save()
			changed += 1
	return changed


def change_letter_words(rows: list[dict]) -> int:
	"""Give each kind of letter its word.

	Args:
		rows: kind and word.

	Returns:
		how many changed.
	"""
	settings = frappe.get_single(SETTINGS)
	settings.check_permission("write")
	known = {row.kind: row for row in settings.letter_words}
	kinds = frappe.get_meta("Letter Word").get_field("kind").options.split("\n")
	changed = 0
	for row in _rows(rows, "kind"):
		if row["kind"] not in kinds:
			frappe.throw(_("{0} is no kind of letter.").format(str(row["kind"])[:40]), GuideError)
		word = _line(row.get("word"), _("Word in the Letter No."))
		if row["kind"] not in known:
			known[row["kind"]] = settings.append("letter_words", {"kind": row["kind"]})
		if known[row["kind"]].word != word:
			known[row["kind"]].word = word
			changed += 1
	if changed:
		settings.save()
	return changed


def change_settings(values: dict[str, Any]) -> int:
	"""Set the hours and numbers of this step.

	Returns:
		how many changed.
	"""
	settings = frappe.get_single(SETTINGS)
	settings.check_permission("write")
	unknown = set(values) - set(SETTING_FIELDS)
	if unknown:
		frappe.throw(
			_("{0} is not set here. Open Petition Proxy Settings.").format(str(sorted(unknown)[0])[:40]),
			GuideError,
		)
	changed = 0
	for fieldname, value in values.items():
		label = _(settings.meta.get_label(fieldname))
		if fieldname in HOUR_FIELDS:
			value = str(value or "").strip()
			if not _HOUR.fullmatch(value):
				frappe.throw(_("{0}: write an hour like 08:30.").format(label), GuideError)
			value = ":".join([*value.split(":"), "00"][:3]).zfill(8)
		else:
			value = _number(value, label)
		if _same(settings.get(fieldname), value):
			continue
		settings.set(fieldname, value)
		changed += 1
	if changed:
		settings.save()
	return changed


def _same(stored: Any, value: Any) -> bool:
	return str(stored).zfill(8) == value if isinstance(value, str) else cint(stored) == value


def fill_calendar(year: int) -> str:
	"""Fill one year from the published list.

	Args:
		year: calendar year.

	Returns:
		Name of the calendar.

	Raises:
		frappe.ValidationError: the list is not published.
	"""
	frappe.has_permission("Work Calendar", "write", throw=True)
	return fill_work_calendar(year).name


def send_test_notice() -> dict[str, Any]:
	"""A notice to whoever asks, at the desk and, if the site sends mail, to the mailbox.

	Returns:
		by_mail: address it went to, or None.

	Raises:
		GuideError: one was sent less than a minute ago.
	"""
	user = frappe.session.user
	last = frappe.db.get_value(
		"Notification Log",
		{"for_user": user, "document_type": TEST_NOTICE},
		"creation",
		order_by="creation desc",
	)
	if last and (now_datetime() - last).total_seconds() < SECONDS_BETWEEN_NOTICES:
		frappe.throw(_("A test notice was just sent. Wait a minute and look for it first."), GuideError)
	subject = _("Test notice of Petition Proxy: notices arrive.")
	frappe.get_doc(
		{
			"doctype": "Notification Log",
			"type": "Alert",
			"for_user": user,
			"subject": subject,
			"document_type": TEST_NOTICE,
			"document_name": SETTINGS,
		}
	).insert(ignore_permissions=True)  # to the own user, after the check of the guide
	address = frappe.db.get_value("User", user, "email")
	is_mailed = bool(address and has_outgoing_mail())
	if is_mailed:
		frappe.sendmail(recipients=[address], subject=subject, message=subject)
	return {"by_mail": address if is_mailed else None}


# What is handed in
# -----------------
def hand_in(template: str, data: bytes | str, is_trial: bool) -> dict[str, Any]:
	"""A table of records or categories.

	Returns:
		As `TableImportResult.as_dict`.

	Raises:
		TableImportError: it cannot be read, or has an import of its own.
	"""
	found = templates.get_template(template)
	if found.reader == templates.RECORDS:
		return import_records(found, data, is_trial=is_trial).as_dict()
	if found.reader == templates.CATEGORIES:
		return _hand_in_categories(data, is_trial)
	frappe.throw(_("This table is handed in at a place of its own. See the step."), TableImportError)


def _hand_in_categories(data: bytes | str, is_trial: bool) -> dict[str, Any]:
	frappe.has_permission("Petition Category", "write", throw=True)
	rows = len(read_limited(data).rows)
	frappe.db.savepoint("guide_categories")
	result = import_categories(data)
	if is_trial:
		frappe.db.rollback(save_point="guide_categories")
	text = (
		_("{0} rows: {1} would be added, {2} changed, {3} are on file already")
		if is_trial
		else _("{0} rows: {1} added, {2} changed, {3} were on file already")
	)
	unchanged = sum(result.places) - result.added
	return {
		"total_rows": rows,
		"added": result.added,
		"changed": 0,
		"unchanged": unchanged,
		"is_written": not is_trial,
		"remarks": [],
		"ignored_columns": [],
		"summary": text.format(rows, result.added, 0, unchanged),
	}


def hand_in_staff(data: bytes | str, invite: str, is_trial: bool) -> dict[str, Any]:
	"""A table of accounts. Arguments, result and errors as `user_import.import_staff`."""
	return import_staff(data, invite=invite, is_trial=is_trial).as_dict()


def read_handed_in(text: str | None, content: str | None) -> bytes | str:
	"""What a client sends: pasted cells, or a file as base64.

	Raises:
		TableImportError: neither, or not readable.
	"""
	if content:
		if len(content) > MOST_BYTES * 4 // 3 + 4:
			frappe.throw(
				_("The table is larger than {0} MB. Split it and hand in the parts.").format(
					MOST_BYTES // 1024**2
				),
				TableImportError,
			)
		try:
			return base64.b64decode(content.partition(",")[2] or content, validate=True)
		except (binascii.Error, ValueError):
			frappe.throw(_("The file did not arrive whole. Choose it again."), TableImportError)
	if not (text or "").strip():
		frappe.throw(_("Choose a file or paste the rows first."), TableImportError)
	return text


def _line(value: Any, label: str, is_needed: bool = True) -> str:
	try:
		text = read_text(value if isinstance(value, str) else str(value or ""), label)
	except CellRefusedError as refused:
		frappe.throw(str(refused), GuideError)
	if is_needed and not text:
		frappe.throw(_("{0} is missing").format(label), GuideError)
	return text


def _number(value: Any, label: str) -> int:
	text = str(value if value is not None else "").strip()
	if not re.fullmatch(r"\d{1,5}", text, re.ASCII):
		frappe.throw(_("{0}: {1} is no number").format(label, text[:20]), GuideError)
	return int(text)


def _rows(rows: Any, key: str) -> list[dict]:
	if not isinstance(rows, list) or not all(
		isinstance(row, dict) and isinstance(row.get(key), str) and row[key] for row in rows
	):
		frappe.throw(_("These rows cannot be read. Load the page again."), GuideError)
	return rows
