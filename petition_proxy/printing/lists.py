"""Lists on paper: the ledger (台账) and the roster of agents (花名册), within the scope of who prints."""

from typing import Any

import frappe
from frappe import _
from frappe.desk import query_report
from frappe.query_builder import DocType
from frappe.translate import print_language
from frappe.utils import now_datetime, strip_html_tags

from petition_proxy.permissions import agent_query
from petition_proxy.printing.pages import page, to_pdf
from petition_proxy.printing.paper import paper_title
from petition_proxy.queries.ledger import LedgerFilters, ledger

# What a person reads on paper; the report holds more.
MAX_ROWS = 2000
# Records that paper names by their title.
TITLES = frozenset({"Region", "Handling Unit"})


def ledger_html(filters: dict[str, Any], lang: str = "zh") -> str:
	"""The petition ledger as a page.

	Args:
		filters: as the report Petition Ledger takes them.
		lang: language of the paper.
	"""
	rows = ledger(LedgerFilters.read(filters), now_datetime(), limit=MAX_ROWS)
	return _render(
		"ledger",
		lang,
		rows=rows,
		from_date=filters.get("from_date"),
		to_date=filters.get("to_date"),
		is_cut=len(rows) == MAX_ROWS,
	)


def roster_html(town: str | None = None, status: str | None = None, lang: str = "zh") -> str:
	"""The roster of agents as a page: public data of the post, no ID numbers and no private contacts.

	Args:
		town: only this town or street.
		status: only agents in this status.
		lang: language of the paper.
	"""
	rows = _agents(town, status)
	district = frappe.get_cached_doc("Petition Proxy Settings").district
	return _render(
		"roster",
		lang,
		rows=rows,
		place=paper_title("Region", district) + paper_title("Region", town),
		on_duty=sum(row.status == "On Duty" for row in rows),
		is_cut=len(rows) == MAX_ROWS,
	)


def report_html(report: str, filters: dict[str, Any], lang: str = "zh") -> tuple[str, int]:
	"""A report of this app as a page whose head says what it is, of which period and place, and as of when.

	Args:
		report: its name; the person's right to it is asked by Frappe, which runs it.
		filters: as its form sends them.
		lang: language of the paper.

	Returns:
		The page, and the number of its lines.
	"""
	with print_language(lang):
		data = query_report.run(report, filters, ignore_prepared_report=True, are_default_filters=False)
		columns = [c for c in data["columns"] if not c.get("hidden")]
		lines = data["result"][:MAX_ROWS]
		context = {
			"report": report,
			"columns": columns,
			"rows": [[_cell(row.get(c["fieldname"]), c) for c in columns] for row in lines],
			"totals": [bool(row.get("is_total")) for row in lines],
			"note": strip_html_tags(data.get("message") or ""),
			"conditions": _conditions(report, filters),
			"office": paper_title(
				"Handling Unit", frappe.get_cached_doc("Petition Proxy Settings").petition_office
			),
			"is_cut": len(data["result"]) > MAX_ROWS,
		}
		body = frappe.render_template("petition_proxy/templates/print/report.html", context)
		return page("report", body, lang), len(lines)


def _cell(value: Any, column: dict[str, Any]) -> str:
	if value is None or value == "":
		return ""
	if column.get("fieldtype") in ("Date", "Datetime"):
		return str(value)[:16]
	if column.get("fieldtype") == "Check":
		return _("Yes") if value else _("No")
	if column.get("fieldtype") == "Link" and column.get("options") in TITLES:
		return paper_title(column["options"], value) or str(value)
	return str(value).strip()


def _conditions(report: str, filters: dict[str, Any]) -> list[str]:
	"""Period and place in words; what people typed is not printed."""
	shown = []
	for field, label in (
		("from_date", _("From", context="Period")),
		("to_date", _("To", context="Period")),
		("on", _("On the Day")),
		("year", _("Year")),
		("town", _("Town or Street")),
		("village", _("Village or Community")),
		("unit", _("Handling Unit")),
	):
		value = filters.get(field)
		if not value:
			continue
		if field in ("town", "village"):
			value = paper_title("Region", value)
		elif field == "unit":
			value = paper_title("Handling Unit", value)
		shown.append(_("{0}: {1}").format(label, value))
	return shown


def list_pdf(html: str) -> bytes:
	"""PDF of one of the lists."""
	return to_pdf(html)


def _agents(town: str | None, status: str | None) -> list[frappe._dict]:
	agent, point = DocType("Proxy Agent"), DocType("Service Point")
	village, town_region = DocType("Region").as_("village_region"), DocType("Region").as_("town_region")
	query = (
		frappe.qb.from_(agent)
		.left_join(point)
		.on(point.name == agent.service_point)
		.left_join(village)
		.on(village.name == agent.village)
		.left_join(town_region)
		.on(town_region.name == agent.town)
		.select(
			agent.name,
			agent.agent_no,
			agent.agent_name,
			agent.agent_class,
			agent.is_public_staff,
			agent.duty_phone,
			agent.status,
			agent.on_duty_from,
			agent.certificate_valid_to,
			point.point_name,
			village.region_name.as_("village_name"),
			town_region.region_name.as_("town_name"),
		)
		.orderby(agent.town)
		.orderby(agent.village)
		.orderby(agent.name)
		.limit(MAX_ROWS)
	)
	if town:
		query = query.where(agent.town == town)
	if status:
		query = query.where(agent.status == status)
	names = _visible(frappe.session.user)
	if names is not None:
		query = query.where(agent.name.isin(names or [""]))
	return query.run(as_dict=True)


def _visible(user: str) -> list[str] | None:
	"""Agents the user may see; None for all."""
	if not agent_query(user):
		return None
	return frappe.get_list("Proxy Agent", pluck="name", limit=MAX_ROWS, order_by="name asc")


def _render(name: str, lang: str, **context) -> str:
	with print_language(lang):
		body = frappe.render_template(f"petition_proxy/templates/print/{name}.html", context)
		return page(name, body, lang)
