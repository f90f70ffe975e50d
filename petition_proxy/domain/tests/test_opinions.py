import unittest
from datetime import date, datetime

from petition_proxy.domain import opinions as o
from petition_proxy.domain.opinions import OpinionError


class TestOutcome(unittest.TestCase):
	def test_one_result_for_all_is_the_outcome(self):
		for result in o.RESULTS:
			self.assertEqual(o.overall_outcome([result]), result)
			self.assertEqual(o.overall_outcome([result, result]), result)

	def test_mixed_results(self):
		for results, outcome in (
			((o.SUPPORTED, o.NOT_SUPPORTED), o.PARTLY),
			((o.PARTLY, o.EXPLAINED), o.PARTLY),
			((o.MEDIATED, o.EXPLAINED), o.PARTLY),
			((o.SUPPORTED, o.MEDIATED), o.PARTLY),
			((o.EXPLAINED, o.NOT_SUPPORTED), o.NOT_SUPPORTED),
		):
			self.assertEqual(o.overall_outcome(results), outcome)
			self.assertEqual(o.overall_outcome(results[::-1]), outcome)

	def test_nothing_or_unknown_is_refused(self):
		for results in ([], ["Maybe"], [o.SUPPORTED, ""]):
			with self.assertRaises(OpinionError):
				o.overall_outcome(results)


WHOLE = {
	"request_summary": "补发",
	"facts_found": "属实",
	"legal_basis": "第三十二条",
	"opinion_text": "补发",
	"remedy_body": "区政府",
	"remedy_days": 30,
	"items": [{"request_item": "补发", "result": o.SUPPORTED}],
}


class TestParts(unittest.TestCase):
	def test_whole_letter_lacks_nothing(self):
		self.assertEqual(o.missing_parts(WHOLE), [])

	def test_each_part_is_missed(self):
		for field, name in o.REQUIRED_PARTS:
			self.assertEqual(o.missing_parts({**WHOLE, field: " " if field != "remedy_days" else 0}), [name])

	def test_items_with_result_and_reason(self):
		self.assertEqual(o.missing_parts({**WHOLE, "items": []}), ["Opinion per Request Item"])
		for result in o.NEEDS_REASON - {o.MEDIATED}:
			item = {"request_item": "x", "result": result}
			self.assertEqual(len(o.missing_parts({**WHOLE, "items": [item]})), 1)
			self.assertEqual(o.missing_parts({**WHOLE, "items": [{**item, "reason": "y"}]}), [])

	def test_mediation_needs_its_paper(self):
		item = {"request_item": "x", "result": o.MEDIATED, "reason": "y"}
		self.assertEqual(len(o.missing_parts({**WHOLE, "items": [item]})), 1)
		self.assertEqual(o.missing_parts({**WHOLE, "items": [item], "mediation_paper": "p"}), [])


class TestPeople(unittest.TestCase):
	def test_four_eyes(self):
		o.check_checker("a", "b", {"a", "b"})
		for checker in ("a", "c"):
			with self.assertRaises(OpinionError):
				o.check_checker("a", checker, {"a", "b"})

	def test_head_or_delegate_signs(self):
		o.check_signer("head", "head", ())
		o.check_signer("deputy", "head", ("deputy",))
		for signer, head, delegates in (("x", "head", ("deputy",)), ("x", None, ())):
			with self.assertRaises(OpinionError):
				o.check_signer(signer, head, delegates)

	def test_village_decides_nothing(self):
		o.check_level("Town")
		o.check_level("District")
		for tier in ("Village", None, ""):
			with self.assertRaises(OpinionError):
				o.check_level(tier)


class TestNewVersion(unittest.TestCase):
	def test_first_version_needs_no_reason(self):
		o.check_new_version(1, False, [], [o.SUPPORTED], None, None)

	def test_later_version_needs_a_reason(self):
		with self.assertRaises(OpinionError):
			o.check_new_version(2, False, [o.SUPPORTED], [o.PARTLY], " ", None)
		o.check_new_version(2, False, [o.SUPPORTED], [o.SUPPORTED], "更正", None)

	def test_same_result_after_sending_back_needs_its_own_reason(self):
		with self.assertRaises(OpinionError):
			o.check_new_version(2, True, [o.SUPPORTED], [o.SUPPORTED], "重办", None)
		o.check_new_version(2, True, [o.SUPPORTED], [o.SUPPORTED], "重办", "新证据")
		o.check_new_version(2, True, [o.SUPPORTED], [o.PARTLY], "重办", None)


class TestNeedOfALetter(unittest.TestCase):
	def needs(
		self, kind="Appeal and Request", route="Petition Procedure", consent=False, replied=(2026, 3, 16)
	):
		return o.needs_letter(kind, route, consent, datetime(2026, 3, 1, 23, 59), date(*replied), 15)

	def test_petition_procedure_alone(self):
		self.assertTrue(self.needs())
		self.assertTrue(self.needs(route=None))
		for kind in ("Suggestion", "Inquiry", "Report and Accusation"):
			self.assertFalse(self.needs(kind=kind))
		self.assertFalse(self.needs(route="Arbitration"))

	def test_consent_counts_for_fifteen_days(self):
		self.assertFalse(self.needs(consent=True))
		self.assertTrue(self.needs(consent=True, replied=(2026, 3, 17)))


if __name__ == "__main__":
	unittest.main()
