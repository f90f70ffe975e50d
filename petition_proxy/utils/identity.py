"""Identity numbers and phones of people: normalised, checked, masked and hashed in one place."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils.password import get_encryption_key

from petition_proxy.domain import privacy


class IdentityError(frappe.ValidationError):
	"""A phone or identity number cannot be right."""


def hash_of(value: str | None) -> str | None:
	"""Keyed hash by which the same person is found without the number being readable; None for a blank."""
	return privacy.identity_hash(value, f"petition_proxy:{get_encryption_key()}".encode()) or None


def set_id_number(doc: Document) -> None:
	"""Normalise `doc.id_number`, refuse a resident ID whose check digit is wrong, set mask and hash.

	Raises:
		IdentityError: the number has a typing error.
	"""
	doc.id_number = privacy.normalise_id_number(doc.id_number) or None
	is_resident_id = doc.get("id_type") in (None, "", "Resident ID")
	if doc.id_number and is_resident_id and not privacy.is_valid_id_number(doc.id_number):
		frappe.throw(
			_("The ID number does not fit its check digit. Compare it with the card and type it again."),
			IdentityError,
		)
	doc.masked_id_number = privacy.mask_id_number(doc.id_number)
	doc.id_hash = hash_of(doc.id_number)


def set_phone(doc: Document) -> None:
	"""Normalise `doc.phone`, refuse what cannot be a phone number, set mask and hash.

	Raises:
		IdentityError: the number cannot be dialled.
	"""
	if doc.phone and not privacy.is_valid_phone(doc.phone):
		frappe.throw(
			_("{0} is not a phone number. Give a mobile number or area code and number, or leave it empty.").format(
				doc.phone
			),
			IdentityError,
		)
	doc.phone = privacy.normalise_phone(doc.phone) or None
	doc.masked_phone = privacy.mask_phone(doc.phone)
	doc.phone_hash = hash_of(doc.phone)
