"""Speed as ratios: each operation beside the barest statement that could do the same, in one run on one machine.

Seconds say more about a machine than about a program, so every figure here is divided by a yardstick taken in the same
process, in turns with what it measures. Run by `script/bench` on a site of its own, which it empties first.
"""

import os
import platform
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Thread

import frappe
from frappe.app import application
from frappe.desk.reportview import execute as list_page
from frappe.utils import now_datetime
from werkzeug.test import Client

from petition_proxy.domain import lifecycle
from petition_proxy.jobs.deadline_sweep import (
	ALERT_COLUMNS,
	ROWS_PER_STATEMENT,
	CaseRow,
	deadline_sweep,
)
from petition_proxy.permissions.scope import clear_scopes
from petition_proxy.petition_proxy.report.timeliness_by_unit import timeliness_by_unit
from petition_proxy.tests import step_meter
from petition_proxy.tests.factories import make_district
from petition_proxy.utils import bench_ground as ground
from petition_proxy.utils.bench_queues import page_of, queues_of
from petition_proxy.utils.query_meter import questions

SITE_FLAG = "petition_proxy_bench"
LIST_FIELDS = (
	"name",
	"subject",
	"workflow_state",
	"due_at",
	"handling_unit",
	"petitioner_name",
	"is_proxied",
)
PAGE_LENGTH = 20
STEADY = "Alert Rule"  # its list is as long at 1,000 cases as at 100,000


class NotABenchSiteError(frappe.ValidationError):
	"""The site may hold real petitions."""


@dataclass
class Figure:
	"""One line of the table.

	Args:
		what: what was measured.
		yardstick: what it was divided by.
		ratio: the result.
		aim: the aim in words.
		is_met: whether the aim was reached; None where there is none.
		queries: statements sent to the database by one operation, and by one yardstick.
		seconds: medians of both, for who wants to know what the ratio is made of.
	"""

	what: str
	yardstick: str
	ratio: float
	aim: str
	is_met: bool | None
	queries: tuple[int, int]
	seconds: tuple[float, float]


@dataclass
class Report:
	sizes: dict[str, int]
	figures: list[Figure] = field(default_factory=list)
	steps: dict[str, int] = field(default_factory=dict)

	def add(self, *values) -> None:
		self.figures.append(Figure(*values))
		figure = self.figures[-1]
		print(f"    {figure.what}: {figure.ratio:.2f} ({figure.aim})", flush=True)


