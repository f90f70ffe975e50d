"""The records of a case's round, each kind read once however often it is asked for."""

from functools import cached_property

import frappe
from pypika.terms import NullValue, ValueWrapper

from petition_proxy.domain.reviews import ENDED_STATUSES as DECIDED_STATUSES
from petition_proxy.petition_proxy.doctype.proxy_agreement.proxy_agreement import AUTHORITY_FIELDS
from petition_proxy.utils.rows import read_row

# What is read of each kind: what it is, its number, its day, and what the rules ask of it.
COLUMNS: dict[str, dict[str, str]] = {
	"Official Letter": {
		"kind": "kind",
		"title": "number",
		"day": "issued_on",
		"told_at": "told_at",
		"serial": "serial",
		"is_void": "is_void",
	},
	"Opinion Letter": {"title": "letter_no", "day": "signed_on", "status": "status", "serial": "version"},
	"Petition Assignment": {
		"kind": "kind",
		"day": "sent_at",
		"status": "status",
		"part": "part",
		"unit": "to_unit",
	},
	"Service Receipt": {"kind": "method", "day": "served_at", "serial": "attempt_no"},
	"Evaluation": {"kind": "rated_party", "day": "entered_at"},
	"Settlement Statement": {"day": "stated_on"},
	"Coordination Meeting": {"title": "name", "day": "held_at"},
	"Upward Report": {"title": "reference_no", "day": "sent_on"},
	"Supervision Order": {"kind": "level", "day": "issued_at"},
	"Review Request": {"kind": "level", "title": "opinion_no", "day": "decided_at", "status": "status"},
}


def file_key(petition) -> str:
	"""One file per case and round."""
	return f"{petition.name}|{petition.round or 1}"


class CaseRecords:
	"""What stands beside a case in its present round.

	Args:
		petition: the case.
	"""

	def __init__(self, petition) -> None:
		self.petition = petition

	@cached_property
	def beside(self) -> dict[str, list]:
		"""Everything with a petition and a round, by kind of record, in the order of its day: one query for all of them."""
		queries = [self._select(doctype, columns) for doctype, columns in COLUMNS.items()]
		whole = queries[0]
		for query in queries[1:]:
			whole = whole.union_all(query)
		found: dict[str, list] = {doctype: [] for doctype in COLUMNS}
		for row in sorted(whole.run(as_dict=True), key=lambda r: (str(r.day or ""), r.serial or 0, r.name)):
			found[row.doctype].append(row)
		return found

	def _select(self, doctype: str, columns: dict[str, str]):
		table = frappe.qb.DocType(doctype)
		return (
			frappe.qb.from_(table)
			.select(
				ValueWrapper(doctype).as_("doctype"),
				table.name,
				*(
					(table[columns[c]] if c in columns else NullValue()).as_(c)
					for c in (
						"kind",
						"title",
						"day",
						"status",
						"told_at",
						"part",
						"unit",
						"serial",
						"is_void",
					)
				),
				table.docstatus,
			)
			.where((table.petition == self.petition.name) & (table.round == (self.petition.round or 1)))
		)

	@property
	def notices(self) -> list:
		"""Issued letters in force, in the order of issue."""
		return [row for row in self.beside["Official Letter"] if not row.is_void]

	@property
	def letters(self) -> list:
		"""Opinion letters, drafts included."""
		return self.beside["Opinion Letter"]

	@property
	def receipts(self) -> list:
		return self.beside["Service Receipt"]

	@property
	def ratings(self) -> list:
		return self.beside["Evaluation"]

	@property
	def statements(self) -> list:
		return self.beside["Settlement Statement"]

	@property
	def assignments(self) -> list:
		return self.beside["Petition Assignment"]

	@property
	def reviews(self) -> list:
		"""Requests for review or re-review that were decided, in that order."""
		return [row for row in self.beside["Review Request"] if row.status in DECIDED_STATUSES]

	@property
	def open_co_handlers(self) -> list[str]:
		"""Names of the co-handling units that have not answered the lead yet."""
		return [
			frappe.get_cached_value("Handling Unit", row.unit, "unit_name")
			for row in self.assignments
			if row.part == "Co-handler" and row.status in ("Sent", "Received", "Objected")
		]

	@cached_property
	def agreement(self) -> frappe._dict | None:
		if not self.petition.agreement:
			return None
		return read_row("Proxy Agreement", self.petition.agreement, AUTHORITY_FIELDS)

	@cached_property
	def file(self):
		"""The Case File of the round; None while there is none."""
		table = frappe.qb.DocType("Case File")
		key = file_key(self.petition)
		names = frappe.qb.from_(table).select(table.name).where(table.file_key == key).run(pluck=True)
		return frappe.get_doc("Case File", names[0]) if names else None
