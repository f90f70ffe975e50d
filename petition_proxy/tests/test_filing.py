"""Drafts and filing by agents: own drafts only, sealed, nothing lost between two phones, one petition a key."""

import json
import os
from unittest.mock import patch

import frappe
from frappe.utils import add_days, getdate
from frappe.utils.password import decrypt

from petition_proxy.api import filing
from petition_proxy.domain import drafts, lifecycle
from petition_proxy.jobs.draft_cleanup import draft_cleanup
from petition_proxy.petition_proxy.doctype.petition_draft.acts import OffDutyError
from petition_proxy.petition_proxy.doctype.petition_draft.filing import StaleDraftError
from petition_proxy.petition_proxy.doctype.petition_draft.petition_draft import DraftError
from petition_proxy.petition_proxy.report.drafts_not_filed.drafts_not_filed import execute
from petition_proxy.queries.drafts import own_drafts
from petition_proxy.tests import factories as f
from petition_proxy.tests import filing_cases as c
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.files import PaperRefusedError
from petition_proxy.utils.portal import OtherPersonError, check_same_person, user_key
from petition_proxy.www.agent import file as file_page
from petition_proxy.www.agent import receipt as receipt_page

AGENT, OTHER = "agent@pp.test", "agent2@pp.test"
SECRETS = ("赵大爷", "13912345678", "村口井盖丢了", "晚上很危险", "三组小卖部旁", "iVBORw0KGgo")


class FilingTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		self.agent = f.make_agent(AGENT)
		self.other = f.make_agent(OTHER, village=f.VILLAGE_2, agent_name="李大哥")
		self.key = c.key()
		frappe.db.delete("Petition Draft")  # what browser tests left; rolled back with the rest
		self.as_user(AGENT)

	def tearDown(self):
		frappe.set_user("Administrator")
		for name in frappe.get_all("File", {"owner": ("in", (AGENT, OTHER))}, pluck="name"):
			path = frappe.get_doc("File", name).get_full_path()
			self.addCleanup(lambda path=path: os.path.exists(path) and os.remove(path))
		super().tearDown()

	def save(self, version: int = 0, save_key: str | None = None, key: str | None = None, more=(), **values):
		return filing.save_draft(
			key or self.key, version, save_key or c.key(), c.answers(**values), "what", list(more)
		)

	def add(
		self,
		content: bytes | None = None,
		part: str = "paper",
		key: str | None = None,
		paper: str | None = None,
	):
		with c.sent(content or c.photo()), patch.object(filing, "count_own_act"):
			return filing.add_paper(key or self.key, paper or c.key(), part)

	def file(self, version: int = 1, key: str | None = None):
		return filing.file_petition(key or self.key, version)

	def row(self):
		return frappe.db.get_value("Petition Draft", {"client_key": self.key}, "*", as_dict=True)

	def papers_of(self, doctype: str, name: str) -> list:
		return frappe.get_all(
			"File",
			filters={"attached_to_doctype": doctype, "attached_to_name": name},
			fields=["name", "file_name", "file_url", "is_private", "attached_to_field"],
			order_by="creation asc",
		)


