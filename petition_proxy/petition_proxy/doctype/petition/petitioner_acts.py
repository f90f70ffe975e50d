"""What a petitioner does with the own case from the pages, by an account or by having proved it with the code.

Each act is the one that desk and REST take, behind two questions that only the pages can ask: is it the petitioner's own
hand, and has it been done already.
"""

import frappe
from frappe import _
from frappe.utils import get_datetime

from petition_proxy.domain import lifecycle
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.petition.checks import StepError
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event
from petition_proxy.utils import devices
from petition_proxy.utils.cache_once import answer_once
from petition_proxy.utils.uploads import take_paper

MOST_PAPERS = 30
# Nobody looks at papers any more that are added here.
CLOSED_TO_PAPERS = frozenset({lifecycle.ARCHIVED, lifecycle.WITHDRAWN, lifecycle.MERGED})


class OwnHandError(frappe.PermissionError):
	"""The act must come from the petitioner, and this session or device is somebody else's."""


def require_own_hand(petition: str) -> None:
	"""Withdrawing, revoking, rating and asking for a review are the petitioner's own word (invariants 2 and 8).

	The agent has written the case down and knows number, code and phone. So neither a session of staff or of an agent, nor a
	device from which an agent of this case has ever logged in, gives that word.

	Args:
		petition: the case.

	Raises:
		OwnHandError: somebody else's session or device.
	"""
	others = set(lifecycle.ROLES) - {lifecycle.PETITIONER}
	if frappe.session.user == "Administrator" or others & set(frappe.get_roles()):
		frappe.throw(
			_("You are logged in as an agent or as staff. Only the petitioner does this. Log out first."),
			OwnHandError,
		)
	if devices.is_device_of(devices.read_device(), agents_of(petition)):
		frappe.throw(
			_(
				"The agent of this case uses this device. Do this from another phone or computer, or tell the petition "
				"office or your village by phone."
			),
			OwnHandError,
		)


def agents_of(petition: str) -> list[str]:
	"""Accounts of everybody who is or was agent in a case: its own, those of its agreement, those in its timeline."""
	case, agreement = frappe.qb.DocType("Petition"), frappe.qb.DocType("Proxy Agreement")
	event, agent = frappe.qb.DocType("Petition Event"), frappe.qb.DocType("Proxy Agent")
	row = (
		frappe.qb.from_(case)
		.left_join(agreement)
		.on(agreement.name == case.agreement)
		.select(case.agent, agreement.agent, agreement.second_agent)
		.where(case.name == petition)
		.run()
	)
	acted = (
		frappe.qb.from_(event)
		.select(event.agent)
		.distinct()
		.where((event.petition == petition) & event.agent.isnotnull())
		.run(pluck=True)
	)
	names = sorted({name for name in (*(row[0] if row else ()), *acted) if name})
	if not names:
		return []
	query = frappe.qb.from_(agent).select(agent.user).where(agent.name.isin(names) & agent.user.isnotnull())
	return query.run(pluck=True)


def add_paper(petition: str, key: str) -> frappe._dict:
	"""Keep the paper of this request with the case.

	Args:
		petition: the case.
		key: random text of the page; the same paper sent again under it is kept once.

	Files:
		file: the photo or PDF.

	Returns:
		name, file_url and file_name, as `take_paper`.

	Raises:
		StepError: the case is filed away, withdrawn or joined with another.
		PaperRefusedError: as `take_paper`.
	"""
	doc = _lock(petition)
	if doc.workflow_state in CLOSED_TO_PAPERS:
		frappe.throw(
			_("Nobody works on this case any more. Bring the paper to the petition office."), StepError
		)

	def keep() -> frappe._dict:
		paper = take_paper("Petition", doc.name, MOST_PAPERS)
		record_event(doc, "Add Paper", doc.workflow_state, doc.workflow_state)
		return paper

	return answer_once(f"paper|{doc.name}", key, keep)


def withdraw(petition: str, reason: str) -> None:
	"""The petitioner takes the case back (R22; only the petitioner, invariant 2).

	Args:
		petition: the case.
		reason: why.

	Raises:
		StepError: taken back already, answered, ended, or no reason.
		frappe.PermissionError: not the petitioner's case.
	"""
	doc = _lock(petition)
	if doc.workflow_state == lifecycle.WITHDRAWN:
		frappe.throw(
			_("You took this petition back on {0} already.").format(_day(doc.withdrawn_at)), StepError
		)
	if not may_withdraw(doc):
		frappe.throw(
			_("This petition has been answered or has ended. It can no longer be taken back."), StepError
		)
	doc.withdrawal_reason = (reason or "").strip()
	doc.workflow_state = lifecycle.WITHDRAWN
	doc.save()


def may_withdraw(case) -> bool:
	"""Does the path still lead from here to the petitioner's withdrawal?"""
	steps = lifecycle.next_steps(case.workflow_state)
	return any(step.action == "Withdraw" for step in steps)


def _lock(petition: str):
	doc = frappe.get_doc("Petition", petition, for_update=True)
	doc.check_permission("read")
	if not get_scope().is_petitioner_of(doc):
		raise frappe.PermissionError(_("Only the petitioner does this."))
	return doc


def _day(moment) -> str:
	return frappe.format(get_datetime(moment).date(), "Date") if moment else ""
