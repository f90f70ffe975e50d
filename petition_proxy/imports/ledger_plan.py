"""From a row of an old ledger to the records it becomes, with every field the controllers would have set.

Nothing is written here. Old cases keep their own dates; a reply counts only with a usable date.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

import frappe
from frappe import _

from petition_proxy.domain import deadlines, lifecycle, privacy
from petition_proxy.domain.categories import PATH_SEPARATOR
from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.ledger import LedgerRow
from petition_proxy.jobs.alert_rules import next_action_at_for
from petition_proxy.permissions.scope import get_scope
from petition_proxy.utils.calendar import calendar_for
from petition_proxy.utils.errors import error_text
from petition_proxy.utils.identity import hash_of, seal_id_number, seal_phone
from petition_proxy.utils.places import get_place
from petition_proxy.utils.rules import get_limit_rule

CHANNEL = "Old Ledger"
KIND = "Appeal and Request"
SUBJECT_LENGTH = 255
CASE_KEY_LENGTH = 190
PERSON_KEY_LENGTH = 140
DATA_LENGTH = 140
TEXT_BYTES = 65_535
IDENTITY_FIELDS = (
	*("masked_phone", "phone_hash", "sealed_phone"),
	*("masked_id_number", "id_hash", "sealed_id_number"),
)


class RowRefusedError(Exception):
	"""A row cannot become a case; the message is the reason, in the user's language."""


@dataclass(frozen=True)
class Person:
	"""The petitioner of a row: the key that tells people of one ledger apart, and the fields of a new record."""

	key: str
	values: dict


@dataclass
class CasePlan:
	"""A row ready to be written.

	Args:
		row: the row it comes from.
		petition: field values; name and petitioner are still missing.
		person: the petitioner, None where the ledger names nobody.
		warnings: what should be looked at, in the user's language.
	"""

	row: LedgerRow
	petition: dict
	person: Person | None
	warnings: list[str] = field(default_factory=list)


def ledger_key(source: str, number: str, length: int) -> str:
	"""The key by which a row of a ledger is known again: "source:number", hashed when it would not fit.

	Args:
		source: name of the ledger.
		number: number in it.
		length: characters the column holds.
	"""
	key = f"{source}:{number}"
	return key if len(key) <= length else hashlib.sha256(key.casefold().encode()).hexdigest()


