"""Papers as people get them: every form through Frappe's own print page and PDF maker, read back from the PDF."""

import logging
import re

import frappe
from frappe.utils import getdate, today

from petition_proxy.api import printing as api
from petition_proxy.domain import lifecycle
from petition_proxy.domain.papers import chinese_day
from petition_proxy.printing import batch
from petition_proxy.printing.lists import ledger_html, roster_html
from petition_proxy.printing.pages import paper_html, paper_pdf, to_pdf
from petition_proxy.printing.people import PaperNotAllowedError
from petition_proxy.printing.qr import qr_data_uri
from petition_proxy.tests import factories as f
from petition_proxy.tests import print_cases as cases
from petition_proxy.tests.base import AppTestCase

MASKED_PHONE, MASKED_ID = "138****5678", "110*************2X"
NAME = "林婆婆"

# Latin letters that belong on a Chinese paper.
NOT_WORDS = re.compile(r"https?://[!-~]+|[A-Z]{2}-[0-9-]+|[A-Z0-9]{4}(-[A-Z0-9]{4}){3}|Administrator")


class PrintTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		cases.set_contacts()
		# the PDF maker's stylesheet reader reports every property it does not know
		log = logging.getLogger("CSSUTILS")
		self.addCleanup(log.setLevel, log.level)
		log.setLevel(logging.CRITICAL)

	def assertChinese(self, text: str) -> None:
		"""No word is left in English but names of records, addresses, codes and test people."""
		left = [word for word in re.findall(r"[A-Za-z]{3,}", NOT_WORDS.sub(" ", text))]
		self.assertEqual(left, [])

	def read(self, doctype: str, name: str, print_format: str, pages: int | None = 1) -> str:
		"""Text of the paper; checks what holds for every paper."""
		html = cases.printed_html(doctype, name, print_format)
		self.assertNotIn("{{", html)
		self.assertNotIn("{%", html)
		texts = cases.pages_of(html)
		text = "".join(texts)
		self.assertNotIn("None", text)
		self.assertNotIn("�", text)
		self.assertNotIn(cases.ID_NUMBER, text)
		self.assertNotIn(cases.PHONE, text)
		if pages:
			self.assertEqual(len(texts), pages, f"{print_format}: {len(texts)} pages")
			self.assertEqual(
				len(cases.pages_of(paper_html(doctype, name, print_format), to_pdf)),
				pages,
				f"{print_format}, full size",
			)
		return text

	def assertHas(self, text: str, *words: str):
		for word in words:
			self.assertIn(re.sub(r"\s+", "", str(word)), text)


