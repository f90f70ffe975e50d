"""Makers for the tests of channels and of what goes on between the units."""

from contextlib import ExitStack, contextmanager
from datetime import timedelta
from unittest.mock import patch

import frappe
from frappe.utils import get_datetime, getdate

from petition_proxy.domain import lifecycle
from petition_proxy.permissions.scope import clear_scopes
from petition_proxy.tests import factories as f

PLATFORM_UNIT, PLATFORM_USER = "T-PLATFORM", "platform@pp.test"
CITY_UNIT = "T-CITY"
# Where the moment of a step or an act is read.
_DOCTYPES = "petition_proxy.petition_proxy.doctype"
CLOCKS = (
	f"{_DOCTYPES}.petition.petition",
	f"{_DOCTYPES}.petition.intake",
	f"{_DOCTYPES}.petition_assignment.acts",
	f"{_DOCTYPES}.petition_event.record",
)
VILLAGE_UNIT_B = "T-VILLAGE-B"


def make_platform(channel: str = "Department Platform"):
	"""A unit that manages a platform, with one officer."""
	f.make_user(PLATFORM_USER, (lifecycle.DEPARTMENT,))
	unit = f.make_unit(
		PLATFORM_UNIT, "云江区网站管理中心", "Platform Manager", "District", f.DISTRICT, None, PLATFORM_USER
	)
	unit.managed_platform = channel
	unit.save()
	return unit


def make_city_body():
	return f.make_unit(CITY_UNIT, "云州市住建局", "City Body", "District", f.DISTRICT)


def make_rule(unit: str = f.DEPT_UNIT, **values):
	"""A responsibility rule valid since long ago."""
	return frappe.get_doc(
		{
			"doctype": "Responsibility Rule",
			"handling_unit": unit,
			"valid_from": "2015-01-01",
			**values,
		}
	).insert()


def make_category(name: str, parent: str | None = None, **values):
	return frappe.get_doc(
		{
			"doctype": "Petition Category",
			"category_name": name,
			"parent_petition_category": parent,
			"is_group": values.pop("is_group", 0),
			**values,
		}
	).insert()


def make_calendar(year: int, holidays=(), make_up_days=()) -> None:
	"""A work calendar with just these days; an existing one of the year gives way."""
	name = frappe.db.get_value("Work Calendar", {"calendar_year": year})
	doc = frappe.get_doc("Work Calendar", name) if name else frappe.new_doc("Work Calendar")
	doc.calendar_year = year
	doc.set("days", [])
	for kind, days in (("Holiday", holidays), ("Make-up Workday", make_up_days)):
		for day in days:
			doc.append("days", {"day": getdate(day), "day_type": kind})
	doc.save()


def assignment_of(petition: str, **filters) -> str:
	"""The latest assignment of a case."""
	return frappe.get_all(
		"Petition Assignment",
		filters={"petition": petition, **filters},
		pluck="name",
		order_by="sent_at desc, creation desc",
		limit=1,
	)[0]


def status_of(assignment: str) -> str:
	return frappe.db.get_value("Petition Assignment", assignment, "status")


def state_of(petition: str) -> str:
	return frappe.db.get_value("Petition", petition, "workflow_state")


def events_of(petition: str) -> list[str]:
	return frappe.get_all(
		"Petition Event",
		filters={"petition": petition},
		pluck="event",
		order_by="happened_at asc, creation asc",
	)


@contextmanager
def at(moment: str):
	"""Let the steps of a case and the acts of units happen at a moment."""
	with ExitStack() as stack:
		for module in CLOCKS:
			stack.enter_context(patch(f"{module}.now_datetime", lambda: get_datetime(moment)))
		yield


def hours(count: float) -> timedelta:
	return timedelta(hours=count)


def add_member(unit: str, user: str) -> None:
	doc = frappe.get_doc("Handling Unit", unit)
	doc.append("members", {"user": user})
	doc.save()
	clear_scopes()
