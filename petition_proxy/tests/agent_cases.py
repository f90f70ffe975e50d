"""Makers for tests of agents: ID numbers that pass the check, agents in every status, trainings."""

import frappe
from frappe.utils import add_days, add_to_date, now_datetime, today

from petition_proxy.tests import factories as f

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(serial: int) -> str:
	"""A number with a right check digit, different for each serial."""
	body = f"990199{1950 + serial % 50}{1 + serial % 12:02d}{1 + serial % 28:02d}{serial % 1000:03d}"
	total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
	return body + "10X98765432"[total % 11]


def make_agent(name: str = "李大哥", status: str = "On Duty", **values):
	"""An agent without account, entered by Administrator; those on duty with a pass for 200 days."""
	if status == "On Duty":
		values.setdefault("certificate_valid_to", add_days(today(), 200))
	return frappe.get_doc(
		{
			"doctype": "Proxy Agent",
			"agent_name": name,
			"village": values.pop("village", f.VILLAGE),
			"agent_class": "Villager Group Head",
			"status": status,
			**values,
		}
	).insert()


def history(agent: str) -> list[tuple[str, str, str]]:
	"""(act, from, to) of an agent, the oldest first."""
	rows = frappe.get_all(
		"Agent Status Change",
		filters={"agent": agent},
		fields=["action", "from_status", "to_status"],
		order_by="effective_on asc, creation asc",
	)
	return [(row.action, row.from_status, row.to_status) for row in rows]


def make_session(seats: int = 5, begins_in_hours: int = 24, **values):
	start = add_to_date(now_datetime(), hours=begins_in_hours)
	return frappe.get_doc(
		{
			"doctype": "Training Session",
			"topic": "群众工作方法",
			"training_kind": "Mass Work Methods",
			"teacher": "王老师",
			"region": f.TOWN,
			"place": "镇会议室",
			"seats": seats,
			"starts_at": start,
			"ends_at": add_to_date(start, hours=3),
			"hours": 3,
			**values,
		}
	).insert()


def draft(agent: str, petitioner: str | None = None, **values):
	"""A petition as a clerk drafts it for an agent, not inserted."""
	petitioner = petitioner or f.make_petitioner().name
	return frappe.get_doc(
		{
			"doctype": "Petition",
			"subject": "路灯不亮",
			"content": "村口的路灯坏了两个月。",
			"village": f.VILLAGE,
			"filing_channel": "Petition Office Platform",
			"petitioner": petitioner,
			"agent": agent,
			**values,
		}
	)


def give_role(test, user: str, role: str) -> None:
	"""One more role for a test; the cache forgets it with the rollback."""
	frappe.get_doc("User", user).add_roles(role)
	test.addCleanup(frappe.clear_cache, user=user)
