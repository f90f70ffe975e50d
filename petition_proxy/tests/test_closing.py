"""The end of a case: completeness, file, statement, death and succession, rounds."""

import frappe
from frappe.utils import add_days, get_datetime, getdate, now_datetime, today

from petition_proxy.api import closing as api
from petition_proxy.domain import lifecycle, supervision
from petition_proxy.petition_proxy.doctype.case_file.case_file import CaseFileError
from petition_proxy.petition_proxy.doctype.official_letter.register import issue_letter
from petition_proxy.petition_proxy.doctype.petition.checks import StepError
from petition_proxy.petition_proxy.doctype.petition.succession import SuccessionError
from petition_proxy.petition_proxy.doctype.petition_assignment.record import send_assignment
from petition_proxy.petition_proxy.doctype.petitioner.death import DeathError
from petition_proxy.petition_proxy.doctype.proxy_agreement.proxy_agreement import AgreementError
from petition_proxy.petition_proxy.doctype.retention_rule.rules import clear_retention_rules
from petition_proxy.petition_proxy.doctype.review_request.acts import ask_review
from petition_proxy.petition_proxy.doctype.settlement_statement.settlement_statement import StatementError
from petition_proxy.petition_proxy.doctype.supervision_order.acts import issue_order
from petition_proxy.tests import answer_cases as a
from petition_proxy.tests import channel_cases as c
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase
from petition_proxy.tests.clock_cases import make_superiors, reviewed_case
from petition_proxy.utils.append_only import AppendOnlyError


class ClosingTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		a.save_setting(require_opinion_letter=1, require_service_proof=1, service_attempts_needed=3)

	def codes(self, case) -> list[str]:
		return [row["code"] for row in api.what_is_missing(case.name) if row["is_blocking"]]


class TestCompleteness(ClosingTestCase):
	def test_complete_case_lacks_nothing_that_holds_it_back(self):
		case = f.make_petition(lifecycle.SERVED)
		self.assertEqual(self.codes(case), [])
		advised = [row["code"] for row in api.what_is_missing(case.name)]
		self.assertEqual(advised, ["notice_told", "advised"])

	def test_case_in_handling_is_told_what_is_to_come(self):
		case = f.make_petition(lifecycle.HANDLING)
		self.assertEqual(self.codes(case), ["reply", "receipt"])

	def test_closing_is_refused_with_the_list(self):
		case = f.make_petition(lifecycle.SERVED)
		frappe.db.delete("Official Letter", {"petition": case.name, "kind": "Acceptance Notice"})
		frappe.db.set_value("Opinion Letter", case.opinion_letter, "status", "Sent Back")
		frappe.db.set_value("Petition", case.name, "service_receipt", None)
		self.assertEqual(self.codes(case), ["notice", "letter", "receipt"])
		self.as_user("dept@pp.test")
		with self.assertRaisesRegex(
			StepError, "notice of acceptance.*signed opinion letter.*service receipt"
		):
			a.step(case, "Close")

	def test_agreement_must_have_covered_the_filing(self):
		case = f.make_petition(lifecycle.SERVED)
		for values in (
			{"valid_to": add_days(today(), -3)},
			{"signed_on": add_days(today(), 2)},
			{"revoked_on": add_days(today(), -1)},
			{"may_file": 0},
		):
			frappe.db.savepoint("agreement")
			frappe.db.set_value("Proxy Agreement", case.agreement, values)
			self.assertEqual(self.codes(case), ["agreement"], values)
			frappe.db.rollback(save_point="agreement")

	def test_agreement_revoked_after_filing_does_not_hold_the_closing_back(self):
		case = f.make_petition(lifecycle.SERVED)
		frappe.db.set_value("Petition", case.name, "registered_at", add_days(now_datetime(), -3))
		frappe.db.set_value("Proxy Agreement", case.agreement, "revoked_on", today())
		self.assertEqual(self.codes(case), [])

	def test_open_co_handler_and_untold_extension_are_named(self):
		case = f.make_petition(lifecycle.SERVED)
		send_assignment(case, f.DEPT_UNIT_2, now_datetime(), part="Co-handler", kind="Assign")
		frappe.db.set_value("Petition", case.name, "extended_until", add_days(now_datetime(), 30))
		rows = {row["code"]: row["text"] for row in api.what_is_missing(case.name)}
		self.assertIn("云江区人社局", rows["co_handlers"])
		self.assertIn("extension", rows)
		issue_letter("Extension Notice", case, f.DEPT_UNIT)
		self.assertNotIn("extension", self.codes(case))

	def test_out_of_scope_asks_in_vain(self):
		case = f.make_petition(lifecycle.SERVED)
		self.as_user("town2@pp.test")
		self.assertRaises(frappe.PermissionError, api.what_is_missing, case.name)

	def test_list_is_text_not_markup(self):
		case = f.make_petition(lifecycle.SERVED)
		# the name is cached with the document; runs after the rollback
		self.addCleanup(frappe.clear_document_cache, "Handling Unit", f.DEPT_UNIT_2)
		frappe.db.set_value("Handling Unit", f.DEPT_UNIT_2, "unit_name", "<b>局</b>")
		send_assignment(case, f.DEPT_UNIT_2, now_datetime(), part="Co-handler", kind="Assign")
		with self.assertRaisesRegex(StepError, "&lt;b&gt;局"):
			a.step(case, "Close")


