"""Trainings, certificates, their end, and the rules an agent acknowledges."""

from datetime import timedelta

import frappe
from frappe.utils import add_days, add_months, add_to_date, getdate, now_datetime, today

from petition_proxy.api import agents as api
from petition_proxy.domain import agent_lifecycle as al
from petition_proxy.domain import lifecycle
from petition_proxy.jobs.certificate_watch import certificate_watch
from petition_proxy.petition_proxy.doctype.agent_certificate.agent_certificate import CertificateError
from petition_proxy.petition_proxy.doctype.petition.checks import StepError
from petition_proxy.petition_proxy.doctype.proxy_agent.acts import AgentActError
from petition_proxy.petition_proxy.doctype.rule_document.acknowledge import AcknowledgementError
from petition_proxy.petition_proxy.doctype.rule_document.rule_document import RuleVersionError
from petition_proxy.petition_proxy.doctype.training_session.training_session import TrainingError
from petition_proxy.queries.roster import roster_on
from petition_proxy.tests import agent_cases as a
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase


class TrainingTestCase(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		f.make_district()

	def trainees(self, count: int, status: str = "In Training"):
		return [a.make_agent(f"学员{i}", status=status) for i in range(count)]

	def held(self, scores: dict, **values):
		"""A session that has begun, with attendance and scores entered."""
		session = a.make_session(begins_in_hours=-2, **values)
		for agent, score in scores.items():
			row = session.append("attendees", {"agent": agent})
			if score is not None:
				row.attended, row.score = 1, score
		session.save()
		return session


class TestSeats(TrainingTestCase):
	def test_the_last_seat_is_taken_once(self):
		first, second = self.trainees(2)
		session = a.make_session(seats=1)
		self.as_user("town@pp.test")
		with self.assertRaises(TrainingError):  # not open yet
			api.sign_up(session.name, first.name)
		api.open_sign_up(session.name)
		self.assertRaises(TrainingError, api.open_sign_up, session.name)
		self.assertEqual(api.sign_up(session.name, first.name), 0)
		for agent in (first, second):
			with self.assertRaises(TrainingError):
				api.sign_up(session.name, agent.name)
		self.assertEqual(api.give_up_seat(session.name, first.name), 1)
		self.assertEqual(api.sign_up(session.name, second.name), 0)

	def test_the_desk_cannot_seat_more_than_there_are_seats(self):
		agents = self.trainees(2)
		session = a.make_session(seats=1)
		for agent in agents:
			session.append("attendees", {"agent": agent.name})
		self.assertRaises(TrainingError, session.save)

	def test_agent_takes_own_seat_only_and_in_the_own_town_only(self):
		own, other = f.make_agent(), self.trainees(1)[0]
		session = a.make_session()
		elsewhere = a.make_session(region=f.TOWN_2)
		api.open_sign_up(session.name), api.open_sign_up(elsewhere.name)
		self.as_user("agent@pp.test")
		api.sign_up(session.name)
		self.assertRaises(frappe.PermissionError, api.sign_up, session.name, other.name)
		self.assertRaises(TrainingError, api.sign_up, elsewhere.name)
		self.assertRaises(frappe.PermissionError, frappe.get_list, "Training Session")
		frappe.set_user("Administrator")
		rows = frappe.get_all("Training Attendee", {"parent": session.name}, pluck="agent")
		self.assertEqual(rows, [own.name])

	def test_no_seat_after_the_time_and_none_for_who_has_left(self):
		gone = a.make_agent("走了", status="Left")
		session = a.make_session()
		api.open_sign_up(session.name)
		self.assertRaises(TrainingError, api.sign_up, session.name, gone.name)
		agent = self.trainees(1)[0]
		frappe.db.set_value(
			"Training Session", session.name, "sign_up_until", add_to_date(now_datetime(), hours=-1)
		)
		self.assertRaises(TrainingError, api.sign_up, session.name, agent.name)

	def test_other_town_runs_nothing(self):
		session = a.make_session()
		self.as_user("town2@pp.test")
		for act in (api.open_sign_up, api.finish_training):
			self.assertRaises(frappe.PermissionError, act, session.name)
		with self.assertRaises(frappe.PermissionError):
			a.make_session(region=f.TOWN)


class TestResults(TrainingTestCase):
	def test_pass_mark_decides_and_certificate_follows(self):
		passed, failed, absent = self.trainees(3)
		session = self.held({passed.name: 60, failed.name: 59.5, absent.name: None})
		self.as_user("town@pp.test")
		self.assertEqual(api.finish_training(session.name), 1)
		end = getdate(add_months(today(), 36))
		row = frappe.db.get_value(
			"Proxy Agent", passed.name, ("certificate_valid_to", "certificate_no", "status")
		)
		self.assertEqual((row[0], row[2]), (end, al.IN_TRAINING))
		fresh = frappe.get_doc("Training Session", session.name)
		self.assertEqual(
			[(r.passed, r.certificate_no) for r in fresh.attendees], [(1, row[1]), (0, None), (0, None)]
		)
		self.assertEqual(frappe.db.count("Agent Certificate", {"session": session.name}), 1)
		with self.assertRaises(TrainingError):  # a second time issues nothing
			api.finish_training(session.name)
		self.assertEqual(api.put_passed_on_duty(session.name), 1)
		self.assertEqual(frappe.db.get_value("Proxy Agent", passed.name, "status"), al.ON_DUTY)
		self.assertRaises(TrainingError, api.put_passed_on_duty, session.name)
		self.assertEqual(frappe.db.get_value("Proxy Agent", failed.name, "status"), al.IN_TRAINING)

	def test_results_stand_and_are_computed_by_the_server(self):
		agent = self.trainees(1)[0]
		session = self.held({agent.name: 30})
		session.attendees[0].passed, session.attendees[0].certificate_no = 1, "HG-假"
		session.save()
		session.reload()
		self.assertEqual((session.attendees[0].passed, session.attendees[0].certificate_no), (0, None))
		session.attendees[0].score = 88
		session.save()
		api.finish_training(session.name)
		session.reload()
		session.attendees[0].score = 10
		self.assertRaises(TrainingError, session.save)

	def test_a_score_without_attendance_and_a_training_nobody_attended(self):
		agent = self.trainees(1)[0]
		session = self.held({agent.name: None})
		self.assertRaises(TrainingError, api.finish_training, session.name)
		session.attendees[0].score = 70
		self.assertRaises(TrainingError, session.save)

	def test_demonstration_without_certificate_leaves_no_pass(self):
		agent = self.trainees(1)[0]
		session = self.held(
			{agent.name: 0}, gives_certificate=0, training_kind="Demonstration on Site", topic="现场观摩"
		)
		self.assertEqual(api.finish_training(session.name), 0)
		self.assertIsNone(frappe.db.get_value("Proxy Agent", agent.name, "certificate_valid_to"))

	def test_nobody_certifies_himself(self):
		agent = f.make_agent()
		a.give_role(self, "agent@pp.test", lifecycle.TOWN)
		unit = frappe.get_doc("Handling Unit", f.TOWN_UNIT)
		unit.append("members", {"user": "agent@pp.test"})
		unit.save()
		session = self.held({agent.name: 100})
		self.as_user("agent@pp.test")
		self.assertRaises(frappe.PermissionError, api.finish_training, session.name)
		doc = {
			"doctype": "Agent Certificate",
			"agent": agent.name,
			"issued_on": today(),
			"valid_to": add_days(today(), 999),
		}
		self.assertRaises(frappe.PermissionError, frappe.get_doc(doc).insert)


class TestCertificate(TrainingTestCase):
	def make(self, agent, days, **values):
		return frappe.get_doc(
			{
				"doctype": "Agent Certificate",
				"agent": agent.name,
				"issued_on": today(),
				"valid_to": add_days(today(), days),
				**values,
			}
		).insert()

	def test_the_longest_unrevoked_one_counts(self):
		agent = self.trainees(1)[0]
		self.make(agent, 100), self.make(agent, 300)
		long = frappe.get_last_doc("Agent Certificate", {"agent": agent.name}, order_by="valid_to desc")
		end = lambda: frappe.db.get_value("Proxy Agent", agent.name, "certificate_valid_to")  # noqa: E731
		self.assertEqual(end(), getdate(add_days(today(), 300)))
		api.revoke_certificate(long.name, "考试舞弊")
		self.assertEqual(end(), getdate(add_days(today(), 100)))
		self.assertRaises(AgentActError, api.revoke_certificate, long.name, "再来")

	def test_revoking_the_only_one_suspends_at_once(self):
		agent = a.make_agent()
		certificate = frappe.db.get_value("Agent Certificate", {"agent": agent.name})
		self.as_user("town2@pp.test")
		self.assertRaises(frappe.PermissionError, api.revoke_certificate, certificate, "试试")
		self.as_user("town@pp.test")
		self.assertRaises(AgentActError, api.revoke_certificate, certificate, " ")
		api.revoke_certificate(certificate, "考试舞弊")
		self.assertEqual(frappe.db.get_value("Proxy Agent", agent.name, "status"), al.SUSPENDED)

	def test_it_stands_as_issued(self):
		agent = self.trainees(1)[0]
		doc = self.make(agent, 100)
		doc.valid_to = add_days(today(), 900)
		self.assertRaises(CertificateError, doc.save)
		self.assertRaises(CertificateError, self.make, agent, 10, issued_on=add_days(today(), 1))
		self.assertRaises(CertificateError, self.make, agent, -1)
		self.assertRaises(frappe.ValidationError, self.make, agent, 9, certificate_no=doc.certificate_no)


class TestWatch(TrainingTestCase):
	def setUp(self):
		super().setUp()
		self.today = getdate()

	def watch(self, days: int = 0):
		return certificate_watch(self.today + timedelta(days=days), commit=False)

	def logs(self, user: str) -> list[str]:
		return frappe.get_all(
			"Notification Log", {"for_user": user, "document_type": "Proxy Agent"}, pluck="subject"
		)

	def test_warns_at_60_and_15_days_once_each_whatever_the_reruns(self):
		agent = f.make_agent()
		end = getdate(frappe.db.get_value("Proxy Agent", agent.name, "certificate_valid_to"))
		offset = (end - self.today).days
		expected = {61: 0, 60: 1, 59: 0, 16: 0, 15: 1, 14: 0, 0: 0}
		for left, warned in expected.items():
			for _run in range(2):
				self.assertEqual(self.watch(offset - left)["warned"], warned if not _run else 0, left)
		self.assertEqual(len(self.logs("agent@pp.test")), 2)
		self.assertEqual(len(self.logs("town@pp.test")), 2)
		self.assertEqual(len(self.logs("office@pp.test")), 2)
		self.assertEqual(self.logs("town2@pp.test"), [])
		self.assertEqual(frappe.db.count("Agent Notice", {"agent": agent.name}), 2)

	def test_a_late_run_gives_the_nearest_warning_only(self):
		agent = a.make_agent(certificate_valid_to=add_days(today(), 5))
		self.watch()
		rows = frappe.get_all("Agent Notice", {"agent": agent.name}, pluck="step_days")
		self.assertEqual(rows, [15])

	def test_off_duty_on_the_day_after_the_last_even_if_the_job_runs_late(self):
		agent = a.make_agent(certificate_valid_to=add_days(today(), 3))
		self.assertEqual(self.watch(3)["ended"], 0)
		self.assertEqual(self.watch(9)["ended"], 1)
		self.assertEqual(self.watch(9)["ended"], 0)
		change = frappe.get_last_doc("Agent Status Change", {"agent": agent.name}, order_by="creation desc")
		self.assertEqual((change.action, change.to_status), ("Certificate Expired", al.SUSPENDED))
		self.assertEqual(change.effective_on, self.today + timedelta(days=4))
		for days, status in ((3, al.ON_DUTY), (4, al.SUSPENDED)):
			row = next(r for r in roster_on(self.today + timedelta(days=days)) if r["agent"] == agent.name)
			self.assertEqual(row["status"], status)
		self.assertEqual(len(self.logs("town@pp.test")), 2)  # one warning, one end

	def test_costs_the_same_statements_for_one_and_for_many(self):
		def cost(count):
			for i in range(count):
				a.make_agent(f"到期{count}-{i}", certificate_valid_to=add_days(today(), 1))
			with self.assertQueryCount(25):
				self.assertEqual(self.watch(2)["ended"], count)

		cost(1), cost(12)


class TestRules(TrainingTestCase):
	def document(self, version="1.0", **values):
		return frappe.get_doc(
			{
				"doctype": "Rule Document",
				"title": "网上信访代理工作制度",
				"version": version,
				"effective_from": add_days(today(), -10),
				"text": "自愿、无偿、真实、合法。",
				**values,
			}
		).insert()

	def test_unread_rules_keep_an_agent_from_filing_only_where_the_setting_says_so(self):
		agent = f.make_agent()
		document = self.document()
		case = f.make_petition()
		self.document("0.9", title="考核奖惩办法", must_acknowledge=0)
		frappe.db.set_single_value("Petition Proxy Settings", "needs_rule_acknowledgement", 1)
		case.reload()
		case.workflow_state = lifecycle.REGISTERED
		with self.assertRaises(StepError) as refused:
			case.save()
		self.assertIn("网上信访代理工作制度 1.0", str(refused.exception))
		self.as_user("agent@pp.test")
		api.acknowledge_rules(document.name)
		self.assertRaises(AcknowledgementError, api.acknowledge_rules, document.name)
		frappe.set_user("Administrator")
		case.reload()
		case.workflow_state = lifecycle.REGISTERED
		case.save()
		self.assertTrue(frappe.db.exists("Rule Acknowledgement", {"agent": agent.name, "version": "1.0"}))

	def test_a_new_version_asks_again_and_an_acknowledged_one_is_not_rewritten(self):
		f.make_agent()
		document = self.document()
		with self.assertRaises(RuleVersionError):  # both in force
			self.document("2.0")
		self.as_user("agent@pp.test")
		api.acknowledge_rules(document.name)
		frappe.set_user("Administrator")
		document.reload()
		document.text = "改了"
		self.assertRaises(RuleVersionError, document.save)
		document.reload()
		document.effective_to = add_days(today(), -1)
		document.save()
		newer = self.document("2.0", effective_from=today())
		self.as_user("agent@pp.test")
		self.assertRaises(AcknowledgementError, api.acknowledge_rules, document.name)
		api.acknowledge_rules(newer.name)

	def test_for_who_works_on_paper_the_office_enters_the_signed_paper(self):
		agent, document = a.make_agent(), self.document()
		for user, paper in (("town2@pp.test", "/private/files/x.png"), ("town@pp.test", None)):
			self.as_user(user)
			with self.assertRaises((frappe.PermissionError, AcknowledgementError), msg=user):
				api.acknowledge_rules(document.name, agent.name, paper)
		api.acknowledge_rules(document.name, agent.name, "/private/files/x.png")
		self.assertTrue(
			frappe.db.exists("Rule Acknowledgement", {"agent": agent.name, "user": "town@pp.test"})
		)

	def test_only_agents_acknowledge(self):
		document = self.document()
		self.as_user("town@pp.test")
		self.assertRaises(AcknowledgementError, api.acknowledge_rules, document.name)


class TestOwnPage(TrainingTestCase):
	def page(self) -> str:
		from frappe.utils import set_request
		from frappe.website.serve import get_response

		set_request(method="GET", path="my-training")
		return get_response().get_data(as_text=True)

	def test_shows_own_results_open_seats_and_rules_and_nobody_else(self):
		own = f.make_agent()
		other = a.make_agent("旁人甲", status="In Training")
		held = self.held({own.name: 77, other.name: 41.7}, topic="上一期<b>培训</b>")
		api.finish_training(held.name)
		upcoming = a.make_session(topic="下一期培训")
		elsewhere = a.make_session(topic="外镇培训", region=f.TOWN_2)
		api.open_sign_up(upcoming.name), api.open_sign_up(elsewhere.name)
		self.as_user("agent@pp.test")
		text = self.page()
		for shown in ("上一期＜b&gt;培训", "下一期培训", "77", own.agent_name):
			self.assertIn(shown, text)
		for hidden in ("旁人甲", "外镇培训", "41.7", "<b>培训"):
			self.assertNotIn(hidden, text.partition('class="my-training"')[2])

	def test_is_for_agents_only(self):
		for user in ("town@pp.test", "Guest"):
			self.as_user(user)
			self.assertNotIn('class="my-training"', self.page(), user)
