"""Taking over a roster of agents: read, match, plan, write set-wise; the same file again changes nothing.

A person is known again by the hash of the ID number, else by the agent number. A blank cell leaves what is on file. The
gate holds here too: nobody becomes on duty without a valid pass.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import cint, getdate

from petition_proxy.domain import agent_lifecycle, agent_rows
from petition_proxy.domain.agent_lifecycle import APPLIED, ON_DUTY
from petition_proxy.domain.agent_rows import AgentRow
from petition_proxy.domain.errors import DomainError
from petition_proxy.imports.agent_writer import AgentWriter, NewAgent
from petition_proxy.imports.ledger_import import harmless_cell
from petition_proxy.imports.tables import read_table
from petition_proxy.permissions import is_in_place
from petition_proxy.permissions.scope import clear_scopes, get_scope
from petition_proxy.petition_proxy.doctype.proxy_agent.acts import LOCKED_FIELDS
from petition_proxy.utils.errors import domain_errors, error_text
from petition_proxy.utils.identity import hash_of, seal_bank_account, seal_id_number

COMPARED = (
	"agent_name",
	"sex",
	"birth_date",
	"agent_class",
	"is_public_staff",
	"skill",
	"duty_phone",
	"email",
)
IDENTITY = ("masked_id_number", "sealed_id_number", "id_hash")
ACCOUNT = ("masked_bank_account", "sealed_bank_account")
DATA_LENGTH = 140


class AgentImportError(frappe.ValidationError):
	"""The import cannot begin; nothing has been written."""


class RowRefusedError(Exception):
	"""A row cannot be taken; the message is the reason, in the user's language."""


@dataclass(frozen=True)
class Remark:
	"""A row left out: where it stands, whose it is, and why, in the user's language."""

	row_number: int
	agent_name: str
	text: str


@dataclass
class AgentImportResult:
	"""What an import did, or would do."""

	total_rows: int = 0
	added: int = 0
	changed: int = 0
	unchanged: int = 0
	rejected: list[Remark] = field(default_factory=list)
	ignored_columns: tuple[str, ...] = ()

	def summary(self) -> str:
		"""The counts in one line."""
		return _("{0} rows: {1} added, {2} changed, {3} unchanged, {4} rejected").format(
			self.total_rows, self.added, self.changed, self.unchanged, len(self.rejected)
		)

	def rejects_csv(self) -> bytes:
		"""The rejected rows as CSV that a spreadsheet opens with the right characters."""
		out = io.StringIO()
		writer = csv.writer(out)
		writer.writerow([_("Row"), _("Name", context="Proxy Agent"), _("Reason")])
		for remark in self.rejected:
			writer.writerow([remark.row_number, harmless_cell(remark.agent_name), harmless_cell(remark.text)])
		return out.getvalue().encode("utf-8-sig")


def import_agents(data: bytes | str, *, dry_run: bool = False) -> AgentImportResult:
	"""Add and update agents from a CSV or XLSX roster, in the transaction of the caller.

	Args:
		data: content of the file.
		dry_run: check everything, write nothing.

	Raises:
		AgentImportError: the file cannot be read, or has no column for name or village.
	"""
	with domain_errors(AgentImportError):
		table = read_table(data)
		reading = agent_rows.read_roster(table.header, table.rows)
	result = AgentImportResult(total_rows=len(table.rows), ignored_columns=reading.ignored)
	result.rejected = [Remark(r.row_number, r.agent_name, error_text(r.error)) for r in reading.rejected]
	planner = _Planner(reading.rows)
	for row in reading.rows:
		try:
			kind = planner.plan(row)
		except RowRefusedError as refused:
			result.rejected.append(Remark(row.row_number, str(row.values["agent_name"]), str(refused)))
		except DomainError as error:
			result.rejected.append(Remark(row.row_number, str(row.values["agent_name"]), error_text(error)))
		else:
			setattr(result, kind, getattr(result, kind) + 1)
	result.rejected.sort(key=lambda remark: remark.row_number)
	if not dry_run:
		planner.writer.write()
		clear_scopes()
	return result


