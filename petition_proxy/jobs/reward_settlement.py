"""Settlement of rewards: reads the frozen facts of the proxied cases that may have changed and writes the reward lines that follow.

Nothing a client sends plays a part. A page of cases is read in a fixed number of statements, judged by
`domain/rewards.py`, and written together; unique keys and one run at a time keep any rerun from paying twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Max, Min
from frappe.utils import add_days, cint, getdate, now_datetime
from pypika.terms import ExistsCriterion

from petition_proxy.domain import rewards
from petition_proxy.domain.errors import DomainError
from petition_proxy.jobs.locks import job_lock
from petition_proxy.utils.errors import error_text
from petition_proxy.utils.settings import get_setting

JOB_ID = "petition-proxy|reward-run"
PAGE_SIZE = 500
CONFIRM_EVENT = "Confirm Proxy Success"
# Beyond waiting days and rating window: a run that was left out for a month misses nothing.
MARGIN_DAYS = 31
UNPAID_STATUSES = ("Held", "Due", "In Batch")

PETITION_COLUMNS = (
	"name",
	"round",
	"agent",
	"agreement",
	"workflow_state",
	"outcome",
	"petitioner",
	"registered_at",
	"accepted_at",
	"replied_at",
	"served_at",
	"closed_at",
	"reply_due_at",
	"statutory_due_at",
	"extended_until",
	"service_method",
	"is_repeat",
	"main_petition",
	"external_source",
	"import_batch",
	"district",
	"town",
	"village",
)
ENTRY_COLUMNS = (
	"name",
	"creation",
	"modified",
	"owner",
	"modified_by",
	"petition",
	"round",
	"agent",
	"agent_name",
	"tier",
	"amount_fen",
	"amount_yuan",
	"tariff",
	"rating",
	"seq",
	"status",
	"hold_until",
	"earned_on",
	"reverses",
	"is_struck",
	"reason",
	"note",
	"run",
	"district",
	"town",
	"village",
	"basis",
	"reward_key",
)


def enqueue_reward_run() -> None:
	"""One dated run a day (cron hook); a second call on the same day finds the first one."""
	today = getdate()
	if frappe.db.exists("Reward Run", {"run_on": today, "status": ("in", ("Queued", "Running", "Finished"))}):
		return
	frappe.get_doc({"doctype": "Reward Run", "run_on": today}).insert(ignore_permissions=True).submit()


def enqueue_settlement(run: str) -> None:
	"""Put the work of a run on the long queue, after the run itself is stored."""
	frappe.enqueue(
		settle_rewards,
		queue="long",
		job_id=f"{JOB_ID}|{run}",
		deduplicate=True,
		enqueue_after_commit=True,
		run=run,
	)


def settle_rewards(run: str, commit: bool = True, page_size: int = PAGE_SIZE) -> None:
	"""Do the work of a Reward Run.

	Args:
		run: name of the run; its `run_on` is the day as of which cases are judged.
		commit: commit after each page; callers with a transaction of their own pass False.
		page_size: cases per page.
	"""
	with job_lock("reward-run") as acquired:
		if not acquired:
			_note(
				run, {"status": "Skipped", "message": _("Another run was under way. Start this one later.")}
			)
			return
		_Settlement(run, commit, page_size).run()


def _note(run: str, values: dict[str, Any]) -> None:
	frappe.db.set_value("Reward Run", run, values, update_modified=False)


def read_policy() -> rewards.Policy:
	"""The district's settings for what its rule leaves open."""
	return rewards.Policy(
		waiting_days=cint(get_setting("reward_waiting_days")),
		window_days=cint(get_setting("evaluation_window_days")),
		rating_of=get_setting("reward_rating_of"),
		dissatisfied=get_setting("reward_dissatisfied"),
		on_the_spot=bool(cint(get_setting("reward_on_the_spot"))),
	)


def read_tariffs() -> list[rewards.Tariff]:
	rows = frappe.get_all(
		"Reward Tariff",
		fields=["name", "tier", "fen", "valid_from", "valid_to"],
		order_by="tier asc, valid_from asc",
	)
	return [rewards.Tariff(r.name, r.tier, r.fen, r.valid_from, r.valid_to) for r in rows]


