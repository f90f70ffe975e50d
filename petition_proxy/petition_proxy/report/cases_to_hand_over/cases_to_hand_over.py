from typing import Any

import frappe
from frappe import _
from frappe.utils import formatdate, getdate

from petition_proxy.domain.agent_lifecycle import ON_DUTY
from petition_proxy.petition_proxy.doctype.proxy_agent.handover import agreements_in_place_of
from petition_proxy.queries.roster import cases_to_hand_over


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Open cases whose agent may not act, and how far the agreement with another agent has come."""
	filters = frappe._dict(filters or {})
	rows = cases_to_hand_over(getdate(), filters.agent or None, filters.town or None)
	papers = agreements_in_place_of([row["agreement"] for row in rows if row["agreement"]])
	for row in rows:
		row["why"] = _why(row)
		state = row["workflow_state"]
		row["workflow_state"] = _(state)
		paper = next(iter(papers.get(row["agreement"], ())), None)
		row["new_agreement"] = paper.name if paper else None
		row["new_agent"] = paper.agent if paper else None
		row["missing"] = _missing(paper)
	return _columns(), rows


def _why(row: dict[str, Any]) -> str:
	status = row["status"]
	if status != ON_DUTY:
		return _(status, context="Proxy Agent")
	if not row["certificate_valid_to"]:
		return _("No certificate")
	return _("Certificate ended on {0}").format(formatdate(row["certificate_valid_to"]))


def _missing(paper) -> str:
	if not paper:
		return _("Agreement with a new agent")
	return _("Ready to hand over") if paper.docstatus == 1 else _("Signature of the petitioner")


def _columns() -> list[dict[str, Any]]:
	def column(fieldname: str, label: str, width: int, fieldtype: str = "Data", options: str | None = None):
		return {
			"fieldname": fieldname,
			"label": label,
			"fieldtype": fieldtype,
			"options": options,
			"width": width,
		}

	return [
		column("petition", _("Petition"), 190, "Link", "Petition"),
		column("subject", _("Subject"), 220),
		column("workflow_state", _("State"), 90),
		column("due_at", _("Due At"), 150, "Datetime"),
		column("petitioner_name", _("Petitioner"), 100),
		column("agent", _("Agent"), 150, "Link", "Proxy Agent"),
		column("agent_name", _("Name", context="Proxy Agent"), 100),
		column("why", _("Why"), 160),
		column("missing", _("Still Missing"), 190),
		column("new_agent", _("New Agent"), 150, "Link", "Proxy Agent"),
		column("new_agreement", _("New Agreement"), 190, "Link", "Proxy Agreement"),
	]
