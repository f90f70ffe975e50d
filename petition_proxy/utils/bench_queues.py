"""The lists of cases that a role opens from its workspace: what `script/bench` and the test of their cost go through."""

import json
from dataclasses import dataclass

import frappe

from petition_proxy.domain import lifecycle

# Roles with a workspace that leads to cases; the person of each is named by who calls.
ROLES = (
	lifecycle.VILLAGE,
	lifecycle.TOWN,
	lifecycle.DEPARTMENT,
	lifecycle.HEAD,
	lifecycle.OFFICE,
	lifecycle.CLERK,
	lifecycle.LEADER,
	lifecycle.AUDITOR,
)


@dataclass(frozen=True)
class Queue:
	"""One list.

	Args:
		name: of the number card or shortcut that leads to it.
		doctype: record type it lists.
		filters: rows of [record type, field, operator, value].
	"""

	name: str
	doctype: str
	filters: tuple


def queues_of(role: str) -> list[Queue]:
	"""The lists that the workspaces of a role lead to, by their number cards and shortcuts, and the whole list of cases.

	Args:
		role: one of ROLES.

	Returns:
		Queues, each once.
	"""
	queues = {(): Queue("All cases", "Petition", ())}
	workspaces = frappe.get_all("Has Role", {"role": role, "parenttype": "Workspace"}, pluck="parent")
	for name in workspaces:
		workspace = frappe.get_cached_doc("Workspace", name)
		for row in workspace.number_cards:
			card = frappe.get_cached_doc("Number Card", row.number_card_name)
			if card.type == "Document Type" and not json.loads(card.dynamic_filters_json or "[]"):
				_add(queues, card.name, card.document_type, card.filters_json)
		for row in workspace.shortcuts:
			if row.type == "DocType" and row.stats_filter:
				_add(queues, row.label, row.link_to, row.stats_filter)
	return list(queues.values())


def page_of(queue: Queue, fields: tuple[str, ...], page_length: int) -> dict:
	"""What the desk asks for when it shows the first page of a queue.

	Args:
		queue: the list.
		fields: columns of a list of cases; of other records the name.
		page_length: rows.

	Returns:
		Arguments of `frappe.desk.reportview.get`.
	"""
	is_case = queue.doctype == "Petition"
	return {
		"doctype": queue.doctype,
		"fields": frappe.as_json(
			[f"`tab{queue.doctype}`.`{field}`" for field in (fields if is_case else ("name",))]
		),
		"filters": frappe.as_json(queue.filters),
		"order_by": f"`tab{queue.doctype}`.`{'queue_key' if is_case else 'modified'}` {'asc' if is_case else 'desc'}",
		"start": 0,
		"page_length": page_length,
		"view": "List",
		"with_comment_count": 1,
	}


def _add(queues: dict, name: str, doctype: str, filters: str) -> None:
	rows = json.loads(filters)
	if isinstance(rows, dict):
		rows = [
			[doctype, field, *(value if isinstance(value, list) else ("=", value))]
			for field, value in rows.items()
		]
	key = (doctype, json.dumps(rows))
	queues.setdefault(key, Queue(name, doctype, tuple(tuple(row[:4]) for row in rows)))
