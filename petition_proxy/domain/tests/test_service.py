import unittest
from datetime import date, datetime, timedelta

from petition_proxy.domain import service as s
from petition_proxy.domain.dates import DateOrderError, check_not_future, check_order
from petition_proxy.domain.service import ServiceError

NOW = datetime(2026, 3, 10, 15, 0)


def receipt(method, **values):
	return {"result": s.SERVED, "method": method, "served_at": NOW, **values}


class TestProof(unittest.TestCase):
	def test_what_each_way_lacks_when_bare(self):
		for method, count in (
			(s.BY_AGENT, 1),
			(s.IN_PERSON, 1),
			(s.BY_POST, 2),
			(s.ONLINE, 0),
			(s.LEFT, 2),
			(s.REFUSED, 2),
		):
			self.assertEqual(len(s.missing_proof(receipt(method))), count, method)

	def test_what_satisfies_each_way(self):
		for method, values in (
			(s.BY_AGENT, {"signature": "x"}),
			(s.IN_PERSON, {"photo": "x"}),
			(s.BY_POST, {"post_no": "x", "posted_on": date(2026, 3, 9)}),
			(s.LEFT, {"witness_1": "x", "recording": "x"}),
			(s.REFUSED, {"refusal_reason": "x", "witness_1": "a", "witness_2": "b"}),
			(s.REFUSED, {"refusal_reason": "x", "recording": "x"}),
		):
			self.assertEqual(s.missing_proof(receipt(method, **values)), [], method)

	def test_one_witness_is_not_enough_for_a_refusal(self):
		for witnesses in ({"witness_1": "a"}, {"witness_2": "b"}, {"witness_1": "a", "witness_2": " "}):
			with self.subTest(witnesses):
				missing = s.missing_proof(receipt(s.REFUSED, refusal_reason="x", **witnesses))
				self.assertEqual(missing, ["Two witnesses or a recording"])

	def test_blank_text_is_no_proof(self):
		self.assertTrue(s.missing_proof(receipt(s.BY_AGENT, signature="  ")))

	def test_without_proof_only_the_refusal_s_reason_is_asked_for(self):
		for method in s.METHODS:
			self.assertEqual(bool(s.missing_proof(receipt(method), False)), method == s.REFUSED, method)

	def test_failed_attempt_needs_its_reason_alone(self):
		bare = {"result": s.FAILED, "method": s.IN_PERSON}
		self.assertEqual(len(s.missing_proof(bare)), 1)
		self.assertEqual(s.missing_proof({**bare, "failure_reason": "无人"}), [])


class TestCheck(unittest.TestCase):
	def check(self, values, has_agent=True, issued=NOW - timedelta(hours=1)):
		s.check_receipt(values, has_agent, issued, NOW)

	def test_good_receipt_passes(self):
		self.check(receipt(s.BY_AGENT, photo="x"))

	def test_unknown_way_and_agent_without_agent(self):
		for values, has_agent in ((receipt("By Pigeon"), True), (receipt(s.BY_AGENT, photo="x"), False)):
			with self.assertRaises(ServiceError):
				self.check(values, has_agent)

	def test_missing_parts_are_named(self):
		with self.assertRaisesRegex(ServiceError, "Post No., Posted On"):
			self.check(receipt(s.BY_POST))

	def test_order_of_days(self):
		late, early = NOW + timedelta(minutes=1), NOW - timedelta(hours=2)
		for served in (late, early):
			with self.assertRaises(DateOrderError):
				self.check(receipt(s.BY_AGENT, photo="x", served_at=served))
		with self.assertRaises(DateOrderError):
			self.check(receipt(s.BY_POST, post_no="x", posted_on=date(2026, 3, 11)))

	def test_attempts(self):
		for attempts, needed, enough in (
			(2, 3, False),
			(3, 3, True),
			(4, 3, True),
			(0, 0, False),
			(9, 0, False),
		):
			self.assertEqual(s.may_end_without_service(attempts, needed), enough)


class TestOrder(unittest.TestCase):
	def test_moments_count_by_the_minute_and_days_by_the_day(self):
		a = datetime(2026, 3, 10, 15, 0, 59)
		check_order(a, datetime(2026, 3, 10, 15, 0, 1), "A", "B")
		with self.assertRaises(DateOrderError):
			check_order(a, datetime(2026, 3, 10, 14, 59, 59), "A", "B")
		check_order(a, date(2026, 3, 10), "A", "B")
		with self.assertRaisesRegex(DateOrderError, r"B \(2026-03-09\) lies before A \(2026-03-10\)"):
			check_order(a, date(2026, 3, 9), "A", "B")
		check_order(None, a, "A", "B")
		check_order(a, None, "A", "B")

	def test_future(self):
		check_not_future(NOW, NOW, "A")
		check_not_future(NOW.date(), NOW, "A")
		check_not_future(None, NOW, "A")
		for moment in (NOW + timedelta(seconds=1), date(2026, 3, 11)):
			with self.assertRaises(DateOrderError):
				check_not_future(moment, NOW, "A")


if __name__ == "__main__":
	unittest.main()
