"""A petitioner with a slip: looking up, reading, acting; and everybody who would like to be one (issue: pages for petitioners)."""

import logging
from unittest import mock

import frappe
from frappe.utils import add_days, now_datetime, today

from petition_proxy.api.petitioner import look_up
from petition_proxy.domain import lifecycle
from petition_proxy.permissions.bearer import as_petitioner_of, current_bearer
from petition_proxy.permissions.scope import BEARER_USER, get_scope
from petition_proxy.petition_proxy.doctype.evaluation.evaluation import EvaluationError
from petition_proxy.petition_proxy.doctype.petition.checks import StepError
from petition_proxy.petition_proxy.doctype.petition.look_up import NotProvedError
from petition_proxy.petition_proxy.doctype.petition.petitioner_acts import OwnHandError
from petition_proxy.petition_proxy.doctype.proxy_agreement.proxy_agreement import AgreementError
from petition_proxy.petition_proxy.doctype.review_request.acts import ReviewError
from petition_proxy.queries.petitioner_case import case_page, own_cases
from petition_proxy.setup.petitioners import ensure_petitioner_pages
from petition_proxy.tests import factories as f
from petition_proxy.tests import petitioner_cases as p
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils import tickets
from petition_proxy.utils.files import PaperRefusedError

RATE = {
	"Handling Unit": {"rating": "Satisfied", "reasons": ["Quick"], "words": ""},
	"Proxy Agent": {"rating": "Basically Satisfied", "reasons": ["Hard to Reach"], "words": "电话打不通"},
}


class PetitionerTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		p.forget_limits()
		self.addCleanup(p.forget_limits)
		self.addCleanup(p.leave_request)

	def count(self, doctype: str, **filters) -> int:
		return frappe.db.count(doctype, filters)


