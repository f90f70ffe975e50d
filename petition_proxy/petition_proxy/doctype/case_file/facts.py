"""Reading what a case holds, for `domain.completeness`: one query a kind of record, whatever their number."""

import frappe
from frappe import _
from frappe.utils import cint, get_datetime

from petition_proxy.domain import letters as letter_rules
from petition_proxy.domain import lifecycle
from petition_proxy.domain.completeness import (
	CaseFacts,
	Gap,
	missing_before_archive,
	missing_before_closing,
)
from petition_proxy.domain.opinions import SIGNED
from petition_proxy.permissions.scope import BEARER_USER
from petition_proxy.petition_proxy.doctype.case_file.records import CaseRecords
from petition_proxy.petition_proxy.doctype.opinion_letter import reply
from petition_proxy.petition_proxy.doctype.proxy_agreement.proxy_agreement import why_not_authorised

REGISTER_FIELDS = ("petitioner", "village", "subject", "content", "filing_channel", "petition_kind")
ADVISED_FIELDS = ("category", "request_text")
ADVISED_OF_AGENTS = ("intake_way",)
END_STATES = frozenset({*lifecycle.TURNED_AWAY_STATES, lifecycle.WITHDRAWN, lifecycle.CLOSED})


def gaps_of(petition) -> list[Gap]:
	"""What a case lacks for its next end: closing while it runs, filing away once it has ended.

	Args:
		petition: the case.
	"""
	facts = read_facts(CaseRecords(petition))
	if petition.workflow_state in END_STATES:
		return missing_before_archive(facts)
	return missing_before_closing(facts)


def sentence_of(gap: Gap) -> str:
	"""The gap in the user's language."""
	return _(gap.message).format(words=", ".join(_(word) for word in gap.words), sentence=gap.sentence)


def read_facts(records: CaseRecords, state: str | None = None) -> CaseFacts:
	"""What the records of a case say.

	Args:
		records: of the case.
		state: its state before the step that is being taken; its own by default.
	"""
	petition = records.petition
	state = state or petition.workflow_state
	decided = [n for n in records.notices if n.kind in letter_rules.NOTICE_OF_STEP.values()]
	file = records.file
	settled = petition.outcome == "Settled on the Spot" and not petition.accepted_at
	return CaseFacts(
		is_proxied=bool(petition.agent),
		has_agreement=bool(petition.agreement),
		agreement_fault=_agreement_fault(records),
		empty_register_fields=_empty(petition, REGISTER_FIELDS),
		empty_advised_fields=_empty(
			petition, (*ADVISED_FIELDS, *(ADVISED_OF_AGENTS if petition.agent else ()))
		),
		is_accepted=bool(petition.accepted_at),
		is_turned_away=state in lifecycle.TURNED_AWAY_STATES,
		is_settled_on_the_spot=settled,
		has_notice=bool(decided),
		is_notice_told=any(n.told_at for n in decided),
		has_reply=bool(petition.reply_text and petition.outcome),
		needs_letter=not settled
		and bool(petition.replied_at)
		and reply.needs_letter(petition, petition.replied_at),
		has_letter=any(row.status == SIGNED for row in records.letters),
		is_served=bool(petition.served_at),
		has_receipt=bool(petition.service_receipt),
		failed_attempts=cint(petition.service_attempts),
		attempts_needed=reply.setting("service_attempts_needed"),
		open_co_handlers=tuple(records.open_co_handlers),
		is_extended=bool(petition.extended_until),
		has_extension_paper=any(n.kind == letter_rules.EXTENSION for n in records.notices),
		has_open_draft=any(row.docstatus == 0 for row in records.letters),
		review_status=petition.review_status,
		is_withdrawn=state == lifecycle.WITHDRAWN,
		has_withdrawal_word=bool(petition.withdrawal_proof) or _is_withdrawn_by_petitioner(petition, state),
		is_filed=bool(file),
		empty_items=file.empty_items() if file else (),
		retention_term=petition.retention_term or (file.retention_term if file else None),
	)


def _empty(petition, fields: tuple[str, ...]) -> tuple[str, ...]:
	return tuple(petition.meta.get_label(f) for f in fields if not petition.get(f))


def _agreement_fault(records: CaseRecords) -> str | None:
	"""Whether the agreement covered the filing: of its principal (or the one succeeded), signed and in force on that day."""
	petition, agreement = records.petition, records.agreement
	if not petition.agent or not agreement:
		return None
	principals = {petition.petitioner, petition.preceding_petitioner}
	principal = agreement.petitioner if agreement.petitioner in principals else petition.petitioner
	if petition.agreement_renewed_at:
		# a later agreement covers what came after it; what it replaced was checked when the case was filed
		return why_not_authorised(
			agreement, principal, petition.agent, petition.agreement_renewed_at, "may_track"
		)
	return why_not_authorised(agreement, principal, petition.agent, _first_filed(petition), "may_file")


def _first_filed(petition):
	"""When the case was filed at first: later rounds begin with the office, not with the agent."""
	if (petition.round or 1) == 1:
		return get_datetime(petition.registered_at)
	first = frappe.get_all(
		"Petition Round",
		filters={"petition": petition.name},
		pluck="registered_at",
		order_by="round asc",
		limit=1,
	)
	return get_datetime(first[0] if first and first[0] else petition.registered_at)


def _is_withdrawn_by_petitioner(petition, state: str) -> bool:
	"""Withdrawn from the petitioner's own account or with the query code, so the word needs no paper."""
	if state != lifecycle.WITHDRAWN:
		return False
	actor = frappe.get_all(
		"Petition Event",
		filters={"petition": petition.name, "event": "Withdraw"},
		pluck="actor",
		order_by="happened_at desc",
		limit=1,
	)
	owner = frappe.db.get_value("Petitioner", petition.petitioner, "user")
	return bool(actor and actor[0] and actor[0] in (owner, BEARER_USER))
