"""Supervision by rule: orders to units whose cases are late, and the next level where an order stayed unanswered.

Both passes read by index what is due, write set-wise in pages, and are safe to run again: a key per case, rule and round
(or per order that was raised a level) is unique.
"""

from collections import defaultdict
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count
from frappe.utils import now_datetime

from petition_proxy.domain import alerts, supervision
from petition_proxy.jobs.deadline_sweep import DUE_FIELDS, insert_ignoring_known, ledger_key
from petition_proxy.jobs.locks import job_lock
from petition_proxy.jobs.notices import tell_units_of_orders
from petition_proxy.petition_proxy.doctype.supervision_order.record import order_due_at, set_supervised
from petition_proxy.petition_proxy.doctype.supervision_order.supervision_order import series_of
from petition_proxy.utils.numbers import take_numbers

JOB_ID = "petition-proxy|supervision"
PAGE_SIZE = 500

ORDER_COLUMNS = (
	*("name", "creation", "modified", "owner", "modified_by"),
	*(
		"petition",
		"round",
		"unit",
		"level",
		"trigger",
		"status",
		"origin",
		"rule",
		"issued_by_unit",
		"issued_by",
	),
	*("issued_at", "due_at", "limit_rule", "earlier_orders", "previous_order", "requirement", "order_key"),
)
EVENT_COLUMNS = (
	*("name", "creation", "modified", "owner", "modified_by"),
	*("petition", "event", "from_state", "to_state", "round", "happened_at", "actor", "unit", "note"),
)


def enqueue_supervision_sweep() -> None:
	"""Put one run on the long queue, unless one waits or runs there already (cron hook)."""
	frappe.enqueue(supervision_sweep, queue="long", job_id=JOB_ID, deduplicate=True)


def supervision_sweep(now: datetime | None = None, commit: bool = True, page_size: int = PAGE_SIZE) -> dict:
	"""Issue the orders that rules and unanswered orders ask for.

	Args:
		now: moment to run for, in the site's time zone; the present one by default.
		commit: commit after each page. Callers with a transaction of their own pass False.
		page_size: orders per page and transaction.

	Returns:
		`issued` and `escalated`, numbers of orders.

	Raises:
		DomainError: the limit "Supervision" has no row, or needs a calendar that is missing. Nothing is written then.
	"""
	with job_lock("supervision") as acquired:
		counts = {"issued": 0, "escalated": 0}
		if acquired:
			run = _Run(now or now_datetime(), commit, page_size)
			counts["issued"] = run.issue_by_rule()
			counts["escalated"] = run.raise_unanswered()
		return counts