class TestLookUp(PetitionerTestCase):
	def test_number_code_and_digits_open_the_case_however_typed(self):
		doc = p.make_case()
		told = p.slip(doc)
		phone = p.Phone()
		phone.look_up(
			number=doc.name.lower().replace("-", "—"),
			code=told["code"].lower().replace("-", " "),
			digits="５６７８",
		)
		page = phone.load()
		self.assertEqual(page.number, doc.name)
		self.assertEqual(page.unit, "云江区住建委")
		cookie = phone.sent.get(tickets.COOKIE) or {}
		self.assertFalse(cookie)  # only the look-up sends it
		phone.post("petitioner.look_up", secret=told)
		cookie = phone.sent[tickets.COOKIE]
		self.assertTrue(cookie["httponly"])
		self.assertEqual(cookie["samesite"], "Strict")

	def test_without_a_phone_the_id_number_does(self):
		doc = p.make_case(phone=None, person={"id_number": p.ID_NUMBER})
		self.assertRaises(NotProvedError, p.Phone().look_up, **p.slip(doc))
		phone = p.at_home(doc, digits=p.ID_DIGITS.lower())
		self.assertEqual(phone.load().number, doc.name)

	def test_id_digits_do_not_open_a_case_with_a_phone(self):
		doc = p.make_case(person={"id_number": p.ID_NUMBER})
		self.assertRaises(NotProvedError, p.Phone().look_up, **p.slip(doc, p.ID_DIGITS))

	def test_nothing_known_proves_nothing(self):
		doc = p.make_case(phone=None)
		for digits in ("", "0000", "5678"):
			self.assertRaises(NotProvedError, p.Phone().look_up, **p.slip(doc, digits))

	def test_one_answer_and_one_work_whatever_is_wrong(self):
		doc, other = p.make_case(), p.make_case()
		told = p.slip(doc)
		wrong = (
			{**told, "number": "XF-990199-2026-999999"},
			{**told, "code": p.slip(other)["code"]},
			{**told, "digits": "0000"},
			{**told, "number": other.name},
			{"number": "", "code": "", "digits": ""},
			{"number": "' or 1=1 -- ", "code": "%", "digits": "____"},
			{},
		)
		path = "petition_proxy.petition_proxy.doctype.petition.look_up"
		said, work = set(), set()
		for secret in wrong:
			with (
				mock.patch(f"{path}._same", wraps=frappe.get_attr(f"{path}._same")) as compared,
				mock.patch(f"{path}.decrypt", wraps=frappe.get_attr(f"{path}.decrypt")) as opened,
			):
				with self.assertRaises(NotProvedError) as caught:
					p.Phone().post("petitioner.look_up", secret=secret)
			said.add(str(caught.exception))
			work.add((compared.call_count, opened.call_count))
			for typed in filter(lambda text: len(text) > 3, secret.values()):
				self.assertNotIn(typed, str(caught.exception))
		self.assertEqual(len(said), 1)
		self.assertEqual(work, {(2, 1)})

	def test_a_draft_has_no_code_and_opens_to_nobody(self):
		doc = p.make_case(lifecycle.DRAFT)
		for code in ("", "None", "0000-0000-0000-0000"):
			self.assertRaises(NotProvedError, p.Phone().look_up, number=doc.name, code=code, digits=p.DIGITS)

	def test_a_look_up_leaves_a_trace_without_personal_data(self):
		doc = p.make_case()
		before = self.count("Access Record", document=doc.name)
		p.at_home(doc)
		rows = frappe.get_all(
			"Access Record", {"document": doc.name}, ["user", "field", "reason"], order_by="at asc"
		)
		self.assertEqual(len(rows), before + 1)
		self.assertEqual((rows[-1].user, rows[-1].field), (BEARER_USER, "query code"))
		text = str(rows[-1])
		for secret in (p.slip(doc)["code"], p.PHONE, p.DIGITS, "曾婆婆"):
			self.assertNotIn(secret, text)

	def test_a_village_behind_one_address_gets_in(self):
		docs = [p.make_case() for _number in range(3)]
		for number in range(30):
			phone = p.Phone(address="10.9.9.9")
			phone.look_up(**p.slip(docs[number % 3]))

	def test_an_address_that_walks_numbers_is_stopped(self):
		frappe.db.set_single_value("Petition Proxy Settings", "lookups_per_address", 12)
		for number in range(12):
			self.assertRaises(
				NotProvedError,
				p.Phone().look_up,
				number=f"XF-990199-2026-{number:06d}",
				code=f"2222-2222-2222-{number:04d}",
				digits="0000",
			)
		self.assertRaises(frappe.RateLimitExceededError, p.Phone().look_up, **p.slip(p.make_case()))

	def test_a_device_has_so_many_tries(self):
		frappe.db.set_single_value("Petition Proxy Settings", "tries_per_device", 4)
		phone = p.Phone()
		for number in range(4):
			phone.address = f"10.1.0.{number}"  # a phone changes its address all day
			self.assertRaises(
				NotProvedError, phone.look_up, number=f"XF-{number}", code="2222", digits="0000"
			)
		self.assertRaises(frappe.RateLimitExceededError, phone.look_up, **p.slip(p.make_case()))

	def test_right_look_ups_use_up_nobodys_tries(self):
		frappe.db.set_single_value("Petition Proxy Settings", "tries_per_device", 3)
		doc = p.make_case()
		phone = p.at_home(doc)
		for _number in range(6):
			phone.look_up(**p.slip(doc))

	def test_guessing_digits_of_one_case_is_slowed_from_many_devices(self):
		frappe.db.set_single_value("Petition Proxy Settings", "tries_per_case", 3)
		doc = p.make_case()
		home = p.at_home(doc)
		told = p.slip(doc, "0000")
		for number in range(4):
			self.assertRaises(NotProvedError, p.Phone(address=f"10.2.0.{number}").look_up, **told)
		guesser = p.Phone(address="10.2.0.9")
		self.assertRaises(frappe.RateLimitExceededError, guesser.look_up, **p.slip(doc))
		# the petitioner's own phone waits for nobody else's tries
		home.look_up(**p.slip(doc))
		self.assertEqual(home.load().number, doc.name)

	def test_a_number_that_does_not_exist_is_slowed_alike(self):
		frappe.db.set_single_value("Petition Proxy Settings", "tries_per_case", 3)
		for number in range(4):
			self.assertRaises(
				NotProvedError,
				p.Phone(address=f"10.3.0.{number}").look_up,
				number="XF-990199-2026-999999",
				code=f"2222-2222-2222-222{number + 2}",
				digits="0000",
			)
		self.assertRaises(
			frappe.RateLimitExceededError,
			p.Phone(address="10.3.0.9").look_up,
			number="XF-990199-2026-999999",
			code="3333-2222-2222-2222",
			digits="0000",
		)

	def test_codes_and_numbers_do_not_stand_in_redis(self):
		doc = p.make_case()
		told = p.slip(doc)
		self.assertRaises(NotProvedError, p.Phone().look_up, **{**told, "digits": "0000"})
		p.at_home(doc)
		for key in frappe.cache.get_keys("petition_proxy_"):
			for secret in (told["code"], told["number"], p.PHONE):
				self.assertNotIn(secret, key.decode() if isinstance(key, bytes) else key)

	def test_what_was_typed_stands_in_no_log_when_something_breaks(self):
		told = {"number": "XF-990199-2026-777777", "code": "WXYZ-WXYZ-WXYZ-WXYZ", "digits": "9753"}
		lines = []
		catcher = logging.Handler()
		catcher.emit = lambda record: lines.append(str(record.msg))
		frappe.logger().addHandler(catcher)
		self.addCleanup(frappe.logger().removeHandler, catcher)
		path = "petition_proxy.petition_proxy.doctype.petition.look_up._read_case"
		before = set(frappe.get_all("Error Log", pluck="name", order_by="creation desc", limit=200))
		with mock.patch(path, side_effect=RuntimeError(f"lost {told}")):
			with self.assertRaises(frappe.ValidationError):
				p.Phone().post("petitioner.look_up", secret=told)
		new = set(frappe.get_all("Error Log", pluck="name", order_by="creation desc", limit=200)) - before
		self.assertEqual(len(new), 1)
		text = str(frappe.get_doc("Error Log", new.pop()).as_dict()) + "".join(lines)
		self.assertIn("look_up", text)
		for secret in (*told.values(), "9753"):
			self.assertNotIn(secret, text)

	def test_secrets_travel_under_the_name_that_frappe_leaves_out_of_logs(self):
		from frappe.utils.logger import sanitized_dict

		sent = {"cmd": "look_up", "secret": {"code": "WXYZ"}}
		self.assertNotIn("WXYZ", str(sanitized_dict(sent)))
		self.assertEqual(next(iter(look_up.__wrapped__.__annotations__)), "secret")


