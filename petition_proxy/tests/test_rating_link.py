"""One-time rating links: who makes one, what it opens, and how often."""

import json

import frappe
from frappe.utils import add_days, now_datetime

from petition_proxy.domain import lifecycle
from petition_proxy.permissions.scope import BEARER_USER
from petition_proxy.petition_proxy.doctype.evaluation.evaluation import EvaluationError
from petition_proxy.petition_proxy.doctype.petition.petitioner_acts import OwnHandError
from petition_proxy.petition_proxy.doctype.rating_link import acts
from petition_proxy.petition_proxy.doctype.rating_link.acts import RatingLinkError
from petition_proxy.tests import factories as f
from petition_proxy.tests import petitioner_cases as p
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.append_only import AppendOnlyError

RATE = {
	"Handling Unit": {"rating": "Satisfied", "reasons": ["Quick"], "words": ""},
	"Proxy Agent": {"rating": "Basically Satisfied", "reasons": [], "words": "来得晚"},
}


class TestRatingLink(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		p.forget_limits()
		self.addCleanup(p.forget_limits)
		self.addCleanup(p.leave_request)
		self.case = p.make_case(lifecycle.SERVED)

	def make(self, user: str = "clerk@pp.test") -> str:
		self.as_user(user)
		try:
			address = acts.make(self.case.name)
		finally:
			self.as_user("Administrator")
		head, _hash, token = address.partition("#")
		self.assertTrue(head.endswith("/rate"))
		return token

	def rate(self, token: str, ratings: dict = RATE, phone: p.Phone | None = None):
		return (phone or p.Phone()).post(
			"ratings_link.rate", secret={"token": token}, ratings=json.dumps(ratings)
		)

	def test_it_opens_one_rating_of_unit_and_agent(self):
		token = self.make()
		rows = p.Phone().post("ratings_link.open_link", secret={"token": token})
		self.assertEqual([row["party"] for row in rows], ["Handling Unit", "Proxy Agent"])
		text = frappe.as_json(rows)
		for word in (self.case.name, self.case.subject, "曾婆婆", "周大姐", p.DIGITS):
			self.assertNotIn(word, text)
		self.assertEqual(self.rate(token), ["Handling Unit", "Proxy Agent"])
		rated = frappe.get_all(
			"Evaluation", {"petition": self.case.name}, ["channel", "entered_by", "device_hash"]
		)
		self.assertEqual({(r.channel, r.entered_by) for r in rated}, {("Rating Link", BEARER_USER)})
		self.assertTrue(all(r.device_hash for r in rated))

	def test_it_is_kept_as_a_fingerprint_and_recorded(self):
		token = self.make()
		row = frappe.get_last_doc("Rating Link", {"petition": self.case.name})
		self.assertEqual((row.made_by, row.status, row.round), ("clerk@pp.test", "Open", 1))
		self.assertNotIn(token, str(row.as_dict()))
		event = frappe.get_last_doc(
			"Petition Event", {"petition": self.case.name, "event": "Make Rating Link"}
		)
		self.assertEqual(event.actor, "clerk@pp.test")
		self.assertNotIn(token, str(event.as_dict()))
		self.assertRaises(AppendOnlyError, row.delete)

	def test_forged_used_expired_replaced_and_other_round_give_one_sentence(self):
		said = set()

		def refused(token: str) -> None:
			for method, args in (("open_link", {}), ("rate", {"ratings": RATE})):
				with self.assertRaises(RatingLinkError) as caught:
					p.Phone().post(f"ratings_link.{method}", secret={"token": token}, **args)
				said.add(str(caught.exception))

		for forged in ("", "x", "A" * 43, "%", "a" * 5000):
			refused(forged)
		first, second = self.make(), self.make()
		refused(first)
		link = frappe.get_last_doc("Rating Link", {"petition": self.case.name, "status": "Open"})
		refused(link.token_hash)
		link.db_set("expires_at", add_days(now_datetime(), -1))
		refused(second)
		third = self.make()
		frappe.db.set_value("Petition", self.case.name, "round", 2)
		refused(third)
		frappe.db.set_value("Petition", self.case.name, "round", 1)
		self.rate(third)
		refused(third)
		self.assertEqual(len(said), 1)

	def test_the_one_change_goes_through_the_slip_alone(self):
		token = self.make()
		self.rate(token)
		self.assertRaises(RatingLinkError, self.rate, token)
		self.assertRaises(RatingLinkError, self.make)  # rated already: no second link for a change
		home = p.at_home(self.case)
		change = {"Proxy Agent": {"rating": "Satisfied", "reasons": [], "words": ""}}
		home.post("petitioner.rate", ratings=change, round_no=1)
		self.assertRaises(
			EvaluationError,
			home.post,
			"petitioner.rate",
			ratings={"Proxy Agent": {"rating": "Dissatisfied", "words": "x"}},
			round_no=1,
		)

	def test_a_refused_rating_does_not_use_the_link_up(self):
		token = self.make()
		bad = {"Handling Unit": {"rating": "Dissatisfied", "reasons": [], "words": ""}}
		self.assertRaises(EvaluationError, self.rate, token, bad)
		self.assertRaises(EvaluationError, self.rate, token, {})
		self.assertEqual(self.rate(token), ["Handling Unit", "Proxy Agent"])

	def test_neither_rated_unit_nor_agent_nor_strangers_make_one(self):
		for user, error in (
			("dept@pp.test", frappe.PermissionError),
			("head@pp.test", frappe.PermissionError),
			("agent@pp.test", frappe.PermissionError),
			("town2@pp.test", frappe.PermissionError),
			("petitioner@pp.test", frappe.PermissionError),
			("leader@pp.test", frappe.PermissionError),
		):
			self.assertRaises(error, self.make, user)
		unit = frappe.get_doc("Handling Unit", f.DEPT_UNIT)
		unit.append("members", {"user": "town@pp.test"})
		unit.save()
		self.assertRaises(RatingLinkError, self.make, "town@pp.test")
		self.give_roles("agent@pp.test", lifecycle.CLERK)
		self.assertRaises(RatingLinkError, self.make, "agent@pp.test")
		self.assertTrue(self.make("village@pp.test"))

	def test_not_without_a_phone_nor_before_service_nor_after_the_window(self):
		self.case = p.make_case(lifecycle.SERVED, phone=None)
		self.assertRaises(RatingLinkError, self.make)
		self.case = p.make_case(lifecycle.REPLIED)
		self.assertRaises(RatingLinkError, self.make)
		self.case = p.make_case(lifecycle.SERVED)
		self.case.db_set("served_at", add_days(now_datetime(), -40))
		self.assertRaises(RatingLinkError, self.make)

	def test_it_never_outlives_the_days_to_rate(self):
		self.case.db_set("served_at", add_days(now_datetime(), -25))
		self.make()
		link = frappe.get_last_doc("Rating Link", {"petition": self.case.name})
		self.assertLessEqual(link.expires_at, add_days(now_datetime(), 6))

	def test_not_from_the_agents_phone_nor_while_logged_in_as_staff(self):
		token = self.make()
		self.assertRaises(OwnHandError, self.rate, token, RATE, p.agents_phone())
		for user in ("agent@pp.test", "clerk@pp.test", "office@pp.test"):
			self.assertRaises(OwnHandError, self.rate, token, RATE, p.Phone(user))
		self.assertEqual(self.rate(token), ["Handling Unit", "Proxy Agent"])

	def test_a_link_opens_nothing_but_the_rating(self):
		token = self.make()
		phone = p.Phone()
		phone.post("ratings_link.open_link", secret={"token": token})
		self.assertIsNone(phone.load())
		self.assertIsNone(p.cookie_of(phone))

	def test_guessing_is_stopped(self):
		frappe.db.set_single_value("Petition Proxy Settings", "tries_per_device", 3)
		phone = p.Phone()
		for number in range(3):
			self.assertRaises(RatingLinkError, self.rate, f"{number}" * 40, RATE, phone)
		self.assertRaises(frappe.RateLimitExceededError, self.rate, "3" * 40, RATE, phone)

	def test_links_follow_their_case_and_agents_see_none(self):
		self.make()
		self.as_user("village@pp.test")
		self.assertEqual(len(frappe.get_list("Rating Link", {"petition": self.case.name})), 1)
		self.as_user("town2@pp.test")
		self.assertFalse(frappe.get_list("Rating Link", {"petition": self.case.name}))
		for user in ("agent@pp.test", "dept@pp.test", "petitioner@pp.test"):
			self.as_user(user)
			self.assertRaises(frappe.PermissionError, frappe.get_list, "Rating Link")

	def test_call_back_and_paper_are_entered_with_evidence_by_somebody_else(self):
		self.as_user("village@pp.test")
		doc = frappe.get_doc(
			{
				"doctype": "Evaluation",
				"petition": self.case.name,
				"rated_party": "Proxy Agent",
				"rating": "Dissatisfied",
				"reasons": "电话打不通",
				"channel": "Paper",
				"evidence": f.signed_paper(self.case, "evidence"),
			}
		).insert()
		self.assertEqual((doc.entered_by, doc.channel), ("village@pp.test", "Paper"))
		self.assertTrue(doc.evidence.startswith("/private/"))
		self.as_user("agent@pp.test")
		self.assertFalse(frappe.has_permission("Evaluation", "read", doc=doc.name))
