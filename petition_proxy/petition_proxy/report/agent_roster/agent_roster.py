from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, getdate

from petition_proxy.queries.roster import count_roster, roster_on

GROUPS = {
	"Town": ("town",),
	"Town and Class": ("town", "agent_class"),
	"Class": ("agent_class",),
	"Public Staff": ("is_public_staff",),
}


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""The roster as it stood on a day: person by person, or as headcounts; above it the headcount of that day."""
	filters = frappe._dict(filters or {})
	on = getdate(filters.on_date)
	public = {"Yes": True, "No": False}.get(filters.is_public_staff)
	rows = roster_on(
		on,
		town=filters.town or None,
		agent_class=filters.agent_class or None,
		is_public_staff=public,
		status=filters.status or None,
	)
	places = _place_names()
	total = (count_roster(rows) or [{"registered": 0, "on_duty": 0, "on_duty_public": 0}])[0]
	summary = [
		_number(_("On the Register"), total["registered"]),
		_number(_("On Duty"), total["on_duty"], "Green"),
		_number(_("Of Them Public Staff"), total["on_duty_public"]),
	]
	if fields := GROUPS.get(filters.group_by):
		counts = count_roster(rows, *fields)
		for row in counts:
			_name_values(row, places)
		return _count_columns(fields), counts, None, None, summary
	for row in rows:
		_name_values(row, places)
		action = row["action"]
		row["action"] = _(action, context="Proxy Agent")
	return _columns(), rows, None, None, summary


def _name_values(row: dict[str, Any], places: dict[str, str]) -> None:
	for column in ("town", "village"):
		if column in row:
			row[column] = places.get(row[column]) or row[column]
	for column in ("status", "agent_class"):
		if row.get(column):
			row[column] = _(row[column], context="Proxy Agent")
	if "is_public_staff" in row:
		row["is_public_staff"] = _("Public Staff") if cint(row["is_public_staff"]) else _("Not Public Staff")


def _place_names() -> dict[str, str]:
	return dict(frappe.get_all("Region", fields=["name", "region_name"], as_list=True, order_by="name asc"))


def _number(label: str, value: int, indicator: str = "Blue") -> dict[str, Any]:
	return {"label": label, "value": value, "indicator": indicator, "datatype": "Int"}


def _column(fieldname: str, label: str, width: int, fieldtype: str = "Data", **more) -> dict[str, Any]:
	return {"fieldname": fieldname, "label": label, "fieldtype": fieldtype, "width": width, **more}


def _count_columns(fields: tuple[str, ...]) -> list[dict[str, Any]]:
	labels = {
		"town": _("Town or Street"),
		"agent_class": _("Agent Class"),
		"is_public_staff": _("Public Staff"),
	}
	return [
		*(_column(f, labels[f], 200) for f in fields),
		_column("registered", _("On the Register"), 140, "Int"),
		_column("on_duty", _("On Duty"), 120, "Int"),
		_column("on_duty_public", _("Of Them Public Staff"), 160, "Int"),
	]


def _columns() -> list[dict[str, Any]]:
	return [
		_column("agent", _("Agent"), 150, "Link", options="Proxy Agent"),
		_column("agent_name", _("Name", context="Proxy Agent"), 110),
		_column("status", _("Status"), 100),
		_column("since", _("Since"), 110, "Date"),
		_column("action", _("Last Act"), 130),
		_column("agent_class", _("Agent Class"), 170),
		_column("is_public_staff", _("Public Staff"), 110),
		_column("town", _("Town or Street"), 130),
		_column("village", _("Village or Community"), 140),
	]