class TestTicket(PetitionerTestCase):
	def test_an_act_needs_the_token_of_the_page(self):
		phone = p.at_home(p.make_case())
		for forged in ("", "0" * 64, p.cookie_of(phone)):
			self.assertRaises(
				tickets.ForgedRequestError, phone.post, "petitioner.withdraw", reason="不办了", token=forged
			)

	def test_a_token_of_one_ticket_does_not_fit_another(self):
		mine, hers = p.at_home(p.make_case()), p.at_home(p.make_case())
		self.assertRaises(
			tickets.ForgedRequestError,
			mine.post,
			"petitioner.revoke_agent",
			reason="换人",
			token=hers.token,
		)

	def test_an_invented_cookie_opens_nothing(self):
		doc = p.make_case()
		for invented in ("x", "A" * 43, doc.name, "", "a" * 5000):
			phone = p.Phone()
			phone.cookies[tickets.COOKIE] = invented
			self.assertIsNone(phone.load())
			self.assertRaises(tickets.TicketError, phone.post, "petitioner.withdraw", reason="x")

	def test_a_cookie_opens_its_own_case_alone(self):
		mine, other = p.make_case(), p.make_case()
		phone = p.at_home(mine)
		self.assertEqual(phone.load().number, mine.name)
		phone.post("petitioner.withdraw", reason="不办了")
		self.assertEqual(frappe.db.get_value("Petition", mine.name, "workflow_state"), lifecycle.WITHDRAWN)
		self.assertEqual(frappe.db.get_value("Petition", other.name, "workflow_state"), lifecycle.HANDLING)

	def test_a_ticket_that_was_given_back_is_worth_nothing_to_who_copied_it(self):
		phone = p.at_home(p.make_case())
		copied = dict(phone.cookies)
		phone.post("petitioner.leave")
		self.assertIsNone(phone.load())
		thief = p.Phone()
		thief.cookies = copied
		self.assertIsNone(thief.load())

	def test_the_time_ends_at_the_latest_after_hours(self):
		phone = p.at_home(p.make_case())
		with mock.patch("petition_proxy.utils.tickets.time.time", return_value=4_000_000_000):
			self.assertIsNone(phone.load())
		self.assertIsNone(phone.load())

	def test_an_old_page_gets_its_token_anew_for_its_own_case_only(self):
		doc, other = p.make_case(), p.make_case()
		phone = p.at_home(doc)
		phone.begin()
		mark = tickets.read_ticket().mark
		phone.end()
		phone.look_up(**p.slip(doc))  # in another window, after the first one's time was over
		self.assertEqual(phone.post("petitioner.renew", mark=mark), phone.token)
		phone.look_up(**p.slip(other))
		self.assertRaises(tickets.TicketError, phone.post, "petitioner.renew", mark=mark)

	def test_clearing_the_cache_ends_neither_limits_nor_open_cases(self):
		doc = p.make_case()
		phone = p.at_home(doc)
		self.assertRaises(NotProvedError, p.Phone().look_up, **p.slip(doc, "0000"))
		before = set(frappe.cache.get_keys("petition_proxy_"))
		frappe.clear_cache()
		left = set(frappe.cache.get_keys("petition_proxy_"))
		self.assertFalse([key for key in before - left if b"_case|" in key or b"_wrong|" in key])
		self.assertEqual(phone.load().number, doc.name)

	def test_what_is_kept_is_no_ticket(self):
		phone = p.at_home(p.make_case())
		keys = [
			k.decode() if isinstance(k, bytes) else k for k in frappe.cache.get_keys("petition_proxy_case")
		]
		self.assertTrue(keys)
		self.assertFalse([key for key in keys if p.cookie_of(phone) in key])