class _Settlement:
	"""One run: what it read once, and its counts."""

	def __init__(self, run: str, commit: bool, page_size: int) -> None:
		self.name, self.commit, self.page_size = run, commit, page_size
		self.on = getdate(frappe.db.get_value("Reward Run", run, "run_on"))
		self.now = now_datetime()
		self.counts = dict.fromkeys(("scanned", "added", "reversed_count", "released", "failed"), 0)
		self.first_error = ""

	def run(self) -> None:
		_note(self.name, {"status": "Running", "started_at": self.now})
		self._commit()
		try:
			self.policy, self.tariffs = read_policy(), read_tariffs()
			names = candidates(self.name, self.on, self.policy)
			for start in range(0, len(names), self.page_size):
				self._settle_page(read_petitions(names[start : start + self.page_size]))
				self._commit()
		except Exception:
			frappe.db.rollback() if self.commit else None
			_note(self.name, {**self.counts, "status": "Failed", "message": frappe.get_traceback()[-2000:]})
			self._commit()
			raise
		_note(
			self.name,
			{
				**self.counts,
				"status": "Finished",
				"finished_at": now_datetime(),
				"message": self.first_error[:2000] or None,
			},
		)
		self._commit()

	def _commit(self) -> None:
		if self.commit:
			# a page stands or falls as a whole, and a long run holds no locks beyond a page
			frappe.db.commit()  # nosemgrep: frappe-manual-commit

	def _settle_page(self, page: list[frappe._dict]) -> None:
		if not page:  # none of these candidates was filed by an agent
			return
		self.counts["scanned"] += len(page)
		facts = read_facts(page, self.on)
		lines, open_batches = read_lines([row.name for row in page])
		rows = {row.name: row for row in page}
		out = _Writes()
		keys = {(f.petition, f.round) for f in facts}
		facts += [_reopened(rows[p], r) for p, r in lines if (p, r) not in keys]
		for fact in facts:
			known = lines.get((fact.petition, fact.round), [])
			if any(x.is_struck for x in known):
				fact = replace(fact, is_struck=True)
			try:
				self._judge(fact, known, rows[fact.petition], open_batches, out)
			except DomainError as error:
				self.counts["failed"] += 1
				self.first_error = self.first_error or f"{fact.petition}: {error_text(error)}"
		self._write(out)

	def _judge(self, fact, known, row, open_batches, out: "_Writes") -> None:
		verdict = rewards.judge(fact, self.policy, self.on)
		made = rewards.plan(known, verdict, fact.agent)
		tariff = None
		if made.add:
			tariff = rewards.tariff_on(self.tariffs, made.add.tier, made.add.earned_on)
		for line, reason in made.reverse:
			old, new = rewards.reversal_status(line, line.name in open_batches)
			out.reverse(line, old, open_batches.get(line.name))
			out.entries.append(
				self._entry(
					row,
					fact,
					line.agent,
					line.tier,
					-line.fen,
					new,
					line.seq,
					reverses=line.name,
					reason=reason,
				)
			)
			self.counts["reversed_count"] += 1
		if made.add:
			out.entries.append(
				self._entry(
					row,
					fact,
					fact.agent,
					made.add.tier,
					tariff.fen,
					made.add.status,
					made.seq,
					verdict=made.add,
					tariff=tariff.name,
				)
			)
			self.counts["added"] += 1
		if made.settle:
			line, status, hold_until = made.settle
			out.settled[(status, hold_until)].append(line.name)
			self.counts["released"] += 1

	def _entry(
		self, row, fact, agent, tier, fen, status, seq, verdict=None, tariff=None, reverses=None, reason=None
	) -> dict[str, Any]:
		user = frappe.session.user
		return {
			"name": frappe.generate_hash(length=10),
			"creation": self.now,
			"modified": self.now,
			"owner": user,
			"modified_by": user,
			"petition": row.name,
			"round": fact.round,
			"agent": agent,
			"agent_name": None,
			"tier": tier,
			"amount_fen": fen,
			"amount_yuan": rewards.yuan_text(fen),
			"tariff": tariff,
			"rating": verdict.rating if verdict else None,
			"seq": seq,
			"status": status,
			"hold_until": verdict.hold_until if verdict else None,
			"earned_on": verdict.earned_on if verdict else self.on,
			"reverses": reverses,
			"is_struck": 0,
			"reason": reason,
			"note": None,
			"run": self.name,
			"district": row.district,
			"town": row.town,
			"village": row.village,
			"basis": frappe.as_json(basis_of(fact, self.on)),
			"reward_key": rewards.reward_key(row.name, fact.round, seq, bool(reverses)),
		}

	def _write(self, out: "_Writes") -> None:
		"""One page in a handful of statements. The unique key makes a second writer fail here, with nothing half done."""
		for status, names in out.statuses.items():
			set_entries(names, status=status)
		for (status, hold_until), names in out.settled.items():
			set_entries(names, status=status, hold_until=hold_until)
		if out.entries:
			set_agent_names(out.entries)
			frappe.db.bulk_insert(
				"Reward Entry", list(ENTRY_COLUMNS), [[e[c] for c in ENTRY_COLUMNS] for e in out.entries]
			)
		from petition_proxy.petition_proxy.doctype.reward_batch.acts import take_out

		for batch, names in sorted(out.batches.items()):
			take_out(
				batch, names, _("The case has changed. The line was reversed by run {0}.").format(self.name)
			)


