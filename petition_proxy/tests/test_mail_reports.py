"""Reports by mail: in the scope of the person they are for, to that person alone, without personal data, and on record."""

from email import message_from_string
from email.policy import default as mail_policy

import frappe
from frappe.email.doctype.auto_email_report import auto_email_report
from frappe.utils import now_datetime

from petition_proxy.domain import lifecycle
from petition_proxy.overrides.auto_email_report import MAIL_REPORTS, MailedReportError
from petition_proxy.patches.v1_0 import begin_figures
from petition_proxy.setup.mail_reports import ensure_mail_reports
from petition_proxy.setup.masters import read_fixture
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase

PERSONAL = ("林婆婆", "13800000000", "拆迁补偿")


def send_daily() -> None:
	"""The scheduler's turn; Frappe 16 leaves each report to a job of its own."""
	auto_email_report.send_daily()
	if process := getattr(auto_email_report, "process_auto_email_report", None):
		for report in frappe.get_all("Auto Email Report", {"enabled": 1}, order_by="name asc"):
			process(report)


class _MailCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		ensure_mail_reports()
		self.add_account()
		self.own = self.late_case(f.TOWN, f.VILLAGE)
		self.other = self.late_case(f.TOWN_2, f.VILLAGE_2)

	def add_account(self) -> None:
		"""A way out, so that Frappe puts mails into its queue; nothing is sent."""
		frappe.get_doc(
			{
				"doctype": "Email Account",
				"email_id": "office-mail@pp.test",
				"email_account_name": "Petition Office Reports",
				"enable_outgoing": 1,
				"default_outgoing": 1,
				"smtp_server": "localhost",
				"awaiting_password": 1,
			}
		).db_insert()
		self.addCleanup(setattr, frappe.local, "outgoing_email_account", {})
		frappe.local.outgoing_email_account = {}
		# Frappe 16 sends at once in tests, and commits
		self.addCleanup(setattr, frappe.flags, "mute_emails", frappe.flags.mute_emails)
		frappe.flags.mute_emails = True

	def late_case(self, town: str, village: str):
		doc = frappe.new_doc("Petition")
		doc.update(
			{
				"name": f"XF-L-{frappe.generate_hash(length=8)}",
				"subject": "拆迁补偿",
				"content": "电话 13800000000",
				"petitioner_name": "林婆婆",
				"workflow_state": lifecycle.HANDLING,
				"petition_kind": "Appeal and Request",
				"district": f.DISTRICT,
				"town": town,
				"village": village,
				"round": 1,
				"petitioned_at": frappe.utils.add_days(now_datetime(), -30),
				"registered_at": frappe.utils.add_days(now_datetime(), -30),
				"due_at": frappe.utils.add_days(now_datetime(), -2),
			}
		)
		doc.db_insert()
		return doc

	def report(self, user: str, name: str = "Late Cases", **values):
		return frappe.get_doc(
			{
				"doctype": "Auto Email Report",
				"report": name,
				"report_type": "Script Report",
				"user": user,
				"email_to": user,
				"enabled": 1,
				"frequency": "Daily",
				"format": "HTML",
				"no_of_rows": 500,
				**values,
			}
		).insert()

	def mails(self) -> list:
		return frappe.get_all(
			"Email Queue",
			fields=["name", "message"],
			filters={"reference_doctype": "Auto Email Report"},
			order_by="creation desc",
		)

	def text_of(self, mail) -> str:
		message = message_from_string(mail.message, policy=mail_policy)
		parts = [p for p in message.walk() if not p.is_multipart()]
		return str(message["Subject"]) + "".join(
			p.get_payload(decode=True).decode("utf-8", "replace") for p in parts
		)