class _Planner:
	"""Knows places, the people on file and their certificates, and turns rows into what is to be written."""

	def __init__(self, rows: Sequence[AgentRow]) -> None:
		self.today, self.scope = getdate(), get_scope()
		self.villages = _villages()
		self.hashes = {row.row_number: hash_of(row.id_number) for row in rows if row.id_number}
		self.by_hash = _on_file("id_hash", list(self.hashes.values()))
		self.by_no = _on_file(
			"agent_no", [str(r.values["agent_no"]) for r in rows if r.values.get("agent_no")]
		)
		numbers = [str(r.values["certificate_no"]) for r in rows if r.values.get("certificate_no")]
		self.certificates = _certificate_owners(numbers)
		self.taken_numbers: dict[str, int] = {}
		self.writer = AgentWriter(self.today)

	def plan(self, row: AgentRow) -> str:
		"""Plan one row.

		Returns:
			"added", "changed" or "unchanged".

		Raises:
			RowRefusedError, DomainError: the reason why it is left out.
		"""
		place = self.find_place(row)
		known = self.find_known(row)
		values = {k: v for k, v in row.values.items() if k not in ("village", "agent_no", "bank_account")}
		self.check_certificate(row, known)
		return self.plan_change(row, values, place, known) if known else self.plan_new(row, values, place)

	def find_place(self, row: AgentRow) -> frappe._dict:
		text = str(row.values["village"])
		found = [v for v in self.villages.get(text, []) if not row.town or row.town in (v.town, v.town_name)]
		if not found:
			raise RowRefusedError(_("there is no village {0}").format(text))
		if len(found) > 1:
			raise RowRefusedError(
				_("several villages are called {0}, give the code or the town").format(text)
			)
		if not self.scope.sees_all and not is_in_place(found[0], self.scope):
			raise RowRefusedError(_("village {0} is not in your area").format(text))
		return found[0]

	def find_known(self, row: AgentRow) -> frappe._dict | None:
		by_hash = self.by_hash.get(self.hashes.get(row.row_number))
		number = row.values.get("agent_no")
		by_no = self.by_no.get(number)
		if number and not by_no and not by_hash:
			raise RowRefusedError(
				_("there is no agent {0}; leave the number of new agents empty").format(number)
			)
		if by_hash and by_no and by_hash.name != by_no.name:
			raise RowRefusedError(_("the ID number is agent {0}, not {1}").format(by_hash.name, by_no.name))
		known = by_hash or by_no
		if known and not self.scope.sees_all and not is_in_place(known, self.scope):
			raise RowRefusedError(
				_("this person is on the roster of another place, as {0}").format(known.name)
			)
		if known and known.user == self.scope.user:
			raise RowRefusedError(_("nobody writes the own record"))
		return known

	def check_certificate(self, row: AgentRow, known: frappe._dict | None) -> None:
		number, end = row.values.get("certificate_no"), row.values.get("certificate_valid_to")
		if number and not end and not (known and self.certificates.get(number) == known.name):
			raise RowRefusedError(_("certificate {0} has no last day").format(number))
		if end and not number:
			raise RowRefusedError(_("the certificate's number is missing"))
		issued_on = row.values.get("certificate_issued_on")
		if issued_on and (issued_on > self.today or (end and issued_on > end)):
			raise RowRefusedError(_("the certificate's days are out of order"))
		if not number:
			return
		owner = self.certificates.get(number)
		if owner and (not known or owner != known.name):
			raise RowRefusedError(_("certificate {0} is another agent's").format(number))
		first = self.taken_numbers.setdefault(number, row.row_number)
		if first != row.row_number:
			raise RowRefusedError(_("certificate {0} stands in row {1} already").format(number, first))

	def plan_new(self, row: AgentRow, values: dict, place: frappe._dict) -> str:
		agent_rows.check_new_status(values, self.today)
		if not values.get("agent_class"):
			raise RowRefusedError(_("class missing"))
		status = values.get("status", APPLIED)
		began = values.get("on_duty_from")
		if began and began > self.today:
			raise RowRefusedError(_("the first day on duty lies in the future"))
		agent = {
			**{f: values.get(f) for f in COMPARED},
			"is_public_staff": cint(values.get("is_public_staff")),
			"skill": values.get("skill") or "Online",
			"status": status,
			"on_duty_from": (began or self.today) if status == ON_DUTY else began,
			"village": place.village,
			"town": place.town,
			"district": place.district,
			**self.sealed(row),
		}
		agent["status_since"] = agent["on_duty_from"] if status == ON_DUTY else self.today
		self.writer.new.append(NewAgent(agent, self.certificate(values, agent["on_duty_from"])))
		return "added"

	def plan_change(self, row: AgentRow, values: dict, place: frappe._dict, known: frappe._dict) -> str:
		if values.get("status") == ON_DUTY:
			agent_rows.check_new_status(values, self.today, known.certificate_valid_to)
		wanted = {f: values[f] for f in COMPARED if f in values}
		wanted |= {f: place[f] for f in ("village", "town", "district")}
		wanted |= self.sealed(row, known)
		changed = {f: v for f, v in wanted.items() if (known.get(f) or "") != (v or "")}
		status = values.get("status", known.status)
		act = agent_lifecycle.find_change(known.status, status) if status != known.status else None
		certificate = None
		if values.get("certificate_no") and not self.certificates.get(values["certificate_no"]):
			certificate = self.certificate(values, values.get("on_duty_from"))
		if not (changed or act or certificate):
			return "unchanged"
		self.writer.add_change(known, changed, act, certificate)
		return "changed"

	def sealed(self, row: AgentRow, known: frappe._dict | None = None) -> dict:
		"""Masks, hashes and sealed values of what the row gives; on file already means left alone."""
		doc = frappe._dict(bank_account=row.values.get("bank_account"))
		found: dict = dict.fromkeys((*IDENTITY, *ACCOUNT)) if known is None else {}
		if row.id_number and not (known and known.id_hash == self.hashes[row.row_number]):
			doc.id_number = row.id_number
			seal_id_number(doc)
			found |= {f: doc[f] for f in IDENTITY}
		if doc.bank_account:
			seal_bank_account(doc)
			if not (known and known.masked_bank_account == doc.masked_bank_account):
				found |= {f: doc[f] for f in ACCOUNT}
		return found

	def certificate(self, values: dict, began: date | None) -> dict | None:
		end = values.get("certificate_valid_to")
		if not end:
			return None
		return {
			"certificate_no": values["certificate_no"],
			"issued_on": values.get("certificate_issued_on") or min(began or end, end, self.today),
			"valid_to": end,
			"source": "Import",
		}


