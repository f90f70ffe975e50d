"""What a case still lacks before it is closed and before it is filed away: nothing left out, nothing wrong (无遗漏、无差错).

Sources: the proxy scheme's rules on power of attorney, register and records; Regulation on Petition Work ("R22") arts 23, 32, 34
to 36; Archives Law arts 13, 14 (complete files are handed over).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from petition_proxy.domain import service
from petition_proxy.domain.errors import Words
from petition_proxy.domain.errors import mark as _


@dataclass(frozen=True)
class CaseFacts:
	"""What the records of a case say, read once.

	Args:
		is_proxied: filed by an agent.
		has_agreement: the case names an agreement.
		agreement_fault: why the agreement did not cover the filing, as a sentence; None if it did.
		empty_register_fields: labels of fields of the register that must be filled and are not.
		empty_advised_fields: labels of fields that should be filled.
		is_accepted: accepted in this round.
		is_turned_away: refused, no longer accepted or led to another route in this round.
		is_settled_on_the_spot: told on the spot by the village, with the petitioner's consent.
		has_notice: the notice of acceptance or refusal was issued.
		is_notice_told: it was given to the petitioner, on record.
		has_reply: there is an answer and an outcome.
		needs_letter: the answer must be a signed letter.
		has_letter: it is.
		is_served: the answer was handed over.
		has_receipt: a receipt proves it.
		failed_attempts, attempts_needed: recorded attempts to hand it over, and how many let a case end without.
		open_co_handlers: names of units that have not answered the lead.
		is_extended: the handling limit was extended.
		has_extension_paper: the petitioner was told so in writing.
		has_open_draft: a letter is drafted and not signed.
		review_status: state of a review.
		is_withdrawn: the petitioner took the petition back.
		has_withdrawal_word: in the own account, or signed.
		is_filed: the list of documents is there.
		empty_items: documents of the list without a page count.
		retention_term: how long the file is kept.
	"""

	is_proxied: bool = False
	has_agreement: bool = False
	agreement_fault: str | None = None
	empty_register_fields: tuple[str, ...] = ()
	empty_advised_fields: tuple[str, ...] = ()
	is_accepted: bool = False
	is_turned_away: bool = False
	is_settled_on_the_spot: bool = False
	has_notice: bool = False
	is_notice_told: bool = False
	has_reply: bool = False
	needs_letter: bool = False
	has_letter: bool = False
	is_served: bool = False
	has_receipt: bool = False
	failed_attempts: int = 0
	attempts_needed: int = 3
	open_co_handlers: tuple[str, ...] = ()
	is_extended: bool = False
	has_extension_paper: bool = False
	has_open_draft: bool = False
	review_status: str | None = None
	is_withdrawn: bool = False
	has_withdrawal_word: bool = False
	is_filed: bool = False
	empty_items: tuple[str, ...] = ()
	retention_term: str | None = None


@dataclass(frozen=True)
class Gap:
	"""One thing that is missing.

	Args:
		code: stable id.
		message: English template.
		is_blocking: the step is refused until it is there; otherwise only advised.
		words: value of the template's {words}, if it has one.
		sentence: value of the template's {sentence}, shown as it is.
	"""

	code: str
	message: str
	is_blocking: bool = True
	words: Words = field(default_factory=Words)
	sentence: str = ""

	def __str__(self) -> str:
		return self.message.format(words=self.words, sentence=self.sentence)


def missing_before_closing(facts: CaseFacts) -> list[Gap]:
	"""What must be there before a case is closed, in the order of the procedure, and what should be.

	Args:
		facts: what the records say.
	"""
	return [gap for rule in _CLOSING_RULES if (gap := rule(facts))]


def missing_before_archive(facts: CaseFacts) -> list[Gap]:
	"""What must be there before the file is closed for good: all of the above as far as the case went, and the file list."""
	return [*missing_before_closing(facts), *(gap for rule in _ARCHIVE_RULES if (gap := rule(facts)))]


def blocking(gaps: list[Gap]) -> list[Gap]:
	"""Those that hold the step back."""
	return [gap for gap in gaps if gap.is_blocking]


def _agreement(facts: CaseFacts) -> Gap | None:
	if not facts.is_proxied:
		return None
	if not facts.has_agreement:
		return Gap("agreement", _("The petitioner's signed agreement with the agent."))
	if facts.agreement_fault:
		return Gap(
			"agreement",
			_("An agreement that covers the filing: {sentence}"),
			sentence=facts.agreement_fault,
		)
	return None


def _register(facts: CaseFacts) -> Gap | None:
	if facts.empty_register_fields:
		return Gap(
			"register",
			_("Fields of the register that are empty: {words}."),
			words=Words(facts.empty_register_fields),
		)
	return None


def _advice(facts: CaseFacts) -> Gap | None:
	if facts.empty_advised_fields:
		return Gap(
			"advised",
			_("Fields of the register that should be filled: {words}."),
			is_blocking=False,
			words=Words(facts.empty_advised_fields),
		)
	return None


def _notice(facts: CaseFacts) -> Gap | None:
	"""R22 art. 23: told in writing whether the matter is taken up."""
	if facts.is_settled_on_the_spot or not (facts.is_accepted or facts.is_turned_away):
		return None
	if not facts.has_notice:
		return Gap("notice", _("The notice of acceptance or refusal. Issue it from the petition."))
	if not facts.is_notice_told:
		return Gap("notice_told", _("A record that the petitioner was given the notice."), is_blocking=False)
	return None


def _co_handlers(facts: CaseFacts) -> Gap | None:
	if facts.open_co_handlers:
		return Gap(
			"co_handlers",
			_("The answers of co-handling units: {words}."),
			words=Words(facts.open_co_handlers),
		)
	return None


def _extension(facts: CaseFacts) -> Gap | None:
	"""R22 art. 34: an extension is told to the petitioner with its reason."""
	if facts.is_extended and not facts.has_extension_paper:
		return Gap("extension", _("The notice of the extension to the petitioner."))
	return None


def _answer(facts: CaseFacts) -> Gap | None:
	if facts.is_turned_away or facts.is_withdrawn:
		return None
	if not facts.has_reply:
		return Gap("reply", _("The reply and its outcome."))
	if facts.needs_letter and not facts.has_letter:
		return Gap("letter", _("The signed opinion letter."))
	return None


def _draft(facts: CaseFacts) -> Gap | None:
	if facts.has_open_draft:
		return Gap(
			"draft", _("A decision on the opinion letter that is drafted and not signed."), is_blocking=False
		)
	return None


def _receipt(facts: CaseFacts) -> Gap | None:
	if facts.is_turned_away or facts.is_withdrawn or facts.is_settled_on_the_spot:
		return None
	if facts.is_served and facts.has_receipt:
		return None
	if service.may_end_without_service(facts.failed_attempts, facts.attempts_needed):
		return None
	return Gap("receipt", _("The service receipt of the reply, or the recorded attempts to hand it over."))


def _withdrawal(facts: CaseFacts) -> Gap | None:
	if facts.is_withdrawn and not facts.has_withdrawal_word:
		return Gap("withdrawal", _("The petitioner's own word that the petition is withdrawn."))
	return None


def _review(facts: CaseFacts) -> Gap | None:
	"""A case with a review or re-review under way is not filed away (R22 arts 35, 36)."""
	if facts.review_status in ("Under Review", "Under Re-review"):
		return Gap("review", _("The end of the review that is under way."))
	return None


def _items(facts: CaseFacts) -> Gap | None:
	if not facts.is_filed:
		return Gap("file", _("The list of documents of the file."))
	if facts.empty_items:
		return Gap("pages", _("Page counts of these documents: {words}."), words=Words(facts.empty_items))
	return None


def _retention(facts: CaseFacts) -> Gap | None:
	if not facts.retention_term:
		return Gap("retention", _("How long the file is kept."))
	return None


_CLOSING_RULES: tuple[Callable[[CaseFacts], Gap | None], ...] = (
	_agreement,
	_register,
	_notice,
	_co_handlers,
	_extension,
	_answer,
	_draft,
	_receipt,
	_withdrawal,
	_advice,
)
_ARCHIVE_RULES: tuple[Callable[[CaseFacts], Gap | None], ...] = (_review, _items, _retention)
