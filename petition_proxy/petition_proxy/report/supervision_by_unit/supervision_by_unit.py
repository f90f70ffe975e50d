from typing import Any

import frappe
from frappe import _
from frappe.utils import add_months, getdate, now_datetime

from petition_proxy.domain.supervision import GRADES, LEVELS
from petition_proxy.queries.catalogue import scope_names
from petition_proxy.queries.sources import UNIT
from petition_proxy.queries.supervision import orders_by_unit
from petition_proxy.utils.columns import bar_chart, text_column

CONTEXT = "Supervision Order"


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Orders per supervised unit, with their levels, open ones and grades."""
	filters = filters or {}
	to_date = getdate(filters.get("to_date"))
	from_date = getdate(filters.get("from_date") or add_months(to_date, -3))
	if from_date > to_date:
		frappe.throw(_("The first day lies after the last one. Choose an earlier first day."))
	rows = orders_by_unit(from_date, to_date, now_datetime())
	names = scope_names(UNIT, [row["unit"] for row in rows])
	for row in rows:
		row["unit_name"] = names.get(row["unit"], (row["unit"],))[0]
	busy = sorted(rows, key=lambda row: -row["orders"])[:24]
	chart = bar_chart(
		[row["unit_name"] for row in busy],
		(_("Orders"), [row["orders"] for row in busy]),
		(_("No Reply in Time"), [row["overdue"] for row in busy]),
	)
	if rows:
		counts = [key for key, value in rows[0].items() if isinstance(value, int)]
		total = {key: sum(row[key] for row in rows) for key in counts}
		rows.append({"unit_name": _("Total"), "is_total": 1, "bold": 1, **total})
	return get_columns(), rows, None, chart


def get_columns() -> list[dict[str, Any]]:
	counts = (
		("orders", _("Orders")),
		*((level.lower(), _(level, context=CONTEXT)) for level in LEVELS),
		("open_orders", _("Open Orders")),
		("overdue", _("No Reply in Time")),
		("unanswered", _("Unanswered")),
		*((grade.lower().replace(" ", "_"), _(grade, context=CONTEXT)) for grade in GRADES),
	)
	return [
		text_column("unit_name", _("Supervised Unit"), 200),
		*({"fieldname": f, "label": label, "fieldtype": "Int", "width": 100} for f, label in counts),
	]