def _villages() -> dict[str, list[frappe._dict]]:
	"""Villages by code and by name, with their towns."""
	village, town = DocType("Region"), DocType("Region").as_("town_region")
	rows = (
		frappe.qb.from_(village)
		.left_join(town)
		.on(town.name == village.town)
		.select(village.name.as_("village"), village.region_name, village.town, village.district)
		.select(town.region_name.as_("town_name"))
		.where(village.level == "Village")
		.orderby(village.name)
		.run(as_dict=True)
	)
	found: dict[str, list[frappe._dict]] = {}
	for row in rows:
		for text in {row.village, row.region_name}:
			found.setdefault(text, []).append(row)
	return found


FILE_FIELDS = (
	*LOCKED_FIELDS,
	*("agent_no", "id_hash", "sex", "birth_date", "skill", "duty_phone", "email", "masked_bank_account"),
)


def _on_file(column: str, values: list[str]) -> dict[str, frappe._dict]:
	"""Agents on file by one of their keys, locked until the import ends."""
	if not values:
		return {}
	agent = DocType("Proxy Agent")
	rows = (
		frappe.qb.from_(agent)
		.select(*(agent[f] for f in FILE_FIELDS))
		.where(agent[column].isin(sorted(set(values))))
		.orderby(agent.name)
		.for_update()
		.run(as_dict=True)
	)
	return {row[column]: row for row in rows}


def _certificate_owners(numbers: list[str]) -> dict[str, str]:
	if not numbers:
		return {}
	table = DocType("Agent Certificate")
	rows = (
		frappe.qb.from_(table)
		.select(table.certificate_no, table.agent)
		.where(table.certificate_no.isin(sorted(set(numbers))))
		.run()
	)
	return dict(rows)
