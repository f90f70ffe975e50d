"""Which names and numbers a paper may bear.

Phones and ID numbers are masked on every paper. A form for the file shows them plain for some minutes to the user who
unsealed them with a reason (`allow_plain`, one Access Record per person). Where the petitioner wants secrecy, and in
reports and accusations, papers of the handling side bear neither name nor contact (R22 arts 30, 46; PIPL 28-30).
"""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, today
from frappe.utils.password import decrypt

from petition_proxy.domain.papers import age_on
from petition_proxy.domain.privacy import mask_name
from petition_proxy.permissions.scope import REPORT_KIND, get_scope
from petition_proxy.petition_proxy.doctype.petition import steps
from petition_proxy.queries.ledger import sees_identities
from petition_proxy.utils.identity import unseal_for_user
from petition_proxy.utils.rows import read_row

PETITIONER, FILE, UNIT = "petitioner", "file", "unit"
AUDIENCES = (PETITIONER, FILE, UNIT)
PLAIN_MINUTES = 10
# record -> (field, record type) of the people whose numbers its form for the file shows
PEOPLE_OF: dict[str, tuple[tuple[str, str], ...]] = {
	"Petition": (("petitioner", "Petitioner"),),
	"Proxy Agreement": (
		("petitioner", "Petitioner"),
		("agent", "Proxy Agent"),
		("second_agent", "Proxy Agent"),
	),
	"Proxy Agent": (("name", "Proxy Agent"),),
}
PETITIONER_COLUMNS = (
	"name",
	"petitioner_name",
	"sex",
	"birth_date",
	"occupation",
	"special_need",
	"wants_secrecy",
	"user",
	"id_type",
	"masked_phone",
	"masked_id_number",
	"sealed_phone",
	"sealed_id_number",
	"sealed_address",
	"village",
)


class PaperNotAllowedError(frappe.PermissionError):
	"""This paper may not be printed by, or for, these people."""


def allow_plain(doc: Document, reason: str) -> int:
	"""Let the session's user print this record with plain numbers for some minutes, on record.

	Args:
		doc: record with an entry in `PEOPLE_OF`, which the caller has checked the user may read.
		reason: why.

	Returns:
		Minutes for which it holds.

	Raises:
		PaperNotAllowedError: the record hides its petitioner from this user.
		frappe.PermissionError: a person on it is out of the user's scope.
	"""
	if doc.doctype == "Petition" and hides_petitioner(doc, FILE):
		frappe.throw(
			_("The petitioner wants secrecy: your unit prints no name and no number."), PaperNotAllowedError
		)
	for fieldname, doctype in PEOPLE_OF[doc.doctype]:
		if not doc.get(fieldname):
			continue
		person = frappe.get_doc(doctype, doc.get(fieldname))
		person.check_permission("read")
		unseal_for_user(person, reason)
	frappe.cache.set_value(_key(doc), 1, expires_in_sec=PLAIN_MINUTES * 60)
	return PLAIN_MINUTES


def may_print_plain(doc: Document) -> bool:
	"""Whether the session's user has unsealed this very record's numbers some minutes ago."""
	return bool(doc.name and frappe.cache.get_value(_key(doc), expires=True))


def _key(doc: Document) -> str:
	return f"petition_proxy|print-plain|{frappe.session.user}|{doc.doctype}|{doc.name}"


def hides_petitioner(case, audience: str, wants_secrecy: bool = False) -> bool:
	"""Whether a paper leaves out who petitions.

	Args:
		case: petition document or row with the scope columns, `wants_secrecy` and `petition_kind`.
		audience: one of `AUDIENCES`.
		wants_secrecy: the petitioner's own wish, beyond the case's.
	"""
	if not (case.get("wants_secrecy") or wants_secrecy or case.get("petition_kind") == REPORT_KIND):
		return False
	if audience == UNIT:
		return True
	scope = get_scope()
	if scope.sees_all or steps.is_own_agent(case, scope) or steps.is_own_petitioner(case, scope):
		return False
	if steps.is_district_office(case, scope):
		return False
	handles = case.get("handling_unit") in scope.units or any(
		column == "name" and case.get("name") in names for column, names in scope.claims
	)
	return handles


def refuse_accused(case, *units: str | None) -> None:
	"""No letter about a complaint goes to the unit complained about (R22 art. 30).

	Raises:
		PaperNotAllowedError: one of the units is the accused one.
	"""
	if case and case.get("accused_unit") and case.get("accused_unit") in units:
		frappe.throw(
			_("This letter would go to the unit complained about. Send the case to another unit first."),
			PaperNotAllowedError,
		)


def petitioner_block(case, petitioner: str | None, audience: str, plain: bool = False) -> frappe._dict:
	"""What a paper says of the petitioner.

	Args:
		case: the petition, or None for papers without one.
		petitioner: name of the Petitioner record.
		audience: one of `AUDIENCES`.
		plain: numbers were unsealed for this print.

	Returns:
		Dict of name, sex, age, birth_date, occupation, special_need, id_type, id_number, phone, address, village and
		`is_hidden`; texts are empty where nothing is known, or nothing may be said.
	"""
	row = read_row("Petitioner", petitioner, PETITIONER_COLUMNS) if petitioner else None
	block = frappe._dict(dict.fromkeys(BLOCK_FIELDS, ""), is_hidden=False)
	if not row:
		block.name = (case.get("petitioner_name") if case else "") or ""
		return block
	if case and hides_petitioner(case, audience, bool(row.wants_secrecy)):
		block.update(name=_("(name kept secret)"), is_hidden=True)
		return block
	block.update(
		name=_name_for_user(row),
		sex=row.sex or "",
		age=age_on(row.birth_date and getdate(row.birth_date), getdate(today())) or "",
		birth_date=row.birth_date or "",
		occupation=row.occupation or "",
		special_need=row.special_need or "",
		id_type=row.id_type or "",
		phone=(decrypt(row.sealed_phone) if plain and row.sealed_phone else row.masked_phone) or "",
		id_number=(decrypt(row.sealed_id_number) if plain and row.sealed_id_number else row.masked_id_number)
		or "",
		address=decrypt(row.sealed_address) if plain and row.sealed_address else "",
		village=row.village or "",
	)
	return block


BLOCK_FIELDS = (
	"name",
	"sex",
	"age",
	"birth_date",
	"occupation",
	"special_need",
	"id_type",
	"phone",
	"id_number",
	"address",
	"village",
)


def _name_for_user(row) -> str:
	"""Leaders and auditors read cases without knowing whose; the petitioner knows the own name."""
	if get_scope().is_petitioner(row.name) or sees_identities():
		return row.petitioner_name or ""
	return mask_name(row.petitioner_name)
