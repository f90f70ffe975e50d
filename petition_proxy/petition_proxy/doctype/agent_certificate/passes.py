"""What certificates do to agents: numbers, the pass that counts, revocation."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import frappe
from frappe import _
from frappe.utils import getdate, now_datetime

from petition_proxy.domain import agent_lifecycle
from petition_proxy.petition_proxy.doctype.proxy_agent import acts
from petition_proxy.utils.series import reserve

COLUMNS = (
	*("name", "owner", "modified_by", "creation", "modified", "docstatus", "idx"),
	*("certificate_no", "agent", "agent_name", "issued_on", "valid_to", "source", "session"),
)


def next_numbers(district: str | None, year: int, count: int) -> list[str]:
	"""Numbers of the district's series of training certificates."""
	prefix = f"HG-{(district or '')[:6]}-{year}-"
	first = reserve(prefix, count)
	return [f"{prefix}{first + i:05d}" for i in range(count)]


def insert_certificates(rows: Iterable[Mapping]) -> None:
	"""Write certificates set-wise.

	Args:
		rows: for each: certificate_no, agent, agent_name, issued_on, valid_to, source, session.
	"""
	user, now = frappe.session.user, now_datetime()
	values = [
		(frappe.generate_hash(length=12), user, user, now, now, 0, 0, *(row.get(c) for c in COLUMNS[7:]))
		for row in rows
	]
	if values:
		frappe.db.bulk_insert("Agent Certificate", list(COLUMNS), values, chunk_size=1000)


def refresh_passes(agents: Sequence[str]) -> None:
	"""Let the pass shown on agents follow their certificates: the longest one that was not revoked.

	Args:
		agents: names of Proxy Agents.
	"""
	if not agents:
		return
	frappe.db.sql(
		"""update `tabProxy Agent` agent
		left join (
			select agent, valid_to, certificate_no,
				row_number() over (partition by agent order by valid_to desc, issued_on desc, name) place
			from `tabAgent Certificate`
			where revoked_on is null and agent in %(agents)s
		) pass on pass.agent = agent.name and pass.place = 1
		set agent.certificate_valid_to = pass.valid_to, agent.certificate_no = pass.certificate_no
		where agent.name in %(agents)s""",
		{"agents": tuple(agents)},
	)
	for name in agents:
		frappe.clear_document_cache("Proxy Agent", name)


def revoke(certificate: str, reason: str) -> None:
	"""Take a certificate back; who is on duty without another one is suspended at once.

	Args:
		certificate: Agent Certificate.
		reason: why.

	Raises:
		AgentActError: no reason, or revoked already.
		frappe.PermissionError: not the town of the agent or the petition office.
	"""
	name = frappe.db.get_value("Agent Certificate", certificate, "agent")
	if not name:
		frappe.throw(_("There is no certificate {0}.").format(certificate), acts.AgentActError)
	row = acts.lock_agents([name])[0]
	doc = frappe.get_doc("Agent Certificate", certificate, for_update=True)
	acts.check_actor(row, agent_lifecycle.find_act("Suspend", agent_lifecycle.ON_DUTY))
	if not (reason or "").strip():
		frappe.throw(_("Say why."), acts.AgentActError)
	if doc.revoked_on:
		frappe.throw(_("This certificate was revoked already."), acts.AgentActError)
	today = getdate()
	doc.db_set(
		{"revoked_on": today, "revoked_by": frappe.session.user, "revocation_reason": reason.strip()},
		notify=True,
	)
	refresh_passes([name])
	end = frappe.db.get_value("Proxy Agent", name, "certificate_valid_to")
	if row.status == agent_lifecycle.ON_DUTY and not agent_lifecycle.has_pass(
		getdate(end) if end else None, today
	):
		act = agent_lifecycle.find_act("Suspend", agent_lifecycle.ON_DUTY)
		acts.apply_acts([(row, act)], _("Certificate revoked: {0}").format(reason.strip()), today)


def pass_certificate_rows(
	agents: Sequence[Mapping], issued_on: date, valid_to: date, source: str, session: str | None = None
) -> list[dict]:
	"""Certificates with fresh numbers for agents of one or more districts.

	Args:
		agents: rows with name, agent_name, district.
		issued_on, valid_to: first and last day.
		source: where the pass comes from.
		session: Training Session, if one.
	"""
	rows = []
	for district in sorted({row["district"] or "" for row in agents}):
		members = [row for row in agents if (row["district"] or "") == district]
		for row, number in zip(members, next_numbers(district, issued_on.year, len(members)), strict=True):
			rows.append(
				{
					"certificate_no": number,
					"agent": row["name"],
					"agent_name": row["agent_name"],
					"issued_on": issued_on,
					"valid_to": valid_to,
					"source": source,
					"session": session,
				}
			)
	return rows
