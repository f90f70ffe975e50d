import unittest
from datetime import date

from petition_proxy.domain import drafts

KEY = "0123456789abcdef" * 2
SIGNATURE = "data:image/png;base64,iVBORw0KGgo="


class TestKeys(unittest.TestCase):
	def test_only_the_pages_own_kind_of_key(self):
		self.assertEqual(drafts.check_key(KEY), KEY)
		for bad in ("", "k" * 32, KEY[:-1], KEY + "0", KEY.upper(), KEY + "\n", None, 7, "../" + KEY[3:]):
			with self.assertRaises(drafts.DraftError, msg=repr(bad)):
				drafts.check_key(bad)


class TestAnswers(unittest.TestCase):
	def test_known_answers_alone_are_kept(self):
		sent = {
			"subject": "井盖丢了",
			"content": "",
			"agent": "PA-1",
			"workflow_state": "Closed",
			"powers_agreed": True,
			"wants_secrecy": 0,
			"agreement_signature": SIGNATURE,
		}
		self.assertEqual(
			drafts.read_answers(sent),
			{"subject": "井盖丢了", "powers_agreed": 1, "agreement_signature": SIGNATURE},
		)

	def test_wrong_types_and_lengths_are_refused(self):
		for bad in (
			{"subject": ["x"]},
			{"content": {"a": 1}},
			{"village": 7},
			{"subject": "长" * 141},
			{"content": "长" * 10_001},
		):
			with self.assertRaises(drafts.DraftError, msg=str(bad)[:40]):
				drafts.read_answers(bad)
		self.assertEqual(drafts.read_answers({"powers_agreed": "yes"}), {})

	def test_a_signature_is_a_picture_and_nothing_else(self):
		for bad in (
			"javascript:alert(1)",
			"data:image/svg+xml;base64,PHN2Zz4=",
			"data:text/html;base64,PGI+",
			SIGNATURE + '" onerror="x',
			"/private/files/somebody-elses.png",
		):
			with self.assertRaises(drafts.DraftError, msg=bad):
				drafts.read_answers({"agreement_signature": bad})


class TestTurns(unittest.TestCase):
	def test_the_later_of_two_pages_is_told(self):
		self.assertTrue(drafts.is_own_turn(3, "x", 3, ()))
		self.assertFalse(drafts.is_own_turn(4, "x", 3, ()))
		self.assertFalse(drafts.is_own_turn(2, "x", 3, ()))

	def test_a_lost_answer_is_no_other_page(self):
		self.assertTrue(drafts.is_own_turn(4, "mine", 3, ["older", "mine"]))
		self.assertFalse(drafts.is_own_turn(4, "theirs", 3, ["older", "mine"]))
		self.assertFalse(drafts.is_own_turn(4, None, 3, [""]))


class TestDays(unittest.TestCase):
	def test_thirty_days_from_the_last_touch_and_five_of_warning(self):
		last = drafts.last_day(date(2026, 2, 1))
		self.assertEqual(last, date(2026, 3, 3))
		self.assertFalse(drafts.is_ending(last, date(2026, 2, 25)))
		self.assertTrue(drafts.is_ending(last, date(2026, 2, 26)))
		self.assertTrue(drafts.is_ending(last, date(2026, 3, 4)))


class TestHint(unittest.TestCase):
	def test_name_is_masked_and_sentence_is_cut(self):
		hint = drafts.title_hint(
			{"new_petitioner_name": "赵大爷", "subject": "村口的井盖丢了一个月晚上很危险"}
		)
		self.assertEqual(hint, "赵** · 村口的井盖丢了一个月晚上…")
		self.assertEqual(drafts.title_hint({"subject": " 路灯\n坏了 "}), "路灯 坏了")
		self.assertEqual(drafts.title_hint({"new_petitioner_name": "x" * 140}), "x*****")
		self.assertEqual(drafts.title_hint({}), "")


if __name__ == "__main__":
	unittest.main()
