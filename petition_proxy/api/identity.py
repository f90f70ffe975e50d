"""The one door to sealed identities."""

import frappe
from frappe import _

from petition_proxy.domain.lifecycle import AGENT, CLERK, DEPARTMENT, HEAD, OFFICE, TOWN, VILLAGE
from petition_proxy.permissions import is_in_place
from petition_proxy.permissions.scope import get_scope
from petition_proxy.utils.identity import unseal_for_user
from petition_proxy.utils.texts import plain_texts

# Leaders and auditors read cases without knowing who is behind them.
MAY_LOOK = frozenset({AGENT, VILLAGE, TOWN, DEPARTMENT, HEAD, OFFICE, CLERK})
PEOPLE = ("Petitioner", "Proxy Agent")


@frappe.whitelist(methods=["POST"])
@plain_texts
def show_identity(doctype: str, name: str, reason: str) -> dict[str, str]:
	"""Phone, ID number and address of a person, against a reason that is kept with the user's name and the time.

	Args:
		doctype: "Petitioner" or "Proxy Agent".
		name: the record.
		reason: why it is needed, at least four characters.

	Returns:
		Field name to plain value.

	Raises:
		frappe.PermissionError: the person is out of the user's scope, or the role never sees identities.
		frappe.ValidationError: no reason given.
	"""
	if doctype not in PEOPLE:
		frappe.throw(_("Identities are kept for petitioners and agents only."))
	doc = frappe.get_doc(doctype, name)
	doc.check_permission("read")
	if frappe.session.user != "Administrator" and not MAY_LOOK & set(frappe.get_roles()):
		raise frappe.PermissionError(_("Your role does not see identities."))
	if doctype == "Proxy Agent" and not _is_own_or_in_place(doc):
		# every office reads the roster of the district, but not the ID cards of other towns' agents
		raise frappe.PermissionError(_("Only the offices of the agent's own place see the identity."))
	if len(reason.strip()) < 4:
		frappe.throw(_("Say in a few words why you need to see it."))
	return unseal_for_user(doc, reason.strip())


def _is_own_or_in_place(agent) -> bool:
	scope = get_scope()
	return scope.sees_all or agent.user == scope.user or is_in_place(agent, scope)
