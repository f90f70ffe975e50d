"""What the desk presets when a case is assigned or accepted."""

import frappe
from frappe.utils import today


@frappe.whitelist()
def hints(petition: str) -> dict:
	"""Presets for the small forms of "Assign" and "Accept", from the responsibility rule and the category of a case.

	Args:
		petition: a petition the session's user may read.

	Returns:
		proposed_unit, proposal_reason, coordination_reason; reply_class (the row valid today) and procedure_route, where
		a rule or the category names them; each None otherwise.

	Raises:
		frappe.PermissionError: the petition is out of the user's scope.
	"""
	doc = frappe.get_doc("Petition", petition)
	doc.check_permission("read")
	rule = (
		frappe.db.get_value(
			"Responsibility Rule", doc.proposal_rule, ("default_reply_class", "procedure_route"), as_dict=True
		)
		or {}
		if doc.proposal_rule
		else {}
	)
	code = rule.get("default_reply_class") or (
		frappe.get_cached_value("Petition Category", doc.category, "default_reply_class")
		if doc.category
		else None
	)
	return {
		"proposed_unit": doc.proposed_unit,
		"proposal_reason": doc.proposal_reason,
		"coordination_reason": doc.coordination_reason,
		"reply_class": _class_of(code),
		"procedure_route": rule.get("procedure_route") or None,
	}


def _class_of(code: str | None) -> str | None:
	if not code:
		return None
	rows = frappe.get_all(
		"Reply Class",
		filters={"class_code": code, "valid_from": ("<=", today())},
		or_filters=[["valid_to", "is", "not set"], ["valid_to", ">=", today()]],
		pluck="name",
		order_by="valid_from desc",
		limit=1,
	)
	return rows[0] if rows else None
