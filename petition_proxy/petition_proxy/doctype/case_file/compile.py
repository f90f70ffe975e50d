"""Making a case file: the documents a case holds, in order, and the closing report."""

import frappe
from frappe import _
from frappe.utils import format_datetime, get_datetime, getdate

from petition_proxy.domain import archive, lifecycle
from petition_proxy.domain import letters as letter_rules
from petition_proxy.petition_proxy.doctype.case_file.facts import file_key
from petition_proxy.petition_proxy.doctype.official_letter import register
from petition_proxy.petition_proxy.doctype.retention_rule.rules import retention_for

PARTS_OF_LETTERS = {
	letter_rules.EXTENSION: "Extension",
	"Review Opinion": "Review",
	"Re-review Opinion": "Review",
	letter_rules.OPINION: None,  # listed as the opinion letter itself
}


def make_file(petition):
	"""The file of the case's round: made if missing, else its list brought up to what the case holds now.

	Page counts, remarks and documents added by hand are kept.

	Args:
		petition: the case; the caller has checked who acts.

	Returns:
		The Case File.
	"""
	name = frappe.db.get_value("Case File", {"file_key": file_key(petition)}, "name")
	doc = frappe.get_doc("Case File", name) if name else _new_file(petition)
	if doc.archived_at:
		return doc
	merge_items(doc, documents_of(petition))
	doc.timeline = timeline_of(petition)
	rule = retention_for(petition, end_state(petition))
	if rule and not doc.retention_term:
		doc.retention_term, doc.retention_rule = (
			petition.retention_term or rule["retention_term"],
			rule["name"],
		)
	doc.flags.compiled = True
	doc.save(ignore_permissions=True)  # a record of the step or act, which has been checked
	doc.flags.compiled = False
	return doc


def _new_file(petition):
	doc = frappe.new_doc("Case File")
	doc.update(
		{
			"petition": petition.name,
			"round": petition.round or 1,
			"subject": petition.subject,
			"file_key": file_key(petition),
			"result_summary": petition.reply_text,
			"reported_by": frappe.session.user,
		}
	)
	return doc


def merge_items(doc, documents: list[dict]) -> None:
	"""Bring the list up to date: known rows keep what was written on them, new ones take their place in the order."""
	known = {(row.reference_doctype, row.reference_name, row.document_title): row for row in doc.items}
	by_hand = [row for row in doc.items if not row.reference_name]
	rows = []
	for document in documents:
		key = (document["reference_doctype"], document["reference_name"], document["document_title"])
		kept = known.get(key)
		rows.append(
			{
				**{k: v for k, v in document.items() if k != "part"},
				**(
					{"pages": kept.pages, "medium": kept.medium, "remark": kept.remark}
					if kept
					else {"pages": 1, "medium": "Electronic"}
				),
			}
		)
	doc.set("items", [])
	for row in rows:
		doc.append("items", row)
	for row in by_hand:
		doc.append(
			"items",
			{
				"document_title": row.document_title,
				"document_date": row.document_date,
				"pages": row.pages,
				"medium": row.medium,
				"remark": row.remark,
			},
		)


def documents_of(petition) -> list[dict]:
	"""The documents of the round, in the order in which they lie in the file."""
	documents = [
		*_mandate(petition),
		*_matter(petition),
		*_register(petition),
		*_assignments(petition),
		*_letters(petition),
		*_receipts(petition),
		*_after(petition),
	]
	return archive.in_order(documents)


def _document(part: str, title: str, day, doctype: str | None, name: str | None) -> dict:
	return {
		"part": part,
		"document_title": title[:140],
		"document_date": getdate(day) if day else None,
		"reference_doctype": doctype,
		"reference_name": name,
	}


def _mandate(petition) -> list[dict]:
	if not petition.agreement:
		return []
	signed = frappe.db.get_value("Proxy Agreement", petition.agreement, "signed_on")
	return [_document("Proxy Agreement", _("Proxy Agreement"), signed, "Proxy Agreement", petition.agreement)]


def _matter(petition) -> list[dict]:
	name = petition.name
	found = [_document("Petition", _("Register Form"), petition.petitioned_at, "Petition", name)]
	if petition.paper_scan:
		found.append(_document("Paper", _("Paper Register"), petition.petitioned_at, "Petition", name))
	if petition.withdrawal_proof:
		found.append(_document("Withdrawal", _("Signed Withdrawal"), petition.withdrawn_at, "Petition", name))
	if petition.succession_proof:
		found.append(_document("Paper", _("Proof of Succession"), petition.succeeded_at, "Petition", name))
	return found


