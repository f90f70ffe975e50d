"""Making a case file: the documents a case holds, in order, and the closing report.

The file is put together in memory and written in a few statements, however many documents it lists: filing away is a step of
the case and keeps its budget of queries.
"""

import frappe
from frappe import _
from frappe.utils import cint, format_datetime, get_datetime, getdate, now_datetime

from petition_proxy.domain import archive, lifecycle
from petition_proxy.domain import letters as letter_rules
from petition_proxy.petition_proxy.doctype.case_file.records import CaseRecords, file_key
from petition_proxy.petition_proxy.doctype.official_letter import register
from petition_proxy.petition_proxy.doctype.retention_rule.rules import retention_for

PARTS_OF_LETTERS = {
	letter_rules.EXTENSION: "Extension",
	letter_rules.CLOSING_REPORT: "Closing Report",
	# listed as what they are the numbers of
	letter_rules.REVIEW_OPINIONS["Review"]: None,
	letter_rules.REVIEW_OPINIONS["Re-review"]: None,
	letter_rules.OPINION: None,
	letter_rules.SUPERVISION: None,
}
ITEM_FIELDS = (
	"document_title",
	"document_date",
	"pages",
	"medium",
	"reference_doctype",
	"reference_name",
	"remark",
)


def compile_file(records: CaseRecords):
	"""The file of the case's round as it should be now, not written yet.

	Page counts, remarks and documents added by hand are kept.

	Args:
		records: of the case.

	Returns:
		The Case File: the one on record brought up to date, or a new one.
	"""
	petition = records.petition
	doc = records.file or _new_file(petition)
	if doc.archived_at:
		return doc
	doc.set("items", merged_items(doc, documents_of(records)))
	doc.timeline = timeline_of(petition)
	doc.total_pages = archive.total_pages([row.as_dict() for row in doc.items])
	if not doc.retention_term:
		rule = retention_for(petition, end_state(petition))
		doc.retention_term = petition.retention_term or (rule["retention_term"] if rule else None)
		doc.retention_rule = rule["name"] if rule and not petition.retention_term else None
	records.file = doc
	return doc


def write_file(doc) -> None:
	"""Write a compiled file and its list: one statement for the file, two for the list.

	Args:
		doc: as `compile_file` returned it; the caller has checked who acts.
	"""
	now, user = now_datetime(), frappe.session.user
	doc.modified, doc.modified_by = now, user
	if doc.is_new():
		doc.name = frappe.generate_hash(length=10)
		doc.creation, doc.owner = now, user
		doc.db_insert()
		doc.set("__islocal", 0)
	else:
		doc.db_update()
		frappe.db.delete("Archive Item", {"parent": doc.name, "parenttype": doc.doctype})
	fields = ("name", "creation", "modified", "owner", "modified_by", "docstatus")
	parent = ("parent", "parenttype", "parentfield", "idx")
	frappe.db.bulk_insert(
		"Archive Item",
		[*fields, *parent, *ITEM_FIELDS],
		[
			(
				*(frappe.generate_hash(length=10), now, now, user, user, 0),
				*(doc.name, doc.doctype, "items", number),
				*(row.get(f) for f in ITEM_FIELDS),
			)
			for number, row in enumerate(doc.items, start=1)
		],
	)


def _new_file(petition):
	return frappe.get_doc(
		{
			"doctype": "Case File",
			"petition": petition.name,
			"round": petition.round or 1,
			"subject": petition.subject,
			"file_key": file_key(petition),
			"result_summary": petition.reply_text,
			"reported_by": frappe.session.user,
			"is_electronic": 1,
			"__islocal": 1,
		}
	)


def merged_items(doc, documents: list[dict]) -> list[dict]:
	"""The list brought up to date: known rows keep what was written on them, rows added by hand stand at the end."""
	known = {(row.reference_doctype, row.reference_name, row.document_title): row for row in doc.items}
	rows = []
	for document in documents:
		key = (document["reference_doctype"], document["reference_name"], document["document_title"])
		kept = known.get(key)
		rows.append(
			{
				**{f: document.get(f) for f in ITEM_FIELDS},
				"pages": cint(kept.pages) if kept else 1,
				"medium": kept.medium if kept else "Electronic",
				"remark": kept.remark if kept else None,
			}
		)
	by_hand = [row for row in doc.items if not row.reference_name]
	return [*rows, *({f: row.get(f) for f in ITEM_FIELDS} for row in by_hand)]


