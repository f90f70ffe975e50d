"""Video receptions: slots of a room and a host that do not overlap, one booking each, a record of what was said."""

import threading

import frappe
from frappe.desk.calendar import get_events
from frappe.utils import add_days, add_to_date, getdate, now_datetime, today

from petition_proxy.api import receptions as api
from petition_proxy.domain import lifecycle
from petition_proxy.jobs.reception_reminders import send_reception_reminders
from petition_proxy.petition_proxy.doctype.reception_slot.reception_slot import SlotError
from petition_proxy.petition_proxy.doctype.video_reception.video_reception import ReceptionError
from petition_proxy.tests import around_cases as a
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase, FrameworkTestCase
from petition_proxy.utils.append_only import AppendOnlyError


class ReceptionTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		self.agent = f.make_agent()
		self.petitioner = f.make_petitioner().name
		self.agreement = f.make_agreement(self.petitioner, self.agent.name)
		self.slot = a.make_slot()
		self.as_user("agent@pp.test")
		self.reception = a.make_reception(self.petitioner)

	def status(self, slot=None) -> str:
		return frappe.db.get_value("Reception Slot", (slot or self.slot).name, "status")

	def begin(self) -> None:
		"""The appointment's hour has come."""
		frappe.db.set_value(
			"Video Reception",
			self.reception.name,
			{
				"starts_at": add_to_date(now_datetime(), hours=-2),
				"ends_at": add_to_date(now_datetime(), hours=-1),
			},
		)


class TestSlots(ReceptionTestCase):
	def test_room_and_host_are_taken_once(self):
		self.as_user("office@pp.test")
		for values in ({"host": "clerk@pp.test"}, {"room": "二室"}):
			self.assertRaises(
				SlotError, a.make_slot, starts_at=add_to_date(self.slot.starts_at, minutes=29), **values
			)
			self.assertTrue(a.make_slot(starts_at=add_to_date(self.slot.ends_at, minutes=0), **values).name)
			frappe.db.delete("Reception Slot", {"name": ("!=", self.slot.name)})
		self.assertTrue(a.make_slot(host="clerk@pp.test", room="二室").name)

	def test_same_room_name_of_another_unit_is_another_room(self):
		self.assertRaises(
			frappe.PermissionError, a.make_slot, unit=f.TOWN_UNIT, level="Town", host="town@pp.test"
		)
		self.as_user("town@pp.test")
		self.assertTrue(a.make_slot(unit=f.TOWN_UNIT, level="Town", host="town@pp.test").name)

	def test_hours_in_order_within_a_day_and_not_past(self):
		self.as_user("office@pp.test")
		self.assertRaises(SlotError, a.make_slot, 72, minutes=0)
		self.assertRaises(SlotError, a.make_slot, 72, minutes=24 * 60)
		self.assertRaises(SlotError, a.make_slot, starts_at=add_to_date(now_datetime(), hours=-1))

	def test_a_unit_keeps_its_own_slots(self):
		for user in ("town@pp.test", "dept@pp.test", "leader@pp.test", "village@pp.test", "nobody@pp.test"):
			self.as_user(user)
			self.assertRaises(frappe.PermissionError, a.make_slot, 96)

	def test_a_booked_slot_stands(self):
		api.book(self.reception.name, self.slot.name)
		self.as_user("office@pp.test")
		self.slot.reload()
		self.slot.room = "别处"
		self.assertRaises(SlotError, self.slot.save)
		self.as_user("Administrator")
		self.assertRaises(SlotError, self.slot.delete)

	def test_calendar_shows_the_slots(self):
		self.as_user("office@pp.test")
		field_map = {"id": "name", "start": "starts_at", "end": "ends_at", "title": "room"}
		day = getdate(self.slot.starts_at)
		events = get_events("Reception Slot", str(day), str(add_days(day, 1)), frappe.as_json(field_map))
		self.assertEqual([event.name for event in events], [self.slot.name])


