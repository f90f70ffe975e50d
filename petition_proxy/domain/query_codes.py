"""Number, query code and digits as people type or read them out, and the address that a QR code on paper holds.

The code has sixteen signs of an alphabet without look-alikes (about 79 bits), in groups of four; the digits are the last
four of the phone, of a petitioner without a phone the last four of the ID number.
"""

import re
import unicodedata
from urllib.parse import quote

from petition_proxy.domain.privacy import normalise_id_number, normalise_phone

CODE_SIGNS = 16
GROUP = 4
DIGITS = 4


def normalise_number(typed: str | None) -> str:
	"""A register number as it is stored: plain capitals, any kind of dash as a hyphen, no blanks."""
	text = unicodedata.normalize("NFKC", typed or "").upper()
	return re.sub(r"[‐‑‒–—―−_\s]+", "-", text.strip()).strip("-")


def normalise_code(typed: str | None) -> str:
	"""A query code as it is stored: capitals in groups of four, however it was typed.

	Something that is no code comes back as it can be compared, never as an error: it is wrong like any other.
	"""
	signs = re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", typed or "").upper())[: 4 * CODE_SIGNS]
	return "-".join(signs[i : i + GROUP] for i in range(0, len(signs), GROUP))


def normalise_digits(typed: str | None) -> str:
	"""The last four signs as typed: digits, or an ID number's X at the end."""
	return normalise_id_number(typed)[-2 * DIGITS :]


def last_digits(phone: str | None, id_number: str | None) -> str:
	"""What proves a petitioner beside number and code; "" where neither number is known.

	Args:
		phone: in plain; an extension does not count.
		id_number: in plain, used where there is no phone.
	"""
	number = normalise_phone(phone).partition("-")[0] or normalise_id_number(id_number)
	return number[-DIGITS:] if len(number) >= DIGITS else ""


def paper_address(site: str, number: str, code: str) -> str:
	"""The address behind the QR code of a slip: number and code stand behind the "#", which no server is ever sent.

	Args:
		site: address of the site, without a slash at its end.
		number, code: of the case.
	"""
	return f"{site}/my-petition#{quote(number)}.{quote(code)}"