class _Writes:
	"""What one page wants written."""

	def __init__(self) -> None:
		self.entries: list[dict[str, Any]] = []
		self.statuses: dict[str, list[str]] = defaultdict(list)
		self.settled: dict[tuple, list[str]] = defaultdict(list)
		self.batches: dict[str, list[str]] = defaultdict(list)

	def reverse(self, line: rewards.Line, status: str, batch: str | None) -> None:
		if status != line.status:
			self.statuses[status].append(line.name)
		if batch:
			self.batches[batch].append(line.name)


def set_entries(names: Sequence[str], **values: Any) -> None:
	"""Move lines on in one statement: status, waiting, batch or payment, never what they say."""
	if not names:
		return
	table = DocType("Reward Entry")
	query = frappe.qb.update(table).where(table.name.isin(sorted(names)))
	for column, value in {**values, "modified": now_datetime()}.items():
		query = query.set(table[column], value)
	query.run()


def set_agent_names(entries: Iterable[dict[str, Any]]) -> None:
	agents = sorted({e["agent"] for e in entries if e["agent"]})
	names = dict(
		frappe.get_all(
			"Proxy Agent",
			filters={"name": ("in", agents)},
			fields=["name", "agent_name"],
			as_list=True,
			order_by="name asc",
		)
	)
	for entry in entries:
		entry["agent_name"] = names.get(entry["agent"])


# Reading a page
# --------------
def candidates(run: str, on: date, policy: rewards.Policy) -> list[str]:
	"""Cases about which a run may have something new to say, in the order of their names.

	A line can still change while the case's waiting days and the window of its rating run, while it is not paid, or when
	the case itself was changed (reopened, merged, put right). All else has been said by an earlier run; the first run of
	a site, and one that is asked to, looks at every proxied case.

	Args:
		run: name of the run.
		on: its day.
		policy: waiting days and window.

	Returns:
		Names of petitions, found by index.
	"""
	petition, entry, reward_run = DocType("Petition"), DocType("Reward Entry"), DocType("Reward Run")
	last = (
		frappe.qb.from_(reward_run)
		.select(Max(reward_run.started_at))
		.where((reward_run.status == "Finished") & (reward_run.name != run))
		.run()[0][0]
	)
	is_full = not last or cint(frappe.db.get_value("Reward Run", run, "looks_at_all"))
	with_line = frappe.qb.from_(entry).select(entry.petition)
	if is_full:
		found = frappe.qb.from_(petition).select(petition.name).where(petition.agent.notnull())
		return sorted({row[0] for row in found.union(with_line).run()})
	running = add_days(on, -(policy.waiting_days + policy.window_days + MARGIN_DAYS))
	closed = frappe.qb.from_(petition).select(petition.name).where(petition.closed_at >= running)
	changed = frappe.qb.from_(petition).select(petition.name).where(petition.modified >= add_days(last, -1))
	unpaid = with_line.where(entry.status.isin(UNPAID_STATUSES))
	return sorted({row[0] for query in (closed, changed, unpaid) for row in query.run() if row[0]})


