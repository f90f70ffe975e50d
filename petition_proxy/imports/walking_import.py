"""Walking distances out of a routing engine: one row per pair, a new measurement replaces the old one.

The engine gets the places by `routing_points_csv` and gives back, for each pair it was asked for, metres or minutes.
"""

import csv
import io
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt, getdate

from petition_proxy.domain.errors import mark
from petition_proxy.domain.tables import Table, TableFileError, TableRow, cell_key, cell_text
from petition_proxy.imports.tables import read_attached, read_table
from petition_proxy.petition_proxy.doctype.walking_distance.walking_distance import walk_key
from petition_proxy.queries.coverage import agents_covering
from petition_proxy.utils.errors import domain_errors

MOST_REMARKS = 50
# field -> headings, English and Chinese
COLUMNS: dict[str, tuple[str, ...]] = {
	"settlement": ("settlement", "居民聚集点"),
	"agent": ("agent", "代理员"),
	"service_point": ("service_point", "代办点"),
	"to_settlement": ("to_settlement", "到达聚集点"),
	"metres": ("metres", "米"),
	"minutes": ("minutes", "分钟"),
	"source": ("source", "来源"),
}
TARGETS = {"agent": "Proxy Agent", "service_point": "Service Point", "to_settlement": "Settlement"}
FIELDS = ("settlement", *TARGETS, "metres", "minutes", "source", "measured_on", "walk_key")


class WalkingFileError(frappe.ValidationError):
	"""The file holds no walking distances; nothing has been written."""


def import_attached(file_url: str) -> dict[str, Any]:
	"""Import an uploaded file.

	Args:
		file_url: address of the file on this site.

	Returns:
		`imported`, `replaced`, and `rejected`: texts with the row number, at most fifty.

	Raises:
		WalkingFileError: columns are missing or the file cannot be read.
		frappe.PermissionError: the user may not add walking distances.
	"""
	frappe.has_permission("Walking Distance", "create", throw=True)
	return import_walks(read_attached(file_url))


def import_walks(data: bytes | str) -> dict[str, Any]:
	"""Import the content of a file; arguments as of `import_attached` but for the data itself."""
	with domain_errors(WalkingFileError):
		table = read_table(data)
		columns = _find_columns(table)
	known = {
		doctype: set(frappe.get_all(doctype, pluck="name", order_by="name"))
		for doctype in {*TARGETS.values()}
	}
	rows, rejected = {}, []
	for row in table.rows:
		values, fault = _read_row(row, columns, known)
		if fault:
			rejected.append(_("Row {0}: {1}").format(row.number, fault))
		else:
			rows[values["walk_key"]] = values
	replaced = _write(rows)
	return {
		"imported": len(rows),
		"replaced": replaced,
		"rejected": rejected[:MOST_REMARKS],
		"rejected_count": len(rejected),
	}


def _find_columns(table: Table) -> dict[str, str]:
	headings = {cell_key(text).lower(): text for text in table.header}
	columns = {
		field: headings[name] for field, names in COLUMNS.items() for name in names if name in headings
	}
	if (
		"settlement" not in columns
		or not set(TARGETS) & set(columns)
		or not {"metres", "minutes"} & set(columns)
	):
		raise TableFileError(
			mark(
				"The file needs the columns settlement, one of agent, service_point and to_settlement, and metres or "
				"minutes. Download the points first to see the names."
			)
		)
	return columns


def _read_row(
	row: TableRow, columns: dict[str, str], known: dict[str, set]
) -> tuple[dict[str, Any], str | None]:
	values = {field: cell_text(row.cells[heading]) for field, heading in columns.items()}
	if values["settlement"] not in known["Settlement"]:
		return values, _("There is no settlement {0}.").format(values["settlement"])
	targets = [field for field in TARGETS if values.get(field)]
	if len(targets) != 1:
		return values, _("Choose where the walk ends: one agent, one service point or one settlement.")
	target = targets[0]
	if values[target] not in known[TARGETS[target]]:
		return values, _("There is no {0} {1}.").format(_(TARGETS[target]), values[target])
	for field in ("metres", "minutes"):
		values[field] = _number(values.get(field))
	if min(values["metres"], values["minutes"]) < 0 or not (values["metres"] or values["minutes"]):
		return values, _("Give the length of the walk in metres or in minutes.")
	values["walk_key"] = walk_key(values["settlement"], target, values[target])
	return values, None


def _number(text: str | None) -> float:
	"""0 for an empty cell, below zero for what is no finite number."""
	if not text:
		return 0.0
	try:
		value = float(text)
	except ValueError:
		return -1.0
	return value if 0 <= value < 1e7 else -1.0


def _write(rows: dict[str, dict[str, Any]]) -> int:
	"""Replace the pairs of the file in a few statements; returns how many were there before."""
	if not rows:
		return 0
	keys = sorted(rows)
	walk = frappe.qb.DocType("Walking Distance")
	replaced = 0
	for start in range(0, len(keys), 1000):
		chunk = keys[start : start + 1000]
		found = frappe.qb.from_(walk).select(walk.name).where(walk.walk_key.isin(chunk)).run(pluck=True)
		replaced += len(found)
		if found:
			frappe.qb.from_(walk).delete().where(walk.name.isin(found)).run()
	now, user, today = frappe.utils.now(), frappe.session.user, getdate()
	frappe.db.bulk_insert(
		"Walking Distance",
		["name", "creation", "modified", "owner", "modified_by", "docstatus", "idx", *FIELDS],
		[
			(
				*(frappe.generate_hash(length=10), now, now, user, user, 0, 0),
				*_columns_of(rows[key], today),
			)
			for key in keys
		],
		chunk_size=2000,
	)
	return replaced


def _columns_of(values: dict[str, Any], today) -> tuple:
	row = {**values, "measured_on": today, "source": values.get("source") or _("Imported file")}
	return tuple(flt(row[f]) if f in ("metres", "minutes") else row.get(f) or None for f in FIELDS)


def routing_points_csv() -> bytes:
	"""Every place with a position: kind, name, title, latitude, longitude."""
	out = io.StringIO()
	writer = csv.writer(out)
	writer.writerow(["kind", "name", "title", "latitude", "longitude"])
	for kind, doctype, title in (
		("settlement", "Settlement", "settlement_name"),
		("service_point", "Service Point", "point_name"),
	):
		for row in frappe.get_all(
			doctype,
			filters={"latitude": ["!=", 0], "longitude": ["!=", 0]},
			fields=["name", title, "latitude", "longitude"],
			order_by="name",
		):
			writer.writerow([kind, row.name, _harmless(row[title]), row.latitude, row.longitude])
	for agent in agents_covering(getdate()):
		if agent.position:
			writer.writerow(["agent", agent.name, "", *agent.position])
	return out.getvalue().encode("utf-8-sig")


def _harmless(text: str) -> str:
	"""A spreadsheet takes some first signs for a formula."""
	return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text