class TestScope(_MailCase):
	def test_the_scheduler_sends_each_what_is_that_persons(self):
		"""Run by Administrator, who sees every case."""
		for user in ("town@pp.test", "town2@pp.test"):
			self.report(user)
		send_daily()
		mails = {
			frappe.get_all("Email Queue Recipient", {"parent": m.name}, pluck="recipient", order_by="idx")[
				0
			]: self.text_of(m)
			for m in self.mails()
		}
		self.assertEqual(set(mails), {"town@pp.test", "town2@pp.test"})
		self.assertIn(self.own.name, mails["town@pp.test"])
		self.assertNotIn(self.other.name, mails["town@pp.test"])
		self.assertIn(self.other.name, mails["town2@pp.test"])
		self.assertEqual(frappe.session.user, "Administrator")
		for text in mails.values():
			for word in PERSONAL:
				self.assertNotIn(word, text)

	def test_files_hold_no_formula_and_no_other_scope(self):
		frappe.db.set_value("Handling Unit", f.DEPT_UNIT, "unit_name", "=cmd()")
		self.own.db_set("handling_unit", f.DEPT_UNIT)
		doc = self.report("town@pp.test", format="CSV")
		text = doc.get_report_content().decode("utf-8-sig")
		self.assertIn("'=cmd()", text)
		self.assertIn(self.own.name, text)
		self.assertNotIn(self.other.name, text)
		self.assertTrue(self.report("town@pp.test", format="XLSX").get_report_content().startswith(b"PK"))

	def test_what_is_sent_is_on_record(self):
		self.report("town@pp.test").send()
		record = frappe.get_all(
			"Access Record",
			filters={"act": "Mail", "user": "town@pp.test"},
			fields=["document", "doctype_name"],
			order_by="creation desc",
		)
		self.assertEqual((record[0].doctype_name, record[0].document), ("Report", "Late Cases"))

	def test_an_administrator_of_the_site_reads_nothing_by_mail(self):
		self.as_user(f.MANAGER)
		with self.assertRaises(MailedReportError):
			self.report("town@pp.test", email_to=f.MANAGER)
		self.as_user("Administrator")
		doc = self.report("town@pp.test")
		self.as_user(f.MANAGER)
		with self.assertRaises(frappe.PermissionError):
			auto_email_report.download(doc.name)
		self.as_user("Administrator")
		doc.db_set("email_to", f"town@pp.test\n{f.MANAGER}")
		with self.assertRaises(MailedReportError):
			frappe.get_doc("Auto Email Report", doc.name).send()
		self.assertEqual(self.mails(), [])

	def test_who_lost_the_role_gets_nothing_more(self):
		doc = self.report("town@pp.test")
		self.addCleanup(frappe.clear_cache, user="town@pp.test")
		frappe.get_doc("User", "town@pp.test").remove_roles(lifecycle.TOWN)
		with self.assertRaises(frappe.PermissionError):
			doc.send()
		self.assertEqual(frappe.session.user, "Administrator")

	def test_lists_with_people_are_not_mailed(self):
		for name in ("Petition Ledger", "To Be Told", "Unsettled Queue", "Agent Roster"):
			with self.assertRaises(MailedReportError, msg=name):
				self.report("office@pp.test", name)
		builder = frappe.get_doc(
			{
				"doctype": "Report",
				"report_name": "所有信访件",
				"ref_doctype": "Petition",
				"report_type": "Report Builder",
				"is_standard": "No",
				"json": "{}",
			}
		).insert()
		with self.assertRaises(MailedReportError):
			self.report("office@pp.test", builder.name, report_type="Report Builder")

	def test_no_mailed_report_has_a_column_of_people(self):
		from frappe.desk.query_report import run

		self.as_user("office@pp.test")
		for name in sorted(MAIL_REPORTS):
			answer = frappe.as_json(run(name, {}))
			for word in PERSONAL:
				self.assertNotIn(word, answer, name)


class TestSeeds(_MailCase):
	def seeds(self) -> list:
		return frappe.get_all(
			"Auto Email Report",
			filters={"report": ("in", [row["report"] for row in read_fixture("mail_reports")])},
			fields=["name", "report", "frequency", "enabled", "user"],
			order_by="name asc",
		)

	def test_one_per_role_switched_off_and_inserted_once(self):
		found = self.seeds()
		self.assertEqual(
			{(row.report, row.frequency) for row in found},
			{
				("Late Cases", "Weekdays"),
				("Acceptance and Reply in Time", "Weekly"),
				("Indicators by Place", "Monthly"),
			},
		)
		self.assertEqual({(row.enabled, row.user) for row in found}, {(0, "Administrator")})
		begin_figures.ensure_mail_reports()
		self.assertEqual(len(self.seeds()), len(found))

	def test_a_seed_is_of_use_once_it_has_its_person(self):
		for row in self.seeds():
			doc = frappe.get_doc("Auto Email Report", row.name)
			doc.enabled = 1
			with self.assertRaises(MailedReportError):
				doc.save()
			doc.reload()
			doc.update({"enabled": 1, "user": "office@pp.test", "email_to": "office@pp.test"})
			doc.save()
			doc.send()
		self.assertEqual(len(self.mails()), 3)
