"""Repeats of a petition: found when it is filed, decided by an officer, linked or merged, and undone again.

Same person and same matter (domain/repeats.py). Everything is found by index: hashed numbers lead to petitioners and
joint signers, these to their petitions. The agent's identity never counts: what matches the agent's own phone is left
out, so that an agent who gives it for fifty villagers makes no repeats.
"""

from datetime import datetime

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import add_days, get_datetime, now_datetime

from petition_proxy.domain import lifecycle, repeats
from petition_proxy.permissions import SCOPE_COLUMNS
from petition_proxy.permissions.scope import get_scope, is_restricted
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event, record_events
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.identity import hash_of
from petition_proxy.utils.rows import read_row
from petition_proxy.utils.settings import get_setting

OPEN, LINKED, MERGED, NOT_A_REPEAT = "Open", "Linked", "Merged", "Not a Repeat"
MOST_COMPARED = 100
MOST_OFFERED = 10
CASE_COLUMNS = (
	"name",
	"petitioner",
	"agent",
	"subject",
	"request_text",
	"content",
	"category",
	"village",
	"accused_unit",
	"accused_user",
	"petition_kind",
	"workflow_state",
	"main_petition",
	"is_collective",
	"wants_secrecy",
	"petitioned_at",
)


# Reading cases to compare
# ------------------------
def read_cases(names: list[str]) -> dict[str, tuple[frappe._dict, repeats.Case]]:
	"""Rows and comparable form of petitions: two queries, however many.

	Args:
		names: petitions.

	Returns:
		Petition to its row (CASE_COLUMNS) and what is compared of it.
	"""
	if not names:
		return {}
	petition = DocType("Petition")
	return _as_cases(_select_cases(petition).where(petition.name.isin(names)).run(as_dict=True))


def _select_cases(petition):
	petitioner, agent = DocType("Petitioner"), DocType("Proxy Agent")
	return (
		frappe.qb.from_(petition)
		.left_join(petitioner)
		.on(petitioner.name == petition.petitioner)
		.left_join(agent)
		.on(agent.name == petition.agent)
		.select(
			*(petition[c] for c in CASE_COLUMNS), petitioner.id_hash, petitioner.phone_hash, agent.duty_phone
		)
	)


def _as_cases(rows: list) -> dict[str, tuple[frappe._dict, repeats.Case]]:
	if not rows:
		return {}
	member = DocType("Petition Member")
	signers: dict[str, set[str]] = {}
	for parent, phone_hash in (
		frappe.qb.from_(member)
		.select(member.parent, member.phone_hash)
		.where(member.parent.isin([row.name for row in rows]))
		.where((member.parenttype == "Petition") & (member.phone_hash != ""))
		.run()
	):
		signers.setdefault(parent, set()).add(phone_hash)
	return {row.name: (row, _as_case(row, signers.get(row.name, set()))) for row in rows}


def _as_case(row, signers: set[str]) -> repeats.Case:
	own = {hash_of(row.duty_phone)} if row.duty_phone else set()
	phones = {row.phone_hash} - own if row.phone_hash else set()
	accused = {value for value in (row.accused_unit, row.accused_user) if value}
	return repeats.Case(
		petitioner=row.petitioner,
		id_hashes=frozenset({row.id_hash} if row.id_hash else ()),
		phone_hashes=frozenset(phones),
		signer_hashes=frozenset(signers - own),
		accused=frozenset(accused),
		is_anonymous=not (row.id_hash or row.phone_hash),
		category=row.category,
		village=row.village,
		grams=repeats.grams(row.subject, row.request_text, row.content),
	)


def _own_case(doc) -> repeats.Case:
	"""The case in hand, from what its save has read already where it has."""
	person = doc.flags.petitioner_row or (
		read_row("Petitioner", doc.petitioner, ("id_hash", "phone_hash")) if doc.petitioner else None
	)
	agent = doc.flags.agent_row or (
		read_row("Proxy Agent", doc.agent, ("duty_phone",)) if doc.agent else None
	)
	row = frappe._dict({column: doc.get(column) for column in CASE_COLUMNS})
	row.update({"id_hash": person and person.id_hash, "phone_hash": person and person.phone_hash})
	row.duty_phone = agent and agent.duty_phone
	return _as_case(row, {member.phone_hash for member in doc.members if member.phone_hash})


