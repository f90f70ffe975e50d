"""Each node is written when it happens, told by who may, counted, and reminded of once."""

from datetime import timedelta

import frappe
from frappe.utils import add_days, get_datetime, getdate, now_datetime, today

from petition_proxy.domain import lifecycle
from petition_proxy.jobs.progress_tasks import progress_tasks
from petition_proxy.petition_proxy.doctype.petition.checks import StepError
from petition_proxy.petition_proxy.doctype.progress_notice import acts
from petition_proxy.petition_proxy.doctype.progress_notice.acts import ProgressError
from petition_proxy.queries.progress import feedback_figures, to_be_told
from petition_proxy.tests import factories as f
from petition_proxy.tests.clock_cases import ClockTestCase


def nodes(petition: str, **filters) -> list[str]:
	return frappe.get_all(
		"Progress Notice",
		filters={"petition": petition, **filters},
		pluck="node",
		order_by="happened_at asc, creation asc",
	)


def tell(petition: str, means: str = "Phone", **kwargs):
	return acts.tell_petitioner(petition, means, **kwargs)


class TestProgressNotice(ClockTestCase):
	def test_every_disclosed_node_of_the_usual_path_is_written(self):
		doc = f.make_petition(lifecycle.CLOSED)
		self.assertEqual(
			nodes(doc.name), ["Registered", "Forwarded", "Received by Unit", "Accepted", "Replied"]
		)

	def test_other_ends_are_disclosed_too(self):
		for action, node in (
			("Refuse", "Refused"),
			("Stop", "No Longer Accepted"),
			("Guide", "Led to Statutory Route"),
		):
			doc = f.make_petition(lifecycle.RECEIVED)
			f.walk(doc, action)
			self.assertEqual(nodes(doc.name)[-1], node)

	def test_time_to_tell_ends_with_the_second_day(self):
		doc = f.make_petition(lifecycle.REGISTERED)
		notice = frappe.get_last_doc("Progress Notice", {"petition": doc.name})
		self.assertEqual(getdate(notice.tell_by), getdate(add_days(today(), 2)))
		self.assertEqual(f"{notice.tell_by:%H:%M:%S}", "23:59:59")

	def test_handing_the_reply_over_tells_it(self):
		doc = f.make_petition(lifecycle.REPLIED)
		self.assertIn("Replied", nodes(doc.name, status="To Tell"))
		f.walk(doc, "Serve")
		self.assertEqual(nodes(doc.name, status="Told"), ["Replied"])
		notice = frappe.get_last_doc("Progress Notice", {"petition": doc.name, "node": "Replied"})
		self.assertEqual((notice.means, notice.told_by), ("Visit", "Administrator"))

	def test_agent_tells_all_open_nodes_in_one_act(self):
		doc = f.make_petition(lifecycle.ACCEPTED)
		self.assertEqual(self.act("agent@pp.test", tell, doc.name, note="说了受理日期"), 4)
		notice = frappe.get_last_doc("Progress Notice", {"petition": doc.name, "node": "Accepted"})
		self.assertEqual(
			(notice.status, notice.told_by, notice.told_by_agent), ("Told", "agent@pp.test", doc.agent)
		)
		self.assertEqual(notice.told_to, doc.petitioner_name)
		self.assertEqual(nodes(doc.name, status="To Tell"), [])
		events = frappe.get_all("Petition Event", {"petition": doc.name, "event": "Tell Petitioner"})
		self.assertEqual(len(events), 1)

	def test_one_node_alone_can_be_told(self):
		doc = f.make_petition(lifecycle.ASSIGNED)
		name = frappe.db.get_value("Progress Notice", {"petition": doc.name, "node": "Forwarded"})
		self.assertEqual(self.act("village@pp.test", tell, doc.name, notices=[name]), 1)
		self.assertEqual(nodes(doc.name, status="To Tell"), ["Registered"])

	def test_notice_of_another_case_is_not_told_along(self):
		mine, other = f.make_petition(lifecycle.REGISTERED), f.make_petition(lifecycle.REGISTERED)
		name = frappe.db.get_value("Progress Notice", {"petition": other.name})
		with self.assertRaises(ProgressError):
			self.act("agent@pp.test", tell, mine.name, notices=[name])
		self.assertEqual(nodes(other.name, status="To Tell"), ["Registered"])

	def test_second_identical_act_is_refused(self):
		doc = f.make_petition(lifecycle.REGISTERED)
		self.act("agent@pp.test", tell, doc.name)
		with self.assertRaisesRegex(ProgressError, "Nothing is left"):
			self.act("agent@pp.test", tell, doc.name)

	def test_strangers_and_leaders_do_not_tell(self):
		doc = f.make_petition(lifecycle.REGISTERED)
		for user in ("agent2@pp.test", "town2@pp.test", "dept@pp.test", "petitioner@pp.test"):
			# an agent does not even learn that there is such a case
			with self.assertRaises((frappe.PermissionError, frappe.DoesNotExistError), msg=user):
				self.act(user, tell, doc.name)
		self.assertEqual(nodes(doc.name, status="To Tell"), ["Registered"])

	def test_agent_without_the_power_or_with_a_revoked_agreement_does_not_tell(self):
		doc = f.make_petition(lifecycle.REGISTERED)
		frappe.db.set_value("Proxy Agreement", doc.agreement, "may_track", 0)
		with self.assertRaises(StepError):
			self.act("agent@pp.test", tell, doc.name)
		frappe.db.set_value(
			"Proxy Agreement",
			doc.agreement,
			{"may_track": 1, "revoked_on": today(), "revocation_reason": "x"},
		)
		with self.assertRaisesRegex(StepError, "revoked"):
			self.act("agent@pp.test", tell, doc.name)

	def test_unreachable_needs_a_word_and_ends_the_task(self):
		doc = f.make_petition(lifecycle.REGISTERED)
		with self.assertRaisesRegex(ProgressError, "tried"):
			self.act("agent@pp.test", tell, doc.name, means="Unreachable")
		self.act("agent@pp.test", tell, doc.name, means="Unreachable", note="电话空号，上门两次无人")
		self.assertEqual(nodes(doc.name, status="Unreachable"), ["Registered"])

	def test_nothing_is_told_before_it_happened_or_in_the_future(self):
		doc = f.make_petition(lifecycle.REGISTERED)
		for moment in (add_days(now_datetime(), 1), add_days(now_datetime(), -3)):
			with self.assertRaises(ProgressError):
				self.act("agent@pp.test", tell, doc.name, told_at=str(moment))

	def test_filing_by_the_petitioner_needs_no_telling(self):
		petitioner = f.make_petitioner(user="petitioner@pp.test").name
		doc = f.make_petition(proxied=False, petitioner=petitioner)
		self.as_user("petitioner@pp.test")
		doc = frappe.get_doc("Petition", doc.name)
		f.walk(doc, "File")
		self.as_user("Administrator")
		self.assertEqual(nodes(doc.name, status="Told"), ["Registered"])

	def test_nodes_of_one_day_are_listed_as_they_happened(self):
		doc = f.make_petition(lifecycle.HANDLING)
		for number, node in enumerate(("Accepted", "Registered", "Received by Unit", "Forwarded")):
			name = frappe.db.get_value("Progress Notice", {"petition": doc.name, "node": node})
			day = get_datetime(doc.petitioned_at).replace(hour=9, minute=number)
			frappe.db.set_value("Progress Notice", name, "happened_at", day)
		self.assertEqual(
			[row.node for row in to_be_told(petition=doc.name)],
			["Accepted", "Registered", "Received by Unit", "Forwarded"],
		)

	def test_accused_sees_no_notice_in_list_document_or_task_list(self):
		doc = f.make_petition(lifecycle.REGISTERED, accused_unit=f.TOWN_UNIT)
		name = frappe.db.get_value("Progress Notice", {"petition": doc.name})
		self.as_user("town@pp.test")
		self.assertEqual(frappe.get_list("Progress Notice", {"petition": doc.name}), [])
		self.assertFalse(frappe.get_doc("Progress Notice", name).has_permission("read"))
		self.assertNotIn(doc.name, {row.petition for row in to_be_told(limit=10000)})

	def test_notices_are_never_deleted(self):
		doc = f.make_petition(lifecycle.REGISTERED)
		notice = frappe.get_last_doc("Progress Notice", {"petition": doc.name})
		self.assertRaises(frappe.ValidationError, notice.delete)