class TestEveryForm(PrintTestCase):
	"""One case walked to its end, and every paper on its way."""

	def test_power_of_attorney(self):
		petition = cases.make_full_petition(lifecycle.REGISTERED)
		text = self.read("Proxy Agreement", petition.agreement, "Power of Attorney")
		self.assertHas(text, petition.agreement, NAME, "周大姐", MASKED_PHONE, MASKED_ID, "缴费点撤走")
		agreement = frappe.get_doc("Proxy Agreement", petition.agreement)
		self.assertHas(
			text, chinese_day(getdate(agreement.valid_from)), chinese_day(getdate(agreement.valid_to))
		)

	def test_power_of_attorney_of_one_who_cannot_write(self):
		"""Civil Code art. 165: signed or sealed; who cannot write puts a fingerprint before a witness."""
		petitioner = cases.make_full_petitioner()
		agreement = f.make_agreement(
			petitioner.name,
			f.make_agent().name,
			submit=False,
			principal_capacity="Through Guardian",
			guardian_proof="/private/files/guardian.png",
			witness_name="赵主任",
		)
		html = paper_html("Proxy Agreement", agreement.name, "Power of Attorney")
		self.assertIn("赵主任", html)
		marked = re.findall(r'pp-box">(√|&nbsp;)</span>([^<]+)', html)
		chosen = {label.strip() for tick, label in marked if tick == "√"}
		self.assertEqual(
			len(
				chosen
				& {"由监护人代为委托（附监护证明）", "through a guardian (proof of guardianship attached)"}
			),
			1,
		)

	def test_register_form(self):
		petition = cases.make_full_petition(lifecycle.REGISTERED, is_collective=0)
		text = self.read("Petition", petition.name, "Proxy Register Form")
		self.assertHas(
			text,
			petition.name,
			NAME,
			MASKED_PHONE,
			MASKED_ID,
			petition.content,
			petition.request_text,
			"缴费单两张",
		)

	def test_acceptance_notice(self):
		petition = cases.make_full_petition(lifecycle.ACCEPTED)
		text = self.read("Petition", petition.name, "Acceptance Notice")
		self.assertHas(text, petition.name, NAME, "云江区住建委", petition.query_code, "023-68000002")
		for moment in (petition.accepted_at, petition.reply_due_at, petition.statutory_due_at):
			self.assertHas(text, chinese_day(getdate(moment)))
		number = frappe.db.get_value(
			"Official Letter", {"petition": petition.name, "kind": "Acceptance Notice"}, "number"
		)
		self.assertHas(text, number)

	def test_three_ways_not_to_accept(self):
		for state, form, words in (
			(lifecycle.REFUSED, "Refusal Notice", ("《信访工作条例》第22条、第23条", "云江区人民法院")),
			(lifecycle.NOT_ACCEPTED_AGAIN, "No Longer Accepted Notice", ("《信访工作条例》第36条",)),
			(lifecycle.GUIDED, "Statutory Route Notice", ("第31条第二项", "云江区劳动人事争议仲裁委员会")),
		):
			petition = cases.make_full_petition(state)
			text = self.read("Petition", petition.name, form)
			self.assertHas(text, petition.name, NAME, petition.query_code, *words)

	def test_query_slip_is_large_print_with_the_code(self):
		petition = cases.make_full_petition(lifecycle.REGISTERED)
		self.assertHas(self.read("Petition", petition.name, "Query Slip"), petition.query_code, NAME)
		html = paper_html("Petition", petition.name, "Query Slip")
		self.assertIn('style="font-size: 16pt', html)
		address = f"{frappe.utils.get_url()}/my-petition#{petition.name}.{petition.query_code}"
		self.assertIn(qr_data_uri(address), html)
		self.assertIn("page-size: A5", html)
		sizes = re.findall(r"font-size: (\d+)pt", html.partition('<div class="pp"')[2])
		self.assertGreaterEqual(min(map(int, sizes)), 16)

	def test_letters_between_units(self):
		petition = cases.make_full_petition(lifecycle.RECEIVED)
		sent = frappe.get_all(
			"Petition Assignment", {"petition": petition.name}, pluck="name", order_by="name asc"
		)[0]
		for form in ("Assignment Letter", "Forwarding Letter"):
			text = self.read("Petition Assignment", sent, form)
			self.assertHas(text, petition.name, NAME, "云江区信访办", "云江区住建委", petition.content)
		self.assertHas(text, "第二十二条" if "第二十二条" in text else "art.22")
		frappe.db.set_value(
			"Petition Assignment",
			sent,
			{"objection_reason": "属于人社局职责", "objection_unit": f.DEPT_UNIT_2},
		)
		text = self.read("Petition Assignment", sent, "Objection Slip")
		self.assertHas(text, sent, petition.name, "属于人社局职责", "云江区人社局")

	def test_answer_service_and_rating(self):
		petition = cases.make_full_petition(lifecycle.SERVED)
		letter = frappe.get_doc("Opinion Letter", petition.opinion_letter)
		text = self.read("Opinion Letter", letter.name, "Opinion Letter Paper")
		self.assertHas(
			text,
			letter.letter_no,
			NAME,
			letter.facts_found,
			letter.legal_basis,
			"已在社区服务站设缴费点",
			"30",
		)
		text = self.read("Service Receipt", petition.service_receipt, "Proof of Service")
		self.assertHas(text, petition.name, petition.service_receipt, NAME, letter.letter_no)
		rating = frappe.get_doc(
			{
				"doctype": "Evaluation",
				"petition": petition.name,
				"rated_party": "Handling Unit",
				"rating": "Dissatisfied",
				"reasons": "拖了很久才回复。",
				"channel": "Call-back",
			}
		).insert()
		text = self.read("Evaluation", rating.name, "Rating Form")
		self.assertHas(text, petition.name, NAME, "云江区住建委", "拖了很久才回复")
		text = self.read("Petition", petition.name, "Blank Rating Form")
		self.assertHas(text, petition.name, "云江区住建委", "云江区信访办", "周大姐")
		self.assertNotIn("√", text)

	def test_settlement_closing_report_and_file_list(self):
		petition = cases.make_full_petition(lifecycle.SERVED)
		text = self.read(
			"Settlement Statement", cases.make_settlement(petition).name, "Settlement Confirmation"
		)
		self.assertHas(text, petition.name, NAME, "我满意，不再反映")
		file = cases.make_case_file(petition)
		text = self.read("Case File", file.name, "Closing Report")
		self.assertHas(text, petition.name, "已在社区服务站设缴费点", "缴费点已于本月开放")
		text = self.read("Case File", file.name, "File List")
		self.assertHas(text, "DA-990199-2026-00001", petition.name, "处理意见书", "9")

	def test_extension_on_two_papers(self):
		petition = cases.make_full_petition(lifecycle.HANDLING)
		extension = cases.make_extension(petition)
		for form in ("Extension Approval Form", "Extension Notice"):
			text = self.read("Extension Request", extension.name, form)
			self.assertHas(text, petition.name, "协调网点用房", chinese_day(getdate(extension.new_due_at)))
			self.assertHas(text, chinese_day(getdate(petition.statutory_due_at)))

	def test_supervision_letter(self):
		petition = cases.make_full_petition(lifecycle.HANDLING)
		order = cases.make_supervision(petition)
		text = self.read("Supervision Order", order.name, "Supervision Letter")
		self.assertHas(text, petition.name, "请核实缴费点撤走原因", chinese_day(getdate(order.due_at)))

	def test_review_and_re_review(self):
		petition = cases.make_full_petition(lifecycle.SERVED)
		review = cases.make_review(petition)
		text = self.read("Review Request", review.name, "Review Opinion Paper")
		self.assertHas(text, NAME, "云住建信复〔2026〕3号", "云江区政府", "每周三上午开放")
		again = cases.make_review(petition, "Re-review", decision="Upheld")
		html = paper_html("Review Request", again.name, "Review Opinion Paper", "en")
		self.assertIn("ends the petition procedure", html)
		self.assertNotIn(
			"ends the petition procedure",
			paper_html("Review Request", review.name, "Review Opinion Paper", "en"),
		)

	def test_agent_form_and_lists(self):
		petition = cases.make_full_petition(lifecycle.REGISTERED)
		text = self.read("Proxy Agent", petition.agent, "Agent Register Form")
		self.assertHas(text, petition.agent, "周大姐", "柳湾村")
		text = "".join(cases.pages_of(ledger_html({"from_date": today()}), to_pdf))
		self.assertHas(text, petition.name, "林**")
		self.assertNotIn(NAME, text)
		text = "".join(cases.pages_of(roster_html(f.TOWN), to_pdf))
		self.assertHas(text, petition.agent, "周大姐")
		self.assertHas(self.read("Petition", petition.name, "Ledger Sheet"), petition.name, "林**")

	def test_video_reception_booking(self):
		petition = cases.make_full_petition(lifecycle.REGISTERED)
		booking = cases.make_video_reception(petition)
		text = self.read("Video Reception", booking.name, "Video Reception Booking")
		self.assertHas(
			text, booking.name, petition.name, NAME, MASKED_PHONE, "二楼视频接访室", "一个月内恢复缴费点"
		)

	def test_training_record(self):
		agent = f.make_agent()
		text = self.read("Training Session", cases.make_training(agent).name, "Training Record")
		self.assertHas(text, "网上信访系统操作", "陈老师", agent.agent_name, "88", "PX-990199-2026-00001")

	def test_reward_payment_sheet(self):
		petition = cases.make_full_petition(lifecycle.REGISTERED)
		batch_doc = cases.make_reward_batch(petition, f.make_agent())
		text = self.read("Reward Batch", batch_doc.name, "Reward Payment Sheet")
		self.assertHas(text, batch_doc.name, petition.name, "20.00", "贰拾元整", "6222****1234")

	def test_quarterly_circular(self):
		text = self.read("Quarterly Bulletin", cases.make_bulletin().name, "Quarterly Circular")
		self.assertHas(text, "云信通〔2026〕3号", "云台村、石桥村", "清溪镇", "98.0%", "—")

	def test_chinese_papers_hold_no_english(self):
		petition = cases.make_full_petition(lifecycle.HANDLING)
		sent = frappe.get_all(
			"Petition Assignment", {"petition": petition.name}, pluck="name", order_by="name asc"
		)[0]
		refused = cases.make_full_petition(lifecycle.REFUSED)
		extension = cases.make_extension(petition, asked_by="Administrator", decided_by="Administrator")
		for doctype, name, form in (
			("Proxy Agreement", petition.agreement, "Power of Attorney"),
			("Proxy Agent", petition.agent, "Agent Register Form"),
			("Petition", petition.name, "Proxy Register Form"),
			("Petition", petition.name, "Acceptance Notice"),
			("Petition", petition.name, "Query Slip"),
			("Petition", petition.name, "Blank Rating Form"),
			("Petition", petition.name, "Ledger Sheet"),
			("Petition", refused.name, "Refusal Notice"),
			("Petition Assignment", sent, "Assignment Letter"),
			("Petition Assignment", sent, "Forwarding Letter"),
			("Petition Assignment", sent, "Objection Slip"),
			("Extension Request", extension.name, "Extension Approval Form"),
			("Extension Request", extension.name, "Extension Notice"),
		):
			with self.subTest(form):
				html = paper_html(doctype, name, form, "zh")
				self.assertChinese(
					frappe.utils.strip_html(re.sub(r"<(style|title)>.*?</\1>", "", html, flags=re.S))
					.replace("&nbsp;", " ")
					.replace("&emsp;", " ")
				)

	def test_a_foreign_reader_gets_english(self):
		petition = cases.make_full_petition(lifecycle.ACCEPTED)
		html = paper_html("Petition", petition.name, "Acceptance Notice", "en")
		self.assertIn("Notice of Acceptance of a Petition Matter", html)
		self.assertNotIn("年", re.sub(r"<style>.*?</style>", "", html, flags=re.S).replace("今年", ""))

	def test_every_format_of_the_module_is_standard_and_renders_through_the_shared_look(self):
		forms = frappe.get_all(
			"Print Format",
			{"module": "Petition Proxy"},
			["name", "standard", "custom_format"],
			order_by="name asc",
		)
		self.assertGreaterEqual(len(forms), 27)
		for form in forms:
			self.assertEqual((form.standard, form.custom_format), ("Yes", 1), form.name)
			folder = frappe.scrub(form.name)
			with open(
				frappe.get_app_path(
					"petition_proxy", "petition_proxy", "print_format", folder, f"{folder}.html"
				)
			) as file:
				text = file.read()
			self.assertIn("templates/print/paper.html", text, form.name)
			self.assertNotRegex(text, r"display:\s*(flex|grid)", form.name)

	def test_what_people_typed_is_no_markup(self):
		petition = cases.make_full_petition(
			lifecycle.REGISTERED, subject="<script>alert(1)</script>路灯<b>坏了</b>"
		)
		for form in ("Proxy Register Form", "Query Slip", "Ledger Sheet"):
			html = paper_html("Petition", petition.name, form)
			self.assertNotIn("<script>alert", html, form)
			self.assertNotIn("<b>坏了", html, form)


