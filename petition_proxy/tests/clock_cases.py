"""Cases and people for the tests of extensions, progress, supervision and reviews."""

import sys
from contextlib import contextmanager
from datetime import datetime

import frappe
from frappe.utils import add_days, now_datetime

from petition_proxy.domain import lifecycle
from petition_proxy.permissions.scope import clear_scopes
from petition_proxy.petition_proxy.doctype.review_request import acts as reviews
from petition_proxy.setup.calendars import fill_work_calendar
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.rules import clear_limits

GOV_UNIT, CITY_DEPT, CITY_GOV = "T-GOV", "T-CITY-DEPT", "T-CITY-GOV"


class ClockTestCase(AppTestCase):
	"""The district with superiors: the department stands under the government and a city department."""

	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		frappe.set_user("Administrator")
		f.make_district()
		make_superiors()

	def setUp(self):
		super().setUp()
		self.addCleanup(clear_limits)

	@contextmanager
	def freeze_time(self, moment):
		"""Let the site's clock stand at a moment (site time zone).

		Frappe's own helper needs a package that a plain bench lacks; this one replaces `now_datetime` where it was
		imported to, which works alike on every version.
		"""
		moment = frappe.utils.get_datetime(moment)
		# Frappe compares stamps as text, which drops a fraction of zero.
		moment = moment.replace(microsecond=moment.microsecond or 1)
		real = frappe.utils.now_datetime
		holders = [
			module
			for name, module in list(sys.modules.items())
			if name.startswith(("frappe", "petition_proxy")) and vars(module).get("now_datetime") is real
		]
		for module in holders:
			module.now_datetime = lambda: moment
		try:
			yield moment
		finally:
			for module in holders:
				module.now_datetime = real

	def act(self, user: str, function, *args, **kwargs):
		"""One act as one person."""
		self.as_user(user)
		try:
			return function(*args, **kwargs)
		finally:
			self.as_user("Administrator")


def make_superiors() -> None:
	"""The two kinds of superior, with people of their own."""
	f.make_user("city@pp.test", (lifecycle.DEPARTMENT,))
	f.make_user("cityhead@pp.test", (lifecycle.HEAD,))
	f.make_user("citygov@pp.test", (lifecycle.DEPARTMENT,))
	f.make_user("govhead@pp.test", (lifecycle.LEADER,))
	f.make_unit(
		CITY_DEPT, "市住建委", "City Body", "District", f.DISTRICT, "cityhead@pp.test", "city@pp.test"
	)
	f.make_unit(CITY_GOV, "市政府", "City Body", "District", f.DISTRICT, None, "citygov@pp.test")
	frappe.db.set_value("Handling Unit", GOV_UNIT, {"head": "govhead@pp.test", "territory_parent": CITY_GOV})
	frappe.db.set_value(
		"Handling Unit", f.DEPT_UNIT, {"territory_parent": GOV_UNIT, "line_superior": CITY_DEPT}
	)
	frappe.clear_document_cache("Handling Unit", f.DEPT_UNIT)
	clear_scopes()


def served_case(**values):
	"""A case whose opinion has been handed over."""
	return f.make_petition(lifecycle.SERVED, **values)


def fill_years(*years: int) -> None:
	for year in years:
		if not frappe.db.exists("Work Calendar", str(year)):
			fill_work_calendar(year)


def accept_at(case: ClockTestCase, moment: str, **values):
	"""A direct case that was filed and accepted at a moment; an agent's certificate would not be of that time."""
	with case.freeze_time(moment):
		return f.make_petition(lifecycle.HANDLING, proxied=False, petitioned_at=now_datetime(), **values)


def reviewed_case(case: ClockTestCase, decision: str = "Upheld", **values):
	"""A served case whose review was asked for, decided by the government, and handed over.

	Returns:
		Petition and name of the request.
	"""
	doc = served_case(**values)
	name = reviews.ask_review(doc.name, "答复没有说明补偿标准。", "Territory Parent")
	reviews.receive_review(name)
	reviews.decide_review(name, decision, "经查，补偿标准有据。", "维持原处理意见。")
	if decision != "Revoked":
		reviews.serve_review(name, "In Person")
	doc.reload()
	return doc, name


def concluded_case(case: ClockTestCase, **values):
	"""A case at the end of the chain."""
	doc, _name = reviewed_case(case, **values)
	name = reviews.ask_review(doc.name, "复查没有回应诉求。")
	reviews.receive_review(name)
	reviews.decide_review(name, "Upheld", "经查属实。", "维持复查意见。")
	doc.reload()
	return doc


def move_clocks(doc, days: int) -> None:
	"""Let a case lie so many days further back: its dates of the case move, nothing else."""
	fields = ("accepted_at", "reply_due_at", "statutory_due_at", "due_at", "served_at", "notice_due_at")
	doc.reload()
	moved = {f: add_days(doc.get(f), -days) for f in fields if doc.get(f)}
	doc.db_set({k: v for k, v in moved.items()}, update_modified=False)
	doc.reload()


def at(text: str) -> datetime:
	return frappe.utils.get_datetime(text)