class TestBearer(PetitionerTestCase):
	def test_scope_is_the_one_case(self):
		person = f.make_petitioner("曾婆婆", phone=p.PHONE).name
		docs = [f.make_petition(lifecycle.HANDLING, petitioner=person) for _n in range(2)]
		stranger = f.make_petition(lifecycle.HANDLING)
		with as_petitioner_of(docs[0].name):
			self.assertEqual(frappe.session.user, BEARER_USER)
			self.assertEqual(frappe.get_list("Petition", pluck="name"), [docs[0].name])
			self.assertTrue(get_scope().is_petitioner_of(docs[0]))
			for other in (docs[1], stranger):
				self.assertFalse(get_scope().is_petitioner_of(other))
				self.assertFalse(frappe.has_permission("Petition", "read", doc=other.name))
				self.assertRaises(
					frappe.PermissionError, frappe.get_doc("Petition", other.name).check_permission, "read"
				)
			events = frappe.get_list("Petition Event", pluck="petition", limit=500)
			self.assertEqual(set(events), {docs[0].name})
			self.assertEqual(frappe.get_list("Petitioner", pluck="name"), [person])
			self.assertEqual(frappe.get_list("Proxy Agreement", pluck="name"), [docs[0].agreement])

	def test_the_user_is_restored_whatever_happens(self):
		doc = p.make_case()
		frappe.set_user("office@pp.test")
		session = (frappe.session.user, frappe.session.sid, frappe.session.data)
		with self.assertRaises(ZeroDivisionError), as_petitioner_of(doc.name):
			raise ZeroDivisionError
		self.assertEqual((frappe.session.user, frappe.session.sid, frappe.session.data), session)
		self.assertIsNone(current_bearer())
		self.assertFalse(get_scope().bearer)

	def test_the_technical_user_by_itself_sees_and_does_nothing(self):
		doc = p.make_case()
		frappe.db.set_value("Petitioner", doc.petitioner, "user", BEARER_USER)
		self.as_user(BEARER_USER)
		self.assertEqual(frappe.get_list("Petition", pluck="name"), [])
		self.assertEqual(frappe.get_list("Petitioner", pluck="name"), [])
		self.assertFalse(frappe.has_permission("Petition", "read", doc=doc.name))

	def test_a_district_that_was_there_before_gets_what_the_pages_need(self):
		frappe.db.set_single_value("System Settings", "allow_login_using_user_name", 0)
		frappe.delete_doc("User", BEARER_USER, force=True, ignore_permissions=True)
		for _time in range(2):
			ensure_petitioner_pages()
			user = frappe.get_doc("User", BEARER_USER)
			self.assertEqual([row.role for row in user.roles], [lifecycle.PETITIONER])
			self.assertTrue(frappe.db.get_single_value("System Settings", "allow_login_using_user_name"))
		with as_petitioner_of(p.make_case().name):
			self.assertEqual(frappe.session.user, BEARER_USER)

	def test_nobody_logs_in_as_it(self):
		user = frappe.get_doc("User", BEARER_USER)
		self.assertEqual(user.user_type, "Website User")
		self.assertEqual([row.role for row in user.roles], [lifecycle.PETITIONER])
		self.assertFalse(user.api_key)
		self.assertFalse(frappe.db.sql("select 1 from `__Auth` where name = %s", BEARER_USER))
		from frappe.utils.password import check_password

		for password in ("", "password", BEARER_USER):
			self.assertRaises(frappe.AuthenticationError, check_password, BEARER_USER, password)


