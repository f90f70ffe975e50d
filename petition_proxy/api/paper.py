"""Entry of paper registers (clause S11): one request for one sheet."""

import frappe
from frappe import _

from petition_proxy.domain import lifecycle
from petition_proxy.permissions.scope import get_scope
from petition_proxy.utils.client_values import read_moment
from petition_proxy.utils.texts import plain_texts

PAPER_ROLES = (lifecycle.CLERK, lifecycle.OFFICE, lifecycle.TOWN, lifecycle.VILLAGE)
FILING_CHANNEL = "City Service System"
INTAKE_WAY = "Copied from Paper"


class PaperEntryError(frappe.ValidationError):
	"""The sheet cannot be entered as it was typed."""


@frappe.whitelist(methods=["POST"])
@plain_texts
def enter_paper(
	client_key: str,
	paper_no: str,
	village: str,
	written_on: str,
	petitioner_name: str,
	subject: str,
	content: str,
	agent: str | None = None,
	petitioner_phone: str | None = None,
	petitioner_id_number: str | None = None,
	request_text: str | None = None,
	category: str | None = None,
	petition_kind: str = "Appeal and Request",
	address_text: str | None = None,
	paper_scan: str | None = None,
	agreement_scan: str | None = None,
	powers_agreed: bool = False,
	wants_secrecy: bool = False,
) -> dict:
	"""File what an agent wrote down on paper; the clocks run from the day on the paper.

	Args:
		client_key: made by the form for each sheet; the same key again returns the first case and files nothing.
		paper_no: number on the sheet.
		village: region code of the village or community.
		written_on: day on the sheet.
		petitioner_name: who petitions.
		subject: matter in one line.
		content: facts.
		agent: agent who wrote the sheet; empty where the petitioner came without one.
		petitioner_phone: phone, if the sheet has one.
		petitioner_id_number: ID number, if the sheet has one.
		request_text: what is asked for.
		category: category.
		petition_kind: kind of petition.
		address_text: where exactly.
		paper_scan: address of the uploaded photo of the sheet.
		agreement_scan: address of the uploaded photo of the signed agreement, if it is a paper of its own; otherwise
			the photo of the sheet stands for it. An agent needs one of the two.
		powers_agreed: the petitioner has signed to be represented.
		wants_secrecy: the petitioner asks for secrecy.

	Returns:
		name, subject, petitioner_name, paper_no, tier, notice_due_at, entry_delay_hours of the case, and `is_new`,
		False when the key was used before.

	Raises:
		PaperEntryError: no key, number or day, or somebody who keys no paper.
		petition_proxy.petition_proxy.doctype.petition.intake.PaperNumberError: the sheet has been entered before.
		frappe.ValidationError: what any filing refuses.
	"""
	_require_clerk()
	client_key = (client_key or "").strip()
	if not client_key:
		frappe.throw(_("The form sent no key for this sheet. Reload the page."), PaperEntryError)
	if first := _entered_before(client_key):
		return first
	if not (paper_no or "").strip():
		frappe.throw(_("Give the number on the paper."), PaperEntryError)
	if not written_on:
		frappe.throw(_("Give the day on the paper. The time limits run from it."), PaperEntryError)
	doc = frappe.get_doc(
		{
			"doctype": "Petition",
			"client_key": client_key,
			"paper_no": paper_no,
			"village": village,
			"petitioned_at": read_moment(written_on),
			"agent": agent or None,
			"new_petitioner_name": petitioner_name,
			"new_petitioner_phone": petitioner_phone,
			"new_petitioner_id_number": petitioner_id_number,
			"subject": subject,
			"content": content,
			"request_text": request_text,
			"category": category or None,
			"petition_kind": petition_kind,
			"address_text": address_text,
			"paper_scan": paper_scan,
			"agreement_scan": agreement_scan or (paper_scan if agent and powers_agreed else None),
			"powers_agreed": powers_agreed,
			"wants_secrecy": wants_secrecy,
			"filing_channel": FILING_CHANNEL,
			"intake_way": INTAKE_WAY,
		}
	)
	doc.flags.file_now = True
	frappe.db.savepoint("paper_entry")
	try:
		doc.insert()
	except frappe.UniqueValidationError:
		# the same sheet was sent twice at once and the other request was first
		frappe.db.rollback(save_point="paper_entry")
		if not (first := _entered_before(client_key)):
			raise
		frappe.clear_messages()
		return first
	return _answer(doc, is_new=True)


def _require_clerk() -> None:
	roles = set(frappe.get_roles())
	if frappe.session.user != "Administrator" and not roles & set(PAPER_ROLES):
		frappe.throw(
			_("Paper registers are keyed in by a clerk, a village or town officer or the petition office."),
			frappe.PermissionError,
		)


def _entered_before(client_key: str) -> dict | None:
	name = frappe.db.get_value("Petition", {"client_key": client_key}, "name", order_by="creation")
	if not name:
		return None
	doc = frappe.get_doc("Petition", name)
	if not get_scope().covers(doc):
		frappe.throw(_("This key belongs to another sheet. Reload the page."), PaperEntryError)
	return _answer(doc, is_new=False)


def _answer(doc, is_new: bool) -> dict:
	return {
		"name": doc.name,
		"subject": doc.subject,
		"petitioner_name": doc.petitioner_name,
		"paper_no": doc.paper_no,
		"tier": doc.tier,
		"notice_due_at": doc.notice_due_at,
		"entry_delay_hours": doc.entry_delay_hours,
		"is_new": is_new,
	}
