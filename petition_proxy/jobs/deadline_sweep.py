"""The hourly deadline sweep: finds the cases a rule has something to say about and writes the alert ledger.

It reads only rows whose `next_action_at` has come, by index and in pages. What it writes is safe to write again: the
alert's key is unique, so a second sweep, a rerun after a kill or a lost lock adds nothing, and `next_action_at` moves
in the same transaction as the alerts, so nothing is skipped either.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import cint, now_datetime

from petition_proxy.domain.alerts import AlertCase, AlertRule, due_alerts, next_fire_at
from petition_proxy.domain.notices import alert_event
from petition_proxy.jobs.alert_rules import active_rules, next_action_at_for
from petition_proxy.jobs.locks import job_lock
from petition_proxy.jobs.recipients import Directory

__all__ = ("deadline_sweep", "enqueue_deadline_sweep", "ledger_key", "next_action_at_for")

JOB_ID = "petition-proxy|deadline-sweep"
DEFAULT_PAGE_SIZE = 1000
BAD_ROW_DELAY = timedelta(hours=1)
PAGE_TRIES = 3
# Keeps one statement far below the server's smallest usual packet (16 MB), at about 500 bytes a row.
ROWS_PER_STATEMENT = 5000

ALERT_COLUMNS = (
	"name",
	"creation",
	"modified",
	"owner",
	"modified_by",
	"petition",
	"rule",
	"round",
	"unit",
	"recipient",
	"channel",
	"is_urgent",
	"is_vacant_post",
	"fired_at",
	"due_at",
	"status",
	"alert_key",
)


class CaseRow(NamedTuple):
	"""The columns of a petition that the sweep reads; the first two are its place in the index."""

	name: str
	next_action_at: datetime
	workflow_state: str
	is_urgent: int
	reply_class: str | None
	notice_due_at: datetime | None
	reply_due_at: datetime | None
	statutory_due_at: datetime | None
	round: int
	handling_unit: str | None
	town: str | None
	accused_unit: str | None
	accused_user: str | None


def enqueue_deadline_sweep() -> None:
	"""Put one sweep on the long queue, unless one waits or runs there already (cron hook)."""
	frappe.enqueue(deadline_sweep, queue="long", job_id=JOB_ID, deduplicate=True)


def deadline_sweep(now: datetime | None = None, page_size: int | None = None, commit: bool = True) -> str:
	"""Write the alerts that have fallen due and set when each case is looked at next.

	Args:
		now: moment to sweep for, in the site's time zone; the present one by default.
		page_size: cases per page and transaction; the one of the settings by default.
		commit: commit after each page. Callers with a transaction of their own pass False and get all or nothing.

	Returns:
		Name of the Sweep Run that records what was done.
	"""
	now = now or now_datetime()
	page_size = cint(page_size or frappe.db.get_single_value("Petition Proxy Settings", "sweep_page_size"))
	with job_lock("deadline-sweep") as acquired:
		if not acquired:
			return _record_skipped(now, commit)
		return _Sweep(now, page_size if page_size > 0 else DEFAULT_PAGE_SIZE, commit).run()


class _Sweep:
	"""One run: its moment, what it read once, and its counts."""

	def __init__(self, now: datetime, page_size: int, commit: bool) -> None:
		self.now = now
		self.page_size = page_size
		self.commit = commit
		self.scanned = self.written = 0
		self.failed: list[str] = []
		self.first_error = ""

	def run(self) -> str:
		_close_interrupted_runs(self.now)
		run = _insert_run(self.now, "Running")
		self._commit()
		try:
			self._read_once()
			after = None
			while rows := self._try_page(after):
				after = rows[-1]
				self.scanned += len(rows)
				self._commit()
				if len(rows) < self.page_size:
					break
		except Exception:
			self._record_failure(run)
			raise
		self._record_finish(run)
		return run

	def _commit(self) -> None:
		if self.commit:
			# The one commit of the sweep: a page of alerts and its new dates stand or fall together, and a long
			# run holds no locks beyond a page.
			frappe.db.commit()  # nosemgrep: frappe-manual-commit

	def _read_once(self) -> None:
		self.rules = active_rules()
		self.directory = Directory(frappe.db.get_single_value("Petition Proxy Settings", "petition_office"))
		self.warn_hours = dict(frappe.get_all("Reply Class", fields=["name", "warn_hours"], as_list=True))

	def _try_page(self, after: CaseRow | None) -> list[CaseRow]:
		"""Sweep one page; if it loses a race against a user's save, take it again from a fresh view of the data."""
		for attempt in range(1, PAGE_TRIES + 1):
			try:
				rows = read_page(self.now, self.page_size, after)
				self._write_page(rows)
				return rows
			except Exception as error:
				if not (self.commit and is_lost_race(error)) or attempt == PAGE_TRIES:
					raise
				frappe.db.rollback()
		raise AssertionError("unreachable")

	def _write_page(self, rows: list[CaseRow]) -> None:
		if not rows:
			return
		frappe.db.savepoint("sweep_page")
		try:
			outcomes = [self._judge(row) for row in rows]
			written = self._write(outcomes)
		except Exception as error:
			if is_lost_race(error):
				raise
			frappe.db.rollback(save_point="sweep_page")
			written = self._write_one_by_one(rows)
		self.written += written

	def _write_one_by_one(self, rows: list[CaseRow]) -> int:
		"""Do a page that failed as a whole case by case, setting aside the ones that are at fault."""
		written = 0
		for row in rows:
			frappe.db.savepoint("sweep_row")
			try:
				written += self._write([self._judge(row)])
			except Exception as error:
				if is_lost_race(error):
					raise
				frappe.db.rollback(save_point="sweep_row")
				self.failed.append(row.name)
				self.first_error = self.first_error or frappe.get_traceback()
				# Out of the way of the others for a while, and never forgotten.
				set_next_actions([(row.name, row.next_action_at, self.now + BAD_ROW_DELAY)])
		return written

	def _judge(self, row: CaseRow) -> tuple[CaseRow, list[tuple], datetime | None]:
		"""The alert rows a case has earned by now, and when it is to be looked at next."""
		case = AlertCase(
			row.workflow_state,
			bool(row.is_urgent),
			self.warn_hours.get(row.reply_class) if row.reply_class else None,
			row.notice_due_at,
			row.reply_due_at,
			row.statutory_due_at,
		)
		found: list[tuple] = []
		for rule, fired_at in due_alerts(case, self.rules, self.now):
			found.extend(self._alert_rows(row, case, rule, fired_at))
		return row, found, next_fire_at(case, self.rules, self.now)

	def _alert_rows(
		self, row: CaseRow, case: AlertCase, rule: AlertRule, fired_at: datetime
	) -> Iterable[tuple]:
		users, unit, is_vacant = self.directory.resolve(
			rule.recipient, row.handling_unit, row.town, row.accused_unit, row.accused_user
		)
		due_at = getattr(row, DUE_FIELDS[rule.clock])
		event = alert_event(rule.offset_hours, rule.use_class_warning, rule.recipient)
		# With nobody to tell, one row without recipient keeps the warning visible in the ledger.
		for user in users or (None,):
			for channel in self.directory.channels(user, event):
				key = alert_key(row.name, rule.code, row.round, user, channel, due_at)
				yield (
					key[:20],
					self.now,
					self.now,
					"Administrator",
					"Administrator",
					row.name,
					rule.code,
					row.round,
					unit,
					user,
					channel,
					row.is_urgent,
					int(is_vacant),
					fired_at,
					due_at,
					"Pending",
					key,
				)

	def _write(self, outcomes: list[tuple[CaseRow, list[tuple], datetime | None]]) -> int:
		alerts = [alert for _row, found, _at in outcomes for alert in found]
		# Reading the keys of earlier steps costs less than sending those rows again; the unique key stays the judge.
		known = _known_keys([row.name for row, found, _at in outcomes if found])
		written = insert_ignoring_known("Alert", ALERT_COLUMNS, [a for a in alerts if a[-1] not in known])
		set_next_actions([(row.name, row.next_action_at, at) for row, _found, at in outcomes])
		return written

	def _record_finish(self, run: str) -> None:
		message = ""
		if self.failed:
			message = _("{0} cases could not be judged and are tried again in an hour: {1}").format(
				len(self.failed), ", ".join(self.failed[:20])
			)
			frappe.log_error(
				title="Deadline sweep: cases set aside", message=f"{message}\n\n{self.first_error}"
			)
		self._update_run(run, "Finished", message)

	def _record_failure(self, run: str) -> None:
		if not self.commit:
			return
		frappe.db.rollback()
		self._update_run(run, "Failed", frappe.get_traceback().strip().splitlines()[-1])

	def _update_run(self, run: str, status: str, message: str) -> None:
		frappe.db.set_value(
			"Sweep Run",
			run,
			{
				"status": status,
				# Wall clock on purpose: a sweep for another moment still took place now.
				"finished_at": now_datetime(),
				"scanned": self.scanned,
				"alerts_written": self.written,
				"failed": len(self.failed),
				"message": message,
			},
			update_modified=False,
		)
		self._commit()