class TestCasePage(PetitionerTestCase):
	def test_plain_stages_unit_and_due_date(self):
		doc = p.make_case()
		page = p.at_home(doc).load()
		self.assertEqual([s.status for s in page.stages][:4], ["done", "done", "done", "now"])
		self.assertIn(frappe.utils.format_date(doc.reply_due_at), page.due.text)
		self.assertFalse(page.due.is_late)
		self.assertTrue(page.letters)
		frappe.db.set_value("Petition", doc.name, "reply_due_at", add_days(now_datetime(), -3))
		late = p.at_home(doc).load()
		self.assertTrue(late.due.is_late)
		self.assertIn("3", late.due.text)

	def test_no_internal_word_and_no_other_name(self):
		doc = p.make_case(
			lifecycle.SERVED,
			agent_opinion="此人难缠",
			accused_name="张经理",
		)
		frappe.db.set_value(
			"Petition",
			doc.name,
			{
				"assignment_note": "内部：先拖一拖",
				"coordination_reason": "内部会商",
				"step_reason": "内部理由",
			},
		)
		text = frappe.as_json(p.at_home(doc).load())
		for word in ("此人难缠", "张经理", "先拖一拖", "内部", "@pp.test"):
			self.assertNotIn(word, text)

	def test_letters_open_and_drafts_do_not(self):
		doc = p.make_case(lifecycle.REPLIED)
		phone = p.at_home(doc)
		words = [letter.form for letter in phone.load().letters]
		self.assertEqual(words, ["Acceptance Notice", "Opinion Letter Paper"])
		for letter in phone.load().letters:
			phone.post("petitioner.get_paper", key=letter.key)
			self.assertEqual(frappe.local.response.filecontent[:4], b"%PDF")
		early = p.make_case(lifecycle.HANDLING)
		f.sign_letter(early)  # signed, but the answer has not gone out
		forms = [letter.form for letter in p.at_home(early).load().letters]
		self.assertEqual(forms, ["Acceptance Notice"])

	def test_the_slip_opens_from_the_page(self):
		phone = p.at_home(p.make_case())
		phone.post("petitioner.get_paper", key="slip")
		self.assertEqual(frappe.local.response.filecontent[:4], b"%PDF")

	def test_papers_of_another_case_do_not_open(self):
		doc, other = p.make_case(), p.make_case()
		hers = p.at_home(other)
		hers.post("petitioner.add_paper", key="k" * 16, file=p.photo())
		file = hers.load().papers[0].key
		letter = hers.load().letters[0].key
		mine = p.at_home(doc)
		for key in (file, letter, "", "../../site_config.json", "slip2"):
			self.assertRaises(frappe.DoesNotExistError, mine.post, "petitioner.get_paper", key=key)
		self.assertRaises(tickets.TicketError, p.Phone().post, "petitioner.get_paper", key=file)

	def test_papers_an_office_keeps_for_itself_are_not_shown(self):
		doc = p.make_case()
		phone = p.at_home(doc)
		phone.post("petitioner.add_paper", key="k" * 16, file=p.photo())
		inner = f.signed_paper(doc, "service_proof")
		inner = frappe.db.get_value("File", {"file_url": inner, "attached_to_name": doc.name})
		keys = [paper.key for paper in phone.load().papers]
		self.assertEqual(len(keys), 1)
		self.assertNotIn(inner, keys)
		self.assertRaises(frappe.DoesNotExistError, phone.post, "petitioner.get_paper", key=inner)


