"""The district on which `bench_report` measures: places, units, people and cases, written in bulk."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import frappe
from frappe.utils import add_days, now, today
from frappe.utils.password import set_encrypted_password

from petition_proxy.domain import lifecycle
from petition_proxy.domain.alerts import LOCAL_PROMISE, fire_at
from petition_proxy.jobs.alert_rules import active_rules, clear_rules, next_action_at_for
from petition_proxy.jobs.deadline_sweep import insert_ignoring_known

TOWNS, VILLAGES_PER_TOWN, DEPARTMENTS, AGENTS = 11, 12, 60, 1617
DISTRICT, OFFICE = "990000000000", "B-OFFICE"
BARE_DOCTYPE = "Petition Proxy Bench Row"
# One person of each role that works from lists.
PEOPLE = {
	lifecycle.VILLAGE: "village0-a@bench.invalid",
	lifecycle.TOWN: "town0@bench.invalid",
	lifecycle.DEPARTMENT: "dept0-a@bench.invalid",
	lifecycle.HEAD: "dept0@bench.invalid",
	lifecycle.OFFICE: "office-a@bench.invalid",
	lifecycle.CLERK: "office-b@bench.invalid",
	lifecycle.LEADER: "office@bench.invalid",
	lifecycle.AUDITOR: "dept1-a@bench.invalid",
}
# People who petitioned before: two or three cases each, as in a ledger; and those for whom cases are filed while measured.
KNOWN, FILED_FOR = 40_000, 50
SIGNATURE = "data:image/png;base64,iVBORw0KGgo="
TEXT = "小区门口的缴费点撤走以后，缴水电气费要坐一个小时的车到镇上，老人出门不方便，请尽快恢复。" * 4
STANDARD = ("name", "creation", "modified", "owner", "modified_by", "docstatus")
CASE_FIELDS = (
	*STANDARD,
	"subject",
	"content",
	"workflow_state",
	"petitioner",
	"petitioner_name",
	"masked_phone",
	"agent",
	"is_proxied",
	"filing_channel",
	"petition_kind",
	"district",
	"town",
	"village",
	"handling_unit",
	"reply_class",
	"round",
	"petitioned_at",
	"registered_at",
	"accepted_at",
	"replied_at",
	"closed_at",
	"reply_due_at",
	"statutory_due_at",
	"due_at",
	"queue_key",
	"next_action_at",
)
# Beside the petitions and every record that hangs on one.
EMPTIED = (
	"Petition",
	"Alert Digest",
	"Sweep Run",
	"Access Record",
	"Agent Status Change",
	"Agent Certificate",
)


@dataclass(frozen=True)
class Window:
	"""The sweep that is measured does what fell due after `start`, up to `end`."""

	start: datetime
	end: datetime

	@classmethod
	def around(cls, moment: datetime) -> "Window":
		end = moment.replace(microsecond=0)
		return cls(end - timedelta(hours=1), end)


@dataclass(frozen=True)
class Ground:
	"""Names that the measurements need."""

	towns: tuple[str, ...]
	villages: tuple[str, ...]
	departments: tuple[str, ...]
	agents: tuple[str, ...]
	town_officer: str
	agent_user: str
	agent: str
	filed_for: tuple[tuple[str, str], ...]  # petitioner and agreement
	petitioners: tuple[str, ...]


def clear() -> None:
	"""Remove what earlier runs left."""
	for doctype in (*EMPTIED, *records_of_a_case()):
		frappe.db.sql_ddl(f"truncate table `tab{doctype}`")
	for doctype in (
		"Proxy Agreement",
		"Petitioner",
		"Proxy Agent",
		"Handling Unit Member",
		"Handling Unit",
		"Region",
	):
		frappe.db.delete(doctype)
	frappe.db.delete("User", {"name": ("like", "%@bench.invalid")})
	clear_rules()
	frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a bench on a site of its own


def records_of_a_case() -> list[str]:
	"""DocTypes of the app that name a petition."""
	field, doctype = frappe.qb.DocType("DocField"), frappe.qb.DocType("DocType")
	return (
		frappe.qb.from_(field)
		.join(doctype)
		.on(doctype.name == field.parent)
		.select(field.parent)
		.distinct()
		.where((doctype.module == "Petition Proxy") & (doctype.issingle == 0))
		.where((field.options == "Petition") & (field.fieldname == "petition"))
		.orderby(field.parent)
		.run(pluck=True)
	)


def put(doctype: str, rows: list[dict]) -> None:
	"""Write rows past the controllers, with the standard columns filled."""
	base = {
		"creation": now(),
		"modified": now(),
		"owner": "Administrator",
		"modified_by": "Administrator",
		"docstatus": 0,
	}
	columns = tuple(dict.fromkeys((*base, *rows[0])))
	insert_ignoring_known(doctype, columns, [tuple({**base, **row}[c] for c in columns) for row in rows])


def make_ground() -> Ground:
	"""One district with 11 towns, 132 villages, 60 departments and 1,617 agents."""
	regions = [region(DISTRICT, "District", None, None)]
	towns, villages = [], []
	for t in range(TOWNS):
		town = f"990000{t + 1:03d}000"
		towns.append(town)
		regions.append(region(town, "Town", DISTRICT, None))
		for v in range(VILLAGES_PER_TOWN):
			villages.append(f"990000{t + 1:03d}{v + 201:03d}")
			regions.append(region(villages[-1], "Village", town, town))
	put("Region", regions)
	departments = tuple(f"B-DEPT-{n:02d}" for n in range(DEPARTMENTS))
	make_units(towns, villages, departments)
	agents = tuple(f"PA-BENCH-{n:05d}" for n in range(AGENTS))
	put(
		"Proxy Agent",
		[
			{"name": name, "agent_name": name, "status": "On Duty", "village": random.choice(villages)}
			for name in agents
		],
	)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a bench on a site of its own
	frappe.clear_cache()
	settings = frappe.get_single("Petition Proxy Settings")
	settings.district, settings.petition_office = DISTRICT, OFFICE
	settings.save()
	return Ground(
		tuple(towns),
		tuple(villages),
		departments,
		agents,
		"town0@bench.invalid",
		*make_filer(villages[0]),
		make_petitioners(),
	)


def region(code: str, level: str, parent: str | None, town: str | None) -> dict:
	return {
		"name": code,
		"code": code,
		"region_name": code,
		"level": level,
		"parent_region": parent,
		"district": None if level == "District" else DISTRICT,
		"town": town,
	}


def make_units(towns: list[str], villages: list[str], departments: tuple[str, ...]) -> None:
	"""Units with a head and two members each, and the accounts of those people."""
	units, members, users = [], [], []

	def add(code: str, unit_type: str, tier: str, place: str, people: str) -> None:
		head, *rest = (f"{people}{suffix}@bench.invalid" for suffix in ("", "-a", "-b"))
		units.append(
			{
				"name": code,
				"unit_code": code,
				"unit_name": code,
				"unit_type": unit_type,
				"tier": tier,
				"region": place,
				"district": DISTRICT,
				"town": place if tier == "Town" else towns[0] if tier == "Village" else None,
				"head": head,
				"is_active": 1,
			}
		)
		for idx, user in enumerate(rest, 1):
			members.append(
				{
					"name": user,
					"parent": code,
					"parenttype": "Handling Unit",
					"parentfield": "members",
					"idx": idx,
					"user": user,
				}
			)
		users.extend(
			{"name": user, "email": user, "first_name": user, "enabled": 1, "user_type": "System User"}
			for user in (head, *rest)
		)

	add(OFFICE, "Petition Office", "District", DISTRICT, "office")
	add("B-VILLAGE-00", "Village", "Village", villages[0], "village0")
	for number, town in enumerate(towns):
		add(f"B-TOWN-{number:02d}", "Town", "Town", town, f"town{number}")
	for number, code in enumerate(departments):
		add(code, "District Department", "District", DISTRICT, f"dept{number}")
	put("Handling Unit", units)
	put("Handling Unit Member", members)
	put("User", users)
	for role, user in PEOPLE.items():
		give_role(user, role)


def give_role(user: str, role: str) -> None:
	put(
		"Has Role",
		[
			{
				"name": frappe.generate_hash(length=10),
				"parent": user,
				"parenttype": "User",
				"parentfield": "roles",
				"role": role,
				"idx": 1,
			}
		],
	)


def make_petitioners() -> tuple[str, ...]:
	"""People with a phone of their own, by which repeats are looked for."""
	names = tuple(f"B-PERSON-{number:05d}" for number in range(KNOWN))
	put(
		"Petitioner",
		[{"name": name, "petitioner_name": "林婆婆", "phone_hash": frappe.generate_hash()} for name in names],
	)
	return names


def make_filer(village: str) -> tuple[str, str, tuple[tuple[str, str], ...]]:
	"""An agent with an account, petitioners and their agreements, made through the app itself."""
	user = "agent@bench.invalid"
	put(
		"User", [{"name": user, "email": user, "first_name": user, "enabled": 1, "user_type": "Website User"}]
	)
	give_role(user, lifecycle.AGENT)
	agent = frappe.get_doc(
		{
			"doctype": "Proxy Agent",
			"agent_name": "周大姐",
			"user": user,
			"village": village,
			"agent_class": "Villager Group Head",
			"status": "On Duty",
			"certificate_valid_to": add_days(today(), 200),
		}
	).insert()
	pairs = tuple(_sign(agent.name, village, f"138{number:08d}") for number in range(FILED_FOR))
	frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a bench on a site of its own
	return user, agent.name, pairs


def _sign(agent: str, village: str, phone: str) -> tuple[str, str]:
	petitioner = frappe.get_doc(
		{"doctype": "Petitioner", "petitioner_name": "林婆婆", "phone": phone, "village": village}
	).insert()
	agreement = frappe.get_doc(
		{
			"doctype": "Proxy Agreement",
			"petitioner": petitioner.name,
			"agent": agent,
			"matter": "缴费点",
			"valid_from": today(),
			"valid_to": add_days(today(), 100),
			"signed_on": today(),
			"signature": SIGNATURE,
		}
	).insert()
	agreement.submit()
	return petitioner.name, agreement.name


# ---------------------------------------------------------------------- cases


def case(ground: Ground, number: int, state: str, petitioned_at: datetime, **values) -> dict:
	village = random.choice(ground.villages)
	made = {
		"name": f"XF-BENCH-{number:07d}",
		"creation": petitioned_at,
		"modified": petitioned_at,
		"owner": "Administrator",
		"modified_by": "Administrator",
		"docstatus": 0,
		"subject": f"恢复缴费点 {number}",
		"content": TEXT,
		"workflow_state": state,
		"petitioner": random.choice(ground.petitioners),
		"petitioner_name": "林婆婆",
		"masked_phone": "138****5678",
		"agent": random.choice(ground.agents),
		"is_proxied": int(random.random() < 0.8),
		"filing_channel": "Petition Office Platform",
		"petition_kind": "Appeal and Request",
		"district": DISTRICT,
		"town": f"{village[:9]}000",
		"village": village,
		"handling_unit": random.choice(ground.departments),
		"reply_class": None,
		"round": 1,
		"petitioned_at": petitioned_at,
		"registered_at": petitioned_at,
		"accepted_at": petitioned_at + timedelta(days=2),
		"replied_at": None,
		"closed_at": None,
		"reply_due_at": None,
		"statutory_due_at": None,
		**values,
	}
	made["due_at"] = lifecycle.running_due_at(state, None, made["reply_due_at"], made["statutory_due_at"])
	made["queue_key"] = lifecycle.queue_key(state, bool(made["is_proxied"]), made["due_at"], petitioned_at)
	made["next_action_at"] = next_action_at_for(made)
	return made


def put_cases(rows: list[dict]) -> None:
	insert_ignoring_known("Petition", CASE_FIELDS, [tuple(row[f] for f in CASE_FIELDS) for row in rows])
	frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a bench on a site of its own


def next_number() -> int:
	return frappe.db.count("Petition")


def put_closed(ground: Ground, count: int) -> None:
	"""Answered and closed cases of the last three years, some answered late."""
	first, present = next_number(), frappe.utils.now_datetime()
	for start in range(first, first + count, 2000):
		rows = []
		for number in range(start, min(start + 2000, first + count)):
			came = present - timedelta(days=random.uniform(80, 1100))
			accepted = came + timedelta(days=2)
			replied = accepted + timedelta(days=random.uniform(1, 70))
			rows.append(
				case(
					ground,
					number,
					lifecycle.CLOSED,
					came,
					accepted_at=accepted,
					replied_at=replied,
					closed_at=replied + timedelta(days=3),
					reply_due_at=accepted + timedelta(days=15),
					statutory_due_at=accepted + timedelta(days=60),
				)
			)
		put_cases(rows)


def put_open(ground: Ground, window: Window, count: int, due_share: float) -> None:
	"""Cases in handling. For `due_share` of them one step of escalation falls into the window.

	The steps are spread evenly over the rules of the local promise; the earlier steps of those cases have been
	alerted before, as they would have been. For all others the next step lies beyond the window.
	"""
	rules = [rule for rule in active_rules() if rule.clock == LOCAL_PROMISE and not rule.urgent_only]
	if not rules:
		raise frappe.ValidationError("The site has no active alert rule for the local promise.")
	reply_class, warn_hours = frappe.get_all(
		"Reply Class",
		filters={"class_code": "G"},
		fields=["name", "warn_hours"],
		order_by="valid_from desc",
		limit=1,
		as_list=True,
	)[0]
	first, due_count = next_number(), int(count * due_share)
	length = window.end - window.start
	for start in range(0, count, 2000):
		rows = []
		for index in range(start, min(start + 2000, count)):
			if index < due_count:
				fires_at = window.start + length * random.uniform(0.01, 1)
				due_at = fires_at - (fire_at(rules[index % len(rules)], window.end, warn_hours) - window.end)
			else:
				due_at = window.end + timedelta(days=random.uniform(20, 30))
			rows.append(
				case(
					ground,
					first + index,
					lifecycle.HANDLING,
					window.end - timedelta(days=random.uniform(3, 30)),
					reply_class=reply_class,
					reply_due_at=due_at.replace(microsecond=0),
					statutory_due_at=window.end + timedelta(days=random.uniform(35, 50)),
				)
			)
		put_cases(rows)


def analyze() -> None:
	"""Fresh statistics, so that the optimizer judges what is there."""
	frappe.db.sql("analyze table `tabPetition`, `tabAlert`")


# ---------------------------------------------------------------------- filing


def petition_to_file(ground: Ground) -> dict:
	"""What an agent types for a petitioner the register knows."""
	petitioner, agreement = random.choice(ground.filed_for)
	return {
		"doctype": "Petition",
		"subject": "恢复缴费点",
		"content": TEXT,
		"request_text": "请恢复缴费点",
		"village": ground.villages[0],
		"petitioner": petitioner,
		"agreement": agreement,
		"address_text": "柳湾村三组",
		"petition_kind": "Appeal and Request",
		"filing_channel": "Petition Office Platform",
		"intake_way": "Home Visit",
	}


def petition_on_phone(ground: Ground) -> dict:
	"""The same from the phone form: a new petitioner by name and phone number, with a signature under the agreement."""
	petition = petition_to_file(ground)
	for fieldname in ("petitioner", "agreement", "filing_channel"):
		del petition[fieldname]
	return {
		**petition,
		"new_petitioner_name": "林婆婆",
		"new_petitioner_phone": f"139{random.randrange(10**8):08d}",
		"agreement_signature": SIGNATURE,
		"powers_agreed": 1,
	}


def make_bare_doctype() -> int:
	"""A DocType with the fields of a petition, but no links to check, no rules, no index and a random name.

	Returns:
		Number of its fields.
	"""
	drop_bare_doctype()
	fields = [
		{
			"fieldname": df.fieldname,
			"label": df.label or df.fieldname,
			"fieldtype": df.fieldtype
			if df.fieldtype in ("Text", "Small Text", "Check", "Int", "Datetime")
			else "Data",
		}
		for df in frappe.get_meta("Petition").fields
		if df.fieldtype not in frappe.model.no_value_fields
	]
	frappe.get_doc(
		{
			"doctype": "DocType",
			"name": BARE_DOCTYPE,
			"module": "Petition Proxy",
			"custom": 1,
			"autoname": "hash",
			"fields": fields,
			"permissions": [{"role": "System Manager", "read": 1, "write": 1, "create": 1}],
		}
	).insert()
	frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a bench on a site of its own
	return len(fields)


def drop_bare_doctype() -> None:
	frappe.set_user("Administrator")
	frappe.delete_doc("DocType", BARE_DOCTYPE, ignore_missing=True, force=True)
	frappe.db.sql_ddl(f"drop table if exists `tab{BARE_DOCTYPE}`")


def bare_document() -> dict:
	"""As much text and as many dates as a filed petition carries."""
	moment = now()
	return {
		"doctype": BARE_DOCTYPE,
		"subject": "恢复缴费点",
		"content": TEXT,
		"request_text": "请恢复缴费点",
		"workflow_state": lifecycle.REGISTERED,
		"petitioner_name": "林婆婆",
		"address_text": "柳湾村三组",
		"petitioned_at": moment,
		"registered_at": moment,
		"notice_due_at": moment,
		"due_at": moment,
		"queue_key": "10-202611232359",
	}


@cache
def api_token(user: str) -> str:
	"""A new token by which a request acts as this user; the one before it ends."""
	key, secret = frappe.generate_hash(length=15), frappe.generate_hash(length=15)
	frappe.db.set_value("User", user, "api_key", key, update_modified=False)
	set_encrypted_password("User", user, secret, "api_secret")
	return f"{key}:{secret}"