class TestBooking(ReceptionTestCase):
	def test_agent_books_for_a_petitioner_with_a_living_agreement(self):
		self.assertEqual(
			(self.reception.agent, self.reception.agreement), (self.agent.name, self.agreement.name)
		)
		self.assertEqual([s["name"] for s in api.free_slots(self.reception.name)], [self.slot.name])
		api.book(self.reception.name, self.slot.name)
		self.reception.reload()
		self.assertEqual((self.reception.status, self.reception.host), ("Booked", "office@pp.test"))
		self.assertEqual(self.reception.booked_by, "agent@pp.test")
		self.assertEqual(self.status(), "Booked")
		self.assertEqual(getdate(self.reception.reminder_on), add_days(getdate(self.slot.starts_at), -1))

	def test_no_double_booking(self):
		api.book(self.reception.name, self.slot.name)
		other = a.make_reception(self.petitioner, matter="另一件事")
		self.assertRaises(ReceptionError, api.book, other.name, self.slot.name)
		self.assertRaises(ReceptionError, api.book, self.reception.name, self.slot.name)
		self.assertEqual(api.free_slots(other.name), [])

	def test_the_table_itself_allows_one_live_booking_a_slot(self):
		"""What the lock keeps apart, the unique key keeps apart again: of two writers the second one fails."""
		api.book(self.reception.name, self.slot.name)
		other = a.make_reception(self.petitioner, matter="另一件事")
		with self.assertRaises(Exception) as caught:
			frappe.db.set_value("Video Reception", other.name, "booked_slot", self.slot.name)
		self.assertTrue(frappe.db.is_unique_key_violation(caught.exception))

	def test_past_slot_other_level_and_other_place_are_refused(self):
		self.as_user("Administrator")
		town = a.make_slot(48, unit=f.TOWN_UNIT, level="Town", host="town@pp.test")
		town2 = a.make_slot(48, unit=f.TOWN_UNIT_2, level="Town", host="town2@pp.test")
		past = a.make_slot(72)
		frappe.db.set_value("Reception Slot", past.name, "starts_at", add_to_date(now_datetime(), hours=-1))
		ask_town = a.make_reception(self.petitioner, level="Town", agent=self.agent.name)
		self.as_user("agent@pp.test")
		for reception, slot in (
			(self.reception, town),
			(self.reception, past),
			(ask_town, town2),
			(ask_town, self.slot),
		):
			self.assertRaises(ReceptionError, api.book, reception.name, slot.name)
		self.assertRaises(ReceptionError, api.book, self.reception.name, "none")
		self.assertEqual([s["name"] for s in api.free_slots(ask_town.name)], [town.name])

	def test_agent_without_living_agreement_asks_and_books_nothing(self):
		self.as_user("Administrator")
		stranger = f.make_petitioner("别人").name
		self.as_user("agent@pp.test")
		self.assertRaises(ReceptionError, a.make_reception, stranger)
		self.as_user("Administrator")
		self.agreement.revoked_on, self.agreement.revocation_reason = today(), "不再委托"
		self.agreement.save()
		self.as_user("agent@pp.test")
		self.assertRaises(ReceptionError, a.make_reception, self.petitioner)
		self.assertRaises(ReceptionError, api.book, self.reception.name, self.slot.name)

	def test_suspended_agent_books_nothing(self):
		frappe.db.set_value("Proxy Agent", self.agent.name, "status", "Suspended")
		self.assertRaises(ReceptionError, api.book, self.reception.name, self.slot.name)

	def test_an_agent_asks_as_himself(self):
		self.as_user("Administrator")
		other = f.make_agent("agent2@pp.test", f.VILLAGE_2, agent_name="老李")
		self.as_user("agent@pp.test")
		doc = a.make_reception(self.petitioner, agent=other.name)
		self.assertEqual(doc.agent, self.agent.name)

	def test_petitioner_asks_for_himself_alone(self):
		self.as_user("Administrator")
		own = f.make_petitioner("张三", user="petitioner@pp.test").name
		self.as_user("petitioner@pp.test")
		doc = a.make_reception(self.petitioner)
		self.assertEqual((doc.petitioner, doc.agent), (own, None))
		api.book(doc.name, self.slot.name)
		self.assertRaises(frappe.PermissionError, api.book, self.reception.name, self.slot.name)

	def test_office_of_another_town_asks_for_nobody_here(self):
		for user in ("town2@pp.test", "dept@pp.test", "leader@pp.test", "nobody@pp.test"):
			self.as_user(user)
			self.assertRaises(frappe.PermissionError, a.make_reception, self.petitioner)
			self.assertRaises(frappe.PermissionError, api.book, self.reception.name, self.slot.name)

	def test_host_complained_about_is_not_offered(self):
		self.as_user("Administrator")
		doc = a.make_direct(petitioner=self.petitioner, accused_user="office@pp.test")
		reception = a.make_reception(self.petitioner, petition=doc.name)
		self.assertEqual(api.free_slots(reception.name), [])
		self.assertRaises(ReceptionError, api.book, reception.name, self.slot.name)

	def test_petition_of_another_is_refused(self):
		self.as_user("Administrator")
		doc = a.make_direct(petitioner=f.make_petitioner("别人").name)
		self.assertRaises(ReceptionError, a.make_reception, self.petitioner, petition=doc.name)

	def test_facts_stand_once_booked(self):
		api.book(self.reception.name, self.slot.name)
		self.reception.reload()
		self.reception.matter = "改了"
		self.assertRaises(ReceptionError, self.reception.save)