class TestActs(PetitionerTestCase):
	def test_a_paper_is_kept_private_once_and_noted(self):
		doc = p.make_case()
		phone = p.at_home(doc)
		phone.post("petitioner.add_paper", key="a" * 16, file=p.photo())
		frappe.db.after_commit.run()  # what a committed request leaves behind
		phone.post("petitioner.add_paper", key="a" * 16, file=p.photo())
		files = frappe.get_all(
			"File", {"attached_to_name": doc.name, "owner": BEARER_USER}, ["is_private", "file_name"]
		)
		self.assertEqual([file.is_private for file in files], [1])
		event = frappe.get_last_doc("Petition Event", {"petition": doc.name, "event": "Add Paper"})
		self.assertEqual((event.actor, event.on_behalf_of), (BEARER_USER, doc.petitioner))

	def test_a_paper_that_is_none_is_refused(self):
		phone = p.at_home(p.make_case())
		for content in (b"<svg onload=alert(1)>", b"MZ\x90\x00", b"<html>"):
			self.assertRaises(
				PaperRefusedError, phone.post, "petitioner.add_paper", key="b" * 16, file=content
			)

	def test_withdrawing_needs_a_reason_and_happens_once(self):
		doc = p.make_case()
		phone = p.at_home(doc)
		self.assertRaises(StepError, phone.post, "petitioner.withdraw", reason=" ")
		phone.post("petitioner.withdraw", reason="问题解决了")
		row = frappe.db.get_value(
			"Petition", doc.name, ["workflow_state", "withdrawal_reason", "withdrawn_at"], as_dict=True
		)
		self.assertEqual((row.workflow_state, row.withdrawal_reason), (lifecycle.WITHDRAWN, "问题解决了"))
		event = frappe.get_last_doc("Petition Event", {"petition": doc.name, "event": "Withdraw"})
		self.assertEqual((event.actor, event.on_behalf_of), (BEARER_USER, doc.petitioner))
		self.assertRaises(StepError, phone.post, "petitioner.withdraw", reason="再撤一次")

	def test_an_answered_case_is_not_taken_back(self):
		phone = p.at_home(p.make_case(lifecycle.REPLIED))
		self.assertFalse(phone.load().may_withdraw)
		self.assertRaises(StepError, phone.post, "petitioner.withdraw", reason="不办了")

	def test_a_withdrawal_by_code_counts_as_the_petitioners_own_word_in_the_file(self):
		from petition_proxy.petition_proxy.doctype.case_file.facts import _is_withdrawn_by_petitioner

		doc = p.make_case()
		p.at_home(doc).post("petitioner.withdraw", reason="问题解决了")
		doc.reload()
		self.assertTrue(_is_withdrawn_by_petitioner(doc, doc.workflow_state))

	def test_revoking_stops_every_act_of_the_agent(self):
		"""Invariant 2."""
		doc = p.make_case(lifecycle.REPLIED)
		phone = p.at_home(doc)
		self.assertRaises(AgreementError, phone.post, "petitioner.revoke_agent", reason="")
		phone.post("petitioner.revoke_agent", reason="不再需要代理")
		agreement = frappe.get_doc("Proxy Agreement", doc.agreement)
		self.assertEqual(str(agreement.revoked_on), today())
		self.assertRaises(AgreementError, phone.post, "petitioner.revoke_agent", reason="再一次")
		event = frappe.get_last_doc("Petition Event", {"petition": doc.name, "event": "Revoke Authority"})
		self.assertEqual((event.actor, event.on_behalf_of), (BEARER_USER, doc.petitioner))
		self.as_user("agent@pp.test")
		case = frappe.get_doc("Petition", doc.name)
		case.service_method = "By Agent"
		f.attach_proof(case)
		case.workflow_state = lifecycle.SERVED
		self.assertRaises(StepError, case.save)
		self.assertRaises(StepError, case.add_comment, "Comment", "还在办")

	def test_review_is_asked_for_once(self):
		doc = p.make_case(lifecycle.SERVED)
		phone = p.at_home(doc)
		self.assertTrue(phone.load().review)
		self.assertRaises(ReviewError, phone.post, "petitioner.ask_review", reasons=" ")
		phone.post("petitioner.ask_review", reasons="答复没有回应诉求")
		request = frappe.get_last_doc("Review Request", {"petition": doc.name})
		self.assertEqual(request.entered_by, BEARER_USER)
		self.assertFalse(request.agent)
		self.assertRaises(frappe.ValidationError, phone.post, "petitioner.ask_review", reasons="再问")
		self.assertEqual(self.count("Review Request", petition=doc.name), 1)

	def test_unit_and_agent_are_rated_apart_once_with_one_change(self):
		doc = p.make_case(lifecycle.SERVED)
		phone = p.at_home(doc)
		self.assertEqual([row.party for row in phone.load().ratings], ["Handling Unit", "Proxy Agent"])
		phone.post("petitioner.rate", ratings=RATE, round_no=1)
		phone.post("petitioner.rate", ratings=RATE, round_no=1)  # a double tap is no change
		rows = frappe.get_all(
			"Evaluation",
			{"petition": doc.name},
			[
				"rated_party",
				"rating",
				"standard_reasons",
				"reasons",
				"channel",
				"revision_count",
				"entered_by",
			],
			order_by="rated_party asc",
		)
		self.assertEqual([row.rating for row in rows], ["Satisfied", "Basically Satisfied"])
		self.assertEqual(rows[1].standard_reasons, "Hard to Reach")
		self.assertEqual({row.channel for row in rows}, {"Query Code"})
		self.assertEqual({row.revision_count for row in rows}, {0})
		self.assertEqual({row.entered_by for row in rows}, {BEARER_USER})
		change = {"Proxy Agent": {"rating": "Dissatisfied", "reasons": [], "words": "没有告知结果"}}
		phone.post("petitioner.rate", ratings=change, round_no=1)
		again = {"Proxy Agent": {"rating": "Satisfied", "reasons": [], "words": ""}}
		self.assertRaises(EvaluationError, phone.post, "petitioner.rate", ratings=again, round_no=1)

	def test_ratings_that_cannot_be(self):
		doc = p.make_case(lifecycle.SERVED)
		phone = p.at_home(doc)
		for ratings in (
			{},
			{"Handling Unit": {"rating": ""}},
			{"Petition Office": {"rating": "Satisfied"}},
			{"Handling Unit": {"rating": "Excellent"}},
			{"Handling Unit": {"rating": "Dissatisfied", "reasons": [], "words": " "}},
			{"Handling Unit": {"rating": "Satisfied", "reasons": ["Hard to Reach"]}},
		):
			self.assertRaises(
				frappe.ValidationError, phone.post, "petitioner.rate", ratings=ratings, round_no=1
			)
		self.assertRaises(EvaluationError, phone.post, "petitioner.rate", ratings=RATE, round_no=2)
		self.assertFalse(self.count("Evaluation", petition=doc.name))

	def test_what_was_said_of_anybody_is_not_shown_again(self):
		doc = p.make_case(lifecycle.SERVED)
		phone = p.at_home(doc)
		phone.post("petitioner.rate", ratings=RATE, round_no=1)
		page = phone.load()
		self.assertTrue(all(row.is_rated and row.can_rate for row in page.ratings))
		text = frappe.as_json(page.ratings)
		self.assertNotIn("电话打不通", text)
		self.assertNotIn('rating":', text)