DUE_FIELDS = {
	"Acceptance Notice": "notice_due_at",
	"Local Promise": "reply_due_at",
	"Statutory": "statutory_due_at",
}


def ledger_key(*parts: Any) -> str:
	"""The key that makes a ledger row unique: a hash, because two user ids alone may fill a column."""
	return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


def alert_key(
	petition: str, rule: str, round_no: int, user: str | None, channel: str, due_at: datetime | None
) -> str:
	"""The key of one warning: one per case, rule, round, person, channel and date it warns of.

	The date makes an extension a fresh start: the same rule may warn of the new end, and of none twice. A clock whose
	end did not move keeps its keys.
	"""
	return ledger_key(
		petition, rule, round_no, user or "", channel, f"{due_at:%Y%m%d%H%M%S}" if due_at else ""
	)


def read_page(now: datetime, page_size: int, after: CaseRow | None = None) -> list[CaseRow]:
	"""Read the next cases that are due, in index order.

	Args:
		now: cases whose next moment has come by then.
		page_size: at most so many.
		after: last case of the page before, to go on behind it.
	"""
	petition = DocType("Petition")
	query = (
		frappe.qb.from_(petition)
		.select(*(petition[field] for field in CaseRow._fields))
		.where(petition.next_action_at <= now)
		.orderby(petition.next_action_at)
		.orderby(petition.name)
		.limit(page_size)
	)
	if after:
		# A pair comparison would not use the index; this form does.
		query = query.where(petition.next_action_at >= after.next_action_at).where(
			(petition.next_action_at > after.next_action_at) | (petition.name > after.name)
		)
	return [CaseRow(*row) for row in query.run()]


