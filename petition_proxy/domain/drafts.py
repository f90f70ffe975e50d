"""A petition that is being written down at a kitchen table: what is kept of it, whose save is the later one, how long.

A draft is no petition yet (Regulations on Petition Work 2022, art. 22: a petition is registered when it is put forward
and received), but it may not vanish unseen either (art. 44 with art. 22: nothing silently unregistered). So each draft is
kept for thirty days after the last touch, is shown to its agent with the day on which it goes, and leaves a line without
content by which the office counts what was begun and not filed.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date, timedelta

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _
from petition_proxy.domain.privacy import mask_name

KEPT_DAYS = 30
# From so many days before its end on, the page warns of it.
WARNED_DAYS = 5
# The line without content that stays of a draft never filed.
TALLY_DAYS = 365
MOST_OPEN = 30
MOST_PAPERS = 20

OPEN, GIVEN_UP, EXPIRED = "Open", "Given Up", "Expired"
STEPS = ("who", "where", "what", "papers", "signature", "review")
PAPER, AGREEMENT = "paper", "agreement_scan"
PARTS = (PAPER, AGREEMENT)

# Field of the petition to how many characters it takes.
TEXTS: dict[str, int] = {
	"new_petitioner_name": 140,
	"new_petitioner_phone": 40,
	"new_petitioner_id_number": 40,
	"village": 20,
	"address_text": 140,
	"petition_kind": 40,
	"subject": 140,
	"content": 10_000,
	"request_text": 3_000,
	"agreement_signature": 200_000,
}
TICKS = ("new_petitioner_agrees_to_sms", "wants_secrecy", "powers_agreed")
HINT_LENGTH, HINT_NAME = 12, 6

_KEY = re.compile(r"[0-9a-f]{32}")
_SIGNATURE = re.compile(r"data:image/png;base64,[A-Za-z0-9+/]+={0,2}")


class DraftError(DomainError):
	"""What came from the page is no draft that can be kept."""

	code = "draft"


def check_key(key: object) -> str:
	"""The key that a page made for one petition, or for one photo, and keeps for every try to send it.

	Raises:
		DraftError: it is none.
	"""
	if not isinstance(key, str) or not _KEY.fullmatch(key):
		raise DraftError(_("The page sent no proper key. Reload it; what you wrote is kept."))
	return key


def read_answers(values: Mapping) -> dict[str, str | int]:
	"""What is kept of what a page sends: the known answers, with their types and lengths.

	Args:
		values: field of the petition to answer.

	Raises:
		DraftError: a value that is no text, is too long, or a signature that is no picture.
	"""
	answers: dict[str, str | int] = {}
	for field, most in TEXTS.items():
		value = values.get(field)
		if value is None or value == "":
			continue
		if not isinstance(value, str):
			raise DraftError(_("What was written cannot be read. Reload the page; it is kept on this phone."))
		if len(value) > most:
			raise DraftError(_("One of the texts is longer than {most} characters. Shorten it."), most=most)
		answers[field] = value
	for field in TICKS:
		if values.get(field) in (True, 1, "1"):
			answers[field] = 1
	signature = answers.get("agreement_signature")
	if signature and not _SIGNATURE.fullmatch(str(signature)):
		raise DraftError(_("The signature cannot be read. Clear it and sign again."))
	return answers


def is_own_turn(stored_version: int, stored_key: str | None, version: int, own_keys: Collection[str]) -> bool:
	"""May this page's save follow what is stored, or has another page or phone saved in between?

	Args:
		stored_version: number of the last save.
		stored_key: key of the last save.
		version: number of the last save that the page knows of.
		own_keys: keys of the page's own saves whose answers it never got.
	"""
	return stored_version == version or (bool(stored_key) and stored_key in own_keys)


def last_day(touched_on: date) -> date:
	"""The last day on which a draft is kept."""
	return touched_on + timedelta(days=KEPT_DAYS)


def is_ending(expires_on: date, today: date) -> bool:
	"""Is it time to warn that the draft goes soon?"""
	return (expires_on - today).days <= WARNED_DAYS


def title_hint(answers: Mapping) -> str:
	"""A few words by which its agent knows the draft again: the masked name and the head of the sentence."""
	name = mask_name(str(answers.get("new_petitioner_name") or ""))[:HINT_NAME]
	subject = " ".join(str(answers.get("subject") or "").split())
	if len(subject) > HINT_LENGTH:
		subject = subject[:HINT_LENGTH] + "…"
	return " · ".join(part for part in (name, subject) if part)
