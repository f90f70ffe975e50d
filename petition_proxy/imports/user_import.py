"""Making the accounts of a district's staff from a table: roles, unit and post in one row, all rows or none.

Only who manages the site's accounts does this. The table gives roles of this app only, changes no password of an account
that is there, and takes no role away.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import frappe
from frappe import _
from frappe.utils import validate_email_address

from petition_proxy.domain.errors import mark
from petition_proxy.domain.lifecycle import PORTAL_ROLES, ROLES
from petition_proxy.domain.tables import TableRow, cell_key, cell_line, cell_text
from petition_proxy.imports.table_import import (
	MOST_REMARKS,
	REFUSALS,
	Links,
	Remark,
	RowRefusedError,
	TableImportError,
	TableImportResult,
	find_columns,
	option_of,
	read_limited,
	read_text,
)
from petition_proxy.imports.templates import STAFF, heading_of, is_needed
from petition_proxy.jobs.recipients import has_outgoing_mail
from petition_proxy.permissions.scope import clear_scopes
from petition_proxy.setup.module_profile import PROFILE, ensure_module_profile

STAFF_ROLES = tuple(role for role in ROLES if role not in PORTAL_ROLES)
HEAD, MEMBER = mark("Head"), mark("Member")
MAIL, LINK = "Mail", "Link"
LEAST_PASSWORD = 10
SEPARATORS = str.maketrans("；、，,\n", ";;;;;")


@dataclass
class StaffResult(TableImportResult):
	"""As of any table, with what is handed to the new people.

	Args:
		links: for each new account without a password: user, full_name and the link by which the person sets one. Shown
			once; nothing keeps them.
	"""

	links: list[dict[str, str]] = field(default_factory=list)

	def as_dict(self) -> dict[str, Any]:
		return {**super().as_dict(), "links": self.links}


@dataclass
class _Person:
	row_number: int
	email: str
	full_name: str
	mobile_no: str = ""
	password: str = ""
	roles: list[str] = field(default_factory=list)
	posts: list[tuple[str, str, str]] = field(default_factory=list)  # unit, post, duty


def import_staff(
	data: bytes | str, *, invite: str = LINK, is_trial: bool = False, examples_allowed: bool = False
) -> StaffResult:
	"""Make and complete accounts from a table, in the transaction of the caller.

	Args:
		data: content of a CSV or XLSX file, or cells pasted from a spreadsheet.
		invite: how people without a first password get in: "Mail" sends Frappe's invitation, "Link" gives links to hand
			over.
		is_trial: check everything, write nothing.
		examples_allowed: take rows that are the template's own examples (tests).

	Raises:
		TableImportError: the table cannot be read, an account cannot be written, or there is no mail to invite by.
		frappe.PermissionError: not a manager of the site's accounts.
	"""
	frappe.has_permission("User", "create", throw=True)
	if invite not in (MAIL, LINK):
		frappe.throw(_("Invite by mail or by link."), TableImportError)
	if invite == MAIL and not has_outgoing_mail():
		frappe.throw(
			_("The site has no outgoing mail. Set up an Email Account first, or hand over links."),
			TableImportError,
		)
	table = read_limited(data)
	reader = _Reader(table.header, examples_allowed)
	people = reader.read(table.rows)
	result = StaffResult(len(table.rows), ignored_columns=reader.ignored, is_trial=is_trial)
	result.remarks = sorted(reader.remarks, key=lambda remark: remark.row_number)[:MOST_REMARKS]
	if not result.remarks:
		_write(people, invite, result)
	return result


class _Reader:
	"""Turns rows into people; what is wrong goes to the remarks. Nothing is written here, so a trial is only this."""

	def __init__(self, header: Sequence[str], examples_allowed: bool) -> None:
		self.columns, self.ignored = find_columns(STAFF, header)
		self.examples_allowed = examples_allowed
		self.labels = {c.fieldname: heading_of(STAFF, c) for c in STAFF.columns}
		self.links = Links()
		self.remarks: list[Remark] = []
		self.accounts: dict[str, frappe._dict] = {}

	def read(self, rows: Sequence[TableRow]) -> list[_Person]:
		self._read_accounts(rows)
		people: dict[str, _Person] = {}
		heads: dict[str, str] = {}
		for row in rows:
			try:
				person = self._read_row(row)
				first = people.setdefault(person.email, person)
				if first is not person:
					_join(first, person)
				for unit, post, _duty in person.posts:
					if post == HEAD and heads.setdefault(unit, person.email) != person.email:
						raise RowRefusedError(_("the unit has another head in this table already"))
			except RowRefusedError as refused:
				title = cell_line(row.cells.get(self._heading("email")))
				self.remarks.append(Remark(row.number, title[:60], str(refused)))
			if len(self.remarks) >= MOST_REMARKS:
				break
		return list(people.values())

	def _heading(self, fieldname: str) -> str:
		return next((h for h, c in self.columns.items() if c.fieldname == fieldname), "")

	def _read_accounts(self, rows: Sequence[TableRow]) -> None:
		emails = {cell_key(row.cells.get(self._heading("email"))).casefold() for row in rows}
		rows_on_file = frappe.get_all(
			"User",
			filters={"name": ("in", sorted(emails) or [""])},
			fields=["name", "enabled"],
			order_by="name asc",
		)
		held = frappe.get_all(
			"Has Role",
			filters={"parenttype": "User", "parent": ("in", [r.name for r in rows_on_file] or [""])},
			fields=["parent", "role"],
			order_by="parent asc",
		)
		for row in rows_on_file:
			row.roles = {one.role for one in held if one.parent == row.name}
			self.accounts[row.name.casefold()] = row

	def _read_row(self, row: TableRow) -> _Person:
		cells = {c.fieldname: cell_text(row.cells.get(h)) for h, c in self.columns.items()}
		for column in STAFF.columns:
			if is_needed(STAFF, column) and not cells.get(column.fieldname):
				raise RowRefusedError(_("{0} is missing").format(self.labels[column.fieldname]))
		email = self._email(cells["email"])
		full_name = read_text(cells["full_name"], self.labels["full_name"])
		roles = [
			option_of(word.strip(), STAFF_ROLES, None, self.labels["roles"])
			for word in cells["roles"].translate(SEPARATORS).split(";")
			if word.strip()
		]
		if not roles:
			raise RowRefusedError(_("{0} is missing").format(self.labels["roles"]))
		person = _Person(row.number, email, full_name, cells.get("mobile_no", "")[:20], roles=roles)
		person.password = self._password(cells.get("password", ""))
		if unit := cells.get("unit"):
			unit = self.links.find("Handling Unit", cell_line(unit), self.labels["unit"])
			post = (
				option_of(cells["post"], (HEAD, MEMBER), None, self.labels["post"])
				if cells.get("post")
				else MEMBER
			)
			duty = read_text(cells.get("duty", ""), self.labels["duty"])
			person.posts.append((unit, post, duty))
		elif cells.get("post"):
			raise RowRefusedError(_("a post needs a unit"))
		return person

	def _email(self, text: str) -> str:
		email = cell_key(text).casefold()
		if not validate_email_address(email) or len(email) > 140:
			raise RowRefusedError(_("{0} is no e-mail address").format(email[:60]))
		if not self.examples_allowed and any(email == one["email"] for one in STAFF.examples):
			raise RowRefusedError(_("this is an example of the template; delete the row"))
		account = self.accounts.get(email)
		if account and not account.enabled:
			raise RowRefusedError(_("the account {0} is closed; open it in the list of users").format(email))
		if account and account.roles & set(PORTAL_ROLES):
			raise RowRefusedError(
				_("{0} is the account of an agent or a petitioner; staff work with another one").format(email)
			)
		return email

	def _password(self, text: str) -> str:
		if text and len(text) < LEAST_PASSWORD:
			raise RowRefusedError(_("a first password has at least {0} characters").format(LEAST_PASSWORD))
		return text


def _join(first: _Person, again: _Person) -> None:
	"""One more row of the same person: one more unit.

	Raises:
		RowRefusedError: it names the same unit, or another name.
	"""
	if again.full_name != first.full_name:
		raise RowRefusedError(_("says something else than row {0} about the same").format(first.row_number))
	if not again.posts or {p[0] for p in again.posts} & {p[0] for p in first.posts}:
		raise RowRefusedError(_("stands in row {0} already").format(first.row_number))
	first.posts += again.posts
	first.roles += [role for role in again.roles if role not in first.roles]
	first.password = first.password or again.password


# Writing
# -------
def _write(people: list[_Person], invite: str, result: StaffResult) -> None:
	on_file = set(
		frappe.get_all(
			"User", filters={"name": ("in", [p.email for p in people])}, pluck="name", order_by="name"
		)
	)
	units = _posts(people)
	if not result.is_trial:
		ensure_module_profile()  # somebody may have deleted it since it was set up
	touched = {p.email: p.email not in on_file for p in people}
	was_import, frappe.flags.in_import = (
		frappe.flags.in_import,
		True,
	)  # Frappe throttles new users by the hour
	try:
		for person in people:
			changes = _changes(person, units) if person.email in on_file else True
			result.added += touched[person.email]
			result.changed += bool(changes) and not touched[person.email]
			result.unchanged += not changes
			if result.is_trial or not changes:
				continue
			try:
				_save_account(person, touched[person.email], invite, result)
			except REFUSALS as error:
				# thrown on, so that the request takes back all accounts before it and the jobs they asked for
				frappe.throw(
					_("Row {0}: {1}. Nothing has been written.").format(
						person.row_number, frappe.utils.strip_html(str(error)).rstrip(".。")
					),
					TableImportError,
				)
		if not result.is_trial:
			_save_posts(people, units)
	finally:
		frappe.flags.in_import = was_import
	clear_scopes()


def _posts(people: list[_Person]) -> dict[str, Any]:
	names = sorted({unit for person in people for unit, _post, _duty in person.posts})
	return {name: frappe.get_doc("Handling Unit", name) for name in names}


def _changes(person: _Person, units: dict[str, Any]) -> bool:
	if set(person.roles) - set(frappe.get_roles(person.email)):
		return True
	return any(
		_place(units[unit], person.email, post, duty, apply=False) for unit, post, duty in person.posts
	)


def _save_account(person: _Person, is_new: bool, invite: str, result: StaffResult) -> None:
	doc = frappe.new_doc("User") if is_new else frappe.get_doc("User", person.email)
	if is_new:
		doc.update(
			{
				"email": person.email,
				"first_name": person.full_name,
				"mobile_no": person.mobile_no or None,
				"language": frappe.local.lang,
				"module_profile": PROFILE,
				"send_welcome_email": int(invite == MAIL and not person.password),
			}
		)
		if person.password:
			doc.new_password = person.password
		doc.flags.no_welcome_mail = not doc.send_welcome_email
	held = {row.role for row in doc.roles}
	for role in person.roles:
		if role not in held:
			doc.append("roles", {"role": role})
	doc.insert() if is_new else doc.save()
	if is_new and not person.password and invite == LINK:
		result.links.append(
			{"user": doc.name, "full_name": person.full_name, "link": doc.reset_password(send_email=False)}
		)


def _save_posts(people: list[_Person], units: dict[str, Any]) -> None:
	changed = set()
	for person in people:
		for unit, post, duty in person.posts:
			if _place(units[unit], person.email, post, duty):
				changed.add(unit)
	for unit in sorted(changed):
		units[unit].save()


def _place(unit: Any, user: str, post: str, duty: str, apply: bool = True) -> bool:
	"""Whether a post is new or its duty another; with `apply` it is put into the unit."""
	if post == HEAD:
		differs = unit.head != user
		if apply and differs:
			unit.head = user
		return differs
	row = next((row for row in unit.members if row.user == user), None)
	differs = row is None or bool(duty and row.duty != duty)
	if apply and row is None:
		unit.append("members", {"user": user, "duty": duty or None})
	elif apply and differs:
		row.duty = duty
	return differs
