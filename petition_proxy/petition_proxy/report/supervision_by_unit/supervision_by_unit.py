from typing import Any

import frappe
from frappe import _
from frappe.utils import add_months, getdate, now_datetime

from petition_proxy.domain.supervision import GRADES, LEVELS
from petition_proxy.queries.supervision import orders_by_unit

CONTEXT = "Supervision Order"


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Orders per supervised unit, with their levels, open ones and grades."""
	filters = filters or {}
	to_date = getdate(filters.get("to_date"))
	from_date = getdate(filters.get("from_date") or add_months(to_date, -3))
	if from_date > to_date:
		frappe.throw(_("The first day lies after the last one. Choose an earlier first day."))
	return get_columns(), orders_by_unit(from_date, to_date, now_datetime())


def get_columns() -> list[dict[str, Any]]:
	counts = (
		("orders", _("Orders")),
		*((level.lower(), _(level, context=CONTEXT)) for level in LEVELS),
		("open_orders", _("Open Orders")),
		("overdue", _("No Reply in Time")),
		("unanswered", _("Unanswered")),
		*((grade.lower().replace(" ", "_"), _(grade, context=CONTEXT)) for grade in GRADES),
	)
	unit = {"fieldname": "unit_name", "label": _("Supervised Unit"), "fieldtype": "Data", "width": 240}
	return [
		unit,
		*({"fieldname": f, "label": label, "fieldtype": "Int", "width": 100} for f, label in counts),
	]