class TestDrafts(FilingTestCase):
	def test_kept_and_opened_again(self):
		found = self.save()
		self.assertEqual((found["state"], found["version"]), ("saved", 1))
		self.assertEqual(found["keep_until"], str(add_days(getdate(), 30)))
		opened = filing.open_draft(self.key)
		self.assertEqual((opened["state"], opened["step"]), ("open", "what"))
		self.assertEqual(opened["answers"], c.answers())
		self.assertEqual(filing.open_draft(c.key())["state"], "none")

	def test_encrypted_at_rest(self):
		self.save()
		self.save(1, content="晚上很危险，改了一次")
		self.add()
		stored = json.dumps(self.row(), default=str, ensure_ascii=False)
		for secret in SECRETS:
			self.assertNotIn(secret, stored)
		self.assertIn("赵大爷", decrypt(self.row().sealed_answers))
		for table in ("Version", "Comment", "Deleted Document", "Activity Log", "Error Log"):
			columns = [one.Field for one in frappe.db.sql(f"show columns from `tab{table}`", as_dict=True)]
			text = " or ".join(f"cast(`{column}` as char) like %(part)s" for column in columns)
			for part in SECRETS[:3]:
				found = frappe.db.sql(f"select name from `tab{table}` where {text}", {"part": f"%{part}%"})
				self.assertFalse(found, (table, part))

	def test_the_later_of_two_phones_is_told_and_loses_nothing(self):
		self.save()
		self.save(1, subject="第一部手机写的")
		later = self.save(1, subject="第二部手机写的")
		self.assertEqual((later["state"], later["version"]), ("newer", 2))
		self.assertEqual(filing.open_draft(self.key)["answers"]["subject"], "第一部手机写的")
		copy = filing.save_draft(
			c.key(), 0, c.key(), c.answers(subject="第二部手机写的"), "what", [], self.key
		)
		self.assertEqual(copy["state"], "saved")
		self.assertEqual(len(own_drafts()), 2)

	def test_a_lost_answer_is_no_second_phone(self):
		first, second = c.key(), c.key()
		self.save(save_key=first)
		self.assertEqual(self.save(save_key=first)["version"], 1)
		self.save(1, save_key=second)  # its answer is lost
		again = self.save(1, more=[first, second], subject="接着写")
		self.assertEqual((again["state"], again["version"]), ("saved", 3))

	def test_a_copy_has_the_papers_of_the_first(self):
		self.save()
		url = self.add()["url"].partition("?")[0]
		copy = c.key()
		filing.save_draft(copy, 0, c.key(), c.answers(), "what", [], self.key)
		self.assertEqual(len(filing.open_draft(copy)["papers"]), 1)
		filing.give_up_draft(self.key)
		self.assertEqual(len(filing.open_draft(copy)["papers"]), 1)
		self.as_user("Administrator")
		file = frappe.get_doc("File", {"file_url": url})
		self.assertTrue(os.path.exists(file.get_full_path()), "giving one up took the photo of the other")

	def test_another_agents_draft_by_key_and_by_name(self):
		self.save()
		paper = self.add()
		name, stored = self.row().name, self.row()
		self.as_user(OTHER)
		tries = (
			lambda: filing.open_draft(self.key),
			lambda: self.save(1),
			lambda: filing.give_up_draft(self.key),
			lambda: self.add(),
			lambda: filing.remove_paper(self.key, paper["name"]),
			lambda: filing.look_alike(self.key),
			lambda: self.file(),
			lambda: frappe.get_doc("Petition Draft", name).check_permission("read"),
			lambda: frappe.get_doc("File", paper["name"]).check_permission("read"),
		)
		for number, attempt in enumerate(tries):
			frappe.db.savepoint("attempt")
			with self.assertRaises((DraftError, frappe.PermissionError), msg=number):
				attempt()
			frappe.db.rollback(save_point="attempt")
		frappe.db.savepoint("attempt")
		with self.assertRaises(DraftError):
			filing.save_draft(c.key(), 0, c.key(), c.answers(), "who", [], self.key)
		frappe.db.rollback(save_point="attempt")  # as the request does
		self.assertEqual(frappe.get_list("Petition Draft", pluck="name"), [])
		self.assertFalse(frappe.client.get_value("Petition Draft", "sealed_answers", name))
		self.assertEqual(own_drafts(), [])
		self.assertEqual(self.row(), stored)

	def test_nobody_else_reads_a_draft_or_its_papers(self):
		self.save()
		paper, name = self.add(), self.row().name
		for user in (
			"office@pp.test",
			"town@pp.test",
			"village@pp.test",
			"leader@pp.test",
			"petitioner@pp.test",
			f.MANAGER,
		):
			self.as_user(user)
			self.assertFalse(frappe.has_permission("Petition Draft", "read", name), user)
			self.assertFalse(frappe.has_permission("File", "read", paper["name"]), user)
		self.as_user(AGENT)
		self.assertTrue(frappe.has_permission("Petition Draft", "read", name))
		self.assertTrue(frappe.has_permission("File", "read", paper["name"]))
		self.assertFalse(frappe.has_permission("Petition Draft", "write", name))

	def test_a_draft_is_written_by_its_page_alone(self):
		self.save()
		self.as_user("Administrator")
		doc = frappe.get_doc("Petition Draft", self.row().name)
		doc.status = "Given Up"
		with self.assertRaises(DraftError):
			doc.save()
		self.as_user(AGENT)
		with self.assertRaises((frappe.PermissionError, DraftError)):
			frappe.get_doc(
				{"doctype": "Petition Draft", "client_key": c.key(), "agent": self.agent.name}
			).insert()

	def test_suspended_untrained_and_no_agents_are_refused_with_the_sentence(self):
		self.save()
		for values, words in (
			({"status": "Suspended"}, "not on duty"),
			({"certificate_valid_to": add_days(getdate(), -1)}, "must be renewed"),
			({"certificate_valid_to": None}, "no training certificate"),
		):
			frappe.db.savepoint("state")
			self.agent.db_set(values)
			for attempt in (
				lambda: self.save(1),
				lambda: self.add(),
				lambda: self.file(),
				lambda: filing.look_alike(self.key),
				lambda: self.save(key=c.key()),
			):
				with self.assertRaisesRegex(OffDutyError, words):
					attempt()
			self.assertEqual(filing.open_draft(self.key)["state"], "open")
			frappe.db.rollback(save_point="state")
		for user in ("office@pp.test", "petitioner@pp.test", "nobody@pp.test", "Guest", "Administrator"):
			self.as_user(user)
			with self.assertRaises(frappe.PermissionError, msg=user):
				self.save(key=c.key())
			with self.assertRaises(frappe.PermissionError, msg=user):
				filing.open_draft(self.key)

	def test_guests_are_refused_by_frappe_itself(self):
		for name in (
			"save_draft",
			"open_draft",
			"give_up_draft",
			"add_paper",
			"remove_paper",
			"look_alike",
			"file_petition",
		):
			function = getattr(filing, name)
			self.assertIn(function, frappe.whitelisted)
			self.assertNotIn(function, frappe.guest_methods)
			self.assertEqual(frappe.allowed_http_methods_for_whitelisted_func[function], ["POST"])

	def test_mass_posting_is_limited(self):
		frappe.local.request = frappe._dict(method="POST", headers={}, files={})
		self.addCleanup(setattr, frappe.local, "request", None)
		counter = frappe.cache.make_key(f"petition_proxy_acts|look_alike|{AGENT}")
		frappe.cache.delete(counter)
		self.addCleanup(frappe.cache.delete, counter)
		self.save()
		for _number in range(filing.MOST_LOOKS):
			filing.look_alike(self.key)
		with self.assertRaises(frappe.RateLimitExceededError):
			filing.look_alike(self.key)
		self.as_user(OTHER)  # a count of the account's own
		with self.assertRaises(DraftError):
			filing.look_alike(self.key)
		frappe.cache.delete(frappe.cache.make_key(f"petition_proxy_acts|look_alike|{OTHER}"))

	def test_so_many_drafts_and_no_more(self):
		with patch.object(drafts, "MOST_OPEN", 2):
			self.save()
			self.save(key=c.key())
			with self.assertRaisesRegex(DraftError, "2 drafts already"):
				self.save(key=c.key())
			filing.give_up_draft(self.key)
			self.assertEqual(self.save(key=c.key())["state"], "saved")

	def test_what_is_no_draft_is_refused(self):
		for bad in ({"subject": ["x"]}, {"content": "长" * 10_001}, {"agreement_signature": "javascript:1"}):
			with self.assertRaises(DraftError):
				filing.save_draft(self.key, 0, c.key(), bad, "who")
		for key in ("", "k" * 32, "../../x", self.key.upper() + "0"):
			with self.assertRaises(DraftError):
				self.save(key=key or "x")

	def test_the_list_says_what_and_until_when(self):
		self.save()
		row = own_drafts()[0]
		self.assertEqual((row.client_key, row.title_hint), (self.key, "赵** · 村口井盖丢了"))
		self.assertFalse(row.is_ending)
		frappe.db.set_value("Petition Draft", row.name, "expires_on", add_days(getdate(), 3))
		self.assertTrue(own_drafts()[0].is_ending)