class TestFigures(ClockTestCase):
	def test_rate_leaves_out_open_in_time_and_unreachable(self):
		doc = f.make_petition(lifecycle.ACCEPTED)  # four nodes
		names = frappe.get_all(
			"Progress Notice", {"petition": doc.name}, pluck="name", order_by="happened_at asc, creation asc"
		)
		now = now_datetime()
		for name, values in zip(
			names,
			(
				{"status": "Told", "told_at": now, "tell_by": now + timedelta(hours=1)},
				{"status": "Told", "told_at": now, "tell_by": now - timedelta(hours=1)},
				{"status": "Unreachable", "told_at": now},
				{"status": "To Tell", "tell_by": now - timedelta(hours=1)},
			),
			strict=True,
		):
			frappe.db.set_value("Progress Notice", name, values)
		agent_rows = feedback_figures(getdate(), getdate(), now, by="agent")
		(row,) = [r for r in agent_rows if r.agent == doc.agent]
		self.assertEqual(
			(row.nodes, row.told, row.in_time, row.late, row.open_late, row.unreachable), (4, 2, 1, 1, 1, 1)
		)
		self.assertAlmostEqual(row.rate, 100 / 3)

	def test_no_decided_node_gives_no_rate(self):
		far = getdate("2001-01-01")
		(row,) = feedback_figures(far, far, now_datetime())
		self.assertEqual((row.nodes, row.rate), (0, None))


