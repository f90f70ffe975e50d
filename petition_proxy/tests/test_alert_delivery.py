"""The delivery: one digest per person and day, urgent ones at once, retry, and what must never be said."""

from email import message_from_string
from unittest.mock import patch

import frappe

from petition_proxy.api import desk
from petition_proxy.domain.alerts import retry_delay
from petition_proxy.jobs import alert_delivery as job
from petition_proxy.jobs import alert_messages
from petition_proxy.jobs.alert_messages import SENDERS, send_by_email
from petition_proxy.jobs.alert_rules import CACHE_KEY
from petition_proxy.jobs.deadline_sweep import deadline_sweep
from petition_proxy.tests import factories as f
from petition_proxy.tests.alert_cases import (
	DAY,
	DUE,
	HOUR,
	MORNING,
	NIGHT,
	alerts_of,
	next_action_at,
	put_cases,
	use_only_test_rules,
)
from petition_proxy.tests.base import AppTestCase


class DeliveryTestCase(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		f.make_district()

	def setUp(self):
		super().setUp()
		self.addCleanup(frappe.cache.delete_value, CACHE_KEY)
		use_only_test_rules()
		# Whatever the site itself has waiting is none of the test's business (undone with the savepoint).
		frappe.db.set_value("Alert", {"status": ("in", ["Pending", "Failed"])}, "status", "Sent")
		settings = {
			"quiet_from": "21:00:00",
			"quiet_to": "08:00:00",
			"digest_at": "08:30:00",
			"alert_max_attempts": 3,
		}
		for field, value in settings.items():
			frappe.db.set_single_value("Petition Proxy Settings", field, value)
		self.sent = []

	def deliver(self, now, desk=None, email=None):
		senders = {"Desk": desk or self.sent.append, "Email": email or self.sent.append}
		return job.alert_delivery(now=now, commit=False, senders=senders)

	def sent_to(self, user: str) -> list:
		return [message for message in self.sent if message.recipient == user]


class TestDigest(DeliveryTestCase):
	def test_one_digest_per_person_worst_first_and_one_line_per_case(self):
		(soon,) = put_cases(prefix="SOON", reply_due_at=DUE + DAY)
		(late,) = put_cases(prefix="LATE", reply_due_at=DUE - DAY)
		(urgent,) = put_cases(prefix="URGENT", reply_due_at=DUE + DAY / 2, is_urgent=1)
		deadline_sweep(now=MORNING, commit=False)
		counts = self.deliver(MORNING)
		(message,) = self.sent_to("dept@pp.test")
		self.assertEqual([item.petition for item in message.items], [urgent, late, soon])
		self.assertFalse(message.is_urgent)
		self.assertEqual(len({m.recipient for m in self.sent}), len(self.sent))
		self.assertEqual(counts["messages"], len(self.sent))
		self.assertTrue(all(alert.status == "Sent" and alert.digest for alert in alerts_of(late)))
		(digest,) = frappe.get_all(
			"Alert Digest", {"recipient": "dept@pp.test"}, ["item_count", "digest_date"], order_by="name"
		)
		self.assertEqual((digest.item_count, digest.digest_date), (3, MORNING.date()))

	def test_second_delivery_sends_nothing(self):
		put_cases(2)
		deadline_sweep(now=MORNING, commit=False)
		self.deliver(MORNING)
		self.sent.clear()
		self.assertEqual(self.deliver(MORNING)["messages"], 0)
		self.assertEqual(self.sent, [])

	def test_alert_after_the_digest_waits_for_the_next_day(self):
		put_cases(prefix="FIRST")
		deadline_sweep(now=MORNING, commit=False)
		self.deliver(MORNING)
		self.sent.clear()
		(second,) = put_cases(prefix="SECOND")
		deadline_sweep(now=MORNING + HOUR, commit=False)
		self.deliver(MORNING + HOUR)
		self.assertEqual(self.sent, [])
		self.deliver(MORNING + DAY)
		self.assertEqual([item.petition for item in self.sent_to("dept@pp.test")[0].items], [second])

	def test_three_days_of_downtime_end_in_one_message_per_person(self):
		put_cases(5, prefix="OLD", reply_due_at=DUE - DAY)
		put_cases(2, prefix="HOT", reply_due_at=DUE, is_urgent=1)
		back = MORNING + 3 * DAY
		deadline_sweep(now=back, commit=False)
		self.deliver(back)
		self.deliver(back + HOUR / 6)
		for user in ("dept@pp.test", "head@pp.test", "town@pp.test", "office@pp.test"):
			(message,) = self.sent_to(user)
			self.assertEqual(len(message.items), 7)

	def test_nothing_at_night_nor_before_the_hour_of_the_digest(self):
		put_cases()
		deadline_sweep(now=NIGHT, commit=False)
		self.deliver(NIGHT)
		self.deliver(MORNING.replace(hour=8, minute=15))
		self.deliver(MORNING.replace(hour=22))
		self.assertEqual(self.sent, [])
		self.deliver(MORNING.replace(hour=8, minute=30))
		self.assertTrue(self.sent)

	def test_digest_hour_inside_the_quiet_hours_waits_for_their_end(self):
		frappe.db.set_single_value("Petition Proxy Settings", "digest_at", "06:00:00")
		put_cases()
		deadline_sweep(now=NIGHT, commit=False)
		self.deliver(NIGHT.replace(hour=7))
		self.assertEqual(self.sent, [])
		self.deliver(NIGHT.replace(hour=8))
		self.assertTrue(self.sent)


class TestUrgent(DeliveryTestCase):
	def test_urgent_ones_go_at_night_in_one_message_and_the_others_wait(self):
		put_cases(2, prefix="HOT", is_urgent=1)
		put_cases(2, prefix="CALM")
		deadline_sweep(now=NIGHT, commit=False)
		self.deliver(NIGHT)
		(message,) = self.sent_to("dept@pp.test")
		self.assertTrue(message.is_urgent)
		self.assertEqual({item.petition for item in message.items}, {"HOT-00000", "HOT-00001"})
		self.deliver(MORNING)
		later = self.sent_to("dept@pp.test")[1]
		self.assertEqual({item.petition for item in later.items}, {"CALM-00000", "CALM-00001"})

	def test_urgent_after_the_digest_still_goes_at_once(self):
		put_cases(prefix="CALM")
		deadline_sweep(now=MORNING, commit=False)
		self.deliver(MORNING)
		self.sent.clear()
		put_cases(prefix="HOT", is_urgent=1)
		deadline_sweep(now=MORNING + HOUR, commit=False)
		self.deliver(MORNING + HOUR)
		self.assertTrue(self.sent_to("dept@pp.test")[0].is_urgent)


class TestUntrueOrForbidden(DeliveryTestCase):
	def test_answered_case_is_not_reported(self):
		(name,) = put_cases()
		deadline_sweep(now=NIGHT, commit=False)
		frappe.db.set_value("Petition", name, "workflow_state", "Replied")
		counts = self.deliver(MORNING)
		self.assertEqual((self.sent, counts["sent"]), ([], 0))
		self.assertEqual({alert.status for alert in alerts_of(name)}, {"Withdrawn"})
		self.assertTrue(all(alert.last_error and not alert.sent_at for alert in alerts_of(name)))

	def test_person_accused_after_the_sweep_is_not_told(self):
		(name,) = put_cases()
		deadline_sweep(now=NIGHT, commit=False)
		frappe.db.set_value("Petition", name, "accused_user", "dept@pp.test")
		self.deliver(MORNING)
		self.assertEqual(self.sent_to("dept@pp.test"), [])
		self.assertTrue(self.sent_to("head@pp.test"))

	def test_member_of_a_unit_accused_after_the_sweep_is_not_told(self):
		(name,) = put_cases()
		deadline_sweep(now=MORNING + 2 * DAY, commit=False)
		frappe.db.set_value("Petition", name, "accused_unit", f.TOWN_UNIT)
		self.deliver(MORNING + 2 * DAY)
		self.assertEqual(self.sent_to("town@pp.test"), [])

	def test_who_left_in_between_is_replaced_by_the_next_sweep(self):
		(name,) = put_cases()
		deadline_sweep(now=NIGHT, commit=False)
		frappe.db.set_value("User", "head@pp.test", "enabled", 0)
		self.deliver(MORNING)
		self.assertEqual(self.sent_to("head@pp.test"), [])
		self.assertEqual(next_action_at(name), MORNING)
		deadline_sweep(now=MORNING, commit=False)
		self.assertEqual(
			{a.recipient for a in alerts_of(name, rule="T-DUE", status="Pending")},
			{"office@pp.test", "clerk@pp.test"},
		)

	def test_alert_without_anybody_goes_out_once_the_office_has_people(self):
		frappe.db.set_single_value("Petition Proxy Settings", "petition_office", None)
		(name,) = put_cases(handling_unit=f.DEPT_UNIT_2)
		deadline_sweep(now=NIGHT, commit=False)
		self.deliver(MORNING)
		self.assertEqual([a.status for a in alerts_of(name, recipient=("is", "not set"))], ["Pending"])
		frappe.db.set_single_value("Petition Proxy Settings", "petition_office", f.OFFICE_UNIT)
		self.deliver(MORNING + HOUR)
		deadline_sweep(now=MORNING + HOUR, commit=False)
		self.deliver(MORNING + HOUR)
		(message,) = self.sent_to("office@pp.test")
		self.assertTrue(message.items[0].is_vacant_post)


class TestRetry(DeliveryTestCase):
	def fail(self, message):
		raise ConnectionError("13812345678 is what the text said")

	def test_failure_is_tried_again_later_and_leaves_no_digest(self):
		(name,) = put_cases()
		deadline_sweep(now=NIGHT, commit=False)
		self.deliver(MORNING, desk=self.fail)
		(alert,) = alerts_of(name, recipient="dept@pp.test")
		self.assertEqual((alert.status, alert.attempts), ("Failed", 1))
		self.assertEqual(alert.next_try_at, MORNING + retry_delay(1))
		self.assertEqual(alert.last_error, "ConnectionError")
		self.assertFalse(frappe.db.exists("Alert Digest", {"recipient": "dept@pp.test"}))
		self.deliver(MORNING + retry_delay(1) / 2)
		self.assertEqual(self.sent, [])
		self.deliver(MORNING + retry_delay(1))
		self.assertEqual(len(self.sent_to("dept@pp.test")), 1)

	def test_failure_of_one_person_leaves_the_others_alone(self):
		put_cases()
		deadline_sweep(now=NIGHT, commit=False)

		def fail_for_dept(message):
			if message.recipient == "dept@pp.test":
				self.fail(message)
			self.sent.append(message)

		counts = self.deliver(MORNING, desk=fail_for_dept)
		self.assertEqual([message.recipient for message in self.sent], ["head@pp.test"])
		self.assertEqual((counts["failed"], counts["sent"]), (1, 1))

	def test_what_a_failed_sender_wrote_is_undone(self):
		put_cases()
		deadline_sweep(now=NIGHT, commit=False)

		def write_then_fail(message):
			SENDERS["Desk"](message)
			self.fail(message)

		before = frappe.db.count("Notification Log")
		self.deliver(MORNING, desk=write_then_fail)
		self.assertEqual(frappe.db.count("Notification Log"), before)

	def test_last_try_gives_up_and_tells_the_petition_office(self):
		(name,) = put_cases()
		deadline_sweep(now=NIGHT, commit=False)
		now = MORNING
		for _attempt in range(3):
			self.deliver(now, desk=self.fail)
			now += HOUR
		(alert,) = alerts_of(name, recipient="dept@pp.test")
		self.assertEqual((alert.status, alert.attempts, alert.next_try_at), ("Dead", 3, None))
		for user in ("office@pp.test", "clerk@pp.test"):
			self.assertTrue(
				frappe.db.exists("Notification Log", {"for_user": user, "document_type": "Alert"}), user
			)
		self.assertEqual(self.deliver(now + DAY)["messages"], 0)

	def test_new_alerts_join_a_held_digest(self):
		put_cases(prefix="FIRST")
		deadline_sweep(now=NIGHT, commit=False)
		self.deliver(MORNING, desk=self.fail)
		put_cases(prefix="SECOND")
		deadline_sweep(now=MORNING, commit=False)
		self.deliver(MORNING + retry_delay(1) / 2)
		self.assertEqual(self.sent, [])
		self.deliver(MORNING + retry_delay(1))
		(message,) = self.sent_to("dept@pp.test")
		self.assertEqual(len(message.items), 2)

	def test_another_delivery_at_work_means_nothing_to_do(self):
		put_cases()
		deadline_sweep(now=NIGHT, commit=False)
		with patch.object(job, "job_lock") as lock:
			lock.return_value.__enter__.return_value = False
			counts = self.deliver(MORNING)
		self.assertEqual((self.sent, counts["messages"]), ([], 0))


class TestMessage(DeliveryTestCase):
	def test_desk_notification_names_numbers_and_no_person(self):
		names = put_cases(2)
		deadline_sweep(now=NIGHT, commit=False)
		job.alert_delivery(now=MORNING, commit=False)
		log = frappe.get_last_doc("Notification Log", {"for_user": "dept@pp.test"}, order_by="creation desc")
		for name in names:
			self.assertIn(name, log.email_content)
		self.assertIn("云江区住建委", log.email_content)
		self.assertIn("2001-06-15 23:59", log.email_content)
		for secret in ("林婆婆", "13812345678", "缴费点"):
			self.assertNotIn(secret, log.email_content + log.subject)
		self.assertTrue(log.link.startswith("/"))

	def test_mail_is_queued_once_and_names_no_person(self):
		(name,) = self.mailed_case()
		frappe.db.delete("Email Queue")
		job.alert_delivery(
			now=MORNING, commit=False, senders={"Desk": self.sent.append, "Email": send_by_email}
		)
		(mail,) = frappe.get_all("Email Queue", fields=["message"], order_by="name")
		parts = message_from_string(mail.message).walk()
		text = "".join(
			part.get_payload(decode=True).decode() for part in parts if part.get_content_maintype() == "text"
		)
		self.assertIn(name, text)
		for secret in ("林婆婆", "13812345678", "缴费点"):
			self.assertNotIn(secret, text)
		self.assertEqual([a.status for a in alerts_of(name, channel="Email")], ["Sent"])

	def mailed_case(self):
		frappe.db.set_value("User", "dept@pp.test", "email", "dept@pp-mail.cn")
		self.allow_mail()
		names = put_cases()
		deadline_sweep(now=NIGHT, commit=False)
		return names

	def test_refused_mail_counts_as_failure(self):
		(name,) = self.mailed_case()
		with patch.object(alert_messages.frappe, "sendmail", return_value=None):
			job.alert_delivery(
				now=MORNING, commit=False, senders={"Desk": self.sent.append, "Email": send_by_email}
			)
		(alert,) = alerts_of(name, channel="Email")
		self.assertEqual((alert.status, alert.last_error), ("Failed", "NotQueuedError"))

	def test_long_digest_is_cut_and_says_so(self):
		put_cases(alert_messages.MAX_LINES + 7)
		deadline_sweep(now=NIGHT, commit=False)
		self.deliver(MORNING)
		(message,) = self.sent_to("dept@pp.test")
		content = alert_messages.content(message)
		self.assertEqual(len(content["lines"]), alert_messages.MAX_LINES)
		self.assertIn("7", content["more"])

	def test_language_is_the_recipients_and_is_put_back_after_an_error(self):
		frappe.db.set_value("User", "dept@pp.test", "language", "zh")
		frappe.clear_document_cache("User", "dept@pp.test")
		before = frappe.local.lang
		with self.assertRaises(ValueError), alert_messages.speaking("dept@pp.test"):
			self.assertEqual(frappe.local.lang, "zh")
			raise ValueError
		self.assertEqual(frappe.local.lang, before)


class TestSweepHealth(DeliveryTestCase):
	def setUp(self):
		super().setUp()
		frappe.db.delete("Sweep Run")
		frappe.db.sql("update `tabPetition` set next_action_at = null")

	def finished(self, hours_ago: float, status: str = "Finished"):
		at = frappe.utils.now_datetime() - hours_ago * HOUR
		frappe.get_doc(
			{"doctype": "Sweep Run", "started_at": at, "finished_at": at, "status": status}
		).insert(ignore_permissions=True)

	def test_banner_after_two_hours_without_a_finished_sweep(self):
		self.finished(1.9)
		self.assertFalse(desk.get_sweep_health()["is_stale"])
		frappe.db.delete("Sweep Run")
		self.finished(2.1)
		self.finished(0.1, status="Skipped")
		self.assertTrue(desk.get_sweep_health()["is_stale"])

	def test_fresh_site_without_anything_due_is_not_stale(self):
		self.assertEqual(desk.get_sweep_health(), {"last_finished_at": None, "is_stale": False})

	def test_no_sweep_at_all_with_a_case_waiting_is_stale(self):
		put_cases()
		self.assertTrue(desk.get_sweep_health()["is_stale"])

	def test_only_staff_are_told(self):
		self.as_user("agent@pp.test")
		self.assertRaises(frappe.PermissionError, desk.sweep_health)
		boot = frappe._dict()
		desk.extend_bootinfo(boot)
		self.assertNotIn("petition_proxy", boot)
		self.as_user("town@pp.test")
		desk.extend_bootinfo(boot)
		self.assertIn("is_stale", boot.petition_proxy["sweep"])
