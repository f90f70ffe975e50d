"""What may leave in a file: names masked for who works without identities, sealed values never, and what is kept on record."""

from collections.abc import Mapping, Sequence
from typing import Any

import frappe

from petition_proxy.domain.privacy import mask_name
from petition_proxy.queries.ledger import sees_identities

MODULE = "Petition Proxy"
# Fields that name a petitioner, a member of a joint petition, or who took a letter for one.
NAME_FIELDS = frozenset(
	{"petitioner_name", "new_petitioner_name", "member_name", "receiver_name", "accused_name", "told_to"}
)
# Values of these kinds say nothing of a person.
PLAIN_KINDS = frozenset({"Date", "Datetime", "Check", "Int", "Float", "Percent", "Select"})
PLAIN_LINKS = frozenset(
	{
		"Region",
		"Handling Unit",
		"Petition Category",
		"Reply Class",
		"Workflow State",
		"Proxy Agent",
		"Quarterly Bulletin",
	}
)
PLAIN_FILTERS = frozenset(
	{
		*("from_date", "to_date", "on", "on_date", "year", "weeks", "level", "district", "town", "village"),
		*("unit", "category", "agent", "status", "workflow_state", "kind", "form", "group_by", "promise"),
		*(
			"statutory",
			"answered_within",
			"indicator",
			"part",
			"scope",
			"late_only",
			"only_idle",
			"show_agents",
		),
		*("is_elderly", "without_unit", "only_without", "only_never_reached", "is_public_staff", "lang"),
	}
)
HIDDEN = "…"


def is_ours(doctype: str | None) -> bool:
	"""Does this app define the record type?"""
	return bool(doctype) and frappe.get_meta(doctype).module == MODULE


def is_sealed(fieldname: str) -> bool:
	"""Ciphertext and hashes tell nothing in a file and stay where they are."""
	return fieldname.startswith("sealed_") or fieldname.endswith("_hash")


def masker(fieldnames: Sequence[str]):
	"""A function that masks the names in a row, made once for all rows.

	Args:
		fieldnames: the row's fields in order.
	"""
	places = [] if sees_identities() else [i for i, f in enumerate(fieldnames) if f in NAME_FIELDS]
	if not places:
		return lambda row: row

	def mask(row):
		row = list(row)
		for place in places:
			if row[place]:
				row[place] = mask_name(row[place])
		return row

	return mask


def describe_filters(filters: Any, doctype: str | None = None) -> str:
	"""Conditions without what people typed: fields, operators, days, places and choices.

	Args:
		filters: of a list (lists or mapping) or of a report (mapping).
		doctype: record type whose fields they name; None for a report.
	"""
	if isinstance(filters, str):
		try:
			filters = frappe.parse_json(filters)
		except ValueError:
			return HIDDEN
	if isinstance(filters, Mapping):
		pairs = [(str(field), "=", value) for field, value in filters.items()]
	else:
		pairs = [_triple(row) for row in filters or () if isinstance(row, (list, tuple)) and len(row) >= 3]
	shown = [
		_condition(field, operator, value, doctype)
		for field, operator, value in pairs
		if value not in (None, "")
	]
	return "; ".join(shown)[:1000]


def _triple(row) -> tuple[str, str, Any]:
	if len(row) == 3:
		return str(row[0]), str(row[1]), row[2]
	return str(row[1]), str(row[2]), row[3]


def _condition(field: str, operator: str, value: Any, doctype: str | None) -> str:
	if isinstance(value, (list, tuple)) and len(value) == 2 and operator == "=":
		operator, value = str(value[0]), value[1]
	return f"{field} {operator} {value if _is_plain(field, doctype) else HIDDEN}"


def _is_plain(field: str, doctype: str | None) -> bool:
	if not doctype:
		return field in PLAIN_FILTERS
	if field in ("creation", "modified", "docstatus"):
		return True
	df = frappe.get_meta(doctype).get_field(field)
	if not df:
		return False
	return df.fieldtype in PLAIN_KINDS or (df.fieldtype == "Link" and df.options in PLAIN_LINKS)
