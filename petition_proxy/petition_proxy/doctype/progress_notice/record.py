"""Writing what the petitioner is to be told: one INSERT per node, when the step happens."""

from datetime import datetime

import frappe
from frappe.query_builder import DocType
from frappe.utils import cint, get_datetime

from petition_proxy.domain import lifecycle, progress
from petition_proxy.permissions.scope import get_scope
from petition_proxy.utils.rows import insert_row

DEFAULT_DAYS = 2


def note_step(petition, step: lifecycle.Transition, now) -> None:
	"""Write the node of a step, if it is one that is disclosed.

	What is told by the step itself is written as told: handing the reply over, settling on the spot, and filing by
	the petitioner.

	Args:
		petition: the case as saved.
		step: the step taken.
		now: its moment.
	"""
	if step.action == "Serve":
		tell_open(
			petition.name,
			now,
			progress.SERVICE_MEANS.get(petition.service_method) or "In Person",
			nodes=(progress.REPLIED,),
		)
	node = progress.NODE_OF_STEP.get(step.action)
	if not node:
		return
	means = None
	if step.action == "Settle on the Spot":
		means = progress.SERVICE_MEANS.get(petition.service_method) or "In Person"
	elif step.action == "File" and _is_filed_by_petitioner(petition):
		means = "Page"
	write_notice(petition, node, now, _content(petition, step.action), told_by_means=means)


def write_notice(
	petition, node: str, happened_at, content: str | None = None, told_by_means: str | None = None
) -> str:
	"""Add a node.

	Args:
		petition: the case.
		node: what happened.
		happened_at: when.
		content: what the petitioner should hear beside it, such as the reason of an extension.
		told_by_means: how the petitioner has heard of it already; empty if nobody has told yet.

	Returns:
		Name of the notice.
	"""
	happened_at = get_datetime(happened_at)
	told = (
		{
			"told_at": happened_at,
			"told_by": frappe.session.user,
			"means": told_by_means,
			"told_to": petition.petitioner_name,
		}
		if told_by_means
		else {}
	)
	return insert_row(
		"Progress Notice",
		petition=petition.name,
		round=petition.round or 1,
		node=node,
		status=progress.TOLD if told else progress.TO_TELL,
		happened_at=happened_at,
		tell_by=progress.tell_by(happened_at, progress_days()),
		content=content,
		**told,
	)


def progress_days() -> int:
	"""Days in which a node is passed on (Petition Proxy Settings)."""
	settings = frappe.get_cached_doc("Petition Proxy Settings")
	return cint(settings.progress_days) or DEFAULT_DAYS


def tell_open(
	petition: str,
	told_at: datetime,
	means: str,
	status: str = progress.TOLD,
	names: list[str] | None = None,
	nodes: tuple[str, ...] | None = None,
	**told,
) -> int:
	"""Mark open notices of a case as told, in one statement.

	Args:
		petition: the case.
		told_at: when the petitioner was told.
		means: how.
		status: "Told" or "Unreachable".
		names: only these notices.
		nodes: only these nodes.
		told: further fields.

	Returns:
		How many were open and are told now.
	"""
	table = DocType("Progress Notice")
	values = {
		"status": status,
		"told_at": told_at,
		"told_by": frappe.session.user,
		"means": means,
		"modified": told_at,
		"modified_by": frappe.session.user,
		**told,
	}
	query = frappe.qb.update(table).where(
		(table.petition == petition) & (table.status == progress.TO_TELL) & (table.happened_at <= told_at)
	)
	for field, value in values.items():
		query = query.set(table[field], value)
	if names is not None:
		query = query.where(table.name.isin(names or [""]))
	if nodes is not None:
		query = query.where(table.node.isin(nodes))
	query.run()
	return frappe.db.sql("select row_count()")[0][0]


def _is_filed_by_petitioner(petition) -> bool:
	return get_scope().is_petitioner_of(petition)


def _content(petition, action: str) -> str | None:
	return {
		"File": petition.query_code,
		"Reopen": petition.step_reason,
		"Refuse": petition.refusal_body,
		"Guide": petition.refusal_body,
		"Stop": petition.refusal_note,
	}.get(action)
