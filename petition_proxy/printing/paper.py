"""What a print format needs beside its own record, read once: case, people, units, numbers, query code."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_url, getdate, today
from frappe.utils.password import decrypt

from petition_proxy.domain.privacy import mask_name
from petition_proxy.domain.query_codes import paper_address
from petition_proxy.printing.people import (
	AUDIENCES,
	FILE,
	PEOPLE_OF,
	UNIT,
	may_print_plain,
	petitioner_block,
	refuse_accused,
)
from petition_proxy.printing.qr import qr_data_uri
from petition_proxy.printing.words import paper_day, paper_option
from petition_proxy.utils.rows import read_row

UNIT_COLUMNS = ("name", "unit_name", "phone", "address", "tier", "territory_parent", "line_superior", "head")
AGENT_COLUMNS = (
	"name",
	"agent_name",
	"agent_no",
	"agent_class",
	"masked_id_number",
	"sealed_id_number",
	"duty_phone",
	"service_point",
	"village",
)
HISTORY_LINES = 12
# Fields that hold whom a letter between units goes to.
ADDRESSEES = ("to_unit", "unit")


def petition_paper(doc: Document, audience: str = FILE) -> frappe._dict:
	"""Everything around a record that its paper shows.

	Args:
		doc: a Petition, or a record with a `petition` or a `petitioner`.
		audience: who gets the paper, one of `people.AUDIENCES`; decides on names and contacts.

	Returns:
		Dict of case (the petition's fields, without a name), petitioner, agent, second_agent, unit (handling unit), office,
		place (names of district, town, village), query (code, url, qr), today and is_plain.

	Raises:
		PaperNotAllowedError: the paper would go to the unit complained about.
		ValueError: no such audience.
	"""
	if audience not in AUDIENCES:
		raise ValueError(audience)
	case = _case_of(doc)
	if audience == UNIT:
		refuse_accused(case, *(doc.get(field) for field in ADDRESSEES))
	is_plain = doc.doctype in PEOPLE_OF and audience == FILE and may_print_plain(doc)
	petitioner = doc.get("petitioner") or (case.petitioner if case else None)
	place = case or doc
	settings = frappe.get_cached_doc("Petition Proxy Settings")
	return frappe._dict(
		case=case or frappe._dict(),
		petitioner=petitioner_block(case, petitioner, audience, is_plain),
		agent=agent_block(doc.get("agent") or (case.agent if case else None), is_plain),
		second_agent=agent_block(doc.get("second_agent"), is_plain),
		unit=unit_block(case.handling_unit if case else None),
		office=unit_block(settings.petition_office),
		place=frappe._dict(
			{level: place_name(place.get(level)) for level in ("district", "town", "village")}
		),
		query=query_block(case if audience != UNIT else None),
		today=getdate(today()),
		is_plain=is_plain,
	)


def check_addressee(doc: Document) -> None:
	"""Refuse a letter to the unit complained about before anything is drawn.

	Raises:
		PaperNotAllowedError: the record goes to that unit.
	"""
	units = [doc.get(field) for field in ADDRESSEES if doc.get(field)]
	if units and doc.get("petition"):
		refuse_accused(read_row("Petition", doc.petition, ("accused_unit",)), *units)


def _case_of(doc: Document) -> frappe._dict | None:
	if doc.doctype == "Petition":
		return frappe._dict(doc.as_dict())
	if not doc.get("petition"):
		return None
	columns = [
		df.fieldname for df in frappe.get_meta("Petition").get("fields") if df.fieldname in CASE_FIELDS
	]
	return read_row("Petition", doc.petition, ("name", *columns))


CASE_FIELDS = frozenset(
	"""
	subject workflow_state petitioner petitioner_name wants_secrecy agent agreement village town district address_text
	content request_text petition_kind purpose filing_channel intake_way category_path procedure_route handling_unit
	accused_unit accused_user accused_name is_collective headcount is_urgent reply_class reply_limit_days refusal_reason
	refusal_body refusal_note refusal_article petitioned_at registered_at assigned_at received_at accepted_at refused_at
	replied_at served_at closed_at notice_due_at reply_due_at statutory_due_at extended_until round query_code external_no
	outcome reply_text opinion_letter archive_no retention_term
	""".split()
)


def unit_block(unit: str | None) -> frappe._dict:
	"""Name, phone, address and the two superiors of a unit; empty texts for none."""
	row = read_row("Handling Unit", unit, UNIT_COLUMNS) if unit else None
	return frappe._dict({f: (row.get(f) if row else None) or "" for f in UNIT_COLUMNS})


def agent_block(agent: str | None, plain: bool = False) -> frappe._dict:
	"""What a paper says of an agent; the duty phone is public, the ID number masked."""
	row = read_row("Proxy Agent", agent, AGENT_COLUMNS) if agent else None
	block = frappe._dict({f: (row.get(f) if row else None) or "" for f in AGENT_COLUMNS if "sealed" not in f})
	block.id_number = block.pop("masked_id_number")
	if row and plain and row.sealed_id_number:
		block.id_number = decrypt(row.sealed_id_number)
	block.is_plain = plain
	block.point = paper_title("Service Point", row.service_point) if row else ""
	block.village_name = place_name(row.village) if row else ""
	return block


def paper_unit(unit: str | None) -> frappe._dict:
	"""As `unit_block`, for formats."""
	return unit_block(unit)


def paper_agent(doc: Document) -> frappe._dict:
	"""What an agent's register form shows beyond the record's own plain fields.

	Args:
		doc: the Proxy Agent.

	Returns:
		As `agent_block`, with photo, address, certificate_no, may_publish and history (lines of text, oldest first).
	"""
	block = agent_block(doc.name, may_print_plain(doc))
	block.update({f: doc.get(f) or "" for f in ("photo", "certificate_no")})
	block.may_publish = any(doc.get(f) for f in ("publish_consent", "publish_consent_on", "publish_phone"))
	block.address = decrypt(doc.sealed_address) if block.is_plain and doc.get("sealed_address") else ""
	block.history = [_history_line(row) for row in _status_changes(doc.name)]
	return block


def _status_changes(agent: str) -> list[frappe._dict]:
	return frappe.get_all(
		"Agent Status Change",
		filters={"agent": agent},
		fields=["from_status", "to_status", "effective_on", "reason"],
		order_by="effective_on asc, creation asc",
		limit=HISTORY_LINES,
	)


def _history_line(row: frappe._dict) -> str:
	words = [paper_day(row.effective_on), paper_option("Proxy Agent", row.to_status), row.reason or ""]
	return "  ".join(word for word in words if word)


def query_block(case: frappe._dict | None) -> frappe._dict:
	"""The query code, and the address of the petitioner's page as QR, which fills it in; empty texts without a code.

	Args:
		case: petition with name and query_code.
	"""
	code = case.query_code if case else None
	url = paper_address(get_url(), case.name, code) if code else ""
	return frappe._dict(
		code=code or "", url=url, qr=qr_data_uri(url), page=get_url("/my-petition") if code else ""
	)


def place_name(region: str | None) -> str:
	return paper_title("Region", region)


TITLES = {
	"Region": "region_name",
	"Handling Unit": "unit_name",
	"Proxy Agent": "agent_name",
	"Service Point": "point_name",
	"Settlement": "settlement_name",
	"User": "full_name",
	"Reply Class": "class_name",
}


def paper_title(doctype: str, name: str | None) -> str:
	"""The name people know a linked record by; "" for none, the id where there is no other name.

	Args:
		doctype: one of `TITLES`, or any other, whose id is returned.
		name: the record.
	"""
	if not name or doctype not in TITLES:
		return name or ""
	return frappe.get_cached_value(doctype, name, TITLES[doctype]) or name


def paper_document(doctype: str | None, name: str | None) -> str:
	"""A served document by its kind and registered number.

	Args:
		doctype: Opinion Letter or Official Letter.
		name: the record.
	"""
	if not doctype or not name:
		return ""
	if doctype == "Opinion Letter":
		return f"{_('Opinion on a Petition Matter')}  {frappe.db.get_value(doctype, name, 'letter_no') or ''}".strip()
	row = read_row(doctype, name, ("kind", "number"))
	return f"{_(row.kind)}  {row.number}" if row else ""


def paper_office() -> str | None:
	"""The district's petition office."""
	return frappe.get_cached_doc("Petition Proxy Settings").petition_office


def paper_masked(name: str | None) -> str:
	"""A name of which only the surname is shown, for ledgers."""
	return mask_name(name)


def paper_today():
	"""The day of the print."""
	return getdate(today())


def paper_number(
	kind: str,
	petition: str | None,
	round_no: int | None = 1,
	record: str | None = None,
	own: str | None = None,
) -> str:
	"""The registered number of a letter (发文字号); a gap to be filled in by hand where none is registered.

	Args:
		kind: kind of letter, as the register names it.
		petition: the case.
		round_no: its round.
		record: the record the letter stands for, where a case has several of the kind.
		own: the record's own number, which its letter bears where the register holds none.
	"""
	filters = {"kind": kind, "petition": petition, "round": round_no or 1, "is_void": 0}
	if record:
		filters["reference_name"] = record
	number = frappe.db.get_value("Official Letter", filters, "number", order_by="creation desc")
	return number or own or _("({0}) No. ____").format(getdate(today()).year)


def paper_timeline(petition: str) -> list[dict]:
	"""Events of a case for its closing report: moment, what, who acted for which office, note."""
	from petition_proxy.queries.path import get_path

	return get_path(petition)