def insert_ignoring_known(doctype: str, columns: Sequence[str], rows: Sequence[tuple]) -> int:
	"""Insert rows in bulk, leaving out those whose unique key is in the table already.

	Plain SQL because the query builder needs many times as long to render this many values.

	Args:
		doctype: table to write to.
		columns: field names, in the order of the values.
		rows: values, one tuple per row.

	Returns:
		Number of rows that were new.
	"""
	inserted = 0
	one = f"({', '.join(['%s'] * len(columns))})"
	names = ", ".join(f"`{column}`" for column in columns)
	for start in range(0, len(rows), ROWS_PER_STATEMENT):
		chunk = rows[start : start + ROWS_PER_STATEMENT]
		frappe.db.sql(
			f"insert ignore into `tab{doctype}` ({names}) values {', '.join([one] * len(chunk))}",
			[value for row in chunk for value in row],
		)
		inserted += frappe.db.sql("select row_count()")[0][0]
	return inserted


def _known_keys(petitions: list[str]) -> set[str]:
	"""Keys of the alerts that these cases have already."""
	if not petitions:
		return set()
	alert = DocType("Alert")
	query = frappe.qb.from_(alert).select(alert.alert_key).where(alert.petition.isin(petitions))
	return set(query.run(pluck=True))


def set_next_actions(moves: Sequence[tuple[str, datetime, datetime | None]]) -> None:
	"""Move `next_action_at` of many cases in one statement, without touching `modified`.

	A case that somebody saved in the meantime keeps the moment that save gave it.

	Args:
		moves: (petition, moment that was read, new moment or None).
	"""
	if not moves:
		return
	frappe.db.sql(
		"""update `tabPetition` petition
		join (
			-- no row, but its types and collation are the table's
			select name, next_action_at was, next_action_at next_at from `tabPetition` where false
			union all values {}
		) move on move.name = petition.name and move.was = petition.next_action_at
		set petition.next_action_at = move.next_at""".format(", ".join(["(%s, %s, %s)"] * len(moves))),
		[value for move in moves for value in move],
	)


def is_lost_race(error: Exception) -> bool:
	if isinstance(error, (frappe.QueryDeadlockError, frappe.QueryTimeoutError)):
		return True
	# 1020: newer MariaDB refuses to change a row that was changed after this transaction's view was taken.
	return isinstance(error, frappe.db.OperationalError) and error.args[:1] == (1020,)


def _insert_run(now: datetime, status: str, message: str = "") -> str:
	run = frappe.new_doc("Sweep Run")
	run.update({"started_at": now, "status": status, "message": message})
	# Jobs run as whoever enqueued them; no role may write the record by hand.
	return run.insert(ignore_permissions=True).name


def _record_skipped(now: datetime, commit: bool) -> str:
	run = _insert_run(now, "Skipped", _("Another sweep was running."))
	if commit:
		frappe.db.commit()  # nosemgrep: frappe-manual-commit -- the job's whole work is this row
	return run


def _close_interrupted_runs(now: datetime) -> None:
	"""Runs still marked as running were killed: whoever holds the lock is alone."""
	# By name, so that only those rows are locked.
	names = frappe.get_all("Sweep Run", filters={"status": "Running"}, pluck="name", order_by="name")
	if not names:
		return
	run = DocType("Sweep Run")
	(
		frappe.qb.update(run)
		.set(run.status, "Failed")
		.set(run.finished_at, now)
		.set(run.message, _("Interrupted. The cases it had not done were left for the next sweep."))
		.where(run.name.isin(names))
		.run()
	)
