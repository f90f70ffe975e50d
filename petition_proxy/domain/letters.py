"""Numbers of official letters (发文字号): issuing unit's word, kind's word, year in brackets, serial of the year."""

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _

ACCEPTANCE = "Acceptance Notice"
REFUSAL = "Refusal Notice"
NO_LONGER = "No Longer Accepted Notice"
GUIDANCE = "Guidance Notice"
OPINION = "Opinion Letter"
EXTENSION = "Extension Notice"
SUPERVISION = "Supervision Letter"
CLOSING_REPORT = "Closing Report"
# The opinion of each level of review (R22 arts 35, 36)
REVIEW_OPINIONS: dict[str, str] = {"Review": "Review Opinion", "Re-review": "Re-review Opinion"}

KINDS: tuple[str, ...] = (
	ACCEPTANCE,
	REFUSAL,
	NO_LONGER,
	GUIDANCE,
	"Forwarding Letter",
	"Assignment Letter",
	"Objection Return",
	SUPERVISION,
	EXTENSION,
	OPINION,
	*REVIEW_OPINIONS.values(),
	CLOSING_REPORT,
)

# What is written to the petitioner; the rest goes between offices.
TO_PETITIONER: tuple[str, ...] = (
	ACCEPTANCE,
	REFUSAL,
	NO_LONGER,
	GUIDANCE,
	EXTENSION,
	OPINION,
	*REVIEW_OPINIONS.values(),
)

# The notice that each decision about taking a case up brings with it (R22 arts 22, 23, 31, 36).
NOTICE_OF_STEP: dict[str, str] = {
	"Accept": ACCEPTANCE,
	"Refuse": REFUSAL,
	"Stop": NO_LONGER,
	"Guide": GUIDANCE,
}


class LetterNumberError(DomainError):
	"""The parts make no usable number."""

	code = "letter_number"


def check_kind(kind: str) -> None:
	"""Refuse a kind that the register does not know.

	Raises:
		LetterNumberError: unknown kind.
	"""
	if kind not in KINDS:
		raise LetterNumberError(
			_("{kind} is no kind of letter. Use one of: {kinds}."), kind=kind or "-", kinds=", ".join(KINDS)
		)


def official_number(unit_word: str, kind_word: str, year: int, serial: int) -> str:
	"""A number in the official form, for example 云信受〔2026〕12号 (GB/T 9704: the year in full, no leading zeros).

	Args:
		unit_word: short word of the issuing unit.
		kind_word: word of the kind of letter.
		year: four digits.
		serial: from 1.

	Raises:
		LetterNumberError: a word is missing, or year or serial cannot be.
	"""
	unit_word, kind_word = (unit_word or "").strip(), (kind_word or "").strip()
	if not unit_word or not kind_word:
		raise LetterNumberError(_("A letter number needs the word of the unit and the word of the kind."))
	if not 1000 <= year <= 9999 or serial < 1:
		raise LetterNumberError(
			_("{year} and {serial} make no letter number."), year=str(year), serial=str(serial)
		)
	return f"{unit_word}{kind_word}〔{year}〕{serial}号"