def _cases_of_same_people(case: repeats.Case, name: str, since: datetime) -> dict:
	"""Filed petitions that share a petitioner, a joint signer or the accused, the newest first; by index, in one go.

	Args:
		case: what is compared.
		name: its petition, which is left out.
		since: how far to look back.
	"""
	petition, petitioner, member = DocType("Petition"), DocType("Petitioner"), DocType("Petition Member")
	phones = sorted(case.phone_hashes | case.signer_hashes)
	by_person = frappe.qb.from_(petition).join(petitioner).on(petitioner.name == petition.petitioner)
	by_person = by_person.select(petition.name)
	parts = []
	if case.petitioner:
		parts.append(
			frappe.qb.from_(petition).select(petition.name).where(petition.petitioner == case.petitioner)
		)
	if case.id_hashes:
		parts.append(by_person.where(petitioner.id_hash.isin(sorted(case.id_hashes))))
	if phones:
		parts.append(by_person.where(petitioner.phone_hash.isin(phones)))
		parts.append(
			frappe.qb.from_(member)
			.select(member.parent.as_("name"))
			.where(member.phone_hash.isin(phones) & (member.parenttype == "Petition"))
		)
	for column in ("accused_unit", "accused_user") if case.accused else ():
		accused = petition[column].isin(sorted(case.accused))
		parts.append(frappe.qb.from_(petition).select(petition.name).where(accused))
	if not parts:
		return {}
	found = parts[0]
	for part in parts[1:]:
		found = found.union(part)
	found = found.as_("found")
	query = _select_cases(petition).join(found).on(found.name == petition.name)
	query = query.where((petition.name != name) & (petition.workflow_state != lifecycle.DRAFT))
	query = query.where(petition.petitioned_at >= since)
	query = query.orderby(petition.petitioned_at, order=frappe.qb.desc).limit(MOST_COMPARED)
	return _as_cases(query.run(as_dict=True))


def _look_back(start) -> datetime:
	return add_days(get_datetime(start), -get_setting("repeat_window_days"))


def get_thresholds() -> repeats.Thresholds:
	return repeats.Thresholds(
		get_setting("repeat_likeness") / 100, get_setting("repeat_likeness_same_place") / 100
	)


# Finding, on filing
# ------------------
def find_repeats(doc, now: datetime, is_again: bool = False) -> None:
	"""Write down which earlier petitions this one may repeat; an officer of the place decides.

	Args:
		doc: the petition just filed.
		now: the moment.
		is_again: it has been looked at before, so some may stand there already.
	"""
	own = _own_case(doc)
	thresholds = get_thresholds()
	found = []
	for name, (_row, other) in _cases_of_same_people(own, doc.name, _look_back(doc.petitioned_at)).items():
		if result := repeats.compare(own, other, thresholds):
			found.append((result[0], name, result[1]))
	if is_again and found:
		known = frappe.get_all(
			"Repeat Candidate", filters={"petition": doc.name}, pluck="other_petition", order_by="name asc"
		)
		found = [row for row in found if row[1] not in known]
	_write_candidates(doc.name, sorted(found, reverse=True)[:MOST_OFFERED], now)


def _write_candidates(petition: str, found: list[tuple], now: datetime) -> None:
	user = frappe.session.user
	rows = [
		(
			*(frappe.generate_hash(length=10), now, now, user, user, 0, 0),
			*(petition, name, OPEN, round(100 * score, 1), ", ".join(reasons)),
		)
		for score, name, reasons in found
	]
	if rows:
		fields = ("name", "creation", "modified", "owner", "modified_by", "docstatus", "idx")
		fields += ("petition", "other_petition", "decision", "likeness", "reasons")
		frappe.db.bulk_insert("Repeat Candidate", fields, rows)


