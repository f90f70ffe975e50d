"""Repeats of petitions, for desk and REST. The rules stand in `doctype/petition/repeats.py` and `repeat_acts.py`."""

import frappe
from frappe.utils import now_datetime

from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.petition import checks, repeat_acts, repeats, steps
from petition_proxy.utils.texts import plain_texts


@frappe.whitelist(methods=["POST"])
@plain_texts
def merge(petition: str, main: str, reason: str) -> None:
	"""Merge a repeat into its main petition. Arguments and errors as `repeat_acts.merge`."""
	repeat_acts.merge(petition, main, reason)


@frappe.whitelist(methods=["POST"])
@plain_texts
def undo_merge(petition: str, reason: str) -> str:
	"""Take a merge back. Arguments, result and errors as `repeat_acts.undo_merge`."""
	return repeat_acts.undo_merge(petition, reason)


@frappe.whitelist(methods=["POST"])
@plain_texts
def link(petition: str, main: str, reason: str) -> None:
	"""Mark as a repeat without merging. Arguments and errors as `repeat_acts.link`."""
	repeat_acts.link(petition, main, reason)


@frappe.whitelist(methods=["POST"])
@plain_texts
def unlink(petition: str, reason: str) -> None:
	"""Take a link back. Arguments and errors as `repeat_acts.unlink`."""
	repeat_acts.unlink(petition, reason)


@frappe.whitelist(methods=["POST"])
@plain_texts
def decide(candidate: str, decision: str, reason: str) -> None:
	"""Decide on a candidate. Arguments and errors as `repeat_acts.decide`."""
	repeat_acts.decide(candidate, decision, reason)


@frappe.whitelist()
def hint(petition: str) -> list[dict[str, str]]:
	"""Which petitions the same person has on file, for who files another one: number and state, nothing of the matter.

	An agent learns it only with the petitioner's living agreement, so that nobody can look up a neighbour.

	Args:
		petition: the one being filed.

	Returns:
		Rows with name and workflow_state; none without a petitioner.

	Raises:
		frappe.PermissionError: the petition is out of the user's scope.
		StepError: an agent without a valid agreement.
	"""
	doc = frappe.get_doc("Petition", petition)
	doc.check_permission("read")
	if not doc.petitioner:
		return []
	if steps.is_own_agent(doc, get_scope()):
		checks.check_authority(doc, now_datetime(), "may_file")
	return repeats.petitions_of_same_person(doc)