def read_petitions(names: Sequence[str]) -> list[frappe._dict]:
	"""Cases by name, those alone that an agent filed or that have a reward line."""
	petition, entry = DocType("Petition"), DocType("Reward Entry")
	has_line = ExistsCriterion(
		frappe.qb.from_(entry).select(entry.name).where(entry.petition == petition.name)
	)
	return (
		frappe.qb.from_(petition)
		.select(*(petition[c] for c in PETITION_COLUMNS))
		.where(petition.name.isin(list(names)) & (petition.agent.notnull() | has_line))
		.orderby(petition.name)
		.run(as_dict=True)
	)


def read_facts(page: Sequence[frappe._dict], on: date) -> list[rewards.Facts]:
	"""The present round of each case; earlier rounds have been reopened, so they earn nothing."""
	names = [row.name for row in page]
	rated = _ratings(names)
	confirmed = _confirmed(names)
	settled = _settled(names)
	repeated = _repeated(names)
	public = public_staff_on(
		{(row.agent, getdate(row.closed_at)) for row in page if row.agent and row.closed_at}
	)
	facts = []
	for row in page:
		key = (row.name, row.round or 1)
		facts.append(
			rewards.Facts(
				petition=row.name,
				round=row.round or 1,
				agent=row.agent,
				state=row.workflow_state,
				is_public_staff=bool(row.closed_at) and (row.agent, getdate(row.closed_at)) in public,
				registered_at=row.registered_at,
				accepted_at=row.accepted_at,
				replied_at=row.replied_at,
				served_at=row.served_at,
				closed_at=row.closed_at,
				due_at=_due_at(row),
				outcome=row.outcome,
				has_papers=bool(row.agreement and row.service_method),
				is_repeat=bool(row.is_repeat or row.main_petition),
				is_taken_over=bool(row.import_batch or row.external_source),
				agent_rating=rated.get((*key, "Proxy Agent")),
				unit_rating=rated.get((*key, "Handling Unit")),
				settled_on=settled.get(key),
				repeated_on=repeated.get(row.name),
				is_confirmed=key in confirmed,
			)
		)
	return facts


def _due_at(row: frappe._dict) -> datetime | None:
	"""The earlier of promise and statute; an approved extension moves both."""
	ends = [d for d in (row.reply_due_at, row.statutory_due_at) if d]
	due = min(ends, default=None)
	return max(due, row.extended_until) if due and row.extended_until else due


def _reopened(row: frappe._dict, round: int) -> rewards.Facts:
	"""A round that has lines and is not the present one."""
	return rewards.Facts(
		petition=row.name,
		round=round,
		agent=row.agent,
		state=row.workflow_state,
		registered_at=row.registered_at or datetime.min,
		is_reopened=True,
	)


def basis_of(fact: rewards.Facts, on: date) -> dict[str, Any]:
	"""The facts a line was computed from, as they stay on the line."""
	values = {k: v for k, v in fact.__dict__.items() if v not in (None, False)}
	return {
		**{k: str(v) if isinstance(v, (date, datetime)) else v for k, v in values.items()},
		"as_of": str(on),
	}


def _ratings(names: list[str]) -> dict[tuple, str]:
	rows = frappe.get_all(
		"Evaluation",
		filters={"petition": ("in", names), "rated_party": ("in", ("Proxy Agent", "Handling Unit"))},
		fields=["petition", "round", "rated_party", "rating"],
		order_by="name asc",
	)
	return {(r.petition, r["round"], r.rated_party): r.rating for r in rows}


def _confirmed(names: list[str]) -> set[tuple[str, int]]:
	rows = frappe.get_all(
		"Petition Event",
		filters={"petition": ("in", names), "event": CONFIRM_EVENT},
		fields=["petition", "round"],
		order_by="happened_at asc",
	)
	return {(r.petition, r["round"]) for r in rows}


def _settled(names: list[str]) -> dict[tuple[str, int], date]:
	"""Confirmed settlement statements (息诉息访) and their day."""
	rows = frappe.get_all(
		"Settlement Statement",
		filters={"petition": ("in", names), "status": "Confirmed"},
		fields=["petition", "round", "confirmed_at"],
		order_by="confirmed_at desc",
	)
	return {(r.petition, r["round"]): getdate(r.confirmed_at) for r in rows}