def petitions_of_same_person(doc) -> list[frappe._dict]:
	"""What a filing agent is told: number and state of what the same person has on file, and nothing else.

	Reports and accusations, cases that name an accused, and those of people who asked for secrecy are left out.

	Args:
		doc: a petition the session's user may read.
	"""
	own = _own_case(doc)
	shown = []
	for row, other in _cases_of_same_people(own, doc.name, _look_back(now_datetime())).values():
		if _is_kept_back(row) or row.wants_secrecy or is_restricted(row.category):
			continue
		if set(repeats.same_person(own, other)) & {
			repeats.SAME_ID,
			repeats.SAME_PHONE,
			repeats.SAME_RECORD,
		}:
			shown.append(frappe._dict(name=row.name, workflow_state=row.workflow_state))
	return sorted(shown, key=lambda row: row.name)


def likely_cases(doc) -> tuple[list[frappe._dict], bool]:
	"""Open cases that a petition not filed yet looks like: of the same person, or of the same village.

	Both are asked for a like text, so that nobody learns by a name or a number alone whether a neighbour has petitioned.

	Args:
		doc: a petition that is not stored, with the village, the texts, the petitioner where one is known, and
			`flags.petitioner_row` and `flags.agent_row`.

	Returns:
		Those in the session's user's own scope, as rows with name and workflow_state, the most alike first; and whether
		there are others, of which nothing is told. Reports and accusations, cases that name an accused, those of people
		who asked for secrecy and of restricted categories are not even hinted at.
	"""
	own, scope, thresholds = _own_case(doc), get_scope(), get_thresholds()
	since = _look_back(now_datetime())
	found = {**_open_cases_of_village(own.village, since), **_cases_of_same_people(own, "", since)}
	mine, has_others = [], False
	for row, other in found.values():
		if row.workflow_state not in lifecycle.OPEN_STATES:
			continue
		score = repeats.likeness(own.grams, other.grams)
		same_place = bool(own.village) and own.village == other.village
		is_person = bool(repeats.same_person(own, other))
		if score < (thresholds.likeness_same_place if is_person and same_place else thresholds.likeness):
			continue
		if scope.covers(row):
			mine.append((score, row.name, row.workflow_state))
		elif not (_is_kept_back(row) or row.wants_secrecy or is_restricted(row.category)):
			has_others = True
	shown = sorted(mine, reverse=True)[:MOST_OFFERED]
	return [frappe._dict(name=name, workflow_state=state) for _score, name, state in shown], has_others


def _open_cases_of_village(village: str | None, since: datetime) -> dict:
	"""The newest open cases of a village, by its index."""
	if not village:
		return {}
	petition = DocType("Petition")
	query = _select_cases(petition).where(petition.village == village)
	query = query.where(petition.workflow_state.isin(sorted(lifecycle.OPEN_STATES - {lifecycle.DRAFT})))
	query = query.where(petition.petitioned_at >= since)
	query = query.orderby(petition.petitioned_at, order=frappe.qb.desc).limit(MOST_COMPARED)
	return _as_cases(query.run(as_dict=True))


def _is_kept_back(row) -> bool:
	return bool(row.petition_kind == repeats.REPORT_KIND or row.accused_unit or row.accused_user)


# The step "Merge"
# ----------------
def check_merge(doc) -> None:
	"""Whether this petition may be merged into its main petition (domain/repeats.py says when).

	Args:
		doc: the petition, its main petition set by `repeat_acts.merge`, or linked before.

	Raises:
		StepError: no main petition, or one of the rules.
		frappe.PermissionError: the main petition is out of the user's scope.
	"""
	from petition_proxy.petition_proxy.doctype.petition import checks  # which names this check

	main = doc.main_petition
	if not main:
		frappe.throw(_("Choose the main petition first."), checks.StepError)
	checks.require_reason(doc)
	rows = read_cases([doc.name, main])
	if main not in rows:
		frappe.throw(_("There is no petition {0}. Choose one from the list.").format(main), checks.StepError)
	require_readable(main)
	main_row, main_case = rows[main]
	case_row, case = rows[doc.name]
	with domain_errors(checks.StepError):
		repeats.check_merge(case_row, main_row, bool(repeats.same_person(case, main_case)))
	if count_merged(doc.name):
		frappe.throw(
			_("Other petitions were merged into {0}. Undo these first, or keep {0} as the main one.").format(
				doc.name
			),
			checks.StepError,
		)


