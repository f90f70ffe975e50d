"""Notices: who is told of what on which channel, what is said, and what happens when the other side fails."""

import base64
import hashlib
import hmac
import json
import re
from datetime import timedelta
from email import message_from_string
from email.header import decode_header, make_header
from unittest.mock import patch

import frappe
from frappe.utils import add_days, now_datetime, today
from frappe.utils.password import get_decrypted_password

from petition_proxy.api import notices as api
from petition_proxy.domain import notices
from petition_proxy.jobs import alert_delivery, certificate_watch, notice_feed, notice_texts, outbox
from petition_proxy.jobs.alert_rules import CACHE_KEY
from petition_proxy.jobs.deadline_sweep import deadline_sweep
from petition_proxy.jobs.notice_feed import queue_notices
from petition_proxy.jobs.outbox import error_words
from petition_proxy.petition_proxy.doctype.chat_robot.chat_robot import ChatRobotError
from petition_proxy.petition_proxy.doctype.notice_choice.notice_choice import NoticeChoiceError
from petition_proxy.petition_proxy.doctype.notice_template.notice_template import NoticeTemplateError
from petition_proxy.petition_proxy.doctype.rating_link import acts as rating_acts
from petition_proxy.setup.masters import ensure_notice_templates, read_fixture
from petition_proxy.tests import factories as f
from petition_proxy.tests import notice_cases as n
from petition_proxy.tests.alert_cases import DUE, MORNING, NIGHT, put_cases, use_only_test_rules
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils import outgoing_http
from petition_proxy.utils.outgoing_http import SendError, UnsafeAddressError, check_address, is_public

MINUTE = timedelta(minutes=1)
# As if they were hosts of a service, so that the network they lead into is what is judged.
HOSTS = ("1.1.1.1", "127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:10.0.0.1", "localhost")