class TestAgentWithTheCode(PetitionerTestCase):
	"""The agent has written the case down: he knows number, code and phone."""

	def test_no_word_of_the_petitioner_from_the_agents_phone(self):
		doc = p.make_case(lifecycle.SERVED)
		phone = p.agents_phone()
		phone.look_up(**p.slip(doc))
		self.assertEqual(phone.load().number, doc.name)  # he may show it to the petitioner
		for method, args in (
			("rate", {"ratings": RATE, "round_no": 1}),
			("revoke_agent", {"reason": "x"}),
			("ask_review", {"reasons": "x"}),
			("withdraw", {"reason": "x"}),
			("open_account", {"secret": {"name": "zengpopo", "password": "qingxi-liuwan-2026"}}),
			("add_paper", {"key": "c" * 16}),
		):
			self.assertRaises(OwnHandError, phone.post, f"petitioner.{method}", **args)
		self.assertFalse(self.count("Evaluation", petition=doc.name))

	def test_nor_while_logged_in_as_agent_or_staff_on_any_phone(self):
		doc = p.make_case(lifecycle.SERVED)
		for user in ("agent@pp.test", "agent2@pp.test", "dept@pp.test", "office@pp.test", "village@pp.test"):
			phone = p.Phone(user)
			phone.look_up(**p.slip(doc))
			self.assertRaises(OwnHandError, phone.post, "petitioner.rate", ratings=RATE, round_no=1)

	def test_another_agents_device_at_the_service_point_serves(self):
		doc = p.make_case(lifecycle.SERVED)
		f.make_agent("agent2@pp.test", f.VILLAGE_2, agent_name="陈大哥")
		phone = p.agents_phone("agent2@pp.test")
		phone.look_up(**p.slip(doc))
		phone.post("petitioner.rate", ratings=RATE, round_no=1)
		self.assertEqual(self.count("Evaluation", petition=doc.name), 2)

	def test_an_agent_of_before_counts_as_well(self):
		doc = p.make_case(lifecycle.SERVED)
		other = f.make_agent("agent2@pp.test", f.VILLAGE_2, agent_name="陈大哥")
		frappe.db.set_value("Petition", doc.name, "agent", other.name)
		frappe.get_doc(
			{
				"doctype": "Petition Event",
				"petition": doc.name,
				"event": "Serve",
				"agent": f.make_agent().name,
				"happened_at": now_datetime(),
			}
		).insert()
		phone = p.agents_phone()
		phone.look_up(**p.slip(doc))
		self.assertRaises(OwnHandError, phone.post, "petitioner.rate", ratings=RATE, round_no=1)

	def test_what_he_gives_from_a_fresh_device_is_marked_and_listed(self):
		"""The residual risk: nothing tells this from the petitioner, so the office calls back."""
		doc = p.make_case(lifecycle.SERVED)
		p.at_home(doc).post("petitioner.rate", ratings=RATE, round_no=1)
		row = frappe.get_last_doc("Evaluation", {"petition": doc.name, "rated_party": "Proxy Agent"})
		self.assertEqual(row.channel, "Query Code")
		self.assertTrue(row.device_hash)
		from petition_proxy.petition_proxy.report.ratings_to_verify.ratings_to_verify import execute

		self.as_user("office@pp.test")
		rows = execute({})[1]
		self.assertIn(doc.name, [line["petition"] for line in rows])

	def test_no_agent_reads_what_was_said_of_him(self):
		doc = p.make_case(lifecycle.SERVED)
		p.at_home(doc).post("petitioner.rate", ratings=RATE, round_no=1)
		names = {
			row.rated_party: row.name
			for row in frappe.get_all("Evaluation", {"petition": doc.name}, ["name", "rated_party"])
		}
		self.as_user("agent@pp.test")
		self.assertEqual(
			frappe.get_list("Evaluation", {"petition": doc.name}, pluck="rated_party"), ["Handling Unit"]
		)
		self.assertTrue(frappe.has_permission("Evaluation", "read", doc=names["Handling Unit"]))
		self.assertFalse(frappe.has_permission("Evaluation", "read", doc=names["Proxy Agent"]))
		self.as_user("office@pp.test")
		self.assertEqual(len(frappe.get_list("Evaluation", {"petition": doc.name}, pluck="name")), 2)

	def test_offices_cannot_change_what_came_by_code(self):
		doc = p.make_case(lifecycle.SERVED)
		p.at_home(doc).post("petitioner.rate", ratings=RATE, round_no=1)
		name = frappe.db.get_value("Evaluation", {"petition": doc.name, "rated_party": "Handling Unit"})
		other = p.make_case(lifecycle.SERVED)
		self.as_user("office@pp.test")
		row = frappe.get_doc("Evaluation", name)
		row.rating = "Dissatisfied"
		row.reasons = "改一改"
		self.assertRaises(EvaluationError, row.save)
		forged = frappe.get_doc(
			{
				"doctype": "Evaluation",
				"petition": other.name,
				"rated_party": "Handling Unit",
				"rating": "Satisfied",
				"channel": "Query Code",
				"device_hash": "x",
			}
		)
		self.assertRaises(EvaluationError, forged.insert)