class TestCaseFile(ClosingTestCase):
	def test_list_is_made_from_what_the_case_holds(self):
		case = f.make_petition(lifecycle.CLOSED)
		self.as_user("dept@pp.test")
		file = frappe.get_doc("Case File", api.make_case_file(case.name))
		titles = [row.document_title.split(" ")[0] for row in file.items]
		self.assertEqual(
			titles, ["Proxy", "Register", "Acceptance", "Assign", "Opinion", "Service"], file.items
		)
		self.assertEqual(file.total_pages, 6)
		self.assertEqual(file.retention_term, "10 Years")
		self.assertEqual(file.result_summary, case.reply_text)
		self.assertIn("Replied At", file.timeline)

	def test_page_counts_and_added_papers_survive_a_new_list(self):
		case = f.make_petition(lifecycle.CLOSED)
		self.as_user("dept@pp.test")
		file = frappe.get_doc("Case File", api.make_case_file(case.name))
		file.items[1].pages = 7
		file.append("items", {"document_title": "现场照片", "pages": 2})
		file.save()
		self.assertEqual(file.total_pages, 14)
		again = frappe.get_doc("Case File", api.make_case_file(case.name))
		self.assertEqual(again.name, file.name)
		self.assertEqual(again.items[1].pages, 7)
		self.assertEqual(again.items[-1].document_title, "现场照片")

	def test_archiving_closes_the_file_with_its_numbers(self):
		case = f.make_petition(lifecycle.CLOSED)
		self.as_user("dept@pp.test")
		api.make_case_file(case.name)
		case = a.step(case, "Archive")
		self.assertEqual(case.workflow_state, lifecycle.ARCHIVED)
		file = frappe.get_doc("Case File", {"petition": case.name})
		self.assertEqual((file.archive_no, file.archivist), (case.archive_no, "dept@pp.test"))
		self.assertRegex(file.report_no, r"结〔\d{4}〕\d+号$")
		self.assertEqual((case.retention_term, file.retention_term), ("10 Years", "10 Years"))
		self.assertTrue(file.is_electronic)
		file.items[0].pages = 9
		self.assertRaises(CaseFileError, file.save)
		self.assertRaises(AppendOnlyError, file.on_trash)

	def test_work_around_the_case_is_listed_and_its_own_report_lies_at_the_end(self):
		make_superiors()
		c.make_city_body()
		case, request = reviewed_case(self)
		beside = {"petition": case.name}
		units = [{"handling_unit": f.DEPT_UNIT}]
		day = {"held_at": now_datetime(), "place": "三楼", "host_unit": f.OFFICE_UNIT, "units": units}
		frappe.get_doc(
			{"doctype": "Coordination Meeting", "decisions": "由住建委牵头", **beside, **day}
		).insert()
		upward = {"city_body": c.CITY_UNIT, "sent_on": today(), "summary": "请示", "reference_no": "云信报1"}
		frappe.get_doc({"doctype": "Upward Report", **beside, **upward}).insert()
		issue_order(case.name, "Letter", supervision.TRIGGERS[0], "限期答复")
		f.walk(case, "Close")
		file = frappe.get_doc("Case File", api.make_case_file(case.name))
		titles = [row.document_title for row in file.items]
		self.assertEqual(
			[title.split(" ")[0] for title in titles],
			[
				"Proxy",
				"Register",
				"Acceptance",
				"Assign",
				"Coordination",
				"Upward",
				"Supervision",
				"Opinion",
				"Service",
				"Review",
			],
		)
		number = frappe.db.get_value("Review Request", request, "opinion_no")
		self.assertIn(f"Review Opinion {number}", titles)
		self.assertIn("Upward Report 云信报1", titles)
		again = frappe.get_doc("Case File", api.make_case_file(case.name))
		self.assertEqual([row.document_title for row in again.items][:-1], titles)
		self.assertEqual(again.items[-1].document_title, f"Closing Report {file.report_no}")

	def test_review_that_was_not_decided_is_no_document(self):
		case = f.make_petition(lifecycle.SERVED)
		name = ask_review(case.name, "不服")
		f.walk(case.reload(), "Close")
		file = frappe.get_doc("Case File", api.make_case_file(case.name))
		self.assertNotIn(name, [row.reference_name for row in file.items])

	def test_document_without_pages_holds_archiving_back(self):
		case = f.make_petition(lifecycle.CLOSED)
		file = frappe.get_doc("Case File", api.make_case_file(case.name))
		file.items[0].pages = 0
		file.save()
		with self.assertRaisesRegex(StepError, "Page counts.*Proxy Agreement"):
			a.step(case, "Archive")

	def test_term_follows_the_row_that_names_most(self):
		case = f.make_petition(lifecycle.HANDLING, outcome="Not Supported")
		for action in ("Reply", "Serve", "Close"):
			f.walk(case, action)
		self.assertEqual(a.step(case, "Archive").retention_term, "30 Years")

	def test_term_chosen_by_a_person_wins(self):
		case = f.make_petition(lifecycle.CLOSED)
		self.assertEqual(a.step(case, "Archive", retention_term="Permanent").retention_term, "Permanent")

	def test_changed_rules_are_used_at_once(self):
		self.addCleanup(clear_retention_rules)
		case = f.make_petition(lifecycle.CLOSED)
		rule = {"doctype": "Retention Rule", "rule_name": "试", "outcome": "Supported"}
		frappe.get_doc({**rule, "retention_term": "Permanent"}).insert()
		self.assertEqual(a.step(case, "Archive").retention_term, "Permanent")

	def test_file_is_not_made_while_the_case_runs_nor_by_others(self):
		case = f.make_petition(lifecycle.SERVED)
		self.assertRaises(CaseFileError, api.make_case_file, case.name)
		closed = f.make_petition(lifecycle.CLOSED)
		self.as_user("town@pp.test")
		self.assertRaises(CaseFileError, api.make_case_file, closed.name)
		frappe.set_user("Administrator")
		self.assertRaises(
			CaseFileError, frappe.get_doc({"doctype": "Case File", "petition": closed.name}).insert
		)

	def test_refused_withdrawn_and_settled_cases_are_filed_too(self):
		for state in (lifecycle.REFUSED, lifecycle.NOT_ACCEPTED_AGAIN, lifecycle.GUIDED, lifecycle.WITHDRAWN):
			case = f.make_petition(state)
			case = a.step(case, "Archive")
			self.assertEqual(case.workflow_state, lifecycle.ARCHIVED, state)
		case = f.make_petition(lifecycle.REGISTERED)
		frappe.db.set_value("Petition", case.name, "tier", "Village")
		case.reload()
		f.walk(case, "Settle on the Spot")
		self.assertEqual(self.codes(case), ["file", "retention"])
		self.assertEqual(a.step(case, "Archive").workflow_state, lifecycle.ARCHIVED)


