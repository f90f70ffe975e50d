"""What the principal does with the authority after it was given."""

import frappe
from frappe import _
from frappe.utils import getdate, today

from petition_proxy.permissions.scope import clear_scopes, get_scope
from petition_proxy.petition_proxy.doctype.petition_event.record import record_events
from petition_proxy.petition_proxy.doctype.proxy_agreement.proxy_agreement import AgreementError
from petition_proxy.utils.rows import read_row

CASE_COLUMNS = ("name", "workflow_state", "round", "agent", "agreement", "petitioner", "handling_unit")


def revoke(petition: str, reason: str) -> None:
	"""The petitioner ends the agent's authority: from this day on the agent does nothing more (Civil Code art. 173).

	It ends for every case under the same paper, for it is one authority; each of them says so in its timeline.

	Args:
		petition: the case by which the petitioner comes.
		reason: why.

	Raises:
		AgreementError: no agent acts, revoked already, or no reason.
		frappe.PermissionError: the session's user is not the petitioner of the case.
	"""
	case = read_row("Petition", petition, CASE_COLUMNS)
	if not case or not get_scope().is_petitioner_of(case):
		raise frappe.PermissionError(_("Only the petitioner ends the agent's authority."))
	if not case.agreement:
		frappe.throw(_("No agent acts for you in this case."), AgreementError)
	if not (reason or "").strip():
		frappe.throw(_("Say why the agent shall not act for you any more."), AgreementError)
	agreement = frappe.get_doc("Proxy Agreement", case.agreement, for_update=True)
	if agreement.revoked_on:
		frappe.throw(
			_("You ended this agent's authority on {0} already.").format(
				frappe.format(agreement.revoked_on, "Date")
			),
			AgreementError,
		)
	if agreement.docstatus != 1:
		frappe.throw(_("No agent acts for you in this case."), AgreementError)
	agreement.revoked_on = max(getdate(today()), getdate(agreement.signed_on))
	agreement.revocation_reason = reason.strip()
	agreement.save(
		ignore_permissions=True
	)  # the petitioner has no right to write the paper, but to end it (above)
	cases = frappe.get_all(
		"Petition",
		filters={"agreement": agreement.name},
		fields=list(CASE_COLUMNS),
		order_by="name asc",
		limit=500,
	)
	record_events(cases, "Revoke Authority", reason.strip())
	clear_scopes()