class TestPapers(FilingTestCase):
	def test_the_same_photo_again_is_one_paper(self):
		self.save()
		paper, content = c.key(), c.photo()
		first = self.add(content, paper=paper)
		self.assertEqual(self.add(content, paper=paper), first)
		self.assertEqual(len(filing.open_draft(self.key)["papers"]), 1)
		self.assertEqual(first["url"], f"/private/files/{paper}.jpg?fid={first['name']}")

	def test_removed_and_gone(self):
		self.save()
		paper = self.add()
		path = frappe.get_doc("File", paper["name"]).get_full_path()
		filing.remove_paper(self.key, paper["name"])
		filing.remove_paper(self.key, paper["name"])
		self.assertEqual(filing.open_draft(self.key)["papers"], [])
		self.assertFalse(os.path.exists(path))
		self.assertFalse(
			frappe.db.exists("Deleted Document", {"deleted_doctype": "File", "deleted_name": paper["name"]})
		)

	def test_only_papers_of_the_draft_are_removed(self):
		self.save()
		self.as_user("Administrator")
		case = f.make_petition()
		url = f.signed_paper(case, "agreement_scan")
		name = frappe.db.get_value("File", {"file_url": url, "attached_to_name": case.name})
		self.as_user(AGENT)
		filing.remove_paper(self.key, name)
		self.assertTrue(frappe.db.exists("File", name))

	def test_one_photo_of_the_agreement(self):
		self.save()
		self.add(part="agreement_scan")
		second = self.add(part="agreement_scan")
		papers = filing.open_draft(self.key)["papers"]
		self.assertEqual(
			[(paper["name"], paper["part"]) for paper in papers], [(second["name"], "agreement_scan")]
		)

	def test_limits_and_disguise_hold_here_too(self):
		self.save()
		with patch.object(drafts, "MOST_PAPERS", 1):
			self.add()
			with self.assertRaisesRegex(PaperRefusedError, "1 papers already"):
				self.add()
		with self.assertRaises(PaperRefusedError):
			self.add(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
		for part in ("signature", "../x", ""):
			with self.assertRaises(DraftError):
				self.add(part=part)
		with self.assertRaises(DraftError):
			self.add(paper="../../etc/passwd")

	def test_no_papers_without_a_draft(self):
		with self.assertRaisesRegex(DraftError, "not on the server"):
			self.add()
		self.save()
		self.file()
		with self.assertRaisesRegex(DraftError, "filed already"):
			self.add()


class TestFiling(FilingTestCase):
	def test_files_as_the_controller_does_with_papers_and_without_draft(self):
		self.save()
		self.add()
		draft = self.row().name
		receipt = self.file()
		doc = frappe.get_doc("Petition", receipt["name"])
		self.assertEqual(
			(doc.workflow_state, doc.agent, doc.town), (lifecycle.REGISTERED, self.agent.name, f.TOWN)
		)
		self.assertEqual((doc.subject, doc.address_text), ("村口井盖丢了", "三组小卖部旁"))
		self.assertEqual(
			(receipt["query_code"], receipt["due_on"]), (doc.query_code, str(doc.notice_due_at)[:10])
		)
		self.assertFalse(doc.new_petitioner_phone or doc.new_petitioner_name or doc.agreement_signature)
		agreement = frappe.get_doc("Proxy Agreement", doc.agreement)
		self.assertEqual((agreement.docstatus, agreement.signature), (1, f.SIGNATURE))
		self.assertEqual(agreement.is_revocation_explained, 1)
		papers = self.papers_of("Petition", doc.name)
		self.assertEqual([(one.is_private, one.attached_to_field) for one in papers], [(1, None)])
		self.assertTrue(os.path.exists(frappe.get_doc("File", papers[0].name).get_full_path()))
		self.assertIsNone(self.row())
		self.assertFalse(
			frappe.db.exists("Comment", {"reference_doctype": "Petition Draft", "reference_name": draft})
		)
		self.assertEqual(own_drafts(), [])

	def test_photo_of_the_signed_paper_in_place_of_a_signature(self):
		self.save(agreement_signature="")
		self.add(part="agreement_scan")
		doc = frappe.get_doc("Petition", self.file()["name"])
		scan = frappe.db.get_value("Proxy Agreement", doc.agreement, "signed_scan")
		self.assertTrue(scan.startswith("/private/files/"), scan)
		self.assertEqual(
			[one.attached_to_field for one in self.papers_of("Petition", doc.name)], ["agreement_scan"]
		)
		self.as_user("Administrator")
		self.assertEqual(frappe.get_all("File", {"file_url": scan, "is_private": 0}), [])

	def test_the_same_key_again_gives_the_same_answer(self):
		self.save()
		first, before = self.file(), frappe.db.count("Petition")
		self.assertEqual(self.file(), first)
		self.assertEqual(self.file(version=99), first)
		self.assertEqual(filing.open_draft(self.key), first)
		self.assertEqual(self.save(1)["state"], "filed")
		self.assertEqual(frappe.db.count("Petition"), before)

	def test_another_agent_learns_nothing_by_the_key_of_a_filed_one(self):
		self.save()
		receipt = self.file()
		self.as_user(OTHER)
		for attempt in (self.file, lambda: filing.open_draft(self.key)):
			with self.assertRaises(DraftError) as caught:
				attempt()
			self.assertNotIn(receipt["name"], str(caught.exception))
		self.assertNotIn(receipt["query_code"], json.dumps(self.save(0), default=str))

	def test_only_what_was_read_over_is_filed(self):
		self.save()
		self.save(1, content="别处改的")
		with self.assertRaises(StaleDraftError):
			self.file(version=1)
		self.assertEqual(frappe.db.count("Petition", {"client_key": self.key}), 0)
		self.assertTrue(self.file(version=2)["name"])

	def test_nothing_is_half_filed(self):
		"""What the controller refuses leaves draft and papers as they were, and no petition, petitioner or agreement."""
		for missing in (
			{"agreement_signature": ""},
			{"powers_agreed": 0},
			{"new_petitioner_name": ""},
			{"village": f.TOWN},
			{"new_petitioner_phone": "12"},
			{"content": ""},
		):
			key = c.key()
			self.save(key=key, **missing)
			self.add(key=key)
			before = {
				d: frappe.db.count(d) for d in ("Petition", "Petitioner", "Proxy Agreement", "Petition Event")
			}
			frappe.db.savepoint("refused")
			with self.assertRaises(frappe.ValidationError, msg=missing):
				self.file(key=key)
			frappe.db.rollback(save_point="refused")  # as the request does
			self.assertEqual({d: frappe.db.count(d) for d in before}, before)
			self.assertEqual(len(filing.open_draft(key)["papers"]), 1)

	def test_what_a_page_sends_beyond_its_fields_is_nothing(self):
		self.save(
			agent=self.other.name, workflow_state=lifecycle.CLOSED, handling_unit=f.DEPT_UNIT, petitioner="X"
		)
		doc = frappe.get_doc("Petition", self.file()["name"])
		self.assertEqual(
			(doc.agent, doc.workflow_state, doc.handling_unit), (self.agent.name, lifecycle.REGISTERED, None)
		)

	def test_a_village_of_the_district_that_is_not_the_own(self):
		self.save(village=f.VILLAGE_2)
		self.assertEqual(frappe.get_doc("Petition", self.file()["name"]).town, f.TOWN_2)

	def test_secrecy_reaches_the_case(self):
		self.save(wants_secrecy=1)
		self.assertEqual(frappe.get_doc("Petition", self.file()["name"]).wants_secrecy, 1)

	def test_script_in_every_text_is_no_markup_in_the_case(self):
		script = "<script>alert(1)</script><img src=x onerror=alert(1)>因故"
		texts = ("new_petitioner_name", "subject", "content", "request_text", "address_text")
		self.save(**{field: script for field in texts})
		self.assertEqual(filing.open_draft(self.key)["answers"]["content"], script)
		row = frappe.db.get_value("Petition", self.file()["name"], "*", as_dict=True)
		for value in row.values():
			self.assertNotRegex(str(value), r"<[a-zA-Z/!?]")


class TestLikeness(FilingTestCase):
	TEXT = "后山水渠垮了两处，稻田已经断水十天，请派人来修。"

	MATTER = {"subject": "后山水渠垮了", "content": TEXT, "request_text": ""}

	def look(self, user: str = AGENT, **values) -> dict:
		self.as_user(user)
		key = c.key()
		self.save(key=key, **{**self.MATTER, **values})
		return filing.look_alike(key)

	def filed_by(self, agent, **values):
		"""A case of another person on the same matter, filed by an agent."""
		self.as_user("Administrator")
		petitioner = f.make_petitioner(phone="13700001111").name
		return f.make_petition(
			lifecycle.REGISTERED,
			petitioner=petitioner,
			agent=agent.name,
			subject="后山水渠垮了",
			content=self.TEXT,
			**values,
		).name

	def test_own_cases_by_number_and_state_others_by_a_sentence(self):
		mine = self.filed_by(self.agent)
		found = self.look()
		self.assertEqual(found, {"cases": [{"name": mine, "state": "Registered"}], "has_others": False})
		theirs = self.filed_by(self.other)
		found = self.look()
		self.assertEqual((len(found["cases"]), found["has_others"]), (1, True))
		self.assertNotIn(theirs, json.dumps(found))

	def test_same_petitioner_elsewhere(self):
		self.as_user(AGENT)
		self.save(village=f.VILLAGE_B, **self.MATTER)
		self.file()
		self.assertEqual(len(self.look()["cases"]), 1)
		found = self.look(OTHER)
		self.assertEqual(found, {"cases": [], "has_others": True})

	def test_a_name_and_a_number_alone_tell_nothing(self):
		"""Nobody finds out by typing a neighbour's phone whether the neighbour has petitioned."""
		self.save(**self.MATTER)
		self.file()
		other = {
			"subject": "想问办证",
			"content": "办老年证去哪里",
			"request_text": "",
			"village": f.VILLAGE_2,
		}
		self.assertEqual(self.look(OTHER, **other), {"cases": [], "has_others": False})

	def test_secret_and_accusing_cases_are_not_even_hinted_at(self):
		self.filed_by(self.other, wants_secrecy=1)
		self.filed_by(self.other, petition_kind="Report and Accusation")
		self.filed_by(self.other, accused_unit=f.DEPT_UNIT)
		self.assertEqual(self.look(), {"cases": [], "has_others": False})

	def test_ended_cases_are_no_hint(self):
		self.as_user("Administrator")
		f.make_petition(lifecycle.CLOSED, subject="后山水渠垮了", content=self.TEXT)
		self.assertEqual(self.look()["cases"], [])


class TestEnd(FilingTestCase):
	def test_given_up_leaves_a_line_and_no_content(self):
		self.save()
		path = frappe.get_doc("File", self.add()["name"]).get_full_path()
		name = self.row().name
		filing.give_up_draft(self.key)
		filing.give_up_draft(self.key)
		row = self.row()
		self.assertEqual((row.status, row.sealed_answers, row.save_key), ("Given Up", None, None))
		self.assertEqual(self.papers_of("Petition Draft", name), [])
		self.assertFalse(os.path.exists(path))
		self.assertEqual(own_drafts(), [])
		self.assertEqual(self.save(1)["state"], "gone")
		self.assertEqual(filing.open_draft(self.key), {"state": "gone"})
		with self.assertRaises(DraftError):
			self.file()

	def test_thirty_days_after_the_last_touch(self):
		self.save()
		self.add()
		self.as_user("Administrator")
		day = getdate()
		self.assertEqual(draft_cleanup(add_days(day, 30), commit=False)["expired"], 0)
		self.assertEqual(draft_cleanup(add_days(day, 31), commit=False)["expired"], 1)
		self.assertEqual(draft_cleanup(add_days(day, 31), commit=False)["expired"], 0)
		row = self.row()
		self.assertEqual((row.status, row.sealed_answers), ("Expired", None))
		self.assertEqual(self.papers_of("Petition Draft", row.name), [])

	def test_a_touch_begins_the_days_anew(self):
		self.save()
		frappe.db.set_value("Petition Draft", self.row().name, "expires_on", add_days(getdate(), 1))
		self.add()
		self.assertEqual(self.row().expires_on, add_days(getdate(), 30))
		frappe.db.set_value("Petition Draft", self.row().name, "expires_on", add_days(getdate(), 1))
		self.save(1)
		self.assertEqual(self.row().expires_on, add_days(getdate(), 30))

	def test_lines_are_forgotten_after_a_year(self):
		self.save()
		filing.give_up_draft(self.key)
		self.as_user("Administrator")
		self.assertEqual(draft_cleanup(add_days(getdate(), 300), commit=False)["forgotten"], 0)
		self.assertEqual(draft_cleanup(add_days(getdate(), 367), commit=False)["forgotten"], 1)
		self.assertIsNone(self.row())

	def test_many_end_page_by_page(self):
		from petition_proxy.jobs import draft_cleanup as job

		for _number in range(3):
			self.save(key=c.key())
		self.as_user("Administrator")
		with patch.object(job, "PAGE", 2):
			self.assertEqual(job.draft_cleanup(add_days(getdate(), 31), commit=False)["expired"], 3)

	def test_offices_count_what_they_do_not_read(self):
		self.save()
		self.save(key=c.key())
		filing.give_up_draft(self.key)
		self.as_user(OTHER)
		self.save(key=c.key())
		for user, expected in (
			("office@pp.test", {self.agent.name: (1, 1, 0), self.other.name: (1, 0, 0)}),
			("town@pp.test", {self.agent.name: (1, 1, 0)}),
			("village@pp.test", {self.agent.name: (1, 1, 0)}),
			("town2@pp.test", {self.other.name: (1, 0, 0)}),
			("dept@pp.test", {}),
			(AGENT, {}),
		):
			self.as_user(user)
			rows = execute({})[1]
			self.assertEqual(
				{r["agent"]: (r["open"], r["given_up"], r["expired"]) for r in rows}, expected, user
			)
			for secret in SECRETS:
				self.assertNotIn(secret, json.dumps(rows, default=str, ensure_ascii=False))


class TestPages(FilingTestCase):
	def page(self, module, **asked):
		context = frappe._dict()
		with patch.object(frappe.local, "form_dict", frappe._dict(asked)):
			module.get_context(context)
		return context

	def test_own_village_first_then_own_town_then_the_district(self):
		groups = self.page(file_page).villages
		self.assertEqual(
			[[code for code, _name in options] for _label, options in groups][:2],
			[[f.VILLAGE], [f.VILLAGE_B]],
		)
		self.assertIn(f.VILLAGE_2, [code for _label, options in groups for code, _name in options])

	def test_who_may_not_file_reads_why(self):
		self.assertIsNone(self.page(file_page).why_not)
		self.agent.db_set("status", "Suspended")
		context = self.page(file_page)
		self.assertIn("not on duty", context.why_not)
		self.assertFalse(context.portal.data["may_file"])

	def test_guests_log_in_first_and_others_have_no_business_here(self):
		self.as_user("Guest")
		with patch.object(frappe.local, "path", "agent/file", create=True):
			for module in (file_page, receipt_page):
				with self.assertRaises(frappe.Redirect):
					self.page(module, petition="XF-1")
		for user in ("office@pp.test", "petitioner@pp.test"):
			self.as_user(user)
			with self.assertRaises(frappe.PermissionError):
				self.page(file_page)

	def test_receipt_of_own_petitions_alone(self):
		self.save()
		made = self.file()
		context = self.page(receipt_page, petition=made["name"])
		self.assertEqual(
			(context.receipt["query_code"], context.petitioner_name), (made["query_code"], "赵大爷")
		)
		self.assertTrue(context.qr.startswith("data:image/png;base64,"))
		self.assertNotIn(made["name"], context.title)
		for user, name in ((OTHER, made["name"]), (OTHER, "XF-0"), (AGENT, "")):
			self.as_user(user)
			with self.assertRaises(frappe.DoesNotExistError):
				self.page(receipt_page, petition=name)

	def test_what_a_page_sends_counts_for_its_own_person(self):
		mine = user_key()
		self.as_user(OTHER)
		theirs = user_key()
		self.as_user("Guest")
		self.assertEqual(user_key(), "")
		self.assertNotEqual(mine, theirs)
		self.assertNotIn("agent", mine)
		for user, key, passes in (
			(AGENT, mine, True),
			(AGENT, None, True),
			(AGENT, theirs, False),
			(OTHER, mine, False),
			("Guest", mine, False),
		):
			self.as_user(user)
			with patch.object(frappe, "get_request_header", lambda name, key=key: key):
				if passes:
					check_same_person()
				else:
					with self.assertRaises(OtherPersonError, msg=(user, key)):
						check_same_person()