class TestWhoIsNamed(PrintTestCase):
	"""R22 arts 30, 46: names, numbers and the accused."""

	def make_secret(self, state=lifecycle.RECEIVED, **values):
		return cases.make_full_petition(state, wants_secrecy=1, **values)

	def assignment(self, petition) -> str:
		return frappe.get_all(
			"Petition Assignment", {"petition": petition.name}, pluck="name", order_by="name asc"
		)[0]

	def test_secrecy_keeps_name_and_contact_off_papers_of_the_unit(self):
		petition = self.make_secret()
		for form in ("Assignment Letter", "Forwarding Letter", "Objection Slip"):
			html = paper_html("Petition Assignment", self.assignment(petition), form, "en")
			self.assertNotIn(NAME, html, form)
			self.assertNotIn(MASKED_PHONE, html, form)
			self.assertIn("(name kept secret)", html, form)

	def test_without_the_wish_the_name_is_there(self):
		petition = cases.make_full_petition(lifecycle.RECEIVED)
		self.assertIn(NAME, paper_html("Petition Assignment", self.assignment(petition), "Assignment Letter"))

	def test_the_handling_unit_prints_no_name_where_secrecy_is_wanted_the_office_does(self):
		petition = self.make_secret(lifecycle.ACCEPTED)
		self.as_user("dept@pp.test")
		for form in ("Acceptance Notice", "Proxy Register Form"):
			self.assertNotIn(NAME, paper_html("Petition", petition.name, form), form)
		self.as_user("office@pp.test")
		self.assertIn(NAME, paper_html("Petition", petition.name, "Acceptance Notice"))

	def test_reports_name_nobody_to_units(self):
		petition = cases.make_full_petition(lifecycle.RECEIVED, petition_kind="Report and Accusation")
		self.assertNotIn(
			NAME, paper_html("Petition Assignment", self.assignment(petition), "Assignment Letter")
		)

	def test_the_accused_unit_gets_no_paper(self):
		petition = cases.make_full_petition(lifecycle.RECEIVED)
		sent = self.assignment(petition)
		frappe.db.set_value("Petition", petition.name, "accused_unit", f.DEPT_UNIT)
		with self.assertRaises(frappe.PermissionError):
			paper_html("Petition Assignment", sent, "Assignment Letter")
		self.as_user("dept@pp.test")
		for doctype, name, form in (
			("Petition", petition.name, "Proxy Register Form"),
			("Petition Assignment", sent, "Assignment Letter"),
		):
			with self.assertRaises(frappe.PermissionError):
				paper_html(doctype, name, form)
		self.assertEqual(batch.find_letters("Assignment Letter", getdate(today())), [])

	def test_leaders_and_auditors_print_masked_names(self):
		petition = cases.make_full_petition(lifecycle.ACCEPTED)
		for user in ("leader@pp.test", "auditor@pp.test"):
			self.as_user(user)
			html = paper_html("Petition", petition.name, "Proxy Register Form")
			self.assertNotIn(NAME, html, user)
			self.assertIn("林**", html, user)

	def test_strangers_print_nothing(self):
		petition = cases.make_full_petition(lifecycle.ACCEPTED)
		for user in ("town2@pp.test", "nobody@pp.test", "manager@pp.test"):
			self.as_user(user)
			with self.assertRaises(frappe.PermissionError, msg=user):
				paper_html("Petition", petition.name, "Proxy Register Form")

	def test_a_form_of_another_record_is_refused(self):
		petition = cases.make_full_petition(lifecycle.REGISTERED)
		with self.assertRaises(frappe.ValidationError):
			paper_html("Petition", petition.name, "Power of Attorney")


