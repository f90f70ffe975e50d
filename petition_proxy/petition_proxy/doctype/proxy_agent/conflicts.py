"""Conflict of interest: an agent who is, works for or is kin of the accused takes no part; another is proposed.

Regulations on Petition Work 2022, art. 28 (recusal); Civil Code art. 168 (nobody acts for both sides).
"""

import frappe
from frappe import _
from frappe.query_builder import Case, DocType
from frappe.query_builder.functions import Count
from frappe.utils import getdate
from pypika.terms import ExistsCriterion

from petition_proxy.domain.agent_lifecycle import ON_DUTY
from petition_proxy.domain.lifecycle import OPEN_STATES

WORKS_FOR, KIN = "Works For", "Kin"


def why_conflicted(agent: str, petition) -> str | None:
	"""Why this agent may have no part in a petition, as a sentence that proposes another agent; None if he may.

	Args:
		agent: Proxy Agent.
		petition: petition or mapping with accused_unit, accused_user, accused_name, village, town.
	"""
	if not any(petition.get(f) for f in ("accused_unit", "accused_user", "accused_name")):
		return None
	row = frappe.db.get_value("Proxy Agent", agent, ("agent_name", "user"), as_dict=True)
	reason = _is_accused(row, petition) or _works_for(agent, row, petition) or _is_kin(agent, petition)
	if not reason:
		return None
	return " ".join((reason.format(row.agent_name), _proposal(agent, petition)))


def _is_accused(row, petition) -> str | None:
	by_account = row.user and row.user == petition.get("accused_user")
	by_name = same_name(row.agent_name, petition.get("accused_name"))
	if by_account or by_name:
		return _("Agent {0} is complained about in this petition.")
	return None


def _works_for(agent: str, row, petition) -> str | None:
	unit = petition.get("accused_unit")
	if not unit:
		return None
	if frappe.db.exists(
		"Agent Tie", {"parent": agent, "parenttype": "Proxy Agent", "tie_kind": WORKS_FOR, "unit": unit}
	) or (row.user and _is_of_unit(row.user, unit)):
		return _("Agent {0} works for the unit complained about.")
	return None


def _is_of_unit(user: str, unit: str) -> bool:
	return bool(
		frappe.db.exists("Handling Unit", {"name": unit, "head": user})
		or frappe.db.exists("Handling Unit Member", {"parent": unit, "user": user})
	)


def _is_kin(agent: str, petition) -> str | None:
	ties = frappe.get_all(
		"Agent Tie",
		filters={"parent": agent, "parenttype": "Proxy Agent", "tie_kind": KIN},
		fields=["person_name", "user"],
		order_by="idx asc",
	)
	for tie in ties:
		by_account = tie.user and tie.user == petition.get("accused_user")
		if by_account or same_name(tie.person_name, petition.get("accused_name")):
			return _("Agent {0} is kin of the person complained about.")
	return None


def same_name(one: str | None, other: str | None) -> bool:
	"""Two names are one when they agree without blanks; an empty name is nobody's."""
	return bool("".join((one or "").split())) and "".join((one or "").split()) == "".join(
		(other or "").split()
	)


def _proposal(agent: str, petition) -> str:
	other = propose_agent(petition, agent)
	if not other:
		return _("Ask the town for another agent; none on duty is free of such ties nearby.")
	return _("Ask agent {0} ({1}) instead.").format(other.agent_name, other.name)


def propose_agent(petition, except_agent: str | None = None) -> frappe._dict | None:
	"""An agent on duty of the same village, or else town, without a known tie to the accused; the one with the
	fewest open cases.

	Args:
		petition: petition or mapping with village, town and the accused.
		except_agent: who is out.

	Returns:
		Row with name and agent_name, or None.
	"""
	agent, case = DocType("Proxy Agent"), DocType("Petition")
	query = (
		frappe.qb.from_(agent)
		.left_join(case)
		.on((case.agent == agent.name) & case.workflow_state.isin(sorted(OPEN_STATES)))
		.select(agent.name, agent.agent_name)
		.where((agent.town == petition.get("town")) & (agent.status == ON_DUTY))
		.where((agent.certificate_valid_to >= getdate()) & (agent.name != (except_agent or "")))
		.groupby(agent.name, agent.agent_name, agent.village)
		.orderby(Case().when(agent.village == petition.get("village"), 0).else_(1))
		.orderby(Count(case.name))
		.orderby(agent.name)
		.limit(1)
	)
	return next(iter(_without_ties(query, agent, petition).run(as_dict=True)), None)


def _without_ties(query, agent, petition):
	tie, unit, member = DocType("Agent Tie"), DocType("Handling Unit"), DocType("Handling Unit Member")
	ties = []
	if accused_unit := petition.get("accused_unit"):
		ties.append(tie.unit == accused_unit)
		for posts, condition in (
			(unit, (unit.name == accused_unit) & (unit.head == agent.user)),
			(member, (member.parent == accused_unit) & (member.user == agent.user)),
		):
			query = query.where(
				ExistsCriterion(frappe.qb.from_(posts).select(posts.name).where(condition)).negate()
			)
	if accused_user := petition.get("accused_user"):
		ties.append(tie.user == accused_user)
		query = query.where(agent.user.isnull() | (agent.user != accused_user))
	if accused_name := (petition.get("accused_name") or "").strip():
		ties.append(tie.person_name == accused_name)
		query = query.where(agent.agent_name != accused_name)
	for term in ties:
		query = query.where(
			ExistsCriterion(
				frappe.qb.from_(tie).select(tie.name).where((tie.parent == agent.name) & term)
			).negate()
		)
	return query
