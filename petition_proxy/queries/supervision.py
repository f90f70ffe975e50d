"""How often units were supervised and what came of it."""

from datetime import date, datetime, timedelta
from typing import Any

import frappe
from frappe.query_builder import Case, DocType
from frappe.query_builder.functions import Count
from pypika.terms import Criterion

from petition_proxy.domain import supervision
from petition_proxy.permissions.scope import scope_condition


def orders_by_unit(
	from_date: date, to_date: date, now: datetime, user: str | None = None
) -> list[dict[str, Any]]:
	"""Orders of a period per supervised unit, in one grouped query.

	Args:
		from_date: first day of issue.
		to_date: last day of issue, included.
		now: moment to which "overdue" refers.
		user: whose row scope applies; the session's user by default.

	Returns:
		One dict per unit: `unit`, `unit_name`, `orders`, one count per level (`reminder` ...), `open_orders`, `overdue`,
		`unanswered`, and one per grade (`adopted`, `partly`, `not_done`).
	"""
	order, case, unit = DocType("Supervision Order"), DocType("Petition"), DocType("Handling Unit")
	terms = [
		order.issued_at >= datetime.combine(from_date, datetime.min.time()),
		order.issued_at < datetime.combine(to_date + timedelta(days=1), datetime.min.time()),
	]
	scope = scope_condition(case, user)
	if scope is not None:
		terms.append(scope)
	counted = {
		**{level.lower(): order.level == level for level in supervision.LEVELS},
		"open_orders": order.status.isin(supervision.OPEN_STATUSES),
		"overdue": (order.status == supervision.ISSUED) & (order.due_at < now.replace(microsecond=0)),
		"unanswered": order.status == supervision.UNANSWERED,
		**{grade.lower().replace(" ", "_"): order.grade == grade for grade in supervision.GRADES},
	}
	query = (
		frappe.qb.from_(order)
		.join(case)
		.on(case.name == order.petition)
		.left_join(unit)
		.on(unit.name == order.unit)
		.select(order.unit, unit.unit_name, Count("*").as_("orders"))
		.where(Criterion.all(terms))
		.groupby(order.unit, unit.unit_name)
		.orderby(order.unit)
	)
	for name, term in counted.items():
		query = query.select(Count(Case().when(term, 1)).as_(name))
	return query.run(as_dict=True)