class TestPlainNumbers(PrintTestCase):
	def setUp(self):
		super().setUp()
		self.petition = cases.make_full_petition(lifecycle.REGISTERED)
		self.addCleanup(frappe.cache.delete_keys, "petition_proxy|print-plain|")

	def register_form(self) -> str:
		return paper_html("Petition", self.petition.name, "Proxy Register Form")

	def unseal(self, reason: str = "归档原件") -> int:
		return api.unseal_for_print("Petition", self.petition.name, reason)

	def test_plain_only_after_a_reason_and_on_record(self):
		self.as_user("office@pp.test")
		self.assertNotIn(cases.ID_NUMBER, self.register_form())
		self.assertGreater(self.unseal(), 0)
		html = self.register_form()
		self.assertIn(cases.ID_NUMBER, html)
		self.assertIn(cases.PHONE, html)
		self.assertIn(cases.ADDRESS, html)
		row = frappe.get_last_doc(
			"Access Record", {"user": "office@pp.test", "document": self.petition.petitioner}
		)
		self.assertIn("归档原件", row.reason)

	def test_bound_to_user_and_record(self):
		self.as_user("office@pp.test")
		self.unseal()
		other = cases.make_full_petition(lifecycle.REGISTERED, petitioner=self.petition.petitioner)
		self.assertNotIn(cases.ID_NUMBER, paper_html("Petition", other.name, "Proxy Register Form"))
		self.as_user("town@pp.test")
		self.assertNotIn(cases.ID_NUMBER, self.register_form())

	def test_other_papers_stay_masked(self):
		self.as_user("office@pp.test")
		self.unseal()
		for form in ("Acceptance Notice", "Query Slip", "Ledger Sheet"):
			html = paper_html("Petition", self.petition.name, form)
			self.assertNotIn(cases.ID_NUMBER, html, form)
			self.assertNotIn(cases.PHONE, html, form)

	def test_who_may_not_unseal(self):
		for user in ("leader@pp.test", "auditor@pp.test", "town2@pp.test", "manager@pp.test"):
			self.as_user(user)
			with self.assertRaises(frappe.PermissionError, msg=user):
				self.unseal()
		self.as_user("office@pp.test")
		with self.assertRaises(frappe.ValidationError):
			self.unseal(" x ")
		with self.assertRaises(frappe.ValidationError):
			api.unseal_for_print("User", "office@pp.test", "归档原件")

	def test_secrecy_is_stronger_than_a_reason(self):
		secret = cases.make_full_petition(lifecycle.RECEIVED, wants_secrecy=1)
		self.as_user("dept@pp.test")
		with self.assertRaises(PaperNotAllowedError):
			api.unseal_for_print("Petition", secret.name, "归档原件")


