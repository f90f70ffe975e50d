"""The records of a case's round, each kind read once however often it is asked for."""

from functools import cached_property

import frappe

from petition_proxy.petition_proxy.doctype.proxy_agreement.proxy_agreement import AUTHORITY_FIELDS
from petition_proxy.utils.rows import read_row


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

	def _rows(self, doctype: str, fields: tuple[str, ...], order_by: str, **filters) -> list:
		return frappe.get_all(
			doctype,
			filters={"petition": self.petition.name, "round": self.petition.round or 1, **filters},
			fields=["name", *fields],
			order_by=order_by,
		)

	@cached_property
	def notices(self) -> list:
		"""Issued letters in force, in the order of issue."""
		fields = ("kind", "number", "issued_on", "told_at")
		return self._rows("Official Letter", fields, "issued_on asc, creation asc", is_void=0)

	@cached_property
	def letters(self) -> list:
		"""Opinion letters, drafts included."""
		return self._rows("Opinion Letter", ("status", "docstatus", "letter_no", "signed_on"), "version asc")

	@cached_property
	def receipts(self) -> list:
		return self._rows("Service Receipt", ("served_at",), "served_at asc")

	@cached_property
	def ratings(self) -> list:
		return self._rows("Evaluation", ("rated_party", "entered_at"), "entered_at asc")

	@cached_property
	def statements(self) -> list:
		return self._rows("Settlement Statement", ("stated_on",), "creation asc")

	@cached_property
	def assignments(self) -> list:
		"""Assignments of the round with the name of the unit, in the order of sending."""
		assignment, unit = frappe.qb.DocType("Petition Assignment"), frappe.qb.DocType("Handling Unit")
		return (
			frappe.qb.from_(assignment)
			.join(unit)
			.on(unit.name == assignment.to_unit)
			.select(
				assignment.name,
				assignment.kind,
				assignment.part,
				assignment.status,
				assignment.sent_at,
				unit.unit_name,
			)
			.where(assignment.petition == self.petition.name)
			.where(assignment.round == (self.petition.round or 1))
			.orderby(assignment.sent_at)
			.orderby(assignment.name)
			.run(as_dict=True)
		)

	@property
	def open_co_handlers(self) -> list[str]:
		"""Names of the co-handling units that have not answered the lead yet."""
		return [
			row.unit_name
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
		name = frappe.db.get_value("Case File", {"file_key": file_key(self.petition)}, "name")
		return frappe.get_doc("Case File", name) if name else None
