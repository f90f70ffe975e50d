"""What is still missing before go-live: reads the facts, asks `domain/readiness.py`, says it in the user's language.

The guided set-up, its check list and `bench petition-proxy-check` all read this; nothing of it is stored.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

import frappe
from frappe import _
from frappe.permissions import get_role_permissions
from frappe.query_builder import DocType
from frappe.utils import cint, get_url, getdate
from frappe.utils.scheduler import is_scheduler_inactive

from petition_proxy.api.desk import get_sweep_health
from petition_proxy.domain import readiness as rules
from petition_proxy.domain.agent_lifecycle import ON_DUTY
from petition_proxy.jobs.recipients import has_outgoing_mail
from petition_proxy.utils.settings import get_setting

NAMES_SHOWN = 5
SETTINGS = "Petition Proxy Settings"
TEST_NOTICE = "Petition Proxy Settings"  # what a test notice is about, so that it is found again
BACKUP_STORES = ("S3 Backup Settings", "Dropbox Settings", "Google Drive")


def get_findings() -> list[dict[str, Any]]:
	"""All checks as the desk and the command show them.

	Returns:
		For each: code, step, severity, is_met, sentence, mend (empty where it is met), route (empty where the user may
		not go), count.
	"""
	return [_shown(finding) for finding in rules.examine(read_facts())]


def _shown(finding: rules.Finding) -> dict[str, Any]:
	check = finding.check
	names = [_(name) for name in finding.names if name]
	comma = "、" if (frappe.local.lang or "").startswith("zh") else ", "
	shown = comma.join(names[:NAMES_SHOWN]) + (" …" if len(names) > NAMES_SHOWN else "")
	sentence = (
		_(check.good) if finding.is_met else _(check.missing).format(count=len(finding.names), names=shown)
	)
	return {
		"code": check.code,
		"step": check.step,
		"severity": check.severity,
		"is_met": finding.is_met,
		"sentence": sentence,
		"mend": "" if finding.is_met else _(check.mend),
		"route": list(check.route) if _may_go(check.route[1]) else [],
		"count": len(finding.names),
	}


def _may_go(doctype: str) -> bool:
	"""By the roles alone: a record shared with somebody is no way to the list, and asking for shares costs a query each."""
	return frappe.session.user == "Administrator" or bool(
		get_role_permissions(frappe.get_meta(doctype)).get("read")
	)


def is_ready(findings: list[dict[str, Any]]) -> bool:
	"""Whether nothing that must be there is missing."""
	return all(f["is_met"] for f in findings if f["severity"] == rules.MUST)


# Facts
# -----
def read_facts(today: date | None = None) -> rules.Facts:
	"""What is on file now, in some twenty queries whatever the size of the district.

	Args:
		today: the day to look at; the site's by default.
	"""
	today = today or getdate()
	settings = frappe.get_single(SETTINGS)
	agents = _agents_on_duty()
	categories, ruled = _categories(today)
	return rules.Facts(
		today=today,
		district=settings.district,
		petition_office=settings.petition_office,
		places=_places(today),
		units=_units(),
		accounts=_accounts(),
		categories=categories,
		ruled_categories=ruled,
		class_codes=_valid("Reply Class", "class_code", today),
		limits=_valid("Statutory Limit", "limit_code", today),
		limits_wanted=_options("Statutory Limit", "limit_code"),
		letter_kinds=frozenset(row.kind for row in settings.letter_words if (row.word or "").strip()),
		letter_kinds_wanted=_options("Letter Word", "kind"),
		years=frozenset(frappe.get_all("Work Calendar", pluck="calendar_year", order_by="calendar_year asc")),
		settings=_site_facts(),
		agents_on_duty=len(agents),
		agents_without_pass=tuple(
			row.agent_name
			for row in agents
			if not row.certificate_valid_to or row.certificate_valid_to < today
		),
		agents_without_account=tuple(
			row.agent_name for row in agents if row.skill == "Online" and not row.user
		),
	)


def _places(today: date) -> tuple[rules.Place, ...]:
	rows = frappe.get_all(
		"Region",
		fields=["name", "region_name", "level", "parent_region", "valid_from", "valid_to"],
		order_by="name asc",
	)
	return tuple(
		rules.Place(row.name, row.region_name, row.level, row.parent_region)
		for row in rows
		if (not row.valid_from or row.valid_from <= today) and (not row.valid_to or row.valid_to >= today)
	)


def _units() -> tuple[rules.Unit, ...]:
	rows = frappe.get_all(
		"Handling Unit",
		filters={"is_active": 1},
		fields=["name", "unit_name", "unit_type", "region", "head", "letter_prefix", "managed_platform"],
		order_by="name asc",
	)
	members: dict[str, list[str]] = {}
	for row in frappe.get_all(
		"Handling Unit Member",
		filters={"parenttype": "Handling Unit"},
		fields=["parent", "user"],
		order_by="parent asc, idx asc",
	):
		members.setdefault(row.parent, []).append(row.user)
	return tuple(
		rules.Unit(
			row.name,
			row.unit_name,
			row.unit_type,
			row.region,
			row.head,
			tuple(members.get(row.name, ())),
			row.letter_prefix,
			row.managed_platform,
		)
		for row in rows
	)


def _accounts() -> tuple[rules.Account, ...]:
	users = frappe.get_all(
		"User",
		filters={"enabled": 1, "name": ("not in", ("Administrator", "Guest")), "user_type": "System User"},
		pluck="name",
		order_by="name asc",
	)
	roles: dict[str, set[str]] = {user: set() for user in users}
	for row in frappe.get_all(
		"Has Role", filters={"parenttype": "User"}, fields=["parent", "role"], order_by="parent asc"
	):
		if row.parent in roles:
			roles[row.parent].add(row.role)
	return tuple(rules.Account(user, frozenset(held)) for user, held in roles.items())


def _categories(today: date) -> tuple[dict[str, str | None], frozenset[str]]:
	rows = frappe.get_all(
		"Petition Category",
		fields=["name", "path", "is_group", "default_unit", "valid_to"],
		order_by="path asc",
	)
	paths = {row.name: row.path for row in rows}
	by_path = {row.path: row.default_unit for row in rows}
	ends = {
		row.path: row.default_unit or _inherited(row.path, by_path)
		for row in rows
		if not row.is_group and (not row.valid_to or row.valid_to >= today)
	}
	rule = DocType("Responsibility Rule")
	ruled = (
		frappe.qb.from_(rule)
		.select(rule.category)
		.where((rule.valid_from <= today) & (rule.valid_to.isnull() | (rule.valid_to >= today)))
		.where(rule.region.isnull() | (rule.region == "") | rule.region.isin(_districts()))
		.run(pluck=True)
	)
	return ends, frozenset(paths.get(name, "") if name else "" for name in ruled)


def _inherited(path: str, by_path: dict[str, str | None]) -> str | None:
	"""The unit that a category above gives to those below."""
	while "/" in path:
		path = path.rpartition("/")[0]
		if by_path.get(path):
			return by_path[path]
	return None


def _districts() -> list[str]:
	return frappe.get_all("Region", filters={"level": "District"}, pluck="name", order_by="name asc") or [""]


def _valid(doctype: str, column: str, today: date) -> frozenset[str]:
	rows = frappe.get_all(
		doctype,
		filters={"valid_from": ("<=", today)},
		fields=[column, "valid_to"],
		order_by=f"{column} asc",
	)
	return frozenset(row[column] for row in rows if not row.valid_to or row.valid_to >= today)


def _options(doctype: str, fieldname: str) -> frozenset[str]:
	options = frappe.get_meta(doctype).get_field(fieldname).options or ""
	return frozenset(filter(None, options.split("\n")))


def _agents_on_duty() -> list[frappe._dict]:
	return frappe.get_all(
		"Proxy Agent",
		filters={"status": ON_DUTY},
		fields=["agent_name", "certificate_valid_to", "skill", "user"],
		order_by="name asc",
	)


def _site_facts() -> dict[str, object]:
	"""Of the site itself: what System Settings and its configuration say."""
	sweep = get_sweep_health()
	system = frappe.get_single("System Settings")
	conf = frappe.conf
	return {
		"demo_district": _demo_district(),
		"guest_questions": cint(get_setting("guest_questions")),
		"has_mail": has_outgoing_mail(),
		"mute_emails": cint(conf.get("mute_emails")),
		"test_notice_sent": bool(
			frappe.db.exists("Notification Log", {"document_type": TEST_NOTICE, "type": "Alert"})
		),
		"scheduler_on": not is_scheduler_inactive(verbose=False),
		"sweep_is_fresh": bool(sweep["last_finished_at"]) and not sweep["is_stale"],
		"last_sweep": sweep["last_finished_at"],
		"last_backup_on": _last_backup(),
		"backs_up_elsewhere": any(_is_switched_on(store) for store in BACKUP_STORES),
		"encrypt_backup": cint(system.get("encrypt_backup")),
		"is_https": get_url().startswith("https://"),
		"developer_mode": cint(conf.get("developer_mode")),
		"allow_tests": cint(conf.get("allow_tests")),
		"has_encryption_key": bool(conf.get("encryption_key")),
		"time_zone": system.time_zone or "",
		"password_policy": cint(system.enable_password_policy),
		"login_attempts": cint(system.allow_consecutive_login_attempts),
	}


def _demo_district() -> tuple[str, str]:
	path = Path(frappe.get_app_path("petition_proxy", "setup", "demo", "data", "places.json"))
	district = json.loads(path.read_text(encoding="utf-8"))["district"]
	return district["code"], district["name"]


def _last_backup() -> date | None:
	folder = Path(frappe.get_site_path("private", "backups"))
	ends = [path.stat().st_mtime for path in folder.glob("*-database*.sql.gz*")] if folder.is_dir() else []
	return date.fromtimestamp(max(ends)) if ends else None


def _is_switched_on(store: str) -> bool:
	"""A store of Frappe's that takes backups; some of them left Frappe for apps of their own."""
	if not frappe.db.exists("DocType", store):
		return False
	switch = next((f for f in ("enabled", "enable") if frappe.get_meta(store).has_field(f)), None)
	return bool(switch and cint(frappe.db.get_single_value(store, switch)))
