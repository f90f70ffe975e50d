"""Figures read what falls into the period and what is open, by index, and not every petition there ever was."""

from datetime import date, datetime, timedelta

import frappe

from petition_proxy.queries import catalogue
from petition_proxy.queries.sources import LEVELS, TOTAL, Period, ask_as
from petition_proxy.queries.workload import late_cases
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase

OLD = 4000
PERIOD = Period(date(2022, 4, 1), date(2022, 6, 30), datetime(2022, 7, 1))


class TestPlans(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		frappe.db.savepoint("plans")
		f.make_district()
		put_old_cases()

	@classmethod
	def tearDownClass(cls):
		frappe.db.rollback(save_point="plans")
		super().tearDownClass()

	def statements(self, work) -> list[str]:
		"""What the work asks the database, values filled in."""
		asked, real = [], frappe.db.sql

		def listen(*args, **kwargs):
			answer = real(*args, **kwargs)
			sql = frappe.db._cursor._executed
			asked.append(sql.decode() if isinstance(sql, bytes) else sql)
			return answer

		frappe.db.sql = listen
		try:
			work()
		finally:
			del frappe.db.sql
		return [sql for sql in asked if sql.lstrip("( ").upper().startswith("SELECT")]

	def check(self, work) -> int:
		"""No full scan of the cases or of the records beside them, and no more rows touched than the period holds."""
		checked = 0
		for sql in self.statements(work):
			if (
				"tabPetition`" not in sql
				and "Petition Assignment" not in sql
				and "Progress Notice" not in sql
			):
				continue
			for step in frappe.db.sql(f"explain {sql}", as_dict=True):
				table = step.table or ""
				if table.startswith("tab") or table in ("sent", "notice"):
					checked += 1
					big = table in ("tabPetition", "tabPetition Assignment", "tabProgress Notice")
					if big and step.type in ("ALL", "index"):
						# the server's picture of rows just written lags behind; an index must be there to choose
						others = set((step.possible_keys or "").split(",")) - {"", "PRIMARY"}
						self.assertTrue(others, f"{step}\n{sql[:3000]}")
						continue
					self.assertLess(int(str(step.rows or 0).split()[0]), OLD * 0.75, f"{step}\n{sql[:3000]}")
		return checked

	def test_every_figure_is_read_by_index(self):
		for user in ("Administrator", "office@pp.test", "town@pp.test", "dept@pp.test"):
			ask = ask_as(user, PERIOD)
			for level in (TOTAL, *LEVELS):
				checked = self.check(
					lambda a=ask, lv=level: catalogue.read_figures(lv, list(catalogue.BY_CODE), a)
				)
				self.assertGreater(checked, 4)

	def test_lists_behind_numbers_too(self):
		ask = ask_as("office@pp.test", PERIOD)
		for code in ("Filed", "On-time Reply", "First-time Settlement", "Signed in Time", "Told in Time"):
			self.check(lambda c=code: catalogue.read_rows(c, "counted", TOTAL, "", ask))

	def test_late_cases_are_read_by_index(self):
		for user in ("office@pp.test", "dept@pp.test"):
			self.check(lambda u=user: late_cases(datetime(2022, 7, 1), user=u))


def put_old_cases() -> None:
	"""Cases closed years before the period, each with a sending and a node; a few in the period."""
	cases, sent, nodes = [], [], []
	for number in range(OLD + 40):
		came = datetime(2019, 1, 1) + timedelta(hours=number) if number < OLD else datetime(2022, 5, 1)
		closed = came + timedelta(days=20)
		name = f"XF-PLAN-{number:06d}"
		town, village = ((f.TOWN, f.VILLAGE), (f.TOWN_2, f.VILLAGE_2))[number % 2]
		cases.append(
			(
				*(name, came, came, "案", "Closed", "Suggestion", f.DISTRICT, town, village, f.DEPT_UNIT, 1),
				*(came, came, came, came + timedelta(days=10), closed, closed, f"90-{came:%Y%m%d%H%M}"),
			)
		)
		sent.append(
			(
				f"JB-{number}",
				came,
				came,
				name,
				1,
				"Lead",
				"Assign",
				"Answered",
				f.DEPT_UNIT,
				came,
				came,
				closed,
			)
		)
		nodes.append((f"PN-{number}", came, came, name, 1, "Registered", "Told", came, closed, came))
	put = frappe.db.bulk_insert
	put(
		"Petition",
		[
			*(
				"name",
				"creation",
				"modified",
				"subject",
				"workflow_state",
				"petition_kind",
				"district",
				"town",
			),
			*("village", "handling_unit", "round", "petitioned_at", "registered_at", "accepted_at"),
			*("replied_at", "served_at", "closed_at", "queue_key"),
		],
		cases,
		chunk_size=2000,
	)
	put(
		"Petition Assignment",
		[
			*("name", "creation", "modified", "petition", "round", "part", "kind", "status", "to_unit"),
			*("sent_at", "received_at", "answered_at"),
		],
		sent,
		chunk_size=2000,
	)
	put(
		"Progress Notice",
		[
			*("name", "creation", "modified", "petition", "round", "node", "status"),
			*("happened_at", "tell_by", "told_at"),
		],
		nodes,
		chunk_size=2000,
	)
