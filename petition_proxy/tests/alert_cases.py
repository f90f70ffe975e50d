"""Cases, rules and people for the tests of sweep and delivery.

The cases lie in the year 2001, so that a sweep for a moment of that year meets no other case of the site.
"""

from datetime import datetime, timedelta

import frappe
from frappe.utils import now

from petition_proxy.jobs.alert_rules import active_rules, clear_rules, next_action_at_for
from petition_proxy.tests import factories as f

DUE = datetime(2001, 6, 15, 23, 59, 59)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MORNING = datetime(2001, 6, 16, 9, 0)
NIGHT = datetime(2001, 6, 16, 2, 0)

# code, clock, hours after due, recipient, level
RULES = (
	("T-WARN", "Local Promise", -24, "Handling Unit", 1),
	("T-DUE", "Local Promise", 0, "Unit Head", 2),
	("T-TOWN", "Local Promise", 24, "Town", 3),
	("T-OFFICE", "Local Promise", 72, "Petition Office", 4),
	("T-NOTICE", "Acceptance Notice", -48, "Handling Unit", 1),
)
CASE_FIELDS = (
	"name",
	"creation",
	"modified",
	"owner",
	"modified_by",
	"docstatus",
	"subject",
	"petitioner_name",
	"content",
	"workflow_state",
	"handling_unit",
	"district",
	"town",
	"village",
	"round",
	"is_urgent",
	"notice_due_at",
	"reply_due_at",
	"statutory_due_at",
	"accused_unit",
	"accused_user",
	"next_action_at",
)


def use_only_test_rules() -> None:
	"""Switch the site's own rules off and the test's on, in the running transaction."""
	frappe.db.set_value("Alert Rule", {"is_active": 1}, "is_active", 0)
	add_rules()


def add_rules() -> None:
	for code, clock, hours, recipient, level in RULES:
		frappe.get_doc(
			{
				"doctype": "Alert Rule",
				"rule_code": code,
				"rule_name": code,
				"clock": clock,
				"offset_hours": hours,
				"recipient": recipient,
				"level_no": level,
			}
		).insert()
	clear_rules()


def put_cases(count: int = 1, prefix: str = "SWEEP", **values) -> list[str]:
	"""Write cases straight to the table, in handling, due at DUE, with the moment the app itself would compute.

	Args:
		count: how many.
		prefix: start of their numbers.
		values: columns that differ from a case in handling at the department.
	"""
	names = [f"{prefix}-{number:05d}" for number in range(count)]
	base = {
		"creation": now(),
		"modified": now(),
		"owner": "Administrator",
		"modified_by": "Administrator",
		"docstatus": 0,
		"subject": "缴费点撤走了",
		"petitioner_name": "林婆婆",
		"content": "请打 13812345678 找林婆婆",
		"workflow_state": "Handling",
		"handling_unit": f.DEPT_UNIT,
		"district": f.DISTRICT,
		"town": f.TOWN,
		"village": f.VILLAGE,
		"round": 1,
		"is_urgent": 0,
		"notice_due_at": None,
		"reply_due_at": DUE,
		"statutory_due_at": None,
		"accused_unit": None,
		"accused_user": None,
		**values,
	}
	if "next_action_at" not in base:
		active_rules()
		base["next_action_at"] = next_action_at_for(base)
	rows = [[name if field == "name" else base[field] for field in CASE_FIELDS] for name in names]
	frappe.db.bulk_insert("Petition", list(CASE_FIELDS), rows)
	return names


def alerts_of(petition: str, **filters) -> list:
	return frappe.get_all(
		"Alert",
		filters={"petition": petition, **filters},
		fields=["*"],
		order_by="fired_at asc, recipient asc, channel asc",
	)


def told(petition: str) -> set[tuple[str, str | None]]:
	"""(rule, recipient) of every alert of a case."""
	return {(alert.rule, alert.recipient) for alert in alerts_of(petition)}


def next_action_at(petition: str) -> datetime | None:
	return frappe.db.get_value("Petition", petition, "next_action_at")


def put_reply_class(warn_hours: int) -> str:
	"""A reply class of its own, valid in 2001."""
	values = {
		"class_code": "G",
		"class_name": "General",
		"limit_days": 15,
		"day_kind": "Natural Day",
		"warn_hours": warn_hours,
		"valid_from": "2001-01-01",
		"valid_to": "2001-12-31",
	}
	return frappe.get_doc({"doctype": "Reply Class", **values}).insert().name