class Planner:
	"""Knows the site's places, units and categories and turns rows into plans.

	Args:
		source: name of the ledger.
		now: moment of the import, in the site's time zone.
		default_village: village of rows that name none.
		default_unit: unit of rows that name none.
		import_batch: Ledger Import the cases belong to.
	"""

	def __init__(
		self,
		source: str,
		now: datetime,
		default_village: str | None = None,
		default_unit: str | None = None,
		import_batch: str | None = None,
	) -> None:
		self.source, self.now, self.import_batch = source, now, import_batch
		self.default_village, self.default_unit = default_village, default_unit
		self.scope = get_scope()
		self.villages = _by_code_and_name("Region", "region_name", {"level": "Village"})
		self.units = _by_code_and_name("Handling Unit", "unit_name", {"is_active": 1})
		self.categories = _categories()
		self.calendars: dict[str, object] = {}

	def plan(self, row: LedgerRow) -> CasePlan:
		"""The case a row becomes.

		Raises:
			RowRefusedError: no village, a village outside the user's area, a date in the future, or no rule that
				covers the filing date.
		"""
		if row.petitioned_at > self.now:
			raise RowRefusedError(_("filing date lies in the future"))
		_refuse_too_long(row)
		warnings = [_(text) for text in row.warnings]
		subject, content = _fit_subject(row, warnings)
		category, category_path = self.find_category(row.category, warnings)
		petition = {
			"subject": subject,
			"content": content,
			"category": category,
			"category_path": category_path,
			"handling_unit": self.find_unit(row.handling_unit, warnings),
			"petition_kind": KIND,
			"filing_channel": CHANNEL,
			"is_proxied": 0,
			"is_urgent": 0,
			"round": 1,
			"external_source": self.source,
			"external_no": row.external_no,
			"external_key": ledger_key(self.source, row.external_no, CASE_KEY_LENGTH),
			"import_batch": self.import_batch,
			"reply_text": row.reply_text or None,
			**self.find_place(row.village),
			**self.dates(row, warnings),
		}
		if not self.scope.covers(petition):
			raise RowRefusedError(_("village {0} is not in your area").format(petition["village"]))
		self.set_queue(petition)
		return CasePlan(row, petition, self.person(row, petition, warnings), warnings)

	def find_place(self, village: str) -> dict:
		codes = self.villages.get(village, []) if village else [self.default_village]
		if not codes:
			raise RowRefusedError(_("there is no village {0}").format(village))
		if len(codes) > 1:
			raise RowRefusedError(_("several villages are called {0}, give the code").format(village))
		if not codes[0]:
			raise RowRefusedError(_("village missing"))
		place = get_place(codes[0])
		return {"village": place.village, "town": place.town, "district": place.district}

	def find_unit(self, unit: str, warnings: list[str]) -> str | None:
		if not unit:
			return self.default_unit
		codes = self.units.get(unit, [])
		if len(codes) == 1:
			return codes[0]
		warnings.append(_("handling unit {0} is not one active unit, left empty").format(unit))
		return None

	def find_category(self, text: str, warnings: list[str]) -> tuple[str | None, str | None]:
		if not text:
			return None, None
		found = self.categories.get(text) or self.categories.get(
			PATH_SEPARATOR.join(part.strip() for part in text.split(PATH_SEPARATOR)), []
		)
		if len(found) == 1:
			return found[0]
		warnings.append(_("category {0} is not one category, left empty").format(text))
		return None, None

	def dates(self, row: LedgerRow, warnings: list[str]) -> dict:
		"""State and stamps: closed on the day of the reply, else registered with the clock of arts 22, 23."""
		replied_at = row.replied_at
		if replied_at and replied_at > self.now:
			warnings.append(_("reply date lies in the future"))
			replied_at = None
		state = lifecycle.CLOSED if replied_at else lifecycle.REGISTERED
		return {
			"workflow_state": state,
			"petitioned_at": row.petitioned_at,
			"registered_at": row.petitioned_at,
			"replied_at": replied_at,
			"closed_at": replied_at,
			**(
				{"notice_due_at": None, "notice_rule": None} if replied_at else self.notice(row.petitioned_at)
			),
		}

	def notice(self, petitioned_at: datetime) -> dict:
		try:
			rule = get_limit_rule("Acceptance Notice", petitioned_at.date())
			if rule.name not in self.calendars:
				self.calendars[rule.name] = calendar_for(rule)
			due_at = deadlines.due_at(petitioned_at, rule, self.calendars[rule.name])
		except DomainError as error:
			raise RowRefusedError(error_text(error)) from error
		return {"notice_due_at": due_at, "notice_rule": rule.name}

	def set_queue(self, petition: dict) -> None:
		state, due_at = petition["workflow_state"], petition["notice_due_at"]
		petition["due_at"] = lifecycle.running_due_at(state, due_at, None, None)
		petition["queue_key"] = lifecycle.queue_key(
			state, False, petition["due_at"], petition["petitioned_at"]
		)
		petition["next_action_at"] = next_action_at_for(petition)

	def person(self, row: LedgerRow, petition: dict, warnings: list[str]) -> Person | None:
		"""One record for each petitioner number; without numbers one for each ID number, or phone and name."""
		if not (row.petitioner_key or row.petitioner_name or row.phone or row.id_number):
			warnings.append(_("petitioner missing"))
			return None
		identity = self.identity(row, warnings)
		key = row.petitioner_key or _identity_key(row, identity)
		values = {
			"petitioner_name": row.petitioner_name
			or row.petitioner_key
			or _("Petitioner of {0}").format(row.external_no),
			"wants_secrecy": 0,
			"external_key": ledger_key(self.source, key, PERSON_KEY_LENGTH),
			**{fieldname: petition[fieldname] for fieldname in ("village", "town", "district")},
			**{fieldname: identity.get(fieldname) for fieldname in IDENTITY_FIELDS},
		}
		return Person(values["external_key"].casefold(), values)

	def identity(self, row: LedgerRow, warnings: list[str]) -> frappe._dict:
		"""Masks, hashes and sealed values; what cannot be right is left out with a warning."""
		identity = frappe._dict()
		if row.phone and not privacy.is_valid_phone(row.phone):
			warnings.append(_("phone number cannot be right, left out"))
		elif row.phone:
			identity.phone = row.phone
			seal_phone(identity)
		if row.id_number and not privacy.is_valid_id_number(row.id_number):
			warnings.append(_("ID number does not fit its check digit, left out"))
		elif row.id_number:
			identity.id_number = row.id_number
			seal_id_number(identity)
		return identity


def _refuse_too_long(row: LedgerRow) -> None:
	"""What its column cannot hold is said in a dry run already; nothing is ever cut off silently."""
	for label, value in (
		(_("external number"), row.external_no),
		(_("petitioner name"), row.petitioner_name),
	):
		if len(value) > DATA_LENGTH:
			raise RowRefusedError(_("{0} is longer than {1} characters").format(label, DATA_LENGTH))
	for label, value in ((_("content"), row.content), (_("reply"), row.reply_text)):
		if len(value.encode()) > TEXT_BYTES:
			raise RowRefusedError(_("{0} is longer than {1} bytes").format(label, TEXT_BYTES))


def _fit_subject(row: LedgerRow, warnings: list[str]) -> tuple[str, str]:
	"""A subject longer than its column is cut and kept whole at the head of the content."""
	if len(row.subject) <= SUBJECT_LENGTH:
		return row.subject, row.content
	warnings.append(_("subject was too long and now stands in the content"))
	content = row.content if row.content.startswith(row.subject) else f"{row.subject}\n\n{row.content}"
	return f"{row.subject[: SUBJECT_LENGTH - 1]}…", content


def _identity_key(row: LedgerRow, identity: frappe._dict) -> str:
	if identity.id_hash:
		return f"id:{identity.id_hash}"
	if identity.phone_hash:
		return f"phone:{hash_of(f'{identity.phone_hash} {row.petitioner_name}')}"
	return f"case:{row.external_no}"  # a name alone does not make two people one


def _by_code_and_name(doctype: str, title: str, filters: dict) -> dict[str, list[str]]:
	found: dict[str, list[str]] = {}
	for code, name in frappe.get_all(
		doctype, filters=filters, fields=["name", title], as_list=True, order_by="name asc"
	):
		for text in {code, name}:
			found.setdefault(text, []).append(code)
	return found


def _categories() -> dict[str, list[tuple[str, str]]]:
	found: dict[str, list[tuple[str, str]]] = {}
	rows = frappe.get_all(
		"Petition Category", fields=["name", "path", "category_name"], as_list=True, order_by="path asc"
	)
	for name, path, title in rows:
		found.setdefault(title, []).append((name, path))
	# a full path wins over an equal name further down
	return found | {row[1]: [(row[0], row[1])] for row in rows}
