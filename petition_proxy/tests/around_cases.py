"""Makers for tests of what stands around a case: repeats, collective cases, groups, notices, receptions."""

import frappe
from frappe.utils import add_days, add_to_date, now_datetime

from petition_proxy.domain import lifecycle
from petition_proxy.tests import factories as f

PAY_POINT = "小区门口的缴费点撤走以后，老人要坐车到很远的地方缴水电气费，请求在社区设一个缴费点。"
PAY_POINT_AGAIN = "再次反映：小区门口缴费点撤走，老人要坐很远的车去缴水电气费，请在社区设缴费点！"
LAND = "去年征地的补偿款少算了半亩，至今没有补发，请重新丈量并补发补偿款。"


def make_direct(state: str = lifecycle.REGISTERED, content: str = PAY_POINT, **values):
	"""A petition without agent, of a petitioner given or made."""
	return f.make_petition(
		state, proxied=False, subject=values.pop("subject", "反映"), content=content, **values
	)


def make_second_agent_user():
	return f.make_agent("agent2@pp.test", f.VILLAGE, agent_name="老李")


def make_category(name: str = "缴费", is_restricted: int = 0, parent: str | None = None):
	return frappe.get_doc(
		{
			"doctype": "Petition Category",
			"category_name": name,
			"is_restricted": is_restricted,
			"is_group": int(parent is None),
			"parent_petition_category": parent,
		}
	).insert()


def make_issue(**values):
	return frappe.get_doc(
		{
			"doctype": "Common Issue",
			"issue_name": "老人缴费难",
			"description": PAY_POINT,
			"region": f.TOWN,
			"responsible_unit": f.DEPT_UNIT,
			**values,
		}
	).insert()


def make_notice(**values):
	return frappe.get_doc(
		{
			"doctype": "Early Notice",
			"matter": "缴费点撤走，有人商量一起到市里去",
			"signal_kind": "Collective Visit",
			"source": "Village",
			"people_count": 12,
			"region": f.VILLAGE,
			"unmet_demand": "社区里要有一个缴费点",
			**values,
		}
	).insert()


def make_slot(hours: int = 24, minutes: int = 30, **values):
	starts_at = values.pop("starts_at", None) or at(hours)
	return frappe.get_doc(
		{
			"doctype": "Reception Slot",
			"unit": f.OFFICE_UNIT,
			"level": "District",
			"host": "office@pp.test",
			"room": "视频接访一室",
			"starts_at": starts_at,
			"ends_at": add_to_date(starts_at, minutes=minutes),
			**values,
		}
	).insert()


def at(hours: int):
	"""Ten o'clock of a day to come, some hours on, so that no slot crosses midnight whenever the tests run."""
	day = add_days(now_datetime(), 1 + hours // 24).replace(hour=10, minute=0, second=0, microsecond=0)
	return add_to_date(day, minutes=(hours % 24) * 30)


def make_reception(petitioner: str, **values):
	return frappe.get_doc(
		{
			"doctype": "Video Reception",
			"petitioner": petitioner,
			"level": "District",
			"matter": "想当面说说缴费点的事",
			**values,
		}
	).insert()
