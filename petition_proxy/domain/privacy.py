"""Masking, checking and comparing of phone and identity numbers.

Petitioner data are kept from those who need not know them: Regulation on Petition Work (信访工作条例) arts 30
and 46, Personal Information Protection Law arts 28 to 30 (minimum data, sensitive data). Identity number: GB
11643-1999.
"""

import hashlib
import hmac
import re
import unicodedata
from datetime import date

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _

MIN_KEY_BYTES = 16
STAR = "*"

COMPOUND_SURNAMES = frozenset(
	"""
	欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊
	赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文
	司徒 鲜于 司空 令狐 轩辕 呼延 百里 东郭 南门 西门 拓跋 完颜 欧陽 諸葛
	鍾離 長孫
	""".split()
)

_PHONE_SEPARATORS = re.compile(r"[\s\-‐‑‒–—―−_.·()\[\]/]+")
_ID_SEPARATORS = re.compile(r"[\s\-‐‑‒–—―−_.·]+")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff]")
_EXTENSION_WORD = re.compile(r"\s*(?:转|轉|分机|ext\.?|x)\s*[:]?\s*(\d{1,6})$", re.IGNORECASE)
_EXTENSION_DASH = re.compile(
	r"(\(?0\d{2,3}\)?[\s-]?\d{7,8}|(?![48]00\d{4}-)[2-8]\d{6,7}|[48]00\d{7})-(\d{1,6})", re.ASCII
)
_PHONE_SHAPE = re.compile(r"\+?\d+(?:-\d{1,6})?", re.ASCII)
_VALID_PHONE = re.compile(
	r"1[3-9]\d{9}"  # mobile
	r"|0(?:10|2\d|[3-9]\d{2})\d{7,8}(?:-\d{1,6})?"  # landline with area code
	r"|(?![48]00\d{4}-)[2-8]\d{6,7}(?:-\d{1,6})?"  # landline without it
	r"|[48]00\d{7}(?:-\d{1,6})?"  # service numbers
	r"|\+\d{8,15}",  # abroad
	re.ASCII,
)
_ID_SHAPE = re.compile(r"[1-9]\d{16}[0-9X]", re.ASCII)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK_CHARACTERS = "10X98765432"


class WeakKeyError(DomainError):
	"""The secret for identity hashes is too short to protect a number of eighteen digits."""

	code = "weak_key"


def _plain(value: str | None) -> str:
	"""Return the text with full-width characters made plain and invisible ones removed."""
	return _INVISIBLE.sub("", unicodedata.normalize("NFKC", value or "")).strip()


def normalise_phone(value: str | None) -> str:
	"""Return a phone number in the one form used to store and compare it.

	Full-width digits become plain, separators go, the country code of China goes (a landline gets its 0
	back), an extension is kept after one hyphen. What is not a phone number comes back stripped of
	separators, not refused.
	"""
	text = _plain(value)
	extension = ""
	found = _EXTENSION_WORD.search(text)
	if found:
		text, extension = text[: found.start()], f"-{found.group(1)}"
	else:
		found = _EXTENSION_DASH.fullmatch(text)
		if found:
			text, extension = found.group(1), f"-{found.group(2)}"
	text = _PHONE_SEPARATORS.sub("", text)
	home = re.match(r"(?:\+|00)86(\d+)$|86(1[3-9]\d{9})$", text, re.ASCII)
	if home:
		text = home.group(1) or home.group(2)
		if not re.match(r"0|1[3-9]\d{9}$|[48]00\d{7}$", text):
			text = "0" + text
	return text + extension


def is_valid_phone(value: str | None) -> bool:
	"""Tell whether a value is a mobile, landline, 400/800 or foreign (+) number after normalising."""
	return _VALID_PHONE.fullmatch(normalise_phone(value)) is not None


def normalise_id_number(value: str | None) -> str:
	"""Return an identity number in its one stored form: plain characters, no separators, upper case."""
	text = _ID_SEPARATORS.sub("", _plain(value)).upper()
	# The check character X is often typed as a multiplication sign or a Cyrillic letter.
	return text[:-1] + "X" if text[-1:] in ("×", "\u0425") else text


def is_valid_id_number(value: str | None) -> bool:
	"""Tell whether a value is an 18-character identity number with a real date and the right check character.

	Numbers of 15 digits are void since 2013 and do not pass (GB 11643-1999; Resident Identity Card Law).
	"""
	number = normalise_id_number(value)
	if not _ID_SHAPE.fullmatch(number):
		return False
	try:
		date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
	except ValueError:
		return False
	total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
	return _ID_CHECK_CHARACTERS[total % 11] == number[17]


def mask_phone(value: str | None) -> str:
	"""Return a phone number fit to be shown: 138****5678.

	Numbers of 11 digits and more keep the first three and last four, those of 7 to 10 the last two; shorter
	ones and what is no phone number are masked wholly. An extension is masked.
	"""
	number = normalise_phone(value)
	if not _PHONE_SHAPE.fullmatch(number):
		return STAR * len(number)
	base, _dash, extension = number.partition("-")
	tail = STAR * len(extension)
	if len(base) >= 11:
		shown = base[:3] + STAR * (len(base) - 7) + base[-4:]
	elif len(base) >= 7:
		shown = STAR * (len(base) - 2) + base[-2:]
	else:
		shown = STAR * len(base)
	return f"{shown}-{tail}" if tail else shown


def mask_id_number(value: str | None) -> str:
	"""Return an identity number fit to be shown: the first three and last two characters, the rest stars.

	Numbers shorter than 15 characters (passports, permits) keep the last two from 8 characters on, else
	nothing.
	"""
	number = normalise_id_number(value)
	if len(number) >= 15:
		return number[:3] + STAR * (len(number) - 5) + number[-2:]
	if len(number) >= 8:
		return STAR * (len(number) - 2) + number[-2:]
	return STAR * len(number)


def is_bank_account(value: str | None) -> bool:
	"""Tell whether a value is a number of 12 to 30 digits, as accounts and cards have."""
	return re.fullmatch(r"\d{12,30}", "".join(_plain(value).split()), re.ASCII) is not None


def mask_bank_account(value: str | None) -> str:
	"""Return an account number of which only the last four digits are shown."""
	number = "".join(_plain(value).split())
	return STAR * max(len(number) - 4, 0) + number[-4:] if len(number) > 4 else STAR * len(number)


def mask_name(value: str | None) -> str:
	"""Return a name of which only the surname is shown: 袁大爷 -> 袁**, 欧阳小明 -> 欧阳**.

	A name of one character is masked wholly.
	"""
	name = " ".join(_plain(value).split())
	if len(name) < 2:
		return STAR * len(name)
	shown = 2 if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else 1
	return name[:shown] + STAR * (len(name) - shown)


def identity_hash(value: str | None, key: bytes) -> str:
	"""Return the keyed hash by which the same phone or identity number is found again without being readable.

	Args:
		value: phone or identity number in any spelling; every spelling of a number gives the same hash.
		key: secret of the site, at least 16 bytes.

	Returns:
		HMAC-SHA256 as 64 hexadecimal digits; "" for a blank value, which identifies nobody.

	Raises:
		WeakKeyError: the key is too short.
	"""
	if len(key) < MIN_KEY_BYTES:
		raise WeakKeyError(
			_("The key for identity hashes has {length} bytes; it needs at least {least}."),
			length=len(key),
			least=MIN_KEY_BYTES,
		)
	text = normalise_phone(value) if is_valid_phone(value) else normalise_id_number(value)
	return hmac.new(key, text.encode(), hashlib.sha256).hexdigest() if text else ""
