"""Invariants 1, 2, 10 and 11 of the field: authority, its end, reviews before filing away, closing without a rating."""

import frappe
from frappe.utils import add_days, today

from petition_proxy.api import letters, service
from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.petition.checks import StepError
from petition_proxy.petition_proxy.doctype.petition.intake import IntakeError
from petition_proxy.tests import answer_cases as a
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase

WITHDRAWN_WORD = {"withdrawal_reason": "不再反映", "withdrawal_proof": "/private/files/word.png"}


class InvariantTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()


class TestInvariant1NoCaseLeavesDraftWithoutAuthority(InvariantTestCase):
	def test_invariant_1_valid_agreement_and_able_agent_or_no_filing(self):
		agent, petitioner = f.make_agent(), f.make_petitioner()
		agreement = f.make_agreement(petitioner.name, agent.name)
		faults = (
			("Proxy Agreement", agreement.name, {"docstatus": 0}),
			("Proxy Agreement", agreement.name, {"valid_to": add_days(today(), -1)}),
			("Proxy Agreement", agreement.name, {"valid_from": add_days(today(), 1)}),
			("Proxy Agreement", agreement.name, {"revoked_on": today()}),
			("Proxy Agreement", agreement.name, {"may_file": 0}),
			("Proxy Agreement", agreement.name, {"petitioner": f.make_petitioner("别人").name}),
			("Proxy Agreement", agreement.name, {"agent": f.make_agent("agent2@pp.test", f.VILLAGE_2).name}),
			("Proxy Agreement", agreement.name, {"signed_on": add_days(today(), 1)}),
			("Proxy Agent", agent.name, {"status": "In Training"}),
			("Proxy Agent", agent.name, {"status": "Suspended"}),
			("Proxy Agent", agent.name, {"certificate_valid_to": add_days(today(), -1)}),
			("Petitioner", petitioner.name, {"died_on": today()}),
		)
		case = f.make_petition(petitioner=petitioner.name, agent=agent.name, agreement=agreement.name)
		for doctype, name, values in faults:
			frappe.db.savepoint("fault")
			frappe.db.set_value(doctype, name, values)
			for user in ("agent@pp.test", "office@pp.test", "Administrator"):
				self.as_user(user)
				with self.assertRaises(StepError, msg=f"{user} {values}"):
					a.step(case, "File")
			frappe.set_user("Administrator")
			frappe.db.rollback(save_point="fault")
		self.as_user("agent@pp.test")
		self.assertEqual(a.step(case, "File").workflow_state, lifecycle.REGISTERED)

	def test_invariant_1_agent_in_conflict_does_not_file(self):
		self.assertRaisesRegex(StepError, "complained about", f.make_petition, accused_user="agent@pp.test")
		case = f.make_petition()
		frappe.db.set_value("Petition", case.name, "accused_user", "agent@pp.test")
		self.as_user("office@pp.test")
		self.assertRaisesRegex(StepError, "complained about", a.step, case.reload(), "File")

	def test_invariant_1_guardian_needs_proof(self):
		agent, petitioner = f.make_agent(), f.make_petitioner()
		with self.assertRaises(frappe.ValidationError):
			f.make_agreement(petitioner.name, agent.name, principal_capacity="Through Guardian")

	def test_invariant_1_web_form_and_insert_are_no_way_round(self):
		f.make_agent()
		self.as_user("agent@pp.test")
		doc = frappe.get_doc(
			{
				"doctype": "Petition",
				"subject": "路灯不亮",
				"content": "村口路灯不亮。",
				"village": f.VILLAGE,
				"new_petitioner_name": "张三",
			}
		)
		doc.flags.file_now = True
		self.assertRaises((StepError, IntakeError), doc.insert)