class TestTwoAtOnce(FrameworkTestCase):
	"""Two connections at the same moment; what they need is committed, and removed again."""

	def setUp(self):
		super().setUp()
		frappe.set_user("Administrator")
		f.make_district()
		self.petitioner = f.make_petitioner("同时预约").name
		self.slot = a.make_slot(240).name
		self.receptions = [a.make_reception(self.petitioner, matter=f"第{n}个").name for n in range(2)]
		frappe.db.commit()  # nosemgrep: the other connections have to see it

	def tearDown(self):
		frappe.db.rollback()
		for doctype, names in (
			("Video Reception", self.receptions),
			("Reception Slot", [self.slot]),
			("Petitioner", [self.petitioner]),
		):
			frappe.db.delete(doctype, {"name": ("in", names)})
		frappe.db.commit()  # nosemgrep: undo of the commit above
		super().tearDown()

	def test_of_two_who_book_at_once_one_gets_the_slot(self):
		site, outcomes, together = frappe.local.site, [], threading.Barrier(2, timeout=30)

		def book(reception: str) -> None:
			frappe.init(site=site)
			frappe.connect()
			try:
				frappe.set_user("Administrator")
				together.wait()
				api.book(reception, self.slot)
				frappe.db.commit()  # nosemgrep: the end of a request
				outcomes.append("booked")
			except ReceptionError:
				outcomes.append("refused")
			finally:
				frappe.destroy()

		threads = [threading.Thread(target=book, args=(name,)) for name in self.receptions]
		for thread in threads:
			thread.start()
		for thread in threads:
			thread.join(60)
		self.assertEqual(sorted(outcomes), ["booked", "refused"])
		frappe.db.rollback()  # see what the others committed
		statuses = frappe.get_all(
			"Video Reception", {"name": ("in", self.receptions)}, pluck="status", order_by="status"
		)
		self.assertEqual(statuses, ["Asked", "Booked"])


