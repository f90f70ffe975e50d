"""A district to look at: made from a seed, in seconds, with no record of a real person or place.

`make_demo_district` is run by a command only, never at installation. The same seed and day give the same district.
"""

import random
import time
from datetime import date, datetime
from datetime import time as day_time

import click
import frappe
from frappe import _
from frappe.commands import get_site, pass_context
from frappe.utils import now_datetime
from frappe.utils.nestedset import rebuild_tree

from petition_proxy.domain import lifecycle
from petition_proxy.jobs.deadline_sweep import deadline_sweep
from petition_proxy.permissions.scope import clear_scopes
from petition_proxy.setup.demo import people, stories, words
from petition_proxy.setup.demo.cases import Case, Rulebook, write_cases
from petition_proxy.setup.demo.flow import write_flow
from petition_proxy.setup.demo.logins import LOGINS, login_of, print_logins, set_module_profile, set_passwords
from petition_proxy.setup.demo.papers import letter_words, write_papers
from petition_proxy.setup.demo.places import District, Village, make_places, write_units
from petition_proxy.setup.demo.plan import Planner
from petition_proxy.setup.demo.reach import make_reach
from petition_proxy.setup.demo.scenes import play_scenes
from petition_proxy.setup.demo.writer import Writer

__all__ = ("make_demo_district", "make_demo_district_command", "print_logins")

AGENTS, PETITIONS = 1617, 5000
NOON_OF_GIVEN_DAY = day_time(11, 30)
COUNTED = (
	"Region",
	"Settlement",
	"Service Point",
	"Handling Unit",
	"Proxy Agent",
	"Agent Status Change",
	"Agent Certificate",
	"Petitioner",
	"Proxy Agreement",
	"Petition",
	"Petition Event",
	"Petition Assignment",
	"Progress Notice",
	"Responsibility Rule",
	"Official Letter",
	"Opinion Letter",
	"Service Receipt",
	"Evaluation",
	"Alert",
	"Publicity Event",
	"User",
)


class DemoRefusedError(frappe.ValidationError):
	"""The site already holds petitions, or the demo district itself."""


def make_demo_district(
	seed: int = 20, scale: float = 1.0, today: date | None = None, force: bool = False, commit: bool = True
) -> dict[str, int]:
	"""Fill a site with the demo district: places, units, people, a year of petitions, one login per role.

	Args:
		seed: the same seed on the same day makes the same district.
		scale: 1 for 130 villages, 1,617 agents and 5,000 petitions; 0.02 for a handful of each.
		today: last day of the year of petitions; the present day by default. Scenes that the app itself plays
			happen now, so a district made for another day has none.
		force: add the district although the site holds petitions already.
		commit: commit at the end. Callers with a transaction of their own pass False.

	Returns:
		Rows written, by DocType.

	Raises:
		DemoRefusedError: there are petitions and `force` is not given, or the demo district is there already.
		frappe.ValidationError: the scale is not above 0 and at most 1.
	"""
	_check(scale, force)
	now = datetime.combine(today, NOON_OF_GIVEN_DAY) if today else now_datetime().replace(microsecond=0)
	before = _count()
	rng = random.Random(seed)
	writer = Writer(rng, now)
	accounts = people.Accounts(writer, people.known_users())
	district = make_places(rng, writer, scale)
	home, community = _story_places(district)
	_add_logins(accounts, now)
	people.make_staff(rng, accounts, district, now, _seats(district, home))
	write_units(rng, writer, district, letter_words(district))
	agents = people.make_agents(
		rng,
		writer,
		accounts,
		district,
		max(3 * len(district.villages), round(AGENTS * scale)),
		now,
		{home.code: login_of(lifecycle.AGENT).user, community.code: None},
	)
	make_reach(seed, writer, district, now, scale)
	planner = Planner(rng, writer, accounts, district, agents, Rulebook(), now)
	cases = _plan(planner, home, community, max(100, round(PETITIONS * scale)))
	cases = write_cases(rng, writer, district, planner.rules, cases, now)
	write_papers(writer, district, cases, seed)
	write_flow(writer, district, planner.rules, cases, planner.matters, seed)
	writer.flush()
	_finish(district, now)
	if not today:  # the app acts at the present moment
		play_scenes(district, home)
	if commit:
		frappe.db.commit()  # nosemgrep: the command's one transaction ends here
	after = _count()
	return {doctype: after[doctype] - before[doctype] for doctype in COUNTED}