class TestInvariant2RevokedAuthorityStopsTheAgent(InvariantTestCase):
	def setUp(self):
		super().setUp()
		a.save_setting(require_opinion_letter=1, require_service_proof=1)

	def revoke(self, case):
		agreement = frappe.get_doc("Proxy Agreement", case.agreement)
		agreement.revoked_on, agreement.revocation_reason = today(), "不想再反映了"
		agreement.save()

	def test_invariant_2_every_act_of_the_agent_ends_with_the_authority(self):
		case = f.make_petition(lifecycle.REPLIED)
		notice = frappe.db.get_value("Official Letter", {"petition": case.name, "kind": "Acceptance Notice"})
		self.revoke(case)
		self.as_user("agent@pp.test")

		def save():
			doc = frappe.get_doc("Petition", case.name)
			doc.evidence_list = "又一张照片"
			doc.save()

		def attach():
			frappe.get_doc(
				{
					"doctype": "File",
					"file_name": "new.txt",
					"content": "补充材料",
					"is_private": 1,
					"attached_to_doctype": "Petition",
					"attached_to_name": case.name,
				}
			).insert(ignore_permissions=True)

		acts = {
			"save": save,
			"serve": lambda: a.step(case, "Serve", service_method="By Agent", service_proof=a.PROOF),
			"receipt": lambda: a.receipt_of(case.name, method="In Person").insert(),
			"attempt": lambda: service.record_failed_attempt(case.name, "In Person", "无人"),
			"service": lambda: service.record_service(case.name, {"method": "By Agent", "photo": a.PROOF}),
			"told": lambda: letters.record_told(notice, "By Agent"),
			"note": lambda: frappe.get_doc("Petition", case.name).add_comment("Comment", "已告知"),
			"attach": attach,
		}
		for name, act in acts.items():
			with self.assertRaisesRegex(StepError, "revoked", msg=name):
				act()
		self.assertEqual(frappe.db.get_value("Petition", case.name, "workflow_state"), lifecycle.REPLIED)

	def test_invariant_2_same_acts_are_the_agent_s_while_the_authority_lives(self):
		case = f.make_petition(lifecycle.REPLIED)
		self.as_user("agent@pp.test")
		frappe.get_doc("Petition", case.name).add_comment("Comment", "已告知")
		service.record_failed_attempt(case.name, "In Person", "无人")
		service.record_service(case.name, {"method": "By Agent", "photo": a.PROOF})

	def test_invariant_2_office_does_not_record_an_agent_s_service_after_revocation(self):
		case = f.make_petition(lifecycle.REPLIED)
		self.revoke(case)
		self.as_user("office@pp.test")
		self.assertRaisesRegex(StepError, "revoked", a.receipt_of(case.name).insert)
		a.receipt_of(case.name, method="In Person").insert()

	def test_invariant_2_agent_never_withdraws(self):
		case = f.make_petition(lifecycle.HANDLING)
		self.as_user("agent@pp.test")
		with self.assertRaises(frappe.ValidationError):
			a.step(case, "Withdraw", **WITHDRAWN_WORD)
		doc = frappe.get_doc("Petition", case.name)
		doc.update(WITHDRAWN_WORD)
		self.assertRaises(StepError, doc.save)

	def test_invariant_2_agent_with_a_second_role_never_withdraws(self):
		self.give_roles("agent@pp.test", lifecycle.VILLAGE)
		unit = frappe.get_doc("Handling Unit", f.VILLAGE_UNIT)
		unit.append("members", {"user": "agent@pp.test"})
		unit.save()
		case = f.make_petition(lifecycle.HANDLING)
		self.as_user("agent@pp.test")
		self.assertRaises(StepError, a.step, case, "Withdraw", **WITHDRAWN_WORD)

	def test_invariant_2_petitioner_withdraws_and_an_office_only_on_signed_word(self):
		petitioner = f.make_petitioner(user="petitioner@pp.test")
		case = f.make_petition(lifecycle.HANDLING, petitioner=petitioner.name)
		self.as_user("village@pp.test")
		with self.assertRaisesRegex(StepError, "signed withdrawal"):
			a.step(case, "Withdraw", withdrawal_reason="不再反映")
		frappe.db.savepoint("withdrawal")
		self.assertEqual(a.step(case, "Withdraw", **WITHDRAWN_WORD).workflow_state, lifecycle.WITHDRAWN)
		frappe.db.rollback(save_point="withdrawal")
		self.as_user("petitioner@pp.test")
		case = a.step(case, "Withdraw", withdrawal_reason="不再反映")
		self.assertEqual(case.workflow_state, lifecycle.WITHDRAWN)
		frappe.set_user("Administrator")
		self.assertEqual(a.step(case, "Archive").workflow_state, lifecycle.ARCHIVED)


class TestInvariant10ReviewsBeforeTheArchive(InvariantTestCase):
	def test_invariant_10_case_under_review_is_not_archived(self):
		for status in ("Under Review", "Under Re-review"):
			case = f.make_petition(lifecycle.CLOSED)
			frappe.db.set_value("Petition", case.name, "review_status", status)
			for user in ("dept@pp.test", "office@pp.test", "Administrator"):
				self.as_user(user)
				self.assertRaisesRegex(StepError, "review", a.step, case, "Archive")
			frappe.set_user("Administrator")
			frappe.db.set_value("Petition", case.name, "review_status", "Reviewed")
			self.assertEqual(a.step(case, "Archive").workflow_state, lifecycle.ARCHIVED)

	def test_invariant_10_concluded_case_is_not_reopened(self):
		case = f.make_petition(lifecycle.CLOSED)
		frappe.db.set_value("Petition", case.name, "review_status", "Concluded")
		self.as_user("office@pp.test")
		self.assertRaisesRegex(StepError, "new petition", a.step, case, "Reopen", step_reason="再查")


class TestInvariant11ClosingDoesNotWaitForARating(InvariantTestCase):
	def test_invariant_11_served_case_is_closed_and_filed_away_unrated(self):
		case = f.make_petition(lifecycle.SERVED)
		self.as_user("dept@pp.test")
		case = a.step(case, "Close")
		self.assertEqual(frappe.db.count("Evaluation", {"petition": case.name}), 0)
		self.assertEqual(a.step(case, "Archive").workflow_state, lifecycle.ARCHIVED)

	def test_invariant_11_closed_case_can_still_be_rated(self):
		case = f.make_petition(lifecycle.CLOSED)
		self.as_user("clerk@pp.test")
		frappe.get_doc(
			{
				"doctype": "Evaluation",
				"petition": case.name,
				"rated_party": "Handling Unit",
				"rating": "Dissatisfied",
				"reasons": "没有解决",
				"channel": "Call-back",
			}
		).insert()