class _Run:
	def __init__(self, now: datetime, commit: bool, page_size: int) -> None:
		self.now, self.commit, self.page_size = now, commit, page_size
		self.office = frappe.db.get_single_value("Petition Proxy Settings", "petition_office")
		self.rules = frappe.get_all(
			"Supervision Rule",
			filters={"is_active": 1},
			fields=["name", "clock", "late_hours", "level", "requirement"],
			order_by="rule_code asc",
		)
		self._due: tuple[datetime, str] | None = None

	def issue_by_rule(self) -> int:
		"""One order at most per case, rule and round, to the unit that has the case."""
		count = 0
		for rule in self.rules:
			after = None
			while rows := self._late_cases(rule, after):
				after = rows[-1]
				count += self._write([self._order_for(row, rule) for row in rows])
				if len(rows) < self.page_size:
					break
		return count

	def _late_cases(self, rule, after) -> list:
		"""Cases of a rule in the order of the index on `due_at`: late ones only, whatever the number of others.

		`due_at` is the end of the earliest clock that runs, so it is never later than the rule's own clock.
		"""
		petition, order = DocType("Petition"), DocType("Supervision Order")
		cutoff = self.now.replace(microsecond=0) - timedelta(hours=rule.late_hours or 0)
		clock = petition[DUE_FIELDS[rule.clock]]
		query = (
			frappe.qb.from_(petition)
			.left_join(order)
			.on(
				(order.petition == petition.name)
				& (order.rule == rule.name)
				& (order.round == petition.round)
			)
			.select(
				petition.name,
				petition.due_at,
				petition.round,
				petition.handling_unit,
				petition.district,
				petition.workflow_state,
			)
			.where(order.name.isnull())
			.where((petition.due_at < cutoff) & (clock < cutoff))
			.where(petition.workflow_state.isin(sorted(alerts.RUNNING_STATES[rule.clock])))
			# Nobody has it yet: that is the petition office's own work, which the alerts speak of.
			.where(petition.handling_unit.isnotnull() & (petition.handling_unit != ""))
			.where(petition.accused_unit.isnull() | (petition.accused_unit != petition.handling_unit))
			.orderby(petition.due_at)
			.orderby(petition.name)
			.limit(self.page_size)
		)
		if self.office:
			query = query.where(petition.handling_unit != self.office)
		if after:
			query = query.where(petition.due_at >= after.due_at).where(
				(petition.due_at > after.due_at) | (petition.name > after.name)
			)
		return query.run(as_dict=True)

	def _order_for(self, row, rule) -> dict:
		return {
			"petition": row.name,
			"round": row.round,
			"unit": row.handling_unit,
			"district": row.district,
			"state": row.workflow_state,
			"level": rule.level,
			"trigger": supervision.LATE,
			"origin": "By Rule",
			"rule": rule.name,
			"requirement": rule.requirement,
			"order_key": ledger_key(row.name, rule.name, row.round),
		}

	def raise_unanswered(self) -> int:
		"""An order whose limit has passed without a reply is followed by one of the next level, once."""
		count = 0
		while rows := self._unanswered():
			orders = [
				{
					**{
						f: row[f]
						for f in ("petition", "round", "unit", "district", "state", "trigger", "requirement")
					},
					"level": supervision.next_level(row.level),
					"origin": "Escalated",
					"rule": None,
					"previous_order": row.name,
					"order_key": ledger_key("escalated", row.name),
				}
				for row in rows
			]
			self._mark_unanswered([row.name for row in rows])
			count += self._write(orders)
		return count

	def _unanswered(self) -> list:
		order, petition = DocType("Supervision Order"), DocType("Petition")
		return (
			frappe.qb.from_(order)
			.join(petition)
			.on(petition.name == order.petition)
			.select(
				order.name,
				order.petition,
				order.round,
				order.unit,
				order.level,
				order.trigger,
				order.requirement,
				petition.district,
				petition.workflow_state.as_("state"),
			)
			.where((order.status == supervision.ISSUED) & (order.due_at < self.now.replace(microsecond=0)))
			.where(order.level != supervision.LISTED)
			.where(petition.accused_unit.isnull() | (petition.accused_unit != order.unit))
			.orderby(order.due_at)
			.orderby(order.name)
			.limit(self.page_size)
			.run(as_dict=True)
		)

	def _mark_unanswered(self, names: list[str]) -> None:
		order = DocType("Supervision Order")
		(
			frappe.qb.update(order)
			.set(order.status, supervision.UNANSWERED)
			.set(order.modified, self.now)
			.where(order.name.isin(names))
			.run()
		)

	def _write(self, orders: list[dict]) -> int:
		"""Write a page of orders with their numbers, the flag on the cases, the timeline and the notes."""
		if not orders:
			return 0
		if self._due is None:
			self._due = order_due_at(self.now)
		due_at, limit_rule = self._due
		earlier = self._earlier({o["petition"] for o in orders})
		self._number(orders)
		insert_ignoring_known(
			"Supervision Order",
			ORDER_COLUMNS,
			[
				(
					*(o["name"], self.now, self.now, "Administrator", "Administrator"),
					*(o["petition"], o["round"], o["unit"], o["level"], o["trigger"], supervision.ISSUED),
					*(o["origin"], o["rule"], self.office, "Administrator"),
					*(self.now, due_at, limit_rule, earlier.get(o["petition"], 0), o.get("previous_order")),
					*(o["requirement"], o["order_key"]),
				)
				for o in orders
			],
		)
		set_supervised([o["petition"] for o in orders])
		self._note_events(orders)
		tell_units_of_orders([o["name"] for o in orders])
		if self.commit:
			# One commit a page: orders, their numbers, flags and notes stand or fall together.
			frappe.db.commit()  # nosemgrep: frappe-manual-commit
		return len(orders)

	def _number(self, orders: list[dict]) -> None:
		by_district = defaultdict(list)
		for order in orders:
			by_district[order["district"]].append(order)
		for district, group in sorted(by_district.items(), key=lambda item: item[0] or ""):
			for order, number in zip(group, take_numbers(series_of(district), len(group), 5), strict=True):
				order["name"] = number

	def _earlier(self, petitions: set[str]) -> dict[str, int]:
		order = DocType("Supervision Order")
		query = (
			frappe.qb.from_(order)
			.select(order.petition, Count("*"))
			.where(order.petition.isin(sorted(petitions)))
			.groupby(order.petition)
		)
		return dict(query.run())

	def _note_events(self, orders: list[dict]) -> None:
		rows = [
			(
				*(frappe.generate_hash(length=10), self.now, self.now, "Administrator", "Administrator"),
				*(o["petition"], "Supervise", o["state"], o["state"], o["round"], self.now, "Administrator"),
				*(self.office, f"{o['name']} {_(o['level'])}"),
			)
			for o in orders
		]
		insert_ignoring_known("Petition Event", EVENT_COLUMNS, rows)