def _check(scale: float, force: bool) -> None:
	if not 0 < scale <= 1:
		frappe.throw(_("The scale must be above 0 and at most 1, not {0}.").format(scale))
	if frappe.db.exists("Region", words.load("places")["district"]["code"]):
		frappe.throw(
			_("The demo district is on this site already. Use a new site for another one."), DemoRefusedError
		)
	count = frappe.db.count("Petition")
	if count and not force:
		frappe.throw(
			_(
				"This site holds {0} petitions. The demo district belongs on a new site; to add it here all the same,"
				" run the command with --force."
			).format(count),
			DemoRefusedError,
		)


def _count() -> dict[str, int]:
	return {doctype: frappe.db.count(doctype) for doctype in COUNTED}


def _story_places(district: District) -> tuple[Village, Village]:
	"""The village of the first story, where the documented logins work, and the community of the second."""
	home = next(village for village in district.villages if not village.is_community)
	return home, next(village for village in district.villages if village.is_community)


def _add_logins(accounts: people.Accounts, now: datetime) -> None:
	for login in LOGINS:
		accounts.add(login.local_part, login.full_name, login.role, now)
		accounts.full_names[login.user] = login.full_name


def _seats(district: District, home: Village) -> dict[str, list[tuple[str, str]]]:
	"""Unit code -> (seat, user) of the documented logins."""
	codes = {
		"village": next(unit.code for unit in district.units.values() if unit.village == home.code),
		"town": next(
			unit.code
			for unit in district.units.values()
			if unit.unit_type == "Town" and unit.town == home.town
		),
	}
	seats: dict[str, list[tuple[str, str]]] = {}
	for login in LOGINS:
		if login.seat:
			code = codes.get(login.unit) or district.by_name[login.unit].code
			seats.setdefault(code, []).append((login.seat, login.user))
	return seats


def _plan(planner: Planner, home: Village, community: Village, count: int) -> list[Case]:
	"""The two stories, the cases of the petitioner who can log in, and all the others."""
	agent = planner.agents[home.code][0]
	neighbour = planner.agents[community.code][0]
	cases = [
		stories.land_requisition(planner, home, agent),
		stories.payment_point(planner, community, neighbour),
		*stories.cases_to_rate(planner, home, agent, login_of(lifecycle.PETITIONER)),
	]
	residents = planner.make_petitioners(count, home)
	department = planner.district.by_name[login_of(lifecycle.DEPARTMENT).unit]
	return cases + planner.plan(count - len(cases), residents, home, agent, department)


def _finish(district: District, now: datetime) -> None:
	rebuild_tree("Region")
	settings = frappe.get_single("Petition Proxy Settings")
	settings.district = district.code
	settings.petition_office = f"{district.short_code}-XFB"
	settings.save(ignore_permissions=True)  # run from the command line, where nobody is logged in
	set_passwords()
	set_module_profile()
	frappe.cache.delete_key("enabled_users")
	frappe.cache.delete_key("users_for_mentions")
	clear_scopes()
	deadline_sweep(now=now, commit=False)


@click.command("make-demo-district")
@click.option(
	"--seed", type=int, default=20, show_default=True, help="The same seed makes the same district."
)
@click.option("--scale", type=float, default=1.0, show_default=True, help="Size, above 0 and at most 1.")
@click.option("--force", is_flag=True, help="Add the district although the site holds petitions.")
@pass_context
def make_demo_district_command(context, seed: int, scale: float, force: bool) -> None:
	"""Fill a new site with an invented district and print one login per role."""
	frappe.init(site=get_site(context))
	frappe.connect()
	try:
		started = time.monotonic()
		counts = make_demo_district(seed=seed, scale=scale, force=force)
		for doctype, count in counts.items():
			click.echo(f"{count:>8,}  {doctype}")
		click.echo(f"Made in {time.monotonic() - started:.0f} s.\n")
		print_logins()
	except frappe.ValidationError as error:
		raise click.ClickException(str(error)) from None
	finally:
		frappe.destroy()