def run(
	petitions: int = 100_000,
	open_share: float = 0.3,
	due_share: float = 0.05,
	filings: int = 200,
	out: str | None = None,
) -> None:
	"""Measure everything and show the report as Markdown.

	Args:
		petitions: cases at full size.
		open_share: part of them that is open.
		due_share: part of the open ones about which a rule has something new to say at the sweep.
		filings: petitions filed one by one.
		out: file to write it to as well.

	Raises:
		NotABenchSiteError: the site's configuration does not say that it is for this.
	"""
	if not frappe.conf.get(SITE_FLAG):
		raise NotABenchSiteError(
			f"This deletes all petitions of {frappe.local.site}. Set {SITE_FLAG} to 1 in its site_config.json if that is meant."
		)
	random.seed(20)
	open_count = int(petitions * open_share)
	closed = petitions - open_count
	small = min(1000, petitions // 10)
	report = Report(
		{
			"petitions": petitions,
			"open": open_count,
			"newly due": int(open_count * due_share),
			"filed": filings,
		}
	)
	_say("Empty the site, make places, units and people")
	ground.clear()
	place = ground.make_ground()
	_say(f"List page at {small:,} cases")
	window = ground.Window.around(now_datetime())
	open_small = int(small * open_share)
	ground.put_closed(place, small - open_small)
	ground.put_open(place, window, open_small, due_share)
	few, few_queues = _measure_list(place), _measure_queues()
	_say(f"Sweep with {closed // 10:,} closed cases")
	ground.put_open(place, window, open_count - open_small, due_share)
	ground.put_closed(place, max(0, closed // 10 - (small - open_small)))
	lean = _measure_sweep(window)
	_say(f"Everything at {petitions:,} cases")
	ground.put_closed(place, closed - max(small - open_small, closed // 10))
	_report_sweep(report, lean, _measure_sweep(window))
	_report_list(report, few, _measure_list(place), small)
	_report_queues(report, few_queues, _measure_queues(), small)
	_report_timeliness(report)
	_report_filing(report, place, filings)
	_report_steps(report)
	text = to_markdown(report)
	if out:
		Path(out).write_text(text, encoding="utf-8")
	print(text)


# ---------------------------------------------------------------------- measuring


@contextmanager
def _stopwatch(into: list[float]) -> Iterator[None]:
	started = time.perf_counter()
	yield
	into.append(time.perf_counter() - started)


def _questions() -> int:
	return int(frappe.db.sql("show session status like 'Questions'")[0][1])


def _count_queries(operation: Callable[[], object]) -> int:
	before = _questions()
	operation()
	return _questions() - before - 1


def _in_turns(times: int, *operations: Callable[[], object]) -> list[float]:
	"""Median seconds of each operation, run in turns so that a busy moment of the machine hits all alike."""
	taken: list[list[float]] = [[] for _ in operations]
	for number in range(times + 1):
		for operation, seconds in zip(operations, taken, strict=True):
			with _stopwatch(seconds):
				operation()
			if number == 0:
				seconds.clear()  # the first turn only warms caches
	return [statistics.median(seconds) for seconds in taken]


# ---------------------------------------------------------------------- the sweep


def _measure_sweep(window: "ground.Window", times: int = 5) -> dict:
	"""Seconds of the sweep and of one SELECT plus one bulk INSERT of the same alert rows."""
	ground.analyze()
	deadline_sweep(now=window.start)  # what was due before: not measured
	before = frappe.db.sql(
		"select name, next_action_at from `tabPetition` where next_action_at <= %s", (window.end,)
	)
	sweeping, bare, counts = [], [], {}
	for number in range(times + 1):
		queries = _questions()
		with _stopwatch(sweeping):
			run = deadline_sweep(now=window.end)
		counts["sweep"] = _questions() - queries - 1
		done = frappe.db.get_value("Sweep Run", run, ("scanned", "alerts_written"), as_dict=True)
		rows = _undo_sweep(window, before)
		queries = _questions()
		with _stopwatch(bare):
			_bare_sweep(window, rows)
		counts["bare"] = _questions() - queries - 1
		frappe.db.sql("delete from `tabAlert` where creation = %s", (window.end,))
		frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a bench on a site of its own
		if number == 0:
			sweeping.clear()
			bare.clear()
	ratios = [a / b for a, b in zip(sweeping, bare, strict=True)]
	return {
		"sweep": statistics.median(sweeping),
		"bare": statistics.median(bare),
		"ratio": statistics.median(ratios),
		"queries": (counts["sweep"], counts["bare"]),
		"scanned": done.scanned,
		"alerts": done.alerts_written,
	}


def _undo_sweep(window: "ground.Window", before: tuple) -> list[tuple]:
	"""Take a sweep back, and return the alert rows it had written."""
	columns = ", ".join(f"`{column}`" for column in ALERT_COLUMNS)
	rows = frappe.db.sql(f"select {columns} from `tabAlert` where creation = %s", (window.end,))
	frappe.db.sql("delete from `tabAlert` where creation = %s", (window.end,))
	for name, at in before:
		frappe.db.sql("update `tabPetition` set next_action_at = %s where name = %s", (at, name))
	frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a bench on a site of its own
	return list(rows)


def _bare_sweep(window: "ground.Window", rows: list[tuple]) -> None:
	columns = ", ".join(CaseRow._fields)
	frappe.db.sql(
		f"select {columns} from `tabPetition` where next_action_at <= %s order by next_action_at, name",
		(window.end,),
	)
	one = f"({', '.join(['%s'] * len(ALERT_COLUMNS))})"
	names = ", ".join(f"`{column}`" for column in ALERT_COLUMNS)
	for start in range(0, len(rows), ROWS_PER_STATEMENT):
		chunk = rows[start : start + ROWS_PER_STATEMENT]
		frappe.db.sql(
			f"insert into `tabAlert` ({names}) values {', '.join([one] * len(chunk))}",
			[value for row in chunk for value in row],
		)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a bench on a site of its own


def _report_sweep(report: Report, lean: dict, full: dict) -> None:
	report.sizes |= {"alerts written by the sweep": full["alerts"], "cases scanned": full["scanned"]}
	report.add(
		"Deadline sweep",
		"the SELECT of the due rows and a bulk INSERT of the same alert rows",
		full["ratio"],
		"at most 3",
		full["ratio"] <= 3,
		full["queries"],
		(full["sweep"], full["bare"]),
	)
	growth = full["ratio"] / lean["ratio"]
	report.add(
		"The same ratio with ten times as many closed cases",
		"the ratio before",
		growth,
		"no change (within 25 %)",
		growth <= 1.25,
		(full["queries"][0], lean["queries"][0]),
		(full["sweep"], lean["sweep"]),
	)


# ---------------------------------------------------------------------- the list


def _measure_list(place: "ground.Ground", times: int = 40) -> dict:
	"""The request a browser sends for the first page, and the same without the request around it."""
	ground.analyze()
	requests = {user: _page_request(user, "Petition") for user in (place.town_officer, "Administrator")}
	requests["steady"] = _page_request("Administrator", STEADY)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit -- the requests have connections of their own
	officer, admin, steady = _in_turns(times, *(partial(_ask, request) for request in requests.values()))
	queries = tuple(_queries_of_request(request) for request in requests.values())
	return {
		"officer": officer,
		"admin": admin,
		"queries": queries[:2],
		"pace": officer / steady,
		"inner": _measure_inner_list(place, times),
	}


def _page_request(user: str, doctype: str) -> dict:
	fields = LIST_FIELDS if doctype == "Petition" else ("name",)
	return {
		"path": "/api/method/frappe.desk.reportview.get",
		"method": "POST",
		"headers": {"Authorization": f"token {ground.api_token(user)}", **_site_header()},
		"data": {
			"doctype": doctype,
			"fields": frappe.as_json([f"`tab{doctype}`.`{name}`" for name in fields]),
			"order_by": f"`tab{doctype}`.`{'queue_key' if doctype == 'Petition' else 'name'}` asc",
			"start": 0,
			"page_length": PAGE_LENGTH,
			"view": "List",
			"with_comment_count": 1,
		},
	}


def _site_header() -> dict[str, str]:
	return {"X-Frappe-Site-Name": frappe.local.site}


def _ask(request: dict) -> object:
	"""Send one request through the whole web application, in a thread, which has a context and connection of its own."""
	answers: list = []
	# A form takes few messages a minute from one address; these come from many.
	sender = ".".join(str(random.randint(1, 250)) for _part in range(4))
	headers = {**request["headers"], "X-Forwarded-For": sender}

	def send() -> None:
		answers.append(Client(application).open(**{**request, "headers": headers}))

	thread = Thread(target=send)
	thread.start()
	thread.join()
	if not answers or answers[0].status_code != 200:
		raise AssertionError(f"the request failed: {answers and answers[0].get_data(as_text=True)[:500]}")
	return answers[0]


def _queries_of_request(request: dict) -> int:
	with questions() as asked:
		_ask(request)
	return len(asked)


def _measure_inner_list(place: "ground.Ground", times: int) -> dict:
	seconds: dict[tuple[str, str], list[float]] = defaultdict(list)

	def page(user: str, doctype: str, fields: tuple[str, ...], order: str) -> Callable[[], object]:
		def show() -> object:
			frappe.set_user(user)  # forgets what a request would not know either
			clear_scopes()
			with _stopwatch(seconds[user, doctype]):
				return list_page(
					doctype,
					fields=[f"`tab{doctype}`.`{name}`" for name in fields],
					order_by=f"`tab{doctype}`.`{order}` asc",
					start=0,
					page_length=PAGE_LENGTH,
				)

		return show

	pages = [
		page(place.town_officer, "Petition", LIST_FIELDS, "queue_key"),
		page("Administrator", "Petition", LIST_FIELDS, "queue_key"),
		page("Administrator", STEADY, ("name",), "name"),
	]
	queries = [_count_queries(show) for show in pages]
	seconds.clear()
	_in_turns(times, *pages)
	frappe.set_user("Administrator")
	officer, admin, steady = (statistics.median(taken) for taken in seconds.values())
	return {"officer": officer, "admin": admin, "queries": tuple(queries[:2]), "pace": officer / steady}


def _report_list(report: Report, few: dict, many: dict, small: int) -> None:
	ratio = many["officer"] / many["admin"]
	report.add(
		"First list page of a town officer (whole request)",
		"the same request of Administrator",
		ratio,
		"at most 1.5",
		ratio <= 1.5,
		many["queries"],
		(many["officer"], many["admin"]),
	)
	inner, inner_few = many["inner"], few["inner"]
	report.add(
		"The same without the request around it: permissions, row scope and query only",
		"the query of Administrator, who has no permissions to look up",
		inner["officer"] / inner["admin"],
		"for information",
		None,
		inner["queries"],
		(inner["officer"], inner["admin"]),
	)
	for what, now_many, now_few in (
		("The request", many, few),
		("Without the request around it,", inner, inner_few),
	):
		# Divided by a page that never grows, taken in turns: the machine may have been busier the second time.
		growth = now_many["pace"] / now_few["pace"]
		report.add(
			f"{what} at {report.sizes['petitions']:,} cases",
			f"at {small:,} cases, both in units of a list page of {STEADY}",
			growth,
			"no change (within 25 %)",
			growth <= 1.25,
			(now_many["queries"][0], now_few["queries"][0]),
			(now_many["officer"], now_few["officer"]),
		)


# ---------------------------------------------------------------------- the lists of each role


def _measure_queues(times: int = 15) -> dict[tuple[str, str], tuple[float, int, float]]:
	"""Each list that a role's workspace leads to: pace in units of a page that never grows, queries, seconds."""
	ground.analyze()
	steady = _page_request("Administrator", STEADY)
	measured = {}
	for role, user in ground.PEOPLE.items():
		queues = queues_of(role)
		requests = [
			{**_page_request(user, "Petition"), "data": page_of(queue, LIST_FIELDS, PAGE_LENGTH)}
			for queue in queues
		]
		frappe.db.commit()  # nosemgrep: frappe-manual-commit -- the requests have connections of their own
		taken = _in_turns(times, *(partial(_ask, request) for request in (steady, *requests)))
		for queue, request, seconds in zip(queues, requests, taken[1:], strict=True):
			measured[role, queue.name] = (seconds / taken[0], _queries_of_request(request), seconds)
	return measured


def _report_queues(report: Report, few: dict, many: dict, small: int) -> None:
	for role in ground.PEOPLE:
		growths = {key: many[key][0] / few[key][0] for key in many if key[0] == role}
		worst = max(growths, key=growths.get)
		most = max(many[key][1] for key in growths)
		report.add(
			f"Lists of {role} at {report.sizes['petitions']:,} cases ({len(growths)} lists; the one that grew most: {worst[1]})",
			f"the same list at {small:,} cases, both in units of a list page of {STEADY}; most queries of a list: {most}",
			growths[worst],
			"at most 1.5, below 30 queries",
			growths[worst] <= 1.5 and most < 30,
			(many[worst][1], few[worst][1]),
			(many[worst][2], few[worst][2]),
		)


# ---------------------------------------------------------------------- the report


def _report_timeliness(report: Report, times: int = 9) -> None:
	def show():
		return timeliness_by_unit.execute({})

	def bare():
		return frappe.db.sql(BARE_TIMELINESS, {"now": now_datetime()})

	shown, counted = _in_turns(times, show, bare)
	rows = {row["handling_unit"]: row["filed"] for row in show()[1] if row.get("handling_unit")}
	if rows != {unit: filed for unit, filed, *_rest in bare() if unit}:
		raise AssertionError("the report and its yardstick disagree")
	report.add(
		"Timeliness report by unit",
		"its GROUP BY with the same sums, as bare SQL",
		shown / counted,
		"at most 2",
		shown / counted <= 2,
		(_count_queries(show), _count_queries(bare)),
		(shown, counted),
	)


BARE_TIMELINESS = """
	select handling_unit, count(*),
		sum(datediff(replied_at, petitioned_at) <= 15),
		sum(datediff(replied_at, petitioned_at) <= 30),
		sum(datediff(replied_at, petitioned_at) <= 60),
		sum(replied_at is not null),
		sum(replied_at <= reply_due_at),
		sum(replied_at > reply_due_at),
		sum(replied_at is null and reply_due_at >= %(now)s),
		sum(replied_at is null and reply_due_at < %(now)s),
		sum(replied_at <= statutory_due_at),
		sum(replied_at > statutory_due_at),
		sum(replied_at is null and statutory_due_at >= %(now)s),
		sum(replied_at is null and statutory_due_at < %(now)s)
	from `tabPetition`
	where workflow_state != 'Draft'
	group by handling_unit
"""


# ---------------------------------------------------------------------- filing


def _report_filing(report: Report, place: "ground.Ground", filings: int) -> None:
	report.sizes["fields of the bare DocType"] = ground.make_bare_doctype()
	try:
		filing, bare, queries = _measure_filing(place, filings)
		phone, bare_request, phone_queries = _measure_filing_requests(place, filings)
	finally:
		ground.drop_bare_doctype()
	report.add(
		"Rate of filing by an agent (guards, number, clock, timeline, commit)",
		"rate of inserting a bare DocType of as many fields, with commit",
		bare / filing,
		"at least 0.5",
		bare / filing >= 0.5,
		queries,
		(filing, bare),
	)
	report.add(
		"Rate of filing from the phone form, with a newly signed agreement (whole requests)",
		"rate of requests that insert one bare document",
		bare_request / phone,
		"for information",
		None,
		phone_queries,
		(phone, bare_request),
	)


def _measure_filing(place: "ground.Ground", filings: int) -> tuple[float, float, tuple[int, int]]:
	def file():
		clear_scopes()  # every request builds its own
		doc = frappe.get_doc(ground.petition_to_file(place))
		doc.flags.file_now = True
		doc.insert()
		frappe.db.commit()  # nosemgrep: frappe-manual-commit -- what a request does at its end
		return doc

	def insert_bare():
		frappe.get_doc(ground.bare_document()).insert()
		frappe.db.commit()  # nosemgrep: frappe-manual-commit -- what a request does at its end

	filed: list[float] = []
	bare: list[float] = []
	queries: list[int] = []
	turns = 10
	for turn in range(turns + 1):
		for user, operation, seconds in (
			(place.agent_user, file, filed),
			("Administrator", insert_bare, bare),
		):
			frappe.set_user(user)
			operation()
			if turn == 0:
				queries.append(_count_queries(operation))
				continue
			for _number in range(max(1, filings // turns)):
				with _stopwatch(seconds):
					operation()
	frappe.set_user(place.agent_user)
	if file().workflow_state != lifecycle.REGISTERED:
		raise AssertionError("the petition was not filed")
	frappe.set_user("Administrator")
	return statistics.median(filed), statistics.median(bare), (queries[0], queries[1])


def _measure_filing_requests(place: "ground.Ground", filings: int) -> tuple[float, float, tuple[int, int]]:
	form = frappe.db.get_value("Web Form", {"doc_type": "Petition", "published": 1}, "name", order_by="name")

	headers = {
		user: {"Authorization": f"token {ground.api_token(user)}", **_site_header()}
		for user in (place.agent_user, "Administrator")
	}

	def request(user: str, path: str, data: dict) -> dict:
		return {"path": path, "method": "POST", "headers": headers[user], "data": data}

	def filing() -> dict:
		petition = frappe.as_json({**ground.petition_on_phone(place), "web_form_name": form})
		path = "/api/method/frappe.website.doctype.web_form.web_form.accept"
		return request(place.agent_user, path, {"web_form": form, "data": petition})

	bare = request("Administrator", f"/api/resource/{ground.BARE_DOCTYPE}", ground.bare_document())
	frappe.db.commit()  # nosemgrep: frappe-manual-commit -- the requests have connections of their own
	medians = _in_turns(max(10, filings // 5), lambda: _ask(filing()), partial(_ask, bare))
	queries = (_queries_of_request(filing()), _queries_of_request(bare))
	return medians[0], medians[1], queries


# ---------------------------------------------------------------------- the steps


def _report_steps(report: Report) -> None:
	"""Questions that each step of the path puts to the database, taken by the people of the tests' small district."""
	_say("Queries of each step")
	frappe.set_user("Administrator")
	# Frappe throttles new users by the hour, and the ground has just made many.
	frappe.local.conf.throttle_user_limit = 1_000_000
	make_district()
	report.steps = step_meter.measure()
	frappe.db.rollback()
	frappe.clear_cache()
	dearest = max(report.steps, key=report.steps.get)
	print(f"    {len(report.steps)} steps, the dearest {dearest}: {report.steps[dearest]}", flush=True)


# ---------------------------------------------------------------------- the text


def machine() -> dict[str, str]:
	"""What the figures were taken on."""
	cpu = next(
		(
			line.partition(":")[2].strip()
			for line in _read("/proc/cpuinfo").splitlines()
			if line.startswith("model name")
		),
		platform.processor() or platform.machine(),
	)
	memory = next(
		(line.split()[1] for line in _read("/proc/meminfo").splitlines() if "MemTotal" in line), "0"
	)
	return {
		"Processor": f"{cpu}, {os.cpu_count()} cores",
		"Memory": f"{int(memory) / 1024**2:.0f} GB",
		"Database": str(frappe.db.sql("select version()")[0][0]),
		"Frappe": frappe.__version__,
		"Python": platform.python_version(),
		"Taken on": now_datetime().strftime("%Y-%m-%d"),
	}


def _read(path: str) -> str:
	try:
		return Path(path).read_text()
	except OSError:
		return ""


def to_markdown(report: Report) -> str:
	"""The report as a page for docs/."""
	lines = [
		"# Performance",
		"",
		"Written by `script/bench`. Every figure is a ratio to the barest statement that does the same, taken in turns in",
		"one process, so that it says something about the program and not about the machine. Medians.",
		"",
		"| What | Divided by | Ratio | Aim | Met | Queries | ms |",
		"|---|---|---:|---|---|---:|---:|",
	]
	for figure in report.figures:
		queries, milliseconds = (
			" / ".join(pair)
			for pair in (map(str, figure.queries), (f"{1000 * s:.1f}" for s in figure.seconds))
		)
		lines.append(
			f"| {figure.what} | {figure.yardstick} | {figure.ratio:.2f} | {figure.aim} | "
			f"{ {True: 'yes', False: '**no**', None: ''}[figure.is_met] } | {queries} | {milliseconds} |"
		)
	lines += ["", "Queries and milliseconds: of the operation / of what it was divided by.", ""]
	over = [step for step, asked in report.steps.items() if asked > step_meter.BUDGET]
	lines += [
		f"Queries of each step of the path, guards, letters, notices and Frappe's own included (at most {step_meter.BUDGET};"
		f" {'none is above' if not over else 'above: ' + ', '.join(over)}). They do not grow with what a case holds"
		" (`tests/test_query_budget.py`).",
		"",
		"| Step | Queries |",
		"|---|---:|",
		*(f"| {step} | {asked} |" for step, asked in report.steps.items()),
		"",
	]
	lines += [
		"| Size | |",
		"|---|---:|",
		*(f"| {name} | {count:,} |" for name, count in report.sizes.items()),
		"",
	]
	lines += [
		"| Machine | |",
		"|---|---|",
		*(f"| {name} | {value} |" for name, value in machine().items()),
		"",
	]
	return "\n".join(lines)


def _say(text: str) -> None:
	print(f"==> {text}", flush=True)
