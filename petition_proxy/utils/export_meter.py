"""How much memory an export takes: each kind in a process of its own, whose peak is read when it ends.

Run by `script/measure-exports` on the site of `script/bench`, which it empties first.
"""

import json
import os
import platform
import subprocess
import sys
import time
from datetime import timedelta

import frappe
from frappe.utils import getdate, now_datetime

from petition_proxy.api import exports
from petition_proxy.queries import catalogue
from petition_proxy.queries.sources import TOWN, Period, ask_as
from petition_proxy.utils import bench_ground as ground
from petition_proxy.utils.bench_report import SITE_FLAG, NotABenchSiteError

LIMIT_MB = 300
FIELDS = (
	*("name", "subject", "content", "workflow_state", "petitioner_name", "masked_phone", "agent", "town"),
	*("village", "handling_unit", "petitioned_at", "replied_at"),
)
KINDS = ("nothing", "list CSV", "list Excel", "ledger CSV", "ledger Excel")


def run(rows: int = 100_000) -> int:
	"""Fill the site, measure each kind, and say what came out.

	Args:
		rows: petitions.

	Raises:
		NotABenchSiteError: the site may hold real petitions.
		SystemExit: an export took more than 300 MB.
	"""
	if not frappe.conf.get(SITE_FLAG):
		raise NotABenchSiteError(
			f"This deletes all petitions of {frappe.local.site}. Set {SITE_FLAG} to 1 in its site_config.json if that is meant."
		)
	ground.clear()
	place = ground.make_ground()
	print(f"Python {platform.python_version()} on {platform.machine()}")
	few = min(1000, rows)
	ground.put_closed(place, few)
	ground.analyze()
	at_first = measure_figures()
	ground.put_closed(place, rows - few)
	ground.analyze()
	worst = 0
	for kind in KINDS:
		found = in_own_process(kind)
		worst = max(worst, found["peak_mb"])
		print(
			f"{kind}: {found['rows']} rows, {found['file_mb']:.1f} MB of file, {found['seconds']:.1f} s, peak {found['peak_mb']} MB"
		)
	at_last = measure_figures()
	print(
		f"figures of all towns for the last quarter: {at_first:.2f} s with {few} petitions, {at_last:.2f} s with {rows}"
	)
	if worst > LIMIT_MB:
		sys.exit(f"An export took {worst} MB; at most {LIMIT_MB} MB are allowed.")
	return worst


def measure_figures() -> float:
	"""Seconds for every indicator per town over the last ninety days; of three tries the best."""
	taken = []
	for _number in range(3):
		began = time.perf_counter()
		period = Period(getdate() - timedelta(days=90), getdate(), now_datetime())
		catalogue.read_figures(TOWN, list(catalogue.BY_CODE), ask_as("Administrator", period))
		taken.append(time.perf_counter() - began)
	return min(taken)


def in_own_process(kind: str) -> dict:
	"""Export in a fresh process, as a request or job does.

	Args:
		kind: one of `KINDS`; "nothing" shows what the process takes by itself.
	"""
	program = f"from petition_proxy.utils.export_meter import export_once; export_once({frappe.local.site!r}, {kind!r})"
	done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
	if done.returncode:
		sys.exit(f"{kind}: {done.stderr[-2000:]}")
	return json.loads(done.stdout.strip().splitlines()[-1])


def peak_mb() -> int:
	"""Most memory this program has held; what the one it was started from held does not count, unlike in `getrusage`."""
	with open("/proc/self/status") as status:
		line = next(line for line in status if line.startswith("VmHWM"))
	return int(line.split()[1]) // 1024


def export_once(site: str, kind: str) -> None:
	"""What the fresh process does; prints its figures as JSON."""
	frappe.init(site=site)
	frappe.connect()
	frappe.set_user("Administrator")
	began = time.perf_counter()
	what, _space, file_type = kind.partition(" ")
	path, rows = None, 0
	if what == "list":
		export = exports.ListExport(
			{
				"doctype": "Petition",
				"fields": [f"`tabPetition`.`{field}`" for field in FIELDS],
				"filters": [],
				"order_by": "`tabPetition`.`creation` desc",
				"file_format_type": file_type,
				"csv_params": {},
				"limit_page_length": None,
				"as_list": True,
			}
		)
		path = export.write()
	elif what == "ledger":
		path = exports.write_ledger({}, file_type)
	if path:
		rows = frappe.get_last_doc("Access Record").row_count
	print(
		json.dumps(
			{
				"rows": rows,
				"file_mb": os.path.getsize(path) / 1e6 if path else 0.0,
				"seconds": time.perf_counter() - began,
				"peak_mb": peak_mb(),
			}
		)
	)
	if path:
		os.unlink(path)
	frappe.destroy()
