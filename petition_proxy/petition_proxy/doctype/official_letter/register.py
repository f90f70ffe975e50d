"""The register of issued letters: numbers without gaps per unit, kind and year, and what became of each letter."""

from datetime import datetime

import frappe
from frappe import _
from frappe.model.naming import getseries
from frappe.utils import getdate, now_datetime

from petition_proxy.domain import letters as rules
from petition_proxy.domain import lifecycle
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.petition_assignment.record import sending_unit
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.rows import read_row

LETTER = "Official Letter"


class LetterError(frappe.ValidationError):
	"""The letter cannot be numbered, voided or recorded as told."""


def issue_letter(
	kind: str,
	petition,
	unit: str,
	reference_doctype: str | None = None,
	reference_name: str | None = None,
	**given,
) -> str:
	"""Number a letter and enter it into the register.

	For other records' controllers, after they have checked who may issue; nothing is checked here.

	Args:
		kind: one of `domain.letters.KINDS`.
		petition: the petition or its name; None for a letter that belongs to no case.
		unit: issuing unit.
		reference_doctype, reference_name: the record that is the letter.
		given: `signer`, `issued_on` and `note`, where they are not the session's user, today and nothing.

	Returns:
		The number in official form, for example 云信受〔2026〕12号.

	Raises:
		LetterError: unknown kind, or no such unit.
	"""
	return enter(kind, petition, unit, reference_doctype, reference_name, **given).number


def enter(
	kind: str,
	petition,
	unit: str,
	reference_doctype: str | None = None,
	reference_name: str | None = None,
	signer: str | None = None,
	issued_on=None,
	note: str | None = None,
):
	"""As `issue_letter`, but returns the register's row."""
	with domain_errors(LetterError):
		rules.check_kind(kind)
	day = getdate(issued_on)
	if isinstance(petition, str):
		petition = read_row("Petition", petition, ("name", "round"))
	serial, number = _next_number(kind, unit, day.year)
	now, user = now_datetime(), frappe.session.user
	values = {
		"name": frappe.generate_hash(length=10),
		"owner": user,
		"modified_by": user,
		"creation": now,
		"modified": now,
		"docstatus": 0,
		"idx": 0,
		"number": number,
		"kind": kind,
		"petition": petition.name if petition else None,
		"round": (petition.round or 1) if petition else None,
		"unit": unit,
		"year": day.year,
		"serial": serial,
		"issued_on": day,
		"signer": signer or user,
		"reference_doctype": reference_doctype,
		"reference_name": reference_name,
		"note": note,
	}
	table = frappe.qb.DocType(LETTER)
	try:
		# one INSERT, no document overhead: no role writes the register by hand, and the caller has checked the act
		frappe.qb.into(table).columns(*values).insert(*values.values()).run()
	except Exception as error:
		if not frappe.db.is_unique_key_violation(error):
			raise
		# two units of one name, neither with a word of its own yet
		frappe.throw(
			_(
				"Letter {0} exists already. Give the unit {1} a word of its own for its letter numbers."
			).format(number, unit),
			LetterError,
		)
	return frappe._dict(values)


def _next_number(kind: str, unit: str, year: int) -> tuple[int, str]:
	"""The next serial of unit, kind and year; the row is locked until the transaction ends, so a rollback leaves no gap."""
	row = frappe.get_cached_value("Handling Unit", unit, ("name", "unit_name", "letter_prefix"), as_dict=True)
	if not row:
		frappe.throw(_("There is no unit {0}. Choose one from the list.").format(unit), LetterError)
	serial = int(getseries(f"{unit}|{kind}|{year}|", 1))
	with domain_errors(LetterError):
		number = rules.official_number(row.letter_prefix or row.unit_name, kind_word(kind), year, serial)
	return serial, number


def kind_word(kind: str) -> str:
	"""The word of a kind in letter numbers, from the settings; the seed's word where the site has none.

	Raises:
		LetterError: neither has one.
	"""
	words = {row.kind: row.word for row in frappe.get_cached_doc("Petition Proxy Settings").letter_words}
	if kind not in words:
		frappe.throw(
			_("{0} has no word for its numbers yet. Add it in Petition Proxy Settings.").format(_(kind)),
			LetterError,
		)
	return words[kind]


def issue_notice(petition, action: str, now: datetime) -> str | None:
	"""The notice that goes with a decision about taking a case up (R22 arts 22, 23, 31, 36); one per round and kind.

	Args:
		petition: the case as decided.
		action: "Accept", "Refuse", "Stop" or "Guide".
		now: moment of the decision.

	Returns:
		Its number; None where no unit stands behind it (the administrator on a site without a petition office).
	"""
	kind = rules.NOTICE_OF_STEP[action]
	unit = deciding_unit(petition)
	if not unit:
		return None
	return issue_letter(kind, petition, unit, "Petition", petition.name, issued_on=now)


def deciding_unit(petition) -> str | None:
	"""The unit in whose name the session's user decides: the handling unit for its own people, else the sender's."""
	scope = get_scope()
	if petition.handling_unit and (scope.sees_all or petition.handling_unit in scope.units):
		return petition.handling_unit
	return sending_unit() or petition.handling_unit


def issue_missing_notice(petition) -> str:
	"""Issue the notice that a case should have and has not, dated today.

	Args:
		petition: the case; the caller has checked that it may be acted on.

	Raises:
		LetterError: nothing to issue, or issued already.
	"""
	action = _decided_by(petition)
	if not action:
		frappe.throw(
			_("The case has neither been accepted nor refused, so there is no notice to issue."), LetterError
		)
	found = {
		"petition": petition.name,
		"round": petition.round,
		"kind": rules.NOTICE_OF_STEP[action],
		"is_void": 0,
	}
	if number := frappe.db.get_value(LETTER, found, "number"):
		frappe.throw(_("The notice was issued already: {0}.").format(number), LetterError)
	number = issue_notice(petition, action, now_datetime())
	if not number:
		frappe.throw(_("Choose the petition office in Petition Proxy Settings first."), LetterError)
	return number


def _decided_by(petition) -> str | None:
	by_state = {
		lifecycle.REFUSED: "Refuse",
		lifecycle.NOT_ACCEPTED_AGAIN: "Stop",
		lifecycle.GUIDED: "Guide",
	}
	if petition.workflow_state in by_state:
		return by_state[petition.workflow_state]
	return "Accept" if petition.accepted_at else None


def mark_told(letter: str, how: str, at: datetime, by: str, receipt: str | None = None) -> None:
	"""Note on a letter that the petitioner was given it.

	Args:
		letter: name of the Official Letter.
		how: id of the way.
		at: moment.
		by: who told.
		receipt: service receipt, if there is one.
	"""
	frappe.db.set_value(
		LETTER, letter, {"told_how": how, "told_at": at, "told_by": by, "service_receipt": receipt}
	)


def void(letter: str, reason: str) -> None:
	"""Take a letter out of force; it keeps its number and stays in the register.

	Args:
		letter: name of the Official Letter.
		reason: why.
	"""
	frappe.db.set_value(
		LETTER,
		letter,
		{
			"is_void": 1,
			"void_reason": reason,
			"voided_by": frappe.session.user,
			"voided_at": now_datetime(),
		},
	)
