from typing import Any

from frappe import _
from frappe.utils import now_datetime

from petition_proxy.queries.progress import to_be_told

LIMIT = 2000


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Open nodes of the visible cases, the earliest to tell first."""
	filters = filters or {}
	now = now_datetime()
	rows = to_be_told(
		town=filters.get("town"),
		village=filters.get("village"),
		late_at=now if filters.get("late_only") else None,
		limit=LIMIT,
	)
	for row in rows:
		row.is_late = int(row.tell_by < now.replace(microsecond=0))
		row.node = _(row.node, context="Progress Notice")
	message = _("Only the first {0} are shown.").format(LIMIT) if len(rows) == LIMIT else None
	return get_columns(), rows, message


def get_columns() -> list[dict[str, Any]]:
	columns = (
		("tell_by", _("Tell By"), "Datetime", None, 150),
		("is_late", _("Late"), "Check", None, 60),
		("petition", _("Petition"), "Link", "Petition", 190),
		("node", _("Node"), "Data", None, 140),
		("content", _("What To Tell"), "Data", None, 200),
		("petitioner_name", _("Petitioner"), "Data", None, 110),
		("masked_phone", _("Phone"), "Data", None, 120),
		("agent_name", _("Proxy Agent"), "Data", None, 110),
		("village", _("Village or Community"), "Link", "Region", 140),
		("subject", _("Subject"), "Data", None, 220),
		("happened_at", _("Happened At"), "Datetime", None, 150),
	)
	return [
		{"fieldname": name, "label": label, "fieldtype": kind, "options": options, "width": width}
		for name, label, kind, options, width in columns
	]
