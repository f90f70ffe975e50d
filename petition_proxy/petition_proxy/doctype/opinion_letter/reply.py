"""What the step "Reply" asks for: the signed letter, or the petitioner's agreement to a simple answer."""

import frappe
from frappe import _
from frappe.utils import cint, get_datetime

from petition_proxy.domain import opinions, refusals
from petition_proxy.petition_proxy.doctype.opinion_letter import draft


def setting(fieldname: str) -> int:
	"""A number or tick of Petition Proxy Settings."""
	return cint(frappe.db.get_single_value("Petition Proxy Settings", fieldname))


def needs_letter(petition, replied) -> bool:
	"""Whether this case must be answered by a signed letter.

	Args:
		petition: the case.
		replied: moment of the answer.
	"""
	if not setting("require_opinion_letter"):
		return False
	return opinions.needs_letter(
		petition.petition_kind,
		petition.procedure_route,
		bool(petition.is_oral_consent),
		get_datetime(petition.petitioned_at),
		get_datetime(replied),
		setting("simple_answer_days"),
	)


def fill_reply(petition, now) -> str | None:
	"""Reply and outcome from the signed letter, where there is one.

	Args:
		petition: the case about to be replied to.
		now: moment of the step.

	Returns:
		Why the step must wait, as a sentence; None if it need not.
	"""
	letter = draft.current_letter(petition)
	if letter:
		petition.opinion_letter = letter.name
		petition.update(draft.reply_values(letter))
		return None
	if not needs_letter(petition, now):
		return None
	is_too_late = petition.is_oral_consent and refusals.has_statutory_clock(
		petition.petition_kind, petition.procedure_route
	)
	if is_too_late:
		return _(
			"More than {0} days have gone by since the petition came in, so an oral answer is not enough any more. Have the opinion letter signed first."
		).format(setting("simple_answer_days"))
	return _(
		"This petition is answered by an opinion letter. Have it drafted, checked and signed first, or tick that the petitioner agrees to an oral answer."
	)
