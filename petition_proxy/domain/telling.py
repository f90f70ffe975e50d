"""What may be told of a case in public: nothing by which anybody in it could be known, and of some cases nothing at all.

Regulation on Petition Work (信访工作条例) arts 18, 30 and 46: the work is made public, the people in it are not;
nothing of a report or accusation leaves the case. Personal Information Protection Law arts 13 and 25: what is
personal is published only with the person's own consent.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _

REPORT_KIND = "Report and Accusation"
ACCUSE_PURPOSE = "Expose and Accuse"
ENDED_STATES = ("Closed", "Archived")
# So many digits in a row are a phone, an identity card, an account or a case number; money can be written as 120万.
MOST_DIGITS = 6
MIN_LETTERS = 2

_DIGITS = str.maketrans("〇零○一幺二两三四五六七八九", "00011223456789")
_DATE = re.compile(
	r"(?:19|20)\d{2}[-./年]\d{1,2}(?:[-./月]\d{1,2}日?)?(?!\d)|(?:19|20)\d{2}[-–—~至](?:19|20)\d{2}(?!\d)"
)
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s\-‐‑‒–—―−_.·,，、/()（）*]+(?=\d)")
_NO_LETTERS = re.compile(r"[\W_]+")


class NotToldError(DomainError):
	"""The case, or a text about it, may not be published."""

	code = "not_told"


@dataclass(frozen=True)
class CaseFacts:
	"""What of a case decides whether it may be told.

	Args:
		kind: kind of the petition.
		purpose: its purpose.
		state: its state.
		is_restricted: its category is kept from the village.
		wants_secrecy: the petitioner asked for secrecy.
		has_accused: a unit or a person is complained about in it.
		is_under_review: a review or re-review of it is open.
	"""

	kind: str | None = None
	purpose: str | None = None
	state: str | None = None
	is_restricted: bool = False
	wants_secrecy: bool = False
	has_accused: bool = False
	is_under_review: bool = False


def check_case(case: CaseFacts) -> None:
	"""Refuse a case of which nothing is ever told.

	Raises:
		NotToldError: a report or accusation, a restricted category, a wish for secrecy, or not ended yet.
	"""
	if case.kind == REPORT_KIND or case.purpose == ACCUSE_PURPOSE or case.has_accused:
		raise NotToldError(_("A case with a report or an accusation is never told. Choose another case."))
	if case.is_restricted:
		raise NotToldError(_("Cases of this category are never told. Choose another case."))
	if case.wants_secrecy:
		raise NotToldError(_("The petitioner asked for secrecy, so this case is never told. Choose another."))
	if case.state not in ENDED_STATES or case.is_under_review:
		raise NotToldError(_("A case is told once it is closed and no review of it is open."))


def check_consent(has_consent: bool, consented_on: date | None, today: date) -> None:
	"""A case is told only with the petitioner's own word, and from its day on.

	Raises:
		NotToldError: no tick, no day, or a day to come.
	"""
	if not has_consent or not consented_on or consented_on > today:
		raise NotToldError(
			_("Ask the petitioner first: tick the consent and enter the day on which it was given.")
		)


def check_texts(
	texts: Iterable[str | None], names: Iterable[str | None], numbers: Iterable[str | None]
) -> None:
	"""Refuse texts by which somebody in the case could be known, however they are written.

	Args:
		texts: all that would be shown.
		names: petitioner, agent, members, and whoever else must not be named.
		numbers: of the case, in any of its registers.

	Raises:
		NotToldError: a name, a number of the case, or a long row of digits stands in one of them.
	"""
	whole = [text for text in texts if text]
	plain = [_letters(text) for text in whole]
	for name in names:
		letters = _letters(name or "")
		if len(letters) >= MIN_LETTERS and any(letters in text for text in plain):
			raise NotToldError(
				_("The text names {name}. Write it so that nobody can be known by it."), name=name
			)
	for number in numbers:
		letters = _letters(number or "")
		if len(letters) > 3 and any(letters in text for text in plain):
			raise NotToldError(
				_("The text holds the number {number} of the case. Take it out."), number=number
			)
	for text in whole:
		if found := find_long_number(text):
			raise NotToldError(
				_(
					"The text holds {number}, which could be a phone, identity card or case number. Take it out; "
					"write amounts of money like 120万."
				),
				number=found,
			)


def find_long_number(text: str) -> str | None:
	"""The first row of more than six digits in a text, whatever stands between them and however they are written.

	Dates and spans of years are passed over.
	"""
	plain = unicodedata.normalize("NFKC", text).translate(_DIGITS)
	plain = _BETWEEN_DIGITS.sub("", _DATE.sub(" 年 ", plain))
	found = re.search(rf"\d{{{MOST_DIGITS + 1},}}", plain, re.ASCII)
	return found.group() if found else None


def _letters(text: str) -> str:
	"""Letters and digits alone, so that spaces, dots and full-width signs hide nothing."""
	return _NO_LETTERS.sub("", unicodedata.normalize("NFKC", text)).casefold()


# Figures for everybody
# ---------------------
def hide_small(counts: Mapping[str, int], smallest: int) -> dict[str, int | None]:
	"""Counts of the parts of a whole that is shown too; None for those that could point to single people.

	A part below the smallest size is hidden. Where it is the only one, it could be had by taking the others from the
	whole, so the next smallest is hidden as well.

	Args:
		counts: part to number.
		smallest: least number that is shown; nothing is told by a zero, so it stays.
	"""
	shown: dict[str, int | None] = {
		part: None if 0 < count < smallest else count for part, count in counts.items()
	}
	hidden = [part for part, count in shown.items() if count is None]
	if len(hidden) == 1:
		others = [(count, part) for part, count in shown.items() if count]
		if others:
			shown[min(others)[1]] = None
	return shown


def percent(counted: int, of: int, smallest: int) -> int | None:
	"""A share in whole percent; None where the group is smaller than the smallest size.

	Args:
		counted: of the group.
		of: size of the group.
		smallest: least size that is shown.
	"""
	return None if of < max(1, smallest) else round(100 * counted / of)
