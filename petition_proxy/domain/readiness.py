"""What a district needs before it goes live, as a list of checks over facts. Nothing here is stored: each check asks anew.

`MUST`: without it cases stand still, people are not told, or data is open. `SHOULD`: it works, but worse.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from petition_proxy.domain.errors import mark as _
from petition_proxy.domain.lifecycle import OFFICE, ROLES

MUST, SHOULD = "Must", "Should"

# Steps of the guide, in its order; the last two are looked at, not filled in.
DISTRICT = "district"
REGIONS = "regions"
UNITS = "units"
USERS = "users"
CATEGORIES = "categories"
CLASSES = "classes"
LETTERS = "letters"
CALENDAR = "calendar"
SETTINGS = "settings"
NOTICE = "notice"
AGENTS = "agents"
SITE = "site"
STEPS = (
	DISTRICT,
	REGIONS,
	UNITS,
	USERS,
	CATEGORIES,
	CLASSES,
	LETTERS,
	CALENDAR,
	SETTINGS,
	NOTICE,
	AGENTS,
	SITE,
)

CLASS_CODES = ("U", "C", "G", "I")
# Whose letters carry a number and are signed by a head
DECIDING_TYPES = frozenset({"Petition Office", "District Department", "Town"})
STAFF_TYPES = DECIDING_TYPES | {"Village"}
# Names that never resolve (RFC 2606), as demo and test accounts carry them
PLACEHOLDER_DOMAINS = ("invalid", "test", "example", "localhost", "example.com", "example.net", "example.org")
BACKUP_DAYS = 2
GUEST_QUESTIONS = (1, 1000)
FIRST_WARNING_MONTH = 11


@dataclass(frozen=True)
class Place:
	code: str
	name: str
	level: str
	parent: str | None


@dataclass(frozen=True)
class Unit:
	code: str
	name: str
	unit_type: str
	region: str | None
	head: str | None
	members: tuple[str, ...]
	letter_prefix: str | None
	managed_platform: str | None = None


@dataclass(frozen=True)
class Account:
	user: str
	roles: frozenset[str]


@dataclass(frozen=True)
class Facts:
	"""What is on file, as far as the checks ask. Units are the open ones, accounts the enabled ones of the desk.

	Args:
		district, petition_office: as the settings name them.
		categories: path to unit in charge by default, only those without others below.
		ruled_categories: paths a responsibility rule names; "" for a rule about all.
		class_codes: reply classes valid today.
		limits, limits_wanted: statutory limits valid today, and all there are.
		letter_kinds, letter_kinds_wanted: kinds of letters with a word, and all there are.
		years: years with a work calendar.
		agents_without_account: of those on duty who work online.
		settings: single numbers and switches by name.
	"""

	today: date
	district: str | None = None
	petition_office: str | None = None
	places: tuple[Place, ...] = ()
	units: tuple[Unit, ...] = ()
	accounts: tuple[Account, ...] = ()
	categories: Mapping[str, str | None] = field(default_factory=dict)
	ruled_categories: frozenset[str] = frozenset()
	class_codes: frozenset[str] = frozenset()
	limits: frozenset[str] = frozenset()
	limits_wanted: frozenset[str] = frozenset()
	letter_kinds: frozenset[str] = frozenset()
	letter_kinds_wanted: frozenset[str] = frozenset()
	years: frozenset[int] = frozenset()
	settings: Mapping[str, object] = field(default_factory=dict)
	agents_on_duty: int = 0
	agents_without_pass: tuple[str, ...] = ()
	agents_without_account: tuple[str, ...] = ()

	def at(self, level: str) -> tuple[Place, ...]:
		return tuple(place for place in self.places if place.level == level)

	def of(self, *unit_types: str) -> tuple[Unit, ...]:
		return tuple(unit for unit in self.units if unit.unit_type in unit_types)

	def staff(self) -> frozenset[str]:
		"""Everybody with a post."""
		return frozenset(user for u in self.units for user in (u.head, *u.members) if user)

	def is_on(self, name: str) -> bool:
		return bool(self.settings.get(name))

	def number(self, name: str) -> int:
		return int(self.settings.get(name) or 0)  # type: ignore[call-overload]


@dataclass(frozen=True)
class Check:
	"""One thing to look at.

	Args:
		code: stable id.
		step: where it is filled in.
		severity: MUST or SHOULD.
		good: sentence where nothing is missing.
		missing: sentence where something is, with {count} and {names}.
		mend: what to do.
		route: where at the desk.
		look: what is missing, by name; ("",) where it has none.
	"""

	code: str
	step: str
	severity: str
	good: str
	missing: str
	mend: str
	route: tuple[str, ...]
	look: Callable[[Facts], Iterable[str]]


@dataclass(frozen=True)
class Finding:
	"""What a check found."""

	check: Check
	names: tuple[str, ...]

	@property
	def is_met(self) -> bool:
		return not self.names

	@property
	def blocks(self) -> bool:
		return bool(self.names) and self.check.severity == MUST


def examine(facts: Facts) -> tuple[Finding, ...]:
	"""All checks, in the order of the guide."""
	return tuple(Finding(check, tuple(check.look(facts))) for check in CHECKS)


def steps_done(findings: Iterable[Finding]) -> dict[str, bool]:
	"""Step to whether nothing it must have is missing."""
	done = dict.fromkeys(STEPS, True)
	for finding in findings:
		if finding.blocks:
			done[finding.check.step] = False
	return done


def _unless(*, is_met: bool, name: str = "") -> tuple[str, ...]:
	return () if is_met else (name,)


# What the checks look at
# -----------------------
def _district(facts: Facts) -> Iterable[str]:
	return _unless(is_met=any(p.code == facts.district for p in facts.at("District")))


def _demo_district(facts: Facts) -> Iterable[str]:
	demo = facts.settings.get("demo_district")
	found = next((p for p in facts.places if p.code == facts.district), None)
	is_demo = bool(found and demo and (found.code, found.name) == demo)
	return _unless(is_met=not is_demo, name=found.name if found else "")


def _other_districts(facts: Facts) -> Iterable[str]:
	return [p.name for p in facts.at("District") if facts.district and p.code != facts.district]


def _empty_towns(facts: Facts) -> Iterable[str]:
	filled = {p.parent for p in facts.at("Village")}
	return [p.name for p in facts.at("Town") if p.code not in filled]


def _foreign_codes(facts: Facts) -> Iterable[str]:
	"""GB/T 2260: the codes of a district share its first six digits."""
	by_code = {p.code: p for p in facts.places}
	found = []
	for place in facts.places:
		parent = by_code.get(place.parent or "")
		digits = {"Town": 6, "Village": 9}.get(place.level, 0)
		if parent and place.code[:digits] != parent.code[:digits]:
			found.append(f"{place.name} {place.code}")
	return found


def _office(facts: Facts) -> Iterable[str]:
	offices = {u.code for u in facts.of("Petition Office")}
	return _unless(is_met=facts.petition_office in offices)


def _without_unit(level: str, unit_type: str) -> Callable[[Facts], Iterable[str]]:
	def look(facts: Facts) -> Iterable[str]:
		served = {u.region for u in facts.of(unit_type)}
		return [p.name for p in facts.at(level) if p.code not in served]

	return look


def _without_head(facts: Facts) -> Iterable[str]:
	return [u.name for u in facts.of(*DECIDING_TYPES) if not u.head]


def _without_people(facts: Facts) -> Iterable[str]:
	return [u.name for u in facts.of(*STAFF_TYPES) if not (u.head or u.members)]


def _office_people(facts: Facts) -> Iterable[str]:
	people = {a.user for a in facts.accounts if OFFICE in a.roles}
	found = next((u for u in facts.units if u.code == facts.petition_office), None)
	return _unless(is_met=bool(found and people & {found.head, *found.members}))


def _without_role(facts: Facts) -> Iterable[str]:
	own = set(ROLES) | {"System Manager"}
	return [a.user for a in facts.accounts if not own & a.roles]


def _without_post(facts: Facts) -> Iterable[str]:
	staff = facts.staff()
	return [a.user for a in facts.accounts if set(ROLES) & a.roles and a.user not in staff]


def _post_without_role(facts: Facts) -> Iterable[str]:
	holders = {a.user for a in facts.accounts if set(ROLES) & a.roles}
	return sorted(facts.staff() - holders)


def _placeholders(facts: Facts) -> Iterable[str]:
	return [
		a.user
		for a in facts.accounts
		if a.user.rpartition("@")[2] in PLACEHOLDER_DOMAINS
		or a.user.rpartition(".")[2] in PLACEHOLDER_DOMAINS[:3]
	]


def _uncharged(facts: Facts) -> Iterable[str]:
	if "" in facts.ruled_categories:
		return ()
	return [
		path
		for path, unit in sorted(facts.categories.items())
		if not unit and not any(_is_within(path, ruled) for ruled in facts.ruled_categories)
	]


def _is_within(path: str, above: str) -> bool:
	return path == above or path.startswith(f"{above}/")


def _prefixless(facts: Facts) -> Iterable[str]:
	return [u.name for u in facts.of(*DECIDING_TYPES) if not u.letter_prefix]


def _office_prefix(facts: Facts) -> Iterable[str]:
	found = next((u for u in facts.units if u.code == facts.petition_office), None)
	return _unless(is_met=bool(found and found.letter_prefix))


def _next_year(facts: Facts) -> Iterable[str]:
	needed = facts.today.month >= FIRST_WARNING_MONTH
	return _unless(is_met=not needed or facts.today.year + 1 in facts.years, name=str(facts.today.year + 1))


def _guest_limit(facts: Facts) -> Iterable[str]:
	low, high = GUEST_QUESTIONS
	asked = facts.number("guest_questions")
	return _unless(is_met=low <= asked <= high, name=str(asked))


def _backup(facts: Facts) -> Iterable[str]:
	latest = facts.settings.get("last_backup_on")
	is_recent = isinstance(latest, date) and latest >= facts.today - timedelta(days=BACKUP_DAYS)
	return _unless(is_met=is_recent or facts.is_on("backs_up_elsewhere"), name=str(latest or "-"))


def _needs(name: str) -> Callable[[Facts], Iterable[str]]:
	return lambda facts: _unless(is_met=facts.is_on(name))


def _forbids(name: str) -> Callable[[Facts], Iterable[str]]:
	return lambda facts: _unless(is_met=not facts.is_on(name))


def _missing_of(wanted: str, held: str) -> Callable[[Facts], Iterable[str]]:
	return lambda facts: sorted(getattr(facts, wanted) - getattr(facts, held))


REGION_LIST = ("List", "Region")
UNIT_LIST = ("List", "Handling Unit")
USER_LIST = ("List", "User")
SETTINGS_FORM = ("Form", "Petition Proxy Settings")
SYSTEM_FORM = ("Form", "System Settings")

CHECKS: tuple[Check, ...] = (
	Check(
		"district",
		DISTRICT,
		MUST,
		_("The district is named."),
		_("The district is not named."),
		_("Type its name and its 12-digit code in the first step."),
		SETTINGS_FORM,
		_district,
	),
	Check(
		"demo-district",
		DISTRICT,
		MUST,
		_("The district is a real one."),
		_("The district is the invented one of the demo: {names}."),
		_("Go live on a new site; the demo fills a site with invented cases that nobody can delete."),
		REGION_LIST,
		_demo_district,
	),
	Check(
		"one-district",
		DISTRICT,
		SHOULD,
		_("There is one district."),
		_("There are other districts beside it: {names}."),
		_("Give those a last day of validity if they were typed by mistake."),
		REGION_LIST,
		_other_districts,
	),
	Check(
		"towns",
		REGIONS,
		MUST,
		_("Towns and streets are on file."),
		_("There is no town or street."),
		_("Hand in the table of regions."),
		REGION_LIST,
		lambda facts: _unless(is_met=bool(facts.at("Town"))),
	),
	Check(
		"villages",
		REGIONS,
		MUST,
		_("Villages and communities are on file."),
		_("There is no village or community."),
		_("Hand in the table of regions."),
		REGION_LIST,
		lambda facts: _unless(is_met=bool(facts.at("Village"))),
	),
	Check(
		"empty-towns",
		REGIONS,
		SHOULD,
		_("Each town has its villages."),
		_("Towns without a village ({count}): {names}."),
		_("Hand in the table of regions with the villages below them."),
		REGION_LIST,
		_empty_towns,
	),
	Check(
		"foreign-codes",
		REGIONS,
		SHOULD,
		_("The codes of regions follow those above them."),
		_("Codes that do not begin as the code above them ({count}): {names}."),
		_("Compare them with the list of the statistics office."),
		REGION_LIST,
		_foreign_codes,
	),
	Check(
		"office",
		UNITS,
		MUST,
		_("The petition office is named."),
		_("The petition office is not named, or its unit is closed."),
		_("Make its unit and name it in this step."),
		SETTINGS_FORM,
		_office,
	),
	Check(
		"town-units",
		UNITS,
		MUST,
		_("Each town has a unit."),
		_("Towns without a unit ({count}): {names}."),
		_("Hand in the table of units."),
		UNIT_LIST,
		_without_unit("Town", "Town"),
	),
	Check(
		"departments",
		UNITS,
		MUST,
		_("Departments are on file."),
		_("There is no department."),
		_("Hand in the table of units."),
		UNIT_LIST,
		lambda facts: _unless(is_met=bool(facts.of("District Department"))),
	),
	Check(
		"village-units",
		UNITS,
		SHOULD,
		_("Each village has a unit."),
		_("Villages without a unit, where nobody sees the cases ({count}): {names}."),
		_("Hand in the table of units."),
		UNIT_LIST,
		_without_unit("Village", "Village"),
	),
	Check(
		"heads",
		USERS,
		MUST,
		_("Each unit that decides has a head."),
		_("Units without a head, whose letters nobody signs ({count}): {names}."),
		_("Hand in the table of users with the post Head, or choose the head in the unit."),
		UNIT_LIST,
		_without_head,
	),
	Check(
		"office-people",
		USERS,
		MUST,
		_("The petition office has people."),
		_("Nobody with the role Petition Office has a post in the petition office."),
		_("Hand in the table of users with that role and that unit."),
		USER_LIST,
		_office_people,
	),
	Check(
		"empty-units",
		USERS,
		SHOULD,
		_("Each unit has people."),
		_("Units with neither head nor members ({count}): {names}."),
		_("Hand in the table of users, or choose members in the unit."),
		UNIT_LIST,
		_without_people,
	),
	Check(
		"roles",
		USERS,
		SHOULD,
		_("Each account has a role."),
		_("Accounts without a role in petition work ({count}): {names}."),
		_("Give them one, or close them."),
		USER_LIST,
		_without_role,
	),
	Check(
		"posts",
		USERS,
		SHOULD,
		_("Whoever has a role has a unit."),
		_("Accounts with a role but no unit, which see no case ({count}): {names}."),
		_("Put them into a unit."),
		USER_LIST,
		_without_post,
	),
	Check(
		"post-roles",
		USERS,
		SHOULD,
		_("Whoever has a post has a role."),
		_("People with a post but no role, or a closed account ({count}): {names}."),
		_("Give them a role, or take them out of the unit."),
		USER_LIST,
		_post_without_role,
	),
	Check(
		"test-accounts",
		USERS,
		MUST,
		_("No accounts of the demo or of tests are open."),
		_("Open accounts of the demo or of tests ({count}): {names}."),
		_("Close them. Their passwords are printed in the papers of this app."),
		USER_LIST,
		_placeholders,
	),
	Check(
		"categories",
		CATEGORIES,
		MUST,
		_("Categories are on file."),
		_("There is no category."),
		_("Hand in the table of categories."),
		("Tree", "Petition Category"),
		lambda facts: _unless(is_met=bool(facts.categories)),
	),
	Check(
		"responsibility",
		CATEGORIES,
		SHOULD,
		_("For each category a unit is in charge."),
		_("Categories with no unit in charge, which the office assigns by hand ({count}): {names}."),
		_("Hand in the table of responsibility rules, or give the category a default unit."),
		("List", "Responsibility Rule"),
		_uncharged,
	),
	Check(
		"reply-classes",
		CLASSES,
		MUST,
		_("Each reply class has its limit."),
		_("Reply classes without a limit that is valid today ({count}): {names}."),
		_("Add a row that is valid from today."),
		("List", "Reply Class"),
		lambda facts: [code for code in CLASS_CODES if code not in facts.class_codes],
	),
	Check(
		"statutory-limits",
		CLASSES,
		MUST,
		_("Each statutory limit is valid today."),
		_("Statutory limits that are not valid today ({count}): {names}."),
		_("Add a row that is valid from today."),
		("List", "Statutory Limit"),
		_missing_of("limits_wanted", "limits"),
	),
	Check(
		"letter-words",
		LETTERS,
		MUST,
		_("Each kind of letter has its word."),
		_("Kinds of letters without a word for their numbers ({count}): {names}."),
		_("Give each kind a word of its own."),
		SETTINGS_FORM,
		_missing_of("letter_kinds_wanted", "letter_kinds"),
	),
	Check(
		"office-prefix",
		LETTERS,
		MUST,
		_("The petition office has a word of its own in letter numbers."),
		_("The petition office has no word of its own, so its letters carry the whole name."),
		_("Type the word that stands before the year."),
		UNIT_LIST,
		_office_prefix,
	),
	Check(
		"prefixes",
		LETTERS,
		SHOULD,
		_("Each unit that decides has a word of its own in letter numbers."),
		_("Units without a word of their own in letter numbers ({count}): {names}."),
		_("Type them in the unit, or hand in the table of units."),
		UNIT_LIST,
		_prefixless,
	),
	Check(
		"this-year",
		CALENDAR,
		MUST,
		_("The work calendar of this year is filled."),
		_("The work calendar of {names} is missing, so working days cannot be counted."),
		_("Fill it by the button."),
		("List", "Work Calendar"),
		lambda facts: _unless(is_met=facts.today.year in facts.years, name=str(facts.today.year)),
	),
	Check(
		"next-year",
		CALENDAR,
		SHOULD,
		_("The work calendar of next year is filled, or not due yet."),
		_("The work calendar of {names} is missing; its holidays are published in November."),
		_("Update the package chinesecalendar, then fill it by the button, or hand in the table."),
		("List", "Work Calendar"),
		_next_year,
	),
	Check(
		"guest-limit",
		SETTINGS,
		SHOULD,
		_("Questions of guests are limited."),
		_("Guests may ask {names} questions in ten minutes."),
		_("Set a number between 1 and 1000."),
		SETTINGS_FORM,
		_guest_limit,
	),
	Check(
		"outgoing-mail",
		NOTICE,
		MUST,
		_("The site sends mail."),
		_("The site has no outgoing mail, so warnings stay at the desk."),
		_("Set up an Email Account as default for outgoing mail."),
		("List", "Email Account"),
		_needs("has_mail"),
	),
	Check(
		"muted-mail",
		NOTICE,
		MUST,
		_("Mail is not held back."),
		_("Mail is held back by the site's configuration (mute_emails)."),
		_("Take mute_emails out of the site's site_config.json."),
		("List", "Email Queue"),
		_forbids("mute_emails"),
	),
	Check(
		"test-notice",
		NOTICE,
		SHOULD,
		_("A test notice was sent."),
		_("No test notice has been sent yet."),
		_("Send one to yourself and see that it arrives."),
		("List", "Notification Log"),
		_needs("test_notice_sent"),
	),
	Check(
		"passes",
		AGENTS,
		MUST,
		_("Each agent on duty has a valid certificate."),
		_("Agents on duty without a valid certificate ({count}): {names}."),
		_("Train them, or suspend them until they are."),
		("List", "Proxy Agent"),
		lambda facts: facts.agents_without_pass,
	),
	Check(
		"agents",
		AGENTS,
		SHOULD,
		_("Agents are on duty."),
		_("No agent is on duty."),
		_("Hand in the roster by an Agent Import."),
		("List", "Proxy Agent"),
		lambda facts: _unless(is_met=facts.agents_on_duty > 0),
	),
	Check(
		"agent-accounts",
		AGENTS,
		SHOULD,
		_("Each agent who works online has an account."),
		_("Agents on duty who work online but have no account ({count}): {names}."),
		_("Make the account with the role Petition Proxy Agent and choose it in the agent's record."),
		("List", "Proxy Agent"),
		lambda facts: facts.agents_without_account,
	),
	Check(
		"scheduler",
		SITE,
		MUST,
		_("The scheduler is on."),
		_("The scheduler is off, so no warning goes out."),
		_("Run: bench --site SITE enable-scheduler, and take pause_scheduler out of site_config.json."),
		SYSTEM_FORM,
		_needs("scheduler_on"),
	),
	Check(
		"sweep",
		SITE,
		MUST,
		_("The deadline sweep has run within two hours."),
		_("The deadline sweep has not run for two hours; the last run ended at {names}."),
		_("See that scheduler and workers run: bench doctor."),
		("List", "Sweep Run"),
		lambda facts: _unless(
			is_met=facts.is_on("sweep_is_fresh"), name=str(facts.settings.get("last_sweep") or "-")
		),
	),
	Check(
		"backup",
		SITE,
		MUST,
		_("There is a backup of the last two days, or one is sent elsewhere."),
		_(
			"No backup of the last two days lies with the site, and none is sent elsewhere; the latest is of {names}."
		),
		_("Run bench setup backups, or set up a backup to a store of your own."),
		SYSTEM_FORM,
		_backup,
	),
	Check(
		"encrypted-backup",
		SITE,
		SHOULD,
		_("Backups are encrypted."),
		_("Backups are not encrypted, and they hold what citizens wrote."),
		_("Switch on Encrypt Backups in System Settings, or encrypt them your own way."),
		SYSTEM_FORM,
		_needs("encrypt_backup"),
	),
	Check(
		"https",
		SITE,
		MUST,
		_("The site's address begins with https."),
		_("The site's address does not begin with https, so passwords travel in the open."),
		_("Set up TLS at the web server and host_name in site_config.json."),
		SYSTEM_FORM,
		_needs("is_https"),
	),
	Check(
		"developer-mode",
		SITE,
		MUST,
		_("Developer mode is off."),
		_("Developer mode is on: errors show the inside of the site."),
		_("Take developer_mode out of the configuration."),
		SYSTEM_FORM,
		_forbids("developer_mode"),
	),
	Check(
		"tests-off",
		SITE,
		MUST,
		_("Tests are not allowed on this site."),
		_("Tests are allowed on this site: they give out logins and write invented records."),
		_("Take allow_tests out of site_config.json."),
		SYSTEM_FORM,
		_forbids("allow_tests"),
	),
	Check(
		"encryption-key",
		SITE,
		MUST,
		_("The site has a key of its own for sealed numbers."),
		_("The site has no encryption_key, so phones and ID numbers cannot be sealed."),
		_(
			"Save an Email Account or run bench --site SITE migrate, then keep the key apart from the backups."
		),
		SYSTEM_FORM,
		_needs("has_encryption_key"),
	),
	Check(
		"time-zone",
		SITE,
		SHOULD,
		_("The site's clock is that of China."),
		_("The site's time zone is {names}; limits end at its midnight."),
		_("Choose Asia/Shanghai in System Settings."),
		SYSTEM_FORM,
		lambda facts: _unless(
			is_met=str(facts.settings.get("time_zone")) in ("Asia/Shanghai", "Asia/Urumqi"),
			name=str(facts.settings.get("time_zone")),
		),
	),
	Check(
		"password-rules",
		SITE,
		SHOULD,
		_("Weak passwords are refused."),
		_("Weak passwords are not refused."),
		_("Switch on the password policy in System Settings."),
		SYSTEM_FORM,
		_needs("password_policy"),
	),
	Check(
		"login-tries",
		SITE,
		SHOULD,
		_("Tries at the login are limited."),
		_("Tries at the login are not limited."),
		_("Set Allow Consecutive Login Attempts in System Settings."),
		SYSTEM_FORM,
		_needs("login_attempts"),
	),
)
