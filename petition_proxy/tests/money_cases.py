"""Makes what the reward and bulletin tests act on: named people with money roles, and closed cases straight from their stamps."""

from datetime import date, datetime, timedelta

import frappe
from frappe.utils import add_days, get_datetime, getdate

from petition_proxy.domain import lifecycle
from petition_proxy.jobs.reward_settlement import settle_rewards
from petition_proxy.setup import ensure_masters, ensure_roles
from petition_proxy.tests import factories
from petition_proxy.tests.factories import TOWN, VILLAGE

FINANCE_USER, CLERK_USER, TOWN_USER, OFFICE_USER = (
	"finance@pp.test",
	"clerk@pp.test",
	"town@pp.test",
	"office@pp.test",
)


def make_ground() -> None:
	"""District, roles, masters and a finance officer who belongs to no unit."""
	ensure_roles()
	ensure_masters()
	factories.make_district()
	factories.make_user(FINANCE_USER, (lifecycle.FINANCE,))


def last_quarter() -> tuple[int, int, date, date]:
	"""Year, number, first and last day of the quarter before the present one."""
	today = getdate()
	number = (today.month - 1) // 3
	year = today.year if number else today.year - 1
	number = number or 4
	first = date(year, 3 * number - 2, 1)
	last = date(year + (number == 4), 1 if number == 4 else 3 * number + 1, 1) - timedelta(days=1)
	return year, number, first, last


def make_agent(name: str, **values):
	return factories.make_agent(None, agent_name=name, **values)


def make_closed(agent: str, closed_on: date, **values):
	"""A closed case, written with its stamps: answered in time and handed over the day before it was closed.

	Args:
		agent: who filed it.
		closed_on: day of closing.
		values: columns that differ.
	"""
	closed_at = datetime.combine(closed_on, datetime.min.time()) + timedelta(hours=10)
	petitioner = values.pop("petitioner", None)
	stamps = {
		"registered_at": closed_at - timedelta(days=12),
		"petitioned_at": closed_at - timedelta(days=12),
		"accepted_at": closed_at - timedelta(days=10),
		"replied_at": closed_at - timedelta(days=2),
		"served_at": closed_at - timedelta(days=1),
		"closed_at": closed_at,
		"reply_due_at": closed_at + timedelta(days=5),
		"notice_due_at": closed_at + timedelta(days=3),
	}
	place = {"village": VILLAGE, "town": TOWN, "district": factories.DISTRICT}
	doc = frappe.new_doc("Petition")
	doc.update(
		{
			"name": f"XF-T-{frappe.generate_hash(length=8)}",
			"subject": "路灯不亮",
			"content": values.pop("content", None) or frappe.generate_hash(length=60),
			"petitioner": petitioner or factories.make_petitioner(name="王大爷").name,
			"agent": agent,
			"is_proxied": 1 if agent else 0,
			"agreement": "PA-ON-FILE",
			"workflow_state": "Closed",
			"round": 1,
			"petition_kind": "Appeal and Request",
			"filing_channel": "Petition Office Platform",
			"handling_unit": factories.DEPT_UNIT,
			"service_method": "By Agent",
			"outcome": "Supported",
			**place,
			**stamps,
			**values,
		}
	)
	doc.db_insert()
	return doc


def rate(petition, rating: str, party: str = "Proxy Agent", entered_at=None, **values):
	"""A rating as it lies on file."""
	doc = frappe.new_doc("Evaluation")
	doc.update(
		{
			"name": frappe.generate_hash(length=10),
			"petition": petition.name,
			"round": petition.round,
			"rated_party": party,
			"agent": petition.agent if party == "Proxy Agent" else None,
			"unit": petition.handling_unit if party != "Proxy Agent" else None,
			"rating": rating,
			"channel": "Call-back",
			"entered_at": entered_at or get_datetime(petition.served_at) + timedelta(hours=5),
			"evaluation_key": f"{petition.name}|{petition.round}|{party}",
			**values,
		}
	)
	doc.db_insert()
	return doc


def run_rewards(on=None) -> "frappe._dict":
	"""One Reward Run, worked off in the test's transaction."""
	run = frappe.get_doc({"doctype": "Reward Run", "run_on": on or getdate()}).insert()
	run.flags.ignore_permissions = True
	frappe.db.set_value("Reward Run", run.name, "docstatus", 1)
	settle_rewards(run.name, commit=False)
	return frappe.db.get_value("Reward Run", run.name, "*", as_dict=True)


def entries(**filters) -> list:
	return frappe.get_all(
		"Reward Entry", filters=filters, fields=["*"], order_by="seq asc, amount_fen desc, name asc"
	)


def make_batch(town: str | None = TOWN):
	year, number, _first, _last = last_quarter()
	return frappe.get_doc(
		{"doctype": "Reward Batch", "town": town, "period_kind": "Quarter", "year": year, "period_no": number}
	).insert()


def in_last_quarter(offset: int = 20) -> date:
	return add_days(last_quarter()[2], offset)