def documents_of(records: CaseRecords) -> list[dict]:
	"""The documents of the round, in the order in which they lie in the file."""
	return archive.in_order(
		[
			*_mandate(records),
			*_matter(records.petition),
			*_register(records),
			*_work(records),
			*_answer(records),
			*_after(records),
		]
	)


def _document(part: str, title: str, day, doctype: str | None, name: str | None) -> dict:
	return {
		"part": part,
		"document_title": title[:140],
		"document_date": getdate(day) if day else None,
		"reference_doctype": doctype,
		"reference_name": name,
	}


def _mandate(records: CaseRecords) -> list[dict]:
	if not records.agreement:
		return []
	row = records.agreement
	return [_document("Proxy Agreement", _("Proxy Agreement"), row.signed_on, "Proxy Agreement", row.name)]


def _matter(petition) -> list[dict]:
	"""The register and the papers attached to the petition itself."""
	papers = (
		("Petition", _("Register Form"), petition.petitioned_at, True),
		("Paper", _("Paper Register"), petition.petitioned_at, petition.paper_scan),
		("Paper", _("Proof of Succession"), petition.succeeded_at, petition.succession_proof),
		("Withdrawal", _("Signed Withdrawal"), petition.withdrawn_at, petition.withdrawal_proof),
	)
	return [
		_document(part, title, day, "Petition", petition.name)
		for part, title, day, is_there in papers
		if is_there
	]


def _register(records: CaseRecords) -> list[dict]:
	return [
		_document(part, f"{_(row.kind)} {row.title}", row.day, "Official Letter", row.name)
		for row in records.notices
		if (part := PARTS_OF_LETTERS.get(row.kind, "Notice"))
	]


def _work(records: CaseRecords) -> list[dict]:
	doctype, order = "Petition Assignment", "Supervision Order"
	return [
		*(
			_document(doctype, f"{_(row.kind, context=doctype)} {row.name}", row.day, doctype, row.name)
			for row in records.assignments
		),
		*(
			_document(kind, f"{_(kind)} {row.title or ''}".strip(), row.day, kind, row.name)
			for kind in ("Coordination Meeting", "Upward Report")
			for row in records.beside[kind]
		),
		*(
			_document(order, f"{_(order)} ({_(row.kind, context=order)})", row.day, order, row.name)
			for row in records.beside[order]
		),
	]


def _answer(records: CaseRecords) -> list[dict]:
	letter, receipt = "Opinion Letter", "Service Receipt"
	signed = [row for row in records.letters if row.docstatus == 1]
	return [
		*(_document(letter, f"{_(letter)} {row.title}", row.day, letter, row.name) for row in signed),
		*(
			_document(
				receipt, f"{_(receipt)} ({_(row.kind, context='Petition')})", row.day, receipt, row.name
			)
			for row in records.receipts
		),
	]


def _after(records: CaseRecords) -> list[dict]:
	rating, statement, request = "Evaluation", "Settlement Statement", "Review Request"
	return [
		*(
			_document(
				"Review",
				f"{_(letter_rules.REVIEW_OPINIONS[row.kind])} {row.title}",
				row.day,
				request,
				row.name,
			)
			for row in records.reviews
		),
		*(
			_document(rating, f"{_(rating)} ({_(row.kind)})", row.day, rating, row.name)
			for row in records.ratings
		),
		*(_document(statement, _(statement), row.day, statement, row.name) for row in records.statements),
	]


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
	"""Write the file with the case's archive number, closed.

	Args:
		petition: the archived case; its check has compiled the file.
		now: moment of archiving.
	"""
	doc = petition.flags.case_file
	doc.update(
		{
			"archive_no": petition.archive_no,
			"archivist": petition.archived_by,
			"archived_at": now,
			"retention_term": petition.retention_term,
		}
	)
	write_file(doc)


def number_report(doc, petition) -> None:
	"""The closing report of a file that somebody prepares gets its number, once.

	Args:
		doc: the file.
		petition: its case; the caller has checked who acts.
	"""
	unit = register.deciding_unit(petition)
	if unit and not doc.report_no:
		doc.report_no = register.issue_letter(
			letter_rules.CLOSING_REPORT, petition, unit, "Petition", petition.name
		)


def end_state(petition) -> str:
	"""The state in which the case ended, or stands, whether or not it is just being filed away."""
	if petition.closed_at:
		return lifecycle.CLOSED
	before = petition.get_doc_before_save()
	is_archived = petition.workflow_state == lifecycle.ARCHIVED
	return before.workflow_state if before and is_archived else petition.workflow_state