class TestSettlementStatement(ClosingTestCase):
	def statement(self, case, **values):
		return frappe.get_doc(
			{
				"doctype": "Settlement Statement",
				"petition": case.name,
				"statement": "问题已解决，不再信访。",
				"stated_on": today(),
				"is_voluntary": 1,
				"signature": f.SIGNATURE,
				**values,
			}
		)

	def test_never_before_the_answer_was_handed_over(self):
		"""It is no condition for an answer, so it cannot be taken before it."""
		case = f.make_petition(lifecycle.REPLIED)
		self.assertRaisesRegex(StatementError, "beforehand", self.statement(case).insert)
		served = f.make_petition(lifecycle.SERVED)
		self.assertRaises(StatementError, self.statement(served, stated_on=add_days(today(), -1)).insert)
		self.assertRaises(StatementError, self.statement(served, stated_on=add_days(today(), 1)).insert)

	def test_confirmed_by_an_officer_who_is_neither_handler_nor_agent(self):
		case = f.make_petition(lifecycle.SERVED)
		self.as_user("agent@pp.test")
		self.assertRaises(frappe.PermissionError, self.statement(case).insert)
		self.as_user("village@pp.test")
		doc = self.statement(case).insert()
		self.as_user("dept@pp.test")
		self.assertRaises(StatementError, api.confirm_statement, doc.name)
		self.as_user("town2@pp.test")
		self.assertRaises(frappe.PermissionError, api.confirm_statement, doc.name)
		self.as_user("town@pp.test")
		api.confirm_statement(doc.name)
		doc.reload()
		self.assertEqual((doc.status, doc.confirmed_by), ("Confirmed", "town@pp.test"))
		self.assertRaisesRegex(StatementError, "already", api.confirm_statement, doc.name)
		doc.statement = "改写"
		self.assertRaises(StatementError, doc.save)

	def test_town_that_handled_the_case_does_not_confirm(self):
		case = a.case_of_town(lifecycle.SERVED)
		self.as_user("town@pp.test")
		doc = self.statement(case).insert()
		self.assertRaisesRegex(StatementError, "outside the unit", api.confirm_statement, doc.name)

	def test_free_will_and_signature_are_asked_for(self):
		case = f.make_petition(lifecycle.SERVED)
		doc = self.statement(case, is_voluntary=0).insert()
		self.assertRaisesRegex(StatementError, "freely", api.confirm_statement, doc.name)
		doc.update({"is_voluntary": 1, "signature": None})
		doc.save()
		self.assertRaisesRegex(StatementError, "not signed", api.confirm_statement, doc.name)

	def test_one_statement_a_round(self):
		case = f.make_petition(lifecycle.SERVED)
		self.statement(case).insert()
		self.assertRaisesRegex(StatementError, "already", self.statement(case).insert)


