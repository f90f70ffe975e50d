"""What a letter begins with, and what it hands to the petition."""

import frappe
from frappe import _
from frappe.utils import cint

from petition_proxy.domain import opinions
from petition_proxy.utils.rows import read_row

REVIEW_DAYS = 30


def last_signed(petition: str) -> frappe._dict | None:
	"""The latest signed letter of a case, whichever its round and whatever became of it."""
	rows = frappe.get_all(
		"Opinion Letter",
		filters={"petition": petition, "docstatus": 1},
		fields=["name", "version", "round", "status"],
		order_by="version desc",
		limit=1,
	)
	return rows[0] if rows else None


def prefill(letter, case) -> None:
	"""Fill what is still empty from the case, the earlier version and the unit's superiors."""
	if letter.previous_letter:
		_copy_previous(letter)
	letter.request_summary = letter.request_summary or case.request_text or case.content
	if not letter.items:
		letter.append("items", {"request_item": case.request_text or case.subject})
	if letter.unit:
		set_remedy(letter)
	letter.copy_recipients = letter.copy_recipients or _copies(letter)


def _copy_previous(letter) -> None:
	previous = frappe.get_doc("Opinion Letter", letter.previous_letter)
	for fieldname in ("request_summary", "facts_found", "legal_basis", "opinion_text"):
		letter.set(fieldname, letter.get(fieldname) or previous.get(fieldname))
	if not letter.items:
		for row in previous.items:
			letter.append(
				"items", {"request_item": row.request_item, "result": row.result, "reason": row.reason}
			)


def set_remedy(letter) -> None:
	"""R22 art. 35: the next higher body reviews, asked within thirty days of receipt of the letter.

	A town's is the district government; a department's the district government or its superior in the line. A unit without
	superiors on record is reviewed by the government of its district.
	"""
	unit = read_row("Handling Unit", letter.unit, ("name", "district", "territory_parent", "line_superior"))
	above = [name for name in (unit.territory_parent, unit.line_superior) if name]
	names = [frappe.get_cached_value("Handling Unit", name, "unit_name") for name in dict.fromkeys(above)]
	if not names:
		government = {"unit_type": "District Government", "district": unit.district, "is_active": 1}
		names = frappe.get_all("Handling Unit", government, pluck="unit_name", order_by="name asc", limit=1)
		names = [name for name in names if name != letter.unit]
	letter.remedy_body = letter.remedy_body or (names[0] if names else None)
	if not letter.remedy_body_2 and len(names) > 1:
		letter.remedy_body_2 = names[1]
	letter.remedy_days = cint(letter.remedy_days) or REVIEW_DAYS
	letter.remedy_papers = letter.remedy_papers or _(
		"This letter, the identity card, the request for review."
	)


def _copies(letter) -> str | None:
	office = frappe.db.get_single_value("Petition Proxy Settings", "petition_office")
	if not office or office == letter.unit:
		return None
	return frappe.get_cached_value("Handling Unit", office, "unit_name")


def reason_to_redo(letter) -> str | None:
	"""Why the case came back to the unit: the reason of the last sending back, or of the reopening."""
	rework = {"petition": letter.petition, "round": letter.round, "kind": "Rework"}
	reasons = frappe.get_all(
		"Petition Assignment", filters=rework, pluck="reason", order_by="sent_at desc", limit=1
	) or frappe.get_all(
		"Petition Round",
		filters={"petition": letter.petition, "round": letter.round - 1},
		pluck="reopen_reason",
		order_by="creation desc",
		limit=1,
	)
	return reasons[0] if reasons else None


def reply_values(letter) -> dict:
	"""The petition's reply and outcome as the letter has them; the remedy belongs to the reply."""
	return {"reply_text": reply_text(letter), "outcome": letter.overall_outcome}


def reply_text(letter) -> str:
	"""The opinion, and where to ask for a review where the opinion does not say so itself."""
	opinion = (letter.opinion_text or "").strip()
	if not letter.remedy_body or letter.remedy_body in opinion:
		return opinion
	return f"{opinion}\n{remedy_sentence(letter)}"


def remedy_sentence(letter) -> str:
	"""R22 art. 35 as a sentence to the petitioner."""
	bodies = [body for body in (letter.remedy_body, letter.remedy_body_2) if body]
	if len(bodies) > 1:
		return _(
			"If you disagree, you can ask {0} or {1} for a review within {2} days of receiving this letter."
		).format(*bodies, letter.remedy_days)
	return _(
		"If you disagree, you can ask {0} for a review within {1} days of receiving this letter."
	).format(bodies[0], letter.remedy_days)


CONTENT_FIELDS = (
	"request_summary",
	"facts_found",
	"legal_basis",
	"opinion_text",
	"remedy_body",
	"remedy_body_2",
	"remedy_days",
	"remedy_papers",
	"copy_recipients",
	"mediation_paper",
	"change_reason",
	"same_result_reason",
)


def differs(before, letter) -> bool:
	"""Whether what the checker read has been changed since."""
	if not before:
		return False
	return _content(before) != _content(letter)


def _content(letter) -> tuple:
	fields = tuple(str(letter.get(f) or "") for f in CONTENT_FIELDS)
	items = tuple((row.request_item, row.result or "", row.reason or "") for row in letter.items)
	return (fields, items)


# For the petition's own steps
# ----------------------------
def current_letter(petition) -> frappe._dict | None:
	"""The signed letter in force of a case's present round."""
	rows = frappe.get_all(
		"Opinion Letter",
		filters={
			"petition": petition.name,
			"round": petition.round or 1,
			"docstatus": 1,
			"status": opinions.SIGNED,
		},
		fields=["name", "opinion_text", "overall_outcome", "remedy_body", "remedy_body_2", "remedy_days"],
		order_by="version desc",
		limit=1,
	)
	return rows[0] if rows else None


def send_back(petition) -> None:
	"""Sent back to be done again: the letters of the round no longer stand (SD 45 asks more of the next one)."""
	table = frappe.qb.DocType("Opinion Letter")
	(
		frappe.qb.update(table)
		.set(table.status, opinions.SENT_BACK)
		.where((table.petition == petition.name) & (table.round == (petition.round or 1)))
		.where((table.docstatus == 1) & (table.status == opinions.SIGNED))
		.run()
	)
