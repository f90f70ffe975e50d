"""What is done with a letter: begun, checked, signed, made anew. Each act locks the case first and reads the letter afterwards."""

import frappe
from frappe import _

from petition_proxy.domain import opinions
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.opinion_letter.opinion_letter import OpinionLetterError
from petition_proxy.utils.errors import domain_errors


def begin(petition: str) -> str:
	"""A draft for a case, filled from the case, the unit's superiors and the earlier version.

	Args:
		petition: the case.

	Returns:
		Name of the draft.

	Raises:
		OpinionLetterError: a draft is there already, or not the unit's member.
	"""
	letter = frappe.new_doc("Opinion Letter")
	letter.petition = petition
	letter.insert()
	return letter.name


def _open(name: str):
	"""The letter as it is now, its case locked, so that of two officers at once the second finds the first one's result.

	Raises:
		frappe.PermissionError: out of the user's scope.
	"""
	petition = frappe.db.get_value("Opinion Letter", name, "petition")
	if petition:
		frappe.db.get_value("Petition", petition, "name", for_update=True)
	letter = frappe.get_doc("Opinion Letter", name)
	letter.check_permission("read")
	return letter


def _require_draft(letter) -> None:
	if letter.docstatus != 0:
		frappe.throw(
			_("The letter is signed already: {0}. To change it, make a new version.").format(
				letter.letter_no or letter.name
			),
			OpinionLetterError,
		)


def check(name: str) -> None:
	"""Check a draft: complete, and by another person than who drafted it.

	Args:
		name: the letter.

	Raises:
		OpinionLetterError: signed or checked already, something missing, the drafter, or nobody of the unit.
	"""
	letter = _open(name)
	_require_draft(letter)
	if letter.status == opinions.CHECKED:
		frappe.throw(
			_("The letter has been checked already by {0}.").format(letter.checked_by), OpinionLetterError
		)
	if not get_scope().sees_all:
		unit = frappe.get_cached_doc("Handling Unit", letter.unit)
		with domain_errors(OpinionLetterError):
			opinions.check_checker(
				letter.drafted_by, frappe.session.user, {unit.head, *(row.user for row in unit.members)}
			)
	letter.validate_parts()
	letter.flags.checked = True
	letter.save()


def send_back_draft(name: str, reason: str) -> None:
	"""The checker or signer gives a draft back to its writer, with what is to be changed.

	Args:
		name: the letter.
		reason: what is wrong.

	Raises:
		OpinionLetterError: signed already, or no reason.
	"""
	letter = _open(name)
	_require_draft(letter)
	if not (reason or "").strip():
		frappe.throw(_("Say what is to be changed."), OpinionLetterError)
	letter.validate_writer()
	letter.db_set({"status": opinions.DRAFT, "checked_by": None, "checked_at": None})
	letter.add_comment("Comment", reason.strip())


def sign(name: str) -> str:
	"""The head signs; the letter gets its number.

	Args:
		name: the letter.

	Returns:
		The number.

	Raises:
		OpinionLetterError: signed already, not checked, incomplete, or not the head.
	"""
	letter = _open(name)
	_require_draft(letter)
	letter.submit()
	return letter.letter_no


def make_new_version(name: str, reason: str) -> str:
	"""A draft that follows a signed letter; the signed one stays as it is until the new one is signed, and is kept then.

	Args:
		name: the signed letter.
		reason: why it is changed.

	Returns:
		Name of the draft.

	Raises:
		OpinionLetterError: not signed yet, not the latest, or no reason.
	"""
	letter = _open(name)
	if letter.docstatus != 1:
		frappe.throw(_("The letter is not signed yet. Change the draft itself."), OpinionLetterError)
	if letter.replaced_by:
		frappe.throw(
			_("The letter was replaced by {0}. Change that one.").format(letter.replaced_by),
			OpinionLetterError,
		)
	if not (reason or "").strip():
		frappe.throw(_("Say why there is a new version of the letter."), OpinionLetterError)
	new = frappe.new_doc("Opinion Letter")
	new.petition = letter.petition
	new.change_reason = reason.strip()
	new.insert()
	return new.name