class TestDeathAndSuccession(ClosingTestCase):
	def die(self, petitioner: str, on=None):
		doc = frappe.get_doc("Petitioner", petitioner)
		doc.died_on = on or today()
		doc.save()
		return doc

	def test_death_ends_every_agreement_and_marks_the_open_cases(self):
		"""Civil Code art. 173."""
		case = f.make_petition(lifecycle.HANDLING)
		self.as_user("town@pp.test")
		self.die(case.petitioner)
		self.assertEqual(
			getdate(frappe.db.get_value("Proxy Agreement", case.agreement, "revoked_on")), getdate()
		)
		events = frappe.get_all(
			"Petition Event", filters={"petition": case.name, "event": "Petitioner Died"}, pluck="actor"
		)
		self.assertEqual(events, ["town@pp.test"])
		self.assertEqual([row["name"] for row in api.open_cases_of(case.petitioner)], [case.name])
		self.as_user("agent@pp.test")
		doc = frappe.get_doc("Petition", case.name)
		doc.evidence_list = "照片"
		self.assertRaisesRegex(StepError, "revoked", doc.save)

	def test_day_of_death_must_be_possible(self):
		petitioner = f.make_petitioner(birth_date="1950-05-01")
		self.assertRaises(DeathError, self.die, petitioner.name, add_days(today(), 1))
		self.assertRaises(DeathError, self.die, petitioner.name, "1949-01-01")

	def test_nobody_files_or_signs_for_the_dead(self):
		case = f.make_petition(proxied=False)
		self.die(case.petitioner, add_days(today(), -20))
		case.reload()
		self.assertRaisesRegex(StepError, "successor", f.walk, case, "File")
		agent = f.make_agent()
		self.assertRaises(AgreementError, f.make_agreement, case.petitioner, agent.name)

	def test_successor_goes_on_and_the_agent_needs_a_new_agreement(self):
		case = f.make_petition(lifecycle.HANDLING)
		heir = f.make_petitioner("林小妹", phone="13812340000")
		self.as_user("town@pp.test")
		proof = "/private/files/kinship.png"
		with self.assertRaisesRegex(SuccessionError, "not on record as deceased"):
			api.continue_with_successor(case.name, heir.name, proof)
		self.die(case.petitioner)
		self.assertRaises(SuccessionError, api.continue_with_successor, case.name, case.petitioner, proof)
		self.assertRaises(SuccessionError, api.continue_with_successor, case.name, heir.name, "")
		api.continue_with_successor(case.name, heir.name, proof)
		doc = frappe.get_doc("Petition", case.name)
		self.assertEqual(
			(doc.petitioner, doc.preceding_petitioner, doc.petitioner_name, doc.masked_phone),
			(heir.name, case.petitioner, "林小妹", "138****0000"),
		)
		self.assertEqual(get_datetime(doc.accepted_at), get_datetime(case.accepted_at))
		with self.assertRaises(SuccessionError):
			api.continue_with_successor(case.name, f.make_petitioner("别人").name, proof)
		self.as_user("agent@pp.test")
		doc.evidence_list = "照片"
		self.assertRaisesRegex(StepError, "another petitioner", doc.save)
		frappe.set_user("Administrator")
		agreement = f.make_agreement(heir.name, case.agent)
		self.as_user("town@pp.test")
		api.renew_agreement(case.name, agreement.name)
		self.assertRaises(SuccessionError, api.renew_agreement, case.name, agreement.name)
		self.as_user("agent@pp.test")
		doc = frappe.get_doc("Petition", case.name)
		doc.evidence_list = "照片"
		doc.save()
		frappe.set_user("Administrator")
		doc.reload()
		for action in ("Reply", "Serve", "Close"):
			f.walk(doc, action)
		self.assertEqual(doc.workflow_state, lifecycle.CLOSED)

	def test_agent_and_strangers_do_not_enter_a_succession(self):
		case = f.make_petition(lifecycle.HANDLING)
		heir = f.make_petitioner("林小妹")
		self.die(case.petitioner)
		self.as_user("agent@pp.test")
		self.assertRaises(
			SuccessionError, api.continue_with_successor, case.name, heir.name, "/private/files/k.png"
		)
		self.as_user("town2@pp.test")
		self.assertRaises(
			frappe.PermissionError, api.continue_with_successor, case.name, heir.name, "/private/files/k.png"
		)

	def test_without_successor_the_office_stops_the_case_at_any_stage(self):
		for state in (lifecycle.RECEIVED, lifecycle.ACCEPTED, lifecycle.HANDLING, lifecycle.REPLIED):
			case = f.make_petition(state)
			self.as_user("office@pp.test")
			reason = "Petitioner Died Without Successor"
			if state == lifecycle.RECEIVED:
				self.as_user("dept@pp.test")
			self.assertRaisesRegex(StepError, "day of death", a.step, case, "Stop", refusal_reason=reason)
			frappe.set_user("Administrator")
			self.die(case.petitioner)
			self.as_user("dept@pp.test" if state == lifecycle.RECEIVED else "office@pp.test")
			stopped = a.step(case, "Stop", refusal_reason=reason)
			self.assertEqual(stopped.workflow_state, lifecycle.NOT_ACCEPTED_AGAIN, state)
			frappe.set_user("Administrator")

	def test_accepted_case_is_stopped_for_no_other_reason(self):
		case = f.make_petition(lifecycle.HANDLING)
		self.die(case.petitioner)
		self.as_user("office@pp.test")
		with self.assertRaisesRegex(StepError, "must be answered"):
			a.step(case, "Stop", refusal_reason="Concluded by Re-review")


