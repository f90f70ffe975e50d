"""Writing planned cases set-wise. A chunk goes in whole; if the database refuses it, row by row, so that only the
rows at fault stay out."""

from contextlib import contextmanager
from datetime import datetime

import frappe
from frappe import _
from frappe.query_builder import DocType

from petition_proxy.imports.ledger_plan import CasePlan
from petition_proxy.permissions.scope import get_scope
from petition_proxy.utils.series import reserve

EVENT = "Import"
PERSON_COPIES = ("petitioner_name", "masked_phone", "wants_secrecy")


def known_keys(doctype: str, keys: list[str]) -> dict[str, str]:
	"""Name by external key (case folded) of the records that are there already."""
	table = DocType(doctype)
	if not keys:
		return {}
	rows = (
		frappe.qb.from_(table)
		.select(table.external_key, table.name)
		.where(table.external_key.isin(keys))
		.run()
	)
	return {key.casefold(): name for key, name in rows}


class Writer:
	"""Writes plans of one import.

	Args:
		source: name of the ledger, for the timeline.
		now: moment of the import, in the site's time zone.
	"""

	def __init__(self, source: str, now: datetime) -> None:
		self.source, self.now, self.user = source, now, frappe.session.user
		self.units = get_scope(self.user).units

	def write(self, plans: list[CasePlan]) -> list[tuple[CasePlan, str]]:
		"""Write cases with petitioner and timeline.

		Returns:
			The plans that the database refused, with the reason.
		"""
		if not plans:
			return []
		try:
			with _savepoint("ledger_chunk"):
				self._insert(plans)
			return []
		except Exception as error:
			if not is_row_error(error):
				raise
		return [failure for plan in plans if (failure := self._write_one(plan))]

	def _write_one(self, plan: CasePlan) -> tuple[CasePlan, str] | None:
		try:
			with _savepoint("ledger_row"):
				self._insert([plan])
		except Exception as error:
			if not is_row_error(error):
				raise
			return plan, _reason(error)
		return None

	def _insert(self, plans: list[CasePlan]) -> None:
		people = self._insert_people(plans)
		names = _reserve_names(plans)
		cases = []
		for plan, name in zip(plans, names, strict=True):
			person = people[plan.person.key] if plan.person else {}
			copies = {fieldname: person.get(fieldname) for fieldname in PERSON_COPIES}
			copies["wants_secrecy"] = copies["wants_secrecy"] or 0
			cases.append(self._row({**plan.petition, **copies, "petitioner": person.get("name")}, name))
		_bulk_insert("Petition", cases)
		_bulk_insert("Petition Event", [self._event(case) for case in cases])

	def _insert_people(self, plans: list[CasePlan]) -> dict[str, dict]:
		"""Petitioners by key: those on file by ledger number or by ID number, and the new ones, each once."""
		wanted = {plan.person.key: plan.person.values for plan in reversed(plans) if plan.person}
		if not wanted:
			return {}
		by_number = self._on_file("external_key", [values["external_key"] for values in wanted.values()])
		people = {key.casefold(): row for key, row in by_number.items()}
		id_hashes = {key: v["id_hash"] for key, v in wanted.items() if v["id_hash"] and key not in people}
		by_id = self._on_file("id_hash", list(id_hashes.values()))
		people |= {key: by_id[id_hash] for key, id_hash in id_hashes.items() if id_hash in by_id}
		new = {key: self._row(values) for key, values in wanted.items() if key not in people}
		_bulk_insert("Petitioner", list(new.values()))
		return people | new

	def _on_file(self, column: str, values: list[str]) -> dict[str, frappe._dict]:
		if not values:
			return {}
		table = DocType("Petitioner")
		rows = (
			frappe.qb.from_(table)
			.select(table[column], table.name, *(table[fieldname] for fieldname in PERSON_COPIES))
			.where(table[column].isin(values))
			.orderby(table.creation, order=frappe.qb.desc)  # the oldest record of a person wins
			.run(as_dict=True)
		)
		return {row[column]: row for row in rows}

	def _row(self, values: dict, name: str | None = None) -> dict:
		return {
			"name": name or frappe.generate_hash(length=10),
			"creation": self.now,
			"modified": self.now,
			"owner": self.user,
			"modified_by": self.user,
			"docstatus": 0,
			"idx": 0,
			**values,
		}

	def _event(self, case: dict) -> dict:
		unit = case["handling_unit"]
		return self._row(
			{
				"petition": case["name"],
				"event": EVENT,
				"from_state": "",
				"to_state": case["workflow_state"],
				"round": 1,
				"actor": self.user,
				"unit": unit if unit in self.units else min(self.units, default=None),
				"happened_at": self.now,
				"note": _("Taken over from the old ledger {0}, number {1}").format(
					self.source, case["external_no"]
				),
			}
		)


def is_row_error(error: Exception) -> bool:
	"""Whether the database refused values, so that other rows can still go in. A lost lock or connection is not."""
	return isinstance(error, frappe.db.DataError) or frappe.db.is_duplicate_entry(error)


def _reason(error: Exception) -> str:
	if frappe.db.is_duplicate_entry(error):
		return _("the external number is on file already")
	return _("the database refused the row: {0}").format(error.args[-1])


@contextmanager
def _savepoint(name: str):
	frappe.db.savepoint(name)
	try:
		yield
	except Exception as error:
		if is_row_error(error):  # after a lost lock or connection there is no savepoint to return to
			frappe.db.rollback(save_point=name)
		raise
	frappe.db.release_savepoint(name)


def _reserve_names(plans: list[CasePlan]) -> list[str]:
	"""Numbers from the series of the Petition controller; the savepoint gives back what is not used."""
	series = [_prefix(plan.petition) for plan in plans]
	# one order for everybody, so that two imports cannot wait for each other
	numbers = {prefix: reserve(prefix, series.count(prefix)) for prefix in sorted(set(series))}
	names = []
	for prefix in series:
		names.append(f"{prefix}{numbers[prefix]:06d}")
		numbers[prefix] += 1
	return names


def _prefix(petition: dict) -> str:
	return f"XF-{(petition['district'] or '')[:6]}-{petition['petitioned_at'].year}-"


def _bulk_insert(doctype: str, rows: list[dict]) -> None:
	if rows:
		frappe.db.bulk_insert(doctype, list(rows[0]), [tuple(row.values()) for row in rows])
