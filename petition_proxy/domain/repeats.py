"""Repeat petitions: the same person on the same matter (同人+同事), and how alike two Chinese texts are.

Same person: one petitioner, joint signer or representative of either case is the same; where an agent files, agent
and principal both take part in the comparison and only the identity of the principal counts. Anonymous reports are
compared by the accused. Same matter: facts and demand are basically equal, which a text can only suggest: an officer
decides.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _

GRAM_SIZES = (2, 3)
# A short second letter often stands whole in a long first one; sharing that much counts, but less than being alike.
CONTAINMENT_WEIGHT = 0.4
_NOT_TEXT = re.compile(r"[^0-9a-z\u3400-\u4dbf\u4e00-\u9fff]+")

SAME_ID = "Same ID Number"
SAME_PHONE = "Same Phone"
SAME_RECORD = "Same Petitioner Record"
SAME_SIGNER = "Same Joint Signer"
SAME_ACCUSED = "Same Accused"
SAME_CATEGORY = "Same Category"
SAME_VILLAGE = "Same Village"
ALIKE = "Like Text"
PERSON_REASONS = frozenset({SAME_ID, SAME_PHONE, SAME_RECORD, SAME_SIGNER, SAME_ACCUSED})
REASONS = (
	SAME_ID,
	SAME_PHONE,
	SAME_RECORD,
	SAME_SIGNER,
	SAME_ACCUSED,
	SAME_CATEGORY,
	SAME_VILLAGE,
	ALIKE,
)

REPORT_KIND = "Report and Accusation"
# A case can be merged while nobody has promised an answer on it, into one that still will be answered.
MERGEABLE_STATES = frozenset({"Registered", "Assigned", "Received"})
OPEN_MAIN_STATES = frozenset({"Registered", "Assigned", "Received", "Accepted", "Handling"})


class MergeError(DomainError):
	"""The two cases may not become one."""

	code = "merge"


def plain_text(*parts: str | None) -> str:
	"""The parts of a text joined, with full-width and upper-case letters, spaces and punctuation evened out."""
	text = unicodedata.normalize("NFKC", "".join(part or "" for part in parts)).lower()
	return _NOT_TEXT.sub("", text)


def grams(*parts: str | None) -> frozenset[str]:
	"""All runs of two and three characters of a text: Chinese has no spaces to find words by."""
	text = plain_text(*parts)
	return frozenset(text[i : i + size] for size in GRAM_SIZES for i in range(len(text) - size + 1))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
	"""How alike two texts are, from 0 to 1.

	Args:
		one: grams of a text.
		other: grams of the other.

	Returns:
		The shared part of both together, or four tenths of the shared part of the shorter one if that is more; 0 if one
		is empty.
	"""
	if not one or not other:
		return 0.0
	shared = len(one & other)
	return max(shared / len(one | other), CONTAINMENT_WEIGHT * shared / min(len(one), len(other)))


@dataclass(frozen=True)
class Case:
	"""What is compared of a case.

	Args:
		petitioner: its petitioner's record.
		id_hashes: hashed identity numbers of petitioner and joint signers.
		phone_hashes: hashed phones of the petitioner, never the agent's.
		signer_hashes: hashed phones of joint signers and representatives.
		accused: accused unit and person.
		is_anonymous: the petitioner left neither number nor phone.
		category: category id.
		village: village of the matter.
		grams: of its text.
	"""

	petitioner: str | None = None
	id_hashes: frozenset[str] = frozenset()
	phone_hashes: frozenset[str] = frozenset()
	signer_hashes: frozenset[str] = frozenset()
	accused: frozenset[str] = frozenset()
	is_anonymous: bool = False
	category: str | None = None
	village: str | None = None
	grams: frozenset[str] = frozenset()


def same_person(one: Case, other: Case) -> tuple[str, ...]:
	"""Why the two cases come from the same person; nothing if they do not. The agent is not looked at."""
	reasons = []
	if one.id_hashes & other.id_hashes:
		reasons.append(SAME_ID)
	if one.phone_hashes & other.phone_hashes:
		reasons.append(SAME_PHONE)
	if one.petitioner and one.petitioner == other.petitioner:
		reasons.append(SAME_RECORD)
	if (
		one.signer_hashes & (other.phone_hashes | other.signer_hashes)
		or other.signer_hashes & one.phone_hashes
	):
		reasons.append(SAME_SIGNER)
	if (one.is_anonymous or other.is_anonymous) and one.accused & other.accused:
		reasons.append(SAME_ACCUSED)
	return tuple(reasons)


@dataclass(frozen=True)
class Thresholds:
	"""From which likeness on a case is offered as a repeat.

	Args:
		likeness: text alone, 0 to 1.
		likeness_same_place: where category and village are the same too.
	"""

	likeness: float
	likeness_same_place: float


def compare(one: Case, other: Case, thresholds: Thresholds) -> tuple[float, tuple[str, ...]] | None:
	"""Is one case perhaps a repeat of the other?

	Returns:
		Likeness of the texts and the reasons, or None: not the same person, or another matter.
	"""
	reasons = same_person(one, other)
	if not reasons:
		return None
	score = likeness(one.grams, other.grams)
	same_category = bool(one.category) and one.category == other.category
	same_village = bool(one.village) and one.village == other.village
	limit = thresholds.likeness_same_place if same_category and same_village else thresholds.likeness
	if score < limit:
		return None
	more = ((same_category, SAME_CATEGORY), (same_village, SAME_VILLAGE), (True, ALIKE))
	return score, (*reasons, *(reason for holds, reason in more if holds))


def check_merge(case: Mapping, main: Mapping, is_same_person: bool) -> None:
	"""May a case be merged into a main case?

	Args:
		case: row with name, workflow_state, petition_kind, accused_unit, accused_user, is_collective, petitioner,
			wants_secrecy.
		main: the same of the main case, with main_petition.
		is_same_person: a petitioner, joint signer or representative of one takes part in the other.

	Raises:
		MergeError: itself, a chain, a report or accusation, another accused, other people, or too late.
	"""
	if case["name"] == main["name"]:
		raise MergeError(_("A petition cannot be merged into itself. Choose the main petition."))
	if main["workflow_state"] == "Merged":
		raise MergeError(
			_("{main} was merged into {root} itself. Choose {root} as the main petition."),
			main=main["name"],
			root=main["main_petition"] or "",
		)
	if REPORT_KIND in (case["petition_kind"], main["petition_kind"]):
		raise MergeError(_("Reports and accusations are handled one by one and never merged."))
	if any((case[f] or None) != (main[f] or None) for f in ("accused_unit", "accused_user")):
		raise MergeError(
			_(
				"The two petitions do not name the same accused, so one could be shown the other. Keep them apart."
			)
		)
	if case["workflow_state"] not in MERGEABLE_STATES:
		raise MergeError(
			_("{name} has been accepted or ended already. Link it as a repeat instead."), name=case["name"]
		)
	if main["workflow_state"] not in OPEN_MAIN_STATES:
		raise MergeError(
			_(
				"{main} is not under way any more. Link the repeat and point the petitioner to a review of the answer."
			),
			main=main["name"],
		)
	secret = case.get("wants_secrecy") or main.get("wants_secrecy")
	if secret and case.get("petitioner") != main.get("petitioner"):
		raise MergeError(_("A petitioner asked for secrecy. Keep the petitions of different people apart."))
	if not is_same_person and not (case["is_collective"] and main["is_collective"]):
		raise MergeError(
			_("The two petitions come from different people. Group like cases of others in a Common Issue.")
		)