class TestAgreementDays(ClosingTestCase):
	def test_agreement_signed_after_the_filing_or_in_the_future(self):
		agent, petitioner = f.make_agent(), f.make_petitioner()
		self.assertRaisesRegex(
			AgreementError,
			"future",
			f.make_agreement,
			petitioner.name,
			agent.name,
			signed_on=add_days(today(), 1),
		)
		agreement = f.make_agreement(petitioner.name, agent.name)
		frappe.db.set_value("Proxy Agreement", agreement.name, "signed_on", add_days(today(), 1))
		case = f.make_petition(petitioner=petitioner.name, agreement=agreement.name)
		self.assertRaisesRegex(StepError, "was signed on", f.walk, case, "File")

	def test_agreement_is_not_revoked_before_it_was_signed(self):
		agreement = f.make_agreement(f.make_petitioner().name, f.make_agent().name)
		agreement.revoked_on, agreement.revocation_reason = add_days(today(), -30), "误"
		self.assertRaises(AgreementError, agreement.save)


class TestRounds(ClosingTestCase):
	def test_letters_receipts_ratings_and_statements_carry_their_round(self):
		case = f.make_petition(lifecycle.CLOSED)
		old = {f_: case.get(f_) for f_ in ("accepted_at", "replied_at", "served_at", "closed_at")}
		first_letter = case.opinion_letter
		self.rate(case)
		self.as_user("office@pp.test")
		case = a.step(case, "Reopen", step_reason="出现新情况")
		frappe.set_user("Administrator")
		kept = frappe.get_doc("Petition Round", {"petition": case.name, "round": 1})
		for fieldname, value in old.items():
			self.assertEqual(get_datetime(kept.get(fieldname)), get_datetime(value), fieldname)
			self.assertIsNone(case.get(fieldname), fieldname)
		self.assertEqual((kept.opinion_letter, kept.ended_in), (first_letter, lifecycle.CLOSED))
		case.reload()
		for action in ("Assign", "Receive", "Accept", "Start Handling"):
			f.walk(case, action)
		f.sign_letter(case, same_result_reason="新情况已查清", change_reason="新一轮")
		for action in ("Reply", "Serve", "Close"):
			f.walk(case, action)
		self.rate(case)
		for doctype, field in (
			("Opinion Letter", "petition"),
			("Service Receipt", "petition"),
			("Evaluation", "petition"),
		):
			rounds = frappe.get_all(doctype, {field: case.name}, pluck="round", order_by="creation asc")
			self.assertEqual(rounds, [1, 2], doctype)
		notices = frappe.get_all(
			"Official Letter",
			{"petition": case.name, "kind": "Acceptance Notice"},
			pluck="round",
			order_by="creation asc",
		)
		self.assertEqual(notices, [1, 2])
		self.assertEqual(self.codes(case), ["file", "retention"])

	def rate(self, case):
		self.as_user("clerk@pp.test")
		frappe.get_doc(
			{
				"doctype": "Evaluation",
				"petition": case.name,
				"rated_party": "Handling Unit",
				"rating": "Satisfied",
				"channel": "Call-back",
			}
		).insert()
		frappe.set_user("Administrator")

	def test_rework_takes_answer_and_service_back_and_keeps_the_clocks(self):
		case = f.make_petition(lifecycle.SERVED)
		due = case.statutory_due_at
		self.as_user("office@pp.test")
		case = a.step(case, "Rework", step_reason="答复没有回应诉求")
		self.assertEqual(case.workflow_state, lifecycle.HANDLING)
		for fieldname in ("replied_at", "served_at", "opinion_letter", "service_receipt"):
			self.assertIsNone(case.get(fieldname), fieldname)
		self.assertEqual(get_datetime(case.statutory_due_at), get_datetime(due))
		self.assertEqual(frappe.db.count("Service Receipt", {"petition": case.name}), 1)
