"""Brings a running site to the whole path: new states and steps, new master rows, indexes, and what its cases lack.

Cases filed before had no tier, no query code and no channel, and the unit that had them no assignment. Each page of cases
is read, completed and written in a few statements; what is there already is left as it is, so the patch can run again.
"""

import frappe
from frappe.query_builder import Case, Criterion, DocType
from frappe.utils import now_datetime

from petition_proxy.domain.lifecycle import ASSIGNED, DRAFT, WITH_UNIT_STATES
from petition_proxy.domain.routing import PAPER_CHANNEL
from petition_proxy.petition_proxy.doctype.petition.effects import make_query_code
from petition_proxy.setup.indexes import ensure_indexes
from petition_proxy.setup.masters import ensure_masters
from petition_proxy.setup.workflow import ensure_workflow
from petition_proxy.utils.series import reserve

PAGE_SIZE = 500
FILLED = ("tier", "tier_since", "query_code", "channel", "assignment")


def execute():
	"""Complete workflow, masters and cases; indexes last, since changing a table commits."""
	ensure_workflow()
	ensure_masters()
	backfill()
	ensure_indexes()


def backfill(page_size: int = PAGE_SIZE) -> int:
	"""Fill what cases of an earlier version lack, page by page in the order of their names.

	Args:
		page_size: cases per page.

	Returns:
		How many cases were completed.
	"""
	office = frappe.db.get_single_value("Petition Proxy Settings", "petition_office")
	done, after = 0, ""
	while rows := _page(after, page_size):
		assignments = _add_assignments([row for row in rows if _lacks_assignment(row)], office)
		_write({row.name: _values(row, assignments.get(row.name)) for row in rows})
		done, after = done + len(rows), rows[-1].name
	return done


def _page(after: str, page_size: int) -> list[frappe._dict]:
	petition, unit = DocType("Petition"), DocType("Handling Unit")
	lacking = Criterion.any(
		[
			petition.channel.isnull() | (petition.channel == ""),
			(petition.workflow_state != DRAFT) & (petition.tier.isnull() | (petition.tier == "")),
			(petition.workflow_state != DRAFT) & petition.query_code.isnull(),
			petition.workflow_state.isin(sorted(WITH_UNIT_STATES))
			& petition.handling_unit.notnull()
			& petition.assignment.isnull(),
		]
	)
	return (
		frappe.qb.from_(petition)
		.left_join(unit)
		.on(unit.name == petition.handling_unit)
		.select(
			petition.name,
			petition.district,
			petition.workflow_state,
			petition.round,
			petition.handling_unit,
			petition.intake_way,
			petition.assigned_by,
			petition.assigned_at,
			petition.assignment_note,
			petition.received_at,
			petition.registered_at,
			petition.petitioned_at,
			petition.owner,
			unit.tier.as_("unit_tier"),
			*(petition[column] for column in FILLED),
		)
		.where((petition.name > after) & lacking)
		.orderby(petition.name)
		.limit(page_size)
		.run(as_dict=True)
	)


def _lacks_assignment(row) -> bool:
	return bool(row.workflow_state in WITH_UNIT_STATES and row.handling_unit and not row.assignment)


def _values(row, assignment: str | None) -> dict:
	is_filed = row.workflow_state != DRAFT
	return {
		"channel": row.channel or (PAPER_CHANNEL if row.intake_way == "Copied from Paper" else "Online"),
		"tier": row.tier or ((row.unit_tier or "District") if is_filed else None),
		"tier_since": row.tier_since
		or ((row.assigned_at or row.registered_at or row.petitioned_at) if is_filed else None),
		"query_code": row.query_code or (make_query_code() if is_filed else None),
		"assignment": row.assignment or assignment,
	}


def _write(values: dict[str, dict]) -> None:
	"""One statement for a page."""
	petition = DocType("Petition")
	query = frappe.qb.update(petition).where(petition.name.isin(list(values)))
	for column in FILLED:
		case = Case()
		for name, row in values.items():
			case = case.when(petition.name == name, row[column])
		query = query.set(petition[column], case)
	query.run()


def _add_assignments(rows: list[frappe._dict], office: str | None) -> dict[str, str]:
	"""One assignment for each case that is with a unit, as if the petition office had sent it on its day."""
	now, year = now_datetime(), now_datetime().year
	by_prefix: dict[str, list] = {}
	for row in rows:
		by_prefix.setdefault(f"JB-{(row.district or '')[:6]}-{year}-", []).append(row)
	names = {}
	for prefix, cases in sorted(by_prefix.items()):
		first = reserve(prefix, len(cases))
		names |= {row.name: f"{prefix}{first + place:06d}" for place, row in enumerate(cases)}
	if rows:
		made = [_assignment(row, names[row.name], office, now) for row in rows]
		frappe.db.bulk_insert("Petition Assignment", list(made[0]), [list(row.values()) for row in made])
	return names


def _assignment(row, name: str, office: str | None, now) -> dict:
	is_received = row.workflow_state != ASSIGNED
	sender = row.assigned_by or row.owner
	sent_at = row.assigned_at or row.registered_at or row.petitioned_at
	return {
		"name": name,
		"creation": now,
		"modified": now,
		"owner": sender,
		"modified_by": sender,
		"docstatus": 0,
		"idx": 0,
		"petition": row.name,
		"round": row.round or 1,
		"part": "Lead",
		"kind": "Assign",
		"status": "Received" if is_received else "Sent",
		"from_unit": office,
		"to_unit": row.handling_unit,
		"sent_by": sender,
		"sent_at": sent_at,
		"reason": row.assignment_note,
		"received_at": (row.received_at or sent_at) if is_received else None,
	}
