"""Rows collected in memory and written set-wise, with every column the controllers would have filled."""

import random
from datetime import datetime
from typing import Any

import frappe
from frappe.utils import cint

NUMBER_TYPES = frozenset({"Check", "Int", "Float", "Currency", "Percent"})
# Keeps one statement well below the server's smallest usual packet (16 MB).
ROWS_PER_STATEMENT = 1000


class Writer:
	"""Collects rows by DocType; `flush` writes them.

	Args:
		rng: source of the hash names, so that one seed always makes the same records.
		now: creation moment of rows that name none, in the site's time zone.
	"""

	def __init__(self, rng: random.Random, now: datetime) -> None:
		self.rng = rng
		self.now = now
		self.rows: dict[str, list[dict[str, Any]]] = {}
		self.used_ids: set[str] = set()

	def hash_name(self) -> str:
		return f"{self.rng.getrandbits(56):014x}"

	def add(
		self,
		doctype: str,
		name: str | None = None,
		at: datetime | None = None,
		owner: str = "Administrator",
		changed_at: datetime | None = None,
		changed_by: str | None = None,
		**values: Any,
	) -> str:
		"""Collect one row.

		Args:
			doctype: its type.
			name: its name; a hash by default.
			at: creation moment.
			owner: who made it.
			changed_at, changed_by: last change, if later.
			values: its fields.

		Returns:
			The row's name.
		"""
		row = {
			"name": name or self.hash_name(),
			"creation": at or self.now,
			"modified": changed_at or at or self.now,
			"owner": owner,
			"modified_by": changed_by or owner,
			"docstatus": 0,
			"idx": 0,
			**values,
		}
		self.rows.setdefault(doctype, []).append(row)
		return row["name"]

	def flush(self) -> None:
		"""Write what was collected, in the order in which the types first came."""
		for doctype, rows in self.rows.items():
			columns = list(dict.fromkeys(column for row in rows for column in row))
			blanks = {column: _blank(doctype, column) for column in columns}
			names = ", ".join(f"`{column}`" for column in columns)
			one = f"({', '.join(['%s'] * len(columns))})"
			for start in range(0, len(rows), ROWS_PER_STATEMENT):
				chunk = rows[start : start + ROWS_PER_STATEMENT]
				# Plain SQL: the query builder needs many times as long to render this many values.
				frappe.db.sql(
					f"insert into `tab{doctype}` ({names}) values {', '.join([one] * len(chunk))}",
					[row.get(column, blanks[column]) for row in chunk for column in columns],
				)
		self.rows = {}


def _blank(doctype: str, column: str) -> Any:
	field = frappe.get_meta(doctype).get_field(column)
	if not field:
		return None
	return cint(field.default) if field.fieldtype in NUMBER_TYPES else field.default or None