class NoticeTestCase(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		f.make_district()

	def setUp(self):
		super().setUp()
		self.side = n.OtherSide()
		self.addCleanup(self.side.close)
		self.addCleanup(notice_texts.clear_texts)
		# Whatever the site itself has waiting is none of the test's business (undone with the savepoint).
		frappe.db.delete("Outgoing Notice")
		frappe.db.delete("Chat Robot")
		n.set_setting(
			quiet_from=None,
			quiet_to=None,
			digest_at="00:00:00",
			send_petitioner_sms=1,
			notices_read_until=None,
		)
		n.set_up_gateway(self.side.port)
		self.begin = now_datetime()
		n.set_setting(notices_read_until=self.begin + notice_feed.OVERLAP)

	def run_outbox(self, later: timedelta = timedelta(0)) -> dict:
		return outbox.outbox(now=now_datetime() + later, commit=False)

	def texts_to(self, number: str) -> list[str]:
		return [call.text for call in self.side.calls if call.number == number]

	def limit(self, **seconds) -> None:
		"""Shorter time-outs, so that a test need not wait for them."""
		for name, value in seconds.items():
			self.addCleanup(setattr, outgoing_http, name, getattr(outgoing_http, name))
			setattr(outgoing_http, name, value)

	def queue_one(self, channel: str = notices.SMS, **values):
		"""One notice to the department's officer, due now."""
		frappe.db.set_value("User", "dept@pp.test", "mobile_no", n.STAFF_PHONE)
		row = {
			"event": notices.DIGEST,
			"recipient_type": "User",
			"recipient": "dept@pp.test",
			"channel": channel,
			"item_count": 3,
			"late_count": 1,
			"moment": frappe.generate_hash(length=8),
			**values,
		}
		queue_notices([row], now_datetime())
		(found,) = n.outgoing(status=notices.QUEUED)
		return found.name

	def state_of(self, name: str):
		return frappe.get_doc("Outgoing Notice", name)


class TestTemplates(NoticeTestCase):
	def test_a_text_for_each_event_channel_and_language_is_seeded_once(self):
		ensure_notice_templates()
		before = frappe.get_all("Notice Template", fields=["name", "modified"], order_by="name asc")
		ensure_notice_templates()
		self.assertEqual(
			before, frappe.get_all("Notice Template", fields=["name", "modified"], order_by="name asc")
		)
		known = set(
			frappe.get_all(
				"Notice Template", fields=["event", "channel", "language"], order_by="name asc", as_list=True
			)
		)
		wanted = {
			(event, channel, language)
			for event, kind in notices.EVENTS.items()
			for channel in kind.channels
			for language in ("zh", "en")
		}
		self.assertEqual(wanted - known, set())

	def test_what_a_site_changed_stays(self):
		doc = frappe.get_doc("Notice Template", "Accepted-SMS-zh")
		doc.body = "{number}已受理。"
		doc.save()
		ensure_notice_templates()
		self.assertEqual(frappe.db.get_value("Notice Template", doc.name, "body"), "{number}已受理。")

	def test_a_placeholder_that_holds_a_person_or_a_text_is_refused(self):
		doc = frappe.get_doc("Notice Template", "Accepted-SMS-zh")
		for word in ("petitioner_name", "phone", "content", "subject", "姓名", "doc.petitioner", "0", ""):
			doc.reload()
			doc.body = f"您好{{{word}}}"
			with self.assertRaises(NoticeTemplateError, msg=word):
				doc.save()

	def test_a_placeholder_of_another_event_and_a_lone_brace_are_refused(self):
		doc = frappe.get_doc("Notice Template", "Digest-SMS-zh")
		for body in ("{number}", "{count", "count}", "{{count}}", "{count!r}", "{count:>10}"):
			doc.reload()
			doc.body = body
			with self.assertRaises(NoticeTemplateError, msg=body):
				doc.save()

	def test_a_channel_the_event_does_not_use_is_refused(self):
		with self.assertRaises(NoticeTemplateError):
			frappe.get_doc(
				{
					"doctype": "Notice Template",
					"event": "Rating Asked",
					"channel": "Chat Robot",
					"language": "zh",
					"body": "{number}",
				}
			).insert()

	def test_preview_shows_example_values_and_the_parts_charged(self):
		shown = api.preview("Accepted", "SMS", "zh", None, "{number}" + "字" * 60)
		self.assertIn("XF-500100-2026-000123", shown["body"])
		self.assertEqual(shown["parts"], 2)
		for event, page in (
			("Accepted", "/my-petition"),
			("Rating Asked", "/rate#"),
			("Late", "/app/petition/XF-"),
		):
			self.assertIn(page, api.preview(event, "SMS", "zh", None, "{link}")["body"])
		self.assertRaises(frappe.ValidationError, api.preview, "Accepted", "SMS", "zh", None, "{phone}")
		self.as_user("dept@pp.test")
		self.assertRaises(frappe.PermissionError, api.preview, "Accepted", "SMS", "zh", None, "{number}")


class TestPetitioner(NoticeTestCase):
	"""Progress by text message: consent, secrecy, accusations."""

	def accepted_case(self, person=None, **values):
		case = n.canary_case("Received", petitioner=(person or n.canary_person()).name, **values)
		self.as_user("dept@pp.test")
		doc = frappe.get_doc("Petition", case.name)
		f.walk(doc, "Accept")
		frappe.set_user("Administrator")
		return doc

	def test_accepted_case_is_told_once_and_says_number_and_unit_only(self):
		case = self.accepted_case()
		self.assertEqual(self.run_outbox()["failed"], 0)
		(text,) = self.texts_to(n.CANARY_PHONE)
		self.assertIn(case.name, text)
		self.assertIn("云江区住建委", text)
		self.assertNotIn(n.CANARY, text)
		self.assertEqual(self.side.calls[0].form["key"], "gateway-key")
		self.run_outbox(MINUTE)
		self.assertEqual(len(self.texts_to(n.CANARY_PHONE)), 1)

	def test_nobody_is_texted_without_consent(self):
		self.accepted_case(n.canary_person(agrees_to_sms=0))
		self.run_outbox()
		self.assertEqual(self.texts_to(n.CANARY_PHONE), [])

	def test_a_landline_is_not_texted(self):
		person = n.canary_person(phone="02368001234")
		case = self.accepted_case(person)
		self.run_outbox()
		(row,) = n.outgoing(petition=case.name, recipient_type="Petitioner")
		self.assertEqual(row.status, notices.WITHDRAWN)
		self.assertEqual([call for call in self.side.calls if "6800" in call.number], [])

	def test_secrecy_on_case_or_person_leaves_it_to_the_agent(self):
		for number, (person_wish, case_wish) in enumerate(((1, 0), (0, 1))):
			with self.subTest(number):
				self.side.calls.clear()
				agent = f.make_agent()
				frappe.db.set_value("Proxy Agent", agent.name, "duty_phone", n.AGENT_PHONE)
				case = self.accepted_case(n.canary_person(wants_secrecy=person_wish), wants_secrecy=case_wish)
				self.run_outbox()
				self.assertEqual(self.texts_to(n.CANARY_PHONE), [])
				(text,) = self.texts_to(n.AGENT_PHONE)
				self.assertNotIn(case.name, text)

	def test_wish_made_after_the_notice_was_written_is_kept(self):
		case = self.accepted_case()
		notice_feed.Feed(now_datetime(), notice_texts.Texts()).read_steps()
		frappe.db.set_value("Petition", case.name, "wants_secrecy", 1)
		self.run_outbox()
		self.assertEqual(self.texts_to(n.CANARY_PHONE), [])
		(row,) = n.outgoing(petition=case.name, recipient_type="Petitioner")
		self.assertEqual(row.status, notices.WITHDRAWN)

	def test_no_number_of_a_report_or_accusation_leaves_by_text_to_anybody(self):
		agent = f.make_agent()
		frappe.db.set_value("Proxy Agent", agent.name, "duty_phone", n.AGENT_PHONE)
		frappe.db.set_value("User", "dept@pp.test", "mobile_no", n.STAFF_PHONE)
		self.choose("dept@pp.test", Assignment=("by_sms",))
		case = self.accepted_case(petition_kind="Report and Accusation")
		self.run_outbox()
		self.assertEqual(self.texts_to(n.CANARY_PHONE), [])
		for call in self.side.calls:
			self.assertNotIn(case.name, call.text + call.body)
		self.assertEqual(len(self.texts_to(n.AGENT_PHONE)), 1)

	def choose(self, user: str, **events) -> None:
		lines = [
			{"event": "Assignment Received", "by_desk": 0, **dict.fromkeys(columns, 1)}
			for columns in events.values()
		]
		frappe.get_doc({"doctype": "Notice Choice", "user": user, "lines": lines}).insert()

	def test_the_site_sends_none_until_it_is_switched_on(self):
		n.set_setting(send_petitioner_sms=0)
		self.accepted_case()
		self.run_outbox()
		self.assertEqual(self.texts_to(n.CANARY_PHONE), [])

	def served_case(self):
		case = n.canary_case("Served", petitioner=n.canary_person().name)
		self.run_outbox()
		self.assertEqual([text for text in self.texts_to(n.CANARY_PHONE) if "/rate" in text], [])
		return case

	def test_rating_is_asked_a_day_later_by_a_link_that_opens_once_and_ends(self):
		case = self.served_case()
		self.run_outbox(timedelta(days=1, minutes=1))
		(text,) = (text for text in self.texts_to(n.CANARY_PHONE) if "/rate" in text)
		token = re.search(r"/rate#([\w-]{43})", text).group(1)
		self.assertEqual([row.name for row in n.outgoing(event="Rating Asked") if token in str(row)], [])
		link = frappe.get_last_doc("Rating Link", {"petition": case.name})
		self.assertEqual((link.status, link.round), ("Open", case.round))
		self.assertGreater(link.expires_at, now_datetime())
		frappe.set_user("Guest")
		self.assertTrue(rating_acts.open_link(token))
		frappe.set_user("Administrator")
		link.db_set("expires_at", add_days(now_datetime(), -1))
		frappe.set_user("Guest")
		self.assertRaises(rating_acts.RatingLinkError, rating_acts.open_link, token)

	def test_who_has_rated_is_not_asked(self):
		case = self.served_case()
		for rated in ("Handling Unit", "Proxy Agent"):
			frappe.get_doc(
				{"doctype": "Evaluation", "petition": case.name, "round": case.round, "rated_party": rated}
			).db_insert()
		self.run_outbox(timedelta(days=1, minutes=1))
		self.assertEqual([text for text in self.texts_to(n.CANARY_PHONE) if "/rate" in text], [])
		(row,) = n.outgoing(event="Rating Asked")
		self.assertEqual(row.status, notices.WITHDRAWN)

	def test_no_address_in_a_text_holds_a_number(self):
		case = self.accepted_case()
		self.run_outbox()
		(text,) = self.texts_to(n.CANARY_PHONE)
		(address,) = re.findall(r"https?://\S+", text)
		self.assertTrue(address.endswith("/my-petition"), address)
		self.assertNotIn(case.name, address)

	def test_step_of_long_ago_is_no_news(self):
		case = self.accepted_case()
		frappe.db.set_value(
			"Petition Event", {"petition": case.name}, "happened_at", add_days(now_datetime(), -5)
		)
		self.run_outbox()
		self.assertEqual(n.outgoing(petition=case.name), [])

	def test_opt_in_of_a_known_person_counts_for_the_phone_on_record_only(self):
		known = n.canary_person(agrees_to_sms=0, id_number="110101199003070003")
		for phone, agrees in (("13512349999", 0), (n.CANARY_PHONE, 1)):
			doc = frappe.get_doc(
				{
					"doctype": "Petition",
					"subject": "路灯坏了",
					"content": "路灯坏了。",
					"village": f.VILLAGE,
					"filing_channel": "Petition Office Platform",
					"agent": f.make_agent().name,
					"new_petitioner_name": known.petitioner_name,
					"new_petitioner_phone": phone,
					"new_petitioner_id_number": "110101199003070003",
					"new_petitioner_agrees_to_sms": 1,
				}
			).insert()
			self.assertEqual(doc.petitioner, known.name)
			self.assertEqual(frappe.db.get_value("Petitioner", known.name, "agrees_to_sms"), agrees)

	def test_opt_in_at_filing_stands_on_the_person(self):
		agent = f.make_agent()
		doc = frappe.get_doc(
			{
				"doctype": "Petition",
				"subject": "路灯坏了",
				"content": "路灯坏了。",
				"village": f.VILLAGE,
				"filing_channel": "Petition Office Platform",
				"agent": agent.name,
				"new_petitioner_name": "新村民",
				"new_petitioner_phone": n.CANARY_PHONE,
				"new_petitioner_agrees_to_sms": 1,
			}
		).insert()
		self.assertTrue(frappe.db.get_value("Petitioner", doc.petitioner, "agrees_to_sms"))
		self.assertFalse(doc.new_petitioner_agrees_to_sms)


class TestOffices(NoticeTestCase):
	def assign(self, **values):
		case = n.canary_case("Registered", **values)
		self.as_user("office@pp.test")
		doc = frappe.get_doc("Petition", case.name)
		f.walk(doc, "Assign")
		frappe.set_user("Administrator")
		return doc

	def notes_of(self, user: str) -> list:
		return frappe.get_all(
			"Notification Log",
			filters={"for_user": user, "creation": (">=", self.begin)},
			fields=["subject", "email_content", "link", "document_name"],
			order_by="creation asc",
		)

	def test_the_unit_hears_of_an_assignment_and_the_office_of_its_return(self):
		case = self.assign()
		self.run_outbox()
		(note,) = [note for note in self.notes_of("dept@pp.test") if case.name in note.subject]
		self.assertNotIn(n.CANARY, str(note))
		self.as_user("office@pp.test")
		doc = frappe.get_doc("Petition", case.name)
		f.walk(doc, "Return")
		frappe.set_user("Administrator")
		self.run_outbox()
		self.assertTrue([note for note in self.notes_of("clerk@pp.test") if case.name in note.subject])
		self.assertEqual(self.run_outbox(MINUTE)["sent"], 0)

	def test_the_accused_and_the_actor_are_not_told(self):
		case = self.assign(accused_user="dept@pp.test")
		self.run_outbox()
		told = {row.recipient for row in n.outgoing(petition=case.name)}
		self.assertNotIn("dept@pp.test", told)
		self.assertNotIn("office@pp.test", told)

	def test_case_that_has_moved_on_is_told_to_whoever_has_it_now_and_once(self):
		case = self.assign()
		notice_feed.Feed(now_datetime(), notice_texts.Texts()).read_steps()
		self.as_user("office@pp.test")
		doc = frappe.get_doc("Petition", case.name)
		f.walk(doc, "Return")
		doc.reload()
		doc.handling_unit = f.DEPT_UNIT_2
		f.walk(doc, "Assign")
		frappe.set_user("Administrator")
		self.run_outbox()
		self.run_outbox(MINUTE)
		self.assertEqual([note for note in self.notes_of("dept@pp.test") if case.name in note.subject], [])
		self.assertEqual(
			len([note for note in self.notes_of("dept2@pp.test") if case.name in note.subject]), 1
		)
		self.assertEqual([note for note in self.notes_of("clerk@pp.test") if case.name in note.subject], [])

	def test_accused_after_the_notice_was_written(self):
		case = self.assign()
		notice_feed.Feed(now_datetime(), notice_texts.Texts()).read_steps()
		frappe.db.set_value("Petition", case.name, "accused_user", "dept@pp.test")
		self.run_outbox()
		self.assertEqual([note for note in self.notes_of("dept@pp.test") if case.name in note.subject], [])

	def test_choice_of_channels_and_what_cannot_be_switched_off(self):
		frappe.db.set_value("User", "dept@pp.test", "mobile_no", n.STAFF_PHONE)
		self.as_user("dept@pp.test")
		choice = frappe.get_doc(
			{
				"doctype": "Notice Choice",
				"user": "dept@pp.test",
				"lines": [{"event": "Assignment Received", "by_desk": 0, "by_sms": 1}],
			}
		).insert()
		choice.append("lines", {"event": "Late", "by_desk": 0})
		self.assertRaises(NoticeChoiceError, choice.save)
		frappe.set_user("Administrator")
		case = self.assign()
		self.run_outbox()
		(text,) = self.texts_to(n.STAFF_PHONE)
		self.assertIn(case.name, text)
		self.assertEqual([note for note in self.notes_of("dept@pp.test") if case.name in note.subject], [])

	def test_choices_are_ones_own(self):
		self.as_user("dept@pp.test")
		frappe.get_doc(
			{"doctype": "Notice Choice", "user": "dept@pp.test", "lines": [{"event": "Late", "by_desk": 1}]}
		).insert()
		self.as_user("dept2@pp.test")
		self.assertEqual(frappe.get_list("Notice Choice"), [])
		self.assertRaises(
			frappe.PermissionError, frappe.get_doc("Notice Choice", "dept@pp.test").check_permission, "read"
		)
		other = frappe.get_doc(
			{"doctype": "Notice Choice", "user": "head@pp.test", "lines": [{"event": "Late", "by_desk": 1}]}
		)
		self.assertRaises(frappe.PermissionError, other.insert)

	def test_text_alone_for_late_needs_a_number(self):
		doc = frappe.get_doc(
			{
				"doctype": "Notice Choice",
				"user": "head@pp.test",
				"lines": [{"event": "Late", "by_desk": 0, "by_sms": 1}],
			}
		)
		self.assertRaises(NoticeChoiceError, doc.insert)


class TestAccess(NoticeTestCase):
	def test_notices_follow_their_case_and_the_accused_sees_none(self):
		case = n.canary_case("Received")
		self.run_outbox()
		self.assertTrue(n.outgoing(petition=case.name))
		for user, sees in (("office@pp.test", True), ("dept@pp.test", True), ("dept2@pp.test", False)):
			self.as_user(user)
			rows = frappe.get_list("Outgoing Notice", {"petition": case.name}, order_by="name asc")
			self.assertEqual(bool(rows), sees, user)
		frappe.set_user("Administrator")
		frappe.db.set_value("Petition", case.name, "accused_unit", f.DEPT_UNIT)
		self.as_user("dept@pp.test")
		self.assertEqual(frappe.get_list("Outgoing Notice", {"petition": case.name}), [])

	def test_notices_of_no_case_are_the_petition_offices(self):
		name = self.queue_one()
		for user, sees in (("office@pp.test", True), ("dept@pp.test", False), ("town@pp.test", False)):
			self.as_user(user)
			self.assertEqual(bool(frappe.get_list("Outgoing Notice", {"name": name})), sees, user)
			self.assertEqual(
				frappe.has_permission("Outgoing Notice", "read", doc=frappe.get_doc("Outgoing Notice", name)),
				sees,
				user,
			)

	def test_system_manager_sees_numbers_and_no_notice(self):
		name = self.queue_one()
		frappe.db.set_value("Outgoing Notice", name, {"status": "Dead", "last_error": "HTTP 500"})
		self.as_user(f.MANAGER)
		self.assertRaises(frappe.PermissionError, frappe.get_list, "Outgoing Notice")
		(row,) = api.outbox_state()
		self.assertEqual((row.channel, row.status, row.number), ("SMS", "Dead", 1))
		self.assertEqual(set(row), {"channel", "status", "last_error", "number", "oldest"})
		self.assertEqual(api.undelivered()["value"], 1)
		self.assertEqual(api.try_all_again("SMS"), 1)
		self.as_user("dept@pp.test")
		for act in (api.outbox_state, api.undelivered, lambda: api.try_all_again("SMS")):
			self.assertRaises(frappe.PermissionError, act)

	def test_no_role_writes_or_deletes_a_notice(self):
		name = self.queue_one()
		self.as_user("office@pp.test")
		doc = frappe.get_doc("Outgoing Notice", name)
		doc.status = "Sent"
		self.assertRaises(frappe.PermissionError, doc.save)
		frappe.set_user("Administrator")
		self.assertRaises(frappe.ValidationError, frappe.delete_doc, "Outgoing Notice", name)


class TestFailures(NoticeTestCase):
	"""The gateway as the other side: what counts as a failure, and what follows."""

	def fails_with(self, answer, kind: str) -> None:
		name = self.queue_one()
		self.side.answers = [answer]
		counts = self.run_outbox()
		row = self.state_of(name)
		self.assertEqual((row.status, row.attempts, row.last_error), ("Failed", 1, error_words(kind)))
		self.assertEqual((counts["failed"], counts["sent"]), (1, 0))
		self.assertGreater(row.next_try_at, now_datetime())
		self.side.answers = [(200, "ok")]
		self.assertEqual(self.run_outbox(timedelta(hours=2))["sent"], 1)
		self.assertEqual(self.state_of(name).status, "Sent")

	def test_status_500(self):
		self.fails_with((500, "boom"), "HTTP 500")

	def test_redirect_is_not_followed(self):
		self.fails_with((302, "", {"Location": "http://127.0.0.1:1/elsewhere"}), "HTTP 302")
		self.assertEqual({call.path for call in self.side.calls}, {"/sms"})

	def test_no_answer_in_time(self):
		self.limit(READ_SECONDS=0.3)
		self.fails_with("hang", "Timeout")

	def test_answer_that_never_ends(self):
		self.limit(WHOLE_SECONDS=0.3)
		self.fails_with("drip", "Timeout")

	def test_line_that_goes_dead(self):
		name = self.queue_one()
		self.side.answers = ["cut"]
		self.run_outbox()
		self.assertEqual(
			(self.state_of(name).status, self.state_of(name).last_error), ("Failed", error_words("Line cut"))
		)

	def test_a_gateway_that_takes_texts_without_a_word_gets_each_twice_at_most(self):
		self.limit(READ_SECONDS=0.3)
		self.side.answers = ["hang"]
		name = self.queue_one()
		self.run_outbox()
		self.assertEqual(len(self.side.calls), 1)
		self.run_outbox(20 * MINUTE)
		self.assertEqual(len(self.side.calls), 1)
		self.run_outbox(40 * MINUTE)
		self.assertEqual(self.state_of(name).status, "Dead")
		self.run_outbox(timedelta(days=1))
		self.assertEqual(len(self.side.calls), 2)

	def test_a_worker_that_dies_after_the_call_sends_nothing_twice_and_loses_nothing(self):
		name = self.queue_one()
		update = outbox._Run._update

		def die(run, names, **values):
			if values.get("status") == notices.SENT:
				raise KeyboardInterrupt  # as a worker that is killed: no handler of the run sees it
			update(run, names, **values)

		with patch.object(outbox._Run, "_update", die), self.assertRaises(KeyboardInterrupt):
			self.run_outbox()
		self.assertEqual(self.state_of(name).status, "Sending")
		self.assertEqual(len(self.side.calls), 1)
		for later in (MINUTE, timedelta(days=1)):
			self.run_outbox(later)
		row = self.state_of(name)
		self.assertEqual((row.status, row.last_error), ("Dead", error_words("Interrupted")))
		self.assertEqual(len(self.side.calls), 1)
		self.assertGreater(outbox.tell_of_dead_letters(), 0)
		api.try_again([name])
		self.run_outbox()
		self.assertEqual((self.state_of(name).status, len(self.side.calls)), ("Sent", 2))

	def test_connection_refused(self):
		name = self.queue_one()
		n.set_up_gateway(n.unused_port())
		self.run_outbox()
		self.assertEqual(
			(self.state_of(name).status, self.state_of(name).last_error),
			("Failed", error_words("No connection")),
		)

	def test_good_status_without_the_sign_of_success(self):
		n.set_setting(sms_success_text='"code":0')
		name = self.queue_one()
		self.side.answers = [
			(200, '{"code":160,"detail":"13712340987 is on a black list"}'),
			(200, '{"code":0}'),
		]
		self.run_outbox()
		self.assertEqual(self.state_of(name).last_error, error_words("Refused by the gateway"))
		self.assertEqual(self.run_outbox(2 * MINUTE)["sent"], 1)

	def test_too_many_requests_waits_as_long_as_was_asked(self):
		name = self.queue_one()
		self.side.answers = [(429, "slow down", {"Retry-After": "900"})]
		self.run_outbox()
		row = self.state_of(name)
		self.assertEqual(row.last_error, "HTTP 429")
		self.assertGreater(row.next_try_at, now_datetime() + 14 * MINUTE)

	def test_gateway_by_get_and_by_json(self):
		n.set_up_gateway(self.side.port, post=False)
		self.queue_one()
		self.run_outbox()
		n.set_up_gateway(self.side.port, headers={"Content-Type": "application/json"})
		self.queue_one()
		self.run_outbox()
		self.assertEqual(len(self.texts_to(n.STAFF_PHONE)), 2)
		self.assertEqual(self.side.calls[1].json["key"], "gateway-key")

	def test_back_off_then_dead_then_seen_then_tried_again(self):
		name = self.queue_one()
		self.side.answers = [(500, "boom")]
		now, waits = now_datetime(), []
		for _try in range(len(notices.BACK_OFF) + 1):
			outbox.outbox(now=now, commit=False)
			row = self.state_of(name)
			if row.next_try_at:
				waits.append(row.next_try_at - now)
				now = row.next_try_at + timedelta(seconds=1)
		for wait, wanted in zip(waits, notices.BACK_OFF, strict=True):
			self.assertLess(abs(wait - wanted), timedelta(seconds=30))
		self.assertEqual((row.status, row.attempts, row.next_try_at), ("Dead", 6, None))
		self.assertEqual(outbox.outbox(now=now + timedelta(days=9), commit=False)["sent"], 0)

		self.assertGreater(outbox.tell_of_dead_letters(), 1)
		self.assertEqual(outbox.tell_of_dead_letters(), 0)
		self.run_outbox()
		for user in ("office@pp.test", "clerk@pp.test", f.MANAGER):
			self.assertTrue(
				frappe.db.exists("Notification Log", {"for_user": user, "document_type": "Outgoing Notice"}),
				user,
			)
		self.assertFalse(
			frappe.db.exists(
				"Notification Log", {"for_user": "dept@pp.test", "document_type": "Outgoing Notice"}
			)
		)

		self.side.answers = [(200, "ok")]
		self.as_user("dept@pp.test")
		self.assertRaises(frappe.PermissionError, api.try_again, [name])
		self.as_user("office@pp.test")
		self.assertEqual(api.try_again([name]), 1)
		self.assertRaises(frappe.ValidationError, api.try_again, [name])
		frappe.set_user("Administrator")
		self.assertEqual(self.run_outbox()["sent"], 1)
		self.assertEqual(self.state_of(name).status, "Sent")
		self.assertEqual(outbox.tell_of_dead_letters(now_datetime() + timedelta(days=1)), 0)

	def test_a_dead_gateway_does_not_hold_the_run_up(self):
		self.side.answers = [(500, "boom")]
		for _number in range(6):
			frappe.db.set_value("Outgoing Notice", {"status": "Queued"}, "status", "Failed")
			self.queue_one()
		frappe.db.set_value("Outgoing Notice", {"status": "Failed"}, "status", "Queued")
		self.run_outbox()
		self.assertEqual(len(self.side.calls), outbox.MOST_FAILURES_IN_A_ROW)

	def test_at_night_only_the_desk_and_what_is_urgent(self):
		n.set_setting(quiet_from="21:00:00", quiet_to="08:00:00")
		calm = self.queue_one()
		now = now_datetime().replace(hour=2, minute=0) + timedelta(days=1)
		outbox.outbox(now=now, commit=False)
		self.assertEqual(self.side.calls, [])
		frappe.db.set_value("Outgoing Notice", calm, "is_urgent", 1)
		outbox.outbox(now=now + MINUTE, commit=False)
		self.assertEqual(len(self.side.calls), 1)

	def test_frappe_keeps_no_log_of_numbers_and_texts(self):
		self.queue_one()
		self.run_outbox()
		self.assertEqual(len(self.texts_to(n.STAFF_PHONE)), 1)
		if frappe.db.table_exists("SMS Log"):  # an app beside Frappe brings it
			self.assertEqual(frappe.db.count("SMS Log", {"creation": (">=", self.begin)}), 0)

	def test_same_occasion_is_queued_once(self):
		row = {
			"event": notices.DIGEST,
			"recipient_type": "User",
			"recipient": "dept@pp.test",
			"channel": notices.SMS,
			"moment": "one",
		}
		self.assertEqual(queue_notices([row], now_datetime()), 1)
		self.assertEqual(queue_notices([row, dict(row)], now_datetime()), 0)
		self.assertEqual(queue_notices([{**row, "moment": "two"}], now_datetime()), 1)


class TestRobots(NoticeTestCase):
	def assigned(self, **values):
		doc = n.canary_case("Registered", **values)
		f.walk(doc, "Assign")
		return doc

	def robot_calls(self) -> list:
		return [call for call in self.side.calls if call.json.get("msgtype") == "text"]

	def test_the_units_group_hears_of_an_assignment_by_number(self):
		n.make_robot(self.side.port, tells_digest=0, unit=f.DEPT_UNIT)
		n.make_robot(self.side.port, tells_digest=0, unit=f.DEPT_UNIT_2)
		case = self.assigned()
		self.run_outbox()
		(call,) = self.robot_calls()
		self.assertEqual(call.query, {"key": "robot-key"})
		self.assertIn(case.name, call.text)
		self.assertNotIn(n.CANARY, call.body)
		self.run_outbox(MINUTE)
		self.assertEqual(len(self.robot_calls()), 1)

	def test_a_towns_and_the_districts_group_hear_of_their_cases(self):
		n.make_robot(self.side.port, tells_digest=0, region=f.TOWN)
		n.make_robot(self.side.port, tells_digest=0, region=f.DISTRICT)
		n.make_robot(self.side.port, tells_digest=0, region=f.TOWN_2)
		self.assigned()
		self.run_outbox()
		self.assertEqual(len(self.robot_calls()), 2)

	def test_no_group_hears_of_a_case_that_complains_about_anybody(self):
		n.make_robot(self.side.port, region=f.DISTRICT)
		self.assigned(petition_kind="Report and Accusation")
		self.assigned(accused_unit=f.TOWN_UNIT)
		self.assigned(accused_user="town@pp.test")
		self.run_outbox()
		self.assertEqual([c for c in n.outgoing(channel="Chat Robot") if c.event == notices.ASSIGNED], [])

	def test_accused_after_the_notice_was_written(self):
		n.make_robot(self.side.port, tells_digest=0, region=f.DISTRICT)
		case = self.assigned()
		notice_feed.Feed(now_datetime(), notice_texts.Texts()).read_steps()
		frappe.db.set_value("Petition", case.name, "accused_unit", f.TOWN_UNIT)
		self.run_outbox()
		self.assertEqual(self.robot_calls(), [])

	def test_wecom_says_200_and_means_no(self):
		n.make_robot(self.side.port, tells_digest=0, unit=f.DEPT_UNIT)
		self.assigned()
		self.side.answers = [
			(200, '{"errcode":93000,"errmsg":"invalid webhook url"}'),
			(200, "<html>proxy</html>"),
			(200, '{"errcode":0,"errmsg":"ok"}'),
		]
		self.run_outbox()
		(row,) = n.outgoing(channel="Chat Robot")
		self.assertEqual((row.status, row.last_error), ("Failed", "errcode 93000"))
		self.run_outbox(2 * MINUTE)
		(row,) = n.outgoing(channel="Chat Robot")
		self.assertEqual(
			(row.status, row.last_error, row.attempts), ("Failed", error_words("Unknown answer"), 2)
		)
		self.run_outbox(20 * MINUTE)
		(row,) = n.outgoing(channel="Chat Robot")
		self.assertEqual(row.status, "Sent")

	def test_dingtalk_is_signed(self):
		n.make_robot(self.side.port, "DingTalk", secret="SEC-of-the-test", unit=f.DEPT_UNIT, tells_digest=0)
		self.assigned()
		self.run_outbox()
		(call,) = self.robot_calls()
		text = f"{call.query['timestamp']}\nSEC-of-the-test"
		wanted = base64.b64encode(
			hmac.new(b"SEC-of-the-test", text.encode(), hashlib.sha256).digest()
		).decode()
		self.assertEqual(call.query["sign"], wanted)
		self.assertEqual(call.query["access_token"], "robot-key")
		sent_at = int(call.query["timestamp"]) / 1000
		self.assertLess(abs(sent_at - now_datetime().astimezone().timestamp()), 3600 * 24)

	def test_twenty_a_minute_and_the_rest_waits_uncounted(self):
		robot = n.make_robot(self.side.port, tells_digest=0, unit=f.DEPT_UNIT)
		rows = [
			{
				"event": notices.DIGEST,
				"recipient_type": "Chat Robot",
				"recipient": robot.name,
				"channel": notices.ROBOT,
				"item_count": 2,
				"moment": number,
			}
			for number in range(25)
		]
		queue_notices(rows, now_datetime())
		now = now_datetime()
		outbox.outbox(now=now, commit=False)
		self.assertEqual(len(self.robot_calls()), 20)
		waiting = n.outgoing(channel="Chat Robot", status="Queued")
		self.assertEqual([row.attempts for row in waiting], [0] * 5)
		outbox.outbox(now=now + timedelta(seconds=30), commit=False)
		self.assertEqual(len(self.robot_calls()), 20)
		outbox.outbox(now=now + timedelta(seconds=130), commit=False)
		self.assertEqual(len(self.robot_calls()), 25)

	def test_service_says_too_many(self):
		n.make_robot(self.side.port, tells_digest=0, unit=f.DEPT_UNIT)
		self.assigned()
		self.side.answers = [(200, '{"errcode":45009,"errmsg":"api freq out of limit"}')]
		self.run_outbox()
		(row,) = n.outgoing(channel="Chat Robot")
		self.assertEqual((row.status, row.last_error), ("Failed", "errcode 45009"))

	def test_once_a_day_the_group_hears_how_much_is_late(self):
		robot = n.make_robot(self.side.port, tells_assignments=0, region=f.DISTRICT)
		put_cases(2, prefix="LATE", reply_due_at=DUE)
		put_cases(1, prefix="ACCUSED", reply_due_at=DUE, accused_unit=f.TOWN_UNIT)
		frappe.db.sql(
			"update `tabPetition` set due_at = reply_due_at where name like 'LATE-%' or name like 'ACCUSED-%'"
		)
		self.run_outbox()
		self.run_outbox(MINUTE)
		(call,) = self.robot_calls()
		(row,) = n.outgoing(recipient=robot.name)
		self.assertEqual(row.late_count, row.item_count if row.item_count == 2 else row.late_count)
		self.assertGreaterEqual(row.late_count, 2)
		self.assertNotIn("LATE-", call.text)

	def test_addresses_that_a_robot_may_not_have(self):
		for url in (
			"http://qyapi.weixin.qq.com/send",
			"https://127.0.0.1/send",
			"https://10.1.2.3/send",
			"https://169.254.169.254/latest",
			"https://[::1]/send",
			"https://[::ffff:10.0.0.1]/send",
			"https://user:pass@1.1.1.1/send",
			"https://localhost/send",
			"file:///etc/passwd",
			"gopher://1.1.1.1/",
			"not an address",
			"https://8.8.8.8/send",
			"https://qyapi.weixin.qq.com.evil.test/send",
			"https://evil.test/?qyapi.weixin.qq.com",
			"https://evil.test#@qyapi.weixin.qq.com/",
			"https://qyapi.weixin.qq.com@evil.test/",
		):
			with self.assertRaises((UnsafeAddressError, SendError), msg=url):
				check_address(url, HOSTS)
		self.assertEqual(check_address("https://1.1.1.1/send", HOSTS), "1.1.1.1")
		self.assertEqual(check_address("http://127.0.0.1:81/x", (), ("127.0.0.1:81",)), "127.0.0.1")
		for port in (80, 82):
			with self.assertRaises(UnsafeAddressError):
				check_address(f"http://127.0.0.1:{port}/x", (), ("127.0.0.1:81",))
		self.assertFalse(is_public("100.64.0.1"))

	def test_a_private_address_is_refused_when_typed_and_when_called(self):
		robot = n.make_robot(self.side.port, tells_digest=0, unit=f.DEPT_UNIT)
		n.set_setting(inhouse_hosts="")
		self.assigned()
		self.run_outbox()
		(row,) = n.outgoing(channel="Chat Robot")
		self.assertEqual(
			(row.status, row.last_error, self.side.calls),
			("Failed", error_words("Address not allowed"), []),
		)
		for url in ("https://192.168.1.5/robot", "https://oapi.dingtalk.com/robot/send?access_token=x"):
			robot.reload()
			robot.webhook_url = url
			with self.assertRaises(UnsafeAddressError, msg=url):
				robot.save()

	def test_address_and_secret_are_kept_sealed(self):
		robot = n.make_robot(self.side.port, "DingTalk", secret="SEC-of-the-test", unit=f.DEPT_UNIT)
		stored = frappe.db.get_value("Chat Robot", robot.name, ["webhook_url", "signing_secret"])
		self.assertEqual({sign for text in stored for sign in text}, {"*"})
		self.as_user("office@pp.test")
		frappe.get_doc("Chat Robot", robot.name).save()
		self.assertIn("robot-key", get_decrypted_password("Chat Robot", robot.name, "webhook_url"))

	def test_a_robot_serves_one_area(self):
		for values in ({"unit": None}, {"unit": f.DEPT_UNIT, "region": f.TOWN}, {"region": f.VILLAGE}):
			with self.assertRaises(ChatRobotError, msg=values):
				n.make_robot(self.side.port, **values)

	def test_hello_shows_whether_it_works(self):
		robot = n.make_robot(self.side.port, unit=f.DEPT_UNIT)
		self.as_user("dept@pp.test")
		self.assertRaises(frappe.PermissionError, api.say_hello, robot.name)
		self.as_user("office@pp.test")
		api.say_hello(robot.name)
		self.side.answers = [(200, '{"errcode":310000,"errmsg":"keywords not in content"}')]
		with self.assertRaises(frappe.ValidationError) as caught:
			api.say_hello(robot.name)
		self.assertIn("310000", str(caught.exception))
		for _number in range(3):
			self.assertRaises(frappe.ValidationError, api.say_hello, robot.name)
		calls = len(self.side.calls)
		self.assertRaises(frappe.RateLimitExceededError, api.say_hello, robot.name)
		self.assertEqual(len(self.side.calls), calls)


class TestAgents(NoticeTestCase):
	def test_certificate_that_ends_is_told_once(self):
		agent = f.make_agent()
		frappe.db.set_value(
			"Proxy Agent",
			agent.name,
			{"duty_phone": n.AGENT_PHONE, "certificate_valid_to": add_days(today(), 10)},
		)
		certificate_watch.certificate_watch(commit=False)
		certificate_watch.certificate_watch(commit=False)
		self.run_outbox()
		(text,) = self.texts_to(n.AGENT_PHONE)
		self.assertIn(add_days(today(), 10), text)
		self.assertNotIn(agent.agent_name, text)

	def test_training_is_reminded_once_and_again_when_it_moves(self):
		agent = f.make_agent()
		frappe.db.set_value("Proxy Agent", agent.name, "duty_phone", n.AGENT_PHONE)
		session = frappe.get_doc(
			{
				"doctype": "Training Session",
				"topic": f"{n.CANARY}培训",
				"training_kind": "Computer Skills",
				"teacher": f"{n.CANARY}老师",
				"place": f"{n.CANARY}会议室",
				"region": f.DISTRICT,
				"status": "Open",
				"starts_at": now_datetime() + timedelta(days=2),
				"ends_at": now_datetime() + timedelta(days=2, hours=3),
				"hours": 3,
				"attendees": [{"agent": agent.name}],
			}
		).insert()
		self.assertEqual(notice_feed.training_notices(), 1)
		self.assertEqual(notice_feed.training_notices(), 0)
		frappe.db.set_value("Training Session", session.name, "starts_at", now_datetime() + timedelta(days=1))
		self.assertEqual(notice_feed.training_notices(), 1)
		self.run_outbox()
		self.assertEqual(len(self.texts_to(n.AGENT_PHONE)), 2)
		self.assertNotIn(n.CANARY, "".join(self.texts_to(n.AGENT_PHONE)))


class TestAlertsByText(NoticeTestCase):
	def setUp(self):
		super().setUp()
		self.addCleanup(frappe.cache.delete_value, CACHE_KEY)
		use_only_test_rules()
		frappe.db.set_value("Alert", {"status": ("in", ["Pending", "Failed"])}, "status", "Sent")
		frappe.db.set_value("User", "dept@pp.test", "mobile_no", n.STAFF_PHONE)
		frappe.get_doc(
			{
				"doctype": "Notice Choice",
				"user": "dept@pp.test",
				"lines": [{"event": "Warning", "by_desk": 0, "by_sms": 1}],
			}
		).insert()

	def alert(self, count: int = 1, **values):
		names = put_cases(count, **values)
		deadline_sweep(now=NIGHT, commit=False)
		for _twice in range(2):
			alert_delivery.alert_delivery(now=MORNING, commit=False)
			outbox.outbox(now=MORNING + MINUTE, commit=False)
		return names

	def test_one_case_is_named_and_several_are_counted(self):
		(name,) = self.alert(prefix="ONE")
		(text,) = self.texts_to(n.STAFF_PHONE)
		self.assertIn(name, text)
		self.assertFalse(
			frappe.db.exists("Notification Log", {"for_user": "dept@pp.test", "creation": (">=", self.begin)})
		)

	def test_several_are_counted(self):
		self.alert(3, prefix="MANY")
		(text,) = self.texts_to(n.STAFF_PHONE)
		self.assertNotIn("MANY", text)
		self.assertIn("3", text)

	def test_an_accusation_is_counted_and_not_named(self):
		put_cases(prefix="SECRET")
		frappe.db.set_value("Petition", "SECRET-00000", "petition_kind", "Report and Accusation")
		deadline_sweep(now=NIGHT, commit=False)
		alert_delivery.alert_delivery(now=MORNING, commit=False)
		outbox.outbox(now=MORNING + MINUTE, commit=False)
		(text,) = self.texts_to(n.STAFF_PHONE)
		self.assertNotIn("SECRET", text)

	def test_words_of_the_office_stand_in_the_desk_notice(self):
		for language in ("zh", "en"):
			doc = frappe.get_doc("Notice Template", f"Late-Desk-{language}")
			doc.subject = "注意{number}"
			doc.save()
		(name,) = put_cases(prefix="DESK")
		deadline_sweep(now=NIGHT, commit=False)
		alert_delivery.alert_delivery(now=MORNING, commit=False)
		self.assertTrue(
			frappe.db.exists("Notification Log", {"for_user": "head@pp.test", "subject": f"注意{name}"})
		)


class TestCanaries(NoticeTestCase):
	"""Every seeded text on every channel in both languages, with canaries in every personal field of the case."""

	def test_nothing_personal_comes_out_anywhere(self):
		self.allow_mail()
		agent = f.make_agent()
		frappe.db.set_value(
			"Proxy Agent", agent.name, {"duty_phone": n.AGENT_PHONE, "email": "agent@pp-mail.cn"}
		)
		frappe.db.set_value("User", "dept@pp.test", {"mobile_no": n.STAFF_PHONE, "email": "dept@pp-mail.cn"})
		case = n.canary_case("Handling", agent=agent.name)
		self.returned = n.canary_case("Registered", petitioner=case.petitioner, agent=agent.name)
		robot = n.make_robot(self.side.port, tells_digest=0, unit=f.DEPT_UNIT)
		frappe.db.delete("Outgoing Notice")
		frappe.db.delete("Email Queue")
		first_error = frappe.db.count("Error Log")
		rendered = 0
		for language in ("zh", "en"):
			self.speak(language)
			for event, channel in self.pairs():
				rendered += queue_notices(
					[self.notice(event, channel, case, agent, robot, language)], now_datetime()
				)
			self.side.answers = [(200, '{"errcode":0,"errmsg":"ok"}')]
			frappe.db.set_value(
				"Outgoing Notice", {"channel": "Chat Robot", "status": "Sent"}, "sent_at", DUE
			)
			counts = self.run_outbox()
			self.assertEqual((counts["failed"], counts["dead"], counts["withdrawn"]), (0, 0, 0))
		self.assertEqual(rendered, len(read_fixture("notice_templates")) - 2)  # rating has a test of its own
		self.assertEqual({row.status for row in n.outgoing()}, {"Sent"})
		self.assertGreater(len(self.side.calls), 20)
		# and once more with a gateway that throws everything back
		self.queue_one(petition=case.name, round=1, event=notices.LATE)
		self.side.answers = [lambda call: (500, call.body)]
		self.run_outbox()
		self.assertGreater(frappe.db.count("Error Log"), first_error)
		self.assert_no_canary(case)

	def pairs(self):
		return [
			(event, channel)
			for event, kind in notices.EVENTS.items()
			for channel in kind.channels
			if event != notices.RATING
		]

	def notice(self, event, channel, case, agent, robot, language) -> dict:
		to = {
			notices.ROBOT: ("Chat Robot", robot.name),
			notices.DESK: ("User", "dept@pp.test"),
		}.get(channel)
		if not to:
			of_petitioner = event in notices.PETITIONER_STEPS.values() and channel == notices.SMS
			of_agent = event in (notices.TELL_IN_PERSON, notices.TRAINING, notices.CERTIFICATE_ENDED)
			of_agent = of_agent or event in (*notices.PETITIONER_STEPS.values(), notices.CERTIFICATE_ENDS)
			to = ("Proxy Agent", agent.name) if of_agent else ("User", "dept@pp.test")
			to = ("Petitioner", case.petitioner) if of_petitioner else to
		case = self.returned if event == notices.RETURNED else case
		has_case = "number" in notices.EVENTS[event].placeholders or event == notices.TELL_IN_PERSON
		return {
			"event": event,
			"channel": channel,
			"recipient_type": to[0],
			"recipient": to[1],
			"petition": case.name if has_case else None,
			"round": case.round if has_case else 0,
			"item_count": 3,
			"late_count": 1,
			"about_on": today(),
			"moment": language,
		}

	def speak(self, language: str) -> None:
		frappe.db.set_default("lang", language)
		frappe.db.set_value("User", "dept@pp.test", "language", language)
		frappe.clear_document_cache("User", "dept@pp.test")
		self.addCleanup(frappe.clear_document_cache, "User", "dept@pp.test")
		self.addCleanup(frappe.clear_cache)

	def assert_no_canary(self, case) -> None:
		said = {"robot and gateway": "".join(call.text for call in self.side.calls)}
		mails = frappe.get_all("Email Queue", pluck="message", order_by="name asc")
		self.assertGreater(len(mails), 20)
		said["mail"] = "".join(readable(mail) for mail in mails)
		for doctype in ("Notification Log", "SMS Log", "Error Log", "Outgoing Notice"):
			if not frappe.db.table_exists(doctype):
				continue
			rows = frappe.get_all(
				doctype, filters={"creation": (">=", self.begin)}, fields=["*"], order_by="name asc"
			)
			said[doctype] = json.dumps(rows, default=str, ensure_ascii=False)
		self.assertIn(case.name, said["mail"])
		self.assertIn(case.name, said["Notification Log"])
		for place, text in said.items():
			for secret in (
				n.CANARY,
				n.CANARY_PHONE,
				n.AGENT_PHONE,
				n.STAFF_PHONE,
				"robot-key",
				"gateway-key",
			):
				self.assertNotIn(secret, text, place)


def readable(mail: str) -> str:
	"""Subject and texts of a mail, decoded."""
	message = message_from_string(mail)
	parts = [str(make_header(decode_header(message["Subject"] or "")))]
	for part in message.walk():
		if part.get_content_maintype() == "text":
			parts.append(part.get_payload(decode=True).decode())
	return "\n".join(parts)