class TestCancelAndRecord(ReceptionTestCase):
	def test_cancelled_slot_is_free_again(self):
		api.book(self.reception.name, self.slot.name)
		self.assertRaises(ReceptionError, api.cancel, self.reception.name, " ")
		api.cancel(self.reception.name, "老人住院")
		self.assertEqual(self.status(), "Free")
		self.assertRaises(ReceptionError, api.cancel, self.reception.name, "再来")
		other = a.make_reception(self.petitioner)
		api.book(other.name, self.slot.name)
		self.assertEqual(self.status(), "Booked")

	def test_host_records_what_was_said(self):
		api.book(self.reception.name, self.slot.name)
		self.begin()
		doc = f.make_petition(lifecycle.REGISTERED, petitioner=self.petitioner, agreement=self.agreement.name)
		values = {
			"started_at": str(add_to_date(now_datetime(), hours=-2)),
			"ended_at": str(add_to_date(now_datetime(), hours=-1)),
			"attendees": "林婆婆、信访办主任",
			"follow_up_petition": doc.name,
		}
		self.assertRaises(
			frappe.PermissionError, api.record, self.reception.name, True, "答应两周内答复", **values
		)
		self.as_user("office@pp.test")
		api.record(self.reception.name, True, "答应两周内答复", **values)
		self.reception.reload()
		self.assertEqual((self.reception.status, self.reception.follow_up_petition), ("Held", doc.name))
		self.assertRaises(ReceptionError, api.record, self.reception.name, True, "再记一次", **values)
		self.assertRaises(ReceptionError, api.cancel, self.reception.name, "取消")

	def test_record_asks_for_hours_people_and_the_right_petition(self):
		api.book(self.reception.name, self.slot.name)
		self.as_user("office@pp.test")
		self.assertRaises(ReceptionError, api.record, self.reception.name, True, "太早")
		self.begin()
		start, end = str(add_to_date(now_datetime(), hours=-2)), str(add_to_date(now_datetime(), hours=-1))
		stranger = a.make_direct(petitioner=f.make_petitioner("别人").name)
		for values in (
			{},
			{"started_at": end, "ended_at": start, "attendees": "两人"},
			{"started_at": start, "ended_at": str(add_to_date(now_datetime(), hours=3)), "attendees": "两人"},
			{"started_at": start, "ended_at": end},
			{"started_at": start, "ended_at": end, "attendees": "两人", "follow_up_petition": stranger.name},
		):
			self.assertRaises(ReceptionError, api.record, self.reception.name, True, "结果", **values)
		api.record(self.reception.name, False, "老人没有来")
		self.reception.reload()
		self.assertEqual(self.reception.status, "Not Held")

	def test_nothing_is_deleted_and_status_is_the_server_s(self):
		self.reception.reload()
		self.reception.status, self.reception.host = "Held", "agent@pp.test"
		self.reception.save()
		self.assertEqual((self.reception.status, self.reception.host), ("Asked", None))
		self.as_user("Administrator")
		self.assertRaises(AppendOnlyError, self.reception.delete)


class TestReminder(ReceptionTestCase):
	def told(self) -> list[str]:
		return frappe.get_all(
			"Notification Log", {"document_name": self.reception.name}, pluck="for_user", order_by="for_user"
		)

	def test_host_and_agent_are_reminded_once(self):
		api.book(self.reception.name, self.slot.name)
		self.as_user("Administrator")
		self.assertEqual(send_reception_reminders(commit=False), 0)
		frappe.db.set_value("Video Reception", self.reception.name, "reminder_on", today())
		self.assertEqual(send_reception_reminders(commit=False), 1)
		self.assertEqual(self.told(), ["agent@pp.test", "office@pp.test"])
		self.assertEqual(send_reception_reminders(commit=False), 0)
		self.assertEqual(len(self.told()), 2)

	def test_cancelled_reception_reminds_nobody(self):
		api.book(self.reception.name, self.slot.name)
		api.cancel(self.reception.name, "不来了")
		self.as_user("Administrator")
		self.assertEqual(send_reception_reminders(commit=False), 0)


class TestReaders(ReceptionTestCase):
	def sees(self, user: str, doc) -> bool:
		self.as_user(user)
		try:
			by_list = doc.name in frappe.get_list("Video Reception", pluck="name", order_by="name")
		except frappe.PermissionError:
			by_list = False
		by_doc = bool(frappe.get_doc("Video Reception", doc.name).has_permission("read"))
		self.assertEqual(by_list, by_doc, user)
		return by_list

	def test_petitioner_s_side_and_offices_of_the_place(self):
		seen = {user for user in f.USERS if self.sees(user, self.reception)}
		self.assertEqual(
			seen,
			{
				"agent@pp.test",
				"village@pp.test",
				"town@pp.test",
				"office@pp.test",
				"clerk@pp.test",
				"leader@pp.test",
				"auditor@pp.test",
			},
		)

	def test_reception_of_an_accusation_is_kept_from_village_and_accused(self):
		self.as_user("Administrator")
		doc = a.make_direct(
			petitioner=self.petitioner, petition_kind="Report and Accusation", accused_unit=f.TOWN_UNIT
		)
		reception = a.make_reception(self.petitioner, petition=doc.name)
		seen = {user for user in f.USERS if self.sees(user, reception)}
		self.assertEqual(seen, {"office@pp.test", "clerk@pp.test", "leader@pp.test", "auditor@pp.test"})
