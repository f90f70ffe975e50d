"""Supervision of slow or careless units (督办): levels, triggers and how one leads to the next.

Source: Regulation on Petition Work (2022) arts 39, 40 (late without reason, wrong procedure, result not reported,
opinion not carried out, evasion, falsification; reminder, letter, interview, listed supervision).
"""

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _

REMINDER, LETTER, INTERVIEW, LISTED = LEVELS = ("Reminder", "Letter", "Interview", "Listed")
LATE = "Late Without Reason"
TRIGGERS = (
	LATE,
	"Wrong Procedure",
	"Result Not Reported",
	"Opinion Not Carried Out",
	"Evasion or Perfunctory Handling",
	"Falsification",
)
ISSUED, REPLIED, UNANSWERED, CLOSED = "Issued", "Replied", "Unanswered", "Closed"
# The case counts as supervised while one of its orders is in such a state.
OPEN_STATUSES = (ISSUED, REPLIED)
ADOPTED, PARTLY, NOT_DONE = GRADES = ("Adopted", "Partly", "Not Done")


class SupervisionError(DomainError):
	"""A supervision order cannot be issued, answered or graded as wished."""

	code = "supervision"
	words_of = "Supervision Order"


def next_level(level: str) -> str | None:
	"""The level after an order stayed unanswered; None above listed supervision, which stands until it is answered.

	Raises:
		SupervisionError: no such level.
	"""
	check_level(level)
	place = LEVELS.index(level) + 1
	return LEVELS[place] if place < len(LEVELS) else None


def check_level(level: str | None) -> None:
	if level not in LEVELS:
		raise SupervisionError(_("Choose the level of supervision."))


def check_issue(level: str | None, trigger: str | None, requirement: str | None) -> None:
	"""What an order must say.

	Raises:
		SupervisionError: unknown level or trigger, or no requirement.
	"""
	check_level(level)
	if trigger not in TRIGGERS:
		raise SupervisionError(_("Choose what the unit is supervised for."))
	if not (requirement or "").strip():
		raise SupervisionError(_("Say what the unit is to do."))


def check_reply(status: str, text: str | None) -> None:
	"""A unit answers an open order once, late or not.

	Raises:
		SupervisionError: answered or closed already, or no text.
	"""
	if status not in (ISSUED, UNANSWERED):
		raise SupervisionError(_("This order has been answered already: {status}."), status=status)
	if not (text or "").strip():
		raise SupervisionError(_("Write what the unit has done before sending the reply."))


def check_grade(status: str, grade: str | None, note: str | None) -> None:
	"""The issuer grades a reply; "Partly" and "Not Done" say why. An order without reply can be closed as not done.

	Raises:
		SupervisionError: closed already, no such grade, no reason, or a grade for a reply that never came.
	"""
	if status == CLOSED:
		raise SupervisionError(_("This order has been closed already."))
	if grade not in GRADES:
		raise SupervisionError(_("Choose a grade for the reply."))
	if status != REPLIED and grade != NOT_DONE:
		raise SupervisionError(_("The unit has not replied. Without a reply the grade is Not Done."))
	if grade != ADOPTED and not (note or "").strip():
		raise SupervisionError(_("Say why the reply is not adopted in full."))
