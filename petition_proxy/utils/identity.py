"""Identity numbers, phones and addresses of people: checked, masked, hashed and sealed in one place.

Frappe's permission levels hide a field but do not keep it: a list request that asks for two such fields in a row
gets the second one on older versions, and a filter on a hidden field still answers. So the plain value is never
stored. What is typed is sealed with the site's key, its mask and a keyed hash stay beside it, and the only way back is
`unseal_for_user`, which leaves an Access Record.
"""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils.password import decrypt, encrypt, get_encryption_key

from petition_proxy.domain import privacy
from petition_proxy.utils.access_log import record_access

SEALED_FIELDS = ("phone", "id_number", "address")


class IdentityError(frappe.ValidationError):
	"""A phone or identity number cannot be right."""


def hash_of(value: str | None) -> str | None:
	"""Keyed hash by which the same person is found without the number being readable; None for a blank."""
	return privacy.identity_hash(value, f"petition_proxy:{get_encryption_key()}".encode()) or None


def seal(value: str | None) -> str | None:
	"""Encrypt a value with the site's key; None for a blank."""
	return encrypt(value) if value else None


def seal_id_number(doc: Document) -> None:
	"""Check, mask, hash and seal `doc.id_number`, then empty it; without a new number the sealed one stays.

	Raises:
		IdentityError: a resident ID whose check digit is wrong.
	"""
	number = privacy.normalise_id_number(doc.id_number)
	doc.id_number = None
	if not number:
		return
	is_resident_id = doc.get("id_type") in (None, "", "Resident ID")
	if is_resident_id and not privacy.is_valid_id_number(number):
		frappe.throw(
			_("The ID number does not fit its check digit. Compare it with the card and type it again."),
			IdentityError,
		)
	doc.masked_id_number = privacy.mask_id_number(number)
	doc.id_hash = hash_of(number)
	doc.sealed_id_number = seal(number)


def seal_phone(doc: Document, fieldname: str = "phone") -> None:
	"""Check, mask, hash and seal the phone typed, then empty it; without a new number the sealed one stays.

	Args:
		doc: record or row of a table.
		fieldname: where it is typed.

	Raises:
		IdentityError: the number cannot be dialled.
	"""
	typed = doc.get(fieldname)
	doc.update({fieldname: None})  # a document, a row of a table, or a plain mapping
	if not typed:
		return
	if not privacy.is_valid_phone(typed):
		frappe.throw(
			_(
				"{0} is not a phone number. Give a mobile number or area code and number, or leave it empty."
			).format(typed),
			IdentityError,
		)
	number = privacy.normalise_phone(typed)
	doc.masked_phone = privacy.mask_phone(number)
	doc.phone_hash = hash_of(number)
	doc.sealed_phone = seal(number)


def seal_address(doc: Document) -> None:
	"""Seal `doc.address` and empty it; without a new one the sealed one stays."""
	address, doc.address = (doc.address or "").strip(), None
	if address:
		doc.sealed_address = seal(address)


def seal_bank_account(doc: Document) -> None:
	"""Check, mask and seal `doc.bank_account`, then empty it; without a new one the sealed one stays.

	Raises:
		IdentityError: it is no account number.
	"""
	typed, doc.bank_account = "".join((doc.bank_account or "").split()), None
	if not typed:
		return
	if not privacy.is_bank_account(typed):
		frappe.throw(
			_("This is no account number: it has 12 to 30 digits. Compare it with the card or passbook."),
			IdentityError,
		)
	doc.masked_bank_account = privacy.mask_bank_account(typed)
	doc.sealed_bank_account = seal(typed)


def keep_server_fields(doc: Document, fieldnames: tuple[str, ...]) -> None:
	"""Masks, hashes and sealed values come from the server alone, whatever a request sends."""
	before = doc.get_doc_before_save()
	for fieldname in fieldnames:
		doc.set(fieldname, before.get(fieldname) if before else None)


def unseal_for_user(doc: Document, reason: str) -> dict[str, str]:
	"""The plain values of a person's sealed fields, on record.

	Args:
		doc: Petitioner or Proxy Agent the session's user may read.
		reason: why the user looks.

	Returns:
		Field name to plain value, only those that are filled.
	"""
	values = {
		fieldname: decrypt(doc.get(f"sealed_{fieldname}"))
		for fieldname in SEALED_FIELDS
		if doc.get(f"sealed_{fieldname}")
	}
	record_access(doc.doctype, doc.name, ", ".join(values), reason)
	return values
