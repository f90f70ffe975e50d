import frappe

from petition_proxy.domain.deadlines import LimitRule, pick_rule


def get_limit_rule(limit_code: str, on) -> LimitRule:
	rows = frappe.get_all(
		"Statutory Limit",
		filters={"limit_code": limit_code},
		fields=["name", "limit_days", "day_kind", "roll_last_day", "valid_from", "valid_to"],
		order_by="valid_from",
	)
	row = pick_rule(rows, on)
	return LimitRule(row.name, row.limit_days, row.day_kind, bool(row.roll_last_day))
