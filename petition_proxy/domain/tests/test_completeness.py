import unittest
from dataclasses import replace

from petition_proxy.domain import archive, letters
from petition_proxy.domain.completeness import (
	CaseFacts,
	blocking,
	missing_before_archive,
	missing_before_closing,
)
from petition_proxy.domain.letters import LetterNumberError, check_kind, official_number

WHOLE = CaseFacts(
	is_proxied=True,
	has_agreement=True,
	is_accepted=True,
	has_notice=True,
	is_notice_told=True,
	has_reply=True,
	needs_letter=True,
	has_letter=True,
	is_served=True,
	has_receipt=True,
	is_filed=True,
	retention_term="10 Years",
)


def codes(gaps):
	return [gap.code for gap in gaps]


class TestClosing(unittest.TestCase):
	def test_whole_case_lacks_nothing(self):
		self.assertEqual(missing_before_closing(WHOLE), [])
		self.assertEqual(missing_before_archive(WHOLE), [])

	def test_each_gap_is_named(self):
		for values, code in (
			({"has_agreement": False}, "agreement"),
			({"agreement_fault": "过期。"}, "agreement"),
			({"empty_register_fields": ("Petitioner",)}, "register"),
			({"has_notice": False}, "notice"),
			({"open_co_handlers": ("人社局",)}, "co_handlers"),
			({"is_extended": True}, "extension"),
			({"has_reply": False}, "reply"),
			({"has_letter": False}, "letter"),
			({"has_receipt": False}, "receipt"),
			({"is_served": False}, "receipt"),
		):
			gaps = missing_before_closing(replace(WHOLE, **values))
			self.assertEqual(codes(blocking(gaps)), [code], values)
			self.assertTrue(str(gaps[0]))

	def test_advice_does_not_hold_back(self):
		for values, code in (
			({"is_notice_told": False}, "notice_told"),
			({"has_open_draft": True}, "draft"),
			({"empty_advised_fields": ("Category",)}, "advised"),
		):
			gaps = missing_before_closing(replace(WHOLE, **values))
			self.assertEqual((codes(gaps), blocking(gaps)), ([code], []))

	def test_case_without_agent_needs_no_agreement(self):
		self.assertEqual(missing_before_closing(replace(WHOLE, is_proxied=False, has_agreement=False)), [])

	def test_recorded_attempts_stand_for_the_receipt(self):
		unserved = replace(WHOLE, is_served=False, has_receipt=False)
		self.assertEqual(codes(missing_before_closing(replace(unserved, failed_attempts=2))), ["receipt"])
		self.assertEqual(missing_before_closing(replace(unserved, failed_attempts=3)), [])

	def test_refused_settled_and_withdrawn_cases_need_less(self):
		bare = CaseFacts(is_filed=True, retention_term="10 Years")
		self.assertEqual(codes(missing_before_archive(replace(bare, is_turned_away=True))), ["notice"])
		refused = replace(bare, is_turned_away=True, has_notice=True, is_notice_told=True)
		self.assertEqual(missing_before_archive(refused), [])
		settled = replace(bare, is_settled_on_the_spot=True, has_reply=True)
		self.assertEqual(missing_before_archive(settled), [])
		# what the village settles in the petitioner's presence is not told in writing as well
		self.assertEqual(missing_before_archive(replace(settled, is_accepted=True)), [])
		self.assertEqual(codes(missing_before_archive(replace(bare, is_withdrawn=True))), ["withdrawal"])
		withdrawn = replace(bare, is_withdrawn=True, has_withdrawal_word=True)
		self.assertEqual(missing_before_archive(withdrawn), [])

	def test_words_and_sentences_stand_in_the_text(self):
		gap = missing_before_closing(replace(WHOLE, open_co_handlers=("甲", "乙")))[0]
		self.assertIn("甲, 乙", str(gap))
		gap = missing_before_closing(replace(WHOLE, agreement_fault="已撤销。"))[0]
		self.assertIn("已撤销。", str(gap))


class TestArchive(unittest.TestCase):
	def test_review_file_pages_and_term(self):
		for values, code in (
			({"review_status": "Under Review"}, "review"),
			({"review_status": "Under Re-review"}, "review"),
			({"is_filed": False}, "file"),
			({"empty_items": ("登记表",)}, "pages"),
			({"retention_term": None}, "retention"),
		):
			self.assertEqual(codes(missing_before_archive(replace(WHOLE, **values))), [code])
		self.assertEqual(missing_before_archive(replace(WHOLE, review_status="Concluded")), [])

	def test_most_specific_rule_then_longest_term(self):
		rules = [
			{"name": "default", "retention_term": "10 Years"},
			{"name": "kind", "petition_kind": "A", "retention_term": "30 Years"},
			{"name": "state", "end_state": "Closed", "retention_term": "Permanent"},
			{"name": "both", "petition_kind": "A", "outcome": "X", "retention_term": "10 Years"},
		]

		def pick(**case):
			rule = archive.pick_retention(rules, case)
			return rule and rule["name"]

		self.assertEqual(pick(petition_kind="B", outcome="X", end_state="Refused"), "default")
		self.assertEqual(pick(petition_kind="A", outcome="Y", end_state="Refused"), "kind")
		self.assertEqual(pick(petition_kind="A", outcome="Y", end_state="Closed"), "state")
		self.assertEqual(pick(petition_kind="A", outcome="X", end_state="Closed"), "both")
		self.assertIsNone(archive.pick_retention([rules[1]], {"petition_kind": "B"}))

	def test_order_and_pages(self):
		documents = [
			{"part": "Service Receipt", "document_date": "2026-01-01"},
			{"part": "Notice", "document_date": "2026-01-09"},
			{"part": "Notice", "document_date": None},
			{"part": "Proxy Agreement", "document_date": "2026-02-01"},
		]
		parts = [(d["part"], d["document_date"]) for d in archive.in_order(documents)]
		self.assertEqual(
			parts,
			[
				("Proxy Agreement", "2026-02-01"),
				("Notice", None),
				("Notice", "2026-01-09"),
				("Service Receipt", "2026-01-01"),
			],
		)
		self.assertEqual(archive.total_pages([{"pages": 3}, {"pages": None}, {"pages": "2"}]), 5)


class TestNumbers(unittest.TestCase):
	def test_official_form(self):
		self.assertEqual(official_number("云信", "受", 2026, 12), "云信受〔2026〕12号")

	def test_unusable_parts(self):
		for parts in (
			("", "受", 2026, 1),
			("云信", " ", 2026, 1),
			("云信", "受", 26, 1),
			("云信", "受", 2026, 0),
		):
			with self.assertRaises(LetterNumberError):
				official_number(*parts)

	def test_kinds(self):
		for kind in letters.KINDS:
			check_kind(kind)
		with self.assertRaises(LetterNumberError):
			check_kind("")


if __name__ == "__main__":
	unittest.main()