def _repeated(names: list[str]) -> dict[str, date]:
	"""Day of the first repeat of each case after it was closed."""
	main, other = DocType("Petition"), DocType("Petition").as_("repeat_case")
	rows = (
		frappe.qb.from_(other)
		.join(main)
		.on(main.name == other.main_petition)
		.select(main.name, Min(other.petitioned_at))
		.where(main.name.isin(names) & (other.petitioned_at > main.closed_at))
		.groupby(main.name)
		.run()
	)
	return {name: getdate(first) for name, first in rows}


def public_staff_on(pairs: Iterable[tuple[str, date]]) -> set[tuple[str, date]]:
	"""Which agents were public staff on which day.

	A clerk or town sets the flag by hand. The roster's history says since when; without a row of it for the day, the
	flag's changes on the agent do, and without these the present flag.

	Args:
		pairs: agents and days.

	Returns:
		Those of the pairs that were public staff.
	"""
	pairs = set(pairs)
	agents = sorted({agent for agent, _day in pairs})
	if not agents:
		return set()
	now = dict(
		frappe.get_all(
			"Proxy Agent",
			filters={"name": ("in", agents)},
			fields=["name", "is_public_staff"],
			as_list=True,
			order_by="name asc",
		)
	)
	history = _roster_flags(agents)
	changes = _flag_changes(agents, min(day for _agent, day in pairs))
	found = set()
	for agent, day in pairs:
		flag = next((value for since, value in history.get(agent, ()) if since <= day), None)
		if flag is None:
			flag = next((old for at, old in changes.get(agent, ()) if at > day), now.get(agent))
		if cint(flag):
			found.add((agent, day))
	return found


def _roster_flags(agents: list[str]) -> dict[str, list[tuple[date, int]]]:
	"""Agent to (first day, flag) of the roster's history, the latest first."""
	flags: dict[str, list[tuple[date, int]]] = defaultdict(list)
	for row in frappe.get_all(
		"Agent Status Change",
		filters={"agent": ("in", agents)},
		fields=["agent", "effective_on", "is_public_staff"],
		order_by="effective_on desc, creation desc",
	):
		flags[row.agent].append((row.effective_on, row.is_public_staff))
	return flags


def _flag_changes(agents: list[str], since: date) -> dict[str, list[tuple[date, int]]]:
	"""Agent to (day, value before) of each change of the public-staff flag, the earliest first."""
	version = DocType("Version")
	rows = (
		frappe.qb.from_(version)
		.select(version.docname, version.creation, version.data)
		.where((version.ref_doctype == "Proxy Agent") & version.docname.isin(agents))
		.where((version.creation > since) & version.data.like('%"is_public_staff"%'))
		.orderby(version.creation)
		.run()
	)
	changes: dict[str, list[tuple[date, int]]] = defaultdict(list)
	for agent, at, data in rows:
		for fieldname, old, _new in frappe.parse_json(data).get("changed") or []:
			if fieldname == "is_public_staff":
				changes[agent].append((getdate(at), cint(old)))
	return changes


def read_lines(names: Sequence[str]) -> tuple[dict[tuple[str, int], list[rewards.Line]], dict[str, str]]:
	"""All reward lines of cases, locked until the page is written.

	Returns:
		Lines by case and round, and line to batch for those in a batch that is not approved yet.
	"""
	entry, batch = DocType("Reward Entry"), DocType("Reward Batch")
	rows = (
		frappe.qb.from_(entry)
		.left_join(batch)
		.on(batch.name == entry.batch)
		.select(
			entry.name,
			entry.petition,
			entry["round"],
			entry.agent,
			entry.tier,
			entry.amount_fen,
			entry.status,
			entry.seq,
			entry.reverses,
			entry.hold_until,
			entry.is_struck,
			entry.batch,
			batch.docstatus.as_("batch_docstatus"),
		)
		.where(entry.petition.isin(list(names)))
		.orderby(entry.petition, entry.seq, entry.name)
		.for_update()
		.run(as_dict=True)
	)
	lines: dict[tuple[str, int], list[rewards.Line]] = defaultdict(list)
	open_batches = {}
	for r in rows:
		lines[(r.petition, r["round"])].append(
			rewards.Line(
				r.name,
				r.agent,
				r.tier,
				r.amount_fen,
				r.status,
				r.seq,
				r.reverses,
				r.hold_until,
				bool(r.is_struck),
			)
		)
		if r.status == rewards.IN_BATCH and r.batch and r.batch_docstatus == 0:
			open_batches[r.name] = r.batch
	return lines, open_batches
