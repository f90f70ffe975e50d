"""The opinion letter (信访处理意见书): what it holds, who checks and signs it, what a new version may say.

Sources: Regulation on Petition Work ("R22") arts 31(6), 32, 33, 35 for the letter and its three results; provincial rules
(SD 41, BJ 43, SH 38) for facts and remedy, SD 45 and BJ 50 for a decision made anew, BJ 45 for the oral answer.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _
from petition_proxy.domain.refusals import has_statutory_clock

SUPPORTED = "Supported"
PARTLY = "Partly Supported"
EXPLAINED = "Explained"
NOT_SUPPORTED = "Not Supported"
MEDIATED = "Mediated"
RESULTS: tuple[str, ...] = (SUPPORTED, PARTLY, EXPLAINED, NOT_SUPPORTED, MEDIATED)
GRANTING: frozenset[str] = frozenset({SUPPORTED, PARTLY, MEDIATED})
# A request that is met needs no more words; every other result does.
NEEDS_REASON: frozenset[str] = frozenset(RESULTS) - {SUPPORTED}

DRAFT, CHECKED, SIGNED, REPLACED, SENT_BACK = "Draft", "Checked", "Signed", "Replaced", "Sent Back"
# A village is no formal decision level: its settlement on the spot is a service result.
DECIDING_TIERS: frozenset[str] = frozenset({"Town", "District"})


class OpinionError(DomainError):
	"""The letter lacks something, or is not this person's to check or sign."""

	code = "opinion"


def overall_outcome(results: Sequence[str]) -> str:
	"""The outcome of a case from the results of its request items.

	One result for all is the outcome. Of several, the petition is partly supported where anything was granted, and not
	supported where nothing was.

	Args:
		results: result ids, one per item.

	Raises:
		OpinionError: no item, or an unknown result.
	"""
	if not results:
		raise OpinionError(_("List each thing the petitioner asks for, with its result."))
	unknown = [result for result in results if result not in RESULTS]
	if unknown:
		raise OpinionError(
			_("{result} is no result. Choose one of: {results}."),
			result=unknown[0] or "-",
			results=", ".join(RESULTS),
		)
	if len(set(results)) == 1:
		return results[0]
	return PARTLY if GRANTING & set(results) else NOT_SUPPORTED


# field -> how it is called in the sentence that asks for it
REQUIRED_PARTS: tuple[tuple[str, str], ...] = (
	("request_summary", _("Request")),
	("facts_found", _("Facts Found")),
	("legal_basis", _("Legal Basis")),
	("opinion_text", _("Opinion")),
	("remedy_body", _("Body of Review")),
	("remedy_days", _("Days to Ask for Review")),
)


def missing_parts(letter: Mapping) -> list[str]:
	"""Names of the parts a letter still lacks (R22 arts 32, 35).

	Args:
		letter: mapping with the fields of REQUIRED_PARTS and `items`, each with request_item, result, reason.
	"""
	missing = [name for field, name in REQUIRED_PARTS if not _text(letter.get(field))]
	items = letter.get("items") or ()
	if not items or any(not _text(i.get("request_item")) or not _text(i.get("result")) for i in items):
		missing.append(_("Opinion per Request Item"))
	if any(i.get("result") in NEEDS_REASON and not _text(i.get("reason")) for i in items):
		missing.append(_("Reason of each item not fully supported"))
	is_mediated = any(i.get("result") == MEDIATED for i in items)
	if is_mediated and not letter.get("mediation_paper"):
		missing.append(_("Mediation or Reconciliation Agreement"))
	return missing


def _text(value: object) -> str:
	return str(value).strip() if value else ""


def check_checker(drafter: str, checker: str, members: Collection[str]) -> None:
	"""Four eyes: a letter is checked by somebody of the unit who did not draft it.

	Raises:
		OpinionError: the drafter, or nobody of the unit.
	"""
	if checker == drafter:
		raise OpinionError(_("You drafted this letter. Another person of the unit checks it."))
	if checker not in members:
		raise OpinionError(_("Only a head or member of the unit checks its letter."))


def check_signer(signer: str, head: str | None, delegates: Collection[str]) -> None:
	"""A letter is signed by the head of the unit, or by whom the head named on record.

	Args:
		signer: who signs.
		head: the unit's head.
		delegates: users with a delegation valid on the day.

	Raises:
		OpinionError: neither of them.
	"""
	if signer != head and signer not in delegates:
		raise OpinionError(
			_("Only the head of the unit signs its letters, or whom the head named in a Signing Delegation.")
		)


def check_level(tier: str | None) -> None:
	"""Only towns, departments and above decide in a formal letter.

	Raises:
		OpinionError: a village.
	"""
	if tier not in DECIDING_TIERS:
		raise OpinionError(
			_("A village gives no formal opinion. It settles on the spot or hands the case up.")
		)


def check_new_version(
	version: int,
	was_sent_back: bool,
	old_results: Sequence[str],
	results: Sequence[str],
	change_reason: str | None,
	same_result_reason: str | None,
) -> None:
	"""What a later version must say: why it was made, and why a decision made anew comes to the same result (SD 45, BJ 50).

	Args:
		version: number of the version.
		was_sent_back: the earlier letter was sent back to be done again, not merely corrected.
		old_results, results: results of the items, in order.
		change_reason: why there is a new version.
		same_result_reason: why the result is the same.

	Raises:
		OpinionError: a reason is missing.
	"""
	if version <= 1:
		return
	if not _text(change_reason):
		raise OpinionError(_("Say why there is a new version of the letter."))
	if was_sent_back and list(old_results) == list(results) and not _text(same_result_reason):
		raise OpinionError(
			_(
				"The letter was sent back, and this one comes to the same result. Say which new facts or reasons bear it, or change the result."
			)
		)


def needs_letter(
	kind: str | None,
	route: str | None,
	is_oral_consent: bool,
	came_in: date,
	replied: date,
	oral_days: int,
) -> bool:
	"""Whether the answer must be a signed letter.

	Appeals and requests in the petition procedure get one (R22 arts 31(6), 32); suggestions, inquiries and matters of another
	procedure do not. With the petitioner's consent, what is settled within so many days of receipt may be answered orally
	or in simple form (BJ 45, a setting).

	Args:
		kind, route: of the petition.
		is_oral_consent: the petitioner agreed to a simple answer.
		came_in: day the petition came in; not counted.
		replied: day of the answer.
		oral_days: length of the time for simple answers.
	"""
	if not has_statutory_clock(kind, route):
		return False
	return not (is_oral_consent and is_in_oral_time(came_in, replied, oral_days))


def is_in_oral_time(came_in: date, replied: date, oral_days: int) -> bool:
	"""Whether an answer still comes within the days for a simple one; the day of receipt is not counted."""
	return (_day(replied) - _day(came_in)).days <= oral_days


def _day(moment: date) -> date:
	return moment.date() if isinstance(moment, datetime) else moment
