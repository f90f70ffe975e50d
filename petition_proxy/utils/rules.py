"""Limit rows of the site, read once and kept until one of them changes."""

from datetime import date

import frappe
from frappe import _
from frappe.utils import getdate

from petition_proxy.domain.deadlines import LimitRule, pick_rule
from petition_proxy.utils.cache import forget

CACHE_KEY = "petition_proxy_statutory_limits"


def get_limit_rule(limit_code: str, on: date) -> LimitRule:
	"""The statutory limit valid on a date.

	Args:
		limit_code: "Acceptance Notice", "Handling", "Extension", "Objection", "Review" ... (Statutory Limit).
		on: date whose law applies.

	Raises:
		NoRuleError: no row covers the date.
	"""
	rows = frappe.cache.get_value(CACHE_KEY, _read_limits)
	row = pick_rule([r for r in rows if r["limit_code"] == limit_code], on)
	return LimitRule(row["name"], row["limit_days"], row["day_kind"], bool(row["roll_last_day"]))


def _read_limits() -> list[dict]:
	rows = frappe.get_all(
		"Statutory Limit",
		fields=["name", "limit_code", "limit_days", "day_kind", "roll_last_day", "valid_from", "valid_to"],
		order_by="limit_code asc, valid_from asc",
	)
	return [dict(row) for row in rows]


def clear_limits() -> None:
	"""Called when a Statutory Limit changes."""
	forget(CACHE_KEY)


class OverlapError(frappe.ValidationError):
	"""Two rows of one limit are valid on the same day."""


class RuleInUseError(frappe.ValidationError):
	"""A row that cases were measured by cannot be rewritten."""


def validate_validity(doc, code_field: str) -> None:
	"""A row ends after it begins, and no day has two rows of one code.

	Raises:
		OverlapError: another row of the same code covers part of the time.
	"""
	start, end = getdate(doc.valid_from), getdate(doc.valid_to) if doc.valid_to else None
	if end and end < start:
		frappe.throw(_("Valid To lies before Valid From. Correct one of them."))
	for other in frappe.get_all(
		doc.doctype,
		filters={code_field: doc.get(code_field), "name": ("!=", doc.name or "")},
		fields=["name", "valid_from", "valid_to"],
		order_by="valid_from asc",
	):
		ends_before = other.valid_to and other.valid_to < start
		begins_after = end and other.valid_from > end
		if not (ends_before or begins_after):
			frappe.throw(
				_("{0} is valid at the same time. End it first by its Valid To.").format(other.name),
				OverlapError,
			)


def validate_unused(
	doc,
	petition_fields: tuple[str, ...],
	measure_fields: tuple[str, ...],
	other_fields: tuple[tuple[str, str], ...] = (),
) -> None:
	"""A row that stands on a case keeps what the case was measured by; only its end may be set.

	Args:
		doc: Reply Class or Statutory Limit.
		petition_fields: fields of Petition that name such rows.
		measure_fields: fields that may not change.
		other_fields: (record type, field) pairs beside Petition that name such rows.

	Raises:
		RuleInUseError: the row is in use.
	"""
	before = doc.get_doc_before_save()
	if not before or all(before.get(f) == doc.get(f) for f in measure_fields):
		return
	named_by = (*(("Petition", f) for f in petition_fields), *other_fields)
	if any(frappe.db.exists(doctype, {field: doc.name}) for doctype, field in named_by):
		frappe.throw(
			_("Petitions were measured by this row. Set its Valid To and add a new row for the new limit."),
			RuleInUseError,
		)


def validate_days(doc) -> None:
	if (doc.limit_days or 0) < 1:
		frappe.throw(_("A limit has at least one day."))
