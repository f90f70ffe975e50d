"""Agents get their history, and the passes they had become certificates; settings and indexes that came with them."""

import frappe
from frappe.query_builder import DocType
from frappe.utils import getdate
from pypika.terms import ExistsCriterion

from petition_proxy.domain.agent_lifecycle import ENTERED, ON_DUTY
from petition_proxy.petition_proxy.doctype.agent_certificate.passes import (
	insert_certificates,
	next_numbers,
	refresh_passes,
)
from petition_proxy.petition_proxy.doctype.agent_status_change.record import SNAPSHOT_FIELDS, record_changes
from petition_proxy.setup.indexes import ensure_indexes
from petition_proxy.setup.settings import ensure_settings

FIELDS = ("name", "agent_name", "status", "on_duty_from", "certificate_valid_to", "creation")


def execute() -> None:
	ensure_settings()
	agents = _without_history()
	record_changes(
		{
			**{f: row[f] for f in SNAPSHOT_FIELDS},
			"agent": row.name,
			"agent_name": row.agent_name,
			"action": ENTERED,
			"to_status": row.status,
			"effective_on": _since(row),
		}
		for row in agents
	)
	_make_certificates([row for row in agents if row.certificate_valid_to])
	frappe.db.sql(
		"update `tabProxy Agent` set status_since = ifnull(on_duty_from, date(creation)) where status_since is null"
	)
	ensure_indexes()


def _without_history() -> list[frappe._dict]:
	agent, change = DocType("Proxy Agent"), DocType("Agent Status Change")
	known = frappe.qb.from_(change).select(change.name).where(change.agent == agent.name)
	return (
		frappe.qb.from_(agent)
		.select(*(agent[f] for f in (*FIELDS, *SNAPSHOT_FIELDS)))
		.where(ExistsCriterion(known).negate())
		.orderby(agent.name)
		.run(as_dict=True)
	)


def _since(row):
	return row.on_duty_from if row.status == ON_DUTY and row.on_duty_from else getdate(row.creation)


def _make_certificates(agents: list[frappe._dict]) -> None:
	rows = []
	for district in sorted({row.district or "" for row in agents}):
		members = [row for row in agents if (row.district or "") == district]
		numbers = next_numbers(district, getdate().year, len(members))
		for row, number in zip(members, numbers, strict=True):
			issued_on = min(row.on_duty_from or row.certificate_valid_to, row.certificate_valid_to)
			rows.append(
				{
					"certificate_no": number,
					"agent": row.name,
					"agent_name": row.agent_name,
					"issued_on": issued_on,
					"valid_to": row.certificate_valid_to,
					"source": "Entered by Hand",
				}
			)
	insert_certificates(rows)
	refresh_passes([row.name for row in agents])
