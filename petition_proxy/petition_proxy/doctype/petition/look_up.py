"""Proving that one is the petitioner of a case: number, query code, and the last four digits of the phone (or ID number).

R22 art. 21 wants every matter to be queried; domain rules add that nobody guesses one: the same answer and the same work for
a number that does not exist, a wrong code and wrong digits, and limits per device and per case that leave a village behind
one address its way in.
"""

import hmac

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import cint
from frappe.utils.password import decrypt, encrypt

from petition_proxy.domain import query_codes
from petition_proxy.permissions.scope import BEARER_USER
from petition_proxy.utils import devices, limits
from petition_proxy.utils.access_log import record_access
from petition_proxy.utils.keyed import keyed_hash
from petition_proxy.utils.settings import get_setting

AREA = "look-up"
KNOWN_SECONDS = 180 * limits.DAY
# What an absent case is compared with, so that it costs the same.
NO_CODE = "0000-0000-0000-0000"
NO_PHONE = "10000000000"


class NotProvedError(frappe.ValidationError):
	"""Number, code and digits do not belong together."""


def prove(number: str, code: str, digits: str) -> str:
	"""Whose case this is, if all three fit.

	Args:
		number: register number, as typed.
		code: query code, as typed.
		digits: last four of the phone, or of the ID number of a petitioner without a phone.

	Returns:
		Name of the petition. The device is known for it from now on, and an Access Record says that it was looked up.

	Raises:
		NotProvedError: something does not fit, with one sentence for all of it.
		frappe.RateLimitExceededError: too many tries from the address or the device, or on the case or the code.
	"""
	number, code = query_codes.normalise_number(number)[:40], query_codes.normalise_code(code)
	digits = query_codes.normalise_digits(digits)
	device = devices.ensure_device()
	_count_try(number, code, device)
	row = _read_case(number)
	fits = _fits(row, code, digits)
	if not fits:
		frappe.throw(
			_(
				"These do not belong together. Compare number, code and digits with your slip. No slip at hand? Call the "
				"petition office."
			),
			NotProvedError,
		)
	_remember(row.name, number, code, device)
	return row.name


def _count_try(number: str, code: str, device: str) -> None:
	limits.count_guest_question(AREA, cint(get_setting("lookups_per_address")))
	limits.count_tries(AREA, device, cint(get_setting("tries_per_device")))
	if device and frappe.cache.get(_known_key(number, device)):
		return  # the petitioner's own phone waits for nobody else's tries
	longest = cint(get_setting("longest_wait_minutes")) * 60
	free = cint(get_setting("tries_per_case"))
	limits.wait_or_count(f"{AREA}-case", keyed_hash("number", number), free, longest)
	limits.wait_or_count(f"{AREA}-code", keyed_hash("code", code), free, longest)


def _read_case(number: str) -> frappe._dict:
	petition, petitioner = DocType("Petition"), DocType("Petitioner")
	rows = (
		frappe.qb.from_(petition)
		.left_join(petitioner)
		.on(petitioner.name == petition.petitioner)
		.select(petition.name, petition.query_code, petitioner.sealed_phone, petitioner.sealed_id_number)
		.where(petition.name == number)
		.run(as_dict=True)
	)
	return rows[0] if rows else frappe._dict()


def _fits(row: frappe._dict, code: str, digits: str) -> bool:
	"""The same comparisons whether or not there is such a case; none is left out after one has failed."""
	sealed = row.sealed_phone or row.sealed_id_number or _sealed_nothing()
	plain = decrypt(sealed)
	expected = (
		query_codes.last_digits(None, plain) if not row.sealed_phone else query_codes.last_digits(plain, None)
	)
	is_code = _same("code", row.query_code or NO_CODE, code)
	is_number = _same("digits", expected or NO_CODE, digits)
	is_known = bool(row.query_code) & bool(row.sealed_phone or row.sealed_id_number)
	return is_code & is_number & is_known


def _same(purpose: str, expected: str, given: str) -> bool:
	return hmac.compare_digest(keyed_hash(purpose, expected), keyed_hash(purpose, given))


def _sealed_nothing() -> str:
	"""A sealed value that belongs to nobody, made once per site and cache."""
	return frappe.cache.get_value("petition_proxy_sealed_nothing", lambda: encrypt(NO_PHONE))


def _remember(petition: str, number: str, code: str, device: str) -> None:
	limits.take_back_try(AREA, device)
	limits.forget_tries(f"{AREA}-case", keyed_hash("number", number))
	limits.forget_tries(f"{AREA}-code", keyed_hash("code", code))
	if device:
		frappe.cache.set(_known_key(number, device), 1, ex=KNOWN_SECONDS)
	record_access("Petition", petition, "query code", _("Looked up with the query code"), BEARER_USER)


def _known_key(number: str, device: str):
	return frappe.cache.make_key(f"petition_proxy_known|{keyed_hash('known', number + device)}")