def require_readable(petition: str) -> None:
	"""
	Raises:
		frappe.PermissionError: out of the session's user's scope.
	"""
	row = read_row("Petition", petition, SCOPE_COLUMNS)
	if not row or not get_scope().covers(row):
		raise frappe.PermissionError(_("Petition {0} is outside your area.").format(petition))


def count_merged(main: str) -> int:
	return frappe.db.count("Petition", {"main_petition": main, "workflow_state": lifecycle.MERGED})


def set_merged(doc, now) -> None:
	"""Before the row is written: a repeat keeps its number; its clocks stop with its state."""
	doc.is_repeat = 1


def set_unmerged(doc, now) -> None:
	"""Before the row is written: as if it had never been merged; the clocks go on from the original dates."""
	before = doc.get_doc_before_save()
	doc.registered_at = before.registered_at
	doc.main_petition = doc.merged_at = None
	doc.is_repeat = 0
	doc.handling_unit = doc.assignment = doc.assigned_at = doc.received_at = doc.assigned_by = None
	doc.reply_text = doc.outcome = doc.replied_at = None
	doc.tier, doc.tier_since = "District", now


def note_in_main(doc, now) -> None:
	"""After the row is written: the main case's timeline says what was merged into it."""
	main = frappe._dict(read_row("Petition", doc.main_petition, MAIN_COLUMNS))
	record_event(main, "Take In", main.workflow_state, main.workflow_state, doc.name)
	settle_candidates(doc.name, doc.main_petition, MERGED, doc.step_reason, now)


MAIN_COLUMNS = (
	"name",
	"workflow_state",
	"round",
	"agent",
	"petitioner",
	"handling_unit",
)


def tell_merged(doc, now) -> None:
	"""The main case has ended: those merged into it get its answer, and their timelines say so. Their state stays.

	Args:
		doc: the main petition as saved, closed, turned away or withdrawn.
		now: the moment.
	"""
	table = DocType("Petition")
	merged = (
		frappe.qb.from_(table)
		.select(*(table[c] for c in MAIN_COLUMNS))
		.where((table.main_petition == doc.name) & (table.workflow_state == lifecycle.MERGED))
		.orderby(table.name)
		.run(as_dict=True)
	)
	if not merged:
		return
	query = frappe.qb.update(table).where(table.name.isin([row.name for row in merged]))
	for fieldname in ANSWER_FIELDS:
		query = query.set(table[fieldname], doc.get(fieldname))
	query.run()
	note = ": ".join(filter(None, (doc.name, doc.outcome or doc.refusal_reason)))
	record_events(merged, "Main Case Ended", note)


ANSWER_FIELDS = (
	"reply_text",
	"outcome",
	"replied_at",
	"refusal_reason",
	"refusal_body",
	"refusal_note",
	"refusal_article",
)


def settle_candidates(petition: str, other: str, decision: str, note: str | None, now) -> None:
	"""Write a decision on the pair, whichever of the two was filed later."""
	table = DocType("Repeat Candidate")
	(
		frappe.qb.update(table)
		.set(table.decision, decision)
		.set(table.decision_note, note)
		.set(table.decided_by, frappe.session.user)
		.set(table.decided_at, now)
		.set(table.modified, now)
		.set(table.modified_by, frappe.session.user)
		.where(
			((table.petition == petition) & (table.other_petition == other))
			| ((table.petition == other) & (table.other_petition == petition))
		)
		.run()
	)
