"""From a draft to a petition: by the petition's own controller, in one transaction with its papers, once a key."""

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import formatdate

from petition_proxy.domain import drafts
from petition_proxy.domain.lifecycle import DRAFT
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.petition_draft import acts
from petition_proxy.petition_proxy.doctype.petition_draft.petition_draft import DraftError
from petition_proxy.utils.errors import domain_errors

RECEIPT_PAGE = "/agent/receipt"
PLAIN_FIELDS = (
	"new_petitioner_name",
	"new_petitioner_phone",
	"new_petitioner_id_number",
	"new_petitioner_agrees_to_sms",
	"wants_secrecy",
	"village",
	"address_text",
	"petition_kind",
	"subject",
	"content",
	"request_text",
	"powers_agreed",
	"agreement_signature",
)


class StaleDraftError(DraftError):
	"""The draft was changed elsewhere since the agent read it over."""


def file_draft(client_key: str, version: int) -> dict:
	"""File the petition that a draft holds: registered at once, with its papers, the draft gone.

	The same key again, after a lost answer or from a second tap, gives the same answer and never a second case.

	Args:
		client_key: of the draft.
		version: number of the save that the agent has read over.

	Returns:
		As `receipt_of`.

	Raises:
		DraftError: no such draft, or another agent's key.
		StaleDraftError: changed on another phone or page since.
		acts.OffDutyError: the agent may not take in petitions.
		frappe.ValidationError: what any filing refuses.
	"""
	agent = acts.own_agent()
	with domain_errors(DraftError):
		drafts.check_key(client_key)
	if name := frappe.db.get_value("Petition", {"client_key": client_key}, "name", order_by="creation"):
		return receipt_of(name)
	row = acts.lock(client_key, agent.name)
	if not row:
		# the same tap sent twice: the other request held the row and has filed by now
		if name := frappe.db.get_value("Petition", {"client_key": client_key}, "name", for_update=True):
			return receipt_of(name, is_new=True)
	row = acts.lock_open(client_key, agent.name)
	acts.agent_on_duty()
	if row.version != version:
		frappe.throw(
			_("This draft was changed on another phone or page. Read it over once more before you file it."),
			StaleDraftError,
		)
	answers = acts.answers_of(row.name)
	papers = acts.papers_of(row.name)
	scan = next((paper for paper in papers if paper["part"] == drafts.AGREEMENT), None)
	doc = frappe.get_doc(
		{
			"doctype": "Petition",
			"client_key": client_key,
			**{field: answers.get(field) for field in PLAIN_FIELDS},
			"agreement_scan": scan["url"].partition("?")[0] if scan else None,
		}
	)
	doc.flags.file_now = True
	doc.insert()
	_move_papers(row.name, doc.name)
	_delete_draft(row.name)
	return receipt_of(doc.name)


def _move_papers(draft: str, petition: str) -> None:
	"""The rows on the files change their record; the files stay where they are, private as before."""
	table = DocType("File")
	hangs_here = (table.attached_to_doctype == "Petition Draft") & (table.attached_to_name == draft)
	papers = frappe.qb.update(table).set(table.attached_to_field, None)
	papers.where(hangs_here & (table.attached_to_field == drafts.PAPER)).run()
	moved = frappe.qb.update(table).set(table.attached_to_doctype, "Petition")
	moved.set(table.attached_to_name, petition).where(hangs_here).run()


def _delete_draft(name: str) -> None:
	remark, table = DocType("Comment"), DocType("Petition Draft")
	of_draft = (remark.reference_doctype == "Petition Draft") & (remark.reference_name == name)
	frappe.qb.from_(remark).delete().where(of_draft).run()
	frappe.qb.from_(table).delete().where(table.name == name).run()


def receipt_of(name: str, is_new: bool = False) -> dict:
	"""What the agent tells and gives the petitioner after filing.

	Args:
		name: petition.
		is_new: filed by another request since this one began, so that only a locking read sees it.

	Returns:
		name, query_code, filed_on, due_on (by when the petitioner must be told whether it is accepted), url of the receipt.

	Raises:
		DraftError: another agent's.
	"""
	doc = frappe.get_doc("Petition", name, for_update=is_new)
	if not get_scope().covers(doc) or doc.workflow_state == DRAFT:
		frappe.throw(_("There is no such draft of yours. Begin a new one."), DraftError)
	return {
		"state": "filed",
		"name": doc.name,
		"query_code": doc.query_code,
		"filed_on": formatdate(doc.registered_at, "yyyy-MM-dd"),
		"due_on": formatdate(doc.notice_due_at, "yyyy-MM-dd") if doc.notice_due_at else "",
		"url": f"{RECEIPT_PAGE}?petition={doc.name}",
	}


def receipt_of_key(client_key: str) -> dict | None:
	"""The receipt of what has come of a draft; None if it was never filed or is another agent's."""
	name = frappe.db.get_value("Petition", {"client_key": client_key}, "name", order_by="creation")
	return receipt_of(name) if name else None