class TestDayOfLetters(PrintTestCase):
	def test_one_file_of_the_days_letters_in_scope(self):
		first, second = (cases.make_full_petition(lifecycle.ACCEPTED) for _i in range(2))
		elsewhere = f.make_petition(
			lifecycle.ACCEPTED,
			proxied=False,
			petitioner=f.make_petitioner("袁大爷", f.VILLAGE_2).name,
			village=f.VILLAGE_2,
		)
		day = getdate(today())
		self.as_user("office@pp.test")
		self.assertEqual(
			set(batch.find_letters("Acceptance Notice", day)), {first.name, second.name, elsewhere.name}
		)
		self.as_user("town@pp.test")
		self.assertEqual(set(batch.find_letters("Acceptance Notice", day)), {first.name, second.name})
		self.assertEqual(batch.find_letters("Acceptance Notice", day, f.DEPT_UNIT_2), [])
		url = batch.print_batch("Acceptance Notice", str(day))
		file = frappe.get_doc("File", {"file_url": url})
		self.assertEqual((file.is_private, file.owner), (1, "town@pp.test"))
		pages = cases.pages_of_pdf(file.get_content())
		self.assertEqual(len(pages), 2)
		self.assertHas("".join(pages), first.name, second.name)

	def test_printing_again_replaces_the_file(self):
		cases.make_full_petition(lifecycle.ACCEPTED)
		self.as_user("office@pp.test")
		for _i in range(2):
			batch.print_batch("Acceptance Notice", today())
		mine = frappe.get_all(
			"File", {"owner": "office@pp.test", "file_name": ("like", "acceptance-notice-%")}, pluck="name"
		)
		self.assertEqual(len(mine), 1)
		file = frappe.get_doc("File", mine[0])
		for user in ("town@pp.test", "manager@pp.test"):
			self.assertFalse(frappe.has_permission("File", "read", file, user=user), user)

	def test_one_that_may_not_be_printed_is_left_out(self):
		good, bad = (cases.make_full_petition(lifecycle.RECEIVED) for _i in range(2))
		frappe.db.set_value("Petition", bad.name, "accused_unit", f.DEPT_UNIT)
		self.as_user("office@pp.test")
		url = batch.print_batch("Assignment Letter", today())
		text = "".join(cases.pages_of_pdf(frappe.get_doc("File", {"file_url": url}).get_content()))
		self.assertIn(good.name, text)
		self.assertNotIn(bad.name, text)

	def test_nothing_to_print_and_unknown_kinds_say_so(self):
		self.as_user("office@pp.test")
		with self.assertRaises(batch.BatchError):
			api.print_letters("Acceptance Notice", "2001-01-01")
		with self.assertRaises(batch.BatchError):
			api.print_letters("Power of Attorney", today())
		self.as_user("manager@pp.test")
		with self.assertRaises(frappe.PermissionError):
			api.print_letters("Acceptance Notice", today())

	def test_every_kind_names_a_form_of_its_record(self):
		for kind, (doctype, moment, conditions) in batch.KINDS.items():
			self.assertEqual(frappe.db.get_value("Print Format", kind, "doc_type"), doctype, kind)
			meta = frappe.get_meta(doctype)
			for column in (moment, *conditions, *filter(None, [batch.UNIT_FIELDS.get(doctype)])):
				self.assertTrue(column == "docstatus" or meta.has_field(column), (kind, column))
			self.assertEqual(batch.find_letters(kind, getdate("2001-01-01")), [])

	def test_a_page_needs_no_network(self):
		petition = cases.make_full_petition(lifecycle.ACCEPTED)
		html = paper_html("Petition", petition.name, "Acceptance Notice")
		self.assertNotRegex(html, r"<link|src=[\"'](?!data:)|url\(")
		self.assertTrue(paper_pdf("Petition", petition.name, "Acceptance Notice").startswith(b"%PDF"))