class TestReminder(ClockTestCase):
	def late_case(self, **values):
		doc = f.make_petition(lifecycle.REGISTERED, **values)
		frappe.db.set_value("Progress Notice", {"petition": doc.name}, "tell_by", "2001-06-01 23:59:59")
		return doc

	def remind(self, moment: str = "2001-06-02 08:00:00"):
		return progress_tasks(now=get_datetime(moment), commit=False)

	def notes(self, user: str) -> int:
		return frappe.db.count("Notification Log", {"for_user": user, "document_type": "Progress Notice"})

	def test_agent_and_village_are_reminded_once(self):
		frappe.db.set_value("Handling Unit", f.VILLAGE_UNIT, "head", "village@pp.test")
		self.late_case()
		before = {u: self.notes(u) for u in ("agent@pp.test", "village@pp.test", "town@pp.test")}
		self.assertEqual(self.remind("2001-06-01 23:59:59")["notices"], 0)  # the last second is in time
		self.assertEqual(self.remind()["notices"], 1)
		self.assertEqual(self.notes("agent@pp.test"), before["agent@pp.test"] + 1)
		self.assertEqual(self.notes("village@pp.test"), before["village@pp.test"] + 1)
		self.assertEqual(self.notes("town@pp.test"), before["town@pp.test"])
		self.assertEqual(self.remind(), {"notices": 0, "people": 0})

	def test_village_is_not_told_of_accusations_so_the_town_is(self):
		self.late_case(petition_kind="Report and Accusation")
		before = self.notes("village@pp.test"), self.notes("town@pp.test")
		self.remind()
		self.assertEqual(
			(self.notes("village@pp.test"), self.notes("town@pp.test")), (before[0], before[1] + 1)
		)

	def test_accused_town_is_passed_over_for_the_petition_office(self):
		self.late_case(accused_unit=f.TOWN_UNIT, petition_kind="Report and Accusation")
		before = self.notes("town@pp.test"), self.notes("office@pp.test")
		self.remind()
		self.assertEqual(
			(self.notes("town@pp.test"), self.notes("office@pp.test")), (before[0], before[1] + 1)
		)

	def test_withdrawn_case_is_no_task(self):
		doc = self.late_case()
		doc.reload()
		f.walk(doc, "Withdraw")
		self.assertEqual(self.remind()["notices"], 0)
		self.assertEqual(to_be_told(petition=doc.name), [])

	def test_one_note_per_person_whatever_the_number_of_cases(self):
		for _i in range(3):
			self.late_case()
		before = self.notes("agent@pp.test")
		self.assertEqual(self.remind()["notices"], 3)
		self.assertEqual(self.notes("agent@pp.test"), before + 1)
