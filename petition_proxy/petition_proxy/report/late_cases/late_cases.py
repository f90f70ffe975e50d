from typing import Any

from frappe import _
from frappe.utils import now_datetime

from petition_proxy.queries.workload import late_cases
from petition_proxy.utils.columns import count_column, text_column

MAX_ROWS = 5000


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Every case whose running clock has ended, the longest overdue first; without names, phones or texts, so that it
	may go out by mail."""
	filters = filters or {}
	now = now_datetime()
	rows = late_cases(now, filters.get("town") or None, filters.get("unit") or None, MAX_ROWS + 1)
	note = _("As of {0}.").format(now.strftime("%Y-%m-%d %H:%M"))
	if len(rows) > MAX_ROWS:
		rows = rows[:MAX_ROWS]
		note += " " + _("Only the first {0} are shown.").format(MAX_ROWS)
	by_unit: dict[str, int] = {}
	for row in rows:
		state = row["workflow_state"]
		row["workflow_state"] = _(state)
		row["unit_name"] = row["unit_name"] or _("No Unit Yet")
		by_unit[row["unit_name"]] = by_unit.get(row["unit_name"], 0) + 1
	return get_columns(), rows, note, _chart(by_unit)


def get_columns() -> list[dict[str, Any]]:
	return [
		text_column("name", _("Petition No."), 210, "Link", options="Petition"),
		text_column("workflow_state", _("State", context="Petition"), 110),
		text_column("unit_name", _("Handling Unit"), 200),
		text_column("town_name", _("Town or Street"), 140),
		text_column("due_at", _("Due At"), 170, "Datetime"),
		count_column("days_late", _("Days Late")),
	]


def _chart(by_unit: dict[str, int]) -> dict[str, Any] | None:
	if not by_unit:
		return None
	worst = sorted(by_unit.items(), key=lambda pair: (-pair[1], pair[0]))[:24]
	return {
		"data": {
			"labels": [name for name, _count in worst],
			"datasets": [{"name": _("Late Cases"), "values": [count for _name, count in worst]}],
		},
		"type": "bar",
	}
