"""Staff, agents and petitioners of the demo district, with the accounts of those who work online."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import frappe

from petition_proxy.domain import lifecycle, privacy
from petition_proxy.domain.agent_lifecycle import ENTERED
from petition_proxy.petition_proxy.doctype.agent_status_change.record import SNAPSHOT_FIELDS
from petition_proxy.setup.demo import words
from petition_proxy.setup.demo.places import (
	MEMBERS_BY_TYPE,
	VACANT_ONE_IN,
	District,
	Settlement,
	Village,
)
from petition_proxy.setup.demo.writer import Writer
from petition_proxy.utils.identity import hash_of, seal
from petition_proxy.utils.series import reserve

# A domain that never resolves (RFC 2606): no demo account can receive mail.
MAIL_DOMAIN = "demo.invalid"

# Class, share of the roster, chance of being public staff.
AGENT_CLASSES = (
	("Civil Servant", 5, 1.0),
	("Public Institution Staff", 7, 1.0),
	("Village Committee Cadre", 24, 0.08),
	("Graduate Village Official", 5, 0.6),
	("Villager Group Head", 25, 0.0),
	("Community Volunteer", 13, 0.0),
	("Delegate or Committee Member", 6, 0.3),
	("Property Manager", 6, 0.0),
	("Warm-hearted Citizen", 9, 0.0),
)
STATUSES = (
	("On Duty", 92.0),
	("In Training", 3.0),
	("Applied", 1.5),
	("Suspended", 1.2),
	("Left", 2.0),
	("Removed", 0.3),
)
CERTIFICATE_DAYS = 3 * 365
# How those came to their status who are off duty.
ENDS = {
	"Suspended": ("Suspend", "外出务工"),
	"Left": ("Leave", "本人申请退出"),
	"Removed": ("Remove", "多次代理不到位"),
}
UNIT_ROLES = {
	"Petition Office": (lifecycle.OFFICE, lifecycle.OFFICE),
	"District Government": (lifecycle.LEADER, lifecycle.LEADER),
	"System Clerk Post": (lifecycle.CLERK, lifecycle.CLERK),
	"Town": (lifecycle.HEAD, lifecycle.TOWN),
	"Village": (lifecycle.VILLAGE, lifecycle.VILLAGE),
}
OTHER_UNIT_ROLES = (lifecycle.HEAD, lifecycle.DEPARTMENT)
# How much likelier than the others of a village the documented agent is to file a case.
LOGIN_WEIGHT = 40.0


@dataclass
class Agent:
	name: str
	title: str
	village: str
	on_duty_from: date
	certificate_valid_to: date
	is_online: bool
	user: str | None = None
	weight: float = 1.0


@dataclass
class Person:
	"""A petitioner."""

	name: str
	title: str
	sex: str
	born: date
	village: Village
	home: Settlement
	masked_phone: str | None
	user: str | None = None
	wants_secrecy: bool = False

	def address(self, today: date) -> str:
		"""How neighbours speak of the person."""
		return words.form_of_address(self.title, self.sex, today.year - self.born.year)


class Accounts:
	"""User accounts, written set-wise: the demo needs some two thousand of them.

	Only accounts with a password set later can be logged in to.
	"""

	def __init__(self, writer: Writer, existing: Iterable[str]) -> None:
		self.writer = writer
		self.known = set(existing)
		# the documented logins: user id -> full name
		self.full_names: dict[str, str] = {}

	def add(self, local_part: str, full_name: str, role: str, at: datetime) -> str:
		"""One account with one role.

		Args:
			local_part: what stands before the @.
			full_name: shown name.
			role: one of the app's roles; portal roles make a website user.
			at: when the account was made.
		"""
		user = f"{local_part.lower()}@{MAIL_DOMAIN}"
		if user in self.known:
			return user
		self.known.add(user)
		self.writer.add(
			"User",
			user,
			at=at,
			email=user,
			first_name=full_name,
			full_name=full_name,
			enabled=1,
			language="zh",
			user_type="Website User" if role in lifecycle.PORTAL_ROLES else "System User",
			send_welcome_email=0,
		)
		# the desk does not open without it; Frappe makes one for every user
		self.writer.add("Notification Settings", user, at=at, owner=user, user=user)
		self.writer.add(
			"Has Role", at=at, parent=user, parenttype="User", parentfield="roles", idx=1, role=role
		)
		return user


def make_staff(
	rng: random.Random, accounts: Accounts, district: District, at: datetime, logins: dict
) -> None:
	"""Head and members of every unit, some posts left vacant.

	Args:
		logins: unit code -> list of (field, user id): the documented logins, which take a seat in these units.
	"""
	for unit in district.units.values():
		if unit.unit_type == "City Body":
			continue
		taken = dict(logins.get(unit.code, ()))
		if (
			not taken
			and unit.unit_type in ("District Department", "Village")
			and rng.randrange(VACANT_ONE_IN) == 0
		):
			continue
		head_role, member_role = UNIT_ROLES.get(unit.unit_type, OTHER_UNIT_ROLES)
		stem = unit.code.split("-", 1)[1]
		unit.head = taken.get("head") or accounts.add(f"{stem}-head", _name(rng), head_role, at)
		unit.members = [user for seat, user in logins.get(unit.code, ()) if seat != "head"]
		for number in range(1, MEMBERS_BY_TYPE.get(unit.unit_type, 1) + 1):
			unit.members.append(accounts.add(f"{stem}-{number}", _name(rng), member_role, at))


def _name(rng: random.Random) -> str:
	return words.person_name(rng, rng.choice(("Male", "Female")))


# Agents
# ------
def make_agents(
	rng: random.Random,
	writer: Writer,
	accounts: Accounts,
	district: District,
	count: int,
	now: datetime,
	online_in: dict[str, str | None],
) -> list[Agent]:
	"""The roster of agents, spread over all settlements; every village has one who served all year.

	Args:
		count: size of the roster, whatever the status.
		online_in: village code -> user id: where the first agent works online for certain, and with which account
			(None for one of the agent's own).

	Returns:
		Those on duty.
	"""
	first = reserve(f"PA-{district.short_code}-", count)
	agents = []
	for number in range(count):
		village = district.villages[number % len(district.villages)]
		is_first = number < len(district.villages)
		is_certain = is_first and village.code in online_in
		user = online_in[village.code] if is_certain else None
		agents.append(
			_make_agent(
				rng, writer, accounts, district, village, first + number, is_first, now, is_certain, user
			)
		)
	return [agent for agent in agents if agent]


def _make_agent(
	rng,
	writer,
	accounts,
	district,
	village: Village,
	number: int,
	is_first: bool,
	now,
	is_certain: bool,
	user,
) -> Agent | None:
	sex = rng.choice(("Male", "Female"))
	title = accounts.full_names.get(user) or words.person_name(rng, sex)
	born = words.birth_date(rng, now.date(), 24, 71)
	classes = [c for c in AGENT_CLASSES if village.is_community or c[0] != "Property Manager"]
	agent_class, _share, public = rng.choices(classes, [c[1] for c in classes])[0]
	status = "On Duty" if is_first else rng.choices([s for s, _w in STATUSES], [w for _s, w in STATUSES])[0]
	began = now.date() - timedelta(days=rng.randint(370, 900) if is_first else rng.randint(20, 900))
	was_on_duty = status in ("On Duty", "Suspended", "Left", "Removed")
	is_online = is_certain or (now.year - born.year < 62 and rng.random() < 0.85)
	home = village.settlements[(number // len(district.villages)) % len(village.settlements)]
	name = f"PA-{district.short_code}-{number:05d}"
	made_at = datetime.combine(began, now.time().replace(hour=9, microsecond=0)) - timedelta(
		days=rng.randint(8, 20)
	)
	if status == "On Duty" and is_online and not user:
		user = accounts.add(f"a{number:05d}", title, lifecycle.AGENT, made_at)
	id_number = words.id_number(rng, born, sex, writer.used_ids)
	certificate = began + timedelta(days=CERTIFICATE_DAYS)
	writer.add(
		"Proxy Agent",
		name,
		at=made_at,
		agent_no=name,
		agent_name=title,
		user=user,
		status=status,
		agent_class=agent_class,
		is_public_staff=int(rng.random() < public),
		skill="Online" if is_online else "Paper",
		village=village.code,
		town=village.town,
		district=district.code,
		service_point=village.point,
		settlement=home.name,
		on_duty_from=began if was_on_duty else None,
		certificate_valid_to=certificate if was_on_duty else None,
		duty_phone=words.phone_number(rng),
		email=user,
		# one in five has agreed to be written to
		publish_email=int(bool(user) and number % 5 == 0),
		publish_consent_on=began if user and number % 5 == 0 else None,
		masked_id_number=privacy.mask_id_number(id_number),
		sealed_id_number=seal(id_number),
		id_hash=hash_of(id_number),
		latitude=round(rng.gauss(home.latitude, 0.0009), 6),
		longitude=round(rng.gauss(home.longitude, 0.0009), 6),
	)
	_add_register(writer, name, number, made_at, certificate if was_on_duty else None)
	if status != "On Duty":
		return None
	weight = LOGIN_WEIGHT if user in accounts.full_names else rng.paretovariate(1.6)
	return Agent(name, title, village.code, began, certificate, is_online, user, weight)


def _add_register(writer, name: str, number: int, made_at: datetime, certificate: date | None) -> None:
	"""History and certificate of an agent, as the acts would have written them; no draw, so that the rest stays as it was."""
	agent = writer.rows["Proxy Agent"][-1]
	began = agent["on_duty_from"]
	path = [(ENTERED, "", "Applied", made_at.date(), None)]
	if agent["status"] != "Applied":
		trained = made_at.date() + timedelta(days=3)
		path += [("Check", "Applied", "Checked", trained, None)]
		path += [("Start Training", "Checked", "In Training", trained, None)]
	if began:
		path += [("Put on Duty", "In Training", "On Duty", began, "培训合格")]
	if agent["status"] in ENDS:
		action, reason = ENDS[agent["status"]]
		days = (writer.now.date() - began).days
		path += [
			(action, "On Duty", agent["status"], began + timedelta(days=days * (number % 7 + 1) // 9), reason)
		]
	for place, (action, source, target, on, reason) in enumerate(path):
		writer.add(
			"Agent Status Change",
			f"{name}-S{place}",
			at=datetime.combine(on, made_at.time()),
			agent=name,
			agent_name=agent["agent_name"],
			action=action,
			from_status=source,
			to_status=target,
			effective_on=on,
			reason=reason,
			changed_by="Administrator",
			changed_at=datetime.combine(on, made_at.time()),
			**{f: agent[f] for f in SNAPSHOT_FIELDS},
		)
	agent["status_since"] = path[-1][3]
	agent["certificate_no"] = None
	if certificate:
		agent["certificate_no"] = f"HG-{name[3:9]}-{number:05d}"
		writer.add(
			"Agent Certificate",
			f"{name}-C",
			at=datetime.combine(began, made_at.time()),
			agent=name,
			agent_name=agent["agent_name"],
			certificate_no=agent["certificate_no"],
			issued_on=began,
			valid_to=certificate,
			source="Entered by Hand",
		)


# Petitioners
# -----------
def make_petitioner(
	rng: random.Random,
	writer: Writer,
	district: District,
	village: Village,
	at: datetime,
	today: date,
	title: str | None = None,
	sex: str | None = None,
	born: date | None = None,
	user: str | None = None,
	**values,
) -> Person:
	"""One petitioner; what is not given is drawn.

	Args:
		at: when the record was made.
		today: day for which the age counts.
		values: further fields of the record.
	"""
	sex = sex or rng.choice(("Male", "Female"))
	born = born or words.birth_date(rng, today, 26, 84)
	title = title or words.person_name(rng, sex)
	age = today.year - born.year
	home = rng.choice(village.settlements)
	phone = words.phone_number(rng) if rng.random() < 0.94 else None
	masked_phone = privacy.mask_phone(phone) if phone else None
	id_number = words.id_number(rng, born, sex, writer.used_ids)
	need = _special_need(rng, age, bool(phone))
	secrecy = values.pop("wants_secrecy", int(rng.random() < 0.03))
	name = writer.add(
		"Petitioner",
		at=at,
		petitioner_name=title,
		sex=sex,
		birth_date=born,
		occupation=values.pop("occupation", None)
		or ("退(离)休人员" if age > 62 and village.is_community else _job(rng)),
		special_need=values.pop("special_need", need),
		wants_secrecy=secrecy,
		village=village.code,
		town=village.town,
		district=district.code,
		user=user,
		masked_phone=masked_phone,
		sealed_phone=seal(phone),
		phone_hash=hash_of(phone),
		id_type="Resident ID",
		masked_id_number=privacy.mask_id_number(id_number),
		sealed_id_number=seal(id_number),
		id_hash=hash_of(id_number),
		sealed_address=seal(f"{village.town_name}{village.name}{home.title}{rng.randint(1, 160)}号"),
	)
	return Person(name, title, sex, born, village, home, masked_phone, user, bool(secrecy))


def _job(rng: random.Random) -> str:
	return rng.choice(words.load("people")["occupations"])


def _special_need(rng: random.Random, age: int, has_phone: bool) -> str | None:
	if not has_phone:
		return "No Mobile Phone"
	if age > 70:
		return rng.choice(("Over 70", "Over 70", "Limited Mobility", "Illiterate", "Living Alone"))
	if rng.random() < 0.08:
		return rng.choice(("Disabled", "Left Behind", "Minimum Living Allowance"))
	return None


def known_users() -> list[str]:
	return frappe.get_all(
		"User", filters={"name": ("like", f"%@{MAIL_DOMAIN}")}, pluck="name", order_by="name"
	)