class TestAccounts(PetitionerTestCase):
	PASSWORD = "qingxi-liuwan-2026"

	def open(self, phone, name="zengpopo", password=PASSWORD):
		phone.post("petitioner.open_account", secret={"name": name, "password": password})

	def test_an_account_with_name_and_password(self):
		doc = p.make_case()
		phone = p.at_home(doc)
		self.assertTrue(phone.load().may_open_account)
		self.open(phone)
		user = frappe.db.get_value("Petitioner", doc.petitioner, "user")
		row = frappe.get_doc("User", user)
		self.assertEqual((row.user_type, row.username), ("Website User", "zengpopo"))
		self.assertEqual([r.role for r in row.roles], [lifecycle.PETITIONER])
		self.assertNotIn("曾婆婆", str(row.as_dict()))
		self.assertNotIn(p.PHONE, str(row.as_dict()))
		self.assertTrue(frappe.db.get_value("Petitioner", doc.petitioner, "account_by_code_at"))
		self.assertTrue(frappe.db.exists("Petition Event", {"petition": doc.name, "event": "Open Account"}))
		from frappe.core.doctype.user.user import User

		found = User.find_by_credentials("zengpopo", self.PASSWORD)
		self.assertEqual((found.name, found.is_authenticated), (user, True))
		self.as_user(user)
		self.assertEqual([case.name for case in own_cases()], [doc.name])

	def test_not_twice_and_not_with_a_bad_name_or_password(self):
		from petition_proxy.petition_proxy.doctype.petitioner.account import AccountError

		doc = p.make_case()
		phone = p.at_home(doc)
		said = set()
		for name in (
			"a",
			"13912345678",
			"office@pp.test",
			"petitioner_by_query_code",
			"a b c d",
			"<b>曾婆</b>",
		):
			with self.assertRaises(AccountError) as caught:
				self.open(phone, name)
			said.add(str(caught.exception))
		self.assertEqual(len(said), 1, "the sentence tells a taken name from a bad one")
		self.assertRaises(AccountError, self.open, phone, "zengpopo", "short")
		self.open(phone)
		self.assertRaises(AccountError, self.open, phone, "zengpopo2")

	def test_names_are_not_tried_out_by_the_dozen(self):
		phone = p.at_home(p.make_case())
		frappe.db.set_single_value("Petition Proxy Settings", "tries_per_case", 3)
		for number in range(3):
			self.assertRaises(frappe.ValidationError, self.open, phone, f"{number}")
		self.assertRaises(frappe.RateLimitExceededError, self.open, phone, "zengpopo")

	def test_an_account_chooses_its_own_cases_only(self):
		person = f.make_petitioner("本人", user="petitioner@pp.test").name
		mine, other = f.make_petition(lifecycle.HANDLING, petitioner=person), p.make_case()
		phone = p.Phone("petitioner@pp.test")
		self.assertRaises(frappe.PermissionError, phone.post, "petitioner.choose", petition=other.name)
		phone.post("petitioner.choose", petition=mine.name)
		self.assertEqual(phone.load().number, mine.name)
		phone.post("petitioner.withdraw", reason="不办了")
		event = frappe.get_last_doc("Petition Event", {"petition": mine.name, "event": "Withdraw"})
		self.assertEqual(event.actor, "petitioner@pp.test")

	def test_the_ticket_of_an_account_ends_with_its_session(self):
		person = f.make_petitioner("本人", user="petitioner@pp.test").name
		mine = f.make_petition(lifecycle.HANDLING, petitioner=person)
		phone = p.Phone("petitioner@pp.test")
		phone.post("petitioner.choose", petition=mine.name)
		phone.user = "Guest"
		self.assertIsNone(phone.load())
		phone.user = "agent@pp.test"
		self.assertRaises(tickets.TicketError, phone.post, "petitioner.withdraw", reason="x")

	def test_case_page_is_nobodys_else(self):
		doc = p.make_case()
		self.as_user("agent2@pp.test")
		self.assertIsNone(case_page(doc.name))