def _rows(doctype: str, petition, fields: list[str], order_by: str, **filters) -> list:
	return frappe.get_all(
		doctype,
		filters={"petition": petition.name, "round": petition.round or 1, **filters},
		fields=["name", *fields],
		order_by=order_by,
	)


def _register(petition) -> list[dict]:
	rows = _rows(
		"Official Letter", petition, ["kind", "number", "issued_on"], "issued_on asc, creation asc", is_void=0
	)
	return [
		_document(part, f"{_(row.kind)} {row.number}", row.issued_on, "Official Letter", row.name)
		for row in rows
		if (part := PARTS_OF_LETTERS.get(row.kind, "Notice"))
	]


def _assignments(petition) -> list[dict]:
	return [
		_document(
			"Petition Assignment", f"{_(row.kind)} {row.name}", row.sent_at, "Petition Assignment", row.name
		)
		for row in _rows("Petition Assignment", petition, ["kind", "sent_at"], "sent_at asc")
	]


def _letters(petition) -> list[dict]:
	return [
		_document(
			"Opinion Letter",
			f"{_('Opinion Letter')} {row.letter_no}",
			row.signed_on,
			"Opinion Letter",
			row.name,
		)
		for row in _rows("Opinion Letter", petition, ["letter_no", "signed_on"], "version asc", docstatus=1)
	]


def _receipts(petition) -> list[dict]:
	return [
		_document(
			"Service Receipt",
			f"{_('Service Receipt')} {row.name}",
			row.served_at,
			"Service Receipt",
			row.name,
		)
		for row in _rows("Service Receipt", petition, ["served_at"], "served_at asc")
	]


def _after(petition) -> list[dict]:
	ratings = [
		_document(
			"Evaluation", f"{_('Evaluation')} ({_(row.rated_party)})", row.entered_at, "Evaluation", row.name
		)
		for row in _rows("Evaluation", petition, ["rated_party", "entered_at"], "entered_at asc")
	]
	statements = [
		_document(
			"Settlement Statement",
			_("Settlement Statement"),
			row.stated_on,
			"Settlement Statement",
			row.name,
		)
		for row in _rows("Settlement Statement", petition, ["stated_on"], "creation asc")
	]
	return [*ratings, *statements]


# The course of the case, as the report tells it
STAMPS = (
	("petitioned_at", "Petitioned At"),
	("registered_at", "Registered At"),
	("assigned_at", "Assigned At"),
	("received_at", "Received At"),
	("accepted_at", "Accepted At"),
	("refused_at", "Refused At"),
	("replied_at", "Replied At"),
	("served_at", "Served At"),
	("withdrawn_at", "Withdrawn At"),
	("closed_at", "Closed At"),
)


def timeline_of(petition) -> str:
	"""The moments of the round, one a line."""
	return "\n".join(
		f"{_(label)} {format_datetime(get_datetime(petition.get(field)), 'yyyy-MM-dd HH:mm')}"
		for field, label in STAMPS
		if petition.get(field)
	)


def close_file(petition, now) -> None:
	"""The file is closed with the case's archive number; its closing report gets its number.

	Args:
		petition: the archived case.
		now: moment of archiving.
	"""
	name = frappe.db.get_value("Case File", {"file_key": file_key(petition)}, "name")
	unit = register.deciding_unit(petition)
	values = {
		"archive_no": petition.archive_no,
		"archivist": petition.archived_by,
		"archived_at": now,
		"retention_term": petition.retention_term,
	}
	if unit:
		values["report_no"] = register.issue_letter(
			letter_rules.CLOSING_REPORT, petition, unit, "Case File", name, issued_on=now
		)
	frappe.db.set_value("Case File", name, values)


def retention_term_of(petition) -> str | None:
	"""The term chosen on the case or its file, else the one the rules give."""
	if petition.retention_term:
		return petition.retention_term
	term = frappe.db.get_value("Case File", {"file_key": file_key(petition)}, "retention_term")
	if term:
		return term
	rule = retention_for(petition, end_state(petition))
	return rule["retention_term"] if rule else None


def end_state(petition) -> str:
	"""The state in which the case ended, or stands, whether or not it is just being filed away."""
	if petition.closed_at:
		return lifecycle.CLOSED
	before = petition.get_doc_before_save()
	is_archived = petition.workflow_state == lifecycle.ARCHIVED
	return before.workflow_state if before and is_archived else petition.workflow_state
