"""Who else takes part when a whole case is played through the REST API: more people, the bodies above, a category with its rule."""

from datetime import timedelta

import frappe
from frappe.utils import date_diff, getdate

from petition_proxy.domain import lifecycle
from petition_proxy.permissions.scope import clear_scopes
from petition_proxy.tests import factories as f
from petition_proxy.tests import money_cases

GOV_UNIT, CITY_DEPT, CITY_GOV = "T-GOV", "T-CITY-DEPT", "T-CITY-GOV"
CATEGORY = "房屋漏水"
RULE_REASON = "三定方案：房屋修缮归住建委"
# How unit letters are numbered here, so that the numbers can be read.
WORDS = {f.DEPT_UNIT: "云住建", f.DEPT_UNIT_2: "云人社", f.TOWN_UNIT: "清政", f.OFFICE_UNIT: "云信"}

PUBLIC_STAFF_AGENT = "吴干部"
STAMPS = (
	*("registered_at", "petitioned_at", "accepted_at", "replied_at", "served_at", "closed_at"),
	*("notice_due_at", "reply_due_at", "statutory_due_at"),
)

USERS = {
	"checker@pp.test": (lifecycle.DEPARTMENT,),  # second member of the department
	"checker2@pp.test": (lifecycle.DEPARTMENT,),  # of the other one
	"head2@pp.test": (lifecycle.HEAD,),
	"townhelp@pp.test": (lifecycle.TOWN,),
	"gov@pp.test": (lifecycle.DEPARTMENT,),  # reviews for the district government
	"citygov@pp.test": (lifecycle.DEPARTMENT,),  # and the city above it
	"cityhead@pp.test": (lifecycle.HEAD,),
	"village2@pp.test": (lifecycle.VILLAGE,),
	"finance@pp.test": (lifecycle.FINANCE,),
	# has every role that a reward batch asks for, and is still one person
	"allround@pp.test": (lifecycle.CLERK, lifecycle.TOWN, lifecycle.OFFICE, lifecycle.FINANCE),
}


def make_people() -> None:
	"""Insert if missing, so that the scenarios run again and again on one site."""
	for user, roles in USERS.items():
		f.make_user(user, roles)
	f.make_unit(CITY_DEPT, "云州市住建委", "City Body", "District", f.DISTRICT, "cityhead@pp.test")
	f.make_unit(CITY_GOV, "云州市政府", "City Body", "District", f.DISTRICT, None, "citygov@pp.test")
	f.make_unit("T-VILLAGE2", "云台村村委会", "Village", "Village", f.VILLAGE_2, "village2@pp.test")
	_staff(f.DEPT_UNIT, None, "checker@pp.test", territory_parent=GOV_UNIT, line_superior=CITY_DEPT)
	_staff(f.DEPT_UNIT_2, "head2@pp.test", "checker2@pp.test", territory_parent=GOV_UNIT)
	_staff(f.TOWN_UNIT, None, "townhelp@pp.test", "allround@pp.test", territory_parent=GOV_UNIT)
	_staff(f.OFFICE_UNIT, None, "allround@pp.test")
	_staff(GOV_UNIT, None, "gov@pp.test", territory_parent=CITY_GOV)
	f.make_agent("agent2@pp.test", f.VILLAGE_2, agent_name="马大哥")
	_make_category()
	clear_scopes()


def move_to_last_quarter(petition: str) -> None:
	"""Let a closed case lie back a quarter: what is paid and published is of a period that has ended."""
	*_, last = money_cases.last_quarter()
	days = timedelta(days=date_diff(getdate(), last) + 5)
	case = frappe.get_doc("Petition", petition)
	case.db_set({f: case.get(f) - days for f in STAMPS if case.get(f)})
	for row in frappe.get_all(
		"Evaluation",
		filters={"petition": petition},
		fields=["name", "entered_at"],
		order_by="name asc",
	):
		frappe.db.set_value("Evaluation", row.name, "entered_at", row.entered_at - days)


def make_public_staff_case() -> str:
	"""A closed case, rated satisfied, whose agent is public staff; answers its name."""
	agent = frappe.db.get_value("Proxy Agent", {"agent_name": PUBLIC_STAFF_AGENT}, order_by="creation asc")
	agent = agent or money_cases.make_agent(PUBLIC_STAFF_AGENT, is_public_staff=1).name
	case = money_cases.make_closed(agent, getdate())
	case.set_queue()  # it was written without its step, and would stand before the open ones
	case.db_set("queue_key", case.queue_key)
	money_cases.rate(case, "Satisfied")
	return case.name


def _staff(unit: str, head: str | None, *members: str, **values) -> None:
	doc = frappe.get_doc("Handling Unit", unit)
	doc.update({"letter_prefix": WORDS.get(unit, doc.letter_prefix), **values})
	if head:
		doc.head = head
	known = {row.user for row in doc.members}
	for user in members:
		if user not in known:
			doc.append("members", {"user": user})
	doc.save()


def _make_category() -> None:
	name = frappe.db.get_value("Petition Category", {"category_name": CATEGORY})
	if not name:
		name = (
			frappe.get_doc(
				{"doctype": "Petition Category", "category_name": CATEGORY, "default_reply_class": "G"}
			)
			.insert()
			.name
		)
	rule = {"category": name, "region": f.DISTRICT, "handling_unit": f.DEPT_UNIT}
	if not frappe.db.exists("Responsibility Rule", rule):
		frappe.get_doc(
			{"doctype": "Responsibility Rule", "valid_from": "2015-01-01", "reason": RULE_REASON, **rule}
		).insert()
